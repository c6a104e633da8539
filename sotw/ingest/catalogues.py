"""Catalogues: tables of tracks or artists with their sound, popularity, genres and releases.

There is no standard for them; they are known by the names of their columns. A table without a
column of tracks is about artists, its numbers being means. A catalogue is its own source
(``feature_source``): what a column of that name says, else the name of the file without its
ending, as scales differ between catalogues. So the same file under another name is another one.
"""

from __future__ import annotations

import dataclasses
import re
from collections import Counter
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from sotw.errors import SourceError
from sotw.ingest import catalogue_values as values
from sotw.ingest.delimited import read_records
from sotw.ingest.favorites import PICK_TIME_FIELDS
from sotw.ingest.format import Format
from sotw.ingest.lastfm import TIME_FIELDS, read_faults
from sotw.ingest.rows import AUDIO_FEATURES, MOST_RECORD_CHARACTERS, table
from sotw.ingest.texts import clean, open_text, parquet_file

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from sotw.ingest.documents import Document
    from sotw.ingest.texts import Sample, Tally

__all__ = ["FORMATS"]

_ARTISTS = (
    *("artist", "artist_name", "artists", "track_artist", "artist_s_name", "artist_name_s"),
    *("artist_names", "artists_name", "artists_names", "song_artist", "primary_artist"),
)
_TRACKS = (
    *("track_name", "track", "title", "song", "song_name", "name", "track_title"),
    "song_title",
)
_ALBUMS = ("album", "album_name", "track_album_name", "album_title", "release", "release_name")
_IDS = ("spotify_track_id", "spotify_id", "track_id", "track_uri", "spotify_track_uri", "uri", "id")
_POPULARITY = (
    *("track_popularity", "popularity", "spotify_popularity", "popularity_score"),
    "song_popularity",
)
_OF_ARTIST = ("artist_popularity", "popularity_artist")
_DURATIONS = ("duration_ms", "track_duration_ms", "song_duration_ms", "spotify_duration_ms")
_RELEASES = (
    *("release_date", "track_album_release_date", "album_release_date", "spotify_release_date"),
    *("year", "release_year", "released_year", "album_release_year"),
)
_GENRES = (
    *("genre", "genres", "track_genre", "track_genres", "artist_genre", "artist_genres"),
    *("playlist_genre", "playlist_subgenre", "top_genre", "main_genre", "subgenre", "sub_genre"),
    *("music_genre", "spotify_genres"),
)
_EXPLICIT = ("explicit", "is_explicit", "track_explicit")
_SOURCES = ("feature_source", "source")
_SOUND = {
    name: (name, f"audio_{name}", f"audio_features_{name}", f"track_{name}")
    for name in AUDIO_FEATURES
}
# By one of these a table with an artist is known; a key or a mode alone may mean anything.
_MARKS = frozenset(
    (*_POPULARITY, *_OF_ARTIST, *_DURATIONS, *_RELEASES, *_GENRES, *_EXPLICIT, "isrc")
) | {name for names in _SOUND.values() for name in names} - {"key", "mode"}
# Then it is a table of plays or of favourites.
_TIMES = frozenset((*TIME_FIELDS, *PICK_TIME_FIELDS, "ts"))
_PLAYED = re.compile(r"played|scrobbled|listened|end_?time")
# Enough of these without an artist is a catalogue too, one that cannot be used.
_LEAST_SOUND = 3
_PARSERS: dict[str, Callable[[Sequence[str], str, Counter[str]], list[Any]]] = {
    "popularity": values.popularities,
    "artist_popularity": values.popularities,
    "duration_ms": values.durations,
    "is_explicit": values.flags,
    "isrc": values.isrcs,
    **dict.fromkeys(AUDIO_FEATURES, values.audio),
}
_BATCH_ROWS = 100_000
_COPY = re.compile(r"\s*\(\d+\)\Z")


@dataclass(frozen=True, slots=True)
class _Layout:
    """Positions of the columns of a catalogue.

    Attributes:
        width: How many columns there are.
        fields: Position of each field that has one column.
        releases: Those with a release date, the preferred first.
        genres: Those with genres.
        has_commas: Whether a comma may stand for the point in a number.
    """

    width: int
    fields: dict[str, int]
    releases: tuple[int, ...]
    genres: tuple[int, ...]
    has_commas: bool = False

    @property
    def is_of_tracks(self) -> bool:
        """Whether the rows are about tracks, not artists."""
        return "track" in self.fields


