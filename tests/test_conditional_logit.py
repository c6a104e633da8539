from __future__ import annotations

import choices
import numpy as np
import pandas as pd
import pytest
from scoring import learn

from sotw.learning.encoding import Groups, week_scores
from sotw.predictors.week_favorite.conditional_logit import Choices, fit
from sotw.predictors.week_favorite.models import FEATURES, ConditionalLogit


def drawn(truth, n=400, candidates=12, seed=0):
    """Weeks whose winner is drawn by a softmax with known coefficients."""
    random = np.random.default_rng(seed)
    x = random.normal(size=(n, candidates, len(truth)))
    utility = x @ truth + random.gumbel(size=(n, candidates))
    chosen = utility.argmax(axis=1) + candidates * np.arange(n)
    starts = candidates * np.arange(n)
    return Choices(x.reshape(n * candidates, -1), starts, chosen)


def loss_of(choices_, coefficients, prior, strength):
    """The definition, a week at a time."""
    total = 0.0
    stops = np.append(choices_.starts[1:], len(choices_.x))
    for start, stop, chosen in zip(choices_.starts, stops, choices_.chosen, strict=True):
        scores = choices_.x[start:stop] @ coefficients
        total += np.log(np.exp(scores).sum()) - choices_.x[chosen] @ coefficients
    return total + strength / 2 * ((coefficients - prior) ** 2).sum()


def test_a_known_rule_is_found_again():
    truth = np.array([1.5, -0.7, 0.0])
    found, has_converged = fit(drawn(truth, n=3000), np.zeros(3), 0.01)
    assert has_converged
    assert found == pytest.approx(truth, abs=0.1)


@pytest.mark.parametrize("strength", [0.1, 10.0])
def test_no_step_away_from_the_answer_has_less_loss(strength):
    sample, prior = drawn(np.array([1.0, -1.0]), n=50), np.array([0.3, 0.2])
    found, _ = fit(sample, prior, strength)
    least = loss_of(sample, found, prior, strength)
    for step in np.random.default_rng(1).normal(scale=1e-3, size=(50, 2)):
        assert loss_of(sample, found + step, prior, strength) > least


def test_the_start_does_not_matter():
    sample = drawn(np.array([1.0, -1.0, 0.5]), n=80)
    here, _ = fit(sample, np.zeros(3), 1.0)
    there, _ = fit(sample, np.zeros(3), 1.0, np.array([5.0, 5.0, -5.0]))
    assert here == pytest.approx(there, abs=1e-5)


def test_a_strong_prior_is_kept_and_own_weeks_take_over():
    sample, prior = drawn(np.array([2.0, 0.0]), n=200), np.array([-1.0, 1.0])
    away = [np.abs(fit(sample, prior, strength)[0] - prior).sum() for strength in (1e6, 100, 0.1)]
    assert away[0] < 1e-3
    assert away[0] < away[1] < away[2]
    assert fit(sample, prior, 0.1)[0] == pytest.approx([2.0, 0.0], abs=0.4)


def test_without_a_week_the_prior_is_the_answer():
    nothing = Choices(np.zeros((0, 2)), np.zeros(0, np.int64), np.zeros(0, np.int64))
    found, has_converged = fit(nothing, np.array([0.5, -0.5]), 10.0)
    assert has_converged
    assert found.tolist() == [0.5, -0.5]


def test_weeks_without_a_label_teach_nothing_and_rows_may_come_in_any_order():
    rows = choices.weeks(n=30)
    labels = rows["is_week_favorite"].to_numpy(bool)
    whole = ConditionalLogit().fit(rows, labels).coefficients
    unlabelled = choices.weeks(n=10, seed=3).assign(week_ending=pd.Timestamp("2030-01-05"))
    more = pd.concat([unlabelled, rows], ignore_index=True)
    order = np.random.default_rng(0).permutation(len(more))
    more, with_none = more.iloc[order], np.append(np.zeros(len(unlabelled), bool), labels)[order]
    assert ConditionalLogit().fit(more, with_none).coefficients == pytest.approx(whole, abs=1e-6)


def test_a_candidate_is_compared_with_its_own_week_by_the_independent_calculation():
    rows = choices.weeks(n=8)
    rows["last_play_gap_days"] = rows["last_play_gap_days"].where(rows.index % 5 > 0)
    found = pd.DataFrame(week_scores(rows, FEATURES, Groups.of(rows)), columns=FEATURES)
    for feature in ("week_plays", "last_play_gap_days", "change_1w_plays"):
        x = rows[feature].map(lambda v: np.sign(v) * np.log1p(abs(v)))
        week = x.groupby(rows["week_ending"])
        expected = ((x - week.transform("mean")) / week.transform("std", ddof=0)).fillna(0.0)
        assert found[feature].to_numpy() == pytest.approx(expected.to_numpy(), abs=1e-12)


def test_weeks_of_others_are_put_together_and_the_last_are_kept():
    first, second = drawn(np.array([1.0]), n=3, seed=1), drawn(np.array([1.0]), n=2, seed=2)
    both = first.together(second)
    assert both.starts.tolist() == [0, 12, 24, 36, 48]
    assert (both.x[both.chosen[3:]] == second.x[second.chosen]).all()
    last = both.last(2)
    assert (last.x == second.x).all()
    assert last.starts.tolist() == [0, 12]
    assert last.chosen.tolist() == second.chosen.tolist()


def test_the_strength_is_the_one_with_the_least_validation_loss():
    rows = choices.weeks(n=60)
    rows["is_label"] = rows["is_week_favorite"]
    learned = learn("conditional_logit", rows.iloc[:600], rows.iloc[600:])
    chosen, grid = (learned.hyperparameters[key] for key in ("strength", "validation_nll"))
    assert len(grid) == 6
    assert grid[f"{chosen:g}"] == min(grid.values())
    shares = np.exp(learned.first.score(rows.iloc[600:])).reshape(-1, 15)
    shares /= shares.sum(axis=1, keepdims=True)
    said = shares[rows["is_label"].iloc[600:].to_numpy().reshape(-1, 15)]
    assert -np.log(said).mean() == pytest.approx(grid[f"{chosen:g}"])
