"""Last.fm histories: lastfm-to-csv, ghan.nl as CSV and JSON, and tables with the usual headings.

They are one source: their plays have the same natural key, so the exports of one account may
overlap. Last.fm stamps the start of a play. lastfm-to-csv writes minutes, the others seconds;
sql/ingest/judge_plays.sql tells how the two meet.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from sotw.errors import SourceError
from sotw.ingest.delimited import Chunk, read_records
from sotw.ingest.json_stream import elements
from sotw.ingest.rows import MOST_RECORD_CHARACTERS, table
from sotw.ingest.texts import clean, open_text
from sotw.ingest.times import Moment, parse_time

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    import pyarrow as pa

    from sotw.ingest.documents import Document
    from sotw.ingest.texts import Sample, Tally

__all__ = [
    "FIELDS",
    "Layout",
    "find_layout",
    "is_ghan_table",
    "is_json",
    "is_lastfm_to_csv",
    "is_table",
    "read_faults",
    "read_json",
    "read_lastfm_to_csv",
    "read_moments",
    "read_table",
    "read_with_layout",
]

# First come, first taken: seconds before minutes, UTC before whatever else there is.
TIME_FIELDS = (
    "uts",
    "date_uts",
    "unix_timestamp",
    "unix_time",
    "epoch",
    "timestamp",
    "utc_time",
    "time_utc",
    "date_utc",
    "played_at",
    "listened_at",
    "scrobbled_at",
    "scrobble_time",
    "datetime",
    "date_time",
    "date",
    "time",
)
FIELDS = {
    "artist": ("artist", "artist_name", "artists", "track_artist"),
    "track": ("track", "track_name", "title", "song", "name", "song_name", "track_title"),
    "album": ("album", "album_name", "album_title", "release", "release_name"),
    "artist_mbid": ("artist_mbid", "artist_mb_id"),
    "track_mbid": ("track_mbid", "mbid", "recording_mbid"),
    "album_mbid": ("album_mbid", "release_mbid"),
}
# Headings that say nothing of a person: a rejected record may be kept with them.
_HARMLESS = {"", "index", "unnamed_0", "scrobble_number", "number", "loved"}
_JSON_BATCH = 50_000


@dataclass(frozen=True, slots=True)
class Layout:
    """Which column of a table holds what.

    Attributes:
        width: Columns in all.
        fields: Position of each of ``FIELDS`` that is there.
        times: Positions of the time, the preferred first.
        is_open: Whether no column may hold personal data, so that rejects keep the whole record.
        delimiter: Between fields.
        precision: Set where the writer is known to have cut the seconds.
    """

    width: int
    fields: dict[str, int]
    times: tuple[int, ...]
    is_open: bool
    delimiter: str = ","
    precision: str | None = None

    def record(self, row: Sequence[str]) -> str:
        """A record's text as rejects keep it: only what we would have kept anyway."""
        if not self.is_open:
            row = [row[position] for position in sorted({*self.fields.values(), *self.times})]
        return self.delimiter.join(row)[:MOST_RECORD_CHARACTERS]


_LASTFM_TO_CSV = Layout(4, {"artist": 0, "album": 1, "track": 2}, (3,), is_open=True)


def find_layout(
    header: list[str], delimiter: str = ",", times: Sequence[str] = TIME_FIELDS
) -> Layout | None:
    """Read headings; null where there is no artist, no track or no time among them."""
    fields = {
        field: header.index(name)
        for field, names in FIELDS.items()
        for name in reversed(names)
        if name in header
    }
    found = tuple(header.index(name) for name in times if name in header)
    if not found or "artist" not in fields or "track" not in fields:
        return None
    known = {*fields.values(), *found}
    is_open = all(position in known or name in _HARMLESS for position, name in enumerate(header))
    return Layout(len(header), fields, found, is_open, delimiter)


