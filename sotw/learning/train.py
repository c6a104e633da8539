"""Fit a predictor for every task, measure it, predict with it.

Works inside a draft that somebody else opened and publishes. A run leaves its settings, data
fingerprint, coefficients or texts, and metrics for good; predictions and contributions are those of
the latest run of a task and target; the ledger is only ever added to.
"""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from sotw import extras
from sotw.errors import SotwError
from sotw.learning import compare, rows, store
from sotw.learning.protocol import Stored, refuse_unknown
from sotw.learning.score import store_predictions

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from sotw.learning.compare import Measured
    from sotw.learning.protocol import Block, Learned, Part, Predictor, Task, Traits
    from sotw.settings import Settings
    from sotw.warehouse import Connection

    Progress = Callable[[str], None]

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Trained:
    """What is said of one task.

    Attributes:
        task: Its name.
        key: Its columns in ml tables.
        cohort: Which of the rows.
        sizes: Groups, or without them rows, in train, validation and test.
        model: Whose scores are in ml.predictions.
        has_converged: Whether every fit reached its optimum.
        about: What else the predictor says of it.
        hyperparameters: Of that model.
    """

    task: str
    key: Mapping[str, Any]
    cohort: str
    sizes: tuple[int, int, int]
    model: str
    has_converged: bool
    about: Mapping[str, Any]
    hyperparameters: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class TrainReport:
    """What a run did.

    Attributes:
        predictor: Its name.
        run_id: Its key in the ml tables.
        as_of: The instant of the build it learned from.
        seconds: How long it took.
        trained: Every task.
        skipped: A line for each task that could not be trained, saying why.
        predictions: Rows written to ml.predictions.
        ledger: Rows added to ml.ledger.
    """

    predictor: str
    run_id: str
    as_of: dt.datetime
    seconds: float
    trained: tuple[Trained, ...]
    skipped: tuple[str, ...]
    predictions: int
    ledger: int


@dataclass(frozen=True, slots=True)
class _Fit:
    """A task with its fitted models; ``predicted`` and ``served`` are of the default."""

    task: Task
    block: Block
    learned: Mapping[str, Learned]
    default: str
    measured: Mapping[str, Measured]
    data_sha256: str
    predicted: pd.DataFrame | None


def train(
    con: Connection,
    predictor: Predictor[Any],
    settings: Settings,
    options: Any = None,  # noqa: ANN401 - of the predictor's options
    *,
    now: dt.datetime,
    progress: Progress | None = None,
) -> TrainReport:
    """Train, measure and predict in an open draft.

    Args:
        con: A draft (``warehouse.writing``) whose models are built.
        predictor: What to train.
        settings: Stored with the run.
        options: Of ``traits.options``; by default those.
        now: Naive UTC; when the predictions are made.
        progress: Called before each fit with what it is.

    Raises:
        SotwError: The training mart is not built, an option or extra is wrong, or nothing can be
            trained.
    """
    started = time.perf_counter()
    traits, asked = predictor.traits, options or predictor.traits.options()
    refuse_unknown(asked)
    as_of = rows.mart_as_of(con, traits.mart)
    tasks = predictor.tasks(con, settings, asked)
    served = [task for task in tasks if task.is_served]
    fits, skipped = [], []
    for position, task in enumerate(served, start=1):
        if progress:
            progress(f"{task.name} ({position} of {len(served)})")
        try:
            data = predictor.rows(con, task)
        except SotwError as error:
            skipped.append(f"{task.name}: {error}")
            continue
        fits.append(_fit(predictor, task, data))
    if not fits:
        lines = "\n".join(f"  {line}" for line in skipped)
        raise SotwError(f"{traits.name}: nothing can be trained.\n{lines}")
    run_id = f"{now:%Y%m%dT%H%M%S.%f}"
    metrics = []
    for part in (*traits.parts, traits.splits[0]):
        found = [fit.measured[part] for fit in fits if part in fit.measured]
        metrics += compare.metric_rows(predictor, found, part)
    store.insert(con, "metrics", [{"run_id": run_id, **row} for row in metrics])
    predictions = _store(con, run_id, traits, fits)
    ledger = 0 if traits.ties is None else store.extend_ledger(con, run_id, traits.name, now)
    seconds = time.perf_counter() - started
    store.store_run(
        con,
        run_id,
        traits,
        [fit.task.key for fit in fits],
        settings,
        data=[fit.data_sha256 for fit in fits],
        splits={fit.task.name: _borders(fit.task, fit.block, traits) for fit in fits},
        now=now,
        as_of=as_of,
        seconds=seconds,
    )
    log.info("run %s of %s: %d tasks, %.1f s", run_id, traits.name, len(fits), seconds)
    return TrainReport(
        predictor=traits.name,
        run_id=run_id,
        as_of=as_of,
        seconds=seconds,
        trained=tuple(_said(fit) for fit in fits),
        skipped=tuple(skipped),
        predictions=predictions,
        ledger=ledger,
    )


