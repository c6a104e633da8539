"""The lists of songs: the scores of SYSTEMS B.5, and what comes onto each list and where."""

from __future__ import annotations

import csv
import math
import random
from typing import TYPE_CHECKING, Any

import pytest

from sotw import render as render_module
from sotw.paths import sql_root

if TYPE_CHECKING:
    from collections.abc import Iterator

SCORES = "marts.track_completion_scores"
RESUME = "marts.resume_playlist"
FAVORITES = "marts.favorites_playlist"
COLD_START = "marts.cold_start_playlist"
TRACKS = """
    track_id | artist_id | artist_name | track_name
    11       | 1         | Ann         | One
    12       | 1         | Ann         | Two
    13       | 1         | Ann         | Three
    21       | 2         | Ben         | One
    31       | 3         | Cy          | One
"""

HEADER = "listener_id | track_id | artist_id | plays | completed_plays | score | is_in_library"


def scored(rows: list[tuple[int, int, int, float]]) -> str:
    """Rows of the scores: track, artist, plays, score; all completed, none saved."""
    lines = [
        f"1 | {track} | {artist} | {n} | {n} | {score} | false" for track, artist, n, score in rows
    ]
    return "\n".join([HEADER, *lines])


def tracks(rows: list[tuple[int, int, int, float]]) -> str:
    names = "\n".join(f"1 | {track} | Artist {artist} | {track}" for track, artist, *_ in rows)
    return f"listener_id | track_id | artist_name | track_name\n{names}"


def test_songs_played_twice_come_first_then_the_score_then_the_plays(check_model):
    rows = [
        (11, 1, 1, 0.99),
        (12, 1, 2, 0.5),
        (13, 1, 9, 0.7),
        (14, 1, 4, 0.7),
        (15, 1, 0, 0.99),
        (16, 1, 9, 0.7),
        (17, 1, 5, 0.1),
    ]
    check_model(
        RESUME,
        given={
            SCORES: scored(rows),
            "core.dim_listener_tracks": tracks(rows),
            "core.dim_spotify_ids": "track_id | spotify_track_id\n13 | abc",
        },
        expect="""
            list_rank | track_id | spotify_track_id | reason
            1 | 13 | abc | Its own plays speak for it
            2 | 16 | -   | Its own plays speak for it
            3 | 14 | -   | Few plays of its own: its artist speaks for it
            4 | 12 | -   | Few plays of its own: its artist speaks for it
            5 | 17 | -   | Its own plays speak for it
            6 | 11 | -   | Few plays of its own: its artist speaks for it
            7 | 15 | -   | Few plays of its own: its artist speaks for it
        """,
    )


def test_the_list_ends_after_a_hundred_songs(check_model):
    rows = [(track, 1, 2, 1 - track / 1000) for track in range(1, 121)]
    wanted = "\n".join(f"{track} | {track}" for track in range(1, 101))
    check_model(
        RESUME,
        given={SCORES: scored(rows), "core.dim_listener_tracks": tracks(rows)},
        expect=f"list_rank | track_id\n{wanted}",
    )


def test_two_songs_of_each_favourite_come_first_in_the_order_of_the_settings(check_model):
    rows = [
        (11, 1, 9, 0.8),
        (21, 2, 9, 0.3),
        (22, 2, 9, 0.2),
        (23, 2, 9, 0.1),
        (31, 3, 9, 0.5),
        (32, 3, 1, 0.97),
        (33, 3, 9, 0.96),
    ]
    given = {
        SCORES: scored(rows),
        "core.dim_listener_tracks": tracks(rows),
        "core.dim_favorite_artists": "listener_id | artist_id | position\n1 | 2 | 1\n1 | 3 | 2",
    }
    check_model(
        FAVORITES,
        given=given,
        expect="""
            list_rank | track_id | score | is_favorite_artist | reason
            1 | 21 | 0.36 | true  | Of a favourite artist, which raises its score
            2 | 22 | 0.26 | true  | Of a favourite artist, which raises its score
            3 | 33 | 1    | true  | Of a favourite artist, which raises its score
            4 | 31 | 0.56 | true  | Of a favourite artist, which raises its score
            5 | 11 | 0.8  | false | Its own plays speak for it
            6 | 23 | 0.16 | true  | Of a favourite artist, which raises its score
            7 | 32 | 1    | true  | Of a favourite artist, which raises its score
        """,
    )


def test_no_artist_has_more_than_eight_songs_among_the_favourites(check_model):
    rows = [(10 + place, 1, 9, 0.9 - place / 100) for place in range(10)] + [(30, 3, 9, 0.1)]
    wanted = [*range(10, 18), 30]
    check_model(
        FAVORITES,
        given={SCORES: scored(rows), "core.dim_listener_tracks": tracks(rows)},
        expect="list_rank | track_id\n"
        + "\n".join(f"{place} | {track}" for place, track in enumerate(wanted, start=1)),
    )


