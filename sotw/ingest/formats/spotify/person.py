"""What of Spotify's account data is about the person: named, so that nothing takes it for music.

Some of it looks like something else: the people one follows are an object with a list of names,
as a map of genres is.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from sotw.ingest.reading.format import Unread

if TYPE_CHECKING:
    from sotw.ingest.reading.texts import Sample

__all__ = ["UNREAD"]

_HEAD_BYTES = 65_536

# A file that has all keys of one of these is of its kind.
_KEYS = (
    {"displayName", "tasteMaker"},
    {"displayName", "largeImageUrl"},
    {"displayName", "firstName", "lastName"},
    {"email", "birthdate"},
    {"username", "postalCode"},
    {"createdFromFacebook"},
    {"userIsFollowing"},
    {"userIsFollowedBy"},
    {"userIsBlocking"},
    {"followerCount", "followingUsersCount"},
    {"identifierType", "identifierValue"},
    {"payment_method"},
    {"address.street"},
    {"searchQuery", "searchTime"},
    {"voiceSearchQuery"},
    {"artistName", "segment"},
    {"message", "created_timestamp"},
    {"festivalId", "userId"},
    {"tasteProfile"},
    {"ratedShows"},
    {"votedPollOptionResponses"},
    {"comments[].commentText"},
    {"stats[].secondsPlayed"},
    {"highlights[].highlightType"},
    {"topArtists.topArtistUris"},
    {"topTracks.topTracks"},
    {"yearlyMetrics.totalMsListened"},
)
# Keys that tell only where there is no other.
_ALL_KEYS = ({"inferences"}, {"address"}, {"displayName"}, {"displayName", "imageUrl"})
# Of these no key is known that is always there.
_NAMES = re.compile(
    r"AgentGateway|Wrapped20\d\d|PodcastInteractivity\w*|FamilyPlan|CustomerServiceHistory|"
    r"ConnectedDevices|PreciseLocation|(Your)?VoiceInput|MessageData"
)
# Of these it is known that they may be an empty list or object.
_MAYBE_EMPTY = re.compile(
    rf"{_NAMES.pattern}|StreamingHistory\w*|YourLibrary|Playlist\d*|SearchQueries|Marquee|Follow|"
    "Inferences|Identifiers|Identity|Payments|UserPrompts|YourSoundCapsule|TasteProfile|"
    "UserFestivalsDataForSAR|UserAddress|DuoNewFamily|Userdata|UserAttributes"
)
_COPY = re.compile(r" ?\(\d+\)$")
# Written as the program's own text of a list of maps, not as JSON.
_ADDRESSES = re.compile(r"Map\([^)]*\b(?:street|city|postal_code\w*) ->")


def _is_personal(sample: Sample) -> bool:
    paths = sample.json_paths
    return (
        any(keys <= paths for keys in _KEYS)
        or any(keys == paths for keys in _ALL_KEYS)
        # Chats are in an object by their addresses.
        or any(path.endswith(".messages[].message") for path in paths)
        or _ADDRESSES.search(sample.head) is not None
        or (sample.is_json and _NAMES.fullmatch(_stem(sample)) is not None)
    )


def _is_empty(sample: Sample) -> bool:
    """A library without songs, playlists without items, a list without plays."""
    paths = sample.json_paths
    if not sample.is_json or sample.size > _HEAD_BYTES:
        return False
    if paths and paths.isdisjoint(("tracks", "playlists")):
        return False
    try:
        content = json.loads(sample.head)
    except (ValueError, RecursionError):
        return False
    if not content:
        return _MAYBE_EMPTY.fullmatch(_stem(sample)) is not None
    if not isinstance(content, dict):
        return False
    if content.get("tracks") == []:
        # Else it may be of anybody.
        return len(content) == 1 or not {"bannedTracks", "albums", "shows"}.isdisjoint(content)
    playlists = content.get("playlists")
    return isinstance(playlists, list) and all(
        isinstance(playlist, dict) and not playlist.get("items") and not playlist.get("tracks")
        for playlist in playlists
    )


def _stem(sample: Sample) -> str:
    name = sample.name.replace("\\", "/").rpartition("/")[2]
    return _COPY.sub("", name.removesuffix(".json"))


UNREAD: tuple[Unread, ...] = (
    Unread(
        "spotify account data",
        _is_personal,
        "Spotify account data without plays or songs in it: not used.",
    ),
    Unread(
        "spotify account data, empty",
        _is_empty,
        "Spotify account data, and there is nothing in it to import.",
    ),
)
