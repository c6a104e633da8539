from __future__ import annotations

import choices
import numpy as np
import pandas as pd
import pytest
from scoring import learn, task_of

from sotw import extras
from sotw.errors import SotwError
from sotw.learning import compare
from sotw.learning.metrics import winner
from sotw.learning.metrics.ranking import ranks
from sotw.learning.protocol import Part
from sotw.learning.score import scored
from sotw.predictors.week_favorite import boosting
from sotw.predictors.week_favorite.predictor import PREDICTOR, WeekTask

WEEK = ["listener_id", "week_ending"]


def labelled(n=50, **kwargs):
    rows = choices.weeks(n=n, **kwargs)
    return rows.assign(is_label=rows["is_week_favorite"])


def weeks_of(rows):
    return sorted(rows["week_ending"].unique())


def rolled(rows):
    """The weeks that are scored, with what the default says of them."""
    task = WeekTask(name="ana", key={"listener_id": 1}, group=WEEK, weeks=tuple(weeks_of(rows)))
    blocks = [
        (block.test, {"default": (learned.final, None)})
        for block in PREDICTOR.blocks(rows, task, "rolling")
        for learned in [learn("conditional_logit", block.train.rows, block.validation.rows)]
    ]
    found = compare.measured(PREDICTOR, task, blocks, "default")
    return found.part, found.of("default")


def test_rolling_scores_the_last_sixty_percent_and_each_week_once():
    rows = labelled()
    part, said = rolled(rows)
    assert part.groups["week_ending"].tolist() == weeks_of(rows)[20:]
    assert len(part.rows) == len(said.score) == 30 * 15
    total = pd.Series(said.probability).groupby(part.rows["week_ending"].to_numpy()).sum()
    assert total.to_numpy() == pytest.approx(1.0)


def test_no_week_of_the_future_moves_a_rolling_score():
    rows = labelled()
    weeks = weeks_of(rows)
    wild = rows.copy()
    wild.loc[wild["week_ending"] >= weeks[32], ["week_plays", "prior_plays"]] = 99
    part, before = rolled(rows)
    _, after = rolled(wild)
    early = (part.rows["week_ending"] < weeks[32]).to_numpy()
    assert early.sum() == 12 * 15
    assert (before.score[early] == after.score[early]).all()


def test_too_few_weeks_for_rolling_are_refused_with_advice():
    with pytest.raises(SotwError, match=r"9 labelled weeks.*sotw pick"):
        rolled(labelled(n=9))


def measured(rows, names=("conditional_logit", "logistic_regression")):
    train, test = rows.iloc[: 15 * 30], rows.iloc[15 * 30 :]
    task = task_of(rows)
    learned = {name: learn(name, train, test) for name in (*names, *PREDICTOR.traits.baselines)}
    part = Part(test, test[WEEK].drop_duplicates())
    return compare.measured(PREDICTOR, task, [(part, compare.scorers(learned, "first"))], names[0])


def test_a_difference_is_the_mean_over_the_same_weeks():
    one = measured(labelled())
    found = {
        (row["model"], row["metric"]): row["value"]
        for row in compare.metric_rows(PREDICTOR, [one], "test")
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
    rows = one.part.rows.assign(share=one.of("conditional_logit").probability)
    found = {
        row["metric"]: row
        for row in compare.metric_rows(PREDICTOR, [one], "test")
        if row["model"] == "conditional_logit"
    }
    assert found["nll"]["value"] == pytest.approx(
        -np.log(rows.loc[rows["is_label"], "share"]).mean()
    )
    top = rows.groupby("week_ending")["share"].max()
    assert found["winner_share"]["value"] == pytest.approx(top.mean())
    assert found["winner_share"]["n"] == 20


def test_calibration_counts_each_week_once_in_the_band_of_its_winner():
    one = measured(labelled())
    said = one.of("conditional_logit")
    bands = winner.calibration(one.part, said)
    assert sum(band["n"] for band in bands) == 20
    rows = one.part.rows.assign(share=said.probability)
    winners = rows[ranks(rows, said.score, WEEK, winner.TIES) == 1]
    for band in bands:
        own = winners[winners["share"].between(band["low"], band["high"], inclusive="left")]
        assert band["right_share"] == pytest.approx(own["is_label"].mean())
        assert band["right_low"] <= band["right_share"] <= band["right_high"]


def test_the_calibration_error_is_the_mean_distance_of_its_bands():
    said = np.array([0.05, 0.05, 0.25, 0.25, 0.7])
    error = winner.calibration_error(said, np.array([False, False, True, False, True]))
    assert error.values[0] == pytest.approx((2 * 0.05 + 2 * 0.25 + 0.3) / 5)
    assert error.n == 5
    found = error.result()
    assert found.low <= found.value <= found.high
    assert found.low < found.high


@pytest.mark.parametrize("name", boosting.MODELS)
def test_boosting_learns_a_planted_rule_and_needs_no_order_of_rows(name):
    rows, later = labelled(n=80), labelled(n=80, seed=2)
    learned = learn(name, rows.iloc[: 15 * 60], rows.iloc[15 * 60 :])
    scores = learned.final.score(later)
    order = np.random.default_rng(0).permutation(len(later))
    assert learned.final.score(later.iloc[order]) == pytest.approx(scores[order], abs=1e-5)
    said = scored(later, learned.final, WEEK)
    found = winner.measure(Part(later, later[WEEK].drop_duplicates()), said)
    assert next(one.values[0] for one in found if one.metric == "hit_at_1") > 0.35


def test_boosting_without_its_library_names_the_extra(monkeypatch):
    monkeypatch.setattr(extras.importlib.util, "find_spec", lambda _: None)
    with pytest.raises(SotwError, match=r"xgboost.*EXTRAS=boost"):
        extras.require("boost", "week_favorite: xgboost")
