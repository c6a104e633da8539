"""What is read at all: folders, archives, encodings, damage; and what is refused, whole."""

from __future__ import annotations

import datetime as dt
import stat
import struct
import zipfile

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import sotw.ingest.reading.documents as documents
from sotw.actions.drafting import is_empty
from sotw.ingest import receipt_rows

GOOD = "Band One,First,Song A,12 Mar 2024 09:42\n"


def table(rows: int) -> str:
    start = dt.datetime(2024, 1, 1)
    times = [start + dt.timedelta(minutes=row) for row in range(rows)]
    return "datetime,artist,track\n" + "".join(f"{time},Band,Song\n" for time in times)


def test_a_folder_is_searched_whole_and_hidden_files_are_left_out(warehouse, tmp_path):
    for name in ("b/c/deep.csv", ".hidden.csv", ".git/x.csv", "a.csv"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(GOOD)
    report = warehouse.ingest(tmp_path)
    assert [receipt.file for receipt in report.receipts] == ["a.csv", "b/c/deep.csv"]
    assert [receipt.rows_kept for receipt in report.receipts] == [1, 0]


def test_members_of_a_zip_have_their_own_receipts(warehouse, tmp_path):
    path = tmp_path / "all.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("in/a.csv", GOOD)
        archive.writestr("in/b.txt", "hello")
        archive.writestr("__MACOSX/._a.csv", b"\0\5\26\7")
        archive.writestr(".DS_Store", b"\0\0\0\1")
        archive.writestr("../outside.csv", GOOD)
        archive.writestr("/root.csv", GOOD)
        archive.writestr("more.zip", b"PK")
    report = warehouse.ingest(path)
    assert [receipt.file for receipt in report.receipts] == ["all.zip/in/a.csv"]
    assert [name for name, _ in report.refused] == [
        "all.zip/../outside.csv",
        "all.zip//root.csv",
        "all.zip/in/b.txt",
        "all.zip/more.zip",
    ]


def test_a_damaged_or_empty_zip_is_one_line(warehouse, tmp_path):
    path, cut, empty = tmp_path / "a.zip", tmp_path / "cut.zip", tmp_path / "empty.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.csv", GOOD * 50)
    cut.write_bytes(path.read_bytes()[:-30])
    with zipfile.ZipFile(empty, "w"):
        pass
    report = warehouse.ingest(cut, empty)
    assert [name for name, _ in report.refused] == ["cut.zip", "empty.zip"]
    assert "cut off" in report.refused[0][1]


def test_a_member_with_a_wrong_checksum_is_refused_and_leaves_no_rows(warehouse, tmp_path):
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.csv", GOOD * 50)
        archive.writestr("b.csv", "Band,,Other,12 Mar 2024 09:42\n")
    content = path.read_bytes().replace(b"Song A", b"Song B", 1)
    path.write_bytes(content)
    report = warehouse.ingest(path)
    assert [name for name, _ in report.refused] == ["a.zip/a.csv"]
    assert [row[2] for row in warehouse.plays()] == ["Other"]


@pytest.mark.parametrize(
    ("limit", "value"), [("MAX_MEMBERS", 1), ("MAX_UNPACKED_BYTES", 50)], ids=str
)
def test_an_archive_beyond_a_limit_is_refused(warehouse, tmp_path, monkeypatch, limit, value):
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.csv", GOOD)
        archive.writestr("b.csv", GOOD)
    monkeypatch.setattr(documents, limit, value)
    report = warehouse.ingest(path)
    assert [name for name, _ in report.refused] == ["a.zip"]
    assert f"more than {value}" in report.refused[0][1]


