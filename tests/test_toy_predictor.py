"""A new predictor is one file, one mart and one line: everything else knows it then."""

from __future__ import annotations

import datetime as dt
import importlib.util
import json
import shutil

import histories
import pytest
import toy
from command_line import said
from typer.testing import CliRunner

from sotw import warehouse
from sotw.__main__ import app
from sotw.pipeline.models import load_models
from sotw.predictors import registry


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """A warehouse of three weeks of plays that has the toy's mart."""
    path = tmp_path_factory.mktemp("toy") / "sotw.duckdb"
    history = histories.listening(1, listeners=1, weeks=3)
    with warehouse.writing(path) as con:
        histories.load(con, history.raw)
        histories.build_from_raw(con, load_models(), settings=history.settings, as_of=history.as_of)
        for statement in toy.STATEMENTS:
            con.execute(statement)
    return path


@pytest.fixture
def sotw(built, tmp_path, monkeypatch):
    """A command on a copy of it; the toy is one line of the registry."""
    monkeypatch.setitem(registry.PREDICTORS, "toy", "toy")
    path = tmp_path / "sotw.duckdb"
    shutil.copyfile(built, path)

    def run(*words, code=0):
        done = CliRunner().invoke(app, [*words, "--warehouse", str(path)])
        assert done.exit_code == code, (done.output, done.exception)
        return done.stdout if code == 0 else said(done)[1]

    run.path = path
    return run


def rows_of(sotw, query):
    with warehouse.reading(sotw.path) as con:
        return warehouse.rows(con, query)


def test_it_is_trained_alone_and_with_all_others_and_they_say_why_they_were_not(sotw):
    alone = json.loads(sotw("train", "toy", "--measure", "next_days", "--json"))
    assert alone["run"]["trained"][0]["key"]["target"] == "next_days"
    assert alone["run"]["predictions"] == alone["run"]["ledger"] + 20 == 30
    text = sotw("train")
    assert "Left out: completion: nothing can be trained" in text
    assert text.index("ana: 10/10/10 train") < text.index("the week ending")
    assert "ana: 10/10/10 train/validation/test; by line" in text
    every = json.loads(sotw("train", "--json"))
    assert set(every) == {"toy", "week_favorite", "left_out"}
    assert set(every["left_out"]) == {"completion", "artists", "popularity", "taste"}
    refused = sotw("train", "toy", "--measure", "x", code=2)
    assert "'x' is not one of" in refused
    assert "'next_days'" in refused


def test_its_numbers_bounds_reasons_and_names_are_in_ml(sotw):
    sotw("train", "toy")
    best, *_ = found = rows_of(sotw, "from ml.predictions order by rank")
    assert len(found) == 30
    assert (best["task"], best["target"], best["model"]) == ("grouped", "next_plays", "line")
    assert best["artist_id"] % 7 == 6
    assert (best["track_id"], best["week_ending"], best["probability"]) == (None, None, None)
    assert best["low"] < best["value"] == best["score"] < best["high"]
    told = rows_of(sotw, f"from ml.contributions where artist_id = {best['artist_id']}")
    assert {row["feature"] for row in told} == {"(intercept)", "plays"}
    assert sum(row["contribution"] for row in told) == pytest.approx(best["score"])
    first, *_ = rows_of(sotw, "from ml.ledger order by rank")
    assert first["listener"] == "listener 1"
    assert first["artist_name"] == f"Artist {best['artist_id'] - 1000}"
    assert (first["value"], first["is_backfill"]) == (best["value"], False)
    [model] = rows_of(sotw, "from ml.models where predictor = 'toy'")
    assert model["link"] == "identity"
    metrics = {
        (row["model"], row["metric"], row["split"]) for row in rows_of(sotw, "from ml.metrics")
    }
    assert metrics == {
        ("line", "mae", "validation"),
        ("line", "mae", "test"),
        ("as_before", "mae", "validation"),
        ("as_before", "mae", "test"),
        ("as_before", "mae_over_line", "validation"),
        ("as_before", "mae_over_line", "test"),
    }


def test_it_is_evaluated_predicted_and_reported(sotw, tmp_path):
    found = json.loads(sotw("evaluate", "toy", "--json"))
    assert {row["metric"] for row in found["metrics"]} == {"mae", "mae_over_line"}
    lines = sotw("evaluate", "toy", "--model", "as_before").splitlines()
    head = next(at for at, one in enumerate(lines) if one.startswith("… over line"))
    assert lines[head + 2].startswith("as_before  ")
    assert (
        "nothing is predicted yet"
        in CliRunner()
        .invoke(app, ["predict", "toy", "--warehouse", str(sotw.path)])
        .exception.args[0]
    )
    sotw("train", "toy")
    assert sotw("predict", "toy").startswith("  1. Artist ")
    assert json.loads(sotw("predict", "toy", "--json"))[0]["rank"] == 1
    if importlib.util.find_spec("altair"):
        sotw("report", "toy", "--output", str(tmp_path / "page"))
        assert "as_before" in (tmp_path / "page" / "toy.html").read_text()


def test_help_doctor_and_freshness_know_it(sotw):
    done = CliRunner().invoke(app, ["train", "--help"])
    assert "How often an artist is played next." in done.output
    assert "No model is trained yet" in sotw("doctor")
    sotw("train", "toy")
    text = sotw("doctor")
    assert "toy: play more." in text
    assert "newer than the last training" not in text
    with warehouse.writing(sotw.path) as con:
        con.execute("update ml.builds set built_at = ?", [dt.datetime(2100, 1, 1)])
    assert "newer than the last training of toy: run `sotw train toy`" in sotw("doctor")


def test_files_are_scored_by_whom_says_how(sotw, tmp_path):
    refused = sotw("score", "completion", "x.csv", "--output", "y.csv", code=2)
    assert "toy" in refused
    (tmp_path / "new.csv").write_text("artist,track,year\nA,One,2000\nB,Two,2001\n")
    sotw("train", "toy")
    output = tmp_path / "said.csv"
    text = sotw("score", "toy", str(tmp_path / "new.csv"), "--output", str(output), code=3)
    assert output.read_text().splitlines() == [
        "artist,track,year,toys,not_scored",
        "A,One,2000,1,",
        "B,Two,2001,,no toy",
    ]
    assert (tmp_path / "said.toy.txt").read_text() == "2 rows"
    assert "1 of 2 rows of new.csv are scored by the model of the toy" in text
    assert "Not scored: line 3: no toy" in text
