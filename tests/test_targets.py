"""What a command writes takes nobody's place, and a demo is known for one at every moment."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import zipfile

import pytest

from sotw import warehouse
from sotw.actions import load_and_build
from sotw.actions.drafting import drafting
from sotw.demo import write as demo
from sotw.errors import SettingsError, SotwError, WarehouseError
from sotw.export import parquet
from sotw.settings import Settings
from sotw.warehouse.appearing import appearing

SMALL = {"years": 0.2, "plays": 600}
DEMO = "insert into raw.listeners values (1, 'demo', true, now()::timestamp)"


@pytest.fixture
def path(tmp_path):
    return tmp_path / "sotw.duckdb"


def listeners(path):
    with warehouse.reading(path) as con:
        query = "select listener, is_demo from raw.listeners order by all"
        return con.execute(query).fetchall()


def ingested(path, *files):
    load_and_build.run_ingest(path, files, "ana", Settings())
    return listeners(path)


@pytest.mark.parametrize("file_format", ["csv", "parquet"])
def test_a_file_of_a_demo_says_so_wherever_it_lies(tmp_path, file_format):
    made = demo.write_demo(tmp_path / "demo", file_format=file_format, **SMALL)
    for number, file in enumerate(made.files):
        alone = tmp_path / f"{number}" / f"mine{file.suffix}"
        alone.parent.mkdir()
        shutil.copyfile(file, alone)
        assert ("ana", False) not in ingested(alone.parent / "w.duckdb", alone), file.name


def test_an_archive_of_a_demo_is_invented_and_a_spotify_history_too(tmp_path, path):
    made = demo.write_demo(tmp_path / "demo", with_spotify=True, **SMALL)
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as archive:
        for file in made.files:
            archive.write(file, file.name)
    assert ingested(path, tmp_path / "all.zip") == [("demo", True)]
    [history] = [file for file in made.files if file.suffix == ".json" and "History" in file.name]
    shutil.copyfile(history, tmp_path / "history.json")
    assert ingested(path, tmp_path / "history.json") == [("demo", True)]


KILLED = """
import os, signal, sys
from pathlib import Path
from sotw.demo import write
replace = Path.replace
left = int(sys.argv[2])
def then_die(self, target):
    global left
    left -= 1
    if left < 0:
        os.kill(os.getpid(), signal.SIGKILL)
    return replace(self, target)
Path.replace = then_die
write.write_demo(Path(sys.argv[1]), years=0.2, plays=600)
"""


@pytest.mark.parametrize("renames", [0, 1, 2, 4])
def test_a_killed_demo_leaves_no_file_that_looks_real(tmp_path, path, renames):
    folder = tmp_path / "demo"
    killed = subprocess.run([sys.executable, "-c", KILLED, folder, str(renames)], check=False)
    assert killed.returncode == -signal.SIGKILL
    shown = [file for file in folder.rglob("*") if "/.sotw-" not in str(file)]
    assert len(shown) == max(0, renames - 1)
    if shown:
        assert ("ana", False) not in ingested(path, folder)
    demo.write_demo(folder, **SMALL)


@pytest.mark.parametrize("name", ["a file", "a file/below", "/proc/sotw", "/dev/full"])
def test_a_demo_that_cannot_be_written_is_one_line(tmp_path, name):
    (tmp_path / "a file").write_text("mine")
    with pytest.raises(SettingsError, match="cannot be written"):
        demo.write_demo(tmp_path / name, **SMALL)
    assert (tmp_path / "a file").read_text() == "mine"


def test_an_export_leaves_the_folder_of_somebody_alone(tmp_path, path):
    (tmp_path / "out.partial").mkdir()
    (tmp_path / "out.partial" / "mine").write_text("mine")
    with warehouse.writing(path) as con:
        con.execute("insert into raw.settings values ('2025-01-01', true, true)")
        parquet.export_raw(con, tmp_path / "out")
    assert (tmp_path / "out.partial" / "mine").read_text() == "mine"
    assert sorted(file.name for file in tmp_path.iterdir() if "duckdb" not in file.name) == [
        "out",
        "out.partial",
    ]


def test_a_file_that_came_meanwhile_is_not_overwritten(tmp_path):
    def write():
        with appearing(tmp_path / "out") as partial:
            partial.write_text("ours")
            (tmp_path / "out").write_text("mine")

    with pytest.raises(SotwError, match="is there already"):
        write()
    assert [file.read_text() for file in tmp_path.iterdir()] == ["mine"]


def test_a_disk_without_links_gets_its_file_as_well(tmp_path, monkeypatch):
    def refuse(*_):
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", refuse)
    with appearing(tmp_path / "out") as partial:
        partial.write_text("ours")
    assert [file.read_text() for file in tmp_path.iterdir()] == ["ours"]


def test_a_demo_moved_aside_takes_the_place_of_nothing(path):
    with warehouse.writing(path) as con:
        con.execute(DEMO)
    mine = path.with_name("sotw.demo.duckdb")
    mine.write_text("mine")
    with drafting(path, Settings(), is_real_import=True) as draft:
        assert draft.demo_aside == path.with_name("sotw.demo-2.duckdb")
    assert mine.read_text() == "mine"
    assert listeners(path.with_name("sotw.demo-2.duckdb")) == [("demo", True)]
    assert listeners(path) == []


@pytest.mark.parametrize("name", ["sotw.duckdb.draft", "sotw.duckdb.draft.tmp"])
def test_what_is_called_like_a_draft_and_is_none_of_ours_stays(path, name):
    mine = path.with_name(name)
    mine.mkdir()
    with pytest.raises(WarehouseError, match="no sotw wrote it"), warehouse.writing(path):
        pass
    assert mine.is_dir()
