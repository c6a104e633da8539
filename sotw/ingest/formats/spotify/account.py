"""Spotify's account data: a year of plays, the library, the playlists.

Plays end at a minute and have neither id nor reason. They are of one source with the extended
history, which has both: sql/ingest/plays/judge.sql tells how the two meet inside the minute.
The rest of the export is about the person and is named, never read (spotify_person.py).
"""

from __future__ import annotations

import datetime as dt
import json
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote_plus

from sotw.ingest.formats.spotify.person import UNREAD
from sotw.ingest.formats.spotify.records import (
    MINUTE,
    first_credit,
    is_by_minute,
    moment_of,
    records,
)
from sotw.ingest.reading.format import Format
from sotw.ingest.reading.json_stream import elements
from sotw.ingest.reading.rows import MOST_RECORD_CHARACTERS, table
from sotw.ingest.reading.texts import clean, open_text
from sotw.ingest.reading.times import parse_time

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pyarrow as pa

    from sotw.ingest.reading.documents import Document
    from sotw.ingest.reading.texts import Sample, Tally

__all__ = ["FORMATS", "STATED_FAVORITES", "UNREAD", "account_play"]

_BATCH = 50_000
# No play is longer than a day; what is said to be was meant in another unit, or is a slip.
_MOST_MILLISECONDS = 24 * 3600 * 1000
_EPOCH = dt.date(1970, 1, 1)
_NOON = 12 * 3600 * 1_000_000
_DAY = 2 * _NOON

# Where a play's names are, by what was played: the artist's place, then the track's.
_NAMES = {
    "track": ("artistName", "trackName"),
    "podcast": ("podcastName", "episodeName"),
    "audiobook": ("audiobookName", "chapterName"),
}
# ``time`` stood for ``endTime`` in early exports.
_TIMES = ("endTime", "time")
_LATER = ("endTime", "msPlayed")
# What Spotify writes for a play of what it no longer knows.
_NOBODY = {"Unknown Artist", "Unknown Podcast", "Unknown Show", "Unknown Book", "Unknown Audiobook"}
_NOTHING = {"Unknown Track", "Unknown Episode", "Unknown Chapter"}
_IN_HEAD = re.compile(r'"(?:endTime|time)"\s*:\s*"([^"]*)"')
_WHICH_COUNT = (
    "after `sotw build`, core.dim_playlists shows which count as songs of the week; to choose, "
    "name them under favorite_playlists in sotw.toml"
)
_LIBRARY_ELSE = ("albums", "shows", "episodes", "bannedTracks", "artists", "bannedArtists", "other")
_TRACK_ID = re.compile(
    r"(?:(?:spotify:track:|https?://open\.spotify\.com/(?:intl-\w+/)?track/)(\w+)|([0-9A-Za-z]{22}))(?:\?.*)?"
)
_LOCAL = "spotify:local:"
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


def is_plays(sample: Sample) -> bool:
    """Plays of the last year: songs, podcasts or audiobooks."""
    paths = sample.json_paths
    has_names = any(track in paths for _, track in _NAMES.values()) or "audiobookName" in paths
    return ("endTime" in paths and (has_names or "msPlayed" in paths)) or (
        {"time", "artistName", "trackName"} <= paths
    )


def is_library(sample: Sample) -> bool:
    """What the listener has saved."""
    paths = sample.json_paths
    if "tracks" in paths:
        return {"tracks[].artist", "tracks[].track"} <= paths
    # Of a long library whose albums stand first, the songs are not in sight.
    return {"albums[].artist", "albums[].album", "albums[].uri"} <= paths


def is_playlists(sample: Sample) -> bool:
    """The listener's playlists: in an object, in a list, or one by itself."""
    return any(_has_items(sample.json_paths, at) for at in ("playlists[].", ""))


def _has_items(paths: frozenset[str], at: str) -> bool:
    fields = {path.removeprefix(at) for path in paths if path.startswith(at)}
    marks = (
        "items[].track.trackName",
        "items[].localTrack",
        "items[].addedDate",
        "items[].episode",
    )
    return "name" in fields and ("tracks[].trackName" in fields or not fields.isdisjoint(marks))


def read_plays(document: Document, sample: Sample, tally: Tally) -> Iterator[pa.Table]:
    """Yield the plays; a record that is none is rejected.

    Raises:
        SourceError: The text is cut off.
    """
    # Audiobooks have been seen with the fields of songs.
    content_type = "audiobook" if "streaminghistory_audiobook" in sample.name.lower() else "track"
    is_rounded = is_by_minute(_IN_HEAD.findall(sample.head))
    with open_text(document, sample) as stream:
        batch: list[dict[str, Any]] = []
        for element in records(stream, document.name, _TIMES):
            tally.read += 1
            play = account_play(element, content_type, is_rounded=is_rounded)
            batch.append(play | {"line": tally.read})
            if len(batch) == _BATCH:
                yield _table("plays", batch)
                batch = []
        if batch:
            yield _table("plays", batch)


