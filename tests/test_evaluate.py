from __future__ import annotations

import datetime as dt
import math

import numpy as np
import pandas as pd
import pytest
from sklearn import metrics as sklearn_metrics

from sotw.errors import SotwError
from sotw.learning.metrics import winner


def saturdays(n):
    return [dt.date(2024, 1, 6) + dt.timedelta(7 * week) for week in range(n)]


def ranked(text):
    """Rows and weeks from lines of: week | track | score | plays | label."""
    rows = [[cell.strip() for cell in line.split("|")] for line in text.strip().splitlines()]
    frame = pd.DataFrame(
        rows, columns=["week_ending", "track_id", "score", "week_plays", "is_label"]
    )
    frame["listener_id"] = 1
    frame[["track_id", "week_plays"]] = frame[["track_id", "week_plays"]].astype(int)
    frame["score"] = frame["score"].astype(float)
    frame["is_label"] = frame["is_label"] == "x"
    return frame, frame[winner.WEEK].drop_duplicates()


def by_name(found):
    return {one.metric: one for one in found}


@pytest.mark.parametrize(
    ("n", "sizes"), [(5, (3, 1, 1)), (9, (5, 1, 3)), (10, (6, 2, 2)), (255, (153, 51, 51))]
)
def test_a_split_is_60_20_20_and_the_rest_is_for_the_test(n, sizes):
    split = winner.split_weeks(saturdays(n))
    assert (len(split.train), len(split.validation), len(split.test)) == sizes
    assert [*split.train, *split.validation, *split.test] == saturdays(n)


def test_a_split_does_not_depend_on_order_or_repetition():
    some = saturdays(12)
    assert winner.split_weeks([*reversed(some), *some]) == winner.split_weeks(some)


def test_four_weeks_are_too_few_and_the_message_says_how_many_are_needed():
    with pytest.raises(SotwError, match="4 labelled weeks, a split needs 5"):
        winner.split_weeks(saturdays(4))


def test_rolling_blocks_expand_over_the_last_60_percent_and_leave_no_week_out():
    blocks = winner.rolling_blocks(saturdays(52))
    assert len(blocks) == 5
    assert [week for _, block in blocks for week in block] == saturdays(52)[20:]
    for before, block in blocks:
        assert list(before) == [week for week in saturdays(52) if week < block[0]]


def test_ties_go_to_more_plays_and_then_to_the_smaller_track():
    rows, _ = ranked("""
        2024-01-06 | 9 | .5 | 3 |
        2024-01-06 | 4 | .5 | 3 |
        2024-01-06 | 7 | .5 | 8 |
        2024-01-06 | 1 | .6 | 1 |
    """)
    assert winner.rank_candidates(rows).tolist() == [4, 3, 2, 1]


def test_hits_and_reciprocal_ranks_are_those_counted_by_hand():
    # Ranks of the label by week: 1, 3, none of the candidates.
    rows, weeks = ranked("""
        2024-01-06 | 1 | .9 | 1 | x
        2024-01-06 | 2 | .5 | 1 |
        2024-01-13 | 1 | .9 | 1 |
        2024-01-13 | 2 | .8 | 1 |
        2024-01-13 | 3 | .1 | 1 | x
        2024-01-20 | 1 | .9 | 1 |
    """)
    found = by_name(winner.evaluate(rows, weeks))
    assert found["hit_at_1"].value == pytest.approx(1 / 3)
    assert found["hit_at_3"].value == pytest.approx(2 / 3)
    assert found["mrr"].value == pytest.approx((1 + 1 / 3 + 0) / 3)
    assert found["ndcg_at_10"].value == pytest.approx((1 + 1 / math.log2(4) + 0) / 3)
    assert found["coverage"].value == pytest.approx(2 / 3)
    assert {found[name].n for name in ("hit_at_1", "mrr", "coverage")} == {3}
    assert found["roc_auc"].n == 6


def test_a_labelled_week_without_any_candidate_is_a_miss():
    rows, weeks = ranked("2024-01-06 | 1 | .9 | 1 | x")
    silent = pd.DataFrame({"listener_id": [1], "week_ending": ["2024-01-13"]})
    found = by_name(winner.evaluate(rows, pd.concat([weeks, silent])))
    assert (found["hit_at_1"].value, found["hit_at_1"].n) == (0.5, 2)


def test_another_listeners_equal_week_is_another_week():
    rows, weeks = ranked("""
        2024-01-06 | 1 | .9 | 1 |
        2024-01-06 | 2 | .5 | 1 | x
    """)
    both = pd.concat([rows, rows.assign(listener_id=2, score=-rows["score"])])
    units = pd.concat([weeks, weeks.assign(listener_id=2)])
    assert winner.label_ranks(both, units).tolist() == [2.0, 1.0]


