"""Generated weeks with a known choice rule, in the shape of marts.training_week_favorite."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pyarrow as pa

from sotw import warehouse

if TYPE_CHECKING:
    from sotw.warehouse import Connection

FIRST_WEEK = dt.date(2024, 1, 6)
AS_OF = dt.datetime(2025, 2, 19, 12)  # within the sixtieth week


def weeks(
    *,
    n: int = 60,
    candidates: int = 15,
    seed: int = 1,
    listener_id: int = 1,
    policy: str = "calendar",
    is_shuffled: bool = False,
) -> pd.DataFrame:
    """Candidates of n weeks; the favourite follows plays and the end of the week.

    Args:
        is_shuffled: Draw the favourite blindly instead.
    """
    random = np.random.default_rng([seed, listener_id])
    total = n * candidates
    plays = 1 + random.geometric(0.4, total)
    late = random.binomial(plays, 0.3)
    is_first = random.random(total) < 0.3
    frame = pd.DataFrame(
        {
            "listener_id": listener_id,
            "week_ending": np.repeat(
                pd.to_datetime([FIRST_WEEK + dt.timedelta(7 * week) for week in range(n)]),
                candidates,
            ),
            "cutoff_policy": policy,
            "track_id": np.concatenate([random.permutation(candidates) + 1 for _ in range(n)]),
            "is_complete_week": True,
            "week_plays": plays,
            "last_2_days_plays": late,
            "is_first_week": is_first,
            "prev_4w_plays": np.where(is_first, 0, random.poisson(2, total)),
            "last_play_gap_days": random.uniform(0.001, 6.9, total),
            "popularity_index": np.where(
                random.random(total) < 0.3, np.nan, random.normal(50, 9, total)
            ),
            "genre": pd.Series(random.choice(["pop", "rock", "jazz"], total), dtype="str"),
            "nothing_known": np.nan,
            "always_one": 1.0,
        }
    )
    days = (frame["week_ending"] - pd.Timestamp(FIRST_WEEK)).dt.days
    group = (listener_id * 10_000 + days) * 2 + (policy == "decision")
    frame.insert(4, "candidate_id", group * 10_000 + frame["track_id"])
    by_week = frame.groupby("week_ending")["week_plays"]
    frame["week_plays_rank"] = by_week.rank(ascending=False, method="min")
    frame["week_active_days"] = np.minimum(plays, 1 + random.poisson(1, total))
    frame["last_day_plays"] = random.binomial(late, 0.5)
    frame["prev_1w_plays"] = random.binomial(frame["prev_4w_plays"], 0.25)
    frame["change_1w_plays"] = plays - frame["prev_1w_plays"]
    frame["momentum_4w_ratio"] = plays / (1 + frame["prev_4w_plays"])
    frame["prior_plays"] = frame["prev_4w_plays"] + random.poisson(3, total) * ~is_first
    frame["prior_picks"] = random.binomial(1, 0.1, total)
    frame["decayed_8w_plays"] = plays + 0.8 * frame["prev_4w_plays"]
    frame.loc[random.random(total) < 0.1, "genre"] = None
    frame.loc[random.random(total) < 0.01, "genre"] = "polka"
    utility = np.zeros(total) if is_shuffled else 1.2 * plays + 1.5 * late
    drawn = (utility + random.gumbel(size=total)).reshape(n, candidates)
    frame["is_week_favorite"] = (drawn == drawn.max(axis=1, keepdims=True)).ravel()
    frame["is_proxy_favorite"] = np.roll(
        drawn == drawn.max(axis=1, keepdims=True), 1, axis=1
    ).ravel()
    frame["cutoff_at"] = frame["week_ending"] + pd.Timedelta(days=1)
    frame["is_current_week"] = frame["week_ending"] == frame["week_ending"].max()
    return frame


def load(frame: pd.DataFrame, *, picks: bool = True, running: bool = True) -> Connection:
    """A warehouse in memory with these rows as its mart and the core tables that go with them.

    Args:
        frame: From ``weeks``; several may be concatenated.
        picks: Label with is_week_favorite; else only proxies are there.
        running: The last week of each listener runs still: it has no label and is not complete.
    """
    con = warehouse.connect(":memory:")
    warehouse.migrate(con, Path("memory"))
    con.execute("create schema core; create schema marts")
    con.execute("insert into raw.settings values (?, true, true)", [AS_OF])
    if running:
        last = frame["is_current_week"]
        labels = ["is_week_favorite", "is_proxy_favorite"]
        frame = frame.assign(is_complete_week=~last)
        frame.loc[last, labels] = False
    con.register("frame", pa.Table.from_pandas(frame, preserve_index=False))
    for statement in _TABLES:
        con.execute(statement, [running] if "?" in statement else [])
    if not picks:
        con.execute("delete from core.fct_week_labels where label_kind = 'pick'")
    return con


_TABLES = (
    "create table marts.prediction_confidence (listener_id integer, predictor varchar, model "
    "varchar, cutoff_policy varchar, label_kind varchar, band_low double, band_high double, "
    "weeks_count bigint, right_count bigint)",
    "create table core.fct_plays (listener_id integer, played_at timestamp, track_id integer, "
    "is_in_training boolean default true, local_date date)",
    "create table marts.training_week_favorite as select * replace (cast(week_ending as date) as "
    "week_ending, cast(listener_id as integer) as listener_id) from frame",
    "comment on column marts.training_week_favorite.popularity_index is 'popularity, 0 to 100'",
    "create table core.dim_listeners as select distinct listener_id, 'listener ' || listener_id "
    "as listener, 6 as week_ends_on, false as is_demo, date '1900-01-01' as labels_start_date "
    "from frame",
    "insert into raw.listeners select listener_id, listener, false, now() from core.dim_listeners",
    "create table core.dim_tracks as select distinct track_id, 'Artist ' || track_id as "
    "artist_name, 'Song ' || track_id as track_name, 'artist ' || track_id as artist_key, "
    "'song ' || track_id as track_key from frame",
    "create table core.dim_artists (artist_id integer, artist_name varchar, artist_key varchar)",
    "create table core.dim_weeks as select distinct listener_id, week_ending, "
    "cast(week_ending as timestamp) + interval 1 day as ends_at, is_complete_week as is_complete, "
    "is_current_week as is_current, is_current_week and ? as is_running "
    "from marts.training_week_favorite",
    "create table core.fct_week_labels as select distinct listener_id, week_ending, 'pick' as "
    "label_kind, track_id, cast(week_ending as timestamp) + interval 12 hour as labelled_at "
    "from marts.training_week_favorite where is_week_favorite union all select distinct "
    "listener_id, week_ending, 'proxy', track_id, null from marts.training_week_favorite "
    "where is_proxy_favorite",
)
