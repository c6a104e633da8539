"""Files that compiled readers read, many times faster, where nothing about them is in doubt.

Whatever is in doubt makes ``fill_…`` return false, and the document is read record by record.
"""

from __future__ import annotations

import codecs
import re
from functools import partial
from itertools import chain
from typing import IO, TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv

from sotw.ingest.formats.lastfm.tables import (
    LASTFM_TO_CSV,
    Layout,
    album_payload,
    find_layout,
    in_time,
)
from sotw.ingest.reading.delimited import split_record
from sotw.ingest.reading.rows import array, table
from sotw.ingest.reading.texts import BLANKS, INVISIBLE, Tally, column_name, is_plain_utf8
from sotw.ingest.reading.times import parse_time
from sotw.warehouse import scratch

if TYPE_CHECKING:
    from collections.abc import Iterator

    import duckdb

    from sotw.ingest.reading.documents import Document
    from sotw.ingest.reading.texts import Sample

__all__ = ["fill_lastfm_to_csv", "fill_table"]

# Larger ones cost more, as the system has to find the memory anew for each.
_PIECE_BYTES = 2**22
# As DuckDB keeps them together; any other number costs it three times the time.
_ROWS_OF_A_BATCH = 122_880
# Of a longer one Python reads the beginning.
_MOST_BYTES_OF_A_LINE = 1_000_000
# A name for what DuckDB reads.
_PLAYS = "quick_plays"
_SCHEMA = table("plays", {"line": []}).schema
_LINE_FEED, _RETURN, _QUOTE = b'\n\r"'
# Microseconds of what a time in digits alone counts, by how many digits it has.
_SCALES = {10: 1_000_000, 13: 1_000, 16: 1}
# The clock of a time, to the minute or to the second, and its zone where it is UTC.
_CLOCK = re.compile(r".*?(\d\d:\d\d(?::\d\d)?)(Z| UTC)?")


class _InDoubtError(Exception):
    """The document has to be read record by record."""


def fill_lastfm_to_csv(
    con: duckdb.DuckDBPyConnection, document: Document, sample: Sample, tally: Tally
) -> bool:
    """Read artist, album, track and time; false where a line is odd in any way."""
    if sample.delimiter_given not in (None, ","):
        return False
    return _fill(con, document, sample, tally, LASTFM_TO_CSV, has_header=False)


def fill_table(
    con: duckdb.DuckDBPyConnection, document: Document, sample: Sample, tally: Tally
) -> bool:
    """Read a table whose headings say what is where; false where a line is odd in any way."""
    layout = find_layout(sample.header, sample.delimiter)
    if layout is None or layout.delimiter not in (",", ";", "\t"):
        return False
    if layout.parts is not None or sample.columns is not None:
        return False
    said = Tally(0, [])
    timed = in_time(layout, document, sample, said)
    if timed.zone is not None or timed.order is not None:
        return False
    if not _fill(con, document, sample, tally, layout, has_header=True):
        return False
    tally.notes += said.notes
    return True


def _fill(
    con: duckdb.DuckDBPyConnection,
    document: Document,
    sample: Sample,
    tally: Tally,
    layout: Layout,
    *,
    has_header: bool,
) -> bool:
    if not is_plain_utf8(sample):
        return False
    with document.open() as stream:
        batches = _batches(stream, sample, layout, has_header=has_header)
        # DuckDB stores a batch while the next one is read.
        con.register(_PLAYS, pa.RecordBatchReader.from_batches(_SCHEMA, batches))
        try:
            query = f"create or replace temp table incoming as from {_PLAYS}"
            if not scratch.is_done(partial(con.execute, query)):
                return False
        finally:
            con.unregister(_PLAYS)
    [(tally.read,)] = con.execute("select count(*) from temp.incoming").fetchall()
    return tally.read > 0


def _batches(
    stream: IO[bytes], sample: Sample, layout: Layout, *, has_header: bool
) -> Iterator[pa.RecordBatch]:
    """The plays of a table, an even number at a time.

    Raises:
        _InDoubtError: Something is odd.
        pa.ArrowInvalid: Something is no table, or no time.
    """
    pieces = _pieces(stream)
    first = next(pieces, b"")
    if codecs.lookup(sample.encoding).name == "utf-8-sig":
        first = first.removeprefix(codecs.BOM_UTF8)
    if has_header:
        first = _below_header(first, sample)
    line = 1 + has_header
    held: list[pa.Table] = []
    for text in chain([first] if first else [], pieces):
        held.append(_split(text, layout))
        while sum(map(len, held)) >= _ROWS_OF_A_BATCH:
            records = pa.concat_tables(held)
            yield _plays(records.slice(0, _ROWS_OF_A_BATCH), layout, line)
            line += _ROWS_OF_A_BATCH
            held = [records.slice(_ROWS_OF_A_BATCH)]
    if sum(map(len, held)):
        yield _plays(pa.concat_tables(held), layout, line)


def _pieces(stream: IO[bytes]) -> Iterator[bytes]:
    """A document in pieces of whole lines, each with a line feed at its end."""
    rest = b""
    while piece := stream.read(_PIECE_BYTES):
        lines, end, rest = (rest + piece).rpartition(b"\n")
        if len(rest) > _MOST_BYTES_OF_A_LINE:
            raise _InDoubtError
        if end:
            yield lines + end
    if rest:
        yield rest + b"\n"


def _below_header(text: bytes, sample: Sample) -> bytes:
    """What is below the first line, if that is, alone, what the document was recognised by."""
    line, _, text = text.partition(b"\n")
    fields = split_record(line.decode("utf-8", "replace").rstrip("\r"), sample.delimiter)
    if line.count(b'"') % 2 or [column_name(field) for field in fields] != sample.header:
        raise _InDoubtError
    return text


