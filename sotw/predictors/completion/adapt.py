"""Follow a listener whose habits drift: correct a model by how its earlier plays turned out.

How often plays are completed changes over months, and by artist, faster than a model is fitted
again. So beside the trees' score stands a small logistic regression that learns while it goes: an
offset for all plays, one for each way a play starts, each artist and each song; and then a curve
that calibrates what they say together. After each play they move a step towards what happened.
The outcome of a play is known when the next one starts, so a score uses the outcomes of earlier
plays only. A fixed curve from the validation plays is out of date when the test plays begin.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sotw.learning.encoding import MISSING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sotw.learning.encoding import BoolArray, FloatArray


@dataclass(frozen=True, slots=True)
class Step:
    """How fast the offsets of one column's values move.

    Attributes:
        column: Known when a play starts; null: one offset for all plays.
        rate: What is added to an offset, times outcome minus probability.
        keep: What is left of an offset at each play that has it.
    """

    column: str | None
    rate: float
    keep: float


# Chosen on plays of the validation slice and earlier.
STEPS = (
    Step(None, 0.1, 0.98),
    Step("reason_start", 0.05, 1.0),
    Step("artist_id", 0.15, 0.95),
    Step("track_id", 0.1, 0.95),
)


PACES = (0.0, 0.25, 0.5, 1.0, 1.5)  # the validation plays say which suits a listener
# Knots of the curve, in log-odds; between two of them it is a line, beyond the ends level.
KNOTS = 9
END = 3.0
CURVE_RATE = 0.02


def adapt(
    score: FloatArray,
    labels: BoolArray,
    rows: pd.DataFrame,
    *,
    curve: Sequence[float] = (),
    pace: float = 1.0,
    steps: Sequence[Step] = STEPS,
) -> tuple[FloatArray, tuple[float, ...]]:
    """Scores corrected by earlier outcomes.

    Args:
        score: Log-odds by play, in the order of time.
        labels: The outcome of each play; it moves only the scores after it.
        rows: The plays, with the columns of ``steps``.
        curve: What is added at each knot, as left by earlier plays; none: 0. Offsets begin at 0.
        pace: All rates of ``steps`` are multiplied by it; 0: only the curve moves.
        steps: What moves how fast.

    Returns:
        Calibrated log-odds, shape (n_rows,), and the curve after the last play.
    """
    keys = [_codes(rows, step.column) for step in steps]
    offsets = [[0.0] * (max(own, default=0) + 1) for own in keys]
    moving = [
        (own, codes, step.keep, pace * step.rate)
        for own, codes, step in zip(offsets, keys, steps, strict=True)
    ]
    height = list(curve) or [0.0] * KNOTS
    found = np.empty(len(score))
    for place, (raw, label) in enumerate(zip(score.tolist(), labels.tolist(), strict=True)):
        shifted = raw + sum(own[codes[place]] for own, codes, _, _ in moving)
        surprise = label - _share(shifted)
        for own, codes, keep, rate in moving:
            code = codes[place]
            own[code] = own[code] * keep + rate * surprise
        low, part = _between(shifted)
        said = shifted + (1 - part) * height[low] + part * height[low + 1]
        found[place] = said
        surprise = label - _share(said)
        height[low] += CURVE_RATE * (1 - part) * surprise
        height[low + 1] += CURVE_RATE * part * surprise
    return found, tuple(height)


def _between(score: float) -> tuple[int, float]:
    """The knot at or below a score, and how far it is on the way to the next."""
    place = (min(max(score, -END), END) + END) / (2 * END) * (KNOTS - 1)
    low = min(int(place), KNOTS - 2)
    return low, place - low


def _share(score: float) -> float:
    if score >= 0:
        return 1 / (1 + math.exp(-score))
    return math.exp(score) / (1 + math.exp(score))


def _codes(rows: pd.DataFrame, column: str | None) -> list[int]:
    if column is None:
        return [0] * len(rows)
    values = rows[column].astype(object)
    codes: list[int] = pd.factorize(values.where(values.notna(), MISSING))[0].tolist()
    return codes
