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


def growth(check_model, rows: list[str], expect: str, *, named: str = "") -> None:
    check_model(
        "core.fct_playlist_growth",
        given={
            "staging.stg_playlist_items": "\n".join(
                ["listener_id | source | playlist | added_at", *rows]
            ),
            "staging.stg_favorite_playlists": f"listener_id | playlist\n{named}",
            "core.dim_listeners": LISTENERS,
        },
        expect=expect,
    )


def test_a_list_that_grows_by_a_song_a_week_holds_favourites_until_another_is_named(check_model):
    rows = [
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
    growth(
        check_model,
        rows,
        """
        listener_id | playlist | added_at         | items_count | weeks_count | span_weeks | is_favorites
        1           | Party    | 2024-01-06 12:00 | 3           | 1           | 1          | false
        1           | Party    | 2024-01-13 12:00 | 4           | 2           | 2          | false
        1           | Seasons  | 2024-01-06 12:00 | 1           | 1           | 1          | false
        1           | Seasons  | 2024-02-10 12:00 | 2           | 2           | 6          | false
        1           | Seasons  | 2024-03-16 12:00 | 3           | 3           | 11         | false
        1           | Seasons  | 2024-04-20 12:00 | 4           | 4           | 16         | false
        1           | Two      | 2024-01-06 12:00 | 1           | 1           | 1          | false
        1           | Two      | 2024-01-13 12:00 | 2           | 2           | 2          | false
        1           | Weekly   | 2024-01-06 12:00 | 1           | 1           | 1          | false
        1           | Weekly   | 2024-01-13 12:00 | 2           | 2           | 2          | false
        1           | Weekly   | 2024-01-27 12:00 | 3           | 3           | 4          | true
        1           | Weekly   | 2024-02-03 12:00 | 4           | 4           | 5          | true
        2           | Mine     | 2024-01-06 12:00 | 2           | 1           | 1          | true
        2           | Weekly   | 2024-01-06 12:00 | 1           | 1           | 1          | false
        2           | Weekly   | 2024-01-13 12:00 | 2           | 2           | 2          | false
        2           | Weekly   | 2024-01-20 12:00 | 3           | 3           | 3          | false
        """,
        named="2 | Mine",
    )


def test_a_song_is_known_as_a_favourite_once_its_list_looks_so_and_a_burst_undoes_nothing(
    check_model,
):
    weekly = ["2024-01-06", "2024-01-13", "2024-01-20", "2024-01-27"]
    growth(
        check_model,
        [
            # Three songs at once, and weeks after which it looks like favourites again.
            items(1, "Weekly", [*weekly, *["2024-02-03"] * 3, "2024-02-10", "2024-02-17"]),
            items(1, "Weekly", ["2024-02-24", "2024-03-02"]),
            items(1, "Burst", [*weekly, *["2024-02-03"] * 9]),
            items(2, "Named", ["2024-01-06", "2024-01-06", "2024-03-02"]),
        ],
        """
        listener_id | playlist | added_at         | is_favorites | known_at
        1           | Burst    | 2024-01-06 12:00 | false        | 2024-01-20 12:00
        1           | Burst    | 2024-01-13 12:00 | false        | 2024-01-20 12:00
        1           | Burst    | 2024-01-20 12:00 | true         | 2024-01-20 12:00
        1           | Burst    | 2024-01-27 12:00 | true         | 2024-01-27 12:00
        1           | Burst    | 2024-02-03 12:00 | false        | -
        1           | Weekly   | 2024-01-06 12:00 | false        | 2024-01-20 12:00
        1           | Weekly   | 2024-01-13 12:00 | false        | 2024-01-20 12:00
        1           | Weekly   | 2024-01-20 12:00 | true         | 2024-01-20 12:00
        1           | Weekly   | 2024-01-27 12:00 | true         | 2024-01-27 12:00
        1           | Weekly   | 2024-02-03 12:00 | false        | 2024-02-24 12:00
        1           | Weekly   | 2024-02-10 12:00 | false        | 2024-02-24 12:00
        1           | Weekly   | 2024-02-17 12:00 | false        | 2024-02-24 12:00
        1           | Weekly   | 2024-02-24 12:00 | true         | 2024-02-24 12:00
        1           | Weekly   | 2024-03-02 12:00 | true         | 2024-03-02 12:00
        2           | Named    | 2024-01-06 12:00 | true         | 2024-01-06 12:00
        2           | Named    | 2024-03-02 12:00 | true         | 2024-03-02 12:00
        """,
        named="2 | Named",
    )


def test_a_list_is_what_it_had_become_with_its_last_song(check_model):
    check_model(
        "core.dim_playlists",
        given={
            "core.fct_playlist_growth": """
                listener_id | source | playlist | added_at   | items_count | is_favorites | known_at
                1           | deezer | Burst    | 2024-01-20 | 3           | true         | 2024-01-20
                1           | deezer | Burst    | 2024-01-27 | 9           | false        | -
                1           | deezer | Weekly   | 2024-01-13 | 2           | false        | 2024-01-20
                1           | deezer | Weekly   | 2024-01-20 | 3           | true         | 2024-01-20
                1           | tidal  | Weekly   | 2024-01-13 | 2           | false        | -
            """
        },
        expect="""
            source | playlist | items_count | is_favorites | known_at
            deezer | Burst    | 9           | false        | 2024-01-20
            deezer | Weekly   | 3           | true         | 2024-01-20
            tidal  | Weekly   | 2           | false        | -
        """,
    )


def test_a_song_on_a_favourites_list_is_a_pick_and_labels_unless_one_of_that_day_names_it(
    check_model,
):
    check_model(
        "core.fct_playlist_picks",
        given={
            "staging.stg_playlist_items": """
                listener_id | source  | playlist | track_name_id | added_at
                1           | spotify | Weekly   | 11            | 2024-01-06 12:00:00
                1           | spotify | Weekly   | 12            | 2024-01-13 12:00:00
                1           | spotify | Weekly   | 14            | 2024-01-20 12:00:00
                1           | spotify | Burst    | 11            | 2024-01-07 12:00:00
                1           | spotify | Burst    | 11            | 2024-01-21 12:00:00
                1           | spotify | Weekly   | 15            | -
            """,
            "core.fct_playlist_growth": """
                listener_id | source  | playlist | added_at            | known_at
                1           | spotify | Weekly   | 2024-01-06 12:00:00 | 2024-01-20 12:00:00
                1           | spotify | Weekly   | 2024-01-13 12:00:00 | 2024-01-20 12:00:00
                1           | spotify | Weekly   | 2024-01-20 12:00:00 | 2024-01-20 12:00:00
                1           | spotify | Burst    | 2024-01-07 12:00:00 | 2024-01-14 12:00:00
                1           | spotify | Burst    | 2024-01-21 12:00:00 | -
            """,
            "core.dim_playlists": """
                listener_id | source  | playlist | is_favorites
                1           | spotify | Weekly   | true
                1           | spotify | Burst    | false
            """,
            "core.dim_track_aliases": ALIASES,
            # Another spelling of the same song on the same day; the same song on another.
            "staging.stg_picks": """
                listener_id | picked_at           | track_name_id
                1           | 2024-01-13 18:45:12 | 13
                1           | 2024-01-13 19:00:00 | 12
                1           | 2024-01-19 23:59:59 | 14
                2           | 2024-01-06 12:00:00 | 11
            """,
        },
        expect="""
            listener_id | picked_at           | track_name_id | known_at            | is_for_labels
            1           | 2024-01-06 12:00:00 | 11            | 2024-01-20 12:00:00 | true
            1           | 2024-01-07 12:00:00 | 11            | 2024-01-14 12:00:00 | false
            1           | 2024-01-13 12:00:00 | 12            | 2024-01-20 12:00:00 | false
            1           | 2024-01-20 12:00:00 | 14            | 2024-01-20 12:00:00 | true
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
