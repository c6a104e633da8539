"""Songs on playlists as picks, in plain Python: a list is looked at anew after each addition."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from independent_calendar import WEEK, week_of

if TYPE_CHECKING:
    import datetime as dt

    from independent import World


@dataclass(slots=True)
class ListPick:
    """A song on a list that looked like favourites once it was on it."""

    listener_id: int
    picked_at: dt.datetime
    name_id: int
    spotify: str | None
    known_at: dt.datetime
    is_for_labels: bool


def list_picks(one: World) -> list[ListPick]:
    """The songs of all lists, with when each could first be told to be a favourite."""
    lists: dict[tuple[int, str, str], dict[tuple[int, dt.datetime], set[str]]] = defaultdict(dict)
    for row in one.raw["playlist_items"]:
        if row["added_at"] is not None and row["added_at"] < one.as_of:
            key = row["listener_id"], row["source"], row["playlist"]
            ids = lists[key].setdefault((row["track_name_id"], row["added_at"]), set())
            ids |= {row["spotify_track_id"]} - {None}
    named = {(row["listener_id"], row["playlist"]) for row in one.raw["favorite_playlists"]}
    naming = {listener_id for listener_id, _ in named}
    found: dict[tuple[int, dt.datetime, int], ListPick] = {}
    for (listener_id, _, playlist), songs in lists.items():
        times = sorted({at for _, at in songs})
        ends_on = one.listeners[listener_id]["week_ends_on"]
        looks = {}
        for now in times:
            then = [at for _, at in songs if at <= now]
            is_named = (listener_id, playlist) in named
            looks[now] = is_named if listener_id in naming else _is_weekly(then, ends_on)
        for (name_id, at), ids in songs.items():
            known = [now for now in times if now >= at and looks[now]]
            if not known:
                continue
            new = ListPick(
                listener_id, at, name_id, max(ids, default=None), known[0], looks[times[-1]]
            )
            old = found.setdefault((listener_id, at, name_id), new)
            old.known_at = min(old.known_at, new.known_at)
            old.is_for_labels = old.is_for_labels or new.is_for_labels
            old.spotify = max(filter(None, (old.spotify, new.spotify)), default=None)
    said = {
        (row["listener_id"], row["picked_at"].date(), one.track_of[row["track_name_id"]])
        for row in one.raw["picks"]
        if row["picked_at"] < one.as_of
    }
    for pick in found.values():
        if (pick.listener_id, pick.picked_at.date(), one.track_of[pick.name_id]) in said:
            pick.is_for_labels = False
    return list(found.values())


def _is_weekly(times: list[dt.datetime], ends_on: int) -> bool:
    """At least three weeks with a song, four of them for five songs, every other week or more."""
    weeks = {week_of(at.date(), ends_on) for at in times}
    span = (max(weeks) - min(weeks)) // WEEK + 1
    return len(weeks) >= 3 and len(weeks) >= 0.8 * len(times) and len(weeks) >= 0.5 * span
