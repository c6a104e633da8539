"""Spotify's extended history on real exports: the figures against a calculation without sotw."""

from __future__ import annotations

import datetime as dt
import json
import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from conftest import Warehouse

SHARED = Path(
    os.environ.get("SOTW_SHARED_DATA", Path(__file__).resolve().parents[3] / "shared" / "data")
)


def test_the_shared_export_agrees_with_a_calculation_of_its_own(warehouse: Warehouse) -> None:
    folder = SHARED / "listening" / "spotify_extended"
    if not folder.is_dir():
        pytest.skip(f"{folder} is not there")
    records = [
        one for file in sorted(folder.glob("*.json")) for one in json.loads(file.read_text())
    ]
    names = {
        (
            one["master_metadata_album_artist_name"] or one["episode_show_name"],
            one["master_metadata_track_name"] or one["episode_name"],
        )
        for one in records
    }
    report = warehouse.ingest(folder)
    assert [receipt.rows_read for receipt in report.receipts] == [15_380, 15_571, 102]
    assert sum(receipt.rows_kept for receipt in report.receipts) == len(records)
    [found] = warehouse.rows(
        "select count(*), sum(ms_played), count(distinct track_name_id),"
        " count(distinct spotify_track_id), count(*) filter (where skipped),"
        " count(*) filter (where content_type = 'podcast'), min(played_at), max(played_at),"
        " count(offline_at) from raw.plays"
    )
    times = sorted(dt.datetime.fromisoformat(one["ts"]).replace(tzinfo=None) for one in records)
    assert found == (
        len(records),
        sum(one["ms_played"] for one in records),
        len(names),
        len({one["spotify_track_uri"] for one in records} - {None}),
        sum(one["skipped"] is True for one in records),
        sum(one["spotify_episode_uri"] is not None for one in records),
        times[0],
        times[-1],
        sum(bool(one["offline_timestamp"]) for one in records),
    )
    again = warehouse.ingest(folder)
    assert sum(receipt.rows_kept for receipt in again.receipts) == 0
    assert sum(receipt.rows_known for receipt in again.receipts) == len(records)
