"""What is read the fast way is what the slow way reads, or it is not read fast."""

from __future__ import annotations

import csv
import datetime as dt
import zipfile
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sotw.ingest.formats.lastfm import quick as quick_ways
from sotw.ingest.load import fill_incoming
from sotw.ingest.reading.documents import find_documents
from sotw.ingest.reading.format import Format
from sotw.ingest.reading.texts import Reading, Tally, take_sample
from sotw.ingest.recognise import judge

if TYPE_CHECKING:
    from pathlib import Path

PLAIN = "Band One,First,Song A,12 Mar 2024 09:42\n"
QUOTED = '"Band, the",First,"The ""Song""",12 Mar 2024 09:42\n'


AS_GHAN_WRITES = (
    '"uts","utc_time","artist","artist_mbid","album","album_mbid","track","track_mbid"\n'
    '"1704100000","01 Jan 2024, 09:06","Okto","","Sea","b10f0000-0000-4000-8000-000000000001",'
    '"Arms",""\n'
    '"1704100300","01 Jan 2024, 09:11","Band, the","a10f0000-0000-4000-8000-000000000002","","",'
    '"The ""Song""","c10f0000-0000-4000-8000-000000000003"\n'
)
HEADED = "uts,artist,track,album\n1704100000,Okto,Arms,Sea\n1704100060,Okto,Toes,\n"
CLOCKED = "artist;album;track;utc_time\nOkto;Sea;Arms;01 Jan 2024, 09:06\n"
AS_LASTFMSTATS_WRITES = (
    'Artist;Album;AlbumId;Track;Date#okto\n"Okto";"";"";"Arms";"1704100000000"\n'
)
FORMATS = {"lastfm-to-csv", "ghan csv", "lastfm table", "lastfmstats"}


def incoming(con, path: Path, *, is_quick: bool, reading: Reading | None = None):
    """What is in temp.incoming, how many were read and what is noted; null where it is not fast."""
    [document] = find_documents([path], pytest.fail)
    sample = take_sample(document, reading)
    format_ = judge(sample)
    assert isinstance(format_, Format)
    assert format_.name in FORMATS
    tally = Tally(0, [])
    if is_quick:
        if not format_.fill(con, document, sample, tally):
            assert (tally.read, tally.notes) == (0, [])
            return None
    else:
        fill_incoming(con, document, sample, replace(format_, fill=None), tally)
    rows = con.execute("from temp.incoming order by line").fetchall()
    columns = con.execute("describe temp.incoming").fetchall()
    return rows, tally.read, tally.notes, columns, sample.stated


def both(con, path: Path, reading: Reading | None = None):
    return (
        incoming(con, path, is_quick=True, reading=reading),
        incoming(con, path, is_quick=False, reading=reading),
    )


