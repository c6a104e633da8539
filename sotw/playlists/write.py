"""Lists of songs out of the warehouse: as CSV, as M3U and as JSPF.

What is on a list and why is decided in sql/marts/*_playlist.sql; here it is read and written.
"""

from __future__ import annotations

import csv
import io
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sotw import warehouse
from sotw.errors import SotwError
from sotw.plain_text import shown, spreadsheet_cell
from sotw.warehouse import is_built
from sotw.warehouse.appearing import appearing
from sotw.warehouse.listeners import listener_id

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from sotw.warehouse import Connection

CREATOR = "sotw"
TITLES = {
    "resume": "Songs to hear again",
    "favorites": "Songs to hear again, favourite artists first",
    "cold-start": "Saved songs to try",
}
_TRAIN_HOW = "Run `sotw train completion`."
_NOTHING = {
    "resume": f"no play of this listener is scored yet. {_TRAIN_HOW}",
    "favorites": f"no play of this listener is scored yet. {_TRAIN_HOW}",
    "cold-start": (
        "no saved song is known. Import the account data of Spotify, whose YourLibrary.json has "
        f"them, with `sotw ingest FILE`, then `sotw build`. {_TRAIN_HOW}"
    ),
}
# Of a table of the mart: what identifies a song is written as columns of its own.
_KEYS = ("listener_id", "list_rank", "track_id", "spotify_track_id", "duration_ms")
_NAMES = ("artist_name", "track_name")
_DIGITS = 6
_FIRST_COLUMNS = ("rank", "uri", "track", "artist")
# What stands in every list that we wrote, and makes it one that the next may replace.
_OURS = (
    ",".join(_FIRST_COLUMNS),
    f'"creator": "{CREATOR}"',
    *(f"#EXTM3U\n#PLAYLIST:{title} (" for title in TITLES.values()),
)


@dataclass(frozen=True, slots=True)
class Playlist:
    """A list, read.

    Attributes:
        name: One of TITLES, or the words it was made for.
        listener: Whose.
        as_of: The instant of the build, naive UTC.
        songs: Rows of the mart in their order, with ``duration_ms``.
        has_favorites: Whether sotw.toml names an artist that was ever played or saved.
    """

    name: str
    listener: str
    as_of: dt.datetime
    songs: tuple[Mapping[str, Any], ...]
    has_favorites: bool

    @property
    def title(self) -> str:
        """What a player shows."""
        return f"{TITLES.get(self.name, self.name)} ({self.listener})"


def read(con: Connection, name: str, listener: str) -> Playlist:
    """Read a list of a listener.

    Args:
        con: The warehouse; may be read-only.
        name: One of TITLES.
        listener: Whose.

    Raises:
        SotwError: There is no such list or listener, it is not built, or nothing is on it.
    """
    if name not in TITLES:
        raise SotwError(f"no list is called '{name}'; there is {', '.join(TITLES)}.")
    number = listener_id(con, listener)
    mart = f"marts.{name.replace('-', '_')}_playlist"
    if not is_built(con, mart):
        raise SotwError(f"{mart}: not built yet. Run `sotw build`. {_TRAIN_HOW}")
    query = (
        f"select songs.*, duration_ms from {mart} as songs join core.dim_tracks using (track_id)"
    )
    whose = "where listener_id = ? order by list_rank"
    songs = tuple(warehouse.rows(con, f"{query} {whose}", [number]))
    if not songs:
        query = "select count(*) > 0 from core.dim_library_tracks where listener_id = ?"
        [(has_saved,)] = con.execute(query, [number]).fetchall()
        # Songs are saved, so what lacks are scores.
        lacking = _NOTHING["resume" if has_saved else name]
        raise SotwError(f"{mart}: is empty for {listener}: {lacking}")
    query = "select count(*) > 0 from core.dim_favorite_artists where listener_id = ?"
    [(has_favorites,)] = con.execute(query, [number]).fetchall()
    [(as_of,)] = con.execute("select as_of from raw.settings").fetchall()
    return Playlist(name, listener, as_of, songs, bool(has_favorites))


def uri(song: Mapping[str, Any]) -> str | None:
    """The song's address in Spotify; null where no source states its id."""
    found = song["spotify_track_id"]
    return f"spotify:track:{found}" if found else None


def as_csv(playlist: Playlist) -> str:
    """A row a song with all its figures, for spreadsheets; shares with six decimals."""
    measures = [name for name in playlist.songs[0] if name not in (*_KEYS, *_NAMES)]
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([*_FIRST_COLUMNS, *measures])
    for song in playlist.songs:
        cells = [_cell(song[name]) for name in measures]
        names = [_cell(song["track_name"]), _cell(song["artist_name"])]
        writer.writerow([song["list_rank"], uri(song) or "", *names, *cells])
    return text.getvalue()


def _cell(value: object) -> object:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return spreadsheet_cell(value)
    return f"{value:.{_DIGITS}f}" if isinstance(value, float) else value


def as_m3u(playlist: Playlist) -> str:
    """Extended M3U in UTF-8; a song without an address is a comment, since a line needs one."""
    lines = ["#EXTM3U", f"#PLAYLIST:{_one_line(playlist.title)}"]
    for song in playlist.songs:
        name = _one_line(f"{song['artist_name']} - {song['track_name']}")
        address = uri(song)
        if address is None:
            lines.append(f"# no address is known: {name}")
            continue
        length = song["duration_ms"]
        seconds = -1 if length is None else round(length / 1000)
        lines += [f"#EXTINF:{seconds},{name}", address]
    return "\n".join(lines) + "\n"


def _one_line(text: str) -> str:
    return shown(" ".join(text.split()))


def as_jspf(playlist: Playlist) -> str:
    """JSPF (xspf.org/jspf): every song with its names; address and length where known."""
    tracks = []
    for song in playlist.songs:
        track: dict[str, Any] = {"title": song["track_name"], "creator": song["artist_name"]}
        address = uri(song)
        if address is not None:
            track["identifier"] = [address]
            track["location"] = [f"https://open.spotify.com/track/{song['spotify_track_id']}"]
        if song["duration_ms"] is not None:
            track["duration"] = song["duration_ms"]
        track["annotation"] = song["reason"]
        tracks.append(track)
    found = {
        "title": playlist.title,
        "creator": CREATOR,
        "date": f"{playlist.as_of:%Y-%m-%dT%H:%M:%S}+00:00",
        "track": tracks,
    }
    return json.dumps({"playlist": found}, ensure_ascii=False, indent=2) + "\n"


FORMATS: dict[str, Callable[[Playlist], str]] = {"csv": as_csv, "m3u": as_m3u, "jspf": as_jspf}


def write(playlist: Playlist, form: str, output: Path) -> None:
    """Write a list to a file; a list of ours that is there is replaced, whole or not at all.

    Raises:
        SotwError: The file is another one, or the disk refuses.
    """
    with appearing(output, is_replacing=True, ours=_OURS) as partial:
        partial.write_text(FORMATS[form](playlist), encoding="utf-8", newline="")
