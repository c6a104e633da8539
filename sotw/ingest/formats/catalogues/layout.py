"""The headings of catalogues: which column of a table says what.

There is no standard for them. A name counts however its words are parted (track_name, trackName),
and the first of several that is there.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sotw.ingest.formats.favorites import PICK_TIME_FIELDS
from sotw.ingest.formats.lastfm.tables import TIME_FIELDS
from sotw.ingest.reading.rows import AUDIO_FEATURES

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["WEEKS", "Layout", "find", "is_chart", "is_sound_of_nobody"]

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
# Milliseconds in the unit of a column; of the last ones its numbers tell.
_UNITS: dict[str, int | None] = (
    dict.fromkeys(_DURATIONS, 1)
    | dict.fromkeys(
        (
            *("duration_s", "duration_sec", "duration_secs", "duration_seconds", "seconds"),
            *("duration_in_seconds", "track_duration_s", "length_seconds", "length_sec"),
        ),
        1000,
    )
    | dict.fromkeys(("duration_min", "duration_mins", "duration_minutes"), 60_000)
    | dict.fromkeys(
        ("duration", "track_duration", "song_duration", "length_duration", "dur", "length"), None
    )
)
_RELEASE_DATES = (
    *("release_date", "track_album_release_date", "album_release_date", "spotify_release_date"),
)
_RELEASES = (
    *_RELEASE_DATES,
    *("year", "release_year", "released_year", "album_release_year", "song_year"),
)
_GENRES = (
    *("genre", "genres", "track_genre", "track_genres", "artist_genre", "artist_genres"),
    *("playlist_genre", "playlist_subgenre", "top_genre", "main_genre", "subgenre", "sub_genre"),
    *("music_genre", "spotify_genres", "artist_terms"),
)
_EXPLICIT = ("explicit", "is_explicit", "track_explicit")
_SOURCES = ("feature_source", "source")
_SOUND: dict[str, tuple[str, ...]] = {
    name: (name, f"audio_{name}", f"audio_features_{name}", f"track_{name}", f"song_{name}")
    for name in AUDIO_FEATURES
}
_SOUND["tempo"] += ("beats_per_minute", "beats_per_minute_bpm", "bpm")
_SOUND["loudness"] += ("loudness_db",)
# As organizeyourmusic and the tables made with it call them; alone they may mean anything.
_SHORT = {
    "popularity": "pop",
    "danceability": "dnce",
    "energy": "nrgy",
    "loudness": "db",
    "liveness": "live",
    "valence": "val",
    "acousticness": "acous",
    "speechiness": "spch",
}
# By one of these a table with an artist is known; a key or a mode alone may mean anything.
_MARKS = frozenset(
    name.replace("_", "")
    for name in (
        *(*_POPULARITY, *_OF_ARTIST, *_RELEASES, *_GENRES, *_EXPLICIT, "isrc"),
        *(name for name, unit in _UNITS.items() if unit is not None),
        *(name for names in _SOUND.values() for name in names),
    )
) - {"key", "mode"}
_OF_ALBUMS = frozenset(("totaltracks", "numtracks", "trackcount", "albumtype"))
# Then it is a table of plays or of favourites.
_TIMES = frozenset(name.replace("_", "") for name in (*TIME_FIELDS, *PICK_TIME_FIELDS, "ts"))
_PLAYED = re.compile(r"played|scrobbled|listened|end_?time")
# Of a chart: its weeks, the places of songs, and what else such a table has.
WEEKS = frozenset(
    ("date", "week", "chart_date", "chart_week", "weekid", "week_id", "snapshot_date")
)
_RANKS = frozenset(
    (
        *("rank", "position", "pos", "current_rank", "chart_position", "this_week"),
        *("week_position", "daily_rank"),
    )
)
_OF_CHARTS = frozenset(
    (
        *("last_week", "previous_rank", "previous_week_position", "peak", "peak_rank", "peak_pos"),
        *("peak_position", "weeks", "weeks_on_board", "weeks_on_chart", "chart", "streams"),
        *("region", "trend", "country", "album_type"),
    )
)
# Enough of these without an artist is a catalogue too, one that cannot be used.
_LEAST_SOUND = 3


@dataclass(frozen=True, slots=True)
class Layout:
    """Positions of the columns of a catalogue.

    Attributes:
        width: How many columns there are.
        fields: Position of each field that has one column.
        releases: Those with a release date, the preferred first.
        genres: Those with genres.
        has_commas: Whether a comma may stand for the point in a number.
        unit: Milliseconds in the unit of the durations; null where that is still to be found out.
    """

    width: int
    fields: dict[str, int]
    releases: tuple[int, ...]
    genres: tuple[int, ...]
    has_commas: bool = False
    unit: int | None = 1

    @property
    def is_of_tracks(self) -> bool:
        """Whether the rows are about tracks, not artists."""
        return "track" in self.fields


def _bare(name: str) -> str:
    """A heading however its words are parted: trackName is track_name."""
    return name.replace("_", "")


def is_chart(header: Sequence[str]) -> bool:
    """Ranks of songs by week, and what else the tables of charts have."""
    names = set(header)
    return all(not names.isdisjoint(marks) for marks in (WEEKS, _RANKS, _OF_CHARTS))


def find(names: Sequence[str]) -> Layout | None:
    """Read headings; null where they are not those of a catalogue with an artist."""
    of_chart = is_chart(names)
    header = [_bare(name) for name in names]
    if (not of_chart and not _TIMES.isdisjoint(header)) or any(map(_PLAYED.search, header)):
        return None
    # The year of a chart is its own.
    releases = _RELEASE_DATES if of_chart else _RELEASES
    if _MARKS.difference(() if not of_chart else map(_bare, _RELEASES)).isdisjoint(header):
        return None
    single = {
        "artist": _ARTISTS,
        "track": _TRACKS,
        "album": _ALBUMS,
        "spotify_track_id": _IDS,
        "popularity": _POPULARITY,
        "artist_popularity": _OF_ARTIST,
        "duration_ms": tuple(_UNITS),
        "is_explicit": _EXPLICIT,
        "isrc": ("isrc", "track_isrc"),
        "feature_source": _SOURCES,
    } | _SOUND
    single |= {field: (*single[field], short) for field, short in _SHORT.items()}
    fields = {
        field: header.index(_bare(name))
        for field, aliases in single.items()
        for name in reversed(aliases)
        if _bare(name) in header
    }
    if "artist" not in fields and "followers" in header and "name" in header:
        # Spotify's own table of artists.
        fields["artist"] = fields.pop("track")
    if "artist" not in fields or _is_of_albums(header, fields):
        return None
    if "track" not in fields:
        for field in ("album", "spotify_track_id", "isrc", "is_explicit", "duration_ms"):
            fields.pop(field, None)
        if "popularity" in fields:
            of_artist = fields.pop("popularity")
            fields.setdefault("artist_popularity", of_artist)
    unit: int | None = 1
    if "duration_ms" in fields:
        bare = header[fields["duration_ms"]]
        unit = next(unit for name, unit in _UNITS.items() if _bare(name) == bare)
        if bare == "length" and "tempo" not in fields:
            # Of a text, rather.
            del fields["duration_ms"]
            unit = 1
    return Layout(len(header), fields, _all(header, releases), _all(header, _GENRES), unit=unit)


def _is_of_albums(header: Sequence[str], fields: dict[str, int]) -> bool:
    """Whether what is named are albums: they have tracks, and neither length nor sound."""
    named = header[fields["track"]] if "track" in fields else ""
    has_sound = not fields.keys().isdisjoint({"duration_ms", *AUDIO_FEATURES})
    return named in ("name", "title") and not _OF_ALBUMS.isdisjoint(header) and not has_sound


def _all(header: Sequence[str], names: Sequence[str]) -> tuple[int, ...]:
    return tuple(header.index(_bare(name)) for name in names if _bare(name) in header)


def is_sound_of_nobody(header: Sequence[str]) -> bool:
    """Many audio features, also derived ones, and nothing that says whose they are."""
    sound = tuple(name for name in AUDIO_FEATURES if name not in ("key", "mode"))
    return (
        set(_ARTISTS).isdisjoint(header)
        and _TIMES.isdisjoint(map(_bare, header))
        and not any(map(_PLAYED.search, header))
        and sum(name.endswith(sound) for name in header) >= _LEAST_SOUND
    )
