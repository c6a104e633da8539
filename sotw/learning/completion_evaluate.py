"""How good each model of the completion of plays would have been: `sotw evaluate completion`.

Two protocols on the same plays. ``test``: 60 % to learn, 20 % to choose, the last 20 % to measure.
``rolling``: the last 60 % in five blocks, each scored by models refitted on everything before it.
Where attribution leaves out sessions, all plays and the listener's own are two cohorts, each with
its own fits. Nothing is predicted; the metrics stay in ml.metrics.
"""

from __future__ import annotations

import hashlib
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from sotw import warehouse
from sotw.errors import SotwError
from sotw.learning import store as runs
from sotw.learning.completion_store import key_of, metric_rows, store_run
from sotw.learning.completion_train import learn, measure
from sotw.learning.encoding import logistic
from sotw.learning.metrics import binary
from sotw.predictors.completion import boosting
from sotw.predictors.completion import models as completion
from sotw.predictors.completion import rows as completion_plays
from sotw.predictors.completion.models import MODEL, Problem
from sotw.warehouse.listeners import listener_id

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Sequence

    from sotw.learning.encoding import FloatArray
    from sotw.predictors.completion.rows import Plays
    from sotw.settings import Settings
    from sotw.warehouse import Connection

MODELS = (MODEL, *reversed(completion.LINEAR), *completion.BASELINES)


@dataclass(frozen=True, slots=True)
class Evaluated:
    """What an evaluation found.

    Attributes:
        run_id: Its key in ml.runs and ml.metrics.
        problem: What was predicted and from what.
        metrics: Rows of ml.metrics.
        calibration: How often the target came, by what the default said; rolling.
        plays: For each listener and cohort: plays, sessions, and what was left out.
        skipped: A line for each listener that could not be measured, saying why.
        data_sha256: Of the plays of each listener and cohort.
        now: When it was measured.
        as_of: The instant of the build it was measured on.
        seconds: How long it took.
    """

    run_id: str
    problem: Problem
    metrics: tuple[dict[str, Any], ...]
    calibration: tuple[dict[str, Any], ...]
    plays: tuple[dict[str, Any], ...]
    skipped: tuple[str, ...]
    data_sha256: tuple[str, ...]
    now: dt.datetime
    as_of: dt.datetime
    seconds: float


def evaluate(
    con: Connection,
    *,
    now: dt.datetime,
    task: str = completion.PRE_PLAY,
    target: str = "completed",
    models: Sequence[str] = MODELS,
    listener: str | None = None,
    progress: Callable[[str], None] | None = None,
) -> Evaluated:
    """Measure models and baselines; writes nothing.

    Args:
        con: A warehouse whose models are built; may be read-only.
        now: Naive UTC.
        task: What is known: ``pre_play`` or ``post_play``.
        target: Of ``completion.TARGETS``.
        models: Of MODELS; the default is always measured.
        listener: Only this one.
        progress: Called before each listener and cohort.

    Raises:
        SotwError: A name is unknown, the extra ``boost`` is missing, nothing is built, or nobody
            has plays enough.
    """
    started = time.perf_counter()
    unknown = [name for name in models if name not in MODELS]
    if unknown:
        raise SotwError(f"no model is called '{unknown[0]}'; there is {', '.join(MODELS)}.")
    boosting.require()
    names = tuple(dict.fromkeys((MODEL, *models)))
    as_of = completion_plays.built_as_of(con)
    problem = Problem.of(task, target, completion_plays.columns(con))
    run_id = f"{now:%Y%m%dT%H%M%S.%f}"
    key = key_of(run_id, problem)
    metrics: list[dict[str, Any]] = []
    calibration, described, digests, skipped = [], [], [], []
    wanted = None if listener is None else listener_id(con, listener)
    for one in warehouse.rows(con, "from core.dim_listeners order by listener_id"):
        if wanted not in (None, one["listener_id"]):
            continue
        try:
            found = completion_plays.read(con, one["listener_id"], one["listener"], target)
        except SotwError as error:
            skipped.append(f"{one['listener']}: {error}")
            continue
        for plays in found.values():
            if progress:
                progress(f"{plays.listener}, {plays.cohort}")
            measured, bins, about = _measured(key, plays, problem, names)
            if not measured:
                skipped.append(f"{plays.listener}: all plays are of one session")
                continue
            metrics += measured
            calibration += bins
            described.append(about)
            digests.append(plays.data_sha256)
    if not metrics:
        lines = "\n".join(f"  {line}" for line in skipped)
        raise SotwError(f"completion: nothing can be measured.\n{lines}")
    return Evaluated(
        run_id=run_id,
        problem=problem,
        metrics=tuple(metrics),
        calibration=tuple(calibration),
        plays=tuple(described),
        skipped=tuple(skipped),
        data_sha256=tuple(digests),
        now=now,
        as_of=as_of,
        seconds=time.perf_counter() - started,
    )


def store(con: Connection, found: Evaluated, settings: Settings) -> None:
    """Put an evaluation into ml.runs and ml.metrics of an open draft."""
    runs.insert(con, "metrics", list(found.metrics))
    splits: dict[str, Any] = {}
    for one in found.plays:
        own = {
            name: value
            for name, value in one.items()
            if name not in ("listener", "listener_id", "cohort")
        }
        splits.setdefault(one["listener"], {})[one["cohort"]] = own
    store_run(
        con,
        found.run_id,
        found.problem,
        settings,
        data_sha256=hashlib.sha256("".join(found.data_sha256).encode()),
        splits=splits,
        now=found.now,
        as_of=found.as_of,
        seconds=found.seconds,
    )


def _measured(
    key: dict[str, Any], plays: Plays, problem: Problem, names: Sequence[str]
) -> tuple[list[dict[str, Any]], list[dict[str, Any]], dict[str, Any]]:
    """Metrics of both protocols, the default's calibration, and what the plays are."""
    rows = plays.rows
    parts = completion_plays.split(rows).named(rows)
    protocols = {
        "test": [(parts["train"], parts["validation"], parts["test"])],
        "rolling": completion_plays.rolling_blocks(rows),
    }
    about: dict[str, Any] = {
        "listener": plays.listener,
        "listener_id": plays.listener_id,
        "cohort": plays.cohort,
        "plays": len(rows),
        "unknown_outcome": plays.unknown,
        "not_primary": plays.others,
    }
    found, bins = [], []
    for split, blocks in protocols.items():
        own = pd.concat([rows[:0], *(block for _, _, block in blocks)])
        if not len(own):
            continue
        scores = _scores(names, problem, blocks)
        data = completion_plays.scored(own, problem)
        drawn = binary.draws(data.n_sessions)
        found += metric_rows(key, plays, split, measure(data, scores, drawn))
        about[split] = {
            "first": f"{own['ended_at'].iloc[0]:%Y-%m-%d}",
            "last": f"{own['ended_at'].iloc[-1]:%Y-%m-%d}",
            "n": len(own),
            "sessions": data.n_sessions,
            "base_rate": float(data.labels.mean()),
        }
        bins += [
            {"listener": plays.listener, "cohort": plays.cohort, "split": split, **one}
            for one in binary.calibration_bins(data.labels, logistic(scores[MODEL]))
        ]
    return found, bins, about


def _scores(
    names: Sequence[str],
    problem: Problem,
    blocks: Sequence[tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]],
) -> dict[str, FloatArray]:
    """Log-odds of the blocks, by model, each from plays before the block."""
    return {
        name: np.concatenate(
            [
                learn(name, problem, train, validation).final.score(block)
                for train, validation, block in blocks
            ]
        )
        for name in names
    }
