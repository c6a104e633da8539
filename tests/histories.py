"""Histories for tests: rows of raw tables, drawn by seed or written by hand, and how to build them.

A history is what ingest would have left behind. It goes straight into the raw tables, so that a
test of the models does not depend on how files are read.
"""

from __future__ import annotations

import datetime as dt
import random
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import histories_facts
import histories_outcomes
import pyarrow as pa

from sotw import warehouse
from sotw.actions.prepare import prepare, write_settings
from sotw.keys import KEY_VERSION, loose_key, strict_key, work_key
from sotw.pipeline import models
from sotw.pipeline import run as build
from sotw.settings import POLICIES, ListenerSettings, Settings

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

Raw = dict[str, list[dict[str, Any]]]
UTC = dt.UTC
ZONES = ("UTC", "Europe/Lisbon", "America/New_York", "Asia/Beirut", "Pacific/Apia")
# Around changes of clocks and the turn of the year.
STARTS = ("2019-03-10", "2020-11-29", "2018-09-30", "2021-03-14", "2011-11-20", "2022-10-09")


@dataclass(frozen=True, slots=True)
class History:
    """Raw rows, and the settings and the instant they are built with."""

    raw: Raw
    settings: Settings
    as_of: dt.datetime


@dataclass(slots=True)
class Names:
    """Spellings with their integers and keys, as ingest gives them."""

    rows: list[dict[str, Any]] = field(default_factory=list)
    _ids: dict[tuple[str, str | None, str | None], int] = field(default_factory=dict)

    @classmethod
    def of(cls, rows: list[dict[str, Any]]) -> Names:
        """Those there are, to add others to."""
        ids = {(row["kind"], row["artist_name"], row["title"]): row["name_id"] for row in rows}
        return cls(list(rows), ids)

    def artist(self, artist: str) -> int:
        return self._id("artist", artist, None)

    def track(self, artist: str, title: str) -> int:
        self.artist(artist)
        return self._id("track", artist, title)

    def album(self, artist: str | None, title: str) -> int:
        if artist is not None:
            self.artist(artist)
        return self._id("album", artist, title)

    def _id(self, kind: str, artist: str | None, title: str | None) -> int:
        key = (kind, artist, title)
        if key not in self._ids:
            self._ids[key] = len(self._ids) + 1
            self.rows.append(
                {
                    "name_id": self._ids[key],
                    "kind": kind,
                    "artist_name": artist,
                    "title": title,
                    "artist_key": strict_key(artist),
                    "title_key": strict_key(title),
                    "artist_loose_key": loose_key(artist),
                    "title_loose_key": loose_key(title),
                    "title_work_key": work_key(title) if kind == "track" else None,
                    "key_version": KEY_VERSION,
                }
            )
        return self._ids[key]


def load(con: warehouse.Connection, raw: Raw) -> None:
    """Put rows into the raw and ml tables; a key without a schema means raw."""
    for name, rows in raw.items():
        if rows:
            table = name if "." in name else f"raw.{name}"
            # Arrow takes the columns from the first row, and not every row names all.
            names = dict.fromkeys(name for row in rows for name in row)
            columns = {name: [row.get(name) for row in rows] for name in names}
            con.register("new_rows", pa.table(columns))
            con.execute(f"insert into {table} by name from new_rows")
            con.unregister("new_rows")


def materialize(
    con: warehouse.Connection, chosen: Iterable[models.Model], *, is_audited: bool = True
) -> None:
    """Make and audit models without what only readers of a real warehouse need (comments)."""
    for schema in models.LAYERS:
        con.execute(f"create schema if not exists {schema}")
    for model in chosen:
        build.create(con, model)
        if is_audited:
            build.audit(con, model)


def empty() -> warehouse.Connection:
    """A warehouse in memory with the contracts and nothing in it."""
    con = warehouse.connect(":memory:")
    con.execute("set threads = 1")  # tables of a few rows: threads only cost
    warehouse.migrate(con, Path("memory"))
    return con


def built(history: History, chosen: Sequence[models.Model]) -> warehouse.Connection:
    """A warehouse in memory with a history and models made from it."""
    con = empty()
    load(con, history.raw)
    write_settings(con, history.settings, history.as_of)
    materialize(con, chosen)
    return con


def build_from_raw(
    con: warehouse.Connection,
    chosen: Sequence[models.Model],
    *,
    settings: Settings,
    as_of: dt.datetime,
    **options: Any,
) -> list[build.Timing]:
    """Build as a command does: what raw lacks is written first."""
    prepare(con, settings, as_of)
    return build.build(con, chosen, settings=settings, **options)


def plays(
    listener_id: int,
    times: Iterable[dt.datetime],
    track_name_id: int,
    *,
    source: str = "lastfm",
    precision: str = "second",
    **more: object,
) -> list[dict[str, Any]]:
    """Plays of one track; equal times get ordinals."""
    seen: dict[dt.datetime, int] = {}
    rows = []
    for played_at in times:
        ordinal = seen.get(played_at, 0)
        seen[played_at] = ordinal + 1
        rows.append(
            {
                "listener_id": listener_id,
                "source": source,
                "played_at": played_at,
                "track_name_id": track_name_id,
                "ordinal": ordinal,
                "time_kind": "start",
                "time_precision": precision,
                "content_type": "track",
                "import_id": 1,
                **more,
            }
        )
    return rows


