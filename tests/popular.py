"""A generated catalogue with a known rule of popularity, imported and built."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

import histories
import numpy as np

from sotw import ingest, warehouse
from sotw.pipeline.models import load_models, select
from sotw.settings import Settings

if TYPE_CHECKING:
    from pathlib import Path

    from sotw.warehouse import Connection

HEADER = (
    "year", "track_name", "track_popularity", "artist_name", "artist_genres", "artist_popularity",
    "danceability", "energy", "key", "loudness", "mode", "speechiness", "acousticness",
    "instrumentalness", "liveness", "valence", "tempo", "duration_ms",
)  # fmt: skip
MODELS = ("training_popularity", "dim_listeners", "data_quality")


def tracks(n: int = 500, seed: int = 1) -> list[dict[str, object]]:
    """Tracks of five an artist: 30 + .4 artist + 20 energy + 15 for rock, and noise of 4."""
    random = np.random.default_rng(seed)
    found = []
    for number in range(n):
        artist = number // 5
        artist_random = np.random.default_rng([seed, artist])
        fame, rock = int(artist_random.integers(0, 100)), artist_random.random() < 0.4
        sound = {name: round(float(random.random()), 3) for name in HEADER[6:8] + HEADER[11:16]}
        said = 10 + 0.4 * fame + 20 * sound["energy"] + 15 * rock + random.normal(0, 4)
        found.append(
            {
                **sound,
                "year": 2000 + number % 20,
                "track_name": f"Song {number}",
                "track_popularity": int(np.clip(round(said), 0, 100)),
                "artist_name": f"Artist {artist}",
                "artist_genres": "['indie rock'; 'rock']" if rock else "['baroque']",
                "artist_popularity": fame,
                "key": number % 12,
                "loudness": -round(float(random.random()) * 20, 2),
                "mode": number % 2,
                "tempo": round(60 + 120 * float(random.random()), 1),
                "duration_ms": int(120_000 + 200_000 * random.random()),
            }
        )
    return found


def write(path: Path, rows: list[dict[str, object]]) -> Path:
    """A catalogue as system E's."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, HEADER)
        writer.writeheader()
        writer.writerows(rows)
    return path


def built(*files: Path) -> Connection:
    """A warehouse in memory with these catalogues, and what popularity needs."""
    con = histories.empty()
    report = ingest.ingest(con, list(files), "ana", now=warehouse.utc_now())
    assert not report.refused
    histories.build_from_raw(
        con, select(load_models(), MODELS), settings=Settings(), as_of=warehouse.utc_now()
    )
    return con
