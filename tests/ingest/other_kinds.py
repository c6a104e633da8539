"""Histories as other tools make them, written by hand; every personal value is what is given."""

from __future__ import annotations

import json
from typing import Any

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
        "recent.json": {"items": [item, item | {"played_at": "soon"}], "limit": 50},
    }
    return {
        name: (content if isinstance(content, str) else json.dumps(content)).encode()
        for name, content in contents.items()
    }
