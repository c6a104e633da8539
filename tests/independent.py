"""Every weekly feature once more, in plain Python, from the definitions and not from the SQL.

Source: SYSTEMS A.1.4, A.5-A.7 ([R] where it differs from the seed), DESIGN 2 (cut-off),
BENCHMARKS 1 (proxy label). A track's history is a plain list that is searched anew for each row:
slow, and with nothing to get wrong. Only the words that mean a genre are taken from the models:
they are data.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import math
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import histories
import independent_facts
import independent_playlists
from independent_calendar import (
    WEEK,
    end_of_day,
    gap_weeks,
    label_week,
    local,
    wall_clock,
    week_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

Row = dict[str, Any]
Key = tuple[int, dt.date, str, int]  # listener_id, week_ending, cutoff_policy, track_id


def candidate_id(key: Key) -> int:
    """The integer of a candidate, its parts side by side in bits."""
    listener_id, week_ending, cutoff_policy, track_id = key
    week = (week_ending - dt.date(1900, 1, 7)).days // 7
    return ((listener_id << 14 | week) << 1 | (cutoff_policy == "decision")) << 31 | track_id


@dataclass(slots=True)
class World:
    """Raw rows with identities resolved."""

    raw: dict[str, list[Row]]
    as_of: dt.datetime
    policies: list[str]
    listeners: dict[int, Row]
    names: dict[int, Row]
    artist_of: dict[str, int] = field(default_factory=dict)
    track_of: dict[int, int] = field(default_factory=dict)
    artist_of_track: dict[int, int] = field(default_factory=dict)
    # listener -> week -> track -> [(played_at, local date)]
    played: dict[int, dict[dt.date, dict[int, list[tuple[dt.datetime, dt.date]]]]] = field(
        default_factory=dict
    )


def world(raw: dict[str, list[Row]]) -> World:
    """Read raw rows: which spelling is which track, and which play falls in which week."""
    (settings,) = raw["settings"]
    known = {row["listener_id"] for row in raw["listeners"]}
    one = World(
        raw=raw,
        as_of=settings["as_of"],
        policies=[
            policy for policy in ("calendar", "decision") if settings[f"has_{policy}_policy"]
        ],
        listeners={
            row["listener_id"]: row
            for row in raw["listener_settings"]
            if row["listener_id"] in known
        },
        names={row["name_id"]: row for row in raw["names"]},
    )
    for row in sorted(raw["names"], key=lambda row: row["name_id"]):
        if row["kind"] == "artist":
            one.artist_of.setdefault(row["artist_loose_key"], row["name_id"])
    bracketed = _bracketed_songs(raw["plays"], one.names)
    smallest: dict[tuple[str, str, str | None], int] = {}
    for row in sorted(raw["names"], key=lambda row: row["name_id"]):
        if row["kind"] == "track":
            apart = row["title_key"] if row["name_id"] in bracketed else None
            keys = row["artist_loose_key"], row["title_loose_key"], apart
            track = smallest.setdefault(keys, row["name_id"])
            one.track_of[row["name_id"]] = track
            one.artist_of_track[track] = one.artist_of[row["artist_loose_key"]]
    for listener in one.listeners:
        one.played[listener] = defaultdict(lambda: defaultdict(list))
    for play in raw["plays"]:
        began = histories.started_at(play)
        if histories.is_over(play, one.as_of) and histories.is_counted(play):
            listener = one.listeners[play["listener_id"]]
            day = local(began, listener["time_zone"]).date()
            week = one.played[play["listener_id"]][week_of(day, listener["week_ends_on"])]
            week[one.track_of[play["track_name_id"]]].append((began, day))
    return one


def _bracketed_songs(plays: list[Row], names: dict[int, Row]) -> set[int]:
    """Spellings in brackets of which an album has the same title without: those are two songs."""
    songs = set()
    for play in plays:
        if play["album_name_id"] is not None:
            name, album = names[play["track_name_id"]], names[play["album_name_id"]]
            songs.add((name["artist_key"], album["title_loose_key"], name["title_key"]))
    apart = {
        (artist, title)
        for artist, album, title in songs
        if title[0] + title[-1] in ("()", "[]") and (artist, album, title[1:-1].strip()) in songs
    }
    return {
        row["name_id"]
        for row in names.values()
        if row["kind"] == "track" and (row["artist_key"], row["title_key"]) in apart
    }


@dataclass(slots=True)
class Named:
    """A pick and what it means."""

    listener_id: int
    week: dt.date
    distance: int  # days from the end of its week; -1: the week was said
    picked_at: dt.datetime
    name_id: int
    track: int
    known_at: dt.datetime
    is_for_labels: bool = True


def _named(one: World) -> list[Named]:
    merged: dict[tuple[int, dt.datetime, int, dt.date | None], Row] = {}
    for pick in one.raw["picks"]:
        if pick["picked_at"] < one.as_of:
            key = (pick["listener_id"], pick["picked_at"], pick["track_name_id"])
            merged.setdefault((*key, pick["week_ending"]), pick)
    found = []
    for (listener_id, picked_at, name_id, _), pick in merged.items():
        listener = one.listeners[listener_id]
        day = local(picked_at, listener["time_zone"]).date()
        stated, ends_on = pick["week_ending"], listener["week_ends_on"]
        week = week_of(stated, ends_on) if stated else label_week(day, ends_on)
        track = _meant(one, listener_id, week, name_id, pick["spotify_track_id"])
        distance = -1 if stated else abs((week - day).days)
        found.append(Named(listener_id, week, distance, picked_at, name_id, track, picked_at))
    for item in independent_playlists.list_picks(one):
        listener = one.listeners[item.listener_id]
        day = local(item.picked_at, listener["time_zone"]).date()
        week = label_week(day, listener["week_ends_on"])
        track = _meant(one, item.listener_id, week, item.name_id, item.spotify)
        own = item.listener_id, week, abs((week - day).days), item.picked_at, item.name_id, track
        found.append(Named(*own, item.known_at, item.is_for_labels))
    return found


def picks(one: World) -> dict[tuple[int, dt.date], tuple[dt.datetime, int]]:
    """The pick of each week: when it was made and which track it is."""
    named: dict[tuple[int, dt.date], list[tuple[int, dt.datetime, int, int]]] = defaultdict(list)
    for pick in _named(one):
        start = one.listeners[pick.listener_id]["labels_start_date"]
        if pick.is_for_labels and pick.week >= start:
            candidate = (pick.distance, pick.picked_at, pick.name_id, pick.track)
            named[pick.listener_id, pick.week].append(candidate)
    chosen = {}
    for week_key, candidates in named.items():
        nearest = min(distance for distance, *_ in candidates)
        near = [candidate for candidate in candidates if candidate[0] == nearest]
        latest = max(picked_at for _, picked_at, *_ in near)
        _, _, track = min(
            (name_id, picked_at, track)
            for _, picked_at, name_id, track in near
            if picked_at == latest
        )
        chosen[week_key] = (latest, track)
    return chosen


def _meant(one: World, listener_id: int, week: dt.date, name_id: int, spotify: str | None) -> int:
    """The heard track that a pick means: by id, name, loose name or work; a version heard in the
    week itself goes first."""
    said = one.names[name_id]
    ways: dict[int, int] = {}

    def may_be(track: int, way: int) -> None:
        ways[track] = min(way, ways.get(track, 9))

    for row in one.raw["track_stats"]:
        if spotify is not None and row["spotify_track_id"] == spotify:
            may_be(one.track_of[row["track_name_id"]], 1)
    may_be(one.track_of[name_id], 2)
    for other_id, track in one.track_of.items():
        other = one.names[other_id]
        keys = ("artist_loose_key", "title_work_key")
        if all(other[key] == said[key] for key in keys):
            same = other["title_loose_key"] == said["title_loose_key"]
            may_be(track, 3 if same else 4)
    best = []
    for track, way in ways.items():
        heard = {w: len(t[track]) for w, t in one.played[listener_id].items() if track in t}
        if week in heard:
            best.append((0, way, -heard[week], track))
        elif heard:
            best.append((1, way, -max(heard.values()), track))
    return min(best)[3] if best else one.track_of[name_id]


def _past_picks(one: World) -> dict[tuple[int, int], list[tuple[dt.date, dt.datetime]]]:
    """The picks of each track of a listener: for which week, and since when it is known as one.

    A match with a track not heard in the pick's week depends on plays still to come.
    """
    found = defaultdict(list)
    for pick in _named(one):
        was_heard = pick.track in one.played[pick.listener_id].get(pick.week, {})
        known = pick.track if was_heard else one.track_of[pick.name_id]
        found[pick.listener_id, known].append((pick.week, pick.known_at))
    return found


def proxies(one: World) -> dict[tuple[int, dt.date], tuple[int, int, int]]:
    """Of a week's tracks the one played most in the four weeks after it: track, plays, ties."""
    found = {}
    silent = gap_weeks(one)
    for listener_id, weeks in one.played.items():
        if not weeks:
            continue
        last = max(weeks)
        for week, tracks in weeks.items():
            # The log ends inside its last week, so that one is not complete.
            if len(tracks) < 10 or week + 4 * WEEK >= last:
                continue
            if any((listener_id, week + n * WEEK) in silent for n in (1, 2, 3, 4)):
                continue
            after = {
                track: sum(
                    len(weeks[week + n * WEEK][track])
                    for n in (1, 2, 3, 4)
                    if week + n * WEEK in weeks and track in weeks[week + n * WEEK]
                )
                for track in tracks
            }
            most = max(after.values())
            tied = [track for track, plays in after.items() if plays == most]
            starts = one.listeners[listener_id]["labels_start_date"]
            if most >= 3 and len(tied) <= 3 and week >= starts:
                track = min(tied, key=lambda track: (_hash(one.names[track]), track))
                found[listener_id, week] = (track, most, len(tied))
    return found


