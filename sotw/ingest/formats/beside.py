"""What services send beside the plays, told by its folder: it may be empty, or new this year.

A whole download is no failure for want of plays in a file that never holds any. A file that should
hold plays is none of these, so that one that is empty or cut off is refused.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from sotw.ingest.formats.apple.activity import is_in_archive, is_named_for_plays
from sotw.ingest.formats.google.youtube import is_of_takeout
from sotw.ingest.formats.spotify.log import event_of_name
from sotw.ingest.reading.format import Unread

if TYPE_CHECKING:
    from sotw.ingest.reading.texts import Sample

__all__ = ["EMPTY", "UNKNOWN", "UNREAD"]

_HEAD_BYTES = 65_536
_OF_SPOTIFY = re.compile(
    r"Spotify (?:Account Data|Technical Log Information)|MyData", re.IGNORECASE
)
_PLAYS_OF_SPOTIFY = re.compile(
    r"(?:Streaming_?History|endsong|endvideo|YourLibrary).*|Playlist[\d_]*( ?\(\d+\))?\.json",
    re.IGNORECASE,
)


def _is_beside_spotify(sample: Sample) -> bool:
    *folders, name = re.split(r"[/\\]", sample.name)
    # Spotify wrote nothing but JSON into MyData, which somebody else may call a folder.
    return (
        any(_OF_SPOTIFY.fullmatch(folder) for folder in folders)
        and ("MyData" not in folders or name.endswith(".json"))
        and _PLAYS_OF_SPOTIFY.fullmatch(name) is None
        and event_of_name(name) is None
    )


def _has_only_empty_values(sample: Sample) -> bool:
    """An object of empty lists, as a map of genres can be."""
    if not _is_beside_spotify(sample) or not sample.is_json or sample.size > _HEAD_BYTES:
        return False
    try:
        content = json.loads(sample.head)
    except (ValueError, RecursionError):
        return False
    return isinstance(content, dict) and not any(content.values())


_OF_THE_ACCOUNT = "part of Spotify's download that holds no plays or songs: not used."

# Before all formats.
UNREAD = (Unread("beside spotify, nothing in it", _has_only_empty_values, _OF_THE_ACCOUNT),)
# What is empty.
EMPTY = (
    Unread("beside spotify", _is_beside_spotify, _OF_THE_ACCOUNT),
    Unread(
        "beside apple music",
        lambda sample: is_in_archive(sample) and not is_named_for_plays(sample),
        "an empty part of Apple's archive: not used.",
    ),
    Unread(
        "beside youtube",
        lambda sample: is_of_takeout(sample) and not sample.name.lower().endswith(".json"),
        "an empty part of Takeout: not used.",
    ),
)
# What no format is like.
UNKNOWN = (Unread("beside spotify", _is_beside_spotify, _OF_THE_ACCOUNT),)
