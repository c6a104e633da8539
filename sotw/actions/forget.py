"""Taking things out of a warehouse for good: all of a listener, or what one file brought.

The rows that stay go from table to table into an empty file, so that no byte of the others is left.
"""

from __future__ import annotations

import json
import logging
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

from sotw import warehouse
from sotw.actions import inbox
from sotw.actions.drafting import keep_last_ids, refuse_unwritable
from sotw.actions.prepare import prepare
from sotw.errors import SotwError
from sotw.keys import among
from sotw.pipeline.lineage import contract_columns
from sotw.pipeline.models import load_models
from sotw.pipeline.run import build
from sotw.render import render
from sotw.warehouse import listeners
from sotw.warehouse.identities import last_ids

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from pathlib import Path

    from sotw.settings import Settings
    from sotw.warehouse import Connection

log = logging.getLogger(__name__)

# Scores of songs and plays that may be gone; what was learned otherwise stays until a training.
_SCORES = ("ml.predictions", "ml.contributions")
# Matrices that hold what was played, of all together: none of them stays.
_OF_PLAYS = ("ml.arrays",)
_CHANGED = (
    "{path}: another command changed what is there of {what}, so nothing was removed. "
    "Look with `sotw ingest --list`, and say again what is to go."
)


@dataclass(frozen=True, slots=True)
class File:
    """What the imports of one file brought, and would take with them.

    Attributes:
        imports: The import asked for, and others of the same bytes: they knew what it brought.
        receipt: Of the import asked for, as ``imports`` lists it.
        rows: How many by table.
        emptied: Names and ids of listeners of whom nothing else is there.
        scored: Ids of all whose rows are among them.
        import_again: Files that held some of the same, and brought nothing for it.
    """

    imports: tuple[int, ...]
    receipt: dict[str, Any]
    rows: dict[str, int]
    emptied: dict[str, int]
    scored: tuple[int, ...]
    import_again: tuple[str, ...]


def imports(path: Path) -> list[dict[str, Any]]:
    """Every import that is there, the oldest first, for a list."""
    with warehouse.reading(path) as con:
        return _imports(con)


def _imports(con: Connection) -> list[dict[str, Any]]:
    return warehouse.rows(con, render("actions/imports.sql"))


def listener_id(path: Path, listener: str) -> int:
    """The id of a listener.

    Raises:
        SotwError: There is no such listener.
    """
    refuse_unwritable(listener)
    with warehouse.reading(path) as con:
        return listeners.listener_id(con, listener)


def known_listener(path: Path, listener: str) -> str:
    """A listener's name as the warehouse has it.

    Raises:
        SotwError: There is no such listener.
    """
    listener_id(path, listener)
    with warehouse.reading(path) as con:
        return among(listeners.ids(con), listener) or listener


def file_of(path: Path, import_id: int) -> File:
    """What an import and others of the same file brought.

    Raises:
        SotwError: There is no such import.
    """
    from sotw.ingest.imports import imports_of_file, overlapping, tables_of_imports

    with warehouse.reading(path) as con:
        found = {row["import_id"]: row for row in _imports(con)}
        if import_id not in found:
            raise SotwError(
                f"{path}: no import has the number {import_id}. `sotw ingest --list` has all."
            )
        receipt = found[import_id]
        of_file = imports_of_file(con, receipt["sha256"], receipt["listener_id"])
        ids = [one for one, _ in of_file]
        listed = _listed(ids)
        columns = contract_columns()
        counts, scored, others = {}, set(), set()
        for table in ("raw.imports", *(f"raw.{name}" for name in tables_of_imports(con))):
            where = f"from {table} where coalesce(import_id, -1)"
            [(counts[table],)] = con.execute(f"select count(*) {where} in ({listed})").fetchall()
            if "listener_id" in columns[table]:
                query = "select distinct listener_id"
                scored |= _column(con, f"{query} {where} in ({listed})")
                others |= _column(con, f"{query} {where} not in ({listed})")
        others |= _column(con, "select listener_id from raw.rules")
        again = overlapping(con, ids, receipt["listener_id"])
        names = con.execute("select listener, listener_id from raw.listeners").fetchall()
    return File(
        tuple(ids),
        receipt,
        {table: count for table, count in counts.items() if count},
        {name: one for name, one in names if one in scored - others},
        tuple(sorted(one for one in scored if one is not None)),
        tuple(again),
    )


def _column(con: Connection, query: str) -> set[Any]:
    return {value for (value,) in con.execute(query).fetchall()}


