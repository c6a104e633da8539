"""Features of a play on a few plays, with numbers that can be checked in the head."""

from __future__ import annotations

import pytest

DAY = "2024-07-01"
# Completed, not, unknown, completed, then the play in question and one of another listener.
PLAYS = f"""
    listener_id | play_number | track_id | artist_id | album_id | reason_start | reason_end | platform_family | country | is_completed | is_skipped_early | is_skipped | ms_played | ended_at       | ended_local_at
    1           | 1           | 1        | 1         | 7        | clickrow     | trackdone  | ios             | PT      | true         | false            | -          | 200000    | {DAY} 10:00:00 | {DAY} 11:00:00
    1           | 2           | 2        | 1         | -        | fwdbtn       | fwdbtn     | ios             | PT      | false        | true             | true       | 10000     | {DAY} 16:00:00 | {DAY} 17:00:00
    1           | 3           | 1        | 1         | 7        | fwdbtn       | unknown    | web             | -       | -            | -                | false      | 150000    | {DAY} 22:00:00 | {DAY} 23:00:00
    1           | 4           | 3        | 2         | 8        | fwdbtn       | trackdone  | ios             | PT      | true         | false            | -          | 90000     | 2024-07-06 23:30:00 | 2024-07-07 00:30:00
    1           | 5           | 1        | 1         | 7        | fwdbtn       | fwdbtn     | web             | PT      | false        | true             | true       | 5         | 2024-09-01     | 2024-09-01
    2           | 1           | 1        | 1         | 7        | fwdbtn       | trackdone  | ios             | PT      | true         | false            | false      | 500       | 2024-09-01     | 2024-09-01
"""


@pytest.fixture
def check(check_model):
    def run(feature, expect, **more):
        given = {"core.fct_outcomes": PLAYS, **more}
        check_model(f"features.{feature}", given=given, expect=expect)

    return run


def test_rates_are_of_the_known_outcomes_among_the_last_plays(check):
    check(
        "feat_previous_outcomes",
        """
        listener_id | play_number | prior_plays | prior_unknown_plays | prior_completion_rate | prev_1_completion_rate | prev_3_completion_rate | prev_10_early_skip_rate | prev_10_skip_rate
        1           | 1           | 0           | 0                   | -                     | -                      | -                      | -                       | -
        1           | 2           | 1           | 0                   | 1                     | 1                      | 1                      | 0                       | -
        1           | 3           | 2           | 0                   | 0.5                   | 0                      | 0.5                    | 0.5                     | 1
        1           | 4           | 3           | 1                   | 0.5                   | -                      | 0.5                    | 0.5                     | 0.5
        1           | 5           | 4           | 1                   | 0.6666666667          | 1                      | 0.5                    | 0.3333333333            | 0.5
        2           | 1           | 0           | 0                   | -                     | -                      | -                      | -                       | -
        """,
    )


def test_the_play_before_says_why_it_ended_and_whether_this_goes_on_with_it(check):
    check(
        "feat_previous_outcomes",
        """
        listener_id | play_number | previous_reason_end | is_same_track_as_previous | is_same_artist_as_previous | is_same_album_as_previous
        1           | 1           | -                   | -                         | -                          | -
        1           | 2           | trackdone           | false                     | true                       | -
        1           | 3           | fwdbtn              | false                     | true                       | -
        1           | 4           | unknown             | false                     | false                      | false
        1           | 5           | trackdone           | false                     | false                      | false
        2           | 1           | -                   | -                         | -                          | -
        """,
    )


def test_a_prior_counts_earlier_plays_and_is_drawn_to_the_usual_rate(check):
    # Play 5: usual rate 2/3; track 1 of one known play, which was completed: (1 + 16/3) / 9.
    check(
        "feat_completion_priors",
        """
        listener_id | play_number | prior_track_plays | prior_track_completion_rate | prior_artist_plays | prior_artist_completion_rate | prior_artist_reason_start_plays | prior_country_plays
        1           | 1           | 0                 | -                           | 0                  | -                            | 0                               | 0
        1           | 2           | 0                 | 1                           | 1                  | 1                            | 0                               | 1
        1           | 3           | 1                 | 0.5555555556                | 2                  | 0.5                          | 1                               | 0
        1           | 4           | 0                 | 0.5                         | 0                  | 0.5                          | 0                               | 2
        1           | 5           | 2                 | 0.7037037037                | 3                  | 0.6333333333                 | 2                               | 3
        2           | 1           | 0                 | -                           | 0                  | -                            | 0                               | 0
        """,
    )


