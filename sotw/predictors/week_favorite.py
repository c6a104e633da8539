"""Which of the songs a listener heard in a week they name as its favourite.

The first form is system A's: a logistic regression over (week, track) rows, its C chosen on the
validation weeks. Unlike A's it is standardised, converged, and learns medians, scales and rare
levels from its own training rows only. A fitted model is a table of ``Parameter``; the same
table is scored by sql/score/week_favorite.sql.

Features are all columns of the training mart that are neither key nor cut-off nor label, so a
new feature needs nothing here.
"""

from __future__ import annotations

import math
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.exceptions import ConvergenceWarning, NotFittedError
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score, precision_recall_curve
from sklearn.preprocessing import StandardScaler
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from sotw.errors import SotwError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]

PREDICTOR = "week_favorite"
TASK = "weekly favourite"
MODEL = "logistic_regression"
KEYS = ("listener_id", "week_ending", "cutoff_policy", "track_id")
CUTOFFS = ("cutoff_at", "is_complete_week", "is_current_week")
LABELS = ("is_week_favorite", "is_proxy_favorite")

INTERCEPT = "(intercept)"
OTHER = "(other)"  # a level with few training rows, or none
MISSING = "(missing)"  # a null text
MIN_LEVEL_ROWS = 20
C_GRID = (0.01, 0.1, 1.0, 10.0, 100.0)
MAX_ITER = 500
TOLERANCE = 1e-8


@dataclass(frozen=True, slots=True)
class Parameter:
    """One row of ml.parameters: adds coefficient * (x - center) / scale to the log-odds.

    Attributes:
        feature: A column of the mart, or ``(intercept)``.
        level: For a text feature the value for which x is 1, else 0; null for a number.
        coefficient: On the standardised scale.
        center: Mean of the training rows.
        scale: Standard deviation of the training rows; 1 where they are all equal.
        impute: What x is where it is null or not finite; null for a text feature.
    """

    feature: str
    level: str | None
    coefficient: float
    center: float
    scale: float
    impute: float | None


@dataclass(frozen=True, slots=True)
class Tuning:
    """What the validation weeks decided.

    Attributes:
        c: The inverse of the regularisation strength.
        threshold: The probability with the best F1; null without a favourite in validation.
        grid: PR-AUC on validation for each C; empty without a favourite there.
        model: The model of the chosen C, fitted on the training rows only.
    """

    c: float
    threshold: float | None
    grid: dict[float, float]
    model: WeekFavorite


def features_of(columns: Iterable[str]) -> list[str]:
    """The columns that are features, in the given order."""
    other = {*KEYS, *CUTOFFS, *LABELS}
    return [column for column in columns if column not in other]


@dataclass(frozen=True, slots=True)
class _Encoding:
    """How rows become numbers, learned from training rows only.

    Attributes:
        medians: Of each feature that is a number; 0 where it is never known.
        levels: Of each text feature: those with enough rows, and ``(other)``.
    """

    medians: dict[str, float]
    levels: dict[str, tuple[str, ...]]

    def columns(self) -> list[tuple[str, str | None]]:
        """The feature and level of each column of the matrix."""
        numbers: list[tuple[str, str | None]] = [(number, None) for number in self.medians]
        return numbers + [(text, level) for text in self.levels for level in self.levels[text]]

    def matrix(self, rows: pd.DataFrame) -> FloatArray:
        """Shape (n_rows, n_columns): numbers with nulls imputed, levels as 1 or 0."""
        parts: list[FloatArray] = []
        for number, median in self.medians.items():
            values = _numbers(rows[number])
            parts.append(np.where(np.isnan(values), median, values)[:, np.newaxis])
        for text, levels in self.levels.items():
            code = pd.Index(levels, dtype=object).get_indexer(pd.Index(_texts(rows[text])))
            code[code < 0] = len(levels) - 1
            parts.append((code[:, np.newaxis] == np.arange(len(levels))).astype(np.float64))
        return np.hstack(parts) if parts else np.zeros((len(rows), 0))


@dataclass(frozen=True, slots=True)
class _Prepared:
    """Training rows as a standardised matrix, and how they became it."""

    encoding: _Encoding
    scaler: StandardScaler
    matrix: FloatArray


