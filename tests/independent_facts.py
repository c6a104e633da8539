"""The second half of the independent calculation: what is known of tracks and artists, and when."""

from __future__ import annotations

import datetime as dt
import math
import re
from collections import Counter, defaultdict
from typing import TYPE_CHECKING

import histories

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from independent import Row, World

BUCKETS = (
    "hip_hop_rap", "rnb_soul", "electronic_dance", "jazz", "classical_art",
    "folk_country_americana", "metal_hard", "rock", "pop", "latin", "world_regional",
    "experimental_avant",
)  # fmt: skip


def release(text: str | None) -> tuple[dt.date, str] | None:
    """First day a stated release date can mean, and how exact it is."""
    for pattern, tail, granularity in (
        (r"[1-9]\d{3}-\d\d-\d\d([ T].*)?", "", "day"),
        (r"[1-9]\d{3}-\d\d", "-01", "month"),
        (r"[1-9]\d{3}", "-01-01", "year"),
    ):
        if text is not None and re.fullmatch(pattern, text):
            try:
                return dt.date.fromisoformat(text[:10] + tail), granularity
            except ValueError:
                return None
    return None


def _latest(stated: list[tuple[dt.datetime, int]], cutoff_at: dt.datetime) -> int | None:
    """The figure stated last before the cut-off; the larger of two stated at once."""
    known = [entry for entry in stated if entry[0] < cutoff_at]
    return max(known)[1] if known else None


def track_facts(one: World) -> Callable[[int, dt.date, dt.datetime], Row]:
    durations: dict[int, list[int]] = defaultdict(list)
    releases: dict[int, list[tuple[dt.date, str]]] = defaultdict(list)
    popularity: dict[int, list[tuple[dt.datetime, int]]] = defaultdict(list)
    for row in one.raw["track_stats"]:
        track = one.track_of[row["track_name_id"]]
        if row["duration_ms"] is not None:
            durations[track].append(row["duration_ms"])
        if released := release(row["release_date"]):
            releases[track].append(released)
        if row["popularity"] is not None and row["fetched_at"] < one.as_of:
            popularity[track].append((row["fetched_at"], row["popularity"]))

    def about(track: int, week: dt.date, cutoff_at: dt.datetime) -> Row:
        duration = max(durations[track], default=None)
        # 'day' sorts before 'month' before 'year': of equal dates the most exact statement.
        day, granularity = min(releases[track], default=(None, "unknown"))
        age = (week - day).days if day else None
        popular = _latest(popularity[track], cutoff_at)
        return {
            "duration_seconds": duration / 1000 if duration is not None else None,
            "is_duration_missing": duration is None,
            "popularity_index": popular,
            "is_popularity_missing": popular is None,
            "release_age_days": age,
            "is_released_within_28d": age is not None and 0 <= age <= 28,
            "is_release_date_missing": age is None,
            "release_granularity_type": granularity,
        }

    return about


