"""The report about the completion of plays: complete, true to its data, and safe to open."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET

import heard
import histories
import numpy as np
import pandas as pd
import pytest
import vl_convert
from report_pages import Page, percent, said
from typer.testing import CliRunner

from sotw.__main__ import app
from sotw.errors import SotwError
from sotw.learning.metrics.intervals import wilson
from sotw.predictors.completion import report, report_rates
from sotw.report.parts import Table

PARTS = {
    *("completion_by_hour", "artists", "platforms", "drift"),
    *("session_lengths", "session_places"),
    *("score_distribution", "calibration", "contributions", "metrics_test", "metrics_rolling"),
}


@pytest.fixture(scope="module")
def con(all_models):
    found = heard.built(heard.history(is_demo=True), all_models)
    yield found
    found.close()


@pytest.fixture(scope="module")
def page(con, tmp_path_factory):
    return Page(report.write_report(con, tmp_path_factory.mktemp("page")))


@pytest.fixture(scope="module")
def plays(con):
    """Plays of known outcome, read without any of the report's SQL."""
    query = "from core.fct_outcomes join core.fct_session_plays using (listener_id, play_number)"
    frame = con.sql(f"{query} where is_completed is not null").df()
    frame["hour"] = pd.to_datetime(frame["local_at"]).dt.hour
    frame["month"] = pd.to_datetime(frame["local_at"]).dt.strftime("%Y-%m-01")
    keys = ["listener_id", "source", "reported_at", "track_name_id", "ordinal"]
    columns = ", ".join([*keys, "probability", "split"])
    predictions = con.sql(f"select {columns} from ml.predictions").df()
    return frame.merge(predictions, on=keys)


# --- complete --------------------------------------------------------------------------------


def test_every_part_is_there_with_a_heading_a_sentence_and_a_plot(page):
    assert set(page.titles) == set(page.sentences) == PARTS
    assert all(page.titles.values())
    assert all(re.search(r"\.$", sentence) for sentence in page.sentences.values())
    assert set(page.plots) == PARTS - {"metrics_rolling"}
    assert "sotw evaluate completion" in said(page, "metrics_rolling")


def test_every_plot_compiles_and_has_data(page):
    for key, plot in page.plots.items():
        assert vl_convert.vegalite_to_vega(plot)["data"], key
        assert all(plot["datasets"].values()), key


def test_the_page_names_its_subject_and_fetches_nothing(page):
    assert page.visible.count(f"Completion of plays of {heard.LISTENER}") >= 1
    assert "Synthetic demo history" in page.visible
    assert "sotw report completion" in page.visible
    assert "Proxy label" not in page.visible
    assert not [one for one in page.attributes if one[1] in ("src", "srcset")]
    assert all(value.startswith("#") for _, name, value in page.attributes if name == "href")
    # The script of the library, our own, and the data: a name of the history is none.
    assert len(page.scripts) == 3
    assert "alert('é')" not in page.scripts[1][1] + page.scripts[2][1]


# --- true ------------------------------------------------------------------------------------


def test_hours_are_those_of_pandas_and_an_hour_without_plays_is_not_drawn(page, plays):
    wanted = plays.groupby("hour")["is_completed"].agg(["mean", "size"])
    drawn = {int(row["name"]): row for row in page.drawn("completion_by_hour", "value")}
    assert 0 < len(wanted) < 24
    assert set(drawn) == set(wanted.index)
    for hour, row in drawn.items():
        assert row["value"] == pytest.approx(wanted.loc[hour, "mean"])
        assert row["plays"] == wanted.loc[hour, "size"]
        assert row["low"] <= row["value"] <= row["high"]
    text = str(page.plots["completion_by_hour"])
    assert f"{[str(hour) for hour in range(24)]}" in text
    empty = 24 - len(wanted)
    assert f"in {empty} hours nothing was played" in said(page, "completion_by_hour")


def test_artists_and_platforms_are_named_with_n_interval_and_the_rate_of_pandas(page, con, plays):
    names = con.sql("select track_id, artist_name from core.dim_tracks").df()
    by_artist = plays.merge(names, on="track_id").groupby("artist_name")["is_completed"]
    wanted = by_artist.agg(["mean", "size"])
    best = wanted["mean"].idxmax()
    drawn = {row["name"]: row for row in page.drawn("artists", "value")}
    assert {name: row["value"] for name, row in drawn.items()} == pytest.approx(
        wanted["mean"].to_dict()
    )
    assert f"Most are completed of {best} ({percent(wanted.loc[best, 'mean'])} of " in said(
        page, "artists"
    )
    assert f"of {wanted.loc[best, 'size']:,} plays, 95 % interval " in said(page, "artists")
    platforms = plays["platform_family"].value_counts()
    assert said(page, "platforms").startswith(
        f"{percent(platforms.iloc[0] / len(plays))} of {len(plays):,} plays of known outcome were "
    )


