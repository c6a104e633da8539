"""How rows of a training mart become numbers that a linear model adds up.

Two ways. ``TableEncoding`` standardises over all training rows, texts as levels. ``week_scores``
standardises within the week: a candidate is compared with the others of its own week, so a busy
week and a quiet one look alike. Either way a fitted model is a table of ``Parameter``, and
sql/score/linear.sql does the same sums.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from sotw.errors import SotwError

if TYPE_CHECKING:
    from collections.abc import Sequence

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]

WEEK = ("listener_id", "week_ending")
INTERCEPT = "(intercept)"
TEMPERATURE = ("(temperature)", "(temperature by share)")
OTHER = "(other)"  # a level with few training rows, or none
MISSING = "(missing)"  # a null text
MIN_LEVEL_ROWS = 20
LOG1P = "log1p"
MIN_DEVIATION = 1e-12  # candidates that differ by less are equal


@dataclass(frozen=True, slots=True)
class Parameter:
    """One row of ml.parameters: adds coefficient * (t(x) - center) / scale to the score.

    Attributes:
        feature: A column of the mart, ``(intercept)``, or one of TEMPERATURE, whose coefficients
            are those of ``temperatures``.
        level: For a text feature the value for which x is 1, else 0; null for a number.
        coefficient: On the standardised scale.
        center: Mean of the training rows; null: of the week's candidates.
        scale: Standard deviation of the training rows, 1 where they are all equal; null: of the
            week's candidates.
        impute: What x is where it is null or not finite; null for a text feature, and for a
            number standardised within the week, where it is the week's mean.
        transform: ``log1p`` for t(x) = sign(x) * ln(1 + |x|); null for t(x) = x.
    """

    feature: str
    level: str | None
    coefficient: float
    center: float | None
    scale: float | None
    impute: float | None
    transform: str | None = None


@dataclass(frozen=True, slots=True)
class Groups:
    """Rows grouped by the values of some columns, such as listener and week.

    Attributes:
        order: Puts the rows in groups.
        starts: Where each group starts in that order.
        of_row: The group of each row, in the order of the rows.
    """

    order: IntArray
    starts: IntArray
    of_row: IntArray

    @staticmethod
    def of(rows: pd.DataFrame, columns: Sequence[str] = WEEK) -> Groups:
        """Group rows by columns; without any all are one group."""
        if not columns and len(rows):
            none = np.zeros(len(rows), np.int64)
            return Groups(np.arange(len(rows)), none[:1], none)
        number = rows.groupby(list(columns), sort=True, dropna=False).ngroup()
        of_row: IntArray = np.asarray(number, dtype=np.int64)
        order = np.argsort(of_row, kind="stable")
        if not len(of_row):
            return Groups(order, np.zeros(0, np.int64), of_row)
        starts = np.searchsorted(of_row[order], np.arange(of_row.max() + 1))
        return Groups(order, starts, of_row)

    def sums(self, values: FloatArray) -> FloatArray:
        """The sum of each group, shape (n_groups,) or (n_groups, n_columns)."""
        if not len(self.starts):
            return np.zeros((0, *values.shape[1:]))
        return np.asarray(np.add.reduceat(values[self.order], self.starts), dtype=np.float64)

    def largest(self, values: FloatArray) -> FloatArray:
        """The largest value of each group, shape (n_groups,)."""
        if not len(self.starts):
            return np.zeros(0)
        return np.asarray(np.maximum.reduceat(values[self.order], self.starts), dtype=np.float64)


def softmax(scores: FloatArray, groups: Groups) -> FloatArray:
    """Shares of the group that sum to 1, in the order of the rows."""
    weights = np.exp(scores - groups.largest(scores)[groups.of_row])
    return np.asarray(weights / groups.sums(weights)[groups.of_row], dtype=np.float64)


def temperatures(scores: FloatArray, groups: Groups, level: float, by_share: float) -> FloatArray:
    """What scores are divided by where a first row far above the others would be too sure.

    exp(level + by_share * ln(share of the group's first)): 1 where both are 0; the order of the
    rows stays.

    Args:
        scores: Shape (n_rows,), of whole groups.
        groups: Within which a softmax is.
        level: Of a group of one row.
        by_share: How much hotter a larger share of the first is.

    Returns:
        Shape (n_rows,), positive.
    """
    weights = np.exp(scores - groups.largest(scores)[groups.of_row])
    by_group = np.exp(level - by_share * np.log(groups.sums(weights)))
    return np.asarray(by_group[groups.of_row], dtype=np.float64)


def logistic(scores: FloatArray) -> FloatArray:
    """The probability of each row by itself, without overflow."""
    return np.exp(-np.logaddexp(0.0, -scores))


def week_scores(rows: pd.DataFrame, features: Sequence[str], weeks: Groups) -> FloatArray:
    """Each feature as log1p, then as deviations from the mean of the week's candidates.

    Args:
        rows: Whole weeks: a candidate left out changes the others.
        features: Columns that are numbers.
        weeks: ``Groups.of(rows)``.

    Returns:
        Shape (n_rows, n_features); 0, the average, where a value is not known and where all
        candidates are equal.
    """
    columns = []
    for feature in features:
        raw = numbers(rows[feature])
        values = np.sign(raw) * np.log1p(np.abs(raw))
        is_known = ~np.isnan(values)
        known = np.maximum(weeks.sums(is_known.astype(np.float64)), 1.0)
        mean = weeks.sums(np.where(is_known, values, 0.0)) / known
        centred = np.where(is_known, values - mean[weeks.of_row], 0.0)
        deviation = np.sqrt(weeks.sums(centred**2) / known)
        deviation[deviation <= MIN_DEVIATION] = math.inf
        columns.append(centred / deviation[weeks.of_row])
    return np.column_stack(columns)


@dataclass(frozen=True, slots=True)
class TableEncoding:
    """Medians of numbers and levels of texts, learned from training rows only.

    Attributes:
        medians: Of each feature that is a number; 0 where it is never known.
        levels: Of each text feature: those with enough rows, and ``(other)``.
    """

    medians: dict[str, float]
    levels: dict[str, tuple[str, ...]]

    @staticmethod
    def learn(rows: pd.DataFrame, features: Sequence[str]) -> TableEncoding:
        """Learn from rows of the mart.

        Args:
            rows: The training rows.
            features: Columns that are numbers or texts.

        Raises:
            SotwError: There is no row, or a column is neither number nor text.
        """
        if rows.empty:
            raise SotwError("no training row. Import more plays, then `sotw build`.")
        medians, levels = {}, {}
        for feature in features:
            if _is_number(rows[feature], feature):
                values = numbers(rows[feature])
                known = values[~np.isnan(values)]
                medians[feature] = float(np.median(known)) if len(known) else 0.0
            else:
                counts = pd.Series(_texts(rows[feature])).value_counts()
                enough = sorted(set(counts.index[counts >= MIN_LEVEL_ROWS]) - {OTHER})
                levels[feature] = (*enough, OTHER)
        return TableEncoding(medians, levels)

    def columns(self) -> list[tuple[str, str | None]]:
        """The feature and level of each column of the matrix."""
        found: list[tuple[str, str | None]] = [(number, None) for number in self.medians]
        return found + [(text, level) for text in self.levels for level in self.levels[text]]

    def matrix(self, rows: pd.DataFrame) -> FloatArray:
        """Shape (n_rows, n_columns): numbers with nulls imputed, levels as 1 or 0."""
        parts: list[FloatArray] = []
        for number, median in self.medians.items():
            values = numbers(rows[number])
            parts.append(np.where(np.isnan(values), median, values)[:, np.newaxis])
        for text, levels in self.levels.items():
            code = pd.Index(levels, dtype=object).get_indexer(pd.Index(_texts(rows[text])))
            code[code < 0] = len(levels) - 1
            parts.append((code[:, np.newaxis] == np.arange(len(levels))).astype(np.float64))
        return np.hstack(parts) if parts else np.zeros((len(rows), 0))


def _is_number(values: pd.Series, feature: str) -> bool:
    kind = pd.api.types.infer_dtype(values, skipna=True)
    if pd.api.types.is_numeric_dtype(values) or kind in _NUMBERS:
        return True
    if kind in ("string", "empty"):
        return False
    raise SotwError(
        f"column '{feature}' of the training mart holds {kind} values; a "
        "feature is a number, a boolean or a text. Cast it in its sql/features file."
    )


_NUMBERS = ("boolean", "integer", "floating", "mixed-integer-float", "decimal")


def _texts(values: pd.Series) -> npt.NDArray[np.object_]:
    text = values.astype(object)
    return np.asarray(text.where(text.notna(), MISSING), dtype=object)


def numbers(values: pd.Series | FloatArray) -> FloatArray:
    """Values as float64, NaN where they are null or not finite."""
    if isinstance(values, pd.Series):
        if values.dtype == np.float64:
            values = values.to_numpy()
        else:
            values = np.asarray(
                values.astype("Float64").to_numpy(dtype=np.float64, na_value=math.nan), np.float64
            )
    return np.where(np.isfinite(values), values, math.nan)
