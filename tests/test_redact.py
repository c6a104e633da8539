"""A redacted export says nothing of its person, and is imported like the original."""

from __future__ import annotations

import contextlib
import csv
import datetime as dt
import io
import json
import re
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import histories
import pytest

from sotw.errors import SotwError, SourceError
from sotw.export.redact.fields import READ
from sotw.export.redact.file import redact_file
from sotw.ingest import ingest
from sotw.ingest.reading.documents import find_documents
from sotw.ingest.reading.texts import take_sample
from sotw.ingest.recognise import judge

if TYPE_CHECKING:
    from collections.abc import Callable

NOW = dt.datetime(2026, 1, 1, 12)
RECORDED = Path(__file__).parent / "recorded"
# Everything of a person here has one of these in it, in any case of letters.
MARKS = ("zorblax", "quimby", "vexley", "ndrgl", "203.0.113", "2001:db8:77", "9f9e9d9c")
SPOTIFY_ID = "9zZ8yY7xX6wW5vV4uU3tT2"
MBID = "9f9e9d9c-0001-4000-8000-00000000000a"
PERSON = {
    "username": "quimby77",
    "ip_addr_decrypted": "203.0.113.77",
    "user_agent_decrypted": "Mozilla/5.0 (Vexley 12)",
    "city": "Quimby on Sea",
    "metro_code": "ndrgl",
    "a note": "call Vexley",
    "e_mail": "vexley@quimby.example",
}
SPOTIFY = {
    "ts": "2024-03-12T09:42:07Z",
    "platform": "iOS 17.1 (iPhone of Vexley)",
    "ms_played": 200_123,
    "conn_country": "PT",
    "ip_addr": "2001:db8:77::1",
    "master_metadata_track_name": "Zorblax Élan",
    "master_metadata_album_artist_name": "The Vexley Trio",
    "master_metadata_album_album_name": "Quimby Tide",
    "spotify_track_uri": f"spotify:track:{SPOTIFY_ID}",
    "episode_name": None,
    "reason_start": "trackdone",
    "reason_end": "fwdbtn",
    "skipped": False,
    "offline_timestamp": 1710236527123,
    **PERSON,
}
LISTEN = {
    "listened_at": 1710236527,
    "user_name": "quimby77",
    "track_metadata": {
        "artist_name": "The Vexley Trio",
        "track_name": "Zorblax",
        "release_name": "Quimby Tide",
        "additional_info": {
            "recording_mbid": MBID,
            "artist_mbids": [MBID],
            "origin_url": f"https://open.spotify.com/track/{SPOTIFY_ID}",
            "media_player": "Vexley Player",
            "tags": ["zorblax pop"],
            "duration_ms": 209_000,
            **PERSON,
        },
        "mbid_mapping": {
            "artists": [{"artist_credit_name": "Vexley", "join_phrase": " & Quimby "}]
        },
    },
}
ACCOUNT = [
    {"endTime": "2024-03-12 09:42", "artistName": "Vexley", "trackName": "Zorblax", "msPlayed": 9}
]
LIBRARY = {
    "tracks": [{"artist": "Vexley", "album": "Quimby", "track": "Zorblax", "uri": "?"}],
    "artists": [{"name": "Vexley", "uri": f"spotify:artist:{SPOTIFY_ID}"}],
    "other": ["Quimby's"],
    "shows": [{"name": "Zorblax Talk", "publisher": "Vexley Media"}],
}
PLAYLISTS = {
    "playlists": [
        {
            "name": "Zorblax Sundays",
            "lastModifiedDate": "2024-03-12",
            "collaborators": ["quimby77"],
            "items": [
                {
                    "track": {
                        "trackName": "Zorblax",
                        "artistName": "Vexley",
                        "albumName": "Quimby",
                        "trackUri": f"spotify:track:{SPOTIFY_ID}",
                    },
                    "addedDate": "2024-03-11",
                    "localTrack": None,
                }
            ],
        }
    ]
}
MALOJA = {
    "scrobbles": [
        {
            "time": 1710236527,
            "track": {
                "artists": ["Vexley", "Quimby"],
                "title": "Zorblax",
                "album": {"albumtitle": "Quimby Tide", "artists": ["Vexley"]},
                "length": 209,
            },
            "origin": "client:vexley",
        }
    ]
}
RECENT = {
    "recenttracks": {
        "@attr": {"user": "quimby77", "page": "1"},
        "track": [
            {
                "artist": {"mbid": MBID, "#text": "Vexley"},
                "name": "Zorblax",
                "album": {"mbid": "", "#text": "Quimby Tide"},
                "url": "https://www.last.fm/music/Vexley/_/Zorblax",
                "image": [{"size": "small", "#text": "https://img.example/vexley.png"}],
                "date": {"uts": "1710236527", "#text": "12 Mar 2024, 09:42"},
            }
        ],
    }
}
WATCHED = [
    {
        "header": "YouTube Music",
        "title": "Watched Zorblax",
        "titleUrl": f"https://www.youtube.com/watch?v={SPOTIFY_ID[:11]}",
        "subtitles": [{"name": "Vexley - Topic", "url": "https://www.youtube.com/channel/Quimby"}],
        "time": "2024-03-12T09:42:07.123Z",
        "products": ["YouTube"],
        "description": "of Quimby",
    },
    {
        "header": "YouTube",
        "title": "Watched How to find Vexley",
        "titleUrl": "https://www.youtube.com/watch?v=ndrgl",
        "time": "2024-03-12T09:50:07.123Z",
    },
]
KOITO = {
    "user": "quimby77",
    "listens": [
        {
            "listened_at": "2024-03-12T09:42:07Z",
            "track": {"mbid": MBID, "aliases": [{"alias": "Zorblax", "is_primary": True}]},
            "album": {"aliases": [{"alias": "Quimby", "is_primary": True}]},
            "artists": [{"is_primary": True, "aliases": [{"alias": "Vexley"}]}],
        }
    ],
}
TABLE = (
    'uts,utc_time,artist,artist_mbid,album,track,"Notes of Quimby"\r\n'
    f'1710236527,"12 Mar 2024, 09:42",Vexley,{MBID},"Quimby, ""Tide""",Zorblax,"call\nVexley"\r\n'
    "\r\n"
    '1710237100,"12 Mar 2024, 09:51",Vexley,,"Quimby (""Tide"", op. 2)","""Zorblax"" No. 1, 2",\r\n'
    '1710236999,"12 Mar 2024, 09:49",VEXLEY,,"Lost quote of Quimby,Zorblax,\r\n'
    "1710237999,12 Mar 2024,Vexley,too,many,Quimby,columns,here,Zorblax\r\n"
    ",,Vexley,,,Zorblax without a time,\r\n"
)
MINUTES = 'Vexley,"Quimby, Tide",Zorblax,12 Mar 2024 09:42\nVexley,,Zorblax,soon Quimby\n'
LOG = (
    "#AUDIOSCROBBLER/1.1\n#TZ/UTC\n#CLIENT/Player of Quimby\n"
    f"Vexley\tQuimby\tZorblax\t1\t209\tL\t1710236527\t{MBID}\n"
    "Vexley\tQuimby\tZorblax\n"
)
LIBREFM = f"1710236527\tZorblax\tVexley\tQuimby\t{MBID}\t\t\n"
APPLE = (
    "Country,Track Identifier,Media type,Date Played,Hours,Play Duration Milliseconds,"
    "End Reason Type,Source Type,Track Description,Device of Quimby\n"
    "PT,77007,AUDIO,20240312,10,209000,NATURAL_END_OF_TRACK,IPHONE,Vexley - Zorblax,ndrgl\n"
)

