"""Which of the songs a listener heard in a week they name as its favourite.

The default model is a conditional logit: a softmax over the week's candidates, on features
compared with the other candidates of the same week, with coefficients drawn towards those of other
listeners. It is fixed, not picked per run. Beside it stand system A's logistic regression and,
in ``sotw evaluate``, further forms and boosting; BENCHMARKS 1 has what was compared.

A fitted linear model is a table of ``Parameter``, which sql/score/week_favorite.sql scores.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import pandas as pd
from sklearn.exceptions import NotFittedError
from sklearn.metrics import average_precision_score, precision_recall_curve

from sotw.learning.encoding import LOG1P, Parameter, Weeks, logistic, softmax, week_scores
from sotw.learning.linear import BEHAVIOUR, Logistic, SystemA, WeekLogistic
from sotw.predictors.week_favorite.conditional_logit import Choices, fit

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sotw.learning.encoding import BoolArray, FloatArray

PREDICTOR = "week_favorite"
TASK = "weekly favourite"
MODEL = "conditional_logit"

# What a listener did, all known for any log. tests/bench/favorite_ideas.py has what else was tried
# and did not help; the plain logistic regression reads the whole mart.
FEATURES = (*BEHAVIOUR, "decayed_8w_plays", "prior_picks")
STRENGTHS = (1.0, 3.0, 10.0, 30.0, 100.0, 300.0)
DEFAULT_STRENGTH = 10.0  # without validation weeks
MIN_VALIDATION_WEEKS = 3
C_GRID = (0.01, 0.1, 1.0, 10.0, 100.0)


class Model(Protocol):
    """What every model of this predictor can do."""

    link: str
    has_converged: bool

    def score(self, rows: pd.DataFrame) -> FloatArray:
        """Higher is likelier; shape (n_rows,) for rows of whole weeks."""
        ...


@dataclass(frozen=True, slots=True)
class Learned:
    """A model with what the validation weeks decided.

    Attributes:
        name: As in ml.metrics.
        first: Fitted on the training weeks only.
        final: Fitted on training and validation weeks.
        threshold: The probability with the best F1 on validation; null without a favourite there.
        hyperparameters: What was chosen, and how each choice did on validation.
    """

    name: str
    first: Model
    final: Model
    threshold: float | None
    hyperparameters: dict[str, Any] = field(default_factory=dict)


class ConditionalLogit:
    """Softmax over the week's candidates, drawn towards a population's coefficients."""

    link = "softmax"

    def __init__(
        self, strength: float = DEFAULT_STRENGTH, prior: Mapping[str, float] | None = None
    ) -> None:
        self.strength = strength
        self.has_converged = False
        self._prior = np.array([(prior or {}).get(name, 0.0) for name in FEATURES])
        self._coefficients: FloatArray | None = None

    def fit(self, rows: pd.DataFrame, labels: BoolArray) -> ConditionalLogit:
        """Learn coefficients from whole weeks.

        Args:
            rows: Rows of marts.training_week_favorite, every candidate of each week.
            labels: Shape (n_rows,); weeks without a label teach nothing.

        Returns:
            Itself. Without a labelled week its coefficients are the prior.
        """
        return self.fit_choices(choices_of(rows, labels))

    def fit_choices(self, choices: Choices, start: FloatArray | None = None) -> ConditionalLogit:
        """``fit`` for rows that are standardised already."""
        self._coefficients, self.has_converged = fit(choices, self._prior, self.strength, start)
        return self

    @property
    def coefficients(self) -> FloatArray:
        """Shape (n_features,), in the order of FEATURES.

        Raises:
            NotFittedError: ``fit`` was not called.
        """
        if self._coefficients is None:
            raise NotFittedError("ConditionalLogit: fit() was not called.")
        return self._coefficients

    def score(self, rows: pd.DataFrame) -> FloatArray:
        """Score against the average candidate of the row's week, which has 0.

        Args:
            rows: Every candidate of each week.

        Returns:
            Shape (n_rows,), finite, in the order of ``rows``.
        """
        return np.asarray(
            week_scores(rows, FEATURES, Weeks.of(rows)) @ self.coefficients, dtype=np.float64
        )

    def explain(self, rows: pd.DataFrame) -> pd.DataFrame:
        """What each feature adds to the score; the sum of a row is its score."""
        terms = week_scores(rows, FEATURES, Weeks.of(rows)) * self.coefficients
        return pd.DataFrame(terms, index=rows.index, columns=pd.Index(FEATURES))

    def parameters(self) -> list[Parameter]:
        """The fitted model as rows of ml.parameters."""
        return [
            Parameter(name, None, float(value), None, None, None, LOG1P)
            for name, value in zip(FEATURES, self.coefficients, strict=True)
        ]


def choices_of(rows: pd.DataFrame, labels: BoolArray) -> Choices:
    """The labelled ones of whole weeks, as the default model sees them."""
    weeks = Weeks.of(rows)
    return Choices.of(week_scores(rows, FEATURES, weeks), weeks, labels)


def probabilities(scores: FloatArray, rows: pd.DataFrame, link: str) -> FloatArray:
    """What a score says: each row by itself (``logit``) or within its week (``softmax``)."""
    return softmax(scores, Weeks.of(rows)) if link == "softmax" else logistic(scores)


def learn(
    name: str,
    train: pd.DataFrame,
    validation: pd.DataFrame,
    prior: Mapping[str, float] | None = None,
) -> Learned:
    """Fit a model by name, its strength chosen on validation weeks, then refit on both.

    Args:
        name: One of MODELS.
        train: Rows with is_label.
        validation: Later rows with is_label; may be empty.
        prior: Coefficients of the population, by feature; only the default reads them.
    """
    return MODELS[name](name, train, validation, prior or {})


def labelled(rows: pd.DataFrame) -> tuple[pd.DataFrame, BoolArray]:
    """Features and keys, and the labels."""
    return rows.drop(columns="is_label"), rows["is_label"].to_numpy(bool)


def mean_loss(model: Model, rows: pd.DataFrame) -> float:
    """Mean of -log(share) of the label over the weeks that have one; NaN without."""
    shares = softmax(model.score(rows), Weeks.of(rows))[rows["is_label"].to_numpy(bool)]
    return float(-np.log(shares).mean()) if len(shares) else float("nan")


def _conditional_logit(
    name: str, train: pd.DataFrame, validation: pd.DataFrame, prior: Mapping[str, float]
) -> Learned:
    """The strength with the least loss on validation; the stronger of equals."""
    weeks = Weeks.of(train)
    choices = Choices.of(
        week_scores(train, FEATURES, weeks), weeks, train["is_label"].to_numpy(bool)
    )
    strength, grid = DEFAULT_STRENGTH, {}
    if validation["is_label"].sum() >= MIN_VALIDATION_WEEKS:
        start = None
        for one in sorted(STRENGTHS, reverse=True):
            fitted = ConditionalLogit(one, prior).fit_choices(choices, start)
            start = fitted.coefficients
            grid[one] = mean_loss(fitted, validation)
        strength = min(STRENGTHS, key=lambda one: (grid[one], -one))
    first = ConditionalLogit(strength, prior).fit_choices(choices)
    final = ConditionalLogit(strength, prior).fit(*labelled(pd.concat([train, validation])))
    found = {
        "strength": strength,
        "validation_nll": {f"{one:g}": value for one, value in sorted(grid.items())},
    }
    return Learned(name, first, final, threshold_of(first, validation), found)


def _with_c(make: Callable[[float], Any], chain: bool = False) -> Callable[..., Learned]:
    """System A's way: C by PR-AUC on validation, the first of equals (SYSTEMS A.9)."""

    def learn_it(
        name: str, train: pd.DataFrame, validation: pd.DataFrame, prior: Mapping[str, float]
    ) -> Learned:
        rows, labels = labelled(train)
        truth = validation["is_label"].to_numpy(bool)
        grid: dict[float, float] = {}
        models: dict[float, Any] = {}
        for c in C_GRID if truth.any() else C_GRID[:1]:
            before = {"start": models[max(models)]} if chain and models else {}
            models[c] = make(c).fit(rows, labels, **before)
            if truth.any():
                grid[c] = float(average_precision_score(truth, models[c].score(validation)))
        best = max(grid, key=lambda c: (grid[c], -c), default=C_GRID[0])
        final = make(best).fit(*labelled(pd.concat([train, validation])))
        found = {"c": best, "validation_pr_auc": {f"{c:g}": value for c, value in grid.items()}}
        return Learned(name, models[best], final, threshold_of(models[best], validation), found)

    return learn_it


