"""Fit the completion of plays for every listener, measure it, and score every play with it.

Works inside a draft that somebody else opened and publishes. A run leaves its settings, data
fingerprint, coefficients, trees and metrics for good; the predictions are those of the latest run
of a task and target.
"""

from __future__ import annotations

import hashlib
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sotw import warehouse
from sotw.errors import SotwError
from sotw.learning import store as runs
from sotw.learning.completion_store import (
    Fit,
    key_of,
    metric_rows,
    store_models,
    store_predictions,
    store_run,
)
from sotw.learning.encoding import logistic
from sotw.learning.metrics import binary
from sotw.predictors.completion import boosting, models
from sotw.predictors.completion import rows as completion_plays
from sotw.predictors.completion.models import LINEAR_DEFAULT, MODEL, Learned, Problem

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Mapping

    import pandas as pd

    from sotw.learning.encoding import FloatArray
    from sotw.learning.metrics.binary import Scored
    from sotw.learning.metrics.winner import Metric
    from sotw.predictors.completion.rows import Plays
    from sotw.settings import Settings
    from sotw.warehouse import Connection

STORED = (MODEL, LINEAR_DEFAULT)
RANDOM = "random_order"


@dataclass(frozen=True, slots=True)
class Trained:
    """What is said of one listener.

    Attributes:
        listener_id: Whose.
        listener: The name.
        plays: In train, validation and test.
        unknown: Left out: how they ended is not known.
        others: Left out: attribution says they are somebody else's.
        base_rate: Share of the test plays with the target; null without any.
        model: Whose scores are in ml.predictions.
        trees: Of boosting; 0 when another model was trained.
        has_converged: Whether every fit reached its optimum.
    """

    listener_id: int
    listener: str
    plays: tuple[int, int, int]
    unknown: int
    others: int
    base_rate: float | None
    model: str
    trees: int
    has_converged: bool


@dataclass(frozen=True, slots=True)
class CompletionReport:
    """What a run did.

    Attributes:
        run_id: Its key in the ml tables.
        task: ``pre_play`` or ``post_play``.
        target: What was predicted.
        model: What was asked for; where nothing was, boosting where there are plays enough.
        as_of: The instant of the build it learned from.
        seconds: How long it took.
        trained: Every listener.
        skipped: A line for each listener that could not be trained.
        predictions: Rows written to ml.predictions.
    """

    run_id: str
    task: str
    target: str
    model: str
    as_of: dt.datetime
    seconds: float
    trained: tuple[Trained, ...]
    skipped: tuple[str, ...]
    predictions: int


def train(
    con: Connection,
    settings: Settings,
    *,
    now: dt.datetime,
    task: str = models.PRE_PLAY,
    target: str = "completed",
    model: str | None = None,
    progress: Callable[[str], None] | None = None,
) -> CompletionReport:
    """Train, measure and score in an open draft.

    Args:
        con: A draft (``warehouse.writing``) whose models are built.
        settings: Stored with the run.
        now: Naive UTC.
        task: What is known: ``pre_play`` or ``post_play``.
        target: Of ``completion.TARGETS``.
        model: Of STORED: which one scores the plays; null: boosting, but where a listener has fewer
            known plays than ``completion_boosting.MIN_PLAYS``, logistic regression.
        progress: Called before each listener.

    Raises:
        SotwError: The mart is not built, the extra ``boost`` is missing, a name is unknown, or no
            listener has plays enough.
    """
    started = time.perf_counter()
    if model not in (None, *STORED):
        raise SotwError(f"no model is called '{model}'; there is {', '.join(STORED)}.")
    as_of = completion_plays.built_as_of(con)
    problem = Problem.of(task, target, completion_plays.columns(con))
    fits, skipped = [], []
    for one in warehouse.rows(con, "from core.dim_listeners order by listener_id"):
        if progress:
            progress(one["listener"])
        try:
            found = completion_plays.read(con, one["listener_id"], one["listener"], target)
        except SotwError as error:
            skipped.append(f"{one['listener']}: {error}")
            continue
        plays = found.get(completion_plays.PRIMARY, found[completion_plays.ALL])
        fits.append(_fit(plays, problem, model or _suited(plays)))
    if not fits:
        lines = "\n".join(f"  {line}" for line in skipped)
        raise SotwError(f"completion: no listener can be trained.\n{lines}")
    run_id = f"{now:%Y%m%dT%H%M%S.%f}"
    fixed = key_of(run_id, problem)
    store_models(con, run_id, problem, fits)
    runs.insert(con, "metrics", [row for fit in fits for row in _metrics(fixed, fit, problem)])
    predictions = store_predictions(con, run_id, problem, fits)
    seconds = time.perf_counter() - started
    store_run(
        con,
        run_id,
        problem,
        settings,
        data_sha256=hashlib.sha256("".join(fit.plays.data_sha256 for fit in fits).encode()),
        splits={fit.plays.listener: {task: _described(fit, target)} for fit in fits},
        now=now,
        as_of=as_of,
        seconds=seconds,
    )
    return CompletionReport(
        run_id=run_id,
        task=task,
        target=target,
        model=model or MODEL,
        as_of=as_of,
        seconds=seconds,
        trained=tuple(_said(fit, problem) for fit in fits),
        skipped=tuple(skipped),
        predictions=predictions,
    )


