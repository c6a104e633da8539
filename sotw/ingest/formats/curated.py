"""The curated CSV tables of system A: plays, and what Last.fm, MusicBrainz and Spotify said.

Two of them changed their columns while they grew: ``lastfm_artists.csv`` and ``lastfm_albums.csv``
end in narrower rows in another order. A row is read by its own width, not by the heading's.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sotw.ingest.formats.lastfm.tables import find_layout, read_faults, read_with_layout
from sotw.ingest.reading.delimited import Chunk, read_records
from sotw.ingest.reading.rows import MOST_RECORD_CHARACTERS, table
from sotw.ingest.reading.texts import clean, open_text
from sotw.keys import strict_key

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import pyarrow as pa

    from sotw.ingest.reading.documents import Document
    from sotw.ingest.reading.texts import Sample, Tally

__all__ = ["ALBUMS", "ARTISTS", "PROFILES", "SPOTIFY_TRACKS", "TRACKS", "Table", "is_scrobbles"]
__all__ += ["read_scrobbles"]

_EPOCH = dt.date(1970, 1, 1)


class _Unreadable(ValueError):
    """A field has a text where a number is due."""


@dataclass(frozen=True, slots=True)
class Table:
    """One curated table: its heading, what it fills, and its columns by the width of a row.

    Attributes:
        kind: As in ``rows.KINDS``.
        layouts: Names of the fields of a row, by how many it has; the first is the heading.
        unpack: The columns of the kind from the named fields.
    """

    kind: str
    layouts: tuple[tuple[str, ...], ...]
    unpack: Callable[[dict[str, str]], dict[str, Any]]

    def is_like(self, sample: Sample) -> bool:
        """Whether a sample has this heading."""
        return tuple(sample.header) == self.layouts[0]

    def read(self, document: Document, sample: Sample, tally: Tally) -> Iterator[pa.Table]:
        """Yield the table's rows, each by its own width."""
        by_width = {len(layout): layout for layout in self.layouts}
        remapped = 0
        with open_text(document, sample) as stream:
            chunks = read_records(
                stream, delimiter=sample.delimiter, widths=by_width, skip_header=True
            )
            for chunk in chunks:
                tally.read += chunk.records
                remapped += sum(len(row) != len(self.layouts[0]) for row in chunk.rows)
                if chunk.rows:
                    yield self._table(chunk, by_width)
                if chunk.faults:
                    yield read_faults(self.kind, chunk, is_open=True)
        if remapped:
            tally.notes.append(
                f"{remapped:,} rows lack columns: what is there was told by how many they are"
            )

    def _table(self, chunk: Chunk, by_width: dict[int, tuple[str, ...]]) -> pa.Table:
        rows = []
        for line, row in zip(chunk.lines, chunk.rows, strict=True):
            record = ",".join(row)[:MOST_RECORD_CHARACTERS]
            try:
                columns = self.unpack(dict(zip(by_width[len(row)], row, strict=True)))
                reason = None
            except _Unreadable as fault:
                columns, reason = {}, str(fault)
            rows.append(columns | {"line": line, "record": record, "reason": reason})
        names = {name: None for row in rows for name in row}
        return table(self.kind, {name: [row.get(name) for row in rows] for name in names})


def is_scrobbles(sample: Sample) -> bool:
    """The heading of ``lastfm_scrobbles.csv``."""
    return {"scrobble_number", "artist_name", "track_name", "date"} <= set(sample.header)


def read_scrobbles(document: Document, sample: Sample, tally: Tally) -> Iterator[pa.Table]:
    """Plays whose seconds were cut off when they were written; the user's name is left out."""
    layout = find_layout(sample.header, sample.delimiter, times=("date",))
    if layout is None:
        return
    layout = dataclasses.replace(layout, precision="minute")
    yield from read_with_layout(document, sample, tally, layout, skip_header=True)


def _number(text: str, field: str) -> int | None:
    """A count; null when empty. pandas wrote some of them as ``12.0``."""
    text = text.strip()
    if not text:
        return None
    whole, _, rest = text.partition(".")
    if not (whole.isdecimal() and len(whole) < 16 and rest.strip("0") == ""):
        raise _Unreadable(f"{field} not understood")
    return int(whole)


def _unless_zero(number: int | None) -> int | None:
    """A duration of 0 says that it is not known."""
    return number or None


