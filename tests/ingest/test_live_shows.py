"""Lists of shows: an artist and a date are enough, and a doubtful date is not guessed."""

from __future__ import annotations

import datetime as dt

import pytest

from sotw.ingest.formats.live_shows import date_of, order_of

ORDER = order_of([])


def shows(warehouse) -> list[tuple[str, dt.date]]:
    return warehouse.rows(
        "select artist_name, show_date from raw.live_shows"
        " join raw.names on artist_name_id = name_id order by all"
    )


def test_a_list_of_shows_is_read(warehouse, tmp_path):
    path = tmp_path / "gigs.csv"
    path.write_text("Date;Band;Venue;City\n2024-03-12;Tarn;The Hall;Nowhere\n2019-06-30;Okto;;\n")
    receipt = warehouse.one(path)
    assert (receipt.format, receipt.listener, receipt.rows_kept) == ("live shows", "ana", 2)
    assert shows(warehouse) == [("Okto", dt.date(2019, 6, 30)), ("Tarn", dt.date(2024, 3, 12))]
    assert warehouse.rows("select distinct source from raw.live_shows") == [("file",)]
    # Where it was is nobody's business.
    assert "The Hall" not in repr(warehouse.rows("from raw.names"))


def test_the_recorded_list_is_read(warehouse, recorded):
    receipt = warehouse.one(recorded / "live_shows.csv")
    assert (receipt.rows_kept, receipt.reasons) == (2, {"no date": 1})


@pytest.mark.parametrize(
    "text",
    [
        *("2024-03-12", "2024/03/12", "2024-3-12", "20240312", "12.03.2024", "12.3.2024"),
        *("12-03-2024", "Mar 12, 2024", "March 12 2024", "12 Mar 2024", "12 March, 2024"),
        *("12-Mar-2024", "March 12th, 2024", "12th March 2024", "Tue, Mar 12, 2024"),
        *("Tuesday 12 March 2024", " 2024-03-12 ", "12th of March 2024", "12-Mar-24"),
        *("2024-03-12 00:00:00", "2024-03-12T20:30", "3/12/2024 8:00 PM", "2024-03-12T00:00:00Z"),
        "2024-03-12T20:30:00-0400",
    ],
)
def test_a_date_is_understood_however_it_is_written(text):
    assert date_of(text, order_of([text, "12/25/2023"])) == dt.date(2024, 3, 12)


@pytest.mark.parametrize(
    "text",
    [
        *("2024-02-30", "31.04.2024", "2024-13-13", "12.03.24", "spring 2024", "2024", "45363"),
        *("Foo 12, 2024", "0000-01-01", "12.03-2024", "13/13/2024", "12-03-24", "Mar 12 24"),
        # Where it was, it may have been the day before.
        "2024-03-12T02:30:00Z",
    ],
)
def test_what_is_no_date_is_said_to_be_none(text):
    assert date_of(text, ORDER) == "date not understood"


@pytest.mark.parametrize(
    ("others", "found"),
    [
        (["25/12/2023"], dt.date(2024, 4, 3)),
        (["12/25/2023"], dt.date(2024, 3, 4)),
        (["25/12/2023", "12/25/2023"], None),
        (["05/05/2023", "2023-12-25", "25-12-2023"], None),
        ([], None),
    ],
)
def test_day_and_month_are_told_by_the_other_dates_or_not_at_all(others, found):
    answer = date_of("03/04/2024", order_of([*others, "03/04/2024"]))
    if found is None:
        found = "day and month cannot be told apart: write dates as 2024-03-12"
    assert answer == found
    assert date_of("05/05/2024", ORDER) == dt.date(2024, 5, 5)


def test_dashes_are_day_first_unless_the_file_shows_otherwise():
    assert date_of("03-04-2024", ORDER) == dt.date(2024, 4, 3)
    assert date_of("03-04-2024", order_of(["12-25-2023"])) == dt.date(2024, 3, 4)
    assert "told apart" in str(date_of("03-04-2024", order_of(["12-25-2023", "25-12-2023"])))


def test_a_year_of_two_digits_is_one_where_another_date_shows_that_it_comes_last():
    order = order_of(["12/25/23", "3/4/24"])
    assert date_of("03/04/24", order) == dt.date(2024, 3, 4)
    assert date_of("3/4/66", order) == dt.date(1966, 3, 4)
    # Without that, 12/03/24 may be of 2012.
    assert date_of("12/03/24", order_of(["12/03/24", "12/13/24"])) == "date not understood"
    assert date_of("12.03.24", order_of(["1.03.24"])) == dt.date(2024, 3, 12)


