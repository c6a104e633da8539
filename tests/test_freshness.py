"""What is newer than what, and so what to do next."""

from __future__ import annotations

import datetime as dt
import json

import histories
import pytest
from typer.testing import CliRunner

from sotw.__main__ import app
from sotw.actions import load_and_build, picks
from sotw.checks import doctor, freshness
from sotw.predictors import registry
from sotw.settings import ListenerSettings, Settings

DEFAULTS, EVERY = Settings(), registry.every()
MORNING = dt.datetime(2026, 11, 20, 8)


def at(hour):
    return dt.datetime(2026, 11, 20, hour)


@pytest.fixture
def con():
    con = histories.empty()
    for schema in ("core", "features", "marts"):
        con.execute(f"create schema {schema}")
    yield con
    con.close()


def imported(con, hour, kept=5, note=None):
    con.execute(
        "insert into raw.imports values (1, ?, 1, 'x', 'x.csv', '', 1, 5, ?, ?, 0, ?, null, null)",
        [at(hour), kept, 5 - kept, note],
    )


def built(con, hour, *models, settings=DEFAULTS):
    values = [str(hour), at(hour), at(hour), json.dumps(settings.as_dict())]
    con.execute("insert into ml.builds values (?, ?, ?, 1, '', ?)", values)
    for model in models:
        con.execute(f"create or replace table {model} as select 1 as one")
        con.execute("insert into ml.model_timings values (?, ?, 1, 1, 1)", [str(hour), model])


def trained(con, hour):
    con.execute(
        "insert into ml.runs values"
        " ('r', 'week_favorite', 't', 'favorite', ?, ?, 1, '', '{}', '{}', '{}')",
        [at(hour), at(hour)],
    )
    con.execute(
        "insert into ml.models by name select 'r' as run_id, 'week_favorite' as predictor, 'm' as"
        " model, 't' as task, 'favorite' as target, true as is_default, true as has_converged,"
        " '{}' as hyperparameters, 'softmax' as link"
    )


def test_a_build_after_the_last_import_is_fresh(con):
    imported(con, 8)
    built(con, 9, "core.a", "features.b")
    assert freshness.unbuilt(con, DEFAULTS) == []


def test_an_import_after_the_build_asks_for_a_build_unless_all_was_known(con):
    built(con, 9, "core.a", "features.b")
    imported(con, 10, kept=0)
    assert freshness.unbuilt(con, DEFAULTS) == []
    imported(con, 11)
    assert freshness.unbuilt(con, DEFAULTS) == [
        "1 import is newer than 2 tables, such as core.a: run `sotw build`."
    ]


def test_a_known_play_that_is_sharper_now_asks_for_a_build(con):
    built(con, 9, "core.a")
    imported(con, 10, kept=0, note="5 known plays now to the second")
    assert len(freshness.unbuilt(con, DEFAULTS)) == 1


def test_an_import_that_took_out_an_earlier_reading_asks_for_a_build(con):
    built(con, 9, "core.a")
    imported(con, 10, kept=0, note="read anew: 5 plays of the earlier reading were taken out")
    assert len(freshness.unbuilt(con, DEFAULTS)) == 1


def test_a_build_of_some_tables_after_an_import_leaves_the_others_stale(con):
    built(con, 9, "core.a", "features.b", "features.c")
    imported(con, 10)
    built(con, 11, "core.a", "features.b")
    assert freshness.unbuilt(con, DEFAULTS) == [
        "1 import is newer than 1 table, such as features.c: run `sotw build`."
    ]
    con.execute("drop table features.c")
    assert freshness.unbuilt(con, DEFAULTS) == []


def test_other_settings_than_those_of_any_table_ask_for_a_build(con):
    other = Settings(default=ListenerSettings(week_ends_on=0))
    built(con, 9, "core.a", "features.b")
    assert "settings" in freshness.unbuilt(con, other)[0]
    built(con, 10, "core.a", settings=other)
    assert "settings" in freshness.unbuilt(con, other)[0]
    built(con, 11, "core.a", "features.b", settings=other)
    assert freshness.unbuilt(con, other) == []


def test_a_build_after_the_training_asks_for_a_training(con):
    mart = "marts.training_week_favorite"
    built(con, 9, mart)
    assert "No model is trained yet" in freshness.untrained(con, EVERY)[0]
    trained(con, 10)
    # Training makes other marts again.
    built(con, 11, "marts.songs_of_the_week")
    assert freshness.untrained(con, EVERY) == []
    built(con, 12, mart)
    assert "newer than the last training" in freshness.untrained(con, EVERY)[0]


