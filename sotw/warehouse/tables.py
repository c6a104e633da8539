"""Which tables a warehouse has, and whether they hold a demo."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sotw.warehouse.connection import Connection


def is_built(con: Connection, table: str) -> bool:
    """Whether ``schema.table`` is there."""
    schema, _, name = table.partition(".")
    query = "select 1 from duckdb_tables() where schema_name = ? and table_name = ?"
    return bool(con.execute(query, [schema, name]).fetchall())


def is_demo(con: Connection) -> bool:
    """Whether the warehouse holds the demo history and nothing else."""
    found = con.execute("select count(*), count(*) filter (where is_demo) from raw.listeners")
    [(listeners, demos)] = found.fetchall()
    return bool(listeners == demos > 0)
