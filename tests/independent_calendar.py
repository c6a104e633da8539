"""The calendar of the independent calculation: days, weeks, and weeks that touch a gap."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import histories

if TYPE_CHECKING:
    from independent import World

UTC = dt.UTC
WEEK = dt.timedelta(days=7)


def local(at: dt.datetime, zone: str) -> dt.datetime:
    """The wall clock of a zone at a naive UTC time."""
    return at.replace(tzinfo=UTC).astimezone(ZoneInfo(zone)).replace(tzinfo=None)


def wall_clock(clock: dt.datetime, zone: str) -> dt.datetime:
    """Naive UTC of a wall clock that is neither skipped nor repeated."""
    return clock.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC).replace(tzinfo=None)


@cache
def end_of_day(day: dt.date, zone: str) -> dt.datetime:
    """Naive UTC from which the zone's calendar shows a later day, whatever its clocks did."""
    low = dt.datetime.combine(day, dt.time()) - dt.timedelta(hours=16)
    high = low + dt.timedelta(hours=64)
    # A calendar may step back over midnight; no clock is moved by more than three hours twice
    # within one, so the last hour that still shows the day is looked for from the end.
    while local(high, zone).date() > day:
        high -= dt.timedelta(hours=1)
    low, high = high, high + dt.timedelta(hours=1)
    while high - low > dt.timedelta(seconds=1):
        middle = low + (high - low) // 2
        middle = middle.replace(microsecond=0)
        if local(middle, zone).date() > day:
            high = middle
        else:
            low = middle
    return high


def week_of(day: dt.date, week_ends_on: int) -> dt.date:
    """The date on which the week of a day ends; 0 = Sunday … 6 = Saturday."""
    while day.isoweekday() % 7 != week_ends_on:
        day += dt.timedelta(days=1)
    return day


def label_week(day: dt.date, week_ends_on: int) -> dt.date:
    """The closing day nearest to a day: the one before up to three days after it, else the next."""
    behind = 0
    while (day - dt.timedelta(days=behind)).isoweekday() % 7 != week_ends_on:
        behind += 1
    return day + dt.timedelta(days=-behind if behind <= 3 else 7 - behind)


def gap_weeks(one: World) -> set[tuple[int, dt.date]]:
    """Weeks of a listener into which two weeks or more without any play reach.

    One that opens with the very play that ends a gap is not among them.
    """
    times = defaultdict(list)
    for play in one.raw["plays"]:
        began = histories.started_at(play)
        if histories.is_over(play, one.as_of):
            times[play["listener_id"]].append(began)
    found = set()
    for listener_id, own in times.items():
        listener = one.listeners[listener_id]
        zone, ends_on = listener["time_zone"], listener["week_ends_on"]
        for before, after in pairwise(sorted(own)):
            if after - before >= 2 * WEEK:
                week = week_of(local(before, zone).date(), ends_on)
                last = local(after - dt.timedelta(microseconds=1), zone).date()
                while week <= week_of(last, ends_on):
                    found.add((listener_id, week))
                    week += WEEK
    return found
