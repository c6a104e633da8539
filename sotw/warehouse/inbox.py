"""Small writes that must not wait for a writer: appended to a file, drained by the next one.

A pick (later: thumbs, listens) is one fsynced line of JSON beside the warehouse. The next writer
takes the file over by a rename, imports it the ordinary way, and deletes it once its draft is
published (``actions.inbox``).
"""

from __future__ import annotations

import json
import os
from glob import escape
from typing import TYPE_CHECKING, Any

from filelock import FileLock

from sotw.warehouse.draft import sync_folder

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


def inbox_path(warehouse: Path) -> Path:
    """Where lines for ``warehouse`` are appended."""
    return warehouse.with_name(warehouse.name + ".inbox.jsonl")


def locked(warehouse: Path) -> FileLock:
    """The lock that keeps a line and a drain apart."""
    return FileLock(warehouse.with_name(warehouse.name + ".inbox.lock"))


def append(warehouse: Path, record: Mapping[str, Any]) -> None:
    """Add one record; it is on disk when this returns."""
    path = inbox_path(warehouse)
    path.parent.mkdir(parents=True, exist_ok=True)
    line = json.dumps(dict(record), ensure_ascii=False).encode() + b"\n"
    with locked(warehouse), path.open("ab+") as file:
        # A line torn by a full disk or a kill must not spoil this one.
        if file.tell() and os.pread(file.fileno(), 1, file.tell() - 1) != b"\n":
            line = b"\n" + line
        file.write(line)
        file.flush()
        os.fsync(file.fileno())
    sync_folder(path)


def waiting(warehouse: Path) -> int:
    """How many records are waiting for a writer."""
    files = [inbox_path(warehouse), *taken(warehouse)]
    return sum(len(file.read_bytes().splitlines()) for file in files if file.exists())


def taken(warehouse: Path) -> list[Path]:
    """What drains took over and did not finish."""
    return sorted(warehouse.parent.glob(escape(warehouse.name) + ".inbox-*.jsonl"))
