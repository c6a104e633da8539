"""Last.fm histories as JSON: pages of its API as ghan.nl and others save them, and flat records.

Those of lastfmstats.com and of small scripts have artist, track and time side by side.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from sotw.errors import SourceError
from sotw.ingest.formats.lastfm.tables import TIME_FIELDS, album_payload
from sotw.ingest.reading.json_stream import elements
from sotw.ingest.reading.rows import MOST_RECORD_CHARACTERS, table
from sotw.ingest.reading.texts import clean, open_text
from sotw.ingest.reading.times import Moment, is_local, read_time

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import TextIO

    import pyarrow as pa

    from sotw.ingest.reading.documents import Document
    from sotw.ingest.reading.texts import Sample, Tally

__all__ = ["answers", "is_flat_json", "is_json", "is_own_export", "json_play", "json_tracks"]
__all__ += ["read_json"]

_FLAT_NAMES = ("name", "track", "title")
_JSON_BATCH = 50_000


def is_json(sample: Sample) -> bool:
    """Pages of user.getRecentTracks, as ghan.nl and others save them, or a bare list of tracks."""
    if not sample.is_json:
        return False
    if "recenttracks" in sample.json_paths:
        return True
    has_track = '"artist"' in sample.head and '"name"' in sample.head
    has_time = '"uts"' in sample.head or '"nowplaying"' in sample.head or '"date"' in sample.head
    return has_track and has_time


def is_own_export(sample: Sample) -> bool:
    """What Last.fm itself handed out until 2016: a track with its artist, and its timestamp."""
    return {"timestamp.unixtimestamp", "track.name", "track.artist.name"} <= sample.json_paths


def is_flat_json(sample: Sample) -> bool:
    """Records with artist, track and time side by side, in a list or an object's."""
    paths = sample.json_paths
    return any(
        {f"{place}artist", f"{place}{name}"} <= paths
        and f"{place}artist.name" not in paths
        and any(f"{place}{time}" in paths for time in TIME_FIELDS)
        for place in ("", "scrobbles[].", "tracks[].")
        for name in _FLAT_NAMES
    )


def read_json(document: Document, sample: Sample, tally: Tally) -> Iterator[pa.Table]:
    """Pages of tracks as the API gives them; numbers are strings, a lone track is no list.

    Raises:
        SourceError: The text is cut off, or is an error message of the API.
    """
    with open_text(document, sample) as stream:
        batch: list[Any] = []
        for element in answers(stream, document.name):
            tracks = json_tracks(element)
            tally.read += len(tracks)
            batch.extend(tracks)
            if len(batch) >= _JSON_BATCH:
                yield _json_plays(batch, tally.read - len(batch) + 1, sample)
                batch = []
        if batch:
            yield _json_plays(batch, tally.read - len(batch) + 1, sample)
    if "zone" in sample.asked:
        tally.notes.append(f"times without a zone: read as {sample.zone}")


def answers(stream: TextIO, name: str) -> Iterator[Any]:
    """The elements of a text.

    Raises:
        SourceError: One of them is an error message of the API, so that its page is missing.
    """
    for element in elements(stream, name):
        if isinstance(element, dict) and "error" in element:
            # What it says more may name the account.
            raise SourceError(
                f"{name}: Last.fm answered error {str(element['error'])[:9]}, not a history. "
                "Ask for the export again."
            )
        yield element


def json_tracks(element: Any) -> list[Any]:  # noqa: ANN401 - JSON
    """The records within a page, however it is wrapped; anything unknown is one faulty record."""
    if isinstance(element, list):
        return [track for part in element for track in json_tracks(part)]
    if isinstance(element, dict) and not isinstance(element.get("timestamp"), dict):
        for wrapper in ("recenttracks", "lovedtracks", "track", "tracks", "scrobbles"):
            if isinstance(element.get(wrapper), dict | list):
                return json_tracks(element[wrapper])
        if set(element) <= {"@attr"}:
            return []
    return [element]


def _json_plays(tracks: list[Any], first: int, sample: Sample) -> pa.Table:
    plays = [json_play(track, sample) for track in tracks]
    columns = {name: [play[name] for play in plays] for name in plays[0]}
    return table("plays", columns | {"line": list(range(first, first + len(plays)))})


def json_play(track: Any, sample: Sample | None = None) -> dict[str, Any]:  # noqa: ANN401 - JSON
    """The columns of one play; a sample knows the zone of times that have none."""
    fields = track if isinstance(track, dict) else {}
    if isinstance(inner := fields.get("track"), dict):
        fields = {name: value for name, value in fields.items() if name != "track"} | inner
    times = (fields[name] for name in TIME_FIELDS if fields.get(name) not in (None, ""))
    moment = _json_moment(fields["date"] if fields.get("date") else next(times, None), sample)
    play = {
        "artist": _text(fields.get("artist")),
        "track": next((found for name in _FLAT_NAMES if (found := _text(fields.get(name)))), None),
        "album": _text(fields.get("album")),
        "artist_mbid": _text(fields.get("artist"), "mbid"),
        "track_mbid": _text(fields.get("mbid")),
        "payload": album_payload(_text(fields.get("album"), "mbid")),
        "played_at": moment[0] if isinstance(moment, tuple) else None,
        "time_precision": moment[1] if isinstance(moment, tuple) else None,
    }
    reason = None
    if not fields:
        reason = "not a track"
    elif isinstance(moment, str):
        reason = "time not understood"
    elif moment is None and _is_now_playing(fields):
        reason = "now playing, no time yet"
    kept = {
        name: fields[name] for name in ("artist", *_FLAT_NAMES, "album", "date") if name in fields
    }
    record = json.dumps(kept, ensure_ascii=False)[:MOST_RECORD_CHARACTERS] if reason else None
    return play | {"reason": reason, "record": record}


def _is_now_playing(fields: dict[str, Any]) -> bool:
    attributes = fields.get("@attr")
    return isinstance(attributes, dict) and str(attributes.get("nowplaying")).lower() == "true"


def _json_moment(date: Any, sample: Sample | None) -> Moment | str | None:  # noqa: ANN401 - JSON
    """The time of a track: ``uts`` has seconds, ``#text`` only minutes."""
    names = ("uts", "#text", "unixtimestamp", "iso")
    candidates = [date.get(name) for name in names] if isinstance(date, dict) else [date]
    unread = None
    for candidate in candidates:
        text = str(candidate).strip() if isinstance(candidate, str | int | float) else ""
        if not text:
            continue
        zone = None
        # Asked for only where it makes a difference: what was asked for belongs to the reading.
        if sample is not None and sample.zone_given and is_local(text) and sample.zone:
            zone = ZoneInfo(sample.zone)
        if (moment := read_time(text, zone=zone)) is not None:
            return moment
        unread = text
    return unread


def _text(value: Any, field: str = "#text") -> str | None:  # noqa: ANN401 - JSON
    """A name that is a string, or an object's ``#text`` or ``name``."""
    if isinstance(value, dict):
        inner = value.get(field)
        value = value.get("name") if inner in (None, "") and field == "#text" else inner
    elif field != "#text":
        return None
    return clean(value) if isinstance(value, str) else None
