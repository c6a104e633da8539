"""What every action that writes shares: a draft with the inbox drained into it."""

from __future__ import annotations

import contextlib
import logging
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from sotw import warehouse
from sotw.actions import inbox
from sotw.errors import SettingsError
from sotw.pipeline.models import load_models
from sotw.pipeline.run import Timing, build
from sotw.warehouse.identities import last_ids
from sotw.warehouse.inbox import waiting

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from sotw.ingest import IngestReport
    from sotw.settings import Settings
    from sotw.warehouse import Connection

log = logging.getLogger(__name__)

T = TypeVar("T")


@dataclass(slots=True)
class Draft:
    """An open draft, and what was done to it before the action."""

    con: Connection
    demo_aside: Path | None = None
    drained: IngestReport | None = None


@contextlib.contextmanager
def drafting(path: Path, settings: Settings, *, is_real_import: bool = False) -> Iterator[Draft]:
    """A draft with the inbox drained into it; what was drained is deleted once published."""
    kept_as: list[Path] = []
    given: dict[str, int] = {}
    aside: list[str] = []
    files: list[Path] = []

    def leave_aside(con: Connection) -> Path | None:
        if not (is_real_import and warehouse.is_demo(con)):
            return None
        given.update(last_ids(con))
        aside.extend(row["listener"] for row in warehouse.rows(con, "from raw.listeners"))
        free = (name for name in warehouse.demo_paths(path) if not os.path.lexists(name))
        kept_as.append(next(free))
        return kept_as[0]

    def settle() -> None:
        for file in files:
            file.unlink(missing_ok=True)
        if aside:
            # What was picked for the demo meanwhile.
            inbox.discard(path, aside)

    with warehouse.writing(path, leave_aside=leave_aside, settle=settle) as con:
        draft = Draft(con, demo_aside=kept_as[0] if kept_as else None)
        keep_last_ids(con, given)
        if waiting(path):
            # What was picked for nobody goes with the demo.
            draft.drained, read = inbox.drain(con, path, settings.listener, without=aside)
            files.extend(read)
            for _, message in draft.drained.refused:
                log.warning("%s", message)
        yield draft


def keep_last_ids(con: Connection, given: Mapping[str, int]) -> None:
    """Remember in an empty file which numbers another one gave."""
    query = "insert into raw.last_ids select unnest(?), unnest(?)"
    con.execute(query, [list(given), list(given.values())])


def refuse_unwritable(*texts: str) -> None:
    """Refuse what a terminal of another encoding gave us: bytes that are no text."""
    for text in texts:
        if any("\ud800" <= letter <= "\udfff" for letter in text):
            raise SettingsError(f"{text!r} is not UTF-8; allowed: names in UTF-8, as in your plays")


def is_empty(con: Connection) -> bool:
    """Whether nothing was ever imported; a genre map or a pick alone is somebody's."""
    return not con.execute("select 1 from raw.imports limit 1").fetchall()


def change_ml(path: Path, settings: Settings, work: Callable[[Connection], T]) -> T:
    """Do something to ml in a draft, rebuild the marts that read it, and publish."""
    with drafting(path, settings) as draft:
        found = work(draft.con)
        rebuild_after_ml(draft.con, settings)
    return found


def change_raw(path: Path, settings: Settings, work: Callable[[Connection], T]) -> T:
    """Do something to raw in a draft that has what waited in the inbox, and publish."""
    with drafting(path, settings) as draft:
        return work(draft.con)


def rebuild_after_ml(con: Connection, settings: Settings) -> list[Timing]:
    """Rebuild the marts that read ml, directly or through another mart, at the same instant."""
    models = load_models()
    touched: set[str] = set()
    for model in models:
        if any(parent.startswith("ml.") or parent in touched for parent in model.parents):
            touched.add(model.name)
    made = {
        f"{schema}.{name}"
        for schema, name in con.execute(
            "select table_schema, table_name from information_schema.tables"
        ).fetchall()
    }
    chosen = []
    for model in models:
        if model.name not in touched:
            continue
        lacking = [one for one in model.parents if one not in made]
        if lacking:
            # A newer sotw than the one that built; what was trained is not lost for it.
            log.warning("%s: not built, as %s is not. Run `sotw build`.", model.name, lacking[0])
            continue
        made.add(model.name)
        chosen.append(model)
    return build(con, models, settings=settings, only=chosen)