def _hash(name: Row) -> str:
    return hashlib.md5(f"{name['artist_key']}|{name['title_key']}".encode()).hexdigest()


def cutoffs(one: World) -> dict[tuple[int, dt.date, str], dt.datetime]:
    """What each week's features may not see past."""
    chosen = picks(one)
    found = {}
    for listener_id, weeks in one.played.items():
        listener = one.listeners[listener_id]
        zone = listener["time_zone"]
        for week in weeks:
            opens = end_of_day(week - WEEK, zone)
            closes = end_of_day(week, zone)
            hour = dt.timedelta(minutes=listener["decision_minute"])
            decided = wall_clock(dt.datetime.combine(week, dt.time()) + hour, zone)
            if one.as_of < closes:
                decided = one.as_of
            if (listener_id, week) in chosen:
                decided = chosen[listener_id, week][0]
            by_policy = {"calendar": closes, "decision": max(opens, min(closes, decided))}
            for policy in one.policies:
                found[listener_id, week, policy] = by_policy[policy]
    return found


def weekly_plays(one: World) -> dict[Key, Row]:
    """core.fct_weekly_plays."""
    until = cutoffs(one)
    rows = {}
    for listener_id, weeks in one.played.items():
        for week, tracks in weeks.items():
            for policy in one.policies:
                cutoff_at = until[listener_id, week, policy]
                for track, heard in tracks.items():
                    seen = [(at, day) for at, day in heard if at < cutoff_at]
                    rows[listener_id, week, policy, track] = {
                        "artist_id": one.artist_of_track[track],
                        "week_number": (week - dt.date(1900, 1, 7)).days // 7,
                        "cutoff_at": cutoff_at,
                        "plays": len(seen),
                        "active_days": len({day for _, day in seen}),
                        "last_2_days_plays": sum((week - day).days <= 1 for _, day in seen),
                        "last_day_plays": sum(day == week for _, day in seen),
                        "last_played_at": max((at for at, _ in seen), default=None),
                        "whole_week_plays": len(heard),
                    }
    return rows