def test_a_month_without_plays_is_a_gap_and_only_unseen_plays_have_a_prediction(page, plays):
    rows = {row["month"]: row for row in page.drawn("drift", "value")}
    wanted = plays.groupby("month").agg(rate=("is_completed", "mean"), n=("split", "size"))
    months = pd.period_range(wanted.index.min()[:7], wanted.index.max()[:7], freq="M")
    assert [str(one) + "-01" for one in months] == list(rows)
    silent = set(rows) - set(wanted.index)
    assert len(silent) == 1
    for month, row in rows.items():
        rate = None if month in silent else wanted.loc[month, "rate"]
        assert row["value"] == (rate if rate is None else pytest.approx(rate))
    tested = plays.groupby("month")["split"].agg(lambda one: (one == "test").all())
    assert {month for month, row in rows.items() if row["said"] is not None} == set(
        tested.index[tested]
    )
    assert "1 month without plays is left empty" in said(page, "drift")


def test_what_was_said_is_of_plays_the_model_was_not_fitted_on(page, plays):
    tested = plays[plays["split"] == "test"]
    drawn = page.drawn("score_distribution", "plays")
    assert sum(row["plays"] for row in drawn) == len(tested)
    done = tested.loc[tested["is_completed"].astype(bool), "probability"]
    assert sum(row["plays"] for row in drawn if row["outcome"] == "completed") == len(done)
    assert said(page, "score_distribution") == (
        f"Of {len(tested)} plays that the model was not fitted on, the median completed one "
        f"({len(done)}) was given {percent(done.median())}, the median other one "
        f"({len(tested) - len(done)}) "
        f"{percent(tested['probability'].drop(done.index).median())}: "
        "ROC-AUC 0.800 (95 % interval 0.780 to 0.820)."
    )
    bands = tested.groupby(np.minimum(tested["probability"] * 10 // 1, 9))
    points = page.drawn("calibration", "right")
    points = [row for row in points if "plays" in row]
    assert [row["plays"] for row in points] == bands.size().tolist()
    assert [row["right"] for row in points] == pytest.approx(bands["is_completed"].mean().tolist())
    assert [row["said"] for row in points] == pytest.approx(bands["probability"].mean().tolist())


def test_what_is_said_of_predictions_is_of_the_run_that_made_them(con, tmp_path):
    con.execute("begin")
    try:
        # As on a shared account: trained on the listener's own sessions, then both evaluated.
        con.execute("update ml.metrics set cohort = 'primary'")
        query = "insert into ml.metrics by name select * replace (? as run_id, ? as cohort, "
        rest = "value - 0.3 as value, low - 0.3 as low, high - 0.3 as high) from ml.metrics"
        for cohort in ("all", "primary"):
            con.execute(f"{query} {rest} where run_id = 'r1'", ["r2", cohort])
        page = Page(report.write_report(con, tmp_path))
    finally:
        con.execute("rollback")
    assert "ROC-AUC 0.800 (95 % interval 0.780 to 0.820)" in said(page, "score_distribution")
    assert "error 0.050 (95 % interval 0.030 to 0.070)" in said(page, "calibration")
    assert "'any_name' has ROC-AUC 0.500" in said(page, "metrics_test")


def test_sessions_are_counted_by_their_length_and_plays_by_their_place(page, con, plays):
    lengths = con.sql("select plays from core.fct_sessions").df()["plays"]
    drawn = {row["name"]: row["sessions"] for row in page.drawn("session_lengths", "sessions")}
    assert sum(drawn.values()) == len(lengths)
    assert drawn["2–3"] == lengths.between(2, 3).sum() > 0
    assert f"{lengths.median():,.0f} songs in the median one" in said(page, "session_lengths")
    places = {row["name"]: row for row in page.drawn("session_places", "value")}
    first = plays[plays["session_position_plays"] == 0]
    later = plays[plays["session_position_plays"].between(1, 4)]
    assert places["1"]["value"] == pytest.approx(first["is_completed"].mean())
    assert places["2–5"]["plays"] == len(later)


def test_models_whose_interval_lies_below_are_named_and_the_others_are_not(page):
    sentence = said(page, "metrics_test")
    assert "'any_name' has ROC-AUC 0.800 (95 % interval 0.780 to 0.820)" in sentence
    assert "the best other is 'close' with ROC-AUC 0.790" in sentence
    assert "The intervals of 'other' lie wholly below." in sentence


def test_the_weights_of_the_features_are_drawn_with_their_share_of_the_whole(page):
    assert said(page, "contributions").startswith(
        "first moves the log-odds of a play by 0.50 on average, second by 0.25; the 2 drawn of 2 "
        "features make 100 %"
    )


# --- intervals -------------------------------------------------------------------------------


def test_an_interval_over_sessions_is_as_wide_as_a_bootstrap_of_whole_sessions():
    random = np.random.default_rng(1)
    plays = random.integers(1, 30, 200)
    # Sessions differ: their plays are alike.
    completed = random.binomial(plays, random.beta(2, 1, 200))
    rate = completed.sum() / plays.sum()
    squares = float(((completed - rate * plays) ** 2).sum())
    low, high = report_rates.interval(rate, int(plays.sum()), 200, squares)
    drawn = random.integers(0, 200, (4000, 200))
    wanted = np.quantile(completed[drawn].sum(1) / plays[drawn].sum(1), [0.025, 0.975])
    assert (low, high) == pytest.approx(tuple(wanted), abs=0.01)
    single = wilson(int(completed.sum()), int(plays.sum()))
    assert high - low > 1.5 * (single[1] - single[0])


@pytest.mark.parametrize(("rate", "sessions"), [(1.0, 7), (0.0, 7), (0.5, 1)])
def test_where_sessions_do_not_differ_each_counts_once(rate, sessions):
    found = report_rates.interval(rate, 500, sessions, 0.0)
    assert found == report_rates._wilson(rate, sessions)
    if (rate * sessions).is_integer():
        assert found == pytest.approx(wilson(int(rate * sessions), sessions))


def rate(name, completed, plays, *, spread=0.05, sessions=20):
    share = completed / plays
    return report_rates.Rate(
        name, plays, completed, sessions, share, share - spread, share + spread, None
    )


def test_extremes_say_whether_the_intervals_overlap_and_leave_out_what_is_too_few():
    few = rate("few", 9, 9)
    near, far, last = rate("a", 60, 100), rate("b", 55, 100), rate("c", 20, 100)
    assert "overlap" in report_rates.extremes([few, near, far], "on ")
    assert report_rates.extremes([few, far, near], "on ").startswith("Most are completed on a (60")
    assert report_rates.extremes([near, last], "").endswith("do not overlap")
    assert "do not" not in report_rates.extremes([near, far], "")
    assert report_rates.extremes([few, near], "").startswith("Fewer than two have 30 plays")
    # What is drawn and not compared is named: it may be the highest column of the plot.
    assert report_rates.extremes([few, near, last], "").endswith(
        "; 1 with fewer than 30 plays or 5 sessions is drawn pale and not compared"
    )
    assert [one.row()["few"] for one in (few, near)] == [True, False]


def test_the_highest_hour_and_platform_of_a_few_plays_are_pale_and_said_to_be_left_out(
    con, tmp_path
):
    con.execute("begin")
    try:
        # One session at an hour and on a player that have no other, all completed.
        con.execute(
            "update core.fct_outcomes set local_at = local_at + interval 4 hours "
            "where play_number % 2 = 0"
        )
        con.execute(
            "update core.fct_outcomes set platform_family = 'toaster', is_completed = true, "
            "local_at = date_trunc('day', local_at) + interval 9 hours where play_number < 4"
        )
        page = Page(report.write_report(con, tmp_path))
    finally:
        con.execute("rollback")
    for key, name in (("completion_by_hour", "9"), ("platforms", "toaster")):
        drawn = {row["name"]: row for row in page.drawn(key, "value")}
        assert drawn[name]["value"] == max(row["value"] for row in drawn.values()) == 1
        assert drawn[name]["few"]
        assert "datum.few" in str(page.plots[key])
        assert "drawn pale and not compared" in said(page, key)
        assert f"Most are completed {name}" not in said(page, key)


def test_hours_and_days_are_by_the_clock_that_the_page_names(con, tmp_path):
    con.execute("begin")
    try:
        con.execute("update core.dim_listeners set time_zone = 'Asia/Tokyo'")
        con.execute("update core.fct_outcomes set local_at = local_at + interval 9 hours")
        page = Page(report.write_report(con, tmp_path))
        query = "select min(local_at), max(local_at) from core.fct_outcomes"
        [(first, last)] = con.execute(query).fetchall()
    finally:
        con.execute("rollback")
    assert page.titles["completion_by_hour"].endswith("(Asia/Tokyo)")
    assert f"{first:%Y-%m-%d} to {last:%Y-%m-%d} by the clock of Asia/Tokyo" in page.visible


# --- Markdown --------------------------------------------------------------------------------


def test_markdown_has_the_same_sentences_with_a_picture_for_every_plot(con, page, tmp_path):
    path = report.write_report(con, tmp_path, form="md")
    text = path.read_text(encoding="utf-8")
    assert path.name == "completion.md"
    pictures = re.findall(r"!\[.+\]\((completion_plots/(\w+)\.svg)\)", text)
    assert {key for _, key in pictures} == set(page.plots)
    for file, _ in pictures:
        root = ET.fromstring((tmp_path / file).read_text(encoding="utf-8"))
        assert root.tag.endswith("svg")
    plain = " ".join(re.sub(r"\\(.)", r"\1", text).split())
    for key in PARTS - {"metrics_rolling"}:
        assert said(page, key) in plain.replace("\u00a0", " "), key
    # Nothing of a name is markup.
    assert text.startswith("# Completion of plays of me\\</script\\>\\<b\\>\\&\n")
    assert not re.search(r"(?<!\\)<", text)
    assert "| platform | plays | share |" in text


def test_a_cell_of_a_markdown_table_cannot_end_it():
    from sotw.report import page as report_page

    table = Table(("a", "b"), (("x|y", "1\n[2, 3]"),))
    assert report_page._table(table) == ["| a | b |", "| :-- | --: |", r"| x\|y | 1 \[2, 3\] |"]


# --- what is missing -------------------------------------------------------------------------


def test_without_a_model_the_plays_are_shown_and_the_rest_says_what_to_do(all_models, tmp_path):
    con = heard.built(heard.history(), all_models, is_scored=False)
    page = Page(report.write_report(con, tmp_path))
    con.close()
    lacking = {"score_distribution", "calibration", "contributions", "metrics_test"}
    assert set(page.plots) == PARTS - lacking - {"metrics_rolling"}
    for key in lacking:
        assert "sotw train completion" in said(page, key)
    assert "No month of plays that the model was not fitted on is scored." in said(page, "drift")


def test_errors_say_what_to_do(con, empty_warehouse, all_models, tmp_path):
    with pytest.raises(SotwError, match="not built yet"):
        report.write_report(empty_warehouse, tmp_path)
    with pytest.raises(SotwError, match="no listener is called 'stranger'"):
        report.write_report(con, tmp_path, listener="stranger")
    with pytest.raises(SotwError, match="cannot be written as 'pdf'; there is html, md"):
        report.write_report(con, tmp_path, form="pdf")
    drawn = histories.listening(2, listeners=1, weeks=4)
    starts = [row | {"reason_end": None, "ms_played": None} for row in drawn.raw["plays"]]
    other = histories.built(
        histories.History(drawn.raw | {"plays": starts}, drawn.settings, drawn.as_of), all_models
    )
    with pytest.raises(SotwError, match="no play says how it ended"):
        report.write_report(other, tmp_path)
    other.close()


def test_the_command_writes_either_form(con, tmp_path):
    file = tmp_path / "w.duckdb"
    con.execute(f"attach '{file}' as copied (storage_version 'v1.0.0')")
    [(name,)] = con.execute("select current_database()").fetchall()
    con.execute(f"copy from database {name} to copied")
    con.execute("detach copied")
    out = tmp_path / "out"
    words = ["report", "completion", "--out", str(out), "--warehouse", str(file)]
    done = CliRunner().invoke(app, [*words, "--format", "md"])
    assert done.exit_code == 0, done.output
    assert f"Written: {out / 'completion.md'}" in done.stdout.replace("\n", "")
    refused = CliRunner().invoke(app, [*words, "--policy", "calendar"])
    assert refused.exit_code == 2
    assert "No such option: --policy" in refused.output
