"""What was played when, and what was known when."""

from __future__ import annotations

import pytest

PLAYS = """
    listener_id | week_ending | week_number | local_date | played_at        | track_id | artist_id
    1           | 2024-01-06  | 100         | 2024-01-01 | 2024-01-01 10:00 | 7        | 3
    1           | 2024-01-06  | 100         | 2024-01-01 | 2024-01-01 10:00 | 7        | 3
    1           | 2024-01-06  | 100         | 2024-01-05 | 2024-01-05 10:00 | 7        | 3
    1           | 2024-01-06  | 100         | 2024-01-06 | 2024-01-06 11:59 | 7        | 3
    1           | 2024-01-06  | 100         | 2024-01-06 | 2024-01-06 12:00 | 7        | 3
    1           | 2024-01-06  | 100         | 2024-01-06 | 2024-01-06 20:00 | 8        | 3
"""
CUTOFFS = """
    listener_id | week_ending | cutoff_policy | cutoff_at
    1           | 2024-01-06  | calendar      | 2024-01-07
    1           | 2024-01-06  | decision      | 2024-01-06 12:00
"""


def test_plays_before_the_cutoff_count_and_the_whole_week_beside_them(check_model):
    check_model(
        "core.fct_weekly_plays",
        given={"core.fct_plays": PLAYS, "core.dim_cutoffs": CUTOFFS},
        expect="""
            cutoff_policy | track_id | plays | active_days | whole_week_plays | last_played_at
            calendar      | 7        | 5     | 3           | 5                | 2024-01-06 12:00
            calendar      | 8        | 1     | 1           | 1                | 2024-01-06 20:00
            decision      | 7        | 4     | 3           | 5                | 2024-01-06 11:59
            decision      | 8        | 0     | 0           | 1                | -
        """,
    )


def test_the_last_two_days_are_those_of_the_listeners_week(check_model):
    check_model(
        "core.fct_weekly_plays",
        given={"core.fct_plays": PLAYS, "core.dim_cutoffs": CUTOFFS},
        expect="""
            cutoff_policy | track_id | last_2_days_plays | last_day_plays
            calendar      | 7        | 3                 | 2
            calendar      | 8        | 1                 | 1
            decision      | 7        | 2                 | 1
            decision      | 8        | 0                 | 0
        """,
    )


def test_an_artist_has_the_plays_of_its_tracks_and_counts_those_heard_before_the_cutoff(
    check_model,
):
    check_model(
        "core.fct_weekly_artist_plays",
        given={
            "core.fct_weekly_plays": """
                listener_id | week_ending | cutoff_policy | track_id | artist_id | plays | whole_week_plays
                1           | 2024-01-06  | decision      | 7        | 3         | 4     | 5
                1           | 2024-01-06  | decision      | 8        | 3         | 0     | 1
                1           | 2024-01-06  | decision      | 9        | 4         | 2     | 2
            """
        },
        expect="""
            artist_id | artist_plays | artist_tracks | whole_week_artist_plays
            3         | 4            | 1             | 6
            4         | 2            | 1             | 2
        """,
    )


def test_a_gap_is_fourteen_days_or_more_between_plays_of_one_listener(check_model):
    check_model(
        "core.fct_log_gaps",
        given={
            "core.fct_plays": """
                listener_id | played_at
                1           | 2024-01-01 00:00:00
                2           | 2024-01-08 00:00:00
                1           | 2024-01-15 00:00:00
                1           | 2024-01-28 23:59:59
                1           | 2024-02-29 11:59:59
            """
        },
        expect="""
            listener_id | gap_starts_at       | gap_ends_at         | gap_days
            1           | 2024-01-01          | 2024-01-15          | 14
            1           | 2024-01-28 23:59:59 | 2024-02-29 11:59:59 | 31.5
        """,
    )


@pytest.mark.parametrize(
    ("model", "stats", "aliases", "key", "figure"),
    [
        ("core.fct_track_popularity", "stg_track_stats", "dim_track_aliases", "track", "popularity_index"),
        ("core.fct_artist_audiences", "stg_artist_stats", "dim_artist_aliases", "artist", "audience_count"),
    ],
)  # fmt: skip
def test_a_figure_belongs_to_all_spellings_and_is_not_known_from_the_builds_instant_on(
    check_model, model, stats, aliases, key, figure
):
    check_model(
        model,
        given={
            f"staging.{stats}": f"""
                {key}_name_id | fetched_at       | {figure}
                11            | 2024-01-01       | 40
                12            | 2024-01-01       | 50
                12            | 2024-01-03       | -
                11            | 2024-01-05 11:59 | 60
                11            | 2024-01-05 12:00 | 70
            """,
            f"core.{aliases}": f"""
                {key}_name_id | {key}_id
                11            | 11
                12            | 11
            """,
            "staging.stg_settings": """
                as_of
                2024-01-05 12:00
            """,
        },
        expect=f"""
            {key}_id | fetched_at       | {figure}
            11       | 2024-01-01       | 50
            11       | 2024-01-05 11:59 | 60
        """,
    )


def test_rejects_are_counted_by_file_and_reason(check_model):
    check_model(
        "staging.stg_rejects",
        given={
            "raw.rejects": """
                import_id | reason  | line
                1         | no time | 9
                1         | no time | 4
                1         | no name | -
                2         | no time | 1
            """
        },
        expect="""
            import_id | reason  | records_count | first_line
            1         | no time | 2             | 4
            1         | no name | 1             | -
            2         | no time | 1             | 1
        """,
    )
