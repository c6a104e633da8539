"""The survey of artists, its answers, and the recommender that a training leaves."""

from __future__ import annotations

import json
import shutil

import histories
import neighbourhood
import numpy as np
import pytest
from command_line import said
from typer.testing import CliRunner

from sotw import warehouse
from sotw.__main__ import app
from sotw.actions import forget
from sotw.actions.learn import train
from sotw.errors import SotwError
from sotw.pipeline.models import load_models
from sotw.predictors.artists import answer, stored, survey
from sotw.settings import ListenerSettings, Settings

SETTINGS = Settings(listeners={"ana": ListenerSettings("UTC", 6)})


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """Sixty neighbours and a listener of jazz, built and trained."""
    pytest.importorskip("implicit")
    path = tmp_path_factory.mktemp("artists") / "sotw.duckdb"
    with warehouse.writing(path) as con:
        histories.load(con, neighbourhood.raw())
        histories.build_from_raw(con, load_models(), settings=SETTINGS, as_of=neighbourhood.AS_OF)
        train(con, SETTINGS, {"artists": None})
    return path


@pytest.fixture
def sotw(built, tmp_path):
    path = tmp_path / "sotw.duckdb"
    shutil.copyfile(built, path)

    def run(*words, code=0, listener="ana"):
        line = ["recommend", *words, "--warehouse", str(path)]
        done = CliRunner().invoke(app, [*line, *(["--listener", listener] if listener else [])])
        if code == 0:
            assert done.exit_code == 0, (done.output, done.exception)
            return done.stdout
        return str(done.exception) if done.exception else said(done)[1]

    run.path = path
    return run


def test_what_was_fitted_answers_the_same_from_its_matrices_to_the_last_digit(built):
    with warehouse.reading(built) as con:
        fitted, own = answer.fitted(con), answer.of_listener(con, 1).artists
        kept = fitted.prepare().stored()
        arrays, text = kept.arrays(), json.loads(kept.content)
        again = stored.of_arrays(arrays, fitted.world.names, text["mixes"])
        assert again.rows.empty
        assert again.mixes == fitted.mixes
        for known in (own, own.head(1), answer.liking([])):
            assert answer.answer(again, known, 20) == answer.answer(fitted, known, 20)
        assert survey.artists(again) == survey.artists(fitted)


def test_what_a_training_left_is_what_answers(built):
    with warehouse.reading(built) as con:
        made, own = answer.prepared(con), answer.of_listener(con, 1).artists
        assert made.rows.empty
        assert [*made.mixes[1][1]] == ["ease_tags", "tag_cosine", "als"]
        runs = con.execute("select distinct run_id, predictor, model from ml.arrays").fetchall()
        newest = con.execute("select max(run_id) from ml.runs").fetchall()[0][0]
        assert runs == [(newest, "artists", "blend")]
        query = "select artist_id, score from ml.predictions where predictor = 'artists'"
        said_then = dict(con.execute(query).fetchall())
        for one in answer.answer(made, own, 20):
            assert one.score == pytest.approx(said_then[one.artist_id], abs=1e-4)


def test_matrices_that_changed_are_refused_and_none_is_fitted_anew(built, tmp_path):
    path = tmp_path / "sotw.duckdb"
    shutil.copyfile(built, path)
    with warehouse.writing(path) as con:
        con.execute("update ml.arrays set content = '\\x00'::blob where array_name = 'asked'")
    with warehouse.reading(path) as con, pytest.raises(SotwError, match=r"asked of .* is not what"):
        answer.prepared(con)
    with warehouse.writing(path) as con:
        con.execute("delete from ml.arrays")
    with warehouse.reading(path) as con:
        assert stored.restored(con) is None
        assert len(answer.prepared(con).rows)


def test_a_training_replaces_the_matrices_of_the_one_before(built, tmp_path):
    path = tmp_path / "sotw.duckdb"
    shutil.copyfile(built, path)
    with warehouse.writing(path) as con:
        before = con.execute("select distinct run_id from ml.arrays").fetchall()
        train(con, SETTINGS, {"artists": None})
        after = con.execute("select distinct run_id from ml.arrays").fetchall()
    assert len(after) == 1
    assert after != before


def test_who_is_forgotten_is_in_no_matrix(built, tmp_path):
    path = tmp_path / "sotw.duckdb"
    shutil.copyfile(built, path)
    with warehouse.writing(path) as con:
        con.execute(
            "insert into raw.ratings select 1, ?, name_id, 1 from raw.names limit 1",
            [neighbourhood.AS_OF],
        )
    forget.forget_listener(path, "ana", SETTINGS)
    with warehouse.reading(path) as con:
        for table in ("ml.arrays", "raw.ratings"):
            assert con.execute(f"select count(*) from {table}").fetchall() == [(0,)], table


