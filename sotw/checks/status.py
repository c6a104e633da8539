"""Where a warehouse stands: its log, the last build, the last training, what comes next."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sotw import warehouse
from sotw.checks import freshness
from sotw.render import render
from sotw.warehouse import inbox

if TYPE_CHECKING:
    from pathlib import Path

    from sotw.settings import Settings
    from sotw.warehouse import Connection

_MOST_NAMES = 5


@dataclass(frozen=True, slots=True)
class Status:
    """A line each, as a person reads it.

    Attributes:
        log: From when to when the plays reach, and whose they are.
        plays: How many there are, and picks.
        build: When the last build was, and whether anything is newer.
        train: When what was trained.
        next: What to do.
    """

    log: str
    plays: str
    build: str
    train: str
    next: str


def examine(path: Path, settings: Settings) -> Status:
    """The state of the warehouse at ``path``, which need not be there."""
    waiting = inbox.waiting(path)
    if not path.exists():
        how = "sotw update FILES   imports your exports, builds and trains"
        return Status("none yet", "none", "none", "none", how)
    with warehouse.reading(path) as con:
        facts = warehouse.rows(con, render("checks/status.sql"))[0]
        names = [row["listener"] for row in warehouse.rows(con, _NAMES)]
        stale = freshness.unbuilt(con, settings) if facts["built_at"] else []
    more = f" and {len(names) - _MOST_NAMES} more" if len(names) > _MOST_NAMES else ""
    whose = ", ".join(names[:_MOST_NAMES]) + more
    picks = f"{facts['picks']:,} picks" + (f", {waiting:,} more wait" if waiting else "")
    built = f"{facts['built_at']:%Y-%m-%d %H:%M} UTC" if facts["built_at"] else "none"
    behind = "; there is something newer" if stale or waiting else "; nothing is newer"
    trained = "none"
    if facts["trained_at"]:
        trained = f"{facts['trained_at']:%Y-%m-%d %H:%M} UTC: {facts['trained']}"
    return Status(
        log=f"{facts['first_day']} to {facts['last_day']}, of {whose}"
        if facts["plays"]
        else "no plays",
        plays=f"{facts['plays']:,}; {picks}",
        build=built + (behind if facts["built_at"] else ""),
        train=trained,
        next=_next(path, settings, plays=facts["plays"]),
    )


_NAMES = "select listener from raw.listeners order by listener"


def _next(path: Path, settings: Settings, *, plays: int) -> str:
    if not plays:
        return "sotw update FILES   imports your exports, builds and trains"
    if needs_build(path, settings):
        return "sotw update   builds and trains with what is new"
    if needs_training(path):
        return "sotw train   learns from the last build"
    return "sotw predict   shows the song of the week"


def needs_build(path: Path, settings: Settings) -> bool:
    """Whether a build would make anything else than what is there."""
    if not path.exists() or inbox.waiting(path):
        return True
    with warehouse.reading(path) as con:
        return not _built(con) or bool(freshness.unbuilt(con, settings))


def needs_training(path: Path) -> bool:
    """Whether the last build is newer than the last training."""
    with warehouse.reading(path) as con:
        facts = warehouse.rows(con, render("checks/status.sql"))[0]
    return bool(facts["built_at"]) and (
        facts["trained_at"] is None or facts["trained_at"] < facts["built_at"]
    )


def _built(con: Connection) -> bool:
    return bool(warehouse.rows(con, "select 1 from ml.builds limit 1"))
