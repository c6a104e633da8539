"""Random histories of which the truth is known, as several services tell them, with their faults.

A true play is an artist, a title, an album, a start and a length. Each service that heard it writes
it in its own way: Spotify by its end and length, at times twice, in two halves, or when the phone
was online again; Last.fm and ListenBrainz by their starts, under other credits, with pages fetched
twice and queues sent at once. What sotw makes of the files is compared with the plays.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import random
from bisect import bisect_left
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sotw.keys import work_key

if TYPE_CHECKING:
    from pathlib import Path

    from sotw.warehouse import Connection

START = dt.datetime(2023, 1, 2, 6, tzinfo=dt.UTC)
_SYLLABLES = ("ka", "lo", "mi", "ren", "tus", "vor", "sel", "dan", "pir", "qua", "bel", "nos")
_TOLERANCE = 150.0


@dataclass(frozen=True, slots=True)
class Song:
    """A recording with the names its services may give it."""

    artist: str
    title: str
    album: str
    seconds: int
    uri: str
    guest: str | None = None


@dataclass(frozen=True, slots=True)
class Play:
    """What was heard, and when it began (seconds since START)."""

    song: Song
    second: int
    heard: int


@dataclass(slots=True)
class Truth:
    """Plays, and what each service tells of them."""

    plays: list[Play] = field(default_factory=list)
    spotify: list[dict[str, Any]] = field(default_factory=list)
    relabelled: list[dict[str, Any]] = field(default_factory=list)
    lastfm: list[tuple[int, str, str, str]] = field(default_factory=list)
    listens: list[dict[str, Any]] = field(default_factory=list)


def truth(seed: int, plays: int) -> Truth:
    """A listener's plays and their records; equal for equal seeds."""
    rng = random.Random(seed)
    songs = _songs(rng)
    told = Truth()
    second = 0
    while len(told.plays) < plays:
        second += rng.choice([0, 1, 2, 5, 30, 400, 4_000, 30_000])
        if rng.random() < 0.02:
            second = _queue(rng, told, songs, second)
            continue
        song = songs[min(rng.randrange(len(songs)), rng.randrange(len(songs)))]
        # A song at once again is a play of its own.
        for _ in range(2 if rng.random() < 0.04 else 1):
            second = _heard(rng, told, song, second)
    told.lastfm = _with_pages_twice(rng, told.lastfm)
    return told


def _songs(rng: random.Random) -> list[Song]:
    def word() -> str:
        return "".join(rng.sample(_SYLLABLES, rng.choice([2, 3]))).capitalize()

    artists = [f"{word()} {word()}" for _ in range(12)] + [f"{word()} & the {word()}s"]
    songs = []
    for number in range(90):
        guest = rng.choice(artists) if rng.random() < 0.2 else None
        artist = rng.choice(artists)
        songs.append(
            Song(
                artist,
                f"{word()} {word()}",
                f"{word()} Album",
                rng.randrange(95, 400),
                f"{number:022d}",
                None if guest == artist else guest,
            )
        )
    return songs


def _heard(rng: random.Random, told: Truth, song: Song, second: int) -> int:
    """One play by each service that heard it; when it was over."""
    play = Play(song, second, song.seconds)
    told.plays.append(play)
    who = rng.choice(["spotify", "spotify", "lastfm", "both", "both", "all"])
    over = second + song.seconds
    if who in ("spotify", "both", "all"):
        over = _by_spotify(rng, told, play)
    if who in ("lastfm", "both", "all"):
        _by_lastfm(rng, told, play)
    if who == "all":
        _by_listenbrainz(rng, told, play)
    return over


def _by_spotify(rng: random.Random, told: Truth, play: Play) -> int:
    song, over = play.song, play.second + play.heard
    ms = play.heard * 1000 - rng.randrange(0, 900)
    kind = rng.random()
    if kind < 0.05:
        # Paused, and gone on with later.
        first, pause = play.heard // 3, rng.randrange(5, 900)
        over += pause
        halves = [
            (play.second + first, first * 1000, "clickrow", "unexpected-exit-while-paused"),
            (over, (play.heard - first) * 1000, "appload", "trackdone"),
        ]
        told.spotify += [_stream(song, *half) for half in halves]
    elif kind < 0.15:
        # Offline: sent hours later.
        noted = int(START.timestamp()) + play.second
        late = _stream(song, over + rng.randrange(600, 200_000), ms, "trackdone", "trackdone")
        told.spotify.append(late | {"offline": True, "offline_timestamp": noted})
    else:
        stream = _stream(song, over, ms, "trackdone", "trackdone")
        told.spotify.append(stream)
        if kind < 0.22:
            # And told again.
            told.spotify.append(stream | {"ts": _z(over + rng.choice([0, 0, 1, 4, 9]))})
    title = f"{song.title} - Remastered 2024" if rng.random() < 0.1 else song.title
    key = "master_metadata_track_name"
    told.relabelled += [one | {key: title} for one in told.spotify[len(told.relabelled) :]]
    return over


