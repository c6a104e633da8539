"""Ranks within groups; how well a session's plays are ordered, and what a random order reaches.

Rules of system B (SYSTEMS B.4): sessions of at least 5 plays with at least 1 completed; a session
is a list whose right answers are its completed plays. A random order already reaches an NDCG@10 of
.57 on B's published plays, so it is always beside it. MAA is the mean average accuracy of the WSDM
Cup 2019 (MARKET 4.4), over sessions of at least 10 plays.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sotw.learning.metrics.intervals import SEED

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from sotw.learning.encoding import BoolArray, FloatArray, IntArray

CUTS = (5, 10)
MIN_PLAYS = 5
MIN_PLAYS_FOR_MAA = 10


def ranks(
    rows: pd.DataFrame, score: FloatArray, group: Sequence[str], ties: Sequence[str] = ()
) -> IntArray:
    """Rank of each row within its group, 1 = highest score, in the order of ``rows``.

    Args:
        rows: With the columns of ``group`` and ``ties``.
        score: By row.
        group: What is ranked by itself.
        ties: Columns that decide between equal scores, ``-`` for descending.
    """
    columns = [name.removeprefix("-") for name in ties]
    ordered = (
        rows[[*group, *columns]]
        .reset_index(drop=True)
        .assign(_score=np.asarray(score))
        .sort_values(
            ["_score", *columns], ascending=[False, *(not name.startswith("-") for name in ties)]
        )
        .groupby(list(group), sort=False, dropna=False)
        .cumcount()
    )
    return np.asarray(ordered.sort_index(), dtype=np.int64) + 1


@dataclass(frozen=True, slots=True)
class _Lists:
    """Sessions as lists.

    Attributes:
        labels: By play, the plays of a session one after another, in the order asked for.
        place: Of each play in its list, 1 for the first.
        session: Of each play.
        sizes: Plays of each session.
        right: Plays of each session that have the target.
    """

    labels: BoolArray
    place: IntArray
    session: IntArray
    sizes: IntArray
    right: IntArray

    @staticmethod
    def of(labels: BoolArray, sessions: IntArray) -> _Lists:
        sizes = np.bincount(sessions) if len(sessions) else np.zeros(0, np.int64)
        starts = np.cumsum(sizes) - sizes
        place = np.arange(1, len(sessions) + 1) - starts[sessions]
        right = np.bincount(sessions, labels, len(sizes)).astype(np.int64)
        return _Lists(labels, place, sessions, sizes, right)

    def hits(self) -> FloatArray:
        """Right answers up to and with each place."""
        total = np.cumsum(self.labels)
        starts = np.cumsum(self.sizes) - self.sizes
        before = np.concatenate([[0], total])[starts]
        return np.asarray(total - before[self.session], dtype=np.float64)

    def sums(self, values: FloatArray) -> FloatArray:
        found = np.bincount(self.session, values, len(self.sizes))
        return np.asarray(found, dtype=np.float64)


def session_values(
    labels: BoolArray, sessions: IntArray, score: FloatArray
) -> dict[str, FloatArray]:
    """NDCG, MAP and recall at 5 and 10 of each session; NaN for one that does not count.

    Args:
        labels: By play.
        sessions: From 0, without a gap, rising.
        score: Higher comes first; tied plays are shuffled, so no order they came in helps.
    """
    shuffled = np.random.default_rng(SEED).permutation(len(labels))
    lists = _Lists.of(labels[np.lexsort((shuffled, -score, sessions))], sessions)
    hits = lists.hits()
    found: dict[str, FloatArray] = {}
    for k in CUTS:
        hit = (lists.labels & (lists.place <= k)).astype(np.float64)
        gain = lists.sums(hit / np.log2(lists.place + 1))
        found |= _at(k, lists, gain, lists.sums(hit * hits / lists.place), lists.sums(hit))
    return found


def random_values(labels: BoolArray, sessions: IntArray) -> dict[str, FloatArray]:
    """The same of each session in a random order, and ``maa`` of a tossed coin: expected values."""
    lists = _Lists.of(labels, sessions)
    size, right = lists.sizes[lists.session], lists.right[lists.session]
    share = right / size
    # The chance that an earlier play of the list is right too, given that this one is.
    other = (right - 1) / np.maximum(size - 1, 1)
    found: dict[str, FloatArray] = {}
    for k in CUTS:
        hit = np.where(lists.place <= k, share, 0.0)
        gain = lists.sums(hit / np.log2(lists.place + 1))
        precision = lists.sums(hit * (1 + (lists.place - 1) * other) / lists.place)
        found |= _at(k, lists, gain, precision, lists.sums(hit))
    coin = lists.sums(0.5 * (1 + (lists.place - 1) * 0.5) / lists.place)
    return {**found, "maa": _long(coin, lists)}


def mean_average_accuracy(labels: BoolArray, sessions: IntArray, said: BoolArray) -> FloatArray:
    """Mean over a session's places of (right so far / place) where the prediction is right."""
    lists = _Lists.of(labels == said, sessions)
    return _long(lists.sums(np.where(lists.labels, lists.hits() / lists.place, 0.0)), lists)


def _long(total: FloatArray, lists: _Lists) -> FloatArray:
    with np.errstate(invalid="ignore"):
        return np.where(lists.sizes >= MIN_PLAYS_FOR_MAA, total / lists.sizes, np.nan)


def _at(
    k: int, lists: _Lists, gain: FloatArray, precision: FloatArray, hits: FloatArray
) -> dict[str, FloatArray]:
    ideal = np.concatenate([[0.0], np.cumsum(1 / np.log2(np.arange(2, k + 2)))])
    reachable = np.minimum(lists.right, k)
    is_counted = (lists.sizes >= MIN_PLAYS) & (lists.right >= 1)
    with np.errstate(invalid="ignore", divide="ignore"):
        return {
            f"ndcg_at_{k}": np.where(is_counted, gain / ideal[reachable], np.nan),
            f"map_at_{k}": np.where(is_counted, precision / reachable, np.nan),
            f"recall_at_{k}": np.where(is_counted, hits / lists.right, np.nan),
        }
