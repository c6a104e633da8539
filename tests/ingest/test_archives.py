"""Archives within archives: read in place, within limits, and one bad member spoils no other."""

from __future__ import annotations

import io
import struct
import tempfile
import zipfile
from pathlib import Path

import pytest

import sotw.ingest.reading.documents as documents
from sotw.ingest.reading.documents import find_documents

GOOD = "Band One,First,Song A,12 Mar 2024 09:42\n"


def play(number: int) -> str:
    return f"Band {number},First,Song A,12 Mar 2024 09:42\n"


def packed(members: dict[str, bytes | str]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return stream.getvalue()


def nested(depth: int) -> bytes:
    """An archive ``depth`` archives deep."""
    return packed({"in.zip": nested(depth - 1)} if depth else {"a.csv": GOOD})


def encrypted(content: bytes) -> bytes:
    """The same archive, whose first member says that it is encrypted."""
    changed = bytearray(content)
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        place = changed.index(mark) + offset
        changed[place : place + 2] = struct.pack("<H", 1)
    return bytes(changed)


def test_an_archive_within_an_archive_is_read_in_place(warehouse, tmp_path):
    inner = packed({"deep/b.csv": play(2), "c.csv": play(3)})
    (tmp_path / "all.zip").write_bytes(packed({"a.csv": play(1), "more/In.ZIP": inner}))
    report = warehouse.ingest(tmp_path / "all.zip")
    assert not report.refused
    assert [(receipt.file, receipt.rows_kept) for receipt in report.receipts] == [
        ("all.zip/a.csv", 1),
        ("all.zip/more/In.ZIP/c.csv", 1),
        ("all.zip/more/In.ZIP/deep/b.csv", 1),
    ]
    assert [file.name for file in tmp_path.rglob("*")] == ["all.zip"]


def test_a_member_is_opened_as_often_as_its_reader_likes_and_at_once(tmp_path):
    inner = packed({"a.csv": "first" * 1000, "b.csv": "second" * 1000})
    (tmp_path / "all.zip").write_bytes(packed({"x.csv": "third" * 1000, "in.zip": inner}))
    found = list(find_documents([tmp_path / "all.zip"], pytest.fail))
    assert [document.size for document in found] == [5000, 6000, 5000]
    streams = [document.open() for document in found for _ in range(2)]
    heads = [stream.read(5) for stream in streams]
    assert heads == [b"first", b"first", b"secon", b"secon", b"third", b"third"]
    for stream in streams:
        stream.seek(0)
        assert stream.read(5) in (b"first", b"secon", b"third")
        stream.close()
    assert found[0].open().read() == b"first" * 1000


def test_nothing_is_left_behind_and_an_inner_archive_is_unpacked_once(
    warehouse, tmp_path, monkeypatch
):
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(scratch))
    copies = []
    copy = documents.shutil.copyfileobj
    monkeypatch.setattr(
        documents.shutil, "copyfileobj", lambda *args: (copies.append(1), copy(*args))
    )
    members = {f"{number}.csv": play(number) for number in range(20)}
    (tmp_path / "all.zip").write_bytes(packed({"in.zip": packed({"in.zip": packed(members)})}))
    assert len(warehouse.ingest(tmp_path / "all.zip").receipts) == 20
    assert len(copies) == 2
    assert list(scratch.iterdir()) == []


def test_archives_are_opened_to_a_depth_and_no_deeper(warehouse, tmp_path):
    for depth in range(documents.MAX_DEPTH + 2):
        (tmp_path / f"{depth}.zip").write_bytes(nested(depth))
    report = warehouse.ingest(tmp_path)
    assert [receipt.file.count("in.zip") for receipt in report.receipts] == [0, 1, 2, 3]
    assert [message for _, message in report.refused] == [
        "4.zip/in.zip/in.zip/in.zip/in.zip: archives nested 4 deep. Unpack the outer one."
    ]


def test_a_bomb_in_an_inner_archive_is_refused_and_the_rest_is_read(warehouse, tmp_path):
    bomb = packed({"zeros.csv": bytes(8 * 2**20)})
    content = packed({"a.csv": play(1), "bomb.zip": bomb, "z.csv": play(2)})
    (tmp_path / "all.zip").write_bytes(content)
    report = warehouse.ingest(tmp_path / "all.zip")
    [(name, message)] = report.refused
    assert name == "all.zip/bomb.zip"
    assert "more than 250 to 1" in message
    assert [receipt.rows_kept for receipt in report.receipts] == [1, 1]