def test_recency_is_counted_in_plays_and_up_to_the_end_of_the_play_before(check):
    check(
        "feat_play_recency",
        """
        listener_id | play_number | track_gap_plays | track_gap_days | artist_gap_plays | artist_gap_days | longest_track_seconds | last_track_ratio | is_last_track_play_completed | is_first_track_play | is_first_artist_play
        1           | 1           | -               | -              | -                | -               | -                     | -                | -                            | true                | true
        1           | 2           | -               | -              | 1                | 0               | -                     | -                | -                            | true                | false
        1           | 3           | 2               | 0.25           | 1                | 0               | 200                   | 1                | true                         | false               | false
        1           | 4           | -               | -              | -                | -               | -                     | -                | -                            | true                | true
        1           | 5           | 2               | 5.0625         | 2                | 5.0625          | 200                   | 0.75             | -                            | false               | false
        2           | 1           | -               | -              | -                | -               | -                     | -                | -                            | true                | true
        """,
    )


def test_the_clock_is_that_of_the_end_before_where_the_listener_is(check):
    check(
        "feat_play_clock",
        """
        listener_id | play_number | previous_end_hour | previous_end_weekday | previous_end_month | previous_gap_days | previous_10_gap_days
        1           | 1           | -                 | -                    | -                  | -                 | -
        1           | 2           | 11                | 1                    | 7                  | -                 | -
        1           | 3           | 17                | 1                    | 7                  | 0.25              | -
        1           | 4           | 23                | 1                    | 7                  | 0.25              | -
        1           | 5           | 0                 | 0                    | 7                  | 5.0625            | -
        2           | 1           | -                 | -                    | -                  | -                 | -
        """,
    )


def test_errors_are_counted_in_the_day_before_the_last_end_where_a_log_speaks_of_all_of_it(check):
    check(
        "feat_player_errors",
        """
        listener_id | play_number | prev_24h_connection_error_count | prev_24h_stutter_count | prev_24h_playback_error_count
        1           | 1           | -                               | -                      | -
        1           | 2           | 2                               | 0                      | -
        1           | 3           | 3                               | 0                      | -
        1           | 4           | 3                               | 0                      | -
        1           | 5           | -                               | -                      | -
        2           | 1           | -                               | -                      | -
        """,
        **{
            "core.fct_player_log_ranges": f"""
            listener_id | source  | event_type       | first_at            | last_at
            1           | spotify | connection_error | 2024-06-30 10:00:00 | {DAY} 22:00:00
            1           | spotify | stutter          | 2024-06-30          | 2024-07-02
            1           | spotify | playback_error   | 2024-06-30 10:00:01 | {DAY} 15:59:59
            """,
            # At the very end, a day before it, a moment earlier, and later.
            "core.fct_player_errors": f"""
            listener_id | source  | event_type       | occurred_at                | ordinal
            1           | spotify | connection_error | {DAY} 10:00:00             | 0
            1           | spotify | connection_error | 2024-06-30 10:00:00        | 0
            1           | spotify | connection_error | 2024-06-30 09:59:59.999999 | 0
            1           | spotify | connection_error | {DAY} 15:00:00             | 0
            1           | spotify | connection_error | {DAY} 15:00:00             | 1
            2           | spotify | connection_error | {DAY} 09:00:00             | 0
            """,
        },
    )


def test_plays_with_unknown_outcomes_are_counted(check_model):
    check_model(
        "marts.completion_totals",
        given={
            "core.fct_outcomes": PLAYS,
            "core.fct_session_plays": """
            listener_id | play_number | session_number
            1           | 1           | 1
            1           | 2           | 1
            1           | 3           | 1
            1           | 4           | 2
            1           | 5           | 3
            2           | 1           | 1
            """,
            "core.fct_session_attribution": """
            listener_id | session_number | is_primary
            1           | 1              | true
            1           | 2              | false
            1           | 3              | false
            2           | 1              | true
            """,
        },
        expect="""
            listener_id | plays | known_outcome_plays | unknown_outcome_plays | completed_plays | completion_rate | primary_plays
            1           | 5     | 4                   | 1                     | 2               | 0.5             | 3
            2           | 1     | 1                   | 0                     | 1               | 1               | 1
        """,
    )