def _find(header: Sequence[str]) -> _Layout | None:
    """Read headings; null where they are not those of a catalogue with an artist."""
    if not _TIMES.isdisjoint(header) or any(map(_PLAYED.search, header)):
        return None
    single = {
        "artist": _ARTISTS,
        "track": _TRACKS,
        "album": _ALBUMS,
        "spotify_track_id": _IDS,
        "popularity": _POPULARITY,
        "artist_popularity": _OF_ARTIST,
        "duration_ms": _DURATIONS,
        "is_explicit": _EXPLICIT,
        "isrc": ("isrc", "track_isrc"),
        "feature_source": _SOURCES,
    } | _SOUND
    fields = {
        field: header.index(name)
        for field, names in single.items()
        for name in reversed(names)
        if name in header
    }
    if "artist" not in fields and "followers" in header and "name" in header:
        # Spotify's own table of artists.
        fields["artist"] = fields.pop("track")
    if "artist" not in fields or _MARKS.isdisjoint(header):
        return None
    if "track" not in fields:
        for field in ("album", "spotify_track_id", "isrc", "is_explicit", "duration_ms"):
            fields.pop(field, None)
        if "popularity" in fields:
            of_artist = fields.pop("popularity")
            fields.setdefault("artist_popularity", of_artist)
    return _Layout(len(header), fields, _all(header, _RELEASES), _all(header, _GENRES))


def _all(header: Sequence[str], names: Sequence[str]) -> tuple[int, ...]:
    return tuple(header.index(name) for name in names if name in header)


def _header(sample: Sample) -> list[str]:
    return sample.parquet_columns or sample.header


def _is_catalogue(sample: Sample) -> bool:
    header = _header(sample)
    if sample.is_json:
        return False
    return _find(header) is not None or _is_sound_of_nobody(header)


def _is_sound_of_nobody(header: Sequence[str]) -> bool:
    """Many audio features, also derived ones, and nothing that says whose they are."""
    sound = tuple(name for name in AUDIO_FEATURES if name not in ("key", "mode"))
    return (
        set(_ARTISTS).isdisjoint(header)
        and _TIMES.isdisjoint(header)
        and not any(map(_PLAYED.search, header))
        and sum(name.endswith(sound) for name in header) >= _LEAST_SOUND
    )


def _read(document: Document, sample: Sample, tally: Tally) -> Iterator[pa.Table]:
    layout = _find(_header(sample))
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
        yield batch if isinstance(batch, pa.Table) else _rows(*batch, layout, stem, faults)
    tally.notes += [
        f"{field}: {count:,} values that cannot be, left out"
        for field, count in sorted(faults.items())
    ]


def _csv_batches(
    document: Document, sample: Sample, layout: _Layout, tally: Tally
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
    document: Document, layout: _Layout, tally: Tally
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
    if pa.types.is_list(type_) or pa.types.is_large_list(type_):
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
    layout: _Layout,
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
    rows["feature_source"] = [(clean(text) or stem).lower() for text in sources]
    if "album" in of:
        rows["album"] = [clean(text) for text in of["album"]]
    if "spotify_track_id" in of:
        rows["spotify_track_id"] = values.spotify_ids(of["spotify_track_id"])
    for field, parse in _PARSERS.items():
        if field in of:
            texts = (
                [text.replace(",", ".") for text in of[field]] if layout.has_commas else of[field]
            )
            rows[field] = parse(texts, field, faults)
    if layout.is_of_tracks and layout.releases:
        rows["release_date"] = _released([columns[one] for one in layout.releases], faults)
    if layout.genres:
        found = [
            values.tags(*texts)
            for texts in zip(*(columns[one] for one in layout.genres), strict=True)
        ]
        rows["tag"] = [tags and tags[0] for tags in found]
        rows["tag_key"] = [tags and tags[1] for tags in found]
    return table("catalogue", rows)


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
        completed_by=("state_catalogue", "latest_catalogue"),
    ),
)
