"""Splits by week, metrics of a weekly ranking, and how sure they are.

The week is the unit of everything: it is what splits divide, what Hit@k counts and what the
bootstrap draws again. A labelled week whose label is not among the candidates is a miss; how
often that happens is a metric of its own, ``coverage``.
"""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from sotw.errors import SotwError

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]

WEEK = ["listener_id", "week_ending"]
MIN_WEEKS = 5
MIN_PICKED_WEEKS = 10  # with fewer, a listener's proxy labels are used
DRAWS = 1000
SEED = 42
# The week-by-week counts behind the intervals of row metrics grow with the square of this.
MAX_WEEKS_FOR_ROW_INTERVALS = 3000
Z_95 = 1.959963984540054


@dataclass(frozen=True, slots=True)
class Split:
    """Weeks in the order of time: the first 60 %, the next 20 %, the rest."""

    train: tuple[dt.date, ...]
    validation: tuple[dt.date, ...]
    test: tuple[dt.date, ...]

    def named(self) -> dict[str, tuple[dt.date, ...]]:
        """The parts by the names that ``ml.metrics`` uses."""
        return {"train": self.train, "validation": self.validation, "test": self.test}


@dataclass(frozen=True, slots=True)
class Metric:
    """One number.

    Attributes:
        metric: As in ``ml.metrics``, such as ``hit_at_1``.
        value: Null where it is not defined, such as ROC-AUC without a positive.
        n: Weeks; rows for the metrics that are over rows.
        low: Lower bound of the 95 % interval, null where there is none.
        high: Upper bound.
    """

    metric: str
    value: float | None
    n: int
    low: float | None = None
    high: float | None = None


def split_weeks(weeks: Iterable[dt.date]) -> Split:
    """Divide labelled weeks 60/20/20 in the order of time.

    Raises:
        SotwError: There are fewer than 5 distinct weeks.
    """
    ordered = sorted(set(weeks))
    if len(ordered) < MIN_WEEKS:
        raise SotwError(
            f"{len(ordered)} labelled weeks, a split needs {MIN_WEEKS}. "
            "Name more favourites with `sotw pick`, or import a longer history."
        )
    first = len(ordered) * 3 // 5
    second = first + len(ordered) // 5
    return Split(tuple(ordered[:first]), tuple(ordered[first:second]), tuple(ordered[second:]))


def rolling_blocks(
    weeks: Iterable[dt.date], blocks: int = 5
) -> list[tuple[tuple[dt.date, ...], tuple[dt.date, ...]]]:
    """Expanding windows over the last 60 % of the weeks (BENCHMARKS 1, "rolling").

    Returns:
        For each block: all weeks before it, and its own weeks.

    Raises:
        SotwError: There are too few weeks for a block each, or for one before the first.
    """
    ordered = sorted(set(weeks))
    start = len(ordered) * 2 // 5
    if start < 1 or len(ordered) - start < blocks:
        raise SotwError(
            f"{len(ordered)} labelled weeks are too few for {blocks} rolling blocks. "
            "Name more favourites with `sotw pick`, or import a longer history."
        )
    borders = np.linspace(start, len(ordered), blocks + 1).round().astype(int).tolist()
    return [
        (tuple(ordered[:begin]), tuple(ordered[begin:stop]))
        for begin, stop in itertools.pairwise(borders)
    ]


def rank_candidates(rows: pd.DataFrame) -> IntArray:
    """Rank of each row within its week, 1 = highest score, in the order of ``rows``.

    Ties: more plays in the week first, then the smaller track_id.

    Args:
        rows: listener_id, week_ending, track_id, week_plays, score.
    """
    ordered = (
        rows.reset_index(drop=True)
        .sort_values(["score", "week_plays", "track_id"], ascending=[False, False, True])
        .groupby(WEEK, sort=False)
        .cumcount()
    )
    return np.asarray(ordered.sort_index(), dtype=np.int64) + 1


