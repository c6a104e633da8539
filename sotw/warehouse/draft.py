"""The warehouse file: many readers, one writer, and a draft between them.

DuckDB lets one process write *or* many read. So a writer copies the file to a draft, changes
the draft and renames it over the warehouse: readers never wait, never see half a build, and
keep their snapshot until they reconnect (DESIGN 2).
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import re
import secrets
import shutil
import sys
from typing import TYPE_CHECKING, Any

from filelock import FileLock, Timeout

from sotw.errors import SettingsError, WarehouseError
from sotw.warehouse import migrations
from sotw.warehouse.connection import (
    UNWRITTEN,
    Connection,
    DatabaseError,
    connect,
    first_line,
    utc_now,
)
from sotw.warehouse.files import (
    draft_path,
    holder_path,
    lock_path,
    make_read_only,
    new_draft_path,
    refuse_foreign_wal,
    spill_path,
    wal_path,
)
from sotw.warehouse.migrations import migrate, schema_version

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    Values = Sequence[object] | dict[str, Any]

log = logging.getLogger(__name__)

_UNREADABLE = "Move it away and import your exports again, or bring a backup back."
# What this process has published.
_published: set[str] = set()


def lock_holder(path: Path) -> str | None:
    """Who wrote or writes ``path`` last: process, command and since when; null if unknown."""
    try:
        who = json.loads(holder_path(path).read_text(encoding="utf-8"))
        return f"process {who['pid']} ('{who['command']}', since {who['since']} UTC)"
    except (OSError, ValueError, KeyError):
        return None


@contextlib.contextmanager
def reading(path: Path) -> Iterator[Connection]:
    """Open the published warehouse read-only.

    Raises:
        WarehouseError: There is none, it does not open, or its tables are of another version.
    """
    if not path.exists():
        raise WarehouseError(f"{path}: no warehouse yet. Run `sotw build` or `sotw ingest FILE`.")
    refuse_foreign_wal(path)
    try:
        con = connect(path, read_only=True)
    except DatabaseError as error:
        raise WarehouseError(
            f"{path}: does not open: {first_line(error)}. {_UNREADABLE}"
        ) from error
    try:
        found = schema_version(con, path)
        if found < migrations.SCHEMA_VERSION:
            raise WarehouseError(
                f"{path}: its tables have version {found}, this sotw reads "
                f"{migrations.SCHEMA_VERSION}. Run `sotw build`, which brings them forward."
            )
        yield con
    finally:
        con.close()


@contextlib.contextmanager
def writing(
    path: Path,
    *,
    lock_seconds: float | None = None,
    is_anew: bool = False,
    leave_aside: Callable[[Connection], Path | None] | None = None,
    settle: Callable[[], None] | None = None,
    take: Callable[[Path], None] | None = None,
    keep_as: Path | None = None,
) -> Iterator[Connection]:
    """Open a draft of the warehouse; on success it replaces the published file.

    An exception inside the block removes the draft and leaves the published file as it was.

    Args:
        path: The published file; it may not exist yet.
        lock_seconds: How long to wait for another writer; by default SOTW_LOCK_SECONDS or 30.
        is_anew: Start from an empty draft, not from a copy; no dead space is carried over.
        leave_aside: Asked about the copy; if it names a file, the draft starts empty and the
            published one is kept under that name (the demo gives way to a real import).
        settle: Called once the draft is published, before the next writer begins: what is
            changed beside the warehouse, such as an inbox.
        take: Called with the draft's name to make it of something else than the published file.
        keep_as: Another name for the published file that is replaced.

    Raises:
        WarehouseError: Another writer holds the lock, a foreign .wal lies beside the file,
            the disk is too full, or the file is from a newer sotw.
    """
    with explained(path), _locked(path, lock_seconds):
        remove_draft(path)
        draft = new_draft_path(path)
        _say_who(path, draft)
        try:
            yield from _drafted(
                path, draft, is_anew=is_anew, leave_aside=leave_aside, take=take, aside=keep_as
            )
            if settle is not None:
                settle()
        finally:
            _remove(draft)


@contextlib.contextmanager
def explained(path: Path) -> Iterator[None]:
    """Say what the file system refuses as an error that a person can act on."""
    try:
        yield
    except (OSError, *UNWRITTEN) as error:
        raise WarehouseError(
            f"{path}: cannot be written: {first_line(error)}. The published file is as it was; "
            "check the space on its disk and the permissions of its folder."
        ) from error


@contextlib.contextmanager
def _locked(path: Path, seconds: float | None) -> Iterator[None]:
    path.parent.mkdir(parents=True, exist_ok=True)
    seconds = _seconds_to_wait() if seconds is None else seconds
    lock = FileLock(lock_path(path))
    try:
        lock.acquire(timeout=seconds)
    except Timeout as error:
        raise WarehouseError(
            f"{path}: being written by {lock_holder(path) or 'another process'}; waited "
            f"{seconds:g} s. Try again when it has ended."
        ) from error
    try:
        yield
    finally:
        lock.release()


def _seconds_to_wait() -> float:
    text = os.environ.get("SOTW_LOCK_SECONDS") or "30"
    with contextlib.suppress(ValueError):
        if 0 <= (seconds := float(text)) < float("inf"):
            return seconds
    raise SettingsError(f"SOTW_LOCK_SECONDS = {text!r} is not allowed; allowed: seconds, 0 or more")


def _drafted(
    path: Path,
    draft: Path,
    *,
    is_anew: bool,
    leave_aside: Callable[[Connection], Path | None] | None,
    take: Callable[[Path], None] | None,
    aside: Path | None,
) -> Iterator[Connection]:
    refuse_foreign_wal(path)
    _check_space(path)
    if take is not None:
        take(draft)
    elif path.exists() and not is_anew:
        shutil.copyfile(path, draft)
    con = _open_draft(path, draft)
    try:
        if leave_aside and path.exists() and (aside := leave_aside(con)):
            con.close()
            _remove(draft)
            con = _open_draft(path, draft)
        yield con
        con.execute("checkpoint")
    finally:
        con.close()
    if aside:
        _keep_aside(path, aside)
    _publish(draft, path)


def _open_draft(path: Path, draft: Path) -> Connection:
    try:
        con = connect(draft)
    except DatabaseError as error:
        raise WarehouseError(
            f"{path}: does not open: {first_line(error)}. {_UNREADABLE}"
        ) from error
    try:
        migrate(con, path)
    except BaseException:
        con.close()
        raise
    return con


def _publish(draft: Path, path: Path) -> None:
    if wal_path(draft).exists():
        raise WarehouseError(f"{draft}: a write-ahead log is left after the checkpoint. Run again.")
    with draft.open("rb") as file:
        os.fsync(file.fileno())
    make_read_only(draft)
    draft.replace(path)
    _published.add(str(path))
    sync_folder(path)
    log.info("%s published, %.1f MB", path, path.stat().st_size / 1e6)


def has_published() -> bool:
    """Whether this process has published a draft."""
    return bool(_published)


def sync_folder(path: Path) -> None:
    """Make the directory entry of ``path`` durable."""
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _keep_aside(path: Path, aside: Path) -> None:
    """Give the published file a second name; the rename of the draft takes the first away."""
    os.link(path, aside)


def _say_who(path: Path, draft: Path) -> None:
    who = {
        "pid": os.getpid(),
        "command": _command(),
        "since": f"{utc_now():%Y-%m-%d %H:%M:%S}",
        "draft": draft.name,
    }
    # Whole or not at all: without its name a draft that a kill leaves would stay for good.
    told = path.with_name(f".sotw-{secrets.token_hex(8)}")
    try:
        with told.open("x", encoding="utf-8") as file:
            json.dump(who, file)
            file.flush()
            os.fsync(file.fileno())
        told.replace(holder_path(path))
    finally:
        told.unlink(missing_ok=True)


def _command() -> str:
    """Which command this is, without what was said to it: a name of a file is a person's."""
    name = next(iter(sys.argv[1:]), "")
    return f"sotw {name}" if re.fullmatch("[a-z]+", name) else "sotw"


def _remove(draft: Path) -> None:
    for leftover in (draft, wal_path(draft)):
        leftover.unlink(missing_ok=True)
    shutil.rmtree(spill_path(draft), ignore_errors=True)


def remove_draft(path: Path) -> None:
    """Remove what a killed writer of ``path`` left; the caller holds the lock."""
    if draft := draft_path(path):
        _remove(draft)


def _check_space(path: Path) -> None:
    size = path.stat().st_size if path.exists() else 0
    needed = int(size * 1.5) + 64_000_000
    free = shutil.disk_usage(path.parent).free
    if free < needed:
        raise WarehouseError(
            f"{path.parent}: {free / 1e6:,.0f} MB free, a draft needs {needed / 1e6:,.0f} MB. "
            "Free some space, or point --warehouse at another disk."
        )
