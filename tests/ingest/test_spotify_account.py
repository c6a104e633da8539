"""Spotify account data: a year of plays by the minute, the library, and playlists."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import histories
import pytest
from conftest import NOW, Warehouse
from spotify_exports import LIBRARY, extended, item, play, playlists, written

from sotw.ingest.formats.spotify.account import STATED_FAVORITES
from sotw.ingest.load import import_document
from sotw.ingest.reading.documents import find_documents
from sotw.ingest.reading.texts import take_sample
from sotw.ingest.recognise import judge


def stored_plays(warehouse: Warehouse) -> list[tuple[Any, ...]]:
    return warehouse.rows(
        "select played_at, title, time_precision, ms_played, spotify_track_id, reason_end"
        " from raw.plays join raw.names on track_name_id = name_id order by all"
    )


@pytest.mark.parametrize("name", ["StreamingHistory_music_0.json", "StreamingHistory3.json", "x"])
def test_account_plays_end_at_a_minute_whatever_the_file_is_called(warehouse, tmp_path, name):
    path = written(tmp_path / name, [play("2024-03-12 09:42", ms=185_000)])
    receipt = warehouse.one(path)
    assert (receipt.format, receipt.rows_kept) == ("spotify account plays", 1)
    assert warehouse.rows(
        "select played_at, source, time_kind, time_precision, content_type, ms_played"
        " from raw.plays"
    ) == [(dt.datetime(2024, 3, 12, 9, 42), "spotify", "end", "minute", "track", 185_000)]


def test_early_exports_say_time_and_may_have_no_length(warehouse, tmp_path):
    record = {"time": "2018-10-02 20:15", "artistName": "Okto", "trackName": "Arms"}
    assert warehouse.one(written(tmp_path / "a.json", [record])).rows_kept == 1
    assert warehouse.value("select ms_played from raw.plays") is None


def test_podcasts_and_audiobooks_are_no_songs(warehouse, tmp_path):
    times = {"endTime": "2024-03-12 09:42", "msPlayed": 5}
    written(tmp_path / "a.json", [times | {"podcastName": "Rounds", "episodeName": "One"}])
    book = {"authorName": "A. Writer", "audiobookName": "The Book", "chapterName": "Two"}
    written(tmp_path / "b.json", [times | book])
    written(tmp_path / "StreamingHistory_audiobook_0.json", [play("2024-03-12 09:43")])
    warehouse.ingest(tmp_path)
    assert warehouse.rows(
        "select content_type, artist_name, title from raw.plays"
        " join raw.names on track_name_id = name_id order by all"
    ) == [
        ("audiobook", "Okto", "Arms"),
        ("audiobook", "The Book", "Two"),
        ("podcast", "Rounds", "One"),
    ]


@pytest.mark.parametrize(
    ("names", "reason"),
    [
        (
            {
                "audiobookName": "Unknown Book",
                "chapterName": "Unknown Chapter",
                "authorName": "Unknown Author",
            },
            "unknown audiobook",
        ),
        (
            {"podcastName": "Unknown Podcast", "episodeName": "Unknown Episode"},
            "unknown podcast",
        ),
    ],
)
def test_a_play_of_what_spotify_no_longer_knows_is_no_play_of_unknown(
    warehouse, tmp_path, names, reason
):
    record = {"endTime": "2024-03-12 09:42", "msPlayed": 5, **names}
    receipt = warehouse.one(written(tmp_path / "a.json", [record]))
    assert receipt.reasons == {reason: 1}


def test_a_book_without_chapters_is_its_own_chapter(warehouse, tmp_path):
    record = {"endTime": "2024-03-12 09:42", "msPlayed": 5, "audiobookName": "The Book"}
    warehouse.one(written(tmp_path / "a.json", [record]))
    assert warehouse.rows("select artist_name, title from raw.names where kind = 'track'") == [
        ("The Book", "The Book")
    ]


@pytest.mark.parametrize("order", ["account first", "extended first"])
def test_a_podcast_among_the_songs_of_early_account_data_is_still_one(tmp_path, order):
    account = written(tmp_path / "a.json", [play("2021-03-12 09:42", "One", "Rounds")])
    podcast = {"episode_name": "One", "episode_show_name": "Rounds"}
    podcast["spotify_episode_uri"] = "spotify:episode:4XKCLNyCTvtdkLu5O1mzTU"
    no_song = {
        "master_metadata_track_name": None,
        "master_metadata_album_artist_name": None,
        "spotify_track_uri": None,
    }
    full = written(tmp_path / "e.json", [extended("2021-03-12T09:42:17Z", **no_song, **podcast)])
    warehouse = Warehouse(histories.empty())
    warehouse.ingest(*([account, full] if order == "account first" else [full, account]))
    assert warehouse.rows("select content_type, time_precision from raw.plays") == [
        ("podcast", "second")
    ]
    warehouse.con.close()


def test_odd_records_of_plays_are_rejected_one_by_one(warehouse, tmp_path):
    records: list[Any] = [
        play("2024-03-12 09:42"),
        None,
        7,
        [],
        {},
        "text",
        [play("2024-03-12 09:50")],
        play("yesterday"),
        play("1969-12-31 23:59"),
        play("2031-01-01 00:00"),
        play("2024-03-12 09:43", artist="Unknown Artist", track="Unknown Track"),
        {"endTime": "2024-03-12 09:44", "msPlayed": 1},
        {"endTime": True, "artistName": {"a": 1}, "trackName": ["b"], "msPlayed": 1},
        {"artistName": "Okto", "trackName": "Arms"},
    ]
    receipt = warehouse.one(written(tmp_path / "a.json", records))
    assert receipt.rows_kept == 1
    assert receipt.reasons == {
        "not a play": 6,
        "time not understood": 2,
        "time before 2002": 1,
        "time in the future": 1,
        "unknown track": 1,
        "no artist": 1,
        "no time": 1,
    }


@pytest.mark.parametrize(
    ("said", "stored"),
    [
        (0, 0),
        (12.0, 12),
        ("31000", 31_000),
        (-1, None),
        (True, None),
        (1.5, None),
        (10**40, None),
        (86_400_000, 86_400_000),
        (86_400_001, None),
        ("x", None),
        ({"a": 1}, None),
        (None, None),
    ],
)
def test_a_length_that_is_none_is_null_and_costs_no_play(warehouse, tmp_path, said, stored):
    warehouse.one(written(tmp_path / "a.json", [play("2024-03-12 09:42", ms=said)]))
    assert warehouse.value("select ms_played from raw.plays") == stored


@pytest.mark.parametrize("order", ["account first", "extended first"])
def test_account_and_extended_history_are_never_doubled_in_either_order(tmp_path, order):
    account = written(
        tmp_path / "account.json",
        [
            play("2024-03-12 09:42", ms=180_000),
            # Two skips of one track in one minute.
            play("2024-03-12 09:43", "Legs", ms=900),
            play("2024-03-12 09:43", "Legs", ms=1100),
            # The extended history ends before this one.
            play("2024-03-13 10:00", "Feet", ms=5000),
        ],
    )
    full = written(
        tmp_path / "extended.json",
        [
            extended("2024-03-01T00:00:00Z", "Eyes", 77),
            extended("2024-03-12T09:42:17Z", ms=180_000),
            extended("2024-03-12T09:43:05Z", "Legs", 900, reason_end="fwdbtn"),
            extended("2024-03-12T09:43:59Z", "Legs", 1100, reason_end="fwdbtn"),
        ],
    )
    warehouse = Warehouse(histories.empty())
    paths = [account, full] if order == "account first" else [full, account]
    for path in paths:
        warehouse.one(path)
    uri, day = "7ouMYWpwJ422jRcDASZB7P", (2024, 3, 12, 9)
    assert stored_plays(warehouse) == [
        (dt.datetime(2024, 3, 1), "Eyes", "second", 77, uri, "trackdone"),
        (dt.datetime(*day, 42, 17), "Arms", "second", 180_000, uri, "trackdone"),
        (dt.datetime(*day, 43, 5), "Legs", "second", 900, uri, "fwdbtn"),
        (dt.datetime(*day, 43, 59), "Legs", "second", 1100, uri, "fwdbtn"),
        (dt.datetime(2024, 3, 13, 10), "Feet", "minute", 5000, None, None),
    ]
    assert [warehouse.one(path).rows_kept for path in (*paths, *reversed(paths))] == [0] * 4
    warehouse.con.close()


def test_account_files_that_overlap_add_nothing_twice(warehouse, tmp_path):
    plays = [play(f"2024-03-12 09:{minute}") for minute in (40, 41, 41, 42)]
    assert warehouse.one(written(tmp_path / "a.json", plays[:3])).rows_kept == 3
    receipt = warehouse.one(written(tmp_path / "b.json", plays))
    assert (receipt.rows_kept, receipt.rows_known) == (1, 3)


def test_saved_songs_are_kept_once_and_the_rest_of_the_library_is_named(warehouse, tmp_path):
    path = written(tmp_path / "YourLibrary.json", LIBRARY)
    receipt = warehouse.one(path)
    assert (receipt.rows_kept, receipt.listener) == (2, "ana")
    assert receipt.note == "not used: 1 albums, 1 bannedTracks, 1 artists"
    assert warehouse.rows(
        "select title, source, spotify_track_id, fetched_at from raw.library_items"
        " join raw.names on track_name_id = name_id order by title"
    ) == [("Arms", "spotify", "aB1", NOW), ("Legs", "spotify", None, NOW)]
    assert (warehouse.one(path).rows_kept, warehouse.one(path).rows_known) == (0, 2)
    assert warehouse.value("select count(*) from raw.names where title = 'No'") == 0


def test_a_library_without_ids_says_nothing_new_of_songs_that_have_them(warehouse, tmp_path):
    warehouse.one(written(tmp_path / "new.json", LIBRARY))
    old = {"tracks": [{"artist": "Okto", "album": "Eight", "track": "Arms"}], "albums": []}
    assert warehouse.one(written(tmp_path / "old.json", old)).rows_known == 1


def test_the_songs_of_a_library_may_stand_behind_thousands_of_albums(warehouse, tmp_path):
    albums = [{"artist": "Okto", "album": f"No. {number}", "uri": "x"} for number in range(3000)]
    path = written(tmp_path / "a.json", {"albums": albums, "tracks": LIBRARY["tracks"]})
    assert path.stat().st_size > 100_000
    receipt = warehouse.one(path)
    assert (receipt.format, receipt.rows_kept) == ("spotify library", 2)


def test_odd_things_in_a_library_are_rejected(warehouse, tmp_path):
    songs = [*LIBRARY["tracks"], None, 3, {}, {"artist": "Okto", "track": None, "uri": 7}, []]
    receipt = warehouse.one(written(tmp_path / "a.json", LIBRARY | {"tracks": songs}))
    assert (receipt.rows_kept, receipt.reasons) == (2, {"not a song": 4, "no track": 1})


def stored_items(warehouse: Warehouse) -> list[tuple[Any, ...]]:
    return warehouse.rows(
        "select playlist, artist_name, title, added_at, spotify_track_id from raw.playlist_items"
        " join raw.names on track_name_id = name_id order by all"
    )


def test_songs_of_playlists_have_the_noon_of_their_day(warehouse, tmp_path):
    path = written(tmp_path / "Playlist1.json", playlists(item(), item("Legs", "1970-01-01")))
    receipt = warehouse.one(path)
    assert receipt.rows_kept == 2
    assert receipt.note.startswith("1 playlist; ")
    assert "core.dim_playlists" in receipt.note
    assert "favorite_playlists in sotw.toml" in receipt.note
    uri = "7ouMYWpwJ422jRcDASZB7P"
    assert stored_items(warehouse) == [
        ("Weekly", "Okto", "Arms", dt.datetime(2024, 3, 12, 12), uri),
        # The epoch stands for no date.
        ("Weekly", "Okto", "Legs", None, uri),
    ]
    assert warehouse.one(path).rows_kept == 0


@pytest.mark.parametrize(
    "content",
    [
        [playlists(item())["playlists"][0]],
        playlists(item())["playlists"][0],
        {
            "playlists": [
                {"name": "Weekly", "tracks": [{"trackName": "Arms", "artistName": "Okto"}]}
            ]
        },
        playlists({"track": {"trackName": "Arms", "artistName": "Okto"}, "localTrack": None}),
    ],
)
def test_playlists_of_every_age_are_read(warehouse, tmp_path, content):
    assert warehouse.one(written(tmp_path / "a.json", content)).rows_kept == 1
    assert stored_items(warehouse)[0][:3] == ("Weekly", "Okto", "Arms")


def test_a_local_song_has_its_names_in_its_address(warehouse, tmp_path):
    local = "spotify:local:Caf%C3%A9+Okto:Eight:A%3A+Song:215"
    without_artist = "spotify:local:::Home+Recording:180"
    path = written(
        tmp_path / "a.json",
        playlists(
            item(None, localTrack={"uri": local}),
            item(None, localTrack={"uri": without_artist}),
            item(None, localTrack={"uri": "spotify:local:short"}),
            item(track={"trackName": "Own", "artistName": "Me", "trackUri": without_artist}),
        ),
    )
    receipt = warehouse.one(path)
    assert receipt.reasons == {"no artist": 1, "local file": 1}
    assert [(row[1], row[2], row[4]) for row in stored_items(warehouse)] == [
        ("Café Okto", "A: Song", None),
        ("Me", "Own", None),
    ]


def test_items_that_are_no_songs_and_odd_ones_are_rejected(warehouse, tmp_path):
    content = playlists(
        item(),
        item(None, episode={"episodeName": "One", "showName": "Rounds"}),
        item(None, audiobook={"audiobookName": "The Book"}),
        item(None),
        item("Legs", "someday"),
        item("Legs", "2031-01-01"),
        item("Legs", "1999-01-01"),
        item("Legs", {"a": 1}),
        None,
        4,
        [],
        {},
    )
    content["playlists"] += [None, 5, {"name": "Empty", "items": []}, {"name": "x", "items": 3}, {}]
    content["playlists"].append({"name": None, "items": [item("Hands")]})
    receipt = warehouse.one(written(tmp_path / "a.json", content))
    assert receipt.rows_kept == 1
    assert receipt.reasons == {
        "podcast episode": 1,
        "audiobook": 1,
        "no track": 1,
        "time not understood": 2,
        "time in the future": 1,
        "time before 2002": 1,
        "not a song": 4,
        "not a playlist": 2,
        "not a list of songs": 1,
        "no playlist name": 1,
    }
    assert receipt.note.startswith("5 playlists; ")


def test_a_later_export_adds_what_is_new_on_a_list(warehouse, tmp_path):
    warehouse.one(written(tmp_path / "a.json", playlists(item())))
    again = playlists(item(), item(), item(day="2024-05-01"), item("Legs"), item(day=None))
    receipt = warehouse.one(written(tmp_path / "b.json", again))
    assert (receipt.rows_kept, receipt.rows_known) == (2, 3)
    other = warehouse.one(written(tmp_path / "c.json", playlists(item(), name="Other")))
    assert other.rows_kept == 1


def test_playlists_become_favourites_where_the_listener_says_so(warehouse, tmp_path):
    path = written(tmp_path / "a.json", playlists(item(), item("Legs", None), item(None)))
    [format_] = STATED_FAVORITES
    [document] = find_documents([path], lambda name, message: None)
    sample = take_sample(document)
    assert format_.recognise(sample)
    receipt = import_document(
        warehouse.con, document, sample, format_, "ana", now=NOW, latest=NOW, is_demo=False
    )
    assert (receipt.rows_kept, receipt.reasons) == (1, {"no time": 1, "no track": 1})
    assert warehouse.rows("select picked_at, source, spotify_track_id from raw.picks") == [
        (dt.datetime(2024, 3, 12, 12), "spotify", "7ouMYWpwJ422jRcDASZB7P")
    ]


@pytest.mark.parametrize(
    "content",
    [
        [play("2024-03-12 09:42"), play("2024-03-12 09:43")],
        LIBRARY,
        playlists(item(), item("Legs")),
        playlists(),
    ],
)
def test_a_document_that_is_cut_off_is_one_clear_line(warehouse, tmp_path, content):
    text = json.dumps(content)
    report = warehouse.ingest(written(tmp_path / "a.json", text[: len(text) - 30]))
    assert (report.receipts, report.unread) == ((), ())
    assert len(report.refused) == 1
    assert "\n" not in report.refused[0][1]
    assert warehouse.value("select count(*) from raw.imports") == 0


def test_every_account_document_is_told_by_its_keys_and_not_by_its_name(tmp_path):
    for content, name in (
        ([play("2024-03-12 09:42")], "spotify account plays"),
        (LIBRARY, "spotify library"),
        (playlists(item()), "spotify playlists"),
    ):
        path = written(tmp_path / "download (3).txt", content)
        [document] = find_documents([path], lambda name, message: None)
        assert judge(take_sample(document)).name == name
