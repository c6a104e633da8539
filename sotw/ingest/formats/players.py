"""What players and small scrobblers write themselves: pano-scrobbler, Libre.fm, .scrobbler.log.

A portable player that knows no time zone logs what its clock shows as if that were UTC. Such a log
needs the zone from the person who imports it. Where clocks go back, its hour that comes twice is
taken for the first one; where they go forward, a time in the hour that is left out is read as if
the clock had not been changed yet.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from sotw.ingest.formats.lastfm.tables import is_table, read_table
from sotw.ingest.reading.delimited import WRONG_WIDTH, read_records
from sotw.ingest.reading.format import Format
from sotw.ingest.reading.json_stream import elements
from sotw.ingest.reading.json_values import (
    as_fields,
    as_milliseconds,
    as_text,
    as_uuid,
    batches,
    reject_text,
)
from sotw.ingest.reading.texts import clean, open_text
from sotw.ingest.reading.times import parse_time, shown_in

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pyarrow as pa

    from sotw.ingest.reading.documents import Document
    from sotw.ingest.reading.texts import Sample, Tally

__all__ = ["FORMATS", "is_librefm", "librefm_play", "lines_of", "table_rows"]

_SECOND = 1_000_000
_SECONDS = re.compile(r"\d{1,11}")
_LINE_ENDS = re.compile(r"\r\n?|\n")
_MILLISECONDS = re.compile(r"\d{1,14}(?:\.0)?")
_NO_ZONE = "no time zone: name it with --zone"
# A faulty record whose text may be anything is not kept.
_PANO_COLUMNS = ("timems", "artist", "track", "album", "durationms", "event")
_LIBREFM_WIDTH = 7
_LOG_WIDTHS = (7, 8)
_MOST_CHARACTERS_OF_A_LINE = 100_000


def _is_pano_json(sample: Sample) -> bool:
    return {"timeMs", "track", "artist"} <= sample.json_paths


def _is_pano_table(sample: Sample) -> bool:
    return {"timems", "artist", "track"} <= set(sample.header)


def _read_pano_json(document: Document, sample: Sample, tally: Tally) -> Iterator[pa.Table]:
    """Yield scrobbles; what was loved is no play."""
    with open_text(document, sample) as stream:
        yield from batches("plays", elements(stream, document.name), _pano_element, tally)


def _pano_element(element: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
    fields = as_fields(element)
    if not fields:
        return {"reason": "not a scrobble"}
    return _pano_play({name.casefold(): value for name, value in fields.items()})


def _read_pano_table(document: Document, sample: Sample, tally: Tally) -> Iterator[pa.Table]:
    """The same fields as a table."""
    header = sample.header

    def read_one(record: tuple[int, list[str] | None]) -> dict[str, Any]:
        line, row = record
        if row is None:
            return {"line": line, "reason": WRONG_WIDTH}
        fields: dict[str, Any] = dict(zip(header, row, strict=True))
        # An album that is not known has been printed so.
        if fields.get("album") == "null":
            fields["album"] = None
        return {"line": line} | _pano_play(fields)

    with open_text(document, sample) as stream:
        yield from batches("plays", table_rows(stream, sample), read_one, tally)


def table_rows(stream: Iterator[str], sample: Sample) -> Iterator[tuple[int, list[str] | None]]:
    """Lines with their fields, and those that could not be split."""
    chunks = read_records(
        stream, delimiter=sample.delimiter, widths=(len(sample.header),), skip_header=True
    )
    for chunk in chunks:
        yield from zip(chunk.lines, chunk.rows, strict=True)
        yield from ((line, None) for line, _, _ in chunk.faults)


def _pano_play(fields: dict[str, Any]) -> dict[str, Any]:
    time, event = fields.get("timems"), fields.get("event")
    play: dict[str, Any] = {
        "artist": as_text(fields.get("artist")),
        "track": as_text(fields.get("track")),
        "album": as_text(fields.get("album")),
        "duration_ms": as_milliseconds(fields.get("durationms")) or None,
        "time_kind": "start",
        "time_precision": "second",
    }
    if _MILLISECONDS.fullmatch(str(time)):
        play["played_at"] = int(str(time).partition(".")[0]) * 1000
    elif time not in (None, ""):
        play["reason"] = "time not understood"
    # Early versions wrote no event, and nothing but scrobbles.
    if event not in (None, "", "scrobble"):
        play["reason"] = (
            "loved, not played" if event in ("love", "unlove") else "event not understood"
        )
    if play.get("reason"):
        play["record"] = reject_text({name: fields.get(name) for name in _PANO_COLUMNS})
    return play


def _is_librefm_table(sample: Sample) -> bool:
    """Headings below what Libre.fm says of the export."""
    above = sample.head.splitlines()[: sample.preamble]
    return any("libre.fm" in line.lower() for line in above) and is_table(sample)


def is_librefm(sample: Sample) -> bool:
    """No headings: a time, track, artist, album and three ids, between tabs."""
    lines = _sampled_lines(sample)
    fitting = [row for row in lines if len(row) == _LIBREFM_WIDTH and _has_librefm_shape(row)]
    return 0 < len(lines) <= 2 * len(fitting)


def _has_librefm_shape(row: list[str]) -> bool:
    ids = [text.strip() for text in row[4:]]
    return _SECONDS.fullmatch(row[0]) is not None and all(not id_ or as_uuid(id_) for id_ in ids)


def _sampled_lines(sample: Sample) -> list[list[str]]:
    lines = _LINE_ENDS.split(sample.head)
    # The last line of a head is cut somewhere, unless it is the only one.
    lines = lines[:40] if len(lines) < 3 else lines[:-1][:40]
    return [line.split("\t") for line in lines if line.strip()]


def _read_librefm(document: Document, sample: Sample, tally: Tally) -> Iterator[pa.Table]:
    """Yield what the scripts of Libre.fm save: its own history, or one on its way there."""
    with open_text(document, sample) as stream:
        yield from batches("plays", lines_of(stream), librefm_play, tally)


def lines_of(stream: Iterator[str]) -> Iterator[tuple[int, list[str]]]:
    """Lines with their fields. Nothing is quoted here: a quotation mark is part of a name."""
    for line, text in enumerate(stream, 1):
        # A device that lost its power leaves a tail of nothing.
        text = text[:_MOST_CHARACTERS_OF_A_LINE].replace("\x00", "").lstrip("\ufeff")
        if text.strip():
            yield line, text.rstrip("\n").split("\t")


def librefm_play(record: tuple[int, list[str]]) -> dict[str, Any]:
    """The columns of one line."""
    line, row = record
    if len(row) != _LIBREFM_WIDTH:
        return {"line": line, "reason": WRONG_WIDTH}
    time, track, artist, album, track_mbid, artist_mbid, album_mbid = row
    play: dict[str, Any] = {
        "line": line,
        "artist": clean(artist),
        "track": clean(track),
        "album": clean(album),
        "track_mbid": as_uuid(track_mbid),
        "artist_mbid": as_uuid(artist_mbid),
        "time_kind": "start",
    }
    if (found := as_uuid(album_mbid)) is not None:
        play["payload"] = json.dumps({"album_mbid": found})
    if (moment := parse_time(time.strip())) is not None:
        play |= {"played_at": moment[0], "time_precision": moment[1]}
    elif time.strip():
        play |= {"reason": "time not understood"}
        play |= {"record": reject_text({"artist": artist, "track": track, "time": time})}
    return play


def _is_log(sample: Sample) -> bool:
    """Its first line, or, as Audacious leaves it out, its columns."""
    if sample.head.lstrip().startswith("#AUDIOSCROBBLER/"):
        return True
    lines = [row for row in _sampled_lines(sample) if not row[0].startswith("#")]
    fitting = [row for row in lines if _has_log_shape(row)]
    return 0 < len(lines) <= 2 * len(fitting)


def _has_log_shape(row: list[str]) -> bool:
    is_wide = len(row) in _LOG_WIDTHS and row[5].strip() in ("L", "S")
    return is_wide and _SECONDS.fullmatch(row[6].strip()) is not None


def _read_log(document: Document, sample: Sample, tally: Tally) -> Iterator[pa.Table]:
    """Yield what a portable player noted: listened to, or skipped before its half."""
    zone = None if sample.zone is None else ZoneInfo(sample.zone)
    # How many records have a time on a clock of unknown zone.
    local = 0

    def read_one(record: tuple[int, list[str], bool]) -> dict[str, Any]:
        nonlocal local
        line, row, is_utc = record
        local += not is_utc
        return {"line": line} | _log_play(row, dt.UTC if is_utc else zone)

    with open_text(document, sample) as stream:
        yield from batches("plays", _log_rows(stream), read_one, tally)
    if local:
        tally.notes.append(
            f"{local:,} records are of a clock without a zone: "
            + (f"read as {sample.zone}" if zone else "import it again with --zone")
        )


def _log_rows(stream: Iterator[str]) -> Iterator[tuple[int, list[str], bool]]:
    """Records with whether their time is UTC. Logs get joined, so a heading may come anywhere."""
    is_utc = False
    for line, row in lines_of(stream):
        mark = row[0].strip().upper()
        if mark.startswith("#") and not _has_log_shape(row):
            if mark.startswith("#AUDIOSCROBBLER/"):
                is_utc = False
            elif mark.startswith("#TZ/"):
                is_utc = mark == "#TZ/UTC"
            continue
        yield line, row, is_utc


def _log_play(row: list[str], zone: dt.tzinfo | None) -> dict[str, Any]:
    if len(row) not in _LOG_WIDTHS:
        return {"reason": WRONG_WIDTH}
    artist, album, track, _, length, rating, time = (text.strip() for text in row[:7])
    play: dict[str, Any] = {
        "artist": None if artist.casefold() == "<untagged>" else clean(artist),
        "track": None if track.casefold() == "<untagged>" else clean(track),
        "album": None if album.casefold() == "<untagged>" else clean(album),
        "track_mbid": as_uuid(row[7]) if len(row) == max(_LOG_WIDTHS) else None,
        "duration_ms": as_milliseconds(length, 1000) or None,
        "skipped": rating.upper() == "S",
        "time_kind": "start",
        "time_precision": "second",
    }
    if rating.upper() not in ("L", "S"):
        play["reason"] = "rating not understood"
    elif zone is None:
        play["reason"] = _NO_ZONE
    elif time and (played_at := _instant(time, zone)) is None:
        play["reason"] = "time not understood"
    elif time:
        play["played_at"] = played_at
    if play.get("reason"):
        play["record"] = reject_text({"artist": artist, "track": track, "time": time})
    return play


def _instant(time: str, zone: dt.tzinfo) -> int | None:
    """Microseconds since 1970 UTC of what a clock in that zone showed, as seconds since 1970."""
    if not _SECONDS.fullmatch(time):
        return None
    return shown_in(int(time) * _SECOND, zone)


FORMATS: tuple[Format, ...] = (
    Format("pano-scrobbler", "plays", "pano", _is_pano_json, _read_pano_json),
    Format("pano-scrobbler table", "plays", "pano", _is_pano_table, _read_pano_table),
    Format("scrobbler.log", "plays", "scrobbler.log", _is_log, _read_log),
    Format("libre.fm", "plays", "librefm", is_librefm, _read_librefm),
    Format("libre.fm table", "plays", "librefm", _is_librefm_table, read_table),
)
