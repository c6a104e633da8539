"""The same plays told twice: by minutes and by seconds, in parts, in any order."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from typing import TYPE_CHECKING

import histories
import pytest
from conftest import Warehouse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

if TYPE_CHECKING:
    from pathlib import Path

START = dt.datetime(2024, 3, 12, 9, 42)
# A few seconds in two minutes, the full minute among them, and two tracks.
PLAYS = st.lists(st.tuples(st.sampled_from([0, 1, 59, 60, 61]), st.sampled_from("xy")), max_size=6)
FEW = settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))


def seconds_file(folder: Path, name: str, plays: list[tuple[int, str]]) -> Path:
    path = folder / f"{name}.csv"
    lines = [f"{START + dt.timedelta(seconds=second)},Band,{track}" for second, track in plays]
    path.write_text("\n".join(["datetime,artist,track", *lines]) + "\n")
    return path


def minutes_file(folder: Path, name: str, plays: list[tuple[int, str]]) -> Path:
    path = folder / f"{name}.csv"
    times = [START + dt.timedelta(seconds=second) for second, _ in plays]
    path.write_text(
        "".join(
            f"Band,,{track},{time:%d %b %Y %H:%M}\n"
            for time, (_, track) in zip(times, plays, strict=True)
        )
    )
    return path


def gaps(warehouse: Warehouse) -> int:
    """How many natural keys lack an ordinal below their largest, or have one twice."""
    return warehouse.value(
        "with keys as (select count(*) as plays, count(distinct ordinal) as ordinals,"
        " max(ordinal) as largest from raw.plays"
        " group by listener_id, source, played_at, track_name_id)"
        " select count(*) from keys where plays != largest + 1 or plays != ordinals"
    )


def stored(paths: list[Path]) -> tuple[Counter, Warehouse]:
    warehouse = Warehouse(histories.empty())
    warehouse.ingest(*paths)
    plays = Counter((row[0], row[2], row[4]) for row in warehouse.plays())
    assert gaps(warehouse) == 0
    return plays, warehouse


def expected(minutes: list[list], seconds: list[list]) -> Counter:
    """Plays by time, track and precision, counted without any of the code under test."""
    exact: Counter = Counter()
    for plays in seconds:
        exact |= Counter(plays)
    rough: Counter = Counter()
    for plays in minutes:
        rough |= Counter((second // 60 * 60, track) for second, track in plays)
    known: Counter = Counter()
    for (second, track), count in exact.items():
        known[second // 60 * 60, track] += count
    at = {second: START + dt.timedelta(seconds=second) for second in (0, 1, 59, 60, 61)}
    result: Counter = Counter()
    for (second, track), count in exact.items():
        result[at[second], track, "second"] += count
    for (second, track), count in (rough - known).items():
        result[at[second], track, "minute"] += count
    return result


@FEW
@given(minutes=PLAYS, first=PLAYS, second=PLAYS, order=st.permutations(range(3)))
def test_files_by_minutes_and_by_seconds_come_to_the_same_plays_in_any_order(
    tmp_path, minutes, first, second, order
):
    files = [
        minutes_file(tmp_path, "m", minutes) if minutes else None,
        seconds_file(tmp_path, "a", first) if first else None,
        seconds_file(tmp_path, "b", second) if second else None,
    ]
    paths = [path for place in order if (path := files[place]) is not None]
    found, warehouse = stored(paths)
    assert found == expected([minutes], [first, second]), [path.name for path in paths]
    again = warehouse.ingest(*paths)
    assert [receipt.rows_kept for receipt in again.receipts] == [0] * len(paths)
    warehouse.con.close()


def test_a_play_known_to_the_minute_takes_over_the_second_and_says_so(warehouse, tmp_path):
    warehouse.one(minutes_file(tmp_path, "m", [(5, "x"), (5, "x")]))
    receipt = warehouse.one(seconds_file(tmp_path, "s", [(5, "x"), (31, "x"), (47, "x")]))
    assert (receipt.rows_kept, receipt.rows_known) == (1, 2)
    assert receipt.note is not None
    assert receipt.note.endswith("2 known plays now to the second")
    assert {row[4] for row in warehouse.plays()} == {"second"}
    # The receipts still say which import brought how many of the plays that are there.
    assert warehouse.rows(
        "select import_id, count(*) from raw.plays group by all order by all"
    ) == [
        (1, 2),
        (2, 1),
    ]


def test_ordinals_stay_without_gaps_when_plays_move_within_their_minute(warehouse, tmp_path):
    steps = [
        minutes_file(tmp_path, "two", [(0, "x")] * 2),
        seconds_file(tmp_path, "one", [(1, "x")]),
        minutes_file(tmp_path, "four", [(0, "x")] * 4),
        seconds_file(tmp_path, "same", [(1, "x")] * 5),
        seconds_file(tmp_path, "full", [(0, "x")] * 2),
    ]
    for path, plays in zip(steps, (2, 2, 4, 5, 7), strict=True):
        warehouse.one(path)
        assert len(warehouse.plays()) == plays, path.name
        assert gaps(warehouse) == 0, path.name
    assert {row[4] for row in warehouse.plays()} == {"second"}


@pytest.mark.parametrize("stored_before", [0, 1, 2, 3])
def test_one_file_may_have_minutes_and_seconds(warehouse, tmp_path, stored_before):
    if stored_before:
        warehouse.one(minutes_file(tmp_path, "m", [(0, "x")] * stored_before))
    path = tmp_path / "both.csv"
    times = ["2024-03-12 09:42", "2024-03-12 09:42:07", "2024-03-12 09:42", "2024-03-12 09:42:00"]
    path.write_text("datetime,artist,track\n" + "".join(f"{time},Band,x\n" for time in times))
    warehouse.one(path)
    assert len(warehouse.plays()) == max(2, stored_before)
    assert gaps(warehouse) == 0
    assert warehouse.one(path).rows_kept == 0


def test_different_tracks_inside_a_minute_are_never_one_play(warehouse, tmp_path):
    warehouse.one(minutes_file(tmp_path, "m", [(5, "x")]))
    assert warehouse.one(seconds_file(tmp_path, "s", [(5, "y")])).rows_kept == 1


def test_another_listener_has_plays_of_their_own(warehouse, tmp_path):
    path = seconds_file(tmp_path, "s", [(5, "x")])
    assert warehouse.one(path, listener="ana").rows_kept == 1
    assert warehouse.one(path, listener="ben").rows_kept == 1
    assert warehouse.rows("select listener_id, listener from raw.listeners order by all") == [
        (1, "ana"),
        (2, "ben"),
    ]


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 0, 1), (1, 2, 0)])
def test_overlapping_parts_in_any_order_give_the_whole(warehouse, tmp_path, order):
    whole = [(second, track) for second in (0, 1, 59, 60, 61) for track in "xy"]
    parts = [whole[:6], whole[4:], whole[2:8]]
    paths = [seconds_file(tmp_path, str(number), part) for number, part in enumerate(parts)]
    report = warehouse.ingest(*(paths[number] for number in order))
    assert sum(receipt.rows_kept for receipt in report.receipts) == len(whole)
    assert len(warehouse.plays()) == len(whole)


TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\r"), max_size=5)


@FEW
@given(
    records=st.lists(
        st.tuples(st.integers(1_704_067_200, 1_704_067_260), TEXTS, TEXTS), max_size=12, min_size=1
    )
)
def test_any_text_balances_and_counts_as_counted_without_us(tmp_path, records):
    import csv

    from sotw.ingest.reading.texts import clean

    path = tmp_path / "any.csv"
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, quoting=csv.QUOTE_ALL, lineterminator="\n")
        writer.writerow(["uts", "artist", "track"])
        writer.writerows(records)
    warehouse = Warehouse(histories.empty())
    receipt = warehouse.one(path)
    names = [
        (uts, clean(artist.replace("\0", "")), clean(track.replace("\0", "")))
        for uts, artist, track in records
    ]
    wanted = Counter(name for name in names if name[1] and name[2])
    assert receipt.rows_read == len(records)
    assert receipt.rows_kept == wanted.total()
    found = Counter(
        warehouse.rows(
            "select cast(epoch(played_at) as bigint), artist_name, title from raw.plays"
            " join raw.names on track_name_id = name_id"
        )
    )
    assert found == wanted
    warehouse.con.close()