def _seed(
    name: str, train: pd.DataFrame, validation: pd.DataFrame, prior: Mapping[str, float]
) -> Learned:
    """With the C that the seed shipped."""
    first = SystemA().fit(*labelled(train))
    final = SystemA().fit(*labelled(pd.concat([train, validation])))
    return Learned(name, first, final, threshold_of(first, validation), {"c": first.c})


def threshold_of(model: Model, validation: pd.DataFrame) -> float | None:
    """The probability with the best F1: first maximum, last point of the curve dropped, 0/0 is 0.

    Source: SYSTEMS A.9.
    """
    truth = validation["is_label"].to_numpy(bool)
    if not truth.any():
        return None
    said = probabilities(model.score(validation), validation, model.link)
    precision, recall, thresholds = precision_recall_curve(truth, said)
    both = precision + recall
    f1 = np.divide(2 * precision * recall, both, out=np.zeros_like(both), where=both > 0)[:-1]
    return float(thresholds[int(f1.argmax())])


MODELS: dict[str, Callable[..., Learned]] = {
    MODEL: _conditional_logit,
    "logistic_regression": _with_c(Logistic, chain=True),
    "logistic_regression_in_week": _with_c(lambda c: WeekLogistic(FEATURES, c)),
    "system_a_as_it_was": _seed,
}
# Fitted by `sotw train`; the others by `sotw evaluate`.
TRAINED = (MODEL, "logistic_regression")
