"""A file read in another way takes the place of its earlier reading, and nothing else."""

from __future__ import annotations

import datetime as dt
import json
from typing import TYPE_CHECKING, Any

import histories
import pytest
from conftest import Warehouse
from every_kind import FAMILIES
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sotw.ingest import Reading

if TYPE_CHECKING:
    from pathlib import Path

    from sotw.ingest import Receipt

AT = 1_704_100_000
CYRILLIC = "uts,artist,track\n1704100000,Полынь,Река\n1704100060,Okto,Arms\n".encode("cp1251")
FEW = settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))


def written(folder: Path, content: bytes | str, name: str = "plays.csv") -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def log(folder: Path, *lines: str) -> Path:
    """What a portable player with a clock of unknown zone has noted."""
    rows = lines or (f"Okto\tEight\tArms\t1\t200\tL\t{AT}\t",)
    return written(folder, "\n".join(["#AUDIOSCROBBLER/1.1", "#TZ/UNKNOWN", *rows, ""]), "log.txt")


def outcome(receipt: Receipt) -> tuple[int, int, int]:
    return receipt.rows_kept, receipt.rows_known, receipt.rows_rejected


def names(warehouse: Warehouse) -> list[str]:
    return [f"{artist} - {title}" for _, artist, title, _, _ in warehouse.plays()]


def everything(warehouse: Warehouse) -> dict[str, Any]:
    listed = "select table_name from duckdb_tables() where schema_name = 'raw'"
    return {name: sorted(map(str, warehouse.rows(f"from raw.{name}"))) for (name,) in (
        warehouse.rows(listed)
    )}  # fmt: skip


def test_another_encoding_replaces_the_mojibake_and_says_so(warehouse, tmp_path):
    path = written(tmp_path, CYRILLIC)
    warehouse.one(path, reading=Reading(encoding="cp1252"))
    assert names(warehouse) == ["Ïîëûíü - Ðåêà", "Okto - Arms"]
    receipt = warehouse.one(path, reading=Reading(encoding="cp1251"))
    assert outcome(receipt) == (2, 0, 0)
    assert receipt.note == "read anew: 2 plays of the earlier reading were taken out"
    assert names(warehouse) == ["Полынь - Река", "Okto - Arms"]
    assert warehouse.rows("select rows_kept, reading from raw.imports") == [
        (2, '{"encoding": "cp1251"}')
    ]


def test_another_zone_replaces_the_plays_of_the_wrong_one(warehouse, tmp_path):
    path = log(tmp_path)
    warehouse.one(path, reading=Reading(zone="UTC"))
    receipt = warehouse.one(path, reading=Reading(zone="America/New_York"))
    assert "read anew: 1 plays" in receipt.note
    assert [row[0] for row in warehouse.plays()] == [
        dt.datetime.fromtimestamp(AT, dt.UTC).replace(tzinfo=None) + dt.timedelta(hours=5)
    ]


def test_times_of_json_that_have_no_zone_are_of_the_one_that_is_said(warehouse, tmp_path):
    times = ("2024-01-01 09:06:40", "2024-01-01T09:06:40Z", "01 Jan 2024, 10:06")
    records = [{"artist": "Okto", "name": "Arms", "date": time} for time in times]
    path = written(tmp_path, json.dumps(records), "plays.json")
    assert warehouse.one(path).note is None
    note = warehouse.one(path, reading=Reading(zone="Asia/Tokyo")).note
    assert note.startswith("times without a zone: read as Asia/Tokyo; read anew: 3 plays")
    assert [str(row[0]) for row in warehouse.plays()] == [
        "2024-01-01 00:06:40",
        "2024-01-01 09:06:40",
        "2024-01-01 10:06:00",
    ]
    assert outcome(warehouse.one(path)) == (0, 3, 0)


def test_a_delimiter_that_was_said_need_not_be_said_again(warehouse, tmp_path):
    path = written(tmp_path, "Okto^Eight, Nine^Arms^12 Mar 2023 09:42\n" * 2)
    assert outcome(warehouse.one(path, reading=Reading(delimiter="^"))) == (2, 0, 0)
    receipt = warehouse.one(path)
    assert outcome(receipt) == (0, 2, 0)
    assert receipt.note == "read with --delimiter ^, as you said before"


