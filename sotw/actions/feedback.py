"""What a listener says of an artist or a song: up, down, or taken back; only ever added."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sotw.actions import drafting
from sotw.render import render
from sotw.rules import names
from sotw.rules.rule import Wanted
from sotw.warehouse.listeners import listener_id

if TYPE_CHECKING:
    import datetime as dt
    from pathlib import Path

    from sotw.settings import Settings
    from sotw.warehouse import Connection

SCORES = {"up": 1, "down": -1, "none": 0}


def give(
    path: Path, settings: Settings, listener: str, mark: str, name: str, *, now: dt.datetime
) -> dict[str, Any]:
    """Note a mark of a listener in raw and publish.

    Args:
        path: The warehouse.
        settings: As for a build.
        listener: Whose.
        mark: A key of SCORES.
        name: ``Artist`` or ``Artist - Track``, as the warehouse spells them.
        now: Naive UTC.

    Raises:
        SotwError: Nobody, or no artist or song, is called so; nothing has changed.
    """
    drafting.refuse_unwritable(name)
    return drafting.change_raw(path, settings, lambda con: _add(con, listener, mark, name, now))


def _add(con: Connection, listener: str, mark: str, name: str, now: dt.datetime) -> dict[str, Any]:
    number = listener_id(con, listener)
    artist, dash, track = (part.strip() for part in name.partition(" - "))
    subject = names.find(con, Wanted("exclude", artist=artist, track=track if dash else None))
    values = {
        "listener_id": number,
        "given_at": now,
        "name_id": subject.subject_id,
        "score": SCORES[mark],
    }
    con.execute(render("rules/insert_feedback.sql"), values)
    return {"listener": listener, "name": name, "mark": mark, "given_at": now}