def test_an_encrypted_member_is_refused(warehouse, tmp_path):
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.csv", GOOD)
    content = bytearray(path.read_bytes())
    # Bit 0 of the general purpose flag in the local and the central header.
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        place = content.index(signature) + offset
        content[place : place + 2] = struct.pack("<H", 1)
    path.write_bytes(content)
    assert "encrypted" in warehouse.ingest(path).refused[0][1]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "empty"),
        (b"\xef\xbb\xbf \n\n", "empty"),
        (b"uts,artist,track\n", "no records"),
        (b"colour,size\nred,3\n", "not a format"),
        (b"y\n0\n1\n", "not a format"),
        (b"\x07\x01\x02\x03\x04\x05\x06\x10\x11\x12\x13\x14\xfe", "not a format"),
        (b'[{"track": [{"artist": "A", "name": "B", "date"', "cut off"),
        (b'[{"track": [{"artist": "A", "name": "B", "date": {"uts": "1704100000"}}]},', "cut off"),
        (b'{"error": 17, "message": "private", "artist": 1, "name": 1, "date": 1}', "error 17"),
        (b'{"Art Rock": ["Band"], "Dub": 3}', "'Dub'"),
        (b"PAR1 nothing", "damaged or cut off"),
    ],
)
def test_what_cannot_be_read_is_refused_with_one_clear_line(warehouse, tmp_path, content, said):
    bad, good = tmp_path / "a.bin", tmp_path / "b.csv"
    bad.write_bytes(content)
    good.write_text(GOOD)
    report = warehouse.ingest(bad, good)
    [(name, message)] = report.refused
    assert name == "a.bin"
    assert message.startswith("a.bin: ")
    assert said in message
    assert "\n" not in message
    assert message.endswith(".")
    # Nothing of the bad file is there, all of the good one is.
    assert warehouse.rows("select file from raw.imports") == [("b.csv",)]
    assert warehouse.value("select count(*) from raw.plays") == 1


def test_a_missing_path_and_an_unreadable_file_are_refused(warehouse, tmp_path):
    path = tmp_path / "locked.csv"
    path.write_text(GOOD)
    path.chmod(stat.S_IWUSR)
    (tmp_path / "empty").mkdir()
    report = warehouse.ingest(tmp_path / "missing.csv", tmp_path / "empty")
    assert [name for name, _ in report.refused] == ["missing.csv", "empty"]


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "latin-1"])
def test_a_guessed_encoding_is_named_in_the_receipt(warehouse, tmp_path, encoding):
    path = tmp_path / "x.csv"
    path.write_bytes("uts,artist,track\n1704100000,Zoé \x81,Él\n".encode(encoding))
    receipt = warehouse.one(path)
    assert encoding in receipt.note
    assert warehouse.plays()[0][2] == "Él"


def test_a_file_cut_inside_a_character_keeps_its_other_names(warehouse, tmp_path):
    path = tmp_path / "x.csv"
    text = "uts,artist,track\n" + "".join(f"{1704100000 + n},Zoé,Él {n}\n" for n in range(20))
    path.write_bytes(text.encode()[:-1] + b"\n1704200000,Zo\xc3")
    receipt = warehouse.one(path)
    assert receipt.rows_kept == 20
    assert receipt.note == "1 damaged characters"
    assert {row[1] for row in warehouse.plays()} == {"Zoé"}


@pytest.mark.parametrize("end", ["\r\n", "\r", "\n"])
def test_every_line_end_and_nul_bytes_are_read(warehouse, tmp_path, end):
    path = tmp_path / "x.csv"
    text = table(3).replace("Band", "Ba\0nd")
    path.write_bytes(text.replace("\n", end).encode())
    assert warehouse.one(path).rows_kept == 3
    assert {row[1] for row in warehouse.plays()} == {"Band"}


@pytest.mark.parametrize("delimiter", [";", "\t"])
def test_other_delimiters_are_seen_in_the_heading(warehouse, tmp_path, delimiter):
    path = tmp_path / "x.csv"
    path.write_text(table(3).replace(",", delimiter))
    assert warehouse.one(path).rows_kept == 3


def test_a_name_may_have_a_line_break_inside_its_quotes(warehouse, tmp_path):
    path = tmp_path / "x.csv"
    path.write_text('uts,artist,track\n1704100000,Band,"Two\nLines"\n1704100060,Band,\n')
    receipt = warehouse.one(path)
    assert (receipt.rows_read, receipt.rows_kept) == (2, 1)
    assert warehouse.plays()[0][2] == "Two\nLines"
    assert warehouse.rows("select line from raw.rejects") == [(4,)]


def test_a_quote_open_at_the_end_of_the_file_costs_one_record(warehouse, tmp_path):
    path = tmp_path / "x.csv"
    path.write_text('uts,artist,track\n1704100000,Band,"Open\n1704100060,Band,Song\n')
    receipt = warehouse.one(path)
    assert receipt.reasons == {"quote not closed": 1}
    assert receipt.rows_kept == 1