@pytest.mark.parametrize(
    ("limit", "value", "said"),
    [
        ("MAX_MEMBERS", 5, "6 files, more than 5"),
        ("MAX_ARCHIVES", 2, "more than 2 archives"),
        ("MAX_UNPACKED_BYTES", 3000, "bytes unpacked, more than 3,000"),
    ],
)
def test_limits_hold_for_an_archive_and_all_within_it(
    warehouse, tmp_path, monkeypatch, limit, value, said
):
    monkeypatch.setattr(documents, limit, value)
    inner = packed({"a.csv": GOOD * 20, "b.csv": GOOD * 20})
    (tmp_path / "all.zip").write_bytes(packed({"1.zip": inner, "2.zip": inner}))
    report = warehouse.ingest(tmp_path / "all.zip")
    assert len(report.receipts) == 2
    [(name, message)] = report.refused
    assert name == "all.zip/2.zip"
    assert said in message


def test_members_that_share_their_bytes_are_measured_by_the_archive(warehouse, tmp_path):
    # Every entry of the directory points at one member, so that sizes add up to anything.
    content = packed({"aaaa.csv": bytes(range(256)) * 40_000})
    start, end = content.index(b"PK\x01\x02"), content.index(b"PK\x05\x06")
    entry, tail = content[start:end], bytearray(content[end:])
    count = 40
    tail[8:16] = struct.pack("<HHL", count, count, len(entry) * count)
    (tmp_path / "all.zip").write_bytes(content[:start] + entry * count + bytes(tail))
    report = warehouse.ingest(tmp_path / "all.zip")
    assert report.receipts == ()
    assert "more than 250 to 1" in report.refused[0][1]


def test_names_that_lead_out_and_encrypted_members_are_refused_alone(warehouse, tmp_path):
    inner = packed(
        {
            "../up.csv": GOOD,
            "/root.csv": GOOD,
            "C:\\win.csv": GOOD,
            "..\\up.csv": GOOD,
            "b.csv": GOOD,
        }
    )
    locked = encrypted(packed({"a.csv": GOOD, "b.csv": play(2)}))
    locked_zip = encrypted(packed({"a.zip": nested(0), "b.csv": play(3)}))
    members = {"in.zip": inner, "locked.zip": locked, "locked_zip.zip": locked_zip}
    (tmp_path / "all.zip").write_bytes(packed(members))
    report = warehouse.ingest(tmp_path / "all.zip")
    assert [receipt.file for receipt in report.receipts] == [
        "all.zip/in.zip/b.csv",
        "all.zip/locked.zip/b.csv",
        "all.zip/locked_zip.zip/b.csv",
    ]
    faults = [message for _, message in report.refused]
    assert sum("leads out of the archive" in fault for fault in faults) == 4
    assert sum("the file is encrypted" in fault for fault in faults) == 2


@pytest.mark.parametrize("damage", ["cut", "no zip", "empty", "flipped"])
def test_a_damaged_inner_archive_is_refused_and_the_rest_is_read(warehouse, tmp_path, damage):
    inner = packed({"b.csv": play(2) * 200})
    inner = {
        "cut": inner[:-30],
        "no zip": b"PK, but no archive",
        "empty": b"",
        "flipped": inner[:60] + bytes(byte ^ 0xFF for byte in inner[60:90]) + inner[90:],
    }[damage]
    (tmp_path / "all.zip").write_bytes(
        packed({"a.csv": play(1), "in.zip": inner, "z.csv": play(3)})
    )
    report = warehouse.ingest(tmp_path / "all.zip")
    assert [receipt.file for receipt in report.receipts] == ["all.zip/a.csv", "all.zip/z.csv"]
    [(name, message)] = report.refused
    assert name.startswith("all.zip/in.zip")
    assert "\n" not in message


@pytest.mark.parametrize("local_name", [b"\xff\xff\xff\xffed.csv", b"otherxxx.csv"])
def test_a_member_whose_entry_is_damaged_is_refused_and_its_name_not_told(
    warehouse, tmp_path, local_name
):
    content = packed({"pl\u00e4nted.csv": play(1), "z.csv": play(2)})
    name = "pl\u00e4nted.csv".encode()
    content = content.replace(name, local_name.ljust(len(name), b"x"), 1)
    (tmp_path / "all.zip").write_bytes(content)
    report = warehouse.ingest(tmp_path / "all.zip")
    assert [receipt.file for receipt in report.receipts] == ["all.zip/z.csv"]
    assert "its entry in the archive is damaged" in report.refused[0][1]


def test_members_of_one_name_are_two(warehouse, tmp_path):
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as archive:
        archive.writestr("a.csv", play(1))
        with pytest.warns(UserWarning, match="Duplicate name"):
            archive.writestr("a.csv", play(2))
    report = warehouse.ingest(tmp_path / "all.zip")
    assert [receipt.rows_kept for receipt in report.receipts] == [1, 1]


def test_the_directory_of_an_archive_of_many_members_is_read_once(tmp_path, monkeypatch):
    names = [f"{number:04}.csv" for number in range(2_000)]
    (tmp_path / "all.zip").write_bytes(packed(dict.fromkeys(names, GOOD)))
    opened = []
    archive = zipfile.ZipFile

    def counted(*args):
        opened.append(args)
        return archive(*args)

    monkeypatch.setattr(documents.zipfile, "ZipFile", counted)
    found = list(find_documents([tmp_path / "all.zip"], pytest.fail))
    assert [document.name for document in found] == [f"all.zip/{name}" for name in names]
    for document in found:
        with document.open() as stream:
            assert stream.read() == GOOD.encode()
    assert len(opened) == 1