def test_favourites_that_were_taken_for_plays_are_no_plays_any_more(warehouse, tmp_path):
    path = written(tmp_path, f"uts,artist,track\n{AT},Okto,Arms\n")
    warehouse.one(path)
    receipt = warehouse.one(path, is_favorites=True)
    assert "1 plays of the earlier reading" in receipt.note
    assert warehouse.plays() == []
    assert warehouse.value("select count(*) from raw.picks") == 1


def test_what_was_said_of_a_file_holds_until_something_else_is_said(warehouse, tmp_path):
    path = written(tmp_path, CYRILLIC)
    warehouse.one(path, reading=Reading(encoding="windows-1251"))
    again = warehouse.one(path)
    assert outcome(again) == (0, 2, 0)
    assert again.note == "read with --encoding cp1251, as you said before"
    assert warehouse.one(path, reading=Reading(encoding="cp1251")).note is None
    assert outcome(warehouse.one(path, reading=Reading(encoding="latin-1"))) == (2, 0, 0)
    favorites = written(tmp_path, f"uts,artist,track\n{AT},Okto,Legs\n", "picks.csv")
    warehouse.one(favorites, is_favorites=True)
    assert outcome(warehouse.one(favorites)) == (0, 1, 0)
    assert "Okto - Legs" not in names(warehouse)


def test_what_is_said_of_one_thing_leaves_what_was_said_of_another(warehouse, tmp_path):
    path = log(tmp_path, f"Okto\tEight\tВода\t1\t200\tL\t{AT}\t".encode("cp1251").decode("latin-1"))
    path.write_bytes(path.read_text().encode("latin-1"))
    warehouse.one(path, reading=Reading(encoding="cp1251", zone="UTC"))
    receipt = warehouse.one(path, reading=Reading(zone="Europe/Athens"))
    assert "read with --encoding cp1251, as you said before" in receipt.note
    assert names(warehouse) == ["Okto - Вода"]


@pytest.mark.parametrize(
    "reading",
    [
        Reading(encoding="utf8"),
        Reading(delimiter=","),
        Reading(encoding="cp1251"),
        Reading(zone="Asia/Tokyo"),
    ],
)
def test_what_makes_no_difference_is_no_other_reading(warehouse, tmp_path, reading):
    path = written(tmp_path, f"uts,artist,track\n{AT},Okto,Arms\n")
    warehouse.one(path)
    receipt = warehouse.one(path, reading=reading)
    zone = "--zone Asia/Tokyo changes nothing: its times say their zone"
    assert (outcome(receipt), receipt.note) == ((0, 1, 0), zone if reading.zone else None)


def test_a_reading_of_no_use_leaves_the_earlier_one(warehouse, tmp_path):
    path = log(tmp_path)
    rejected = warehouse.one(path)
    assert outcome(rejected) == (0, 0, 1)
    warehouse.one(path, reading=Reading(zone="UTC"))
    assert warehouse.value("select count(*) from raw.imports") == 1, "in place of the first"
    assert warehouse.value("select count(*) from raw.rejects") == 0
    odd = written(tmp_path, f"uts;artist;track\n{AT};Okto;Legs\n", "odd.csv")
    warehouse.one(odd)
    before = warehouse.plays()
    for reading in (Reading(encoding="utf-16"), Reading(delimiter="^")):
        warehouse.ingest(odd, reading=reading)
        assert warehouse.plays() == before
    assert outcome(warehouse.one(odd)) == (0, 1, 0)


