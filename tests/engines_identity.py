"""Rules of every kind, ids that several spellings share, and plays reported twice: badly named."""

from __future__ import annotations

import datetime as dt
from typing import Any

import histories

NOON = dt.datetime(2021, 3, 1, 12)


def add(raw: histories.Raw, names: histories.Names, tracks: list[int]) -> None:
    """Put rows for each model of identity into a history of listener 3."""
    raw["plays"] += _reported_twice(names, tracks)
    raw["track_stats"] += [
        {
            "track_name_id": track,
            "source": "spotify",
            "fetched_at": dt.datetime(2020, 1, 1),
            "spotify_track_id": "sp'ötify \\1",
            "isrc": None if track == tracks[4] else "ÍSRC %_",
            "duration_ms": 200_000 if track == tracks[3] else None,
            "import_id": 1,
        }
        for track in (tracks[3], tracks[4], names.track("שלום", "مرحبا (ライブ)"))
    ]
    raw["rules"] = _rules(names, tracks, raw["plays"])
    raw["credits"] = [
        {"track_name_id": track, "artist_name_id": names.artist(artist), "position": position,
         "is_guest": position == 2, "stated_by": "kóito '1'"}
        for track in tracks[:4]
        for position, artist in enumerate(("Ünknown 🎧", "x", "ＡＢＣ"), start=1)
    ]  # fmt: skip


def _reported_twice(names: histories.Names, tracks: list[int]) -> list[dict[str, Any]]:
    rows = []
    for day, track in enumerate(tracks):
        at = NOON + dt.timedelta(days=day, microseconds=day)
        spotify = {"source": "spotify", "time_kind": "end", "ms_played": 200_000 + day}
        end = at + dt.timedelta(seconds=200)
        rows += histories.plays(3, [at, end], track)
        rows += histories.plays(3, [end + dt.timedelta(seconds=day)], track, **spotify)
        rows += histories.plays(3, [at.replace(second=0, microsecond=0)], track,
                                source="pano", precision="minute")  # fmt: skip
        # A second scrobbler: the same, and another spelling.
        rows += histories.plays(3, [at + dt.timedelta(seconds=20)], track)
    other = names.track("BEYONCÉ", "DÉJÀ VU")
    rows += histories.plays(3, [NOON + dt.timedelta(days=1, seconds=7)], other)
    guested = names.track("Beyoncé ft. “Ｂö”", "Déjà vu")
    rows += histories.plays(3, [NOON + dt.timedelta(days=1, seconds=9)], guested)
    various = names.track("V/A — Sampler", "Straße ſ")
    for precision, track in (("minute", various), ("second", tracks[0])):
        at = NOON + dt.timedelta(days=20)
        rows += histories.plays(3, [at], track, source="spotify", precision=precision,
                                ms_played=123_457, track_mbid="mbíd '1'")  # fmt: skip
    return rows


def _rules(
    names: histories.Names, tracks: list[int], plays: list[dict[str, Any]]
) -> list[dict[str, Any]]:
    artist, track = names.artist, names.track

    def about(play: dict[str, Any]) -> dict[str, Any]:
        key = {"play_source": "source", "play_reported_at": "played_at", "play_ordinal": "ordinal"}
        whose = {"listener_id": play["listener_id"], "name_id": play["track_name_id"]}
        return {name: play[column] for name, column in key.items()} | whose

    first, last = dt.date(2021, 2, 1), dt.date(2021, 4, 1)
    wanted: list[dict[str, Any]] = [
        {"rule": "alias", "scope": "artist", "name_id": artist("x"),
         "target_name_id": artist("a\u200bb")},
        {"rule": "alias", "scope": "artist", "name_id": artist("ＡＢＣ"),
         "target_name_id": artist("ABC — right")},
        {"rule": "alias", "scope": "track", "name_id": tracks[7],
         "target_name_id": track("Ǆ ΌΣΟΣ", "Ὀδύσσεια")},
        {"rule": "alias", "scope": "track", "name_id": tracks[2], "listener_id": 3,
         "target_name_id": tracks[5], "from_date": first, "to_date": last},
        {"rule": "separate", "scope": "artist", "name_id": artist("BEYONCÉ")},
        {"rule": "separate", "scope": "track", "name_id": tracks[1]},
        {"rule": "exclude", "scope": "artist", "name_id": artist("bucket=1/.."),
         "purpose": "charts"},
        {"rule": "exclude", "scope": "track", "name_id": tracks[0], "to_date": first},
        {"rule": "exclude", "scope": "album", "purpose": "training", "listener_id": 3,
         "name_id": names.album(None, "Álbum №1")},
        {"rule": "exclude", "scope": "playlist", "playlist": "50% \\'x'", "purpose": "training"},
        {"rule": "exclude", "scope": "dates", "listener_id": 4, "from_date": last},
        {"rule": "exclude", "scope": "play", **about(plays[0])},
        {"rule": "fix", "scope": "play", **about(plays[40]),
         "target_name_id": tracks[5]},
        {"rule": "count", "scope": "plays", "counting": "lastfm", "listener_id": 3},
        {"rule": "exclude", "scope": "dates", "from_date": first,
         "removed_at": dt.datetime(2021, 6, 1)},
    ]  # fmt: skip
    usual = {"purpose": "all", "created_at": dt.datetime(2021, 5, 1)}
    return [{"rule_id": number, **usual, **one} for number, one in enumerate(wanted, start=1)]
