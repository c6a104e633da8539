"""The names that a rule is about: found by strict key, and written where a rule brings one."""

from __future__ import annotations

import difflib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from sotw import warehouse
from sotw.errors import SotwError
from sotw.keys import KEY_VERSION, loose_key, strict_key, work_key
from sotw.render import render
from sotw.rules.rule import quoted, spelled
from sotw.warehouse.identities import last_id
from sotw.warehouse.listeners import listener_id

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sotw.rules.rule import Wanted
    from sotw.warehouse import Connection


@dataclass(frozen=True, slots=True)
class Names:
    """The names of a wanted rule.

    Attributes:
        subject_id: First spelling of what it is about; null where that is no name.
        subject: Strict keys of its artist and title.
        target_id: The spelling an alias means; null where it is new, and of other rules.
        target: Strict keys of it.
        target_spelling: Its artist and title as they are shown.
    """

    subject_id: int | None = None
    subject: tuple[str | None, str | None] = (None, None)
    target_id: int | None = None
    target: tuple[str | None, str | None] = (None, None)
    target_spelling: tuple[str, str | None] = ("", None)


def find(con: Connection, wanted: Wanted) -> Names:
    """Find the subject of a rule, and the target of an alias.

    Raises:
        SotwError: Nothing has the subject's name, or albums of several artists do.
    """
    if wanted.scope == "play":
        return _of_play(con, wanted)
    if wanted.scope not in ("artist", "album", "track"):
        return Names()
    title = wanted.album if wanted.scope == "album" else wanted.track
    if wanted.scope == "track" and wanted.artist is None:
        raise SotwError(f"a track is named with its artist: whose is '{title}'? Say --artist.")
    artist_key, title_key = strict_key(wanted.artist), strict_key(title)
    is_named = (artist_key or wanted.artist is None) and (title_key or title is None)
    found = spellings(con, wanted.scope, artist_key, title_key) if is_named else []
    if not found:
        raise SotwError(_not_there(con, wanted.scope, wanted.artist, title))
    if len({row["artist_key"] for row in found}) > 1:
        artists = quoted(sorted({row["artist_name"] or "no artist" for row in found})[:5])
        raise SotwError(f"several albums are called '{title}', by {artists}. Say --artist.")
    names = Names(found[0]["name_id"], (found[0]["artist_key"], found[0]["title_key"]))
    return _with_target(con, wanted, names, found) if wanted.rule == "alias" else names


def located(con: Connection, wanted: Wanted) -> Wanted:
    """A rule about one play with the key, the names and the listener of that play; others as is.

    Raises:
        SotwError: The last build has no play with that id.
    """
    if wanted.play is None or wanted.record is not None:
        return wanted
    found = (
        rows(con, "find_play", {"play_id": wanted.play})
        if warehouse.is_built(con, "core.fct_plays")
        else []
    )
    if not found:
        raise SotwError(
            f"the last build has no play {wanted.play}. marts.plays has the play_id of each: "
            "`sotw shell` shows it."
        )
    [play] = found
    to_artist, to_track = wanted.to_artist, wanted.to_track
    if wanted.rule == "fix":
        to_artist = play["artist_name"] if to_artist is None else to_artist
        to_track = play["title"] if to_track is None else to_track
    return replace(
        wanted,
        to_artist=to_artist,
        to_track=to_track,
        listener=play["listener"],
        record=(play["source"], play["reported_at"], play["ordinal"]),
        record_name_id=play["track_name_id"],
    )


def _of_play(con: Connection, wanted: Wanted) -> Names:
    """The spelling of the track of one play, and what a fix makes of it."""
    query = "select artist_name, title, artist_key, title_key from raw.names where name_id = ?"
    [own, *_] = warehouse.rows(con, query, [wanted.record_name_id])
    names = Names(wanted.record_name_id, (own["artist_key"], own["title_key"]))
    if wanted.rule != "fix":
        return names
    if (wanted.to_artist, wanted.to_track) == (own["artist_name"], own["title"]):
        raise SotwError("a fix says what was heard instead: name it with --to and --to-track.")
    return _with_target(con, wanted, names, [own, own])