def test_nothing_changes_when_a_new_reading_fails_on_the_way(warehouse, tmp_path, monkeypatch):
    from sotw.ingest import load

    path = written(tmp_path, CYRILLIC)
    warehouse.one(path, reading=Reading(encoding="cp1252"))
    before = everything(warehouse)

    def fail(*_: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(load, "_judge_plays", fail)
    with pytest.raises(RuntimeError):
        warehouse.ingest(path, reading=Reading(encoding="cp1251"))
    assert everything(warehouse) == before


def test_another_listener_keeps_their_own_reading(warehouse, tmp_path):
    path = written(tmp_path, CYRILLIC)
    warehouse.one(path, listener="ana", reading=Reading(encoding="cp1252"))
    warehouse.one(path, listener="ben", reading=Reading(encoding="cp1251"))
    assert warehouse.rows(
        "select listener, count(*) from raw.plays join raw.listeners using (listener_id)"
        " group by all order by all"
    ) == [("ana", 2), ("ben", 2)]
    assert warehouse.one(path, listener="ben").rows_known == 2


def test_files_that_overlap_are_named_unless_they_come_in_the_same_run(warehouse, tmp_path):
    one = written(tmp_path, CYRILLIC, "one.csv")
    two = written(tmp_path, f"uts,artist,track\n{AT + 60},Okto,Arms\n", "two.csv")
    warehouse.ingest(one, two, reading=Reading(encoding="cp1252"))
    receipt = warehouse.one(one, reading=Reading(encoding="koi8-r"))
    assert receipt.note.endswith("; import again what overlaps it: two.csv")
    two_first = warehouse.ingest(two, one, reading=Reading(encoding="cp1251"))
    assert [receipt.file for receipt in two_first.receipts] == ["one.csv", "two.csv"]
    assert "import again" not in two_first.receipts[0].note
    assert names(warehouse) == ["Полынь - Река", "Okto - Arms"]


def test_files_that_overlap_what_is_another_kind_of_thing_now_are_named_too(warehouse, tmp_path):
    one = written(tmp_path, f"uts,artist,track\n{AT},Okto,Arms\n", "one.csv")
    two = written(tmp_path, f"uts,artist,track\n{AT},Okto,Arms\n{AT + 60},Okto,Legs\n", "two.csv")
    warehouse.ingest(one, two)
    receipt = warehouse.one(one, is_favorites=True)
    assert receipt.note.endswith("; import again what overlaps it: two.csv")
    warehouse.one(two)
    assert names(warehouse) == ["Okto - Arms", "Okto - Legs"]


def test_an_export_of_sotw_that_knew_a_play_of_another_source_is_named(warehouse, tmp_path):
    one = written(tmp_path, f"uts,artist,track\n{AT},Okto,Вода\n".encode("cp1251"), "one.csv")
    own = {"reported_at": "2024-01-01T09:06:40Z", "source": "lastfm", "time_precision": "second"}
    metadata = {"artist_name": "Okto", "track_name": "Вода", "additional_info": {"sotw": own}}
    listen = json.dumps({"listened_at": AT, "track_metadata": metadata})
    again = written(tmp_path, listen + "\n", "own.jsonl")
    warehouse.one(one, reading=Reading(encoding="cp1251"))
    assert warehouse.one(again).rows_known == 1
    receipt = warehouse.one(one, reading=Reading(encoding="koi8-r"))
    assert receipt.note.endswith("; import again what overlaps it: own.jsonl")
    assert warehouse.one(again).rows_kept == 1


def test_a_play_that_took_its_second_from_another_file_gets_it_again(warehouse, tmp_path):
    minutes = "Okto,Восемь,Arms,01 Jan 2024 09:06\n".encode("cp1251")
    rough = written(tmp_path, minutes, "minutes.csv")
    exact = written(tmp_path, f"uts,artist,track\n{AT},Okto,Arms\n", "seconds.csv")
    warehouse.ingest(rough, exact, reading=Reading(encoding="cp1252"))
    assert [row[4] for row in warehouse.plays()] == ["second"]
    receipt = warehouse.one(rough, reading=Reading(encoding="cp1251"))
    assert "import again what overlaps it: seconds.csv" in receipt.note
    assert [row[4] for row in warehouse.plays()] == ["minute"]
    assert warehouse.one(exact).rows_sharpened == 1
    assert [row[4] for row in warehouse.plays()] == ["second"]


PLAYS = st.lists(
    st.tuples(st.integers(0, 2), st.sampled_from(["Okto", "Полынь"])), min_size=1, max_size=5
)


@pytest.mark.slow
@FEW
@given(first=PLAYS, second=PLAYS, third=PLAYS)
def test_after_any_wrong_reading_the_right_one_of_all_files_gives_the_right_plays(
    tmp_path, first, second, third
):
    paths = [
        written(
            tmp_path,
            "".join(
                ["uts,artist,track\n", *(f"{AT + at},{artist},Вода\n" for at, artist in plays)]
            ).encode("cp1251"),
            f"{number}.csv",
        )
        for number, plays in enumerate((first, second, third))
    ]
    right, mended = Warehouse(histories.empty()), Warehouse(histories.empty())
    right.ingest(*paths, reading=Reading(encoding="cp1251"))
    mended.ingest(paths[0], paths[1], reading=Reading(encoding="cp1252"))
    mended.ingest(paths[2], paths[0], reading=Reading(encoding="cp1251"))
    mended.ingest(*paths, reading=Reading(encoding="cp1251"))
    assert mended.plays() == right.plays()
    again = mended.ingest(*paths)
    assert sum(receipt.rows_kept for receipt in again.receipts) == 0
    right.con.close()
    mended.con.close()


def test_equal_plays_are_numbered_without_gaps_after_some_were_taken_out(warehouse, tmp_path):
    one = written(tmp_path, f"uts,artist,track\n{AT},Okto,Вода\n".encode("cp1251"), "one.csv")
    rows = f"{AT},Okto,Вода\n" * 3
    three = written(tmp_path, f"uts,artist,track\n{rows}".encode(), "three.csv")
    warehouse.ingest(one, three, reading=Reading(encoding="cp1251"))
    warehouse.one(three, reading=Reading(encoding="utf-8"))
    ordinals = "select ordinal from raw.plays order by track_name_id, ordinal"
    warehouse.one(one, reading=Reading(encoding="koi8-r"))
    assert sorted(warehouse.rows(ordinals)) == [(0,), (0,), (1,)]
    assert warehouse.one(three).rows_kept == 1
    assert sorted(warehouse.rows(ordinals)) == [(0,), (0,), (1,), (2,)]


def test_the_rejects_of_a_file_are_stored_once_however_often_it_is_imported(warehouse, tmp_path):
    path = written(tmp_path, f"uts,artist,track\n{AT},Okto,Arms\n5,Okto,Legs\n")
    copy = written(tmp_path, path.read_bytes(), "copy.csv")
    for listener in ("ana", "ana", "ben"):
        for receipt in warehouse.ingest(path, copy, listener=listener).receipts:
            assert receipt.rows_rejected == 1
    assert warehouse.rows("select import_id, line from raw.rejects order by all") == [
        (4, 3),
        (6, 3),
    ]


def told(warehouse: Warehouse) -> dict[str, list[str]]:
    """What raw holds, but for numbers and times that imports give, names as texts."""
    columns = warehouse.rows(
        "select table_name, column_name from duckdb_columns() where schema_name = 'raw' and"
        " table_name not in ('imports', 'names', 'schema_version')"
        " and column_name not in ('import_id', 'fetched_at', 'created_at', 'line')"
    )
    spelled = "(select concat_ws('|', artist_name, title) from raw.names where name_id = {}.{})"
    wanted: dict[str, list[str]] = {}
    for table, column in columns:
        is_name = column.endswith("name_id")
        wanted.setdefault(table, []).append(spelled.format(table, column) if is_name else column)
    return {
        table: sorted(map(str, warehouse.rows(f"select {', '.join(those)} from raw.{table}")))
        for table, those in wanted.items()
    }


@pytest.mark.slow
@pytest.mark.parametrize("family", FAMILIES)
def test_an_export_that_was_read_wrong_at_first_ends_as_if_it_had_been_read_right_at_once(
    tmp_path, family
):
    for name, content in FAMILIES[family]().items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        written(tmp_path, content, name)
    wrong = Reading(encoding="cp1250", zone="Asia/Tokyo")
    right = Reading(encoding="utf-8", zone="UTC")
    mended, plain = Warehouse(histories.empty()), Warehouse(histories.empty())
    mended.ingest(tmp_path, reading=wrong)
    mended.ingest(tmp_path, reading=right)
    again = mended.ingest(tmp_path)
    assert sum(receipt.rows_kept for receipt in again.receipts) == 0
    plain.ingest(tmp_path, reading=right)
    assert told(mended) == told(plain)
    mended.con.close()
    plain.con.close()
