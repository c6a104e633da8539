"""How good probabilities of completed plays are, with intervals over whole sessions.

Plays of a session are alike, so an interval resamples sessions, never single plays. Every figure
is computed from how often each session counts; once each gives the value, a resample gives one
draw. So two models are compared draw by draw on the same sessions.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sotw.learning.metrics import ranking
from sotw.learning.metrics.winner import SEED, Metric

if TYPE_CHECKING:
    from sotw.learning.metrics.winner import BoolArray, FloatArray, IntArray

ECE_BINS = 15  # of equal width, over 0 to 1
DRAWS = 500
CLIP = 1e-12  # of a probability in the log-loss, as in system B
# Cells (draws times plays) of the sums behind ROC-AUC that are in memory at once.
_CELLS = 4_000_000
_CHANCES = 40


@dataclass(frozen=True, slots=True)
class Scored:
    """Plays of known outcome that models are measured on, in the order of time.

    Attributes:
        labels: Whether each has the target.
        sessions: A number for each play's session, 0 for the first, without a gap.
    """

    labels: BoolArray
    sessions: IntArray

    @staticmethod
    def of(labels: BoolArray, session_numbers: IntArray) -> Scored:
        """From numbers of sessions that may have gaps; the plays of one are neighbours."""
        if not len(labels):
            return Scored(labels, np.zeros(0, np.int64))
        is_first = np.diff(session_numbers, prepend=session_numbers[0]) != 0
        return Scored(labels.astype(np.bool_), np.cumsum(is_first).astype(np.int64))

    @property
    def n_sessions(self) -> int:
        """How many sessions there are."""
        return int(self.sessions[-1]) + 1 if len(self.sessions) else 0


def draws(n_sessions: int, *, number: int = DRAWS, seed: int = SEED) -> FloatArray:
    """How often each session counts, shape (1 + number, n_sessions); in the first row once."""
    if not n_sessions:
        return np.ones((1, 0))
    random = np.random.default_rng(seed)
    drawn = random.multinomial(n_sessions, np.full(n_sessions, 1 / n_sessions), size=number)
    return np.vstack([np.ones(n_sessions), drawn]).astype(np.float64)


def measure(
    scored: Scored, probability: FloatArray, score: FloatArray, drawn: FloatArray
) -> dict[str, tuple[FloatArray, int]]:
    """Every metric over every draw.

    Args:
        scored: The plays.
        probability: Of the target, by play.
        score: What plays are ordered by; ties count as ties.
        drawn: From ``draws``.

    Returns:
        By metric: a value for each row of ``drawn``, NaN where it is not defined, and n: plays,
        or sessions for what is averaged over sessions.
    """
    labels, n = scored.labels, len(scored.labels)
    auc, precision, of_rest = _ranked(scored, score, drawn)
    found = {"roc_auc": auc, "average_precision": precision, "average_precision_of_rest": of_rest}
    found |= _means(scored, probability, drawn)
    measured = {name: (values, n) for name, values in found.items()}
    measured["ece_if_calibrated"] = (_ece_by_chance(probability), n)
    of_sessions = ranking.session_values(labels, scored.sessions, score)
    agreement = ranking.mean_average_accuracy(labels, scored.sessions, probability >= 0.5)
    for name, values in {**of_sessions, "maa": agreement}.items():
        measured[name] = (_mean_of_sessions(values, drawn), int(np.isfinite(values).sum()))
    return measured


def measure_random_order(scored: Scored, drawn: FloatArray) -> dict[str, tuple[FloatArray, int]]:
    """What a random order and, for ``maa``, a tossed coin would be expected to reach."""
    return {
        name: (_mean_of_sessions(values, drawn), int(np.isfinite(values).sum()))
        for name, values in ranking.random_values(scored.labels, scored.sessions).items()
    }


def metrics(measured: dict[str, tuple[FloatArray, int]]) -> list[Metric]:
    """Values with 95 % intervals."""
    return [_metric(name, values, n) for name, (values, n) in measured.items()]


def differences(
    own: dict[str, tuple[FloatArray, int]], other: dict[str, tuple[FloatArray, int]], name: str
) -> list[Metric]:
    """How much larger each metric is than another model's, on the same draws of sessions."""
    return [
        _metric(f"{metric}_over_{name}", values - other[metric][0], n)
        for metric, (values, n) in own.items()
        if metric in other and metric != "ece_if_calibrated"
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


def _metric(name: str, values: FloatArray, n: int) -> Metric:
    value = float(values[0]) if len(values) and np.isfinite(values[0]) else None
    finite = values[1:][np.isfinite(values[1:])]
    if value is None or not len(finite):
        return Metric(name, value, n)
    if name == "ece":
        # A resample has the distance of the sample and its own chance on top: take that off.
        finite = np.maximum(finite - finite.mean() + value, 0.0)
    low, high = np.quantile(finite, [0.025, 0.975])
    return Metric(name, value, n, float(low), float(high))


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


def _means(scored: Scored, probability: FloatArray, drawn: FloatArray) -> dict[str, FloatArray]:
    """Metrics that are sums over plays: each session's part is added up once."""
    labels, said = scored.labels, probability >= 0.5
    clipped = np.clip(probability, CLIP, 1 - CLIP)

    def total(values: FloatArray | BoolArray) -> FloatArray:
        sums = np.bincount(scored.sessions, values, scored.n_sessions)
        return np.asarray(drawn @ sums, dtype=np.float64)

    plays = total(np.ones(len(labels)))
    right, chosen, positive = total(labels & said), total(said), total(labels)
    place = scored.sessions * ECE_BINS + _bins(probability)
    gaps = np.bincount(place, labels - probability, scored.n_sessions * ECE_BINS)
    gap = np.abs(drawn @ gaps.reshape(scored.n_sessions, ECE_BINS)).sum(axis=1)
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


def _sum(parts: FloatArray) -> FloatArray:
    """By draw; a score that no play of the draw has is not a number."""
    return np.asarray(np.nansum(parts, axis=1, keepdims=True), dtype=np.float64)


def _ranked(
    scored: Scored, score: FloatArray, drawn: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """ROC-AUC, average precision, and that of the plays without the target, ties taken in whole."""
    n = len(score)
    if not n:
        return np.full((3, len(drawn)), np.nan)[0], *np.full((2, len(drawn)), np.nan)
    order = np.argsort(-score, kind="stable")
    ordered = score[order]
    starts = np.flatnonzero(np.diff(ordered, prepend=np.inf) != 0)
    sessions, labels = scored.sessions[order], scored.labels[order]
    parts = []
    step = max(1, _CELLS // n)
    for first in range(0, len(drawn), step):
        weight = drawn[first : first + step][:, sessions]
        positive = np.add.reduceat(weight * labels, starts, axis=1)
        negative = np.add.reduceat(weight * ~labels, starts, axis=1)
        above, below = np.cumsum(positive, axis=1), np.cumsum(negative, axis=1)
        positives, negatives = above[:, -1:], below[:, -1:]
        with np.errstate(invalid="ignore", divide="ignore"):
            won = (negative * (above - positive / 2)).sum(axis=1, keepdims=True)
            # Where all ended alike any order is perfect: that is no merit, so it has no value.
            is_alike = (positives == 0) | (negatives == 0)
            precision = positive * above / (above + below)
            # The same from the other end, for the plays without the target.
            left, right = positives - above + positive, negatives - below + negative
            of_rest = negative * right / (left + right)
            parts.append(
                np.hstack(
                    [
                        won / (positives * negatives),
                        np.where(is_alike, np.nan, _sum(precision) / positives),
                        np.where(is_alike, np.nan, _sum(of_rest) / negatives),
                    ]
                )
            )
    auc, precision_of, rest_of = np.vstack(parts).T
    return auc, precision_of, rest_of
