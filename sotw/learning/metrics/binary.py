"""How good probabilities of completed plays are, with intervals over whole sessions."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sotw.learning.metrics import ranking
from sotw.learning.metrics.intervals import SEED, Measure, draws, ranked

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sotw.learning.encoding import BoolArray, FloatArray, IntArray

ECE_BINS = 15  # of equal width, over 0 to 1
DRAWS = 500
CLIP = 1e-12  # of a probability in the log-loss, as in system B
_CHANCES = 40


def numbered(sessions: IntArray) -> IntArray:
    """Numbers of sessions from 0 without a gap; the plays of one are neighbours."""
    if not len(sessions):
        return np.zeros(0, np.int64)
    is_first = np.diff(sessions, prepend=sessions[0]) != 0
    return np.cumsum(is_first).astype(np.int64)


def measure(
    labels: BoolArray,
    sessions: IntArray,
    probability: FloatArray,
    score: FloatArray,
    *,
    number: int = DRAWS,
) -> list[Measure]:
    """Every metric over every draw.

    Args:
        labels: Whether each play, in the order of time, has the target.
        sessions: From ``numbered``.
        probability: Of the target, by play.
        score: What plays are ordered by; ties count as ties.
        number: How many draws.

    Returns:
        n is plays, or sessions for what is averaged over sessions.
    """
    drawn = draws(int(sessions[-1]) + 1 if len(sessions) else 0, number)
    found = ranked(labels, sessions, score, drawn, is_both_ways=True)
    found |= _means(labels, sessions, probability, drawn)
    measures = [
        Measure(name, values, len(labels), is_biased=name == "ece")
        for name, values in found.items()
    ]
    measures.append(Measure("ece_if_calibrated", _ece_by_chance(probability), len(labels)))
    of_sessions = ranking.session_values(labels, sessions, score)
    agreement = ranking.mean_average_accuracy(labels, sessions, probability >= 0.5)
    return measures + _of_sessions({**of_sessions, "maa": agreement}, drawn)


def measure_random_order(
    labels: BoolArray, sessions: IntArray, *, number: int = DRAWS
) -> list[Measure]:
    """What a random order and, for ``maa``, a tossed coin would be expected to reach."""
    drawn = draws(int(sessions[-1]) + 1 if len(sessions) else 0, number)
    return _of_sessions(ranking.random_values(labels, sessions), drawn)


def _of_sessions(values: Mapping[str, FloatArray], drawn: FloatArray) -> list[Measure]:
    return [
        Measure(name, _mean_of_sessions(one, drawn), int(np.isfinite(one).sum()))
        for name, one in values.items()
    ]


def calibration_bins(labels: BoolArray, probability: FloatArray) -> list[dict[str, float]]:
    """How often the target came, by what was said: a row for each of the bins that has a play."""
    place = _bins(probability)
    found = []
    for one in range(ECE_BINS):
        own = place == one
        if own.any():
            found.append(
                {
                    "low": one / ECE_BINS,
                    "high": (one + 1) / ECE_BINS,
                    "n": int(own.sum()),
                    "said": float(probability[own].mean()),
                    "was": float(labels[own].mean()),
                }
            )
    return found


def _bins(probability: FloatArray) -> IntArray:
    return np.minimum((probability * ECE_BINS).astype(np.int64), ECE_BINS - 1)


def _ece_by_chance(probability: FloatArray) -> FloatArray:
    """The ECE to expect of probabilities that are exactly right: so many plays cannot show less."""
    if not len(probability):
        return np.full(1, np.nan)
    random, place = np.random.default_rng(SEED), _bins(probability)
    found = [
        np.abs(np.bincount(place, (random.random(len(place)) < probability) - probability)).sum()
        for _ in range(_CHANCES)
    ]
    return np.array([np.mean(found) / len(place)])


def _mean_of_sessions(values: FloatArray, drawn: FloatArray) -> FloatArray:
    is_counted = np.isfinite(values)
    with np.errstate(invalid="ignore"):
        total = drawn[:, is_counted] @ values[is_counted]
        return np.asarray(total / drawn[:, is_counted].sum(axis=1), dtype=np.float64)


def _means(
    labels: BoolArray, sessions: IntArray, probability: FloatArray, drawn: FloatArray
) -> dict[str, FloatArray]:
    """Metrics that are sums over plays: each session's part is added up once."""
    said = probability >= 0.5
    clipped = np.clip(probability, CLIP, 1 - CLIP)
    number = drawn.shape[1]

    def total(values: FloatArray | BoolArray) -> FloatArray:
        sums = np.bincount(sessions, values, number)
        return np.asarray(drawn @ sums, dtype=np.float64)

    plays = total(np.ones(len(labels)))
    right, chosen, positive = total(labels & said), total(said), total(labels)
    place = sessions * ECE_BINS + _bins(probability)
    gaps = np.bincount(place, labels - probability, number * ECE_BINS)
    gap = np.abs(drawn @ gaps.reshape(number, ECE_BINS)).sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        return {
            "log_loss": total(-np.log(np.where(labels, clipped, 1 - clipped))) / plays,
            "brier": total((labels - probability) ** 2) / plays,
            "ece": gap / plays,
            "accuracy": total(labels == said) / plays,
            "f1": np.where(chosen + positive > 0, 2 * right / (chosen + positive), 0.0),
            "mean_probability": total(probability) / plays,
            "base_rate": positive / plays,
        }
