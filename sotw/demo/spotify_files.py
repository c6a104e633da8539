"""The demo's Spotify account as the files of an extended streaming history.

A record has the usual 23 fields, and the mark of a demo.
What is personal in a real export is plainly invented: addresses are those that RFC 5737 keeps for
documents.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sotw.demo import words
from sotw.demo.catalogue import names_of
from sotw.demo.skips import REASONS
from sotw.demo.spotify import HOME, PLATFORMS
from sotw.demo.world import spotify_ids
from sotw.paths import DEMO_MARK

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sotw.demo.spotify import Spotify
    from sotw.demo.world import Ints, Texts, World

__all__ = ["SpotifyFiles", "write_spotify"]

_MOST_RECORDS = 15_000
_REPEATED = 50  # the end of a file once more at the beginning of the next
# Shares of the time of a history: how exports changed over the years.
_SKIPPED_IS_NULL, _OLD_PLATFORM, _OFFLINE_IN_MS = 0.25, 0.40, 0.50
_SKIPS = ("fwdbtn", "backbtn")
_FIELDS = (
    "ts", "platform", "ms_played", "conn_country", "ip_addr", "master_metadata_track_name",
    "master_metadata_album_artist_name", "master_metadata_album_album_name", "spotify_track_uri",
    "episode_name", "episode_show_name", "spotify_episode_uri", "audiobook_title", "audiobook_uri",
    "audiobook_chapter_uri", "audiobook_chapter_title", "reason_start", "reason_end", "shuffle",
    "skipped", "offline", "offline_timestamp", "incognito_mode",
)  # fmt: skip
_RECORD = "{" + ", ".join(f'"{name}": %s' for name in _FIELDS) + f', "{DEMO_MARK}": true}}'


@dataclass(frozen=True, slots=True)
class SpotifyFiles:
    """What was written. Records = plays + podcasts + removed + repeated."""

    files: tuple[Path, ...]
    plays: int
    podcasts: int
    removed: int  # songs without names
    repeated: int


def write_spotify(directory: Path, world: World, spotify: Spotify) -> SpotifyFiles:
    """Write an account's history in several files, which overlap a little."""
    ended, records = _records(world, spotify)
    files = []
    repeated = 0
    for number, since in enumerate(range(0, len(records), _MOST_RECORDS)):
        first = max(0, since - _REPEATED)
        until = min(since + _MOST_RECORDS, len(records))
        repeated += since - first
        since_to = {str(ended[at].astype("datetime64[Y]")): None for at in (first, until - 1)}
        years = "-".join(since_to)  # one year is named once
        files.append(directory / f"Streaming_History_Audio_{years}_{number}.json")
        text = ",\n  ".join(records[first:until])
        files[-1].write_text(f"[\n  {text}\n]\n", encoding="utf-8")
    return SpotifyFiles(
        tuple(files),
        spotify.plan.tracks.size,
        spotify.podcasts.size,
        spotify.removed.size,
        repeated,
    )


def _records(world: World, spotify: Spotify) -> tuple[np.ndarray, list[str]]:
    """Give the times and the records of everything, in the order of its end."""
    ended = spotify.outcomes.ended
    odd_ended, odd = _oddities(world, spotify)
    everything = np.concatenate([ended, odd_ended])
    records = [*_songs(world, spotify), *odd]
    order = np.argsort(everything, kind="stable")
    return everything[order].astype("datetime64[s]"), [records[at] for at in order.tolist()]


def _stamps(seconds: Ints) -> list[str]:
    return [f'"{text}Z"' for text in np.datetime_as_string(seconds.astype("datetime64[s]"))]


def _quoted(texts: Texts) -> Texts:
    return np.array([json.dumps(text, ensure_ascii=False) for text in texts], dtype=object)


def _flags(values: np.ndarray) -> list[str]:
    return ["true" if value else "false" for value in values.tolist()]


