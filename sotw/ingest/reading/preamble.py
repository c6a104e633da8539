"""What stands above the headings of a table: comments, or what an export says of itself.

Libre.fm writes when and where it was made, playlists of radio stations their show and its hours.
"""

from __future__ import annotations

import io
import re

from sotw.ingest.reading.delimited import STATED_DELIMITER, split_record

__all__ = ["Below", "lines_above"]

_MOST_LINES = 20
# The second is the first in UTF-7, as Libre.fm has it.
_COMMENTS = ("#", "+ACM-")
_DELIMITERS = (",", ";", "\t")
_ARTISTS = frozenset({"artist", "artist_name", "artistname", "artists"})
_TRACKS = frozenset({"track", "track_name", "trackname", "track_title", "song", "song_title"})
_TRACKS |= {"song_name", "title", "name"}
_LINE_ENDS = re.compile(r"\r\n?|\n")
# A record of a play names at least an artist, a track and a time.
_LEAST_FIELDS = 3


def lines_above(head: str) -> int:
    """How many lines stand above the headings of a table of plays; mostly none."""
    if head.lstrip().startswith("#AUDIOSCROBBLER/"):
        return 0
    has_any = False
    for above, line in enumerate(_LINE_ENDS.split(head, _MOST_LINES)[:_MOST_LINES]):
        if _is_heading(line):
            return above if has_any else 0
        if not line.strip() or STATED_DELIMITER.fullmatch(line):
            continue
        if not line.startswith(_COMMENTS) and _most_fields(line) >= _LEAST_FIELDS:
            return 0
        has_any = True
    return 0


def _is_heading(line: str) -> bool:
    if line.startswith(_COMMENTS):
        return False
    for delimiter in _DELIMITERS:
        names = [field.strip().casefold() for field in split_record(line, delimiter)]
        names = [re.sub(r"[\W_]+", "_", name).strip("_") for name in names]
        if len(names) >= _LEAST_FIELDS and not _ARTISTS.isdisjoint(names):
            return not _TRACKS.isdisjoint(names)
    return False


def _most_fields(line: str) -> int:
    return max(sum(map(bool, split_record(line, mark))) for mark in _DELIMITERS)


class Below(io.TextIOWrapper):
    """A text whose first lines are blank, so that the others keep their numbers."""

    above = 0

    def __next__(self) -> str:  # type: ignore[override]
        line = super().__next__()
        if self.above:
            self.above -= 1
            return "\n"
        return line
