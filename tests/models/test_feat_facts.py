"""Features of what sources say of artists and songs, on rows that can be checked in the head."""

from __future__ import annotations

FETCHES = """
    listener_id | cutoff_policy | week_ending | track_id | artist_id | plays | cutoff_at
    1           | calendar      | 2024-01-06  | 1        | 7         | 1     | 2024-01-07
    1           | calendar      | 2024-01-13  | 1        | 7         | 1     | 2024-01-14
    1           | decision      | 2024-01-13  | 1        | 7         | 1     | 2024-01-13
    1           | calendar      | 2024-01-20  | 1        | 7         | 1     | 2024-01-21
    1           | calendar      | 2024-01-20  | 2        | 8         | 1     | 2024-01-21
"""

CUTOFFS = """
    listener_id | cutoff_policy | week_ending | cutoff_at  | cutoff_date
    1           | calendar      | 2024-01-06  | 2024-01-07 | 2024-01-07
    1           | calendar      | 2024-01-13  | 2024-01-14 | 2024-01-14
    1           | decision      | 2024-01-13  | 2024-01-13 | 2024-01-13
    1           | calendar      | 2024-01-20  | 2024-01-21 | 2024-01-21
"""


def test_before_the_first_fetch_a_popularity_is_null_and_flagged_and_a_later_one_is_not_used(
    check_model,
):
    check_model(
        "features.feat_track_metadata",
        given={
            "core.fct_weekly_plays": FETCHES,
            "core.dim_tracks": """
                track_id | duration_ms
                1        | 180500
                2        | -
            """,
            "core.fct_track_popularity": """
                track_id | fetched_at          | popularity_index
                1        | 2024-01-12          | 40
                1        | 2024-01-13          | 0
                1        | 2024-01-21 00:00:00 | 99
            """,
        },
        expect="""
            week_ending | cutoff_policy | track_id | popularity_index | is_popularity_missing | duration_seconds | is_duration_missing
            2024-01-06  | calendar      | 1        | -                | true                  | 180.5            | false
            2024-01-13  | calendar      | 1        | 0                | false                 | 180.5            | false
            2024-01-13  | decision      | 1        | 40               | false                 | 180.5            | false
            2024-01-20  | calendar      | 1        | 0                | false                 | 180.5            | false
            2024-01-20  | calendar      | 2        | -                | true                  | -                | true
        """,
    )


def test_an_audience_is_the_one_known_at_the_cutoff_and_what_is_timeless_is_always_known(
    check_model,
):
    check_model(
        "features.feat_artist_background",
        given={
            "core.fct_weekly_plays": FETCHES,
            "core.dim_cutoffs": CUTOFFS,
            "core.dim_artists": """
                artist_id | artist_type | artist_country | career_begin_date | career_end_date
                7         | Group       | -              | 2023-12-27        | 2024-01-13
                8         | -           | -              | -                 | -
            """,
            "core.fct_artist_audiences": """
                artist_id | fetched_at | audience_count
                7         | 2024-01-13 | 999
                7         | 2024-01-20 | 0
                7         | 2024-01-22 | 5
            """,
        },
        expect="""
            week_ending | cutoff_policy | track_id | artist_audience_log | is_artist_audience_missing | artist_type | artist_country | artist_career_days | is_artist_career_ended | is_artist_background_missing
            2024-01-06  | calendar      | 1        | -                   | true                       | Group       | unknown        | 10                 | false                  | false
            2024-01-13  | calendar      | 1        | 3                   | false                      | Group       | unknown        | 17                 | true                   | false
            2024-01-13  | decision      | 1        | -                   | true                       | Group       | unknown        | 17                 | false                  | false
            2024-01-20  | calendar      | 1        | 0                   | false                      | Group       | unknown        | 24                 | true                   | false
            2024-01-20  | calendar      | 2        | -                   | true                       | unknown     | unknown        | -                  | false                  | true
        """,
    )


def test_a_career_is_over_once_its_last_day_is_past_or_a_source_has_said_so(check_model):
    """It ended on the day of the second week's end, which the pick of that day cannot know."""

    def ended(artist: str, expect: str) -> None:
        keys = "week_ending | cutoff_policy | track_id | is_artist_career_ended"
        check_model(
            "features.feat_artist_background",
            given={
                "core.fct_weekly_plays": FETCHES,
                "core.dim_cutoffs": CUTOFFS,
                "core.dim_artists": "artist_id | career_end_date | career_end_said_at\n" + artist,
            },
            expect=f"{keys}\n{expect}",
        )

    ended(
        "7 | 2024-01-13 | -",
        """
        2024-01-06 | calendar | 1 | false
        2024-01-13 | calendar | 1 | true
        2024-01-13 | decision | 1 | false
        2024-01-20 | calendar | 1 | true
        """,
    )
    ended(
        "7 | - | 2024-01-13 08:00",
        """
        2024-01-06 | calendar | 1 | false
        2024-01-13 | calendar | 1 | true
        2024-01-13 | decision | 1 | false
        2024-01-20 | calendar | 1 | true
        """,
    )
    ended(
        "8 | - | 2024-01-21",
        "2024-01-20 | calendar | 2 | false",
    )
