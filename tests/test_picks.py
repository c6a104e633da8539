"""A pick before it is noted: which week it is for, and what its listener should know at once."""

from __future__ import annotations

import datetime as dt

import pytest

from sotw import picks, pipeline, warehouse
from sotw.errors import SotwError
from sotw.settings import ListenerSettings, Settings

DEFAULTS = Settings()
# The log below ended on 2024-02-01; its last complete week ends on 2024-01-27.
NOW = dt.datetime(2026, 11, 20, 12)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "sotw.duckdb"


@pytest.fixture
def log(tmp_path, path):
    file = tmp_path / "plays.csv"
    days = [dt.date(2024, 1, 1) + dt.timedelta(days=day) for day in range(32)]
    lines = [f"{day} 12:00:00,Band,Song {day.day % 3} (Live)" for day in days]
    file.write_text("\n".join(["utc_time,artist,track", *lines]) + "\n")
    pipeline.run_ingest(path, [file], "me", DEFAULTS)
    return file


def build(path):
    pipeline.run_build(path, DEFAULTS, only=["core.dim_weeks", "core.fct_week_labels"])


def plan(path, song="Band - Song 1 (Live)", listener="me", day=None, settings=DEFAULTS, now=NOW):
    artist, _, track = song.partition(" - ")
    return picks.plan(path, artist, track, listener, settings, day=day, now=now)


def test_without_a_week_it_is_for_what_predict_calls_this_week(path, log):
    build(path)
    found = plan(path)
    assert found.week_ending == dt.date(2024, 1, 27)
    # The log is years old, and who picks today may mean today.
    assert "say --week 2026-11-21" in found.doubts[0]
    pipeline.run_pick(path, "Band", "Song 1 (Live)", "me", week_ending=found.week_ending)
    build(path)
    with warehouse.reading(path) as con:
        query = "select week_ending from core.fct_week_labels where label_kind = 'pick'"
        assert con.execute(query).fetchall() == [(dt.date(2024, 1, 27),)]


def test_the_later_pick_of_a_week_corrects_the_earlier_one(path, log):
    build(path)
    for hour, track in enumerate(("Song 1 (Live)", "Song 2 (Live)")):
        at = dt.datetime(2026, 11, 20, hour)
        pipeline.run_pick(path, "Band", track, "me", week_ending=dt.date(2024, 1, 27), picked_at=at)
    build(path)
    with warehouse.reading(path) as con:
        query = "select track_name from core.fct_week_labels join core.dim_tracks using (track_id)"
        found = con.execute(f"{query} where label_kind = 'pick'").fetchall()
    assert found == [("Song 2 (Live)",)]


def test_a_song_picked_for_two_weeks_at_once_labels_both(path, log):
    for week in (dt.date(2024, 1, 13), dt.date(2024, 1, 20)):
        pipeline.run_pick(path, "Band", "Song 1 (Live)", "me", week_ending=week, picked_at=NOW)
    build(path)
    with warehouse.reading(path) as con:
        query = "select week_ending from core.fct_week_labels where label_kind = 'pick' order by 1"
        weeks = con.execute(query).fetchall()
    assert weeks == [(dt.date(2024, 1, 13),), (dt.date(2024, 1, 20),)]


def test_before_anything_is_imported_it_is_for_the_running_week_of_the_listeners_clock(path):
    late = dt.datetime(2026, 11, 21, 23, 30)
    assert plan(path, now=late).week_ending == dt.date(2026, 11, 21)
    lisbon = Settings(listeners={"me": ListenerSettings("Asia/Tokyo")})
    assert plan(path, now=late, settings=lisbon).week_ending == dt.date(2026, 11, 28)


def test_plays_that_are_not_built_leave_this_week_unknown(path, log):
    with pytest.raises(SotwError, match=r"not built yet.*say --week DATE"):
        plan(path)
    assert plan(path, day=dt.date(2024, 1, 17)).week_ending == dt.date(2024, 1, 20)
    build(path)
    log.write_text("utc_time,artist,track\n2024-03-01 12:00:00,Band,New\n")
    pipeline.run_ingest(path, [log], "me", DEFAULTS)
    with pytest.raises(SotwError, match="not built yet"):
        plan(path)


def test_a_week_that_has_not_begun_is_refused_and_the_running_one_is_not(path, log):
    assert plan(path, day=dt.date(2026, 11, 21)).week_ending == dt.date(2026, 11, 21)
    with pytest.raises(
        SotwError, match="2026-11-28 has not begun; the running one ends 2026-11-21"
    ):
        plan(path, day=dt.date(2026, 11, 22))


def test_a_listener_who_is_not_there_is_refused_unless_nobody_is(path, tmp_path):
    assert plan(path, listener="zoe").week_ending == dt.date(2026, 11, 21)
    genres = tmp_path / "genres.json"
    genres.write_text('{"rock": ["Band"]}')
    pipeline.run_ingest(path, [genres], "me", DEFAULTS)
    assert plan(path, listener="zoe").week_ending == dt.date(2026, 11, 21)
    plays = tmp_path / "plays.csv"
    plays.write_text("uts,artist,track\n1704100000,Band,Song\n")
    pipeline.run_ingest(path, [plays], "me", DEFAULTS)
    with pytest.raises(SotwError, match=r"listener 'zoe' is not in .*; there is me\."):
        plan(path, listener="zoe")


def test_a_song_never_played_and_a_week_outside_the_log_are_told_at_once(path, log):
    build(path)
    assert plan(path, "BAND - song 1", day=dt.date(2024, 1, 17)).doubts == ()
    assert "not among the plays of me" in plan(path, "Band - Sonk 1").doubts[0]
    outside = plan(path, day=dt.date(2020, 1, 1)).doubts
    assert "2020-01-04 is not in the log of me" in outside[0]
