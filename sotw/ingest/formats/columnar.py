"""Plays and favourites of many listeners as Parquet, the form in which the demo writes large ones.

Columns: perhaps a listener, an artist, a track, a time, and perhaps an album or a Spotify id,
under the same names as in a CSV. What `sotw export parquet` wrote has a column for all that is
known of a play. Times may as well be numbers or texts, as in a CSV; a day alone is no time of a
play, and of a favourite its noon. Read a batch at a time, so that memory does not grow with the
file.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from sotw.errors import SourceError
from sotw.ingest.formats.favorites import MARKS, PICK_TIME_FIELDS, SPOTIFY_ID_FIELDS
from sotw.ingest.formats.lastfm.tables import FIELDS, TIME_FIELDS, find_layout
from sotw.ingest.formats.own_plays import OWN_WORDS
from sotw.ingest.reading.rows import KINDS, MOST_RECORD_CHARACTERS, array, table
from sotw.ingest.reading.texts import BLANKS, INVISIBLE, column_name, parquet_file
from sotw.ingest.reading.times import like_a_time, parse_time

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from sotw.ingest.reading.documents import Document
    from sotw.ingest.reading.texts import Sample, Tally
    from sotw.ingest.reading.times import Moment

__all__ = ["can_be_picks", "is_picks", "is_plays", "read_picks", "read_plays"]

# A row group of DuckDB, which stores batches of any other size more slowly.
_BATCH_ROWS = 122_880
_MICROSECONDS = pa.timestamp("us")
# Of an export of sotw: what was stamped, by whom, and how.
_OWN_MARKS = frozenset({"source", "reported_at", "time_kind", "time_precision"})
_NOT_OWN = frozenset({"line", "reason", "record", "listener", "played_at"})
_OWN_FIELDS = {name: (name,) for name in KINDS["plays"] if name not in _NOT_OWN}


def _is_own(sample: Sample) -> bool:
    return _OWN_MARKS.issubset(sample.parquet_columns)


def is_plays(sample: Sample) -> bool:
    """Parquet with a time, an artist and a track, and no mark of favourites."""
    layout = find_layout(sample.parquet_columns, times=TIME_FIELDS)
    return layout is not None and not is_picks(sample)


def is_picks(sample: Sample) -> bool:
    """Parquet with a time, an artist and a track, and a mark of favourites."""
    has_mark = not MARKS.isdisjoint(sample.parquet_columns)
    return can_be_picks(sample) and has_mark and not _is_own(sample)


def can_be_picks(sample: Sample) -> bool:
    """Parquet with a time, an artist and a track, which may as well be of plays."""
    times = (*PICK_TIME_FIELDS, *TIME_FIELDS)
    return find_layout(sample.parquet_columns, times=times) is not None


def read_plays(document: Document, sample: Sample, tally: Tally) -> Iterator[pa.Table]:
    """Yield plays; unless the file says so itself, the times are taken as exact to the second."""
    if _is_own(sample):
        wanted: dict[str, Sequence[str]] = {**_OWN_FIELDS, "played_at": ("reported_at",)}
        for columns in _batches(document, wanted, tally):
            yield table("plays", {name: _allowed(name, array) for name, array in columns.items()})
        return
    wanted = {**FIELDS, "listener": ("listener",), "played_at": TIME_FIELDS}
    wanted.pop("album_mbid")
    for columns in _batches(document, wanted, tally):
        if "time_precision" not in columns:
            exact = pa.scalar("second", pa.string())
            columns["time_precision"] = pa.repeat(exact, len(columns["line"]))
        yield table("plays", columns)


def read_picks(document: Document, sample: Sample, tally: Tally) -> Iterator[pa.Table]:
    """Yield favourites."""
    wanted = {
        "artist": FIELDS["artist"],
        "track": FIELDS["track"],
        "listener": ("listener",),
        "spotify_track_id": SPOTIFY_ID_FIELDS,
        "picked_at": (*PICK_TIME_FIELDS, *TIME_FIELDS),
        "week_ending": ("week_ending",),
    }
    for columns in _batches(document, wanted, tally):
        yield table("picks", columns)


def _batches(
    document: Document, wanted: Mapping[str, Sequence[str]], tally: Tally
) -> Iterator[dict[str, pa.Array]]:
    types = KINDS["plays"] | KINDS["picks"]
    try:
        with document.open() as stream, parquet_file(stream) as file:
            names = {column_name(name): name for name in file.schema_arrow.names}
            found = {
                field: names[next(name for name in choices if name in names)]
                for field, choices in wanted.items()
                if not names.keys().isdisjoint(choices)
            }
            for batch in file.iter_batches(_BATCH_ROWS, columns=list(found.values())):
                count = batch.num_rows
                first, tally.read = tally.read + 1, tally.read + count
                # By its place: another column may have the same name.
                raw = {
                    field: batch.column(batch.schema.names.index(name))
                    for field, name in found.items()
                }
                columns = {
                    field: _converted(values, types[field])
                    for field, values in raw.items()
                    if not _is_told(field, values)
                }
                for field in raw.keys() - columns.keys():
                    columns |= _told(field, raw[field], columns)
                columns["line"] = array(range(first, first + count), pa.int64())
                yield columns
    except (pa.ArrowException, OSError, ValueError) as error:
        raise SourceError(
            f"{document.name}: the Parquet file is damaged, or a column has an odd type "
            f"({str(error).splitlines()[0]}). Write it again."
        ) from error


def _is_told(field: str, values: pa.Array) -> bool:
    """Whether times are not those of Arrow, but what a CSV would have."""
    type_ = values.type
    is_exact = pa.types.is_timestamp(type_) or pa.types.is_null(type_)
    return field in ("played_at", "picked_at") and not is_exact


def _told(field: str, values: pa.Array, others: Mapping[str, pa.Array]) -> dict[str, pa.Array]:
    """The columns of times that are numbers, texts or days, and what is wrong with the rest."""
    # Numbers as such: Arrow writes large ones with an exponent.
    texts = [str(value).strip() for value in values.to_pylist()]
    texts = ["" if text in ("None", "nan") else text for text in texts]
    moments = [_moment(text, field) if text else None for text in texts]
    reasons = [
        "time not understood" if text and moment is None else None
        for text, moment in zip(texts, moments, strict=True)
    ]
    names = (others[name].to_pylist() for name in ("artist", "track"))
    records = [
        ", ".join(filter(None, parts))[:MOST_RECORD_CHARACTERS] if reason else None
        for *parts, reason in zip(*names, map(like_a_time, texts), reasons, strict=True)
    ]
    return {
        field: array([moment and moment[0] for moment in moments], _MICROSECONDS),
        "time_precision": array([moment and moment[1] for moment in moments], pa.string()),
        "reason": array(reasons, pa.string()),
        "record": array(records, pa.string()),
    }


def _moment(text: str, field: str) -> Moment | None:
    if (found := parse_time(text)) is not None or field != "picked_at":
        return found
    return parse_time(f"{text}T12:00:00Z")


def _allowed(field: str, values: pa.Array) -> pa.Array:
    """What an export of sotw may say in a field; anything else counts as not said."""
    if field in OWN_WORDS:
        # No time is of an unknown precision, and what a play is of is known as well.
        words, otherwise = OWN_WORDS[field]
        return pc.if_else(
            pc.is_in(values, pa.array(sorted(words), pa.string())),
            values,
            pa.scalar(otherwise, pa.string()),
        )
    if field in ("ms_played", "duration_ms"):
        least = 0 if field == "ms_played" else 1
        return pc.if_else(pc.greater_equal(values, least), values, pa.scalar(None, pa.int64()))
    return values


def _converted(values: pa.Array, type_: pa.DataType) -> pa.Array:
    if pa.types.is_string(type_):
        trimmed = pc.utf8_trim(values.cast(pa.string()), characters=BLANKS)
        letters = pc.utf8_trim(trimmed, characters=BLANKS + INVISIBLE)
        return pc.if_else(pc.equal(letters, ""), pa.scalar(None, pa.string()), trimmed)
    if pa.types.is_date(type_):
        return values.cast(type_, safe=False)
    if not pa.types.is_timestamp(type_):
        return values.cast(type_)
    # A zone on the type only says how to show it; inside it is UTC.
    return values.cast(_MICROSECONDS, safe=False)
