"""Favourites of a week: a time, an artist, a track, and perhaps a Spotify id and the week.

They look much like plays. A table is taken for favourites when its time is one of being added or
picked, when it has a Spotify id beside the usual fields, or when it says so in a heading
(``is_week_favorite``, ``week_ending``).
"""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from sotw.errors import SourceError
from sotw.ingest.formats.lastfm.tables import (
    TIME_FIELDS,
    Layout,
    find_layout,
    has_headings,
    in_time,
    read_faults,
    read_moments,
)
from sotw.ingest.reading.delimited import Chunk, read_records
from sotw.ingest.reading.rows import MOST_RECORD_CHARACTERS, table
from sotw.ingest.reading.texts import clean, open_text
from sotw.ingest.reading.times import parse_time

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pyarrow as pa

    from sotw.ingest.reading.documents import Document
    from sotw.ingest.reading.texts import Sample, Tally
    from sotw.ingest.reading.times import Moment

__all__ = ["MARKS", "PICK_TIME_FIELDS", "SPOTIFY_ID_FIELDS", "can_be_favorites", "is_favorites"]
__all__ += ["is_inbox", "is_spotify_favorites", "read_favorites", "read_inbox"]

PICK_TIME_FIELDS = (
    "picked_at",
    "added_at_utc",
    "added_at",
    "favorited_at",
    "favourited_at",
    "loved_at",
)
SPOTIFY_ID_FIELDS = ("spotify_track_id", "spotify_id", "spotify_uri", "track_uri")
_FLAGS = ("is_week_favorite", "is_favorite", "is_favourite")
_WEEKS = ("week_ending",)
_ISRCS = ("isrc", "track_isrc")
MARKS = frozenset((*PICK_TIME_FIELDS, *SPOTIFY_ID_FIELDS, *_FLAGS, *_WEEKS))
_EPOCH = dt.date(1970, 1, 1)
_INBOX_TEXTS = ("artist", "track", "spotify_track_id", "idempotency_key")
_NOON = 12 * 3600 * 1_000_000
_DAY = 2 * _NOON


@dataclass(frozen=True, slots=True)
class _Favorites:
    """Which column of a table of favourites holds what."""

    layout: Layout
    spotify_id: int | None
    isrc: int | None
    flag: int | None
    week: int | None


def is_spotify_favorites(sample: Sample) -> bool:
    """The heading of system A's ``spotify_favorites.csv``."""
    needed = {"artist_name", "track_name", "spotify_track_id", "added_at_utc"}
    return needed <= set(sample.header)


def is_favorites(sample: Sample) -> bool:
    """A table of favourites rather than of plays."""
    if _find(sample) is None:
        return False
    return not MARKS.isdisjoint(sample.header)


def can_be_favorites(sample: Sample) -> bool:
    """A table with a time, an artist and a track, which may as well be of plays."""
    return _find(sample) is not None


def _find(sample: Sample) -> _Favorites | None:
    header = sample.header
    times = (*PICK_TIME_FIELDS, *TIME_FIELDS)
    layout = find_layout(header, sample.delimiter, times)
    if layout is None:
        return None
    return _Favorites(
        layout,
        _first(header, SPOTIFY_ID_FIELDS),
        _first(header, _ISRCS),
        _first(header, _FLAGS),
        _first(header, _WEEKS),
    )


def _first(header: list[str], names: tuple[str, ...]) -> int | None:
    return next((header.index(name) for name in names if name in header), None)


def read_favorites(document: Document, sample: Sample, tally: Tally) -> Iterator[pa.Table]:
    """Yield picks. A date without a time of day is taken as its noon, UTC."""
    found = _find(sample)
    if found is None:
        raise SourceError(f"{document.name}: no heading for time, artist and track. Add them.")
    found = replace(found, layout=in_time(found.layout, document, sample, tally))
    with open_text(document, sample) as stream:
        chunks = read_records(
            stream,
            delimiter=sample.delimiter,
            widths=(found.layout.width,),
            skip_header=has_headings(sample),
        )
        for chunk in chunks:
            tally.read += chunk.records
            if chunk.rows:
                yield _picks(chunk, found)
            if chunk.faults:
                yield read_faults("picks", chunk, is_open=found.layout.is_open)


