"""What was known of a history before some instant."""

from __future__ import annotations

from typing import TYPE_CHECKING

import histories

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence


def truncated(
    history: histories.History,
    instant: dt.datetime,
    cutoffs: Sequence[tuple[int, dt.date, dt.datetime]] = (),
) -> histories.History:
    """The history as it was known before an instant.

    Later plays, picks, songs on lists and ends of careers, and shows whose day is not over, are
    gone, and later figures are unknown. Timeless facts stay.

    Args:
        history: All of it.
        instant: The first one that is not known.
        cutoffs: Weeks of listeners and where they are to be cut off. A pick, also a later one, is
            what places a cut-off: a song that nobody played is picked there.
    """
    figures = {
        "artist_stats": ("listeners", "playcount"),
        "album_stats": ("listeners", "playcount"),
        "track_stats": ("popularity",),
        "artist_profiles": ("has_career_ended",),
    }
    raw = dict(history.raw)
    raw["plays"] = [row for row in raw["plays"] if histories.started_at(row) < instant]
    for table, columns in figures.items():
        raw[table] = [
            row | dict.fromkeys(columns) if row["fetched_at"] >= instant else row
            for row in raw.get(table, [])
        ]
    zones = {
        row["listener_id"]: history.settings.of(row["listener"]).time_zone
        for row in raw["listeners"]
    }
    raw["live_shows"] = [
        row
        for row in raw.get("live_shows", [])
        if row["show_date"] < histories.local_day(instant, zones[row["listener_id"]])
    ]
    today = instant.date()
    raw["artist_profiles"] = [
        row | {"career_end_date": None} if (row.get("career_end_date") or today) > today else row
        for row in raw["artist_profiles"]
    ]
    raw["playlist_items"] = [
        row
        for row in raw.get("playlist_items", [])
        if row["added_at"] is None or row["added_at"] < instant
    ]
    raw["picks"] = [row for row in raw["picks"] if row["picked_at"] < instant]
    if cutoffs:
        names = histories.Names.of(raw["names"])
        unheard = {"track_name_id": names.track("Nobody", "Unheard"), "source": "favorites"}
        raw["names"] = names.rows
        raw["picks"] += [
            unheard
            | {"listener_id": listener_id, "picked_at": cutoff_at, "week_ending": week_ending}
            for listener_id, week_ending, cutoff_at in cutoffs
        ]
    return histories.History(raw, history.settings, history.as_of)
