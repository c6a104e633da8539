"""Spotify's technical log: five types of faults, from when to when a file speaks, and the rest."""

from __future__ import annotations

import datetime as dt
import json
from typing import TYPE_CHECKING, Any

import pytest
from conftest import NOW

from sotw import warehouse as warehouses
from sotw.ingest import ingest

if TYPE_CHECKING:
    from pathlib import Path

SECRETS = ("198.51.100.23", "device-77ab", "ap-gew1.example:4070", "iPhone of Mila", "quistmila77")
CONTEXT = {
    "context_receiver_service_timestamp": 1_756_816_752_989,
    "context_device_manufacturer": "Apple",
    "context_device_model": SECRETS[3],
    "context_conn_country": "PT",
    "context_user_id": SECRETS[4],
    "context_device_id": SECRETS[1],
    "context_ip": SECRETS[0],
}
FIRST = "2025-09-02T12:39:33.200Z"
LAST = "2025-09-04T00:00:01.005Z"


def row(at: Any = FIRST, **message: Any) -> dict[str, Any]:
    return (
        CONTEXT
        | {f"message_{name}": value for name, value in message.items()}
        | {"timestamp_utc": at, "context_time": noted(at)}
    )


def noted(at: Any) -> Any:
    """The player's clock, which here is that of the log; null where there is none to be had."""
    try:
        instant = dt.datetime.fromisoformat(at)
    except (TypeError, ValueError):
        return None
    return round(instant.timestamp() * 1000)


def written(folder: Path, name: str, *rows: Any) -> Path:
    path = folder / name
    path.write_text(json.dumps(list(rows)))
    return path


def events(warehouse) -> list[tuple[Any, ...]]:
    return warehouse.rows(
        "select event_type, occurred_at, ordinal, is_fatal from raw.technical_events order by all"
    )


def ranges(warehouse) -> list[tuple[Any, ...]]:
    return warehouse.rows(
        "select event_type, first_at, last_at from raw.technical_log_ranges order by all"
    )


@pytest.mark.parametrize(
    ("name", "event_type"),
    [
        ("ConnectionError.json", "connection_error"),
        ("ConnectionError_Hourly.json", "connection_error"),
        ("ConnectionError_Hourly_1.json", "connection_error"),
        ("Ap_ConnectionError.json", "connection_error"),
        ("connection_error (2).json", "connection_error"),
        ("PlaybackError_1.json", "playback_error"),
        ("Stutter.json", "stutter"),
        ("TrackNotPlayed.json", "track_not_played"),
        ("PlaybackRetryHourly.json", "playback_retry"),
    ],
)
def test_the_name_of_a_file_tells_the_type_where_nothing_else_does(
    warehouse, tmp_path, name, event_type
):
    receipt = warehouse.one(written(tmp_path, name, row()))
    assert (receipt.rows_kept, receipt.note) == (1, f"event {event_type}")
    assert warehouse.value("select event_type from raw.technical_events") == event_type


@pytest.mark.parametrize(
    ("message", "event_type"),
    [
        ({"fatal": True, "error_code": 12}, "playback_error"),
        ({"reason_not_played": "x", "play_track": "y"}, "track_not_played"),
        ({"buffer_size": 1, "max_buffer_size": 2}, "stutter"),
        ({"method": "m", "status": "s", "reason": "r", "playback_id": "p"}, "playback_retry"),
        ({"error_code": 110, "ap": SECRETS[2], "proxy": None}, "connection_error"),
    ],
)
def test_fields_that_only_one_type_has_tell_it_under_any_name(
    warehouse, tmp_path, message, event_type
):
    warehouse.one(written(tmp_path, "renamed.json", row(**message)))
    assert warehouse.value("select event_type from raw.technical_events") == event_type


def test_times_keep_their_milliseconds_and_fatal_errors_say_so(warehouse, tmp_path):
    rows = [row(FIRST, fatal=True), row(LAST, fatal=False), row(LAST, fatal=None)]
    warehouse.one(written(tmp_path, "PlaybackError.json", *rows))
    last = dt.datetime(2025, 9, 4, 0, 0, 1, 5000)
    assert events(warehouse) == [
        ("playback_error", dt.datetime(2025, 9, 2, 12, 39, 33, 200_000), 0, True),
        ("playback_error", last, 0, False),
        ("playback_error", last, 1, None),
    ]


def test_without_its_own_time_a_row_has_that_of_its_context(warehouse, tmp_path):
    rows = [{"context_time": 1_756_816_739_181, "message_fatal": True}]
    warehouse.one(written(tmp_path, "PlaybackError.json", *rows))
    assert events(warehouse)[0][1] == dt.datetime(2025, 9, 2, 12, 38, 59, 181_000)


def test_the_clock_of_the_player_counts_unless_it_cannot_be_right(warehouse, tmp_path):
    sent = "2025-09-02T18:00:00Z"
    noted, reset = 1_756_816_739_181, 1_262_304_000_000
    events = [
        {"timestamp_utc": sent, "context_time": noted, "message_fatal": True},
        {"timestamp_utc": sent, "context_time": reset, "message_fatal": False},
    ]
    warehouse.one(written(tmp_path, "PlaybackError.json", *events))
    assert warehouse.rows("select occurred_at from raw.technical_events order by 1") == [
        (dt.datetime(2025, 9, 2, 12, 38, 59, 181_000),),
        (dt.datetime(2025, 9, 2, 18),),
    ]


