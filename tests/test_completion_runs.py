"""What a training or an evaluation of the completion of plays leaves, and its commands."""

from __future__ import annotations

import datetime as dt
import json

import completed
import histories
import pytest
from completed import rows_of, run
from typer.testing import CliRunner

from sotw import extras, warehouse
from sotw.__main__ import app
from sotw.errors import SotwError
from sotw.learning import evaluate
from sotw.learning.evaluate import store_evaluation
from sotw.pipeline.models import load_models
from sotw.predictors.completion import boosting, shown
from sotw.predictors.completion.models import DEFAULT as MODEL
from sotw.predictors.completion.models import LINEAR_DEFAULT
from sotw.predictors.completion.predictor import MART, PREDICTOR, Options
from sotw.predictors.presentation import Ask
from sotw.settings import Settings


def evaluated_by(con, **kwargs):
    return evaluate.evaluate(con, PREDICTOR, Settings(), now=completed.NOW, **kwargs)


def told(con, report):
    said = shown.trained(con, report, Ask(Settings(), None, Options()))
    return f"{said.text}\n{said.details}"


@pytest.fixture(scope="module")
def trained():
    con = completed.load(completed.plays())
    yield con, run(con)
    con.close()


# --- what a run leaves -----------------------------------------------------------------------


def test_a_run_stores_what_is_needed_to_repeat_it(trained):
    con, report = trained
    [found] = rows_of(con, "from ml.runs")
    assert (found["run_id"], found["predictor"], found["task"]) == (
        report.run_id,
        "completion",
        "pre_play",
    )
    assert found["as_of"] == completed.AS_OF
    splits = json.loads(found["splits"])["listener 1"]
    assert splits["train"]["n"] == report.trained[0].sizes[0]
    assert splits["train"]["last"] < splits["validation"]["first"] < splits["test"]["first"]
    assert splits["unknown_outcome"] == report.trained[0].about["unknown_outcome"]
    assert json.loads(found["settings"])["boosting"]["tree_method"] == "hist"
    assert {"python", "scikit-learn"} <= set(json.loads(found["versions"]))
    models = {row["model"]: row for row in rows_of(con, "from ml.models")}
    assert set(models) == {MODEL, LINEAR_DEFAULT}
    assert models[MODEL]["is_default"]
    assert models[MODEL]["task"] == "pre_play"
    assert models[MODEL]["target"] == "completed"
    stored = rows_of(con, "select distinct model from ml.parameters")
    assert stored == [{"model": LINEAR_DEFAULT}]


def test_every_play_has_its_score_under_its_key_and_part(trained):
    con, report = trained
    query = f"select count(*) from ml.predictions join {MART} using ("
    keys = "listener_id, source, reported_at, track_name_id, ordinal, track_id)"
    where = "where is_completed is not null and ml.predictions.week_ending is null"
    [(matched,)] = con.execute(f"{query}{keys} {where}").fetchall()
    assert matched == report.predictions == sum(report.trained[0].sizes)
    query = "select distinct task, target, model, rank, cutoff_policy from ml.predictions"
    assert con.execute(query).fetchall() == [("pre_play", "completed", MODEL, None, None)]
    query = "select split, count(*) as n from ml.predictions group by split"
    parts = {row["split"]: row["n"] for row in rows_of(con, query)}
    assert parts == dict(zip(("train", "validation", "test"), report.trained[0].sizes, strict=True))


def test_metrics_have_n_and_intervals_and_the_random_order_beside_them(trained):
    con, report = trained
    query = "from ml.metrics where run_id = ? and split = 'test'"
    found = {(row["model"], row["metric"]): row for row in rows_of(con, query, [report.run_id])}
    auc = found[MODEL, "roc_auc"]
    assert auc["n"] == report.trained[0].sizes[2]
    assert auc["low"] < auc["value"] < auc["high"]
    assert found["random_order", "ndcg_at_10"]["value"] < found[MODEL, "ndcg_at_10"]["value"]
    assert found["random_order", "ndcg_at_10"]["n"] == found[MODEL, "ndcg_at_10"]["n"] < 200
    difference = found["base_rate", "log_loss_over_boosting"]
    assert difference["value"] == pytest.approx(
        found["base_rate", "log_loss"]["value"] - found[MODEL, "log_loss"]["value"]
    )
    assert {row["task"] for row in found.values()} == {"pre_play"}
    assert {row["target"] for row in found.values()} == {"completed"}


