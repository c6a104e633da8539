"""Fixtures that the tests of the models share."""

from __future__ import annotations

import math
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import histories
import pyarrow as pa
import pytest

from sotw.pipeline import models

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from sotw.warehouse import Connection

REPOSITORY = Path(__file__).resolve().parent.parent


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--golden", action="store_true", help="rewrite the files in tests/golden")


@pytest.fixture(scope="session")
def all_models() -> list[models.Model]:
    """Every model of the checkout, parents first."""
    return models.load_models()


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real data that lies beside a checkout; tests skip without it."""
    default = REPOSITORY.parent / "shared" / "data"
    folder = Path(os.environ.get("SOTW_SHARED_DATA", default))
    if not folder.is_dir():
        pytest.skip(f"no shared data: {folder} is not a folder")
    return folder


@pytest.fixture
def empty_warehouse() -> Iterator[Connection]:
    """A warehouse in memory with the contracts and nothing in it."""
    con = histories.empty()
    yield con
    con.close()


@pytest.fixture(scope="session")
def listening() -> Callable[..., histories.History]:
    """``listening(seed)``: a random history, equal for equal seeds."""
    return histories.listening


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A built warehouse with a model, for the service; tests that write copy it."""
    import serving

    return serving.make_warehouse(tmp_path_factory.mktemp("served"))


@pytest.fixture(scope="session")
def template(all_models: list[models.Model]) -> Iterator[Connection]:
    """All models built on empty raw tables: knows the type of every column."""
    con = histories.empty()
    histories.materialize(con, all_models)
    yield con
    con.close()


@pytest.fixture
def check_model(
    template: Connection, all_models: list[models.Model]
) -> Iterator[Callable[..., None]]:
    """``check_model(name, given={table: rows}, expect=rows)``: one model on a few rows.

    Rows are lines of cells between ``|``, the first line names columns; ``-`` is null. A given
    table has the columns named and null in the others; all other tables are empty. Of the
    result only the columns of ``expect`` are compared. Nothing says a type: the template knows.
    A play counts and is of a song, a pick is one, and a candidate's or a play's integer is that of
    its grain, unless the test says otherwise.
    """
    by_name = {model.name: model for model in all_models}
    template.execute("begin")

    def check(name: str, *, given: Mapping[str, str], expect: str) -> None:
        model = by_name[name]
        strangers = set(given) - set(model.parents)
        assert not strangers, f"{name} does not read {strangers}"
        for table, text in given.items():
            _replace(template, table, text)
        template.execute(f"create or replace temp table got as\n{model.sql}")
        names, _ = _cells(expect)
        keys = [column for column in model.grain if column in names] or names
        _table_of(template, "wanted", _types(template, "got", names), expect)
        order = ", ".join([*keys, *(column for column in names if column not in keys)])
        got, wanted = (
            template.execute(f"select {', '.join(names)} from {table} order by {order}").fetchall()
            for table in ("got", "wanted")
        )
        same = len(got) == len(wanted) and all(map(_is_close, got, wanted))
        assert same, f"{name}\n{_shown('got', names, got)}\n{_shown('expected', names, wanted)}"

    yield check
    template.execute("rollback")


def _cells(text: str) -> tuple[list[str], list[list[str | None]]]:
    lines = [
        [cell.strip() for cell in line.split("|")] for line in text.splitlines() if line.strip()
    ]
    names, *rows = lines
    for row in rows:
        assert len(row) == len(names), f"{len(row)} cells for {len(names)} columns: {row}"
    return names, [[None if cell == "-" else cell for cell in row] for row in rows]


def _types(con: Connection, table: str, names: list[str]) -> dict[str, str]:
    known = {row[0]: row[1] for row in con.execute(f"describe {table}").fetchall()}
    missing = set(names) - set(known)
    assert not missing, f"{table} has no {missing}; it has {sorted(known)}"
    return {name: known[name] for name in names}


def _table_of(con: Connection, table: str, types: Mapping[str, str], text: str) -> None:
    names, rows = _cells(text)
    definition = ", ".join(f"{name} {kind}" for name, kind in types.items())
    temporary = "temp" if "." not in table else ""
    con.execute(f"create or replace {temporary} table {table} ({definition})")
    columns = list(zip(*rows, strict=True)) or [()] * len(names)
    cells = {
        name: pa.array(column, pa.string()) for name, column in zip(names, columns, strict=True)
    }
    con.register("cells", pa.table(cells))
    con.execute(f"insert into {table} by name from cells")
    con.unregister("cells")


def _replace(con: Connection, table: str, text: str) -> None:
    """Put a table with these rows, and no constraints, where a table or view was."""
    names, _ = _cells(text)
    _types(con, table, names)
    kinds = {row[0]: row[1] for row in con.execute(f"describe {table}").fetchall()}
    kind = "view" if table.startswith("staging.") and _is_view(con, table) else "table"
    con.execute(f"drop {kind} {table}")
    _table_of(con, table, kinds, text)
    for column, value in _USUAL.items():
        if column in kinds and column not in names:
            con.execute(f"update {table} set {column} = {value}")
    for column, grain in _GRAINS:
        if column in kinds and column not in names and grain <= set(kinds):
            key = f"hash({', '.join(sorted(grain))}) % 2147483647"
            con.execute(f"update {table} set {column} = {key} where {column} is null")


_USUAL = dict.fromkeys(("is_counted", "is_in_charts", "is_in_training", "is_for_labels"), "true")
_USUAL["content_type"] = "'track'"
_GRAINS = (
    ("candidate_id", {"listener_id", "week_ending", "cutoff_policy", "track_id"}),
    ("play_id", {"listener_id", "play_number"}),
    ("play_id", {"listener_id", "source", "reported_at", "track_name_id", "ordinal"}),
)


def _is_view(con: Connection, table: str) -> bool:
    query = "from duckdb_views() where schema_name || '.' || view_name = ?"
    return bool(con.execute(query, [table]).fetchall())


def _is_close(got: tuple[Any, ...], wanted: tuple[Any, ...]) -> bool:
    return all(
        math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-9)
        if isinstance(one, float) and isinstance(other, float)
        else one == other
        for one, other in zip(got, wanted, strict=True)
    )


def _shown(title: str, names: list[str], rows: list[tuple[Any, ...]]) -> str:
    lines = [" | ".join("-" if cell is None else str(cell) for cell in row) for row in rows]
    return "\n  ".join([f"{title}:", " | ".join(names), *lines])


@pytest.fixture
def trained():
    """A listener with picks in an invented training mart, trained once."""
    import choices
    from scoring import run

    con = choices.load(choices.weeks())
    report = run(con)
    yield con, report
    con.close()