FORMS: dict[str, bytes] = {
    "spotify.json": json.dumps([SPOTIFY, SPOTIFY | {"ts": "?"}, "quimby"], indent=1).encode(),
    "spotify.jsonl": f"{json.dumps(SPOTIFY, ensure_ascii=False)}\n".encode(),
    "listens.jsonl": f"{json.dumps(LISTEN)}\n{json.dumps(LISTEN)}\n".encode(),
    "account.json": json.dumps(ACCOUNT).encode("utf-16"),
    "library.json": json.dumps(LIBRARY).encode(),
    "playlists.json": json.dumps(PLAYLISTS).encode(),
    "maloja.json": json.dumps(MALOJA).encode(),
    "recent.json": json.dumps(RECENT).encode(),
    "watched.json": json.dumps(WATCHED).encode(),
    "koito.json": json.dumps(KOITO).encode(),
    "table.csv": TABLE.encode("utf-8-sig"),
    "latin.csv": TABLE.replace("Quimby", "Qüimby Quimby").encode("cp1252"),
    "semicolons.csv": TABLE.replace(",", ";").encode(),
    "minutes.csv": MINUTES.encode(),
    "player.log": LOG.encode(),
    "librefm.tsv": LIBREFM.encode(),
    "apple.csv": APPLE.encode(),
    "genres.json": json.dumps({"Zorblax Pop": ["Vexley", "Quimby", "Vexley"]}).encode(),
}


