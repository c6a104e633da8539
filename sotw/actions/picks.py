"""What a pick means before it is noted: its week, and whether listener and song are known.

And how the picks of a week are taken back.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from sotw import warehouse
from sotw.actions.drafting import refuse_unwritable
from sotw.checks import freshness
from sotw.errors import SotwError
from sotw.keys import loose_key, work_key
from sotw.render import render
from sotw.warehouse import inbox, listeners

if TYPE_CHECKING:
    from pathlib import Path

    from sotw.settings import Settings
    from sotw.warehouse import Connection

# Between blanks: a hyphen, an en or an em dash.
_DASHES = re.compile(r"(?<=\s)[-–—](?=\s)")
INBOX = "sotw inbox"  # the format of what `sotw pick` notes


@dataclass(frozen=True, slots=True)
class Plan:
    """What a pick would be.

    Attributes:
        week_ending: The week it is for.
        doubts: What the listener should know at once, a sentence each.
        rank: Where the song stands in what is predicted for that week; null: it is not.
        candidates: Of how many.
        probability: Its chance there.
    """

    week_ending: dt.date
    doubts: tuple[str, ...]
    rank: int | None = None
    candidates: int | None = None
    probability: float | None = None


@dataclass(frozen=True, slots=True)
class Removed:
    """A pick that was taken back.

    Attributes:
        artist: As it was named.
        track: As it was named.
        is_of_file: An export of the listener has it, and another import would bring it back.
    """

    artist: str
    track: str
    is_of_file: bool


@dataclass(frozen=True, slots=True)
class Heard:
    """A song of a week.

    Attributes:
        artist: To show, and as a pick names it.
        track: Likewise.
        plays: In the week.
    """

    artist: str
    track: str
    plays: int


def plan(
    path: Path,
    artist: str,
    track: str,
    listener: str,
    settings: Settings,
    *,
    day: dt.date | None,
    now: dt.datetime,
    is_sure: bool = False,
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
        is_sure: Also a song that is not among the plays is meant so.

    Raises:
        SotwError: The listener is not one of those in the warehouse, the week has not begun, none
            is named and the last build does not know the plays, or the song is not among them.
    """
    today, stated = _weeks(listener, settings, day, now)
    if not path.exists():
        return Plan(stated or today, ())
    with warehouse.reading(path) as con:
        _check_listener(con, listener)
        week = stated or _current_week(con, listener, path) or today
        doubts = _song_doubts(con, listener, artist, track, is_sure=is_sure)
        doubts += _week_doubts(con, listener, week)
        place = _place(con, listener, artist, track, week)
        if place and place["weeks"] and not place["week_plays"] and not doubts:
            doubts.append(
                f"{artist} - {track} was not heard in the week ending {week}, so nothing can be "
                "learned from this pick. Another week is named by --week DATE."
            )
        if stated is None and week < today - dt.timedelta(days=7):
            doubts.append(
                f"This week ends {today}, and the log of {listener} ends in the week noted. "
                f"For the running week import newer plays and say --week {today}."
            )
        said = {name: place[name] for name in ("rank", "candidates", "probability")}
        return Plan(week, tuple(doubts), **said)


def splits(song: str) -> list[tuple[str, str]]:
    """Every artist and track that ``Artist - Track`` can be: names have dashes between blanks too.

    The dash may be the one of a keyboard, or that of a text.
    """
    found = []
    for dash in _DASHES.finditer(song):
        artist, track = song[: dash.start()].strip(), song[dash.end() :].strip()
        if artist and track:
            found.append((artist, track))
    return found


def meant(path: Path, song: str, listener: str) -> tuple[str, str]:
    """The artist and track that a listener means by ``Artist - Track``: what they have heard.

    Where they have heard none, or it is not known, the first that it can be.

    Raises:
        SotwError: No dash is in it.
    """
    ways = splits(song)
    if not ways:
        raise SotwError(f'{song!r} is not "Artist - Track": put " - " between the two.')
    if len(ways) > 1 and path.exists():
        with warehouse.reading(path) as con:
            return next((way for way in ways if _is_heard(con, listener, *way)), ways[0])
    return ways[0]


