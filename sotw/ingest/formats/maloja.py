"""Histories of the self-hosted Maloja and Koito.

Up to its version 2, Maloja kept them as tables without headings, a file for each month.
Both credit a track to a list of artists. The artist of a play is the first of them (Koito marks
the primary one); where there are several, all are in the payload.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from sotw.ingest.formats.players import lines_of
from sotw.ingest.reading.format import Format
from sotw.ingest.reading.json_stream import elements
from sotw.ingest.reading.json_values import (
    as_fields,
    as_list,
    as_milliseconds,
    as_moment,
    as_text,
    as_uuid,
    batches,
    reject_text,
    timed,
)
from sotw.ingest.reading.texts import clean, open_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pyarrow as pa

    from sotw.ingest.reading.documents import Document
    from sotw.ingest.reading.texts import Sample, Tally

__all__ = ["FORMATS"]

_BETWEEN_ARTISTS = "\u241f"
_TABLE_WIDTHS = (3, 4, 5)
_SECONDS = re.compile(r"\d{9,11}")
_LENGTH = re.compile(r"-|\d{1,5}")
_TABLE_NAME = re.compile(r"(?:^|[/\\])(?:\d{4}_\d{1,2}|lastfmimport)\.tsv$", re.IGNORECASE)


def _is_maloja(sample: Sample) -> bool:
    # "list" is what the API calls its scrobbles; before version 3 a track's fields stood loose.
    return any(
        f"{place}time" in sample.json_paths
        and bool({f"{place}track.artists", f"{place}artists"} & sample.json_paths)
        for place in ("scrobbles[].", "list[].")
    )


def _is_koito(sample: Sample) -> bool:
    return {"listens[].listened_at", "listens[].track.aliases"} <= sample.json_paths


def _records(document: Document, sample: Sample, *wrappers: str) -> Iterator[Any]:
    with open_text(document, sample) as stream:
        for element in elements(stream, document.name):
            fields = as_fields(element)
            lists = (fields[name] for name in wrappers if isinstance(fields.get(name), list))
            yield from next(lists, [element])


def _read_maloja(document: Document, sample: Sample, tally: Tally) -> Iterator[pa.Table]:
    """Yield scrobbles; Maloja stamps the start, to the second."""
    records = _records(document, sample, "scrobbles", "list")
    return batches("plays", records, _scrobble, tally)


def _scrobble(record: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
    fields = as_fields(record)
    is_loose = "track" not in fields
    track = fields if is_loose else as_fields(fields["track"])
    artists = track.get("artists")
    # A lone artist has been written as a text.
    names = _texts(artists if isinstance(artists, list) else [artists])
    album = track.get("album")
    album_fields = as_fields(album)
    play = {
        "artist": names[0] if names else None,
        "track": as_text(track.get("title")),
        "album": as_text(album)
        or as_text(album_fields.get("albumtitle"))
        or as_text(album_fields.get("name")),
        "duration_ms": as_milliseconds(track.get("length"), 1000) or None,
        # Of a loose record it is not said whether this is the length or what was heard of it.
        "ms_played": None if is_loose else as_milliseconds(fields.get("duration"), 1000),
        "payload": _artists(names),
    }
    return _finished(play, fields, fields.get("time"))


def _is_maloja_table(sample: Sample) -> bool:
    """A time, artists, a title, and perhaps an album and a length, between tabs."""
    lines = [line for line in sample.head.splitlines()[:40] if line.strip()]
    rows = [line.split("\t") for line in (lines[:-1] if len(lines) > 3 else lines)]
    fitting = [row for row in rows if len(row) in _TABLE_WIDTHS and _SECONDS.fullmatch(row[0])]
    if not 0 < len(rows) <= 2 * len(fitting):
        return False
    # Others begin with a time too: only the mark between artists, the length that is not known,
    # or the name that Maloja gives to the file tells.
    has_mark = any(_BETWEEN_ARTISTS in row[1] for row in fitting)
    has_length = any(_LENGTH.fullmatch(row[4]) for row in fitting if len(row) == max(_TABLE_WIDTHS))
    return has_mark or has_length or _TABLE_NAME.search(sample.name) is not None


def _read_maloja_table(document: Document, sample: Sample, tally: Tally) -> Iterator[pa.Table]:
    """Yield the scrobbles of one file."""
    with open_text(document, sample) as stream:
        yield from batches("plays", lines_of(stream), _table_scrobble, tally)


def _table_scrobble(record: tuple[int, list[str]]) -> dict[str, Any]:
    line, row = record
    if len(row) not in _TABLE_WIDTHS:
        return {"line": line, "reason": "wrong number of columns"}
    # The mark of a comment was written as a word.
    time, artists, title, *rest = (re.sub(r"\\(?:num|hashtag)", "#", text) for text in row)
    names = _texts(artists.split(_BETWEEN_ARTISTS))
    play = {
        "line": line,
        "artist": names[0] if names else None,
        "track": clean(title),
        "album": None if not rest or rest[0].strip() == "-" else clean(rest[0]),
        "payload": _artists(names),
    }
    return _finished(play, {"time": time}, time)


def _read_koito(document: Document, sample: Sample, tally: Tally) -> Iterator[pa.Table]:
    """Yield listens; names are the primary ones of their aliases."""
    return batches("plays", _records(document, sample, "listens"), _listen, tally)


def _listen(record: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
    fields = as_fields(record)
    track = as_fields(fields.get("track"))
    artists = [as_fields(artist) for artist in as_list(fields.get("artists"))]
    # The primary artist first; the others as they come.
    artists.sort(key=lambda artist: artist.get("is_primary") is not True)
    named = [(name, artist) for artist in artists if (name := _alias(artist))]
    play = {
        "artist": named[0][0] if named else None,
        "artist_mbid": as_uuid(named[0][1].get("mbid")) if named else None,
        "track": _alias(track),
        "track_mbid": as_uuid(track.get("mbid")),
        "album": _alias(as_fields(fields.get("album"))),
        "duration_ms": as_milliseconds(track.get("duration"), 1000) or None,
        "payload": _artists([name for name, _ in named]),
    }
    return _finished(play, fields, fields.get("listened_at"))


def _alias(thing: dict[str, Any]) -> str | None:
    """The name that Koito shows: the primary alias, else the first."""
    aliases = [as_fields(alias) for alias in as_list(thing.get("aliases"))]
    aliases.sort(key=lambda alias: alias.get("is_primary") is not True)
    return next((name for alias in aliases if (name := as_text(alias.get("alias")))), None)


def _texts(values: list[Any]) -> list[str]:
    return [name for value in values if (name := as_text(value))]


def _artists(names: list[str]) -> str | None:
    return json.dumps({"artists": names}, ensure_ascii=False) if len(names) > 1 else None


def _finished(play: dict[str, Any], fields: dict[str, Any], time: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
    play |= timed(as_moment(time)) | {"time_kind": "start"}
    if not fields:
        play["reason"] = "not a listen"
    if play.get("reason"):
        play["record"] = reject_text(
            {name: play[name] for name in ("artist", "track", "album")} | {"time": time}
        )
    return play


FORMATS: tuple[Format, ...] = (
    Format("maloja", "plays", "maloja", _is_maloja, _read_maloja),
    Format("maloja table", "plays", "maloja", _is_maloja_table, _read_maloja_table),
    Format("koito", "plays", "koito", _is_koito, _read_koito),
)