def is_lastfm_to_csv(sample: Sample) -> bool:
    """No heading; most records are artist, album, track, and a time without seconds."""
    fitting = [row for row in sample.records if len(row) == 4 and parse_time(row[3].strip())]
    return 0 < len(sample.records) <= 2 * len(fitting)


def is_ghan_table(sample: Sample) -> bool:
    """The headings of ghan.nl's CSV."""
    return {"uts", "utc_time"} <= set(sample.header) and is_table(sample)


def is_table(sample: Sample) -> bool:
    """Headings for a time, an artist and a track."""
    return find_layout(sample.header) is not None


def is_json(sample: Sample) -> bool:
    """Pages of user.getRecentTracks, as ghan.nl and others save them, or a bare list of tracks."""
    if not sample.is_json:
        return False
    has_track = '"artist"' in sample.head and '"name"' in sample.head
    has_time = '"uts"' in sample.head or '"nowplaying"' in sample.head or '"date"' in sample.head
    return has_track and has_time


def read_lastfm_to_csv(document: Document, sample: Sample, tally: Tally) -> Iterator[pa.Table]:
    """Artist, album, track, ``12 Mar 2024 09:42``."""
    layout = replace(_LASTFM_TO_CSV, delimiter=sample.delimiter_given or ",")
    return read_with_layout(document, sample, tally, layout, skip_header=False)


def read_table(document: Document, sample: Sample, tally: Tally) -> Iterator[pa.Table]:
    """A table whose headings say what is where."""
    layout = find_layout(sample.header, sample.delimiter)
    if layout is None:
        raise SourceError(f"{document.name}: no heading for time, artist and track. Add them.")
    return read_with_layout(document, sample, tally, layout, skip_header=True)


def read_with_layout(
    document: Document, sample: Sample, tally: Tally, layout: Layout, *, skip_header: bool
) -> Iterator[pa.Table]:
    """Yield the plays of a table, and its faulty records."""
    with open_text(document, sample) as stream:
        chunks = read_records(
            stream,
            delimiter=layout.delimiter,
            widths=(layout.width,),
            skip_header=skip_header,
        )
        for chunk in chunks:
            tally.read += chunk.records
            if chunk.rows:
                yield _plays(chunk, layout)
            if chunk.faults:
                yield read_faults("plays", chunk, is_open=layout.is_open)


def read_faults(kind: str, chunk: Chunk, *, is_open: bool) -> pa.Table:
    """The records of a chunk that could not be split, as rejects."""
    return table(
        kind,
        {
            "line": [line for line, _, _ in chunk.faults],
            "reason": [reason for _, reason, _ in chunk.faults],
            "record": [
                text[:MOST_RECORD_CHARACTERS] if is_open else None for _, _, text in chunk.faults
            ],
        },
    )


def read_moments(
    columns: Sequence[Sequence[str]], times: Iterable[int]
) -> list[Moment | str | None]:
    """The time of each row from its first column that has one; the text where none is understood.

    Null means that no column says anything.
    """
    found: list[Moment | str | None] = [None] * len(columns[0])
    for position in times:
        texts = columns[position]
        found = [
            _read_moment(text, so_far) if not isinstance(so_far, tuple) else so_far
            for text, so_far in zip(texts, found, strict=True)
        ]
    return found


def _read_moment(text: str, so_far: Moment | str | None) -> Moment | str | None:
    text = text.strip()
    return (parse_time(text) or text) if text else so_far


def _plays(chunk: Chunk, layout: Layout) -> pa.Table:
    columns = list(zip(*chunk.rows, strict=True))
    moments = read_moments(columns, layout.times)
    plays: dict[str, Any] = {
        field: [clean(text) for text in columns[position]]
        for field, position in layout.fields.items()
    }
    if (album_mbids := plays.pop("album_mbid", None)) is not None:
        plays["payload"] = [_payload(mbid) for mbid in album_mbids]
    plays |= _times(moments, layout.precision) | {"line": chunk.lines}
    odd = {place for place, moment in enumerate(moments) if isinstance(moment, str)}
    if odd:
        places = range(len(moments))
        plays["reason"] = ["time not understood" if place in odd else None for place in places]
        plays["record"] = [
            layout.record(chunk.rows[place]) if place in odd else None for place in places
        ]
    return table("plays", plays)


