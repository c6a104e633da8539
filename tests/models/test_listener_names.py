"""A listener sees a track under the name that they play most."""

from __future__ import annotations

ALIASES = """
    track_name_id | track_id | artist_name_id | artist_name | track_name | is_ruled
    11            | 11       | 1              | The Voles   | Ford       | false
    12            | 11       | 2              | Voles, The  | FORD       | false
    13            | 13       | 1              | The Voles   | Weir       | false
    20            | 20       | 3              | Okto        | Arms       | true
    21            | 20       | 3              | Okto        | arms!      | true
"""
ARTISTS = """
    artist_name_id | artist_id | artist_name | is_ruled
    1              | 1         | The Voles   | false
    2              | 1         | Voles, The  | false
    3              | 3         | Okto        | false
"""
TRACKS = """
    track_id  | artist_id | artist_name | track_name
    11        | 1         | The Voles   | Ford
    13        | 1         | The Voles   | Weir
    20        | 3         | Okto        | Arms
    100000013 | 100000001 | The Voles   | Weir
"""


def names(check_model, plays: str, expect: str) -> None:
    check_model(
        "core.dim_listener_tracks",
        given={
            "core.fct_plays": "listener_id | track_name_id | track_id | artist_id | ordinal\n"
            + plays,
            "core.dim_track_aliases": ALIASES,
            "core.dim_artist_aliases": ARTISTS,
            "core.dim_tracks": TRACKS,
            "core.dim_namesakes": "track_id | artist_id | spelled_track_id | spelled_artist_id\n"
            "100000013 | 100000001 | 13 | 1",
        },
        expect="listener_id | track_id | artist_name | track_name\n" + expect,
    )


def test_what_another_listener_plays_changes_no_name_of_mine(check_model):
    plays = ["1 | 11 | 11 | 1 | 0", "2 | 11 | 11 | 1 | 0", "2 | 12 | 11 | 1 | 1"]
    plays += ["2 | 12 | 11 | 1 | 2", "2 | 13 | 13 | 1 | 3"]
    expect = ["1 | 11 | The Voles | Ford", "2 | 11 | The Voles | FORD", "2 | 13 | The Voles | Weir"]
    names(check_model, "\n".join(plays), "\n".join(expect))


def test_what_a_rule_says_is_shown_however_it_is_spelled_in_plays(check_model):
    plays = "1 | 21 | 20 | 3 | 0\n1 | 21 | 20 | 3 | 1"
    names(check_model, plays, "1 | 20 | Okto | Arms")


def test_another_artist_of_the_same_spelling_has_that_spelling(check_model):
    names(check_model, "1 | 13 | 100000013 | 100000001 | 0", "1 | 100000013 | The Voles | Weir")
