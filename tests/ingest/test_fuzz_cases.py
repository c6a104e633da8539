"""What fuzzing found, kept; and a short turn of the fuzzer for every family of readers."""

from __future__ import annotations

import io
import json
import random
import sys
import tracemalloc
import zipfile
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from conftest import NOW
from every_kind import FAMILIES, PLANTED, packed
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sotw.commands import tables
from sotw.ingest import receipt_rows
from sotw.ingest.reading.texts import json_paths

sys.path.append(str(Path(__file__).resolve().parent.parent / "bench"))

import fuzz_ingest
import spoil

LOG = "#AUDIOSCROBBLER/1.1\n#TZ/UTC\n#CLIENT/x\nOkto\tDeep\tArms\t1\t201\tL\t1678600000\t\n"
FEW = settings(
    max_examples=12, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck)
)


@pytest.mark.slow
@pytest.mark.parametrize("family", sorted(FAMILIES))
@FEW
@given(seed=st.integers(0, 2**32))
def test_a_spoilt_export_is_balanced_or_refused_and_nothing_of_it_leaks(
    empty_warehouse, tmp_path_factory, family, seed
):
    case = spoil.spoilt(random.Random(seed), FAMILIES[family]())
    folder = tmp_path_factory.mktemp("fuzz")
    for name, content in case.files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    found = fuzz_ingest.faults(empty_warehouse, folder, case, folder.name)
    assert [one for one in found if not one.startswith("slow")] == []


def test_a_parquet_file_may_have_two_columns_of_one_name(warehouse, tmp_path):
    at = pa.array([1_700_000_000_000_000], pa.timestamp("us"))
    names = ["artist", "track", "track", "played_at"]
    columns = [pa.array(["Okto"]), pa.array(["Arms"]), pa.array([1.5]), at]
    pq.write_table(pa.Table.from_arrays(columns, names), tmp_path / "a.parquet")
    report = warehouse.ingest(tmp_path / "a.parquet")
    assert len(report.receipts) + len(report.refused) == 1


def test_json_of_a_hundred_thousand_levels_takes_no_memory_and_one_line(warehouse, tmp_path):
    deep = '{"a":' * 20_000
    tracemalloc.start()
    json_paths(deep)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 20e6
    for number, text in enumerate((deep, "[" * 100_000, f'[{{"tracks": {"[" * 30_000}')):
        (tmp_path / f"{number}.json").write_text(text)
    report = warehouse.ingest(tmp_path)
    assert report.receipts == ()
    assert [message.count("\n") for _, message in report.refused] == [0, 0, 0]


def test_what_stands_for_an_artist_in_a_genre_map_and_is_no_text_is_not_kept(warehouse, tmp_path):
    path = tmp_path / "genres.json"
    path.write_text(json.dumps({"dub": ["Okto", {"email": PLANTED[0]}]}))
    assert warehouse.one(path).reasons == {"artist is no text": 1}
    assert warehouse.rows("select record from raw.rejects") == [('["dub"]',)]


def test_a_time_of_the_technical_log_that_is_none_is_not_kept(warehouse, tmp_path):
    path = tmp_path / "Stutter.json"
    rows = [{"timestamp_utc": text, "message_buffer_size": 1} for text in (PLANTED[0], "12:99")]
    path.write_text(json.dumps(rows))
    assert warehouse.one(path).reasons == {"time not understood": 2}
    assert warehouse.rows("select record from raw.rejects order by line") == [
        ("{}",),
        ('{"timestamp_utc": "12:99"}',),
    ]


@pytest.mark.parametrize("place", ["disk", "zip"])
def test_the_log_of_a_player_is_found_though_it_is_hidden_and_nothing_else_is(
    warehouse, tmp_path, place
):
    files = {".scrobbler.log": LOG, ".hidden.csv": "x", ".cache/.scrobbler.log": LOG}
    if place == "zip":
        content = packed({f"ipod/{name}": text.encode() for name, text in files.items()})
        (tmp_path / "ipod.zip").write_bytes(content)
    else:
        (tmp_path / ".cache").mkdir()
        for name, text in files.items():
            (tmp_path / name).write_text(text)
    receipt = warehouse.one(tmp_path)
    assert (receipt.format, receipt.rows_kept) == ("scrobbler.log", 1)


