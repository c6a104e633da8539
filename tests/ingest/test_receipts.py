"""Files in, receipts that balance: formats, faults, overlaps, repetition."""

from __future__ import annotations

import collections
import csv
import datetime as dt
import itertools
import json
import re
import zipfile
from pathlib import Path

import histories
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from sotw.__main__ import app
from sotw.commands import tables
from sotw.ingest import ingest

NOW = dt.datetime(2026, 1, 1)


@pytest.fixture
def con():
    connection = histories.empty()
    yield connection
    connection.close()


def run(con, *paths, listener="ana"):
    report = ingest(con, paths, listener, now=NOW)
    for one in report.receipts:
        assert one.rows_read == one.rows_kept + one.rows_known + one.rows_rejected
        assert one.rows_rejected == sum(one.reasons.values())
    return report


def command(folder, *arguments):
    """Run sotw on a warehouse in a folder."""
    warehouse = ("--warehouse", str(folder / "sotw.duckdb"))
    return CliRunner().invoke(app, [*map(str, arguments), *warehouse])


def only(report):
    [receipt] = report.receipts
    return receipt


def plays(con):
    return con.execute(
        "select played_at, artist_name, title, ordinal from raw.plays"
        " join raw.names on track_name_id = name_id order by all"
    ).fetchall()


def write(folder, name, text, encoding="utf-8"):
    path = folder / name
    path.write_bytes(text.encode(encoding))
    return path


LASTFM_TO_CSV = """Band One,First,Song A,12 Mar 2024 09:42
Band One,First,Song A,12 Mar 2024 09:42
"Band, Two",,Song B,12 Mar 2024 09:38
"""


def test_lastfm_to_csv_is_read_and_known_the_second_time(con, tmp_path):
    path = write(tmp_path, "anything.txt", LASTFM_TO_CSV)
    assert only(run(con, path)).rows_kept == 3
    at = dt.datetime(2024, 3, 12, 9, 42)
    assert plays(con)[1:] == [(at, "Band One", "Song A", 0), (at, "Band One", "Song A", 1)]
    again = only(run(con, path))
    assert (again.rows_kept, again.rows_known) == (0, 3)
    assert con.execute("select rows_kept from raw.imports order by import_id").fetchall() == [
        (3,),
        (0,),
    ]


GHAN = '"uts","utc_time","artist","artist_mbid","album","album_mbid","track","track_mbid"\n'


def test_minutes_and_seconds_of_one_account_are_the_same_plays_in_either_order(tmp_path):
    at = int(dt.datetime(2024, 3, 12, 9, 42, 17, tzinfo=dt.UTC).timestamp())
    seconds = write(tmp_path, "s.csv", GHAN + f'"{at}","","Band One","","","","Song A",""\n')
    minutes = write(tmp_path, "m.csv", "Band One,First,Song A,12 Mar 2024 09:42\n")
    for order in ((seconds, minutes), (minutes, seconds)):
        con = histories.empty()
        kept = [only(run(con, path)).rows_kept for path in order]
        assert kept == [1, 0]
        assert [row[0] for row in plays(con)] == [dt.datetime(2024, 3, 12, 9, 42, 17)]
        con.close()


def test_a_json_export_counts_the_track_now_playing_and_reads_one_track_pages(con, tmp_path):
    def play(title, **more):
        return {"name": title, "artist": {"#text": "Band"}, "album": {"#text": ""}, **more}

    now = play("On Now", **{"@attr": {"nowplaying": "true"}})
    dated = play("Song A", date={"uts": "1704100000", "#text": "01 Jan 2024, 09:06"})
    alone = play("Song B", date={"uts": "1704100060", "#text": "01 Jan 2024, 09:07"})
    path = write(tmp_path, "x.json", json.dumps([{"track": [now, dated]}, {"track": alone}]))
    receipt = only(run(con, path))
    assert (receipt.rows_read, receipt.rows_kept, receipt.rows_rejected) == (3, 2, 1)
    assert "now playing" in next(iter(receipt.reasons))


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("0,Band,Song", "time before 2002"),
        ("1500000,Band,Song", "time before 2002"),
        ("4102444800,Band,Song", "time in the future"),
        ("soon,Band,Song", "time not understood"),
        (",Band,Song", "no time"),
        ("1704100000,,Song", "no artist"),
        ("1704100000,Band,", "no track"),
    ],
)
def test_each_fault_is_rejected_with_its_reason_line_and_record(con, tmp_path, row, reason):
    path = write(tmp_path, "x.csv", f"uts,artist,track\n1704100000,Band,Good\n{row}\n")
    receipt = only(run(con, path))
    assert receipt.rows_kept == 1
    assert receipt.reasons == {reason: 1}
    [(line, record)] = con.execute("select line, record from raw.rejects").fetchall()
    assert line == 3
    assert record is not None


