"""What programs make of Spotify's account data and of its API: a table, and the last fifty plays.

A table has the account's plays with their own names as headings. The API's stamp of a play has
been its end and its start at different times, so it is taken for neither.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from sotw.ingest.formats.lastfm.tables import read_faults
from sotw.ingest.formats.spotify.account import account_play
from sotw.ingest.formats.spotify.records import column, is_by_minute, order_of_times
from sotw.ingest.reading.delimited import read_records
from sotw.ingest.reading.format import Format
from sotw.ingest.reading.json_stream import elements
from sotw.ingest.reading.json_values import (
    as_fields,
    as_list,
    as_milliseconds,
    as_moment,
    as_text,
    batches,
    reject_text,
    timed,
)
from sotw.ingest.reading.texts import open_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pyarrow as pa

    from sotw.ingest.reading.documents import Document
    from sotw.ingest.reading.texts import Sample, Tally

__all__ = ["FORMATS"]

# Headings, and the fields of the JSON that they are.
_HEADINGS = {
    "endtime": "endTime",
    "end_time": "endTime",
    "artistname": "artistName",
    "artist_name": "artistName",
    "trackname": "trackName",
    "track_name": "trackName",
    "msplayed": "msPlayed",
    "ms_played": "msPlayed",
    "albumname": "albumName",
    "album_name": "albumName",
    "track_id": "trackUri",
    "trackid": "trackUri",
    "track_uri": "trackUri",
    "trackuri": "trackUri",
    "spotify_track_uri": "trackUri",
    "podcastname": "podcastName",
    "episodename": "episodeName",
    "audiobookname": "audiobookName",
    "chaptername": "chapterName",
}
_NAMES = (
    {"artistName", "trackName"},
    {"podcastName", "episodeName"},
    {"audiobookName", "chapterName"},
)
_PLACES = ("items[].", "")


def is_plays_table(sample: Sample) -> bool:
    """The headings that the account's plays have as fields."""
    named = {_HEADINGS[name] for name in sample.header if name in _HEADINGS}
    return not sample.is_json and "endTime" in named and any(names <= named for names in _NAMES)


def read_plays_table(document: Document, sample: Sample, tally: Tally) -> Iterator[pa.Table]:
    """Yield the plays; each ends at its minute, unless the times have seconds."""
    places = {_HEADINGS[name]: at for at, name in enumerate(sample.header) if name in _HEADINGS}
    at = places["endTime"]
    order = order_of_times(document, sample, at, tally)
    is_rounded = is_by_minute(column(document, sample, at), order)
    understand = partial(_table_play, places=places, order=order, is_rounded=is_rounded)
    with open_text(document, sample) as stream:
        for chunk in read_records(
            stream, delimiter=sample.delimiter, widths=(len(sample.header),), skip_header=True
        ):
            if chunk.faults:
                tally.read += len(chunk.faults)
                yield read_faults("plays", chunk, is_open=False)
            rows = zip(chunk.lines, chunk.rows, strict=True)
            yield from batches("plays", rows, understand, tally)


def _table_play(
    record: tuple[int, list[str]], places: dict[str, int], order: str | None, *, is_rounded: bool
) -> dict[str, Any]:
    line, row = record
    # An empty cell says nothing.
    fields = {name: row[at] for name, at in places.items() if row[at].strip()}
    play = account_play(fields, "track", order=order, is_rounded=is_rounded)
    return play | {"line": line}


def is_recent(sample: Sample) -> bool:
    """Answers of the API's recently played tracks, or the items in them."""
    paths = sample.json_paths
    return any({f"{at}played_at", f"{at}track.name"} <= paths for at in _PLACES)


def read_recent(document: Document, sample: Sample, tally: Tally) -> Iterator[pa.Table]:
    """Yield the plays of one answer, or of several.

    Raises:
        SourceError: The text is cut off.
    """
    with open_text(document, sample) as stream:
        items = (
            item
            for element in elements(stream, document.name)
            for item in (
                as_list(element["items"])
                if isinstance(element, dict) and "items" in element
                else [element]
            )
        )
        yield from batches("plays", items, _recent_play, tally)


def _recent_play(item: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
    fields = as_fields(item)
    track = as_fields(fields.get("track"))
    artists = [as_text(as_fields(artist).get("name")) for artist in as_list(track.get("artists"))]
    identity = as_text(track.get("id"))
    play = timed(as_moment(fields.get("played_at"))) | {
        "artist": next((name for name in artists if name), None),
        "track": as_text(track.get("name")),
        "album": as_text(as_fields(track.get("album")).get("name")),
        "duration_ms": as_milliseconds(track.get("duration_ms")) or None,
        "spotify_track_id": identity if identity and identity.isalnum() else None,
        "time_kind": "unknown",
    }
    if not fields:
        play["reason"] = "not a play"
    if play.get("reason"):
        play["record"] = reject_text({name: play.get(name) for name in ("artist", "track")})
    return play


FORMATS: tuple[Format, ...] = (
    Format("spotify account table", "plays", "spotify", is_plays_table, read_plays_table),
    Format("spotify recently played", "plays", "spotify_api", is_recent, read_recent),
)