@pytest.mark.parametrize("seed", range(5))
def test_auc_and_average_precision_equal_those_of_scikit_learn_with_ties(seed):
    random = np.random.default_rng(seed)
    labels = random.random(400) < 0.1
    scores = random.integers(0, 30, 400).astype(float) + labels
    assert winner.roc_auc(labels, scores) == pytest.approx(
        sklearn_metrics.roc_auc_score(labels, scores), abs=1e-12
    )
    assert winner.average_precision(labels, scores) == pytest.approx(
        sklearn_metrics.average_precision_score(labels, scores), abs=1e-12
    )
    chosen = scores >= 20
    expected = sklearn_metrics.precision_recall_fscore_support(labels, chosen, average="binary")
    assert winner.precision_recall_f1(labels, chosen) == pytest.approx(expected[:3])


def test_metrics_that_are_not_defined_are_null_and_not_a_number():
    rows, weeks = ranked("""
        2024-01-06 | 1 | .9 | 1 |
        2024-01-06 | 2 | .5 | 1 |
    """)
    found = by_name(winner.evaluate(rows.assign(is_chosen=True), weeks))
    assert found["roc_auc"].value is None
    assert found["pr_auc"].low is None
    assert (found["precision"].value, found["recall"].value, found["f1"].value) == (0, 0, 0)
    nothing = by_name(winner.evaluate(rows.head(0), weeks.head(0)))
    assert (nothing["mrr"].value, nothing["mrr"].low, nothing["mrr"].n) == (None, None, 0)


def test_the_wilson_interval_is_the_published_one():
    # SYSTEMS A.9: 19 of 49 gives .264-.528, 33 of 49 gives .534-.788.
    assert winner.wilson(19, 49) == pytest.approx((0.264, 0.528), abs=5e-4)
    assert winner.wilson(33, 49) == pytest.approx((0.534, 0.788), abs=5e-4)
    assert winner.wilson(0, 0) == (0.0, 1.0)


def test_the_bootstrap_repeats_itself_and_covers_the_mean():
    values = np.random.default_rng(0).random(80)
    low, high = winner.bootstrap_mean(values)
    assert (low, high) == winner.bootstrap_mean(values)
    assert low < values.mean() < high
    spread = 2 * 1.96 * values.std() / math.sqrt(80)
    assert high - low == pytest.approx(spread, rel=0.15)


def test_a_paired_difference_is_surer_than_two_separate_means():
    random = np.random.default_rng(0)
    hard = random.random(100)
    difference, low, high = winner.paired_bootstrap(hard + 0.05, hard)
    assert (difference, low, high) == pytest.approx((0.05, 0.05, 0.05))
    difference, low, high = winner.paired_bootstrap(hard, random.random(100))
    assert low < difference < high


def test_intervals_of_row_metrics_are_those_of_weeks_drawn_one_by_one(monkeypatch):
    monkeypatch.setattr(winner, "DRAWS", 60)
    random = np.random.default_rng(3)
    n = 12
    rows = pd.DataFrame(
        {
            "listener_id": 1,
            "week_ending": np.repeat(saturdays(n), 8),
            "track_id": np.tile(np.arange(8), n),
            "week_plays": 1,
            "score": random.integers(0, 9, n * 8).astype(float),
            "is_label": np.tile(np.arange(8) == 0, n),
        }
    )
    rows.loc[rows["is_label"], "score"] += 2
    rows["is_chosen"] = rows["score"] >= 8
    weeks = rows[winner.WEEK].drop_duplicates()
    found = by_name(winner.evaluate(rows, weeks))
    again = np.random.default_rng(winner.SEED)
    counts = again.multinomial(n, np.full(n, 1 / n), size=winner.DRAWS)
    drawn = []
    for count in counts:
        weight = np.repeat(count, 8)
        sample = (rows["is_label"], rows["score"])
        drawn.append(
            (
                sklearn_metrics.roc_auc_score(*sample, sample_weight=weight),
                sklearn_metrics.average_precision_score(*sample, sample_weight=weight),
                sklearn_metrics.f1_score(rows["is_label"], rows["is_chosen"], sample_weight=weight),
            )
        )
    expected = np.quantile(np.array(drawn), [0.025, 0.975], axis=0)
    for position, name in enumerate(("roc_auc", "pr_auc", "f1")):
        low_high = (found[name].low, found[name].high)
        assert low_high == pytest.approx(expected[:, position], abs=1e-9), name
