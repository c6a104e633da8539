"""Apple Music: segments become listens, artists come from the days, and nobody's device is kept."""

from __future__ import annotations

import csv
import datetime as dt
import logging
import zipfile
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

ACTIVITY = "Apple Music Play Activity.csv"
DAYS = "Apple Music - Play History Daily Tracks.csv"
# As in 2026, but for the hundred columns that nobody reads; what is personal is planted.
HEADER = [
    *("Album Name", "Apple Id Number", "Apple Music Subscription", "Build Version"),
    *("Client IP Address", "Container Album Name", "Container Artist Name", "Container Type"),
    *("Device Identifier", "Device Type", "End Position In Milliseconds", "End Reason Type"),
    *("Event End Timestamp", "Event Received Timestamp", "Event Start Timestamp", "Event Type"),
    *("Feature Name", "IP City", "IP Latitude", "Media Duration In Milliseconds", "Media Type"),
    *("Milliseconds Since Play", "Offline", "Play Duration Milliseconds", "Shuffle Play"),
    *("Song Name", "Start Position In Milliseconds", "User’s Audio Quality"),
    *("UTC Offset In Seconds", "Device OS Name"),
]
PERSONAL = {
    "Apple Id Number": "9988776655",
    "Client IP Address": "203.0.113.77",
    "Device Identifier": "c0ffee-device-1",
    "IP City": "Nowhereville",
    "IP Latitude": "12.345678",
    "Build Version": "Music/9.9 model/Planted9,9",
}
DAY_HEADER = [
    *("Country", "Track Identifier", "Media type", "Date Played", "Hours"),
    *("Play Duration Milliseconds", "End Reason Type", "Source Type", "Play Count", "Skip Count"),
    *("Ignore For Recommendations", "Track Reference", "Track Description"),
]


def row(
    song: str, end: str, ms: object = 200_000, reason: str = "NATURAL_END_OF_TRACK", **more: str
):
    """A PLAY_END as Apple writes it: ``end`` is a time of 12 March 2024, or a whole one."""
    fields = PERSONAL | {
        "Song Name": song,
        "Album Name": "Album",
        "Event Type": "PLAY_END",
        "Event End Timestamp": f"2024-03-12T{end}Z" if len(end) < 13 else end,
        "Event Received Timestamp": "2024-03-14T00:00:00Z",
        "Play Duration Milliseconds": str(ms),
        "Media Duration In Milliseconds": "200000",
        "End Reason Type": reason,
        "Media Type": "AUDIO",
    }
    return fields | {name.replace("_", " "): value for name, value in more.items()}


def write(path: Path, rows: list[dict[str, str]], header: list[str] = HEADER, **how: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="", encoding=how.get("encoding", "utf-8")) as stream:
        end = how.get("end", "\n")
        writer = csv.DictWriter(stream, header, extrasaction="ignore", lineterminator=end)
        writer.writeheader()
        writer.writerows(rows)
    return path


def days(path: Path, *played: tuple[str, str]) -> Path:
    rows = [{"Date Played": date, "Track Description": text} for date, text in played]
    return write(path, rows, DAY_HEADER)


def artists(warehouse) -> list[tuple[str, str]]:
    return [row[1:3] for row in warehouse.plays()]


def test_the_segments_of_a_listen_are_one_play_with_its_last_end(warehouse, tmp_path):
    days(tmp_path / DAYS, ("20240312", "Tarn - Alpha"))
    write(
        tmp_path / ACTIVITY,
        [
            row("Alpha", "10:12:00.250", 90_000),
            row("Alpha", "10:00:00", 60_000, "PLAYBACK_MANUALLY_PAUSED"),
            row("Alpha", "10:01:00", 30_000, "SCRUB_BEGIN"),
            row("Alpha", "10:01:00", 20_000, "SCRUB_END"),
            row("Alpha", "10:01:00", 0, "", Event_Type="LYRIC_DISPLAY"),
            row("Alpha", "10:01:00", 0, "", Event_Type="PLAY_START"),
        ],
    )
    report = warehouse.ingest(tmp_path)
    assert [receipt.format for receipt in report.receipts] == [
        "apple music daily tracks",
        "apple music play activity",
    ]
    receipt = report.receipts[1]
    assert (receipt.rows_read, receipt.rows_kept) == (1, 1)
    assert receipt.note == (
        "no playback (lyric_display, play_start): 2 rows; "
        "joined to the listen that they go on with: 3 rows"
    )
    assert warehouse.rows(
        "select source, played_at, time_kind, time_precision, ms_played, duration_ms, skipped,"
        " reason_end, content_type from raw.plays"
    ) == [
        (
            "apple_music",
            dt.datetime(2024, 3, 12, 10, 12, 0, 250_000),
            *("end", "second", 180_000, 200_000, False, "natural_end_of_track", "track"),
        )
    ]


