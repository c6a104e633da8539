"""How often the first candidate of a week is the right one.

The week is the unit of everything: it is what Hit@k counts and what the bootstrap draws again. A
labelled week whose label is not among the candidates is a miss; how often that happens is a metric
of its own, ``coverage``.
"""

from __future__ import annotations

import itertools
import math
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from sotw.learning.encoding import WEEK, Groups
from sotw.learning.metrics.intervals import Measure, draws, mean_of, ranked, share_of, wilson
from sotw.learning.metrics.ranking import ranks

if TYPE_CHECKING:
    from sotw.learning.encoding import BoolArray, FloatArray, IntArray
    from sotw.learning.protocol import Part, Scored

DRAWS = 1000
BANDS = (0.0, 0.1, 0.2, 0.3, 0.4, 0.6, 1.01)  # of what is said of a week's winner
TIES = ("-week_plays", "track_id")  # more plays in the week first, then the smaller track_id


def measure(part: Part, scored: Scored) -> list[Measure]:
    """All metrics of one model on one part.

    Args:
        part: Rows with listener_id, week_ending, track_id, week_plays and is_label; its groups are
            the labelled weeks, the denominator.
        scored: With is_chosen also precision, recall and F1; with a probability also nll,
            winner_share and ece, of its shares, which add up to 1 in a week.
    """
    assert part.groups is not None
    rank = label_ranks(part, scored.score)
    found = [share_of(f"hit_at_{k}", (rank <= k).astype(np.float64), DRAWS) for k in (1, 3, 5)]
    found.append(share_of("coverage", np.isfinite(rank).astype(np.float64), DRAWS))
    found.append(mean_of("mrr", 1.0 / rank, DRAWS))
    # With one right answer the ideal gain is 1.
    gain = np.where(rank <= 10, 1.0 / np.log2(1.0 + rank), 0.0)
    found.append(mean_of("ndcg_at_10", gain, DRAWS))
    labels = part.rows["is_label"].to_numpy(bool)
    if scored.probability is not None:
        share = shares(part.rows, scored.probability)
        found.append(mean_of("nll", -np.log(share[labels]), DRAWS))
        said, is_right = _winners(part, scored)
        found += [mean_of("winner_share", said, DRAWS), calibration_error(said, is_right)]
    drawn, week = draws(len(part.groups), DRAWS), _week_of(part)
    of_rows = ranked(labels, week, scored.score, drawn)
    of_rows["pr_auc"] = of_rows.pop("average_precision")
    if scored.is_chosen is not None:
        of_rows |= _choices(labels, scored.is_chosen, week, drawn)
    return found + [Measure(name, values, len(labels)) for name, values in of_rows.items()]


def label_ranks(part: Part, score: FloatArray) -> FloatArray:
    """The rank of the label in each labelled week; infinite where it is no candidate."""
    labels = part.rows["is_label"].to_numpy(bool)
    found = np.full(len(part.groups if part.groups is not None else ()), math.inf)
    rank = ranks(part.rows, score, WEEK, TIES)[labels].astype(np.float64)
    np.minimum.at(found, _week_of(part)[labels], rank)
    return found


def shares(rows: pd.DataFrame, probability: FloatArray) -> FloatArray:
    """The probabilities as parts of their week's sum."""
    weeks = Groups.of(rows, WEEK)
    return np.asarray(probability / weeks.sums(probability)[weeks.of_row], dtype=np.float64)


def calibration(part: Part, scored: Scored) -> list[dict[str, Any]]:
    """How often the winner of whole weeks was right, by how sure the model was."""
    return by_confidence(*_winners(part, scored))


def by_confidence(share: FloatArray, is_right: BoolArray) -> list[dict[str, Any]]:
    """How often winners were right, by their share of the week.

    Args:
        share: Shape (n_weeks,), what was said of each week's winner.
        is_right: Shape (n_weeks,).

    Returns:
        A row for each of BANDS with a week: low, high, n, mean_share, right_share and its
        interval.
    """
    found = []
    for low, high in itertools.pairwise(BANDS):
        inside = (share >= low) & (share < high)
        if inside.any():
            right, n = int(is_right[inside].sum()), int(inside.sum())
            right_low, right_high = wilson(right, n)
            found.append(
                {
                    "low": low,
                    "high": high,
                    "n": n,
                    "mean_share": float(share[inside].mean()),
                    "right_share": right / n,
                    "right_low": right_low,
                    "right_high": right_high,
                }
            )
    return found


def calibration_error(share: FloatArray, is_right: BoolArray) -> Measure:
    """``ece``: how far what was said of winners lies from what was right, a mean over BANDS.

    Args:
        share: Shape (n_weeks,), what was said of each week's winner.
        is_right: Shape (n_weeks,).
    """
    gaps = np.zeros((len(share), len(BANDS)))
    gaps[np.arange(len(share)), np.searchsorted(BANDS, share, "right") - 1] = is_right - share
    totals = np.abs(draws(len(share), DRAWS) @ gaps).sum(axis=1)
    return Measure("ece", totals / max(len(share), 1), len(share), is_biased=True)


def _winners(part: Part, scored: Scored) -> tuple[FloatArray, BoolArray]:
    """The share of each week's winner, and whether it was the label."""
    assert scored.probability is not None
    is_winner = ranks(part.rows, scored.score, WEEK, TIES) == 1
    share = shares(part.rows, scored.probability)[is_winner]
    return share, part.rows["is_label"].to_numpy(bool)[is_winner]


def _week_of(part: Part) -> IntArray:
    """The place of each row's week among the groups of the part."""
    assert part.groups is not None
    weeks = pd.MultiIndex.from_frame(part.groups[list(WEEK)])
    found = weeks.get_indexer(pd.MultiIndex.from_frame(part.rows[list(WEEK)]))
    return np.asarray(found, dtype=np.int64)


def _choices(
    labels: BoolArray, chosen: BoolArray, week: IntArray, drawn: FloatArray
) -> dict[str, FloatArray]:
    """Precision, recall and F1 of the chosen rows over every draw; 0/0 counts as 0."""

    def counted(which: BoolArray) -> FloatArray:
        return drawn @ np.bincount(week[which], minlength=drawn.shape[1]).astype(np.float64)

    right, picked, positives = counted(labels & chosen), counted(chosen), counted(labels)
    return {
        "precision": right / np.maximum(picked, 1),
        "recall": right / np.maximum(positives, 1),
        "f1": 2 * right / np.maximum(picked + positives, 1),
    }