def test_spellings_keep_their_display_and_share_keys(con, tmp_path):
    rows = "1704100000,\ufeffBjörk ,Song\n1704100060,BJÖRK,song\n1704100120,Ｂjörk,ＳＯＮＧ\n"
    run(con, write(tmp_path, "x.csv", "\ufeffuts,artist,track\n" + rows))
    names = con.execute(
        "select artist_name, artist_key, title_key from raw.names where kind = 'track'"
    ).fetchall()
    assert {name for name, _, _ in names} == {"Björk", "BJÖRK", "Ｂjörk"}
    assert {keys for _, *keys in map(tuple, names) for keys in [tuple(keys)]} == {("björk", "song")}


def test_the_text_nan_is_a_name_and_an_empty_cell_is_none(con, tmp_path):
    path = write(tmp_path, "x.csv", "uts,artist,album,track\n1704100000,NaN,,nan\n")
    assert only(run(con, path)).rows_kept == 1
    assert con.execute(
        "select artist_name, title from raw.names where kind='track'"
    ).fetchall() == [("NaN", "nan")]
    assert con.execute("select album_name_id from raw.plays").fetchall() == [(None,)]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252"])
def test_other_encodings_are_read(con, tmp_path, encoding):
    text = "uts,artist,track\n1704100000,Sigur Rós,Olsen Olsen\n"
    run(con, write(tmp_path, "x.csv", text, encoding))
    assert plays(con)[0][1] == "Sigur Rós"


def test_an_offset_is_converted_to_utc(con, tmp_path):
    run(con, write(tmp_path, "x.csv", "datetime,artist,track\n2024-01-06T23:30:00-05:00,B,S\n"))
    assert plays(con)[0][0] == dt.datetime(2024, 1, 7, 4, 30)


def test_a_quote_that_is_not_closed_does_not_swallow_the_file(con, tmp_path):
    rows = "".join(f"{1704100000 + 60 * n},Band,Song {n}\n" for n in range(50))
    text = "uts,artist,track\n" + '1704000000,Band,"Broken\n' + rows
    receipt = only(run(con, write(tmp_path, "x.csv", text)))
    assert receipt.rows_kept == 50
    assert receipt.rows_rejected == 1


def test_bad_files_are_refused_and_good_ones_imported(con, tmp_path):
    write(tmp_path, "empty.csv", "")
    write(tmp_path, "other.csv", "colour,size\nred,3\n")
    write(tmp_path, "cut.json", '[{"track": [{"name"')
    write(tmp_path, "good.csv", LASTFM_TO_CSV)
    report = run(con, tmp_path)
    assert only(report).rows_kept == 3
    assert sorted(Path(name).name for name, _ in report.refused) == [
        "cut.json",
        "empty.csv",
        "other.csv",
    ]
    assert con.execute("select count(*) from raw.imports").fetchone() == (1,)


def test_a_zip_is_read_in_place_and_a_bomb_is_refused(con, tmp_path):
    good, bomb = tmp_path / "good.zip", tmp_path / "bomb.zip"
    with zipfile.ZipFile(good, "w") as archive:
        archive.writestr("exports/history.csv", LASTFM_TO_CSV)
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("zeros.csv", b"0" * 300_000_000)
    report = run(con, good, bomb)
    assert only(report).rows_kept == 3
    assert [Path(name).name for name, _ in report.refused] == ["bomb.zip"]