def _with_target(
    con: Connection, wanted: Wanted, names: Names, subjects: Sequence[dict[str, Any]]
) -> Names:
    meant = (str(wanted.to_artist), wanted.to_track)
    keys = (strict_key(meant[0]), strict_key(meant[1]))
    there = spellings(con, "track" if wanted.scope == "play" else wanted.scope, *keys)
    exact = [row for row in there if (row["artist_name"], row["title"]) == meant]
    if keys == names.subject:
        if exact and len(subjects) == 1:
            raise SotwError(f"{spelled(*meant)} is spelled so already: an alias would say nothing.")
        there = []  # a fix of the spelling: what was typed is what is meant
    target_id = next((row["name_id"] for row in [*exact, *there]), None)
    return replace(names, target_id=target_id, target=keys, target_spelling=meant)


def spellings(
    con: Connection, kind: str, artist_key: str | None, title_key: str | None
) -> list[dict[str, Any]]:
    """The rows of raw.names with these strict keys, by id; a null key stands for any."""
    values = {"kind": kind, "artist_key": artist_key, "title_key": title_key}
    return rows(con, "find_names", values)


def _not_there(con: Connection, kind: str, artist: str | None, title: str | None) -> str:
    """That nothing is called so, with what is nearest."""
    artist_key = strict_key(artist)
    if kind != "artist" and artist_key and not spellings(con, kind, artist_key, None):
        kind, title = "artist", None
    spelling = artist if kind == "artist" else title
    of = artist_key if kind != "artist" else None
    values = {"kind": kind, "artist_key": of, "key": strict_key(spelling) or ""}
    near = [row["spelling"] for row in rows(con, "nearest_names", values)]
    whose = f" by '{artist}'" if of else ""
    said = f"The nearest: {quoted(near)}." if near else "Import plays first."
    return f"no {kind}{whose} in the warehouse is called '{spelling}'. {said}"


def write_target(con: Connection, scope: str, names: Names) -> int:
    """The id of the spelling that an alias means; it gets its row where it is new."""
    if names.target_id is not None:
        return names.target_id
    artist, title = names.target_spelling
    # A track is of an artist who has a row as well.
    artist_id = _write(con, "artist", artist, None)
    if scope == "artist":
        return artist_id
    return _write(con, "track" if scope == "play" else scope, artist, title)


def _write(con: Connection, kind: str, artist: str, title: str | None) -> int:
    for row in spellings(con, kind, strict_key(artist), strict_key(title)):
        if (row["artist_name"], row["title"]) == (artist, title):
            return int(row["name_id"])
    name_id = _last_name_id(con) + 1
    values = {
        "name_id": name_id,
        "kind": kind,
        "artist_name": artist,
        "title": title,
        "artist_key": strict_key(artist),
        "title_key": strict_key(title),
        "artist_loose_key": loose_key(artist),
        "title_loose_key": loose_key(title),
        "title_work_key": work_key(title),
        "key_version": KEY_VERSION,
    }
    con.execute(text("insert_name"), values)
    return name_id


def _last_name_id(con: Connection) -> int:
    return last_id(con, "names")


def add_target_tracks(con: Connection) -> None:
    """Give the songs of a dated alias, or of one of a listener, a spelling under its target.

    Imports bring new titles, so a build wants this too.
    """
    values = {"key_version": KEY_VERSION, "last_name_id": _last_name_id(con)}
    con.execute(text("insert_target_tracks"), values)


def check_playlist(con: Connection, playlist: str) -> None:
    """Refuse a playlist that no import brought.

    Raises:
        SotwError: With the nearest names.
    """
    query = "select distinct playlist from raw.playlist_items order by playlist"
    names = [row["playlist"] for row in warehouse.rows(con, query)]
    if playlist not in names:
        near = difflib.get_close_matches(playlist, names, n=3, cutoff=0.0)
        said = f"The nearest: {quoted(near)}." if near else "No playlist is imported."
        raise SotwError(f"no playlist is called '{playlist}'. {said}")


def listener_id_of(con: Connection, listener: str | None) -> int | None:
    """The id of a listener; null for everybody.

    Raises:
        SotwError: There is no such listener.
    """
    return None if listener is None else listener_id(con, listener)


def text(name: str) -> str:
    """A statement of sql/rules/."""
    return render(f"rules/{name}.sql")


def rows(con: Connection, name: str, values: dict[str, Any] | None = None) -> list[dict[str, Any]]:
    """What a statement of sql/rules/ finds, one dictionary a row."""
    return warehouse.rows(con, text(name), values or {})