def test_saved_songs_are_scored_by_their_artist_alone_and_say_if_they_were_played(check_model):
    popularity = math.log(1 + 4) / math.log(1 + 20)
    check_model(
        COLD_START,
        given={
            SCORES: f"""
                {HEADER}
                1 | 11 | 1 | 3  | 3  | 0.1 | true
                1 | 12 | 1 | 0  | 0  | 0.1 | true
                1 | 13 | 1 | 1  | 0  | 0.9 | false
                1 | 21 | 2 | 20 | 10 | 0.9 | false
                1 | 31 | 3 | 0  | 0  | 0.9 | true
            """,
            "core.dim_tracks": TRACKS,
        },
        expect=f"""
            list_rank | track_id | plays | is_played | artist_plays | artist_completion_rate | popularity_share | cold_start_score
            1 | 12 | 0 | false | 4 | 0.75        | {popularity} | {0.7 * 0.75 + 0.3 * popularity}
            2 | 11 | 3 | true  | 4 | 0.75        | {popularity} | {0.7 * 0.75 + 0.3 * popularity}
            3 | 31 | 0 | false | 0 | {13 / 24}   | 0            | {0.7 * 13 / 24}
        """,
    )


def test_no_artist_has_more_than_five_saved_songs_and_those_never_played_are_taken(check_model):
    lines = [f"1 | {track} | 1 | {track % 2} | 0 | 0.5 | true" for track in range(1, 9)]
    names = [f"{track} | 1 | Ann | {track}" for track in range(1, 9)]
    check_model(
        COLD_START,
        given={
            SCORES: "\n".join([HEADER, *lines]),
            "core.dim_tracks": "\n".join(
                ["track_id | artist_id | artist_name | track_name", *names]
            ),
        },
        expect="""
            list_rank | track_id | is_played
            1 | 2 | false
            2 | 4 | false
            3 | 6 | false
            4 | 8 | false
            5 | 1 | true
        """,
    )


# --- what they stand on ----------------------------------------------------------------------


def test_the_id_of_a_track_is_the_one_of_most_plays_else_a_stated_one(check_model):
    check_model(
        "core.dim_spotify_ids",
        given={
            "core.dim_track_aliases": "track_name_id | track_id\n1 | 1\n2 | 1\n3 | 3\n4 | 4",
            "staging.stg_plays": """
                track_name_id | played_spotify_track_id
                1 | b
                2 | b
                1 | a
                2 | -
                3 | -
            """,
            "staging.stg_library_items": "track_name_id | library_spotify_track_id\n1 | 0\n3 | c",
            "staging.stg_track_stats": "track_name_id | spotify_track_id\n3 | d\n4 | -",
        },
        expect="track_id | spotify_track_id\n1 | b\n3 | c",
    )


def test_a_saved_song_is_its_track_however_it_is_written(check_model):
    check_model(
        "core.dim_library_tracks",
        given={
            "core.dim_track_aliases": "track_name_id | track_id\n1 | 1\n2 | 1\n3 | 3",
            "staging.stg_library_items": """
                listener_id | track_name_id | fetched_at
                1 | 1 | 2024-01-02
                1 | 2 | 2024-01-01
                2 | 3 | 2024-01-03
            """,
        },
        expect="listener_id | track_id | first_fetched_at\n1 | 1 | 2024-01-01\n2 | 3 | 2024-01-03",
    )


def test_a_favourite_artist_is_found_by_key_and_has_its_first_place(check_model):
    check_model(
        "core.dim_favorite_artists",
        given={
            "core.dim_artist_aliases": "artist_id | artist_key\n1 | ann\n1 | anne\n2 | ben",
            "staging.stg_favorite_artists": """
                listener_id | position | artist_key
                1 | 1 | nobody
                1 | 2 | anne
                1 | 3 | ann
            """,
        },
        expect="listener_id | artist_id | position\n1 | 1 | 2",
    )


# --- the published lists of system B ---------------------------------------------------------

PUBLISHED = ("top_resume_playlist", "top_favorites_playlist", "cold_start_recommendations")
MACROS = "{% from 'macros_completion.sql' import bayesian_rate, cold_start_score, favorite_score, "
MACROS += "popularity_share, resume_score %}"
# What a row of the published file says, by the formula that makes it of the row's other columns.
FORMULAS = {
    "bayesian_completion_rate": "bayesian_rate('plays', 'actual_completion_rate', "
    "'artist_completion_prior')",
    "score": "resume_score('predicted_completion_rate', 'bayesian', 'artist_completion_prior', "
    "'plays')",
    "boosted": "favorite_score('score')",
    "cold_start_score": "cold_start_score('artist_completion_prior', 'popularity')",
}


