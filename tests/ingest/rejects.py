"""Which imports the rejects in raw belong to, counted without the code under test."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import duckdb


def misplaced(con: duckdb.DuckDBPyConnection) -> list[str]:
    """Imports whose rejects are not those of their receipts.

    An import has as many rejects as its receipt says, or, once the same bytes were imported again
    in the same way, none: they are with the last import.
    """
    stored = dict(
        con.execute("select import_id, count(*) from raw.rejects group by all").fetchall()
    )
    imports = con.execute(
        "select import_id, sha256, reading, listener_id, rows_rejected from raw.imports"
        " order by import_id desc"
    ).fetchall()
    found = [
        f"import {one}, which is not there"
        for one in stored
        if one not in dict.fromkeys(row[0] for row in imports)
    ]
    later: set[tuple[str, str | None, int | None]] = set()
    for import_id, sha256, reading, listener_id, rejected in imports:
        is_last = (sha256, reading, listener_id) not in later
        if listener_id is None and any(one[:2] == (sha256, reading) for one in later):
            is_last = False
        due = rejected if is_last else 0
        if stored.get(import_id, 0) != due:
            found.append(f"import {import_id}: {stored.get(import_id, 0)} rejects, due are {due}")
        later.add((sha256, reading, listener_id))
    return found
