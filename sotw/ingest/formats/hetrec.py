"""The Last.fm data set of HetRec 2011: artists, tags, and what 1,892 anonymous users played.

Five tables with tabs between their fields and numbers for users, artists and tags. Nothing is
quoted: a ``"`` in a name is a letter. The users are no listeners here. A table that went through
another program may have its columns in another order, and one of row numbers before them.
"""

from __future__ import annotations

import datetime as dt
from functools import cache
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from sotw.ingest.formats.lastfm.tables import read_faults
from sotw.ingest.reading.delimited import WRONG_WIDTH, Chunk, read_records
from sotw.ingest.reading.format import Format, Unread
from sotw.ingest.reading.rows import MOST_RECORD_CHARACTERS, table
from sotw.ingest.reading.texts import BLANKS, clean, open_text
from sotw.keys import strict_key

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from typing import TextIO

    import pyarrow as pa

    from sotw.ingest.reading.documents import Document
    from sotw.ingest.reading.texts import Sample, Tally

__all__ = ["FORMATS", "UNREAD"]

# Lists by the names of their columns.
_Columns = dict[str, list[Any]]

_ARTISTS = ("id", "name", "url", "pictureurl")
_TAGS = ("tagid", "tagvalue")
_PLAYS = ("userid", "artistid", "weight")
_TAGGED = ("userid", "artistid", "tagid", "day", "month", "year")
_TAGGED_AT = ("userid", "artistid", "tagid", "timestamp")
_FRIENDS = ("userid", "friendid")

_CHUNK = 100_000
_EPOCH = dt.date(1970, 1, 1)
# Last.fm began, as Audioscrobbler, in the autumn of 2002; nobody tagged anything before.
_FIRST_DAY = (dt.date(2002, 10, 1) - _EPOCH).days
# The set was made in Madrid: its timestamps are the midnights there of the days in the other file.
_ZONE = ZoneInfo("Europe/Madrid")


# What programs call a column of row numbers.
_NUMBERS = ("", "unnamed_0", "index", "x", "rownames")


def _is_headed(heading: tuple[str, ...]) -> Callable[[Sample], bool]:
    def recognise(sample: Sample) -> bool:
        others = [name for name in sample.header if name not in heading]
        names = sorted(name for name in sample.header if name in heading)
        return names == sorted(heading) and all(name in _NUMBERS for name in others)

    return recognise


def _chunks(stream: TextIO, delimiter: str, widths: Sequence[int]) -> Iterator[Chunk]:
    """Records without the heading; where tabs part the fields, a quote is a letter."""
    if delimiter != "\t":
        yield from read_records(stream, delimiter=delimiter, widths=widths, skip_header=True)
        return
    chunk, is_heading = Chunk(), True
    for line, text in enumerate(stream, 1):
        if not text.strip(BLANKS):
            continue
        if is_heading:
            is_heading = False
            continue
        bare = text.rstrip("\n").replace("\x00", "")
        row = bare.split("\t")
        if len(row) in widths:
            chunk.lines.append(line)
            chunk.rows.append(row)
        else:
            chunk.faults.append((line, WRONG_WIDTH, bare))
        if chunk.records == _CHUNK:
            yield chunk
            chunk = Chunk()
    if chunk.records:
        yield chunk


def _reader(
    kind: str,
    heading: tuple[str, ...],
    unpack: Callable[[list[tuple[str, ...]]], _Columns],
    least: int | None = None,
) -> Callable[[Document, Sample, Tally], Iterator[pa.Table]]:
    """A reader of one of the tables; ``unpack`` gets its fields column by column.

    As many of them as ``least`` there must be in a row, else all.
    """

    def read(document: Document, sample: Sample, tally: Tally) -> Iterator[pa.Table]:
        undated = 0
        width = len(sample.header)
        is_plain = tuple(sample.header) == heading
        widths = range(least if least and is_plain else width, width + 1)
        places = [sample.header.index(name) for name in heading]
        with open_text(document, sample) as stream:
            for chunk in _chunks(stream, sample.delimiter, widths):
                tally.read += chunk.records
                if chunk.rows:
                    full = [(*row, *[""] * (width - len(row))) for row in chunk.rows]
                    fields = list(zip(*full, strict=True))
                    columns = unpack([fields[place] for place in places])
                    undated += columns.get("tagged_on", []).count(None)
                    columns["line"] = chunk.lines
                    columns["record"] = [
                        "\t".join(row)[:MOST_RECORD_CHARACTERS] for row in chunk.rows
                    ]
                    yield table(kind, columns)
                if chunk.faults:
                    yield read_faults(kind, chunk, is_open=True)
        if undated:
            tally.notes.append(f"{undated:,} dates that cannot be, left out")

    return read


