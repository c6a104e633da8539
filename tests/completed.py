"""Generated plays with a known rule of skipping, in the shape of marts.training_completion."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa

from sotw import warehouse
from sotw.learning.train import train
from sotw.predictors.completion.predictor import MART, PREDICTOR, Options
from sotw.settings import Settings

if TYPE_CHECKING:
    from sotw.warehouse import Connection

AS_OF = dt.datetime(2025, 6, 1)
NOW = AS_OF + dt.timedelta(minutes=1)
_FIRST = dt.datetime(2024, 1, 1)
_STRENGTH = 8


def plays(
    *,
    n: int = 1500,
    seed: int = 1,
    listener_id: int = 1,
    unknown: float = 0.03,
    others: float = 0.0,
    drift: float = 0.0,
) -> pd.DataFrame:
    """Plays that are completed more often after a completed one, and by song.

    Args:
        n: How many.
        seed: Equal seeds give equal plays.
        listener_id: Whose.
        unknown: Share of plays of unknown outcome.
        others: Share of sessions that are not the listener's own.
        drift: How much the log-odds of completing rise from the first play to the last.
    """
    random = np.random.default_rng([seed, listener_id])
    taste = random.normal(0, 1.2, 60)
    done, seen = Counter(), Counter()
    outcomes: list[float] = []
    rows: list[dict[str, Any]] = []
    at, session, is_own = _FIRST, 0, True
    for number in range(1, n + 1):
        track = int(random.integers(60))
        artist = track // 4
        start = str(random.choice(["trackdone", "fwdbtn", "clickrow"], p=[0.6, 0.3, 0.1]))
        before = outcomes[-1] if outcomes else 0.5
        odds = taste[track] + 2 * before - 1 + (start == "trackdone") - 0.5 + drift * number / n
        is_known = random.random() >= unknown
        is_completed = bool(random.random() < 1 / (1 + np.exp(-odds)))
        is_new = number == 1 or random.random() < 0.08
        at += dt.timedelta(minutes=240 if is_new else 3)
        if is_new:
            session += 1
            is_own = bool(random.random() >= others)
        overall = (sum(outcomes) + 1) / (len(outcomes) + 2)
        row: dict[str, Any] = {
            "listener_id": listener_id,
            "play_number": number,
            "play_id": listener_id * 1_000_000_000 + number,
            "source": "spotify",
            "reported_at": at,
            "track_name_id": 100 + track,
            "ordinal": 1,
            "track_id": track,
            "artist_id": artist,
            "album_id": artist,
            "ended_at": at,
            "session_number": session,
            "is_primary": is_own,
            "is_completed": is_completed if is_known else None,
            "is_completed_loose": is_completed if is_known else None,
            "is_skipped_early": not is_completed and track % 2 == 0 if is_known else None,
            "post_ms_played": 200_000 if is_completed else 20_000,
            "post_reason_end": "trackdone" if is_completed else "fwdbtn",
            "post_is_skipped": not is_completed,
            "post_session_position_plays": number,
            "post_start_hour": at.hour,
            "post_start_weekday": at.weekday(),
            "post_start_month": at.month,
            "reason_start": start,
            "platform_family": "ios",
            "country": None if number % 50 == 0 else "PT",
            "previous_end_hour": at.hour,
            "prior_plays": number - 1,
            "prior_completion_rate": overall,
            "prev_1_completion_rate": outcomes[-1] if outcomes else None,
            "prev_10_completion_rate": float(np.mean(outcomes[-10:])) if outcomes else None,
            "prev_10_early_skip_rate": 0.2,
        }
        for name, key in (("track", track), ("artist", -1 - artist)):
            rate = (done[key] + _STRENGTH * overall) / (seen[key] + _STRENGTH)
            row[f"prior_{name}_plays"] = seen[key]
            row[f"prior_{name}_completion_rate"] = rate if seen[key] else None
        rows.append(row)
        if is_known:
            outcomes.append(float(is_completed))
            for key in (track, -1 - artist):
                seen[key] += 1
                done[key] += is_completed
    return pd.DataFrame(rows).astype({"country": "str"})


def load(*frames: pd.DataFrame) -> Connection:
    """A warehouse in memory with these rows as its mart."""
    con = warehouse.connect(":memory:")
    warehouse.migrate(con, Path("memory"))
    con.execute("create schema core; create schema marts")
    con.execute("insert into raw.settings values (?, true, true)", [AS_OF])
    con.execute("create table core.dim_listeners (listener_id integer, listener varchar)")
    frame = pd.concat(frames)
    con.register("frame", pa.Table.from_pandas(frame, preserve_index=False))
    con.execute(f"create table {MART} as from frame")
    con.unregister("frame")
    for number in sorted(frame["listener_id"].unique()):
        con.execute(
            "insert into core.dim_listeners values (?, ?)", [int(number), f"listener {number}"]
        )
    query = "insert into raw.listeners select *, false, now() from core.dim_listeners"
    con.execute(query)
    return con


def run(con, now=NOW, **options):
    return train(con, PREDICTOR, Settings(), Options(**options), now=now)


def rows_of(con, query, values=()):
    return warehouse.rows(con, query, list(values))


def task_of(con, cohort="all", **options):
    found = PREDICTOR.tasks(con, Settings(), Options(**options))
    return next(one for one in found if one.cohort == cohort)


def plays_of(con, cohort="all"):
    return PREDICTOR.rows(con, task_of(con, cohort))


def parts_of(con, split="test", **options):
    """The rows of train, validation and test."""
    task = task_of(con, **options)
    [block, *_] = PREDICTOR.blocks(PREDICTOR.rows(con, task), task, split)
    return block.train.rows, block.validation.rows, block.test.rows


def keyed(con, values="score", where="true"):
    names = f"listener_id, reported_at, track_name_id, ordinal, {values}"
    query = f"select {names} from ml.predictions where predictor = 'completion' and {where}"
    return con.execute(f"{query} order by all").fetchall()
