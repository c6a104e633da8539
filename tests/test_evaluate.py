from __future__ import annotations

import datetime as dt
import math

import numpy as np
import pandas as pd
import pytest
from sklearn import metrics as sklearn_metrics

from sotw.errors import SotwError
from sotw.learning.metrics import winner
from sotw.learning.metrics.intervals import SEED, differences, draws, mean_of, ranked, wilson
from sotw.learning.metrics.ranking import ranks
from sotw.learning.protocol import Part, Scored
from sotw.predictors.week_favorite.predictor import PREDICTOR, WeekTask

WEEK = ["listener_id", "week_ending"]


def saturdays(n):
    return [dt.date(2024, 1, 6) + dt.timedelta(7 * week) for week in range(n)]


def ranked_by(text):
    """Rows and weeks from lines of: week | track | score | plays | label."""
    rows = [[cell.strip() for cell in line.split("|")] for line in text.strip().splitlines()]
    frame = pd.DataFrame(
        rows, columns=["week_ending", "track_id", "score", "week_plays", "is_label"]
    )
    frame["listener_id"] = 1
    frame[["track_id", "week_plays"]] = frame[["track_id", "week_plays"]].astype(int)
    frame["score"] = frame["score"].astype(float)
    frame["is_label"] = frame["is_label"] == "x"
    return frame, frame[WEEK].drop_duplicates()


def by_name(rows, weeks, **said):
    """The metrics by name, with their intervals."""
    scored = Scored(rows["score"].to_numpy(), **said)
    return {one.metric: one.result() for one in winner.measure(Part(rows, weeks), scored)}


def divided(n, split):
    """The weeks of each block's parts."""
    weeks = tuple(pd.to_datetime(saturdays(n)))
    rows = pd.DataFrame({"listener_id": 1, "week_ending": weeks})
    task = WeekTask(name="ana", key={"listener_id": 1}, weeks=weeks)
    return [
        [[at.date() for at in part.groups["week_ending"]] for part in parts]
        for parts in ((b.train, b.validation, b.test) for b in PREDICTOR.blocks(rows, task, split))
    ]


@pytest.mark.parametrize(
    ("n", "sizes"), [(5, (3, 1, 1)), (9, (5, 1, 3)), (10, (6, 2, 2)), (255, (153, 51, 51))]
)
def test_a_split_is_60_20_20_and_the_rest_is_for_the_test(n, sizes):
    [parts] = divided(n, "test")
    assert tuple(map(len, parts)) == sizes
    assert [week for part in parts for week in part] == saturdays(n)


def test_four_weeks_are_too_few_to_divide_and_nine_for_rolling():
    assert [len(part) for part in divided(4, "test")[0]] == [4, 0, 0]
    with pytest.raises(SotwError, match="9 labelled weeks, a rolling evaluation needs 10"):
        divided(9, "rolling")


def test_rolling_blocks_expand_over_the_last_60_percent_and_leave_no_week_out():
    blocks = divided(52, "rolling")
    assert len(blocks) == 5
    assert [week for _, _, block in blocks for week in block] == saturdays(52)[20:]
    for train, validation, block in blocks:
        assert train + validation == [week for week in saturdays(52) if week < block[0]]
        assert len(train) == math.ceil(0.75 * len(train + validation))


def test_ties_go_to_more_plays_and_then_to_the_smaller_track():
    rows, _ = ranked_by("""
        2024-01-06 | 9 | .5 | 3 |
        2024-01-06 | 4 | .5 | 3 |
        2024-01-06 | 7 | .5 | 8 |
        2024-01-06 | 1 | .6 | 1 |
    """)
    assert ranks(rows, rows["score"], WEEK, winner.TIES).tolist() == [4, 3, 2, 1]


def test_hits_and_reciprocal_ranks_are_those_counted_by_hand():
    # Ranks of the label by week: 1, 3, none of the candidates.
    rows, weeks = ranked_by("""
        2024-01-06 | 1 | .9 | 1 | x
        2024-01-06 | 2 | .5 | 1 |
        2024-01-13 | 1 | .9 | 1 |
        2024-01-13 | 2 | .8 | 1 |
        2024-01-13 | 3 | .1 | 1 | x
        2024-01-20 | 1 | .9 | 1 |
    """)
    found = by_name(rows, weeks)
    assert found["hit_at_1"].value == pytest.approx(1 / 3)
    assert found["hit_at_3"].value == pytest.approx(2 / 3)
    assert found["mrr"].value == pytest.approx((1 + 1 / 3 + 0) / 3)
    assert found["ndcg_at_10"].value == pytest.approx((1 + 1 / math.log2(4) + 0) / 3)
    assert found["coverage"].value == pytest.approx(2 / 3)
    assert {found[name].n for name in ("hit_at_1", "mrr", "coverage")} == {3}
    assert found["roc_auc"].n == 6


def test_a_labelled_week_without_any_candidate_is_a_miss():
    rows, weeks = ranked_by("2024-01-06 | 1 | .9 | 1 | x")
    silent = pd.DataFrame({"listener_id": [1], "week_ending": ["2024-01-13"]})
    found = by_name(rows, pd.concat([weeks, silent]))
    assert (found["hit_at_1"].value, found["hit_at_1"].n) == (0.5, 2)


