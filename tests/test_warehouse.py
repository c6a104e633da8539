"""The warehouse file under real processes: readers, a second writer, foreign logs, versions."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from sotw import warehouse
from sotw.checks import doctor
from sotw.errors import WarehouseError
from sotw.ingest import ingest
from sotw.render import contracts
from sotw.warehouse import migrations

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture
def path(tmp_path):
    return tmp_path / "sotw.duckdb"


def add_listener(path, name, **options):
    with warehouse.writing(path, **options) as con:
        con.execute("insert into raw.listeners values (1, ?, false, now()::timestamp)", [name])


def listeners(path):
    with warehouse.reading(path) as con:
        return [row["listener"] for row in warehouse.rows(con, "from raw.listeners")]


def python(code, *args):
    return subprocess.Popen(
        [sys.executable, "-c", code, *map(str, args)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


READER = """
import sys, duckdb
con = duckdb.connect(sys.argv[1], read_only=True)
cursor = con.execute('select i from range(1000000) t(i) cross join raw.listeners')
first = cursor.fetchone()
print('open', flush=True)
sys.stdin.readline()
print(1 + sum(len(rows) for rows in iter(lambda: cursor.fetchmany(10000), [])))
print(con.execute('select listener from raw.listeners').fetchall())
"""


def test_a_reader_with_an_open_cursor_neither_waits_nor_blocks_and_keeps_its_snapshot(path):
    add_listener(path, "ana")
    reader = python(READER, path)
    assert reader.stdout.readline() == "open\n"
    add_listener(path, "ben")
    assert sorted(listeners(path)) == ["ana", "ben"]
    out, _ = reader.communicate("go on\n", timeout=60)
    assert out.splitlines() == ["1000000", "[('ana',)]"]


WRITER = """
import sys
from pathlib import Path
from sotw import warehouse
with warehouse.writing(Path(sys.argv[1])) as con:
    print('writing', flush=True)
    sys.stdin.readline()