def test_a_time_of_day_is_left_out_where_the_table_says_that_it_is_of_evenings(warehouse, tmp_path):
    path = tmp_path / "a.csv"
    path.write_text(
        "artist,date,venue\nTarn,2024-03-12 00:00:00,Hall\nOkto,2024-03-13T20:00,Hall\n"
    )
    assert warehouse.one(path).rows_kept == 2
    assert shows(warehouse) == [("Okto", dt.date(2024, 3, 13)), ("Tarn", dt.date(2024, 3, 12))]


def test_a_tour_may_have_a_title(warehouse, tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("artist,title,date,venue\nTarn,Long Tour,2024-03-12,Hall\n")
    assert warehouse.one(path).format == "live shows"


def test_every_faulty_row_is_rejected_alone(warehouse, tmp_path):
    path = tmp_path / "gigs.csv"
    path.write_bytes(
        b"\xef\xbb\xbfArtist,Date,Note\r\n"
        b'"Mill, ""The"" Band",2024-03-12,planted note\r\n'
        b",2024-03-12,\r\nTarn,,\r\nTarn,03/04/2024,planted\r\nTarn,soon,planted\r\n"
        b"Tarn,1925-01-01,\r\nTarn,2027-01-01,\r\nTarn\r\n"
    )
    receipt = warehouse.one(path)
    assert receipt.reasons == {
        "date before 1940": 1,
        "date in the future": 1,
        "date not understood": 1,
        "day and month cannot be told apart: write dates as 2024-03-12": 1,
        "no artist": 1,
        "no date": 1,
        "wrong number of columns": 1,
    }
    assert shows(warehouse) == [('Mill, "The" Band', dt.date(2024, 3, 12))]
    assert "planted" not in repr(warehouse.rows("from raw.rejects"))


def test_again_overlapping_and_otherwise_spelled_lists_add_nothing_twice(warehouse, tmp_path):
    one, other = tmp_path / "one.csv", tmp_path / "other.csv"
    one.write_text("artist,date\nTarn,2024-03-12\nOkto,2024-03-12\nTarn,2024-03-12\n")
    other.write_text("performer\tevent date\nTARN\t12.03.2024\nTarn\t13.03.2024\n")
    first = warehouse.one(one)
    assert (first.rows_kept, first.rows_known) == (2, 1)
    second = warehouse.one(other)
    assert (second.rows_kept, second.rows_known) == (1, 1)
    assert [warehouse.one(path).rows_kept for path in (one, other)] == [0, 0]
    assert warehouse.one(one, listener="bo").rows_kept == 2


@pytest.mark.parametrize(
    ("text", "format_"),
    [
        ("artist,track,date\nTarn,Alpha,12 Mar 2024 10:00\n", "lastfm table"),
        ("artist,title,date\nTarn,Alpha,12 Mar 2024 10:00\n", "lastfm table"),
    ],
)
def test_plays_are_not_taken_for_shows(warehouse, tmp_path, text, format_):
    path = tmp_path / "a.csv"
    path.write_text(text)
    assert warehouse.one(path).format == format_


@pytest.mark.parametrize(
    "text",
    [
        "artist,date\nTarn,2024-03-12 20:00\n",
        "artist,date\nTarn,2024-03-12T20:00:00Z\n",
        "artist,date,track\nTarn,2024-03-12,Alpha\n",
        "artist,date,plays\nTarn,2024-03-12,5\n",
        "artist,date,album\nTarn,2024-03-12,Alpha\n",
        "artist,release_date\nTarn,2024-03-12\n",
        "band_name,name,date\nTarn,Alpha,2024-03-12\n",
        "artist,date\nTarn,yes\n",
        "title,rank,date,artist,url,region,chart,trend,streams\nAlpha,1,2017-01-01,Tarn,u,X,t,m,9\n",
        "title,artist,date,medium\nAlpha,Tarn,1950-01-01,Oil\n",
        "title,artist,date\nAlpha,Tarn,2024-03-12\n",
        "artist,date,label\nTarn,2024-03-12,Own\n",
        "venue,date\nHall,2024-03-12\n",
    ],
)
def test_what_is_no_list_of_shows_is_not_taken_for_one(warehouse, tmp_path, text):
    path = tmp_path / "a.csv"
    path.write_text(text)
    report = warehouse.ingest(path)
    assert warehouse.value("select count(*) from raw.live_shows") == 0
    assert not any(receipt.format == "live shows" for receipt in report.receipts)


def test_a_list_without_shows_is_one_clear_line(warehouse, tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("artist,date\n")
    assert "holds no records" in warehouse.ingest(path).refused[0][1]
