"""Plays told twice or in halves, namesakes, and clocks that are hours apart: badly named, too."""

from __future__ import annotations

import datetime as dt
from typing import Any

import histories

DAY = dt.datetime(2021, 2, 16, 3)
SECOND = dt.timedelta(seconds=1)


def add(raw: histories.Raw, names: histories.Names, tracks: list[int]) -> None:
    """Put rows for each model of plays told again and of namesakes into a history of listener 3."""
    raw["plays"] += _streams(tracks) + _namesakes(names) + _apart(names)


def _streams(tracks: list[int]) -> list[dict[str, Any]]:
    spotify = {"source": "spotify", "time_kind": "end"}
    rows = []
    for place, track in enumerate(tracks[:4]):
        end = DAY + dt.timedelta(hours=place)
        usual = spotify | {"platform": f"plätförm {place}", "ms_played": 180_000 + place}
        # Twice, of equal and of other stamps, and a third time.
        for seconds in (0, 4, 9)[: place + 1]:
            rows += histories.plays(3, [end + seconds * SECOND], track, **usual)
        half = usual | {"ms_played": 70_000, "reason_end": "unexpected-exit-while-paused"}
        rest = usual | {"reason_start": "appload", "reason_end": "trackdone", "skipped": False}
        at = end + dt.timedelta(minutes=20)
        rows += histories.plays(3, [at], track, **half)
        rows += histories.plays(3, [at + dt.timedelta(minutes=place + 4)], track, **rest)
    return rows


def _namesakes(names: histories.Names) -> list[dict[str, Any]]:
    rows = []
    for artist in range(3):
        for number, title in enumerate(("Îñtro", "Oütro")):
            at = DAY + dt.timedelta(days=2, hours=artist, minutes=10 * number)
            rows += histories.plays(3, [at], names.track("Nämesake", title),
                                    source="koito", artist_mbid=f"mbíd {artist}")  # fmt: skip
    for song, (album, length) in enumerate((("Álbum №1", 61_000), ("Álbum 'x'", 200_000))):
        at = DAY + dt.timedelta(days=3)
        times = [at + dt.timedelta(hours=song), at + dt.timedelta(hours=song + 4)]
        rows += histories.plays(3, times, names.track("Öne", "Intro"), source="spotify",
                                album_name_id=names.album("Öne", album),
                                spotify_track_id=f"öne {song}", ms_played=length,
                                reason_start="trackdone", reason_end="trackdone")  # fmt: skip
    return rows


def _apart(names: histories.Names) -> list[dict[str, Any]]:
    rows = []
    for place in range(6):
        at = DAY + dt.timedelta(days=5, minutes=10 * place)
        track = names.track("Thé Late", f"Söng {place}")
        rows += histories.plays(4, [at], track, source="koito")
        rows += histories.plays(4, [at + dt.timedelta(hours=5.5, seconds=place)], track,
                                source="maloja")  # fmt: skip
    return rows
