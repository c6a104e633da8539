"""What a pick means before it is noted: its week, and whether listener and song are known."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from sotw import freshness, warehouse
from sotw.errors import SotwError
from sotw.keys import loose_key, work_key
from sotw.paths import sql_root

if TYPE_CHECKING:
    from pathlib import Path

    from sotw.settings import Settings
    from sotw.warehouse import Connection


@dataclass(frozen=True, slots=True)
class Plan:
    """What a pick would be.

    Attributes:
        week_ending: The week it is for.
        doubts: What the listener should know at once, a sentence each.
    """

    week_ending: dt.date
    doubts: tuple[str, ...]


def plan(
    path: Path,
    artist: str,
    track: str,
    listener: str,
    settings: Settings,
    *,
    day: dt.date | None,
    now: dt.datetime,
) -> Plan:
    """Find the week of a pick, and what is doubtful about it.

    Args:
        path: The published warehouse; it may not exist yet.
        artist: As the listener wrote it.
        track: As the listener wrote it.
        listener: Who picks.
        settings: For the weeks of a listener who has none yet.
        day: Any date of the week; by default the week that `sotw predict` calls this week.
        now: Naive UTC.

    Raises:
        SotwError: The listener is not one of those in the warehouse, the week has not begun, or
            none is named and the last build does not know the plays.
    """
    today = week_of(listener, _local_date(now, settings.of(listener).time_zone), settings)
    stated = week_of(listener, day, settings) if day else None
    if stated and stated > today:
        raise SotwError(
            f"--week {day}: the week ending {stated} has not begun; the running one ends {today}. "
            "Name a date up to that."
        )
    if not path.exists():
        return Plan(stated or today, ())
    with warehouse.reading(path) as con:
        names = sorted(row["listener"] for row in warehouse.rows(con, "from raw.listeners"))
        if names and listener not in names:
            raise SotwError(
                f"listener '{listener}' is not in {path}; there is {', '.join(names)}. "
                "Name one of them, or import plays under the new name first."
            )
        week = stated or _current_week(con, listener, path) or today
        doubts = _doubts(con, listener, artist, track, week)
        if stated is None and week < today - dt.timedelta(days=7):
            doubts.append(
                f"This week ends {today}, and the log of {listener} ends in the week noted. "
                f"For the running week import newer plays and say --week {today}."
            )
        return Plan(week, tuple(doubts))


def week_of(listener: str, day: dt.date, settings: Settings) -> dt.date:
    """The date on which the listener's week that holds ``day`` ends."""
    weekday = (day.weekday() + 1) % 7  # 0 = Sunday
    return day + dt.timedelta(days=(settings.of(listener).week_ends_on - weekday) % 7)


def _local_date(now: dt.datetime, zone: str) -> dt.date:
    return now.replace(tzinfo=dt.UTC).astimezone(ZoneInfo(zone)).date()


def _current_week(con: Connection, listener: str, path: Path) -> dt.date | None:
    """What `sotw predict` calls this week; null for a listener without plays."""
    if freshness.has_unbuilt_plays(con):
        raise SotwError(
            f"{path}: there are plays that are not built yet, so which week is this week is not "
            "known. Run `sotw build` first, or say --week DATE."
        )
    if not freshness.is_built(con, "core.dim_weeks"):
        return None
    query = "select week_ending from core.dim_weeks inner join core.dim_listeners using"
    found = warehouse.rows(
        con, f"{query} (listener_id) where listener = ? and is_current", [listener]
    )
    return found[0]["week_ending"] if found else None


def _doubts(con: Connection, listener: str, artist: str, track: str, week: dt.date) -> list[str]:
    doubts = []
    query = (sql_root() / "ingest" / "find_heard.sql").read_text(encoding="utf-8")
    meant = {"listener": listener, "artist": loose_key(artist), "work": work_key(track)}
    if not con.execute(query, meant).fetchall():
        doubts.append(
            f"{artist} - {track} is not among the plays of {listener}: check the spelling. "
            "After a build, marts.unmatched_picks has the nearest."
        )
    if freshness.is_built(con, "core.dim_weeks"):
        query = "select 1 from core.dim_weeks inner join core.dim_listeners using (listener_id)"
        values = [listener, week]
        if not warehouse.rows(con, f"{query} where listener = ? and week_ending = ?", values):
            doubts.append(
                f"The week ending {week} is not in the log of {listener}: import its plays, or "
                "name another with --week DATE."
            )
    return doubts
