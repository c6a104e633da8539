"""Intervals around what is said of a popularity, by kept libraries (extra ``stats``).

All are made from what was said of rows that the model was not fitted on, and how it was. ``split``
(MAPIE) is one width for all; ``mondrian`` (crepes) one for each fifth of what is said; ``cqr``
(MAPIE) is wide where quantile trees are. None promises its share for every truth: a song that
hardly anyone hears is no likelier to be foreseen for it (BENCHMARKS 4).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from sotw.learning.encoding import BoolArray, FloatArray, Parameter
    from sotw.learning.protocol import Artifact, Link

LEVEL = 0.95
SPLIT, MONDRIAN = "split", "mondrian"
BINS = 5
LEAST_ROWS, LEAST_IN_A_BIN = 40, 100  # with fewer an interval of 95 % has no end
SCALE = (0.0, 100.0)


class _Said:
    """What was said, as a fitted estimator: of a column of it, itself."""

    def __init__(self, column: int = 0) -> None:
        self.column = column
        self.is_fitted = True

    def fit(self, *_: object) -> _Said:
        return self

    def predict(self, said: FloatArray) -> FloatArray:
        return said[:, self.column]

    def __sklearn_is_fitted__(self) -> bool:
        return True


@dataclass(frozen=True, slots=True)
class Widths:
    """Half-widths of an interval by how much is said.

    Attributes:
        method: ``split`` or ``mondrian``.
        edges: What is said from which on the next half-width holds; one less than there are.
        halves: In the order of what is said.
    """

    method: str
    edges: tuple[float, ...]
    halves: tuple[float, ...]

    def around(self, said: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Bounds, within what a popularity may be."""
        half = np.asarray(self.halves)[np.searchsorted(np.asarray(self.edges), said, "right")]
        low, high = np.clip([said - half, said + half], *SCALE)
        return low, high

    def as_dict(self) -> dict[str, Any]:
        """For ml.models."""
        return {"method": self.method, "edges": list(self.edges), "half_widths": list(self.halves)}


def of_dict(stored: Mapping[str, Any]) -> Widths:
    """As ``as_dict`` left it."""
    return Widths(stored["method"], tuple(stored["edges"]), tuple(stored["half_widths"]))


def split(said: FloatArray, truth: FloatArray) -> Widths:
    """One half-width for all.

    Source:
        Lei et al. 2018, Distribution-free predictive inference for regression, algorithm 2.
    """
    from mapie.regression import SplitConformalRegressor

    regressor = SplitConformalRegressor(_Said(), confidence_level=LEVEL, prefit=True)
    regressor.conformalize(said[:, None], truth)
    _, found = regressor.predict_interval(np.zeros((1, 1)))
    return Widths(SPLIT, (), (float(found[0, 1, 0]),))


def mondrian(said: FloatArray, truth: FloatArray) -> Widths:
    """A half-width for each of equally large bins of what is said.

    Source:
        Boström and Johansson 2020, Mondrian conformal regressors.
    """
    from crepes import ConformalRegressor

    count = max(1, min(BINS, len(said) // LEAST_IN_A_BIN))
    edges = np.unique(np.quantile(said, np.arange(1, count) / count))
    bins = np.searchsorted(edges, said, "right")
    regressor = ConformalRegressor().fit(np.abs(truth - said), bins=bins)
    each = np.unique(bins)
    found = regressor.predict_int(np.zeros(len(each)), bins=each, confidence=LEVEL)
    return Widths(MONDRIAN, tuple(map(float, edges)), tuple(map(float, found[:, 1])))


def cheapest(
    said: FloatArray, truth: FloatArray, halves: BoolArray
) -> tuple[Widths, dict[str, float]]:
    """The method whose intervals cost less on rows that they were not made from.

    Args:
        said: Of rows that the model was not fitted on.
        truth: Of the same.
        halves: Parts them in two, no artist in both: what is made on one is judged on the other.

    Returns:
        Made on all rows; and the mean cost by method (Winkler's score: the width, and 40 times how
        far the truth lies outside).

    Source:
        Gneiting and Raftery 2007, Strictly proper scoring rules, equation 43.
    """
    costs = {}
    makers = {SPLIT: split, MONDRIAN: mondrian}
    is_enough = min(halves.sum(), (~halves).sum()) >= LEAST_ROWS
    for name, make in makers.items() if is_enough else ():
        one = []
        for part in (halves, ~halves):
            low, high = make(said[part], truth[part]).around(said[~part])
            rest = truth[~part]
            outside = np.maximum(low - rest, 0) + np.maximum(rest - high, 0)
            one.append(high - low + 2 / (1 - LEVEL) * outside)
        costs[name] = float(np.concatenate(one).mean())
    best = min(costs, key=lambda name: costs[name]) if costs else SPLIT
    return makers[best](said, truth), costs


@dataclass(frozen=True, slots=True)
class Banded:
    """A scorer with an interval around it.

    Attributes:
        inner: The scorer.
        widths: Of the interval.
    """

    inner: Any
    widths: Widths
    link: Link = "identity"

    @property
    def has_converged(self) -> bool:
        """Whether the optimum was reached."""
        return bool(self.inner.has_converged)

    @property
    def features(self) -> tuple[str, ...]:
        """What it reads."""
        found: tuple[str, ...] = self.inner.features
        return found

    def score(self, rows: pd.DataFrame) -> FloatArray:
        """As the scorer says it."""
        found: FloatArray = self.inner.score(rows)
        return found

    def bounds(self, rows: pd.DataFrame) -> tuple[FloatArray, FloatArray]:
        """The 95 % interval, within 0 to 100."""
        return self.widths.around(self.score(rows))

    def explain(self, rows: pd.DataFrame, chosen: BoolArray) -> pd.DataFrame:
        """As the scorer explains it."""
        found: pd.DataFrame = self.inner.explain(rows, chosen)
        return found

    def stored(self) -> tuple[Parameter, ...] | Artifact:
        """As the scorer is stored."""
        found: tuple[Parameter, ...] | Artifact = self.inner.stored()
        return found


class Quantiles:
    """Quantile trees, corrected on rows that they were not fitted on; it is measured, not kept.

    Source:
        Romano, Patterson and Candès 2019, Conformalized quantile regression.
    """

    link: Link = "identity"
    has_converged = True

    def __init__(self, trees: Any, rows: pd.DataFrame, truth: FloatArray) -> None:  # noqa: ANN401
        from mapie.regression import ConformalizedQuantileRegressor

        self.trees = trees
        self._regressor = ConformalizedQuantileRegressor(
            [_Said(one) for one in range(3)], confidence_level=LEVEL, prefit=True
        )
        self._regressor.conformalize(self._quantiles(rows), truth)

    def _quantiles(self, rows: pd.DataFrame) -> FloatArray:
        """Lower, upper and middle; trees that cross are put in order."""
        low, high, middle = np.asarray(self.trees.score(rows)).reshape(-1, 3).T
        return np.column_stack([np.minimum(low, middle), np.maximum(high, middle), middle])

    def score(self, rows: pd.DataFrame) -> FloatArray:
        """The middle."""
        return self._quantiles(rows)[:, 2]

    def bounds(self, rows: pd.DataFrame) -> tuple[FloatArray, FloatArray]:
        """The 95 % interval, within 0 to 100."""
        _, found = self._regressor.predict_interval(self._quantiles(rows))
        low, high = np.clip(found[:, :, 0].T, *SCALE)
        return low, high