def _split(text: bytes, layout: Layout) -> pa.Table:
    """The fields that are needed, a record for each line."""
    lines = _count_plain_lines(text, layout.delimiter)
    needed = [str(place) for place in sorted({*layout.fields.values(), layout.times[0]})]
    records = csv.read_csv(
        pa.BufferReader(text),
        # Several threads would only get into the way of DuckDB's.
        csv.ReadOptions(
            column_names=[str(place) for place in range(layout.width)], use_threads=False
        ),
        csv.ParseOptions(delimiter=layout.delimiter),
        csv.ConvertOptions(
            column_types=dict.fromkeys(needed, pa.string()),
            include_columns=needed,
            strings_can_be_null=False,
        ),
    )
    # A blank line, or a record over several, would put the numbers of the lines wrong.
    if len(records) != lines:
        raise _InDoubtError
    return records


def _count_plain_lines(text: bytes, delimiter: str) -> int:
    """How many lines there are, where all quotes, line ends and bytes are where they belong."""
    if b"\x00" in text or text.startswith(codecs.BOM_UTF8):
        raise _InDoubtError
    if b"\r" in text and text.count(b"\r") != text.count(b"\r\n"):
        raise _InDoubtError
    letters = np.frombuffer(text, np.uint8)
    ends = np.flatnonzero(letters == _LINE_FEED)
    if np.diff(ends, prepend=-1).max() > _MOST_BYTES_OF_A_LINE:
        raise _InDoubtError
    # Opening and closing ones take turns; of two in a row, which mean one, the first closes.
    quotes = np.flatnonzero(letters == _QUOTE)
    around = [ord(delimiter), _LINE_FEED, _QUOTE]
    # Before the first letter stands the last one, a line feed.
    are_opening = np.isin(letters[quotes[::2] - 1], around)
    are_closing = np.isin(letters[quotes[1::2] + 1], [*around, _RETURN])
    if len(quotes) % 2 or not (are_opening.all() and are_closing.all()):
        raise _InDoubtError
    return len(ends)


def _plays(records: pa.Table, layout: Layout, line: int) -> pa.RecordBatch:
    """Records as plays, numbered from a line."""
    columns = {int(name): records[name].combine_chunks() for name in records.column_names}
    played_at, precision = _moments(columns[layout.times[0]])
    plays: dict[str, Any] = {
        field: _clean(columns[place]) for field, place in layout.fields.items()
    }
    if (album_mbids := plays.pop("album_mbid", None)) is not None:
        mbids = album_mbids.dictionary_encode()
        payloads = [album_payload(mbid) for mbid in mbids.dictionary.to_pylist()]
        plays["payload"] = array(payloads, pa.string()).take(mbids.indices)
    plays["line"] = array(range(line, line + len(records)), pa.int64())
    plays["played_at"] = played_at
    plays["time_precision"] = pa.repeat(_text(precision), len(records))
    [batch] = table("plays", plays).to_batches()
    return batch


def _clean(names: pa.Array) -> pa.Array:
    """As ``texts.clean``."""
    is_seen = pc.not_equal(pc.utf8_trim(names, BLANKS + INVISIBLE), _text(""))
    return pc.if_else(is_seen, pc.utf8_trim(names, BLANKS), _text(None))


def _text(value: str | None) -> pa.Scalar:
    """A text for Arrow's functions, which import pandas where they are given one of Python."""
    return array([value], pa.string())[0]


def _number(value: int) -> pa.Scalar:
    return array([value], pa.int64())[0]


def _moments(texts: pa.Array) -> tuple[pa.Array, str]:
    """Times that are all of one shape, and their precision."""
    first = texts[0].as_py()
    if len(first) in _SCALES and first.isdecimal():
        return _from_numbers(texts, len(first)), "second"
    if (match := _CLOCK.fullmatch(first)) is not None:
        precision = "minute" if len(match[1]) == len("09:42") else "second"
        return _from_clocks(texts, len(match[1]), match[2] or "", precision), precision
    raise _InDoubtError


def _from_numbers(texts: pa.Array, digits: int) -> pa.Array:
    are_plain = pc.and_(
        pc.ascii_is_decimal(texts), pc.equal(pc.binary_length(texts), _number(digits))
    )
    if not pc.all(are_plain).as_py():
        raise _InDoubtError
    return pc.multiply(texts.cast(pa.int64()), _number(_SCALES[digits])).cast(pa.timestamp("us"))


def _from_clocks(texts: pa.Array, length: int, zone: str, precision: str) -> pa.Array:
    """Times that end with a clock of a length, and a zone; each date is understood once."""
    if zone:
        if not pc.all(pc.ends_with(texts, zone)).as_py():
            raise _InDoubtError
        texts = pc.utf8_slice_codeunits(texts, 0, -len(zone))
    dates = pc.utf8_slice_codeunits(texts, 0, -length).dictionary_encode()
    midnights = []
    for date in dates.dictionary.to_pylist():
        midnight = parse_time(date + "00:00:00"[:length] + zone)
        # With another clock in it, the last one would be something else: the hours of a zone.
        if midnight is None or midnight[1] != precision or ":" in date:
            raise _InDoubtError
        midnights.append(midnight[0])
    clocks = pc.utf8_slice_codeunits(texts, -length).dictionary_encode()
    stamps = pc.binary_join_element_wise(_text("1970-01-01"), clocks.dictionary, _text(" "))
    micros = pc.add(
        array(midnights, pa.int64()).take(dates.indices),
        stamps.cast(pa.timestamp("us")).cast(pa.int64()).take(clocks.indices),
    )
    return micros.cast(pa.timestamp("us"))
