"""Routes of predictors: made of what each declares, the toy of the tests among them."""

from __future__ import annotations

import csv
import json
import shutil

import popular
import pytest
import serving
import toy
from typer.testing import CliRunner

from sotw import warehouse
from sotw.__main__ import app as commands
from sotw.actions import learn, load_and_build
from sotw.predictors import registry
from sotw.warehouse import inbox


@pytest.fixture(scope="module")
def trained(served, tmp_path_factory):
    """The warehouse of the other tests with the toy trained, and a service that knows it."""
    path = shutil.copy(served, tmp_path_factory.mktemp("toy") / "sotw.duckdb")
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(registry.PREDICTORS, "toy", "toy")
        with warehouse.writing(path) as con:
            for statement in toy.STATEMENTS:
                con.execute(statement)
        learn.run_train(path, serving.SETTINGS, {"toy": None})
        yield serving.client(path)


@pytest.fixture(scope="module")
def known(tmp_path_factory):
    """A service with a model of popularity."""
    folder = tmp_path_factory.mktemp("known")
    path = folder / "sotw.duckdb"
    file = popular.write(folder / "known.csv", popular.tracks(600))
    load_and_build.run_ingest(path, [file], "me", serving.SETTINGS)
    load_and_build.run_build(path, serving.SETTINGS)
    learn.run_train(path, serving.SETTINGS, {"popularity": None})
    return serving.client(path)


def rows(folder, count=5):
    """Rows as a program would send them: numbers as numbers."""
    with popular.write(folder / "new.csv", popular.tracks(count, seed=4)).open() as file:
        return [
            {name: number(cell) for name, cell in row.items() if cell != ""}
            for row in csv.DictReader(file)
        ]


def number(cell):
    try:
        return float(cell) if "." in cell else int(cell)
    except ValueError:
        return cell


def test_a_new_predictor_has_its_routes_options_and_descriptions(trained):
    paths = trained.get("/openapi.json").json()["paths"]
    assert {f"/predict/{name}" for name in registry.PREDICTORS} <= set(paths)
    assert set(paths["/predict/toy"]) == {"get", "post"}
    assert set(paths["/predict/toy/batch"]) == {"post"}
    assert "How often an artist is played next." in paths["/predict/toy"]["get"]["description"]
    asked = paths["/predict/week_favorite"]["get"]["parameters"]
    assert {one["name"] for one in asked} == {"listener", "policy", "week"}
    found = trained.get("/predict/toy?listener=ana").json()
    assert (found["predictor"], found["listener"]) == ("toy", "ana")
    assert [row["rank"] for row in found["answer"]] == list(range(1, 11))
    assert found["text"].startswith("  1. Artist ")


def test_a_prediction_is_what_the_command_says(trained):
    path = str(trained.app.state.config.warehouse)
    words = ["predict", "week_favorite", "--listener", "ana", "--week", "2024-06-10", "--json"]
    said = json.loads(CliRunner().invoke(commands, [*words, "--warehouse", path]).stdout)
    found = trained.get("/predict/week_favorite?listener=ana&week=2024-06-10").json()
    assert found["answer"]["week_ending"] == "2024-06-15"
    assert found["answer"] == said


def test_an_option_that_there_is_not_is_named(trained):
    found = trained.get("/predict/week_favorite?listener=ana&policy=never")
    assert found.status_code == 422
    assert [one["field"] for one in found.json()["errors"]] == ["policy"]
    assert trained.get("/predict/completion?listener=ana").status_code == 404


def test_what_is_predicted_for_another_is_not_told(trained):
    tokens = {"a" * 20: "ana", "b" * 20: "ben"}
    path = trained.app.state.config.warehouse
    api = serving.client(path, host="http://music.example", tokens=tokens)
    ana, ben = ({"Authorization": f"Bearer {token}"} for token in tokens)
    assert api.get("/predict/toy", headers=ana).json()["listener"] == "ana"
    assert api.get("/predict/toy?listener=ana", headers=ben).status_code == 403
    assert api.get("/predict/toy", headers=ben).status_code == 404
    assert "Band" not in api.get("/predict/week_favorite", headers=ben).text


def test_rows_are_scored_by_whom_says_how_and_one_that_is_not_is_refused(trained):
    one, two = ({"artist": name, "track": "One", "year": 2000} for name in "AB")
    alone = trained.post("/predict/toy", json=one)
    assert alone.status_code == 200, alone.text
    assert (alone.json()["model"], alone.json()["said"]) == ("the toy", {"toys": 1.0})
    found = trained.post("/predict/toy/batch", json={"items": [one, two]})
    assert found.status_code == 422
    assert found.json()["errors"] == [{"field": "items[1]", "message": "no toy"}]
    assert trained.post("/predict/completion", json=one).status_code == 405
    for body in ({"items": []}, {"items": [{}]}, {"items": [one] * 1001}, {"rows": [one]}):
        refused = trained.post("/predict/toy/batch", json=body)
        assert refused.status_code == 422
        assert refused.json()["errors"][0]["field"].startswith(("items", "rows"))
    for row in ({"a": 1}, one | {"toys": 1}, {"artist": "=1+1\n"}):
        refused = trained.post("/predict/toy", json=row)
        assert refused.status_code == 422, row
        assert refused.json()["do"]
        assert "/tmp" not in refused.text


@pytest.mark.slow
def test_rows_that_are_sent_are_scored_as_a_file_of_them(known, tmp_path):
    sent = rows(tmp_path)
    said = known.post("/predict/popularity/batch", json={"items": sent})
    assert said.status_code == 200, said.text
    output = tmp_path / "said.csv"
    words = ["score", "popularity", str(tmp_path / "new.csv"), "--output", str(output)]
    path = known.app.state.config.warehouse
    assert CliRunner().invoke(commands, [*words, "--warehouse", str(path)]).exit_code == 0
    with output.open() as file:
        by_file = [float(row["prediction"]) for row in csv.DictReader(file)]
    assert [one["prediction"] for one in said.json()["items"]] == pytest.approx(by_file)
    alone = known.post("/predict/popularity", json=sent[0]).json()
    assert alone["said"]["prediction"] == pytest.approx(by_file[0])
    assert alone["run_id"] == said.json()["run_id"]
    assert inbox.waiting(path) == 0


@pytest.mark.slow
def test_a_row_that_lacks_something_or_says_too_much_is_refused_with_its_place(known, tmp_path):
    sent = rows(tmp_path)
    sent[2]["danceability"] = 7
    found = known.post("/predict/popularity/batch", json={"items": sent})
    assert found.status_code == 422
    [error] = found.json()["errors"]
    assert error["field"] == "items[2]"
    assert "danceability" in error["message"]
