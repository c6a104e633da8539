"""What popularity is learned by: stepwise least squares, ridge, trees, and the best of them.

All are fitted from the columns of one design, so that they are measured on equal terms. The best
on validation rows is the default. Whatever is fitted here has a straight line's coefficients, which
are stored and scored in SQL, or is the text of a library (boosting.py); intervals.py bounds both.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from scipy import stats
from sklearn.inspection import permutation_importance
from sklearn.linear_model import Ridge
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from sotw.learning.encoding import INTERCEPT, Parameter, numbers

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sotw.learning.encoding import BoolArray, FloatArray
    from sotw.learning.protocol import Link

UNTRIMMED, SYSTEM_E = "untrimmed_grouped", "system_e"  # the tasks
ADD_BELOW, REMOVE_ABOVE = 0.05, 0.10  # probabilities of system E's stepwise selection
PRODUCT = "_product"
GENRES = ("has_genre_", "genre_", "is_genre_")
ALPHAS = (1.0, 10.0, 100.0, 1000.0)
REPEATS = 3
# A column whose rest, after those chosen before it, is less than this share of it, says no more.
LEAST_REST = 1e-10


def known(rows: pd.DataFrame, features: Sequence[str]) -> tuple[str, ...]:
    """The features that differ between rows: a catalogue need not state all of them."""
    found = []
    for name in features:
        values = numbers(rows[name])
        values = values[~np.isnan(values)]
        if len(values) and values.min() < values.max():
            found.append(name)
    return tuple(found)


def matrix(rows: pd.DataFrame, features: Sequence[str]) -> FloatArray:
    """Shape (n_rows, n_features), NaN where a value is not known."""
    if not features:
        return np.zeros((len(rows), 0))
    return np.column_stack([numbers(rows[name]) for name in features])


SCALINGS = ("standard", "min_max", "robust")


def scaling(values: FloatArray, how: str) -> tuple[FloatArray, FloatArray]:
    """Centre and scale of each column: of mean, of range or of quartiles."""
    if how == "standard":
        center, scale = values.mean(axis=0), values.std(axis=0)
    elif how == "min_max":
        center, scale = values.min(axis=0), np.ptp(values, axis=0)
    else:
        low, center, high = np.quantile(values, [0.25, 0.5, 0.75], axis=0)
        scale = high - low
    return center, np.where(scale > 0, scale, 1.0)


@dataclass(frozen=True, slots=True)
class Line:
    """A straight line: what ml.parameters holds.

    Attributes:
        features: In the order of what follows.
        impute: What a value is where it is not known.
        center: Taken off.
        scale: Divided by.
        coefficients: On that scale.
        start: The intercept.
        fit: The library's own result, where its t-interval is wanted.
    """

    features: tuple[str, ...]
    impute: FloatArray
    center: FloatArray
    scale: FloatArray
    coefficients: FloatArray
    start: float
    fit: Any = None
    link: Link = "identity"
    has_converged: bool = True

    def design(self, rows: pd.DataFrame) -> FloatArray:
        """Imputed and scaled."""
        values = matrix(rows, self.features)
        return (np.where(np.isnan(values), self.impute, values) - self.center) / self.scale

    def score(self, rows: pd.DataFrame) -> FloatArray:
        """Popularity, 0 to 100 as a rule."""
        return np.asarray(self.start + self.design(rows) @ self.coefficients, dtype=np.float64)

    def explain(self, rows: pd.DataFrame, chosen: BoolArray) -> pd.DataFrame:
        """What the intercept and each feature add."""
        rows = rows[chosen]
        terms = pd.DataFrame(
            self.design(rows) * self.coefficients, index=rows.index, columns=[*self.features]
        )
        terms.insert(0, INTERCEPT, self.start)
        return terms

    def stored(self) -> tuple[Parameter, ...]:
        """A row for each coefficient."""
        every = zip(self.coefficients, self.center, self.scale, self.impute, strict=True)
        numbers_of = zip(self.features, every, strict=True)
        return (
            Parameter(INTERCEPT, None, self.start, 0.0, 1.0, None),
            *(
                Parameter(name, None, float(one), float(center), float(scale), float(impute))
                for name, (one, center, scale, impute) in numbers_of
            ),
        )


@dataclass(frozen=True, slots=True)
class TLine(Line):
    """Least squares with the interval of its t-distribution, as system E has it."""

    def bounds(self, rows: pd.DataFrame) -> tuple[FloatArray, FloatArray]:
        """The 95 % prediction interval of each row (``obs_ci``)."""
        return _interval(self.fit, self.design(rows))


def _interval(fit: Any, design: FloatArray) -> tuple[FloatArray, FloatArray]:  # noqa: ANN401
    with_constant = np.column_stack([np.ones(len(design)), design])
    frame = fit.get_prediction(with_constant).summary_frame(alpha=0.05)
    return frame["obs_ci_lower"].to_numpy(), frame["obs_ci_upper"].to_numpy()


def least_squares(
    rows: pd.DataFrame,
    truth: FloatArray,
    features: Sequence[str],
    prefixes_out: tuple[str, ...] = (),
) -> TLine:
    """Stepwise least squares; as given, so that its coefficients are per unit of each feature.

    Args:
        rows: To learn from.
        truth: Their popularity.
        features: To choose from.
        prefixes_out: Of features that may not be chosen.
    """
    import statsmodels.api as sm

    allowed = (
        [one for one in features if not one.startswith(prefixes_out)] if prefixes_out else features
    )
    names = known(rows, allowed)
    values = matrix(rows, names)
    impute = np.nanmedian(values, axis=0) if names else np.zeros(0)
    values = np.where(np.isnan(values), impute, values)
    chosen = stepwise(values, truth)
    fit = sm.OLS(truth, np.column_stack([np.ones(len(values)), values[:, chosen]])).fit()
    n = len(chosen)
    return TLine(
        tuple(names[one] for one in chosen),
        impute[chosen],
        np.zeros(n),
        np.ones(n),
        np.asarray(fit.params[1:], dtype=np.float64),
        float(fit.params[0]),
        fit,
    )


def stepwise(values: FloatArray, truth: FloatArray) -> list[int]:
    """Columns by forward and backward selection, in the order in which they came.

    The column with the smallest p-value comes in below .05, then the one with the largest goes out
    above .10, until nothing changes. Where system E takes the columns from a set, so that ties are
    chance and a circle has no end (E-B6), the first of equals comes in and no set comes twice.

    Args:
        values: Shape (n_rows, n_columns), finite.
        truth: Shape (n_rows,).

    Source:
        SYSTEMS E.2.5.
    """
    import statsmodels.api as sm

    n, chosen, seen = len(values), list[int](), set[frozenset[int]]()
    while True:
        before = list(chosen)
        base = np.column_stack([np.ones(n), values[:, chosen]])
        frame, _ = np.linalg.qr(base)
        rest = [one for one in range(values.shape[1]) if one not in chosen]
        free = n - base.shape[1] - 1
        if rest and free > 0:
            columns = values[:, rest]
            left = columns - frame @ (frame.T @ columns)
            residual = truth - frame @ (frame.T @ truth)
            size = (left**2).sum(axis=0)
            says_more = size > LEAST_REST * np.maximum((columns**2).sum(axis=0), 1e-300)
            with np.errstate(invalid="ignore", divide="ignore"):
                share = left.T @ residual / np.sqrt(size * (residual @ residual))
                t = np.where(says_more, share * np.sqrt(free / (1 - share**2)), 0.0)
            p = 2 * stats.t.sf(np.abs(t), free)
            first = int(np.argmin(p))
            if p[first] < ADD_BELOW:
                chosen.append(rest[first])
        if chosen:
            fit = sm.OLS(truth, np.column_stack([np.ones(n), values[:, chosen]])).fit()
            worst = int(np.argmax(fit.pvalues[1:]))
            if fit.pvalues[1:][worst] > REMOVE_ABOVE:
                chosen.pop(worst)
        if chosen == before or frozenset(chosen) in seen:
            return chosen
        seen.add(frozenset(chosen))


def ridge(
    rows: pd.DataFrame, truth: FloatArray, features: Sequence[str], how: str, alpha: float
) -> Line:
    """Ridge regression on one scaling."""
    names = known(rows, features)
    values = matrix(rows, names)
    impute = np.nanmedian(values, axis=0)
    values = np.where(np.isnan(values), impute, values)
    center, scale = scaling(values, how)
    with threadpool_limits(1):
        fit = Ridge(alpha).fit((values - center) / scale, truth)
    coefficients = np.asarray(fit.coef_, dtype=np.float64)
    return Line(names, impute, center, scale, coefficients, float(fit.intercept_))


def rmse(said: FloatArray, truth: FloatArray) -> float:
    """Root of the mean squared error."""
    return float(np.sqrt(np.mean((said - truth) ** 2)))


@dataclass(slots=True)
class Estimator:
    """A fitted thing as scikit-learn asks for one; ``fit`` is not meant to be called."""

    scorer: Any
    columns: tuple[str, ...]

    def fit(self, *_: object) -> Estimator:
        """Nothing: it is fitted."""
        return self

    def predict(self, rows: pd.DataFrame) -> FloatArray:
        """What it says."""
        found: FloatArray = self.scorer.score(rows)
        return found


def importance(
    scorer: Any,  # noqa: ANN401 - a scorer that names its features
    rows: pd.DataFrame,
    truth: FloatArray,
) -> dict[str, float]:
    """How much the RMSE grows when a feature's values are shuffled among rows, the most first."""
    names = tuple(scorer.features)
    if not names or not len(rows):
        return {}

    def score(estimator: Estimator, given: pd.DataFrame, wanted: FloatArray) -> float:
        return -rmse(estimator.predict(given), wanted)

    found = permutation_importance(
        Estimator(scorer, names),
        rows[list(names)],
        truth,
        scoring=score,
        n_repeats=REPEATS,
        random_state=42,
        n_jobs=1,
    )
    means = dict(zip(names, map(float, found.importances_mean), strict=True))
    return dict(sorted(means.items(), key=lambda one: (-one[1], one[0])))


@dataclass(frozen=True, slots=True)
class Choice:
    """What validation decided.

    Attributes:
        scorer: Fitted on the training rows.
        settings: Its own, to be fitted again.
        tried: RMSE on validation of each that was tried.
    """

    scorer: Any
    settings: Mapping[str, Any] = field(default_factory=dict)
    tried: Mapping[str, float] = field(default_factory=dict)