def _number(text: str) -> int | None:
    text = text.strip(BLANKS)
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


def _numbers(texts: Sequence[str]) -> list[int | None]:
    return [_number(text) for text in texts]


def _missing(reason: str, *columns: Sequence[Any]) -> list[str | None]:
    """The reason for each row that lacks one of the values."""
    return [reason if None in values else None for values in zip(*columns, strict=True)]


def _artists(columns: list[tuple[str, ...]]) -> _Columns:
    ids = _numbers(columns[0])
    names = [clean(text) for text in columns[1]]
    faults = zip(_missing("number not understood", ids), _missing("no artist", names), strict=True)
    return {
        "source_artist_id": ids,
        "artist": names,
        "reason": [one or other for one, other in faults],
    }


def _tags(columns: list[tuple[str, ...]]) -> _Columns:
    ids = _numbers(columns[0])
    tags = [clean(text) for text in columns[1]]
    keys = [strict_key(tag) for tag in tags]
    faults = zip(_missing("number not understood", ids), _missing("no tag", keys), strict=True)
    return {
        "source_tag_id": ids,
        "tag": tags,
        "tag_key": keys,
        "reason": [one or other for one, other in faults],
    }


def _user_artists(columns: list[tuple[str, ...]]) -> _Columns:
    users, artists, plays = map(_numbers, columns)
    return {
        "source_user_id": users,
        "source_artist_id": artists,
        "plays": plays,
        "reason": _missing("number not understood", users, artists, plays),
    }


def _tagged(columns: list[tuple[str, ...]]) -> _Columns:
    return _assignments(columns) | {
        "tagged_on": [_day(*date) for date in zip(*columns[3:], strict=True)]
    }


def _tagged_at(columns: list[tuple[str, ...]]) -> _Columns:
    return _assignments(columns) | {"tagged_on": [_day_of(text) for text in columns[3]]}


def _assignments(columns: list[tuple[str, ...]]) -> _Columns:
    users, artists, tags = map(_numbers, columns[:3])
    return {
        "source_user_id": users,
        "source_artist_id": artists,
        "source_tag_id": tags,
        "reason": _missing("number not understood", users, artists, tags),
    }


@cache
def _day(day: str, month: str, year: str) -> int | None:
    """Days since 1970; null for a day that is not in the calendar or before Last.fm."""
    parts = [_number(text) for text in (year, month, day)]
    try:
        days = (dt.date(*[0 if part is None else part for part in parts]) - _EPOCH).days
    except (ValueError, OverflowError):
        return None
    return days if days >= _FIRST_DAY else None


@cache
def _day_of(milliseconds: str) -> int | None:
    """The day in Madrid of a time in milliseconds."""
    moment = _number(milliseconds)
    try:
        when = dt.datetime.fromtimestamp((moment or 0) // 1000, tz=_ZONE)
    except (ValueError, OverflowError, OSError):
        return None
    days = (when.date() - _EPOCH).days
    return days if days >= _FIRST_DAY else None


FORMATS: tuple[Format, ...] = (
    Format(
        "hetrec artists",
        "source_artists",
        "hetrec",
        _is_headed(_ARTISTS),
        # Some have no address or picture, and an editor may have cut the tabs at their ends.
        _reader("source_artists", _ARTISTS, _artists, least=2),
    ),
    Format(
        "hetrec tags",
        "source_tags",
        "hetrec",
        _is_headed(_TAGS),
        _reader("source_tags", _TAGS, _tags),
    ),
    Format(
        "hetrec plays",
        "user_artists",
        "hetrec",
        _is_headed(_PLAYS),
        _reader("user_artists", _PLAYS, _user_artists),
    ),
    Format(
        "hetrec tagged artists",
        "user_artist_tags",
        "hetrec",
        _is_headed(_TAGGED),
        _reader("user_artist_tags", _TAGGED, _tagged),
    ),
    Format(
        "hetrec tagged artists with times",
        "user_artist_tags",
        "hetrec",
        _is_headed(_TAGGED_AT),
        _reader("user_artist_tags", _TAGGED_AT, _tagged_at),
    ),
)

UNREAD: tuple[Unread, ...] = (
    Unread(
        "hetrec friends",
        _is_headed(_FRIENDS),
        "friends of the users of HetRec 2011; sotw has no use for them. Leave it where it is.",
    ),
)
