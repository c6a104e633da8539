from __future__ import annotations

from functools import partial

import choices
import numpy as np
import pandas as pd
import pytest

from sotw.errors import SotwError
from sotw.learning import compare
from sotw.learning.metrics import winner
from sotw.predictors.week_favorite import boosting
from sotw.predictors.week_favorite.models import learn


def labelled(n=50, **kwargs):
    rows = choices.weeks(n=n, **kwargs)
    return rows.assign(is_label=rows["is_week_favorite"])


def weeks_of(rows):
    return sorted(rows["week_ending"].unique())


DEFAULT = {"conditional_logit": partial(learn, "conditional_logit")}


def test_rolling_scores_the_last_sixty_percent_and_each_week_once():
    rows = labelled()
    measured, scored = compare.rolling(rows, weeks_of(rows), DEFAULT)
    assert measured == weeks_of(rows)[20:]
    found = scored["conditional_logit"]
    assert len(found) == 30 * 15
    assert found.groupby("week_ending")["share"].sum().to_numpy() == pytest.approx(1.0)


def test_no_week_of_the_future_moves_a_rolling_score():
    rows = labelled()
    weeks = weeks_of(rows)
    wild = rows.copy()
    wild.loc[wild["week_ending"] >= weeks[32], ["week_plays", "prior_plays"]] = 99
    _, before = compare.rolling(rows, weeks, DEFAULT)
    _, after = compare.rolling(wild, weeks, DEFAULT)
    early = before["conditional_logit"]["week_ending"] < weeks[32]
    kept = [one["conditional_logit"].loc[early, "score"].to_numpy() for one in (before, after)]
    assert early.sum() == 12 * 15
    assert (kept[0] == kept[1]).all()


def test_too_few_weeks_for_rolling_are_refused_with_advice():
    rows = labelled(n=9)
    with pytest.raises(SotwError, match=r"9 labelled weeks.*sotw pick"):
        compare.rolling(rows, weeks_of(rows), DEFAULT)


def measured(rows, names=("conditional_logit", "logistic_regression")):
    train, test = rows.iloc[: 15 * 30], rows.iloc[15 * 30 :]
    found = {}
    for name in names:
        learned = learn(name, train, test)
        found[name] = compare.scored(test, learned.first, learned.threshold)
    key = {"listener_id": 1, "cutoff_policy": "calendar", "label_kind": "pick"}
    return compare.Measured(key, "ana", weeks_of(test), found)


def test_a_difference_is_the_mean_over_the_same_weeks():
    one = measured(labelled())
    found = {
        (row["model"], row["metric"]): row["value"] for row in compare.metric_rows([one], "test")
    }
    for metric in ("hit_at_1", "hit_at_3", "mrr"):
        own = found["conditional_logit", metric]
        assert found["conditional_logit", f"{metric}_over_most_plays"] == pytest.approx(
            own - found["most_plays", metric]
        )
        other = found["logistic_regression", f"{metric}_over_conditional_logit"]
        assert other == pytest.approx(found["logistic_regression", metric] - own)


def test_the_loss_and_the_winners_share_are_those_of_the_shares():
    one = measured(labelled())
    rows = one.scored["conditional_logit"]
    found = {
        row["metric"]: row
        for row in compare.metric_rows([one], "test")
        if row["model"] == "conditional_logit"
    }
    assert found["nll"]["value"] == pytest.approx(
        -np.log(rows.loc[rows["is_label"], "share"]).mean()
    )
    top = rows.groupby("week_ending")["share"].max()
    assert found["winner_share"]["value"] == pytest.approx(top.mean())
    assert found["winner_share"]["n"] == 20


def test_calibration_counts_each_week_once_in_the_band_of_its_winner():
    rows = measured(labelled()).scored["conditional_logit"]
    bands = compare.calibration(rows, (0.0, 0.3, 0.6, 1.01))
    assert sum(one["n"] for one in bands) == 20
    winners = rows[winner.rank_candidates(rows) == 1]
    for one in bands:
        own = winners[winners["share"].between(one["low"], one["high"], inclusive="left")]
        assert one["right_share"] == pytest.approx(own["is_label"].mean())
        assert one["right_low"] <= one["right_share"] <= one["right_high"]


@pytest.mark.parametrize("name", boosting.MODELS)
def test_boosting_learns_a_planted_rule_and_needs_no_order_of_rows(name):
    rows, later = labelled(n=80), labelled(n=80, seed=2)
    learned = boosting.learn(name, rows.iloc[: 15 * 60], rows.iloc[15 * 60 :])
    scores = learned.final.score(later)
    order = np.random.default_rng(0).permutation(len(later))
    assert learned.final.score(later.iloc[order]) == pytest.approx(scores[order], abs=1e-5)
    found = compare.scored(later, learned.final, None)
    weeks = pd.DataFrame({"listener_id": 1, "week_ending": weeks_of(later)})
    assert winner.week_values(found, weeks)["hit_at_1"].mean() > 0.35


def test_boosting_without_its_library_names_the_extra(monkeypatch):
    monkeypatch.setattr(boosting, "is_installed", lambda: False)
    boosting.require(["conditional_logit"])
    with pytest.raises(SotwError, match=r"xgboost.*EXTRAS=boost"):
        boosting.require(["conditional_logit", "xgboost"])
