"""One export of every kind, written by hand; what is personal in them is planted.

Families are what readers share; the fuzzer (tests/bench/fuzz_ingest.py) takes them one by one.
"""

from __future__ import annotations

import io
import json
import zipfile
from functools import partial
from pathlib import Path
from typing import Any

from other_kinds import in_parquet, made_by_others

RECORDED = Path(__file__).resolve().parent.parent / "recorded"

# In every planted value, and nowhere else.
MARK = "zqplanted"
USER, DEVICE, BLURB, VIDEO, CITY = (f"{MARK}{what}" for what in ("user", "dev", "say", "vid", "at"))
MAIL = f"{MARK}@example.org"
# Nothing else has these numbers in this order.
ADDRESS = "198.51.100.213"
PLANTED = (MARK, ADDRESS)

_AT = 1_678_600_000
_MBID, _OTHER = (f"0a00000{n}-0000-4000-8000-000000000001" for n in (1, 2))
_MSID = "0b000001-0000-4000-8000-000000000001"
_URI = "spotify:track:7ouMYWpwJ422jRcDASZB7P"
_OF_LASTFM = "lastfm_to_csv.csv recenttracks.csv scrobbles_with_index.csv lastfm_scrobbles.csv"
_SOUND = "danceability,energy,key,loudness,mode,speechiness,acousticness,instrumentalness"
_SOUND += ",liveness,valence,tempo"
_HEARD = "0.6,0.8,4,-5.5,0,0.05,0.23,0.0,0.09,0.88,83.0"

Files = dict[str, bytes]


def _json(content: Any) -> bytes:
    return json.dumps(content, ensure_ascii=False, indent=1).encode()


def _lines(*records: Any) -> bytes:
    return b"".join(json.dumps(record).encode() + b"\n" for record in records)


def _text(*rows: str) -> bytes:
    return ("\n".join(rows) + "\n").encode()


def _recorded(*names: str) -> Files:
    return {Path(name).name: (RECORDED / name).read_bytes() for name in names}