def week_to_clear(
    path: Path, listener: str, settings: Settings, *, day: dt.date | None, now: dt.datetime
) -> dt.date:
    """The week whose picks are to be taken back: as ``plan`` finds that of a new one.

    Raises:
        SotwError: As ``plan``, or there is no warehouse.
    """
    today, stated = _weeks(listener, settings, day, now)
    with warehouse.reading(path) as con:
        _check_listener(con, listener)
        return stated or _current_week(con, listener, path) or today


def remove(
    con: Connection, listener: str, week: dt.date, settings: Settings
) -> tuple[Removed, ...]:
    """Take back the picks of a week in a draft; the week has none then.

    Args:
        con: A draft with what waited in the inbox.
        listener: Whose picks.
        week: The date on which it ends.
        settings: For the week of a pick that does not state it.

    Raises:
        SotwError: No pick is for that week; nothing has changed.
    """
    every = warehouse.rows(con, render("actions/picks.sql"), {"listener": listener})
    found = [one for one in every if _week_of_pick(one, listener, settings) == week]
    if not found:
        raise SotwError(
            f"no pick of {listener} is for the week ending {week}. Name another with --week DATE; "
            "what a playlist names is left out by favorite_playlists in sotw.toml."
        )
    rows = [one["row_number"] for one in found]
    con.execute("delete from raw.picks where list_contains(?, rowid)", [rows])
    return tuple(Removed(one["artist"], one["track"], one["format"] != INBOX) for one in found)


def _week_of_pick(one: dict[str, Any], listener: str, settings: Settings) -> dt.date:
    """As core.fct_picks has it: what was said, else the nearest closing day."""
    if one["week_ending"]:
        return week_of(listener, one["week_ending"], settings)
    day = _local_date(one["picked_at"], settings.of(listener).time_zone)
    return week_of(listener, day - dt.timedelta(days=3), settings)


def _weeks(
    listener: str, settings: Settings, day: dt.date | None, now: dt.datetime
) -> tuple[dt.date, dt.date | None]:
    """The running week, and the one that a day is in."""
    today = week_of(listener, _local_date(now, settings.of(listener).time_zone), settings)
    stated = week_of(listener, day, settings) if day else None
    if stated and stated > today:
        raise SotwError(
            f"--week {day}: the week ending {stated} has not begun; the running one ends {today}. "
            "Name a date up to that."
        )
    return today, stated


def _check_listener(con: Connection, listener: str) -> None:
    # Before the first import anybody may pick.
    if listeners.ids(con):
        listeners.listener_id(con, listener)


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
    if not warehouse.is_built(con, "core.dim_weeks"):
        return None
    query = "select week_ending from core.dim_weeks inner join core.dim_listeners using"
    found = warehouse.rows(
        con, f"{query} (listener_id) where listener = ? and is_current", [listener]
    )
    return found[0]["week_ending"] if found else None


def _is_heard(con: Connection, listener: str, artist: str, track: str) -> bool:
    query = render("ingest/find_heard.sql")
    song = {"listener": listener, "artist": loose_key(artist), "work": work_key(track)}
    return bool(con.execute(query, song).fetchall())


def _song_doubts(
    con: Connection, listener: str, artist: str, track: str, *, is_sure: bool
) -> list[str]:
    if _is_heard(con, listener, artist, track):
        return []
    said = f"{artist} - {track} is not among the plays of {listener}"
    like = {"listener": listener, "artist": loose_key(artist), "track": loose_key(track)}
    near = [
        " - ".join(row) for row in con.execute(render("actions/nearest_heard.sql"), like).fetchall()
    ]
    if not near:
        return [f"{said}, of which none is imported yet."]
    if not is_sure:
        raise SotwError(
            f"{said}, so it is not noted. The nearest: {'; '.join(near)}. Name one of them, import "
            "newer plays, or say --yes if it is meant so."
        )
    return [f"{said}. The nearest: {'; '.join(near)}."]


