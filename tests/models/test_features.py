"""The weekly features on rows that can be checked in the head."""

from __future__ import annotations

import pytest

HEADER = (
    "listener_id | cutoff_policy | track_id | artist_id | week_ending | week_number | plays | "
    "whole_week_plays | active_days | last_2_days_plays | cutoff_at | last_played_at"
)


def weekly(*rows: str, listener: int = 1, policy: str = "calendar") -> str:
    """Rows of fct_weekly_plays: track, artist, week number, plays[/plays of the whole week]."""
    lines = [HEADER]
    for row in rows:
        track, artist, number, plays = row.split()
        known, _, whole = plays.partition("/")
        week = {"1": "2023-01-07"}.get(number) or f"2024-{int(number) - 99:02}-06"
        lines.append(
            f"{listener} | {policy} | {track} | {artist} | {week} | {number} | {known} | "
            f"{whole or known} | - | 0 | {week} | -"
        )
    return "\n".join(lines)


def given(*rows: str) -> dict[str, str]:
    return {"core.fct_weekly_plays": weekly(*rows)}


# -- momentum ---------------------------------------------------------------------------------


def test_two_tracks_in_disjoint_weeks_lend_each_other_nothing(check_model):
    """SYSTEMS H5 and A-B19: the seed's rolling sum ran over the border between tracks."""
    check_model(
        "features.feat_momentum",
        given=given("1 1 100 3", "1 1 101 2", "2 1 102 5", "2 1 103 1"),
        expect="""
            track_id | week_ending | prev_1w_plays | prev_4w_plays | momentum_4w_ratio
            1        | 2024-01-06  | 0             | 0             | 3
            1        | 2024-02-06  | 3             | 3             | 0.5
            2        | 2024-03-06  | 0             | 0             | 5
            2        | 2024-04-06  | 5             | 5             | 0.16666666666666666
        """,
    )


def test_a_track_last_played_a_year_ago_has_no_previous_plays_but_an_active_one(check_model):
    """A-B18, MARKET 5."""
    rows = given("1 1 1 40", "1 1 100 2")
    check_model(
        "features.feat_momentum",
        given=rows,
        expect="""
            week_ending | prev_1w_plays | prev_4w_plays | change_1w_plays | momentum_4w_ratio
            2023-01-07  | 0             | 0             | 40              | 40
            2024-01-06  | 0             | 0             | 2               | 2
        """,
    )
    check_model(
        "features.feat_active_weeks",
        given=rows,
        expect="""
            week_ending | prev_1_active_plays | prev_4_active_plays
            2023-01-07  | 0                   | 0
            2024-01-06  | 40                  | 40
        """,
    )


def test_four_weeks_back_counts_and_five_does_not(check_model):
    check_model(
        "features.feat_momentum",
        given=given("1 1 100 10", "1 1 101 1", "1 1 104 2", "1 1 105 3"),
        expect="""
            week_ending | prev_1w_plays | prev_4w_plays | change_1w_plays
            2024-01-06  | 0             | 0             | 10
            2024-02-06  | 10            | 10            | -9
            2024-05-06  | 0             | 11            | 2
            2024-06-06  | 2             | 3             | 1
        """,
    )


def test_of_earlier_weeks_all_plays_count_also_those_after_their_decision(check_model):
    rows = given("1 1 100 1/4", "1 1 101 0/2", "1 1 102 1/1")
    check_model(
        "features.feat_momentum",
        given=rows,
        expect="""
            week_ending | prev_1w_plays | prev_4w_plays
            2024-01-06  | 0             | 0
            2024-03-06  | 2             | 6
        """,
    )
    check_model(
        "features.feat_active_weeks",
        given=rows,
        expect="""
            week_ending | prev_1_active_plays | prev_4_active_plays
            2024-01-06  | 0                   | 0
            2024-03-06  | 2                   | 6
        """,
    )
    check_model(
        "features.feat_history",
        given=rows,
        expect="""
            week_ending | prior_plays | prior_weeks
            2024-01-06  | 0           | 0
            2024-03-06  | 6           | 2
        """,
    )


