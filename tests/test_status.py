"""Where things stand, one listener by default, and picks as a person makes them."""

from __future__ import annotations

import datetime as dt
import json

import pytest
from command_line import said
from typer.testing import CliRunner

from sotw import warehouse
from sotw.__main__ import app
from sotw.actions import picks


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """A log of twelve weeks, built: Song 0 is the song of every week, Song 9 was heard once."""
    folder = tmp_path_factory.mktemp("status")
    lines = ["utc_time,artist,track"]
    for day in range(84):
        at = dt.datetime(2024, 1, 1, 12) + dt.timedelta(days=day)
        lines += [f"{at + dt.timedelta(minutes=4 * n)},Band,Song {n * day % 5}" for n in range(3)]
    lines.append("2024-01-02 20:00:00,Other,Song 9")
    (folder / "plays.csv").write_text("\n".join(lines) + "\n")
    (folder / "favourites.csv").write_text(
        "artist,track,added_at\nBand,Song 0,2024-02-10 12:00:00\n"
    )
    return folder


@pytest.fixture(scope="module")
def run(home):
    path = home / "sotw.duckdb"

    def done(*words, code=0, keys=None):
        found = CliRunner().invoke(app, [*words, "--warehouse", str(path)], input=keys)
        assert found.exit_code == code, (found.output, found.exception)
        return found.stdout if code == 0 else said(found)[1]

    done.path = path
    return done


def test_status_is_five_lines_that_end_in_what_to_do(home, run, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    assert "next   sotw update FILES" in run("status")
    first = run("ingest", str(home / "plays.csv"), "--listener", "Ana")
    assert "Next" in first
    lines = run("status").splitlines()
    assert [line.split()[0] for line in lines] == ["log", "plays", "build", "train", "next"]
    assert lines[0] == "log    2024-01-01 to 2024-03-24, of Ana"
    assert lines[1] == "plays  253; 0 picks"
    assert lines[4].startswith("next   sotw update")


def test_favourites_without_a_name_join_the_only_listener_and_it_says_so(home, run):
    text = run("ingest", "--as", "favourites", str(home / "favourites.csv"))
    assert "Taken as Ana's, the only listener here" in text
    with warehouse.reading(run.path) as con:
        assert con.execute("select listener from raw.listeners").fetchall() == [("Ana",)]
        assert con.execute("select count(*) from raw.picks").fetchall() == [(1,)]


def test_update_builds_and_trains_and_then_has_nothing_to_do(run):
    text = run("update")
    assert "models built" in text
    assert "the week ending 2024-03-23" in " ".join(text.split())
    assert "Your log ends 2024-03-24" in " ".join(text.split())
    assert "next   sotw predict" in run("status")
    assert run("update") == "Up to date: `sotw predict` shows the song of the week.\n"
    # Capital and small letters of a name are one.
    assert json.loads(run("predict", "--listener", "ANA", "--json"))["listener"] == "Ana"


def test_a_pick_is_placed_counted_and_doubted_where_it_was_not_heard(run):
    text = run("pick", "Band - Song 0", "--listener", "ana")
    assert "Noted for Ana, for the week ending 2024-03-23: Band - Song 0." in text
    assert "sotw had it at number 1 of 5" in text or "sotw had it at number" in text
    assert "2 of 10 picks until sotw learns from yours." in text
    late = " ".join(run("pick", "Other - Song 9", "--week", "2024-03-01").split())
    assert "Other - Song 9 was not heard in the week ending 2024-03-02" in late
    assert run("pick", "--remove", "--week", "2024-03-01").count("\n") == 1


def test_past_weeks_are_named_by_keys_skipped_and_searched(run):
    before = picks.weeks_to_pick(run.path, "Ana")
    weeks = list(before)
    # The second song of the newest week; skip one; search the third for what is left; end.
    left = before[weeks[2]][-1]
    text = run("pick", "--interactive", keys=f"2s/{left.track}\n1q")
    assert f"Week ending {weeks[0]}" in text
    assert f"Noted: {before[weeks[0]][1].artist} - {before[weeks[0]][1].track}" in text
    assert "2 picks noted" in text
    after = picks.weeks_to_pick(run.path, "Ana")
    assert list(after) == [weeks[1], *weeks[3:]]
    run("build")
    with warehouse.reading(run.path) as con:
        query = "select week_ending, track_name from core.fct_week_labels join core.dim_tracks "
        named = dict(con.execute(f"{query} using (track_id) where label_kind = 'pick'").fetchall())
    assert named[weeks[0]] == before[weeks[0]][1].track
    assert named[weeks[2]] == left.track
    assert weeks[1] not in named
    listed = run("ingest", "--list")
    assert "sotw inbox" not in listed
    assert "picks named with `sotw pick`" in listed


def test_top_lists_places_with_equal_ones_and_says_what_is_not_known(run, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    text = run("top", "tracks", "--year", "2024")
    head, table = text.split("\n\n")
    assert " ".join(head.split()) == (
        "Most played track in 2024: Song 0, 118 of 253 plays. How long they lasted is not known."
    )
    lines = table.splitlines()
    assert lines[0].split() == ["#", "track", "plays", "days"]
    assert lines[2].split() == ["1", "Band", "-", "Song", "0", "118", "84"]
    assert [line.split()[0] for line in lines[3:]] == ["2=", "2=", "4=", "4=", "6"]
    assert max(map(len, lines)) <= 80
    [first, *_] = json.loads(run("top", "--json"))
    assert (first["item_name"], first["plays"], first["first_year"]) == ("Band", 252, 2024)
    assert "there is 2024 to 2024" in run("top", "--year", "1999", code=1)


def test_the_listening_report_needs_no_training_and_counts_what_there_is(run, tmp_path):
    pytest.importorskip("altair")
    pytest.importorskip("vl_convert")
    run("report", "listening", "--format", "md", "--output", str(tmp_path))
    text = (tmp_path / "listening.md").read_text(encoding="utf-8")
    assert text.startswith("# The year 2024 of Ana: the time of ")
    assert "- plays: 253 from 2024-01-01 to 2024-03-24" in text
    assert "- days with music: 84 and 84 in a row from 2024-01-01" in text
    assert "The longest streak began 2024-01-01 and lasted 84 days." in text
    assert "2024-01-02 has most plays: 4, most of them of Band." in text
    assert "Every artist with 30 plays was heard in the last year of the log." in text
    assert "No song has three plays in a June to August." in text
