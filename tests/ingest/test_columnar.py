"""Plays and favourites as Parquet: times of any type are those of a CSV."""

from __future__ import annotations

import datetime as dt

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

FIRST, SECOND = dt.datetime(2024, 1, 1, 10), dt.datetime(2024, 1, 2, 11, 30)
SECONDS = [1704103200, 1704195000]


def parquet(folder, **columns):
    path = folder / "plays.parquet"
    pq.write_table(
        pa.table({"artist": ["Okto", "Tarn"], "track": ["Arms", "Legs"]} | columns), path
    )
    return path


@pytest.mark.parametrize(
    "times",
    [
        pa.array([FIRST, SECOND], pa.timestamp("s")),
        pa.array([FIRST, SECOND], pa.timestamp("ns", "Europe/Berlin")),
        SECONDS,
        pa.array(SECONDS, pa.uint32()),
        pa.array([float(second) for second in SECONDS]),
        [second * 1000 for second in SECONDS],
        [str(second) for second in SECONDS],
        ["2024-01-01T10:00:00Z", "2024-01-02 12:30:00+01:00"],
        ["01 Jan 2024, 10:00:00", " 02 Jan 2024 11:30:00 "],
        pa.array(["2024-01-01T10:00:00Z", "2024-01-02T11:30:00Z"]).dictionary_encode(),
    ],
)
def test_a_time_is_read_whatever_its_type(warehouse, tmp_path, times):
    receipt = warehouse.one(parquet(tmp_path, played_at=times))
    assert (receipt.format, receipt.rows_kept) == ("plays parquet", 2)
    assert warehouse.plays() == [
        (FIRST, "Okto", "Arms", 0, "second"),
        (SECOND, "Tarn", "Legs", 0, "second"),
    ]


def test_a_text_to_the_minute_is_a_time_to_the_minute(warehouse, tmp_path):
    warehouse.one(parquet(tmp_path, date=["01 Jan 2024, 10:00", None]))
    assert [row[4] for row in warehouse.plays()] == ["minute"]


@pytest.mark.parametrize(
    ("times", "kept"),
    [
        # What has not the form of a time may be anybody's words, and is not kept.
        (["2024-01-01T10:00:00Z", "soon"], "Tarn, Legs"),
        (["2024-01-01T10:00:00Z", "2024-01-02"], "Tarn, Legs, 2024-01-02"),
    ],
)
def test_a_time_that_is_none_costs_its_row(warehouse, tmp_path, times, kept):
    receipt = warehouse.one(parquet(tmp_path, played_at=times, user_ip=["10.9.8.7"] * 2))
    assert (receipt.rows_kept, receipt.reasons) == (1, {"time not understood": 1})
    [(record,)] = warehouse.rows("select record from raw.rejects")
    assert record == kept


def test_nanoseconds_before_there_were_scrobbles_cost_their_row(warehouse, tmp_path):
    receipt = warehouse.one(parquet(tmp_path, played_at=[1704103200, 10**18]))
    assert (receipt.rows_kept, receipt.reasons) == (1, {"time before 2002": 1})


def test_a_day_is_no_time_of_a_play_and_the_noon_of_a_favourite(warehouse, tmp_path):
    days = pa.array([FIRST.date(), None])
    played = warehouse.one(parquet(tmp_path, date=days))
    assert played.reasons == {"time not understood": 1, "no time": 1}
    picked = warehouse.one(parquet(tmp_path, picked_at=days))
    assert (picked.format, picked.reasons) == ("favourites parquet", {"no time": 1})
    assert warehouse.rows("select picked_at from raw.picks") == [(dt.datetime(2024, 1, 1, 12),)]