def test_favourites_and_a_genre_map_are_recognised(con, tmp_path):
    write(tmp_path, "a.csv", "picked_at,artist,track\n2024-01-06T13:00:00Z,Band,Song\n")
    write(tmp_path, "b.json", json.dumps({"Art Rock": ["Band", "Other"], "Dub": ["Band"]}))
    kinds = {one.format: one.rows_kept for one in run(con, tmp_path).receipts}
    assert sorted(kinds.values()) == [1, 3]
    assert con.execute("select count(*) from raw.picks").fetchone() == (1,)
    assert con.execute("select count(*) from raw.artist_tags").fetchone() == (3,)


def row(file, **more):
    """A receipt as ``receipt_rows`` has it."""
    counts = {"read": 1_234_567, "kept": 1_234_567, "known": 0, "rejected": 0}
    plain = {"format": "lastfm table", "listener": "ana", "reasons": {}, "note": None}
    return {"file": file, **plain, **counts, **more}


def table_of(text):
    """The lines of the table that a text begins with."""
    lines = text.splitlines()
    return list(itertools.takewhile(lambda line: re.search(r"  |--", line), lines))


@pytest.mark.parametrize("listeners", [("ana",), ("ana", "ben")])
def test_the_table_of_receipts_fits_80_columns_whatever_the_files_are_called(listeners):
    folder = "MyData/Spotify Extended Streaming History"
    rows = [
        row(
            f"{folder}/Streaming_History_Audio_{year}_{year - 2012}.json",
            format="curated musicbrainz artists" if year % 2 else "spotify extended",
            listener=listeners[year % len(listeners)],
        )
        for year in range(2012, 2022)
    ]
    lines = table_of(tables.receipts(rows))
    assert len(lines) == 12
    assert max(map(len, lines)) <= 80
    for year, line in zip(range(2012, 2022), lines[2:], strict=True):
        assert f"_{year}_{year - 2012}.json" in line
        assert "1,234,567" in line


def test_of_each_file_one_line_says_what_was_rejected_and_what_else_to_know():
    rows = [
        row("a.csv"),
        row("b.csv", rejected=3, reasons={"no artist": 2, "no track": 1}, note="not UTF-8"),
        row("c.csv", rejected=2, reasons={"no time": 2}),
        row("d.csv", format="refused", listener=None, read=0, kept=0, note="empty. Get it again."),
    ]
    lines = tables.receipts(rows).splitlines()
    assert lines[5:] == [
        "b.csv: 3 rejected: no artist (2), no track (1); not UTF-8",
        "c.csv: 2 rejected: no time",
        "refused: d.csv: empty. Get it again.",
        "Of a refused file nothing is imported, and raw.imports has no row.",
        "3,703,701 read = 3,703,701 kept + 0 known + 5 rejected; listener: ana",
    ]


def test_formats_are_named_below_where_they_leave_no_room_for_names_of_files():
    kind = "hetrec tagged artists with times"
    said = tables.receipts([row("a" * 30 + ".dat", format=kind), row("b.dat", format=kind)])
    assert "a" * 30 + ".dat" in said
    assert f"Files by format: {kind} (2)." in said


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("datetime,artist,track\nsoon,Band,Song\n", "time not understood. Write its times as"),
        (
            "uts,artist,track\n5,Band,A\n6,Band,B\n,Band,C\n",
            "time before 2002 (2 times). The clock",
        ),
        ("uts,artist,track\n1704100000,,Song\n", "its record is rejected, no artist. Look at"),
        (
            "#AUDIOSCROBBLER/1.1\n#TZ/UNKNOWN\nBand\tAlbum\tSong\t1\t200\tL\t1704100000\t\n",
            "no time zone: name it with --zone.",
        ),
    ],
)
def test_a_file_of_no_use_is_said_so_and_ends_with_exit_code_3(tmp_path, content, said):
    path = write(tmp_path, "odd.txt", content)
    for _ in range(2):
        done = command(tmp_path, "ingest", path)
        assert done.exit_code == 3, done.output
        assert "odd.txt: nothing could be used: " in done.output
        assert said in done.output
    done = command(tmp_path, "ingest", path, "--json")
    assert done.exit_code == 3
    [found] = json.loads(done.stdout)["files"]
    assert found["read"] == found["rejected"] == sum(found["reasons"].values())


