"""Documents of Spotify's exports, written by hand; all names are invented."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

SECRETS = (
    "mila.quist@example.org",
    "quistmila77",
    "203.0.113.77",
    "Kastanienallee 12",
    "a blurb about my breakup",
    "secret collaborator",
    "device-5e3c",
)


def written(path: Path, content: Any) -> Path:
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    return path


def play(end: str, track: str = "Arms", artist: str = "Okto", ms: Any = 1000) -> dict[str, Any]:
    return {"endTime": end, "artistName": artist, "trackName": track, "msPlayed": ms}


def extended(end: str, track: str = "Arms", ms: int = 1000, **more: Any) -> dict[str, Any]:
    """A record of the extended history, of the same play."""
    record = {
        "ts": end,
        "username": SECRETS[1],
        "platform": "ios",
        "ms_played": ms,
        "conn_country": "PT",
        "ip_addr": SECRETS[2],
        "master_metadata_track_name": track,
        "master_metadata_album_artist_name": "Okto",
        "master_metadata_album_album_name": "Eight",
        "spotify_track_uri": "spotify:track:7ouMYWpwJ422jRcDASZB7P",
        "episode_name": None,
        "episode_show_name": None,
        "spotify_episode_uri": None,
        "reason_start": "clickrow",
        "reason_end": "trackdone",
        "shuffle": False,
        "skipped": False,
        "offline": False,
        "offline_timestamp": None,
        "incognito_mode": False,
    }
    return record | more


def item(name: str | None = "Arms", day: str | None = "2024-03-12", **more: Any) -> dict[str, Any]:
    track = name and {
        "trackName": name,
        "artistName": "Okto",
        "albumName": "Eight",
        "trackUri": "spotify:track:7ouMYWpwJ422jRcDASZB7P",
    }
    return {
        "track": track,
        "episode": None,
        "audiobook": None,
        "localTrack": None,
        "addedDate": day,
    } | more


def playlists(*items: Any, name: Any = "Weekly") -> dict[str, Any]:
    return {
        "playlists": [
            {
                "name": name,
                "lastModifiedDate": "2024-03-13",
                "collaborators": [SECRETS[5]],
                "items": list(items),
                "description": SECRETS[4],
                "numberOfFollowers": 0,
            }
        ]
    }


LIBRARY = {
    "tracks": [
        {"artist": "Okto", "album": "Eight", "track": "Arms", "uri": "spotify:track:aB1"},
        {"artist": "Okto", "album": "Eight", "track": "Legs", "uri": "spotify:local:Okto:::9"},
    ],
    "albums": [{"artist": "Okto", "album": "Eight", "uri": "spotify:album:aB2"}],
    "shows": [],
    "episodes": [],
    "bannedTracks": [{"artist": "Tarn", "album": "T", "track": "No", "uri": "spotify:track:aB3"}],
    "artists": [{"name": "Okto", "uri": "spotify:artist:aB4"}],
    "bannedArtists": [],
    "other": [],
}
