"""What the commands say, as text: tables and sentences from the reports, nothing printed here."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from sotw.plain_text import in_line
from sotw.text_table import UNLIMITED, table, width, wrapped

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sotw.actions.forget import File
    from sotw.pipeline.run import Timing

# Of files that are told of in one line.
_MOST_NAMES = 3
# Of a file's name in a table; with less nobody knows which it is.
_LEAST_OF_NAME = 24
_OUTCOMES = ("read", "kept", "known", "rejected")


def receipts(rows: Sequence[Mapping[str, Any]]) -> str:
    """Import receipts, a row per file; what was rejected and why, and notes, stand below."""
    # A name may have line breaks, and a line is a file's.
    rows = [{**row, "file": in_line(row["file"])} for row in rows]
    unread = [row for row in rows if row["format"] == "not used"]
    refused = [row for row in rows if row["format"] == "refused"]
    read = [row for row in rows if row["format"] not in ("not used", "refused")]
    lines = _receipt_table(read) if read else []
    lines += [f"{row['file']}: {said}" for row in read if (said := _remarks(row))]
    lines += [f"refused: {row['file']}: {row['note']}" for row in refused]
    if refused:
        lines.append("Of a refused file nothing is imported, and raw.imports has no row.")
    lines += _not_used(unread)
    total = {name: sum(row[name] for row in read) for name in _OUTCOMES}
    listeners = {row["listener"] for row in read if row["listener"]}
    whose = f"; listener: {min(listeners)}" if len(listeners) == 1 else ""
    lines.append(
        f"{total['read']:,} read = {total['kept']:,} kept + {total['known']:,} known "
        f"+ {total['rejected']:,} rejected{whose}"
    )
    return "\n".join(lines)


def _receipt_table(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """A row per file within the terminal: what all have in common is said once, below."""
    several = len({row["listener"] for row in rows if row["listener"]}) > 1
    columns = ["file", "format", *(["listener"] if several else []), *_OUTCOMES]
    left = _space_for(rows, "file", columns)
    if left >= _LEAST_OF_NAME:
        return [_of_files(rows, left, columns)]
    columns.remove("format")
    left = max(_space_for(rows, "file", columns), _LEAST_OF_NAME)
    formats = Counter(row["format"] for row in rows)
    found = ", ".join(f"{name} ({count:,})" for name, count in formats.items())
    return [_of_files(rows, left, columns), wrapped(f"Files by format: {found}.")]


def _space_for(rows: Sequence[Mapping[str, Any]], column: str, columns: Sequence[str]) -> int:
    """How many columns of the terminal the others leave to one."""
    others = table(rows, [name for name in columns if name != column], most=UNLIMITED)
    return width() - 2 - max(map(len, others.splitlines()))


def _of_files(rows: Sequence[Mapping[str, Any]], most: int, columns: Sequence[str]) -> str:
    return table(_shortened(rows, most), columns)


def _shortened(rows: Sequence[Mapping[str, Any]], most: int) -> list[dict[str, Any]]:
    """Rows whose file names are no longer than ``most``; years and numbers stand at the end."""
    return [
        {**row, "file": f"…{row['file'][1 - most :]}" if len(row["file"]) > most else row["file"]}
        for row in rows
    ]


def _remarks(row: Mapping[str, Any]) -> str:
    """Why records of a file were rejected, and what else to know of it."""
    reasons = row["reasons"]
    said = []
    if len(reasons) == 1:
        said.append(f"{row['rejected']:,} rejected: {next(iter(reasons))}")
    elif reasons:
        why = ", ".join(f"{reason} ({count:,})" for reason, count in reasons.items())
        said.append(f"{row['rejected']:,} rejected: {why}")
    return "; ".join([*said, *([row["note"]] if row["note"] else [])])


def imports(rows: Sequence[Mapping[str, Any]]) -> str:
    """What was imported when, a row per import, by number."""
    columns = ["import", "when", "file", "format", "listener", "kept"]
    if len({row["listener"] for row in rows} - {None}) < 2:
        columns.remove("listener")
    left = max(_space_for(rows, "file", columns), _LEAST_OF_NAME)
    return _of_files(rows, left, columns)


def removed(rows: Mapping[str, int]) -> str:
    """How many rows were removed, by table."""
    return "\n".join(f"{name}: {count:,} rows removed" for name, count in rows.items())


def file_to_forget(file: File) -> str:
    """What an import brought, before it is taken back."""
    one = file.receipt
    others = [str(each) for each in file.imports if each != one["import_id"]]
    same = f" (and the same file again: {', '.join(others)})" if others else ""
    whose = f" for {one['listener']}" if one["listener"] else ""
    count = sum(many for name, many in file.rows.items() if name != "raw.imports")
    return (
        f"Import {one['import_id']}{same}: {one['file']}, {one['format']}{whose}, of "
        f"{one['imported_at']:%Y-%m-%d %H:%M} UTC, has {count:,} rows here."
    )


def after_forgetting(file: File) -> str:
    """What to do once an import was taken back."""
    lines = []
    if file.emptied:
        lines.append(f"Nothing else was there of {', '.join(sorted(file.emptied))}.")
    if file.import_again:
        files = ", ".join(file.import_again)
        lines.append(f"They held some of the same, so import them again: {files}")
    if "now to the second" in (file.receipt["note"] or ""):
        lines.append("Plays of other files that took their second from it keep it.")
    return "\n".join([*lines, "The models are built anew; what was learned is not: `sotw train`."])


def _not_used(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """A line for each kind of file that holds nothing to import; some exports have a hundred."""
    files: dict[str, list[str]] = {}
    for row in rows:
        files.setdefault(row["note"], []).append(row["file"])
    lines = []
    for note, names in files.items():
        more = f" and {len(names) - _MOST_NAMES:,} more files" if len(names) > _MOST_NAMES else ""
        lines.append(f"not used: {', '.join(names[:_MOST_NAMES])}{more}: {note}")
    return lines


def timings(timings: Sequence[Timing], seconds: float) -> str:
    """How long a build took and which models took longest."""
    slowest = sorted(timings, key=lambda one: -(one.seconds + one.audit_seconds))[:3]
    named = ", ".join(f"{one.model} {one.seconds + one.audit_seconds:.2f} s" for one in slowest)
    return f"{len(timings)} models built and audited in {seconds:.2f} s (slowest: {named})"