def _table(kind: str, records: list[dict[str, Any]]) -> pa.Table:
    return table(kind, {name: [record[name] for record in records] for name in records[0]})


def account_play(
    element: Any,  # noqa: ANN401 - JSON
    content_type: str,
    *,
    order: str | None = None,
    is_rounded: bool = False,
) -> dict[str, Any]:
    """The columns of one play.

    Args:
        element: The record.
        content_type: What was played, where the record does not say.
        order: Of day and month, where the times have both in numbers and the year last.
        is_rounded: Whether the document's times are minutes, and any seconds were added.
    """
    fields = element if isinstance(element, dict) else {}
    told_by = next(
        (type_ for type_, names in _NAMES.items() if any(fields.get(name) for name in names)),
        "track",
    )
    of_artist, of_track = _NAMES[told_by]
    artist, track = _name(fields.get(of_artist)), _name(fields.get(of_track))
    if artist is not None and "time" in fields and fields.keys().isdisjoint(_LATER):
        artist = first_credit(artist)
    said = next((fields[name] for name in _TIMES if fields.get(name) is not None), None)
    if isinstance(said, int | float) and not isinstance(said, bool):
        said = str(said)
    moment = moment_of(said, order) if isinstance(said, str) else None
    is_minute = moment is not None and is_rounded and moment[0] % MINUTE == 0
    if told_by == "audiobook" and track is None:
        # So it is in the extended history.
        track = artist
    reason = None
    if not fields:
        reason = "not a play"
    elif artist in _NOBODY and track in _NOTHING:
        reason = f"unknown {told_by}"
    elif said is not None and moment is None:
        reason = "time not understood"
    return {
        "artist": artist,
        "track": track,
        "album": _name(fields.get("albumName")),
        "spotify_track_id": _track_id(fields.get("trackUri")),
        "played_at": moment and moment[0],
        "time_precision": moment and ("minute" if is_minute else moment[1]),
        "time_kind": "end",
        "content_type": content_type if told_by == "track" else told_by,
        "ms_played": _milliseconds(fields.get("msPlayed")),
        "reason": reason,
        "record": reason and _record(fields, (of_artist, of_track, *_TIMES, "msPlayed")),
    }


def read_library(document: Document, sample: Sample, tally: Tally) -> Iterator[pa.Table]:
    """Yield the saved songs, and note what else is in the library.

    Raises:
        SourceError: The text is cut off.
    """
    songs: list[Any] = []
    unused: dict[str, int] = {}
    with open_text(document, sample) as stream:
        for element in elements(stream, document.name):
            library = element if isinstance(element, dict) else {"tracks": element}
            tracks = library.get("tracks")
            songs += tracks if isinstance(tracks, list) else [] if tracks is None else [tracks]
            for name in _LIBRARY_ELSE:
                if isinstance(library.get(name), list) and library[name]:
                    unused[name] = unused.get(name, 0) + len(library[name])
    tally.read += len(songs)
    if unused:
        said = ", ".join(f"{number:,} {name}" for name, number in unused.items())
        tally.notes.append(f"not used: {said}")
    if songs:
        yield _table("library_items", [_song(song, line) for line, song in enumerate(songs, 1)])


def _song(song: Any, line: int) -> dict[str, Any]:  # noqa: ANN401 - JSON
    fields = song if isinstance(song, dict) else {}
    reason = None if fields else "not a song"
    return {
        "line": line,
        "artist": _name(fields.get("artist")),
        "track": _name(fields.get("track")),
        "spotify_track_id": _track_id(fields.get("uri")),
        "reason": reason,
        "record": None,
    }


def read_playlists(document: Document, sample: Sample, tally: Tally) -> Iterator[pa.Table]:
    """Yield the songs of the playlists; a date of addition is taken as its noon, UTC.

    Raises:
        SourceError: The text is cut off.
    """
    if items := _items(document, sample, tally):
        tally.notes.append(_WHICH_COUNT)
        yield _table("playlist_items", items)


def read_favorites(document: Document, sample: Sample, tally: Tally) -> Iterator[pa.Table]:
    """Yield the songs of the playlists as favourites, each picked when it was added.

    Raises:
        SourceError: The text is cut off.
    """
    if items := _items(document, sample, tally):
        for item in items:
            item["picked_at"] = item.pop("added_at")
            del item["playlist"]
        yield _table("picks", items)


def _items(document: Document, sample: Sample, tally: Tally) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = []
    names = 0
    with open_text(document, sample) as stream:
        for element in elements(stream, document.name):
            wrapped = element.get("playlists") if isinstance(element, dict) else None
            for playlist in wrapped if isinstance(wrapped, list) else [element]:
                found = _of_playlist(playlist)
                names += isinstance(playlist, dict)
                items += found
    for line, item in enumerate(items, 1):
        item["line"] = line
    tally.read += len(items)
    tally.notes.append(f"{names:,} playlist{'' if names == 1 else 's'}")
    return items


