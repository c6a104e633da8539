"""Models and baselines beside each other on the same rows: metrics and paired differences.

Every figure is a row for ml.metrics. A difference is named after what it is measured against:
``mrr_over_most_plays`` is this model's MRR minus that of ``most_plays``, group by group.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from sotw.learning.metrics.intervals import differences
from sotw.learning.protocol import Formula, Part, Scored
from sotw.learning.score import scored

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sotw.learning.metrics.intervals import Measure
    from sotw.learning.protocol import Learned, Predictor, Scorer, Task


@dataclass(frozen=True, slots=True)
class Measured:
    """The scored rows of one task, or of several.

    Attributes:
        task: What was fitted; of several the first.
        part: The rows that were scored, and their groups.
        scored: By model; a formula as itself: it scores whatever rows stand together.
        default: The model whose scores are meant to be used.
    """

    task: Task
    part: Part
    scored: Mapping[str, Scored | Formula]
    default: str

    def of(self, model: str) -> Scored:
        """What a model says of the rows."""
        found = self.scored[model]
        if isinstance(found, Formula):
            return scored(self.part.rows, found, self.task.group)
        return found


def measured(
    predictor: Predictor[Any],
    task: Task,
    blocks: Sequence[tuple[Part, Mapping[str, tuple[Scorer, float | None]]]],
    default: str,
) -> Measured:
    """Score each block by what was learned before it.

    Args:
        predictor: Whose ``measured`` columns are kept.
        task: What was fitted.
        blocks: A part with the scorers and thresholds by model.
        default: Name of the default.
    """
    found: dict[str, Scored | Formula] = {}
    for name in blocks[0][1]:
        scorers = [scorers[name] for _, scorers in blocks]
        first = scorers[0][0]
        if isinstance(first, Formula) and all(scorer == first for scorer, _ in scorers):
            found[name] = first
        else:
            found[name] = _joined(
                [
                    scored(part.rows, scorer, task.group, threshold)
                    for (part, _), (scorer, threshold) in zip(blocks, scorers, strict=True)
                ]
            )
    part = Part.together([part for part, _ in blocks])
    if kept := predictor.traits.measured:
        part = Part(part.rows[list(kept)], part.groups)
    return Measured(task, part, found, default)


def metric_rows(
    predictor: Predictor[Any], found: Sequence[Measured], split: str
) -> list[dict[str, Any]]:
    """Rows for ml.metrics: each task, and pooled those that differ by listener only."""
    rows: list[dict[str, Any]] = []
    groups: dict[tuple[Any, ...], list[Measured]] = {}
    for one in found:
        rows += _rows_of(predictor, one, one.task.key, split)
        key = {**one.task.key, "listener_id": None}
        groups.setdefault((*key.values(), one.task.cohort), []).append(one)
    for group in groups.values():
        if predictor.traits.is_pooled and len(group) > 1:
            key = {**group[0].task.key, "listener_id": None}
            rows += _rows_of(predictor, _pooled(group), key, split)
    return rows


def _pooled(group: Sequence[Measured]) -> Measured:
    names = [name for name in group[0].scored if all(name in one.scored for one in group)]
    found: dict[str, Scored | Formula] = {}
    for name in names:
        first = group[0].scored[name]
        is_formula = isinstance(first, Formula)
        found[name] = first if is_formula else _joined([one.of(name) for one in group])
    part = Part.together([one.part for one in group])
    return Measured(group[0].task, part, found, group[0].default)


def _rows_of(
    predictor: Predictor[Any], found: Measured, key: Mapping[str, Any], split: str
) -> list[dict[str, Any]]:
    traits, default = predictor.traits, found.default
    measures = {
        name: predictor.metrics(found.part, found.of(name), found.task) for name in found.scored
    }
    fixed = {"predictor": traits.name, **key, "cohort": found.task.cohort, "split": split}
    rows = []
    for name, own in measures.items():
        others = traits.baselines if name == default else [default]
        more: list[Measure] = []
        for other in others:
            if other in measures and name not in traits.baselines:
                more += differences(own, measures[other], other, traits.compared)
        rows += _plain(fixed, name, name == default, [*own, *more])
    if traits.by_chance:
        for name, own in traits.by_chance(found.part, found.task).items():
            rows += _plain(fixed, name, False, own)
    return rows


def _plain(
    fixed: Mapping[str, Any], model: str, is_default: bool, measures: Sequence[Measure]
) -> list[dict[str, Any]]:
    about = {**fixed, "model": model, "is_default": is_default}
    return [about | asdict(one.result()) for one in measures]


def _joined(parts: Sequence[Scored]) -> Scored:
    """What was said of parts, one after another; null where it is of one of them."""

    def joined(name: str) -> Any:  # noqa: ANN401 - an array or nothing
        arrays = [getattr(one, name) for one in parts]
        return None if any(one is None for one in arrays) else np.concatenate(arrays)

    return Scored(*(joined(name) for name in Scored.__dataclass_fields__))


def scorers(learned: Mapping[str, Learned], which: str) -> dict[str, tuple[Scorer, float | None]]:
    """The ``first`` or ``final`` scorers, with their thresholds."""
    return {name: (getattr(one, which), one.threshold) for name, one in learned.items()}