def is_inbox(sample: Sample) -> bool:
    """The lines that ``sotw pick`` leaves beside the warehouse."""
    # Not always the first line: that one may be torn.
    return any(line.startswith('{"kind": "pick"') for line in sample.head.splitlines())


def read_inbox(document: Document, sample: Sample, tally: Tally) -> Iterator[pa.Table]:
    """Yield the picks of an inbox, one a line; a torn last line costs only itself."""
    with open_text(document, sample) as stream:
        lines = [(line, text) for line, text in enumerate(stream, 1) if text.strip()]
    tally.read += len(lines)
    picks = [_inbox_pick(text) | {"line": line} for line, text in lines]
    names = {name: None for pick in picks for name in pick}
    yield table("picks", {name: [pick.get(name) for pick in picks] for name in names})


def _inbox_pick(text: str) -> dict[str, Any]:
    record = {"record": text.strip()[:MOST_RECORD_CHARACTERS]}
    try:
        fields = json.loads(text)
    except ValueError:
        return record | {"reason": "not JSON"}
    if not isinstance(fields, dict) or fields.get("kind") != "pick":
        return record | {"reason": "not a pick"}
    moment = parse_time(str(fields.get("picked_at") or ""))
    week = str(fields.get("week_ending") or "")
    return (
        record
        | {
            "reason": None if moment else "time not understood",
            "picked_at": moment[0] if moment else None,
            "week_ending": _day(week),
            # As it was given: an import by the same name cleans nothing either.
            "listener": str(fields["listener"]) if fields.get("listener") else None,
        }
        | {name: clean(str(fields[name])) for name in _INBOX_TEXTS if fields.get(name) is not None}
    )


def _picks(chunk: Chunk, found: _Favorites) -> pa.Table:
    columns = list(zip(*chunk.rows, strict=True))
    fields = found.layout.fields
    layout = found.layout
    moments = read_moments(columns, layout)
    micros = [_pick_time(moment) for moment in moments]
    reasons = [_reason(row, found, moment) for row, moment in zip(chunk.rows, micros, strict=True)]
    picks = {
        "line": chunk.lines,
        "artist": [clean(text) for text in columns[fields["artist"]]],
        "track": [clean(text) for text in columns[fields["track"]]],
        "picked_at": [moment if isinstance(moment, int) else None for moment in micros],
        "reason": reasons,
        "record": [found.layout.record(row) for row in chunk.rows],
    }
    if found.spotify_id is not None:
        picks["spotify_track_id"] = [_spotify_id(text) for text in columns[found.spotify_id]]
    if found.isrc is not None:
        picks["isrc"] = [text.strip() or None for text in columns[found.isrc]]
    if found.week is not None:
        picks["week_ending"] = [_day(text) for text in columns[found.week]]
    return table("picks", picks)


def _reason(row: list[str], found: _Favorites, moment: int | str | None) -> str | None:
    if isinstance(moment, str):
        return "time not understood"
    if found.flag is not None and row[found.flag].strip().lower() in ("0", "0.0", "false", "no"):
        return "not a favourite"
    if found.week is not None and row[found.week].strip() and _day(row[found.week]) is None:
        return "week not understood"
    return None


def _pick_time(moment: Moment | str | None) -> int | str | None:
    if isinstance(moment, str):
        day = _day(moment)
        return moment if day is None else day * _DAY + _NOON
    return None if moment is None else moment[0]


def _day(text: str) -> int | None:
    """Days since 1970 of ``2024-03-12``, whatever follows the date."""
    try:
        return (dt.date.fromisoformat(text.strip()[:10]) - _EPOCH).days
    except ValueError:
        return None


def _spotify_id(text: str) -> str | None:
    """The id alone, from an id, an URI or an address."""
    text = text.strip().partition("?")[0]
    return clean(text.rpartition("/" if "/" in text else ":")[2])