def test_another_listeners_equal_week_is_another_week():
    rows, weeks = ranked_by("""
        2024-01-06 | 1 | .9 | 1 |
        2024-01-06 | 2 | .5 | 1 | x
    """)
    both = pd.concat([rows, rows.assign(listener_id=2, score=-rows["score"])])
    units = pd.concat([weeks, weeks.assign(listener_id=2)])
    assert winner.label_ranks(Part(both, units), both["score"]).tolist() == [2.0, 1.0]


@pytest.mark.parametrize("is_both_ways", [False, True])
@pytest.mark.parametrize("seed", range(5))
def test_auc_and_average_precision_equal_those_of_scikit_learn_with_ties(seed, is_both_ways):
    random = np.random.default_rng(seed)
    labels = random.random(400) < 0.1
    scores = random.integers(0, 30, 400).astype(float) + labels
    groups = random.integers(0, 9, 400)
    drawn = draws(9, 5)
    found = ranked(labels, groups, scores, drawn, is_both_ways=is_both_ways)
    for place, counts in enumerate(drawn):
        weight = counts[groups]
        expected = {
            "roc_auc": sklearn_metrics.roc_auc_score(labels, scores, sample_weight=weight),
            "average_precision": sklearn_metrics.average_precision_score(
                labels, scores, sample_weight=weight
            ),
        }
        if is_both_ways:
            expected["average_precision_of_rest"] = sklearn_metrics.average_precision_score(
                ~labels, -scores, sample_weight=weight
            )
        assert {name: one[place] for name, one in found.items()} == pytest.approx(
            expected, abs=1e-12
        )


def test_precision_recall_and_f1_equal_those_of_scikit_learn():
    random = np.random.default_rng(1)
    rows, weeks = ranked_weeks(random)
    chosen = rows["score"].to_numpy() >= 6
    found = by_name(rows, weeks, is_chosen=chosen)
    expected = sklearn_metrics.precision_recall_fscore_support(
        rows["is_label"], chosen, average="binary"
    )
    values = [found[name].value for name in ("precision", "recall", "f1")]
    assert values == pytest.approx(expected[:3])


def test_metrics_that_are_not_defined_are_null_and_not_a_number():
    rows, weeks = ranked_by("""
        2024-01-06 | 1 | .9 | 1 |
        2024-01-06 | 2 | .5 | 1 |
    """)
    found = by_name(rows, weeks, is_chosen=np.ones(2, bool))
    assert found["roc_auc"].value is None
    assert found["pr_auc"].low is None
    assert (found["precision"].value, found["recall"].value, found["f1"].value) == (0, 0, 0)
    nothing = by_name(rows.head(0), weeks.head(0))
    assert (nothing["mrr"].value, nothing["mrr"].low, nothing["mrr"].n) == (None, None, 0)


def test_the_wilson_interval_is_the_published_one():
    # SYSTEMS A.9: 19 of 49 gives .264-.528, 33 of 49 gives .534-.788.
    assert wilson(19, 49) == pytest.approx((0.264, 0.528), abs=5e-4)
    assert wilson(33, 49) == pytest.approx((0.534, 0.788), abs=5e-4)
    assert wilson(0, 0) == (0.0, 1.0)


def test_the_bootstrap_repeats_itself_and_covers_the_mean():
    values = np.random.default_rng(0).random(80)
    found = mean_of("m", values, 1000).result()
    assert found == mean_of("m", values, 1000).result()
    assert found.low < found.value < found.high
    assert found.value == pytest.approx(values.mean())
    spread = 2 * 1.96 * values.std() / math.sqrt(80)
    assert found.high - found.low == pytest.approx(spread, rel=0.15)


def test_a_paired_difference_is_surer_than_two_separate_means():
    random = np.random.default_rng(0)
    hard = random.random(100)

    def compared(first, second):
        own, other = (mean_of("m", one, 1000) for one in (first, second))
        [found] = differences([own], [other], "x")
        return found.result()

    found = compared(hard + 0.05, hard)
    assert found.metric == "m_over_x"
    assert (found.value, found.low, found.high) == pytest.approx((0.05, 0.05, 0.05))
    found = compared(hard, random.random(100))
    assert found.low < found.value < found.high


def ranked_weeks(random, n=12):
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
    return rows, rows[WEEK].drop_duplicates()


def test_intervals_of_row_metrics_are_those_of_weeks_drawn_one_by_one(monkeypatch):
    monkeypatch.setattr(winner, "DRAWS", 60)
    n = 12
    rows, weeks = ranked_weeks(np.random.default_rng(3), n)
    chosen = (rows["score"] >= 8).to_numpy()
    found = by_name(rows, weeks, is_chosen=chosen)
    again = np.random.default_rng(SEED)
    counts = again.multinomial(n, np.full(n, 1 / n), size=winner.DRAWS)
    drawn = []
    for count in counts:
        weight = np.repeat(count, 8)
        sample = (rows["is_label"], rows["score"])
        drawn.append(
            (
                sklearn_metrics.roc_auc_score(*sample, sample_weight=weight),
                sklearn_metrics.average_precision_score(*sample, sample_weight=weight),
                sklearn_metrics.f1_score(rows["is_label"], chosen, sample_weight=weight),
            )
        )
    expected = np.quantile(np.array(drawn), [0.025, 0.975], axis=0)
    for position, name in enumerate(("roc_auc", "pr_auc", "f1")):
        low_high = (found[name].low, found[name].high)
        assert low_high == pytest.approx(expected[:, position], abs=1e-9), name
