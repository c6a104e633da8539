"""Small writes that must not wait for a writer: appended to a file, drained by the next one.

A pick (later: thumbs, listens) is one fsynced line of JSON beside the warehouse. The next writer
takes the file over by a rename, imports it the ordinary way, and deletes it once its draft is
published. A line is drained exactly once: its natural key makes a second drain a known record.
"""

from __future__ import annotations

import json
import os
from glob import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from filelock import FileLock

from sotw.warehouse import sync_folder, utc_now

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from sotw.ingest import IngestReport
    from sotw.warehouse import Connection


def inbox_path(warehouse: Path) -> Path:
    """Where lines for ``warehouse`` are appended."""
    return warehouse.with_name(warehouse.name + ".inbox.jsonl")


def _lock(warehouse: Path) -> FileLock:
    return FileLock(warehouse.with_name(warehouse.name + ".inbox.lock"))


def append(warehouse: Path, record: Mapping[str, Any]) -> None:
    """Add one record; it is on disk when this returns."""
    path = inbox_path(warehouse)
    path.parent.mkdir(parents=True, exist_ok=True)
    line = json.dumps(dict(record), ensure_ascii=False).encode() + b"\n"
    with _lock(warehouse), path.open("ab+") as file:
        # A line torn by a full disk or a kill must not spoil this one.
        if file.tell() and os.pread(file.fileno(), 1, file.tell() - 1) != b"\n":
            line = b"\n" + line
        file.write(line)
        file.flush()
        os.fsync(file.fileno())
    sync_folder(path)


def waiting(warehouse: Path) -> int:
    """How many records are waiting for a writer."""
    files = [inbox_path(warehouse), *_taken(warehouse)]
    return sum(len(file.read_bytes().splitlines()) for file in files if file.exists())


def _taken(warehouse: Path) -> list[Path]:
    return sorted(warehouse.parent.glob(escape(warehouse.name) + ".inbox-*.jsonl"))


def drain(con: Connection, warehouse: Path, listener: str) -> tuple[IngestReport, list[Path]]:
    """Import every waiting record into the draft.

    Args:
        con: The draft; its writer holds the warehouse's lock.
        warehouse: The published file.
        listener: Whose records they are where a line does not say.

    Returns:
        What was imported, and the files to delete once the draft is published. A file that could
        not be read stays, and is tried again.
    """
    from sotw.ingest import ingest  # slow to import, and a build seldom has anything to drain

    path = inbox_path(warehouse)
    with _lock(warehouse):
        if path.exists():
            path.rename(path.with_name(f"{warehouse.name}.inbox-{utc_now():%Y%m%dT%H%M%S%f}.jsonl"))
    files = _taken(warehouse)
    report = ingest(con, files, listener, now=utc_now())
    read = {receipt.file for receipt in report.receipts}
    return report, [file for file in files if file.name in read]


def discard(warehouse: Path, listeners: Collection[str]) -> None:
    """Remove the waiting records of some listeners, who are forgotten or moved aside."""
    with _lock(warehouse):
        for file in filter(Path.exists, [inbox_path(warehouse), *_taken(warehouse)]):
            lines = file.read_bytes().splitlines(keepends=True)
            kept = [line for line in lines if _listener(line) not in listeners]
            if not kept:
                file.unlink()
            elif len(kept) < len(lines):
                draft = file.with_name(file.name + ".draft")
                draft.write_bytes(b"".join(kept))
                draft.replace(file)
    if warehouse.parent.exists():
        sync_folder(warehouse)


def _listener(line: bytes) -> str | None:
    try:
        found = json.loads(line)
    except ValueError:
        return None
    return found.get("listener") if isinstance(found, dict) else None
