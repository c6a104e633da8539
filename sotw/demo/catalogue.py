"""The metadata files of the demo, in system A's curated layouts, for the music that was heard."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.csv as pa_csv

from sotw.demo import world as w

if TYPE_CHECKING:
    from pathlib import Path

    from sotw.demo.world import Bools, Floats, Ints, Texts, World

_UNKNOWN_DURATION = 0.137  # Last.fm says 0
_NOT_ON_SPOTIFY = 0.05
_NO_MBID = {"artist": 0.24, "album": 0.24, "track": 0.27}


@dataclass(frozen=True, slots=True)
class Names:
    """The spellings of a set of tracks, one element each, in the order of ``tracks``."""

    tracks: Ints
    artist: Texts
    title: Texts
    album: Texts


def names_of(world: World, tracks: Ints) -> Names:
    """Name tracks with their artists and albums; every artist and album is named once."""
    artists, artist = np.unique(tracks // w.TRACKS, return_inverse=True)
    albums, album = np.unique(w.albums_of(world, tracks), return_inverse=True)
    return Names(
        tracks,
        w.artist_names(world, artists)[artist],
        w.track_titles(world, tracks),
        w.album_titles(world, albums)[album],
    )


def artist_mbids(world: World, artists: Ints) -> Texts:
    """Give each artist a MusicBrainz id, or the empty text."""
    return w.uuids(world, 100, artists, _NO_MBID["artist"])


def album_mbids(world: World, albums: Ints) -> Texts:
    """Give each album a MusicBrainz id, or the empty text."""
    return w.uuids(world, 110, albums, _NO_MBID["album"])


def track_mbids(world: World, tracks: Ints) -> Texts:
    """Give each track a MusicBrainz id, or the empty text."""
    return w.uuids(world, 120, tracks, _NO_MBID["track"])


def write_catalogue(directory: Path, world: World, names: Names) -> list[Path]:
    """Write what Last.fm, MusicBrainz and Spotify would say of these tracks; returns the files."""
    artists = np.unique(names.tracks // w.TRACKS)
    artist_names = w.artist_names(world, artists)
    mbids = artist_mbids(world, artists)
    genre = w.genres(world, artists)
    tables: dict[str, dict[str, Any]] = {
        "lastfm_artists": _artists(world, artists, artist_names, mbids),
        "lastfm_albums": _albums(world, names),
        "lastfm_tracks": _lastfm_tracks(world, names),
        "musicbrainz_artists": _musicbrainz(world, artists, mbids, genre),
        "spotify_tracks": _spotify_tracks(world, names),
    }
    files = []
    for name, columns in tables.items():
        files.append(directory / f"{name}.csv")
        write_csv(files[-1], pa.table(columns))
    has_genre = w.chance(world, 130, artists) > 0.25
    by_genre = {
        str(name): sorted(artist_names[(genre == name) & has_genre].tolist())
        for name in np.unique(genre[has_genre])
    }
    files.append(directory / "artist_genres.json")
    files[-1].write_text(json.dumps(by_genre, ensure_ascii=False, indent=0), encoding="utf-8")
    return files


def write_csv(path: Path, table: pa.Table, *, quote_all: bool = False) -> None:
    """Write a table as UTF-8 CSV with a header; a null is an empty field."""
    options = pa_csv.WriteOptions(quoting_style="all_valid" if quote_all else "needed")
    pa_csv.write_csv(table, path, options)


def _blank(values: Ints, gone: Bools) -> pa.Array:
    return pa.array(values, mask=gone)


def _audience(world: World, kind: int, ids: Ints, middle: float) -> tuple[Ints, Ints]:
    z = (w.chance(world, kind, ids) + w.chance(world, kind + 1, ids) - 1.0) * 2.45
    listeners = np.exp(middle + 1.8 * z)
    per_head = np.exp(2.5 + 0.8 * z + w.chance(world, kind + 2, ids))
    return listeners.astype(np.int64), (listeners * per_head).astype(np.int64)


def _artists(world: World, artists: Ints, names: Texts, mbids: Texts) -> dict[str, Any]:
    listeners, playcount = _audience(world, 140, artists, 12.2)
    return {
        "artist_name": names,
        "artist_mbid": mbids,
        "artist_listeners": listeners,
        "artist_playcount": _blank(playcount, w.chance(world, 145, artists) < 0.012),
    }


def _albums(world: World, names: Names) -> dict[str, Any]:
    albums, first = np.unique(w.albums_of(world, names.tracks), return_index=True)
    known = w.chance(world, 150, albums) > 0.05
    albums, first = albums[known], first[known]
    listeners, playcount = _audience(world, 151, albums, 11.0)
    return {
        "album_name": names.album[first],
        "album_mbid": album_mbids(world, albums),
        "artist_name": names.artist[first],
        "artist_mbid": artist_mbids(world, albums // w.ALBUMS),
        "album_listeners": listeners,
        "album_playcount": playcount,
    }


def _lastfm_tracks(world: World, names: Names) -> dict[str, Any]:
    unknown = w.chance(world, 160, names.tracks) < _UNKNOWN_DURATION
    return {
        "artist_name": names.artist,
        "track_name": names.title,
        "track_duration": np.where(unknown, 0, w.durations(world, names.tracks)),
    }


def _musicbrainz(world: World, artists: Ints, mbids: Texts, genre: Texts) -> dict[str, Any]:
    known = mbids != ""
    artists, genre = artists[known], genre[known].copy()
    genre[w.chance(world, 170, artists) < 0.32] = None
    begin = 1_955 + (w.chance(world, 171, artists) ** 0.35 * 65).astype(np.int64)
    has_begin = w.chance(world, 172, artists) > 0.29
    ended = w.chance(world, 173, artists) < 0.10
    last = begin + 1 + ((2_020 - begin) * w.chance(world, 174, artists)).astype(np.int64)
    return {
        "artist_mbid": mbids[known],
        "mb_artist_country": w.countries(world, artists),
        "mb_artist_type": np.where(w.chance(world, 175, artists) < 0.63, "Person", "Group"),
        "mb_artist_main_genre": genre,
        "mb_artist_career_begin": _dates(begin, has_begin),
        "mb_artist_career_end": _dates(last, has_begin & ended),
        "mb_artist_career_ended": ended.astype(np.float64).astype(str),
    }


def _dates(years: Ints, known: Bools) -> list[str | None]:
    return [f"{year}-01-01" if yes else None for year, yes in zip(years, known, strict=True)]


def _spotify_tracks(world: World, names: Names) -> dict[str, Any]:
    found = w.chance(world, 180, names.tracks) >= _NOT_ON_SPOTIFY
    tracks = names.tracks[found]
    albums = w.albums_of(world, tracks)
    genre = w.genres(world, tracks // w.TRACKS)
    genre[w.chance(world, 181, tracks // w.TRACKS) < 0.27] = None
    spread: Floats = w.chance(world, 183, tracks) + w.chance(world, 184, tracks // w.TRACKS) - 1.0
    return {
        "artist_name": names.artist[found],
        "track_name": names.title[found],
        "spotify_track_id": w.spotify_ids(world, tracks),
        "spotify_album": names.album[found],
        "spotify_release_date": _release_dates(world, albums, tracks),
        "spotify_duration_ms": w.durations(world, tracks) * 1_000 + tracks % 997,
        "spotify_popularity": np.clip(37 + 45 * spread, 0, 94).astype(np.int64),
        "spotify_genres": genre,
    }


def _release_dates(world: World, albums: Ints, tracks: Ints) -> list[str]:
    """Write release dates as Spotify does: mostly the day, for old albums now and then less."""
    days = w.release_days(world, albums)
    reissued = w.chance(world, 190, tracks) < 0.007  # a wrong match: the date of a later edition
    days = np.where(reissued, days + 900, days)
    precision = w.chance(world, 191, albums)
    old = days < world.first_day
    length = np.where(old & (precision < 0.07), 4, np.where(old & (precision < 0.074), 7, 10))
    text = days.astype("datetime64[D]").astype(str)
    return [day[:n] for day, n in zip(text.tolist(), length.tolist(), strict=True)]