def test_training_again_replaces_its_own_predictions_and_no_others():
    con = completed.load(completed.plays(n=400))
    week = "insert into ml.predictions by name select 'w' as run_id, 'week_favorite' as predictor,"
    rest = "'m' as model, 1 as listener_id, 1 as track_id, 'test' as split, 'favorite' as target,"
    con.execute(f"{week} {rest} 't' as task, 0e0 as score, .5e0 as probability")
    run(con, model=LINEAR_DEFAULT)
    run(con, model=LINEAR_DEFAULT, target="skipped_early", now=completed.NOW + dt.timedelta(1))
    again = run(con, model=LINEAR_DEFAULT, now=completed.NOW + dt.timedelta(2))
    query = "select target, count(distinct run_id), count(*) from ml.predictions group by 1"
    found = {row[0]: row[1:] for row in con.execute(query).fetchall()}
    assert found["favorite"] == (1, 1)
    assert found["completed"] == (1, again.predictions)
    assert found["skipped_early"][0] == 1
    query = "select count(*) from ml.predictions where run_id = ?"
    assert con.execute(query, [again.run_id]).fetchall() == [(again.predictions,)]


@pytest.mark.parametrize("target", ["completed_loose", "skipped_early"])
def test_every_target_can_be_learned(target):
    con = completed.load(completed.plays(n=500))
    report = run(con, target=target)
    query = "select value from ml.metrics where model = ? and split = 'test' and metric = ?"
    [(rate,)] = con.execute(query, [MODEL, "base_rate"]).fetchall()
    assert 0 < rate < 1
    assert report.trained[0].key["target"] == target
    assert con.execute("select distinct target from ml.predictions").fetchall() == [(target,)]


def test_a_listener_with_too_few_plays_is_left_out_with_the_reason():
    con = completed.load(completed.plays(n=500), completed.plays(n=30, listener_id=2))
    report = run(con, model=LINEAR_DEFAULT)
    assert [one.task for one in report.trained] == ["listener 1"]
    [line] = report.skipped
    assert line.startswith("listener 2: ")
    assert "plays say how they ended, 200 are needed" in line
    assert line in " ".join(told(con, report).split())


def test_plays_that_all_ended_alike_are_not_said_to_be_too_few():
    plays = completed.plays(n=500, unknown=0.0)
    plays["is_completed"] = True
    with pytest.raises(SotwError, match="all 500 plays that say how they ended did so alike"):
        run(completed.load(plays), model=LINEAR_DEFAULT)


def test_where_attribution_leaves_too_little_it_is_named():
    plays = completed.plays(n=500, unknown=0.0)
    plays["is_primary"] = plays["play_number"] <= 60
    with pytest.raises(SotwError, match=r"60 plays of the listener's own .*Loosen \[attribution\]"):
        run(completed.load(plays), model=LINEAR_DEFAULT)


def test_the_default_of_a_run_is_the_model_whose_scores_it_leaves():
    con = completed.load(completed.plays(n=500))
    run(con, model=LINEAR_DEFAULT)
    for name in ("metrics", "models"):
        query = f"select distinct model from ml.{name} where is_default"
        assert con.execute(query).fetchall() == [(LINEAR_DEFAULT,)]
    query = "select distinct model from ml.predictions"
    assert con.execute(query).fetchall() == [(LINEAR_DEFAULT,)]