def _week_doubts(con: Connection, listener: str, week: dt.date) -> list[str]:
    if not warehouse.is_built(con, "core.dim_weeks"):
        return []
    query = "select 1 from core.dim_weeks inner join core.dim_listeners using (listener_id)"
    values = [listener, week]
    if warehouse.rows(con, f"{query} where listener = ? and week_ending = ?", values):
        return []
    return [
        f"The week ending {week} is not in the log of {listener}: import its plays, or "
        "name another with --week DATE."
    ]


def _place(
    con: Connection, listener: str, artist: str, track: str, week: dt.date
) -> dict[str, Any]:
    """Plays of a song in a week, and where it stands in what is predicted for it."""
    lacking = {"weeks": 0, "week_plays": 0, "rank": None, "candidates": None, "probability": None}
    needed = ("core.dim_tracks", "core.dim_weeks", "core.fct_plays", "core.dim_listeners")
    if not all(warehouse.is_built(con, name) for name in needed):
        return lacking
    meant = {"listener": listener, "week_ending": week}
    meant |= {"artist": loose_key(artist), "work": work_key(track)}
    return warehouse.rows(con, render("actions/rank_of_pick.sql"), meant)[0]


def picked_weeks(path: Path, listener: str) -> int:
    """How many weeks a listener picked for, those that wait in the inbox among them."""
    weeks = {str(record.get("week_ending")) for record in _waiting(path, listener)}
    if path.exists():
        with warehouse.reading(path) as con:
            if warehouse.is_built(con, "core.fct_week_labels"):
                query = "select week_ending from core.fct_week_labels inner join core.dim_listeners"
                rest = "using (listener_id) where listener = ? and label_kind = 'pick'"
                rows = warehouse.rows(con, f"{query} {rest}", [listener])
                weeks |= {str(row["week_ending"]) for row in rows}
    return len(weeks)


def weeks_to_pick(path: Path, listener: str, most: int | None = 9) -> dict[dt.date, list[Heard]]:
    """Songs of each complete week without a pick, the newest week first, most played first.

    Args:
        path: The published warehouse.
        listener: Whose.
        most: How many songs of a week; null: all.

    Raises:
        SotwError: Nothing is built yet.
    """
    picked = {str(record.get("week_ending")) for record in _waiting(path, listener)}
    with warehouse.reading(path) as con:
        if not warehouse.is_built(con, "core.fct_week_labels"):
            raise SotwError("nothing is built yet. Run `sotw build`.")
        values = {"listener": listener, "most": most}
        rows = warehouse.rows(con, render("actions/weeks_to_pick.sql"), values)
    found: dict[dt.date, list[Heard]] = {}
    for row in rows:
        if str(row["week_ending"]) not in picked:
            song = Heard(row["artist"], row["track"], row["plays"])
            found.setdefault(row["week_ending"], []).append(song)
    return found


def _waiting(path: Path, listener: str) -> list[dict[str, Any]]:
    """What a listener noted and no build has taken in."""
    files = [inbox.inbox_path(path), *inbox.taken(path)]
    lines = [line for file in files if file.exists() for line in file.read_bytes().splitlines()]
    found = []
    for line in lines:
        with contextlib.suppress(ValueError):
            record = json.loads(line)
            if record.get("kind") == "pick" and record.get("listener") == listener:
                found.append(record)
    return found


def run_pick(
    path: Path,
    artist: str,
    track: str,
    listener: str,
    *,
    week_ending: dt.date | None = None,
    picked_at: dt.datetime | None = None,
) -> None:
    """Note a favourite in the inbox; the next build labels its week with it."""
    refuse_unwritable(listener, artist, track)
    at = picked_at or warehouse.utc_now()
    record = {
        "kind": "pick",
        "listener": listener,
        "picked_at": at.isoformat(),
        "artist": artist,
        "track": track,
        "week_ending": week_ending.isoformat() if week_ending else None,
        "idempotency_key": f"{listener}|{at.isoformat()}|{artist}|{track}|{week_ending or ''}",
    }
    with warehouse.explained(path):
        inbox.append(path, record)
