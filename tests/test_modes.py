"""Who may read a warehouse is what the umask says, and nobody reads what a command was given."""

from __future__ import annotations

import json
import os
import stat
import sys

import pytest

from sotw import warehouse
from sotw.checks import doctor
from sotw.warehouse import inbox


@pytest.fixture(params=[0o077, 0o027, 0o022])
def umask(request):
    before = os.umask(request.param)
    yield request.param
    os.umask(before)


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


def test_a_warehouse_and_all_beside_it_honour_the_umask(tmp_path, umask):
    path = tmp_path / "sotw.duckdb"
    for _ in range(2):
        with warehouse.writing(path):
            assert mode(warehouse.draft_path(path)) & umask == 0
        assert mode(path) == 0o444 & ~umask
    inbox.append(path, {"kind": "pick"})
    path.chmod(mode(path) | 0o200)
    warehouse.wal_path(path).write_bytes(b"")
    doctor.repair(path)
    assert mode(path) == 0o444 & ~umask
    assert not [file.name for file in tmp_path.iterdir() if mode(file) & umask]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["ingest", "/home/jane/divorce.csv", "--listener", "jane"], "sotw ingest"),
        (["--log-file", "jane.log", "build"], "sotw"),
        ([], "sotw"),
    ],
)
def test_who_writes_is_told_without_what_the_command_was_given(
    tmp_path, monkeypatch, arguments, said
):
    monkeypatch.setattr(sys, "argv", ["sotw", *arguments])
    path = tmp_path / "sotw.duckdb"
    with warehouse.writing(path):
        pass
    [told] = [json.loads(file.read_text()) for file in tmp_path.glob("*.lock.json")]
    assert told["command"] == said
    assert "jane" not in str(told)