def artist_facts(
    one: World, genre_words: Iterable[tuple[str, str]]
) -> Callable[[int, dt.date, dt.datetime], Row]:
    audiences: dict[int, list[tuple[dt.datetime, int]]] = defaultdict(list)
    stated: dict[int, Counter[str]] = defaultdict(Counter)
    for row in one.raw["artist_stats"]:
        artist = one.artist_of[one.names[row["artist_name_id"]]["artist_loose_key"]]
        if row["artist_mbid"] is not None:
            stated[artist][row["artist_mbid"]] += 1
        if row["listeners"] is not None and row["fetched_at"] < one.as_of:
            audiences[artist].append((row["fetched_at"], row["listeners"]))
    for row in one.raw["plays"]:
        if row["artist_mbid"] is not None and histories.is_over(row, one.as_of):
            track = one.track_of[row["track_name_id"]]
            stated[one.artist_of_track[track]][row["artist_mbid"]] += 1
    mbids = {
        artist: min(counts, key=lambda mbid: (-counts[mbid], mbid))
        for artist, counts in stated.items()
    }
    profiles: dict[str, Row] = {}
    for row in sorted(one.raw["artist_profiles"], key=lambda row: row["fetched_at"]):
        profiles[row["artist_mbid"]] = row
    over_since: dict[str, dt.datetime] = {}
    for row in one.raw["artist_profiles"]:
        if row["has_career_ended"] and row["fetched_at"] < one.as_of:
            since = over_since.setdefault(row["artist_mbid"], row["fetched_at"])
            over_since[row["artist_mbid"]] = min(since, row["fetched_at"])
    genres = _genres(one, mbids)
    words = list(genre_words)
    bucketed = {
        genre: {bucket for bucket, word in words if _has_words(genre, word)}
        for genre in set().union(*genres.values())
    }

    def about(listener_id: int, artist: int, week: dt.date, cutoff_at: dt.datetime) -> Row:
        today = histories.local_day(cutoff_at, one.listeners[listener_id]["time_zone"])
        today = min(today, week + dt.timedelta(days=1))
        since = over_since.get(mbids.get(artist, ""))
        profile = profiles.get(mbids.get(artist, ""), defaultdict(lambda: None))
        country = None if profile["country"] == "Unknown" else profile["country"]
        begin, over = profile["career_begin_date"], profile["career_end_date"]
        audience = _latest(audiences[artist], cutoff_at)
        has = set().union(*(bucketed[genre] for genre in genres[artist]))
        return {
            "artist_type": profile["artist_type"] or "unknown",
            "artist_country": country or "unknown",
            "is_artist_career_ended": (over is not None and over < today)
            or (since is not None and since < cutoff_at),
            "artist_career_days": (week - begin).days if begin else None,
            "is_artist_background_missing": not (profile["artist_type"] or begin or country),
            "artist_audience_log": math.log10(1 + audience) if audience is not None else None,
            "is_artist_audience_missing": audience is None,
            **{f"is_{bucket}": bucket in has for bucket in BUCKETS},
            "is_other_genre": bool(genres[artist]) and not has,
            "is_genre_missing": not genres[artist],
        }

    return about


def live_shows(one: World) -> Callable[[int, int, dt.date, dt.datetime], Row]:
    seen: dict[tuple[int, int], set[dt.date]] = defaultdict(set)
    for row in one.raw["live_shows"]:
        listener_id, day = row["listener_id"], row["show_date"]
        artist = one.artist_of[one.names[row["artist_name_id"]]["artist_loose_key"]]
        if day < histories.local_day(one.as_of, one.listeners[listener_id]["time_zone"]):
            seen[listener_id, artist].add(day)

    def about(listener_id: int, artist: int, week: dt.date, cutoff_at: dt.datetime) -> Row:
        today = histories.local_day(cutoff_at, one.listeners[listener_id]["time_zone"])
        # The day after the week, also where the calendar has no such day.
        today = min(today, week + dt.timedelta(days=1))
        shows = {day for day in seen[listener_id, artist] if day < today}
        before = {day for day in shows if (week - day).days >= 7}
        return {
            "is_artist_seen_this_week": shows != before,
            "last_show_gap_days": (today - max(shows)).days if shows else None,
            "prior_shows_count": len(before),
        }

    return about


def _genres(one: World, mbids: dict[int, str]) -> dict[int, set[str]]:
    found: dict[int, set[str]] = defaultdict(set)
    for row in one.raw["artist_tags"]:
        if row["artist_name_id"] is not None:
            key = one.names[row["artist_name_id"]]["artist_loose_key"]
            found[one.artist_of[key]].add(row["tag_key"])
        for artist, mbid in mbids.items():
            if row["artist_mbid"] == mbid:
                found[artist].add(row["tag_key"])
    return found


def _has_words(genre: str, words: str) -> bool:
    """Whether a genre holds a word, or words in a row, as whole words; a hyphen is a blank."""
    return (
        re.search(rf"(?<![^\s/-]){re.escape(words)}(?![^\s/-])", genre.replace("-", " "))
        is not None
    )
