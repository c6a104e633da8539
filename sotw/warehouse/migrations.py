"""Bring a file to the current contracts: raw and ml change by numbered forward migrations."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from sotw.errors import WarehouseError
from sotw.render import contracts, render, sql_files
from sotw.warehouse.connection import utc_now

if TYPE_CHECKING:
    from pathlib import Path

    from sotw.warehouse.connection import Connection

log = logging.getLogger(__name__)

SCHEMA_VERSION = 14


def schema_version(con: Connection, path: Path) -> int:
    """The version of the file's contracts; 0 for an empty file.

    Raises:
        WarehouseError: The file is newer than this code, or is no warehouse of sotw.
    """
    query = "select 1 from duckdb_tables() where table_name = 'schema_version'"
    if not con.execute(query).fetchall():
        [(others,)] = con.execute("select count(*) from duckdb_tables()").fetchall()
        if others:
            raise WarehouseError(
                f"{path}: a DuckDB file, but not one of sotw. Point --warehouse at another file."
            )
        return 0
    [(found,)] = con.execute("select max(version) from raw.schema_version").fetchall()
    if found > SCHEMA_VERSION:
        raise WarehouseError(
            f"{path}: made by a newer sotw (tables of version {found}, this one knows "
            f"{SCHEMA_VERSION}). Update sotw."
        )
    return int(found)


def migrate(con: Connection, path: Path, *, root: Path | None = None) -> None:
    """Bring a draft to the current contracts: all of them when new, else forward step by step."""
    found = schema_version(con, path)
    if found == SCHEMA_VERSION:
        return
    con.execute("begin")
    if found == 0:
        con.execute(contracts(root))
    else:
        for version in range(found + 1, SCHEMA_VERSION + 1):
            (step,) = sql_files(f"migrations/{version:04}_*.sql", root)
            con.execute(render(step, root))
            log.info("%s: sql/%s applied", path, step)
    con.execute("insert into raw.schema_version values (?, ?)", [SCHEMA_VERSION, utc_now()])
    con.execute("commit")
