"""What is fitted by itself, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import datetime as dt

    import pandas as pd
    import pyarrow as pa

    from sotw.learning.metrics import winner
    from sotw.predictors.week_favorite import models, prior


@dataclass(frozen=True, slots=True)
class Task:
    """What is fitted by itself: a listener under a cut-off policy.

    Attributes:
        listener_id: Whose.
        listener: The name.
        cutoff_policy: What its features may see: ``calendar`` or ``decision``.
        label_kind: ``pick``: favourites the listener named; ``proxy``: derived from later plays.
        weeks: The labelled, complete weeks, oldest first.
        prior: What the default model is drawn towards.
    """

    listener_id: int
    listener: str
    cutoff_policy: str
    label_kind: str
    weeks: tuple[dt.date, ...]
    prior: prior.Prior

    @property
    def name(self) -> str:
        """For messages."""
        return f"{self.listener}, {self.cutoff_policy}"

    @property
    def key(self) -> dict[str, Any]:
        """The columns of ml tables that say which task it is."""
        return {
            "listener_id": self.listener_id,
            "cutoff_policy": self.cutoff_policy,
            "label_kind": self.label_kind,
        }


@dataclass(frozen=True, slots=True)
class Trained:
    """What is said of one task.

    Attributes:
        listener: Whose.
        cutoff_policy: ``calendar`` or ``decision``.
        label_kind: ``pick`` or ``proxy``.
        weeks: Labelled weeks in train, validation and test; too few to split: all in train.
        strength: How strongly the default model is drawn towards its prior.
        prior: Where that prior comes from.
        has_converged: Whether every fit reached its optimum.
    """

    listener: str
    cutoff_policy: str
    label_kind: str
    weeks: tuple[int, int, int]
    strength: float
    prior: str
    has_converged: bool


@dataclass(frozen=True, slots=True)
class Fit:
    """A task with its fitted models.

    Attributes:
        task: What was fitted.
        split: The labelled weeks by part.
        learned: The models, the default first.
        scored: The rows of each part with the scores of each model, by part and model.
        data_sha256: Over all its rows of the mart.
        predicted: The weeks to predict, as ``score.score_weeks`` takes them.
    """

    task: Task
    split: winner.Split
    learned: tuple[models.Learned, ...]
    scored: dict[str, dict[str, pd.DataFrame]]
    data_sha256: str
    predicted: pa.Table

    @property
    def report(self) -> Trained:
        """What is said of it."""
        return Trained(
            listener=self.task.listener,
            cutoff_policy=self.task.cutoff_policy,
            label_kind=self.task.label_kind,
            weeks=(len(self.split.train), len(self.split.validation), len(self.split.test)),
            strength=self.learned[0].hyperparameters["strength"],
            prior=self.task.prior.source,
            has_converged=all(
                one.first.has_converged and one.final.has_converged for one in self.learned
            ),
        )
