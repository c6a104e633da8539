"""Every format that can be imported: the one table to extend.

Tried from the top; the first whose recogniser accepts the sample reads the document. A format
with rarer marks therefore stands above one with commoner ones.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sotw.errors import SourceError
from sotw.ingest.formats import (
    apple,
    beside,
    catalogues,
    columnar,
    curated,
    favorites,
    genres,
    google,
    headless,
    hetrec,
    listenbrainz,
    live_shows,
    maloja,
    players,
    spotify,
    streaming,
    unread,
)
from sotw.ingest.formats.lastfm import lists, pages, quick, tables
from sotw.ingest.formats.spotify.account import STATED_FAVORITES
from sotw.ingest.reading.format import Format, Unread
from sotw.ingest.reading.texts import FAR_LETTERS

if TYPE_CHECKING:
    from sotw.ingest.reading.texts import Sample

__all__ = ["FORMATS", "UNREAD", "judge"]


def _curated(name: str, source: str, table: curated.Table) -> Format:
    return Format(name, table.kind, source, table.is_like, table.read)


FORMATS: tuple[Format, ...] = (
    *lists.FORMATS,
    *spotify.FORMATS,
    *listenbrainz.FORMATS,
    *maloja.FORMATS,
    *players.FORMATS,
    *streaming.FORMATS,
    *apple.FORMATS,
    *google.FORMATS,
    *hetrec.FORMATS,
    *live_shows.FORMATS,
    Format("plays parquet", "plays", "lastfm", columnar.is_plays, columnar.read_plays),
    Format("favourites parquet", "picks", "file", columnar.is_picks, columnar.read_picks),
    Format("sotw inbox", "picks", "sotw", favorites.is_inbox, favorites.read_inbox),
    Format("lastfm export", "plays", "lastfm", pages.is_own_export, pages.read_json),
    Format("lastfm json", "plays", "lastfm", pages.is_json, pages.read_json),
    Format("lastfm records", "plays", "lastfm", pages.is_flat_json, pages.read_json),
    Format("genre map", "artist_tags", "file", genres.is_genre_map, genres.read_genre_map),
    Format("curated plays", "plays", "lastfm", curated.is_scrobbles, curated.read_scrobbles),
    _curated("curated artists", "lastfm", curated.ARTISTS),
    _curated("curated albums", "lastfm", curated.ALBUMS),
    _curated("curated tracks", "lastfm", curated.TRACKS),
    _curated("curated spotify tracks", "spotify", curated.SPOTIFY_TRACKS),
    _curated("curated musicbrainz artists", "musicbrainz", curated.PROFILES),
    *catalogues.FORMATS,
    Format(
        "spotify favourites",
        "picks",
        "spotify",
        favorites.is_spotify_favorites,
        favorites.read_favorites,
    ),
    Format("favourites", "picks", "file", favorites.is_favorites, favorites.read_favorites),
    *(
        Format(name, "plays", "lastfm", recognise, tables.read_table, fill=quick.fill_table)
        for name, recognise in (
            ("lastfmstats", tables.is_stats_table),
            ("ghan csv", tables.is_ghan_table),
            ("lastfm table", tables.is_table),
        )
    ),
    Format(
        "lastfm-to-csv",
        "plays",
        "lastfm",
        tables.is_lastfm_to_csv,
        tables.read_lastfm_to_csv,
        fill=quick.fill_lastfm_to_csv,
    ),
    *headless.FORMATS,
)

# Tried before the formats: what is named, and not read.
UNREAD: tuple[Unread, ...] = (
    *unread.UNREAD,
    *beside.UNREAD,
    *spotify.UNREAD,
    *listenbrainz.UNREAD,
    *apple.UNREAD,
    *google.UNREAD,
    *hetrec.UNREAD,
    *catalogues.UNREAD,
    *lists.UNREAD,
    *headless.UNREAD,
)


# Taken for favourites when the caller says so: plays and favourites can look alike.
_STATED_FAVORITES = (
    *STATED_FAVORITES,
    Format("favourites parquet", "picks", "file", columnar.can_be_picks, columnar.read_picks),
    Format("favourites", "picks", "file", favorites.can_be_favorites, favorites.read_favorites),
)


# What a table is whose columns the caller names: of plays, or of favourites.
_TABLES = (
    tuple(one for one in FORMATS if one.name == "lastfm table"),
    tuple(one for one in _STATED_FAVORITES if one.name == "favourites"),
)


def judge(sample: Sample, *, is_favorites: bool = False) -> Format | Unread:
    """What a document is, by its content: a format, or a thing that is known and not read.

    Raises:
        SourceError: It is empty, or nothing that sotw knows.
    """
    if not sample.head.strip():
        if (empty := _first(beside.EMPTY, sample)) is not None:
            return empty
        raise SourceError(f"{sample.name}: the file is empty. Export it again.")
    choices = FORMATS
    if is_favorites:
        choices = (*(one for one in FORMATS if one.kind == "picks"), *_STATED_FAVORITES)
    else:
        for kind in UNREAD:
            if kind.recognise(sample):
                return kind
    if sample.columns is not None:
        # Whoever names the columns knows better than what the first lines look like.
        choices = _TABLES[is_favorites]
    found = next((format_ for format_ in choices if format_.recognise(sample)), None)
    if found is not None and sample.note == FAR_LETTERS:
        raise SourceError(f"{sample.name}: {FAR_LETTERS}")
    if found is not None:
        return found
    if is_favorites:
        raise SourceError(
            f"{sample.name}: no table of favourites: its first line must name a time, an artist "
            "and a track. Add the headings, or import it without `--as favourites`."
        )
    if (unknown := _first(beside.UNKNOWN, sample)) is not None:
        return unknown
    if re.fullmatch(r"\s*(\[[\s\[\]{}]*\]|\{\s*\}|null)\s*", sample.head):
        raise SourceError(f"{sample.name}: there is nothing in its JSON. Export it again.")
    raise SourceError(
        f"{sample.name}: not a format that sotw knows ({_shape(sample)}). "
        f"Name an export listed in the README{_or_headings(sample)}."
    )


def _first(kinds: tuple[Unread, ...], sample: Sample) -> Unread | None:
    return next((kind for kind in kinds if kind.recognise(sample)), None)


def _or_headings(sample: Sample) -> str:
    """What helps where a document is a table of unknown columns."""
    if sample.is_json or len(sample.header) < 3:
        return ""
    return (
        "; a table of plays needs the headings artist, track and time in its first line, or say "
        "what its columns are: --columns artist,track,-,time"
    )


def _shape(sample: Sample) -> str:
    """What a document looks like, without a word of what it says of anybody."""
    if sample.is_json:
        # Of damaged JSON, and of some that is not, a name may be a key.
        keys = sum("." not in path and "[" not in path for path in sample.json_paths)
        return f"JSON with {keys} {'key' if keys == 1 else 'keys'} at its top"
    if sample.parquet_columns:
        return f"Parquet with {len(sample.parquet_columns)} columns"
    if sum(mark < " " and mark not in "\t\r\n" for mark in sample.head[:1000]) > 10:
        return "binary"
    return f"text, {len(sample.header)} columns in its first line"