@pytest.mark.parametrize(
    "text",
    [
        PLAIN,
        PLAIN * 3 + QUOTED,
        PLAIN[:-1],
        f"\ufeff{PLAIN}{QUOTED}",
        (PLAIN + QUOTED).replace("\n", "\r\n"),
        PLAIN + "Band,,Song,13 Mar 2024 09:42\n,,,12 Mar 2024 09:43\n",
        PLAIN + ' Ba"nd,\u200bx\u200b,\ufeff Song ,12 Mar 2024 09:42\n'.replace('"', ""),
        PLAIN + "Zoë,\u00ad,日本,01 Jan 1970 00:00\n",
        PLAIN + "Band,First,Song,29 Feb 2024, 23:59\n".replace("2024,", "2024"),
        PLAIN + "NULL,null,NaN,12 mar 2024 00:00\n",
        PLAIN + "Band,First,Song,\u0661\u0662 Mar 2024 09:42\n",
        PLAIN + "Band,First,Song, 12 Mar 2024 09:42\nBand,First,Song,12 Mar 2024  09:43\n",
        PLAIN.replace("09:42", "09:42:07") + "Band,First,Song,1 March 2024 23:59:59\n",
        PLAIN.replace("12 Mar 2024 09:42", '"12 Mar 2024, 09:42"') * 2,
        AS_GHAN_WRITES,
        AS_GHAN_WRITES.replace("\n", "\r\n")[:-2],
        AS_GHAN_WRITES.replace('"",', '"a\\b\u200bé\t",'),
        "\ufeff" + HEADED,
        HEADED.replace("album", "Album\u2028"),
        HEADED.replace(",", ";"),
        HEADED.replace(",", "\t"),
        HEADED + "1704100061,\u3000,\u2009Arms\u0085,\u180e\n",
        HEADED.replace("1704100", "1704100000"),
        HEADED.replace("1704100", "1704100000000"),
        HEADED.replace("1704100000", "0000000001"),
        CLOCKED,
        CLOCKED + "Okto;Sea;Toes;1 March 2024 23:59\nOkto;Sea;Toes;1970-01-01 00:00\n",
        CLOCKED.replace("01 Jan 2024, 09:06", "2024-01-01T09:06:01Z"),
        CLOCKED.replace("01 Jan 2024, 09:06", "2024-01-01 09:06:01 UTC"),
        CLOCKED.replace("01 Jan 2024, 09:06", "24.12.2024 09:06"),
        AS_LASTFMSTATS_WRITES,
    ],
)
def test_a_plain_table_is_read_fast_and_means_the_same(empty_warehouse, tmp_path, text):
    path = tmp_path / "plays.csv"
    path.write_bytes(text.encode())
    quick, slow = both(empty_warehouse, path)
    assert quick is not None
    assert quick == slow


@pytest.mark.parametrize(
    "odd",
    [
        "\n",
        "Band,First,Song\n",
        "Band,First,Song,\n",
        "Band,First,Song,12 Mar 2024 09:42,\n",
        '"Band,First,Song,12 Mar 2024 09:42\n',
        'Ba"nd,First,Song,12 Mar 2024 09:42\n',
        ' "Band",First,Song,12 Mar 2024 09:42\n',
        '"Band" ,First,Song,12 Mar 2024 09:42\n',
        '"Two\nlines",First,Song,12 Mar 2024 09:42\n',
        "Band,First,Song,12 Mar 2024 09:42:07\n",
        "Band,First,Song,31 Feb 2024 09:42\n",
        "Band,First,Song,1 Mar 0000 09:42\n",
        "Band,First,Song,01 Mar 0000 09:42\n",
        "Band,First,Song,12 Mar 2024 24:00\n",
        "Band,First,Song,12 Mar 2024 23:60\n",
        "Band,First,Song,12 Mar 2024 9:42\n",
        "Band,First,Song,12 Mar 2024 09:42 \n",
        "Band,First,Song,12 Mar 2024 09:42Z\n",
        "Band,First,Song,12 Maria 2024 09:42\n",
        "Band,First,Song,2024-03-12T09:42+02:00\n",
        "Band,First,Song,1678600000\n",
        "\ufeffBand,First,So\u2028ng,1678600000\n",
        "Band,First,So\rng,12 Mar 2024 09:42\n",
        "Band,First,So\x00ng,12 Mar 2024 09:42\n",
        f"Band,First,{'x' * 1_000_001},12 Mar 2024 09:42\n",
    ],
)
def test_a_table_with_anything_odd_is_left_to_python(empty_warehouse, tmp_path, odd):
    path = tmp_path / "plays.csv"
    path.write_bytes((PLAIN * 3 + odd + PLAIN).encode())
    quick, slow = both(empty_warehouse, path)
    assert quick is None
    assert slow[1] >= 4


