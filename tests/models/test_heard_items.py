"""What was heard by day, week, month and year, of tracks, works, albums and artists."""

from __future__ import annotations

TRACKS = """
    track_id | artist_id | artist_name | track_name   | track_key    | work_key | duration_ms
    1        | 7         | Band        | Song (Live)  | song live    | song     | 120000
    2        | 7         | Band        | Song         | song         | song     | -
    3        | 7         | Band        | Other        | other        | other    | 60000
"""
WORKS = """
    track_id | work_id
    1        | 1
    2        | 1
    3        | 3
"""
DAYS = """
    listener_id | local_date | week_ending | item_kind | item_id | plays | ms_played | unknown_length_plays | is_discovery
    1           | 2023-12-31 | 2024-01-06  | artist    | 7       | 2     | 30000     | 1                    | true
    1           | 2024-01-01 | 2024-01-06  | artist    | 7       | 3     | -         | 3                    | false
    1           | 2024-01-01 | 2024-01-06  | artist    | 8       | 3     | 90        | 0                    | true
    1           | 2024-01-01 | 2024-01-06  | work      | 7       | 1     | 90        | 0                    | true
"""
NAMED = {
    "core.fct_daily_items": DAYS,
    "core.dim_listeners": "listener_id | listener\n1 | ana",
    "core.dim_items": """
        item_kind | item_id | artist_name | item_name
        artist    | 7       | Band        | Band
        artist    | 8       | Duo         | Duo
        work      | 7       | Duo         | Song
    """,
}


def test_versions_of_a_song_are_one_work_called_by_its_plainest_title(check_model):
    check_model("core.dim_works", given={"core.dim_tracks": TRACKS}, expect=WORKS)
    check_model(
        "core.dim_items",
        given={"core.dim_tracks": TRACKS, "core.dim_works": WORKS},
        expect="""
            item_kind | item_id | item_name
            track     | 1       | Song (Live)
            track     | 2       | Song
            track     | 3       | Other
            work      | 1       | Song
            work      | 3       | Other
        """,
    )


def test_each_kind_is_counted_by_itself_and_what_has_no_length_is_told(check_model):
    check_model(
        "core.fct_daily_items",
        given={
            "core.dim_tracks": TRACKS,
            "core.dim_works": WORKS,
            "core.fct_plays": """
                listener_id | track_id | artist_id | album_id | local_date | ms_played | is_in_charts
                1           | 1        | 7         | 5        | 2023-12-31 | 30000     | true
                1           | 2        | 7         | -        | 2024-01-01 | -         | true
                1           | 3        | 7         | 5        | 2024-01-01 | -         | true
                1           | 3        | 7         | 5        | 2024-01-01 | 10        | false
            """,
            "core.dim_listeners": "listener_id | artist_credits\n1 | first",
            "core.fct_track_credits": """
                track_id | artist_id | credit_position
                1        | 7         | 1
                1        | 8         | 2
                2        | 7         | 1
                3        | 7         | 1
            """,
        },
        expect="""
            local_date | item_kind | item_id | plays | ms_played | unknown_length_plays | is_discovery
            2023-12-31 | track     | 1       | 1     | 30000     | 0                    | true
            2024-01-01 | track     | 2       | 1     | -         | 1                    | true
            2024-01-01 | track     | 3       | 1     | 60000     | 0                    | true
            2023-12-31 | work      | 1       | 1     | 30000     | 0                    | true
            2024-01-01 | work      | 1       | 1     | -         | 1                    | false
            2024-01-01 | work      | 3       | 1     | 60000     | 0                    | true
            2023-12-31 | album     | 5       | 1     | 30000     | 0                    | true
            2024-01-01 | album     | 5       | 1     | 60000     | 0                    | false
            2023-12-31 | artist    | 7       | 1     | 30000     | 0                    | true
            2024-01-01 | artist    | 7       | 2     | 60000     | 1                    | false
        """,
    )


def test_a_year_has_its_own_plays_and_places_and_equal_ones_share_theirs(check_model):
    check_model(
        "marts.yearly_plays",
        given=NAMED,
        expect="""
            year | item_kind | item_id | item_name | plays | unknown_length_plays | plays_rank | is_discovery
            2023 | artist    | 7       | Band      | 2     | 1                    | 1          | true
            2024 | artist    | 7       | Band      | 3     | 3                    | 1          | false
            2024 | artist    | 8       | Duo       | 3     | 0                    | 1          | true
            2024 | work      | 7       | Song      | 1     | 0                    | 1          | true
        """,
    )


def test_a_week_reaches_over_the_end_of_a_year_and_a_month_does_not(check_model):
    check_model(
        "marts.weekly_plays",
        given=NAMED,
        expect="""
            week_ending | item_kind | item_id | plays | ms_played | heard_days | plays_rank | is_discovery
            2024-01-06  | artist    | 7       | 5     | 30000     | 2          | 1          | true
            2024-01-06  | artist    | 8       | 3     | 90        | 1          | 2          | true
            2024-01-06  | work      | 7       | 1     | 90        | 1          | 1          | true
        """,
    )
    check_model(
        "marts.monthly_plays",
        given=NAMED,
        expect="""
            month_start_date | item_kind | item_id | plays
            2023-12-01       | artist    | 7       | 2
            2024-01-01       | artist    | 7       | 3
            2024-01-01       | artist    | 8       | 3
            2024-01-01       | work      | 7       | 1
        """,
    )


def test_a_year_without_a_skip_is_one_in_which_none_was_recorded(check_model):
    check_model(
        "marts.plays",
        given={
            "core.dim_tracks": TRACKS,
            "core.dim_artists": "artist_id | artist_name\n7 | Band",
            "core.dim_listeners": "listener_id | listener\n1 | ana",
            "core.dim_listener_tracks": "listener_id | track_id\n1 | 1\n1 | 2",
            "core.fct_plays": """
                listener_id | play_id | source  | track_name_id | track_id | artist_id | local_date | is_skipped
                1           | 1       | spotify | 1             | 1        | 7         | 2019-05-01 | false
                1           | 2       | spotify | 2             | 2        | 7         | 2019-06-01 | false
                1           | 3       | spotify | 3             | 1        | 7         | 2023-05-01 | false
                1           | 4       | spotify | 4             | 2        | 7         | 2023-06-01 | true
                1           | 5       | lastfm  | 5             | 2        | 7         | 2023-06-01 | -
            """,
        },
        expect="""
            local_date | source  | track_id | is_skipped
            2019-05-01 | spotify | 1        | -
            2019-06-01 | spotify | 2        | -
            2023-05-01 | spotify | 1        | false
            2023-06-01 | spotify | 2        | true
            2023-06-01 | lastfm  | 2        | -
        """,
    )