def learn(
    predictor: Predictor[Any], task: Task, names: Sequence[str], block: Block
) -> dict[str, Learned]:
    """Fit models by name on a block.

    Raises:
        SotwError: The extra of one is missing.
    """
    traits, learners = predictor.traits, predictor.learners(task)
    for name in names:
        if name in traits.extras:
            extras.require(traits.extras[name], f"{traits.name}: {name}")
    return {name: learners[name](block.train.rows, block.validation.rows) for name in names}


def _fit(predictor: Predictor[Any], task: Task, data: pd.DataFrame) -> _Fit:
    traits = predictor.traits
    [block] = predictor.blocks(data, task, traits.splits[0])
    names = predictor.serving(data, task)
    learned = learn(predictor, task, names, block)
    parts: dict[str, tuple[Part, str]] = {
        "train": (block.train, "first"),
        "validation": (block.validation, "first"),
        traits.splits[0]: (block.test, "final"),
    }
    measured = {
        name: compare.measured(predictor, task, [(part, compare.scorers(learned, which))], names[0])
        for name, (part, which) in parts.items()
        if name in (*traits.parts, traits.splits[0]) and part and (block.validation or block.test)
    }
    if traits.refits:
        learners, before = predictor.learners(task), [block.train.rows, block.validation.rows]
        kept = [name for name, one in learned.items() if isinstance(one.final, Stored)]
        learned |= {name: learners[name](pd.concat(before), block.test.rows) for name in kept}
    predicted = predictor.to_predict(data, task, block)
    return _Fit(task, block, learned, names[0], measured, rows.fingerprint(data), predicted)


def _store(con: Connection, run_id: str, traits: Traits, fits: Iterable[_Fit]) -> int:
    """Write models, predictions and contributions; those of earlier runs of the tasks are gone."""
    predictions = 0
    fits = list(fits)
    kinds = {(fit.task.key["task"], fit.task.key["target"]) for fit in fits}
    for table in ("predictions", "contributions", "arrays"):
        for task, target in sorted(kinds):
            where = "where predictor = ? and task = ? and target = ?"
            con.execute(f"delete from ml.{table} {where}", [traits.name, task, target])
    for fit in fits:
        store.store_models(con, run_id, traits, fit.task, fit.learned, fit.default)
        if fit.predicted is None or fit.predicted.empty:
            continue
        key = store.key_of(run_id, traits, fit.task) | {"model": fit.default}
        scorer = fit.learned[fit.default].final
        predictions += store_predictions(
            con,
            traits,
            key,
            fit.predicted,
            group=fit.task.group,
            label_kind=fit.task.key.get("label_kind"),
            link=scorer.link,
            scorer=scorer,
        )
    return predictions


def _sizes(block: Block) -> tuple[int, int, int]:
    first, second, third = (
        len(part.rows if part.groups is None else part.groups)
        for part in (block.train, block.validation, block.test)
    )
    return first, second, third


def _borders(task: Task, block: Block, traits: Traits) -> dict[str, Any]:
    """First and last of each part, by what it is divided by, for ml.runs."""
    names = ("train", "validation", traits.splits[0])
    parts = dict(zip(names, (block.train, block.validation, block.test), strict=True))
    return {
        "label_kind": task.key.get("label_kind"),
        "cohort": task.cohort,
        **task.about,
        **{name: extent(task, part) for name, part in parts.items() if part},
    }


def extent(task: Task, part: Part) -> dict[str, Any]:
    """How much a part has, and from when to when."""
    frame = part.rows if part.groups is None else part.groups
    found: dict[str, Any] = {"n": len(frame)}
    if task.group and part.groups is None:
        found["groups"] = part.rows.groupby(list(task.group)).ngroups
    if task.time in frame:
        found |= {
            name: at.isoformat().removesuffix("T00:00:00")
            for name, at in (("first", frame[task.time].min()), ("last", frame[task.time].max()))
        }
    return found


def _said(fit: _Fit) -> Trained:
    default = fit.learned[fit.default]
    return Trained(
        task=fit.task.name,
        key=fit.task.key,
        cohort=fit.task.cohort,
        sizes=_sizes(fit.block),
        model=fit.default,
        has_converged=all(
            one.first.has_converged and one.final.has_converged for one in fit.learned.values()
        ),
        about=fit.task.about,
        hyperparameters=default.hyperparameters,
    )