def learn(name: str, problem: Problem, train: pd.DataFrame, validation: pd.DataFrame) -> Learned:
    """Fit any model of this predictor by name."""
    if name == MODEL:
        return boosting.learn(problem, train, validation)
    return models.learn(name, problem, train, validation)


def measure(
    data: Scored, scores: Mapping[str, FloatArray], drawn: FloatArray, default: str = MODEL
) -> dict[str, list[Metric]]:
    """Metrics of every model on the same plays, with their distance from the default.

    Args:
        data: The plays.
        scores: Log-odds by model.
        drawn: From ``completion_metrics.draws``.
        default: The model the others are compared with.
    """
    measured = {
        name: binary.measure(data, logistic(score), score, drawn) for name, score in scores.items()
    }
    found = {name: binary.metrics(one) for name, one in measured.items()}
    for name, one in measured.items():
        if name != default and default in measured:
            found[name] += binary.differences(one, measured[default], default)
    random = binary.measure_random_order(data, drawn)
    return found | {RANDOM: binary.metrics(random)}


def _suited(plays: Plays) -> str:
    return MODEL if len(plays.rows) >= boosting.MIN_PLAYS else LINEAR_DEFAULT


def _fit(plays: Plays, problem: Problem, default: str) -> Fit:
    if default == MODEL:
        boosting.require()
    names = STORED if default == MODEL else (LINEAR_DEFAULT,)
    split = completion_plays.split(plays.rows)
    parts = split.named(plays.rows)
    every = (*names, *models.BASELINES)
    learned = (learn(name, problem, parts["train"], parts["validation"]) for name in every)
    return Fit(plays, split, tuple(learned), default)


def _metrics(key: Mapping[str, Any], fit: Fit, problem: Problem) -> list[dict[str, Any]]:
    """On validation the models that saw the training plays, on test those that saw both."""
    found = []
    for split, rows in fit.split.named(fit.plays.rows).items():
        if split == "train" or not len(rows):
            continue
        scores = {
            one.name: (one.final if split == "test" else one.first).score(rows)
            for one in fit.learned
        }
        data = completion_plays.scored(rows, problem)
        drawn = binary.draws(data.n_sessions)
        measured = measure(data, scores, drawn, fit.default)
        found += metric_rows(key, fit.plays, split, measured, fit.default)
    return found


def _described(fit: Fit, target: str) -> dict[str, Any]:
    """Borders and what was left out, for ml.runs."""
    parts = {
        name: {
            "first": f"{rows['ended_at'].iloc[0]:%Y-%m-%dT%H:%M:%S}",
            "last": f"{rows['ended_at'].iloc[-1]:%Y-%m-%dT%H:%M:%S}",
            "n": len(rows),
        }
        for name, rows in fit.split.named(fit.plays.rows).items()
        if len(rows)
    }
    return {
        "label_kind": target,
        "cohort": fit.plays.cohort,
        "unknown_outcome": fit.plays.unknown,
        "not_primary": fit.plays.others,
        **parts,
    }


def _said(fit: Fit, problem: Problem) -> Trained:
    parts = fit.split.named(fit.plays.rows)
    test = problem.labels(parts["test"])
    own = {one.name: one.hyperparameters for one in fit.learned}
    return Trained(
        listener_id=fit.plays.listener_id,
        listener=fit.plays.listener,
        plays=(len(parts["train"]), len(parts["validation"]), len(parts["test"])),
        unknown=fit.plays.unknown,
        others=fit.plays.others,
        base_rate=float(test.mean()) if len(test) else None,
        model=fit.default,
        trees=int(own.get(MODEL, {}).get("trees", 0)),
        has_converged=all(
            one.first.has_converged and one.final.has_converged for one in fit.learned
        ),
    )
