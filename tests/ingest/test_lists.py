"""Favourites, metadata and names: what is known, what is new, and what keys they get."""

from __future__ import annotations

import datetime as dt
import json

import pyarrow as pa
import pyarrow.parquet as pq

import sotw.ingest.load as load
from sotw.commands import tables
from sotw.ingest import is_synthetic, receipt_rows

LATER = dt.datetime(2026, 2, 1)
NOON = dt.datetime(2024, 1, 6, 12)


def artists(folder, *rows):
    path = folder / "artists.csv"
    heading = "artist_name,artist_mbid,artist_listeners,artist_playcount"
    path.write_text("\n".join([heading, *rows]) + "\n")
    return path


def stats(warehouse):
    return warehouse.rows(
        "select artist_name, listeners, fetched_at from raw.artist_stats"
        " join raw.names on artist_name_id = name_id order by fetched_at, artist_name, listeners"
    )


def test_a_changed_number_is_appended_and_an_equal_one_is_known(warehouse, tmp_path):
    now = dt.datetime(2026, 1, 1, 12)
    warehouse.one(artists(tmp_path, "Okto,,10,20", "Tarn,,1,2"))
    receipt = warehouse.one(artists(tmp_path, "Okto,,11,20", "Tarn,,1,2"), now=LATER)
    assert (receipt.rows_kept, receipt.rows_known) == (1, 1)
    assert stats(warehouse) == [("Okto", 10, now), ("Tarn", 1, now), ("Okto", 11, LATER)]


def test_a_number_that_returns_is_new_again(warehouse, tmp_path):
    for day, row in enumerate(("Okto,,10,20", "Okto,,11,20", "Okto,,10,20"), 1):
        assert warehouse.one(artists(tmp_path, row), now=dt.datetime(2026, 1, day)).rows_kept == 1


def test_two_statements_of_one_file_are_both_kept_and_both_known(warehouse, tmp_path):
    path = artists(tmp_path, "Okto,,10,20", "Okto,,11,20", "Okto,,10,20")
    first, second = warehouse.one(path), warehouse.one(path, now=LATER)
    assert (first.rows_kept, first.rows_known) == (2, 1)
    assert (second.rows_kept, second.rows_known) == (0, 3)


def test_favourites_take_an_id_from_an_address_and_a_day_as_its_noon(warehouse, tmp_path):
    path = tmp_path / "x.csv"
    path.write_text(
        "date,artist,title,spotify_uri,week_ending\n"
        "2024-01-06,Okto,Arms,spotify:track:abc,2024-01-06\n"
        "2024-01-13T14:00:00+01:00,Okto,Legs,https://open.example/track/def?si=1,\n"
        "2024-01-20 12:00:00,Okto,Feet,,someday\n"
        "2024-01-06,Okto,Arms,spotify:track:abc,2024-01-06\n"
    )
    receipt = warehouse.one(path)
    assert (receipt.format, receipt.rows_kept, receipt.rows_known) == ("favourites", 2, 1)
    assert receipt.reasons == {"week not understood": 1}
    assert warehouse.rows(
        "select picked_at, week_ending, spotify_track_id from raw.picks order by all"
    ) == [
        (dt.datetime(2024, 1, 6, 12), dt.date(2024, 1, 6), "abc"),
        (dt.datetime(2024, 1, 13, 13), None, "def"),
    ]
    assert warehouse.one(path, now=LATER).rows_known == 3


def test_a_table_of_time_artist_and_track_alone_is_plays(warehouse, tmp_path):
    path = tmp_path / "x.csv"
    path.write_text("time,artist,track\n2024-01-06 12:00:00,Okto,Arms\n")
    assert warehouse.one(path).format == "lastfm table"


def weekly(folder, heading="time,artist,track", clock=" 12:00:00", weeks=6):
    path = folder / "weekly.csv"
    days = [dt.date(2024, 1, 6) + dt.timedelta(weeks=week) for week in range(weeks)]
    path.write_text("\n".join([heading, *(f"{day}{clock},Okto,Arms" for day in days)]) + "\n")
    return path


