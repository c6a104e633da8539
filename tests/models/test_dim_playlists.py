"""Which playlists hold favourites of a week, and the picks that come of them."""

from __future__ import annotations

ALIASES = """
    track_name_id | track_id
    11            | 11
    12            | 12
    13            | 12
    14            | 14
    15            | 15
"""
LISTENERS = "listener_id | week_ends_on\n1 | 6\n2 | 6"


def items(listener_id: int, playlist: str, dates: list[str]) -> str:
    return "\n".join(f"{listener_id} | spotify | {playlist} | {day} 12:00:00" for day in dates)


def test_a_list_that_grows_by_a_song_a_week_holds_favourites_until_another_is_named(check_model):
    rows = [
        "listener_id | source | playlist | added_at",
        items(1, "Weekly", ["2024-01-06", "2024-01-13", "2024-01-27", "2024-02-03"]),
        # All at once; a song a month; too few.
        items(1, "Party", ["2024-01-06", "2024-01-06", "2024-01-06", "2024-01-13"]),
        items(1, "Seasons", ["2024-01-06", "2024-02-10", "2024-03-16", "2024-04-20"]),
        items(1, "Two", ["2024-01-06", "2024-01-13"]),
        items(2, "Weekly", ["2024-01-06", "2024-01-13", "2024-01-20"]),
        items(2, "Mine", ["2024-01-06", "2024-01-06"]),
        # Of these nobody knows how they grew.
        "1 | spotify | Undated | -",
        "1 | spotify | Weekly | -",
    ]
    check_model(
        "core.dim_playlists",
        given={
            "staging.stg_playlist_items": "\n".join(rows),
            "staging.stg_favorite_playlists": "listener_id | playlist\n2 | Mine",
            "core.dim_listeners": LISTENERS,
        },
        expect="""
            listener_id | playlist | items_count | weeks_count | span_weeks | is_favorites
            1           | Party    | 4           | 2           | 2          | false
            1           | Seasons  | 4           | 4           | 16         | false
            1           | Two      | 2           | 2           | 2          | false
            1           | Weekly   | 4           | 4           | 5          | true
            2           | Mine     | 2           | 1           | 1          | true
            2           | Weekly   | 3           | 3           | 3          | false
        """,
    )


def test_a_song_on_a_favourites_list_is_a_pick_unless_a_pick_of_that_day_names_it(check_model):
    check_model(
        "core.fct_playlist_picks",
        given={
            "staging.stg_playlist_items": """
                listener_id | source  | playlist | track_name_id | added_at
                1           | spotify | Weekly   | 11            | 2024-01-06 12:00:00
                1           | spotify | Weekly   | 12            | 2024-01-13 12:00:00
                1           | spotify | Weekly   | 14            | 2024-01-20 12:00:00
                1           | spotify | Party    | 11            | 2024-01-21 12:00:00
                1           | spotify | Weekly   | 15            | -
            """,
            "core.dim_playlists": """
                listener_id | source  | playlist | is_favorites
                1           | spotify | Weekly   | true
                1           | spotify | Party    | false
            """,
            "core.dim_track_aliases": ALIASES,
            # Another spelling of the same song on the same day; the same song on another.
            "staging.stg_picks": """
                listener_id | picked_at           | track_name_id
                1           | 2024-01-13 18:45:12 | 13
                1           | 2024-01-19 23:59:59 | 14
                2           | 2024-01-06 12:00:00 | 11
            """,
        },
        expect="""
            listener_id | picked_at           | track_name_id
            1           | 2024-01-06 12:00:00 | 11
            1           | 2024-01-20 12:00:00 | 14
        """,
    )


def test_a_song_without_a_date_is_on_its_list_and_one_of_later_is_not(check_model):
    check_model(
        "staging.stg_playlist_items",
        given={
            "raw.settings": "as_of\n2024-02-01 00:00:00",
            "raw.playlist_items": """
                listener_id | source  | playlist | track_name_id | added_at
                1           | spotify | Mine     | 11            | -
                1           | spotify | Mine     | 11            | 2024-01-06 12:00:00
                1           | spotify | Mine     | 12            | 2024-02-01 00:00:00
            """,
        },
        expect="""
            track_name_id | item_number | added_at
            11            | 1           | 2024-01-06 12:00:00
            11            | 2           | -
        """,
    )
