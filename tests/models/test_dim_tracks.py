"""What is timeless about a track, from statements that disagree."""

from __future__ import annotations

ARTISTS = """
    artist_id | artist_name
    1         | Mira
"""


def test_the_longest_duration_and_the_earliest_release_count(check_model):
    check_model(
        "core.dim_tracks",
        given={
            "core.dim_artists": ARTISTS,
            "core.dim_track_aliases": """
                track_name_id | track_id | artist_id | track_name | is_shown
                10            | 10       | 1         | Dawn       | true
                11            | 10       | 1         | DAWN       | false
                12            | 12       | 1         | Dusk       | true
                13            | 13       | 1         | Noon       | true
            """,
            # What a player says is asked where no catalogue has the length.
            "staging.stg_plays": """
                track_name_id | stated_duration_ms
                11            | 999000
                12            | 150000
                12            | 151000
                13            | 0
            """,
            "staging.stg_track_stats": """
                track_name_id | duration_ms | release_date | release_granularity
                10            | 200000      | 2020-05-01   | day
                11            | 201000      | 2019-01-01   | year
                12            | -           | 2020-01-01   | year
                12            | -           | 2020-01-01   | day
                13            | -           | -            | day
            """,
        },
        expect="""
            track_id | track_name | duration_ms | release_date | release_granularity
            10       | Dawn       | 201000      | 2019-01-01   | year
            12       | Dusk       | 151000      | 2020-01-01   | day
            13       | Noon       | -           | -            | -
        """,
    )


def test_a_release_date_means_its_first_day_and_says_how_exact_it_is(check_model):
    check_model(
        "staging.stg_track_stats",
        given={
            "raw.track_stats": """
                track_name_id | release_date
                1             | 2020
                2             | 2020-02
                3             | 2020-02-29
                4             | 2020-02-29 00:00:00
                5             | 2020-02-29T00:00:00Z
                6             | 1926
            """
        },
        expect="""
            track_name_id | release_date | release_granularity
            1             | 2020-01-01   | year
            2             | 2020-02-01   | month
            3             | 2020-02-29   | day
            4             | 2020-02-29   | day
            5             | 2020-02-29   | day
            6             | 1926-01-01   | year
        """,
    )


def test_what_is_no_date_gives_none(check_model):
    check_model(
        "staging.stg_track_stats",
        given={
            "raw.track_stats": """
                track_name_id | release_date
                1             | 0000
                2             | 2021-02-29
                3             | 2020-13
                4             | soon
                5             | 29/02/2020
                6             | epoch
                7             | infinity
                8             | -
            """
        },
        expect="""
            track_name_id | release_date
            1             | -
            2             | -
            3             | -
            4             | -
            5             | -
            6             | -
            7             | -
            8             | -
        """,
    )
