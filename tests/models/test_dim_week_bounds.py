"""Week bounds in every zone equal those that Python's own zone database gives."""

from __future__ import annotations

import datetime as dt

import histories
import independent
import pytest

from sotw.pipeline.models import select
from sotw.settings import POLICIES, ListenerSettings, Settings

# Midnight is skipped or comes twice in most of them, and one calendar has no 2011-12-30.
ZONES = [
    "UTC",
    "Europe/Lisbon",
    "America/New_York",
    "Asia/Beirut",
    "America/Sao_Paulo",
    "Pacific/Apia",
    "America/St_Johns",
    "Asia/Amman",
    "America/Havana",
]
WEEKDAYS = (6, 5, 4)


@pytest.fixture(scope="module")
def bounds(all_models):
    """Per zone and weekday: (week_ending, starts_at, ends_at, decision_at) over fifteen years."""
    names = histories.Names()
    track = names.track("Mira", "Dawn")
    listeners = {}
    raw: histories.Raw = {"listeners": [], "plays": [], "names": names.rows}
    for zone in ZONES:
        for weekday in WEEKDAYS:
            number = len(listeners) + 1
            listeners[f"{zone} {weekday}"] = ListenerSettings(zone, weekday)
            raw["listeners"].append(
                {
                    "listener_id": number,
                    "listener": f"{zone} {weekday}",
                    "is_demo": False,
                    "created_at": dt.datetime(2024, 1, 1),
                }
            )
            extent = [dt.datetime(2005, 3, 1, 12), dt.datetime(2020, 3, 1, 12)]
            raw["plays"] += histories.plays(number, extent, track)
    history = histories.History(
        raw, Settings(cutoff_policies=POLICIES, listeners=listeners), dt.datetime(2024, 1, 1)
    )
    con = histories.built(history, select(all_models, ["dim_week_bounds"]))
    found: dict[str, list[tuple[dt.date, dt.datetime, dt.datetime, dt.datetime]]] = {}
    query = (
        "select listener, week_ending, starts_at, ends_at, decision_at from core.dim_week_bounds "
        "inner join core.dim_listeners using (listener_id) order by all"
    )
    for listener, *week in con.execute(query).fetchall():
        found.setdefault(listener, []).append(tuple(week))
    con.close()
    return found


@pytest.mark.parametrize("weekday", WEEKDAYS)
@pytest.mark.parametrize("zone", ZONES)
def test_every_week_ends_where_the_calendar_of_the_zone_turns(bounds, zone, weekday):
    weeks = bounds[f"{zone} {weekday}"]
    assert len(weeks) > 780
    for ending, starts_at, ends_at, _ in weeks:
        assert starts_at == independent.end_of_day(ending - dt.timedelta(days=7), zone), ending
        assert ends_at == independent.end_of_day(ending, zone), ending


@pytest.mark.parametrize("zone", ZONES)
def test_the_assumed_decision_is_at_noon_of_the_last_day(bounds, zone):
    for ending, _, ends_at, decision_at in bounds[f"{zone} 6"] + bounds[f"{zone} 5"]:
        if (zone, ending) == ("Pacific/Apia", dt.date(2011, 12, 30)):
            assert decision_at == ends_at  # that day had no noon
        else:
            noon = dt.datetime.combine(ending, dt.time(12))
            assert decision_at == independent.wall_clock(noon, zone), ending


def test_the_independent_calendar_knows_the_famous_midnights():
    """By hand, from the time zone database's own notes."""
    end = independent.end_of_day
    assert end(dt.date(2024, 3, 30), "Europe/Lisbon") == dt.datetime(2024, 3, 31, 0)
    assert end(dt.date(2024, 4, 6), "Europe/Lisbon") == dt.datetime(2024, 4, 6, 23)
    # Skipped: on 2018-11-04 the clock in São Paulo went from 00:00 to 01:00 at 03:00 UTC.
    assert end(dt.date(2018, 11, 3), "America/Sao_Paulo") == dt.datetime(2018, 11, 4, 3)
    # Twice: on 2016-11-06 the clock in Havana went from 01:00 back to 00:00.
    assert end(dt.date(2016, 11, 5), "America/Havana") == dt.datetime(2016, 11, 6, 4)
    # Sunday for one minute, then Saturday again: St John's, 2006-10-29, 00:01 to 23:01.
    assert end(dt.date(2006, 10, 28), "America/St_Johns") == dt.datetime(2006, 10, 29, 3, 30)
    # Samoa went from Thursday to Saturday.
    assert end(dt.date(2011, 12, 29), "Pacific/Apia") == dt.datetime(2011, 12, 30, 10)
    assert end(dt.date(2011, 12, 30), "Pacific/Apia") == dt.datetime(2011, 12, 30, 10)


def test_a_week_without_a_play_has_its_bounds_too(check_model):
    check_model(
        "core.dim_week_bounds",
        given={
            "core.fct_plays": """
                listener_id | week_ending
                1           | 2024-01-06
                1           | 2024-01-20
            """,
            "core.dim_listeners": """
                listener_id | time_zone | decision_minute
                1           | UTC       | 720
            """,
        },
        expect="""
            week_ending | starts_at  | ends_at    | decision_at
            2024-01-06  | 2023-12-31 | 2024-01-07 | 2024-01-06 12:00
            2024-01-13  | 2024-01-07 | 2024-01-14 | 2024-01-13 12:00
            2024-01-20  | 2024-01-14 | 2024-01-21 | 2024-01-20 12:00
        """,
    )