def test_a_file_speaks_from_its_first_to_its_last_row_and_says_so_once(warehouse, tmp_path):
    path = written(tmp_path, "Stutter.json", row(LAST), row(FIRST), row("1970-01-01T00:00:00.270Z"))
    receipt = warehouse.one(path)
    # Of a clock that was never set the row says nothing, and the range does not begin there.
    assert (receipt.rows_kept, receipt.reasons) == (2, {"time before 2002": 1})
    span = (dt.datetime(2025, 9, 2, 12, 39, 33, 200_000), dt.datetime(2025, 9, 4, 0, 0, 1, 5000))
    assert ranges(warehouse) == [("stutter", *span)]
    again = warehouse.one(path)
    assert (again.rows_kept, again.rows_known) == (0, 2)
    assert ranges(warehouse) == [("stutter", *span)]


def test_overlapping_files_add_each_event_once_and_each_file_its_range(warehouse, tmp_path):
    warehouse.one(written(tmp_path, "Stutter.json", row(FIRST), row(FIRST)))
    receipt = warehouse.one(
        written(tmp_path, "Stutter_Hourly.json", row(LAST), row(FIRST), row(FIRST), row(FIRST))
    )
    assert (receipt.rows_kept, receipt.rows_known) == (2, 2)
    assert [event[2] for event in events(warehouse)] == [0, 1, 2, 0]
    assert len(ranges(warehouse)) == 2


def test_equal_instants_of_other_types_and_listeners_are_other_events(warehouse, tmp_path):
    path = written(tmp_path, "Stutter.json", row())
    warehouse.one(path)
    assert warehouse.one(written(tmp_path, "PlaybackRetry.json", row())).rows_kept == 1
    assert warehouse.one(path, listener="ben").rows_kept == 1
    assert len(ranges(warehouse)) == 3


def test_an_empty_file_has_no_range_as_its_count_is_unknown_and_not_none(warehouse, tmp_path):
    report = warehouse.ingest(written(tmp_path, "ConnectionError.json"))
    assert (report.receipts, report.refused) == ((), ())
    assert "is not known" in report.unread[0][1]
    assert ranges(warehouse) == []


@pytest.mark.parametrize(
    ("name", "message", "said"),
    [
        ("Ap_EndSong.json", {"ms_played": 5, "reason_end": "trackdone"}, "extended streaming"),
        ("StutterPrediction.json", {"n": 1}, "not used"),
        ("AndroidDeviceReport.json", {"memory": 1}, "not used"),
        ("AddedToCollection.json", {"item_uri": "spotify:track:a", "set": "x"}, "not used"),
    ],
)
def test_other_events_are_named_with_their_file_and_not_used(
    warehouse, tmp_path, name, message, said
):
    report = warehouse.ingest(written(tmp_path, name, row(**message)))
    assert (report.receipts, report.refused) == ((), ())
    [(file, text)] = report.unread
    assert file == name
    assert text.startswith(f"{name}: technical log, ")
    assert said in text


def test_an_empty_list_and_the_recipients_in_the_folder_of_the_log_are_named(warehouse, tmp_path):
    folder = tmp_path / "Spotify Technical Log Information"
    folder.mkdir()
    written(folder, "Share.json")
    written(folder, "recipients.json", {"name": "Somebody Ltd"})
    report = warehouse.ingest(tmp_path)
    assert (report.receipts, report.refused, len(report.unread)) == ((), (), 2)


def test_odd_rows_are_rejected_one_by_one(warehouse, tmp_path):
    rows = [
        row(),
        None,
        4,
        [],
        {},
        row("soon") | {"context_time": None},
        row({"ip": SECRETS[0]}) | {"context_time": [SECRETS[0]]},
        row("2031-01-01T00:00:00Z"),
        {"message_fatal": "yes", "context_device_id": SECRETS[1]},
        row(FIRST, fatal="true"),
    ]
    receipt = warehouse.one(written(tmp_path, "PlaybackError.json", *rows))
    assert receipt.rows_kept == 2
    assert receipt.reasons == {
        "not an event": 4,
        "time not understood": 2,
        "time in the future": 1,
        "no time": 1,
    }
    assert [event[3] for event in events(warehouse)] == [None, True]


def test_a_log_that_is_cut_off_is_one_clear_line(warehouse, tmp_path):
    path = written(tmp_path, "Stutter.json", row(), row())
    path.write_text(path.read_text()[:-20])
    report = warehouse.ingest(path)
    assert "cut off" in report.refused[0][1]
    assert events(warehouse) == ranges(warehouse) == []


def test_a_file_of_nothing_but_rejects_has_no_range(warehouse, tmp_path):
    receipt = warehouse.one(written(tmp_path, "Stutter.json", row("soon") | {"context_time": ""}))
    assert (receipt.rows_kept, receipt.rows_rejected) == (0, 1)
    assert ranges(warehouse) == []


def test_devices_hosts_and_addresses_enter_neither_the_warehouse_nor_the_log(tmp_path, caplog):
    export, file = tmp_path / "export", tmp_path / "sotw.duckdb"
    export.mkdir()
    host = {"ap": SECRETS[2], "error_code": 7, "host": SECRETS[2]}
    written(export, "ConnectionError.json", row(**host), row("soon", **host) | {"context_time": ""})
    written(export, "PlaybackError.json", row(fatal=True), {"device": SECRETS[1]})
    written(export, "DeviceIdentifier.json", row(device_id=SECRETS[1]))
    con = warehouses.connect(file)
    warehouses.migrate(con, file)
    with caplog.at_level("DEBUG"):
        report = ingest(con, [export], "ana", now=NOW)
    assert [receipt.rows_kept for receipt in report.receipts] == [1, 1]
    con.execute("checkpoint")
    said = repr(report) + caplog.text
    for table in ("technical_events", "technical_log_ranges", "rejects", "imports", "names"):
        said += repr(con.execute(f"from raw.{table}").fetchall())
    con.close()
    for secret in SECRETS:
        assert secret not in said
        assert secret.encode() not in file.read_bytes()