@pytest.mark.parametrize(
    ("second", "plays"),
    [
        (row("Alpha", "10:33:19", 200_000), 1),
        (row("Alpha", "10:33:20", 200_000), 2),
        (row("Alpha", "10:05:00", 100_000, Device_Identifier="other"), 2),
        (row("Alpha", "10:05:00", 100_000, Album_Name="Other"), 2),
        (row("Beta", "10:05:00", 100_000), 2),
    ],
)
def test_a_pause_is_bridged_for_half_an_hour_on_one_device(warehouse, tmp_path, second, plays):
    days(tmp_path / DAYS, ("20240312", "Tarn - Alpha"), ("20240312", "Tarn - Beta"))
    first = row("Alpha", "10:00:00", 60_000, "PLAYBACK_MANUALLY_PAUSED")
    write(tmp_path / ACTIVITY, [first, second])
    warehouse.ingest(tmp_path)
    assert len(warehouse.plays()) == plays


@pytest.mark.parametrize("reason", ["NATURAL_END_OF_TRACK", "TRACK_BANNED", "NEW_IN_2027"])
def test_what_is_no_pause_closes_the_listen(warehouse, tmp_path, reason):
    days(tmp_path / DAYS, ("20240312", "Tarn - Alpha"))
    write(tmp_path / ACTIVITY, [row("Alpha", "10:00:00", 9, reason), row("Alpha", "10:03:20")])
    warehouse.ingest(tmp_path)
    assert len(warehouse.plays()) == 2


def test_another_song_between_two_segments_keeps_them_apart(warehouse, tmp_path):
    days(tmp_path / DAYS, ("20240312", "Tarn - Alpha"), ("20240312", "Tarn - Beta"))
    pause = "PLAYBACK_MANUALLY_PAUSED"
    songs = [("Alpha", "10:00:00"), ("Beta", "10:04:00"), ("Alpha", "10:08:00")]
    write(tmp_path / ACTIVITY, [row(song, end, 60_000, pause) for song, end in songs])
    warehouse.ingest(tmp_path)
    assert [title for _, title in artists(warehouse)] == ["Alpha", "Beta", "Alpha"]


def test_how_it_ended_and_how_long_it_was_are_kept_as_far_as_they_make_sense(warehouse, tmp_path):
    titles = ["Back", "Long", "None", "Other", "Skip", "Video"]
    days(tmp_path / DAYS, *(("20240312", f"Tarn - {title}") for title in titles))
    rows = [
        row("Back", "10:00:00", -70_000, "TRACK_SKIPPED_BACKWARDS", Offline="TRUE"),
        row("Long", "11:00:00", 9_000_000),
        row("None", "12:00:00", "", Media_Duration_In_Milliseconds="0", End_Reason_Type=""),
        row("Other", "13:00:00", 10**12, "OTHER", Media_Duration_In_Milliseconds=""),
        row("Skip", "14:00:00", "5000.0", "TRACK_SKIPPED_FORWARDS", Shuffle_Play="SHUFFLE_ON"),
        row("Video", "15:00:00", Media_Type="VIDEO", Shuffle_Play="SHUFFLE_OFF", Offline="false"),
    ]
    write(tmp_path / ACTIVITY, rows)
    warehouse.ingest(tmp_path)
    assert warehouse.rows(
        "select title, ms_played, duration_ms, skipped, reason_end, is_shuffle, is_offline,"
        " content_type from raw.plays join raw.names on track_name_id = name_id order by all"
    ) == [
        ("Back", 0, 200_000, None, "track_skipped_backwards", None, True, "track"),
        ("Long", 200_000, 200_000, False, "natural_end_of_track", None, None, "track"),
        ("None", None, None, None, None, None, None, "track"),
        ("Other", None, None, None, "other", None, None, "track"),
        ("Skip", 5_000, 200_000, True, "track_skipped_forwards", True, None, "track"),
        ("Video", 200_000, 200_000, False, "natural_end_of_track", False, False, "video"),
    ]