def test_a_table_said_to_be_of_favourites_is_read_as_such_whatever_it_looks_like(
    warehouse, tmp_path
):
    receipt = warehouse.one(weekly(tmp_path, clock=""), is_favorites=True)
    assert (receipt.format, receipt.rows_kept) == ("favourites", 6)
    assert warehouse.value("select count(*) from raw.picks") == 6
    assert warehouse.value("select count(*) from raw.plays") == 0
    report = warehouse.ingest(artists(tmp_path, "Okto,,10,20"), is_favorites=True)
    assert "no table of favourites" in report.refused[0][1]
    pq.write_table(pa.table({"date": [NOON], "artist": ["A"], "track": ["B"]}), tmp_path / "p.pq")
    assert warehouse.one(tmp_path / "p.pq", is_favorites=True).format == "favourites parquet"


def test_a_table_with_a_play_a_week_is_plays_and_says_that_it_looks_like_favourites(
    warehouse, tmp_path
):
    receipt = warehouse.one(weekly(tmp_path))
    assert (receipt.format, receipt.rows_kept) == ("lastfm table", 6)
    assert "--as favourites" in receipt.note
    assert "--as favourites" in warehouse.one(weekly(tmp_path, clock=" someday")).note


def test_a_usual_table_of_plays_says_nothing_of_favourites(warehouse, tmp_path):
    path = weekly(tmp_path, weeks=20)
    lines = path.read_text().splitlines()
    path.write_text("\n".join(lines + [line.replace("Arms", "Legs") for line in lines[1:9]]))
    said = "times without a zone: read as UTC; if they are local, say --zone"
    assert warehouse.one(path).note == said
    assert warehouse.one(weekly(tmp_path, weeks=4)).note == said


def test_a_song_picked_for_two_weeks_in_the_same_second_is_kept_twice(warehouse, tmp_path):
    pick = {"kind": "pick", "picked_at": "2024-01-06T12:00:00", "artist": "Okto", "track": "Arms"}
    weeks = [None, "2024-01-06", "2023-12-30", "2024-01-06", None]
    path = tmp_path / "inbox.jsonl"
    path.write_text("\n".join(json.dumps(pick | {"week_ending": week}) for week in weeks))
    receipt = warehouse.one(path)
    assert (receipt.rows_kept, receipt.rows_known) == (3, 2)
    assert warehouse.rows("select week_ending from raw.picks order by 1") == [
        (dt.date(2023, 12, 30),),
        (dt.date(2024, 1, 6),),
        (None,),
    ]
    assert warehouse.one(path, now=LATER).rows_known == 5


def demo_of_two(folder):
    for name in ("alba", "bruno"):
        (folder / name).mkdir(parents=True)
        (folder / name / "plays.csv").write_text(f"uts,artist,track\n1704100000,Band,{name}\n")
    (folder / ".sotw-demo").write_text("alba/plays.csv\nbruno/plays.csv\nplays.csv\n")
    return folder


def test_the_files_of_a_demo_are_of_invented_people_named_like_their_folders(warehouse, tmp_path):
    folder = demo_of_two(tmp_path / "demo")
    (folder / "plays.csv").write_text("uts,artist,track\n1704100000,Band,Alone\n")
    (folder / "mine.csv").write_text("uts,artist,track\n1704100000,Band,Mine\n")
    assert not is_synthetic([folder])
    report = warehouse.ingest(folder)
    assert [one.listener for one in report.receipts] == ["alba", "bruno", "ana", "demo"]
    assert warehouse.rows("select listener, is_demo from raw.listeners order by 1") == [
        ("alba", True),
        ("ana", False),
        ("bruno", True),
        ("demo", True),
    ]
    assert is_synthetic([folder / "alba", folder / "plays.csv"])
    assert not is_synthetic([folder / "alba", folder / ("x" * 300)])
    assert not is_synthetic([])


