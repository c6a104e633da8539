"""Tables that Tidal and Deezer hand out on request: what was played, when, and for how long.

Tidal's ``streaming.csv`` has the start to the minute, day first, on the clock of the zone that the
record names. Deezer's spreadsheet, saved as CSV, has the start to the second and no zone. Of
addresses, devices and towns, which both have, nothing is read.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sotw.ingest.formats.players import table_rows
from sotw.ingest.reading.delimited import WRONG_WIDTH, split_record
from sotw.ingest.reading.format import Format
from sotw.ingest.reading.json_values import as_milliseconds, batches, reject_text
from sotw.ingest.reading.texts import clean, open_text, stated_order, stated_zone
from sotw.ingest.reading.times import day_order, is_local, read_time

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pyarrow as pa

    from sotw.ingest.reading.documents import Document
    from sotw.ingest.reading.texts import Sample, Tally

__all__ = ["FORMATS"]

_ALBUMS = ("album_title", "album_name", "album")


@dataclass(frozen=True, slots=True)
class _Service:
    """Which headings of a table hold what.

    Attributes:
        artist: Heading of the artist.
        track: Heading of the track.
        time: Heading of the time.
        played: Heading of how long it was played.
        unit: Milliseconds in a unit of that.
        order: Of day and month where no date tells it.
    """

    artist: str
    track: str
    time: str
    played: str
    unit: int
    order: str | None

    def recognise(self, sample: Sample) -> bool:
        """Whether a table has the headings."""
        return {self.artist, self.track, self.time, self.played} <= set(sample.header)

    def read(self, document: Document, sample: Sample, tally: Tally) -> Iterator[pa.Table]:
        """Yield plays; a record that names its zone is of that zone."""
        header, texts = sample.header, self._sampled_times(sample)
        order = self.order
        if order is None or sample.order_given is not None or day_order(texts) is not None:
            order = stated_order(sample, tally, texts)
        zone = None
        if any(map(is_local, texts)):
            zone = stated_zone(sample, tally)

        def read_one(record: tuple[int, list[str] | None]) -> dict[str, Any]:
            line, row = record
            if row is None:
                return {"line": line, "reason": WRONG_WIDTH}
            fields = dict(zip(header, row, strict=True))
            own = _zone(fields.get("time_zone", "").strip())
            return {"line": line} | self._play(fields, order, own or zone)

        with open_text(document, sample) as stream:
            yield from batches("plays", table_rows(stream, sample), read_one, tally)

    def _sampled_times(self, sample: Sample) -> list[str]:
        at, width = sample.header.index(self.time), len(sample.header)
        lines = sample.head.splitlines()[1:]
        rows = (split_record(line, sample.delimiter) for line in lines)
        return [row[at].strip() for row in rows if len(row) == width]

    def _play(
        self, fields: dict[str, str], order: str | None, zone: ZoneInfo | None
    ) -> dict[str, Any]:
        album = next((fields[name] for name in _ALBUMS if name in fields), "")
        time = fields[self.time].strip()
        play: dict[str, Any] = {
            "artist": clean(fields[self.artist]),
            "track": clean(fields[self.track]),
            "album": clean(album),
            "ms_played": as_milliseconds(fields[self.played], self.unit),
            "time_kind": "start",
        }
        if fields.get("product_type", "").strip().upper() == "VIDEO":
            play["content_type"] = "video"
        if (moment := read_time(time, order, zone)) is not None:
            play |= {"played_at": moment[0], "time_precision": moment[1]}
        elif time:
            kept = {"artist": play["artist"], "track": play["track"], "time": time}
            play |= {"reason": "time not understood", "record": reject_text(kept)}
        return play


@lru_cache(maxsize=1_000)
def _zone(name: str) -> ZoneInfo | None:
    if not name or name.lower() == "null":
        return None
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


_TIDAL = _Service("artist_name", "track_title", "entry_date", "stream_duration_ms", 1, "dmy")
_DEEZER = _Service("artist", "song_title", "date", "listening_time", 1000, None)

FORMATS: tuple[Format, ...] = (
    Format("tidal", "plays", "tidal", _TIDAL.recognise, _TIDAL.read),
    Format("deezer", "plays", "deezer", _DEEZER.recognise, _DEEZER.read),
)
