"""Which of the songs a listener heard in a week they name as its favourite: what fits.

The default model is a conditional logit: a softmax over the week's candidates, on features
compared with the other candidates of the same week, with coefficients drawn towards those of other
listeners. It is fixed, not picked per run. Beside it stand system A's logistic regression and,
in ``sotw evaluate``, further forms and boosting; BENCHMARKS 1 has what was compared.
"""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from sklearn.exceptions import ConvergenceWarning, NotFittedError
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score, precision_recall_curve
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from sotw.learning.encoding import (
    LOG1P,
    TEMPERATURE,
    WEEK,
    Groups,
    Parameter,
    TableEncoding,
    softmax,
    temperatures,
    week_scores,
)
from sotw.learning.linear import Logistic, WeekLogistic
from sotw.learning.protocol import Learned
from sotw.learning.score import probabilities
from sotw.predictors.week_favorite.conditional_logit import Choices, fit

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from sotw.learning.encoding import BoolArray, FloatArray
    from sotw.learning.protocol import Learner, Link, Scorer

DEFAULT = "conditional_logit"
# What a listener did, in system A's twelve numbers.
BEHAVIOUR = (
    "week_plays",
    "week_active_days",
    "last_2_days_plays",
    "last_day_plays",
    "last_play_gap_days",
    "week_plays_rank",
    "prev_1w_plays",
    "prev_4w_plays",
    "change_1w_plays",
    "momentum_4w_ratio",
    "prior_plays",
    "is_first_week",
)
METADATA = ("popularity_index", "duration_seconds", "release_age_days", "is_released_within_28d")
GENRES = (
    "is_hip_hop_rap",
    "is_rnb_soul",
    "is_electronic_dance",
    "is_jazz",
    "is_classical_art",
    "is_folk_country_americana",
    "is_metal_hard",
    "is_rock",
    "is_pop",
    "is_latin",
    "is_world_regional",
    "is_experimental_avant",
    "is_other_genre",
    "is_genre_missing",
)
# What a listener did, all known for any log. tests/bench/favorite_ideas.py has what else was tried
# and did not help; the plain logistic regression reads the whole mart.
FEATURES = (*BEHAVIOUR, "decayed_8w_plays", "prior_picks")
STRENGTHS = (1.0, 3.0, 10.0, 30.0, 100.0, 300.0)
DEFAULT_STRENGTH = 10.0  # without validation weeks
MIN_VALIDATION_WEEKS = 3
C_GRID = (0.01, 0.1, 1.0, 10.0, 100.0)
SEED_ITERATIONS = 1000


class ConditionalLogit:
    """Softmax over the week's candidates, drawn towards a population's coefficients."""

    link: Link = "softmax"

    def __init__(
        self,
        strength: float = DEFAULT_STRENGTH,
        prior: Mapping[str, float] | None = None,
        temperature: tuple[float, float] = (0.0, 0.0),
    ) -> None:
        self.strength = strength
        self.temperature = temperature
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
        return np.asarray(self._terms(rows).sum(axis=1), dtype=np.float64)

    def explain(self, rows: pd.DataFrame, chosen: BoolArray) -> pd.DataFrame:
        """What each feature adds to the scores of the chosen ones of whole weeks."""
        terms = self._terms(rows)[chosen]
        return pd.DataFrame(terms, index=rows.index[chosen], columns=pd.Index(FEATURES))

    def _terms(self, rows: pd.DataFrame) -> FloatArray:
        """Shape (n_rows, n_features)."""
        weeks = Groups.of(rows)
        terms = week_scores(rows, FEATURES, weeks) * self.coefficients
        divisor = temperatures(terms.sum(axis=1), weeks, *self.temperature)
        return np.asarray(terms / divisor[:, np.newaxis], dtype=np.float64)

    def stored(self) -> tuple[Parameter, ...]:
        """The fitted model as rows of ml.parameters."""
        coefficients = zip(FEATURES, self.coefficients, strict=True)
        return (
            *(
                Parameter(name, None, float(one), None, None, None, LOG1P)
                for name, one in coefficients
            ),
            *(
                Parameter(name, None, one, None, None, None)
                for name, one in zip(TEMPERATURE, self.temperature, strict=True)
                if any(self.temperature)
            ),
        )


def choices_of(rows: pd.DataFrame, labels: BoolArray) -> Choices:
    """The labelled ones of whole weeks, as the default model sees them."""
    weeks = Groups.of(rows)
    return Choices.of(week_scores(rows, FEATURES, weeks), weeks, labels)


