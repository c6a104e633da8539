"""The command line as a user runs it: files in, models, training, predictions, and kill -9."""

from __future__ import annotations

import collections
import csv
import datetime as dt
import json
import os
import random
import shlex
import signal
import subprocess
import sys
import time
from pathlib import Path

import duckdb
import pytest

ROOT = Path(__file__).resolve().parent.parent
START = dt.datetime(2024, 1, 7, 9)


def sotw(folder, *arguments, check=0):
    """Run a command in a folder of its own; the standard output."""
    done = subprocess.run(
        [sys.executable, "-m", "sotw", *map(str, arguments)],
        cwd=folder,
        env=environment(folder),
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == check, done.stdout + done.stderr
    return done.stdout if check == 0 else done.stdout + done.stderr


def environment(folder):
    return {**os.environ, "PYTHONPATH": str(ROOT), "SOTW_WAREHOUSE": str(folder / "sotw.duckdb")}


def write_history(folder, weeks=30, seed=1):
    """A Last.fm export and a pick a week; the counts that an import must come to."""
    chance = random.Random(seed)
    plays = collections.Counter()
    picks = []
    folder.mkdir(exist_ok=True)
    with (folder / "plays.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["uts", "artist", "album", "track"])
        for week in range(weeks):
            loved = f"Song {chance.randrange(40)}"
            for number in range(60):
                track = loved if number % 5 == 0 else f"Song {chance.randrange(40)}"
                at = START + dt.timedelta(weeks=week, hours=2.5 * number)
                uts = int(at.replace(tzinfo=dt.UTC).timestamp())
                writer.writerow([uts, "The Testers", "", track])
                plays[uts, track] += 1
            picks.append((START + dt.timedelta(weeks=week, days=6, hours=4), loved))
    with (folder / "picks.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["picked_at", "artist", "track"])
        writer.writerows((at.isoformat(), "The Testers", track) for at, track in picks)
    return plays, len(picks)


def test_the_whole_way_from_files_to_a_checked_prediction(tmp_path):
    plays, picks = write_history(tmp_path / "exports")
    report = json.loads(sotw(tmp_path, "ingest", tmp_path / "exports", "--json"))
    for row in report["files"]:
        assert row["read"] == row["kept"] + row["known"] + row["rejected"]
    assert sum(row["kept"] for row in report["files"]) == plays.total() + picks
    again = json.loads(sotw(tmp_path, "ingest", tmp_path / "exports", "--json"))
    assert [row["kept"] for row in again["files"]] == [0, 0]
    sotw(tmp_path, "build")
    trained = json.loads(sotw(tmp_path, "train", "--json"))
    favorite = trained["week_favorite"]
    candidates = favorite["ranking"]["candidates"]
    assert [one["rank"] for one in candidates] == list(range(1, len(candidates) + 1))
    assert sum(one["share"] for one in candidates) == pytest.approx(1)
    models = {row["model"] for row in favorite["metrics"]}
    assert {"logistic_regression", "most_plays", "plays_prev_4w"} <= models
    assert "the week ending" in sotw(tmp_path, "predict").splitlines()[0]
    before = (tmp_path / "sotw.duckdb").read_bytes()
    as_of = (START + dt.timedelta(weeks=29, days=3)).isoformat()
    mid_week = json.loads(sotw(tmp_path, "predict", "--as-of", as_of, "--json"))
    assert dt.datetime.fromisoformat(mid_week["cutoff_at"]) <= dt.datetime.fromisoformat(as_of)
    assert (tmp_path / "sotw.duckdb").read_bytes() == before, "predict published something"
    con = duckdb.connect(str(tmp_path / "sotw.duckdb"), read_only=True)
    checked = con.execute("select count(is_right) from marts.songs_of_the_week").fetchone()
    con.close()
    assert checked[0] > 0


def test_a_pick_waits_in_the_inbox_and_is_drained_once(tmp_path):
    write_history(tmp_path / "exports", weeks=8)
    sotw(tmp_path, "ingest", tmp_path / "exports" / "plays.csv")
    sotw(tmp_path, "pick", "The Testers - Song 3", "--week", "2024-01-17")
    assert "1 pick waits" in sotw(tmp_path, "doctor")
    sotw(tmp_path, "build")
    sotw(tmp_path, "build")
    con = duckdb.connect(str(tmp_path / "sotw.duckdb"), read_only=True)
    found = con.execute("select week_ending from core.fct_week_labels where label_kind = 'pick'")
    assert found.fetchall() == [(dt.date(2024, 1, 20),)]
    con.close()
    assert not list(tmp_path.glob("*.inbox*.jsonl"))


def test_the_demo_gives_way_to_the_first_real_import(tmp_path):
    sotw(tmp_path, "demo", "--out", tmp_path / "small", "--years", "0.6", "--plays", "4000")
    # The demo of an empty warehouse takes the same way, only larger.
    code = (
        "import sys; from pathlib import Path; from sotw import pipeline, warehouse, ingest\n"
        "path, folder = map(Path, sys.argv[1:])\n"
        "with warehouse.writing(path) as con:\n"
        "    ingest.ingest(con, [folder], 'demo', now=warehouse.utc_now(), is_demo=True)\n"
    )
    target = tmp_path / "sotw.duckdb"
    subprocess.run([sys.executable, "-c", code, target, tmp_path / "small"], cwd=ROOT, check=True)
    (tmp_path / "bad.csv").write_text("neither,this\nnor,that\n")
    assert "not a format" in sotw(tmp_path, "ingest", tmp_path / "bad.csv", check=1)
    assert not (tmp_path / "sotw.demo.duckdb").exists()
    plays, _ = write_history(tmp_path / "exports", weeks=3)
    said = sotw(tmp_path, "ingest", tmp_path / "exports")
    assert "The demo history was moved aside" in said
    con = duckdb.connect(str(target), read_only=True)
    assert con.execute("select count(*) from raw.plays").fetchone() == (plays.total(),)
    con.close()
    aside = duckdb.connect(str(tmp_path / "sotw.demo.duckdb"), read_only=True)
    assert aside.execute("select bool_and(is_demo) from raw.listeners").fetchone() == (True,)
    aside.close()


def test_a_bad_file_beside_good_ones_gives_exit_code_3_and_loses_nothing(tmp_path):
    plays, picks = write_history(tmp_path / "exports", weeks=3)
    (tmp_path / "exports" / "broken.json").write_text('{"track": [')
    said = sotw(tmp_path, "ingest", tmp_path / "exports", check=3)
    assert "broken.json" in said
    assert f"{plays.total() + picks:,} kept" in said


def test_errors_say_what_where_and_what_next_without_a_traceback(tmp_path):
    for arguments, words in {
        ("predict",): "no warehouse yet",
        ("ingest", "no-such-file.csv"): "no-such-file.csv",
        ("lineage", "marts.no_such"): "no table is called",
        ("pick", "only one name"): "Artist - Track",
        ("build", "--select", "feat_momentun"): "feat_momentum",
    }.items():
        said = sotw(tmp_path, *arguments, check=1)
        assert words in said
        assert "Traceback" not in said


@pytest.mark.slow
def test_what_is_not_built_or_trained_yet_is_said_and_nothing_else_breaks(tmp_path):
    write_history(tmp_path / "exports", weeks=8)
    said = sotw(tmp_path, "ingest", tmp_path / "exports" / "plays.csv")
    assert "Next: `sotw build`" in said
    said = sotw(tmp_path, "ingest", tmp_path / "exports" / "plays.csv")
    assert "Next:" not in said
    assert "Nothing new" in said
    for arguments, words in {
        ("predict",): "nothing is built yet. Run `sotw build`",
        ("predict", "--as-of", "2024-02-01"): "no model is trained yet. Run `sotw train`",
        ("pick", "The Testers - Song 3"): "Run `sotw build` first, or say --week DATE",
        ("pick", "The Testers - Song 3", "--listener", "zoe"): "there is me",
    }.items():
        said = sotw(tmp_path, *arguments, check=1)
        assert words in said
        assert "Traceback" not in said
    sotw(tmp_path, "build")
    said = sotw(tmp_path, "pick", "The Testers - Song 3")
    assert "for the week ending 2024-02-24" in said
    assert "ends in the week noted" in said
    tune = ("pick", "The Testers - Tune", "--week=2024-02-01")
    assert "The nearest: The Testers - Song" in sotw(tmp_path, *tune, check=1)
    assert "not among the plays" in sotw(tmp_path, *tune, "--yes")
    sotw(tmp_path, "ingest", tmp_path / "exports" / "picks.csv")
    done = subprocess.run(
        [sys.executable, "-m", "sotw", "train", "--json"],
        cwd=tmp_path,
        env=environment(tmp_path),
        capture_output=True,
        text=True,
        check=True,
    )
    assert "Warning: this model does not know all: 2 imports are newer than " in done.stderr
    assert json.loads(done.stdout)["week_favorite"]["run"]
    assert sotw(tmp_path, "--version").startswith("sotw")


def test_what_several_invented_people_heard_stays_theirs_and_goes_with_the_demo(tmp_path):
    folder, path = tmp_path / "a demo", tmp_path / "sotw.duckdb"
    said = sotw(tmp_path, "demo", "--out", folder, "--listeners=3", "--years=0.6", "--plays=6000")
    command = said.partition("`sotw ")[2].partition("`")[0]
    sotw(tmp_path, *shlex.split(command))
    # More of the demo is no real import, and the warehouse's own files are none to read.
    said = sotw(tmp_path, "ingest", folder / "artist_genres.json")
    assert "moved aside" not in said
    con = duckdb.connect(str(path), read_only=True)
    found = con.execute("select count(*), bool_and(is_demo) from raw.listeners").fetchone()
    heard = con.execute("select count(distinct listener_id) from raw.plays").fetchone()
    con.close()
    assert (found, heard) == ((3, True), (3,))
    files = json.loads(sotw(tmp_path, "ingest", tmp_path, "--json"))
    assert not [row["file"] for row in files["files"] if "duckdb" in row["file"]]
    assert not files["demo_moved_aside"]


@pytest.mark.slow
def test_forget_removes_every_byte_of_a_listener(tmp_path):
    write_history(tmp_path / "exports", weeks=3)
    other = tmp_path / "other.csv"
    other.write_text("uts,artist,track\n1704700000,Xyzzyband,Plughsong\n")
    sotw(tmp_path, "ingest", tmp_path / "exports")
    sotw(tmp_path, "ingest", other, "--listener", "ben")
    sotw(tmp_path, "build")
    assert b"Xyzzyband" in (tmp_path / "sotw.duckdb").read_bytes()
    said = sotw(tmp_path, "forget", "ben", "--yes")
    assert "raw.plays: 1 rows removed" in said
    content = (tmp_path / "sotw.duckdb").read_bytes()
    assert b"Xyzzyband" not in content
    assert b"plughsong" not in content
    assert "Song of the week" not in sotw(tmp_path, "predict", check=1)
    assert "no listener is called 'ben'" in sotw(tmp_path, "forget", "ben", "--yes", check=1)


def kill_after(folder, seconds, *arguments):
    """Start a command and kill -9 it after some seconds; whether it was still running."""
    process = subprocess.Popen(
        [sys.executable, "-m", "sotw", *map(str, arguments)],
        cwd=folder,
        env=environment(folder),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    time.sleep(seconds)
    process.send_signal(signal.SIGKILL)
    return process.wait() == -signal.SIGKILL


def check_file(folder, plays):
    """The published file, if any, opens, balances, and holds all plays or none."""
    path = folder / "sotw.duckdb"
    if not path.exists():
        return
    con = duckdb.connect(str(path), read_only=True)
    try:
        receipts = con.execute(
            "select sum(rows_read - rows_kept - rows_known - rows_rejected) from raw.imports"
        ).fetchone()
        assert receipts[0] in (0, None)
        found = collections.Counter(
            {
                (int(at.replace(tzinfo=dt.UTC).timestamp()), title): count
                for at, title, count in con.execute(
                    "select played_at, title, count(*) from raw.plays"
                    " join raw.names on track_name_id = name_id group by all"
                ).fetchall()
            }
        )
        assert found in (plays, collections.Counter())
    finally:
        con.close()


@pytest.mark.slow
def test_kill_9_at_twenty_one_random_points_loses_and_doubles_nothing(tmp_path):
    chance = random.Random(20261121)
    plays, _ = write_history(tmp_path / "exports", weeks=20)
    steps = {"ingest": (tmp_path / "exports",), "build": (), "train": ()}
    practice = tmp_path / "practice"
    practice.mkdir()
    seconds = {}
    for step, arguments in steps.items():
        started = time.perf_counter()
        sotw(practice, step, *arguments)
        seconds[step] = time.perf_counter() - started
    for step, arguments in steps.items():
        # The first ones early: of the first ingest, before there is any file.
        parts = [(0.05, 0.3)] * 3 + [(0.3, 1.0)] * 4
        for _ in range(40):
            if not parts:
                break
            # One that had ended by itself does not count.
            after = chance.uniform(*parts[0]) * seconds[step]
            if kill_after(tmp_path, after, step, *arguments):
                parts.pop(0)
            check_file(tmp_path, plays)
        assert not parts, f"only {7 - len(parts)} of 7 kills of {step} came in time"
        sotw(tmp_path, step, *arguments)
        check_file(tmp_path, plays)
    con = duckdb.connect(str(tmp_path / "sotw.duckdb"), read_only=True)
    assert con.execute("select count(*) from raw.plays").fetchone() == (plays.total(),)
    assert con.execute("select count(*) from ml.predictions").fetchone()[0] > 0
    con.close()
    assert not list(tmp_path.glob("*.draft*"))
