"""A synthetic listening history in the files that real services export; nothing in it is real.

``write_demo`` invents music (``demo_world``), listeners (``demo_listener``) and their songs of the
week (``demo_choice``: a softmax with stated coefficients), calibrated to the public facts about one
real listener (``TARGETS``). What it writes goes the ordinary way in, so a demo run exercises the
same code as a real one. The same arguments give the same bytes.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from sotw import demo_words
from sotw.demo_catalogue import (
    Names,
    album_mbids,
    artist_mbids,
    names_of,
    track_mbids,
    write_catalogue,
    write_csv,
)
from sotw.demo_choice import Choice, choice_of
from sotw.demo_facts import TARGETS, describe
from sotw.demo_listener import Calendar, History, integers, live, sizes
from sotw.demo_world import (
    DAY,
    TRACKS,
    World,
    albums_of,
    other_spellings,
    spotify_ids,
    track_titles,
)
from sotw.errors import SettingsError
from sotw.paths import DEMO_LIST

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from sotw.demo_world import Bools, Ints, Texts

__all__ = ["TARGETS", "DemoFiles", "DemoListener", "describe", "write_demo"]

FileFormat = Literal["csv", "parquet"]
DEFAULT_YEARS = 296 * 7 / 365.25
DEFAULT_END = dt.date(2026, 11, 14)  # a Saturday: the last week is whole, and has no pick yet
CSV_MAX_PLAYS = 2_000_000
_ROW_GROUP = 250_000
_LEAST_PLAYS = 300
_MOST_PER_WEEK = 1_200
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
class DemoListener:
    """What one listener's files hold, and the rule the picks follow.

    ``best_hit_at_1`` is the mean probability that the true rule gives its own first choice.
    """

    name: str
    plays: int
    picks: int
    choice: Choice
    best_hit_at_1: float


@dataclass(frozen=True, slots=True)
class DemoFiles:
    """What was written. Rows of the play files = plays + now_playing_rows + duplicate_rows.

    ``artists``, ``tracks`` (artist and title) and ``titles`` count what has a different strict key,
    over all listeners. ``renamed_picks`` favourites are spelt unlike any play.
    """

    directory: Path
    files: tuple[Path, ...]
    listeners: tuple[DemoListener, ...]
    plays: int
    picks: int
    artists: int
    tracks: int
    titles: int
    weeks: int
    now_playing_rows: int
    duplicate_rows: int
    renamed_picks: int


def write_demo(
    directory: Path,
    *,
    seed: int = 7,
    listeners: int = 1,
    years: float = DEFAULT_YEARS,
    plays: int = 160_830,
    ends_on: dt.date = DEFAULT_END,
    file_format: FileFormat | None = None,
    choices: Sequence[Choice] | None = None,
) -> DemoFiles:
    """Write export files of invented listeners into a folder that is new, empty or a demo's.

    Args:
        directory: Where to; several listeners get a sub-folder each (CSV) or a column (Parquet).
        seed: Same seed, same bytes.
        listeners: How many people.
        years: Length of the histories, rounded to whole weeks.
        plays: Over all listeners together.
        ends_on: The last day. On a Saturday, the last week is a whole one; it never has a pick.
        file_format: Default: CSV up to two million plays, Parquet above.
        choices: The choice rule of each listener; default: drawn from ``demo_choice.POPULATION``.

    Raises:
        SettingsError: The numbers do not fit together, or the folder is not empty.
    """
    calendar = _calendar(years, ends_on)
    _check(directory, listeners, plays, calendar, choices)
    world = World(seed, calendar.origin // DAY, calendar.end // DAY)
    file_format = file_format or ("csv" if plays <= CSV_MAX_PLAYS else "parquet")
    for file in _files_in(directory):
        file.unlink()
    directory.mkdir(parents=True, exist_ok=True)
    done: list[DemoListener] = []
    lives = _lives(world, calendar, listeners, plays, choices, done)
    if file_format == "csv":
        written = _write_csv_files(directory, world, lives, is_alone=listeners == 1)
    else:
        written = _write_parquet_files(directory, world, lives)
    listed = [file.relative_to(directory).as_posix() for file in written.files]
    (directory / DEMO_LIST).write_text("\n".join(listed) + "\n", encoding="utf-8")
    artists, tracks, titles = _count(world, written.tracks)
    return DemoFiles(
        directory=directory,
        files=tuple(written.files),
        listeners=tuple(done),
        plays=sum(one.plays for one in done),
        picks=sum(one.picks for one in done),
        artists=artists,
        tracks=tracks,
        titles=titles,
        weeks=calendar.weeks,
        now_playing_rows=written.now_playing,
        duplicate_rows=written.duplicates,
        renamed_picks=written.renamed,
    )


@dataclass(frozen=True, slots=True)
class _Written:
    files: list[Path]
    tracks: Ints
    now_playing: int
    duplicates: int
    renamed: int


def _lives(
    world: World,
    calendar: Calendar,
    listeners: int,
    plays: int,
    choices: Sequence[Choice] | None,
    done: list[DemoListener],
) -> Iterator[tuple[str, History]]:
    """Generate one listener after the other, noting each in ``done``."""
    rng = np.random.default_rng([world.seed, 2**31])
    share = integers(rng, np.exp(rng.normal(0.0, 0.3, listeners)), plays, _LEAST_PLAYS)
    world_artists = round(max(sizes(int(n))[0] for n in share) * listeners**0.4)
    for number, name in enumerate(_listener_names(listeners)):
        choice = choices[number] if choices else choice_of(world.seed, number)
        history = live(
            world,
            calendar,
            number=number,
            plays=int(share[number]),
            world_artists=world_artists,
            choice=choice,
        )
        best = history.picks.best_probability
        mean = float(best.mean()) if best.size else 0.0
        done.append(DemoListener(name, history.tracks.size, best.size, choice, mean))
        yield name, history


def _count(world: World, tracks: Ints) -> tuple[int, int, int]:
    """Count the artists, the pairs of artist and title, and the titles; a few artists at a time."""
    artists, first = np.unique(tracks // TRACKS, return_index=True)
    titles: set[str] = set()
    pairs = 0
    for some in np.split(tracks, first[500::500]):
        named = list(zip((some // TRACKS).tolist(), track_titles(world, some), strict=True))
        pairs += len(set(named))
        titles.update(title for _, title in named)
    return artists.size, pairs, len(titles)


def _calendar(years: float, ends_on: dt.date) -> Calendar:
    weeks = round(years * 365.25 / 7)
    if weeks < 8:
        raise SettingsError(
            f"years = {years} is {weeks} weeks of history\n  in: sotw demo --years\n"
            "  Ask for at least 8 weeks (0.16 years): fewer leave nothing to learn from."
        )
    last = (ends_on - dt.date(1970, 1, 1)).days + 1
    closing = last + (5 - ends_on.weekday()) % 7  # the day after the last week's Saturday
    origin = (closing - 7 * weeks) * DAY
    label_week = round(weeks * 41 / 296)
    # Like the real log, the first week begins on its Tuesday.
    return Calendar(weeks, origin, origin + 2 * DAY, last * DAY, label_week)


def _check(
    directory: Path,
    listeners: int,
    plays: int,
    calendar: Calendar,
    choices: Sequence[Choice] | None,
) -> None:
    if listeners < 1 or plays < 2 * _LEAST_PLAYS * listeners:
        raise SettingsError(
            f"{plays:,} plays for {listeners:,} listeners\n  in: sotw demo --plays --listeners\n"
            f"  Ask for at least 1 listener and {2 * _LEAST_PLAYS} plays for each."
        )
    if plays > _MOST_PER_WEEK * calendar.weeks * listeners:
        raise SettingsError(
            f"{plays:,} plays in {calendar.weeks} weeks for {listeners:,} listeners\n"
            "  in: sotw demo --plays --listeners --years\n"
            f"  Nobody hears more than {_MOST_PER_WEEK:,} plays a week: ask for fewer plays, or for"
            " more listeners or years."
        )
    if choices is not None and len(choices) != listeners:
        raise SettingsError(
            f"{len(choices)} choice rules for {listeners} listeners\n  in: write_demo(choices=)\n"
            "  Give one for each listener, or none."
        )
    theirs = [file for file in _files_in(directory) if file not in _earlier_demo(directory)]
    if theirs:
        raise SettingsError(
            f"{directory} is not empty: {theirs[0].name}\n  in: sotw demo\n"
            "  Name a new folder, so that the demo's files are not mixed with yours."
        )


def _files_in(directory: Path) -> list[Path]:
    return [file for file in directory.rglob("*") if not file.is_dir()]


def _earlier_demo(directory: Path) -> set[Path]:
    """Give the files a demo wrote here before, which another one may replace."""
    listed = directory / DEMO_LIST
    if not listed.exists():
        return set()
    names = listed.read_text(encoding="utf-8").splitlines()
    return {listed, *(directory / name for name in names)}


def _listener_names(n: int) -> list[str]:
    if n == 1:
        return ["demo"]
    if n <= len(demo_words.LISTENERS):
        return [name.lower() for name in demo_words.LISTENERS[:n]]
    return [f"demo_{number + 1:0{len(str(n))}d}" for number in range(n)]


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


def _write_csv_files(
    directory: Path, world: World, lives: Iterator[tuple[str, History]], *, is_alone: bool
) -> _Written:
    """Write files as Last.fm export tools and system A's curated tables have them."""
    files: list[Path] = []
    heard: list[Ints] = []
    now_playing = duplicates = renamed = 0
    for name, history in lives:
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
        write_csv(files[-1], pa.concat_tables([*parts, table.slice(400)]), quote_all=True)
        picks, changed = _favourites(world, history, names)
        added = pc.strftime(picks["added_at_utc"].cast(pa.timestamp("s")), "%Y-%m-%d %H:%M:%S")
        files.append(folder / "favourites.csv")
        write_csv(files[-1], picks.set_column(3, "added_at_utc", added))
        now_playing, duplicates, renamed = now_playing + 3, duplicates + 2, renamed + changed
    names = names_of(world, np.unique(np.concatenate(heard)))
    files += write_catalogue(directory, world, names)
    return _Written(files, names.tracks, now_playing, duplicates, renamed)


def _write_parquet_files(
    directory: Path, world: World, lives: Iterator[tuple[str, History]]
) -> _Written:
    """Write plays and favourites; a row group holds whole listeners, each oldest first."""
    files = [directory / "plays.parquet", directory / "favourites.parquet"]
    heard: list[Ints] = []
    waiting: list[pa.Table] = []
    favourites: list[pa.Table] = []
    renamed = 0
    with pq.ParquetWriter(files[0], _SCHEMA, compression="zstd") as writer:
        for name, history in lives:
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
    pq.write_table(pa.concat_tables(favourites), files[1], compression="zstd")
    return _Written(files, np.unique(np.concatenate(heard)), 0, 0, renamed)


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
        writer.write_table(table, row_group_size=table.num_rows)


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
