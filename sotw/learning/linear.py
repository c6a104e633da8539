"""Logistic regression on rows of a training mart, each judged by itself.

``Logistic`` standardises over the training rows, ``WeekLogistic`` compares a candidate with its
week. A fitted one is a table of ``Parameter``.
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

from sotw.learning.encoding import INTERCEPT, Groups, Parameter, TableEncoding, week_scores

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sotw.learning.encoding import BoolArray, FloatArray
    from sotw.learning.protocol import Link

MAX_ITERATIONS = 500
TOLERANCE = 1e-8


class Logistic:
    """Logistic regression on features standardised over the training rows.

    ``has_converged`` says after ``fit`` whether the optimum was reached.
    """

    link: Link = "logit"

    def __init__(self, features: Sequence[str], c: float = 0.01) -> None:
        self.features = tuple(features)
        self.c = c
        self.has_converged = False
        self._design: _Standardised | None = None
        self._coefficients: FloatArray = np.zeros(0)
        self._intercept = 0.0

    def fit(self, rows: pd.DataFrame, labels: BoolArray, start: Logistic | None = None) -> Logistic:
        """Learn medians, levels, scales and coefficients from these rows alone.

        Args:
            rows: Of a training mart; only features are read.
            labels: Shape (n_rows,); of one class only, the model is its smoothed rate.
            start: Fitted on the same rows with another C: its design and optimum are the start.

        Returns:
            Itself.

        Raises:
            SotwError: There is no row, or a column is neither number nor text.
        """
        design = start._fitted() if start else _Standardised(rows, self.features)
        self._design = design
        before = (start._coefficients, start._intercept) if start else None
        self._coefficients, self._intercept, self.has_converged = solve(
            design.training, labels, self.c, before
        )
        return self

    def score(self, rows: pd.DataFrame) -> FloatArray:
        """Log-odds of each row having the label; higher is likelier.

        Args:
            rows: Shape (n_rows, n_columns); labels are not read.

        Returns:
            Shape (n_rows,), finite, in the order of ``rows``.

        Raises:
            NotFittedError: ``fit`` was not called.
        """
        design = self._fitted().matrix(rows)
        return np.asarray(design @ self._coefficients + self._intercept, dtype=np.float64)

    def explain(self, rows: pd.DataFrame, chosen: BoolArray) -> pd.DataFrame:
        """What the intercept and each feature add to the scores of the chosen rows."""
        design = self._fitted()
        rows = rows[chosen]
        terms = pd.DataFrame(design.matrix(rows) * self._coefficients, index=rows.index)
        features = pd.Index([feature for feature, _ in design.encoding.columns()])
        by_feature = terms.T.groupby(features, sort=False).sum().T
        by_feature.insert(0, INTERCEPT, self._intercept)
        return by_feature

    def stored(self) -> tuple[Parameter, ...]:
        """The fitted model as rows of ml.parameters; every text feature has an ``(other)``."""
        design = self._fitted()
        return (
            Parameter(INTERCEPT, None, self._intercept, 0.0, 1.0, None),
            *(
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
            ),
        )

    def _fitted(self) -> _Standardised:
        if self._design is None:
            raise NotFittedError("Logistic: fit() was not called.")
        return self._design


class _Standardised:
    """Training rows as a standardised matrix, and how they became it."""

    def __init__(self, rows: pd.DataFrame, features: Sequence[str]) -> None:
        self.encoding = TableEncoding.learn(rows, features)
        self.scaler = StandardScaler()
        self.training = np.asarray(
            self.scaler.fit_transform(self.encoding.matrix(rows)), dtype=np.float64
        )

    def matrix(self, rows: pd.DataFrame) -> FloatArray:
        return np.asarray(self.scaler.transform(self.encoding.matrix(rows)), dtype=np.float64)


class WeekLogistic:
    """Logistic regression on features standardised within the week."""

    link: Link = "logit"

    def __init__(self, features: Sequence[str], c: float = 0.01) -> None:
        self.features = tuple(features)
        self.c = c
        self.has_converged = False
        self._coefficients: FloatArray = np.zeros(0)
        self._intercept = 0.0

    def fit(self, rows: pd.DataFrame, labels: BoolArray) -> WeekLogistic:
        """Learn from whole weeks."""
        matrix = week_scores(rows, self.features, Groups.of(rows))
        self._coefficients, self._intercept, self.has_converged = solve(matrix, labels, self.c)
        return self

    def score(self, rows: pd.DataFrame) -> FloatArray:
        """Log-odds of each row of whole weeks."""
        matrix = week_scores(rows, self.features, Groups.of(rows))
        return np.asarray(matrix @ self._coefficients + self._intercept, dtype=np.float64)


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
