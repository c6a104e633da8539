"""Who is credited with a track: the artists that a service lists, and guests that a text names.

A service's list is in the payload of a play (``artists``, of whom ``guests``). The text of an
artist or a title names a guest after "feat.", "ft." or "featuring". What stands between commas or
beside "&" are several artists only where each of them is one by itself in the same file.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from sotw.keys import KEY_VERSION, loose_key, strict_key
from sotw.render import render
from sotw.warehouse.connection import execute
from sotw.warehouse.identities import last_id

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from sotw.warehouse.connection import Connection

_MARK = r"(?:feat(?:uring)?\.?|ft\.?)"
_BRACKETED = re.compile(rf"[(\[]\s*{_MARK}\s+([^()\[\]]+)[)\]]", re.IGNORECASE)
# Without brackets "feat" may be a word of the title: then a full stop tells.
_OPEN = re.compile(
    r"(?<=\S)\s+(?:feat\.|ft\.|featuring)\s+(.+?)(?=\s+[-\u2013\u2014(\[]|$)", re.IGNORECASE
)
_BETWEEN = re.compile(r"\s*(?:,|;|&|\+|\band\b)\s*", re.IGNORECASE)

# Artist, whether as a guest; in the order of the credit.
Credit = tuple[str, bool]
# Track name id, artist, position from 1, whether as a guest, who states it.
Stated = tuple[int, str, int, bool, str]


def credits_of_text(artist: str, title: str, known: Collection[str]) -> list[Credit]:
    """The artists that the spelling of a track names beside each other; none where it names one.

    Args:
        artist: As a source spells it.
        title: Likewise.
        known: Strict keys of artists who have tracks of their own.
    """
    guests: list[str] = []
    lead = artist
    if (found := _BRACKETED.search(artist) or _OPEN.search(artist)) is not None:
        guests += _parts(found[1], known)
        lead = f"{artist[: found.start()]} {artist[found.end() :]}".strip() or artist
    if (found := _BRACKETED.search(title) or _OPEN.search(title)) is not None:
        guests += _parts(found[1], known)
    if not guests:
        return []
    named = [(lead, False), *((guest, True) for guest in guests)]
    keys = [strict_key(name) for name, _ in named]
    return [one for at, one in enumerate(named) if keys[at] and keys[at] not in keys[:at]]


def _parts(text: str, known: Collection[str]) -> list[str]:
    """The guests that a text names: several where each of its parts is an artist by itself."""
    text = text.strip()
    parts = [part for part in _BETWEEN.split(text) if part]
    is_one = strict_key(text) in known or any(strict_key(part) not in known for part in parts)
    return [text] if is_one else parts


def add_named_credits(con: Connection) -> None:
    """Read anew which guests the spellings of tracks name: a build wants what is known by now."""
    con.execute("delete from raw.credits where stated_by = 'name'")
    rows = con.execute(render("ingest/named_guests.sql")).fetchall()
    if not rows:
        return
    query = "select distinct artist_key from raw.names where kind = 'track'"
    known = {key for (key,) in con.execute(query).fetchall()}
    named: list[Stated] = []
    for track, artist, title in rows:
        for position, (name, is_guest) in enumerate(credits_of_text(artist, title, known), start=1):
            named.append((track, name, position, is_guest, "name"))
    insert_credits(con, named)


def insert_credits(con: Connection, stated: Sequence[Stated]) -> None:
    """Write credits that are new, each artist under the spelling that the statement has."""
    if not stated:
        return
    query = "select distinct artist_name from raw.names where kind = 'artist'"
    there = {name for (name,) in con.execute(query).fetchall()}
    first = last_id(con, "names") + 1
    fresh = sorted({artist for _, artist, *_ in stated} - there)
    spellings = [
        {
            "name_id": name_id,
            "kind": "artist",
            "artist_name": artist,
            "artist_key": strict_key(artist),
            "artist_loose_key": loose_key(artist),
            "key_version": KEY_VERSION,
        }
        for name_id, artist in enumerate(fresh, start=first)
    ]
    columns = ("track_name_id", "artist_name", "position", "is_guest", "stated_by")
    credited = [dict(zip(columns, row, strict=True)) for row in stated]
    # As text: a build that reads no file is done before Arrow would be loaded.
    values = {"spellings": json.dumps(spellings), "credited": json.dumps(credited)}
    execute(con, con.extract_statements(render("ingest/insert_credits.sql")), values)
