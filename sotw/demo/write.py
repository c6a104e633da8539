"""A synthetic listening history in the files that real services export; nothing in it is real.

``write_demo`` invents music (``demo_world``), listeners (``demo_listener``) and their songs of the
week (``demo_choice``: a softmax with stated coefficients), calibrated to the public facts about one
real listener; if asked, also their Spotify accounts (``demo_spotify``) and what they
skip there (``demo_skips``: a logistic model with stated coefficients).

What it writes goes the ordinary way in, so a demo run exercises the same code as a real one. The
same arguments give the same bytes.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import errno
import re
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np

from sotw.demo import words
from sotw.demo.choice import Choice, choice_of
from sotw.demo.files import Life, write_csv_files, write_parquet_files
from sotw.demo.listener import integers, live, sizes
from sotw.demo.spotify import hear
from sotw.demo.world import DAY, TRACKS, Calendar, World, track_titles
from sotw.errors import SettingsError
from sotw.paths import DEMO_LIST
from sotw.warehouse.appearing import appearing

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sotw.demo.world import Ints

__all__ = ["DemoFiles", "DemoListener", "write_demo"]

FileFormat = Literal["csv", "parquet"]
DEFAULT_YEARS = 296 * 7 / 365.25
DEFAULT_END = dt.date(2026, 11, 14)  # a Saturday: the last week is whole, and has no pick yet
CSV_MAX_PLAYS = 2_000_000
SPOTIFY_SHARE = 0.25  # plays of the Spotify history, for each scrobbled one
_LEAST_PLAYS = 300
# What it writes first, in folders and files that only it names so.
_HIDDEN = re.compile(r"\.sotw-(?!demo$)")
_MOST_PER_WEEK = 1_200


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
    over all listeners. ``renamed_picks`` favourites are spelt unlike any play. The Spotify
    files hold plays, podcasts, songs that have lost their names, and rows that are in two files.
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
    spotify_plays: int
    spotify_podcasts: int
    spotify_removed_rows: int
    spotify_duplicate_rows: int


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
    with_spotify: bool = False,
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
        with_spotify: Also a Spotify history of each listener, a quarter as long (``demo_spotify``);
            all other files are the same with and without it.

    Raises:
        SettingsError: The numbers do not fit together, or the folder is not empty.
    """
    calendar = _calendar(years, ends_on)
    _check(directory, listeners, plays, calendar, choices)
    file_format = file_format or ("csv" if plays <= CSV_MAX_PLAYS else "parquet")
    if with_spotify and file_format == "parquet":
        raise SettingsError(
            f"{plays:,} plays with a Spotify history\n  in: sotw demo --spotify\n"
            f"  It is written beside CSV files only: ask for at most {CSV_MAX_PLAYS:,} plays."
        )
    world = World(seed, calendar.origin // DAY, calendar.end // DAY)
    done: list[DemoListener] = []
    lives = _lives(world, calendar, listeners, plays, choices, done, with_spotify=with_spotify)
    with _explained(directory), _hidden(directory) as hidden:
        if file_format == "csv":
            written = write_csv_files(hidden, world, lives, is_alone=listeners == 1)
        else:
            written = write_parquet_files(hidden, world, lives)
        names = [file.relative_to(hidden).as_posix() for file in written.files]
        files = _move(hidden, directory, names)
    artists, tracks, titles = _count(world, written.tracks)
    return DemoFiles(
        directory=directory,
        files=files,
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
        spotify_plays=sum(one.plays for one in written.spotify),
        spotify_podcasts=sum(one.podcasts for one in written.spotify),
        spotify_removed_rows=sum(one.removed for one in written.spotify),
        spotify_duplicate_rows=sum(one.repeated for one in written.spotify),
    )


@contextlib.contextmanager
def _explained(directory: Path) -> Iterator[None]:
    """Say what the file system refuses as an error that a person can act on."""
    try:
        yield
    except OSError as error:
        raise SettingsError(
            f"{directory} cannot be written: {error.strerror or error}\n  in: sotw demo\n"
            "  Name another folder with --output, or check the space on its disk."
        ) from error


@contextlib.contextmanager
def _hidden(directory: Path) -> Iterator[Path]:
    """A folder in it that no import looks into, for files that are not listed yet."""
    directory.mkdir(parents=True, exist_ok=True)
    hidden = Path(tempfile.mkdtemp(prefix=f"{DEMO_LIST}-", dir=directory))
    try:
        yield hidden
    finally:
        shutil.rmtree(hidden, ignore_errors=True)


def _move(hidden: Path, directory: Path, names: Sequence[str]) -> tuple[Path, ...]:
    """Put files in the place of an earlier demo's; at no time one is there and not listed."""
    earlier = _earlier_demo(directory)
    old = {file.relative_to(directory).as_posix() for file in earlier} - {DEMO_LIST}
    _list(directory, [*names, *sorted(old - {*names})])
    for file in earlier - {directory / DEMO_LIST}:
        file.unlink(missing_ok=True)
    for name in names:
        (directory / name).parent.mkdir(exist_ok=True)
        (hidden / name).replace(directory / name)
    _list(directory, names)
    return tuple(directory / name for name in names)


def _list(directory: Path, names: Sequence[str]) -> None:
    with appearing(directory / DEMO_LIST, is_replacing=True) as listed:
        listed.write_text("\n".join(names) + "\n", encoding="utf-8")


def _lives(
    world: World,
    calendar: Calendar,
    listeners: int,
    plays: int,
    choices: Sequence[Choice] | None,
    done: list[DemoListener],
    *,
    with_spotify: bool,
) -> Iterator[Life]:
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
        spotify = None
        if with_spotify:
            heard = round(history.tracks.size * SPOTIFY_SHARE)
            spotify = hear(world, calendar, history, number=number, plays=heard)
        yield Life(name, history, spotify)


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
    with _explained(directory):
        if directory.exists() and not directory.is_dir():
            raise NotADirectoryError(errno.ENOTDIR, "a file is there")
        earlier = _earlier_demo(directory)
        theirs = [file for file in _files_in(directory) if file not in earlier]
    if theirs:
        raise SettingsError(
            f"{directory} is not empty: {theirs[0].name}\n  in: sotw demo\n"
            "  Name a new folder, so that the demo's files are not mixed with yours."
        )


def _files_in(directory: Path) -> list[Path]:
    """All files but those of a demo that was killed before it listed them."""
    return [
        file
        for file in directory.rglob("*")
        if not file.is_dir() and not _HIDDEN.match(file.relative_to(directory).parts[0])
    ]


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
    if n <= len(words.LISTENERS):
        return [name.lower() for name in words.LISTENERS[:n]]
    return [f"demo_{number + 1:0{len(str(n))}d}" for number in range(n)]
