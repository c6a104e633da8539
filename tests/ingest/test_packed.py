"""What tar and gzip hold is read like what a zip holds: in place, within limits."""

from __future__ import annotations

import gzip
import io
import tarfile
import zipfile
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

PLAYS = b"artist,track,timestamp\nOkto,Arms,1684310730\n"
HISTORY = (
    b'[{"header": "YouTube Music", "title": "Watched Arms", "titleUrl":'
    b' "https://music.youtube.com/watch?v=a", "subtitles": [{"name": "Okto - Topic"}],'
    b' "time": "2023-05-17T08:05:30Z"}]'
)


def tar(members: dict[str, bytes], mode: str = "w:gz") -> bytes:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode=mode) as archive:
        for name, content in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return stream.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "inside"),
    [
        ("plays.csv.gz", gzip.compress(PLAYS, mtime=0), "plays.csv.gz/plays.csv"),
        ("a.tgz", tar({"sub/plays.csv": PLAYS}), "a.tgz/sub/plays.csv"),
        ("a.tar", tar({"plays.csv": PLAYS}, "w"), "a.tar/plays.csv"),
        ("b.tar.gz", tar({"plays.csv": PLAYS, "._plays.csv": b"x"}), "b.tar.gz/plays.csv"),
        ("c.tgz", tar({"d.csv.gz": gzip.compress(PLAYS, mtime=0)}), "c.tgz/d.csv.gz/d.csv"),
    ],
)
def test_what_is_packed_is_read(warehouse, tmp_path, name, content, inside):
    (tmp_path / name).write_bytes(content)
    receipt = warehouse.one(tmp_path / name)
    assert (receipt.file, receipt.rows_kept) == (inside, 1)


def test_takeout_s_tgz_is_read_and_a_zip_may_hold_packed_files(warehouse, tmp_path):
    folder = "Takeout/YouTube and YouTube Music/history/watch-history.json"
    (tmp_path / "takeout-001.tgz").write_bytes(tar({folder: HISTORY}))
    with zipfile.ZipFile(tmp_path / "b.zip", "w") as archive:
        archive.writestr("plays.csv.gz", gzip.compress(PLAYS, mtime=0))
    report = warehouse.ingest(tmp_path)
    assert report.refused == ()
    assert sorted(receipt.rows_kept for receipt in report.receipts) == [1, 1]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (gzip.compress(PLAYS, mtime=0)[:-20], "damaged or cut off"),
        (gzip.compress(bytes(2**24), mtime=0), "too much for its size"),
        (tar({"../plays.csv": PLAYS}), "leads out of the archive"),
    ],
)
def test_what_is_damaged_or_made_to_harm_is_refused(warehouse, tmp_path, content, message):
    (tmp_path / "a.tgz").write_bytes(content)
    [(_, text)] = warehouse.ingest(tmp_path).refused
    assert message in text


def write_beside(folder: Path) -> None:
    (folder / "good.csv").write_bytes(PLAYS)


def test_one_bad_archive_spoils_no_other_file(warehouse, tmp_path):
    write_beside(tmp_path)
    (tmp_path / "bad.gz").write_bytes(b"\x1f\x8b\x08 nothing")
    report = warehouse.ingest(tmp_path)
    assert [receipt.rows_kept for receipt in report.receipts] == [1]
    assert len(report.refused) == 1