def _times(moments: Sequence[Moment | str | None], precision: str | None) -> dict[str, Any]:
    return {
        "played_at": [moment[0] if isinstance(moment, tuple) else None for moment in moments],
        "time_precision": [
            (precision or moment[1]) if isinstance(moment, tuple) else None for moment in moments
        ],
    }


def _payload(album_mbid: str | None) -> str | None:
    if album_mbid is None:
        return None
    return json.dumps({"album_mbid": album_mbid}, ensure_ascii=False)


def read_json(document: Document, sample: Sample, tally: Tally) -> Iterator[pa.Table]:
    """Pages of tracks as the API gives them; numbers are strings, a lone track is no list.

    Raises:
        SourceError: The text is cut off, or is an error message of the API.
    """
    with open_text(document, sample) as stream:
        batch: list[Any] = []
        for element in elements(stream, document.name):
            if isinstance(element, dict) and "error" in element:
                raise SourceError(
                    f"{document.name}: Last.fm answered error {element['error']} "
                    f"({element.get('message', 'no message')}). Ask for the export again."
                )
            tracks = _tracks(element)
            tally.read += len(tracks)
            batch.extend(tracks)
            if len(batch) >= _JSON_BATCH:
                yield _json_plays(batch, tally.read - len(batch) + 1)
                batch = []
        if batch:
            yield _json_plays(batch, tally.read - len(batch) + 1)


def _tracks(element: Any) -> list[Any]:  # noqa: ANN401 - JSON
    """The records within a page, however it is wrapped; anything unknown is one faulty record."""
    if isinstance(element, list):
        return [track for part in element for track in _tracks(part)]
    if isinstance(element, dict):
        for wrapper in ("recenttracks", "track", "tracks", "scrobbles"):
            if isinstance(element.get(wrapper), dict | list):
                return _tracks(element[wrapper])
        if set(element) <= {"@attr"}:
            return []
    return [element]


def _json_plays(tracks: list[Any], first: int) -> pa.Table:
    plays = [_json_play(track) for track in tracks]
    columns = {name: [play[name] for play in plays] for name in plays[0]}
    return table("plays", columns | {"line": list(range(first, first + len(plays)))})


def _json_play(track: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
    fields = track if isinstance(track, dict) else {}
    moment = _json_moment(fields.get("date"))
    play = {
        "artist": _text(fields.get("artist")),
        "track": _text(fields.get("name")),
        "album": _text(fields.get("album")),
        "artist_mbid": _text(fields.get("artist"), "mbid"),
        "track_mbid": _text(fields.get("mbid")),
        "payload": _payload(_text(fields.get("album"), "mbid")),
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
    kept = {name: fields[name] for name in ("artist", "name", "album", "date") if name in fields}
    record = json.dumps(kept, ensure_ascii=False)[:MOST_RECORD_CHARACTERS] if reason else None
    return play | {"reason": reason, "record": record}


def _is_now_playing(fields: dict[str, Any]) -> bool:
    attributes = fields.get("@attr")
    return isinstance(attributes, dict) and str(attributes.get("nowplaying")).lower() == "true"


def _json_moment(date: Any) -> Moment | str | None:  # noqa: ANN401 - JSON
    """The time of a track: ``uts`` has seconds, ``#text`` only minutes."""
    candidates = [date.get("uts"), date.get("#text")] if isinstance(date, dict) else [date]
    unread = None
    for candidate in candidates:
        text = str(candidate).strip() if isinstance(candidate, str | int | float) else ""
        if not text:
            continue
        if (moment := parse_time(text)) is not None:
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
