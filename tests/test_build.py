"""What a build says when a model does not run or breaks its header."""

from __future__ import annotations

import datetime as dt
from typing import Any

import histories
import pytest
from sql_files import write_tree

from sotw import warehouse
from sotw.errors import AuditError, ModelError
from sotw.pipeline.models import Model, load_models
from sotw.pipeline.run import audit
from sotw.settings import Settings

HEADER = "-- A sentence.\n--\n-- grain: listener_id, number\n-- audit: plays < 3\n\n"
AS_OF = dt.datetime(2024, 1, 6)


def model(rows: list[tuple[int | None, int]]) -> str:
    """A model of these (number, plays)."""
    union = "\nunion all\n".join(
        f"select\n    1 as listener_id,\n    cast({'null' if number is None else number} as"
        f" integer) as number,\n    {plays} as plays,\n    'wide' as other,"
        for number, plays in rows
    )
    return f"{HEADER}{union}\n"


def build_error(folder, sql: str, kind: type[Exception] = AuditError, rendered=None) -> str:
    folder.mkdir(exist_ok=True)
    models = load_models(write_tree(folder, {"core/fct_a.sql": sql}))
    con = histories.empty()
    with pytest.raises(kind) as caught:
        histories.build_from_raw(con, models, settings=Settings(), as_of=AS_OF, rendered=rendered)
    con.close()
    return str(caught.value)


def test_a_broken_audit_shows_three_rows_with_what_the_rule_is_about(tmp_path):
    message = build_error(tmp_path, model([(1, 2), (2, 3), (3, 4), (4, 5), (5, 6)]))
    assert message.startswith(
        "core.fct_a: 4 rows break 'audit: plays < 3' (line 4, sql/core/fct_a.sql), such as\n  "
    )
    shown = message.splitlines()[1:4]
    assert all(line.startswith("  listener_id = 1, number = ") for line in shown)
    assert all(", plays = " in line and "wide" not in line for line in shown)
    assert message.count("number = ") == 3
    assert "select * from core.fct_a where not (plays < 3);" in message
    assert "--warehouse on a copy" in message


def test_copies_and_nulls_of_a_grain_are_shown(tmp_path):
    copies = build_error(tmp_path / "a", model([(1, 2), (1, 2), (2, 2)]))
    assert "  listener_id = 1, number = 1, copies = 2\n" in copies
    nulls = build_error(tmp_path / "b", model([(None, 2), (1, 2)]))
    assert "  listener_id = 1, number = None\n" in nulls


def test_a_model_that_does_not_run_names_the_folder_that_was_written_and_no_other(tmp_path):
    sql = model([(1, 2)]).replace("'wide'", "error('no')")
    folder = tmp_path / "elsewhere"
    message = build_error(tmp_path / "a", sql, ModelError, folder)
    assert f"The rendered text is in {folder / 'core.fct_a.sql'}" in message
    assert (folder / "core.fct_a.sql").exists()
    assert "rendered" not in build_error(tmp_path / "b", sql, ModelError)


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ("(1, null), (2, 'a')", "(null, sql/staging/stg_a.sql)"),
        ("(1, 'a'), (1, 'a')", "copies = 2"),
    ],
)
def test_a_view_that_breaks_its_grain_stops_the_build(tmp_path, rows, said):
    view = (
        "-- A sentence.\n--\n-- grain: number, name\n\nselect\n    number,\n    name,\n"
        f"from (values {rows}) as given (number, name)\n"
    )
    models = load_models(write_tree(tmp_path, {"staging/stg_a.sql": view}))
    con = histories.empty()
    with pytest.raises(AuditError) as caught:
        histories.build_from_raw(con, models, settings=Settings(), as_of=AS_OF)
    con.close()
    assert str(caught.value).startswith("staging.stg_a: 1 rows break 'grain: number, name'")
    assert said in str(caught.value)


def test_a_view_has_no_row_count_of_its_own(tmp_path):
    view = "-- A sentence.\n--\n-- grain: number\n\nselect\n    1 as number,\n"
    table = view.replace("    1 as number,\n", "    number,\nfrom staging.stg_a\n")
    files = {"staging/stg_a.sql": view, "core/fct_a.sql": table}
    con = histories.empty()
    timings = histories.build_from_raw(
        con, load_models(write_tree(tmp_path, files)), settings=Settings(), as_of=AS_OF
    )
    con.close()
    assert [(one.model, one.row_count) for one in timings] == [
        ("staging.stg_a", None),
        ("core.fct_a", 1),
    ]