def label_ranks(rows: pd.DataFrame, weeks: pd.DataFrame) -> FloatArray:
    """The rank of the label in each labelled week; infinite where it is no candidate.

    Args:
        rows: As for ``rank_candidates``, and is_label.
        weeks: The labelled weeks: listener_id, week_ending, one row each.

    Returns:
        Shape (n_weeks,), in the order of ``weeks``.
    """
    keys = rows[WEEK].assign(rank=rank_candidates(rows))
    labelled = keys[rows["is_label"].to_numpy(bool)].groupby(WEEK)["rank"].min()
    found = labelled.reindex(pd.MultiIndex.from_frame(weeks[WEEK]))
    return np.asarray(found.astype("float64").fillna(math.inf), dtype=np.float64)


def hit_at(ranks: FloatArray, k: int) -> FloatArray:
    """1 for each week whose label is among the first k, else 0."""
    return (ranks <= k).astype(np.float64)


def reciprocal_rank(ranks: FloatArray) -> FloatArray:
    """1 / rank of the label; 0 where it is no candidate."""
    return 1.0 / ranks


def ndcg_at(ranks: FloatArray, k: int) -> FloatArray:
    """NDCG of each week; with one right answer the ideal gain is 1."""
    return np.where(ranks <= k, 1.0 / np.log2(1.0 + ranks), 0.0)


def roc_auc(labels: BoolArray, scores: FloatArray) -> float | None:
    """Chance that a positive row scores above a negative one, a tie counting half."""
    above, tied = _negatives_beside_positives(labels, scores)
    negatives = int((~labels).sum())
    if not len(above) or not negatives:
        return None
    return float(1.0 - (above + tied / 2).mean() / negatives)


def average_precision(labels: BoolArray, scores: FloatArray) -> float | None:
    """Mean over the positive rows of the precision at their score, ties taken in whole."""
    above, tied = _negatives_beside_positives(labels, scores)
    if not len(above):
        return None
    positives = np.sort(scores[labels])
    at_least = len(positives) - np.searchsorted(positives, scores[labels], side="left")
    return float((at_least / (at_least + above + tied)).mean())


def precision_recall_f1(labels: BoolArray, chosen: BoolArray) -> tuple[float, float, float]:
    """Precision, recall and F1 of the chosen rows; 0/0 counts as 0."""
    right = float((labels & chosen).sum())
    precision = right / chosen.sum() if chosen.any() else 0.0
    recall = right / labels.sum() if labels.any() else 0.0
    f1 = 2 * precision * recall / (precision + recall) if right else 0.0
    return float(precision), float(recall), float(f1)


def wilson(hits: float, n: int) -> tuple[float, float]:
    """95 % interval of a share (Wilson 1927); the whole range when n is 0."""
    if n == 0:
        return 0.0, 1.0
    share = hits / n
    middle = share + Z_95**2 / (2 * n)
    spread = Z_95 * math.sqrt(share * (1 - share) / n + Z_95**2 / (4 * n * n))
    scale = 1 + Z_95**2 / n
    return max(0.0, (middle - spread) / scale), min(1.0, (middle + spread) / scale)


def bootstrap_mean(
    values: FloatArray, *, draws: int = DRAWS, seed: int = SEED
) -> tuple[float, float] | None:
    """95 % percentile interval of the mean over weeks; null without a week."""
    if not len(values):
        return None
    return _interval(_draws(len(values), draws, seed) @ values / len(values))


def paired_bootstrap(
    first: FloatArray, second: FloatArray, *, draws: int = DRAWS, seed: int = SEED
) -> tuple[float, float, float]:
    """Mean of first - second over the same weeks, with its 95 % interval.

    Args:
        first: One value a week, such as ``hit_at(ranks, 1)``.
        second: Of another model, for the same weeks in the same order.
        draws: How many resamples.
        seed: Equal seeds give equal intervals.
    """
    difference = first - second
    interval = bootstrap_mean(difference, draws=draws, seed=seed)
    if interval is None:
        raise SotwError("a paired comparison needs at least one week; there is none to compare.")
    return (float(difference.mean()), *interval)


