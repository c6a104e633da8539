"""Apple's exports as they came over the years: older headings, and archives within archives."""

from __future__ import annotations

import io
import zipfile

import pytest

# As in 2018, with the columns of a person planted.
OLD = (
    "Apple Id Number,Artist Name,Build Version,Content Name,Device Identifier,End Reason Type,"
    "Event End Timestamp,Event Received Timestamp,Event Type,Item Type,"
    "Media Duration In Milliseconds,Milliseconds Since Play,Offline,Play Duration Milliseconds"
)


def plays(warehouse):
    return warehouse.rows(
        "select artist_name, title, ms_played, duration_ms from raw.plays"
        " join raw.names on track_name_id = name_id order by played_at"
    )


def packed(members: dict[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return stream.getvalue()


def test_rows_of_the_first_years_without_a_type_of_event_are_playback(warehouse, tmp_path):
    rows = [
        "998877,Okto,,Arms,c0ffee,NATURAL_END_OF_TRACK,2015-08-06T08:30:05.444Z,"
        "2015-08-06T08:31:38.444Z,,ITUNES_STORE_CONTENT,186000.0,93000,False,186000",
        # What was not of Apple's catalogue is only summed up.
        "998877,,,,c0ffee,NOT_APPLICABLE,2015-08-06T09:02:05.093Z,2015-08-06T09:02:05.093Z,,"
        "AGGREGATE_NON_CATALOG_PLAY_TIME,11870.0,0,False,11870",
        '998877,"Tarn, Okto & 나무",,"Legs (Live) [From ""Limbs""]",c0ffee,TRACK_SKIPPED_FORWARDS,'
        "2016-07-08T08:05:48.618Z,2016-07-08T08:14:33.514Z,PLAY_END,ITUNES_STORE_CONTENT,,,,1775",
        "998877,Okto,,Arms,c0ffee,,,2018-01-01T00:00:00Z,LYRIC_DISPLAY,,,,,",
    ]
    path = tmp_path / "activity.csv"
    path.write_text("\n".join([OLD, *rows, ""]))
    receipt = warehouse.one(path)
    assert (receipt.rows_kept, receipt.reasons) == (2, {"no track": 1})
    assert receipt.note == "no playback (lyric_display): 1 rows"
    assert plays(warehouse) == [
        ("Okto", "Arms", 186000, 186000),
        ("Tarn, Okto & 나무", 'Legs (Live) [From "Limbs"]', 1775, None),
    ]
    said = repr(warehouse.rows("from raw.plays")) + repr(warehouse.rows("from raw.rejects"))
    assert "998877" not in said
    assert "c0ffee" not in said


@pytest.mark.parametrize("time", ["Event End Timestamp", "Event Start Timestamp"])
def test_a_log_without_the_column_of_events_is_all_playback(warehouse, tmp_path, time):
    path = tmp_path / "activity.csv"
    path.write_text(
        f"Song Name,Album Name,Artist,{time},Play Duration Milliseconds\n"
        "Arms,Limbs,Okto,2024-01-01T00:00:00Z,234000\n"
    )
    receipt = warehouse.one(path)
    assert (receipt.format, receipt.rows_kept) == ("apple music play activity", 1)
    assert plays(warehouse) == [("Okto", "Arms", 234000, None)]


def test_the_download_is_read_as_it_comes_four_archives_deep(warehouse, tmp_path):
    activity = f"{OLD}\n,Okto,,Arms,,,2024-01-01T00:00:00Z,,PLAY_END,,,,,1000\n".encode()
    library = packed({"Apple Music Library Tracks.json": b'[{"Track Identifier":1,"Title":"x"}]'})
    music = packed(
        {
            "Apple Music Play Activity.csv": activity,
            "Apple Music Library Tracks.json.zip": library,
        }
    )
    media = packed({"Apple_Media_Services/Apple Music Activity.zip": music})
    path = tmp_path / "Apple Media Services information.zip"
    path.write_bytes(packed({"Apple_Media_Services.zip": media}))
    report = warehouse.ingest(path)
    assert not report.refused
    assert [receipt.rows_kept for receipt in report.receipts] == [1]
    assert [name.rpartition("/")[2] for name, _ in report.unread] == [
        "Apple Music Library Tracks.json"
    ]


def test_an_event_is_named_only_where_it_looks_like_one(warehouse, tmp_path):
    path = tmp_path / "activity.csv"
    heading = "Song Name,Artist Name,Event Type,Event End Timestamp,Play Duration Milliseconds"
    rows = [f"Arms,Okto,{event},2024-03-12T10:00:00Z,1" for event in ("PLAY_END", "ana", "ANA")]
    path.write_text(
        "\n".join([heading + ",Media Type,End Reason Type", *(f"{r},AUDIO," for r in rows)])
    )
    assert warehouse.one(path).note == "no playback (other): 2 rows"
