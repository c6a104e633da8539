"""`sotw backup` and `sotw restore`: what comes back is what was written, or nothing changes."""

from __future__ import annotations

import hashlib

import pytest
from command_line import said
from typer.testing import CliRunner

from sotw import __main__ as command
from sotw import warehouse
from sotw.actions import backup
from sotw.errors import SotwError, WarehouseError
from sotw.warehouse.identities import last_id


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "sotw.duckdb"
    add(path, 1, "ana")
    return path


def add(path, number, name):
    with warehouse.writing(path) as con:
        row = [number, name]
        con.execute("insert into raw.listeners values (?, ?, false, now()::timestamp)", row)


def names(path):
    with warehouse.reading(path) as con:
        rows = con.execute("select listener from raw.listeners order by all").fetchall()
        return [name for (name,) in rows]


def test_a_backup_comes_back_whole_and_what_was_there_is_kept(path, tmp_path):
    digest = backup.backup(path, tmp_path / "copy")
    assert hashlib.sha256((tmp_path / "copy").read_bytes()).hexdigest() == digest
    assert (tmp_path / "copy.sha256").read_text() == f"{digest}  copy\n"
    add(path, 9, "ben")
    kept_as = backup.restore(path, tmp_path / "copy")
    assert names(path) == ["ana"]
    assert names(kept_as) == ["ana", "ben"]
    # Numbers that were given meanwhile are not given again.
    with warehouse.reading(path) as con:
        assert last_id(con, "listeners") == 9
    path.chmod(0o644)
    path.write_bytes(b"damaged")
    assert backup.restore(path, tmp_path / "copy").read_bytes() == b"damaged"
    assert names(path) == ["ana"]


def test_a_backup_takes_the_place_of_no_file(path, tmp_path):
    (tmp_path / "copy").write_text("mine")
    with pytest.raises(SotwError, match="is there already"):
        backup.backup(path, tmp_path / "copy")
    assert (tmp_path / "copy").read_text() == "mine"
    assert not (tmp_path / "copy.sha256").exists()


@pytest.mark.parametrize("damage", ["a byte", "cut off", "no checksum", "newer"])
def test_what_is_not_a_whole_backup_of_today_or_before_is_refused_in_one_line(
    path, tmp_path, damage
):
    if damage == "newer":
        with warehouse.writing(path) as con:
            con.execute("insert into raw.schema_version values (999, now()::timestamp)")
        # An older sotw cannot read it, so it was written by hand here.
        content = path.read_bytes()
        (tmp_path / "copy").write_bytes(content)
        digest = hashlib.sha256(content).hexdigest()
        (tmp_path / "copy.sha256").write_text(f"{digest}  copy\n")
    else:
        backup.backup(path, tmp_path / "copy")
        content = (tmp_path / "copy").read_bytes()
        (tmp_path / "copy").chmod(0o600)
        changed = bytes([content[5000] ^ 1])
        if damage == "a byte":
            (tmp_path / "copy").write_bytes(content[:5000] + changed + content[5001:])
        elif damage == "cut off":
            (tmp_path / "copy").write_bytes(content[:-4096])
        else:
            (tmp_path / "copy.sha256").unlink()
    before = path.read_bytes()
    arguments = ["restore", str(tmp_path / "copy"), "--yes", "--warehouse", str(path)]
    result = CliRunner().invoke(command.app, arguments)
    assert isinstance(result.exception, WarehouseError)
    assert "\n" not in str(result.exception)
    assert damage != "newer" or "made by a newer sotw" in said(result)[1]
    assert path.read_bytes() == before
    assert not list(tmp_path.glob("*.draft*"))
    assert not list(tmp_path.glob("*.replaced-*"))
