"""Who is credited with a track: the artists that a service lists, and guests that a text names.

A service's list is in the payload of a play (``artists``, of whom ``guests``). The text of an
artist or a title names a guest after "feat.", "ft." or "featuring". What stands between commas or
beside "&" are several artists only where each of them is one by itself in the same file.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from sotw.ingest.reading.rows import array
from sotw.ingest.statements import run
from sotw.keys import KEY_VERSION, keys_of_title, loose_key, strict_key
from sotw.warehouse.identities import last_id

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    import duckdb

__all__ = ["add_named_credits", "add_spellings", "add_stated_credits", "credits_of_text"]

_MARK = r"(?:feat(?:uring)?\.?|ft\.?)"
_BRACKETED = re.compile(rf"[(\[]\s*{_MARK}\s+([^()\[\]]+)[)\]]", re.IGNORECASE)
# Without brackets "feat" may be a word of the title: then a full stop tells.
_OPEN = re.compile(
    r"(?<=\S)\s+(?:feat\.|ft\.|featuring)\s+(.+?)(?=\s+[-\u2013\u2014(\[]|$)", re.IGNORECASE
)
_BETWEEN = re.compile(r"\s*(?:,|;|&|\+|\band\b)\s*", re.IGNORECASE)

# Artist, whether as a guest; in the order of the credit.
Credit = tuple[str, bool]


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


def add_stated_credits(con: duckdb.DuckDBPyConnection) -> None:
    """Keep what the records of an import say of the artists of their tracks.

    Args:
        con: With accepted plays in temp.incoming and temp.named.
    """
    stated: list[dict[str, Any]] = []
    for track, source, artists, guests in run(con, "plays/stated_credits", {}).fetchall():
        for position, artist in enumerate(artists, start=1):
            is_guest = artist in (guests or ())
            stated.append(_credit(track, artist, position, source, is_guest=is_guest))
    _insert(con, stated)


def add_named_credits(con: duckdb.DuckDBPyConnection) -> None:
    """Read anew which guests the spellings of tracks name: a build wants what is known by now."""
    con.execute("delete from raw.credits where stated_by = 'name'")
    rows = run(con, "named_guests", {}).fetchall()
    if not rows:
        return
    query = "select distinct artist_key from raw.names where kind = 'track'"
    known = {key for (key,) in con.execute(query).fetchall()}
    named: list[dict[str, Any]] = []
    for track, artist, title in rows:
        for position, (name, is_guest) in enumerate(credits_of_text(artist, title, known), start=1):
            named.append(_credit(track, name, position, "name", is_guest=is_guest))
    _insert(con, named)


def _credit(
    track: int, artist: str, position: int, stated_by: str, *, is_guest: bool
) -> dict[str, Any]:
    return {
        "track_name_id": track,
        "artist_name": artist,
        "position": position,
        "is_guest": is_guest,
        "stated_by": stated_by,
    }


def _insert(con: duckdb.DuckDBPyConnection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write credits that are new, each artist under the spelling that the statement has."""
    if not rows:
        return
    names = {str(row["artist_name"]): None for row in rows}
    query = "select distinct artist_name from raw.names where kind = 'artist'"
    there = {name for (name,) in con.execute(query).fetchall()}
    fresh = sorted(name for name in names if name not in there)
    many = len(fresh)
    add_spellings(
        con,
        {
            "kind": ["artist"] * many,
            "artist_name": fresh,
            "title": [None] * many,
            "name_id": [None] * many,
        },
    )
    stated = pa.Table.from_pylist(list(rows))  # found by its name
    con.execute("create or replace temp table credited as from stated")
    run(con, "insert_credits", {})
    con.execute("drop table temp.credited")
    del stated


def add_spellings(con: duckdb.DuckDBPyConnection, fresh: Mapping[str, Sequence[Any]]) -> None:
    """Write spellings with their keys.

    Args:
        con: A draft.
        fresh: Columns kind, artist_name, title, and name_id where the spelling has one.
    """
    if not fresh["kind"]:
        return
    next_id = last_id(con, "names") + 1
    ids = []
    for name_id in fresh["name_id"]:
        ids.append(next_id if name_id is None else name_id)
        next_id += name_id is None
    artists, titles = fresh["artist_name"], fresh["title"]
    artist_keys = {name: (strict_key(name), loose_key(name)) for name in {*artists}}
    # An album and a track, or the tracks of several artists, often have one title.
    title_keys = {title: keys_of_title(title) for title in {*titles}}
    names: dict[str, Iterable[Any]] = {
        "kind": fresh["kind"],
        "artist_name": artists,
        "title": titles,
        "artist_key": [artist_keys[name][0] for name in artists],
        "title_key": [title_keys[title][0] for title in titles],
        "artist_loose_key": [artist_keys[name][1] for name in artists],
        "title_loose_key": [title_keys[title][1] for title in titles],
        "title_work_key": [title_keys[title][2] for title in titles],
    }
    columns = {name: array(list(values), pa.string()) for name, values in names.items()}
    columns["name_id"] = array(ids, pa.int32())
    columns["key_version"] = array([KEY_VERSION] * len(ids), pa.int16())
    fresh_names = pa.table(columns)  # found by its name  # noqa: F841
    con.execute("insert into raw.names by name from fresh_names")
