"""How well artists are ordered at each instant, and what is said of them.

Places count per instant; what is averaged over instants draws whole instants again. Recall counts
all that was found, candidates or not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sotw.learning.metrics.intervals import Measure, draws, ranked
from sotw.learning.metrics.ranking import ranks

if TYPE_CHECKING:
    import pandas as pd

    from sotw.learning.encoding import BoolArray, FloatArray, IntArray
    from sotw.learning.protocol import Scored

DRAWS = 500
PLACES = 10
CLIP = 1e-12


def measure(rows: pd.DataFrame, scored: Scored, label: str) -> list[Measure]:
    """Every metric over every draw of instants.

    Args:
        rows: With listener_id, cutoff_at, artist_id, found_count, users_count, most_users and the
            label.
        scored: By row.
        label: Column of the truth.

    Returns:
        precision_at_10, ndcg_at_10 (ideal: as many as there are, at most 10), recall_at_10, novelty
        (bits: -log2 of the share of a public data set's users who play what is named) and coverage
        (artists named at all, of all candidates) over instants; roc_auc, average_precision, and of
        probabilities accuracy, log_loss, brier and ece, over rows.
    """
    truth = np.asarray(rows[label].to_numpy(np.float64) > 0, dtype=np.bool_)
    keys = ["listener_id", "cutoff_at"]
    instant: IntArray = np.asarray(rows.groupby(keys, sort=True).ngroup(), dtype=np.int64)
    n = int(instant.max()) + 1 if len(instant) else 0
    drawn = draws(n, DRAWS)
    place = ranks(rows, scored.score, keys, ("artist_id",))
    found = _of_instants(rows, truth, instant, place, drawn)
    of_rows = ranked(truth, instant, scored.score, drawn) if n > 1 else {}
    if n == 1:  # every artist is drawn by itself where there is but one instant
        each = np.arange(len(truth), dtype=np.int64)
        drawn, instant = draws(len(truth), DRAWS), each
        of_rows = ranked(truth, each, scored.score, drawn)
    if scored.probability is not None:
        of_rows |= _said(truth, scored.probability, instant, drawn)
    measures = [Measure(name, values, len(truth)) for name, values in of_rows.items()]
    return found + measures


def _of_instants(
    rows: pd.DataFrame, truth: BoolArray, instant: IntArray, place: IntArray, drawn: FloatArray
) -> list[Measure]:
    n = drawn.shape[1]
    is_named = place <= PLACES

    def total(values: FloatArray) -> FloatArray:
        return np.asarray(np.bincount(instant, values, n), dtype=np.float64)

    hits = total((truth & is_named).astype(np.float64))
    gain = total(np.where(truth & is_named, 1 / np.log2(place + 1.0), 0.0))
    right = total(truth.astype(np.float64))
    every = np.zeros(n)
    every[instant] = np.maximum(rows["found_count"].to_numpy(np.float64), 0.0)
    every = np.maximum(every, right)
    ideal = np.concatenate([[0.0], np.cumsum(1 / np.log2(np.arange(2, PLACES + 2)))])
    share = (rows["users_count"].to_numpy(np.float64) + 1) / (
        rows["most_users"].to_numpy(np.float64) + 1
    )
    bits = total(np.where(is_named, -np.log2(share), 0.0))
    named = np.minimum(np.bincount(instant, minlength=n), PLACES)
    with np.errstate(invalid="ignore", divide="ignore"):
        values = {
            "precision_at_10": hits / PLACES,
            "ndcg_at_10": gain / ideal[np.minimum(every, PLACES).astype(np.int64)],
            "recall_at_10": hits / every,
            "novelty_bits": bits / named,
        }
    found = [
        Measure(name, _mean(one, drawn), int(np.isfinite(one).sum()))
        for name, one in values.items()
    ]
    artists = rows["artist_id"]
    coverage = artists[is_named].nunique() / max(artists.nunique(), 1)
    return [*found, Measure("artist_coverage", np.array([coverage]), n)]


def _mean(values: FloatArray, drawn: FloatArray) -> FloatArray:
    is_known = np.isfinite(values)
    with np.errstate(invalid="ignore"):
        sums = drawn[:, is_known] @ values[is_known]
        return np.asarray(sums / drawn[:, is_known].sum(axis=1), dtype=np.float64)


def _said(
    truth: BoolArray, probability: FloatArray, group: IntArray, drawn: FloatArray
) -> dict[str, FloatArray]:
    clipped = np.clip(probability, CLIP, 1 - CLIP)
    bins = np.minimum((probability * 15).astype(np.int64), 14)

    def total(values: FloatArray | BoolArray) -> FloatArray:
        return np.asarray(drawn @ np.bincount(group, values, drawn.shape[1]), dtype=np.float64)

    rows = total(np.ones(len(truth)))
    gaps = [np.abs(total(np.where(bins == one, truth - probability, 0.0))) for one in range(15)]
    with np.errstate(invalid="ignore", divide="ignore"):
        return {
            "accuracy": total(truth == (probability >= 0.5)) / rows,
            "log_loss": total(-np.log(np.where(truth, clipped, 1 - clipped))) / rows,
            "brier": total((truth - probability) ** 2) / rows,
            "ece": np.asarray(np.sum(gaps, axis=0) / rows, dtype=np.float64),
            "base_rate": total(truth) / rows,
        }