def test_a_missing_end_is_found_from_what_leads_back_to_it(warehouse, tmp_path):
    empty = {"Event_End_Timestamp": ""}
    rows = [
        row("A", "", 60_000, Event_Start_Timestamp="2024-03-12T09:59:00Z", **empty),
        row("B", "", Milliseconds_Since_Play="3600000", **empty),
        row("C", "", Event_Received_Timestamp="", **empty),
        row("D", "sometime last spring"),
        row("", "10:00:00"),
        row("E", "2024-03-12T11:00:00.000+02:00"),
        row("F", "1970-01-01T00:00:00.000Z", Event_Received_Timestamp=""),
        row("G", "2031-01-01T00:00:00.000Z", Event_Received_Timestamp=""),
        # A device whose clock was reset, or is ahead: Apple knows when it had the record.
        row("H", "1970-01-01T00:00:00.000Z"),
        row("I", "2031-01-01T00:00:00.000Z", Milliseconds_Since_Play="60000"),
    ]
    path = write(tmp_path / ACTIVITY, [one | {"Artist Name": "Tarn"} for one in rows], [
        *HEADER,
        "Artist Name",
    ])  # fmt: skip
    receipt = warehouse.one(path)
    assert receipt.reasons == {
        "no time": 1,
        "no track": 1,
        "time before 2002": 1,
        "time in the future": 1,
        "time not understood": 1,
    }
    assert [(row[2], row[0]) for row in warehouse.plays()] == [
        ("E", dt.datetime(2024, 3, 12, 9)),
        ("A", dt.datetime(2024, 3, 12, 10)),
        ("B", dt.datetime(2024, 3, 13, 23)),
        ("I", dt.datetime(2024, 3, 13, 23, 59)),
        ("H", dt.datetime(2024, 3, 14)),
    ]


def test_headings_of_2018_and_the_album_s_artist_are_read(warehouse, tmp_path):
    header = ["Content Name", *HEADER[:25], "Artist Name"]
    rows = [
        row("", "10:00:00") | {"Content Name": "Alpha", "Artist Name": "Tarn"},
        row("", "11:00:00", Container_Artist_Name="Okto", Container_Type="ALBUM")
        | {"Content Name": "Beta"},
        row("", "12:00:00", Container_Artist_Name="A Curator", Container_Type="PLAYLIST")
        | {"Content Name": "Gamma"},
        row("", "13:00:00", Container_Artist_Name="Various Artists", Event_Type="")
        | {"Content Name": "Delta"},
    ]
    receipt = warehouse.one(write(tmp_path / ACTIVITY, rows, header))
    assert artists(warehouse) == [("Tarn", "Alpha"), ("Okto", "Beta")]
    wanted = "no artist: import Apple Music - Play History Daily Tracks.csv with it"
    assert receipt.reasons == {wanted: 2}
    assert warehouse.rows("select record from raw.rejects order by record") == [
        ("Album, Delta, 2024-03-12 13:00:00",),
        ("Album, Gamma, 2024-03-12 12:00:00",),
    ]