def features(
    one: World, weekly: dict[Key, Row], genre_words: Iterable[tuple[str, str]]
) -> dict[Key, Row]:
    """All columns of all weekly feature tables, for each candidate of ``weekly_plays``."""
    about_track = independent_facts.track_facts(one)
    about_artist = independent_facts.artist_facts(one, genre_words)
    about_shows = independent_facts.live_shows(one)
    by_week: dict[tuple[int, dt.date, str], list[tuple[int, Row]]] = defaultdict(list)
    for (listener_id, week, policy, track), row in weekly.items():
        if row["plays"] > 0:
            by_week[listener_id, week, policy].append((track, row))
    named = _past_picks(one)
    # (listener, track) or (listener, artist) -> earlier weeks in order, with their plays
    past: dict[tuple[int, int], list[tuple[dt.date, int]]] = defaultdict(list)
    past_of_artist: dict[tuple[int, int], list[tuple[dt.date, int]]] = defaultdict(list)
    for listener_id, weeks in one.played.items():
        for week, heard in sorted(weeks.items()):
            in_week: Counter[int] = Counter()
            for track, times in heard.items():
                past[listener_id, track].append((week, len(times)))
                in_week[one.artist_of_track[track]] += len(times)
            for artist, plays in in_week.items():
                past_of_artist[listener_id, artist].append((week, plays))
    found = {}
    for (listener_id, week, policy), candidates in by_week.items():
        artist_week: Counter[int] = Counter()
        artist_tracks: Counter[int] = Counter()
        for _, row in candidates:
            artist_week[row["artist_id"]] += row["plays"]
            artist_tracks[row["artist_id"]] += 1
        artist_before = {
            artist: [entry for entry in past_of_artist[listener_id, artist] if entry[0] < week]
            for artist in artist_week
        }
        counts = sorted({row["plays"] for _, row in candidates}, reverse=True)
        total = sum(row["plays"] for _, row in candidates)
        for track, row in candidates:
            before = [entry for entry in past[listener_id, track] if entry[0] < week]
            artist = row["artist_id"]
            then_picked = {
                of_week
                for of_week, at in named.get((listener_id, track), [])
                if of_week < week and at < row["cutoff_at"]
            }
            found[listener_id, week, policy, track] = (
                _own(row, week, before)
                | {
                    "prior_picks": len(then_picked),
                    "week_plays_rank": counts.index(row["plays"]) + 1,
                    "behind_top_plays": counts[0] - row["plays"],
                    "candidate_tracks_count": len(candidates),
                    "week_plays_share": row["plays"] / total,
                    "artist_plays_share": artist_week[artist] / total,
                    "week_total_plays": total,
                    "artist_week_plays": artist_week[artist],
                    "artist_week_tracks_count": artist_tracks[artist],
                    "artist_prev_4w_plays": _within(artist_before[artist], week, 4),
                    "artist_prior_plays": sum(plays for _, plays in artist_before[artist]),
                    "artist_momentum_4w_ratio": artist_week[artist]
                    / (1 + _within(artist_before[artist], week, 4)),
                }
                | about_track(track, week, row["cutoff_at"])
                | about_artist(listener_id, artist, week, row["cutoff_at"])
                | about_shows(listener_id, artist, week, row["cutoff_at"])
            )
    return found


