"""Files that nobody means to write: what they cost is one record or one file, and it is said."""

from __future__ import annotations

import json
import os
import zipfile
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from sotw.ingest.reading.texts import BLANKS, INVISIBLE, clean
from sotw.keys import strict_key

GOOD = "Band One,First,Song A,12 Mar 2024 09:42\n"


def track(number: int, artist: str = "Band", name: str = "Song", **album: str) -> str:
    date = {"uts": str(1_700_000_000 + number)}
    return json.dumps({"artist": {"#text": artist}, "name": name, "album": album, "date": date})


def test_a_field_may_be_longer_than_the_csv_module_allows(warehouse, tmp_path):
    path = tmp_path / "long.csv"
    path.write_text(f'utc_time,artist,track\n12 Mar 2024 09:42,Band,"{"T" * 200_000}"\n')
    assert warehouse.one(path).rows_kept == 1
    assert warehouse.value("select max(length(title)) from raw.names") == 200_000


def test_a_name_is_kept_exactly_when_it_has_a_key():
    # A play without a key would be in raw and in no model.
    for name in [*BLANKS, *INVISIBLE, *(one + other for one in INVISIBLE for other in BLANKS)]:
        assert strict_key(name) is None
        assert clean(name) is None
        assert clean(f"a{name}b") is not None


@pytest.mark.parametrize("form", ["csv", "json", "parquet"])
def test_names_printed_as_nothing_are_rejected_and_not_lost_later(warehouse, tmp_path, form):
    path = tmp_path / f"plays.{form}"
    if form == "csv":
        path.write_text("utc_time,artist,track\n12 Mar 2024 09:42,\u00ad,Song\n")
    elif form == "json":
        path.write_text(f"[{track(1, artist=chr(0x202E))}]")
    else:
        pq.write_table(
            pa.table(
                {
                    "artist": ["\u200e"],
                    "track": ["Song"],
                    "played_at": pa.array([1_700_000_000_000_000], pa.timestamp("us")),
                }
            ),
            path,
        )
    assert warehouse.one(path).reasons == {"no artist": 1}


def test_half_a_character_in_json_is_stored_as_a_replacement_mark(warehouse, tmp_path):
    path = tmp_path / "half.json"
    path.write_text(f"[{track(1, name='a' + chr(0xD800), mbid=chr(0xDFFF))}]")
    assert warehouse.one(path).rows_kept == 1
    assert warehouse.rows("select title, payload from raw.plays join raw.names on name_id =" + (
        " track_name_id"
    )) == [("a\ufffd", '{"album_mbid": "\ufffd"}')]  # fmt: skip


@pytest.mark.parametrize(
    "text",
    [
        "\n".join(track(number) for number in range(4)),
        f"[{track(0)},{track(1)}]\n[{track(2)},{track(3)}]",
        f'{{"track": [{track(0)},{track(1)}]}} {{"track": [{track(2)},{track(3)}]}}\n',
    ],
)
def test_json_lines_and_joined_pages_are_read_to_the_last(warehouse, tmp_path, text):
    path = tmp_path / "pages.json"
    path.write_text(text)
    assert warehouse.one(path).rows_kept == 4


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (f"[{track(1)}] and more", "cut off or damaged in element 2"),
        (f"[{track(1)},{'[' * 50_000}{']' * 50_000}]", "cannot be read to its end"),
        (f'[{track(1)},{{"date": {"9" * 5000}}}]', "element 2 of the JSON cannot be read"),
        ('{"rock": ["Band"]} {"pop": ["Other"]}', "more than one object"),
    ],
)
def test_odd_json_is_refused_alone_and_the_next_file_is_read(warehouse, tmp_path, text, said):
    (tmp_path / "a.json").write_text(text)
    (tmp_path / "b.csv").write_text(GOOD)
    report = warehouse.ingest(tmp_path)
    assert [receipt.file for receipt in report.receipts] == ["b.csv"]
    [(name, message)] = report.refused
    assert name == "a.json"
    assert said in message
    assert warehouse.value("select count(*) from raw.plays") == 1


def test_a_file_whose_name_is_no_text_is_read(warehouse, tmp_path):
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff.csv"))
    path.write_text(GOOD)
    assert warehouse.one(path).file == "\ufffd.csv"


def test_a_path_that_the_system_refuses_is_one_line(warehouse, tmp_path):
    report = warehouse.ingest(tmp_path / ("a" * 300))
    assert "File name too long. Check the path." in report.refused[0][1]


def test_a_folder_that_cannot_be_searched_is_said(warehouse, tmp_path, monkeypatch):
    (tmp_path / "a.csv").write_text(GOOD)
    (tmp_path / "locked").mkdir()
    scandir = os.scandir

    def guarded(path):
        if Path(path).name == "locked":
            raise PermissionError(13, "Permission denied", str(path))
        return scandir(path)

    monkeypatch.setattr(os, "scandir", guarded)
    report = warehouse.ingest(tmp_path)
    assert [receipt.file for receipt in report.receipts] == ["a.csv"]
    assert "locked: cannot be searched (Permission denied)" in report.refused[0][1]


@pytest.mark.parametrize("name", [".", ""])
def test_a_member_of_a_zip_without_a_name_is_refused_alone(warehouse, tmp_path, name):
    with zipfile.ZipFile(tmp_path / "odd.zip", "w") as archive:
        archive.writestr(zipfile.ZipInfo(name), GOOD)
        archive.writestr("a.csv", GOOD)
    report = warehouse.ingest(tmp_path / "odd.zip")
    assert [receipt.file for receipt in report.receipts] == ["odd.zip/a.csv"]
    assert "the name is empty" in report.refused[0][1]


def test_a_zip_whose_names_are_no_text_is_refused(warehouse, tmp_path):
    path = tmp_path / "odd.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("\xe9\xe9.csv", GOOD)
    path.write_bytes(path.read_bytes().replace("\xe9\xe9".encode(), b"\xff" * 4))
    assert "damaged or cut off" in warehouse.ingest(path).refused[0][1]


def test_a_line_break_inside_a_genre_does_not_part_it(warehouse, tmp_path):
    path = tmp_path / "spotify.csv"
    path.write_text(
        "artist_name,track_name,spotify_track_id,spotify_album,spotify_release_date,"
        'spotify_duration_ms,spotify_popularity,spotify_genres\nA,B,id,C,2001,1,5,"art\nrock, pop"'
    )
    assert warehouse.one(path).rows_kept == 1
    assert warehouse.rows("select tag, tag_key from raw.artist_tags order by all") == [
        ("art rock", "art rock"),
        ("pop", "pop"),
    ]


def test_a_duration_beyond_all_measure_costs_its_record(warehouse, tmp_path):
    path = tmp_path / "tracks.csv"
    path.write_text(f"artist_name,track_name,track_duration\nA,B,{'9' * 18}\nA,C,3\n")
    receipt = warehouse.one(path)
    assert (receipt.rows_kept, receipt.reasons) == (1, {"duration not understood": 1})


def test_a_file_of_rejected_records_belongs_to_its_listener(warehouse, tmp_path):
    (tmp_path / "a.csv").write_text(GOOD)
    (tmp_path / "b.csv").write_text("utc_time,artist,track\n1 Jan 1970 00:00,Band,Song\n")
    warehouse.ingest(tmp_path)
    assert warehouse.rows("select file, listener_id from raw.imports order by all") == [
        ("a.csv", 1),
        ("b.csv", 1),
    ]