def test_an_answer_is_kept_known_at_once_and_only_added_to(sotw):
    asked = json.loads(sotw("survey", "--json", listener=None))
    metal, folk = (
        next(one["artist"] for one in asked if one["artist"].startswith(taste))
        for taste in ("Metal", "Folk")
    )
    before = json.loads(sotw("artists", "--json", "--most", "3"))
    assert {one["artist"].split()[0] for one in before["artists"]} == {"Jazz"}
    assert before["known"] == "9 artists of ana"
    assert sotw("rate", metal, folk).startswith(f"Noted for ana: {metal}, {folk}.")
    found = json.loads(sotw("artists", "--json", "--most", "20"))
    assert found["known"] == "9 artists of ana and 2 rated"
    assert not {one["artist"] for one in found["artists"]} & {one["artist"] for one in asked}
    sotw("rate", folk)
    with warehouse.reading(sotw.path) as con:
        ranks = con.execute("select rank from raw.ratings order by rated_at, rank").fetchall()
        assert ranks == [(1,), (2,), (1,)]
        own = answer.of_listener(con, 1)
        assert (own.played, own.rated, len(own.artists)) == (9, 1, 10)
        largest = own.artists["plays"].max()
        assert _id(con, metal) not in set(own.artists["artist_id"])
        [last] = own.artists["plays"][own.artists["artist_id"] == _id(con, folk)]
        assert last == pytest.approx(largest)


def _id(con, artist):
    query = "select artist_id from core.dim_artists where artist_name = ?"
    return con.execute(query, [artist]).fetchall()[0][0]


def test_somebody_new_is_known_by_the_answer_alone(sotw):
    asked = json.loads(sotw("survey", "--json", listener=None))
    first = next(one["artist"] for one in asked if one["artist"].startswith("Folk"))
    noted = json.loads(sotw("rate", first, "--json", listener="ben"))
    assert noted["listener"] == "ben"
    found = json.loads(sotw("artists", "--json", "--most", "3", listener="ben"))
    assert found["known"] == "0 artists of ben and 1 rated"
    assert {one["artist"].split()[0] for one in found["artists"]} == {"Folk"}
    # The rank is worth what SYSTEMS C.5 says: of one artist 1.0, and .7 of the fourth of four.
    with warehouse.reading(sotw.path) as con:
        ratings = answer.of_listener(con, 2).artists
    assert np.log1p(ratings["plays"]).tolist() == pytest.approx([np.log(2)])


def test_an_answer_keeps_the_rules_of_the_survey(sotw):
    asked = [one["artist"] for one in json.loads(sotw("survey", "--json", listener=None))]
    with warehouse.reading(sotw.path) as con:
        ids = answer.prepared(con).world.artists.tolist()
        own = [_id(con, one) for one in asked]
    stranger = next(one for one in ids if one not in own)
    for pairs, message in (
        ([], "0 artists are rated; 1 to 10"),
        ([(own[0], 1)] * 11, "11 artists are rated"),
        ([(own[0], 1), (own[0], 2)], "rated twice"),
        ([(own[0], 1), (own[1], 1)], "one rank"),
        ([(own[0], 0)], "ranks are 1 to 10, not 0"),
        ([(own[0], 11)], "ranks are 1 to 10, not 11"),
        ([(stranger, 1)], rf"Invalid artist IDs: \[{stranger}\]"),
    ):
        with pytest.raises(SotwError, match=message):
            survey.checked(pairs, own)
    survey.checked([(own[0], 10), (own[1], 3)], own)
    assert "rated twice" in sotw("rate", asked[0], asked[0].upper(), code=1)
    with warehouse.reading(sotw.path) as con:
        query = "select artist_name from core.dim_artists where artist_id = ?"
        [(name,)] = con.execute(query, [stranger]).fetchall()
    assert f"Invalid artist IDs: [{stranger}] ({name})." in sotw("rate", name, code=1)
    with warehouse.reading(sotw.path) as con:
        assert con.execute("select count(*) from raw.ratings").fetchall() == [(0,)]


def test_a_reason_tells_what_speaks_for_one_more_than_for_the_others(built):
    with warehouse.reading(built) as con:
        made, own = answer.prepared(con), answer.of_listener(con, 1).artists
    found = answer.answer(made, own, 8)
    every = {one.artist: dict.fromkeys(made.world.names, 0.0) for one in found}
    weights = answer.weights(own.assign(person=""), made.world, "person")
    for one in found:
        column = made.world.columns([one.artist_id])
        given = {
            power: answer.weights(own.assign(person=""), made.world, "person", power)
            for power in ("log", "sqrt")
        }
        added, _ = made.parts(given, column, made.one(given)[1])
        spoken = np.maximum(added[:, 0], 0)
        for name, share in zip(
            made.world.names[weights.indices], spoken / spoken.sum(), strict=True
        ):
            every[one.artist][name] = share
    for one in found:
        above = {
            name: share - np.mean([other[name] for other in every.values()])
            for name, share in every[one.artist].items()
        }
        assert one.above_others.artist == max(above, key=above.get)
        assert one.above_others.share == pytest.approx(every[one.artist][one.above_others.artist])
    [alone] = answer.answer(made, own, 1)
    assert alone.above_others is None


def test_an_artist_that_a_rule_made_another_s_is_named_no_more(built):
    with warehouse.reading(built) as con:
        made, own = answer.prepared(con), answer.of_listener(con, 1).artists
    [first] = answer.answer(made, own, 1)
    made.world.names[made.world.columns([first.artist_id])] = None
    assert first.artist_id not in {one.artist_id for one in answer.answer(made, own, 50)}
