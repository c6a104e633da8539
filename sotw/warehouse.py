"""The warehouse file: many readers, one writer, and a draft between them.

DuckDB lets one process write *or* many read. So a writer copies the file to a draft, changes
the draft and renames it over the warehouse: readers never wait, never see half a build, and
keep their snapshot until they reconnect (DESIGN 2). This module is the only door to duckdb.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import logging
import os
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
from filelock import FileLock, Timeout

from sotw.errors import SettingsError, WarehouseError
from sotw.paths import contracts, sql_root

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    Values = Sequence[object] | dict[str, Any]

log = logging.getLogger(__name__)

Connection = duckdb.DuckDBPyConnection
DatabaseError = duckdb.Error
# What a full or failing disk raises, in a statement, at its commit and after it.
_UNWRITTEN = (duckdb.IOException, duckdb.TransactionException, duckdb.FatalException)
SCHEMA_VERSION = 6
# Older clients (the shell on the package index, BI drivers) read this format.
STORAGE_VERSION = "v1.0.0"
# The unit of parallel work: DuckDB's own 122,880 leave a core idle on one listener's history.
ROW_GROUP_SIZE = 30_720


def utc_now() -> dt.datetime:
    """This instant as naive UTC, whole microseconds, as every table stores time."""
    return dt.datetime.now(dt.UTC).replace(tzinfo=None)


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


def _holder_path(path: Path) -> Path:
    return path.with_name(path.name + ".lock.json")


def lock_holder(path: Path) -> str | None:
    """Who wrote or writes ``path`` last: process, command and since when; null if unknown."""
    try:
        who = json.loads(_holder_path(path).read_text(encoding="utf-8"))
        return f"process {who['pid']} ('{who['command']}', since {who['since']} UTC)"
    except (OSError, ValueError, KeyError):
        return None


def connect(path: Path | str, *, read_only: bool = False) -> Connection:
    """Open a DuckDB file; a new one gets the storage version that older clients read."""
    # Absolute: what looks like 'md:x' or 'sqlite:x' is a file too.
    where = str(path if path == ":memory:" else Path(path).absolute())
    if read_only:
        return duckdb.connect(where, read_only=True)
    # Only `attach` takes the size of row groups.
    options = f"row_group_size {ROW_GROUP_SIZE}"
    if not Path(where).exists():
        options += f", storage_version '{STORAGE_VERSION}'"
    # An instance without a file of its own would spill into the working directory.
    con = duckdb.connect(config={"temp_directory": f"{where}.tmp"})
    try:
        con.execute(f"attach {quoted(where)} as sotw ({options})")
        con.execute("use sotw")
    except BaseException:
        con.close()
        raise
    return con


def quoted(text: str) -> str:
    """A SQL literal, for the statements that take no parameter."""
    return "'" + text.replace("'", "''") + "'"


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
    except duckdb.Error as error:
        raise WarehouseError(
            f"{path}: does not open: {_first_line(error)}. Run `sotw doctor` to see why."
        ) from error
    try:
        found = schema_version(con, path)
        if found < SCHEMA_VERSION:
            raise WarehouseError(
                f"{path}: its tables have version {found}, this sotw reads {SCHEMA_VERSION}. "
                "Run `sotw build`, which brings them forward."
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
    leave_aside: Callable[[Connection], bool] | None = None,
) -> Iterator[Connection]:
    """Open a draft of the warehouse; on success it replaces the published file.

    An exception inside the block removes the draft and leaves the published file as it was.

    Args:
        path: The published file; it may not exist yet.
        lock_seconds: How long to wait for another writer; by default SOTW_LOCK_SECONDS or 30.
        is_anew: Start from an empty draft, not from a copy; no dead space is carried over.
        leave_aside: Asked about the copy; if true the draft starts empty, and the published
            file is kept as ``<name>.demo.duckdb`` (the demo gives way to a real import).

    Raises:
        WarehouseError: Another writer holds the lock, a foreign .wal lies beside the file,
            the disk is too full, or the file is from a newer sotw.
    """
    with explained(path), _locked(path, lock_seconds):
        draft = draft_path(path)
        try:
            yield from _drafted(path, draft, is_anew=is_anew, leave_aside=leave_aside)
        finally:
            _remove(draft)


@contextlib.contextmanager
def explained(path: Path) -> Iterator[None]:
    """Say what the file system refuses as an error that a person can act on."""
    try:
        yield
    except (OSError, *_UNWRITTEN) as error:
        raise WarehouseError(
            f"{path}: cannot be written: {_first_line(error)}. The published file is as it was; "
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
    leave_aside: Callable[[Connection], bool] | None,
) -> Iterator[Connection]:
    _say_who(path)
    refuse_foreign_wal(path)
    _remove(draft)
    _check_space(path)
    if path.exists() and not is_anew:
        shutil.copyfile(path, draft)
    con = _open_draft(path, draft)
    is_aside = False
    try:
        if leave_aside and path.exists() and leave_aside(con):
            is_aside = True
            con.close()
            _remove(draft)
            con = _open_draft(path, draft)
        yield con
        con.execute("checkpoint")
    finally:
        con.close()
    if is_aside:
        _keep_aside(path)
    _publish(draft, path)


def _open_draft(path: Path, draft: Path) -> Connection:
    try:
        con = connect(draft)
    except duckdb.Error as error:
        raise WarehouseError(
            f"{path}: does not open: {_first_line(error)}. Run `sotw doctor --repair`."
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
    draft.chmod(0o444)
    draft.replace(path)
    sync_folder(path)
    log.info("%s published, %.1f MB", path, path.stat().st_size / 1e6)


def sync_folder(path: Path) -> None:
    """Make the directory entry of ``path`` durable."""
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def demo_path(path: Path) -> Path:
    """Where the demo warehouse is kept once a real import has begun."""
    return path.with_name(path.stem + ".demo" + path.suffix)


def _keep_aside(path: Path) -> None:
    """Give the published file a second name; the rename of the draft takes the first away."""
    aside = demo_path(path)
    aside.unlink(missing_ok=True)
    os.link(path, aside)


def _say_who(path: Path) -> None:
    who = {
        "pid": os.getpid(),
        "command": " ".join(["sotw", *sys.argv[1:]]),
        "since": f"{utc_now():%Y-%m-%d %H:%M:%S}",
    }
    _holder_path(path).write_text(json.dumps(who), encoding="utf-8")


def _remove(draft: Path) -> None:
    for leftover in (draft, wal_path(draft)):
        leftover.unlink(missing_ok=True)
    shutil.rmtree(spill_path(draft), ignore_errors=True)


def remove_draft(path: Path) -> None:
    """Remove what a killed writer of ``path`` left; the caller holds the lock."""
    _remove(draft_path(path))


def _check_space(path: Path) -> None:
    size = path.stat().st_size if path.exists() else 0
    needed = int(size * 1.5) + 64_000_000
    free = shutil.disk_usage(path.parent).free
    if free < needed:
        raise WarehouseError(
            f"{path.parent}: {free / 1e6:,.0f} MB free, a draft needs {needed / 1e6:,.0f} MB. "
            "Free some space, or point --warehouse at another disk."
        )


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
    except duckdb.Error as error:
        aside.rename(wal)
        raise WarehouseError(
            f"{path}: {_first_line(error)}. Close the program that has it open, then repair again."
        ) from error
    path.chmod(0o444)
    return aside


def schema_version(con: Connection, path: Path) -> int:
    """The version of the file's contracts; 0 for an empty file.

    Raises:
        WarehouseError: The file is newer than this code, or is no warehouse of sotw.
    """
    query = "select 1 from duckdb_tables() where table_name = 'schema_version'"
    if not con.execute(query).fetchall():
        [(others,)] = con.execute("select count(*) from duckdb_tables()").fetchall()
        if others:
            raise WarehouseError(
                f"{path}: a DuckDB file, but not one of sotw. Point --warehouse at another file."
            )
        return 0
    [(found,)] = con.execute("select max(version) from raw.schema_version").fetchall()
    if found > SCHEMA_VERSION:
        raise WarehouseError(
            f"{path}: made by a newer sotw (tables of version {found}, this one knows "
            f"{SCHEMA_VERSION}). Update sotw."
        )
    return int(found)


def migrate(con: Connection, path: Path, *, root: Path | None = None) -> None:
    """Bring a draft to the current contracts: all of them when new, else forward step by step."""
    found = schema_version(con, path)
    if found == SCHEMA_VERSION:
        return
    folder = root or sql_root()
    con.execute("begin")
    if found == 0:
        con.execute(contracts(folder))
    else:
        for version in range(found + 1, SCHEMA_VERSION + 1):
            (step,) = folder.glob(f"migrations/{version:04}_*.sql")
            con.execute(step.read_text(encoding="utf-8"))
            log.info("%s: %s applied", path, step.name)
    con.execute("insert into raw.schema_version values (?, ?)", [SCHEMA_VERSION, utc_now()])
    con.execute("commit")


def rows(con: Connection, query: str, values: Values = ()) -> list[dict[str, Any]]:
    """The result of a query as one dictionary a row."""
    cursor = con.execute(query, values if isinstance(values, dict) else list(values))
    names = [column[0] for column in cursor.description or ()]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _first_line(error: Exception) -> str:
    return str(error).strip().splitlines()[0]
