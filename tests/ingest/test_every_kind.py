"""A folder with an export of every kind: all is read, once, in any order, and nothing personal."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import histories
import pytest
from conftest import NOW
from every_kind import FAMILIES, PLANTED, packed

from sotw.ingest import ingest
from sotw.ingest.recognise import FORMATS

if TYPE_CHECKING:
    from every_kind import Files

    from sotw.warehouse import Connection

ROOT = Path(__file__).resolve().parent.parent.parent
# Those of one listener's plays that several files of this folder say in different words; which of
# them is kept goes by the order of the files.
PLAYS = (
    "select listener, plays.source, played_at, artist_name, title, ordinal, time_precision,"
    " time_kind, content_type from raw.plays join raw.names on track_name_id = name_id"
    " join raw.listeners using (listener_id) order by all"
)


def every_file() -> Files:
    return {
        f"{family}/{name}": content
        for family, files in FAMILIES.items()
        for name, content in files().items()
    }


def written(folder: Path, files: Files) -> Path:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return folder


def sotw(folder: Path, *arguments: object) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "SOTW_WAREHOUSE": "warehouse.duckdb"}
    return subprocess.run(
        [sys.executable, "-m", "sotw", "--log-file", "log.txt", *map(str, arguments)],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
    )


def is_balanced(row: dict[str, int]) -> bool:
    return row["read"] == row["kept"] + row["known"] + row["rejected"]


@pytest.mark.slow
def test_a_folder_of_everything_is_read_once_and_nothing_personal_is_left(tmp_path):
    written(tmp_path / "exports", every_file())
    first = sotw(tmp_path, "ingest", "exports", "--json")
    # The watch history as a web page is refused; all else is read or named.
    assert first.returncode == 3, first.stderr
    rows = json.loads(first.stdout)["files"]
    assert [row["file"] for row in rows if row["format"] == "refused"] == [
        "youtube/watch-history.html"
    ]
    read = [row for row in rows if row["format"] not in ("refused", "not used")]
    assert all(is_balanced(row) for row in read)
    assert {row["format"] for row in read} >= {format_.name for format_ in FORMATS} - {
        "curated plays"
    }
    second = sotw(tmp_path, "ingest", "exports")
    assert second.returncode == 3, second.stderr
    assert "Nothing new: the warehouse holds what it held." in second.stdout
    with duckdb.connect(tmp_path / "warehouse.duckdb", read_only=True) as con:
        receipts = con.execute(
            "select rows_read, rows_kept, rows_known, rows_rejected from raw.imports"
            " order by import_id"
        ).fetchall()
    assert len(receipts) == 2 * len(read)
    assert sum(kept for _, kept, _, _ in receipts[len(read) :]) == 0
    said = (first.stdout, first.stderr, second.stdout, second.stderr)
    files = [path for path in tmp_path.iterdir() if path.is_file()]
    assert {"warehouse.duckdb", "log.txt"} <= {path.name for path in files}
    texts = [*said, *(path.read_bytes().decode("latin-1") for path in files)]
    assert not [word for word in PLANTED for text in texts if word in text]


def plays_of(con: Connection, folder: Path) -> list[tuple[object, ...]]:
    report = ingest(con, [folder], "ana", now=NOW)
    assert all(
        one.rows_read == one.rows_kept + one.rows_known + one.rows_rejected
        for one in report.receipts
    )
    return con.execute(PLAYS).fetchall()


@pytest.mark.slow
def test_the_plays_do_not_depend_on_names_and_order_of_files(tmp_path):
    files = every_file()
    con = histories.empty()
    expected = plays_of(con, written(tmp_path / "whole", files))
    assert len(expected) > 50
    con.close()
    for seed in (1, 2):
        chance = random.Random(seed)
        names = list(files)
        chance.shuffle(names)
        # The type of a technical event, of audiobooks and of a read me stands in the name alone.
        moved = {
            f"{chance.randrange(10**6)}/{name.rpartition('/')[2]}": files[name] for name in names
        }
        inner = dict(list(moved.items())[::3])
        outer = {name: content for name, content in moved.items() if name not in inner}
        outer["a.zip"] = packed({"b/c.zip": packed(inner)})
        con = histories.empty()
        assert plays_of(con, written(tmp_path / str(seed), outer)) == expected
        con.close()


def test_a_folder_without_an_export_is_said_in_a_few_lines_and_fails(tmp_path):
    (tmp_path / "a").mkdir()
    for number in range(40):
        (tmp_path / f"a/{number:02}.png").write_bytes(b"\x89PNG\r\n\x1a\n\x00\x00\x00")
    done = sotw(tmp_path, "ingest", "a/00.png")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.splitlines() == [
        "sotw: 00.png: a picture; holds no plays.",
        "Nothing to import there. Name an export listed in the README.",
    ]
    done = sotw(tmp_path, "ingest", "a", "--json")
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 22
    assert "and 20 more files like these" in done.stderr
    assert not (tmp_path / "warehouse.duckdb").exists()
