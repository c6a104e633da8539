"""Times of tables as spreadsheets, programs and people write them."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import pytest

from sotw.errors import SettingsError
from sotw.ingest import Reading, checked_reading
from sotw.ingest.reading.time_words import month_of
from sotw.ingest.reading.times import day_order, is_local, parse_time, read_time

if TYPE_CHECKING:
    from pathlib import Path

EPOCH = dt.datetime(1970, 1, 1)
MAY = "2023-05-17T08:05:00"
MAY_SECOND = "2023-05-17T08:05:30"


def moment(text: str, order: str | None = None) -> tuple[str, str] | None:
    found = parse_time(text, order)
    if found is None:
        return None
    return (EPOCH + dt.timedelta(microseconds=found[0])).isoformat(), found[1]


@pytest.mark.parametrize(
    ("text", "time", "precision"),
    [
        # Days of a spreadsheet, shown with few digits and with all.
        ("45063,3368", MAY, "minute"),
        ("45063.336805555555", MAY, "second"),
        ("45063.3371527778", MAY_SECOND, "second"),
        # Numbers since 1970.
        ("1.684310730E+09", MAY_SECOND, "second"),
        ("1684310730000000000", MAY_SECOND, "second"),
        ("1,684,310,730", MAY_SECOND, "second"),
        ("1.684.310.730", MAY_SECOND, "second"),
        ("1 684 310 730 000", MAY_SECOND, "second"),
        ("1684310730s", MAY_SECOND, "second"),
        ("1684310730000 ms", MAY_SECOND, "second"),
        ("/Date(1684310730000)/", MAY_SECOND, "second"),
        ("20230517080530", MAY_SECOND, "second"),
        ("202305170805", MAY, "minute"),
        # The year first.
        ("2023.05.17 08:05:30", MAY_SECOND, "second"),
        ("2023. 5. 17. 8:05", MAY, "minute"),
        ("2023年5月17日 8:05", MAY, "minute"),
        ("2023年5月17日 上午8时5分", MAY, "minute"),
        ("2023년 5월 17일 오전 8시 5분 30초", MAY_SECOND, "second"),
        ("2023-05-17 오전 8:05:30", MAY_SECOND, "second"),
        ("2023-05-17_08-05-30", MAY_SECOND, "second"),
        ("20230517T080530Z", MAY_SECOND, "second"),
        ("2023-05-17T08:05Z", MAY, "minute"),
        ("2023-05-17T08:05:30.000000000Z", MAY_SECOND, "second"),
        # Zones behind the clock.
        ("2023-05-17T10:05:30+0200", MAY_SECOND, "second"),
        ("2023-05-17 08:05:30 +0000 UTC", MAY_SECOND, "second"),
        ("2023-05-17 10:05:30 Europe/Madrid", MAY_SECOND, "second"),
        ("2023-05-17T10:05:30+02:00[Europe/Madrid]", MAY_SECOND, "second"),
        ("2023-05-17 01:05:30 PDT", MAY_SECOND, "second"),
        ("17.05.2023, 10:05 MESZ", MAY, "minute"),
        # JavaScript, C, logs of servers.
        ("Wed May 17 2023 10:05:30 GMT+0200 (CEST)", MAY_SECOND, "second"),
        ("Wed May 17 2023 04:05:30 GMT-0400 (Eastern Daylight Time)", MAY_SECOND, "second"),
        ("Wed May 17 08:05:30 2023", MAY_SECOND, "second"),
        ("Wed May 17 10:05:30 CEST 2023", MAY_SECOND, "second"),
        ("17/May/2023:08:05:30 +0000", MAY_SECOND, "second"),
        ("May 17, 2023, 8:05:30 AM", MAY_SECOND, "second"),
        ("May 17, 2023, 1:05:30 AM PDT", MAY_SECOND, "second"),
        # Months of other languages.
        ("17 Mai 2023, 08:05", MAY, "minute"),
        ("17. Mai 2023 08:05", MAY, "minute"),
        ("17 de maio de 2023 às 08:05", MAY, "minute"),
        ("17 mayo 2023 08:05", MAY, "minute"),
        ("mercredi 17 mai 2023 à 8 h 05", MAY, "minute"),
        ("17 мая 2023 г., 08:05", MAY, "minute"),
        ("17 мај 2023 08:05", None, None),
        ("17. toukokuuta 2023 klo 8.05", MAY, "minute"),
        ("17 May 23 08:05", MAY, "minute"),
    ],
)
def test_a_time_that_can_be_read_in_one_way_only_is_read(text, time, precision):
    assert moment(text) == (None if time is None else (time, precision))


@pytest.mark.parametrize(
    "text",
    [
        "45063",
        "45063.0",
        "0.3368",
        "05/06/2023 08:05",
        "05-06-23 08:05",
        "17 jui 2023 08:05",
        "2023-05-17 08:05:30 IST",
        "2023-05-17 08:05:30 Nowhere/Town",
        "2023-05-17 08:05:30 +25:00",
        "2023-05-17 13:05 오후",
        "17 May 2023 08:05 and more",
        "08:05",
    ],
)
def test_what_can_be_read_in_two_ways_is_not_read_as_a_time_since_2002(text):
    found = moment(text)
    assert found is None or found[0] < "2002"


def test_a_zone_of_several_meanings_is_that_of_who_says_which():
    text = "2023-05-17 13:35:30 IST"
    [micros, _] = read_time(text, zone=dt.timezone(dt.timedelta(hours=5, minutes=30)))
    assert (EPOCH + dt.timedelta(microseconds=micros)).isoformat() == MAY_SECOND


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("45063.3368", True),
        ("20230517080530", True),
        ("1684310730", False),
        ("2023.05.17 08:05", True),
        ("17 May 2023 08:05", False),
        ("Wed May 17 2023 10:05:30 GMT+0200 (CEST)", False),
        ("05/17/2023 08:05", True),
        ("2023-05-17T08:05:30Z", False),
    ],
)
def test_a_clock_of_unknown_zone_is_told_from_an_instant(text, answer):
    assert is_local(text) is answer


@pytest.mark.parametrize(
    ("texts", "order"),
    [
        (["05/06/2023 08:05", "17/06/2023 08:05"], "dmy"),
        (["05/06/2023 08:05", "06/17/2023 08:05"], "mdy"),
        (["05-06-2023 08:05", "17-06-2023 08:05"], "dmy"),
        (["5/17/23, 8:05 AM"], "mdy"),
        (["23/05/17 08:05", "23/05/18 08:05"], "ymd"),
        (["17.05.23 08:05"], "dmy"),
        (["05/06/2023 08:05"], None),
        (["05/17/2023 08:05", "17/05/2023 08:05"], None),
    ],
)
def test_one_row_settles_the_order_of_dates_in_numbers(texts, order):
    assert day_order(texts) == order


@pytest.mark.parametrize(
    ("word", "number"),
    [
        *(("mar", 3), ("Mär", 3), ("mrt", 3), ("ene", 1), ("gen", 1), ("авг", 8), ("Φεβ", 2)),
        *(("sty", 1), ("juin", 6), ("jui", 0), ("cerv", 0), ("marraskuu", 11), ("mayor", 0)),
    ],
)
def test_a_beginning_is_a_month_where_it_begins_one_only(word, number):
    assert month_of(word) == number


def write(folder: Path, text: str, name: str = "plays.csv") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def times(warehouse: Any) -> list[str]:
    rows = warehouse.rows("select played_at from raw.plays order by all")
    return [at.isoformat(" ", "minutes") for (at,) in rows]


def test_a_sheet_saved_in_germany_is_read_and_its_clock_has_no_zone(warehouse, tmp_path):
    path = write(tmp_path, "artist;track;date\nOkto;Arms;45063,3368\nOkto;Legs;45063,3396\n")
    receipt = warehouse.one(path)
    assert times(warehouse) == ["2023-05-17 08:05", "2023-05-17 08:09"]
    assert "say --zone" in receipt.note


def test_numbers_that_a_sheet_has_cut_short_are_read_and_said_to_be(warehouse, tmp_path):
    receipt = warehouse.one(write(tmp_path, "artist,track,timestamp\nOkto,Arms,1.68431E+09\n"))
    assert times(warehouse) == ["2023-05-17 07:53"]
    assert "lost digits" in receipt.note


@pytest.mark.parametrize(
    "rows",
    [
        "2023-05-17,08:05",
        "17.05.2023,8:05",
        "05/17/2023,8:05 AM",
        "17 May 2023,08:05",
        "45063,0.336805555",
    ],
)
@pytest.mark.parametrize("headings", ["date,time", "Datum,Uhrzeit", "Play Date,Play Time"])
def test_a_date_and_the_time_of_its_day_may_have_a_column_each(warehouse, tmp_path, rows, headings):
    warehouse.one(write(tmp_path, f"{headings},artist,track\n{rows},Okto,Arms\n"))
    assert times(warehouse) == ["2023-05-17 08:05"]


def test_a_row_far_below_settles_the_order_of_all(warehouse, tmp_path):
    rows = "".join(f"Okto,Song {n},05/06/2023 {n // 60:02}:{n % 60:02}\n" for n in range(1_400))
    long = "x" * 60
    text = f"artist,track,date,{long}\n".replace(f",{long}", "")
    path = write(tmp_path, text + rows * 3 + "Okto,Last,17/06/2023 08:05\n")
    receipt = warehouse.one(path)
    assert path.stat().st_size > 65_536
    assert receipt.rows_rejected == 0
    assert times(warehouse)[0] == "2023-06-05 00:00"


def test_an_order_that_no_row_settles_is_said_and_remembered(warehouse, tmp_path):
    path = write(tmp_path, "artist,track,date\nOkto,Arms,05/06/2023 08:05\n")
    assert "--date-order" in warehouse.one(path).note
    warehouse.one(path, reading=checked_reading(None, None, None, "dmy"))
    assert times(warehouse) == ["2023-06-05 08:05"]
    again = warehouse.one(path)
    assert (again.rows_known, "--date-order dmy" in again.note) == (1, True)
    warehouse.one(path, reading=Reading(date_order="mdy"))
    assert times(warehouse) == ["2023-05-06 08:05"]


def test_an_order_changes_nothing_where_the_file_tells_its_own(warehouse, tmp_path):
    path = write(tmp_path, "artist,track,date\nOkto,Arms,2023-05-17 08:05:00\n")
    warehouse.one(path, reading=Reading(date_order="dmy"))
    assert warehouse.value("select reading from raw.imports") is None


@pytest.mark.parametrize("heading", ["", "Was;Wo;Wer;Wann;Nr\n"])
def test_columns_are_what_the_person_says_they_are(warehouse, tmp_path, heading):
    text = "Arms;One;Okto;17.05.2023 08:05;1684310700\nLegs;One;Okto;17.05.2023 08:09;1684310940\n"
    path = write(tmp_path, heading + text)
    if not heading:
        [(_, message)] = warehouse.ingest(path).refused
        assert "--columns" in message
    receipt = warehouse.one(
        path, reading=checked_reading(None, None, None, None, "track,album,artist,-,time")
    )
    assert receipt.rows_kept == receipt.rows_read == 2
    assert times(warehouse) == ["2023-05-17 08:05", "2023-05-17 08:09"]
    again = warehouse.one(path)
    assert (again.rows_known, "--columns track" in again.note) == (2, True)


def test_columns_may_name_a_date_and_a_time(warehouse, tmp_path):
    path = write(tmp_path, "17.05.2023;08:05;Okto;Arms\n")
    warehouse.one(path, reading=Reading(columns="date,time,artist,track"))
    assert times(warehouse) == ["2023-05-17 08:05"]


def test_columns_do_not_make_tables_of_what_is_none(warehouse, tmp_path):
    write(tmp_path, "Okto,Arms,1684310700\n", "a.csv")
    (tmp_path / "b.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(100))
    write(tmp_path, '[{"endTime": "2023-05-17 09:05", "artistName": "Okto", "trackName": "Legs"}]')
    report = warehouse.ingest(tmp_path, reading=Reading(columns="artist,track,time"))
    assert [receipt.rows_kept for receipt in report.receipts] == [1, 1]


@pytest.mark.parametrize(
    "columns", ["artist,track", "artist,artist,track,time", "singer,track,time", "track,-,time"]
)
def test_columns_that_make_no_play_are_refused(columns):
    with pytest.raises(SettingsError, match="--columns"):
        checked_reading(None, None, None, None, columns)


def test_an_order_that_is_none_is_refused():
    with pytest.raises(SettingsError, match="--date-order"):
        checked_reading(None, None, None, "ydm")