def receipts(file: Path) -> list[tuple[Any, ...]]:
    con = histories.empty()
    try:
        found = ingest(con, [file], "ana", now=NOW).receipts
    finally:
        con.close()
    return [
        (one.format, one.rows_read, one.rows_kept, one.rows_known, one.rows_rejected, one.reasons)
        for one in found
    ]


@pytest.fixture
def redacted(tmp_path) -> Callable[..., bytes]:
    """``redacted(name, content)``: what stands in place of a file's bytes."""

    def redact(name: str, content: bytes | str, seed: int = 7) -> bytes:
        source, copy = tmp_path / name, tmp_path / f"copy-{seed}-{name}"
        source.write_bytes(content.encode() if isinstance(content, str) else content)
        redact_file(source, copy, seed=seed, now=NOW)
        return copy.read_bytes()

    return redact


@pytest.mark.parametrize("name", FORMS)
def test_nothing_of_a_person_is_left_in_a_copy(redacted, name):
    made = redacted(name, FORMS[name])
    for encoding in ("utf-8", "utf-16", "cp1252"):
        text = made.decode(encoding, "replace").casefold()
        assert not [mark for mark in MARKS if mark in text]
        assert SPOTIFY_ID.casefold() not in text
        assert SPOTIFY_ID[:11].casefold() not in text


@pytest.mark.parametrize("name", FORMS)
def test_a_copy_is_imported_with_an_equal_receipt(redacted, tmp_path, name):
    redacted(name, FORMS[name])
    found = receipts(tmp_path / name)
    assert found
    assert receipts(tmp_path / f"copy-7-{name}") == found


def recorded_files() -> list[str]:
    """Those of a form that can be redacted; most of them have all the faults of their form."""
    found = []
    for document in find_documents([RECORDED], lambda name, why: None):
        with contextlib.suppress(SourceError):
            if judge(take_sample(document)).name in READ:
                found.append(document.name)
    return found


@pytest.mark.parametrize("name", recorded_files())
def test_a_recorded_export_keeps_its_receipt_and_no_name(tmp_path, name):
    source, copy = RECORDED / name, tmp_path / source_name(name)
    redact_file(source, copy, seed=3, now=NOW)
    con = histories.empty()
    [receipt] = ingest(con, [source], "ana", now=NOW).receipts
    query = "select artist_name from raw.names union select title from raw.names"
    names = [text for (text,) in con.execute(query).fetchall() if text and len(text) > 4]
    con.close()
    assert receipts(copy)[0][:5] == (
        receipt.format,
        receipt.rows_read,
        receipt.rows_kept,
        receipt.rows_known,
        receipt.rows_rejected,
    )
    text = copy.read_bytes().decode("utf-8", "replace").casefold()
    assert [one for one in names if re.search(rf"\b{re.escape(one.casefold())}\b", text)] == []


def source_name(name: str) -> str:
    return f"copy{Path(name).suffix}"


def test_equal_names_stay_equal_and_others_stay_other(redacted):
    [row, *_] = json.loads(redacted("a.json", json.dumps([SPOTIFY, SPOTIFY])))
    found = json.loads(redacted("b.json", json.dumps([SPOTIFY, SPOTIFY])))
    assert found[0] == found[1] == row
    names = {"artist": "VEXLEY", "track": "Zorblax", "album": "Vexley"}
    text = "uts,artist,track,album\n1710236527,Vexley,Zorblax,Vexley\n1710236527,VEXLEY,Vex,\n"
    table = list(csv.DictReader(io.StringIO(redacted("t.csv", text).decode())))
    assert names.keys() <= table[0].keys()
    assert [row["artist"] for row in table] == ["Artist 0001", "ARTIST 0001"]
    assert [row["track"] for row in table] == ["Track 0001", "Track 0002"]


def test_all_times_move_by_the_same_whole_weeks_and_keep_their_clock(redacted):
    text = "uts,utc_time,artist,track\n" + "".join(
        f'{seconds},"{day:02} Mar 2024, 09:{42 + day}",Vexley,Zorblax\n'
        for seconds, day in ((1709286180, 1), (1709372640, 2))
    )
    rows = list(csv.DictReader(io.StringIO(redacted("t.csv", text).decode())))
    shifts = {1709286180 - int(rows[0]["uts"]), 1709372640 - int(rows[1]["uts"])}
    [shift] = shifts
    assert shift > 0
    assert shift % (7 * 86_400) == 0
    moved = dt.datetime(2024, 3, 1, 9, 43) - dt.timedelta(seconds=shift)
    assert rows[0]["utc_time"] == f"{moved:%d %b %Y, %H:%M}"


