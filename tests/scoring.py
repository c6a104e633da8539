"""Train and score on an invented training mart."""

from __future__ import annotations

import dataclasses
import datetime as dt

import choices
import pyarrow as pa

from sotw import warehouse
from sotw.learning.encoding import WEEK
from sotw.learning.score import linear_scores, probabilities
from sotw.learning.train import train
from sotw.predictors.week_favorite.predictor import NO_FEATURES, PREDICTOR, WeekTask, read_rows
from sotw.settings import Settings

NOW = choices.AS_OF + dt.timedelta(minutes=1)
CALENDAR = Settings(cutoff_policies=("calendar",))


def run(con, settings=CALENDAR, now=NOW):
    return train(con, PREDICTOR, settings, now=now)


def rows_of(con, query, values=()):
    return warehouse.rows(con, query, values)


def one_of(con, query, values=()):
    [(value,)] = con.execute(query, list(values)).fetchall()
    return value


KEY = {
    "run_id": "r",
    "predictor": "week_favorite",
    "task": "weekly favourite",
    "target": "favorite",
    "listener_id": 1,
    "cutoff_policy": "calendar",
}


def store_parameters(con, parameters, model="logistic_regression"):
    """A model of listener 1 under ``calendar``, in a run called ``r``."""
    rows = [KEY | {"model": model} | dataclasses.asdict(one) for one in parameters]
    con.register("parameters_to_store", pa.Table.from_pylist(rows))
    con.execute("insert into ml.parameters by name from parameters_to_store")


def score_all(con, model="logistic_regression", link="logit", run_id="r"):
    """Score every week of the mart in SQL: scores and probabilities, in the order of read_rows."""
    rows = read_rows(con, 1, "calendar")
    key = KEY | {"model": model, "run_id": run_id}
    score = linear_scores(con, PREDICTOR.traits, key, rows, WEEK)
    return score, probabilities(score, rows, link, WEEK)


def features_of(rows):
    return [name for name in rows if name not in NO_FEATURES]


def task_of(rows):
    """A task that may read every feature of the rows, drawn towards nothing."""
    key = {"listener_id": 1, "cutoff_policy": "calendar"}
    return WeekTask(name="ana", key=key, features=tuple(features_of(rows)), group=WEEK)


def learn(name, train, validation):
    """Fit a model by name on rows with is_label."""
    return PREDICTOR.learners(task_of(train))[name](train, validation)
