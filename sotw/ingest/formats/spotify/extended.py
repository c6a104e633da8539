"""Spotify's extended streaming history: JSON, JSON lines, or a table of the same fields.

Two ways of reading, one meaning (sql/ingest/plays/read_spotify_extended.sql). DuckDB's own reader
is fast and takes nothing odd; what it refuses is read record by record in Python, which gives the
same plays. Only the fields named here are ever read: not the address of the device, not the
user's name.
"""

from __future__ import annotations

import datetime as dt
from functools import partial
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from sotw.errors import SourceError
from sotw.ingest.formats.lastfm.tables import read_faults
from sotw.ingest.formats.spotify.records import in_plain_words, moment_of, order_of_times, records
from sotw.ingest.reading.delimited import read_records
from sotw.ingest.reading.documents import on_disk
from sotw.ingest.reading.format import Format, Unread
from sotw.ingest.reading.rows import array, make_incoming, table
from sotw.ingest.reading.texts import BLANKS, INVISIBLE, is_plain_utf8, open_text, parquet_file
from sotw.ingest.statements import text
from sotw.warehouse import plainly_named, scratch

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    import duckdb

    from sotw.ingest.reading.documents import Document
    from sotw.ingest.reading.texts import Sample, Tally

__all__ = ["FIELDS", "FORMATS", "UNREAD", "fill_json", "is_json", "is_table"]
__all__ += ["is_parquet", "read_json", "read_parquet", "read_table"]

# All that is read, of exports of every age.
FIELDS = (
    "ts",
    "platform",
    "ms_played",
    "conn_country",
    "master_metadata_track_name",
    "master_metadata_album_artist_name",
    "master_metadata_album_album_name",
    "spotify_track_uri",
    "episode_name",
    "episode_show_name",
    "spotify_episode_uri",
    "audiobook_title",
    "audiobook_uri",
    "audiobook_chapter_uri",
    "audiobook_chapter_title",
    "reason_start",
    "reason_end",
    "shuffle",
    "skipped",
    "offline",
    "offline_timestamp",
    "incognito_mode",
)
_NEEDED = frozenset({"ts", "ms_played"})
_TELLING = frozenset({"master_metadata_track_name", "spotify_track_uri", "spotify_episode_uri"})
# As tables that others made of an export call them.
_SHORT = {
    "track_name": "master_metadata_track_name",
    "artist_name": "master_metadata_album_artist_name",
    "album_name": "master_metadata_album_album_name",
    "artist_name_s": "master_metadata_album_artist_name",
}
_NAMED = frozenset({"master_metadata_track_name", "master_metadata_album_artist_name"})
# A song's address without the words before it, or as a page.
_BARE_TRACK = (
    r"^\s*(?:https?://open\.spotify\.com/(?:intl-\w+/)?track/)?([0-9A-Za-z]{22})(?:\?.*)?\s*$"
)
# The table that sql/ingest/plays/read_spotify_extended.sql reads.
_RECORDS = "spotify_records"
_BATCH = 50_000
_EPOCH = dt.datetime(1970, 1, 1)
_TAIL_BYTES = 4096


def is_json(sample: Sample) -> bool:
    """Records with the time, the milliseconds played, and a song or its address."""
    return sample.json_paths >= _NEEDED and bool(_TELLING & sample.json_paths)


def is_table(sample: Sample) -> bool:
    """Headings with the names that the JSON has, or the short ones that others give them."""
    return not sample.is_json and _are_headings(sample.header)


def is_parquet(sample: Sample) -> bool:
    """The same names as columns of a Parquet file."""
    return _are_headings(sample.parquet_columns)


def _are_headings(names: Sequence[str]) -> bool:
    header = {_SHORT.get(name, name) for name in names}
    is_told = bool(_TELLING & {*names}) or header >= _NAMED
    return header >= _NEEDED and is_told


def fill_json(
    con: duckdb.DuckDBPyConnection, document: Document, sample: Sample, tally: Tally
) -> bool:
    """Read a history with DuckDB into temp.incoming; false where it has to be read otherwise."""
    if not is_plain_utf8(sample):
        return False
    is_list = sample.head.lstrip().startswith("[")
    if is_list and sample.head.lstrip()[1:].lstrip().startswith("["):
        return False
    with on_disk(document) as path:
        if is_list and not _is_closed(path):
            return False
        make_incoming(con)
        with plainly_named(path) as link:
            if not scratch.is_done(partial(_fill, con, link, sample, is_list=is_list)):
                return False
    [(is_odd,)] = con.execute(text("plays/find_nested_spotify")).fetchall()
    if is_odd:
        return False
    [(tally.read,)] = con.execute("select count(*) from temp.incoming").fetchall()
    return True


def _fill(con: duckdb.DuckDBPyConnection, path: Path, sample: Sample, *, is_list: bool) -> None:
    read = con.read_json(
        str(path),
        columns=dict.fromkeys(FIELDS, "varchar"),
        format="array" if is_list else "newline_delimited",
        compression="none",
    ).project("row_number() over () as line, *")
    con.register(_RECORDS, read)
    try:
        query = f"insert into temp.incoming by name\n{text('plays/read_spotify_extended')}"
        con.execute(query, _values(sample.json_paths))
    finally:
        con.unregister(_RECORDS)


def _is_closed(path: Path) -> bool:
    """Whether a list ends with its bracket: DuckDB takes one that stops after a comma for whole."""
    with path.open("rb") as stream:
        stream.seek(max(0, path.stat().st_size - _TAIL_BYTES))
        return stream.read().rstrip(b" \t\r\n").endswith(b"]")


