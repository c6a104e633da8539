"""How good lists are that were chosen from all there is: one list a person.

Precision, recall, MAP and NDCG at 10 and 20 as SYSTEMS C.4 has them, MAP and NDCG against the best
that min(relevant, k) right answers allow; beside them what they do not see: how much of all there
is gets recommended, how well known that is, and whether a list is as varied as the person.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sotw.learning.metrics.intervals import Measure, mean_of

if TYPE_CHECKING:
    import numpy.typing as npt

    from sotw.learning.encoding import BoolArray, FloatArray, IntArray

CUTS = (10, 20)
DRAWS = 1000
SMOOTHING = 0.01  # of a list's genres by the person's: a genre that is missing is not infinite


def list_values(hits: BoolArray, relevant: IntArray) -> dict[str, FloatArray]:
    """Precision, recall, MAP and NDCG of each list.

    Args:
        hits: By list and place, whether what stands there was right; shape (n_lists, places).
        relevant: How many right answers each has, at least one.
    """
    found: dict[str, FloatArray] = {}
    for k in CUTS:
        hit = hits[:, :k].astype(np.float64)
        places = np.arange(1, hit.shape[1] + 1)
        gain = 1 / np.log2(places + 1)
        reachable = np.minimum(relevant, k)
        ideal = np.cumsum(1 / np.log2(np.arange(2, k + 2)))[reachable - 1]
        found |= {
            f"ndcg_at_{k}": (hit * gain).sum(axis=1) / ideal,
            f"precision_at_{k}": hit.sum(axis=1) / k,
            f"recall_at_{k}": hit.sum(axis=1) / relevant,
            f"map_at_{k}": (hit * hit.cumsum(axis=1) / places).sum(axis=1) / reachable,
        }
    return found


def accuracy(hits: BoolArray, relevant: IntArray, word: str = "") -> list[Measure]:
    """The means over people, and how NDCG@10 is spread among them.

    Args:
        hits: As for ``list_values``.
        relevant: Likewise.
        word: Put after each name, such as ``_knowing_3``.
    """
    if not len(hits):
        return []
    values = list_values(hits, relevant)
    found = [mean_of(f"{name}{word}", own, DRAWS) for name, own in values.items()]
    ndcg = values["ndcg_at_10"]
    has_hit = np.asarray(hits[:, :10].any(axis=1), dtype=np.float64)
    found.append(mean_of(f"share_with_a_hit_at_10{word}", has_hit, DRAWS))
    if not word:
        quantiles = {share: float(np.quantile(ndcg, share / 100)) for share in (25, 50, 75)}
        found += [alone(f"ndcg_at_10_quantile_{n}", one, ndcg) for n, one in quantiles.items()]
    return found


def beyond_accuracy(
    lists: IntArray,
    heard: FloatArray,
    people: FloatArray,
    persons: int,
    genres: tuple[FloatArray, npt.NDArray[np.float32]],
) -> list[Measure]:
    """Novelty, popularity, coverage and calibration of the first ten.

    Args:
        lists: Columns by list and place; -1 where a list ends.
        heard: Mean number of people over what each person knew.
        people: How many people each column has.
        persons: How many there are.
        genres: Shares of genres of what each person knew, shape (n_lists, n_genres); and of each
            column, zeros where none is known, shape (n_columns, n_genres).

    Source:
        Vargas, Castells 2011 (novelty); Abdollahpouri et al. 2019 (popularity lift); Steck 2018
        (calibration: Kullback-Leibler divergence of a list's genres from the person's).
    """
    first = lists[:, :10]
    is_there = first >= 0
    count = np.maximum(is_there.sum(axis=1), 1)
    own = np.where(is_there, people[first], 0.0)
    bits = np.where(is_there, -np.log2(np.maximum(people[first], 1) / persons), 0.0)
    known, of_column = genres
    shares = of_column[np.maximum(first, 0)] * is_there[:, :, None]
    listed = shares.sum(axis=1)
    listed = listed / np.maximum(listed.sum(axis=1, keepdims=True), 1e-12)
    mixed = (1 - SMOOTHING) * listed + SMOOTHING * known
    ratio = np.maximum(known, 1e-12) / np.maximum(mixed, 1e-12)
    apart = np.where(known > 0, known * np.log(ratio), 0)
    coverage = len(np.unique(first[is_there])) / max(int((people > 0).sum()), 1)
    lift = own.sum(axis=1) / count / np.maximum(heard, 1e-12) - 1
    return [
        mean_of("novelty_bits_at_10", bits.sum(axis=1) / count, DRAWS),
        mean_of("popularity_lift_at_10", lift, DRAWS),
        mean_of("miscalibration_at_10", apart.sum(axis=1), DRAWS),
        Measure("coverage_at_10", np.array([coverage]), len(first)),
    ]


def alone(metric: str, value: float, values: FloatArray) -> Measure:
    """A figure without an interval."""
    return Measure(metric, np.array([float(value)]), len(values))