def test_an_album_that_is_only_a_text_gets_no_name(warehouse, tmp_path):
    path = tmp_path / "songs.csv"
    path.write_text("artist,track,album,popularity,danceability\nOkto,Arms,Eight,60,0.5\n")
    assert warehouse.one(path).format == "catalogue"
    assert warehouse.value("select count(*) from raw.names where kind = 'album'") == 0
    assert warehouse.value("select album_name from raw.track_stats") == "Eight"


def test_what_a_minute_and_a_second_say_of_one_play_does_not_depend_on_their_order(
    warehouse, tmp_path
):
    minute, second = tmp_path / "minute.csv", tmp_path / "second.csv"
    minute.write_text("Okto,Other Album,Arms,12 Mar 2023 09:42\n")
    second.write_text(
        '"uts","utc_time","artist","album","album_mbid","track"\n'
        '"1678614177","12 Mar 2023, 09:42","Okto","Eight","0f0e0d0c-0002-4000-8000-000000000001",'
        '"Arms"\n'
    )
    for listener, order in (("ana", (minute, second)), ("bea", (second, minute))):
        for path in order:
            warehouse.one(path, listener=listener)
    said = warehouse.rows(
        "select played_at, title, payload from raw.plays"
        " join raw.names on album_name_id = name_id order by listener_id"
    )
    assert len(said) == 2
    assert said[0] == said[1]


def test_files_that_are_not_used_are_told_in_a_line_for_each_reason(warehouse, tmp_path):
    (tmp_path / "plays.csv").write_text("Okto,Eight,Arms,12 Mar 2023 09:42\n")
    for number in range(5):
        (tmp_path / f"{number}.png").write_bytes(b"\x89PNG\r\n\x1a\n\x00\x00\x00")
    rows = receipt_rows(warehouse.ingest(tmp_path))
    assert [row["format"] for row in rows] == ["lastfm-to-csv"] + ["not used"] * 5
    lines = tables.receipts(rows).splitlines()
    assert [line for line in lines if "png" in line] == [
        "not used: 0.png, 1.png, 2.png and 2 more files: a picture; holds no plays."
    ]


def test_a_delimiter_that_is_stated_holds_for_a_table_without_headings(warehouse, tmp_path):
    from sotw.ingest import Reading, ingest

    path = tmp_path / "plays.csv"
    path.write_text("Okto|Eight, Nine|Arms|12 Mar 2023 09:42\n" * 2)
    reading = Reading(delimiter="|")
    report = ingest(warehouse.con, [path], "ana", now=NOW, reading=reading)
    assert [one.rows_kept for one in report.receipts] == [2]


@pytest.mark.parametrize("text", ["[]", "{}", "null", "7", "\ufeff", "", '""', "[null]", "[[]]"])
@pytest.mark.parametrize("name", ["a.json", "endsong_0.json", "a.csv", "watch-history.json"])
def test_next_to_nothing_is_said_in_one_line(warehouse, tmp_path, text, name):
    (tmp_path / name).write_text(text)
    report = warehouse.ingest(tmp_path)
    assert report.receipts == ()
    [(_, message)] = (*report.refused, *report.unread)
    assert "\n" not in message


def test_a_zip_inside_a_zip_that_is_cut_off_costs_itself(warehouse, tmp_path):
    inner = packed({"plays.csv": b"Okto,Eight,Arms,12 Mar 2023 09:42\n"})
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("a.zip", inner[:-30])
        archive.writestr("b.zip", inner)
    (tmp_path / "outer.zip").write_bytes(stream.getvalue())
    report = warehouse.ingest(tmp_path)
    assert [receipt.rows_kept for receipt in report.receipts] == [1]
    assert [name for name, _ in report.refused] == ["outer.zip/a.zip"]


@pytest.mark.parametrize(
    "text",
    [
        '{"ts": "2024-03-12T09:47:00Z", "username": "zqplantedm": "ios", "ms_played": 200000',
        '{"albums": [], "shows": [{"name": "zqplantedsay"}], "other": ["zqplantedsay"]}',
    ],
)
def test_a_value_that_stands_where_a_key_does_is_not_said(warehouse, tmp_path, text):
    path = tmp_path / "x.json"
    path.write_text(text)
    report = warehouse.ingest(path)
    [(_, message)] = (*report.refused, *report.unread)
    assert "zqplanted" not in message
    assert not report.receipts
