"""Catalogues: tables of tracks or artists with their sound, popularity, genres and releases.

There is no standard for them; they are known by the names of their columns. A table without a
column of tracks is about artists, its numbers being means. A table of a chart's weeks is one too
where it says more of its songs than their ranks. A catalogue is its own source
(``feature_source``): what a column of that name says, else the name of the file without its
ending, as scales differ between catalogues. So the same file under another name is another one.
"""

from __future__ import annotations

import dataclasses
import re
from collections import Counter
from functools import partial
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from sotw.errors import SourceError
from sotw.ingest.formats.catalogues import values
from sotw.ingest.formats.catalogues.layout import WEEKS, Layout, find, is_chart, is_sound_of_nobody
from sotw.ingest.formats.lastfm.tables import read_faults
from sotw.ingest.reading.delimited import read_records, split_record
from sotw.ingest.reading.format import Format, Unread
from sotw.ingest.reading.rows import AUDIO_FEATURES, MOST_RECORD_CHARACTERS, table
from sotw.ingest.reading.texts import clean, open_text, parquet_file

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from sotw.ingest.reading.documents import Document
    from sotw.ingest.reading.texts import Sample, Tally

__all__ = ["FORMATS", "UNREAD"]

_PARSERS: dict[str, Callable[[Sequence[str], str, Counter[str]], list[Any]]] = {
    "popularity": values.popularities,
    "artist_popularity": values.popularities,
    "is_explicit": values.flags,
    "isrc": values.isrcs,
    **dict.fromkeys(AUDIO_FEATURES, values.audio),
}
_BATCH_ROWS = 100_000
_LISTS = (pa.types.is_list, pa.types.is_large_list, pa.types.is_fixed_size_list)
_COPY = re.compile(r"\s*\(\d+\)\Z")


def _header(sample: Sample) -> list[str]:
    return sample.parquet_columns or sample.header


def _is_catalogue(sample: Sample) -> bool:
    header = _header(sample)
    if sample.is_json:
        return False
    return find(header) is not None or is_sound_of_nobody(header)


def _is_mere_chart(sample: Sample) -> bool:
    """A chart that says nothing of its songs but their ranks; plays have a time of day."""
    header = sample.header
    if sample.is_json or not is_chart(header) or find(header) is not None:
        return False
    rows = [split_record(line, sample.delimiter) for line in sample.head.splitlines()[1:40]]
    places = [place for place, name in enumerate(header) if name in WEEKS]
    dates = [row[place] for row in rows if len(row) == len(header) for place in places]
    return not any(":" in date for date in dates)


def _read(document: Document, sample: Sample, tally: Tally) -> Iterator[pa.Table]:
    layout = find(_header(sample))
    if layout is None:
        raise SourceError(
            f"{document.name}: audio features, and no column names the artist. "
            "Add one called artist_name, and one called track_name."
        )
    faults: Counter[str] = Counter()
    stem = _COPY.sub("", PurePosixPath(document.name).stem).strip().lower() or "catalogue"
    if sample.parquet_columns:
        batches = _parquet_batches(document, layout, tally)
    else:
        # Where a comma is the decimal sign, spreadsheets part the fields by semicolons.
        layout = dataclasses.replace(layout, has_commas=sample.delimiter == ";")
        batches = _csv_batches(document, sample, layout, tally)
    for batch in batches:
        if isinstance(batch, pa.Table):
            yield batch
            continue
        if layout.unit is None:
            texts = batch[1][layout.fields["duration_ms"]]
            layout = dataclasses.replace(layout, unit=values.unit_of(texts))
        yield _rows(*batch, layout, stem, faults)
    tally.notes += [
        f"{field}: {count:,} values that cannot be, left out"
        for field, count in sorted(faults.items())
    ]


def _csv_batches(
    document: Document, sample: Sample, layout: Layout, tally: Tally
) -> Iterator[pa.Table | tuple[Sequence[int], dict[int, Sequence[str]]]]:
    """Lines and columns of each chunk, and tables of faulty records."""
    with open_text(document, sample) as stream:
        chunks = read_records(
            stream,
            delimiter=sample.delimiter,
            widths=(layout.width,),
            skip_header=True,
            chunk_size=_BATCH_ROWS,
        )
        for chunk in chunks:
            tally.read += chunk.records
            if chunk.rows:
                yield chunk.lines, dict(enumerate(zip(*chunk.rows, strict=True)))
            if chunk.faults:
                # The other columns of a catalogue can hold anything.
                yield read_faults("catalogue", chunk, is_open=False)


def _parquet_batches(
    document: Document, layout: Layout, tally: Tally
) -> Iterator[tuple[Sequence[int], dict[int, Sequence[str]]]]:
    """Line numbers and columns of each batch, all as the texts that a CSV would have."""
    positions = sorted({*layout.fields.values(), *layout.releases, *layout.genres})
    try:
        with document.open() as stream, parquet_file(stream) as file:
            names = [file.schema_arrow.names[position] for position in positions]
            for batch in file.iter_batches(_BATCH_ROWS, columns=names):
                first, tally.read = tally.read + 1, tally.read + batch.num_rows
                yield (
                    range(first, first + batch.num_rows),
                    {
                        position: _texts(batch.column(name))
                        for position, name in zip(positions, names, strict=True)
                    },
                )
    except (pa.ArrowException, OSError, ValueError, KeyError) as error:
        raise SourceError(
            f"{document.name}: the Parquet file is damaged, or a column has an odd type "
            f"({str(error).splitlines()[0]}). Write it again."
        ) from error


