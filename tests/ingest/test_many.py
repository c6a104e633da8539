"""An archive of a file a day: settled as one, and every file has its own receipt nevertheless."""

from __future__ import annotations

import datetime as dt
import zipfile

import histories
import pytest

from sotw.ingest import ingest, many, receipt_rows

NOW = dt.datetime(2026, 1, 1)
START = 1_500_000_000
DAY = 86_400
PLAYS = """
    select listener, played_at, artist_name, title, ordinal, line, import_id, superseded_by
    from raw.plays join raw.listeners using (listener_id) join raw.names on track_name_id = name_id
    order by all
"""
RECEIPTS = "select * exclude (listener_id) from raw.imports order by import_id"
REJECTS = "from raw.rejects order by all"


def day(number, *, plays=4, rejected=True, at=None):
    first = START + number * DAY if at is None else at
    rows = [f"{first + 300 * n},Artist {number % 3},Song {n % 3}" for n in range(plays)]
    rows += ["not a time,Artist,Song", ",,"] if rejected and number % 5 == 0 else []
    return "\n".join(["uts,artist,track", *rows, ""]).encode()


def packed(path, files):
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def days(count):
    return {f"{number:04}.csv": day(number) for number in range(count)}


def stored(con):
    return [con.execute(query).fetchall() for query in (PLAYS, RECEIPTS, REJECTS)]


@pytest.fixture
def taken(monkeypatch):
    """How many documents were settled together, and which not."""
    found = []
    real = many.import_many

    def noted(con, group, *given, **named):
        receipts = real(con, group, *given, **named)
        found.append(len(group) if receipts else -len(group))
        return receipts

    monkeypatch.setattr("sotw.ingest.import_many", noted)
    return found


def alone(monkeypatch):
    monkeypatch.setattr(many, "LEAST", 10**9)


ODD = {
    "0100.csv": day(100, at=START),  # again the plays of the first day, with other songs
    "0101.csv": day(101, at=START + 30),  # in its minutes
    "0102.csv": b"uts,artist,track\n",  # nothing in it
    "0103.csv": day(3),  # the very bytes of another
    "0104.json": b"[]",
    "0105.csv": day(105, plays=70_000 // 30),  # not small
}


@pytest.mark.parametrize("odd", [{}, ODD])
def test_what_is_settled_together_is_what_is_settled_one_by_one(tmp_path, monkeypatch, taken, odd):
    files = packed(tmp_path / "a.zip", days(20) | odd)
    con, other = histories.empty(), histories.empty()
    report = ingest(con, [files], "ana", now=NOW)
    assert max(taken) >= 10
    alone(monkeypatch)
    one_by_one = ingest(other, [files], "ana", now=NOW)
    assert receipt_rows(report) == receipt_rows(one_by_one)
    assert stored(con) == stored(other)
    again = ingest(con, [files], "ana", now=NOW)
    assert not any(receipt.rows_kept for receipt in again.receipts)
    con.close()
    other.close()


def test_what_is_there_already_is_known_and_a_sharper_time_is_taken_one_by_one(
    tmp_path, monkeypatch, taken
):
    before = packed(tmp_path / "before.zip", {"all.csv": day(1, plays=9, rejected=False)})
    rough = b"artist,track,time\nArtist 2,Song 0,2017-07-16 02:40\n"
    (tmp_path / "rough.csv").write_bytes(rough)
    files = packed(tmp_path / "a.zip", days(20))
    contents = []
    for _ in range(2):
        con = histories.empty()
        for path in (before, tmp_path / "rough.csv", files):
            report = ingest(con, [path], "ana", now=NOW)
        contents.append((receipt_rows(report), stored(con)))
        con.close()
        alone(monkeypatch)
    assert contents[0] == contents[1]
    assert any(receipt.rows_known for receipt in report.receipts)
    # Plays to the minute of one day are there: which file sharpens them is told by each alone.
    assert any(receipt.rows_sharpened for receipt in report.receipts)
    assert taken[2] == -20
    assert max(taken) >= 10


def test_progress_says_which_of_how_many(tmp_path):
    said = []
    con = histories.empty()
    files = packed(tmp_path / "a.zip", days(12))
    ingest(con, [files], "ana", now=NOW, progress=lambda *given: said.append(given[1:]))
    assert said == [(number, 12) for number in range(1, 13)]
    con.close()