def test_an_open_quote_before_a_quoted_record_does_not_join_the_two(warehouse, tmp_path):
    path = tmp_path / "x.csv"
    path.write_text('uts,artist,track\n1704100000,Band,"Open\n1704100060,"Band, The","Song"\n')
    receipt = warehouse.one(path)
    assert receipt.reasons == {"quote not closed": 1}
    assert warehouse.plays()[0][1:3] == ("Band, The", "Song")


def test_more_records_than_a_batch_holds_are_all_read(warehouse, tmp_path, monkeypatch):
    import sotw.ingest.formats.lastfm.tables as lastfm

    whole = lastfm.read_records
    monkeypatch.setattr(
        lastfm, "read_records", lambda *args, **options: whole(*args, **options, chunk_size=7)
    )
    path = tmp_path / "x.csv"
    path.write_text(table(50))
    assert warehouse.one(path).rows_kept == 50


def plays_parquet(path, rows, names=("listener", "artist", "track", "played_at")):
    columns = [pa.array(column) for column in zip(*rows, strict=True)]
    pq.write_table(pa.table(columns, names=list(names)), path)


def test_parquet_holds_plays_of_several_listeners(warehouse, tmp_path):
    at = dt.datetime(2024, 1, 1)
    rows = [
        ("ben", "Band", "Song", at),
        ("ben", "Band", "Song", at),
        ("eva", " Band", "Song", at),
        (None, "Band", "Song", at),
        ("ben", "", "Song", at),
        ("ben", "Band", "Song", dt.datetime(1999, 1, 1)),
    ]
    path = tmp_path / "x.parquet"
    plays_parquet(path, rows)
    receipt = warehouse.one(path)
    assert (receipt.format, receipt.listener, receipt.rows_kept) == ("plays parquet", None, 4)
    assert receipt.reasons == {"no artist": 1, "time before 2002": 1}
    assert warehouse.rows(
        "select listener, count(*) from raw.plays join raw.listeners using (listener_id)"
        " group by all order by all"
    ) == [("ana", 1), ("ben", 2), ("eva", 1)]
    assert warehouse.one(path).rows_known == 4


def test_listeners_are_taken_in_turn_with_the_same_result(warehouse, tmp_path, monkeypatch):
    import sotw.ingest.load as load

    monkeypatch.setattr(load, "_PLAYS_AT_ONCE", 3)
    at = dt.datetime(2024, 1, 1)
    rows = [(f"l{n % 4}", "Band", f"Song {n % 3}", at) for n in range(24)]
    path = tmp_path / "x.parquet"
    plays_parquet(path, rows)
    assert warehouse.one(path).rows_kept == 24
    assert warehouse.one(path).rows_known == 24


def test_favourites_in_parquet_are_picks(warehouse, tmp_path):
    path = tmp_path / "x.parquet"
    at = dt.datetime(2024, 1, 6, 13)
    names = ("listener", "artist_name", "track_name", "added_at_utc", "spotify_track_id")
    plays_parquet(path, [("ben", "Band", "Song", at, "id1")], names)
    assert warehouse.one(path).rows_kept == 1
    assert warehouse.rows("select picked_at, spotify_track_id from raw.picks") == [(at, "id1")]


def test_receipts_are_rows_of_a_table_and_refused_files_come_last(warehouse, tmp_path):
    good, bad = tmp_path / "good.csv", tmp_path / "bad.csv"
    good.write_text(GOOD + "Band,,,12 Mar 2024 09:42\n")
    bad.write_text("nothing")
    assert is_empty(warehouse.con)
    rows = receipt_rows(warehouse.ingest(bad, good))
    assert not is_empty(warehouse.con)
    assert [row["file"] for row in rows] == ["good.csv", "bad.csv"]
    assert rows[0] | {"format": ""} == {
        "file": "good.csv",
        "format": "",
        "listener": "ana",
        "read": 2,
        "kept": 1,
        "known": 0,
        "rejected": 1,
        "reasons": {"no track": 1},
        "note": None,
    }


def test_nothing_temporary_is_left_in_the_connection(warehouse, tmp_path):
    path = tmp_path / "x.csv"
    path.write_text(table(3))
    warehouse.one(path)
    assert warehouse.rows("select table_name from duckdb_tables() where temporary") == []
