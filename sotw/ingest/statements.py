"""The statements under sql/ingest/, run with those of some values that they name."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from sotw.render import render
from sotw.warehouse.connection import execute

if TYPE_CHECKING:
    from collections.abc import Mapping

    import duckdb

__all__ = ["rules_and_steps", "run", "text"]


@cache
def text(name: str) -> str:
    """A file under sql/ingest/, rendered."""
    return render(f"ingest/{name}.sql")


def run(
    con: duckdb.DuckDBPyConnection, name: str, values: Mapping[str, Any]
) -> duckdb.DuckDBPyConnection:
    """Run all statements of a file under sql/ingest/; the answer is the last one's."""
    return execute(con, con.extract_statements(text(name)), values)


def rules_and_steps(
    con: duckdb.DuckDBPyConnection, kind: str
) -> tuple[list[duckdb.Statement], list[duckdb.Statement]]:
    """The statements of a kind of record: its rules, which need no names, and all that follow."""
    statements = con.extract_statements(text(f"kinds/{kind}"))
    rules = [statement for statement in statements if statement.type.name == "UPDATE"]
    return rules, statements[len(rules) :]
