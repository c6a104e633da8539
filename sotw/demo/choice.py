"""How an invented listener picks the song of the week: a softmax over the week's candidates.

Candidates are the tracks heard in the week before the instant of the pick (at most the end of the
week) that were not picked before. A candidate's utility is ``coefficients @ features + noise`` with
standard Gumbel noise, so the probability of being picked is a softmax. Features, all known at the
pick, none standardised:

    log_plays       log of the plays of the week before the pick
    log_fri_sat     log1p of those on Friday and Saturday
    first_heard     1 when never heard before this week
    log_prev_4w     log1p of the plays in the four calendar weeks before
    gap_days        days since the last play

Coefficients are drawn per listener from independent normals, ``POPULATION``; the first listener has
the mean itself, since the calibration facts are about one listener.
"""

from __future__ import annotations

from dataclasses import astuple, dataclass, fields
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from sotw.demo.world import Calendar, Floats, Ints

_DAY = 86_400
_WEEK = 7 * _DAY


@dataclass(frozen=True, slots=True)
class Choice:
    """The coefficients of one listener, in the units of the features above."""

    log_plays: float
    log_fri_sat: float
    first_heard: float
    log_prev_4w: float
    gap_days: float


FEATURES = tuple(field.name for field in fields(Choice))
POPULATION: dict[str, tuple[float, float]] = {  # mean, standard deviation over listeners
    "log_plays": (3.4, 0.6),
    "log_fri_sat": (1.4, 0.4),
    "first_heard": (0.7, 0.4),
    "log_prev_4w": (0.4, 0.3),
    "gap_days": (-0.35, 0.12),
}


@dataclass(frozen=True, slots=True)
class Picks:
    """One listener's picks, oldest first.

    ``best_probability`` is the largest probability the true rule gives in each week: its mean is
    the Hit@1 no predictor can beat on average.
    """

    week: Ints
    tracks: Ints
    picked_at: Ints
    best_probability: Floats


def choice_of(seed: int, number: int) -> Choice:
    """Draw the coefficients of listener ``number``; number 0 has the population mean."""
    mean = np.array([POPULATION[name][0] for name in FEATURES])
    spread = np.array([POPULATION[name][1] for name in FEATURES])
    if number == 0:
        return Choice(*mean.tolist())
    drawn = np.random.default_rng([seed, number, 1]).normal(mean, spread)
    return Choice(*drawn.round(4).tolist())


def choose(
    rng: np.random.Generator, calendar: Calendar, tracks: Ints, at: Ints, choice: Choice
) -> Picks:
    """Pick one song for each week from the label week on, the last week left open.

    Args:
        rng: Source of the noise.
        calendar: The weeks of the history.
        tracks: Track of every play, oldest first.
        at: Second of every play.
        choice: The listener's coefficients.
    """
    wanted = np.arange(calendar.label_week, calendar.weeks - 1)
    picked_at = calendar.origin + wanted * _WEEK + _instants(rng, wanted.size)
    cut = np.full(calendar.weeks, -1, dtype=np.int64)
    cut[wanted] = np.minimum(picked_at, calendar.origin + (wanted + 1) * _WEEK)
    row_track, row_week, values = candidates(calendar, tracks, at, cut)
    systematic = values @ np.array(astuple(choice))
    utility = systematic + rng.gumbel(size=systematic.size)
    order = np.lexsort((row_track, -utility, row_week))
    edges = np.searchsorted(row_week[order], np.append(wanted, calendar.weeks))
    ids, number = np.unique(row_track, return_inverse=True)
    is_taken = np.zeros(ids.size, dtype=np.bool_)
    rows: list[int] = []
    best: list[float] = []
    for begin, end in pairwise(edges.tolist()):
        ranked = order[begin:end]
        ranked = ranked[~is_taken[number[ranked]]]
        if ranked.size:
            rows.append(int(ranked[0]))
            is_taken[number[ranked[0]]] = True
            weight = np.exp(systematic[ranked] - systematic[ranked].max())
            best.append(float(1.0 / weight.sum()))
    kept = np.array(rows, dtype=np.int64)
    week = row_week[kept]
    at_pick = picked_at[week - calendar.label_week]
    return Picks(week, row_track[kept], at_pick, np.array(best))


def candidates(calendar: Calendar, tracks: Ints, at: Ints, cut: Ints) -> tuple[Ints, Ints, Floats]:
    """Give track, week and features of every candidate; a week with a cut of -1 has none."""
    ids, place = np.unique(tracks, return_inverse=True)
    week = (at - calendar.origin) // _WEEK
    span = calendar.weeks + 4  # four empty weeks keep one track's past out of another's
    key = place * span + week + 4
    keys, plays = np.unique(key, return_counts=True)
    total = np.append(0, np.cumsum(plays))
    in_time = np.flatnonzero(at < cut[week])
    rows, inverse, before = np.unique(key[in_time], return_inverse=True, return_counts=True)
    owner, row_week = rows // span, rows % span - 4
    day = (at[in_time] - calendar.origin) // _DAY % 7
    fri_sat = np.bincount(inverse, day >= 5, rows.size)
    last = np.zeros(rows.size, dtype=np.int64)
    np.maximum.at(last, inverse, at[in_time])
    here = np.searchsorted(keys, rows)
    prev_4w = total[here] - total[np.searchsorted(keys, rows - 4)]
    is_first = here == np.searchsorted(keys, owner * span)
    gap = (cut[row_week] - last) / _DAY
    values = np.stack([np.log(before), np.log1p(fri_sat), is_first, np.log1p(prev_4w), gap], axis=1)
    return ids[owner], row_week, values


def _instants(rng: np.random.Generator, n: int) -> Ints:
    """Draw seconds into the week: Saturday around 13:13 UTC, now and then another day."""
    z = rng.normal(size=n)
    minute = 13 * 60 + 13 + np.where(z < 0, z * 127, z * 242)
    day = rng.choice([5, 6, 7, 8], size=n, p=[2 / 254, 243 / 254, 5 / 254, 4 / 254])
    second = np.clip(minute, 390, 1_435) * 60 + rng.integers(0, 60, n)
    return np.asarray(day * _DAY + second, dtype=np.int64)
