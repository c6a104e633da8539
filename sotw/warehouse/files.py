"""The files beside a warehouse: their names, and the write-ahead log that is not ours."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sotw.errors import WarehouseError
from sotw.warehouse.connection import DatabaseError, connect, first_line, utc_now

if TYPE_CHECKING:
    from pathlib import Path


def draft_path(path: Path) -> Path:
    """Where a writer of ``path`` keeps its draft."""
    return path.with_name(path.name + ".draft")


def wal_path(path: Path) -> Path:
    """The write-ahead log DuckDB keeps beside ``path``."""
    return path.with_name(path.name + ".wal")


def spill_path(draft: Path) -> Path:
    """The folder for what a draft needs only while it is written."""
    return draft.with_name(draft.name + ".tmp")


def lock_path(path: Path) -> Path:
    """The file whose lock lets one writer at a time have a draft of ``path``."""
    return path.with_name(path.name + ".lock")


def demo_path(path: Path) -> Path:
    """Where the demo warehouse is kept once a real import has begun."""
    return path.with_name(path.stem + ".demo" + path.suffix)


def refuse_foreign_wal(path: Path) -> None:
    """Refuse a write-ahead log beside the published file: no writer of ours leaves one.

    Raises:
        WarehouseError: There is one; some session opened the published file for writing.
    """
    if wal_path(path).exists():
        raise WarehouseError(
            f"{wal_path(path)}: another program wrote to the published warehouse, and the file "
            "cannot be replaced safely. Close that program, then run `sotw doctor --repair`."
        )


def settle_wal(path: Path) -> Path | None:
    """Move a foreign write-ahead log aside; nothing is deleted.

    Returns:
        Where it went, or null when there was none.

    Raises:
        WarehouseError: Another process still has the warehouse open for writing.
    """
    wal = wal_path(path)
    if not wal.exists():
        return None
    aside = wal.with_name(f"{wal.name}.foreign-{utc_now():%Y%m%dT%H%M%S}")
    wal.rename(aside)
    try:
        connect(path, read_only=True).close()
    except DatabaseError as error:
        aside.rename(wal)
        raise WarehouseError(
            f"{path}: {first_line(error)}. Close the program that has it open, then repair again."
        ) from error
    path.chmod(0o444)
    return aside