class WeekFavorite:
    """Logistic regression on standardised features.

    ``has_converged`` says after ``fit`` whether the optimum was reached.
    """

    def __init__(self, c: float = 0.01) -> None:
        self.c = c
        self.has_converged = False
        self._prepared: _Prepared | None = None
        self._coefficients: FloatArray = np.zeros(0)
        self._intercept = 0.0

    def fit(self, rows: pd.DataFrame, labels: BoolArray) -> WeekFavorite:
        """Learn medians, levels, scales and coefficients from these rows alone.

        Args:
            rows: Rows of marts.training_week_favorite; only features are read.
            labels: Shape (n_rows,); of one class only, the model is its smoothed rate.

        Returns:
            Itself.

        Raises:
            SotwError: There is no row, or a column is neither number nor text.
        """
        return self._fit(_prepare(rows), labels)

    def score(self, rows: pd.DataFrame) -> FloatArray:
        """Log-odds of each row being its week's favourite; higher is likelier.

        Args:
            rows: Shape (n_rows, n_columns); labels are not read.

        Returns:
            Shape (n_rows,), finite, in the order of ``rows``.

        Raises:
            NotFittedError: ``fit`` was not called.
        """
        return self._scores(self._design(rows))

    def explain(self, rows: pd.DataFrame) -> pd.DataFrame:
        """What the intercept and each feature add to the score.

        Returns:
            A row for each of ``rows``, a column for the intercept and each feature; the sum of a
            row is its score.
        """
        terms = pd.DataFrame(self._design(rows) * self._coefficients, index=rows.index)
        features = pd.Index([feature for feature, _ in self._fitted().encoding.columns()])
        by_feature = terms.T.groupby(features, sort=False).sum().T
        by_feature.insert(0, INTERCEPT, self._intercept)
        return by_feature

    def parameters(self) -> list[Parameter]:
        """The fitted model as rows of ml.parameters; every text feature has an ``(other)``."""
        ready = self._fitted()
        return [Parameter(INTERCEPT, None, self._intercept, 0.0, 1.0, None)] + [
            Parameter(
                feature=feature,
                level=level,
                coefficient=float(coefficient),
                center=float(center),
                scale=float(scale),
                impute=ready.encoding.medians.get(feature),
            )
            for (feature, level), coefficient, center, scale in zip(
                ready.encoding.columns(),
                self._coefficients,
                ready.scaler.mean_,
                ready.scaler.scale_,
                strict=True,
            )
        ]

    def _fit(
        self, ready: _Prepared, labels: BoolArray, start: WeekFavorite | None = None
    ) -> WeekFavorite:
        self._prepared = ready
        if labels.all() or not labels.any():
            rate = (labels.sum() + 0.5) / (len(labels) + 1)
            self._coefficients = np.zeros(ready.matrix.shape[1])
            self._intercept, self.has_converged = math.log(rate / (1 - rate)), True
            return self
        # Newton's steps reach the one optimum of this convex loss; A's lbfgs was cut off.
        model = LogisticRegression(
            C=self.c,
            solver="newton-cholesky",
            tol=TOLERANCE,
            max_iter=MAX_ITER,
            warm_start=start is not None,
        )
        if start is not None:
            model.coef_ = start._coefficients[np.newaxis].copy()
            model.intercept_ = np.array([start._intercept])
        # One thread: two that wait for each other on a busy machine took ten times the time.
        with threadpool_limits(1), warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            model.fit(ready.matrix, labels)
        failed = any(issubclass(one.category, ConvergenceWarning) for one in caught)
        self.has_converged = not failed and int(model.n_iter_.max()) < MAX_ITER
        self._coefficients = np.asarray(model.coef_[0], dtype=np.float64)
        self._intercept = float(model.intercept_[0])
        return self

    def _fitted(self) -> _Prepared:
        if self._prepared is None:
            raise NotFittedError("WeekFavorite: fit() was not called.")
        return self._prepared

    def _scores(self, design: FloatArray) -> FloatArray:
        return np.asarray(design @ self._coefficients + self._intercept, dtype=np.float64)

    def _design(self, rows: pd.DataFrame) -> FloatArray:
        ready = self._fitted()
        return np.asarray(ready.scaler.transform(ready.encoding.matrix(rows)), dtype=np.float64)


def probability(log_odds: FloatArray) -> FloatArray:
    """The logistic function, without overflow."""
    return np.exp(-np.logaddexp(0.0, -log_odds))


def tune(
    train: pd.DataFrame, labels: BoolArray, validation: pd.DataFrame, validation_labels: BoolArray
) -> Tuning:
    """Choose C by PR-AUC and the threshold by F1 on the validation weeks, as system A does.

    Args:
        train: Rows to fit on.
        labels: Their labels.
        validation: Rows to choose by; nothing is learned from them.
        validation_labels: Their labels; without a favourite the strongest shrinkage is taken.

    Source:
        SYSTEMS A.9: first maximum wins, the last point of the curve is dropped, 0/0 is 0.
    """
    ready = _prepare(train)
    if not validation_labels.any():
        return Tuning(C_GRID[0], None, {}, WeekFavorite(C_GRID[0])._fit(ready, labels))
    models: dict[float, WeekFavorite] = {}
    previous = None
    for c in C_GRID:
        previous = models[c] = WeekFavorite(c)._fit(ready, labels, start=previous)
    design = models[C_GRID[0]]._design(validation)  # the same for all: it knows train only
    scores = {c: one._scores(design) for c, one in models.items()}
    grid = {c: float(average_precision_score(validation_labels, scores[c])) for c in C_GRID}
    best = max(C_GRID, key=lambda c: (grid[c], -c))
    precision, recall, thresholds = precision_recall_curve(
        validation_labels, probability(scores[best])
    )
    both = precision + recall
    f1 = np.divide(2 * precision * recall, both, out=np.zeros_like(both), where=both > 0)[:-1]
    return Tuning(best, float(thresholds[int(f1.argmax())]), grid, models[best])


