"""What a player says of the plays of a random history, and of its own faults."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import random

STARTS = ["trackdone"] * 5 + ["fwdbtn"] * 3 + ["clickrow", "unknown", None]
ENDS = ["trackdone"] * 6 + ["fwdbtn"] * 4 + ["endplay", "logout", "unknown", None]
PLATFORMS = ["ios", "iOS 13.3 (x)", "Android OS 9", "Partner tizen_tv a;b", "cast", "??", None]
EVENTS = ("connection_error", "playback_error", "stutter", "track_not_played", "playback_retry")


def said(rng: random.Random) -> dict[str, Any]:
    """Reasons, player and place of one play."""
    return {
        "reason_start": rng.choice(STARTS),
        "reason_end": rng.choice(ENDS),
        "platform": rng.choice(PLATFORMS),
        "country": rng.choice(["PT", "PT", "PT", "US", None]),
        "is_shuffle": rng.choice([True, False, None]),
        "is_offline": rng.choice([False, False, True, None]),
    }


def errors(
    rng: random.Random, listeners: int, start: dt.date, weeks: int
) -> dict[str, list[dict[str, Any]]]:
    """Events of some types for the first listeners, each log from its first to its last event."""
    opening = dt.datetime.combine(start, dt.time())
    raw: dict[str, list[dict[str, Any]]] = {"technical_events": [], "technical_log_ranges": []}
    for listener_id in range(1, listeners + 1):
        for kind in rng.sample(EVENTS, 4):
            key = {
                "listener_id": listener_id, "source": "spotify", "event_type": kind, "import_id": 1
            }  # fmt: skip
            first = rng.randrange(weeks * 5 * 1440)
            minutes = sorted(first + rng.randrange(30 * 1440) for _ in range(60))
            for part in (minutes[:40], minutes[35:]):
                at = [opening + dt.timedelta(minutes=each) for each in (part[0], part[-1])]
                raw["technical_log_ranges"].append(key | {"first_at": at[0], "last_at": at[1]})
            for line, minute in enumerate(minutes):
                at_ = opening + dt.timedelta(minutes=minute)
                raw["technical_events"].append(
                    key | {"occurred_at": at_, "ordinal": line, "is_fatal": None, "line": line + 1}
                )
    return raw


def played(
    rng: random.Random, tracks: list[int], albums: list[int], *, listener_id: int, count: int
) -> list[dict[str, Any]]:
    """Plays of one Spotify listener, one after the other as a player has them, with pauses."""
    at = dt.datetime(2020, 3, 1, 18) + dt.timedelta(hours=rng.randrange(48))
    rows: list[dict[str, Any]] = []
    counts: dict[tuple[dt.datetime, int], int] = {}
    for line in range(count):
        at += dt.timedelta(seconds=rng.choice([0, 0, 0, 1, 40, 1800, 1801, 40_000, 400_000]))
        length = rng.choice([0, 3_000, 29_999, 30_000, 95_500, 200_000, 200_000, 2_400_000])
        at += dt.timedelta(milliseconds=length)
        # Most plays are of few songs; at times the same one again.
        index = min(rng.randrange(len(tracks)), rng.randrange(len(tracks)))
        again = rows[-1]["track_name_id"] if rows and rng.random() < 0.15 else tracks[index]
        ordinal = counts.get((at, again), 0)
        counts[at, again] = ordinal + 1
        rows.append(
            {
                "listener_id": listener_id,
                "source": "spotify",
                "played_at": at,
                "track_name_id": again,
                "ordinal": ordinal,
                "album_name_id": rng.choice([albums[again % len(albums)], None]),
                "time_kind": "end",
                "time_precision": "second",
                "content_type": "track",
                "ms_played": length,
                "skipped": rng.choice([True, False, None]),
                "import_id": 1,
                "line": line,
            }
            | said(rng)
        )
    return rows
