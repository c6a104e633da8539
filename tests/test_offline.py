"""No command but those that say so opens a connection to anywhere."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

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


COMMANDS = (
    ("ingest", "{folder}/demo"),
    ("build", "--select", "marts.training_week_favorite"),
    ("train",),
    ("doctor",),
    ("ingest", "--list"),
)


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
