"""What is there, what is missing, and what to do next."""

from __future__ import annotations

import importlib.metadata
import platform
from typing import TYPE_CHECKING, Any

from filelock import FileLock, Timeout

from sotw import extras, warehouse
from sotw.checks import freshness
from sotw.errors import SotwError
from sotw.warehouse import inbox

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from sotw.learning.protocol import Traits
    from sotw.settings import Settings
    from sotw.warehouse import Connection

_PACKAGES = ("duckdb", "sqlglot", "jinja2", "pyarrow", "pandas", "scikit-learn", "requests")
_COUNTS = {
    "plays": "select count(*) from raw.plays",
    "picks": "select count(*) from raw.picks",
    "imports": "select count(*) from raw.imports",
    "rejected records": "select count(*) from raw.rejects",
    "builds": "select count(*) from ml.builds",
    "runs": "select count(*) from ml.runs",
}


def examine(path: Path, settings: Settings, predictors: Sequence[Traits]) -> dict[str, Any]:
    """Facts about this installation and one warehouse, with what to do next.

    Args:
        path: The warehouse.
        settings: As for a build.
        predictors: What may be trained.

    Returns:
        ``versions``, ``extras`` (null: not installed), ``warehouse`` (path, state, counts,
        sources), ``is_readable`` (false where there is a file that cannot be
        read), ``waiting`` (records in the inbox) and ``next`` (one sentence each).
    """
    found: dict[str, Any] = {
        "versions": {
            "python": platform.python_version(),
            "sotw": _version("sotw"),
            **{name: _version(name) for name in _PACKAGES},
        },
        "extras": extras.versions(),
        "warehouse": {"path": str(path), "state": "missing"},
        "is_readable": True,
        "waiting": inbox.waiting(path),
        "next": [],
    }
    state: dict[str, Any] = found["warehouse"]
    todo: list[str] = found["next"]
    if warehouse.wal_path(path).exists():
        state["state"] = "another program wrote to it"
        found["is_readable"] = False
        todo.append("Close that program, then run `sotw doctor --repair`.")
        return found
    if not path.exists():
        todo.append("Run `sotw ingest FILE` with an export of yours, or `sotw build` for a demo.")
        return found
    try:
        with warehouse.reading(path) as con:
            state["state"] = "readable"
            state["megabytes"] = round(path.stat().st_size / 1e6, 1)
            for name, query in _COUNTS.items():
                [(state[name],)] = con.execute(query).fetchall()
            state["sources"] = warehouse.rows(con, _SOURCES)
            todo += _next(con, state, found["waiting"], path, settings, predictors)
    except SotwError as error:
        state["state"] = str(error)
        found["is_readable"] = False
        todo.append("What is said of its state above says what to do.")
    return found


_SOURCES = "select format, count(*) as files, sum(rows_kept) as kept from raw.imports group by all"


def _next(
    con: Connection,
    state: dict[str, Any],
    waiting: int,
    path: Path,
    settings: Settings,
    predictors: Sequence[Traits],
) -> list[str]:
    todo = freshness.named_in_vain(con, settings)
    if path.stat().st_mode & 0o222:
        todo.append("The file is writable; run `sotw doctor --repair` to make it read-only.")
    if warehouse.draft_path(path):
        todo.append("A draft is there: a writer is at work, or was killed; the next one clears it.")
    if not state["plays"]:
        todo.append("No plays yet: run `sotw ingest FILE`.")
    elif not any(warehouse.is_built(con, one.mart) for one in predictors):
        todo.append("Nothing is built yet: run `sotw build`, then `sotw train`.")
    else:
        todo += freshness.unbuilt(con, settings) + freshness.untrained(con, predictors)
        todo += freshness.to_improve(con, predictors)
    if waiting:
        picks = "1 pick waits" if waiting == 1 else f"{waiting:,} picks wait"
        todo.append(f"{picks} in the inbox: run `sotw build`.")
    return todo or ["Nothing: `sotw predict` shows this week's ranking."]


def repair(path: Path) -> list[str]:
    """Settle a foreign write-ahead log, clear a stale draft, make the file read-only.

    Returns:
        What was done, a sentence each.

    Raises:
        WarehouseError: Another process has the warehouse open for writing, or we may not write.
    """
    with warehouse.explained(path):
        return _repair(path) or ["Nothing needed repair."]


def _repair(path: Path) -> list[str]:
    done = []
    aside = warehouse.settle_wal(path)
    if aside:
        done.append(f"{aside.name}: what another program had written was moved there.")
    try:
        with FileLock(warehouse.lock_path(path), timeout=0):
            if warehouse.draft_path(path):
                warehouse.remove_draft(path)
                done.append("A stale draft was removed.")
    except Timeout:
        done.append("A writer is at work; its draft was left alone.")
    if path.exists() and path.stat().st_mode & 0o222:
        warehouse.make_read_only(path)
        done.append("The warehouse file was made read-only.")
    return done


def _version(package: str) -> str | None:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return None
