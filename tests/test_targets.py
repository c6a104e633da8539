"""What a command writes takes nobody's place, and a demo is known for one at every moment."""

from __future__ import annotations

import datetime as dt
import json
import os
import shutil
import signal
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from sotw import warehouse
from sotw.actions import load_and_build
from sotw.actions.drafting import drafting
from sotw.demo import write as demo
from sotw.errors import SettingsError, SotwError
from sotw.export import dbt, parquet
from sotw.playlists import write as playlists
from sotw.report import page
from sotw.settings import Settings
from sotw.warehouse.appearing import appearing

SONG = {
    "listener_id": 1,
    "list_rank": 1,
    "track_id": 1,
    "spotify_track_id": None,
    "artist_name": "Okto",
    "track_name": "Arms",
    "duration_ms": None,
}
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


def test_what_is_called_like_a_draft_and_is_none_of_ours_stays(path):
    names = ("sotw.duckdb.draft", "sotw.duckdb.draft.tmp", "sotw.duckdb.draft-0123456789abcdef")
    for name in names:
        path.with_name(name).write_text("mine")
    drafts = set()
    for _ in range(2):
        with warehouse.writing(path):
            drafts.add(warehouse.draft_path(path))
    assert [path.with_name(name).read_text() for name in names] == ["mine"] * 3
    assert len(drafts) == 2  # nobody guesses the next


@pytest.mark.parametrize("draft", ["../mine", "sotw.duckdb", "sotw.duckdb.draft-1", 7, None])
def test_only_a_draft_is_removed_whatever_is_written_of_one(path, draft):
    mine = path.parent.parent / "mine"
    mine.write_text("mine")
    with warehouse.writing(path):
        pass
    path.with_name("sotw.duckdb.lock.json").write_text(json.dumps({"draft": draft}))
    warehouse.remove_draft(path)
    assert mine.read_text() == "mine"
    assert path.exists()


LIST = playlists.Playlist(
    "resume", "ana", dt.datetime(2025, 1, 1), (SONG | {"score": 0.5, "reason": "heard"},), False
)
PAGE = page.Document("toy", "A title", {"run": "1"}, (), is_demo=False)


@pytest.mark.parametrize("form", playlists.FORMATS)
def test_a_list_takes_the_place_of_a_list_and_of_nothing_else(tmp_path, form):
    file = tmp_path / "out"
    for other in playlists.FORMATS:
        playlists.write(LIST, form, file)
        playlists.write(LIST, other, file)
        assert file.read_text() == playlists.FORMATS[other](LIST)
    for mine in ("#EXTM3U\n#PLAYLIST:Mine\n", "track,artist,rank\n", ""):
        file.write_text(mine)
        with pytest.raises(SotwError, match="sotw did not write it"):
            playlists.write(LIST, form, file)
        assert file.read_text() == mine


@pytest.mark.parametrize("form", page.FORMATS)
def test_a_page_takes_the_place_of_a_page_and_of_nothing_else(tmp_path, form):
    for _ in range(2):
        page.write(PAGE, page.file_of(tmp_path, "toy", form))
    [file] = tmp_path.iterdir()
    file.write_text("mine")
    for work in (lambda: page.file_of(tmp_path, "toy", form), lambda: page.write(PAGE, file)):
        with pytest.raises(SotwError, match="sotw did not write it"):
            work()
    assert file.read_text() == "mine"


def test_a_project_of_models_is_there_whole_or_not_at_all(tmp_path, monkeypatch):
    def full_disk(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_text", full_disk)
    with pytest.raises(SotwError, match="No space left"):
        dbt.write_project([], tmp_path / "out")
    assert not [*tmp_path.iterdir()]
