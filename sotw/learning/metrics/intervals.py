"""How sure a number of merit is: resamples of whole groups, drawn once for all models.

What is alike stays together: weeks, sessions or artists are drawn again, never single rows. Every
figure is computed from how often each group counts; once each gives the value, a resample gives
one draw. So two models are compared draw by draw on the same groups.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import csr_array
from scipy.stats import binomtest

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sotw.learning.encoding import BoolArray, FloatArray, IntArray

SEED = 42
# Cells (draws times scores) of the sums behind ROC-AUC that are in memory at once.
_CELLS = 4_000_000


@dataclass(frozen=True, slots=True)
class Metric:
    """One number.

    Attributes:
        metric: As in ``ml.metrics``, such as ``hit_at_1``.
        value: Null where it is not defined, such as ROC-AUC without a positive.
        n: Groups; rows for the metrics that are over rows.
        low: Lower bound of the 95 % interval, null where there is none.
        high: Upper bound.
    """

    metric: str
    value: float | None
    n: int
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Measure:
    """A metric over every draw.

    Attributes:
        metric: As in ``ml.metrics``.
        values: The value, then one for each resample; NaN where it is not defined.
        n: Groups, or rows for a metric over rows.
        bounds: The 95 % interval where it is not that of the resamples.
        is_biased: A resample has the distance of the sample and its own chance on top: that is
            taken off the interval.
    """

    metric: str
    values: FloatArray
    n: int
    bounds: tuple[float, float] | None = None
    is_biased: bool = False

    def result(self) -> Metric:
        """The value with its interval."""
        value = float(self.values[0]) if len(self.values) and np.isfinite(self.values[0]) else None
        if self.bounds is not None:
            return Metric(self.metric, value, self.n, *self.bounds)
        finite = self.values[1:][np.isfinite(self.values[1:])]
        if value is None or not len(finite):
            return Metric(self.metric, value, self.n)
        if self.is_biased:
            finite = np.maximum(finite - finite.mean() + value, 0.0)
        low, high = np.quantile(finite, [0.025, 0.975])
        return Metric(self.metric, value, self.n, float(low), float(high))


def differences(
    measures: Sequence[Measure],
    others: Sequence[Measure],
    name: str,
    compared: Sequence[str] | None = None,
) -> list[Measure]:
    """How much larger each metric is than another model's, on the same draws of groups.

    Args:
        measures: Of one model.
        others: Of another, on the same part.
        name: Of the other.
        compared: The metrics; all that both have, by default.
    """
    found = {one.metric: one for one in others}
    return [
        Measure(f"{one.metric}_over_{name}", one.values - found[one.metric].values, one.n)
        for one in measures
        if one.metric in found
        and (compared is None or one.metric in compared)
        and len(one.values) == len(found[one.metric].values) > 1
    ]


@lru_cache(maxsize=8)
def draws(groups: int, number: int, seed: int = SEED) -> FloatArray:
    """How often each group counts, shape (1 + number, groups); in the first row once."""
    if not groups:
        return np.ones((1, 0))
    random = np.random.default_rng(seed)
    drawn = random.multinomial(groups, np.full(groups, 1.0 / groups), size=number)
    counts = np.vstack([np.ones(groups), drawn]).astype(np.float64)
    counts.setflags(write=False)
    return counts


def mean_of(metric: str, values: FloatArray, number: int) -> Measure:
    """The mean over groups, one value each."""
    if not len(values):
        return Measure(metric, np.full(1, np.nan), 0)
    return Measure(metric, draws(len(values), number) @ values / len(values), len(values))


def share_of(metric: str, values: FloatArray, number: int) -> Measure:
    """The share of groups with a 1, with Wilson's interval."""
    mean = mean_of(metric, values, number)
    return Measure(metric, mean.values, mean.n, wilson(int(values.sum()), len(values)))


def wilson(hits: int, n: int) -> tuple[float, float]:
    """95 % interval of a share (Wilson 1927); the whole range when n is 0."""
    if not n:
        return 0.0, 1.0
    found = binomtest(hits, n).proportion_ci(method="wilson")
    return float(found.low), float(found.high)


def ranked(
    labels: BoolArray,
    groups: IntArray,
    score: FloatArray,
    drawn: FloatArray,
    *,
    is_both_ways: bool = False,
) -> dict[str, FloatArray]:
    """ROC-AUC and average precision over every draw, ties taken in whole.

    Args:
        labels: By row.
        groups: By row, as columns of ``drawn``.
        score: By row.
        drawn: How often each group counts.
        is_both_ways: Also the average precision of the rows without the label, from the other end.

    Returns:
        ``roc_auc``, ``average_precision`` and, asked for, ``average_precision_of_rest``; NaN where
        all rows of a draw are alike: that any order is perfect then is no merit.
    """
    names = ("roc_auc", "average_precision", "average_precision_of_rest")[: 2 + is_both_ways]
    if not len(score):
        return dict.fromkeys(names, np.full(len(drawn), np.nan))
    _, of_row = np.unique(-score, return_inverse=True)
    if not is_both_ways:
        # Between two scores of labelled rows only the number of others counts.
        is_labelled = np.bincount(of_row, labels) > 0
        begins = is_labelled | np.append(True, is_labelled[:-1])
        of_row = (np.cumsum(begins) - 1)[of_row]
    shape = (int(of_row.max()) + 1, drawn.shape[1])

    def counted(which: BoolArray) -> csr_array:
        return csr_array((np.ones(which.sum()), (of_row[which], groups[which])), shape=shape)

    right, wrong = counted(labels), counted(~labels)
    parts = []
    step = max(1, _CELLS // shape[0])
    for first in range(0, len(drawn), step):
        weights = drawn[first : first + step].T
        positive, negative = right @ weights, wrong @ weights
        above, below = np.cumsum(positive, axis=0), np.cumsum(negative, axis=0)
        total, others = above[-1], below[-1]
        with np.errstate(invalid="ignore", divide="ignore"):
            is_alike = (total == 0) | (others == 0)
            found = [
                (negative * (above - positive / 2)).sum(axis=0) / (total * others),
                np.nansum(positive * above / (above + below), axis=0) / total,
            ]
            if is_both_ways:
                left, rest = total - above + positive, others - below + negative
                found.append(np.nansum(negative * rest / (left + rest), axis=0) / others)
        parts.append(np.where(is_alike, np.nan, np.vstack(found)))
    return dict(zip(names, np.hstack(parts), strict=True))