def _stream(song: Song, end: int, ms: int, start: str, reason: str) -> dict[str, Any]:
    return {
        "ts": _z(end),
        "platform": "android",
        "ms_played": ms,
        "conn_country": "PT",
        "master_metadata_track_name": song.title,
        "master_metadata_album_artist_name": song.artist,
        "master_metadata_album_album_name": song.album,
        "spotify_track_uri": f"spotify:track:{song.uri}",
        "reason_start": start,
        "reason_end": reason,
        "shuffle": False,
        "skipped": False,
        "offline": False,
        "offline_timestamp": None,
        "incognito_mode": False,
    }


def _z(second: int) -> str:
    return f"{START + dt.timedelta(seconds=second):%Y-%m-%dT%H:%M:%SZ}"


def _credit(rng: random.Random, song: Song) -> str:
    """The artist as another service has it."""
    ways = [song.artist, song.artist, song.artist.replace(" & the ", " and The ")]
    if song.guest:
        ways += [f"{song.artist}, {song.guest}", f"{song.artist} feat. {song.guest}"]
        ways += [f"{song.guest} & {song.artist}"]
    return rng.choice(ways)


def _by_lastfm(rng: random.Random, told: Truth, play: Play) -> None:
    at = play.second + rng.choice([0, 0, 1, 3, 20])
    row = (at, _credit(rng, play.song), play.song.title, play.song.album)
    told.lastfm.append(row)
    if rng.random() < 0.05:
        told.lastfm.append(row)


def _by_listenbrainz(rng: random.Random, told: Truth, play: Play) -> None:
    for client in rng.choice([["one"], ["one"], ["one", "other"]]):
        at = int(START.timestamp()) + play.second + rng.choice([0, 1, 3])
        metadata = {
            "artist_name": play.song.artist if client == "one" else _credit(rng, play.song),
            "track_name": play.song.title,
            "release_name": play.song.album,
            "additional_info": {"submission_client": client},
        }
        told.listens.append({"listened_at": at, "track_metadata": metadata})


def _queue(rng: random.Random, told: Truth, songs: list[Song], second: int) -> int:
    """A player that was offline sends what it has within a minute: only Last.fm hears of it."""
    queue = [rng.choice(songs) for _ in range(rng.randrange(6, 12))]
    queue.insert(3, queue[2])
    for number, song in enumerate(queue):
        told.plays.append(Play(song, second + number, song.seconds))
        told.lastfm.append((second + number, song.artist, song.title, song.album))
    return second + 3_600


def _with_pages_twice(
    rng: random.Random, rows: list[tuple[int, str, str, str]]
) -> list[tuple[int, str, str, str]]:
    page = 40
    pages = [rows[at : at + page] for at in range(0, len(rows), page)]
    return [row for one in pages for row in one * (2 if rng.random() < 0.1 else 1)]


def files(told: Truth, folder: Path) -> list[Path]:
    """The exports: Spotify twice, the second with other titles, Last.fm in two parts, listens."""
    folder.mkdir(parents=True, exist_ok=True)
    written = {
        "Streaming_History_Audio_2023_1.json": json.dumps(
            told.spotify[: len(told.spotify) * 2 // 3]
        ),
        "Streaming_History_Audio_2023_2.json": json.dumps(told.relabelled),
        "lastfm_1.csv": _csv(told.lastfm[: len(told.lastfm) * 3 // 5]),
        "lastfm_2.csv": _csv(told.lastfm[len(told.lastfm) // 2 :]),
        "listens.jsonl": "".join(f"{json.dumps(one)}\n" for one in told.listens),
    }
    paths = []
    for name, text in written.items():
        path = folder / name
        path.write_text(text, encoding="utf-8")
        paths.append(path)
    return [path for path in paths if path.stat().st_size > 2]


def _csv(rows: list[tuple[int, str, str, str]]) -> str:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(["uts", "artist", "track", "album"])
    for second, *names in rows:
        writer.writerow([int(START.timestamp()) + second, *names])
    return text.getvalue()


def compared(told: Truth, con: Connection) -> tuple[int, int, int]:
    """True plays, plays found, and how many of them are one: same song, at most so far apart."""
    query = (
        "select track_name, date_diff('microsecond', timestamp '1970-01-01', played_at) / 1e6"
        " from core.fct_plays inner join core.dim_tracks using (track_id) where is_counted"
        " order by played_at"
    )
    found: dict[str | None, list[float]] = defaultdict(list)
    total = 0
    for title, at in con.execute(query).fetchall():
        found[work_key(title)].append(at - START.timestamp())
        total += 1
    matched = 0
    for play in sorted(told.plays, key=lambda one: one.second):
        times = found[work_key(play.song.title)]
        place = bisect_left(times, play.second - _TOLERANCE)
        if place < len(times) and times[place] <= play.second + _TOLERANCE:
            del times[place]
            matched += 1
    return len(told.plays), total, matched
