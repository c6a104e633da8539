"""No command but those that say so opens a connection to anywhere."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from sotw import __main__ as command
from sotw import warehouse
from sotw.errors import WarehouseError
from sotw.warehouse import scratch

ROOT = Path(__file__).resolve().parent.parent
SETTINGS = (
    "select current_setting('autoinstall_known_extensions'),"
    " current_setting('autoload_known_extensions')"
)


def test_every_connection_looks_for_no_extension(tmp_path):
    path = tmp_path / "sotw.duckdb"
    with warehouse.writing(path) as con:
        assert con.execute(SETTINGS).fetchall() == [(False, False)]
    with warehouse.reading(path) as con:
        assert con.execute(SETTINGS).fetchall() == [(False, False)]
    with scratch.connect() as con:
        assert con.execute(SETTINGS).fetchall() == [(False, False)]


def test_a_file_of_sqlite_is_no_warehouse_and_is_looked_up_nowhere(tmp_path):
    path = tmp_path / "sotw.duckdb"
    with sqlite3.connect(path) as con:
        con.execute("create table t (i int)")
    with pytest.raises(WarehouseError, match="does not open") as refused, warehouse.reading(path):
        pass
    assert not any(word in str(refused.value) for word in ("http", "download", "install", "load"))


def test_the_shell_is_given_no_file_of_another_kind_and_looks_nowhere_unasked(
    tmp_path, monkeypatch
):
    calls = []
    monkeypatch.setattr(subprocess, "call", lambda call: calls.append(call) or 0)
    path = tmp_path / "odd.duckdb"
    with sqlite3.connect(path) as con:
        con.execute("create table t (i int)")
    asked = ["shell", "--warehouse", str(path)]
    assert isinstance(CliRunner().invoke(command.app, asked).exception, WarehouseError)
    path.unlink()
    with warehouse.writing(path):
        pass
    assert CliRunner().invoke(command.app, asked).exit_code == 0
    [[shell, *arguments]] = calls
    done = subprocess.run(
        [shell, "-csv", *arguments],
        input=f"{SETTINGS};",
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.splitlines()[-1] == "false,false"


COMMANDS = (
    ("ingest", "{folder}/demo"),
    ("build", "--select", "marts.training_week_favorite"),
    ("train",),
    ("doctor",),
    ("ingest", "--list"),
)


# All in one process, on two plays: what is imported and asked of DuckDB, not what is learned.
QUICK = """
import sys
from sotw.commands import app
from sotw import __main__
for line in sys.argv[1:]:
    try:
        app(line.split(), standalone_mode=False)
    except Exception as error:
        print("refused:", line, error)
"""


@pytest.mark.skipif(not shutil.which("strace"), reason="strace is not installed")
def test_no_command_opens_a_socket_on_a_little_history(tmp_path):
    (tmp_path / "plays.csv").write_text("uts,artist,track\n1704100000,A,B\n1704200000,A,C\n")
    with sqlite3.connect(tmp_path / "odd.duckdb") as con:
        con.execute("create table t (i int)")
    lines = ("ingest plays.csv", "build --select feat_momentum", "train completion", "doctor")
    lines += ("ingest odd.duckdb", "doctor --warehouse odd.duckdb")
    log = tmp_path / "strace"
    environment = os.environ | {"PYTHONPATH": str(ROOT), "SOTW_WAREHOUSE": "w.duckdb"}
    call = ["strace", "-f", "--seccomp-bpf", "-qq", "-e", "trace=socket,connect", "-o", str(log)]
    done = subprocess.run(
        [*call, sys.executable, "-c", QUICK, *lines],
        cwd=tmp_path,
        env=environment,
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    # Two plays are too few to learn from, and SQLite's file is nothing to import.
    refused = [line.split()[1] for line in done.stdout.splitlines() if line[:8] == "refused:"]
    assert refused == ["train", "ingest"]
    assert "models built and audited" in done.stdout
    assert [line for line in log.read_text().splitlines() if "AF_INET" in line] == []


@pytest.mark.slow
@pytest.mark.skipif(not shutil.which("strace"), reason="strace is not installed")
def test_no_command_opens_a_socket(tmp_path):
    environment = os.environ | {"SOTW_WAREHOUSE": str(tmp_path / "sotw.duckdb")}
    demo = ("demo", "--output", f"{tmp_path}/demo", "--years", "0.6", "--plays", "3000")
    odd = ("ingest", f"{tmp_path}/odd.duckdb")
    with sqlite3.connect(tmp_path / "odd.duckdb") as con:
        con.execute("create table t (i int)")
    for number, arguments in enumerate((demo, *COMMANDS, odd)):
        log = tmp_path / f"{number}.strace"
        named = [one.format(folder=tmp_path) for one in arguments]
        call = ["strace", "-f", "-qq", "-e", "trace=socket,connect", "-o", str(log)]
        subprocess.run(
            [*call, sys.executable, "-m", "sotw", *named], cwd=ROOT, env=environment, check=False
        )
        calls = [line for line in log.read_text().splitlines() if "AF_INET" in line]
        assert calls == [], arguments
