"""Odd names, folders, settings and orders of commands: nothing is lost, nothing foreign touched."""

from __future__ import annotations

import errno

import duckdb
import pytest

from sotw import settings, warehouse
from sotw.actions import forget, load_and_build, picks
from sotw.checks import doctor
from sotw.demo import write as demo
from sotw.errors import SettingsError, WarehouseError
from sotw.warehouse import inbox

PLAYS = "uts,artist,track,album\n1700000000,Band,Song,\n1700090000,Band,Other,\n"
DEFAULTS = settings.Settings()


@pytest.fixture
def path(tmp_path):
    return tmp_path / "sotw.duckdb"


@pytest.fixture
def plays(tmp_path):
    file = tmp_path / "exports" / "plays.csv"
    file.parent.mkdir()
    file.write_text(PLAYS)
    return file


@pytest.fixture
def small_demo(monkeypatch):
    def write(folder):
        folder.mkdir(parents=True)
        (folder / "demo.csv").write_text(PLAYS)

    monkeypatch.setattr(demo, "write_demo", write)


def ingest(path, *files, listener="me"):
    return load_and_build.run_ingest(path, files, listener, DEFAULTS)


def build(path):
    return load_and_build.run_build(path, DEFAULTS, only=["core.dim_listeners"])


def rows(path, query):
    with warehouse.reading(path) as con:
        return con.execute(query).fetchall()


def test_a_demo_leaves_the_folders_beside_the_warehouse_alone(path, small_demo):
    kept = [path.parent / "demo" / "mine.txt", path.parent / "rendered" / "mine.sql"]
    for file in kept:
        file.parent.mkdir()
        file.write_text("mine")
    stale = path.parent / "rendered" / "core.dim_gone.sql"
    stale.write_text("select 1")
    assert build(path).demo.receipts[0].rows_kept == 2
    assert [file.read_text() for file in kept] == ["mine", "mine"]
    assert not stale.exists()
    assert not list(path.parent.glob("*.draft*"))


def test_a_genre_map_alone_gets_no_demo_and_outlives_the_first_plays(path, plays):
    genres = plays.with_name("genres.json")
    genres.write_text('{"rock": ["Band"]}')
    ingest(path, genres)
    assert build(path).demo is None
    ingest(path, plays)
    assert rows(path, "select tag from raw.artist_tags") == [("rock",)]


def test_a_pick_before_anything_else_gets_no_demo_beside_it(path):
    picks.run_pick(path, "Band", "Song", "me")
    assert build(path).demo is None
    assert rows(path, "select listener from raw.listeners") == [("me",)]


def test_a_pick_for_the_demo_goes_with_the_demo(path, plays, small_demo):
    build(path)
    picks.run_pick(path, "Band", "Song", "demo")
    picks.run_pick(path, "Band", "Song", "me")
    _, is_aside = ingest(path, plays)
    assert is_aside
    query = "select listener from raw.listeners left join raw.picks using (listener_id)"
    assert rows(path, query) == [("me",)]
    assert rows(path, "select count(*) from raw.picks") == [(1,)]


@pytest.mark.parametrize("name", ["w[1].duckdb", "w*.duckdb", 'it\'s "w" 😀.duckdb', "md:w"])
def test_picks_reach_a_warehouse_of_any_name(tmp_path, plays, name, monkeypatch):
    monkeypatch.chdir(tmp_path)
    path = settings.warehouse_path(type(tmp_path)(name))
    ingest(path, plays)
    picks.run_pick(path, "Band", "Song", "me")
    build(path)
    assert rows(path, "select count(*) from raw.picks") == [(1,)]
    assert not inbox.waiting(path)


def test_a_folder_that_holds_the_warehouse_offers_none_of_its_own_files(path, plays, small_demo):
    build(path)
    ingest(path, plays)
    picks.run_pick(path, "Band", "Song", "me")
    own = [path.name, "sotw.demo.duckdb", "sotw.duckdb.inbox.jsonl", "sotw.duckdb.lock"]
    assert all((path.parent / name).exists() for name in own)
    (path.parent / "rendered" / "notes.csv").write_text(PLAYS)
    (path.parent / "sotw.duckdb-notes.csv").write_text(PLAYS)
    inbox.inbox_path(path).with_name("sotw.duckdb.inbox-1.jsonl").write_text("what is this\n")
    report, _ = ingest(path, path.parent)
    assert not report.refused
    assert [one.file for one in report.receipts] == [
        "exports/plays.csv",
        "rendered/notes.csv",
        "sotw.duckdb-notes.csv",
    ]


def test_an_inbox_that_cannot_be_read_is_told(path, plays, caplog):
    ingest(path, plays)
    inbox.inbox_path(path).write_text("what is this\n")
    build(path)
    [told] = [one.message for one in caplog.records if one.levelname == "WARNING"]
    assert "not a format that sotw knows" in told


def test_a_torn_line_in_the_inbox_costs_only_itself(path, plays):
    ingest(path, plays)
    inbox.inbox_path(path).write_text('{"kind": "pi')
    picks.run_pick(path, "Band", "Song", "me")
    build(path)
    assert rows(path, "select count(*) from raw.picks") == [(1,)]


