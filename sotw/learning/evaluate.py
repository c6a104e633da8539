"""How good each model of the weekly favourite would have been: `sotw evaluate`.

Two protocols on the same labelled weeks. ``rolling`` (BENCHMARKS 1): the last 60 % of the weeks in
five blocks, each scored by models refitted on everything before it. ``test``: the first 60 % to
learn, the next 20 % to choose, the last 20 % to measure. Nothing is predicted or published to the
ledger; the metrics stay in ml.metrics.
"""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from sotw.errors import SotwError
from sotw.learning import compare, protocol, train
from sotw.learning import store as runs
from sotw.learning.metrics import winner
from sotw.predictors.week_favorite import boosting
from sotw.predictors.week_favorite import models as week_favorite
from sotw.predictors.week_favorite.models import MODEL
from sotw.warehouse.listeners import listener_id

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Sequence

    import pandas as pd

    from sotw.settings import Settings
    from sotw.warehouse import Connection

BANDS = (0.0, 0.1, 0.2, 0.3, 0.4, 0.6, 1.01)
MODELS = (*week_favorite.MODELS, *boosting.MODELS)


@dataclass(frozen=True, slots=True)
class Backtest:
    """What an evaluation found.

    Attributes:
        run_id: Its key in ml.runs and ml.metrics.
        metrics: Rows of ml.metrics.
        calibration: For each listener and policy, how often the default's winner was right by
            how sure it was; rolling.
        skipped: A line for what could not be measured, saying why.
        listeners: Names by listener_id.
        splits: Weeks, prior and kind of label of each listener and policy, for ml.runs.
        data_sha256: Of the rows of each of them.
        now: When it was measured.
        as_of: The instant of the build it was measured on.
        seconds: How long it took.
    """

    run_id: str
    metrics: tuple[dict[str, Any], ...]
    calibration: tuple[dict[str, Any], ...]
    skipped: tuple[str, ...]
    listeners: dict[int, str]
    splits: dict[str, Any]
    data_sha256: tuple[str, ...]
    now: dt.datetime
    as_of: dt.datetime
    seconds: float


def backtest(
    con: Connection,
    settings: Settings,
    *,
    now: dt.datetime,
    models: Sequence[str] = tuple(week_favorite.MODELS),
    listener: str | None = None,
    progress: Callable[[str], None] | None = None,
) -> Backtest:
    """Measure models and baselines; writes nothing.

    Args:
        con: A warehouse whose models are built; may be read-only.
        settings: Its policies are measured.
        now: Naive UTC.
        models: Of MODELS; the default is always measured.
        listener: Only this one.
        progress: Called before each listener and policy.

    Raises:
        SotwError: A model is unknown or its extra is missing, nothing is built, or nobody has
            enough labelled weeks.
    """
    started = time.perf_counter()
    unknown = [name for name in models if name not in MODELS]
    if unknown:
        raise SotwError(f"no model is called '{unknown[0]}'; there is {', '.join(MODELS)}.")
    names = tuple(dict.fromkeys((MODEL, *models)))
    boosting.require(names)
    as_of = train.built_as_of(con)
    if listener is not None:
        listener_id(con, listener)
    found = [
        task
        for task in train.tasks(con, settings.cutoff_policies)
        if listener in (None, task.listener)
    ]
    rolled, tested, calibration, skipped, digests = [], [], [], [], []
    splits: dict[str, Any] = {}
    for task in found:
        if progress:
            progress(task.name)
        try:
            rows, digest = train.labelled_rows(con, task)
            weeks, scored = compare.rolling(rows, task.weeks, learners(names, task))
        except SotwError as error:
            skipped.append(f"{task.name}: {error}")
            continue
        digests.append(digest)
        rolled.append(compare.Measured(task.key, task.listener, weeks, scored))
        calibration += [
            {"listener": task.listener, "cutoff_policy": task.cutoff_policy, **band}
            for band in compare.calibration(scored[MODEL], BANDS)
        ]
        split = winner.split_weeks(task.weeks)
        tested.append(
            compare.Measured(task.key, task.listener, split.test, _tested(rows, split, task, names))
        )
        splits[task.name] = {
            "label_kind": task.label_kind,
            "prior": task.prior.source,
            "weeks": len(task.weeks),
            "rolling": [f"{weeks[0]:%Y-%m-%d}", f"{weeks[-1]:%Y-%m-%d}", len(weeks)],
        }
    if not rolled:
        lines = "\n".join(f"  {line}" for line in skipped)
        raise SotwError(f"week_favorite: nothing can be measured.\n{lines}")
    run_id = f"{now:%Y%m%dT%H%M%S.%f}"
    rows_found = compare.metric_rows(rolled, "rolling") + compare.metric_rows(tested, "test")
    metrics = [{"run_id": run_id, **runs.FIXED, **row} for row in rows_found]
    return Backtest(
        run_id=run_id,
        metrics=tuple(metrics),
        calibration=tuple(calibration),
        skipped=tuple(skipped),
        listeners={task.listener_id: task.listener for task in found},
        splits=splits,
        data_sha256=tuple(digests),
        now=now,
        as_of=as_of,
        seconds=time.perf_counter() - started,
    )


def store(con: Connection, found: Backtest, settings: Settings) -> None:
    """Put an evaluation into ml.runs and ml.metrics of an open draft."""
    runs.insert(con, "metrics", list(found.metrics))
    runs.insert_run(
        con,
        found.run_id,
        settings,
        data_sha256=runs.digest(found.data_sha256),
        splits=json.dumps(found.splits),
        now=found.now,
        as_of=found.as_of,
        seconds=found.seconds,
    )


def learners(names: Sequence[str], task: protocol.Task) -> dict[str, Callable[..., Any]]:
    """By model: fits it on training and validation rows of the task."""
    return {
        name: partial(boosting.learn, name)
        if name in boosting.MODELS
        else partial(week_favorite.learn, name, prior=task.prior.coefficients)
        for name in names
    }


def _tested(
    rows: pd.DataFrame,
    split: winner.Split,
    task: protocol.Task,
    names: Sequence[str],
) -> dict[str, Any]:
    parts = {name: rows[rows["week_ending"].isin(part)] for name, part in split.named().items()}
    found = {}
    for name, learner in learners(names, task).items():
        learned = learner(parts["train"], parts["validation"])
        found[name] = compare.scored(parts["test"], learned.final, learned.threshold)
    return found