def started_at(row: dict[str, Any]) -> dt.datetime:
    """When a play of raw.plays began: as its player noted, where that can be."""
    stamp: dt.datetime = row["played_at"]
    length = dt.timedelta(milliseconds=row.get("ms_played") or 0)
    noted: dt.datetime | None = row.get("offline_at")
    if noted is not None and noted <= stamp:
        late, over = stamp - noted, noted + length - stamp
        if late <= dt.timedelta(days=31) and over <= dt.timedelta(minutes=5):
            return noted
    return stamp - length if row["time_kind"] == "end" else stamp


def is_over(row: dict[str, Any], instant: dt.datetime) -> bool:
    """Whether a play of raw.plays began before an instant and, where it says so, has ended."""
    began = started_at(row)
    return (
        began < instant and began + dt.timedelta(milliseconds=row.get("ms_played") or 0) <= instant
    )


def is_counted(row: dict[str, Any]) -> bool:
    """Whether a play of raw.plays is of a song, not too short, and not in private."""
    length = row.get("ms_played")
    is_song = row.get("content_type", "track") == "track"
    return is_song and (length is None or length >= 30_000) and not row.get("is_private")


def _as_spotify(rng: random.Random, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Some plays as Spotify reports them: by their end, with their length and what they were."""
    changed = []
    seen: Counter[tuple[int, dt.datetime, int]] = Counter()
    # Of its own, so that what was drawn before there were reasons stays as it was.
    more = random.Random(len(rows))
    for row in rows:
        if rng.random() < 0.8:
            changed.append(row)
            continue
        length = rng.choice([None, 0, 29_999, 30_000, 30_000, 214_073, 3_600_000])
        ended_at = row["played_at"] + dt.timedelta(milliseconds=length or 0)
        key = (row["listener_id"], ended_at, row["track_name_id"])
        changed.append(
            row
            | {
                "source": "spotify",
                "played_at": ended_at,
                "ordinal": seen[key],
                "time_kind": "end",
                "ms_played": length,
                "content_type": rng.choice(["track"] * 8 + ["podcast", "video"]),
                "is_private": rng.choice([None, False, False, True]),
                "skipped": rng.choice([None, False, True]),
            }
            | histories_outcomes.said(more)
        )
        # Each of a player of its own: what one player tells twice has tests of its own.
        if length is not None:
            changed[-1]["platform"] = f"{changed[-1].get('platform') or 'player'} {len(changed)}"
        # Some were noted before they were sent, and some by a clock that was reset.
        if late := more.choice([None, None, None, 0, 30, 90_000, 600_000, 10**8, -7_200]):
            changed[-1]["offline_at"] = row["played_at"] - dt.timedelta(seconds=late)
        seen[key] += 1
    return changed


def local_day(at: dt.datetime, zone: str) -> dt.date:
    """The day of a naive UTC time in a zone."""
    return at.replace(tzinfo=UTC).astimezone(ZoneInfo(zone)).date()


def local_midnight(day: dt.date, zone: str) -> dt.datetime:
    """Naive UTC of a local midnight; a skipped one is some instant near the jump."""
    local = dt.datetime.combine(day, dt.time(), ZoneInfo(zone))
    return local.astimezone(UTC).replace(tzinfo=None)


def listening(seed: int, *, listeners: int | None = None, weeks: int | None = None) -> History:
    """A random history: ties, spellings, minutes and seconds, week borders, picks, lists, facts."""
    rng = random.Random(seed)
    count = listeners or rng.randint(1, 3)
    weeks = weeks or rng.randint(9, 14)
    start = dt.date.fromisoformat(STARTS[seed % len(STARTS)])
    names = Names()
    catalogue = _catalogue(rng, names)
    raw: Raw = {"listeners": [], "plays": [], "picks": []}
    settings = {}
    for listener_id in range(1, count + 1):
        name = f"listener {listener_id}"
        one = ListenerSettings(
            time_zone=ZONES[(seed + listener_id) % len(ZONES)],
            week_ends_on=rng.choice([6, 6, 0, 3]),
            decision_minute=rng.choice([720, 1080, 615]),
            labels_start_date=rng.choice([dt.date(1900, 1, 1), start + dt.timedelta(days=30)]),
            favorite_playlists=("Party",) if listener_id == 3 else (),
        )
        settings[name] = one
        raw["listeners"].append(
            {
                "listener_id": listener_id,
                "listener": name,
                "is_demo": False,
                "created_at": dt.datetime(2024, 1, 1),
            }
        )
        _listen(rng, raw, listener_id, one, start, weeks, catalogue)
    raw["plays"] = _as_spotify(random.Random(seed), raw["plays"])
    raw |= histories_facts.facts(rng, catalogue, start, weeks)
    raw |= histories_outcomes.errors(random.Random(seed), count, start, weeks)
    shows = random.Random(seed + 1000)
    raw["live_shows"] = histories_facts.live_shows(shows, catalogue, start, weeks, count)
    lists = random.Random(seed + 2000)
    raw["playlist_items"] = histories_facts.playlists(lists, catalogue, start, weeks, count)
    users = random.Random(seed + 3000)
    raw |= histories_facts.public_data_set(users, names, catalogue)
    said = random.Random(seed + 4000)
    raw["feedback"] = histories_facts.feedback(said, catalogue, start, weeks, count)
    raw["names"] = names.rows
    # A running week for every other seed, a log that ended long ago for the rest.
    days = 7 * weeks - 4 if seed % 2 else 7 * weeks + 60
    as_of = dt.datetime.combine(start + dt.timedelta(days=days), dt.time(15, 30))
    return History(raw, Settings(cutoff_policies=POLICIES, listeners=settings), as_of)


def _catalogue(rng: random.Random, names: Names) -> list[dict[str, Any]]:
    """Tracks with the integers of all their spellings; some are versions of one work."""
    found = []
    for index in range(8):
        artist = f"Artist {chr(65 + index)}é"
        spellings = [artist, artist.upper()] if index % 3 == 0 else [artist]
        for number in range(rng.randint(1, 4)):
            for suffix in ["", " (Live)"] if rng.random() < 0.25 else [""]:
                title = f"Song {number}{suffix}"
                titles = [title, title.replace(" ", "  ")] if rng.random() < 0.3 else [title]
                ids = [names.track(one, each) for one in spellings for each in titles]
                rng.shuffle(ids)
                found.append(
                    {
                        "ids": ids,
                        "artists": [names.artist(one) for one in spellings],
                        "album": names.album(rng.choice(spellings), f"Album {index} {number}"),
                        # The same in every record that states one: identity is timeless.
                        "artist_mbid": f"mbid-{index}" if index % 4 != 3 else None,
                        "spotify": f"sp{index}{number}{suffix.strip()}",
                        "weight": rng.paretovariate(1.1),
                    }
                )
    return found


def _listen(
    rng: random.Random,
    raw: Raw,
    listener_id: int,
    one: ListenerSettings,
    start: dt.date,
    weeks: int,
    catalogue: list[dict[str, Any]],
) -> None:
    first = start + dt.timedelta(days=(one.week_ends_on - start.isoweekday()) % 7)
    weights = [track["weight"] * rng.choice([0, 1, 1, 2]) + 0.05 for track in catalogue]
    counts: dict[tuple[dt.datetime, int], int] = {}
    for week in range(weeks):
        ending = first + dt.timedelta(days=7 * week)
        opens = local_midnight(ending - dt.timedelta(days=6), one.time_zone)
        closes = local_midnight(ending + dt.timedelta(days=1), one.time_zone)
        if week and week < weeks - 1 and rng.random() < 0.15:
            continue
        borders = [opens, opens + dt.timedelta(seconds=1), closes, closes - dt.timedelta(seconds=1)]
        heard = []
        # What somebody likes this week, so that momentum and proxy labels have something to find.
        liked = rng.randrange(len(catalogue))
        weights[liked] += 3
        for _ in range(rng.randint(20, 45)):
            track = rng.choices(catalogue, weights)[0]
            seconds = rng.randrange(int((closes - opens).total_seconds()))
            is_minute = rng.random() < 0.5
            played_at = opens + dt.timedelta(seconds=seconds // 60 * 60 if is_minute else seconds)
            if rng.random() < 0.05:
                played_at = rng.choice(borders)
            track_name_id = rng.choice(track["ids"])
            for _ in range(2 if rng.random() < 0.05 else 1):
                ordinal = counts.get((played_at, track_name_id), 0)
                counts[played_at, track_name_id] = ordinal + 1
                (row,) = plays(
                    listener_id,
                    [played_at],
                    track_name_id,
                    precision="minute" if is_minute else "second",
                    album_name_id=track["album"] if rng.random() < 0.7 else None,
                    artist_mbid=track["artist_mbid"],
                    line=len(raw["plays"]) + 1,
                )
                raw["plays"].append(row | {"ordinal": ordinal})
            heard.append(track)
        weights[liked] = max(0.05, weights[liked] - 2)
        for _ in range(rng.choice([0, 1, 1, 1, 2])):
            track = rng.choice(heard) if rng.random() < 0.9 else rng.choice(catalogue)
            noon = closes - dt.timedelta(hours=12)
            minutes = rng.randint(-2000, 4000)
            is_late = minutes > 3200  # said weeks afterwards, so with the week
            raw["picks"].append(
                {
                    "listener_id": listener_id,
                    "picked_at": noon + dt.timedelta(minutes=minutes * (9 if is_late else 1)),
                    "track_name_id": rng.choice(track["ids"]),
                    "source": "favorites",
                    "week_ending": ending if rng.random() < 0.2 or is_late else None,
                    "spotify_track_id": track["spotify"] if rng.random() < 0.5 else None,
                }
            )
