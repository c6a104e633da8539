"""The files beside a warehouse: their names, and the write-ahead log that is not ours."""

from __future__ import annotations

import itertools
import json
import os
import re
import secrets
from typing import TYPE_CHECKING

from sotw.errors import WarehouseError
from sotw.warehouse.connection import DatabaseError, connect, first_line, utc_now

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def new_draft_path(path: Path) -> Path:
    """A name beside ``path`` that no other file has, for a writer's draft."""
    return path.with_name(f"{path.name}.draft-{secrets.token_hex(8)}")


def holder_path(path: Path) -> Path:
    """Where it stands who writes ``path`` or wrote it last, and in which draft."""
    return path.with_name(path.name + ".lock.json")


def draft_path(path: Path) -> Path | None:
    """The draft that a writer of ``path`` has, or left when it was killed; null if there is none.

    Only what a writer wrote down as its own is a draft: whatever is named alike is somebody's.
    """
    try:
        name = json.loads(holder_path(path).read_text(encoding="utf-8"))["draft"]
        if not re.fullmatch(rf"{re.escape(path.name)}\.draft-[0-9a-f]{{16}}", name):
            return None
    except (OSError, ValueError, KeyError, TypeError):
        return None
    draft = path.with_name(name)
    beside = (draft, wal_path(draft), spill_path(draft))
    return draft if any(map(os.path.lexists, beside)) else None


def wal_path(path: Path) -> Path:
    """The write-ahead log DuckDB keeps beside ``path``."""
    return path.with_name(path.name + ".wal")


def scratch_of_draft(path: Path) -> Path:
    """The folder for what is needed only while the draft of ``path`` is written.

    Raises:
        WarehouseError: Nobody writes ``path``.
    """
    draft = draft_path(path)
    if draft is None:
        raise WarehouseError(f"{path}: its draft is gone. Run the command again.")
    return spill_path(draft)


def spill_path(draft: Path) -> Path:
    """The folder for what a draft needs only while it is written."""
    return draft.with_name(draft.name + ".tmp")


def lock_path(path: Path) -> Path:
    """The file whose lock lets one writer at a time have a draft of ``path``."""
    return path.with_name(path.name + ".lock")


def demo_paths(path: Path) -> Iterator[Path]:
    """Where a demo warehouse may be kept once a real import has begun: the first free name."""
    yield path.with_name(f"{path.stem}.demo{path.suffix}")
    for number in itertools.count(2):
        yield path.with_name(f"{path.stem}.demo-{number}{path.suffix}")


def is_demo_path(path: Path, name: str) -> bool:
    """Whether a file is called like a demo that was moved aside, or like one beside it."""
    return bool(
        re.fullmatch(rf"{re.escape(path.stem)}\.demo(-\d+)?{re.escape(path.suffix)}(\..+)?", name)
    )


def make_read_only(path: Path) -> None:
    """Take the right to write; who may read stays as the umask had it when it was made."""
    path.chmod(path.stat().st_mode & 0o444)


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
    aside = wal.with_name(f"{wal.name}.foreign-{utc_now():%Y%m%dT%H%M%S%f}")
    wal.rename(aside)
    try:
        connect(path, read_only=True).close()
    except DatabaseError as error:
        aside.rename(wal)
        raise WarehouseError(
            f"{path}: {first_line(error)}. Close the program that has it open, then repair again."
        ) from error
    make_read_only(path)
    return aside