@pytest.mark.parametrize(
    "odd",
    [
        "\n",
        "1704100060,Okto,Toes\n",
        "1704100060,Okto,Toes,,\n",
        "1704100060,Okto,Toes,,x\n",
        ",Okto,Toes,\n",
        "170410006,Okto,Toes,\n",
        "17041000601,Okto,Toes,\n",
        "0x5f5e1000,Okto,Toes,\n",
        "+170410006,Okto,Toes,\n",
        "-170410006,Okto,Toes,\n",
        "17041000.0,Okto,Toes,\n",
        "2024-01-01T09:06:01Z,Okto,Toes,\n",
        "\ufeff1704100060,Okto,Toes,\n",
        '"1704100060,Okto",Toes,\n',
        '1704100060,"Okto,Toes\n',
        '1704100060,"Two\nlines",Toes,\n',
        '1704100060,Okto,"Toes""\n1704100060,Okto,"Toes",\n',
        '1704100060,Okto,"Toes"s,\n',
        "1704100060,Okto,To\res,\n",
    ],
)
def test_a_table_with_headings_and_anything_odd_is_read_slowly(empty_warehouse, tmp_path, odd):
    path = tmp_path / "plays.csv"
    path.write_bytes((HEADED + odd + HEADED.partition("\n")[2]).encode())
    quick, slow = both(empty_warehouse, path)
    assert quick is None
    assert slow[1] >= 4


@pytest.mark.parametrize(
    "text",
    [
        "sep=,\n" + HEADED,
        "\n" + HEADED,
        HEADED.replace(",album", ',"album'),
        HEADED.replace(",album", ',"album\n1704100000,Okto,Arms,x"'),
        HEADED.replace("album", "alb\u2028um"),
        HEADED.replace("1704100000", "12/31/2023 09:42 PM").replace(
            "1704100060", "1/2/2024 9:42 AM"
        ),
        CLOCKED.replace("01 Jan 2024, 09:06", "2024-01-01 09:06+02:00"),
        CLOCKED.replace("01 Jan 2024, 09:06", "2024-01-01 09:06:01.5"),
        CLOCKED.replace("01 Jan 2024, 09:06", "2024-01-01T24:00"),
    ],
)
def test_headings_and_times_that_need_a_closer_look_are_read_slowly(
    empty_warehouse, tmp_path, text
):
    path = tmp_path / "plays.csv"
    path.write_bytes(text.encode())
    assert incoming(empty_warehouse, path, is_quick=True) is None


def test_the_zone_of_a_table_is_heeded_where_its_times_have_none(empty_warehouse, tmp_path):
    path = tmp_path / "plays.csv"
    reading = Reading(zone="Europe/Berlin")
    path.write_text(CLOCKED.replace("utc_", "").replace("01 Jan 2024,", "2024-01-01"))
    assert incoming(empty_warehouse, path, is_quick=True, reading=reading) is None
    path.write_text(HEADED)
    quick, slow = both(empty_warehouse, path, reading)
    assert quick == slow


def test_a_delimiter_that_the_caller_names_is_heeded(empty_warehouse, tmp_path):
    path = tmp_path / "plays.csv"
    path.write_text(HEADED.replace(",", ";"))
    quick, slow = both(empty_warehouse, path, Reading(delimiter=";"))
    assert quick == slow
    path.write_text(HEADED.replace(",", "|"))
    assert incoming(empty_warehouse, path, is_quick=True, reading=Reading(delimiter="|")) is None


def test_bytes_that_are_no_utf8_are_left_to_python(empty_warehouse, tmp_path):
    path = tmp_path / "plays.csv"
    path.write_bytes(PLAIN.replace("Song", "S\xf6ng").encode("cp1252"))
    assert incoming(empty_warehouse, path, is_quick=True) is None


def test_a_table_in_an_archive_is_read_fast_too(empty_warehouse, tmp_path):
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("plays.csv", (PLAIN + QUOTED) * 20_000)
    quick, slow = both(empty_warehouse, tmp_path / "a.zip")
    assert quick == slow
    assert quick[1] == 40_000


def test_the_lines_of_a_long_table_are_those_of_the_file(empty_warehouse, tmp_path):
    path = tmp_path / "plays.csv"
    path.write_text(
        "".join(f"Band,First,Song {line},12 Mar 2024 09:42\n" for line in range(300_000))
    )
    assert incoming(empty_warehouse, path, is_quick=True)[1] == 300_000
    wrong = "select count(*) from temp.incoming where track != format('Song {}', line - 1)"
    assert empty_warehouse.execute(wrong).fetchall() == [(0,)]


