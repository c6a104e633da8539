"""Train and score on an invented training mart."""

from __future__ import annotations

import datetime as dt

import choices
import numpy as np
import pyarrow as pa

from sotw import warehouse
from sotw.learning.encoding import Parameter
from sotw.learning.score import MART, score_weeks
from sotw.learning.train import train
from sotw.settings import Settings

NOW = choices.AS_OF + dt.timedelta(minutes=1)
CALENDAR = Settings(cutoff_policies=("calendar",))


def run(con, settings=CALENDAR, now=NOW):
    return train(con, settings, now=now)


def rows_of(con, query, values=()):
    return warehouse.rows(con, query, values)


def one_of(con, query, values=()):
    [(value,)] = con.execute(query, list(values)).fetchall()
    return value


def store_parameters(con, parameters, model="logistic_regression", link="logit"):
    """A model of listener 1 under ``calendar``, in a run called ``r``."""
    key = ["r", "week_favorite", model, 1, "calendar"]
    names = ["run_id", "predictor", "model", "listener_id", "cutoff_policy"]
    con.execute(
        "insert into ml.models values (?, ?, ?, true, ?, ?, 'pick', null, true, '{}', ?)",
        [*key, link],
    )
    rows = [
        {
            **dict(zip(names, key, strict=True)),
            **{name: getattr(one, name) for name in Parameter.__dataclass_fields__},
        }
        for one in parameters
    ]
    con.register("parameters_to_store", pa.Table.from_pylist(rows))
    con.execute("insert into ml.parameters by name from parameters_to_store")


def score_all(con, model="logistic_regression"):
    """Score every week of the mart in SQL; the scores in the order of read_rows."""
    weeks = con.sql(
        f"select distinct listener_id, week_ending, cutoff_policy, 'new' as split, "
        f"'pick' as label_kind from {MART}"
    ).to_arrow_table()
    score_weeks(con, "r", weeks, model=model)
    found = rows_of(con, "from ml.predictions order by listener_id, week_ending, track_id")
    return np.array([row["score"] for row in found]), np.array(
        [row["probability"] for row in found]
    )
