"""DuckDB in memory, and its refusals without their words: a message may quote the data."""

from __future__ import annotations

from typing import TYPE_CHECKING

import duckdb

from sotw.warehouse.connection import OFFLINE, noted

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["connect", "is_done"]


def connect() -> duckdb.DuckDBPyConnection:
    """A connection of its own to a database in memory."""
    return noted(duckdb.connect(config=OFFLINE))


def is_done(work: Callable[[], object]) -> bool:
    """Do some work; false where DuckDB refuses it."""
    try:
        work()
    except duckdb.Error:
        return False
    return True