def evaluate(rows: pd.DataFrame, weeks: pd.DataFrame, *, seed: int = SEED) -> list[Metric]:
    """All metrics of one model on one split.

    Args:
        rows: The candidates of those weeks: listener_id, week_ending, track_id, week_plays,
            score, is_label; with is_chosen (at or above the threshold) also precision, recall
            and F1; with share (they add up to 1 in a week) also nll and winner_share.
        weeks: The labelled, complete weeks of the split, one row each: the denominator.
        seed: Of the bootstrap.
    """
    ranks = label_ranks(rows, weeks)
    n = len(ranks)
    metrics = []
    for name, values in {
        "hit_at_1": hit_at(ranks, 1),
        "hit_at_3": hit_at(ranks, 3),
        "hit_at_5": hit_at(ranks, 5),
        "coverage": np.isfinite(ranks).astype(np.float64),
    }.items():
        value = float(values.mean()) if n else None
        metrics.append(Metric(name, value, n, *wilson(float(values.sum()), n)))
    for name, values in {"mrr": reciprocal_rank(ranks), "ndcg_at_10": ndcg_at(ranks, 10)}.items():
        value = float(values.mean()) if n else None
        metrics.append(Metric(name, value, n, *(bootstrap_mean(values, seed=seed) or ())))
    if "share" in rows:
        metrics += _share_metrics(rows, weeks, seed)
    return metrics + _row_metrics(rows, weeks, seed)


def week_values(rows: pd.DataFrame, weeks: pd.DataFrame) -> dict[str, FloatArray]:
    """What each week adds to a metric, in the order of ``weeks``; for paired comparisons."""
    ranks = label_ranks(rows, weeks)
    return {
        "hit_at_1": hit_at(ranks, 1),
        "hit_at_3": hit_at(ranks, 3),
        "mrr": reciprocal_rank(ranks),
    }


def winner_shares(rows: pd.DataFrame, weeks: pd.DataFrame) -> FloatArray:
    """The share of the first candidate of each week, NaN for a week without candidates."""
    winners = rows[rank_candidates(rows) == 1].set_index(WEEK)["share"]
    return np.asarray(winners.reindex(pd.MultiIndex.from_frame(weeks[WEEK])), dtype=np.float64)


def _share_metrics(rows: pd.DataFrame, weeks: pd.DataFrame, seed: int) -> list[Metric]:
    """nll: over the weeks whose label is a candidate; winner_share: to hold against hit_at_1."""
    losses = -np.log(rows.loc[rows["is_label"].to_numpy(bool), "share"].to_numpy(np.float64))
    shares = winner_shares(rows, weeks)
    found = []
    for name, values in {"nll": losses, "winner_share": shares[~np.isnan(shares)]}.items():
        value = float(values.mean()) if len(values) else None
        found.append(Metric(name, value, len(values), *(bootstrap_mean(values, seed=seed) or ())))
    return found


def _row_metrics(rows: pd.DataFrame, weeks: pd.DataFrame, seed: int) -> list[Metric]:
    labels, scores = rows["is_label"].to_numpy(bool), rows["score"].to_numpy(np.float64)
    values: dict[str, float | None] = {
        "roc_auc": roc_auc(labels, scores),
        "pr_auc": average_precision(labels, scores),
    }
    chosen = rows["is_chosen"].to_numpy(bool) if "is_chosen" in rows else None
    if chosen is not None:
        scored = precision_recall_f1(labels, chosen)
        values |= dict(zip(("precision", "recall", "f1"), scored, strict=True))
    intervals: dict[str, tuple[float, float] | None] = {}
    if len(rows) and len(weeks) <= MAX_WEEKS_FOR_ROW_INTERVALS:
        units = pd.MultiIndex.from_frame(weeks[WEEK])
        unit = units.get_indexer(pd.MultiIndex.from_frame(rows[WEEK])).astype(np.int64)
        drawn = _draws(len(weeks), DRAWS, seed)
        intervals |= _ranking_intervals(labels, scores, unit, drawn)
        if chosen is not None:
            intervals |= _choice_intervals(labels, chosen, unit, drawn)
    return [
        Metric(name, value, len(rows), *(intervals.get(name) or ()))
        for name, value in values.items()
    ]


