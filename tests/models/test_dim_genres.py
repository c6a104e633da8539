"""System A's genre buckets, and ours: whole words, several at once."""

from __future__ import annotations

import csv
import datetime as dt
from collections import Counter
from typing import TYPE_CHECKING

import histories

from sotw.pipeline.models import select

if TYPE_CHECKING:
    from pathlib import Path

# SYSTEMS A.6.
SEED_VECTORS = {
    "pop": "other",
    "electropop": "other",
    "indie": "other",
    "lo-fi": "other",
    "trip hop": "other",
    "reggae": "other",
    "therapy": "hip_hop_rap",
    "garage rock": "electronic_dance",
    "jazz house": "electronic_dance",
    "jazz rap": "hip_hop_rap",
    "trap latino": "hip_hop_rap",
    "latin pop": "pop",
    "rap rock": "hip_hop_rap",
    "folk metal": "folk_country_americana",
    "country rock": "folk_country_americana",
    "pop punk": "rock",
    "post-hardcore": "metal_hard",
    "k-pop": "world_regional",
    "brazilian hip hop": "hip_hop_rap",
    "fado": "world_regional",
    "art pop": "pop",
    "neo-psychedelic": "experimental_avant",
}
# SYSTEMS A.6 and H2: tracks of spotify_tracks per bucket.
SEED_COUNTS = {
    "hip_hop_rap": 5543,
    "rock": 2388,
    "pop": 2178,
    "other": 2689,
    "folk_country_americana": 1114,
    "rnb_soul": 1065,
    "classical_art": 647,
    "world_regional": 691,
    "latin": 676,
    "electronic_dance": 591,
    "jazz": 853,
    "experimental_avant": 627,
    "metal_hard": 218,
}
WORD_VECTORS = {
    "pop": ["pop"],
    "k-pop": ["pop", "world_regional"],
    "indie pop": ["pop"],
    "pop punk": ["rock", "pop"],
    "jazz rap": ["hip_hop_rap", "jazz"],
    "hip-hop": ["hip_hop_rap"],
    "hip-hop/rap": ["hip_hop_rap"],
    "folk, world": ["folk_country_americana"],
    "r&b": ["rnb_soul"],
    "folk metal": ["folk_country_americana", "metal_hard"],
    "post-rock": ["rock", "experimental_avant"],
    "singer-songwriter": ["folk_country_americana"],
    # Only as parts of a word: in no bucket.
    "therapy": [],
    "grape": [],
    "rocksteady": [],
    "popcorn": [],
}


def genres(tags: dict[str, str]) -> str:
    return "\n".join(["tag_key | seed_bucket", *(f"{tag} | {tags[tag]}" for tag in tags)])


def test_the_seed_mapping_gives_every_published_vector(check_model):
    check_model(
        "core.dim_genres",
        given={"staging.stg_artist_tags": "\n".join(["tag_key", *SEED_VECTORS])},
        expect=genres(SEED_VECTORS),
    )


def test_a_genre_is_in_each_bucket_of_which_it_holds_a_whole_word(check_model):
    expected = [f"{tag} | {bucket}" for tag, buckets in WORD_VECTORS.items() for bucket in buckets]
    check_model(
        "core.dim_genre_buckets",
        given={"core.dim_genres": "\n".join(["tag_key", *WORD_VECTORS])},
        expect="\n".join(["tag_key | bucket", *expected]),
    )


def test_an_artist_has_the_buckets_of_all_its_genres_and_other_only_without_any(check_model):
    check_model(
        "core.dim_artist_genres",
        given={
            "core.fct_artist_tags": """
                artist_id | tag_key
                1         | jazz rap
                1         | zydeco
                2         | zydeco
            """,
            "core.dim_genre_buckets": """
                tag_key  | bucket
                jazz rap | jazz
                jazz rap | hip_hop_rap
            """,
        },
        expect="""
            artist_id | is_jazz | is_hip_hop_rap | is_rock | is_other_genre
            1         | true    | true           | false   | false
            2         | false   | false          | false   | true
        """,
    )


def test_tags_reach_an_artist_by_name_and_by_mbid_and_count_sources(check_model):
    check_model(
        "core.fct_artist_tags",
        given={
            "staging.stg_artist_tags": """
                source      | tag_key | artist_name_id | artist_mbid | weight
                lastfm      | jazz    | 1              |             | 40
                spotify     | jazz    | 2              |             | -
                musicbrainz | soul    | -1             | m           | 3
                musicbrainz | funk    | -1             | nobody      | 3
            """,
            "core.dim_artist_aliases": """
                artist_name_id | artist_id
                1              | 1
                2              | 1
            """,
            "core.dim_artists": """
                artist_id | artist_mbid
                1         | m
                7         | -
            """,
        },
        expect="""
            artist_id | tag_key | sources_count | weight
            1         | jazz    | 2             | 40
            1         | soul    | 1             | 3
        """,
    )


def test_the_seed_mapping_counts_the_tracks_of_system_a(shared_data: Path, all_models):
    file = shared_data / "sotw" / "spotify_tracks.csv"
    with file.open(encoding="utf-8", newline="") as lines:
        tracks = Counter(row["spotify_genres"].strip().lower() for row in csv.DictReader(lines))
    assert tracks.pop("") == 7101
    con = histories.empty()
    tags = [
        {
            "artist_mbid": "m",
            "tag": tag,
            "tag_key": tag,
            "source": "spotify",
            "fetched_at": dt.datetime(2024, 1, 1),
            "import_id": 1,
        }
        for tag in tracks
    ]
    histories.load(con, {"artist_tags": tags})
    histories.materialize(con, select(all_models, ["dim_genres"]))
    counts: Counter[str] = Counter()
    for tag, bucket in con.execute("select tag_key, seed_bucket from core.dim_genres").fetchall():
        counts[bucket] += tracks[tag]
    con.close()
    assert counts == SEED_COUNTS
