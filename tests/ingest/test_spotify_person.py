"""What of a Spotify account is about the person: named, never used, and nowhere to be found."""

from __future__ import annotations

import json

import pytest
from conftest import NOW
from spotify_exports import LIBRARY, SECRETS, item, play, playlists, written

from sotw import warehouse as warehouses
from sotw.ingest import ingest

PERSONAL = {
    "Identity.json": {"displayName": SECRETS[1], "firstName": "x", "lastName": "y"},
    "Identity2.json": {"displayName": SECRETS[1]},
    "Userdata.json": {"username": SECRETS[1], "email": SECRETS[0], "birthdate": "1990-01-01"},
    "Follow.json": {"userIsFollowing": [SECRETS[1]], "userIsFollowedBy": [], "userIsBlocking": []},
    "Follow-old.json": {"followerCount": 3, "followingUsersCount": 2, "dismissingUsersCount": 0},
    "Payments.json": {"payment_method": "card 4242", "country": "PT"},
    "Inferences.json": {"inferences": ["1P_Custom_Owners"]},
    "Marquee.json": [{"artistName": "Okto", "segment": "Super Listeners"}],
    "SearchQueries.json": [
        {
            "platform": "IOS",
            "searchTime": "2024-03-12T09:42:00Z[UTC]",
            "searchQuery": SECRETS[4],
            "searchInteractionURIs": [],
        }
    ],
    "Voices.json": [
        {"voiceSearchQuery": SECRETS[4], "locale": "en", "time": "2024-07-18T00:26:28Z"}
    ],
    "UserAddress.json": f"List(Map(street -> {SECRETS[3]}, city -> Porto))",
    "UserAddress2.json": json.dumps([f"Map(street -> {SECRETS[3]}, city -> Porto)"]),
    "Family.json": {"address": {"street": SECRETS[3], "city": "Porto", "real_name": None}},
    "DuoNewFamily.json": {"address": SECRETS[3]},
    "Identifiers.json": {"identifierType": "emailAddress", "identifierValue": SECRETS[0]},
    "UserPrompts.json": {"message": SECRETS[4], "created_timestamp": "2024-03-12T09:42:00Z"},
    "MessageData.json": {
        "spotify:chat:1": {
            "members": [SECRETS[1]],
            "messages": [{"time": "x", "from": SECRETS[1], "message": SECRETS[4]}],
        }
    },
    "Wrapped2025.json": {"topArtists": {"topArtistUris": ["spotify:artist:a"]}, "topTracks": {}},
    "Wrapped2023.json": {"anything": {"at": "all"}},
    "YourSoundCapsule.json": {
        "highlights": [{"highlightType": "STREAKS"}],
        "stats": [{"date": "2024-03-12", "secondsPlayed": 5, "topTracks": [{"name": "Arms"}]}],
    },
    "TasteProfile.json": {"tasteProfile": SECRETS[4]},
    "PodcastInteractivityRatedShow.json": {"ratedShows": []},
    "PodcastInteractivityComments.json": {"comments": [{"commentText": SECRETS[4]}]},
    "UserFestivalsDataForSAR.json": {"festivalId": "f", "userId": SECRETS[1], "topArtists": []},
    "Follow (1).json": {},
}


@pytest.mark.parametrize("name", PERSONAL)
def test_what_is_about_the_person_is_named_and_not_used(warehouse, tmp_path, name):
    report = warehouse.ingest(written(tmp_path / name, PERSONAL[name]))
    assert (report.receipts, report.refused) == ((), ())
    [(file, message)] = report.unread
    assert file == name
    assert "Spotify account data" in message
    assert not any(secret in message for secret in SECRETS)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("YourLibrary.json", {"tracks": [], "albums": [], "shows": [], "bannedTracks": []}),
        ("Playlist1.json", {"playlists": []}),
        ("Playlist2.json", playlists()),
        ("StreamingHistory_podcast_0.json", []),
        ("StreamingHistory2.json", "[ \n ]"),
    ],
)
def test_an_account_without_songs_or_plays_is_no_error(warehouse, tmp_path, name, content):
    report = warehouse.ingest(written(tmp_path / name, content))
    assert (report.receipts, report.refused) == ((), ())
    assert "nothing in it to import" in report.unread[0][1]


def test_a_map_of_genres_is_still_one(warehouse, tmp_path):
    path = written(tmp_path / "genres.json", {"inferences": ["Okto"], "rock": ["Tarn"]})
    assert warehouse.one(path).format == "genre map"


def test_nothing_personal_enters_the_warehouse_the_log_or_what_is_said(tmp_path, caplog):
    export, file = tmp_path / "export", tmp_path / "sotw.duckdb"
    export.mkdir()
    for name, content in PERSONAL.items():
        written(export / name, content)
    hidden = {"ip_addr": SECRETS[2], "email": SECRETS[0], "deviceId": SECRETS[6]}
    written(
        export / "StreamingHistory0.json", [play("2024-03-12 09:42") | hidden, play("x") | hidden]
    )
    songs = [LIBRARY["tracks"][0] | hidden, {"note": SECRETS[4]}]
    written(export / "YourLibrary.json", LIBRARY | {"tracks": songs})
    odd = item(None, episode={"episodeName": SECRETS[4]}) | hidden
    written(export / "Playlist1.json", playlists(item() | hidden, odd, item("x", "bad") | hidden))
    con = warehouses.connect(file)
    warehouses.migrate(con, file)
    with caplog.at_level("DEBUG"):
        report = ingest(con, [export], "ana", now=NOW)
    assert len(report.receipts) == 3
    assert not report.refused
    con.execute("checkpoint")
    tables = con.execute("select table_name from duckdb_tables() where schema_name = 'raw'")
    said = repr(report) + caplog.text
    for (table,) in tables.fetchall():
        said += repr(con.execute(f"from raw.{table}").fetchall())
    con.close()
    assert "Arms" in said
    for secret in SECRETS:
        assert secret not in said
        assert secret.encode() not in file.read_bytes()