def test_an_artist_is_taken_from_the_nearest_day_and_never_guessed(warehouse, tmp_path):
    days(
        tmp_path / DAYS,
        ("20240311", "Okto - Same"),
        ("20240312", "Tarn - SAME"),
        ("20240313", "Mill - Day After"),
        ("20240314", "Mill - Too Late"),
        ("20240312", "Tarn - Intro"),
        ("20240312", "Okto - Intro"),
        ("20240312", "OKTO - Twice"),
        ("20240312", "Okto - Twice"),
        ("20240312", "Up - Down - Sideways - Live"),
        ("20240312", "Left - Right - Middle"),
        ("20240312", "Caf\u00e9 - \u00c9t\u00e9"),
        ("20240312", "N/A"),
        ("", "Tarn - No Day"),
        ("soon", "Tarn - No Day"),
        ("20990101", "Tarn - Far"),
    )
    titles = ["Same", "Day After", "Too Late", "Intro", "Twice", "Sideways - Live"]
    titles += ["Right - Middle", "Middle", "E\u0301te\u0301"]
    write(tmp_path / ACTIVITY, [row(title, f"{at:02}:00:00") for at, title in enumerate(titles, 1)])
    tracks, plays = warehouse.ingest(tmp_path).receipts
    assert tracks.reasons == {
        "date in the future": 1,
        "date not understood": 1,
        "no artist and title": 1,
        "no date": 1,
    }
    assert plays.reasons == {
        "no artist: several have a song of that title that day": 1,
        "no artist: the daily tracks do not name the song": 1,
    }
    assert artists(warehouse) == [
        ("Tarn", "Same"),
        ("Mill", "Day After"),
        ("OKTO", "Twice"),
        ("Up - Down", "Sideways - Live"),
        ("Left", "Right - Middle"),
        ("Left - Right", "Middle"),
        ("Caf\u00e9", "E\u0301te\u0301"),
    ]


def test_days_of_somebody_else_give_no_artist(warehouse, tmp_path):
    warehouse.one(days(tmp_path / DAYS, ("20240312", "Tarn - Alpha")), listener="bo")
    receipt = warehouse.one(write(tmp_path / ACTIVITY, [row("Alpha", "10:00:00")]), listener="ana")
    assert receipt.rows_rejected == 1


def test_again_and_overlapping_exports_add_nothing_twice(warehouse, tmp_path):
    pause = "PLAYBACK_MANUALLY_PAUSED"
    rows = [
        row("Alpha", "10:00:00", 60_000, pause),
        row("Alpha", "10:05:00", 90_000),
        row("Beta", "10:10:00"),
        row("Alpha", "11:00:00"),
        row("Beta", "12:00:00"),
    ]
    played = [("20240312", "Tarn - Alpha"), ("20240312", "Tarn - Beta")]
    for name, part in (("old", rows[:4]), ("new", [*rows[::-1], rows[2]])):
        days(tmp_path / name / DAYS, *played, played[0])
        write(tmp_path / name / ACTIVITY, part)
    old, new = warehouse.ingest(tmp_path / "old"), warehouse.ingest(tmp_path / "new")
    assert [(one.rows_kept, one.rows_known) for one in old.receipts] == [(2, 1), (3, 0)]
    assert [(one.rows_kept, one.rows_known) for one in new.receipts] == [(0, 3), (1, 3)]
    assert "the same again: 1 rows" in str(new.receipts[1].note)
    before = warehouse.plays()
    again = warehouse.ingest(tmp_path)
    assert [one.rows_kept for one in again.receipts] == [0, 0, 0, 0]
    assert warehouse.plays() == before


def test_plays_rejected_for_want_of_an_artist_are_kept_once_the_days_are_there(warehouse, tmp_path):
    path = write(tmp_path / ACTIVITY, [row("Alpha", "10:00:00")])
    assert warehouse.one(path).rows_kept == 0
    warehouse.one(days(tmp_path / DAYS, ("20240312", "Tarn - Alpha")))
    assert warehouse.one(path).rows_kept == 1


@pytest.mark.parametrize("how", [{"encoding": "utf-8-sig", "end": "\r\n"}, {"encoding": "utf-16"}])
def test_any_encoding_and_a_faulty_line_cost_no_more_than_their_line(warehouse, tmp_path, how):
    title = 'So-called "Hände", \U0001f3b5'
    days(tmp_path / DAYS, ("20240312", f"Tarn - {title}"))
    path = write(tmp_path / ACTIVITY, [row(title, "10:00:00")], **how)
    with path.open("a", encoding=how["encoding"].replace("-sig", "").replace("16", "16-le")) as out:
        out.write("only,three,fields\n")
    receipt = warehouse.ingest(tmp_path).receipts[1]
    assert receipt.reasons == {"wrong number of columns": 1}
    assert artists(warehouse) == [("Tarn", title)]


