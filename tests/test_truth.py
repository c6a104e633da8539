"""Files of several services with their faults come to the true plays, in any order, once."""

from __future__ import annotations

import datetime as dt
import random

import histories
import pytest
import truths

from sotw.actions import prepare
from sotw.ingest import ingest
from sotw.ingest.imports import close_gaps, tables_of_imports
from sotw.pipeline.models import select
from sotw.settings import Settings

NOW = dt.datetime(2026, 1, 1)
LEAST = 0.995


def brought_in(con, paths) -> int:
    """Import files; how many records were new."""
    return sum(receipt.rows_kept for receipt in ingest(con, paths, "me", now=NOW).receipts)


def core(con, all_models) -> list[tuple]:
    """The plays as they are told, without the integers that the order of the files gives."""
    prepare.write_settings(con, Settings(), NOW)
    models = select(all_models, ["core.fct_plays"])
    for schema in ("core", "staging"):
        con.execute(f"drop schema if exists {schema} cascade")
    histories.materialize(con, models, is_audited=False)
    return con.execute(
        "select played_at, source, reported_at, artist_name, track_name, ms_played, reason_end,"
        " time_source, is_counted from core.fct_plays inner join core.dim_tracks using (track_id)"
        " order by all"
    ).fetchall()


@pytest.fixture(scope="module")
def exports(tmp_path_factory):
    told = truths.truth(11, 400)
    return told, truths.files(told, tmp_path_factory.mktemp("exports"))


@pytest.mark.slow
def test_the_true_plays_are_found_and_no_others(tmp_path, all_models):
    # So many that a few songs heard twice in a row, by a service each, weigh as they do in general.
    told = truths.truth(11, 2_000)
    paths = truths.files(told, tmp_path)
    con = histories.empty()
    brought_in(con, paths)
    core(con, all_models)
    true, found, matched = truths.compared(told, con)
    assert matched / found >= LEAST, f"{found - matched} of {found} plays are none"
    assert matched / true >= LEAST, f"{true - matched} of {true} plays are missing"
    con.close()


@pytest.mark.slow
def test_the_order_of_import_changes_nothing_and_a_second_time_adds_nothing(exports, all_models):
    _, paths = exports
    tables = []
    for seed in range(2):
        con = histories.empty()
        for path in random.Random(seed).sample(paths, len(paths)):
            brought_in(con, [path])
        tables.append(core(con, all_models))
        if seed == 0:
            assert brought_in(con, paths) == 0
            assert core(con, all_models) == tables[0]
        con.close()
    assert tables[0] == tables[1]


@pytest.mark.slow
def test_what_is_forgotten_and_imported_again_is_as_it_was(exports, all_models):
    _, paths = exports
    con = histories.empty()
    brought_in(con, paths)
    before = core(con, all_models)
    for number in (1, 4):
        path = paths[number - 1]
        for table in (*tables_of_imports(con), "imports"):
            con.execute(f"delete from raw.{table} where import_id = {number}")
        close_gaps(con)
        assert core(con, all_models) != before, path.name
        brought_in(con, paths)
        assert core(con, all_models) == before, path.name
    con.close()
