"""A built warehouse with two listeners and a trained model, and the service over it."""

from __future__ import annotations

import datetime as dt
import random
from typing import TYPE_CHECKING

from starlette.testclient import TestClient

from sotw.actions import learn, load_and_build
from sotw.serve.app import make_app
from sotw.serve.config import Config
from sotw.settings import Settings

if TYPE_CHECKING:
    from pathlib import Path

SETTINGS = Settings(cutoff_policies=("calendar",))
START = dt.datetime(2024, 1, 7, 12)
WEEKS = 24


def make_warehouse(folder: Path) -> Path:
    """Ana's log of 24 weeks with picks, and Ben's of two days, built and trained."""
    path, draw = folder / "sotw.duckdb", random.Random(4)
    plays, picks = ["utc_time,artist,track"], ["artist,track,added_at"]
    for week in range(WEEKS):
        best = f"Song {week % 5}"
        for day in range(7):
            at = START + dt.timedelta(days=7 * week + day)
            songs = [best, f"Song {draw.randrange(9)}", f"Song {draw.randrange(9)}"]
            plays += [
                f"{at + dt.timedelta(minutes=5 * n)},Band,{song}" for n, song in enumerate(songs)
            ]
        picks.append(f"Band,{best},{at.date()} 20:00:00")
    ben = ["utc_time,artist,track", "2024-02-01 10:00:00,Secret,Of Ben"]
    for name, lines in (("plays", plays), ("favourites", picks), ("ben", ben)):
        (folder / f"{name}.csv").write_text("\n".join(lines) + "\n")
    load_and_build.run_ingest(path, [folder / "plays.csv"], "ana", SETTINGS)
    load_and_build.run_ingest(path, [folder / "favourites.csv"], "ana", SETTINGS, is_favorites=True)
    load_and_build.run_ingest(path, [folder / "ben.csv"], "ben", SETTINGS)
    load_and_build.run_build(path, SETTINGS)
    learn.run_train(path, SETTINGS, {"week_favorite": None})
    return path


def client(path: Path, host: str = "http://localhost", **config: object) -> TestClient:
    """A client of the service; nothing listens anywhere."""
    config = {"rate": ""} | config
    made = make_app(Config(path, SETTINGS, **config))
    return TestClient(made, base_url=host, raise_server_exceptions=False)