@pytest.mark.parametrize(
    ("table", "rows", "file"),
    [
        (
            "names",
            [
                {"name_id": n, "kind": "artist", "artist_name": "Quill", "key_version": 1}
                for n in (1, 2)
            ],
            "one_row_a_spelling.sql",
        ),
        (
            "listeners",
            [
                {"listener_id": n, "listener": "ana", "is_demo": False, "created_at": AS_OF}
                for n in (1, 2)
            ],
            "one_listener_a_name.sql",
        ),
    ],
)
def test_a_second_row_of_what_imports_join_on_stops_the_build(table, rows, file):
    con = histories.empty()
    histories.load(con, {table: rows})
    with pytest.raises(AuditError, match=rf"sql/audits/{file}: returns rows, such as \('"):
        histories.build_from_raw(con, load_models(), settings=Settings(), as_of=AS_OF)
    con.close()


def test_a_build_leaves_raw_as_it_was():
    con = histories.empty()
    history = histories.listening(3)
    histories.load(con, history.raw)
    histories.prepare(con, history.settings, history.as_of)
    query = "select table_name from duckdb_tables() where schema_name = 'raw' order by all"
    tables = [name for (name,) in con.execute(query).fetchall()]

    def state() -> list[list[tuple[Any, ...]]]:
        return [con.execute(f"from raw.{name} order by all").fetchall() for name in tables]

    before = state()
    histories.build.build(con, load_models(), settings=history.settings)
    assert state() == before
    con.close()


def test_a_build_without_an_instant_is_refused():
    con = histories.empty()
    with pytest.raises(ModelError, match=r"raw\.settings is empty"):
        histories.build.build(con, [], settings=Settings())
    con.close()


def test_picks_of_one_song_for_several_weeks_are_told_apart_without_a_week():
    con = histories.empty()
    weeks = [None, dt.date(2024, 1, 6), dt.date(2023, 12, 30)]
    pick = {"listener_id": 1, "picked_at": dt.datetime(2024, 1, 2), "track_name_id": 3}
    histories.load(
        con, {"picks": [pick | {"source": "file", "week_ending": week} for week in weeks]}
    )
    by_name = {model.name: model for model in load_models()}
    histories.build_from_raw(
        con, [by_name["staging.stg_picks"]], settings=Settings(), as_of=dt.datetime(2024, 2, 1)
    )
    query = "select stated_week_ending, pick_number from staging.stg_picks order by pick_number"
    found = con.execute(query).fetchall()
    con.close()
    assert found == [(weeks[2], 1), (weeks[1], 2), (None, 3)]


def audit_all(models: list[Model]) -> None:
    """Build what there is of nothing, then audit every table, the empty ones too."""
    con = histories.empty()
    try:
        histories.build_from_raw(con, models, settings=Settings(), as_of=AS_OF)
        for each in models:
            audit(con, each)
    finally:
        con.close()


def test_the_audits_of_an_empty_table_run_though_no_build_needs_them():
    audit_all(load_models())


def test_an_audit_of_an_empty_table_that_does_not_run_is_found(tmp_path):
    header = HEADER.replace("plays < 3", "lays < 3")
    sql = header + "select\n    1 as listener_id,\n    2 as number,\nwhere false\n"
    models = load_models(write_tree(tmp_path, {"core/fct_a.sql": sql}))
    with pytest.raises(ModelError, match="its header does not run as an audit"):
        audit_all(models)


def test_a_build_takes_the_space_of_the_one_before(tmp_path):
    sql = (
        "-- A sentence.\n--\n-- grain: number\n\nwith\n\nnumbers as (\n\n    select\n"
        "        unnest(range(600000)) as number,\n\n)\n\nselect\n    number,\n"
        "    md5(cast(number as text)) as text,\nfrom numbers\n"
    )
    models = load_models(write_tree(tmp_path, {"core/fct_a.sql": sql}))
    path = tmp_path / "sotw.duckdb"
    sizes = []
    for _ in range(3):
        with warehouse.writing(path) as con:
            histories.build_from_raw(con, models, settings=Settings(), as_of=AS_OF)
        sizes.append(path.stat().st_size)
    assert sizes[0] > 10_000_000
    assert max(sizes) < 1.5 * sizes[0]
