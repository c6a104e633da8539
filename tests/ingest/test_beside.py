"""A whole download is no failure for what never holds plays; what should hold them is refused."""

from __future__ import annotations

import pytest

ACCOUNT = "Spotify Account Data"
LOG = "Spotify Technical Log Information"
APPLE = "Apple_Media_Services/Apple Music Activity"
YOUTUBE = "Takeout/YouTube und YouTube Music"


def written(folder, name, content):
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return folder


@pytest.mark.parametrize(
    ("name", "content"),
    [
        (f"{ACCOUNT}/PlaylistInABottle.json", b'{"question":"x"}'),
        (f"{ACCOUNT}/NewThing.json", b'[{"device":"x"}]'),
        (f"{ACCOUNT}/NewList.json", b"[]"),
        (f"{ACCOUNT}/NewObject.json", b'{"tickets":[]}'),
        (f"{ACCOUNT}/Nothing.json", b""),
        ("MyData/ThirdPartyApps.json", b'[{"app":"x"}]'),
        (f"{LOG}/NewEvent.json", b'[{"count":1}]'),
        (f"{LOG}/NewEvent.csv", b"a,b\n1,2\n"),
        (f"{APPLE}/Apple Music - Favorites.csv", b""),
        (f"{YOUTUBE}/videos/videos.csv", b""),
        (f"{YOUTUBE}/Verlauf/Suchverlauf.json", b"[]"),
        (f"{YOUTUBE}/playlists/likes.json", b'[{"kind":"x"}]'),
    ],
)
def test_what_never_holds_plays_fails_no_download(warehouse, tmp_path, name, content):
    report = warehouse.ingest(written(tmp_path, name, content))
    assert (report.receipts, report.refused, len(report.unread)) == ((), (), 1)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        (f"{ACCOUNT}/StreamingHistory_music_0.json", b'[{"endT'),
        (f"{ACCOUNT}/StreamingHistory0.json", b""),
        (f"{ACCOUNT}/Playlist1.json", b'{"playl'),
        (f"{ACCOUNT}/YourLibrary.json", b"{"),
        (f"{LOG}/ConnectionError_Hourly.json", b'[{"timest'),
        ("MyData/endsong_0.json", b'[{"ts"'),
        ("MyData/scrobbles.csv", b"artist,al"),
        (f"{APPLE}/Apple Music Play Activity.csv", b""),
        (f"{APPLE}/Apple Music Play Activity.csv", b"Age Bucket,Album Name"),
        (f"{APPLE}/Apple Music - Play History Daily Tracks.csv", b"Country,Track Id"),
        (f"{YOUTUBE}/Verlauf/Wiedergabeverlauf.json", b'[{"header":'),
        (f"{YOUTUBE}/Verlauf/Wiedergabeverlauf.json", b""),
        ("Takeout/YouTube/history/watch-history.json", b"[]"),
        ("Takeout/YouTube/history/watch-history.json", b'{"error":"x"}'),
    ],
)
def test_what_should_hold_plays_and_cannot_be_read_is_refused(warehouse, tmp_path, name, content):
    report = warehouse.ingest(written(tmp_path, name, content))
    assert (report.receipts, len(report.refused), report.unread) == ((), 1, ())


def test_another_service_s_plays_in_a_folder_of_spotify_are_read(warehouse, tmp_path):
    line = b'{"listened_at":1677664980,"track_metadata":{"artist_name":"Okto","track_name":"Arms"}}'
    receipt = warehouse.one(written(tmp_path, "MyData/listens.jsonl", line))
    assert (receipt.format, receipt.rows_kept) == ("listenbrainz", 1)