def _ranking_intervals(
    labels: BoolArray, scores: FloatArray, unit: IntArray, drawn: FloatArray
) -> dict[str, tuple[float, float] | None]:
    """Intervals of ROC-AUC and average precision over resampled weeks.

    Both are sums over (positive, week) of how many of that week's negatives score above the
    positive, so these counts are made once and each resample only weighs them.
    """
    order = np.lexsort((scores, unit))
    starts = np.searchsorted(unit[order], np.arange(drawn.shape[1] + 1))
    positive_scores, positive_units = scores[labels], unit[labels]
    shape = (len(positive_scores), drawn.shape[1])
    above, tied, positives = np.zeros(shape), np.zeros(shape), np.zeros(shape)
    for week in range(drawn.shape[1]):
        rows = order[starts[week] : starts[week + 1]]
        negative, positive = scores[rows[~labels[rows]]], scores[rows[labels[rows]]]
        right = np.searchsorted(negative, positive_scores, side="right")
        above[:, week] = len(negative) - right
        tied[:, week] = right - np.searchsorted(negative, positive_scores, side="left")
        positives[:, week] = len(positive) - np.searchsorted(positive, positive_scores, side="left")
    weight = drawn[:, positive_units]
    negatives = drawn @ np.bincount(unit[~labels], minlength=drawn.shape[1])
    with np.errstate(invalid="ignore", divide="ignore"):
        wrong = (weight * (drawn @ (above + tied / 2).T)).sum(axis=1)
        total = weight.sum(axis=1)
        at_least = drawn @ positives.T
        precision = at_least / (at_least + drawn @ (above + tied).T)
        average = np.where(weight > 0, weight * precision, 0.0).sum(axis=1) / total
        auc = 1.0 - wrong / (total * negatives)
    return {"roc_auc": _interval(auc), "pr_auc": _interval(average)}


def _choice_intervals(
    labels: BoolArray, chosen: BoolArray, unit: IntArray, drawn: FloatArray
) -> dict[str, tuple[float, float] | None]:
    def counted(which: BoolArray) -> FloatArray:
        return drawn @ np.bincount(unit[which], minlength=drawn.shape[1]).astype(np.float64)

    right, picked, positives = counted(labels & chosen), counted(chosen), counted(labels)
    return {
        "precision": _interval(right / np.maximum(picked, 1)),
        "recall": _interval(right / np.maximum(positives, 1)),
        "f1": _interval(2 * right / np.maximum(picked + positives, 1)),
    }


def _negatives_beside_positives(
    labels: BoolArray, scores: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """For each positive row: negatives that score above it, and negatives tied with it."""
    negatives, positives = np.sort(scores[~labels]), scores[labels]
    right = np.searchsorted(negatives, positives, side="right")
    left = np.searchsorted(negatives, positives, side="left")
    return (len(negatives) - right).astype(np.float64), (right - left).astype(np.float64)


@lru_cache(maxsize=4)
def _draws(n: int, draws: int, seed: int) -> FloatArray:
    """How often each of n weeks is drawn, shape (draws, n)."""
    random = np.random.default_rng(seed)
    counts = random.multinomial(n, np.full(n, 1.0 / n), size=draws).astype(np.float64)
    counts.setflags(write=False)
    return counts


def _interval(values: FloatArray) -> tuple[float, float] | None:
    finite = values[np.isfinite(values)]
    if not len(finite):
        return None
    low, high = np.quantile(finite, [0.025, 0.975])
    return float(low), float(high)
