"""The features of a play calculated a second time, play by play, in plain Python."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from histories_outcomes import EVENTS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

Row = dict[str, Any]
PRIORS = {
    "track": ("track_id",),
    "artist": ("artist_id",),
    "album": ("album_id",),
    "platform": ("platform_family",),
    "country": ("country",),
    "reason_start": ("reason_start",),
    "track_reason_start": ("track_id", "reason_start"),
    "artist_reason_start": ("artist_id", "reason_start"),
}
DAY = dt.timedelta(days=1)


def ordered(plays: Iterable[Row]) -> dict[int, list[Row]]:
    """The songs of each listener that say how they ended, in the order of their stamps."""
    found = defaultdict(list)
    for play in plays:
        is_said = play["ms_played"] is not None or play["reason_end"] is not None
        if play["content_type"] == "track" and is_said:
            found[play["listener_id"]].append(dict(play))
    for rows in found.values():
        rows.sort(key=lambda row: (row["reported_at"], row["source"], row["track_name_id"],
                                   row["ordinal"]))  # fmt: skip
        for row in rows:
            length = dt.timedelta(milliseconds=row["ms_played"] or 0)
            row["ended_at"] = row["played_at"] + length
            row["completed"] = outcome(row)
            early = row["ms_played"] is not None and row["ms_played"] < 30_000
            is_told = row["completed"] or row["ms_played"] is not None
            is_known = row["completed"] is not None and is_told
            row["early"] = (early and not row["completed"]) if is_known else None
    return dict(found)


def outcome(row: Row) -> bool | None:
    if row["reason_end"] in (None, "unknown"):
        return None
    return row["reason_end"] in ("trackdone", "natural_end_of_track")


def rate(values: Iterable[bool | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known else None


def days(earlier: dt.datetime, later: dt.datetime) -> float:
    return (later - earlier) / DAY


def features(rows: Sequence[Row], place: int, zone: str, errors: Row) -> Row:
    """What the mart has to say of ``rows[place]``; ``errors`` are one listener's."""
    row, before = rows[place], rows[:place]
    last = before[-1] if before else None
    usual = rate(one["completed"] for one in before)
    found: Row = {
        "prior_plays": place,
        "prior_unknown_plays": sum(one["completed"] is None for one in before),
        "prior_completion_rate": usual,
        "prev_10_early_skip_rate": rate(one["early"] for one in before[-10:]),
        "prev_10_skip_rate": rate(one["is_skipped"] for one in before[-10:]),
        "previous_reason_end": last and last["reason_end"],
        **{f"prev_{n}_completion_rate": rate(one["completed"] for one in before[-n:])
           for n in (1, 3, 10, 50)},
        **{name: row[name]
           for name in ("reason_start", "platform_family", "country", "is_shuffle", "is_offline")},
    }  # fmt: skip
    for kind in ("track", "artist", "album"):
        pair = (row[f"{kind}_id"], last and last[f"{kind}_id"])
        found[f"is_same_{kind}_as_previous"] = None if None in pair else pair[0] == pair[1]
    for name, columns in PRIORS.items():
        same = [one for one in before if all(one[each] == row[each] for each in columns)]
        known = [one["completed"] for one in same if one["completed"] is not None]
        found[f"prior_{name}_plays"] = len(same)
        found[f"prior_{name}_completion_rate"] = (
            None if usual is None else (sum(known) + 8 * usual) / (len(known) + 8)
        )
    return found | _recency(row, before) | _clock(before, zone) | _errors(last, errors)


def _recency(row: Row, before: Sequence[Row]) -> Row:
    found: Row = {}
    for kind in ("track", "artist"):
        same = [n for n, one in enumerate(before) if one[f"{kind}_id"] == row[f"{kind}_id"]]
        found[f"is_first_{kind}_play"] = not same
        found[f"{kind}_gap_plays"] = len(before) - same[-1] if same else None
        found[f"{kind}_gap_days"] = (
            days(before[same[-1]]["ended_at"], before[-1]["ended_at"]) if same else None
        )
    tracks = [one for one in before if one["track_id"] == row["track_id"]]
    longest = max(
        (one["ms_played"] for one in tracks if one["ms_played"] is not None), default=None
    )
    latest = tracks[-1]["ms_played"] if tracks else None
    return found | {
        "longest_track_seconds": None if longest is None else longest / 1000,
        "last_track_ratio": latest / longest if longest and latest is not None else None,
        "is_last_track_play_completed": tracks[-1]["completed"] if tracks else None,
    }


def _clock(before: Sequence[Row], zone: str) -> Row:
    ends = [one["ended_at"] for one in before]
    local = ends and ends[-1].replace(tzinfo=dt.UTC).astimezone(ZoneInfo(zone))
    return {
        "previous_end_hour": local.hour if local else None,
        "previous_end_weekday": local.isoweekday() % 7 if local else None,
        "previous_end_month": local.month if local else None,
        "previous_gap_days": days(ends[-2], ends[-1]) if len(ends) > 1 else None,
        "previous_10_gap_days": days(ends[-10], ends[-1]) if len(ends) > 9 else None,
    }


def _errors(last: Row | None, errors: Row) -> Row:
    found: Row = {}
    for event in EVENTS:
        name = f"prev_24h_{event}_count"
        found[name] = None
        ranges = sorted(errors["ranges"].get(event, []))
        merged: list[list[dt.datetime]] = []
        for first, end in ranges:
            if merged and first <= merged[-1][1]:
                merged[-1][1] = max(end, merged[-1][1])
            else:
                merged.append([first, end])
        if last:
            end = last["ended_at"]
            if any(first <= end - DAY and end <= until for first, until in merged):
                times = errors["events"].get(event, [])
                found[name] = sum(end - DAY <= at <= end for at in times)
    return found
