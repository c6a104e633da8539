"""Drain what waits in the inbox into a draft.

A line is drained exactly once: its natural key makes a second drain a known record.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from sotw.warehouse import sync_folder, utc_now
from sotw.warehouse.inbox import inbox_path, locked, taken

if TYPE_CHECKING:
    from collections.abc import Collection

    from sotw.ingest import IngestReport
    from sotw.warehouse import Connection


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
    with locked(warehouse):
        if path.exists():
            path.rename(path.with_name(f"{warehouse.name}.inbox-{utc_now():%Y%m%dT%H%M%S%f}.jsonl"))
    files = taken(warehouse)
    report = ingest(con, files, listener, now=utc_now())
    read = {receipt.file for receipt in report.receipts}
    return report, [file for file in files if file.name in read]


def discard(warehouse: Path, listeners: Collection[str]) -> None:
    """Remove the waiting records of some listeners, who are forgotten or moved aside."""
    with locked(warehouse):
        for file in filter(Path.exists, [inbox_path(warehouse), *taken(warehouse)]):
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
