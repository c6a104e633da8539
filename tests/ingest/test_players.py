"""What players write themselves: pano-scrobbler, the scripts of Libre.fm, .scrobbler.log."""

from __future__ import annotations

import datetime as dt
import json
from typing import TYPE_CHECKING

import pytest
from conftest import NOW, Warehouse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from leaks import found_after_import

from sotw.ingest import Reading, Receipt, ingest

if TYPE_CHECKING:
    from pathlib import Path

AT = 1_678_600_000
TIME = dt.datetime(2023, 3, 12, 5, 46, 40)
MBID = "0a000001-0000-4000-8000-000000000001"
NO_ZONE = "no time zone: name it with --zone"
FEW = settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))


def in_zone(warehouse: Warehouse, path: Path, zone: str | None) -> Receipt:
    """Import one file, with what ``--zone`` says."""
    report = ingest(warehouse.con, [path], "ana", now=NOW, reading=Reading(zone=zone))
    assert not report.refused
    [receipt] = report.receipts
    known = receipt.rows_kept + receipt.rows_known
    assert receipt.rows_read == known + sum(receipt.reasons.values())
    return receipt


def epoch(text: str) -> int:
    """What a clock without a zone logs when it shows this time."""
    return int(dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC).timestamp())


def log_line(
    at: object, title: str = "Arms", *, artist: str = "Okto", rating: str = "L", length: str = "201"
) -> str:
    return "\t".join([artist, "Deep", title, "1", length, rating, str(at), MBID]) + "\n"


def log(folder: Path, *lines: str, zone: str = "UNKNOWN", name: str = "log.txt") -> Path:
    path = folder / name
    head = f"#AUDIOSCROBBLER/1.1\n#TZ/{zone}\n#CLIENT/Secret device\n"
    path.write_text(head + "".join(lines))
    return path


def times(warehouse: Warehouse) -> list[dt.datetime]:
    return [row[0] for row in warehouse.rows("select played_at from raw.plays order by line")]


def test_a_log_without_a_zone_is_rejected_until_the_zone_is_named(warehouse, recorded):
    path = recorded / "players" / "audioscrobbler.txt"
    receipt = in_zone(warehouse, path, None)
    assert receipt.format == "scrobbler.log"
    assert (receipt.rows_read, receipt.rows_kept) == (9, 0)
    assert receipt.reasons == {
        NO_ZONE: 7,
        "rating not understood": 1,
        "wrong number of columns": 1,
    }
    assert receipt.note == ("9 records are of a clock without a zone: import it again with --zone")
    receipt = in_zone(warehouse, path, "Europe/Berlin")
    assert receipt.note == "9 records are of a clock without a zone: read as Europe/Berlin"
    assert receipt.rows_kept == 3
    assert receipt.reasons == {
        "no artist": 1,
        "rating not understood": 1,
        "time before 2002": 1,
        "time in the future": 1,
        "time not understood": 1,
        "wrong number of columns": 1,
    }
    assert in_zone(warehouse, path, "Europe/Berlin").rows_known == 3
    rows = (
        "select played_at, artist_name, title, skipped, duration_ms, track_mbid, source, time_kind"
        " from raw.plays join raw.names on track_name_id = name_id order by line"
    )
    # 05:46:40 on that clock was an hour earlier in UTC. Nothing is quoted in a log.
    hour, step = dt.timedelta(hours=1), dt.timedelta(minutes=5)
    start = TIME - hour
    source = ("scrobbler.log", "start")
    assert warehouse.rows(rows) == [
        (start, "Okto", "Arms", False, 201_000, MBID, *source),
        (start + step, "Okto", "Legs", True, 180_000, None, *source),
        (start + 2 * step, "#1 Band", 'Seven "Inch', False, None, None, *source),
    ]


def test_a_log_in_utc_needs_no_zone_and_heeds_none(warehouse, tmp_path):
    path = log(tmp_path, log_line(AT), zone="UTC")
    assert in_zone(warehouse, path, "Asia/Tokyo").note is None
    assert in_zone(warehouse, path, None).rows_known == 1
    assert times(warehouse) == [TIME]