def _songs(world: World, spotify: Spotify) -> Iterator[str]:
    plan, outcomes = spotify.plan, spotify.outcomes
    started, ended, session = outcomes.started, outcomes.ended, plan.session
    tracks, place = np.unique(plan.tracks, return_inverse=True)
    names = names_of(world, tracks)
    uris = [f'"spotify:track:{one}"' for one in spotify_ids(world, tracks)]
    age = (ended - ended[0]) / max(1, int(ended[-1] - ended[0]))
    platforms = np.array([[f'"{text}"' for text in texts] for _, *texts in PLATFORMS], dtype=object)
    is_new = (age >= _OLD_PLATFORM).astype(np.int64)
    reasons = np.array([f'"{text}"' for text in REASONS], dtype=object)
    is_skip = np.isin(np.array(REASONS)[outcomes.reason_end], _SKIPS)
    is_offline = spotify.is_offline[session]
    offline_at = np.where(age < _OFFLINE_IN_MS, started * 1_000, started).astype(str)
    address = [
        f'"{"192.0.2" if country == HOME else "198.51.100"}.{1 + number % 200}"'
        for number, country in enumerate(spotify.country)
    ]
    country = np.array([f'"{text}"' for text in spotify.country], dtype=object)
    columns = {
        "ts": _stamps(ended),
        "platform": platforms[spotify.platform[session], is_new].tolist(),
        "ms_played": outcomes.ms_played.tolist(),
        "conn_country": country[session].tolist(),
        "ip_addr": np.array(address, dtype=object)[session].tolist(),
        "master_metadata_track_name": _quoted(names.title)[place].tolist(),
        "master_metadata_album_artist_name": _quoted(names.artist)[place].tolist(),
        "master_metadata_album_album_name": _quoted(names.album)[place].tolist(),
        "spotify_track_uri": np.array(uris, dtype=object)[place].tolist(),
        "reason_start": reasons[outcomes.reason_start].tolist(),
        "reason_end": reasons[outcomes.reason_end].tolist(),
        "shuffle": _flags(spotify.is_shuffled[session]),
        "skipped": np.where(age < _SKIPPED_IS_NULL, "null", _flags(is_skip)).tolist(),
        "offline": _flags(is_offline),
        "offline_timestamp": np.where(is_offline, offline_at, "null").tolist(),
        "incognito_mode": _flags(spotify.is_private[session]),
    }
    nothing = ["null"] * session.size
    rows = zip(*(columns.get(name, nothing) for name in _FIELDS), strict=True)
    return (_RECORD % row for row in rows)


def _oddities(world: World, spotify: Spotify) -> tuple[Ints, list[str]]:
    """Podcasts, and songs that have lost their names; times and records."""
    nouns = words.NOUNS
    usual = dict.fromkeys(_FIELDS, "null") | {
        "platform": '"ios"',
        "conn_country": f'"{HOME}"',
        "ip_addr": '"192.0.2.250"',
        "reason_start": '"clickrow"',
        "reason_end": '"endplay"',
        **dict.fromkeys(("shuffle", "skipped", "offline", "incognito_mode"), "false"),
    }
    records = []
    minutes = 15 + np.arange(spotify.podcasts.size) * 7 % 30
    addresses = spotify_ids(world, np.concatenate([spotify.podcasts, spotify.removed]))
    ended = np.concatenate([spotify.podcasts + minutes * 60, spotify.removed + 200])
    for number, (stamp, address) in enumerate(zip(_stamps(ended), addresses, strict=True)):
        told = {"ts": stamp}
        if number < minutes.size:
            told |= {
                "ms_played": str(minutes[number] * 60_000),
                "episode_name": f'"{nouns[number * 7 % len(nouns)]}, part {number + 1}"',
                "episode_show_name": f'"The {nouns[number % 3]} Talk"',
                "spotify_episode_uri": f'"spotify:episode:{address}"',
            }
        else:
            told |= {"ms_played": "200000", "spotify_track_uri": f'"spotify:track:{address}"'}
        records.append(_RECORD % tuple((usual | told)[name] for name in _FIELDS))
    return ended, records
