"""What others make of Spotify's exports: tables, columns, lists of lists, times written anew."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from spotify_exports import extended, play, written

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from conftest import Warehouse

URI = "spotify:track:7ouMYWpwJ422jRcDASZB7P"
ENDS = ["2024-03-02T09:42:17Z", "2024-03-02T21:43:05Z", "2024-03-25T10:00:59Z"]
HISTORY = [extended(end, track) for end, track in zip(ENDS, ("Arms", "Legs", "Feet"), strict=True)]
HISTORY[1] |= {
    "spotify_track_uri": None,
    "master_metadata_track_name": None,
    "master_metadata_album_artist_name": None,
    "master_metadata_album_album_name": None,
    "episode_name": "One",
    "episode_show_name": "Rounds",
    "spotify_episode_uri": "spotify:episode:4XKCLNyCTvtdkLu5O1mzTU",
}
YEAR = [
    play("2024-03-02 09:42", "Arms"),
    play("2024-03-02 21:43", "One", "Rounds"),
    play("2024-03-25 10:00", "Feet"),
]
SOME = "played_at, time_precision, content_type, artist_name, title, ms_played, skipped"


def stored(warehouse: Warehouse, columns: str = SOME) -> list[tuple[Any, ...]]:
    return warehouse.rows(
        f"select {columns} from raw.plays join raw.names on track_name_id = name_id order by all"
    )


def as_table(
    records: list[dict[str, Any]],
    write: Callable[[str, Any], Any] = lambda _, value: value,
    *,
    missing: str = "",
    delimiter: str = ",",
) -> str:
    text = io.StringIO()
    table = csv.writer(text, delimiter=delimiter, lineterminator="\n")
    table.writerow(records[0])
    for record in records:
        cells = ((name, missing if value is None else value) for name, value in record.items())
        table.writerow([value if value == missing else write(name, value) for name, value in cells])
    return text.getvalue()


def clocks(shape: str) -> Callable[[str, Any], Any]:
    """Writes the times anew, as strftime does."""

    def write(name: str, value: Any) -> Any:
        if name in ("ts", "endTime"):
            return dt.datetime.fromisoformat(value).strftime(shape)
        return value

    return write


def by_column(records: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {name: {str(at): row[name] for at, row in enumerate(records)} for name in records[0]}


def by_list(records: list[dict[str, Any]]) -> dict[str, list[Any]]:
    return {name: [row[name] for row in records] for name in records[0]}


def in_milliseconds(time: str) -> int:
    return int(dt.datetime.fromisoformat(time).replace(tzinfo=dt.UTC).timestamp()) * 1000


WRAPPED = {
    "lists in a list": lambda records: [records[:1], records[1:]],
    "an object for each field": by_column,
    "a list for each field": by_list,
    "times as milliseconds": lambda records: [
        row | {name: in_milliseconds(row[name]) for name in ("ts", "endTime") if name in row}
        for row in records
    ],
}


@pytest.mark.parametrize("wrapped", WRAPPED)
@pytest.mark.parametrize("records", [HISTORY, YEAR], ids=["extended", "account"])
def test_plays_are_the_same_in_whatever_they_are_wrapped(
    warehouse: Warehouse, tmp_path: Path, records: list[dict[str, Any]], wrapped: str
) -> None:
    warehouse.one(written(tmp_path / "plain.json", records))
    plays = stored(warehouse)
    receipt = warehouse.one(written(tmp_path / "wrapped.json", WRAPPED[wrapped](records)))
    assert (receipt.rows_read, receipt.rows_known) == (3, 3)
    assert stored(warehouse) == plays


def test_a_list_among_records_is_no_play(warehouse: Warehouse, tmp_path: Path) -> None:
    receipt = warehouse.one(written(tmp_path / "a.json", [HISTORY[0], [HISTORY[2]]]))
    assert (receipt.rows_kept, receipt.reasons) == (1, {"not a play": 1})


def test_what_python_writes_for_a_missing_field_is_no_name(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    nan = float("nan")
    records = [
        {name: nan if cell is None else cell for name, cell in row.items()} for row in HISTORY
    ]
    path = written(tmp_path / "a.json", json.dumps(records))
    assert "NaN" in path.read_text()
    warehouse.one(path)
    assert [row[2:5] for row in stored(warehouse)] == [
        ("track", "Okto", "Arms"),
        ("podcast", "Rounds", "One"),
        ("track", "Okto", "Feet"),
    ]
    assert warehouse.one(written(tmp_path / "b.json", HISTORY)).rows_kept == 0


def test_a_song_may_be_called_nan(warehouse: Warehouse, tmp_path: Path) -> None:
    warehouse.one(written(tmp_path / "a.json", [extended(ENDS[0], "NaN")]))
    assert stored(warehouse, "title") == [("NaN",)]


@pytest.mark.parametrize("mark", ["NA", "NaN", "None", "null", "\\N"])
def test_marks_of_missing_fields_in_a_table_are_no_names(
    warehouse: Warehouse, tmp_path: Path, mark: str
) -> None:
    namibian = HISTORY[0] | {"conn_country": "NA", "ts": "2024-03-01T00:00:00Z"}
    named_so = extended(ENDS[2], mark)
    table = as_table([namibian, *HISTORY, named_so], missing=mark)
    receipt = warehouse.one(written(tmp_path / "a.csv", table))
    assert (receipt.rows_kept, receipt.rows_rejected) == (5, 0)
    assert stored(warehouse, "content_type, artist_name, title, country") == sorted(
        [
            ("podcast", "Rounds", "One", "PT"),
            ("track", "Okto", "Arms", "NA"),
            ("track", "Okto", "Arms", "PT"),
            ("track", "Okto", "Feet", "PT"),
            ("track", "Okto", mark, "PT"),
        ]
    )


@pytest.mark.parametrize(
    ("shape", "delimiter", "is_to_the_second"),
    [
        ("%m/%d/%Y %H:%M", ",", False),
        ("%d/%m/%Y %H:%M:%S", ",", True),
        ("%m/%d/%Y %I:%M:%S %p", ",", True),
        ("%d-%m-%Y %H:%M", ",", False),
        ("%d.%m.%Y %H:%M", ";", False),
        ("%Y-%m-%d %H:%M:%S+00:00", ",", True),
    ],
)
def test_a_spreadsheet_may_write_the_times_of_the_history_anew(
    warehouse: Warehouse, tmp_path: Path, shape: str, delimiter: str, *, is_to_the_second: bool
) -> None:
    table = as_table(HISTORY, clocks(shape), delimiter=delimiter)
    assert warehouse.one(written(tmp_path / "a.csv", table)).rows_kept == 3
    precisions = {precision for (precision,) in stored(warehouse, "time_precision")}
    assert precisions == {"second" if is_to_the_second else "minute"}
    # The export itself is of the same plays, and has the seconds.
    assert warehouse.one(written(tmp_path / "b.json", HISTORY)).rows_kept == 0
    assert [moment.isoformat() + "Z" for (moment,) in stored(warehouse, "played_at")] == ENDS


@pytest.mark.parametrize("shape", ["%m/%d/%Y %H:%M", "%d-%m-%Y %H:%M", "%Y-%m-%d %H:%M:00"])
def test_a_spreadsheet_may_write_the_minutes_of_the_account_anew(
    warehouse: Warehouse, tmp_path: Path, shape: str
) -> None:
    assert warehouse.one(
        written(tmp_path / "a.csv", as_table(YEAR, clocks(shape)))
    ).rows_kept == len(YEAR)
    assert {precision for (precision,) in stored(warehouse, "time_precision")} == {"minute"}
    assert warehouse.one(written(tmp_path / "b.json", YEAR)).rows_kept == 0
    assert warehouse.one(written(tmp_path / "c.json", HISTORY)).rows_sharpened == len(YEAR)


def test_the_order_of_day_and_month_may_be_told_late_in_a_table(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    rows = [play(f"2024-03-{2 + at // 1400:02} 09:{at % 60:02}", f"T{at}") for at in range(4000)]
    table = as_table([*rows, play("2024-03-25 10:00")], clocks("%m/%d/%Y %H:%M"))
    assert table.index("03/25/2024") > 70_000
    receipt = warehouse.one(written(tmp_path / "a.csv", table))
    assert (receipt.rows_kept, receipt.rows_rejected, receipt.note) == (4001, 0, None)


def test_dates_that_nobody_can_tell_are_rejected_with_what_to_do(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    table = as_table(YEAR[:1], clocks("%m/%d/%Y %H:%M"))
    receipt = warehouse.one(written(tmp_path / "a.csv", table))
    assert receipt.reasons == {"time not understood": 1}
    assert "nobody can tell day from month" in str(receipt.note)


def test_flags_may_be_in_the_language_of_the_spreadsheet(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    def in_german(name: str, value: Any) -> Any:
        return ("WAHR" if value else "FALSCH") if isinstance(value, bool) else value

    rows = [HISTORY[0] | {"skipped": True}, HISTORY[2] | {"shuffle": None}]
    warehouse.one(written(tmp_path / "a.csv", as_table(rows, in_german, delimiter=";")))
    assert stored(warehouse, "played_at, skipped, is_shuffle, is_private") == [
        (dt.datetime(2024, 3, 2, 9, 42, 17), True, False, False),
        (dt.datetime(2024, 3, 25, 10, 0, 59), False, None, False),
    ]


def test_a_table_of_the_account_may_have_albums_and_ids_and_no_lengths(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    table = (
        "endTime,artistName,trackName,albumName,track_id\n"
        f"2024-03-02 09:42,Okto,Arms,Eight,{URI[14:]}\n"
        f"2024-03-02 09:45,Okto,Legs,Eight,{URI}\n"
        "2024-03-02 09:47,Okto,Feet,,\n"
    )
    warehouse.one(written(tmp_path / "a.csv", table))
    assert warehouse.rows(
        "select spotify_track_id, albums.title, ms_played from raw.plays"
        " left join raw.names as albums on album_name_id = albums.name_id order by played_at"
    ) == [(URI[14:], "Eight", None), (URI[14:], "Eight", None), (None, None, None)]


def test_times_to_the_second_in_a_table_of_the_account_stay(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    table = as_table([play(end) for end in ENDS])
    warehouse.one(written(tmp_path / "a.csv", table))
    assert [moment.isoformat() + "Z" for (moment,) in stored(warehouse, "played_at")] == ENDS


@pytest.mark.parametrize(
    ("header", "content_type"),
    [("podcastName,episodeName", "podcast"), ("audiobookName,chapterName", "audiobook")],
)
def test_tables_of_podcasts_and_audiobooks_are_no_songs(
    warehouse: Warehouse, tmp_path: Path, header: str, content_type: str
) -> None:
    warehouse.one(written(tmp_path / "a.csv", f"endTime,{header}\n2024-03-02 09:42,Rounds,One\n"))
    assert stored(warehouse, "content_type, artist_name, title") == [
        (content_type, "Rounds", "One")
    ]


@pytest.mark.parametrize(
    "address", [URI[14:], f"https://open.spotify.com/intl-pt/track/{URI[14:]}"]
)
def test_a_bare_id_or_a_page_in_json_is_the_address_of_a_song(
    warehouse: Warehouse, tmp_path: Path, address: str
) -> None:
    warehouse.one(written(tmp_path / "a.json", [extended(ENDS[0], spotify_track_uri=address)]))
    assert stored(warehouse, "content_type, spotify_track_id") == [("track", URI[14:])]


def as_parquet(path: Path, records: list[dict[str, Any]], clock: pa.DataType | None) -> Path:
    rows = pa.Table.from_pylist(records)
    if clock is not None:
        moments = [dt.datetime.fromisoformat(row["ts"]) for row in records]
        rows = rows.set_column(0, "ts", pa.array(moments, clock))
    pq.write_table(rows, path)
    return path


@pytest.mark.parametrize(
    "clock",
    [None, pa.timestamp("us"), pa.timestamp("ns"), pa.timestamp("ms", "Europe/Lisbon")],
    ids=["text", "time", "nanoseconds", "zone"],
)
def test_a_parquet_file_of_the_history_is_the_same_plays(
    warehouse: Warehouse, tmp_path: Path, clock: pa.DataType | None
) -> None:
    receipt = warehouse.one(as_parquet(tmp_path / "a.parquet", HISTORY, clock))
    assert (receipt.format, receipt.rows_kept) == ("spotify extended parquet", 3)
    plays = stored(warehouse)
    assert warehouse.one(written(tmp_path / "b.json", HISTORY)).rows_known == 3
    assert stored(warehouse) == plays


def test_a_parquet_file_with_short_names_keeps_the_end_clock(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    short = {"ts": ENDS[0], "track_name": "Arms", "artist_name": "Okto", "ms_played": 5}
    warehouse.one(as_parquet(tmp_path / "a.parquet", [short], None))
    assert stored(warehouse, "source, time_kind, ms_played") == [("spotify", "end", 5)]


def test_a_damaged_parquet_file_is_one_line_and_nothing_of_it_is_kept(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    path = as_parquet(tmp_path / "a.parquet", HISTORY * 50, None)
    whole = path.read_bytes()
    path.write_bytes(whole[:200] + bytes(500) + whole[700:])
    [(_, message)] = warehouse.ingest(path).refused
    assert message == "a.parquet: the Parquet file is damaged. Write it again."
    assert warehouse.plays() == []


def test_a_parquet_file_of_something_else_is_called_one(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    [(_, message)] = warehouse.ingest(
        as_parquet(tmp_path / "a.parquet", [{"colour": "red"}], None)
    ).refused
    assert "Parquet with 1 columns" in message