@pytest.mark.parametrize(
    ("shown", "utc"),
    [
        ("2023-01-10 12:00", "2023-01-10 11:00"),
        ("2023-07-10 12:00", "2023-07-10 10:00"),
        # Left out when clocks went forward: as if the clock had not been changed yet.
        ("2023-03-26 02:30", "2023-03-26 01:30"),
        ("2023-03-26 03:00", "2023-03-26 01:00"),
        # Shown twice when they went back: the first one.
        ("2023-10-29 02:30", "2023-10-29 00:30"),
        ("2023-10-29 03:00", "2023-10-29 02:00"),
    ],
)
def test_a_clock_of_a_zone_is_put_to_utc(warehouse, tmp_path, shown, utc):
    path = log(tmp_path, log_line(epoch(shown)))
    in_zone(warehouse, path, "Europe/Berlin")
    assert times(warehouse) == [dt.datetime.fromisoformat(utc)]


def test_joined_logs_each_have_their_own_clock(warehouse, tmp_path):
    second = log(tmp_path, log_line(AT, "Legs"), zone="UTC", name="b.txt").read_text()
    third = log(tmp_path, log_line(AT, "Toes"), name="c.txt").read_text()
    path = log(tmp_path, log_line(AT), second, third)
    receipt = in_zone(warehouse, path, None)
    assert (receipt.rows_kept, receipt.reasons) == (1, {NO_ZONE: 2})


def test_a_log_of_version_1_0_has_no_id_and_one_of_audacious_no_heading(warehouse, tmp_path):
    rows = [f"Okto\tDeep\tSong {number}\t\t9\tL\t{AT + number}\n" for number in range(3)]
    old = tmp_path / "old.txt"
    old.write_text("#AUDIOSCROBBLER/1.0\n#TZ/UTC\n#CLIENT/x\n" + rows[0])
    bare = tmp_path / "bare.txt"
    bare.write_text("".join(rows))
    assert in_zone(warehouse, old, None).rows_kept == 1
    receipt = in_zone(warehouse, bare, "UTC")
    assert (receipt.format, receipt.rows_kept, receipt.rows_known) == ("scrobbler.log", 2, 1)


def test_a_log_in_an_old_encoding_with_windows_lines_is_read(warehouse, tmp_path):
    path = log(tmp_path, log_line(AT, "Café"), zone="UTC")
    path.write_bytes(path.read_text().replace("\n", "\r\n").encode("cp1252"))
    assert in_zone(warehouse, path, None).rows_kept == 1
    assert warehouse.plays()[0][2] == "Café"


def test_a_log_cut_off_in_its_last_line_loses_that_line_and_says_so(warehouse, tmp_path):
    path = log(tmp_path, log_line(AT), log_line(AT + 9)[:20].rstrip("\n"), zone="UTC")
    receipt = in_zone(warehouse, path, None)
    assert (receipt.rows_kept, receipt.reasons) == (1, {"wrong number of columns": 1})


def test_pano_counts_scrobbles_and_names_what_was_only_loved(warehouse, recorded):
    table = warehouse.one(recorded / "players" / "pano.csv")
    assert table.format == "pano-scrobbler table"
    assert (table.rows_read, table.rows_kept) == (4, 2)
    assert table.reasons == {"loved, not played": 1, "wrong number of columns": 1}
    # Its two forms are the same plays.
    lines = warehouse.one(recorded / "players" / "pano.jsonl")
    assert lines.format == "pano-scrobbler"
    assert (lines.rows_read, lines.rows_kept, lines.rows_known) == (8, 0, 2)
    assert lines.reasons == {
        "loved, not played": 2,
        "event not understood": 1,
        "no time": 1,
        "no track": 1,
        "time not understood": 1,
    }
    assert warehouse.rows(
        "select played_at, duration_ms, album_name_id is null, source from raw.plays order by 1"
    ) == [
        (TIME + dt.timedelta(milliseconds=250), 201_000, False, "pano"),
        (TIME + dt.timedelta(minutes=1), None, True, "pano"),
    ]


def pano(**fields: object) -> dict[str, object]:
    return {"timeMs": AT * 1000, "artist": "Okto", "track": "Arms", "event": "scrobble"} | fields


@pytest.mark.parametrize(
    ("odd", "reason"),
    [
        (None, "not a scrobble"),
        (7, "not a scrobble"),
        (pano(timeMs=0), "time before 2002"),
        (pano(timeMs=AT), "time before 2002"),
        (pano(timeMs=10**13), "time in the future"),
        (pano(timeMs=10**30), "time not understood"),
        (pano(timeMs=-5), "time not understood"),
        (pano(timeMs=float("nan")), "time not understood"),
        (pano(timeMs={"x": 1}), "time not understood"),
        (pano(event=["scrobble"]), "event not understood"),
        (pano(artist={"name": "Okto"}), "no artist"),
    ],
)
def test_an_odd_line_of_pano_costs_only_itself(warehouse, tmp_path, odd, reason):
    path = tmp_path / "pano.jsonl"
    early = {
        name: value for name, value in pano(timeMs=float(AT * 1000)).items() if name != "event"
    }
    path.write_text("\n".join(map(json.dumps, [pano(track="Legs"), odd, early])))
    receipt = warehouse.one(path)
    assert (receipt.rows_kept, receipt.reasons) == (2, {reason: 1})


