"""Drain what waits in the inbox into a draft.

A line is drained exactly once: its natural key makes a second drain a known record.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from sotw.warehouse import scratch_of_draft, sync_folder, utc_now
from sotw.warehouse.appearing import appearing
from sotw.warehouse.inbox import inbox_path, locked, taken

if TYPE_CHECKING:
    from collections.abc import Collection

    from sotw.ingest import IngestReport
    from sotw.warehouse import Connection


def drain(
    con: Connection, warehouse: Path, listener: str, *, without: Collection[str] = ()
) -> tuple[IngestReport, list[Path]]:
    """Import every waiting record into the draft.

    Args:
        con: The draft; its writer holds the warehouse's lock.
        warehouse: The published file.
        listener: Whose records they are where a line does not say.
        without: Listeners whose records are not imported.

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
    # Beside the draft, and gone with it: until it is published nothing waiting is touched.
    folder = scratch_of_draft(warehouse) / "inbox"
    meant = [_without(file, without, folder) for file in files]
    report = ingest(con, [file for file in meant if file is not None], listener, now=utc_now())
    read = {receipt.file for receipt in report.receipts}
    done = [file for file, left in zip(files, meant, strict=True) if not left or left.name in read]
    return report, done


def _without(file: Path, listeners: Collection[str], folder: Path) -> Path | None:
    """A file less the records of some listeners; null where no other record is in it."""
    lines = file.read_bytes().splitlines(keepends=True)
    kept = [line for line in lines if _listener(line) not in listeners]
    if len(kept) == len(lines):
        return file
    if not kept:
        return None
    folder.mkdir(parents=True, exist_ok=True)
    (folder / file.name).write_bytes(b"".join(kept))
    return folder / file.name


def discard(warehouse: Path, listeners: Collection[str]) -> None:
    """Remove the waiting records of some listeners, who are forgotten or moved aside."""
    with locked(warehouse):
        for file in filter(Path.exists, [inbox_path(warehouse), *taken(warehouse)]):
            lines = file.read_bytes().splitlines(keepends=True)
            kept = [line for line in lines if _listener(line) not in listeners]
            if not kept:
                file.unlink()
            elif len(kept) < len(lines):
                with appearing(file, is_replacing=True) as draft:
                    draft.write_bytes(b"".join(kept))
    if warehouse.parent.exists():
        sync_folder(warehouse)


def _listener(line: bytes) -> str | None:
    try:
        found = json.loads(line)
    except ValueError:
        return None
    return found.get("listener") if isinstance(found, dict) else None