def test_without_any_listener_to_learn_from_it_says_what_to_do():
    con = completed.load(completed.plays(n=30))
    with pytest.raises(SotwError, match=r"nothing can be trained(?s:.*)`sotw ingest FILE`"):
        run(con, model=LINEAR_DEFAULT)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"task": "in_play"}, "no task is called 'in_play'; there is pre_play, post_play"),
        ({"target": "liked"}, "no target is called 'liked'; there is completed"),
        ({"model": "forest"}, "no model is called 'forest'; there is boosting"),
    ],
)
def test_a_wrong_name_is_answered_with_the_right_ones(trained, wrong, message):
    con, _ = trained
    with pytest.raises(SotwError, match=message):
        run(con, **wrong)


def test_a_missing_library_is_named_in_one_line(trained, monkeypatch):
    con, _ = trained
    monkeypatch.setattr(extras, "lacking", lambda _: ["xgboost-cpu"])
    for work in (run, evaluated_by):
        with pytest.raises(SotwError) as caught:
            work(con)
        assert "pip install 'sotw[boost]'" in str(caught.value)
        assert "\n" not in str(caught.value)
    con = completed.load(completed.plays(n=400))
    assert run(con, model=LINEAR_DEFAULT).predictions > 0


def test_few_plays_are_scored_by_logistic_regression_unless_boosting_is_asked_for(monkeypatch):
    least = boosting.MIN_PLAYS
    short = completed.plays(n=least - 1, unknown=0)
    con = completed.load(short, completed.plays(n=least, listener_id=2, unknown=0))
    report = run(con)
    query = "select distinct listener_id, model from ml.predictions order by 1"
    assert con.execute(query).fetchall() == [(1, LINEAR_DEFAULT), (2, MODEL)]
    query = "select listener_id, model from ml.models where is_default order by 1"
    assert con.execute(query).fetchall() == [(1, LINEAR_DEFAULT), (2, MODEL)]
    assert [(one.model, "trees" in one.hyperparameters) for one in report.trained] == [
        (LINEAR_DEFAULT, False),
        (MODEL, True),
    ]
    lines = told(con, report).replace("\n", " ").split("listener ")
    first, second = (line for line in lines if "train/validation/test" in line)
    assert f"; by {LINEAR_DEFAULT}, which ranks better than {MODEL} below {least} plays" in first
    assert "ranks better" not in second
    con = completed.load(short)
    run(con, model=MODEL)
    assert con.execute("select distinct model from ml.predictions").fetchall() == [(MODEL,)]
    monkeypatch.setattr(extras, "lacking", lambda _: ["xgboost-cpu"])
    assert run(con, now=completed.NOW + dt.timedelta(1)).predictions == least - 1


def test_before_a_build_it_says_to_build(empty_warehouse):
    with pytest.raises(SotwError, match="not built yet"):
        run(empty_warehouse)


# --- evaluation ------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def evaluated():
    con = completed.load(completed.plays(n=900, others=0.2))
    models = (MODEL, LINEAR_DEFAULT, "base_rate")
    found = evaluated_by(con, models=models)
    yield con, found
    con.close()


def test_an_evaluation_measures_all_plays_and_the_listeners_own(evaluated):
    _, found = evaluated
    key = {(row["cohort"], row["split"], row["model"]) for row in found.metrics}
    assert key == {
        (cohort, split, model)
        for cohort in ("all", "primary")
        for split in ("test", "rolling")
        for model in (MODEL, LINEAR_DEFAULT, "base_rate", "random_order")
    }
    sizes = {one["cohort"]: one["rows"] for one in found.splits.values()}
    assert sizes["primary"] < sizes["all"]


def test_an_evaluation_writes_nothing_until_it_is_stored(evaluated):
    con, found = evaluated
    assert con.execute("select count(*) from ml.metrics").fetchall() == [(0,)]
    store_evaluation(con, PREDICTOR, found, Settings())
    stored = con.execute("select count(*) from ml.metrics").fetchall()
    assert stored == [(len(found.metrics),)]
    assert con.execute("select count(*) from ml.predictions").fetchall() == [(0,)]
    [one] = rows_of(con, "from ml.runs")
    assert json.loads(one["splits"])["listener 1, primary"]["test"]["n"] > 0