def forget_listener(path: Path, listener: str, settings: Settings) -> dict[str, int]:
    """Remove every row of a listener, and the names only they brought.

    Returns:
        Rows removed by table.

    Raises:
        SotwError: There is no such listener.
    """
    gone = {listener: listener_id(path, listener)}

    def check() -> None:
        if listener_id(path, listener) != gone[listener]:
            raise SotwError(_CHANGED.format(path=path, what=f"'{listener}'"))

    removed = _remove(path, settings, gone, check, picks_of=[listener])
    aside = next(warehouse.demo_paths(path))
    if aside.exists():
        log.info("%s holds the demo only and stays", aside)
    return removed


def forget_file(path: Path, file: File, settings: Settings) -> dict[str, int]:
    """Remove what the imports of a file brought, and listeners of whom nothing else is there.

    Returns:
        Rows removed by table.

    Raises:
        SotwError: What was asked about is not what is there by now.
    """
    number = file.receipt["import_id"]

    def check() -> None:
        if file_of(path, number) != file:
            raise SotwError(_CHANGED.format(path=path, what=f"import {number}"))

    # Picks that wait in the inbox are of no file, so they stay.
    return _remove(path, settings, file.emptied, check, imports=file.imports, scored=file.scored)


def _remove(
    path: Path,
    settings: Settings,
    gone: dict[str, int],
    check: Callable[[], None],
    *,
    imports: Collection[int] = (),
    scored: Collection[int] = (),
    picks_of: Collection[str] = (),
) -> dict[str, int]:
    """Copy the other rows into a new file, build its models and publish it.

    ``check`` is called where no other writer can change what was asked about.
    """
    from sotw.ingest.imports import close_gaps

    removed: dict[str, int] = {}
    models = load_models()
    settle = partial(inbox.discard, path, picks_of)
    with warehouse.writing(path, is_anew=True, settle=settle) as con:
        check()
        con.execute(f"attach {warehouse.quoted(str(path.absolute()))} as old (read_only)")
        for table, columns in contract_columns().items():
            if table not in ("raw.schema_version", "raw.last_ids", "raw.names"):
                keep = _kept(table, columns, gone.values(), imports, scored)
                removed[table] = _copy(con, table, keep)
        con.execute(render("ingest/copy_names.sql"))
        con.execute(
            "delete from raw.credits where track_name_id not in (select name_id from raw.names)"
        )
        keep_last_ids(con, last_ids(con, database="old"))
        con.execute("detach old")
        close_gaps(con)
        for listener in gone:
            _forget_settings(con, listener)
        stated = settings.listeners.items()
        others = {name: one for name, one in stated if among(gone, name) is None}
        settings = replace(settings, listeners=others)
        prepare(con, settings, warehouse.utc_now())
        build(con, models, settings=settings)
    return {table: count for table, count in removed.items() if count}


def _kept(
    table: str,
    columns: Collection[str],
    gone: Collection[int],
    imports: Collection[int],
    scored: Collection[int],
) -> str:
    """Which rows of a table stay, as a condition."""
    kept = ["true"]
    if "listener_id" in columns:
        kept.append(f"coalesce(listener_id, -1) not in ({_listed(gone)})")
    elif table == "raw.rejects":
        theirs = f"select import_id from old.raw.imports where listener_id in ({_listed(gone)})"
        kept.append(f"import_id not in ({theirs})")
    if "import_id" in columns:
        kept.append(f"coalesce(import_id, -1) not in ({_listed(imports)})")
    if table in _SCORES:
        kept.append(f"listener_id not in ({_listed(scored)})")
    if table in _OF_PLAYS:
        kept.append("false")
    return " and ".join(kept)


def _listed(ids: Collection[int]) -> str:
    # No id is below 0, and a list may not be empty.
    return ", ".join(map(str, ids)) or "-2"


def _copy(con: Connection, table: str, keep: str) -> int:
    """Copy rows from the attached old file; count the others."""
    con.execute(f"insert into {table} by name select * from old.{table} where {keep}")
    [(gone,)] = con.execute(f"select count(*) from old.{table} where not ({keep})").fetchall()
    return int(gone)


def _forget_settings(con: Connection, listener: str) -> None:
    # Null takes a field away.
    nobody = json.dumps({listener: None})
    for table in ("ml.builds", "ml.runs"):
        patch = [f'{{"listeners": {nobody}}}']
        con.execute(f"update {table} set settings = json_merge_patch(settings, ?)", patch)
    con.execute("update ml.runs set splits = json_merge_patch(splits, ?)", [nobody])