def test_a_demo_is_not_mixed_with_somebody_real_of_the_same_name(warehouse, tmp_path):
    path = tmp_path / "x.csv"
    path.write_text("uts,artist,track\n1704100000,Band,Song\n")
    warehouse.one(path, listener="alba")
    report = warehouse.ingest(demo_of_two(tmp_path / "demo"))
    [(name, message)] = report.refused
    assert name == "alba/plays.csv"
    assert "'alba' is somebody real here" in message
    assert warehouse.value("select count(*) from raw.plays") == 2


def test_a_refused_file_is_named_once_and_told_once(warehouse, tmp_path, caplog):
    path = tmp_path / "notes.txt"
    path.write_text("x\n")
    report = warehouse.ingest(path)
    [row] = receipt_rows(report)
    assert row["note"].startswith("not a format that sotw knows")
    assert tables.receipts([row]).count("notes.txt: ") == 1
    assert [record for record in caplog.records if record.levelname == "WARNING"] == []


def test_the_inbox_of_picks_is_drained_once_and_a_torn_line_costs_itself(warehouse, tmp_path):
    pick = {
        "kind": "pick",
        "listener": "eva",
        "picked_at": "2024-01-06T12:00:00",
        "artist": "Okto",
        "track": "Arms",
        "week_ending": "2024-01-06",
        "idempotency_key": "k1",
    }
    path = tmp_path / "inbox.jsonl"
    line = json.dumps(pick)
    path.write_text(f'{line}\n{line}\n{{"kind": "thumb"}}\n{line[:40]}')
    receipt = warehouse.one(path)
    assert (receipt.listener, receipt.rows_kept, receipt.rows_known) == ("eva", 1, 1)
    assert receipt.reasons == {"not JSON": 1, "not a pick": 1}
    assert warehouse.rows("select week_ending, idempotency_key from raw.picks") == [
        (dt.date(2024, 1, 6), "k1")
    ]
    assert warehouse.one(path, now=LATER).rows_kept == 0


def test_a_listener_is_made_when_first_needed_and_marked_if_invented(warehouse, tmp_path):
    from sotw.ingest import ingest

    bad, good = tmp_path / "bad.csv", tmp_path / "good.csv"
    bad.write_text("uts,artist,track\n0,Band,Song\n")
    good.write_text("uts,artist,track\n1704100000,Band,Song\n")
    warehouse.one(bad)
    assert warehouse.rows("from raw.listeners") == []
    ingest(warehouse.con, [good], "demo", now=LATER, is_demo=True)
    assert warehouse.rows("from raw.listeners") == [(1, "demo", True, LATER)]


def test_a_newer_version_of_the_keys_repeats_the_ids(warehouse, tmp_path, monkeypatch):
    path = tmp_path / "x.csv"
    path.write_text("uts,artist,track\n1704100000,Band,Song\n")
    warehouse.one(path)
    before = warehouse.rows("select name_id, kind, title from raw.names order by name_id")
    monkeypatch.setattr(load, "KEY_VERSION", load.KEY_VERSION + 1)
    assert warehouse.one(path).rows_known == 1
    after = warehouse.rows(
        f"select name_id, kind, title from raw.names where key_version = {load.KEY_VERSION}"
        " order by name_id"
    )
    assert after == before


def test_nothing_imports_pandas(tmp_path):
    import subprocess
    import sys

    path = tmp_path / "x.csv"
    path.write_text("uts,artist,track\n1704100000,Band,Song\n,Band,Song\n")
    code = (
        "import sys, datetime, duckdb, pathlib; from sotw.ingest import ingest;"
        "from sotw.render import contracts; con = duckdb.connect();"
        "con.execute(contracts());"
        f"ingest(con, [pathlib.Path({str(path)!r})], 'me', now=datetime.datetime(2026, 1, 1));"
        "sys.exit('pandas' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