def test_the_form_of_a_file_stays_to_the_last_line_end(redacted):
    made = redacted("table.csv", FORMS["table.csv"])
    assert made.startswith(b"\xef\xbb\xbfuts,utc_time,artist,artist_mbid,album,track,")
    assert made.count(b"\r\n") == TABLE.count("\r\n")
    assert made.count(b'"') == TABLE.count('"') - 12  # the marks within a name are its own
    text = '{"ts" :\t"2024-03-12T09:42:07Z","ms_played":0,\n "spotify_track_uri":null}\n'
    other = redacted("odd.jsonl", text).decode()
    assert re.sub(r"\d{4}-\d\d-\d\d", "2024-03-12", other) == text
    assert redacted("account.json", FORMS["account.json"])[:2] == b"\xff\xfe"


def test_harmless_words_numbers_and_the_family_of_a_platform_stay(redacted):
    [row] = json.loads(redacted("a.json", json.dumps([SPOTIFY])))
    kept = ("ms_played", "conn_country", "reason_start", "reason_end", "skipped", "episode_name")
    assert {name: row[name] for name in kept} == {name: SPOTIFY[name] for name in kept}
    assert row["platform"] == "ios"
    assert row["ip_addr"].startswith("2001:db8::")
    assert re.fullmatch(r"spotify:track:\w{22}", row["spotify_track_uri"])
    assert list(row)[:3] == ["ts", "platform", "ms_played"]


def test_without_a_seed_no_two_copies_are_alike(tmp_path):
    (tmp_path / "a.json").write_text(json.dumps([SPOTIFY]), "utf-8")
    copies = []
    for name in ("one", "two"):
        redact_file(tmp_path / "a.json", tmp_path / name, now=NOW)
        copies.append((tmp_path / name).read_bytes())
    assert copies[0] != copies[1]


def test_an_archive_becomes_one_of_copies_without_what_is_about_the_person(tmp_path):
    source, copy = tmp_path / "my_data.zip", tmp_path / "copy.zip"
    with zipfile.ZipFile(source, "w") as archive:
        archive.comment = b"quimby"
        archive.writestr("quimby/Streaming_History_Audio_2024.json", FORMS["spotify.json"])
        archive.writestr("quimby/StreamingHistory_podcast_0.json", FORMS["account.json"])
        archive.writestr("quimby/Userdata.json", json.dumps(PERSON))
        archive.writestr("quimby/notes of vexley.txt", "Zorblax")
    report = redact_file(source, copy, seed=1, now=NOW)
    assert len(report.files) == 2
    assert len(report.left_out) == 2
    with zipfile.ZipFile(copy) as archive:
        texts = [archive.read(name).decode("utf-8", "replace") for name in archive.namelist()]
        spread = " ".join([*archive.namelist(), *texts, str(archive.comment)]).casefold()
        assert {one.date_time for one in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    assert not [mark for mark in MARKS if mark in spread]
    assert [one[:5] for one in receipts(copy)] == [one[:5] for one in receipts(source)]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"just some words\n", "not a format that sotw knows"),
        (b'[{"ts": "2024-03-12T09:42:07Z", "ms_played": 1, "spotify_track_uri":"', "damaged"),
        (b"Artist;Date;Venue\nOkto;12-03-2023;The Hall\nOkto;25-12-2022;\n", "personal"),
        (b"", "empty"),
    ],
)
def test_what_is_not_known_or_not_whole_is_refused(tmp_path, content, message):
    (tmp_path / "source").write_bytes(content)
    with pytest.raises(SotwError, match=message):
        redact_file(tmp_path / "source", tmp_path / "copy", now=NOW)
    assert [file.name for file in tmp_path.iterdir()] == ["source"]


def test_a_file_that_is_there_is_never_overwritten(tmp_path):
    (tmp_path / "a.json").write_text(json.dumps([SPOTIFY]), "utf-8")
    (tmp_path / "b.json").write_text("mine", "utf-8")
    with pytest.raises(SotwError, match="is there already"):
        redact_file(tmp_path / "a.json", tmp_path / "b.json", now=NOW)
    assert (tmp_path / "b.json").read_text("utf-8") == "mine"
