"""Lists from words, artists to find and what is said of them, through the commands."""

from __future__ import annotations

import json
import shutil

import histories
import pytest
import taste_history
from command_line import said
from typer.testing import CliRunner

from sotw import warehouse
from sotw.__main__ import app
from sotw.actions.learn import train
from sotw.pipeline.models import load_models


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """The history of taste, built and trained."""
    path = tmp_path_factory.mktemp("taste") / "sotw.duckdb"
    history = taste_history.history()
    with warehouse.writing(path) as con:
        histories.load(con, history.raw)
        histories.build_from_raw(con, load_models(), settings=history.settings, as_of=history.as_of)
        train(con, history.settings, {"taste": None})
        for model in load_models():
            if model.table in ("discoveries", "taste_profile"):
                con.execute(f"create or replace table {model.name} as {model.sql}")
    return path


@pytest.fixture
def sotw(built, tmp_path):
    path = tmp_path / "sotw.duckdb"
    shutil.copyfile(built, path)

    def run(*words, code=0):
        done = CliRunner().invoke(app, [*words, "--warehouse", str(path), "--listener", "ana"])
        if code == 0:
            assert done.exit_code == 0, (done.output, done.exception)
            return done.stdout
        return str(done.exception) if done.exception else said(done)[1]

    run.path = path
    return run


def test_words_are_tags_energies_and_hours(sotw):
    every = json.loads(sotw("playlist", "jazz", "--json"))["songs"]
    assert every
    assert all(song["artist_name"].startswith("Jazz") for song in every)
    late = json.loads(sotw("playlist", "jazz evening", "--json"))["songs"]
    assert 0 < len(late) <= len(every)
    assert all(song["plays_then"] > 0 for song in late)
    loud = json.loads(sotw("playlist", "high energy", "--json"))["songs"]
    assert loud
    assert all(song["energy"] >= 65 for song in loud)
    artists = [song["artist_name"] for song in every]
    assert max(artists.count(name) for name in artists) <= 3


def test_a_list_from_words_is_written_and_an_unknown_word_is_said(sotw):
    jspf = json.loads(sotw("playlist", "calm jazz", "--format", "jspf"))
    assert jspf["playlist"]["title"] == "calm jazz (ana)"
    assert jspf["playlist"]["track"]
    assert sotw("playlist", "calm jazz", "--format", "m3u").startswith("#EXTM3U\n")
    assert "'blorp' is neither a tag" in sotw("playlist", "blorp jazz", code=1)


def test_artists_to_find_are_new_or_long_unheard_and_can_be_left_out(sotw):
    found = json.loads(sotw("discover", "--json"))
    assert found
    first = found[0]["artist_name"]
    assert found[0]["why"]
    rest = json.loads(sotw("discover", "--exclude", first.upper(), "--json"))
    assert first not in [row["artist_name"] for row in rest]
    assert all(row["is_new"] for row in json.loads(sotw("discover", "--new", "--json")))
    kinds = [row["main_tag"] for row in json.loads(sotw("discover", "--per-tag", "1", "--json"))]
    assert len(kinds) == len(set(kinds))
    shown = sotw("discover")
    assert max(map(len, shown.splitlines())) <= 80


def test_feedback_is_only_added_and_who_is_unknown_is_refused(sotw):
    with warehouse.reading(sotw.path) as con:
        before = con.execute("select count(*) from raw.feedback").fetchone()[0]
    sotw("feedback", "up", "Folk 1")
    sotw("feedback", "down", "folk 1")
    with warehouse.reading(sotw.path) as con:
        marks = con.execute("select score, listener_id from raw.feedback order by score").fetchall()
    assert len(marks) == before + 2
    assert {(-1, 1), (1, 1)} <= set(marks)
    assert "no artist in the warehouse is called" in sotw("feedback", "up", "Nobody", code=1)


def test_the_taste_is_told_in_eighty_columns(sotw):
    shown = sotw("taste")
    assert "jazz" in shown
    assert max(map(len, shown.splitlines())) <= 80
    assert json.loads(sotw("taste", "--json"))["half_life_days"] in (30, 90, 180, 365, 730)
