"""The one door to duckdb: how a file is opened, and what a query answers as Python values."""

from __future__ import annotations

import contextlib
import datetime as dt
import weakref
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

from sotw.warehouse.plain_names import refuse_backslash

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    Values = Sequence[object] | dict[str, Any]

Connection = duckdb.DuckDBPyConnection
DatabaseError = duckdb.Error
# What a full or failing disk raises, in a statement, at its commit and after it.
UNWRITTEN = (duckdb.IOException, duckdb.TransactionException, duckdb.FatalException)
# No connection looks for an extension in the network, whatever it is given to read.
OFFLINE: dict[str, str | bool | int | float | list[str]] = {
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
}
# What a signal interrupts, for as long as somebody holds it.
_opened: weakref.WeakSet[duckdb.DuckDBPyConnection] = weakref.WeakSet()
# Older clients (the shell on the package index, BI drivers) read this format.
STORAGE_VERSION = "v1.0.0"
# The unit of parallel work: DuckDB's own 122,880 leave a core idle on one listener's history.
ROW_GROUP_SIZE = 30_720


def utc_now() -> dt.datetime:
    """This instant as naive UTC, whole microseconds, as every table stores time."""
    return dt.datetime.now(dt.UTC).replace(tzinfo=None)


def connect(path: Path | str, *, read_only: bool = False) -> Connection:
    """Open a DuckDB file; a new one gets the storage version that older clients read."""
    # Absolute: what looks like 'md:x' or 'sqlite:x' is a file too.
    where = str(path if path == ":memory:" else Path(path).absolute())
    refuse_backslash(where)
    if read_only:
        return noted(duckdb.connect(where, read_only=True, config=OFFLINE))
    # Only `attach` takes the size of row groups.
    options = f"row_group_size {ROW_GROUP_SIZE}"
    if not Path(where).exists():
        options += f", storage_version '{STORAGE_VERSION}'"
    # An instance without a file of its own would spill into the working directory.
    con = noted(duckdb.connect(config={**OFFLINE, "temp_directory": f"{where}.tmp"}))
    try:
        con.execute(f"attach {quoted(where)} as sotw ({options})")
        con.execute("use sotw")
    except BaseException:
        con.close()
        raise
    return con


def interrupt_all() -> None:
    """Stop every query that runs.

    An exception alone leaves DuckDB's other threads at work, and no query is left before they end.
    """
    for con in list(_opened):
        # Closed: nothing runs on it.
        with contextlib.suppress(duckdb.Error):
            con.interrupt()


def noted(con: Connection) -> Connection:
    """Let a signal find the connection."""
    _opened.add(con)
    return con


@contextlib.contextmanager
def little_memory(con: Connection, megabytes: int) -> Iterator[None]:
    """Let large work go to the disk early; others work on this machine too."""
    [(before,)] = con.execute("select current_setting('memory_limit')").fetchall()
    con.execute(f"set memory_limit = '{megabytes}MB'")
    try:
        yield
    finally:
        con.execute(f"set memory_limit = {quoted(before)}")


def quoted(text: str) -> str:
    """A SQL literal, for the statements that take no parameter."""
    return "'" + text.replace("'", "''") + "'"


def rows(con: Connection, query: str, values: Values = ()) -> list[dict[str, Any]]:
    """The result of a query as one dictionary a row."""
    cursor = con.execute(query, values if isinstance(values, dict) else list(values))
    names = [column[0] for column in cursor.description or ()]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def execute(
    con: Connection,
    statements: Iterable[duckdb.Statement],
    values: Mapping[str, Any],
) -> Connection:
    """Run statements in their order, each with those of the values that it names."""
    for statement in statements:
        con.execute(statement, {name: values[name] for name in statement.named_parameters})
    return con


def first_line(error: Exception) -> str:
    """What DuckDB says first, for a message."""
    return str(error).strip().splitlines()[0]