def test_a_folder_of_many_archives_holds_few_of_them_open(tmp_path):
    descriptors = Path("/proc/self/fd")
    if not descriptors.exists():
        pytest.skip("this system does not list open files")
    for number in range(60):
        (tmp_path / f"{number:02}.zip").write_bytes(packed({"a.csv": play(number)}))
    before = len(list(descriptors.iterdir()))
    found = list(find_documents([tmp_path], pytest.fail))
    first = found[0].open()
    assert len(found) == 60
    assert len(list(descriptors.iterdir())) < before + 25
    # One that was closed meanwhile is opened again, and one in use is not closed.
    for number, document in enumerate(found):
        with document.open() as stream:
            assert stream.read() == play(number).encode()
    assert first.read() == play(0).encode()
    first.close()


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("listenbrainz_planted_1700000000.zip", "listenbrainz_…_1700000000.zip"),
        ("recenttracks-planted-1700000000.csv", "recenttracks-…-1700000000.csv"),
        ("lastfm-planted.csv", "lastfm-….csv"),
        ("planted_lb-2023-10-31.json", "…_lb-2023-10-31.json"),
        ("scrobbles-planted-1700000000.csv", "scrobbles-…-1700000000.csv"),
        ("listenbrainz_planted_1700000000/user.csv", "listenbrainz_…_1700000000/user.csv"),
        ("Streaming_History_Audio_2024_1.json", "Streaming_History_Audio_2024_1.json"),
    ],
)
def test_an_account_in_a_name_is_not_shown_however_deep_it_lies(warehouse, tmp_path, name, shown):
    (tmp_path / "outer.zip").write_bytes(packed({"in.zip": packed({name: GOOD}), name: GOOD}))
    report = warehouse.ingest(tmp_path / "outer.zip")
    names = [receipt.file for receipt in report.receipts] + [file for file, _ in report.refused]
    assert sorted(names) == sorted([f"outer.zip/in.zip/{shown}", f"outer.zip/{shown}"])
    assert "planted" not in repr(report)
    assert "planted" not in repr(warehouse.rows("from raw.imports"))


def test_a_spreadsheet_is_one_file_whatever_its_name(warehouse, tmp_path):
    sheet = packed({"[Content_Types].xml": "<Types/>", "xl/worksheets/sheet1.xml": "<sheet/>"})
    (tmp_path / "all.zip").write_bytes(packed({"plays.xlsx": sheet, "other.zip": sheet}))
    (tmp_path / "sheet").write_bytes(sheet)
    (tmp_path / "plays.xlsx").write_bytes(sheet)
    report = warehouse.ingest(tmp_path)
    assert [name for name, _ in report.refused] == [
        "all.zip/other.zip",
        "all.zip/plays.xlsx",
        "plays.xlsx",
        "sheet",
    ]
    assert all("CSV" in message for _, message in report.refused)


def test_what_others_need_is_read_first_wherever_it_lies(warehouse, tmp_path):
    activity = (
        "Event Type,Song Name,Event End Timestamp,Play Duration Milliseconds\n"
        "PLAY_END,Alpha,2024-03-12T10:00:00Z,1000\n"
    )
    days = "Date Played,Track Description\n20240312,Tarn - Alpha\n"
    (tmp_path / "a.csv").write_text(activity)
    (tmp_path / "b.csv").write_text(GOOD)
    (tmp_path / "z.zip").write_bytes(packed({"in.zip": packed({"days.csv": days})}))
    report = warehouse.ingest(tmp_path)
    assert [receipt.file for receipt in report.receipts] == [
        "z.zip/in.zip/days.csv",
        "a.csv",
        "b.csv",
    ]
    assert [receipt.rows_kept for receipt in report.receipts] == [1, 1, 1]


def test_a_folder_of_everything_brings_each_play_once(warehouse, tmp_path):
    (tmp_path / "one").mkdir()
    inner = packed({"c.csv": play(1) + play(3), "Read me.txt": "hello", "p.png": b"\x89PNG\r\n"})
    (tmp_path / "one/a.csv").write_text(play(1))
    (tmp_path / "two.zip").write_bytes(packed({"b.csv": play(1) + play(2), "in.zip": inner}))
    first = warehouse.ingest(tmp_path)
    assert [receipt.rows_kept for receipt in first.receipts] == [1, 1, 1]
    assert not first.refused
    assert len(first.unread) == 2
    again = warehouse.ingest(tmp_path)
    assert [receipt.rows_kept for receipt in again.receipts] == [0, 0, 0]
    assert len(warehouse.plays()) == 3
