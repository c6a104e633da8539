"""Metrics of completed plays: against scikit-learn, by hand, and on system B's published plays."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import pytest
from sklearn import metrics as reference

from sotw.learning.metrics import binary as metrics
from sotw.learning.metrics import ranking
from sotw.learning.metrics.intervals import differences, draws


@dataclass(frozen=True)
class Plays:
    labels: np.ndarray
    sessions: np.ndarray

    @staticmethod
    def of(labels, session_numbers):
        return Plays(labels, metrics.numbered(session_numbers))


def drawn_plays(n=400, seed=3, ties=True):
    random = np.random.default_rng(seed)
    sessions = np.sort(random.integers(0, 40, n))
    labels = random.random(n) < 0.4
    probability = np.clip(0.25 + 0.3 * labels + random.normal(0, 0.2, n), 0.01, 0.99)
    if ties:
        probability = probability.round(1).clip(0.05, 0.95)
    return Plays.of(labels, sessions), probability


def measured(plays, probability, number=0):
    """The measures by name, over so many draws."""
    found = metrics.measure(plays.labels, plays.sessions, probability, probability, number=number)
    return {one.metric: one for one in found}


def values(plays, probability):
    """The metrics by name."""
    return {name: one.values[0] for name, one in measured(plays, probability).items()}


def results(plays, probability, number):
    """The metrics with their intervals, by name."""
    return {name: one.result() for name, one in measured(plays, probability, number).items()}


@pytest.mark.parametrize("ties", [False, True])
def test_metrics_are_those_of_scikit_learn_also_with_ties(ties):
    scored, probability = drawn_plays(ties=ties)
    found = values(scored, probability)
    labels = scored.labels
    for name, value in {
        "roc_auc": reference.roc_auc_score(labels, probability),
        "average_precision": reference.average_precision_score(labels, probability),
        "average_precision_of_rest": reference.average_precision_score(~labels, -probability),
        "log_loss": reference.log_loss(labels, probability),
        "brier": reference.brier_score_loss(labels, probability),
        "accuracy": reference.accuracy_score(labels, probability >= 0.5),
        "f1": reference.f1_score(labels, probability >= 0.5),
    }.items():
        assert found[name] == pytest.approx(value, abs=1e-12), name


def test_a_session_that_counts_twice_is_as_if_its_plays_were_there_twice(monkeypatch):
    scored, probability = drawn_plays()
    weights = np.ones((1, scored.sessions.max() + 1))
    weights[0, 3] = 2
    weights[0, 5] = 0
    own = scored.sessions
    places = np.concatenate(
        [np.flatnonzero(own == one) for one in range(own.max() + 1) if one != 5]
        + [np.flatnonzero(own == 3)]
    )
    copies = np.where(np.arange(len(places)) < (own != 5).sum(), own[places], own.max() + 1)
    twice = Plays.of(scored.labels[places], copies)
    by_rows = values(twice, probability[places])
    monkeypatch.setattr(metrics, "draws", lambda *_: weights)
    by_weight = values(scored, probability)
    for name in ("roc_auc", "average_precision", "average_precision_of_rest", "log_loss", "ece"):
        assert by_weight[name] == pytest.approx(by_rows[name], abs=1e-12), name
    assert by_weight["maa"] == pytest.approx(by_rows["maa"], abs=1e-12)


def test_ece_is_the_mean_distance_between_said_and_was_in_fifteen_bins():
    labels = np.array([True, False, False, True])
    scored = Plays.of(labels, np.array([1, 1, 2, 2]))
    probability = np.array([0.91, 0.92, 0.1, 0.1])
    found = values(scored, probability)
    # .91 and .92 share the bin from .867 to .933: |1 - 1.83|; .1 and .1: |1 - .2|; over 4 plays.
    assert found["ece"] == pytest.approx((0.83 + 0.8) / 4)
    bins = metrics.calibration_bins(labels, probability)
    assert [(round(one["said"], 3), one["was"], one["n"]) for one in bins] == [
        (0.1, 0.5, 2),
        (0.915, 0.5, 2),
    ]


def test_a_probability_of_one_that_was_wrong_costs_a_finite_log_loss():
    scored = Plays.of(np.array([False, True]), np.array([1, 1]))
    probability = np.array([1.0, 1.0])
    found = values(scored, probability)
    assert found["log_loss"] == pytest.approx(-np.log(1e-12) / 2, rel=1e-4)


def test_ranking_metrics_of_a_session_are_the_sums_done_by_hand():
    labels = np.array([True, False, False, True, False, False])
    score = np.array([0.9, 0.8, 0.7, 0.6, 0.5, 0.4])
    found = ranking.session_values(labels, np.zeros(6, np.int64), score)
    ideal = 1 + 1 / np.log2(3)
    assert found["ndcg_at_5"][0] == pytest.approx((1 + 1 / np.log2(5)) / ideal)
    assert found["map_at_5"][0] == pytest.approx((1 / 1 + 2 / 4) / 2)
    assert found["recall_at_5"][0] == 1.0
    assert found["recall_at_10"][0] == 1.0


def test_short_sessions_and_those_without_a_completed_play_do_not_count():
    labels = np.array([True] * 4 + [False] * 6 + [True] + [False] * 4)
    sessions = np.array([0] * 4 + [1] * 6 + [2] * 5)
    found = ranking.session_values(labels, sessions, np.arange(15.0))
    assert np.isfinite(found["ndcg_at_5"]).tolist() == [False, False, True]
    with_maa = ranking.mean_average_accuracy(labels, sessions, labels)
    assert np.isnan(with_maa).all()


def test_tied_plays_gain_nothing_from_the_order_they_came_in():
    labels = np.tile([True, False, False, False, False], 400)
    sessions = np.repeat(np.arange(400), 5)
    tied = ranking.session_values(labels, sessions, np.zeros(2000))["ndcg_at_5"].mean()
    random = ranking.random_values(labels, sessions)["ndcg_at_5"].mean()
    assert tied == pytest.approx(random, abs=0.03)
    assert tied < 0.7


def test_the_random_order_is_the_mean_of_many_shuffles():
    random = np.random.default_rng(4)
    sessions = np.sort(random.integers(0, 30, 300))
    labels = random.random(300) < 0.35
    sums = dict.fromkeys(ranking.random_values(labels, sessions), 0.0)
    for _ in range(400):
        shuffled = ranking.session_values(labels, sessions, random.random(300))
        coin = ranking.mean_average_accuracy(labels, sessions, random.random(300) < 0.5)
        for name, values in {**shuffled, "maa": coin}.items():
            sums[name] += np.nanmean(values) / 400
    for name, values in ranking.random_values(labels, sessions).items():
        assert sums[name] == pytest.approx(np.nanmean(values), abs=0.012), name


def test_maa_counts_right_predictions_more_the_earlier_they_are():
    labels = np.ones(10, bool)
    said = np.array([True] * 5 + [False] * 5)
    early = ranking.mean_average_accuracy(labels, np.zeros(10, np.int64), said)[0]
    late = ranking.mean_average_accuracy(labels, np.zeros(10, np.int64), said[::-1])[0]
    assert early == pytest.approx(0.5)
    assert late == pytest.approx(sum(k / (5 + k) for k in range(1, 6)) / 10)


def test_intervals_resample_whole_sessions_and_are_equal_for_equal_seeds():
    scored, probability = drawn_plays()
    sessions = int(scored.sessions.max()) + 1
    drawn = draws(sessions, 200)
    assert (drawn[1:].sum(axis=1) == sessions).all()
    found = results(scored, probability, 200)
    assert found["roc_auc"].low < found["roc_auc"].value < found["roc_auc"].high
    draws.cache_clear()
    assert np.array_equal(drawn, draws(sessions, 200))


def test_copies_of_one_session_tell_no_more_than_the_session():
    scored, probability = drawn_plays(n=60)
    one = Plays.of(scored.labels, np.zeros(60, np.int64))
    auc = results(one, probability, 50)["roc_auc"]
    assert auc.low == auc.high == pytest.approx(auc.value)


def test_a_model_differs_from_itself_by_nothing_in_every_draw():
    scored, probability = drawn_plays()
    own = list(measured(scored, probability, 50).values())
    for one in differences(own, own, "itself"):
        found = one.result()
        assert (found.value, found.low, found.high) in ((0.0, 0.0, 0.0), (None, None, None)), one


def test_right_probabilities_have_the_ece_that_chance_gives_them():
    random = np.random.default_rng(2)
    probability = random.random(4000)
    scored = Plays.of(random.random(4000) < probability, np.arange(4000) // 8)
    found = values(scored, probability)
    assert found["ece"] == pytest.approx(found["ece_if_calibrated"], abs=0.006)
    off = np.clip(probability + 0.1, 0, 1)
    assert values(scored, off)["ece"] > 0.06


def test_the_interval_of_ece_is_around_it_although_every_resample_is_further_off():
    random = np.random.default_rng(2)
    probability = random.random(2000)
    scored = Plays.of(random.random(2000) < probability, np.arange(2000) // 8)
    ece = measured(scored, probability, 200)["ece"]
    assert ece.values[1:].mean() > ece.values[0]
    found = ece.result()
    assert 0 <= found.low < found.value < found.high


def test_without_a_play_nothing_is_defined_and_nothing_fails():
    scored = Plays.of(np.zeros(0, bool), np.zeros(0, np.int64))
    found = results(scored, np.zeros(0), 0)
    assert {one.value for one in found.values()} <= {None, 0.0}


@pytest.mark.parametrize("label", [True, False])
def test_where_all_plays_ended_alike_no_order_is_better_than_another(label):
    scored = Plays.of(np.full(40, label), np.repeat(np.arange(4), 10))
    said = np.linspace(0.1, 0.9, 40)
    found = results(scored, said, 500)
    for name in ("roc_auc", "average_precision", "average_precision_of_rest"):
        assert (found[name].value, found[name].low, found[name].high) == (None, None, None)
    assert found["log_loss"].value > 0


def auc_ignoring_ties(labels, score):
    """System B's: the rank sum with tied scores in the order they came (SYSTEMS B-B16)."""
    rank = np.empty(len(score))
    rank[np.argsort(score, kind="stable")] = np.arange(1, len(score) + 1)
    positives, negatives = int(labels.sum()), int((~labels).sum())
    return float((rank[labels].sum() - positives * (positives + 1) / 2) / (positives * negatives))