def test_an_inbox_that_cannot_be_read_is_kept(path, plays):
    ingest(path, plays)
    inbox.inbox_path(path).write_text("what is this\n")
    build(path)
    assert inbox.waiting(path) == 1


@pytest.mark.parametrize("name", [" ana ", "it's", "a/b", '"q"'])
def test_a_pick_is_of_the_listener_whose_plays_came_under_the_name(path, plays, name):
    ingest(path, plays, listener=name)
    picks.run_pick(path, "Band", "Song", name)
    build(path)
    query = "select listener from raw.listeners semi join raw.picks using (listener_id)"
    assert rows(path, query) == [(name,)]


def test_forget_leaves_no_pick_reject_or_setting_of_the_listener(path, plays):
    ingest(path, plays)
    secret = plays.with_name("secret.csv")
    secret.write_text("uts,artist,track\n1700000000,Hidden,Song\n")
    ingest(path, secret, listener="zoë")
    secret.write_text("uts,artist,track\n5,Rejected,Song\n")
    ingest(path, secret, listener="zoë")
    named = settings.Settings(listeners={"zoë": settings.ListenerSettings()})
    load_and_build.run_build(path, named, only=["core.dim_listeners"])
    picks.run_pick(path, "Hidden", "Song", "zoë")
    picks.run_pick(path, "Band", "Song", "me")
    forget.forget_listener(path, "zoë", named)
    for word in ("zoë", "Hidden", "Rejected"):
        assert word.encode() not in path.read_bytes()
    build(path)
    assert rows(path, "select listener from raw.listeners") == [("me",)]
    assert rows(path, "select count(*) from raw.picks") == [(1,)]


def test_a_name_that_is_no_text_is_refused(path, plays):
    with pytest.raises(SettingsError, match="is not UTF-8"):
        ingest(path, plays, listener="\udcff")
    with pytest.raises(SettingsError, match="is not UTF-8"):
        picks.run_pick(path, "Band\udcff", "Song", "me")


@pytest.mark.parametrize("name", ["raw.duckdb", "ML.duckdb", "core", "marts.x.duckdb"])
def test_a_warehouse_named_like_a_schema_is_refused(tmp_path, name):
    with pytest.raises(SettingsError, match="named like a schema"):
        settings.warehouse_path(tmp_path / name)


def test_a_link_stays_a_link_and_its_file_is_replaced(tmp_path, plays):
    (tmp_path / "disk").mkdir()
    link = tmp_path / "sotw.duckdb"
    link.symlink_to(tmp_path / "disk" / "real.duckdb")
    ingest(settings.warehouse_path(link), plays)
    assert link.is_symlink()
    assert rows(tmp_path / "disk" / "real.duckdb", "select count(*) from raw.plays") == [(2,)]


def test_a_draft_spills_beside_itself_and_not_into_the_working_directory(path):
    with warehouse.writing(path) as con:
        [(folder,)] = con.execute("select current_setting('temp_directory')").fetchall()
        assert folder == str(warehouse.scratch_of_draft(path))


@pytest.mark.parametrize("value", ["abc", "-1", "nan", "inf"])
def test_a_wait_that_is_no_number_of_seconds_is_refused(path, monkeypatch, value):
    monkeypatch.setenv("SOTW_LOCK_SECONDS", value)
    with pytest.raises(SettingsError, match=f"SOTW_LOCK_SECONDS = '{value}'"), (
        warehouse.writing(path)
    ):  # fmt: skip
        pass


@pytest.mark.parametrize(
    "failure",
    [
        OSError(errno.ENOSPC, "No space left on device"),
        duckdb.IOException("No space left"),
        duckdb.TransactionException("Failed to commit: No space left"),
    ],
)
def test_a_full_disk_is_one_line_and_the_published_file_stays(path, plays, failure):
    ingest(path, plays)
    before = path.read_bytes()
    with pytest.raises(WarehouseError, match="No space left"), warehouse.writing(path):
        raise failure
    assert path.read_bytes() == before
    assert not list(path.parent.glob("*.draft*"))


def test_a_folder_in_place_of_the_warehouse_or_its_parent_is_one_line(tmp_path, plays):
    for path in (tmp_path / "exports", plays / "sotw.duckdb"):
        with pytest.raises(WarehouseError, match="cannot be written"):
            ingest(path, plays)
    for act in (lambda path: picks.run_pick(path, "a", "b", "me"), doctor.repair):
        with pytest.raises(WarehouseError, match="cannot be written"):
            act(plays / "sotw.duckdb")


@pytest.mark.parametrize("zone", ["localtime", "posixrules", "posix/Europe/Lisbon", "right/UTC"])
def test_a_zone_that_only_the_system_knows_is_refused(tmp_path, zone):
    file = tmp_path / "sotw.toml"
    file.write_text(f'time_zone = "{zone}"')
    with pytest.raises(SettingsError, match="an IANA name"):
        settings.load_settings(file)


def test_settings_with_a_byte_order_mark_are_read_and_a_folder_is_refused(tmp_path):
    file = tmp_path / "sotw.toml"
    file.write_text('\ufefftime_zone = "Asia/Kathmandu"')
    assert settings.load_settings(file).default.time_zone == "Asia/Kathmandu"
    with pytest.raises(SettingsError, match="Is a directory"):
        settings.load_settings(tmp_path)
