"""Spotify's extended history: what its records mean, in every form and in both ways of reading."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import logging
import zipfile
from typing import TYPE_CHECKING, Any

import histories
import pytest
from spotify_exports import extended, written

from sotw import warehouse as warehouses
from sotw.ingest import ingest
from sotw.ingest.formats.spotify import extended as spotify
from sotw.ingest.load import fill_incoming
from sotw.ingest.reading.documents import Document, find_documents
from sotw.ingest.reading.texts import BLANKS, INVISIBLE, Tally, take_sample

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Warehouse

NOW = dt.datetime(2026, 1, 1, 12)
URI = "spotify:track:0AaBbCcDdEeFfGgHhIiJj1"
SECRETS = (b"203.0.113.77", b"marlowe.quill", b"HeronPhone")


def record(**fields: Any) -> dict[str, Any]:
    return {
        "ts": "2024-03-12T09:42:07Z",
        "ms_played": 200_000,
        "master_metadata_track_name": "Glass Orchard",
        "master_metadata_album_artist_name": "The Paper Herons",
        "master_metadata_album_album_name": "Low Tide",
        "spotify_track_uri": URI,
        "ip_addr": "203.0.113.77",
        **fields,
    }


def write(folder: Path, *records: Any, name: str = "x.json") -> Path:
    file = folder / name
    file.write_text(json.dumps(records), encoding="utf-8")
    return file


def facts(warehouse: Warehouse, columns: str) -> list[tuple[Any, ...]]:
    return warehouse.rows(f"select {columns} from raw.plays order by played_at, ordinal")


def read_both_ways(file: Path) -> tuple[list[tuple[Any, ...]] | None, list[tuple[Any, ...]]]:
    """What temp.incoming holds after the fast way (null where it declined) and after the other."""
    [document] = find_documents([file], print)
    sample = take_sample(document)
    found = []
    with histories.empty() as con:
        [fast] = [one for one in spotify.FORMATS if one.recognise(sample)]
        for way in (fast, dataclasses.replace(fast, fill=None)):
            tally = Tally(0, [])
            if way.fill is not None and not way.fill(con, document, sample, Tally(0, [])):
                found.append(None)
                continue
            fill_incoming(con, document, sample, way, tally)
            rows = con.execute("from temp.incoming order by line").fetchall()
            assert tally.read == len(rows)
            found.append(rows)
    assert found[1] is not None
    return found[0], found[1]


def test_every_content_of_a_new_export_becomes_what_it_is(
    warehouse: Warehouse, recorded: Path
) -> None:
    receipt = warehouse.one(recorded / "spotify_extended.json")
    assert receipt.format == "spotify extended"
    assert (receipt.rows_read, receipt.rows_kept) == (8, 6)
    assert receipt.reasons == {
        "no names, only an address: no longer on Spotify": 1,
        "no track": 1,
    }
    assert warehouse.rows(
        "select content_type, artist_name, title, spotify_track_id from raw.plays"
        " join raw.names on track_name_id = name_id order by played_at"
    ) == [
        ("track", "The Paper Herons", "Glass Orchard", URI[14:]),
        ("track", "The Paper Herons", "Glass Orchard", URI[14:]),
        ("podcast", "Slow Coasts", "On Lighthouses", None),
        ("audiobook", "The Salt Year", "Chapter 1", None),
        ("audiobook", "The Salt Year", "The Salt Year", None),
        ("video", "The Paper Herons", "Glass Orchard (Video)", None),
    ]


def test_the_time_is_the_end_to_the_second_and_the_flags_are_as_stated(
    warehouse: Warehouse, recorded: Path
) -> None:
    warehouse.one(recorded / "spotify_extended.json")
    columns = (
        "played_at, time_kind, time_precision, source, ms_played, skipped, is_shuffle, is_offline,"
        " is_private, reason_start, reason_end, platform, country, offline_at"
    )
    first, second, *_, video = facts(warehouse, columns)
    same = ("end", "second", "spotify")
    assert first == (
        *(dt.datetime(2024, 3, 12, 9, 42, 7), *same, 200_000, False, False, False, False),
        *("trackdone", "trackdone", "ios", "PT", None),
    )
    assert second == (
        *(dt.datetime(2024, 3, 12, 9, 45, 30), *same, 0, True, True, True, True),
        *("trackdone", "fwdbtn", "ios", "PT", dt.datetime(2024, 7, 19, 14, 30, 3)),
    )
    # Nothing is not a platform, and ZZ is no country.
    assert video[-3:-1] == (None, None)


def test_the_receipt_says_how_many_plays_stand_before_their_report(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    flight = int(dt.datetime(2024, 3, 19, 21, 10, tzinfo=dt.UTC).timestamp())
    records = [
        extended("2024-03-20T08:00:00Z", "Arms", 240_000, offline_timestamp=flight),
        extended("2024-03-20T08:00:00Z", "Legs", 180_000, offline_timestamp=flight * 1000),
        extended("2024-03-20T08:04:00Z", "Feet", 180_000),
    ]
    receipt = warehouse.one(written(tmp_path / "history.json", records))
    assert receipt.note == "2 plays stand when the player noted them, not when it told"


def test_an_old_export_without_audiobooks_is_read_and_its_gaps_stay_null(
    warehouse: Warehouse, recorded: Path
) -> None:
    receipt = warehouse.one(recorded / "spotify_extended_old.json")
    assert receipt.rows_kept == 2
    assert receipt.reasons == {
        "time not understood": 1,
        "no names, only an address: no longer on Spotify": 1,
    }
    assert facts(warehouse, "ms_played, skipped, reason_start, offline_at") == [
        # Milliseconds here; 0 is no time.
        (181_000, None, None, dt.datetime(2020, 8, 16, 13, 47, 59, 267_000)),
        (None, None, None, None),
    ]


def test_a_removed_song_is_rejected_with_its_time_and_address(
    warehouse: Warehouse, recorded: Path
) -> None:
    warehouse.one(recorded / "spotify_extended.json")
    assert warehouse.value("select record from raw.rejects where reason like 'no names%'") == (
        "2024-03-12T13:00:00Z, spotify:track:0AaBbCcDdEeFfGgHhIiJj5"
    )


def test_the_table_of_an_export_gives_the_same_plays(recorded: Path) -> None:
    _, from_json = read_both_ways(recorded / "spotify_extended.json")
    _, from_table = read_both_ways(recorded / "spotify_extended.csv")
    # The lines of a table count its heading.
    assert [row[1:] for row in from_table] == [row[1:] for row in from_json]


def test_a_table_with_tabs_is_read_and_a_lost_field_costs_one_record(
    warehouse: Warehouse, recorded: Path, tmp_path: Path
) -> None:
    text = (recorded / "spotify_extended.csv").read_text(encoding="utf-8")
    file = tmp_path / "x.tsv"
    file.write_text(text.replace(",", "\t") + "lost\tmarlowe.quill\n", encoding="utf-8")
    receipt = warehouse.one(file)
    assert receipt.format == "spotify extended table"
    assert (receipt.rows_read, receipt.rows_kept) == (9, 6)
    assert receipt.reasons["wrong number of columns"] == 1
    assert warehouse.value("select count(*) from raw.rejects where record like '%marlowe%'") == 0


def test_json_lines_give_the_same_plays_in_both_ways(recorded: Path, tmp_path: Path) -> None:
    listed, _ = read_both_ways(recorded / "spotify_extended.json")
    records = json.loads((recorded / "spotify_extended.json").read_text(encoding="utf-8"))
    file = tmp_path / "x.jsonl"
    file.write_text("".join(json.dumps(one) + "\n" for one in records), encoding="utf-8")
    fast, slow = read_both_ways(file)
    assert fast == slow == listed


@pytest.mark.parametrize(
    "file", ["spotify_extended.json", "spotify_extended_old.json", "odd values", "odd names"]
)
def test_the_fast_way_and_the_slow_way_give_equal_rows(
    file: str, recorded: Path, tmp_path: Path
) -> None:
    if file == "odd values":
        path = write(tmp_path, *ODD_VALUES)
    elif file == "odd names":
        path = write(tmp_path, *(record(master_metadata_track_name=name) for name in ODD_NAMES))
    else:
        path = recorded / file
    fast, slow = read_both_ways(path)
    assert fast == slow


ODD_NAMES = [
    *(f"{mark}Glass{mark}{mark}Orchard{mark}" for mark in BLANKS + INVISIBLE),
    *("", " ", "\u200b", "\u200e\u00a0", "\x00", "Été", "歌", "[Intro]", "null", "{", "false"),
    *(1979, 2.5, True, None),
]
ODD_VALUES = [
    record(ms_played=-1),
    record(ms_played="soon"),
    record(ms_played="1200"),
    record(ms_played=1e400),
    record(ms_played=10**30),
    record(skipped="true", shuffle="false", offline=1, incognito_mode=0),
    record(skipped="maybe", shuffle="", offline="TRUE", incognito_mode=7),
    record(offline_timestamp="1721399403"),
    record(offline_timestamp=-5),
    record(offline_timestamp=10**17),
    record(ts="2024-03-12 09:42:07"),
    record(ts="2024-03-12T10:42:07+01:00"),
    record(ts="2024-03-12 09:42:07 UTC"),
    record(ts=None),
    record(ts={"a": 1}),
    record(ts="2024-03-12"),
    record(new_field={"a": [1]}, another="x"),
    record(spotify_track_uri="spotify:local:x"),
    record(spotify_track_uri={"a": 1}),
    record(skipped=[1], offline_timestamp={}),
    {},
    None,
]


def test_odd_values_are_null_and_the_play_stays(warehouse: Warehouse, tmp_path: Path) -> None:
    receipt = warehouse.one(write(tmp_path, *ODD_VALUES))
    assert receipt.reasons == {"no time": 2, "time not understood": 1, "not a play": 2}
    columns = "ms_played, skipped, is_shuffle, is_offline, is_private, offline_at"
    found = {line: rest for line, *rest in warehouse.rows(f"select line, {columns} from raw.plays")}
    assert [found[line][0] for line in range(1, 6)] == [None, None, 1200, None, None]
    assert found[6][1:5] == [True, False, True, False]
    assert found[7][1:5] == [None, None, True, None]
    assert [found[line][5] for line in (8, 9, 10)] == [
        dt.datetime(2024, 7, 19, 14, 30, 3),
        None,
        None,
    ]
    # Three spellings of one instant.
    assert warehouse.value("select count(distinct played_at) from raw.plays") == 1


START = f'{{"ts": "2024-03-12T09:42:07Z", "ms_played": 1, "spotify_track_uri": "{URI}"'


@pytest.mark.parametrize(
    ("text", "records"),
    [
        (f'[{START}}}, 5, "x", [1]]', 4),
        (f'[{START}, "platform": {{"ip": "203.0.113.77"}}}}]', 1),
        (f'[{START}, "master_metadata_album_artist_name": ["Mira Oak"]}}]', 1),
        (f'[{START}, "master_metadata_track_name": "half \\ud83d"}}]', 1),
        (f'[{START}, "ts": "2024-03-12T09:50:00Z"}}]', 1),
        (f"[{START}}}]\n[{START}}}]", 2),
        (f"{START}}}{START}}}", 2),
    ],
    ids=[
        *("not objects", "object for a text", "list for a name", "half a character"),
        *("a key twice", "two lists", "no line ends"),
    ],
)
def test_what_duckdb_does_not_read_rightly_is_read_record_by_record(
    text: str, records: int, tmp_path: Path
) -> None:
    file = tmp_path / "x.json"
    file.write_text(text, encoding="utf-8")
    fast, slow = read_both_ways(file)
    assert fast is None
    assert len(slow) == records
    assert "203.0.113.77" not in str(slow)


def test_each_element_that_is_no_object_is_one_rejected_record(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    receipt = warehouse.one(write(tmp_path, record(), 5, "x", None, [record()], True))
    assert (receipt.rows_read, receipt.rows_kept) == (6, 1)
    assert receipt.reasons == {"not a play": 5}


def test_other_encodings_give_the_same_names(warehouse: Warehouse, tmp_path: Path) -> None:
    name = record(master_metadata_track_name="Été à Sète")
    for encoding in ("utf-8-sig", "utf-16", "cp1252"):
        file = tmp_path / f"{encoding}.json"
        file.write_text(json.dumps([name], ensure_ascii=False), encoding=encoding)
        warehouse.one(file)
    assert warehouse.plays() == [
        (dt.datetime(2024, 3, 12, 9, 42, 7), "The Paper Herons", "Été à Sète", 0, "second")
    ]


@pytest.mark.parametrize("end", [",", "", ' {"ts": "2024-0', "]garbage"])
def test_a_cut_history_is_refused_and_nothing_of_it_is_kept(
    end: str, warehouse: Warehouse, tmp_path: Path
) -> None:
    file = tmp_path / "x.json"
    file.write_text("[" + json.dumps(record()) + end, encoding="utf-8")
    report = warehouse.ingest(file)
    assert not report.receipts
    assert "cut off or damaged" in report.refused[0][1]
    assert warehouse.value("select count(*) from raw.plays") == 0
    assert not warehouse.rows("select table_name from duckdb_tables() where temporary")


def test_overlapping_files_never_double_and_equal_records_of_one_file_stay(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    one, other = record(), record(ts="2024-03-12T09:50:00Z")
    twice = write(tmp_path, one, one, other, name="a.json")
    overlapping = write(tmp_path, one, other, record(ts="2024-03-12T10:50:00Z"), name="b.json")
    assert warehouse.one(twice).rows_kept == 3
    assert (warehouse.one(overlapping).rows_known, warehouse.one(overlapping).rows_kept) == (2, 0)
    assert warehouse.value("select count(*) from raw.plays") == 4


def test_a_history_inside_a_zip_is_read_like_a_file_and_leaves_none_behind(
    warehouse: Warehouse, recorded: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spool = tmp_path / "spool"
    spool.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(spool))
    archive = tmp_path / "my_spotify_data.zip"
    with zipfile.ZipFile(archive, "w") as packed:
        packed.write(recorded / "spotify_extended.json", "Streaming_History_Video_2024.json")
    assert warehouse.one(archive).rows_kept == 6
    assert not [*spool.iterdir()]
    assert warehouse.one(recorded / "spotify_extended.json").rows_known == 6


def test_what_is_unpacked_for_duckdb_can_only_be_read_by_its_owner(
    recorded: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = recorded / "spotify_extended.json"
    document = Document("x.json", file.stat().st_size, lambda: file.open("rb"))
    modes = []
    is_closed = spotify._is_closed

    def look(path: Path) -> bool:
        modes.append(path.stat().st_mode & 0o777)
        return is_closed(path)

    monkeypatch.setattr(spotify, "_is_closed", look)
    with histories.empty() as con:
        assert spotify.fill_json(con, document, take_sample(document), Tally(0, []))
    assert modes == [0o600]


def test_a_path_with_marks_of_patterns_is_one_file(warehouse: Warehouse, tmp_path: Path) -> None:
    folder = tmp_path / "[ab] *?{c}"
    folder.mkdir()
    assert warehouse.one(write(folder, record(), name="it's [1].json")).rows_kept == 1


def test_no_address_user_name_or_device_enters_the_warehouse_or_the_log(
    recorded: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "sotw.duckdb"
    cut = tmp_path / "cut.json"
    cut.write_text((recorded / "spotify_extended_old.json").read_text()[:-40], encoding="utf-8")
    odd = write(tmp_path, record(ts="203.0.113.77", username="marlowe.quill"), ["HeronPhone"])
    caplog.set_level(logging.DEBUG)
    with warehouses.writing(path) as con:
        report = ingest(con, [recorded / "spotify_extended_old.json", cut, odd], "ana", now=NOW)
        report_csv = ingest(con, [recorded / "spotify_extended.csv"], "ana", now=NOW)
        assert con.execute("select count(*) from raw.rejects").fetchall() == [(2 + 2 + 2,)]
        # The bytes of the file may be packed.
        tables = con.execute("select table_name from duckdb_tables() where schema_name = 'raw'")
        everything = [con.execute(f"from raw.{name}").fetchall() for (name,) in tables.fetchall()]
    assert len(report.receipts) == 2
    assert len(report.refused) == 1
    assert "Mira Oak" in str(everything)
    texts = f"{caplog.text}{report}{report_csv}{everything}".encode()
    stored = path.read_bytes()
    for secret in SECRETS:
        assert secret not in texts
        assert secret not in stored


@pytest.mark.parametrize(("text", "encoding"), [("é", "utf-8-sig"), ("Ã", "cp1252")])
def test_a_character_over_two_pieces_of_a_file_is_seen_whole(
    text: str, encoding: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sotw.ingest.reading.encodings._DECODED_BYTES", 1)
    file = tmp_path / "x.json"
    file.write_text(f'["{text}abcdefgh"]', encoding=encoding.removesuffix("-sig"))
    [document] = find_documents([file], print)
    assert take_sample(document).encoding == encoding