"""


def test_a_second_writer_waits_a_bounded_time_and_says_who_holds_the_lock(path):
    add_listener(path, "ana")
    first = python(WRITER, path)
    assert first.stdout.readline() == "writing\n"
    with pytest.raises(WarehouseError, match=rf"being written by process {first.pid} .*waited 0"):
        add_listener(path, "ben", lock_seconds=0.1)
    first.communicate("end\n", timeout=60)
    assert first.returncode == 0
    add_listener(path, "ben", lock_seconds=0.1)
    assert sorted(listeners(path)) == ["ana", "ben"]


def test_an_error_inside_a_draft_leaves_the_published_file_byte_for_byte(path):
    add_listener(path, "ana")
    before = path.read_bytes()
    with pytest.raises(duckdb.Error), warehouse.writing(path) as con:
        con.execute("delete from raw.listeners; select no_such_column")
    assert path.read_bytes() == before
    assert not list(path.parent.glob("*.draft*"))


def test_the_published_file_is_read_only_and_leaves_no_log(path):
    add_listener(path, "ana")
    assert path.stat().st_mode & 0o777 == 0o444
    assert not warehouse.wal_path(path).exists()


def test_a_foreign_log_is_refused_by_writers_and_readers_until_it_is_settled(path):
    add_listener(path, "ana")
    warehouse.wal_path(path).write_bytes(b"what another program left")
    with pytest.raises(WarehouseError, match="doctor --repair"):
        add_listener(path, "ben")
    with pytest.raises(WarehouseError, match="doctor --repair"):
        listeners(path)
    assert "moved there" in doctor.repair(path)[0]
    assert listeners(path) == ["ana"]
    kept = list(path.parent.glob("*.foreign-*"))
    assert [file.read_bytes() for file in kept] == [b"what another program left"]


def test_a_stale_draft_is_removed_by_the_next_writer(path):
    add_listener(path, "ana")
    with warehouse.writing(path):
        draft = warehouse.draft_path(path)
    draft.write_bytes(b"half a draft")
    warehouse.wal_path(draft).write_bytes(b"and its log")
    add_listener(path, "ben")
    assert sorted(listeners(path)) == ["ana", "ben"]
    assert not list(path.parent.glob("*.draft*"))


def test_a_full_disk_is_refused_before_a_draft_is_made(path, monkeypatch):
    add_listener(path, "ana")
    usage = shutil.disk_usage(path.parent)._replace(free=1_000_000)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage)
    with pytest.raises(WarehouseError, match="1 MB free, a draft needs"):
        add_listener(path, "ben")


def test_a_file_of_a_newer_sotw_is_refused(path):
    with warehouse.writing(path) as con:
        con.execute("insert into raw.schema_version values (99, now()::timestamp)")
    with pytest.raises(WarehouseError, match="made by a newer sotw"):
        listeners(path)


def test_a_duckdb_file_of_something_else_is_refused(path):
    con = duckdb.connect(str(path))
    con.execute("create table mine as select 1 as a")
    con.close()
    with pytest.raises(WarehouseError, match="not one of sotw"):
        add_listener(path, "ana")
    with pytest.raises(WarehouseError, match="not one of sotw"):
        listeners(path)


def test_a_file_that_is_no_database_is_refused(path):
    path.write_text("a text file")
    with pytest.raises(WarehouseError, match="does not open"):
        listeners(path)


def test_an_older_file_is_brought_forward_step_by_step(path, tmp_path, monkeypatch):
    add_listener(path, "ana")
    steps = tmp_path / "sql" / "migrations"
    steps.mkdir(parents=True)
    today = warehouse.SCHEMA_VERSION
    step = steps / f"{today + 1:04}_add_colour.sql"
    step.write_text("alter table raw.listeners add column colour text")
    monkeypatch.setattr(migrations, "SCHEMA_VERSION", today + 1)
    monkeypatch.setattr("sotw.render.sql_root", lambda: tmp_path / "sql")
    with pytest.raises(WarehouseError, match=f"have version {today}, this sotw reads {today + 1}"):
        listeners(path)
    with warehouse.writing(path):
        pass
    with warehouse.reading(path) as con:
        assert warehouse.rows(con, "select listener, colour from raw.listeners") == [
            {"listener": "ana", "colour": None}
        ]
        assert warehouse.schema_version(con, path) == today + 1


# Versions 3 and 4 were steps on the way to 5, and nobody has a file of them.
PUBLISHED = (1, 2, 5, 6)


def test_every_published_version_has_a_fixture_and_all_steps_have_a_migration():
    files = {file.name for file in (ROOT / "tests" / "recorded").glob("warehouse_v*.duckdb")}
    assert files == {f"warehouse_v{version}.duckdb" for version in PUBLISHED}
    steps = sorted(file.name[:4] for file in (ROOT / "sql" / "migrations").glob("*.sql"))
    assert steps == [f"{version:04}" for version in range(2, warehouse.SCHEMA_VERSION + 1)]


@pytest.mark.parametrize("version", PUBLISHED)
def test_the_fixture_of_a_version_opens_and_holds_the_contracts_of_today(path, version):
    shutil.copyfile(ROOT / "tests" / "recorded" / f"warehouse_v{version}.duckdb", path)
    with warehouse.writing(path):
        pass
    with warehouse.reading(path) as con:
        query = (
            "select schema_name, table_name, column_name, data_type, column_index, comment "
            "from duckdb_columns()"
        )
        found = con.execute(f"{query} where schema_name in ('raw', 'ml')").fetchall()
        assert con.execute("select listener from raw.listeners").fetchall() == [("ana",)]
    fresh = duckdb.connect()
    fresh.execute(contracts())
    wanted = fresh.execute(f"{query} where schema_name in ('raw', 'ml')").fetchall()
    assert sorted(found) == sorted(wanted)


def test_what_version_6_had_learned_goes_forward_under_its_task_and_target(path):
    recorded = ROOT / "tests" / "recorded" / "warehouse_v6.duckdb"
    shutil.copyfile(recorded, path)
    before = duckdb.connect(str(recorded), read_only=True)
    with warehouse.writing(path):
        pass
    tables = ("runs", "models", "parameters", "artifacts", "metrics")
    with warehouse.reading(path) as con:
        for table in (*tables, "predictions", "contributions", "ledger"):
            count = f"select count(*) from ml.{table}"
            assert con.execute(count).fetchall() == before.execute(count).fetchall(), table
            query = f"select distinct predictor, task, target, cutoff_policy from ml.{table}"
            columns = query if table != "runs" else query.replace("cutoff_policy", "null")
            for predictor, task, target, policy in con.execute(columns).fetchall():
                if predictor == "week_favorite":
                    assert (task, target) == ("weekly favourite", "favorite"), table
                else:
                    assert task in ("pre_play", "post_play"), table
                    assert target in ("completed", "skipped_early"), table
                    assert policy is None, table
        keys = "(run_id, predictor, model, task, target)"
        for table in ("parameters", "artifacts", "predictions"):
            lost = f"from ml.{table} anti join ml.models using {keys}"
            assert con.execute(f"select count(*) {lost}").fetchall() == [(0,)], table
        query = "select score, probability, {} from ml.predictions where predictor = 'completion'"
        found = con.execute(f"{query.format('target')} order by all").fetchall()
        wanted = before.execute(f"{query.format('label_kind')} order by all").fetchall()
        assert found == wanted != []
    before.close()


def test_an_import_of_version_5_was_read_as_its_content_tells_and_is_known_again(path, tmp_path):
    # Its rejects are there twice: until version 5 each import of a file stored them.
    shutil.copyfile(ROOT / "tests" / "recorded" / "warehouse_v5.duckdb", path)
    file = tmp_path / "two.csv"
    file.write_text("uts,artist,track\n1704100000,Okto,Arms\n1704100060,Okto,Legs\n5,Okto,Old\n")
    with warehouse.writing(path) as con:
        assert con.execute("select reading from raw.imports").fetchall() == [(None,), (None,)]
        assert con.execute("select count(*) from raw.rejects").fetchall() == [(2,)]
        [receipt] = ingest(con, [file], "ana", now=warehouse.utc_now()).receipts
        assert (receipt.rows_kept, receipt.rows_known, receipt.rows_rejected) == (0, 2, 1)
        assert con.execute("select import_id from raw.rejects").fetchall() == [(3,)]
        query = (ROOT / "sql" / "checks" / "receipts.sql").read_text()
        [receipts] = warehouse.rows(con, query.replace("$listener", "null"))
        assert (receipts["rejected"], receipts["rejects_stored"]) == (3, 3)


def test_an_older_client_opens_the_file(path):
    add_listener(path, "ana")
    shell = Path(sys.executable).parent / "duckdb"
    version = subprocess.run([shell, "--version"], capture_output=True, text=True, check=True)
    assert version.stdout.startswith("v1."), "the shell is meant to be an older client"
    query = "select listener from raw.listeners"
    done = subprocess.run(
        [shell, "-readonly", "-json", path, query], capture_output=True, text=True, check=True
    )
    assert json.loads(done.stdout) == [{"listener": "ana"}]


def test_the_storage_version_survives_a_second_draft(path):
    add_listener(path, "ana")
    add_listener(path, "ben")
    con = duckdb.connect(str(path), read_only=True)
    [(tags,)] = con.execute(
        "select tags from duckdb_databases() where not internal and path is not null"
    ).fetchall()
    con.close()
    assert tags["storage_version"].startswith("v1.0.0")


def test_starting_anew_carries_no_dead_bytes_over(path):
    with warehouse.writing(path) as con:
        con.execute(
            "insert into raw.listeners values (1, 'zweiundvierzig', false, now()::timestamp)"
        )
    assert b"zweiundvierzig" in path.read_bytes()
    with warehouse.writing(path, is_anew=True):
        pass
    assert b"zweiundvierzig" not in path.read_bytes()
    assert listeners(path) == []
