"""How good each model of a predictor would have been: `sotw evaluate`.

Every split that the predictor has, on the same rows. ``rolling`` (BENCHMARKS 1): the last 60 % in
five blocks, each scored by models refitted on everything before it. ``test``: the first 60 % to
learn, the next 20 % to choose, the last 20 % to measure. Nothing is predicted or published to the
ledger; the metrics stay in ml.metrics.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sotw import extras
from sotw.errors import SotwError
from sotw.learning import compare, rows, store, train
from sotw.learning.protocol import refuse_unknown
from sotw.warehouse.listeners import listener_id

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Mapping, Sequence

    import pandas as pd

    from sotw.learning.compare import Measured
    from sotw.learning.protocol import Predictor, Task, Traits
    from sotw.settings import Settings
    from sotw.warehouse import Connection


@dataclass(frozen=True, slots=True)
class Evaluated:
    """What an evaluation found.

    Attributes:
        predictor: Its name.
        run_id: Its key in ml.runs and ml.metrics.
        metrics: Rows of ml.metrics.
        splits: For each task: what it is about, and how much each split measured.
        calibration: How often it was so, by how sure the default was; where the predictor says.
        skipped: A line for what could not be measured, saying why.
        now: When it was measured.
        as_of: The instant of the build it was measured on.
        seconds: How long it took.
        data_sha256: Of the rows of each task.
    """

    predictor: str
    run_id: str
    metrics: tuple[dict[str, Any], ...]
    splits: Mapping[str, Mapping[str, Any]]
    calibration: tuple[dict[str, Any], ...]
    skipped: tuple[str, ...]
    now: dt.datetime
    as_of: dt.datetime
    seconds: float
    data_sha256: tuple[str, ...]


def evaluate(
    con: Connection,
    predictor: Predictor[Any],
    settings: Settings,
    options: Any = None,  # noqa: ANN401 - of the predictor's options
    *,
    now: dt.datetime,
    models: Sequence[str] = (),
    listener: str | None = None,
    progress: Callable[[str], None] | None = None,
) -> Evaluated:
    """Measure models and baselines; writes nothing.

    Args:
        con: A warehouse whose models are built; may be read-only.
        predictor: What to measure.
        settings: Its policies are measured.
        options: Of ``traits.options``; by default those.
        now: Naive UTC.
        models: Only these beside the default and the baselines; by default all.
        listener: Only this one.
        progress: Called before each task.

    Raises:
        SotwError: A model is unknown or its extra is missing, nothing is built, or nothing can be
            measured.
    """
    started = time.perf_counter()
    traits, asked = predictor.traits, options or predictor.traits.options()
    refuse_unknown(asked)
    for name in models:
        if name not in traits.models:
            raise SotwError(f"no model is called '{name}'; there is {', '.join(traits.models)}.")
    default, skipped = traits.models[0], []
    for name, extra in traits.extras.items():
        if name in (default, *models):
            extras.require(extra, f"{traits.name}: {name}")
        elif not models and not extras.is_installed(extra):
            skipped.append(f"{name}: `make install EXTRAS={extra}` adds it")
    wanted = models or [name for name in traits.models if not _is_missing(traits, name)]
    names = tuple(dict.fromkeys((default, *wanted, *traits.baselines)))
    as_of = rows.mart_as_of(con, traits.mart)
    only = None if listener is None else listener_id(con, listener)
    found: dict[str, list[Measured]] = {split: [] for split in traits.splits}
    digests = []
    splits: dict[str, dict[str, Any]] = {}
    for task in predictor.tasks(con, settings, asked):
        if only not in (None, task.key.get("listener_id")):
            continue
        if progress:
            progress(task.name)
        try:
            data = predictor.rows(con, task)
            measured = {split: _scored(predictor, data, task, split, names) for split in found}
        except SotwError as error:
            skipped.append(f"{task.name}: {error}")
            continue
        digests.append(rows.fingerprint(data))
        splits[task.name] = {**task.key, "cohort": task.cohort, **task.about, "rows": len(data)}
        for split, one in measured.items():
            if one is not None:
                found[split].append(one)
                splits[task.name][split] = train.extent(task, one.part)
    if not splits:
        lines = "\n".join(f"  {line}" for line in skipped)
        raise SotwError(f"{traits.name}: nothing can be measured.\n{lines}")
    run_id = f"{now:%Y%m%dT%H%M%S.%f}"
    metrics = [
        {"run_id": run_id, **row}
        for split, every in found.items()
        for row in compare.metric_rows(predictor, every, split)
    ]
    return Evaluated(
        predictor=traits.name,
        run_id=run_id,
        metrics=tuple(metrics),
        splits=splits,
        calibration=tuple(
            {"task": one.task.name, "split": split, **band}
            for split, every in found.items()
            for one in every
            for band in (traits.calibration or _none)(one.part, one.of(one.default), one.task)
        ),
        skipped=tuple(skipped),
        now=now,
        as_of=as_of,
        seconds=time.perf_counter() - started,
        data_sha256=tuple(digests),
    )


def store_evaluation(
    con: Connection, predictor: Predictor[Any], found: Evaluated, settings: Settings
) -> None:
    """Put an evaluation into ml.runs and ml.metrics of an open draft."""
    store.insert(con, "metrics", list(found.metrics))
    store.store_run(
        con,
        found.run_id,
        predictor.traits,
        list(found.splits.values()),
        settings,
        data=found.data_sha256,
        splits=found.splits,
        now=found.now,
        as_of=found.as_of,
        seconds=found.seconds,
    )


def _scored(
    predictor: Predictor[Any], data: pd.DataFrame, task: Task, split: str, names: Sequence[str]
) -> Measured | None:
    """The measured rows of one split; null where it has none."""
    blocks = [block for block in predictor.blocks(data, task, split) if block.test]
    there = predictor.learners(task)  # of a predictor whose tasks differ, not all
    names = [name for name in names if name in there]
    if not blocks or not names:
        return None
    found = [
        (block.test, compare.scorers(train.learn(predictor, task, names, block), "final"))
        for block in blocks
    ]
    return compare.measured(predictor, task, found, names[0])


def _is_missing(traits: Traits, model: str) -> bool:
    return model in traits.extras and not extras.is_installed(traits.extras[model])


def _none(*_: object) -> list[dict[str, Any]]:
    return []
