"""What DuckDB reads by itself is what Python reads, or it is not read by DuckDB."""

from __future__ import annotations

import zipfile
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sotw.ingest.documents import find_documents
from sotw.ingest.format import Format
from sotw.ingest.formats import judge
from sotw.ingest.load import fill_incoming
from sotw.ingest.texts import Tally, take_sample

if TYPE_CHECKING:
    from pathlib import Path

PLAIN = "Band One,First,Song A,12 Mar 2024 09:42\n"
QUOTED = '"Band, the",First,"The ""Song""",12 Mar 2024 09:42\n'


def incoming(con, path: Path, *, is_quick: bool):
    """What is in temp.incoming, and how many were read; null where DuckDB did not read it."""
    [document] = find_documents([path], pytest.fail)
    sample = take_sample(document)
    format_ = judge(sample)
    assert isinstance(format_, Format)
    assert format_.name == "lastfm-to-csv"
    tally = Tally(0, [])
    if is_quick:
        if not format_.fill(con, document, sample, tally):
            assert tally.read == 0
            return None
    else:
        fill_incoming(con, document, sample, replace(format_, fill=None), tally)
    return con.execute("from temp.incoming order by line").fetchall(), tally.read


def both(con, path: Path):
    return incoming(con, path, is_quick=True), incoming(con, path, is_quick=False)


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
    ],
)
def test_a_plain_table_is_read_by_duckdb_and_means_the_same(empty_warehouse, tmp_path, text):
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
        "Band,First,Song,\u0661\u0662 Mar 2024 09:42\n",
        "Band,First,Song,1678600000\n",
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


def test_bytes_that_are_no_utf8_are_left_to_python(empty_warehouse, tmp_path):
    path = tmp_path / "plays.csv"
    path.write_bytes(PLAIN.replace("Song", "S\xf6ng").encode("cp1252"))
    assert incoming(empty_warehouse, path, is_quick=True) is None


def test_a_table_in_an_archive_is_read_by_duckdb_too(empty_warehouse, tmp_path):
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


FIELDS = st.one_of(
    st.sampled_from(["Band", "", " ", '"', '""', ",", '"a,b"', '"a""b"', "\n", "\r\n", "\r", "é"]),
    st.sampled_from(
        ["12 Mar 2024 09:42", "soon", "12 Mar 2024, 09:42", "\ufeff", "\u200b", "\x00"]
    ),
    st.text(max_size=4),
)


@settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.lists(FIELDS, min_size=3, max_size=5), max_size=4))
def test_whatever_duckdb_reads_is_as_python_reads_it(empty_warehouse, tmp_path, rows):
    path = tmp_path / "plays.csv"
    odd = "".join(",".join(row) + "\n" for row in rows)
    path.write_bytes((PLAIN * 20 + odd).encode("utf-8", "replace"))
    quick, slow = both(empty_warehouse, path)
    assert quick in (None, slow)
