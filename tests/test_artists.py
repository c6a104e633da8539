"""Recommendations of artists: models against their definitions, lists, reasons, a whole run."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path

import histories
import neighbourhood
import numpy as np
import pandas as pd
import pytest
from command_line import said
from typer.testing import CliRunner

from sotw import warehouse
from sotw.__main__ import app
from sotw.keys import loose_key, strict_key
from sotw.learning import train
from sotw.learning.evaluate import evaluate
from sotw.learning.metrics import lists
from sotw.pipeline.models import load_models
from sotw.predictors.artists import answer, models, people, predictor, recommend, report, survey
from sotw.predictors.artists.predictor import PREDICTOR
from sotw.render import render
from sotw.settings import ListenerSettings, Settings

DATA = Path(__file__).parents[2] / "shared" / "data" / "artists"
RATED = ("staging.stg_ratings", "core.fct_neighbour_tags")
LEDGER = ("core.dim_tracks", "core.dim_weeks", "core.fct_week_labels")
NEEDED = ("marts.training_artists", "core.dim_artists", "core.fct_artist_tags")


@pytest.fixture(scope="module")
def con():
    """A warehouse of sixty neighbours and a listener of jazz."""
    settings = Settings(listeners={"ana": ListenerSettings("UTC", 6)})
    history = histories.History(neighbourhood.raw(), settings, neighbourhood.AS_OF)
    every = {model.name: model for model in load_models()}
    wanted, waiting = set(), [*NEEDED, *RATED, *LEDGER]
    while waiting:
        name = waiting.pop()
        if name in every and name not in wanted:
            wanted.add(name)
            waiting += every[name].parents
    found = histories.built(history, [one for one in every.values() if one.name in wanted])
    found.execute("select 1").fetchall()  # the last audit's answer was not read to its end
    yield found
    found.close()


@pytest.fixture(scope="module")
def world(con):
    return predictor.known_world(con)


@pytest.fixture(scope="module")
def rows(con):
    return predictor.all_pairs(con)


@pytest.fixture(scope="module")
def block(rows):
    return predictor.masked(rows, 42)


@pytest.fixture(scope="module")
def fitted(block, world):
    return recommend.Recommender(block.train.rows, world, recommend.BY_KNOWN).prepare()


def test_the_listener_and_the_neighbours_stand_in_one_mart_and_stay_apart(rows):
    assert rows["person"].nunique() == 61
    own = rows[rows["listener_id"] == 1]
    assert set(own["person"]) == {"listener 1"}
    assert own["plays"].tolist() == sorted(range(1, 10), reverse=True)
    assert (own["decayed_plays"] < own["plays"]).all()
    assert rows[rows["listener_id"].isna()]["first_heard_at"].isna().all()


def test_of_everybody_with_five_artists_a_fifth_is_held_out_each_by_an_own_draw(rows, block):
    test = block.test.rows
    pairs = ["person", "artist_id"]
    parts = [block.train.rows, block.validation.rows, test[~test["is_given"]]]
    together = pd.concat([part[pairs] for part in parts])
    assert len(together) == len(rows) == len(together.drop_duplicates())
    sizes = rows.groupby("person").size()
    assert (test[~test["is_given"]].groupby("person").size() == (sizes * 0.2).round()).all()
    positions = rows.groupby("person").cumcount()
    held = predictor.held_out(rows, 42)
    places = {tuple(positions[held & (rows["person"] == one)]) for one in sizes.index}
    assert len(places) > 50
    assert (predictor.held_out(rows, 42) == held).all()
    assert (predictor.held_out(rows, 43) != held).any()


def test_what_a_person_said_of_a_held_out_artist_is_not_known(block, world):
    known = set(zip(block.train.rows["person"], block.train.rows["artist_id"], strict=True))
    table, names = people.tag_counts(block.train.rows, world)
    tags = world.tags
    left = [
        (one.tag_key, one.artist)
        for one in tags.itertuples()
        if (one.person, one.artist_id) in known
    ]
    assert table.sum() == len([one for one in left if one[0] in names])
    assert table.sum() < len(tags)


@pytest.mark.parametrize(("diagonal", "tags"), [(0.0, 0.0), (0.3, 0.0), (0.8, 0.15)])
def test_the_dual_form_is_the_primal_one(block, world, diagonal, tags):
    model = models.Ease(ridge=5.0, diagonal=diagonal, tags=tags)
    model.fit(block.train.rows, world)
    table = people.weights(block.train.rows, world, "person").toarray().astype(float)
    told = people.idf_rows(people.tag_counts(block.train.rows, world)[0]).toarray() * tags
    both = np.vstack([table, told])
    gram = both.T @ both
    inverse = np.linalg.inv(gram + np.diag(5.0 + diagonal * np.diag(gram)))
    weight = -inverse / np.diag(inverse)
    np.fill_diagonal(weight, 0)
    known = people.weights(block.train.rows, world, "person")[:7]
    expected = known.toarray() @ weight
    is_free = known.toarray() == 0
    assert model.scores(known)[is_free] == pytest.approx(expected[is_free], abs=2e-5)


def test_the_cosine_of_sql_is_that_of_the_definition(block, world):
    table = people.weights(block.train.rows, world, "person").toarray().astype(float)
    length = np.linalg.norm(table, axis=0)
    expected = table.T @ table / (np.outer(length, length) + models.KNN["shrinkage"])
    np.fill_diagonal(expected, 0)
    model = models.ItemKnn()
    model.fit(block.train.rows, world)
    assert model.similarity.toarray() == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize("name", ["item_knn", "ease", "ease_tags", "tag_cosine", "als"])
def test_what_known_artists_add_makes_the_score(name, block, world):
    model = models.make(name)
    model.fit(block.train.rows, world)
    known = people.weights(block.train.rows, world, "person", model.power)[[3]]
    free = np.flatnonzero(known.toarray()[0] == 0)
    parts = model.parts(known, free)
    assert parts.shape == (known.nnz, len(free))
    assert parts.sum(axis=0) == pytest.approx(model.scores(known)[0, free], abs=2e-4)


def test_nothing_known_is_recommended_and_a_list_ends_where_nothing_is_left(fitted, block, world):
    test = block.test.rows
    best = fitted.best(test)
    assert best.shape == (len(test), recommend.PLACES)
    given = set(
        zip(
            test["case"][test["is_given"]],
            world.columns(test["artist_id"])[test["is_given"]],
            strict=True,
        )
    )
    named = {
        (case, artist)
        for case, one in zip(test["case"], best, strict=True)
        for artist in one
        if artist >= 0
    }
    assert named
    assert not named & given
    assert people.top(np.array([1.0, -np.inf, 3.0, 3.0]), 5).tolist() == [2, 3, 0, -1, -1]


def test_nobody_s_taste_is_what_most_people_play(fitted, rows):
    found = answer.answer(fitted, answer.liking([]), 3)
    counted = rows[rows.index.isin(fitted.rows.index)].groupby("artist_id").size()
    assert [one.people for one in found] == sorted(counted, reverse=True)[:3]
    assert found[0].because == ()


def test_lists_are_measured_as_by_hand():
    hits = np.zeros((2, 20), dtype=bool)
    hits[0, [0, 2]] = True
    hits[1, 15] = True
    found = lists.list_values(hits, np.array([2, 1]))
    ideal = 1 + 1 / np.log2(3)
    assert found["ndcg_at_10"] == pytest.approx([(1 + 0.5) / ideal, 0])
    assert found["map_at_10"] == pytest.approx([(1 + 2 / 3) / 2, 0])
    assert found["precision_at_10"] == pytest.approx([0.2, 0])
    assert found["recall_at_20"] == pytest.approx([1, 1])
    assert found["ndcg_at_20"][1] == pytest.approx(1 / np.log2(17))


def test_lists_are_measured_beyond_what_is_right():
    ranked = np.array([[0, 1], [0, -1]])
    genres = (np.array([[1.0, 0.0], [0.5, 0.5]]), np.array([[1, 0], [0, 1]], dtype=np.float32))
    measures = lists.beyond_accuracy(ranked, np.array([2.0, 4.0]), np.array([4.0, 1.0]), 8, genres)
    found = {one.metric: one.values[0] for one in measures}
    assert found["novelty_bits_at_10"] == pytest.approx((2 + 1) / 2)  # (1 + 3) / 2 bits, and 1
    assert found["popularity_lift_at_10"] == pytest.approx((2.5 / 2 - 1 + 0) / 2)
    assert found["coverage_at_10"] == 1
    first = np.log(1 / (0.99 * 0.5 + 0.01))
    second = 0.5 * np.log(0.5 / (0.99 + 0.005)) + 0.5 * np.log(0.5 / 0.005)
    assert found["miscalibration_at_10"] == pytest.approx((first + second) / 2)


@pytest.fixture(scope="module")
def run(con):
    return train.train(con, PREDICTOR, Settings(), now=neighbourhood.AS_OF)


def test_a_run_recommends_the_listeners_own_taste_with_reasons_that_add_up(con, run):
    assert run.trained[0].model == "blend"
    found = warehouse.rows(
        con,
        "select predictions.*, artist_name from ml.predictions inner join core.dim_artists "
        "using (artist_id) where predictor = 'artists' order by rank",
    )
    assert {row["listener_id"] for row in found} == {1}
    assert len(found) == len(predictor.known_world(con).artists) - 9
    assert {row["artist_name"] for row in found[:3]} == {"Jazz 9", "Jazz 10", "Jazz 11"}
    told = warehouse.rows(con, "from ml.contributions where predictor = 'artists'")
    for row in found[: predictor.EXPLAINED]:
        own = [one for one in told if one["artist_id"] == row["artist_id"]]
        assert sum(one["contribution"] for one in own) == pytest.approx(row["score"], abs=1e-3)
        assert {recommend.LEVEL, recommend.OTHERS} <= {one["feature"] for one in own}
    metrics = {
        (row["model"], row["metric"]): row
        for row in warehouse.rows(con, "from ml.metrics where predictor = 'artists'")
    }
    assert {row["split"] for row in metrics.values()} == {"masked"}
    assert metrics["blend", "ndcg_at_10"]["is_default"]
    assert metrics["blend", "ndcg_at_10"]["value"] > metrics["popularity", "ndcg_at_10"]["value"]
    assert metrics["blend", "ndcg_at_10_over_popularity"]["low"] > 0
    assert metrics["als", "ndcg_at_10"]["n"] == 61
    [stored] = warehouse.rows(con, "from ml.artifacts where model = 'blend'")
    assert json.loads(stored["content"])["ease_tags"] == models.EASE_TAGS


def test_an_evaluation_draws_three_splits_and_knows_few(con):
    found = evaluate(con, PREDICTOR, Settings(), now=neighbourhood.AS_OF, models=["item_knn"])
    cohorts = {row["cohort"] for row in found.metrics if row["split"] == "masked"}
    assert cohorts == {"all", "seed 43", "seed 44"}
    cold = {row["metric"] for row in found.metrics if row["split"] == "cold_start"}
    assert {f"ndcg_at_10_knowing_{n}" for n in (1, 3, 5, 10)} <= cold


def test_the_page_says_why_where_and_how_good_and_what_is_missing(con, run, tmp_path, monkeypatch):
    pytest.importorskip("altair")
    monkeypatch.setattr("sotw.report.page._library", str)  # the plots are looked at as data
    path = report.write_report(con, tmp_path, listener="ana", form="html")
    text = path.read_text(encoding="utf-8")
    assert "Jazz 9" in text
    assert "most of all because of Jazz" in text
    assert "12 recommended, 9 known" in text
    assert "NDCG@10 is largest with" in text
    assert "sotw evaluate artists" in text
    assert "No catalogue says how they sound." in text
    alone = report.write_report(con, tmp_path, listener="nobody", form="html")
    assert "Nothing is recommended yet." in alone.read_text(encoding="utf-8")


def test_a_log_is_cut_and_nothing_after_the_cut_is_known(rows, world):
    block = predictor.temporal(rows, world.months)
    assert set(block.train.rows["listener_id"].isna()) == {True}
    test, log = block.test.rows, world.months
    assert len(block.test.groups) == test["case"].nunique() > 1
    first, last = log["month_number"].min(), log["month_number"].max()
    for _, case in test.groupby("case"):
        share = float(case["person"].iloc[0].split(", ")[1].strip("%")) / 100
        cut = first + round(share * (last - first + 1))
        starts = log.groupby("artist_id")["month_number"].min()
        assert (starts[case["artist_id"][case["is_given"]]] < cut).all()
        assert (starts[case["artist_id"][~case["is_given"]]] >= cut).all()
        before = log[log["month_number"] < cut]["plays"].sum()
        assert case["plays"][case["is_given"]].sum() == before
    assert predictor.temporal(rows, world.months[:0]) is None


def test_without_others_there_is_nothing_to_learn_from(con, world):
    task = PREDICTOR.tasks(con, Settings(), None)[0]
    con.execute("create temp table others as from marts.training_artists")
    con.execute("delete from marts.training_artists where listener_id is null")
    try:
        with pytest.raises(predictor.SotwError, match="1 people with plays, 20 are needed"):
            PREDICTOR.rows(con, task)
    finally:
        con.execute("insert into marts.training_artists from others where listener_id is null")


def test_a_recommendation_says_what_it_comes_from(fitted, con):
    made = recommend.Recommender(predictor.all_pairs(con), fitted.world, recommend.BY_KNOWN)
    own = answer.of_listener(con, 1).artists
    found = answer.answer(made, own, 3)
    assert {one.artist for one in found} == {"Jazz 9", "Jazz 10", "Jazz 11"}
    for one in found:
        told = sum(reason.contribution for reason in one.because)
        assert told + one.others + one.level == pytest.approx(one.score, abs=1e-4)
        assert one.tags[0] == "jazz"
        assert {reason.artist.split()[0] for reason in one.because[:2]} == {"Jazz"}
    without = answer.answer(made, own, 1, without=[found[0].artist_id])
    assert without[0].artist == found[1].artist
    recent = answer.of_listener(con, 1, is_recent=True).artists
    assert (recent["plays"] < own["plays"]).all()
    [first, *_] = answer.answer(made, answer.liking([own["artist_id"].iloc[0]]), 1)
    assert [reason.share for reason in first.because] == [pytest.approx(1.0)]
    assert answer.of_listener(con, 2).artists.empty


def test_a_survey_covers_every_taste_and_its_answers_count_by_rank(fitted):
    asked = fitted.survey(4)
    names = fitted.world.names[asked]
    assert {name.split()[0] for name in names} == {"Metal", "Jazz", "Techno", "Folk"}
    ids = fitted.world.artists[asked].tolist()
    known = survey.rated(ids)
    assert (np.log1p(known["plays"]) / np.log(2)).tolist() == pytest.approx([1.0, 0.9, 0.8, 0.7])
    found = answer.answer(fitted, known, 50, without=fitted.world.artists[fitted.survey()])
    assert not {one.artist_id for one in found} & set(ids)
    first, second = ids[:2]
    target = found[0].artist_id

    def share(order):
        own = {one.artist_id: one for one in answer.answer(fitted, survey.rated(order), 50)}
        return {one.artist: one.share for one in own[target].because}.get(names[0], 0)

    assert share([first, second]) > share([second, first])
    for wrong, message in (([], "0 artists"), (ids[:1] * 2, "rated twice"), ([*range(11)], "11")):
        with pytest.raises(predictor.SotwError, match=message):
            survey.rated(wrong)


def test_an_artist_is_found_by_its_spellings_and_else_the_nearest_are_named(con):
    def near(artist):
        keys = {"artist": strict_key(artist), "loose_artist": loose_key(artist)}
        return warehouse.rows(con, render("actions/nearest_artists.sql"), keys)

    assert near("JAZZ  3")[0]["artist_name"] == "Jazz 3"
    assert near("JAZZ  3")[0]["is_named"]
    assert not near("Jaz")[0]["is_named"]
    assert near("Jaz")[0]["artist_name"].startswith("Jazz")


def test_the_command_recommends_and_refuses_what_makes_no_sense(con, tmp_path, monkeypatch):
    path = tmp_path / "sotw.duckdb"
    monkeypatch.setattr(warehouse, "reading", lambda _: contextlib.nullcontext(con))

    def run(*words, code=0):
        done = CliRunner().invoke(app, ["recommend", "artists", *words, "--warehouse", str(path)])
        assert done.exit_code == code, (done.output, done.exception)
        return done

    text = run("--liking", "jazz 1", "Jazz 2", "--most", "2").stdout
    assert text.startswith(
        "Artists to hear next, from Jazz 1, Jazz 2 (by ease_tags + tag_cosine + als)"
    )
    assert "because of Jazz" in text
    found = json.loads(run("--json", "--most", "3", "--listener", "ana").stdout)
    assert {one["artist"] for one in found["artists"]} == {"Jazz 9", "Jazz 10", "Jazz 11"}
    assert found["models"] == "ease_tags + tag_cosine + als"
    asked = json.loads(
        CliRunner().invoke(app, ["recommend", "survey", "--json", "--warehouse", str(path)]).stdout
    )
    assert len({one["artist_id"] for one in asked}) == 10
    rated = json.loads(run("--rated", asked[0]["artist"], asked[1]["artist"], "--json").stdout)
    assert not {one["artist"] for one in rated["artists"]} & {one["artist"] for one in asked}
    assert "name artists after --liking" in said(run("Jazz 1", code=2))[1]
    assert "leave out the other" in said(run("--liking", "Jazz 1", "--recent", code=2))[1]
    assert "Nearest: " in str(run("--liking", "Jaz", code=1).exception)


@pytest.mark.slow
@pytest.mark.skipif(not DATA.exists(), reason="../shared/data is not there")
def test_on_hetrec_factors_find_what_benchmarks_say(world):
    plays = pd.read_csv(DATA / "user_artists.dat", sep="\t")
    assert (len(plays), plays["userID"].nunique(), plays["artistID"].nunique()) == (
        92_834,
        1_892,
        17_632,
    )
    rows = pd.DataFrame(
        {
            "person": "hetrec " + plays["userID"].astype(str),
            "artist_id": plays["artistID"],
            "plays": plays["weight"],
        }
    )
    ids = np.unique(plays["artistID"])
    hetrec = people.World(ids, ids.astype(object), world.tags.head(0), world.similar)
    block = predictor.masked(rows, 42)
    assert (~block.test.rows["is_given"]).sum() == 18_562
    assert len(block.test.groups) == 1_877
    both = pd.concat([block.train.rows, block.validation.rows])
    found = {}
    for name in ("popularity", "als"):
        scorer = recommend.Recommender(both, hetrec, ((0, {name: 1.0}),))
        best = scorer.best(block.test.rows)
        hits, relevant = predictor.right(block.test.rows, best, hetrec)
        found[name] = lists.list_values(hits, relevant)["ndcg_at_10"].mean()
    assert found["popularity"] == pytest.approx(0.082, abs=0.005)
    assert found["als"] == pytest.approx(0.237, abs=0.005)
