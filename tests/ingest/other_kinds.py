"""Histories as other tools make them, written by hand; every personal value is what is given."""

from __future__ import annotations

import datetime as dt
import io
import json
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

AT = 1_678_600_000


def made_by_others(user: str) -> dict[str, bytes]:
    """The files, with an account's name where the tools write it."""
    loved = {"artist": {"name": "Okto", "mbid": ""}, "name": "Arms", "date": {"uts": str(AT)}}
    item: dict[str, Any] = {
        "track": {"name": "Legs", "artists": [{"name": "Okto"}], "id": "7" * 22},
        "played_at": "2023-03-20T10:00:00.500Z",
        "context": {"href": user},
    }
    contents: dict[str, Any] = {
        "lastfmstats.csv": f"Artist;Album;AlbumId;Track;Date#{user}\n"
        f'"Okto";"";"";"Arms";"{AT}000"\n"Okto";"";"";"Arms";"soon"\n',
        "lastfmstats.json": {
            "username": user,
            "scrobbles": [
                {"track": "Arms", "artist": "Okto", "album": "", "date": AT * 1000},
                {"track": "Arms", "artist": None, "album": "", "date": AT * 1000},
            ],
        },
        "loved.json": {"lovedtracks": {"track": [loved], "@attr": {"user": user}}},
        f"lovedtracks-{user}-1700000000.csv": f"uts,artist,track\n{AT},Okto,Toes\n",
        "loved.txt": f"{AT}\tToes\tOkto\t\t\t\t\n",
        "account.csv": "endTime,artistName,trackName,msPlayed\n2023-03-21 05:06,Okto,Toes,1000\n",
        "own-export.json": [
            {
                "timestamp": {"unixtimestamp": AT, "iso": "2023-03-12T05:46:40Z"},
                "track": {"name": "Tooth", "artist": {"name": "Okto"}},
                "application": user,
            }
        ],
        "recent.json": {"items": [item, item | {"played_at": "soon"}], "limit": 50},
    }
    contents |= _without_headings() | _of_services(user)
    return {
        name: (content if isinstance(content, str) else json.dumps(content)).encode()
        for name, content in contents.items()
    }


def _without_headings() -> dict[str, str]:
    ids = ["7" * 22, "8" * 22]
    return {
        "universal.csv": "".join(
            f'"Okto", "Nose, {song}", "One", "2023-04-01 05:06:07", "", "156"\n' for song in "ab"
        ),
        "scrubbler.csv": "Okto,One,Chin,02.04.2023 05:06:07 +00:00,,\n",
        "backup.csv": "2023-04-03,05:06:07,Okto,Brow\n2023-04-03,05:16:07,Okto,\n",
        "ghan-without.csv": f'"{AT + 9}","12 Mar 2023, 05:46","Okto","","","","Neck",""\n',
        "ifttt.csv": "".join(f'"April 4, 2023 at 05:06PM",Back,Okto,{id_},x\n' for id_ in ids),
        "saved-anew.csv": "Okto;One;Hip;13.04.2023 05:06\nOkto;One;;14.04.2023 05:06\n",
        "2023_03.tsv": f"{AT}\tOkto\u241fMill\tKnee\tOne\t-\n{AT}\t\tKnee\t-\t-\n",
    }


def _of_services(user: str) -> dict[str, str]:
    tidal = "artist_name,track_title,entry_date,stream_duration_ms,product_type,ip_address,"
    tidal += "client_name_from_session,city_name,time_zone\n"
    deezer = "Song Title,Artist,ISRC,IP Address,Listening Time,Platform Model,Date\n"
    old = {
        "header": "Google Play Music",
        "title": "Listened to Jaw",
        "description": "Okto",
        "time": "2018-04-07T05:06:07Z",
    }
    return {
        "tidal.csv": f"{tidal}Okto,Rib,05/04/2023 05:06,5.0,TRACK,{user},{user},{user},null\n",
        "deezer.csv": f"{deezer}Shin,Okto,XX,{user},212,{user},2023-04-06 05:06:07\n",
        "libre.csv": f"+ACM- Data export from Libre.fm,,\n+ACM- {user},,\n"
        f"Artist,Track,Time\nOkto,Heel,{AT}\n",
        "MyActivity.json": json.dumps([old, old | {"title": f"Searched for {user}"}]),
    }


def in_parquet(user: str, mail: str, address: str) -> dict[str, bytes]:
    """Plays, favourites and a Spotify history."""
    at = [dt.datetime(2024, 3, 12, 9, 42, n) for n in range(4)]
    names = {"artist": ["Okto", "Okto", "", None], "track": ["Arms", "Legs", "Toes", "x"]}
    files = {
        "plays": names | {"played_at": at, "user": [user] * 4},
        "picks": names | {"picked_at": at, "mail": [mail] * 4},
        "history": {"ts": at, "ms_played": range(4), "ip_addr": [address] * 4}
        | {"master_metadata_track_name": names["track"], "artist_name": names["artist"]},
    }
    streams = {f"{name}.parquet": io.BytesIO() for name in files}
    for columns, stream in zip(files.values(), streams.values(), strict=True):
        pq.write_table(pa.table(columns), stream)
    return {name: stream.getvalue() for name, stream in streams.items()}