def packed(files: Files) -> bytes:
    """A zip archive of some files."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name), content)
    return stream.getvalue()


def _extended(ts: str, track: str | None, **more: Any) -> dict[str, Any]:
    return {
        "ts": ts,
        "username": USER,
        "platform": "ios",
        "ms_played": 200_000,
        "conn_country": "PT",
        "ip_addr_decrypted": ADDRESS,
        "user_agent_decrypted": DEVICE,
        "master_metadata_track_name": track,
        "master_metadata_album_artist_name": track and "Okto",
        "master_metadata_album_album_name": track and "Eight",
        "spotify_track_uri": track and _URI,
        "episode_name": None,
        "episode_show_name": None,
        "spotify_episode_uri": None,
        "reason_start": "clickrow",
        "reason_end": "trackdone",
        "shuffle": False,
        "skipped": None,
        "offline": False,
        "offline_timestamp": 1_678_600_000_123,
        "incognito_mode": False,
    } | more


def _spotify_extended() -> Files:
    episode = {"episode_name": "One", "episode_show_name": "Rounds", "spotify_episode_uri": "x"}
    records = [
        _extended("2023-03-12T09:42:57Z", "Arms"),
        _extended("2023-03-12T09:42:57Z", "Arms"),
        _extended("2023-03-12T09:45:00Z", None, **episode),
        _extended("2023-03-12T09:46:00Z", "Legs", skipped=True, offline_timestamp=1_678_600_000),
        _extended("2001-03-12T09:46:00Z", "Early"),
        _extended(MAIL, "When"),
    ]
    book = {"audiobook_title": "The Book", "audiobook_chapter_title": "Two", "audiobook_uri": None}
    newer = [_extended("2024-03-12T09:47:00Z", None, **book)]
    return {
        "Streaming_History_Audio_2023_1.json": _json(records),
        "endsong_0.json": json.dumps(records[1:4]).encode(),
        "Streaming_History_Video_2024.json": _lines(*newer),
    } | _recorded("spotify_extended.json", "spotify_extended_old.json")


def _spotify_table() -> Files:
    heading = "ts,username,ip_addr,ms_played,spotify_track_uri,master_metadata_track_name,"
    heading += "master_metadata_album_artist_name"
    rows = [f"2023-03-12T09:5{n}:00Z,{USER},{ADDRESS},1000,{_URI},Arms,Okto" for n in range(5)]
    return {"history.csv": _text(heading, *rows, f"{MAIL},{USER},{ADDRESS},1,{_URI},Odd,Okto")} | (
        _recorded("spotify_extended.csv")
    )


def _spotify_account() -> Files:
    plays = [
        {"endTime": "2023-03-12 09:42", "artistName": "Okto", "trackName": "Arms", "msPlayed": 1},
        {"endTime": "2023-03-12 09:42", "artistName": "Okto", "trackName": "Arms", "msPlayed": 1},
        {"endTime": "soon", "artistName": "Okto", "trackName": "Legs", "msPlayed": "x"},
        {"endTime": "2023-03-12 09:50", "podcastName": "Rounds", "episodeName": "1", "msPlayed": 9},
    ]
    track = {"trackName": "Arms", "artistName": "Okto", "albumName": "Eight", "trackUri": _URI}
    items = [
        {"track": track, "episode": None, "localTrack": None, "addedDate": "2023-03-11"},
        {"track": track | {"trackName": "Legs"}, "addedDate": "2023-03-18"},
        {"track": None, "localTrack": {"uri": "spotify:local:Okto::Toes:9"}, "addedDate": None},
        {"track": track, "addedDate": "someday"},
    ]
    playlist = {
        "name": "Weekly",
        "lastModifiedDate": "2023-03-19",
        "collaborators": [USER],
        "items": items,
        "description": BLURB,
        "numberOfFollowers": 0,
    }
    library = {
        "tracks": [{"artist": "Okto", "album": "Eight", "track": "Arms", "uri": _URI}],
        "albums": [],
        "shows": [{"name": BLURB, "publisher": BLURB, "uri": "x"}],
        "episodes": [],
        "bannedTracks": [],
        "artists": [],
        "other": [BLURB],
    }
    person = {"username": USER, "email": MAIL, "country": "PT", "birthdate": "1970-01-01"}
    return {
        "StreamingHistory_music_0.json": _json(plays),
        "Playlist1.json": _json({"playlists": [playlist]}),
        "YourLibrary.json": _json(library),
        "Userdata.json": _json(person | {"facebookUid": USER}),
    }


def _spotify_log() -> Files:
    context = {
        "context_time": 1_756_816_739_181,
        "context_device_model": DEVICE,
        "context_user_id": USER,
        "context_device_id": DEVICE,
        "context_ip": ADDRESS,
    }
    times = ("2025-09-02T12:39:33.200Z", "2025-09-03T12:39:33.200Z", BLURB)
    rows = [context | {"timestamp_utc": at, "message_ap": ADDRESS} for at in times]
    fatal = [row | {"message_fatal": True, "message_error_code": 12} for row in rows]
    retry = {"message_method": USER, "message_status": "s", "message_playback_id": "p"}
    return {
        "ConnectionError_1.json": _json(rows),
        "PlaybackError_Hourly.json": _json(fatal),
        "PlaybackRetry.json": _json([row | retry for row in rows]),
        "Stutter.json": b"[]",
        "AddedToCollection.json": _json(rows),
    }


def _listenbrainz() -> Files:
    def listen(at: Any, track: str, **more: Any) -> dict[str, Any]:
        said = {"media_player": DEVICE, "submission_client": DEVICE, "duration_ms": 201_000}
        named = {"artist_name": "Okto", "track_name": track, "release_name": "Eight"}
        return {
            "listened_at": at,
            "user_name": USER,
            "track_metadata": named | {"additional_info": said} | more,
        }

    mapping = {"mbid_mapping": {"recording_mbid": _MBID, "artist_mbids": [_OTHER]}}
    pin = {"recording_msid": _MSID, "blurb_content": BLURB, "pinned_until": 1, "created": _AT}
    given = {"recording_msid": _MSID, "recording_mbid": None, "score": 1, "created": _AT}
    files = {
        "user.json": _json({"user_id": 4711, "username": USER}),
        "listens/2023/3.jsonl": _lines(
            listen(_AT, "Arms", recording_msid=_MSID),
            listen(_AT, "Arms", recording_msid=_MSID),
            listen(_AT + 1, "Legs", **mapping),
            listen("soon", "Odd"),
        ),
        "feedback.jsonl": _lines(given, given | {"recording_mbid": _MBID, "score": -1}),
        "pinned_recording.jsonl": _lines(pin, pin | {"recording_mbid": _MBID, "created": "x"}),
    }
    public = _json([listen(_AT + 9, "Arms"), listen(_AT + 10, "Toes")])
    return files | {"public.json": public}


def _maloja() -> Files:
    return _recorded("players/maloja.json", "players/koito.json") | {
        "other.json": _json(
            {
                "maloja": {"export_time": _AT},
                "scrobbles": [
                    {
                        "time": at,
                        "track": {"artists": ["Okto", "Tarn"], "title": "Arms", "length": 201},
                        "duration": 150,
                        "origin": f"client:{USER}",
                    }
                    for at in (_AT, _AT, 0, "soon")
                ],
            }
        )
    }


def _players() -> Files:
    log = f"#AUDIOSCROBBLER/1.1\n#TZ/UTC\n#CLIENT/{DEVICE}\n".encode()
    rows = [f"Okto\tEight\tArms\t1\t201\tL\t{_AT + n}\t{_MBID}" for n in (0, 0, 60)]
    names = ("players/pano.jsonl", "players/pano.csv", "players/librefm.tsv")
    return _recorded(*names, "players/audioscrobbler.txt") | {
        ".scrobbler.log": log + _text(*rows, "Okto\tEight\tLegs\t1\t9\tS\tsoon\t")
    }


def _apple() -> Files:
    heading = "Album Name,Apple Id Number,Client IP Address,Device Identifier,End Reason Type,"
    heading += "Event End Timestamp,Event Type,IP City,Media Duration In Milliseconds,Media Type,"
    heading += "Play Duration Milliseconds,Song Name"

    def row(end: str, song: str, why: str = "NATURAL_END_OF_TRACK") -> str:
        person = f"{USER},{ADDRESS},{DEVICE}"
        return f"Eight,{person},{why},{end},PLAY_END,{CITY},200000,AUDIO,100000,{song}"

    activity = _text(
        heading,
        row("2024-03-12T10:00:00Z", "Arms", "PLAYBACK_MANUALLY_PAUSED"),
        row("2024-03-12T10:04:00Z", "Arms"),
        row("2024-03-12T10:09:00Z", "Legs"),
        row("soon", "Legs"),
    )
    days = _text(
        "Country,Track Identifier,Media type,Date Played,Hours,Track Description",
        "Nowhere,1,AUDIO,20240312,10,Okto - Arms",
        "Nowhere,1,AUDIO,20240312,10,Okto - Legs",
        "Nowhere,1,AUDIO,someday,10,Okto - Legs",
    )
    return {
        "Apple Music Play Activity.csv": activity,
        "Apple Music - Play History Daily Tracks.csv": days,
    }


def _youtube() -> Files:
    song = {
        "header": "YouTube Music",
        "title": "Watched Arms",
        "titleUrl": "https://music.youtube.com/watch?v=abcdefghijk",
        "subtitles": [{"name": "Okto - Topic", "url": f"https://example.org/{USER}"}],
        "time": "2024-03-12T10:00:00.123Z",
        "products": ["YouTube"],
    }
    video = song | {
        "header": "YouTube",
        "title": f"Watched {VIDEO}",
        "titleUrl": f"https://www.youtube.com/watch?v={VIDEO}",
        "subtitles": [{"name": f"{VIDEO} channel"}],
    }
    page = f"<html><head><title>My Activity</title></head><body>{VIDEO} YouTube Music</body></html>"
    return {
        "watch-history.json": _json([song, video, song, song | {"time": "soon"}]),
        "watch-history.html": page.encode(),
    }


def _hetrec() -> Files:
    def dat(*rows: str) -> bytes:
        return "\r\n".join([*rows, ""]).encode()

    return {
        "artists.dat": dat("id\tname\turl\tpictureURL", "7\tOkto\tu\tp", "9\tTarn\tu\tp", "x\ty"),
        "tags.dat": dat("tagID\ttagValue", "1\tdub", "2\tsea song"),
        "user_artists.dat": dat("userID\tartistID\tweight", "2\t7\t100", "2\t9\t5", "3\t8\t1"),
        "user_taggedartists.dat": dat(
            "userID\tartistID\ttagID\tday\tmonth\tyear", "2\t7\t1\t1\t4\t2009", "2\t7\t2\t1\t13\t9"
        ),
        "user_taggedartists-timestamps.dat": dat(
            "userID\tartistID\ttagID\ttimestamp", "2\t7\t1\t1238536800000"
        ),
        "user_friends.dat": dat("userID\tfriendID", "2\t275"),
    }


def _catalogues() -> Files:
    tracks = f"track_name,artist_name,artist_genres,popularity,album,{_SOUND},duration_ms"
    return {
        "songs.csv": _text(
            tracks,
            f"Arms,Okto,['sea song'; 'dub'],62,Eight,{_HEARD},235133.0",
            f"Legs,Okto,[],x,Eight,{_HEARD},0",
            f"Legs,,[],1,Eight,{_HEARD},0",
        ),
        "singers.csv": _text(
            f"artists,popularity,genres,{_SOUND}", f"Okto,60,\"['dub']\",{_HEARD}"
        ),
        "genres.json": _recorded("genres.json")["genres.json"],
    } | _recorded(
        *("lastfm_albums.csv", "lastfm_artists.csv", "lastfm_tracks.csv"),
        *("spotify_tracks.csv", "musicbrainz_artists.csv"),
    )


def _shows() -> Files:
    rows = ("Okto;12-03-2023;Hall;" + CITY, f"Tarn;25-12-2022;{BLURB};", "Tarn;03/04/2022;;")
    return {"shows.csv": _text("Artist;Date;Venue;City", *rows)} | _recorded("live_shows.csv")


def _favorites() -> Files:
    pick = {"kind": "pick", "listener": "ana", "artist": "Okto", "track": "Arms"}
    return {
        "mine.csv": _text(
            "date,artist,title,spotify_uri,week_ending",
            f"2024-01-06,Okto,Arms,{_URI},2024-01-06",
            "2024-01-20 12:00:00,Okto,Feet,,someday",
        ),
        "inbox.jsonl": _lines(pick | {"picked_at": "2024-01-06T12:00:00", "idempotency_key": "a"})
        + b'{"kind": "pick", "lis',
    } | _recorded("spotify_favorites.csv")


def _lastfm_csv() -> Files:
    plain = [f"Okto,Eight,Arms,{day} Mar 2023 09:42" for day in (12, 12, 13)]
    return {
        "plain.csv": _text(*plain, 'Okto,"Eight, Nine",Legs,14 Mar 2023 10:00', "Tarn,,Toes,soon"),
        "headed.csv": _text(
            "username,artist,track,album,uts",
            f"{USER},Okto,Arms,Eight,1678614177",
            f"{USER},Okto,Legs,Eight,soon",
        ),
    } | _recorded(*_OF_LASTFM.split())


def _lastfm_json() -> Files:
    track = {"artist": {"#text": "Okto", "mbid": _MBID}, "name": "Arms", "date": {"uts": str(_AT)}}
    page = {"@attr": {"user": USER}, "track": [track, track | {"date": {"uts": "soon"}}]}
    return {"pages.json": _json([{"recenttracks": page}])} | _recorded("recenttracks.json")


def _archives() -> Files:
    inner = packed({"Apple Music Activity/" + name: text for name, text in _apple().items()})
    return {
        f"listenbrainz_{USER}_1678700000.zip": packed(_listenbrainz()),
        "Apple_Media_Services.zip": packed({"all/Apple Music Activity.zip": inner}),
        "my_spotify_data.zip": packed(
            {"Spotify Account Data/" + name: text for name, text in _spotify_account().items()}
        ),
    }


FAMILIES = {
    "lastfm csv": _lastfm_csv,
    "lastfm json": _lastfm_json,
    "spotify extended": _spotify_extended,
    "spotify table": _spotify_table,
    "spotify account": _spotify_account,
    "spotify log": _spotify_log,
    "listenbrainz": _listenbrainz,
    "maloja": _maloja,
    "players": _players,
    "apple": _apple,
    "youtube": _youtube,
    "hetrec": _hetrec,
    "catalogues": _catalogues,
    "shows": _shows,
    "favorites": _favorites,
    "parquet": partial(in_parquet, USER, MAIL, ADDRESS),
    "zip": _archives,
    "other tools": partial(made_by_others, USER),
}