def test_the_active_variant_sums_the_last_four_weeks_with_a_play(check_model):
    check_model(
        "features.feat_active_weeks",
        given=given("1 1 1 1", "1 1 100 2", "1 1 103 4", "1 1 105 8", "1 1 109 16", "1 1 110 1"),
        expect="""
            week_ending | prev_1_active_plays | prev_4_active_plays
            2023-01-07  | 0                   | 0
            2024-01-06  | 1                   | 1
            2024-04-06  | 2                   | 3
            2024-06-06  | 4                   | 7
            2024-10-06  | 8                   | 15
            2024-11-06  | 16                  | 30
        """,
    )


# -- history ----------------------------------------------------------------------------------


def test_history_counts_earlier_weeks_only(check_model):
    check_model(
        "features.feat_history",
        given=given("1 1 100 3", "1 1 101 1", "1 1 105 2", "2 1 105 1"),
        expect="""
            track_id | week_ending | prior_plays | is_first_week | prior_weeks | first_play_age_weeks | gap_weeks
            1        | 2024-01-06  | 0           | true          | 0           | 0                    | -
            1        | 2024-02-06  | 3           | false         | 1           | 1                    | 1
            1        | 2024-06-06  | 4           | false         | 2           | 5                    | 4
            2        | 2024-06-06  | 0           | true          | 0           | 0                    | -
        """,
    )


# -- intensity, share, end of week ------------------------------------------------------------


def test_equal_plays_share_a_rank_and_the_next_rank_follows_without_a_hole(check_model):
    check_model(
        "features.feat_intensity",
        given=given(
            "1 1 100 5", "2 1 100 5", "3 1 100 2", "4 1 100 1/9", "5 1 100 0/9", "1 1 101 1"
        ),
        expect="""
            track_id | week_ending | week_plays | week_plays_rank | behind_top_plays | candidate_tracks_count
            1        | 2024-01-06  | 5          | 1               | 0                | 4
            2        | 2024-01-06  | 5          | 1               | 0                | 4
            3        | 2024-01-06  | 2          | 2               | 3                | 4
            4        | 2024-01-06  | 1          | 3               | 4                | 4
            1        | 2024-02-06  | 1          | 1               | 0                | 1
        """,
    )


def test_shares_are_of_the_week_before_the_cutoff(check_model):
    check_model(
        "features.feat_week_share",
        given={
            "core.fct_weekly_plays": """
                listener_id | cutoff_policy | week_ending | track_id | artist_id | plays | whole_week_plays | last_2_days_plays
                1           | decision      | 2024-01-06  | 1        | 1         | 4     | 40               | 1
                1           | decision      | 2024-01-06  | 2        | 1         | 1     | 1                | 1
                1           | decision      | 2024-01-06  | 3        | 2         | 5     | 5                | 0
                1           | decision      | 2024-01-06  | 4        | 2         | 0     | 90               | 0
                2           | decision      | 2024-01-06  | 1        | 1         | 90    | 90               | 0
            """
        },
        expect="""
            listener_id | track_id | week_plays_share | artist_plays_share | last_2_days_plays_share | week_total_plays
            1           | 1        | 0.4              | 0.5                | 0.25                    | 10
            1           | 2        | 0.1              | 0.5                | 1                       | 10
            1           | 3        | 0.5              | 0.5                | 0                       | 10
            2           | 1        | 1                | 1                  | 0                       | 90
        """,
    )


def test_the_gap_runs_from_the_last_play_to_the_cutoff_in_fractions_of_days(check_model):
    check_model(
        "features.feat_end_of_week",
        given={
            "core.fct_weekly_plays": """
                listener_id | cutoff_policy | week_ending | track_id | plays | cutoff_at        | last_played_at   | last_2_days_plays | last_day_plays
                1           | calendar      | 2024-01-06  | 1        | 3     | 2024-01-07 00:00 | 2024-01-06 18:00 | 2                 | 1
                1           | decision      | 2024-01-06  | 1        | 2     | 2024-01-06 12:00 | 2024-01-03 00:00 | 0                 | 0
                1           | decision      | 2024-01-06  | 2        | 0     | 2024-01-06 12:00 | -                | 0                 | 0
            """
        },
        expect="""
            cutoff_policy | track_id | last_play_gap_days | last_2_days_plays | last_day_plays
            calendar      | 1        | 0.25               | 2                 | 1
            decision      | 1        | 3.5                | 0                 | 0
        """,
    )