def test_the_table_shows_models_intervals_differences_and_the_random_order(evaluated):
    _, found = evaluated
    text = shown.evaluated(found).text
    for part in ("ROC-AUC", "ECE", "MAA", "NDCG@10", "random_order", "… minus boosting"):
        assert part in text
    assert "own sessions only" in text
    assert "pre_play: what is known when a play starts" in text
    assert shown.calibration_table(found).count("\n") > 4


def test_an_evaluation_of_a_stranger_names_who_there_is():
    con = completed.load(completed.plays(n=300))
    with pytest.raises(SotwError, match="no listener is called 'x'; there is listener 1"):
        evaluated_by(con, models=["base_rate"], listener="x")


def test_an_evaluation_refuses_a_model_there_is_not(evaluated):
    con, _ = evaluated
    with pytest.raises(SotwError, match="no model is called 'forest'"):
        evaluated_by(con, models=("forest",))


# --- the commands ----------------------------------------------------------------------------


def sotw(path, *arguments):
    return CliRunner().invoke(app, [*arguments, "--warehouse", str(path)])


@pytest.fixture(scope="module")
def warehouse_file(tmp_path_factory):
    """A built warehouse whose training mart is generated plays."""
    path = tmp_path_factory.mktemp("completion") / "sotw.duckdb"
    mart = completed.load(completed.plays(n=500)).sql(f"from {MART}").to_arrow_table()
    settings = Settings()
    with warehouse.writing(path) as con:
        histories.build_from_raw(con, load_models(), settings=settings, as_of=completed.AS_OF)
        con.register("mart", mart)
        con.execute(f"drop table {MART}; create table {MART} as from mart")
        con.execute("insert into core.dim_listeners (listener_id, listener) values (1, 'Ana')")
        con.execute("insert into raw.listeners values (1, 'Ana', false, now())")
        con.unregister("mart")
    return path


def test_the_command_trains_prints_and_leaves_scores(warehouse_file):
    found = sotw(warehouse_file, "train", "completion", "--target", "skipped_early", "-v")
    assert found.exit_code == 0, found.output
    *_, said = found.output.split("\n\n")
    assert said.startswith("You will skip within half a minute about ")
    assert "with the last 86." in said  # fewer than a hundred prove nothing
    assert "  so far   too few plays to say." in said
    assert "  next     sotw predict completion" in said
    assert "skipped_early; pre_play: what is known when a play starts" in found.output
    assert "of unknown outcome" in found.output
    assert "random_order" in found.output
    with warehouse.reading(warehouse_file) as con:
        query = "select distinct target, task from ml.predictions"
        assert con.execute(query).fetchall() == [("skipped_early", "pre_play")]


def test_the_end_is_known_to_post_play_and_the_command_says_so(warehouse_file):
    found = sotw(
        warehouse_file,
        *("train", "completion", "--task", "post_play"),
        *("--model", "logistic_regression", "--json"),
    )
    assert found.exit_code == 0, found.output
    report = json.loads(found.stdout)
    assert report["run"]["trained"][0]["key"]["task"] == "post_play"
    assert {row["task"] for row in report["metrics"]} == {"post_play"}


def test_the_command_evaluates_and_holds_no_lock_while_it_computes(warehouse_file, monkeypatch):
    lock = []
    measure = evaluate.evaluate

    def watched(*args, **kwargs):
        with warehouse.writing(warehouse_file):
            lock.append("free")
        return measure(*args, **kwargs)

    monkeypatch.setattr(evaluate, "evaluate", watched)
    found = sotw(warehouse_file, "evaluate", "completion", "--model", "base_rate")
    assert found.exit_code == 0, found.output
    assert lock == ["free"]
    assert "… minus boosting" in found.output
    with warehouse.reading(warehouse_file) as con:
        query = "select distinct split from ml.metrics where predictor = 'completion' order by 1"
        assert {"rolling", "test"} <= {row[0] for row in con.execute(query).fetchall()}