def _within(before: list[tuple[dt.date, int]], week: dt.date, weeks: int) -> int:
    return sum(plays for then, plays in before if then >= week - weeks * WEEK)


def _own(row: Row, week: dt.date, before: list[tuple[dt.date, int]]) -> Row:
    """What a track's own plays say; ``before`` holds its earlier weeks in order."""
    plays = row["plays"]
    prior = sum(count for _, count in before)
    return {
        "week_plays": plays,
        "week_active_days": row["active_days"],
        "last_2_days_plays": row["last_2_days_plays"],
        "last_day_plays": row["last_day_plays"],
        "last_2_days_plays_share": row["last_2_days_plays"] / plays,
        "last_play_gap_days": (row["cutoff_at"] - row["last_played_at"]).total_seconds() / 86400,
        "prev_1w_plays": _within(before, week, 1),
        "prev_4w_plays": _within(before, week, 4),
        "change_1w_plays": plays - _within(before, week, 1),
        "momentum_4w_ratio": plays / (1 + _within(before, week, 4)),
        "decayed_8w_plays": plays
        + math.fsum(count * 0.5 ** ((week - then) / (8 * WEEK)) for then, count in before),
        "prev_1_active_plays": sum(count for _, count in before[-1:]),
        "prev_4_active_plays": sum(count for _, count in before[-4:]),
        "prior_plays": prior,
        "is_first_week": prior == 0,
        "prior_weeks": len(before),
        "first_play_age_weeks": (week - before[0][0]).days // 7 if before else 0,
        "gap_weeks": (week - before[-1][0]).days // 7 if before else None,
    }