def test_a_file_of_which_all_is_known_is_of_use(tmp_path):
    path = write(tmp_path, "x.csv", LASTFM_TO_CSV)
    for _ in range(2):
        done = command(tmp_path, "ingest", path)
        assert done.exit_code == 0, done.output
        assert "nothing could be used" not in done.output


def test_what_was_imported_is_listed_with_its_number(tmp_path):
    assert command(tmp_path, "ingest").exit_code == 2
    command(tmp_path, "ingest", write(tmp_path, "x.csv", LASTFM_TO_CSV), "--listener", "ana")
    command(tmp_path, "ingest", write(tmp_path, "y.csv", LASTFM_TO_CSV), "--listener", "ben")
    lines = command(tmp_path, "ingest", "--list").stdout.splitlines()
    assert [line.split()[0] for line in lines] == ["import", "------", "1", "2", "`sotw"]
    assert "x.csv" in lines[2]
    assert "ana" in lines[2]
    found = json.loads(command(tmp_path, "ingest", "--list", "--json").stdout)
    assert [(one["import_id"], one["listener"], one["rows_kept"]) for one in found] == [
        (1, "ana", 3),
        (2, "ben", 3),
    ]


TIMES = st.integers(1704067200, 1704067200 + 600)
RECORDS = st.lists(
    st.tuples(TIMES, st.sampled_from(["A", "B", ""]), st.sampled_from(["x", "y"])), max_size=40
)


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(first=RECORDS, second=RECORDS)
def test_any_two_overlapping_files_come_to_the_larger_count_of_each_play(tmp_path, first, second):
    con = histories.empty()
    wanted = collections.Counter()
    for records in (first, second):
        text = "".join(f"{uts},{artist},{track}\n" for uts, artist, track in records)
        if records:
            run(con, write(tmp_path, "x.csv", "uts,artist,track\n" + text))
        wanted |= collections.Counter(record for record in records if record[1])
    assert con.execute("select count(*) from raw.plays").fetchone() == (wanted.total(),)
    con.close()


def test_ragged_artists_and_albums_are_read_by_their_width(con, shared_data):
    """SYSTEMS H3."""
    folder = shared_data / "sotw"
    report = run(con, folder / "lastfm_artists.csv", folder / "lastfm_albums.csv")
    assert [one.rows_read for one in report.receipts] == [2983, 7608]
    numeric = "select count(*) from raw.names where regexp_full_match(artist_name, '[0-9]{5,}')"
    assert con.execute(numeric).fetchone() == (0,)
    assert [one.note for one in report.receipts] == [
        "103 rows lack columns: what is there was told by how many they are",
        "1,184 rows lack columns: what is there was told by how many they are",
    ]
    # Where the artist stands in a row of each width, counted without sotw.
    places = {"lastfm_artists.csv": {4: 0, 3: 0}, "lastfm_albums.csv": {6: 2, 4: 0}}
    artists = set()
    for name, place in places.items():
        with (folder / name).open(encoding="utf-8", newline="") as text:
            artists |= {row[place[len(row)]].strip() for row in csv.reader(text)}
    found = con.execute("select distinct artist_name from raw.names").fetchall()
    assert {name for (name,) in found} <= artists


def test_the_real_export_is_kept_whole_and_known_the_second_time(con, shared_data):
    path = shared_data / "listening" / "lastfm_export_12_years.csv"
    first, second = only(run(con, path)), only(run(con, path))
    assert (first.rows_read, first.rows_kept) == (102_400, 102_400)
    assert (second.rows_kept, second.rows_known) == (0, 102_400)