def test_a_listener_with_too_few_labelled_weeks_is_named(con):
    assert freshness.to_improve(con, EVERY) == []
    con.execute("create table core.dim_listeners (listener_id integer, listener varchar)")
    con.execute("insert into core.dim_listeners values (1, 'ana'), (2, 'ben'), (3, 'cleo')")
    con.execute(
        "create table core.dim_weeks as select listener_id, date '2024-01-06' + cast(7 * week"
        " as integer) as week_ending, true as is_complete"
        " from core.dim_listeners, range(20) as w(week)"
    )
    con.execute(
        "create table core.fct_week_labels as select listener_id, week_ending,"
        " if(listener_id = 2, 'proxy', 'pick') as label_kind from core.dim_weeks"
        " where listener_id > 1"
    )
    assert [text.partition(":")[0] for text in freshness.to_improve(con, EVERY)] == ["ana", "ben"]
    assert "0 labelled weeks" in freshness.to_improve(con, EVERY)[0]
    assert "a proxy is learned from" in freshness.to_improve(con, EVERY)[1]
    con.execute("insert into core.dim_listeners select 4 + range, 'l' || range from range(5)")
    assert freshness.to_improve(con, EVERY)[-1] == "So it is with 4 more listeners."


def test_the_doctor_asks_for_a_build_after_an_import_and_says_what_waits(tmp_path):
    path, file = tmp_path / "sotw.duckdb", tmp_path / "plays.csv"
    file.write_text("uts,artist,track\n1704100000,Band,Song\n")
    load_and_build.run_ingest(path, [file], "me", DEFAULTS)
    assert "Nothing is built yet" in doctor.examine(path, DEFAULTS, EVERY)["next"][0]
    load_and_build.run_build(path, DEFAULTS)
    assert "No model is trained" in doctor.examine(path, DEFAULTS, EVERY)["next"][0]
    file.write_text("uts,artist,track\n1704200000,Band,Song\n")
    load_and_build.run_ingest(path, [file], "me", DEFAULTS)
    picks.run_pick(path, "Band", "Song", "me", week_ending=dt.date(2024, 1, 6))
    said = doctor.examine(path, DEFAULTS, EVERY)["next"]
    assert said[0].startswith("1 import is newer than ")
    assert said[-1] == "1 pick waits in the inbox: run `sotw build`."


def test_what_the_settings_name_and_the_warehouse_has_not_is_told(con):
    playlists = ListenerSettings(favorite_playlists=("Song of the Week", "Mine"))
    settings = Settings(listener="bne", default=playlists, listeners={"anna": playlists})
    assert freshness.named_in_vain(con, settings) == []  # nothing is imported yet
    con.execute(
        "insert into raw.listeners "
        "select range, ['ana', 'ben'][range], false, current_localtimestamp() from range(1, 3)"
    )
    con.execute(
        "insert into raw.playlist_items by name select 2 as listener_id, unnest(["
        "'Song of the week', 'Mine']) as playlist, 'spotify' as source, timestamp '2024-01-01' as"
        " added_at, 1 as track_name_id, 1 as import_id"
    )
    assert freshness.named_in_vain(con, settings) == [
        "sotw.toml: [listeners.anna] names no listener of the warehouse; there is ana, ben.",
        "sotw.toml: listener names no listener of the warehouse; there is ana, ben.",
        "sotw.toml: favorite_playlists has 'Song of the Week', and no imported playlist whose "
        "songs have dates is called so; the nearest: 'Song of the week', 'Mine'.",
    ]
    right = ListenerSettings(favorite_playlists=("Song of the week", "Mine"))
    of_ana = ListenerSettings("Europe/Lisbon")
    known = Settings(listener="BEN", default=right, listeners={"Ana": of_ana})
    assert (known.of("ana"), known.of("ben")) == (of_ana, right)  # capital and small are one
    two = Settings(default=right, listeners={"Ana": of_ana, "ANA": right})
    assert (two.of("Ana"), two.of("ANA"), two.of("ana")) == (of_ana, right, right)
    assert freshness.named_in_vain(con, known) == []
    assert freshness.named_in_vain(con, Settings()) == []
    con.execute("update raw.playlist_items set added_at = null")
    assert "there is none" in freshness.named_in_vain(con, known)[0]


def test_a_build_and_the_doctor_warn_of_a_name_that_nobody_has(tmp_path, monkeypatch):
    path, file = tmp_path / "sotw.duckdb", tmp_path / "plays.csv"
    file.write_text("uts,artist,track\n1704100000,Band,Song\n")
    load_and_build.run_ingest(path, [file], "me", DEFAULTS)
    settings = tmp_path / "sotw.toml"
    settings.write_text("[listeners.mee]\n")
    monkeypatch.setenv("SOTW_SETTINGS", str(settings))
    said = "[listeners.mee] names no listener of the warehouse; there is me."
    done = CliRunner().invoke(app, ["build", "--warehouse", str(path), "--select", "dim_listeners"])
    assert f"Warning: sotw.toml: {said}" in done.stderr
    done = CliRunner().invoke(app, ["doctor", "--warehouse", str(path)])
    assert f"next: sotw.toml: {said}" in done.output
