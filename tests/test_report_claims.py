"""What the page of the weekly favourite claims of a few weeks: nothing, and it says how few."""

from __future__ import annotations

import re

import histories
import pytest
from report_pages import Page, history, said, trained

from sotw.predictors.week_favorite import report
from sotw.predictors.week_favorite.report_favorites import LIFTS, _lift_sentence
from sotw.report.parts import MIN_WEEKS, claimed

OF_FEW = {
    *("weekly_favorite_rate", "favorite_vs_other", "weekly_plays_favorite_vs_other"),
    *("weekday_shares", "correlations", "metrics_test", "differences_test"),
    *(f"lift_{feature}" for feature in LIFTS),
}


@pytest.fixture(scope="module")
def page(all_models, tmp_path_factory):
    """Of a listener who named the favourites of two weeks."""
    con = histories.built(history(), all_models)
    trained(con, all_models, "pick")
    complete = "select week_ending from core.dim_weeks where is_complete"
    weeks = f"from core.fct_week_labels where week_ending in ({complete}) and label_kind = 'pick'"
    two = f"select week_ending {weeks} order by week_ending limit 2"
    con.execute(f"delete from core.fct_week_labels where week_ending not in ({two})")
    con.execute("update ml.metrics set n = 2")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sotw.predictors.week_favorite.predictor.MIN_PICKED_WEEKS", 2)
        yield Page(report.write_report(con, tmp_path_factory.mktemp("page")))
    con.close()


def test_of_two_weeks_nothing_is_claimed_and_n_is_said(page):
    for key in OF_FEW:
        assert re.fullmatch(
            r"n = [012] (week|favourite)s?: with fewer than 10 nothing is claimed\.",
            said(page, key),
        ), (key, said(page, key))
    assert "labelled weeks were of the week's favourite" in said(page, "favorite_share")


def test_of_ten_weeks_something_is_claimed():
    assert claimed("So it is.", MIN_WEEKS) == "So it is."
    assert claimed("So it is.", 1) == "n = 1 week: with fewer than 10 nothing is claimed."


def test_a_bin_of_a_few_candidates_is_never_named():
    rows = [
        {"name": name, "lift": lift, "favourites": 3, "candidates": count}
        for name, lift, count in (("1", 9.0, 4), ("2", 0.5, 29))
    ]
    assert _lift_sentence(None, "week_plays", rows) == (
        "No bin has 30 candidates, so none is named."
    )
