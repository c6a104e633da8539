"""The demo's listeners as files: what a Last.fm exporter and Spotify would have written of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from sotw.demo.catalogue import (
    Names,
    album_mbids,
    artist_mbids,
    names_of,
    track_mbids,
    write_catalogue,
    write_csv,
)
from sotw.demo.spotify_files import SpotifyFiles, write_spotify
from sotw.demo.world import TRACKS, albums_of, other_spellings, spotify_ids
from sotw.paths import DEMO_MARK

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sotw.demo.listener import History
    from sotw.demo.spotify import Spotify
    from sotw.demo.world import Bools, Ints, Texts, World

__all__ = ["Life", "Written", "write_csv_files", "write_parquet_files"]

_ROW_GROUP = 250_000
_SCHEMA = pa.schema(
    [
        ("listener", pa.string()),
        ("artist", pa.string()),
        ("track", pa.string()),
        ("album", pa.string()),
        ("played_at", pa.timestamp("us")),
    ]
)


@dataclass(frozen=True, slots=True)
class Life:
    """One listener, as generated."""

    name: str
    history: History
    spotify: Spotify | None


@dataclass(frozen=True, slots=True)
class Written:
    """What is in the files; ``tracks`` are those of the scrobbled histories."""

    files: list[Path]
    tracks: Ints
    now_playing: int
    duplicates: int
    renamed: int
    spotify: list[SpotifyFiles] = field(default_factory=list)


def _favourites(world: World, history: History, names: Names) -> tuple[pa.Table, int]:
    """Give the picks as a table, and how many of their titles no play has."""
    place = np.searchsorted(names.tracks, history.picks.tracks)
    title = names.title[place].copy()
    # One in 127: the service that keeps the favourites has another edition of the same song.
    changed = np.arange(63, title.size, 127)
    title[changed] = title[changed] + " - Remastered 2019"
    columns = {
        "artist_name": pa.array(names.artist[place], pa.string()),
        "track_name": pa.array(title, pa.string()),
        "spotify_track_id": pa.array(spotify_ids(world, history.picks.tracks), pa.string()),
        "added_at_utc": pa.array(history.picks.picked_at * 1_000_000).cast(pa.timestamp("us")),
    }
    return pa.table(columns), changed.size


def marked(table: pa.Table) -> pa.Table:
    """A table that says in itself that it is invented, by the name of an empty last column."""
    return table.append_column(DEMO_MARK, pa.repeat("", table.num_rows))


def write_csv_files(
    directory: Path, world: World, lives: Iterator[Life], *, is_alone: bool
) -> Written:
    """Write files as Last.fm export tools and system A's curated tables have them."""
    files: list[Path] = []
    heard: list[Ints] = []
    now_playing = duplicates = renamed = 0
    spotify: list[SpotifyFiles] = []
    for life in lives:
        name, history = life.name, life.history
        folder = directory if is_alone else directory / name
        folder.mkdir(exist_ok=True)
        tracks, place = np.unique(history.tracks, return_inverse=True)
        names = names_of(world, tracks)
        heard.append(tracks)
        # Newest first; two records twice, and three rows of a song that was still playing.
        rows = np.arange(place.size)[::-1]
        twice = [rows.size // 3, rows.size // 2]
        rows = np.insert(rows, twice, rows[twice])
        at = history.played_at[rows]
        when = pc.strftime(pa.array(at).cast(pa.timestamp("s")), "%d %b %Y, %H:%M")
        texts = _texts(world, names, place[rows], history.is_misspelt[rows])
        table = pa.table({"uts": pa.array(at).cast(pa.string()), "utc_time": when} | texts)
        playing = table.slice(0, 1).set_column(0, "uts", pa.array([""]))
        playing = playing.set_column(1, "utc_time", pa.array([""]))
        parts = [playing, table.slice(0, 200), playing, table.slice(200, 200), playing]
        files.append(folder / f"recenttracks-{name}.csv")
        write_csv(files[-1], marked(pa.concat_tables([*parts, table.slice(400)])), quote_all=True)
        picks, changed = _favourites(world, history, names)
        added = pc.strftime(picks["added_at_utc"].cast(pa.timestamp("s")), "%Y-%m-%d %H:%M:%S")
        files.append(folder / "favourites.csv")
        write_csv(files[-1], marked(picks.set_column(3, "added_at_utc", added)))
        if life.spotify:
            spotify.append(write_spotify(folder, world, life.spotify))
            files += spotify[-1].files
        now_playing, duplicates, renamed = now_playing + 3, duplicates + 2, renamed + changed
    names = names_of(world, np.unique(np.concatenate(heard)))
    files += write_catalogue(directory, world, names)
    return Written(files, names.tracks, now_playing, duplicates, renamed, spotify)


def write_parquet_files(directory: Path, world: World, lives: Iterator[Life]) -> Written:
    """Write plays and favourites; a row group holds whole listeners, each oldest first."""
    files = [directory / "plays.parquet", directory / "favourites.parquet"]
    heard: list[Ints] = []
    waiting: list[pa.Table] = []
    favourites: list[pa.Table] = []
    renamed = 0
    with pq.ParquetWriter(
        files[0], marked(_SCHEMA.empty_table()).schema, compression="zstd"
    ) as writer:
        for life in lives:
            name, history = life.name, life.history
            tracks, place = np.unique(history.tracks, return_inverse=True)
            names = names_of(world, tracks)
            heard.append(tracks)
            if len(heard) > 50:  # bounded memory: keep only what differs
                heard = [np.unique(np.concatenate(heard))]
            waiting.append(_play_table(name, history, names, place))
            picks, changed = _favourites(world, history, names)
            favourites.append(picks.add_column(0, "listener", pa.repeat(name, picks.num_rows)))
            renamed += changed
            if sum(table.num_rows for table in waiting) >= _ROW_GROUP:
                _write_row_group(writer, waiting)
                waiting = []
        _write_row_group(writer, waiting)
    pq.write_table(marked(pa.concat_tables(favourites)), files[1], compression="zstd")
    return Written(files, np.unique(np.concatenate(heard)), 0, 0, renamed)


def _play_table(name: str, history: History, names: Names, place: Ints) -> pa.Table:
    rows = pa.array(place)
    columns = [
        pa.repeat(name, place.size),
        _spelt(names.artist, place, history.is_misspelt),
        pa.array(names.title).take(rows),
        pa.array(names.album).take(rows),
        pa.array(history.played_at * 1_000_000).cast(pa.timestamp("us")),
    ]
    return pa.table(columns, schema=_SCHEMA)


def _write_row_group(writer: pq.ParquetWriter, tables: list[pa.Table]) -> None:
    if tables:
        table = pa.concat_tables(tables)
        writer.write_table(marked(table), row_group_size=table.num_rows)


def _spelt(artist: Texts, place: Ints, is_misspelt: Bools) -> pa.Array:
    """Give each row its artist's name, in another spelling where it is misspelt."""
    odd, index = np.unique(place[is_misspelt], return_inverse=True)
    place = place.copy()
    place[is_misspelt] = artist.size + index
    return pa.array(np.concatenate([artist, other_spellings(artist[odd])])).take(pa.array(place))


def _texts(world: World, names: Names, place: Ints, is_misspelt: Bools) -> dict[str, pa.Array]:
    artists, of_artist = np.unique(names.tracks // TRACKS, return_inverse=True)
    albums, of_album = np.unique(albums_of(world, names.tracks), return_inverse=True)
    rows = pa.array(place)
    return {
        "artist": _spelt(names.artist, place, is_misspelt),
        "artist_mbid": pa.array(artist_mbids(world, artists)).take(pa.array(of_artist[place])),
        "album": pa.array(names.album).take(rows),
        "album_mbid": pa.array(album_mbids(world, albums)).take(pa.array(of_album[place])),
        "track": pa.array(names.title).take(rows),
        "track_mbid": pa.array(track_mbids(world, names.tracks)).take(rows),
    }
