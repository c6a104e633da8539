"""How good predicted numbers are, and whether their intervals hold what they say."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sotw.learning.metrics.intervals import Measure, draws

if TYPE_CHECKING:
    from collections.abc import Callable

    from sotw.learning.encoding import FloatArray, IntArray

DRAWS = 200
DECILES = 10


def measure_numbers(
    truth: FloatArray,
    said: FloatArray,
    groups: IntArray,
    *,
    low: FloatArray | None = None,
    high: FloatArray | None = None,
    number: int = DRAWS,
) -> list[Measure]:
    """R², RMSE, MAE, MAPE and, with bounds, their coverage and width, over resamples of groups.

    Args:
        truth: Shape (n_rows,), finite.
        said: What was predicted of each row.
        groups: By row, 0 to n_groups - 1: what is drawn again as a whole, such as an artist.
        low: Lower bounds of 95 % intervals.
        high: Upper bounds.
        number: How many resamples.

    Returns:
        ``r_squared`` (against the mean of these rows), ``rmse``, ``mae``, ``mape`` (percent of the
        truth, over rows where it is not 0), ``coverage_95``, ``width_95``; and per decile of the
        truth ``coverage_95_d1`` (the least) to ``_d10``, per decile of what was said
        ``coverage_95_said_d1`` to ``_d10``. NaN where a value is not defined.

    Source:
        SYSTEMS E.2 (MAPE over non-zero targets); BENCHMARKS 4 (coverage by decile of the truth).
    """
    weights = draws(int(groups.max()) + 1 if len(groups) else 0, number)
    error = truth - said

    def total(values: FloatArray) -> FloatArray:
        by_group = np.bincount(groups, values, minlength=weights.shape[1])
        return np.asarray(weights @ by_group, dtype=np.float64)

    def mean(metric: str, values: FloatArray, which: FloatArray) -> Measure:
        with np.errstate(invalid="ignore", divide="ignore"):
            return Measure(metric, total(values * which) / total(which), int(which.sum()))

    every = np.ones(len(truth))
    n = total(every)
    with np.errstate(invalid="ignore", divide="ignore"):
        spread = total(truth**2) - total(truth) ** 2 / n
        r_squared = np.where(spread > 0, 1 - total(error**2) / spread, np.nan)
        rmse = np.sqrt(total(error**2) / n)
    is_positive = (truth != 0).astype(np.float64)
    found = [
        Measure("r_squared", r_squared, len(truth)),
        Measure("rmse", rmse, len(truth)),
        mean("mae", np.abs(error), every),
        mean("mape", 100 * np.abs(error) / np.where(truth == 0, 1, truth), is_positive),
    ]
    if low is None or high is None:
        return found
    is_held = ((truth >= low) & (truth <= high)).astype(np.float64)
    found += [mean("coverage_95", is_held, every), mean("width_95", high - low, every)]
    return found + _by_decile(mean, is_held, {"": truth, "said_": said})


def _by_decile(
    mean: Callable[[str, FloatArray, FloatArray], Measure],
    is_held: FloatArray,
    orders: dict[str, FloatArray],
) -> list[Measure]:
    found = []
    for prefix, values in orders.items():
        decile = deciles(values)
        found += [
            mean(f"coverage_95_{prefix}d{one}", is_held, (decile == one).astype(np.float64))
            for one in range(1, DECILES + 1)
        ]
    return found


def deciles(values: FloatArray) -> IntArray:
    """The tenth of each row by its value, 1 to 10; equal values are parted by their place."""
    place = np.empty(len(values), dtype=np.int64)
    place[np.argsort(values, kind="stable")] = np.arange(len(values))
    return place * DECILES // max(len(values), 1) + 1
