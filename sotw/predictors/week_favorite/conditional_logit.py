"""The conditional logit: one winner among a week's candidates, by a softmax over their scores.

McFadden (1974). The loss of a week is -log(share of the chosen candidate); coefficients are drawn
towards a prior with a normal penalty, strength / 2 * sum((coefficient - prior) ** 2), so a
listener with few weeks is scored as the population is, and own weeks take over as they come.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.optimize import minimize
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

if TYPE_CHECKING:
    from sotw.learning.encoding import BoolArray, FloatArray, Groups, IntArray

MAX_ITERATIONS = 1000
MAX_GRADIENT = 1e-2  # more is not converged; a week's loss has a gradient of about 1


@dataclass(frozen=True, slots=True)
class Choices:
    """Weeks in which one candidate was chosen.

    Attributes:
        x: Shape (n_rows, n_features), the rows of a week next to each other.
        starts: Row at which each week starts.
        chosen: Row that was chosen in each week.
    """

    x: FloatArray
    starts: IntArray
    chosen: IntArray

    @staticmethod
    def of(x: FloatArray, weeks: Groups, labels: BoolArray) -> Choices:
        """Keep the weeks that have a label; of several in a week the first row counts."""
        chosen_rows = np.flatnonzero(labels)
        groups, first = np.unique(weeks.of_row[chosen_rows], return_index=True)
        sizes = np.diff(np.append(weeks.starts, len(weeks.order)))[groups]
        keep = np.isin(weeks.of_row[weeks.order], groups)
        order = weeks.order[keep]
        place = np.empty(len(weeks.order), dtype=np.int64)
        place[order] = np.arange(len(order))
        starts = np.append(0, np.cumsum(sizes)[:-1]).astype(np.int64)
        return Choices(x[order], starts[: len(groups)], place[chosen_rows[first]])

    def together(self, *others: Choices) -> Choices:
        """These weeks and those of others."""
        parts = (self, *others)
        shift = np.append(0, np.cumsum([len(one.x) for one in parts])[:-1])
        return Choices(
            np.vstack([one.x for one in parts]),
            np.concatenate([one.starts + by for one, by in zip(parts, shift, strict=True)]),
            np.concatenate([one.chosen + by for one, by in zip(parts, shift, strict=True)]),
        )

    def last(self, weeks: int) -> Choices:
        """The last so many weeks."""
        if weeks >= len(self.starts):
            return self
        begin = self.starts[-weeks]
        return Choices(self.x[begin:], self.starts[-weeks:] - begin, self.chosen[-weeks:] - begin)


def fit(
    choices: Choices, prior: FloatArray, strength: float, start: FloatArray | None = None
) -> tuple[FloatArray, bool]:
    """Coefficients with the least penalised loss, by L-BFGS with the analytic gradient.

    Args:
        choices: What was chosen; without a week the prior is the answer.
        prior: Shape (n_features,).
        strength: How many units of loss a squared distance of 2 from the prior costs.
        start: Where to begin, by default at the prior; the loss is convex, so any will do.

    Returns:
        Shape (n_features,), and whether the optimum was reached.
    """
    if not len(choices.starts):
        return prior.copy(), True
    sizes = np.diff(np.append(choices.starts, len(choices.x)))
    week_of = np.repeat(np.arange(len(sizes)), sizes)
    chosen_sum = choices.x[choices.chosen].sum(axis=0)

    def loss(coefficients: FloatArray) -> tuple[float, FloatArray]:
        scores = choices.x @ coefficients
        highest = np.maximum.reduceat(scores, choices.starts)
        weights = np.exp(scores - highest[week_of])
        totals = np.add.reduceat(weights, choices.starts)
        away = coefficients - prior
        value = (highest + np.log(totals) - scores[choices.chosen]).sum()
        gradient = choices.x.T @ (weights / totals[week_of]) - chosen_sum
        penalty = strength / 2 * float(away @ away)
        return float(value) + penalty, np.asarray(gradient + strength * away)

    # To the last digit of the loss: the answer then hardly depends on the start.
    # One thread: two that wait for each other took fifty times the time on a busy machine.
    with threadpool_limits(1):
        found = minimize(
            loss,
            prior.copy() if start is None else start,
            jac=True,
            method="L-BFGS-B",
            options={"maxiter": MAX_ITERATIONS, "gtol": 1e-7, "ftol": 0.0},
        )
    return np.asarray(found.x), bool(np.abs(found.jac).max() < MAX_GRADIENT)