def read_json(document: Document, sample: Sample, tally: Tally) -> Iterator[pa.Table]:
    """Yield the plays of a list of records, or of JSON lines, record by record.

    Raises:
        SourceError: The text is cut off, or is no JSON.
    """
    with scratch.connect() as con, open_text(document, sample) as stream:
        understand = partial(_understand, con, _values(sample.json_paths))
        batch: list[Any] = []
        for element in records(stream, document.name, ("ts",)):
            batch.append(element if isinstance(element, dict) else {})
            tally.read += 1
            if len(batch) == _BATCH:
                yield understand(_columns(batch), range(tally.read - _BATCH + 1, tally.read + 1))
                batch = []
        if batch:
            yield understand(_columns(batch), range(tally.read - len(batch) + 1, tally.read + 1))


def read_table(document: Document, sample: Sample, tally: Tally) -> Iterator[pa.Table]:
    """Yield the plays of a table with headings, in any order, and its faulty records."""
    header = [_SHORT.get(name, name) for name in sample.header]
    places = {field: header.index(field) for field in FIELDS if field in header}
    order = order_of_times(document, sample, header.index("ts"), tally)
    with scratch.connect() as con, open_text(document, sample) as stream:
        values = _values(frozenset(header))
        for chunk in read_records(
            stream,
            delimiter=sample.delimiter,
            widths=(len(header),),
            skip_header=True,
            chunk_size=_BATCH,
        ):
            tally.read += chunk.records
            if chunk.rows:
                texts = {field: [row[at] for row in chunk.rows] for field, at in places.items()}
                texts["ts"] = [_written_out(text, order) for text in texts["ts"]]
                yield _understand(con, values, in_plain_words(texts), chunk.lines)
            if chunk.faults:
                yield read_faults("plays", chunk, is_open=False)


def read_parquet(document: Document, sample: Sample, tally: Tally) -> Iterator[pa.Table]:
    """Yield the plays of a Parquet file.

    Raises:
        SourceError: It is damaged.
    """
    header = [_SHORT.get(name, name) for name in sample.parquet_columns]
    places = {field: header.index(field) for field in FIELDS if field in header}
    with scratch.connect() as con, document.open() as stream, parquet_file(stream) as file:
        values = _values(frozenset(header))
        try:
            for batch in file.iter_batches(_BATCH):
                texts = {field: _texts_of(batch.column(at)) for field, at in places.items()}
                lines = range(tally.read + 1, tally.read + batch.num_rows + 1)
                tally.read += batch.num_rows
                yield _understand(con, values, texts, lines)
        except (OSError, ValueError) as error:
            raise SourceError(
                f"{document.name}: the Parquet file is damaged. Write it again."
            ) from error


def _texts_of(column: pa.Array) -> list[str | None]:
    if pa.types.is_timestamp(column.type):
        # Of nanoseconds Python knows nothing.
        column = column.cast(pa.timestamp("us", column.type.tz), safe=False)
    return [_as_text(value) for value in column.to_pylist()]


def _written_out(text: str, order: str | None) -> str:
    """A time whose date is in numbers, day or month first, with the year first; others stay."""
    if text[4:5] == "-" or not text[:1].isdigit():
        return text
    moment = moment_of(text, order) if any(mark in text for mark in "/.-") else None
    if moment is None:
        return text
    micros, precision = moment
    written = (_EPOCH + dt.timedelta(microseconds=micros)).isoformat(" ")
    return written.removesuffix(":00") if precision == "minute" else written


def _columns(batch: list[dict[str, Any]]) -> dict[str, list[str | None]]:
    return {field: [_as_text(record.get(field)) for record in batch] for field in FIELDS}


def _as_text(value: Any) -> str | None:  # noqa: ANN401 - JSON
    """A value as DuckDB's reader gives it to a column of texts; null for objects and lists."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dt.datetime):
        return value.isoformat(" ")
    # Python writes a missing number as NaN, and reads it so.
    return str(value) if isinstance(value, int | float) and value == value else None


def _understand(
    con: duckdb.DuckDBPyConnection,
    values: Mapping[str, Any],
    texts: Mapping[str, Sequence[str | None]],
    lines: Sequence[int],
) -> pa.Table:
    """Records as texts to plays."""
    nothing = pa.nulls(len(lines), pa.string())
    columns = {
        field: array(texts[field], pa.string()) if field in texts else nothing for field in FIELDS
    }
    con.register(_RECORDS, pa.table({"line": array(lines, pa.int64())} | columns))
    plays = con.sql(text("plays/read_spotify_extended"), params=dict(values)).to_arrow_table()
    return table("plays", {name: plays[name] for name in plays.column_names})


def _values(fields: frozenset[str]) -> dict[str, Any]:
    has_addresses = "spotify_track_uri" in fields
    return {
        "blanks": BLANKS,
        "unseen": BLANKS + INVISIBLE,
        "has_addresses": has_addresses,
        "bare_track": _BARE_TRACK,
    }


FORMATS: tuple[Format, ...] = (
    Format("spotify extended", "plays", "spotify", is_json, read_json, fill=fill_json),
    Format("spotify extended table", "plays", "spotify", is_table, read_table),
    Format("spotify extended parquet", "plays", "spotify", is_parquet, read_parquet),
)
UNREAD: tuple[Unread, ...] = ()