def _texts(column: pa.Array) -> list[str]:
    type_ = column.type
    if pa.types.is_struct(type_):
        return [_name(item) for item in column.to_pylist()]
    if any(is_list(type_) for is_list in _LISTS):
        return [";".join(filter(None, map(_name, items or ()))) for items in column.to_pylist()]
    texts: list[str] = pc.fill_null(column.cast(pa.string()), "").to_pylist()
    return texts


def _name(item: object) -> str:
    """Of an artist in a list, which may be a structure with its name."""
    if isinstance(item, dict):
        item = item.get("name")
    return "" if item is None else str(item)


def _rows(
    lines: Sequence[int],
    columns: dict[int, Sequence[str]],
    layout: Layout,
    stem: str,
    faults: Counter[str],
) -> pa.Table:
    of = {field: columns[position] for field, position in layout.fields.items()}
    artists = [values.first_artist(text) for text in of["artist"]]
    rows: dict[str, Any] = {"line": lines, "artist": artists}
    if layout.is_of_tracks:
        rows["track"] = [clean(text) for text in of["track"]]
        # R writes NA where a song has neither.
        gone = [pair == ("NA", "NA") for pair in zip(artists, rows["track"], strict=True)]
        for name in ("artist", "track"):
            pairs = zip(rows[name], gone, strict=True)
            rows[name] = [None if is_gone else text for text, is_gone in pairs]
        rows["reason"] = [
            "no track" if track is None and artist is not None else None
            for artist, track in zip(rows["artist"], rows["track"], strict=True)
        ]
    rows["record"] = [
        ", ".join(filter(None, names))[:MOST_RECORD_CHARACTERS] or None
        for names in zip(rows["artist"], rows.get("track", artists), strict=True)
    ]
    sources = of.get("feature_source", ("",) * len(lines))
    rows["feature_source"] = [values.source(text) or stem for text in sources]
    if "album" in of:
        rows["album"] = [clean(text) for text in of["album"]]
    if "spotify_track_id" in of:
        rows["spotify_track_id"] = values.spotify_ids(of["spotify_track_id"])
    unread: dict[int, list[str]] = {}
    parsers = _PARSERS | {"duration_ms": partial(values.durations, unit=layout.unit)}
    for field, parse in parsers.items():
        if field in of:
            texts = (
                [text.replace(",", ".") for text in of[field]] if layout.has_commas else of[field]
            )
            before = faults[field]
            rows[field] = parse(texts, field, faults)
            if faults[field] > before:
                _note_unread(unread, field, texts, rows[field])
    if layout.is_of_tracks and layout.releases:
        before, stated = faults["release_date"], [columns[one] for one in layout.releases]
        rows["release_date"] = _released(stated, faults)
        if faults["release_date"] > before:
            _note_unread(unread, "release_date", stated[0], rows["release_date"])
    if layout.genres:
        found = [
            values.tags(*texts)
            for texts in zip(*(columns[one] for one in layout.genres), strict=True)
        ]
        rows["tag"] = [tags and tags[0] for tags in found]
        rows["tag_key"] = [tags and tags[1] for tags in found]
    if unread:
        rows["unread"] = [
            f"|{'|'.join(unread[row])}|" if row in unread else None for row in range(len(lines))
        ]
    return table("catalogue", rows)


def _note_unread(
    unread: dict[int, list[str]], field: str, texts: Sequence[str], parsed: Sequence[Any]
) -> None:
    """Keep what was stated and not understood, by row; nothing stated is no fault."""
    for row, (text, value) in enumerate(zip(texts, parsed, strict=True)):
        if value is None and not values.is_nothing(text) and text.strip(" .0"):
            line = " ".join(text.replace("|", "/").split())[:MOST_RECORD_CHARACTERS]
            unread.setdefault(row, []).append(f"{field}={line}")


def _released(columns: list[Sequence[str]], faults: Counter[str]) -> list[str | None]:
    """The release date of each row from the first column that has one."""
    parsed = [values.release_dates(texts, "release_date", faults) for texts in columns]
    return [next(filter(None, dates), None) for dates in zip(*parsed, strict=True)]


FORMATS: tuple[Format, ...] = (
    Format(
        "catalogue",
        "catalogue",
        "catalogue",
        _is_catalogue,
        _read,
        completed_by=("catalogue/state", "catalogue/latest"),
    ),
)
UNREAD: tuple[Unread, ...] = (
    Unread(
        "chart",
        _is_mere_chart,
        "a chart, which says what many people heard, and nothing of the songs but their ranks. "
        "Import what one person played, or a catalogue with genres or audio features.",
        is_refused=True,
    ),
)