# -- artist -----------------------------------------------------------------------------------


def test_an_artists_momentum_counts_calendar_weeks_of_all_its_tracks(check_model):
    check_model(
        "features.feat_artist_momentum",
        given={
            "core.fct_weekly_plays": weekly(
                "1 7 100 1", "2 7 104 2", "3 7 104 1", "4 8 104 9", "1 7 105 4"
            ),
            "core.fct_weekly_artist_plays": """
                listener_id | cutoff_policy | artist_id | week_ending | week_number | artist_plays | artist_tracks | whole_week_artist_plays
                1           | calendar      | 7         | 2024-01-06  | 100         | 1            | 1             | 1
                1           | calendar      | 7         | 2024-05-06  | 104         | 3            | 2             | 6
                1           | calendar      | 8         | 2024-05-06  | 104         | 9            | 1             | 9
                1           | calendar      | 7         | 2024-06-06  | 105         | 4            | 1             | 4
            """,
        },
        expect="""
            week_ending | track_id | artist_week_plays | artist_week_tracks_count | artist_prev_4w_plays | artist_prior_plays | artist_momentum_4w_ratio
            2024-01-06  | 1        | 1                 | 1                        | 0                    | 0                  | 1
            2024-05-06  | 2        | 3                 | 2                        | 1                    | 1                  | 1.5
            2024-05-06  | 3        | 3                 | 2                        | 1                    | 1                  | 1.5
            2024-05-06  | 4        | 9                 | 1                        | 0                    | 0                  | 9
            2024-06-06  | 1        | 4                 | 1                        | 6                    | 7                  | 0.5714285714285714
        """,
    )


# -- release and genre ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("release_date", "age", "is_recent"),
    [
        ("2024-01-06", 0, "true"),
        ("2023-12-09", 28, "true"),
        ("2023-12-08", 29, "false"),
        ("2024-01-07", -1, "false"),
    ],
)
def test_released_within_28_days_includes_both_ends(check_model, release_date, age, is_recent):
    check_model(
        "features.feat_release",
        given={
            "core.fct_weekly_plays": weekly("1 1 100 1", "2 1 100 1", "3 1 100 0/1"),
            "core.dim_tracks": f"""
                track_id | release_date   | release_granularity
                1        | {release_date} | month
                2        | -              | -
                3        | {release_date} | day
            """,
        },
        expect=f"""
            track_id | release_age_days | is_released_within_28d | is_release_date_missing | release_granularity_type
            1        | {age}            | {is_recent}            | false                   | month
            2        | -                | false                  | true                    | unknown
        """,
    )


def test_an_artist_without_genres_is_in_no_bucket_and_flagged(check_model):
    check_model(
        "features.feat_genre",
        given={
            "core.fct_weekly_plays": weekly("1 1 100 1", "2 2 100 1", "3 3 100 1"),
            "core.dim_artist_genres": """
                artist_id | is_jazz | is_rock | is_other_genre
                1         | true    | true    | false
                2         | false   | false   | true
            """,
        },
        expect="""
            track_id | is_jazz | is_rock | is_other_genre | is_genre_missing
            1        | true    | true    | false          | false
            2        | false   | false   | true           | false
            3        | false   | false   | false          | true
        """,
    )


def test_another_listener_and_another_policy_are_other_histories(check_model):
    rows = [
        weekly("1 1 100 9", listener=2),
        weekly("1 1 100 8", policy="decision"),
        weekly("1 1 101 1"),
    ]
    together = "\n".join([rows[0], *rows[1].splitlines()[1:], *rows[2].splitlines()[1:]])
    check_model(
        "features.feat_history",
        given={"core.fct_weekly_plays": together},
        expect="""
            listener_id | cutoff_policy | week_ending | prior_plays
            1           | calendar      | 2024-02-06  | 0
            1           | decision      | 2024-01-06  | 0
            2           | calendar      | 2024-01-06  | 0
        """,
    )