class SystemA:
    """The seed's model as it was: raw numbers and genre flags, lbfgs for at most 1000 steps."""

    link: Link = "logit"

    def __init__(self, c: float = 0.01) -> None:
        self.c = c
        self.has_converged = False
        self._encoding: TableEncoding | None = None
        self._model = LogisticRegression(C=c, max_iter=SEED_ITERATIONS, random_state=42)

    def fit(self, rows: pd.DataFrame, labels: BoolArray) -> SystemA:
        """Learn from rows of the mart; its genre buckets are the mart's genre flags."""
        known = [name for name in (*BEHAVIOUR, *METADATA, *GENRES) if name in rows]
        self._encoding = TableEncoding.learn(rows, known)
        # That it stops before the optimum is what is measured here, not an accident.
        with threadpool_limits(1), warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            self._model.fit(self._encoding.matrix(rows), labels)
        self.has_converged = int(self._model.n_iter_.max()) < SEED_ITERATIONS
        return self

    def score(self, rows: pd.DataFrame) -> FloatArray:
        """Log-odds of each row."""
        if self._encoding is None:
            raise NotFittedError("SystemA: fit() was not called.")
        found = self._model.decision_function(self._encoding.matrix(rows))
        return np.asarray(found, dtype=np.float64)


def labelled(rows: pd.DataFrame) -> tuple[pd.DataFrame, BoolArray]:
    """Features and keys, and the labels."""
    return rows, rows["is_label"].to_numpy(bool)


def mean_loss(scorer: Scorer, rows: pd.DataFrame) -> float:
    """Mean of -log(share) of the label over the weeks that have one; NaN without."""
    shares = softmax(scorer.score(rows), Groups.of(rows))[rows["is_label"].to_numpy(bool)]
    return float(-np.log(shares).mean()) if len(shares) else float("nan")


def conditional_logit(
    prior: Mapping[str, float], temperature: tuple[float, float], about: Mapping[str, Any]
) -> Learner:
    """The strength with the least loss on validation; the stronger of equals.

    Args:
        prior: Coefficients of the population, by feature.
        temperature: Of the population, as ``temperatures`` takes it.
        about: What is remembered of the prior.
    """

    def learn(train: pd.DataFrame, validation: pd.DataFrame) -> Learned:
        choices = choices_of(*labelled(train))
        strength, grid = DEFAULT_STRENGTH, {}
        if validation["is_label"].sum() >= MIN_VALIDATION_WEEKS:
            start = None
            for one in sorted(STRENGTHS, reverse=True):
                fitted = ConditionalLogit(one, prior, temperature).fit_choices(choices, start)
                start = fitted.coefficients
                grid[one] = mean_loss(fitted, validation)
            strength = min(STRENGTHS, key=lambda one: (grid[one], -one))
        first = ConditionalLogit(strength, prior, temperature).fit_choices(choices)
        both = labelled(pd.concat([train, validation]))
        final = ConditionalLogit(strength, prior, temperature).fit(*both)
        chosen = {
            "strength": strength,
            "validation_nll": {f"{one:g}": value for one, value in sorted(grid.items())},
            "prior": dict(about),
        }
        return Learned(first, final, threshold_of(first, validation), chosen)

    return learn


def with_c(make: Callable[[float], Any], *, is_chained: bool = False) -> Learner:
    """System A's way: C by PR-AUC on validation, the first of equals (SYSTEMS A.9).

    Args:
        make: An unfitted model with a C.
        is_chained: Each starts from the one before.
    """

    def learn(train: pd.DataFrame, validation: pd.DataFrame) -> Learned:
        rows, labels = labelled(train)
        truth = validation["is_label"].to_numpy(bool)
        grid: dict[float, float] = {}
        models: dict[float, Any] = {}
        for c in C_GRID if truth.any() else C_GRID[:1]:
            before = {"start": models[max(models)]} if is_chained and models else {}
            models[c] = make(c).fit(rows, labels, **before)
            if truth.any():
                grid[c] = float(average_precision_score(truth, models[c].score(validation)))
        best = max(grid, key=lambda c: (grid[c], -c), default=C_GRID[0])
        final = make(best).fit(*labelled(pd.concat([train, validation])))
        chosen = {"c": best, "validation_pr_auc": {f"{c:g}": value for c, value in grid.items()}}
        return Learned(models[best], final, threshold_of(models[best], validation), chosen)

    return learn


def system_a(train: pd.DataFrame, validation: pd.DataFrame) -> Learned:
    """With the C that the seed shipped."""
    first = SystemA().fit(*labelled(train))
    final = SystemA().fit(*labelled(pd.concat([train, validation])))
    return Learned(first, final, threshold_of(first, validation), {"c": first.c})


def threshold_of(scorer: Scorer, validation: pd.DataFrame) -> float | None:
    """The probability with the best F1: first maximum, last point of the curve dropped, 0/0 is 0.

    Source: SYSTEMS A.9.
    """
    truth = validation["is_label"].to_numpy(bool)
    if not truth.any():
        return None
    said = probabilities(scorer.score(validation), validation, scorer.link, WEEK)
    precision, recall, thresholds = precision_recall_curve(truth, said)
    both = precision + recall
    f1 = np.divide(2 * precision * recall, both, out=np.zeros_like(both), where=both > 0)[:-1]
    return float(thresholds[int(f1.argmax())])


def linear(features: Sequence[str]) -> dict[str, Learner]:
    """System A's model and its forms, by name; the first reads every feature."""
    return {
        "logistic_regression": with_c(lambda c: Logistic(features, c), is_chained=True),
        "logistic_regression_in_week": with_c(lambda c: WeekLogistic(FEATURES, c)),
        "system_a_as_it_was": system_a,
    }