def _of_playlist(playlist: Any) -> list[dict[str, Any]]:  # noqa: ANN401 - JSON
    if not isinstance(playlist, dict):
        return [_item(None, {}, "not a playlist")]
    name = _name(playlist.get("name"))
    entries = next((playlist[key] for key in ("items", "tracks") if key in playlist), None)
    if entries is None:
        return []
    if not isinstance(entries, list):
        return [_item(name, {}, "not a list of songs")]
    return [_entry(name, entry) for entry in entries]


def _entry(playlist: str | None, entry: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
    if not isinstance(entry, dict) or not entry:
        return _item(playlist, {}, "not a song")
    track, local = entry.get("track"), entry.get("localTrack")
    # Early exports have the names without a wrapper.
    song = entry if "trackName" in entry else track if isinstance(track, dict) else {}
    uri = song.get("trackUri")
    if not song and isinstance(local, dict):
        uri = local.get("uri")
    if isinstance(uri, str) and uri.startswith(_LOCAL) and not _name(song.get("trackName")):
        song = _local_song(uri)
    reason = None
    if not song:
        kinds = {"episode": "podcast episode", "audiobook": "audiobook", "localTrack": "local file"}
        reason = next((said for kind, said in kinds.items() if entry.get(kind)), "no track")
    return _item(playlist, song | {"addedDate": entry.get("addedDate"), "trackUri": uri}, reason)


def _item(playlist: str | None, song: dict[str, Any], reason: str | None) -> dict[str, Any]:
    added_at = _noon(song.get("addedDate"))
    if reason is None and isinstance(added_at, str):
        reason = "time not understood"
    return {
        "playlist": playlist,
        "artist": _name(song.get("artistName")),
        "track": _name(song.get("trackName")),
        "added_at": added_at if isinstance(added_at, int) else None,
        "spotify_track_id": _track_id(song.get("trackUri")),
        "reason": reason,
        "record": reason and _record(song, ("artistName", "trackName", "addedDate")),
    }


def _local_song(uri: str) -> dict[str, Any]:
    """The names in ``spotify:local:An+Artist:An+Album:A%20Title:215``; of another text none."""
    parts = uri.removeprefix(_LOCAL).split(":")
    if len(parts) < 4:
        return {}
    # Titles have been seen with a bare colon.
    artist, title = unquote_plus(parts[0]), unquote_plus(":".join(parts[2:-1]))
    return {"artistName": artist, "trackName": title}


def _noon(value: Any) -> int | str | None:  # noqa: ANN401 - JSON
    """Noon of a date, or the time itself, in microseconds; the text where it is neither."""
    if value in (None, ""):
        return None
    text = value.strip() if isinstance(value, str) else ""
    try:
        days = (dt.date.fromisoformat(text) - _EPOCH).days if _DATE.fullmatch(text) else None
    except ValueError:
        return text
    if days is not None:
        # The first day of the epoch stands for no date.
        return days * _DAY + _NOON if days else None
    moment = parse_time(text)
    return text if moment is None else moment[0]


def _track_id(uri: Any) -> str | None:  # noqa: ANN401 - JSON
    match = _TRACK_ID.fullmatch(uri.strip()) if isinstance(uri, str) else None
    return match and (match[1] or match[2])


def _name(value: Any) -> str | None:  # noqa: ANN401 - JSON
    return clean(value) if isinstance(value, str) else None


def _milliseconds(value: Any) -> int | None:  # noqa: ANN401 - JSON
    """Whole milliseconds from 0 on; null for anything else."""
    if isinstance(value, str) and value.strip().isdecimal() and len(value) < 16:
        value = int(value)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    is_number = isinstance(value, int) and not isinstance(value, bool)
    return value if is_number and 0 <= value <= _MOST_MILLISECONDS else None


def _record(fields: dict[str, Any], names: tuple[str, ...]) -> str | None:
    """What rejects keep: texts and numbers of the named fields alone."""
    kept = {name: fields[name] for name in names if isinstance(fields.get(name), str | int | float)}
    return json.dumps(kept, ensure_ascii=False)[:MOST_RECORD_CHARACTERS] if kept else None


FORMATS: tuple[Format, ...] = (
    Format("spotify account plays", "plays", "spotify", is_plays, read_plays),
    Format("spotify library", "library_items", "spotify", is_library, read_library),
    Format("spotify playlists", "playlist_items", "spotify", is_playlists, read_playlists),
)

# Taken for favourites where the listener says that they are.
STATED_FAVORITES: tuple[Format, ...] = (
    Format("spotify playlists", "picks", "spotify", is_playlists, read_favorites),
)