def test_the_recorded_export_is_read(warehouse, recorded):
    names = ("apple_play_activity.csv", "apple_daily_tracks.csv")
    days_read, plays_read = warehouse.ingest(*(recorded / name for name in names)).receipts
    assert (days_read.rows_kept, days_read.rows_known, days_read.rows_rejected) == (2, 1, 1)
    assert (plays_read.rows_kept, plays_read.rows_rejected) == (2, 1)
    assert artists(warehouse) == [("Okto", "Arms"), ("Tarn", "Phases")]


def test_a_log_without_playback_is_one_clear_line(warehouse, tmp_path):
    path = write(tmp_path / ACTIVITY, [row("A", "10:00:00", Event_Type="LYRIC_DISPLAY")])
    [(_, message)] = warehouse.ingest(path).refused
    assert message == (
        f"{ACTIVITY}: none of its 1 rows is playback (PLAY_END). Ask Apple for the data again."
    )
    [(_, message)] = warehouse.ingest(write(tmp_path / ACTIVITY, [])).refused
    assert "holds no records" in message


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("Apple Music - Top Content.csv", "Artist,Rank\nTarn,1\n"),
        ("Identifier Information.json", '[{"Identifier":"1","Title":"Alpha"}]'),
        ("x.json", '[{"Transaction Type":"addItems","Transaction Identifier":1}]'),
    ],
)
def test_what_else_apple_sends_is_not_used(warehouse, tmp_path, name, text):
    (tmp_path / name).write_text(text)
    report = warehouse.ingest(tmp_path)
    assert (report.receipts, report.refused) == ((), ())
    assert "Play Activity.csv" in report.unread[0][1]


def test_nothing_personal_is_kept_or_said(warehouse, tmp_path, caplog):
    caplog.set_level(logging.DEBUG)
    days(tmp_path / DAYS, ("20240312", "Tarn - Alpha"))
    path = write(
        tmp_path / ACTIVITY,
        [row("Alpha", "10:00:00"), row("Beta", "11:00:00"), row("", "12:00:00"), row("C", "odd")],
    )
    with path.open("a") as out:
        out.write(",".join(PERSONAL.values()) + "\n")
    report = warehouse.ingest(tmp_path)
    assert sum(receipt.rows_rejected for receipt in report.receipts) == 4
    tables = warehouse.rows("select table_name from duckdb_tables() where schema_name = 'raw'")
    said = [repr(warehouse.rows(f"from raw.{table}")) for (table,) in tables] + [caplog.text]
    for value in PERSONAL.values():
        assert not any(value in text for text in [*said, repr(report)]), value


def test_the_whole_archive_is_read_in_place_and_the_rest_is_not_used(warehouse, tmp_path):
    inner, middle = tmp_path / "inner.zip", tmp_path / "middle.zip"
    activity = write(tmp_path / "a.csv", [row("Alpha", "10:00:00")])
    played = days(tmp_path / "d.csv", ("20240312", "Tarn - Alpha"))
    with zipfile.ZipFile(inner, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.write(activity, f"Apple Music Activity/{ACTIVITY}")
        archive.write(played, f"Apple Music Activity/{DAYS}")
        archive.writestr(
            "Apple Music Activity/Apple Music - Recently Played Tracks.csv",
            "Last Modified,Track Description,Total plays\n2024,Tarn - Alpha,3\n",
        )
        archive.writestr(
            "Apple Music Activity/Apple Music Library Tracks.json",
            '[{"Content Type":"Song","Track Identifier":1,"Title":"Alpha","Artist":"Tarn"}]',
        )
    with zipfile.ZipFile(middle, "w") as archive:
        archive.write(inner, "Apple_Media_Services/Apple Music Activity.zip")
        archive.writestr("Apple_Media_Services/Stores Activity/Other.csv", "A,B\n1,2\n")
    with zipfile.ZipFile(tmp_path / "outer.zip", "w") as archive:
        archive.write(middle, "Apple Media Services information/Apple_Media_Services.zip")
    report = warehouse.ingest(tmp_path / "outer.zip")
    assert not report.refused
    assert [receipt.rows_kept for receipt in report.receipts] == [1, 1]
    assert artists(warehouse) == [("Tarn", "Alpha")]
    assert [name.rpartition("/")[2] for name, _ in report.unread] == [
        "Apple Music - Recently Played Tracks.csv",
        "Apple Music Library Tracks.json",
        "Other.csv",
    ]
