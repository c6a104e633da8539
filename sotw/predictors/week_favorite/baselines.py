"""What anybody would guess without a model, as scores of the week's candidates."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from sotw.learning.encoding import numbers

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd

    from sotw.learning.encoding import FloatArray


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
    return _by(rows, numbers(rows["week_plays"]) + np.nan_to_num(numbers(rows["prev_4w_plays"])))


BASELINES: dict[str, Callable[[pd.DataFrame], FloatArray]] = {
    "most_plays": most_plays,
    "most_fri_sat_plays": most_fri_sat_plays,
    "most_plays_first_heard": most_plays_first_heard,
    "plays_prev_4w": plays_prev_4w,
}


def _by(rows: pd.DataFrame, *measures: pd.Series | FloatArray) -> FloatArray:
    """One score whose order is that of the measures, then of plays, last days, recency."""
    keys = [numbers(one) for one in measures]
    keys += [numbers(rows[column]) for column in ("week_plays", "last_2_days_plays")]
    keys.append(-numbers(rows["last_play_gap_days"]))
    table = np.nan_to_num(np.column_stack(keys), nan=-math.inf, neginf=-math.inf)
    order = np.lexsort(table.T[::-1])
    ordered = table[order]
    score = np.zeros(len(order))
    score[order[1:]] = np.cumsum((ordered[1:] != ordered[:-1]).any(axis=1))
    return score