def test_a_table_with_headings_counts_them_as_a_line(empty_warehouse, tmp_path):
    path = tmp_path / "plays.csv"
    songs = "".join(f"{1704100000 + line},Band,Song {line},\n" for line in range(2, 300_002))
    path.write_text("uts,artist,track,album\n" + songs)
    assert incoming(empty_warehouse, path, is_quick=True)[1] == 300_000
    wrong = "select count(*) from temp.incoming where track != format('Song {}', line)"
    assert empty_warehouse.execute(wrong).fetchall() == [(0,)]


@pytest.fixture
def small_pieces(monkeypatch):
    """Pieces and batches so small that their borders are everywhere."""
    monkeypatch.setattr(quick_ways, "_PIECE_BYTES", 50)
    monkeypatch.setattr(quick_ways, "_ROWS_OF_A_BATCH", 3)


FIELDS = st.one_of(
    st.sampled_from(["Band", "", " ", '"', '""', ",", '"a,b"', '"a""b"', "\n", "\r\n", "\r", "é"]),
    st.sampled_from(
        ["12 Mar 2024 09:42", "soon", "12 Mar 2024, 09:42", "\ufeff", "\u200b", "\x00"]
    ),
    st.text(max_size=4),
)


@settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.lists(FIELDS, min_size=3, max_size=5), max_size=4))
@pytest.mark.usefixtures("small_pieces")
def test_whatever_is_read_fast_is_as_it_is_read_slowly(empty_warehouse, tmp_path, rows):
    path = tmp_path / "plays.csv"
    odd = "".join(",".join(row) + "\n" for row in rows)
    path.write_bytes((PLAIN * 20 + odd).encode("utf-8", "replace"))
    quick, slow = both(empty_warehouse, path)
    assert quick in (None, slow)


NAMES = st.one_of(
    st.sampled_from(
        ["", " ", '"', "a\tb", "\ufeff", "\u200bé", "\xad", "a,b", "a;b", "x\ny", "x\\y"]
    ),
    st.text(max_size=4),
)
# Fast, unless they are mixed; then some that never are.
SHAPES = ("{}", "{}000", "{:%d %b %Y, %H:%M}", "{:%Y-%m-%d %H:%M:%S}", "{:%Y-%m-%dT%H:%M:%SZ}")
SHAPES += ("{:%m/%d/%Y %I:%M %p}", "{:%Y-%m-%d %H:%M:%S+02:00}", " {:%d %b %Y %H:%M} ", "{}.5", "")


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.lists(st.tuples(NAMES, NAMES, NAMES), min_size=1, max_size=9),
    st.sampled_from(SHAPES),
    st.sampled_from((*SHAPES, None, None, None)),
    st.sampled_from([",", ";", "\t"]),
    st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL]),
    st.sampled_from(["\n", "\r\n"]),
    st.sampled_from(["utc_time", "date"]),
    st.sampled_from([None, "Asia/Tokyo"]),
)
@pytest.mark.usefixtures("small_pieces")
def test_whatever_table_is_read_fast_is_as_it_is_read_slowly(
    empty_warehouse, tmp_path, names, shape, last, delimiter, quoting, end, heading, zone
):
    path = tmp_path / "plays.csv"
    with path.open("w", encoding="utf-8", errors="replace", newline="") as stream:
        writer = csv.writer(stream, delimiter=delimiter, quoting=quoting, lineterminator=end)
        writer.writerow(["artist", "album_mbid", "track", heading, "track_mbid"])
        for number, (artist, album_mbid, track) in enumerate(names):
            at = 1704100000 + 40_000 * number
            here = last if last is not None and number == len(names) - 1 else shape
            time = here.format(at if ":" not in here else dt.datetime.fromtimestamp(at, dt.UTC))
            writer.writerow([artist, album_mbid, track, time, ""])
    quick, slow = both(empty_warehouse, path, Reading(zone=zone))
    assert quick in (None, slow)
