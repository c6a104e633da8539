"""A pick before it is noted: which week it is for, and what its listener should know at once."""

from __future__ import annotations

import datetime as dt
import json

import pytest
from typer.testing import CliRunner

from sotw import warehouse
from sotw.__main__ import app
from sotw.actions import drafting, load_and_build, picks
from sotw.checks import freshness
from sotw.errors import SotwError
from sotw.settings import ListenerSettings, Settings
from sotw.warehouse import inbox

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
    load_and_build.run_ingest(path, [file], "me", DEFAULTS)
    return file


def build(path):
    load_and_build.run_build(path, DEFAULTS, only=["core.dim_weeks", "core.fct_week_labels"])


def plan(
    path,
    song="Band - Song 1 (Live)",
    listener="me",
    day=None,
    settings=DEFAULTS,
    now=NOW,
    is_sure=False,
):
    artist, _, track = song.partition(" - ")
    return picks.plan(path, artist, track, listener, settings, day=day, now=now, is_sure=is_sure)


def remove(path, day, settings=DEFAULTS):
    week = picks.week_to_clear(path, "me", settings, day=day, now=NOW)
    return drafting.change_raw(path, settings, lambda con: picks.remove(con, "me", week, settings))


def labelled(path):
    with warehouse.reading(path) as con:
        query = "select week_ending from core.fct_week_labels where label_kind = 'pick' order by 1"
        return [week for (week,) in con.execute(query).fetchall()]


def test_without_a_week_it_is_for_what_predict_calls_this_week(path, log):
    build(path)
    found = plan(path)
    assert found.week_ending == dt.date(2024, 1, 27)
    # The log is years old, and who picks today may mean today.
    assert "say --week 2026-11-21" in found.doubts[0]
    picks.run_pick(path, "Band", "Song 1 (Live)", "me", week_ending=found.week_ending)
    build(path)
    with warehouse.reading(path) as con:
        query = "select week_ending from core.fct_week_labels where label_kind = 'pick'"
        assert con.execute(query).fetchall() == [(dt.date(2024, 1, 27),)]


def test_the_later_pick_of_a_week_corrects_the_earlier_one(path, log):
    build(path)
    for hour, track in enumerate(("Song 1 (Live)", "Song 2 (Live)")):
        at = dt.datetime(2026, 11, 20, hour)
        picks.run_pick(path, "Band", track, "me", week_ending=dt.date(2024, 1, 27), picked_at=at)
    build(path)
    with warehouse.reading(path) as con:
        query = "select track_name from core.fct_week_labels join core.dim_tracks using (track_id)"
        found = con.execute(f"{query} where label_kind = 'pick'").fetchall()
    assert found == [("Song 2 (Live)",)]


def test_a_song_picked_for_two_weeks_at_once_labels_both(path, log):
    for week in (dt.date(2024, 1, 13), dt.date(2024, 1, 20)):
        picks.run_pick(path, "Band", "Song 1 (Live)", "me", week_ending=week, picked_at=NOW)
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
    load_and_build.run_ingest(path, [log], "me", DEFAULTS)
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
    load_and_build.run_ingest(path, [genres], "me", DEFAULTS)
    assert plan(path, listener="zoe").week_ending == dt.date(2026, 11, 21)
    plays = tmp_path / "plays.csv"
    plays.write_text("uts,artist,track\n1704100000,Band,Song\n")
    load_and_build.run_ingest(path, [plays], "me", DEFAULTS)
    with pytest.raises(SotwError, match=r"no listener is called 'zoe'; there is me\."):
        plan(path, listener="zoe")


def test_a_song_never_played_and_a_week_outside_the_log_are_told_at_once(path, log):
    build(path)
    assert plan(path, "BAND - song 1", day=dt.date(2024, 1, 17)).doubts == ()
    assert "not among the plays of me" in plan(path, "Band - Sonk 1", is_sure=True).doubts[0]
    outside = plan(path, day=dt.date(2020, 1, 1)).doubts
    assert "2020-01-04 is not in the log of me" in outside[0]


