"""Tables without headings that tools for Last.fm write, told by what stands in which column.

Lists for Universal Scrobbler have the track before the album, those of Last.fm Scrubbler have the
album first; the one writes a length as seconds, the other as a clock. Both are on their way to
Last.fm or from there, so they are its plays.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sotw.ingest.formats.lastfm.tables import album_payload
from sotw.ingest.reading.delimited import WRONG_WIDTH, read_records, split_record
from sotw.ingest.reading.format import Format, Unread
from sotw.ingest.reading.json_values import as_milliseconds, as_uuid, batches, reject_text
from sotw.ingest.reading.texts import clean, open_text, stated_order, stated_zone
from sotw.ingest.reading.times import is_local, parse_time, read_time

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from zoneinfo import ZoneInfo

    import pyarrow as pa

    from sotw.ingest.reading.documents import Document
    from sotw.ingest.reading.texts import Sample, Tally

__all__ = ["FORMATS", "UNREAD"]

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_CLOCK = re.compile(r"\d{1,2}:\d{2}:\d{2}")
_SECONDS = re.compile(r"\d{1,5}")
_SPOTIFY_ID = re.compile(r"(?:spotify:track:)?([0-9A-Za-z]{22})")
_EPOCH_SECONDS = re.compile(r"\d{9,11}")
# "Artist", "Track": what stands between two quoted fields.
_BETWEEN = re.compile(r'(?<="),[ \t]+(?=")')


@dataclass(frozen=True, slots=True)
class _Shape:
    """A table without headings.

    Attributes:
        fields: Position of each field; ``duration`` is in seconds or a clock.
        width: Columns in all.
        times: Positions of what makes up the time, joined by a blank.
        fits: Whether the rows of a sample look like it.
        is_utc: Whether its tool writes UTC, whatever else it does not say.
        is_padded: Whether empty columns at the right are none of the table.
    """

    fields: dict[str, int]
    width: int
    times: tuple[int, ...]
    fits: Callable[[list[list[str]]], bool]
    is_utc: bool = False
    is_padded: bool = False

    def recognise(self, sample: Sample) -> bool:
        """Whether most of the first records are of this shape."""
        rows = _rows(sample)
        wide = [row for row in self._own(rows) if all(row[at] for at in (0, 1))]
        return 0 < len(rows) <= 2 * len(wide) and self.fits(wide)

    def _own(self, rows: list[list[str]]) -> list[list[str]]:
        """The rows of its width, those of more with nothing to the right of it included."""
        wide = [row for row in rows if len(row) == self.width]
        if self.is_padded:
            wide += [row for row in rows if len(row) > self.width and not any(row[self.width :])]
        return wide

    def time(self, row: list[str]) -> str:
        """The time of a record as it is written."""
        return " ".join(row[at] for at in self.times)

    def read(self, document: Document, sample: Sample, tally: Tally) -> Iterator[pa.Table]:
        """Yield the plays of a table, and its faulty records."""
        zone = None
        own = self._own(_rows(sample))
        texts = [self.time(row) for row in own]
        order = stated_order(sample, tally, texts)
        if not self.is_utc and any(map(is_local, texts)):
            zone = stated_zone(sample, tally)

        def read_one(record: tuple[int, list[str] | None, str]) -> dict[str, Any]:
            line, row, reason = record
            if row is None:
                return {"line": line, "reason": reason}
            if any(map(str.strip, row[self.width :])):
                return {"line": line, "reason": WRONG_WIDTH}
            return {"line": line} | self._play(row, order, zone)

        widths = tuple({self.width, *map(len, own)})
        with open_text(document, sample) as stream:
            records = _records(stream, sample, widths)
            yield from batches("plays", records, read_one, tally)

    def _play(self, row: list[str], order: str | None, zone: ZoneInfo | None) -> dict[str, Any]:
        row = [field.strip() for field in row]
        texts = {name: row[at] for name, at in self.fields.items()}
        time = self.time(row).strip()
        play: dict[str, Any] = {
            "artist": clean(texts["artist"]),
            "track": clean(texts["track"]),
            "album": clean(texts.get("album", "")),
            "artist_mbid": as_uuid(texts.get("artist_mbid")),
            "track_mbid": as_uuid(texts.get("track_mbid")),
            "duration_ms": _length(texts.get("duration", "")) or None,
            # Spotify tells IFTTT one end of the play or the other.
            "time_kind": "unknown" if "spotify_track_id" in texts else "start",
            "payload": album_payload(as_uuid(texts.get("album_mbid"))),
        }
        if id_ := _SPOTIFY_ID.fullmatch(texts.get("spotify_track_id", "")):
            play["spotify_track_id"] = id_[1]
        if (moment := read_time(time, order, zone)) is not None:
            play |= {"played_at": moment[0], "time_precision": moment[1]}
        elif time:
            kept = {name: texts[name] for name in ("artist", "track", "album") if name in texts}
            play |= {"reason": "time not understood", "record": reject_text(kept | {"time": time})}
        return play


def _rows(sample: Sample) -> list[list[str]]:
    """The first records, split, without blanks."""
    lines = [line for line in sample.head.splitlines()[:40] if line.strip()]
    # The last line of a head is cut somewhere, unless it is one of few.
    lines = lines[:-1] if len(lines) > 3 else lines
    delimiter = sample.delimiter
    rows = (split_record(_BETWEEN.sub(delimiter, line), delimiter) for line in lines)
    return [[field.strip() for field in row] for row in rows]


def _records(
    stream: Iterable[str], sample: Sample, widths: tuple[int, ...]
) -> Iterator[tuple[int, list[str] | None, str]]:
    delimiter = sample.delimiter
    lines = (_BETWEEN.sub(delimiter, line) if '"' in line else line for line in stream)
    chunks = read_records(lines, delimiter=delimiter, widths=widths, skip_header=False)
    for chunk in chunks:
        yield from ((line, row, "") for line, row in zip(chunk.lines, chunk.rows, strict=True))
        yield from ((line, None, reason) for line, reason, _ in chunk.faults)


def _length(text: str) -> int | None:
    """Milliseconds from seconds, or from hours, minutes and seconds."""
    if _CLOCK.fullmatch(text):
        hours, minutes, seconds = map(int, text.split(":"))
        return ((hours * 60 + minutes) * 60 + seconds) * 1000
    return as_milliseconds(text, 1000)


def _is_time(text: str) -> bool:
    moment = parse_time(text, "dmy") or parse_time(text, "mdy")
    return moment is not None and not (text.isdecimal() and len(text) < 9)


def _most(rows: list[list[str]], is_so: Callable[[list[str]], bool]) -> bool:
    return 2 * sum(map(is_so, rows)) >= len(rows) > 0


def _is_for_universal(rows: list[list[str]]) -> bool:
    is_timed = _most(rows, lambda row: _is_time(row[3]))
    lengths = [row[5] for row in rows if row[5]]
    return is_timed and bool(lengths) and all(map(_SECONDS.fullmatch, lengths))


def _is_for_scrubbler(rows: list[list[str]]) -> bool:
    # Its times have an offset, which those of others have not.
    is_timed = _most(rows, lambda row: _is_time(row[3]) and not is_local(row[3]))
    is_dotted = _most(rows, lambda row: re.search(r" [+-]\d\d:\d\d$", row[3]) is not None)
    lengths = [row[5] for row in rows if row[5]]
    return is_timed and is_dotted and all(map(_CLOCK.fullmatch, lengths))


def _is_saved_anew(rows: list[list[str]]) -> bool:
    # The first is no heading in a language that is not known: what stands where, it alone tells.
    return _is_time(rows[0][3]) and _most(rows, lambda row: _is_time(row[3])) if rows else False


def _is_of_ifttt(rows: list[list[str]]) -> bool:
    return _most(rows, lambda row: bool(_is_time(row[0]) and _SPOTIFY_ID.fullmatch(row[3])))


def _is_backup(rows: list[list[str]]) -> bool:
    return _most(rows, lambda row: bool(_DATE.fullmatch(row[0]) and _CLOCK.fullmatch(row[1])))


def _is_ghan(rows: list[list[str]]) -> bool:
    def fits(row: list[str]) -> bool:
        ids = (row[3], row[5], row[7])
        is_timed = _EPOCH_SECONDS.fullmatch(row[0]) is not None
        return is_timed and all(not id_ or as_uuid(id_) for id_ in ids)

    return _most(rows, fits)


_UNIVERSAL = _Shape(
    {"artist": 0, "track": 1, "album": 2, "duration": 5}, 6, (3,), _is_for_universal, is_padded=True
)
_SCRUBBLER = _Shape(
    {"artist": 0, "album": 1, "track": 2, "duration": 5}, 6, (3,), _is_for_scrubbler, is_padded=True
)
# lastfm-to-csv after a spreadsheet: other marks between fields, and times as it likes them.
_SAVED_ANEW = _Shape({"artist": 0, "album": 1, "track": 2}, 4, (3,), _is_saved_anew, is_utc=True)
# A sheet that IFTTT fills with what Spotify has played.
_IFTTT = _Shape({"track": 1, "artist": 2, "spotify_track_id": 3}, 5, (0,), _is_of_ifttt)
_BACKUP = _Shape({"artist": 2, "track": 3}, 4, (0, 1), _is_backup, is_utc=True)
_NAMES_AND_IDS = ("artist", "artist_mbid", "album", "album_mbid", "track", "track_mbid")
_GHAN = _Shape({name: at for at, name in enumerate(_NAMES_AND_IDS, 2)}, 8, (0,), _is_ghan)


def _is_without_times(sample: Sample) -> bool:
    """A list for Universal Scrobbler of songs that are to be sent as if played now."""
    rows = _rows(sample)
    wide = [row for row in rows if len(row) == 6 and row[0] and row[1] and not row[3]]
    lengths = [row[5] for row in wide]
    return 0 < len(rows) == len(wide) and all(map(_SECONDS.fullmatch, lengths))


FORMATS: tuple[Format, ...] = (
    Format("universal scrobbler", "plays", "lastfm", _UNIVERSAL.recognise, _UNIVERSAL.read),
    Format("scrubbler", "plays", "lastfm", _SCRUBBLER.recognise, _SCRUBBLER.read),
    Format("lastfm-backup", "plays", "lastfm", _BACKUP.recognise, _BACKUP.read),
    Format("ghan csv without headings", "plays", "lastfm", _GHAN.recognise, _GHAN.read),
    Format("ifttt", "plays", "ifttt", _IFTTT.recognise, _IFTTT.read),
    Format("lastfm-to-csv saved anew", "plays", "lastfm", _SAVED_ANEW.recognise, _SAVED_ANEW.read),
)
UNREAD: tuple[Unread, ...] = (
    Unread(
        "list without times",
        _is_without_times,
        "songs for Universal Scrobbler without the times when they were played. Export the "
        "history that they are from and import that.",
        is_refused=True,
    ),
)
