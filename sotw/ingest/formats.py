"""Every format that can be imported: the one table to extend.

Tried from the top; the first whose recogniser accepts the sample reads the document. A format
with rarer marks therefore stands above one with commoner ones.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sotw.ingest import columnar, curated, favorites, genres, lastfm

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import pyarrow as pa

    from sotw.ingest.documents import Document
    from sotw.ingest.texts import Sample, Tally

__all__ = ["FORMATS", "Format", "recognise"]


@dataclass(frozen=True, slots=True)
class Format:
    """How one kind of document is recognised and read.

    Attributes:
        name: For receipts.
        kind: Which columns its reader yields (``rows.KINDS``), hence which tables it fills.
        source: Who says so, in raw.
        recognise: Whether a sample is of this format.
        read: Yields tables of the kind's columns and counts records as it meets them.
    """

    name: str
    kind: str
    source: str
    recognise: Callable[[Sample], bool]
    read: Callable[[Document, Sample, Tally], Iterator[pa.Table]]


def _curated(name: str, source: str, table: curated.Table) -> Format:
    return Format(name, table.kind, source, table.is_like, table.read)


FORMATS: tuple[Format, ...] = (
    Format("plays parquet", "plays", "lastfm", columnar.is_plays, columnar.read_plays),
    Format("favourites parquet", "picks", "file", columnar.is_picks, columnar.read_picks),
    Format("sotw inbox", "picks", "sotw", favorites.is_inbox, favorites.read_inbox),
    Format("lastfm json", "plays", "lastfm", lastfm.is_json, lastfm.read_json),
    Format("genre map", "artist_tags", "file", genres.is_genre_map, genres.read_genre_map),
    Format("curated plays", "plays", "lastfm", curated.is_scrobbles, curated.read_scrobbles),
    _curated("curated artists", "lastfm", curated.ARTISTS),
    _curated("curated albums", "lastfm", curated.ALBUMS),
    _curated("curated tracks", "lastfm", curated.TRACKS),
    _curated("curated spotify tracks", "spotify", curated.SPOTIFY_TRACKS),
    _curated("curated musicbrainz artists", "musicbrainz", curated.PROFILES),
    Format(
        "spotify favourites",
        "picks",
        "spotify",
        favorites.is_spotify_favorites,
        favorites.read_favorites,
    ),
    Format("favourites", "picks", "file", favorites.is_favorites, favorites.read_favorites),
    Format("ghan csv", "plays", "lastfm", lastfm.is_ghan_table, lastfm.read_table),
    Format("lastfm table", "plays", "lastfm", lastfm.is_table, lastfm.read_table),
    Format("lastfm-to-csv", "plays", "lastfm", lastfm.is_lastfm_to_csv, lastfm.read_lastfm_to_csv),
)


# Taken for favourites when the caller says so: plays and favourites can look alike.
_STATED_FAVORITES = (
    Format("favourites parquet", "picks", "file", columnar.can_be_picks, columnar.read_picks),
    Format("favourites", "picks", "file", favorites.can_be_favorites, favorites.read_favorites),
)


def recognise(sample: Sample, *, is_favorites: bool = False) -> Format | None:
    """The format of a document, by its content alone, or of the favourites it is said to be."""
    choices = FORMATS
    if is_favorites:
        choices = (*(one for one in FORMATS if one.kind == "picks"), *_STATED_FAVORITES)
    return next((format_ for format_ in choices if format_.recognise(sample)), None)