@pytest.mark.parametrize("song", ["Band - Sonk 1 (Live)", "Bnad - Song 1", "Song 1 (Live) - Band"])
def test_a_song_never_played_is_refused_with_the_nearest_unless_it_is_meant(path, log, song):
    build(path)
    with pytest.raises(SotwError, match="not among the plays of me") as caught:
        plan(path, song)
    assert "The nearest: Band - Song 1 (Live)" in str(caught.value)
    assert "--yes" in str(caught.value)
    meant = plan(path, song, is_sure=True)
    assert meant.week_ending == plan(path).week_ending
    assert "The nearest: Band - Song 1 (Live)" in meant.doubts[0]


def test_before_there_are_plays_no_song_is_refused(path, tmp_path):
    genres = tmp_path / "genres.json"
    genres.write_text('{"rock": ["Band"]}')
    load_and_build.run_ingest(path, [genres], "me", DEFAULTS)
    assert "none is imported yet" in plan(path, "Band - Song").doubts[0]


def test_a_removed_pick_labels_its_week_no_more_and_others_stay(path, log):
    weeks = [dt.date(2024, 1, 13), dt.date(2024, 1, 20)]
    for week in weeks:
        picks.run_pick(path, "Band", "Song 1 (Live)", "me", week_ending=week, picked_at=NOW)
    build(path)
    assert labelled(path) == weeks
    # One more waits in the inbox, and goes with the other.
    picks.run_pick(path, "Band", "Song 2 (Live)", "me", week_ending=weeks[0])
    gone = remove(path, weeks[0] - dt.timedelta(days=2))
    assert [(one.track, one.is_of_file) for one in gone] == [
        ("Song 1 (Live)", False),
        ("Song 2 (Live)", False),
    ]
    with warehouse.reading(path) as con:
        assert any("Picks were removed" in one for one in freshness.unbuilt(con, DEFAULTS))
    build(path)
    assert labelled(path) == weeks[1:]
    with warehouse.reading(path) as con:
        assert not any("Picks were" in one for one in freshness.unbuilt(con, DEFAULTS))


def test_a_removed_pick_of_a_file_is_told_and_its_week_is_by_the_rule(path, log, tmp_path):
    file = tmp_path / "picks.csv"
    file.write_text("picked_at,artist,track\n2024-01-16T09:00:00,Band,Song 1 (Live)\n")
    load_and_build.run_ingest(path, [file], "me", DEFAULTS)
    build(path)
    assert labelled(path) == [dt.date(2024, 1, 13)]
    [gone] = remove(path, dt.date(2024, 1, 13))
    assert (gone.artist, gone.track, gone.is_of_file) == ("Band", "Song 1 (Live)", True)
    build(path)
    assert labelled(path) == []


def test_a_week_without_a_pick_has_none_to_remove_and_nothing_is_lost(path, log):
    picks.run_pick(path, "Band", "Song 1 (Live)", "me", week_ending=dt.date(2024, 1, 13))
    with pytest.raises(SotwError, match="no pick of me is for the week ending 2024-01-20"):
        remove(path, dt.date(2024, 1, 17))
    build(path)
    assert labelled(path) == [dt.date(2024, 1, 13)]


def test_the_command_refuses_notes_and_removes(path, log):
    def pick(*words, code=0):
        done = CliRunner().invoke(app, ["pick", *words, "--warehouse", str(path)])
        assert done.exit_code == code, done.output
        return done.output or str(done.exception)

    assert "The nearest" in pick("Band - Sonk", "--week=2024-01-17", code=1)
    assert inbox.waiting(path) == 0
    assert "Noted for me" in pick("Band - Sonk", "--week=2024-01-17", "--yes")
    assert inbox.waiting(path) == 1
    assert "Removed for me, week ending 2024-01-20: Band - Sonk." in pick(
        "--remove", "--week=2024-01-17"
    )
    assert inbox.waiting(path) == 0
    assert "no song" in pick("Band - Sonk", "--remove", code=1)
    assert "SONG" in pick(code=2)


def test_of_picks_in_one_second_each_has_its_own_instant_so_that_the_last_counts(tmp_path):
    path = tmp_path / "sotw.duckdb"
    for track in ("Song 1", "Song 0"):
        picks.run_pick(path, "Band", track, "ana", week_ending=dt.date(2024, 3, 23))
    lines = inbox.inbox_path(path).read_text().splitlines()
    first, last = (json.loads(line)["picked_at"] for line in lines)
    assert first < last
