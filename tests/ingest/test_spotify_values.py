"""Odd values of Spotify's extended history, seen in exports of real people."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import pytest
from spotify_exports import extended, written

from sotw import warehouse as warehouses
from sotw.ingest import ingest

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Warehouse

END = "2024-03-12T09:42:17Z"
NUMBER = "0f1e2d3c" * 4


def stored(warehouse: Warehouse, column: str) -> list[Any]:
    return [value for (value,) in warehouse.rows(f"select {column} from raw.plays order by line")]


def test_the_number_of_a_device_is_nowhere_in_the_warehouse(tmp_path: Path) -> None:
    platform = f"Partner maker_tv Maker;M1;{NUMBER};;tpapi"
    rows = [extended(END, platform=platform), extended("", platform=platform)]
    path = tmp_path / "sotw.duckdb"
    with warehouses.writing(path) as con:
        ingest(con, [written(tmp_path / "a.json", rows)], "ana", now=dt.datetime(2026, 1, 1))
    assert b"maker_tv" not in path.read_bytes()
    assert NUMBER.encode() not in path.read_bytes()


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        (86_400_000, 86_400_000),
        (86_400_001, None),
        (31_536_000_000, None),
        (2**53, None),
        (9 * 10**18, None),
    ],
)
def test_a_length_of_more_than_a_day_is_none(
    warehouse: Warehouse, tmp_path: Path, said: int, kept: int | None
) -> None:
    warehouse.one(written(tmp_path / "a.json", [extended(END, ms=said)]))
    assert stored(warehouse, "ms_played") == [kept]


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("2024-03-12T09:42:17", (17, "second")),
        ("2024-03-12T09:42Z", (0, "minute")),
        ("2024-03-12 09:42", (0, "minute")),
        ("2024-03-12 10:42+01:00", (0, "minute")),
        (1710236537, (17, "second")),
        (1710236537.0, (17, "second")),
        ("1710236537000", (17, "second")),
        (20240312, None),
        (0, None),
        (-1710236537, None),
        (10**30, None),
    ],
)
def test_a_time_may_be_without_seconds_or_a_number(
    warehouse: Warehouse, tmp_path: Path, said: Any, kept: tuple[int, str] | None
) -> None:
    receipt = warehouse.one(written(tmp_path / "a.json", [extended(END) | {"ts": said}]))
    if kept is None:
        assert receipt.reasons == {"time not understood": 1}
    else:
        second, precision = kept
        assert warehouse.rows("select played_at, time_precision from raw.plays") == [
            (dt.datetime(2024, 3, 12, 9, 42, second), precision)
        ]


@pytest.mark.parametrize("said", [0, 1, -1, 999_999_999, 10**14, "", "soon", None])
def test_an_offline_stamp_that_is_no_time_of_ours_is_none(
    warehouse: Warehouse, tmp_path: Path, said: Any
) -> None:
    warehouse.one(written(tmp_path / "a.json", [extended(END, offline_timestamp=said)]))
    assert stored(warehouse, "offline_at") == [None]


@pytest.mark.parametrize(
    ("names", "artist"),
    [
        ("Okto", "Okto"),
        ("Okto, Mila Quist, Mila Quist", "Okto"),
        ("Okto, Okto, Okto", "Okto"),
        ("Paper Herons, Mila Quist, Paper Herons, Mila Quist", "Paper Herons"),
        ("Quist, The Writer, Mila Oak", "Quist, The Writer"),
        ("Rain, Wind & Snow, Mila Oak", "Rain, Wind & Snow"),
        ("Rain, Wind, Snow and Ice, Mila Oak", "Rain, Wind, Snow and Ice"),
        ("Quist, Oak, Reed", "Quist"),
        ("!!!", "!!!"),
    ],
)
def test_the_earliest_account_data_names_writers_after_the_artist(
    warehouse: Warehouse, tmp_path: Path, names: str, artist: str
) -> None:
    record = {"artistName": names, "trackName": "Arms", "time": "2018-06-03 17:36:42"}
    warehouse.one(written(tmp_path / "a.json", [record]))
    assert warehouse.plays() == [(dt.datetime(2018, 6, 3, 17, 36, 42), artist, "Arms", 0, "second")]
    # The history has the album's artist, at the same second.
    play = extended("2018-06-03T17:36:42Z") | {"master_metadata_album_artist_name": artist}
    assert warehouse.one(written(tmp_path / "b.json", [play])).rows_known == 1


def test_a_name_with_a_comma_stays_in_later_account_data(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    records = [
        {"artistName": "Okto, Quist", "trackName": "Arms", "endTime": "2018-06-03 17:36"},
    ]
    warehouse.one(written(tmp_path / "a.json", records))
    assert [row[1] for row in warehouse.plays()] == ["Okto, Quist"]
