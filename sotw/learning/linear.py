"""Logistic regression over (week, track) rows, each judged by itself: system A's model.

Three forms of it. ``Logistic`` standardises over the training rows. ``WeekLogistic`` compares a
candidate with its week. ``SystemA`` is the seed as it was: raw inputs, lbfgs cut off after a
thousand steps (SYSTEMS A.9, A-B26), kept to be measured against.
"""

from __future__ import annotations

import math
import warnings
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from sklearn.exceptions import ConvergenceWarning, NotFittedError
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from sotw.learning.encoding import INTERCEPT, Parameter, TableEncoding, Weeks, week_scores

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sotw.learning.encoding import BoolArray, FloatArray

MAX_ITERATIONS = 500
TOLERANCE = 1e-8
SEED_ITERATIONS = 1000
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


class Logistic:
    """Logistic regression on features standardised over the training rows.

    ``has_converged`` says after ``fit`` whether the optimum was reached.
    """

    link = "logit"

    def __init__(self, c: float = 0.01) -> None:
        self.c = c
        self.has_converged = False
        self._design: _Standardised | None = None
        self._coefficients: FloatArray = np.zeros(0)
        self._intercept = 0.0

    def fit(self, rows: pd.DataFrame, labels: BoolArray, start: Logistic | None = None) -> Logistic:
        """Learn medians, levels, scales and coefficients from these rows alone.

        Args:
            rows: Rows of marts.training_week_favorite; only features are read.
            labels: Shape (n_rows,); of one class only, the model is its smoothed rate.
            start: Fitted on the same rows with another C: its design and optimum are the start.

        Returns:
            Itself.

        Raises:
            SotwError: There is no row, or a column is neither number nor text.
        """
        design = start._fitted() if start else _Standardised(rows)
        self._design = design
        before = (start._coefficients, start._intercept) if start else None
        self._coefficients, self._intercept, self.has_converged = solve(
            design.training, labels, self.c, before
        )
        return self

    def score(self, rows: pd.DataFrame) -> FloatArray:
        """Log-odds of each row being its week's favourite; higher is likelier.

        Args:
            rows: Shape (n_rows, n_columns); labels are not read.

        Returns:
            Shape (n_rows,), finite, in the order of ``rows``.

        Raises:
            NotFittedError: ``fit`` was not called.
        """
        design = self._fitted().matrix(rows)
        return np.asarray(design @ self._coefficients + self._intercept, dtype=np.float64)

    def explain(self, rows: pd.DataFrame) -> pd.DataFrame:
        """What the intercept and each feature add to the score.

        Returns:
            A row for each of ``rows``, a column for the intercept and each feature; the sum of a
            row is its score.
        """
        design = self._fitted()
        terms = pd.DataFrame(design.matrix(rows) * self._coefficients, index=rows.index)
        features = pd.Index([feature for feature, _ in design.encoding.columns()])
        by_feature = terms.T.groupby(features, sort=False).sum().T
        by_feature.insert(0, INTERCEPT, self._intercept)
        return by_feature

    def parameters(self) -> list[Parameter]:
        """The fitted model as rows of ml.parameters; every text feature has an ``(other)``."""
        design = self._fitted()
        return [Parameter(INTERCEPT, None, self._intercept, 0.0, 1.0, None)] + [
            Parameter(
                feature=feature,
                level=level,
                coefficient=float(coefficient),
                center=float(center),
                scale=float(scale),
                impute=design.encoding.medians.get(feature),
            )
            for (feature, level), coefficient, center, scale in zip(
                design.encoding.columns(),
                self._coefficients,
                design.scaler.mean_,
                design.scaler.scale_,
                strict=True,
            )
        ]

    def _fitted(self) -> _Standardised:
        if self._design is None:
            raise NotFittedError("Logistic: fit() was not called.")
        return self._design


class _Standardised:
    """Training rows as a standardised matrix, and how they became it."""

    def __init__(self, rows: pd.DataFrame) -> None:
        self.encoding = TableEncoding.learn(rows)
        self.scaler = StandardScaler()
        self.training = np.asarray(
            self.scaler.fit_transform(self.encoding.matrix(rows)), dtype=np.float64
        )

    def matrix(self, rows: pd.DataFrame) -> FloatArray:
        return np.asarray(self.scaler.transform(self.encoding.matrix(rows)), dtype=np.float64)


class WeekLogistic:
    """Logistic regression on the features the default reads, standardised within the week."""

    link = "logit"

    def __init__(self, features: Sequence[str], c: float = 0.01) -> None:
        self.features = tuple(features)
        self.c = c
        self.has_converged = False
        self._coefficients: FloatArray = np.zeros(0)
        self._intercept = 0.0

    def fit(self, rows: pd.DataFrame, labels: BoolArray) -> WeekLogistic:
        """Learn from whole weeks."""
        matrix = week_scores(rows, self.features, Weeks.of(rows))
        self._coefficients, self._intercept, self.has_converged = solve(matrix, labels, self.c)
        return self

    def score(self, rows: pd.DataFrame) -> FloatArray:
        """Log-odds of each row of whole weeks."""
        matrix = week_scores(rows, self.features, Weeks.of(rows))
        return np.asarray(matrix @ self._coefficients + self._intercept, dtype=np.float64)


class SystemA:
    """The seed's model as it was: raw numbers and genre flags, lbfgs for at most 1000 steps."""

    link = "logit"

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


def solve(
    matrix: FloatArray,
    labels: BoolArray,
    c: float,
    start: tuple[FloatArray, float] | None = None,
) -> tuple[FloatArray, float, bool]:
    """Coefficients, intercept, and whether the optimum was reached."""
    if labels.all() or not labels.any():
        rate = (labels.sum() + 0.5) / (len(labels) + 1)
        return np.zeros(matrix.shape[1]), math.log(rate / (1 - rate)), True
    # Newton's steps reach the one optimum of this convex loss; A's lbfgs was cut off.
    model = LogisticRegression(
        C=c,
        solver="newton-cholesky",
        tol=TOLERANCE,
        max_iter=MAX_ITERATIONS,
        warm_start=start is not None,
    )
    if start is not None:
        model.coef_ = start[0][np.newaxis].copy()
        model.intercept_ = np.array([start[1]])
    # One thread: two that wait for each other on a busy machine took ten times the time.
    with threadpool_limits(1), warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        model.fit(matrix, labels)
    failed = any(issubclass(one.category, ConvergenceWarning) for one in caught)
    has_converged = not failed and int(model.n_iter_.max()) < MAX_ITERATIONS
    return np.asarray(model.coef_[0], np.float64), float(model.intercept_[0]), has_converged
