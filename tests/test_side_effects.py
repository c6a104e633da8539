"""What a command does beside the draft, it does once the draft is published, or not at all."""

from __future__ import annotations

import json

import pytest

from sotw import warehouse
from sotw.actions import forget, load_and_build, picks
from sotw.actions.drafting import drafting
from sotw.errors import SotwError, WarehouseError
from sotw.settings import Settings
from sotw.warehouse import draft, inbox

LISTENERS = "insert into raw.listeners values (1, 'demo', true, now()::timestamp)"


@pytest.fixture
def path(tmp_path):
    """A warehouse of the demo's, and picks that wait: two for the demo, one of somebody."""
    path = tmp_path / "sotw.duckdb"
    with warehouse.writing(path) as con:
        con.execute(LISTENERS)
    for listener, track in (("demo", "A"), ("ana", "B"), ("demo", "C")):
        picks.run_pick(path, "Artist", track, listener)
    return path


def waiting(path):
    files = [*inbox.taken(path), inbox.inbox_path(path)]
    lines = [line for file in files if file.exists() for line in file.read_text().splitlines()]
    return sorted(json.loads(line)["track"] for line in lines)


def full_disk(*_):
    raise OSError(28, "No space left on device")


def test_a_refused_import_loses_no_waiting_pick(path, tmp_path):
    (tmp_path / "note.txt").write_text("no history\n")
    with pytest.raises(SotwError, match="not a format"):
        load_and_build.run_ingest(path, [tmp_path / "note.txt"], "ana", Settings())
    assert waiting(path) == ["A", "B", "C"]


def test_a_disk_that_is_full_when_a_draft_is_published_loses_no_waiting_pick(path, monkeypatch):
    monkeypatch.setattr(draft, "_publish", full_disk)
    with pytest.raises(WarehouseError), drafting(path, Settings(), is_real_import=True):
        pass
    assert waiting(path) == ["A", "B", "C"]


def test_a_disk_that_is_full_when_a_listener_is_forgotten_loses_no_waiting_pick(path, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(draft, "_publish", full_disk)
        with pytest.raises(WarehouseError):
            forget.forget_listener(path, "demo", Settings())
    assert waiting(path) == ["A", "B", "C"]
    forget.forget_listener(path, "demo", Settings())
    assert waiting(path) == ["B"]


def test_what_was_picked_for_a_demo_goes_with_it_and_the_other_picks_are_taken(path):
    with drafting(path, Settings(), is_real_import=True) as work:
        assert work.demo_aside
        assert waiting(path) == ["A", "B", "C"]
    assert waiting(path) == []
    with warehouse.reading(path) as con:
        query = "select listener, title from raw.picks join raw.listeners using (listener_id)"
        query += " join raw.names on track_name_id = name_id"
        assert con.execute(query).fetchall() == [("ana", "B")]


def test_picks_are_settled_before_the_next_writer_can_take_them(path, monkeypatch):
    taken = []
    monkeypatch.setattr(
        inbox.FileLock, "release", lambda lock, **_: taken.append((lock.lock_file, waiting(path)))
    )
    with drafting(path, Settings(), is_real_import=True):
        pass
    assert {tuple(left) for name, left in taken if name == str(warehouse.lock_path(path))} == {()}
