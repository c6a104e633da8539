from __future__ import annotations

import datetime as dt
import json

import choices
import duckdb
import pandas as pd
import pytest
from scoring import CALENDAR, NOW, learn, one_of, rows_of
from test_end_to_end import sotw, write_history

from sotw.errors import SotwError
from sotw.learning.evaluate import evaluate, store_evaluation
from sotw.predictors.week_favorite.predictor import PREDICTOR

ONE_PEER = ("logistic_regression_in_week",)


def test_every_model_and_baseline_is_measured_both_ways_on_the_same_weeks():
    con = choices.load(choices.weeks(n=40))
    found = evaluate(con, PREDICTOR, CALENDAR, now=NOW, models=ONE_PEER)
    assert one_of(con, "select count(*) from ml.metrics") == 0
    store_evaluation(con, PREDICTOR, found, CALENDAR)
    stored = pd.DataFrame(rows_of(con, "from ml.metrics where metric = 'hit_at_1'"))
    assert set(stored["run_id"]) == {found.run_id}
    models = {"conditional_logit", *ONE_PEER}
    models |= {"most_plays", "most_fri_sat_plays", "most_plays_first_heard", "plays_prev_4w"}
    for split, weeks in (("rolling", 24), ("test", 9)):
        own = stored[stored["split"] == split]
        assert set(own["model"]) == models
        assert set(own["n"]) == {weeks}
    assert sum(band["n"] for band in found.calibration if band["split"] == "rolling") == 24
    assert one_of(con, "select count(*) from ml.predictions") == 0
    assert one_of(con, "select count(*) from ml.ledger") == 0
    digest = one_of(con, "select data_sha256 from ml.runs")
    assert len(digest) == 64
    con.execute("update marts.training_week_favorite set week_plays = week_plays + 1")
    other = evaluate(con, PREDICTOR, CALENDAR, now=NOW, models=ONE_PEER)
    assert other.data_sha256 != found.data_sha256
    splits = json.loads(one_of(con, "select splits from ml.runs"))
    assert splits["listener 1, calendar"]["rolling"]["n"] == 24


def test_several_listeners_are_pooled_and_one_may_be_chosen():
    frame = pd.concat([choices.weeks(n=30, listener_id=one) for one in (1, 2)], ignore_index=True)
    con = choices.load(frame)
    found = evaluate(con, PREDICTOR, CALENDAR, now=NOW, models=ONE_PEER)
    assert {row["listener_id"] for row in found.metrics} == {1, 2, None}
    later = NOW + dt.timedelta(hours=1)
    one = evaluate(con, PREDICTOR, CALENDAR, now=later, models=ONE_PEER, listener="listener 2")
    assert {row["listener_id"] for row in one.metrics} == {2}


def test_too_few_weeks_and_unknown_models_are_said():
    con = choices.load(
        pd.concat([choices.weeks(n=30), choices.weeks(n=8, listener_id=2)], ignore_index=True)
    )
    found = evaluate(con, PREDICTOR, CALENDAR, now=NOW, models=ONE_PEER)
    assert [line.split(":")[0] for line in found.skipped] == ["listener 2, calendar"]
    with pytest.raises(SotwError, match="no model is called 'nothing'; there is conditional_logit"):
        evaluate(con, PREDICTOR, CALENDAR, now=NOW, models=["nothing"])
    with pytest.raises(SotwError, match=r"no listener is called 'x'; there is listener 1, list"):
        evaluate(con, PREDICTOR, CALENDAR, now=NOW, models=ONE_PEER, listener="x")
    with pytest.raises(SotwError, match=r"nothing can be measured(.|\n)*7 labelled weeks"):
        evaluate(con, PREDICTOR, CALENDAR, now=NOW, models=ONE_PEER, listener="listener 2")


def test_every_listed_model_can_be_learned():
    rows = choices.weeks(n=30).assign(is_label=lambda one: one["is_week_favorite"])
    for name in PREDICTOR.traits.models:
        learned = learn(name, rows.iloc[:300], rows.iloc[300:])
        assert learned.final.score(rows).shape == (450,)


@pytest.mark.slow
def test_the_command_prints_tables_differences_and_calibration(tmp_path):
    write_history(tmp_path / "exports", weeks=26)
    sotw(tmp_path, "ingest", tmp_path / "exports")
    sotw(tmp_path, "build")
    con = duckdb.connect(str(tmp_path / "sotw.duckdb"), read_only=True)
    built = con.execute("select distinct cutoff_policy from marts.training_week_favorite")
    assert built.fetchall() == [("decision",)]  # there are picks
    con.close()
    said = sotw(tmp_path, "evaluate", "--both", "--model", *ONE_PEER)
    assert "cut-off 'calendar'" in said
    assert "cut-off 'decision'" in said
    for words in ("rolling: the last 60 %", "Hit@5", "NLL", "conditional_logit over …"):
        assert words in said
    assert "How often the first song was right" in said
    sotw(tmp_path, "train")
    page = sotw(tmp_path, "report", "week_favorite", "--out", tmp_path / "page")
    assert "week_favorite.html" in page
    assert (tmp_path / "page" / "week_favorite.html").stat().st_size > 100_000