def test_what_the_scripts_of_libre_fm_save_is_read_by_its_shape(warehouse, recorded):
    path = recorded / "players" / "librefm.tsv"
    receipt = warehouse.one(path)
    assert receipt.format == "libre.fm"
    assert (receipt.rows_read, receipt.rows_kept) == (7, 3)
    assert receipt.reasons == {
        "no artist": 1,
        "no time": 1,
        "time not understood": 1,
        "wrong number of columns": 1,
    }
    # The track stands before the artist, and a quotation mark is part of a name.
    assert [row[1:3] for row in warehouse.plays()] == [
        ("Okto", "Arms"),
        ("Okto", '"Legs"'),
        ("Okto", 'Fin "gers'),
    ]
    assert warehouse.rows("select source, track_mbid, payload from raw.plays where line = 1") == [
        ("librefm", MBID, '{"album_mbid": "0d000001-0000-4000-8000-000000000001"}')
    ]
    assert warehouse.one(path).rows_known == 3


def test_devices_and_unknown_columns_are_nowhere_after_an_import(tmp_path, caplog):
    lines = tmp_path / "pano.jsonl"
    device = {
        "mediaPlayerPackage": "Secret app",
        "user": "Secret me",
        "timeHuman": "Secret o'clock",
    }
    lines.write_text("\n".join(json.dumps(pano(timeMs=at) | device) for at in (AT * 1000, "x")))
    wider = log_line(AT).rstrip("\n") + "\tSecret\tSecret\n"
    wide = log(tmp_path, log_line(AT), wider, zone="UTC")
    tsv = tmp_path / "l.tsv"
    row = f"{AT}\tArms\tOkto\t\t\t\t"
    tsv.write_text(f"{row}\n{row}\tSecret\n{row}\n")
    paths = [lines, wide, tsv]
    assert found_after_import(tmp_path, paths, ("Secret", "Okto"), caplog) == {"Okto"}


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=5,
)
PANO = st.dictionaries(st.sampled_from([*pano(), "album", "durationMs"]), JSON)


@FEW
@given(records=st.lists(PANO | JSON, max_size=5))
def test_no_record_of_pano_is_lost_whatever_it_holds(warehouse, tmp_path_factory, records):
    path = tmp_path_factory.mktemp("fuzz") / "list.json"
    path.write_text(json.dumps([pano(), *records]))
    assert warehouse.one(path).rows_read == 1 + len(records)


WORDS = st.sampled_from(["", "Okto", "#", "L", "S", "9", str(AT), "\x00", '"', "99999999999", " "])
ROWS = st.lists(st.lists(WORDS, max_size=9).map("\t".join), max_size=6)


@FEW
@given(rows=ROWS, zone=st.sampled_from([None, "Pacific/Apia", "America/New_York"]))
def test_no_line_of_a_log_is_lost_whatever_it_holds(warehouse, tmp_path_factory, rows, zone):
    path = log(tmp_path_factory.mktemp("fuzz"), log_line(AT), *(row + "\n" for row in rows))
    rows = [row.replace("\x00", "") for row in rows]
    records = [row for row in rows if row.strip() and not row.startswith("#")]
    receipt = in_zone(warehouse, path, zone)
    found = [row for row in rows if row.startswith("#") and "\t" in row]
    assert 1 + len(records) <= receipt.rows_read <= 1 + len(records) + len(found)


@pytest.mark.parametrize("ends", ["\r", "\r\n", "\n\n"])
def test_lines_of_any_end_and_a_tail_of_nothing_are_read(warehouse, tmp_path, ends):
    lines = ["1700000000\tArms\tOkto\tOne\t\t\t", "1700000300\tLegs\tOkto\tOne\t\t\t"]
    path = tmp_path / "lines.txt"
    path.write_text(ends.join(lines) + ends + "\x00" * 100, newline="")
    receipt = warehouse.one(path)
    assert (receipt.format, receipt.rows_read, receipt.rows_kept) == ("libre.fm", 2, 2)