@pytest.fixture(scope="module")
def published(shared_data) -> dict[str, list[dict[str, str]]]:
    found = {}
    for name in PUBLISHED:
        with (shared_data / "completion" / f"{name}.csv").open(
            encoding="utf-8", newline=""
        ) as text:
            found[name] = list(csv.DictReader(text))
    return found


def computed(con: Any, formula: str, **values: float) -> float:
    """One formula of sql/macros_completion.sql on the values of its arguments."""
    template = render_module._environment(sql_root()).from_string(f"{MACROS}{{{{ {formula} }}}}")
    columns = ", ".join(f"cast({value!r} as double) as {name}" for name, value in values.items())
    [(found,)] = con.execute(f"select {template.render()} from (select {columns})").fetchall()
    return float(found)


def figures(row: dict[str, str]) -> Iterator[tuple[str, float]]:
    for name, text in row.items():
        if name not in ("uri", "track_name", "artist", "reason"):
            yield name, float(text)


@pytest.mark.parametrize("name", PUBLISHED[:2])
def test_the_formulas_make_every_published_score_of_its_own_columns(template, published, name):
    assert len(published[name]) == 100
    for row in published[name]:
        values = dict(figures(row))
        wanted, said = values.pop("score"), values.pop("bayesian_completion_rate")
        bayesian = computed(template, FORMULAS["bayesian_completion_rate"], **values)
        assert bayesian == pytest.approx(said, abs=1e-6)
        score = computed(template, FORMULAS["score"], **values, bayesian=bayesian)
        if row["reason"].startswith("Favorite"):
            score = computed(template, FORMULAS["boosted"], score=score)
        # Its own columns have six decimals.
        assert score == pytest.approx(wanted, abs=1e-6 + 5e-7)


def test_the_formula_makes_every_published_score_of_a_cold_start(template, published):
    rows = [dict(figures(row)) for row in published["cold_start_recommendations"]]
    # The most played artist is not on the list; its plays follow from any row.
    first = rows[0]
    most = math.expm1(math.log1p(first["artist_historical_plays"]) / first["popularity_component"])
    for row in rows:
        plays = {"plays": row["artist_historical_plays"], "most": round(most)}
        popularity = computed(template, "popularity_share('plays', 'most')", **plays)
        assert popularity == pytest.approx(row["popularity_component"], abs=1e-6)
        values = {name: row[name] for name in ("artist_completion_prior",)}
        score = computed(template, FORMULAS["cold_start_score"], **values, popularity=popularity)
        assert score == pytest.approx(row["cold_start_score"], abs=1e-6 + 5e-7)


def as_scored(rows: list[dict[str, str]]) -> dict[str, tuple[int, int, int, float]]:
    """Published rows as rows of the scores, in any order; the boost is taken off."""
    artists: dict[str, int] = {}
    found: dict[str, tuple[int, int, int, float]] = {}
    for row in rows:
        artist = artists.setdefault(row["artist"], 1000 + len(artists))
        boost = 0.06 if row["reason"].startswith("Favorite") else 0.0
        track = found[row["uri"]][0] if row["uri"] in found else len(found) + 1
        found[row["uri"]] = (track, artist, int(row["plays"]), float(row["score"]) - boost)
    return found


def test_the_published_resume_list_comes_out_in_its_order(check_model, published):
    rows = as_scored(published["top_resume_playlist"])
    shuffled = random.Random(1).sample(list(rows.values()), len(rows))
    wanted = [f"{place} | {row[0]}" for place, row in enumerate(rows.values(), start=1)]
    check_model(
        RESUME,
        given={SCORES: scored(shuffled), "core.dim_listener_tracks": tracks(shuffled)},
        expect="\n".join(["list_rank | track_id", *wanted]),
    )


def test_the_published_list_of_favourites_comes_out_of_both_files(check_model, published):
    listed = published["top_favorites_playlist"]
    rows = as_scored([*published["top_resume_playlist"], *listed])
    names = dict.fromkeys(row["artist"] for row in listed if row["reason"].startswith("Favorite"))
    number = {row["artist"]: rows[row["uri"]][1] for row in listed}
    favorites = [f"1 | {number[name]} | {place}" for place, name in enumerate(names, start=1)]
    wanted = [f"{place} | {rows[row['uri']][0]}" for place, row in enumerate(listed, start=1)]
    shuffled = random.Random(1).sample(list(rows.values()), len(rows))
    check_model(
        FAVORITES,
        given={
            SCORES: scored(shuffled),
            "core.dim_listener_tracks": tracks(shuffled),
            "core.dim_favorite_artists": "\n".join(
                ["listener_id | artist_id | position", *favorites]
            ),
        },
        expect="\n".join(["list_rank | track_id", *wanted]),
    )