def _days(text: str) -> int | None:
    try:
        return (dt.date.fromisoformat(text.strip()) - _EPOCH).days
    except ValueError:
        return None


def _tags(text: str) -> dict[str, str | None]:
    """Genres separated by commas, as lines of tags and lines of their keys."""
    # A line feed inside a tag would part it.
    words = (" ".join(tag.split()) for tag in text.split(","))
    tags = {strict_key(tag): clean(tag) for tag in words if strict_key(tag)}
    if not tags:
        return {}
    return {"tag": "\n".join(map(str, tags.values())), "tag_key": "\n".join(map(str, tags))}


def _artist(fields: dict[str, str]) -> dict[str, Any]:
    return {
        "artist": clean(fields["artist_name"]),
        "artist_mbid": clean(fields.get("artist_mbid", "")),
        "listeners": _number(fields["artist_listeners"], "listeners"),
        "playcount": _number(fields["artist_playcount"], "playcount"),
    }


def _album(fields: dict[str, str]) -> dict[str, Any]:
    return {
        "artist": clean(fields["artist_name"]),
        "album": clean(fields["album_name"]),
        "album_mbid": clean(fields.get("album_mbid", "")),
        "listeners": _number(fields["album_listeners"], "listeners"),
        "playcount": _number(fields["album_playcount"], "playcount"),
    }


def _track(fields: dict[str, str]) -> dict[str, Any]:
    seconds = _unless_zero(_number(fields["track_duration"], "duration"))
    return {
        "artist": clean(fields["artist_name"]),
        "track": clean(fields["track_name"]),
        "duration_ms": None if seconds is None else seconds * 1000,
    }


def _spotify_track(fields: dict[str, str]) -> dict[str, Any]:
    popularity = _number(fields["spotify_popularity"], "popularity")
    if popularity is not None and popularity > 100:
        raise _Unreadable("popularity not 0 to 100")
    return {
        "artist": clean(fields["artist_name"]),
        "track": clean(fields["track_name"]),
        "spotify_track_id": clean(fields["spotify_track_id"]),
        "album_name": clean(fields["spotify_album"]),
        "release_date": clean(fields["spotify_release_date"]),
        "duration_ms": _unless_zero(_number(fields["spotify_duration_ms"], "duration")),
        "popularity": popularity,
    } | _tags(fields["spotify_genres"])


def _profile(fields: dict[str, str]) -> dict[str, Any]:
    country = clean(fields["mb_artist_country"])
    has_ended = _number(fields["mb_artist_career_ended"], "career end")
    return {
        "artist_mbid": clean(fields["artist_mbid"]),
        # System A wrote this word where MusicBrainz has no country.
        "country": None if country == "Unknown" else country,
        "artist_type": clean(fields["mb_artist_type"]),
        "career_begin_date": _days(fields["mb_artist_career_begin"]),
        "career_end_date": _days(fields["mb_artist_career_end"]),
        "has_career_ended": None if has_ended is None else has_ended != 0,
    } | _tags(fields["mb_artist_main_genre"])


ARTISTS = Table(
    "artist_stats",
    (
        ("artist_name", "artist_mbid", "artist_listeners", "artist_playcount"),
        ("artist_name", "artist_listeners", "artist_playcount"),
    ),
    _artist,
)
ALBUMS = Table(
    "album_stats",
    (
        (
            "album_name",
            "album_mbid",
            "artist_name",
            "artist_mbid",
            "album_listeners",
            "album_playcount",
        ),
        ("artist_name", "album_name", "album_listeners", "album_playcount"),
    ),
    _album,
)
TRACKS = Table("track_stats", (("artist_name", "track_name", "track_duration"),), _track)
SPOTIFY_TRACKS = Table(
    "track_stats",
    (
        (
            "artist_name",
            "track_name",
            "spotify_track_id",
            "spotify_album",
            "spotify_release_date",
            "spotify_duration_ms",
            "spotify_popularity",
            "spotify_genres",
        ),
    ),
    _spotify_track,
)
PROFILES = Table(
    "artist_profiles",
    (
        (
            "artist_mbid",
            "mb_artist_country",
            "mb_artist_type",
            "mb_artist_main_genre",
            "mb_artist_career_begin",
            "mb_artist_career_end",
            "mb_artist_career_ended",
        ),
    ),
    _profile,
)