def pr_auc_by_trapezoid(labels, score):
    """System B's: the area under lines through a point a play, from (0, 1) (SYSTEMS B-B17)."""
    hits = np.cumsum(labels[np.argsort(-score, kind="stable")])
    precision = np.concatenate([[1.0], hits / np.arange(1, len(hits) + 1)])
    recall = np.concatenate([[0.0], hits / hits[-1]])
    return float(np.trapezoid(precision, recall))


def test_system_b_counted_tied_plays_in_the_order_they_came():
    labels = np.array([False, True, False, True])
    tied = np.full(4, 0.5)
    assert auc_ignoring_ties(labels, tied) == pytest.approx(0.75)
    scored = Plays.of(labels, np.zeros(4, np.int64))
    found = values(scored, tied)
    assert found["roc_auc"] == 0.5


def test_system_b_drew_lines_through_the_precision_recall_curve():
    labels = np.array([True, False, True])
    score = np.array([0.9, 0.8, 0.7])
    # (0, 1), (.5, 1), (.5, .5), (1, 2/3)
    assert pr_auc_by_trapezoid(labels, score) == pytest.approx(0.5 + 0.5 * (0.5 + 2 / 3) / 2)


@pytest.fixture(scope="module")
def published(shared_data):
    """System B's 10,000 scored plays, in its sessions: a gap of more than 30 minutes."""
    rows = pd.read_csv(shared_data / "completion" / "scored_samples.csv")
    gap = pd.to_datetime(rows["ts"]).diff().dt.total_seconds()
    scored = Plays.of(rows["target_completed"].to_numpy(bool), (gap > 1800).cumsum().to_numpy())
    probability = rows["predicted_completion_prob"].to_numpy(np.float64)
    found = values(scored, probability)
    random = metrics.measure_random_order(scored.labels, scored.sessions, number=0)
    return scored, found, {one.metric: one.values[0] for one in random}


def test_metrics_of_system_bs_published_plays_are_those_of_h6(published):
    scored, found, _ = published
    assert scored.sessions.max() + 1 == 455
    assert found["roc_auc"] == pytest.approx(0.8695, abs=5e-5)
    assert found["average_precision"] == pytest.approx(0.8351, abs=5e-5)
    assert found["log_loss"] == pytest.approx(0.4526, abs=5e-5)
    assert found["accuracy"] == pytest.approx(0.7884, abs=5e-5)


def test_a_random_order_of_system_bs_published_plays_is_near_what_was_measured(published):
    # Measured there with one shuffle of 328 sessions, whose standard error is about .012.
    _, found, random = published
    assert random["ndcg_at_10"] == pytest.approx(0.57, abs=0.025)
    assert random["ndcg_at_5"] == pytest.approx(0.51, abs=0.025)
    assert found["ndcg_at_10"] > random["ndcg_at_10"] + 0.2