def most_plays(rows: pd.DataFrame) -> FloatArray:
    """Most plays in the week."""
    return _by(rows, rows["week_plays"])


def most_fri_sat_plays(rows: pd.DataFrame) -> FloatArray:
    """Most plays on the last two days of the week, Friday and Saturday by default."""
    return _by(rows, rows["last_2_days_plays"])


def most_plays_first_heard(rows: pd.DataFrame) -> FloatArray:
    """Most plays among the songs first heard this week; the others follow, by plays."""
    return _by(rows, rows["is_first_week"], rows["week_plays"])


def plays_prev_4w(rows: pd.DataFrame) -> FloatArray:
    """Plays of the week and of the four weeks before."""
    return _by(rows, _numbers(rows["week_plays"]) + np.nan_to_num(_numbers(rows["prev_4w_plays"])))


BASELINES: dict[str, Callable[[pd.DataFrame], FloatArray]] = {
    "most_plays": most_plays,
    "most_fri_sat_plays": most_fri_sat_plays,
    "most_plays_first_heard": most_plays_first_heard,
    "plays_prev_4w": plays_prev_4w,
}


def _by(rows: pd.DataFrame, *measures: pd.Series | FloatArray) -> FloatArray:
    """One score whose order is that of the measures, then of plays, last days, recency."""
    keys = [_numbers(one) for one in measures]
    keys += [_numbers(rows[column]) for column in ("week_plays", "last_2_days_plays")]
    keys.append(-_numbers(rows["last_play_gap_days"]))
    table = np.nan_to_num(np.column_stack(keys), nan=-math.inf, neginf=-math.inf)
    order = np.lexsort(table.T[::-1])
    ordered = table[order]
    score = np.zeros(len(order))
    score[order[1:]] = np.cumsum((ordered[1:] != ordered[:-1]).any(axis=1))
    return score


def _prepare(rows: pd.DataFrame) -> _Prepared:
    if rows.empty:
        raise SotwError("week_favorite: no training row. Import more plays, then `sotw build`.")
    numbers, texts = _kinds(rows)
    medians = {}
    for number in numbers:
        values = _numbers(rows[number])
        known = values[~np.isnan(values)]
        medians[number] = float(np.median(known)) if len(known) else 0.0
    levels = {}
    for text in texts:
        counts = pd.Series(_texts(rows[text])).value_counts()
        enough = sorted(set(counts.index[counts >= MIN_LEVEL_ROWS]) - {OTHER})
        levels[text] = (*enough, OTHER)
    encoding, scaler = _Encoding(medians, levels), StandardScaler()
    matrix = np.asarray(scaler.fit_transform(encoding.matrix(rows)), dtype=np.float64)
    return _Prepared(encoding, scaler, matrix)


def _kinds(rows: pd.DataFrame) -> tuple[list[str], list[str]]:
    """Features that are numbers (booleans too) and features that are text."""
    numbers, texts = [], []
    for column in features_of(rows.columns):
        kind = pd.api.types.infer_dtype(rows[column], skipna=True)
        if pd.api.types.is_numeric_dtype(rows[column]) or kind in _NUMBERS:
            numbers.append(column)
        elif kind in ("string", "empty"):
            texts.append(column)
        else:
            raise SotwError(
                f"week_favorite: column '{column}' of the training mart holds {kind} values; a "
                "feature is a number, a boolean or a text. Cast it in its sql/features file."
            )
    return numbers, texts


_NUMBERS = ("boolean", "integer", "floating", "mixed-integer-float", "decimal")


def _texts(values: pd.Series) -> npt.NDArray[np.object_]:
    text = values.astype(object)
    return np.asarray(text.where(text.notna(), MISSING), dtype=object)


def _numbers(values: pd.Series | FloatArray) -> FloatArray:
    if isinstance(values, pd.Series):
        values = np.asarray(
            values.astype("Float64").to_numpy(dtype=np.float64, na_value=math.nan), np.float64
        )
    return np.where(np.isfinite(values), values, math.nan)
