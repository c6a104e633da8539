"""Three listeners and twelve weeks, written by hand: every feature and mart as a file.

``make golden`` (``pytest tests/test_golden.py --golden``) rewrites them; the diff is the review.
Times in tests/golden/raw are of 2024 and UTC.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections import defaultdict
from pathlib import Path
from typing import Any

import histories
import pytest

from sotw.paths import sql_root
from sotw.pipeline.models import load_models
from sotw.settings import POLICIES, ListenerSettings, Settings

FOLDER = Path(__file__).parent / "golden"
LISTENERS = {
    "ana": ListenerSettings("UTC", 6),
    "ben": ListenerSettings("America/New_York", 0),
    "cleo": ListenerSettings("Europe/Lisbon", 6, 18 * 60, dt.date(2024, 2, 10)),
}
AS_OF = dt.datetime(2024, 4, 5, 20, 0)
TABLES = [
    f"{folder}.{file.stem}"
    for folder in ("features", "marts")
    for file in sorted((sql_root() / folder).glob("*.sql"))
]


def read(name: str) -> list[dict[str, str | None]]:
    with (FOLDER / "raw" / f"{name}.csv").open(encoding="utf-8", newline="") as text:
        return [
            {column: value or None for column, value in row.items()} for row in csv.DictReader(text)
        ]


def at(text: str | None) -> dt.datetime:
    return dt.datetime.fromisoformat(f"2024-{text}")


def golden_history() -> histories.History:
    names = histories.Names()
    ids = {name: number for number, name in enumerate(LISTENERS, start=1)}
    known: dict[str, Any] = {"import_id": 1}
    raw: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for name, number in ids.items():
        raw["listeners"].append(
            {"listener_id": number, "listener": name, "is_demo": False, "created_at": AS_OF}
        )
    for row in read("plays"):
        times = [at(each) for each in row["times"].split()]
        track = names.track(row["artist"], row["track"])
        raw["plays"] += histories.plays(ids[row["listener"]], times, track)
    for row in read("picks"):
        raw["picks"].append(
            {
                "listener_id": ids[row["listener"]],
                "picked_at": at(row["picked_at"]),
                "track_name_id": names.track(row["artist"], row["track"]),
                "source": "favorites",
                "week_ending": row["week_ending"] and dt.date.fromisoformat(row["week_ending"]),
                "spotify_track_id": row["spotify_track_id"],
            }
        )
    for line, row in enumerate(read("track_stats")):
        raw["track_stats"].append(
            {
                **known,
                "line": line,
                "source": "spotify",
                "track_name_id": names.track(row["artist"], row["track"]),
                "fetched_at": at(row["fetched_at"]),
                "spotify_track_id": row["spotify_track_id"],
                "release_date": row["release_date"],
                "duration_ms": row["duration_ms"] and int(row["duration_ms"]),
                "popularity": row["popularity"] and int(row["popularity"]),
            }
        )
    for line, row in enumerate(read("artists")):
        stated = {**known, "line": line, "source": "web", "fetched_at": at(row["fetched_at"])}
        artist = {"artist_name_id": names.artist(row["artist"])}
        mbid = {"artist_mbid": row["mbid"]}
        listeners = row["listeners"] and int(row["listeners"])
        raw["artist_stats"].append({**stated, **artist, **mbid, "listeners": listeners})
        if row["country"] or row["artist_type"]:
            dates = {
                f"career_{side}_date": row[side] and dt.date.fromisoformat(row[side])
                for side in ("begin", "end")
            }
            about = {"country": row["country"], "artist_type": row["artist_type"]}
            raw["artist_profiles"].append({**stated, **mbid, **about, **dates})
        for tag in (row["tags"] or "").split(";"):
            if tag:
                raw["artist_tags"].append({**stated, **artist, "tag": tag, "tag_key": tag})
    for line, row in enumerate(read("catalogue_rows"), start=1):
        sound = {
            name: row[name] and float(row[name]) for name in ("danceability", "energy", "tempo")
        }
        raw["catalogue_rows"].append(
            {
                **known,
                "line": line,
                "feature_source": row["catalogue"],
                "track_name_id": names.track(row["artist"], row["track"]),
                "fetched_at": at(row["fetched_at"]),
                "release_date": row["release_date"],
                "duration_ms": row["duration_ms"] and int(row["duration_ms"]),
                "popularity": row["popularity"] and int(row["popularity"]),
                "artist_popularity": row["artist_popularity"] and int(row["artist_popularity"]),
                "genre_keys": row["genre_keys"],
                **sound,
                "loudness": row["loudness"] and float(row["loudness"]),
                "unread": row["unread"],
            }
        )
    for line, row in enumerate(read("live_shows")):
        raw["live_shows"].append(
            {
                **known,
                "line": line,
                "source": "concerts",
                "listener_id": ids[row["listener"]],
                "artist_name_id": names.artist(row["artist"]),
                "show_date": dt.date.fromisoformat(row["show_date"]),
            }
        )
    raw["imports"] = [
        {
            "import_id": 1,
            "imported_at": AS_OF,
            "format": "lastfm",
            "file": "plays.csv",
            "sha256": "0",
            "bytes": 1,
            "rows_read": 10,
            "rows_kept": 7,
            "rows_known": 0,
            "rows_rejected": 3,
        }
    ]
    raw["rejects"] = [
        {"import_id": 1, "line": line, "reason": reason, "record": "…"}
        for line, reason in [(9, "no time"), (4, "no time"), (2, "no artist")]
    ]
    raw["names"] = names.rows
    raw["ml.ledger"] = [
        {
            "predicted_at": at(row["predicted_at"]),
            "run_id": row["run_id"],
            "predictor": "week_favorite",
            "task": "weekly favourite",
            "target": "favorite",
            "model": "logistic",
            "listener_id": ids[row["listener"]],
            "listener": row["listener"],
            "week_ending": dt.date.fromisoformat(row["week_ending"]),
            "cutoff_policy": row["cutoff_policy"],
            "cutoff_at": at(row["predicted_at"]),
            "track_id": names.track(row["artist"], row["track"]),
            "artist_name": row["artist"],
            "track_name": row["track"],
            "artist_key": histories.strict_key(row["artist"]),
            "track_key": histories.strict_key(row["track"]),
            "probability": float(row["probability"]),
            "rank": int(row["rank"]),
            "is_backfill": row["is_backfill"] == "true",
        }
        for row in read("ledger")
    ]
    return histories.History(
        dict(raw), Settings(cutoff_policies=POLICIES, listeners=LISTENERS), AS_OF
    )


@pytest.fixture(scope="module")
def golden_warehouse(all_models):
    con = histories.built(golden_history(), all_models)
    yield con
    con.close()


def as_csv(con, model) -> str:
    """A table as text, ordered by its grain; doubles to nine places, so that no platform differs.

    The training mart repeats the features: only its own columns are written.
    """
    columns = [row[0] for row in con.execute(f"describe {model.name}").fetchall()]
    for parent in model.parents:
        if model.table.startswith("training_") and parent.startswith("features."):
            repeated = {row[0] for row in con.execute(f"describe {parent}").fetchall()}
            columns = [name for name in columns if name in model.grain or name not in repeated]
    query = f"select {', '.join(columns)} from {model.name} order by {', '.join(model.grain)}"
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    for row in con.execute(query).fetchall():
        writer.writerow(round(cell, 9) if isinstance(cell, float) else cell for cell in row)
    return text.getvalue()


@pytest.mark.parametrize("name", TABLES)
def test_a_table_of_the_golden_history_is_as_written(golden_warehouse, all_models, name, request):
    (model,) = (model for model in all_models if model.name == name)
    got = as_csv(golden_warehouse, model)
    file = FOLDER / f"{model.table}.csv"
    if request.config.getoption("--golden"):
        file.write_text(got, encoding="utf-8")
    assert file.exists(), f"{file} is not written yet: run make golden"
    lines = file.read_text(encoding="utf-8").splitlines()
    assert got.splitlines() == lines, f"{name} differs: run make golden and review the diff"


def test_no_golden_file_is_left_of_a_deleted_model(request):
    known = {f"{model.table}.csv" for model in load_models() if model.name in TABLES}
    strays = [file for file in FOLDER.glob("*.csv") if file.name not in known]
    if request.config.getoption("--golden"):
        for file in strays:
            file.unlink()
        strays = []
    assert strays == []


def test_the_golden_history_reaches_what_it_is_for(golden_warehouse):
    def count(query: str) -> int:
        return golden_warehouse.execute(f"select count(*) {query}").fetchone()[0]

    assert count("from core.dim_listeners") == 3
    assert count("from core.dim_weeks where listener_id = 1") == 12
    assert count("from core.dim_weeks where listened_plays = 0")
    assert count("from core.dim_weeks where is_running") == 1
    assert count("from core.fct_week_labels where label_kind = 'proxy'")
    assert count("from core.fct_pick_matches where match_method = 'spotify id'")
    assert count("from core.fct_pick_matches where match_method = 'work'")
    assert count("from marts.unmatched_picks where candidate_track_name is not null")
    assert count("from core.fct_weekly_plays where plays < whole_week_plays")
    assert count("from features.feat_live_shows where is_artist_seen_this_week")
    assert count("from features.feat_live_shows where prior_shows_count > 0")
    seen = "from features.feat_live_shows where is_artist_seen_this_week and cutoff_policy = "
    assert count(f"{seen}'calendar'") > count(f"{seen}'decision'")
