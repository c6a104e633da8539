"""What lies beside exports is passed over; what somebody meant to import is refused with advice."""

from __future__ import annotations

import io
import lzma
import sqlite3
import tarfile
import zipfile

import pytest

from sotw import warehouse as warehouses

GOOD = "Band One,First,Song A,12 Mar 2024 09:42\n"


def archived(kind: str) -> bytes:
    stream = io.BytesIO()
    if kind == "tar":
        with tarfile.open(fileobj=stream, mode="w") as archive:
            member = tarfile.TarInfo("plays.csv")
            member.size = len(GOOD)
            archive.addfile(member, io.BytesIO(GOOD.encode()))
    else:
        with zipfile.ZipFile(stream, "w") as archive:
            archive.writestr("[Content_Types].xml", "<Types/>")
            archive.writestr("xl/worksheets/sheet1.xml", "<sheet/>")
    return stream.getvalue()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.pdf", b"%PDF-1.7\n%\xe2\xe3\xcf\xd3 and more"),
        ("ReadMeFirst_Planted.pdf", b"%PDF-1.4\nanything"),
        ("a.png", b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"),
        ("a.csv", b"\xff\xd8\xff\xe0\x00\x10JFIF\x00 a picture whatever its name"),
        ("a.gif", b"GIF89a\x01\x00\x01\x00"),
        ("a.webp", b"RIFF\x24\x00\x00\x00WEBPVP8 "),
        ("a.bmp", b"BM\x36\x00\x0c\x00\x00\x00\x00\x00\x36\x00"),
        ("a.heic", b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00"),
        ("a.svg", b'<svg xmlns="http://www.w3.org/2000/svg"/>'),
        ("a.mp3", b"ID3\x04\x00\x00\x00\x00\x00\x00 a song"),
        ("a.flac", b"fLaC\x00\x00\x00\x22 a song"),
        ("a.m4a", b"\x00\x00\x00\x20ftypM4A \x00\x00"),
        ("README.txt", b"These are your data.\nRead, and be happy.\n"),
        ("read me first.html", b"<html>All about it</html>"),
        ("LICENSE", b"Do what you like."),
        ("notes.rtf", b"{\\rtf1\\ansi hello}"),
        ("letter.docx", archived("zip")),
        ("desktop.ini", b"[.ShellClassInfo]\r\nIconResource=x\r\n"),
        ("Thumbs.db", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\x00\x00"),
    ],
)
def test_what_lies_beside_exports_is_not_used_and_nothing_fails(warehouse, tmp_path, name, content):
    (tmp_path / name).write_bytes(content)
    (tmp_path / "plays.csv").write_text(GOOD)
    report = warehouse.ingest(tmp_path)
    assert report.refused == ()
    assert [receipt.rows_kept for receipt in report.receipts] == [1]
    [(unread, message)] = report.unread
    assert unread == name
    assert message.startswith(f"{name}: ")


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("backup.sqlite", "sqlite", "Use that program's own export"),
        ("work.duckdb", "duckdb", "Name it with --warehouse"),
        ("deezer.xlsx", archived("zip"), "save the sheet of plays as CSV"),
        ("deezer.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\x00\x00", "save the sheet"),
        ("book", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\x00\x00", "Save the sheet"),
        ("sheet.dat", archived("zip"), "save the sheet of plays as CSV"),
        ("a.csv.xz", lzma.compress(GOOD.encode()), "Unpack it"),
        ("a.7z", b"7z\xbc\xaf\x27\x1c\x00\x04", "Unpack it"),
        ("a.rar", b"Rar!\x1a\x07\x01\x00", "Unpack it"),
        ("a.arrow", b"ARROW1\x00\x00\xff\xff\xff\xff", "Save the table as Parquet or CSV"),
        ("last.html", b"<!DOCTYPE html><html><body>plays</body></html>", "a web page"),
        (
            "Library.xml",
            b'<?xml version="1.0"?>\n<!DOCTYPE plist>\n<plist version="1.0"></plist>',
            "privacy.apple.com",
        ),
    ],
)
def test_what_somebody_meant_to_import_is_refused_with_what_to_do(
    warehouse, tmp_path, name, content, said
):
    path = tmp_path / name
    if content == "sqlite":
        with sqlite3.connect(path) as con:
            con.execute("create table plays (artist, track)")
        con.close()
    elif content == "duckdb":
        warehouses.connect(path).close()
    else:
        path.write_bytes(content)
    (tmp_path / "plays.csv").write_text(GOOD)
    report = warehouse.ingest(tmp_path)
    [(refused, message)] = report.refused
    assert refused == name
    assert said in message
    assert "\n" not in message
    assert [receipt.rows_kept for receipt in report.receipts] == [1]


@pytest.mark.parametrize(
    "first", ["BMW Band", "ID3 Band", "PKs", "BZh", "GIFT", "FORM", "Rar! Band", "<svg> Band"]
)
def test_a_table_that_begins_like_something_else_is_still_a_table(warehouse, tmp_path, first):
    path = tmp_path / "plays.csv"
    path.write_text(f"{first},First,Song A,12 Mar 2024 09:42\n")
    assert warehouse.one(path).rows_kept == 1


def test_a_table_named_like_a_read_me_is_read(warehouse, tmp_path):
    path = tmp_path / "readme.txt"
    path.write_text(GOOD)
    assert warehouse.one(path).rows_kept == 1
