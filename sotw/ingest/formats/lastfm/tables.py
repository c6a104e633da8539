"""Last.fm histories: lastfm-to-csv, ghan.nl's CSV, and tables with the usual headings.

They are one source: their plays have the same natural key, so the exports of one account may
overlap. Last.fm stamps the start of a play. lastfm-to-csv writes minutes, the others seconds;
sql/ingest/plays/judge.sql tells how the two meet.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from sotw.errors import SourceError
from sotw.ingest.reading.delimited import Chunk, read_records, split_record
from sotw.ingest.reading.json_values import as_uuid
from sotw.ingest.reading.rows import MOST_RECORD_CHARACTERS, table
from sotw.ingest.reading.texts import clean, open_text, stated_order, stated_zone
from sotw.ingest.reading.times import Moment, is_local, like_a_time, parse_time, read_time

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import pyarrow as pa

    from sotw.ingest.reading.documents import Document
    from sotw.ingest.reading.texts import Sample, Tally

__all__ = [
    "FIELDS",
    "LASTFM_TO_CSV",
    "TIME_FIELDS",
    "Layout",
    "album_payload",
    "find_layout",
    "has_headings",
    "in_time",
    "is_ghan_table",
    "is_lastfm_to_csv",
    "is_stats_header",
    "is_stats_table",
    "is_table",
    "read_faults",
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
    "unixtime",
    "unixtimestamp",
    "epoch",
    "timestamp",
    "utc_time",
    "time_utc",
    "date_utc",
    "played_at",
    "listened_at",
    "scrobbled_at",
    "scrobble_time",
    "timestamp_utc",
    "iso_time",
    "date_played",
    "entry_date",
    "datetime",
    "date_time",
    "date",
    "time",
    *("date_listened", "listen_date", "play_date", "played_date", "playback_date", "scrobble_date"),
    *("start_time", "started_at", "datetime_utc", "ts"),
    *("datum", "zeit", "zeitpunkt", "fecha", "data", "data_ora", "дата", "время", "日時", "时间"),
)
# lastfmstats.com puts the account's name into a heading: Date#name.
_STATS_HEADER = ["artist", "album", "albumid", "track"]
FIELDS = {
    "artist": (
        *("artist", "artist_name", "artists", "track_artist", "artist_name_s", "artistname"),
        *("künstler", "interpret", "artiste", "artista", "artiest", "wykonawca", "исполнитель"),
        *("アーティスト", "艺术家", "艺人"),
    ),
    "track": (
        *("track", "track_name", "title", "song", "name", "song_name", "track_title"),
        *("trackname", "songname", "song_title"),
        *("titel", "titre", "título", "titulo", "titolo", "canción", "nummer", "utwór", "tytuł"),
        *("трек", "название", "песня", "曲名", "歌曲"),
    ),
    "album": (
        *("album", "album_name", "album_title", "release", "release_name"),
        "albumname",
        *("álbum", "альбом", "アルバム", "专辑"),
    ),
    "artist_mbid": ("artist_mbid", "artist_mb_id"),
    "track_mbid": ("track_mbid", "mbid", "recording_mbid"),
    "album_mbid": ("album_mbid", "release_mbid"),
}
# A date in one column, the time of its day in another.
_DATES = (
    *("date", "play_date", "date_played", "listen_date", "date_listened", "played_date", "day"),
    *("scrobble_date", "datum", "fecha", "data", "дата", "日付", "日期"),
)
_CLOCKS = (
    *("time", "play_time", "time_played", "listen_time", "time_listened", "played_time"),
    *("scrobble_time", "time_of_day", "clock", "start_time", "uhrzeit", "zeit", "hora", "heure"),
    *("ora", "tijd", "tid", "klokkeslett", "kello", "godzina", "čas", "saat", "время", "час"),
    *("時刻", "时间", "時間"),
)
_CLOCK_ALONE = re.compile(r"\D{0,5}\d{1,2}[:.h時时시]\s?\d{1,2}")
_PART_OF_A_DAY = re.compile(r"0[.,]\d{1,17}")
# Headings that say nothing of a person: a rejected record may be kept with them.
_HARMLESS = {"", "index", "unnamed_0", "scrobble_number", "number", "loved"}


@dataclass(frozen=True, slots=True)
class Layout:
    """Which column of a table holds what.

    Attributes:
        width: Columns in all.
        fields: Position of each of ``FIELDS`` that is there.
        times: Positions of the time, the preferred first.
        parts: Positions of a date and of the time of its day, where two columns have them.
        is_open: Whether no column may hold personal data, so that rejects keep the whole record.
        delimiter: Between fields.
        precision: Set where the writer is known to have cut the seconds.
        order: Of day and month in dates with slashes, ``dmy`` or ``mdy``; null where unknown.
        zone: Of clocks whose times have none, where the caller says so.
    """

    width: int
    fields: dict[str, int]
    times: tuple[int, ...]
    is_open: bool
    delimiter: str = ","
    parts: tuple[int, int] | None = None
    precision: str | None = None
    order: str | None = None
    zone: ZoneInfo | None = None

    def record(self, row: Sequence[str]) -> str:
        """A record's text as rejects keep it: only what we would have kept anyway."""
        ids = {position for name, position in self.fields.items() if name.endswith("_mbid")}
        times = {*self.times, *(self.parts or ())}
        shown = [
            like_a_time(text) if at in times else (as_uuid(text) or "") if at in ids else text
            for at, text in enumerate(row)
        ]
        if not self.is_open:
            kept = {*self.fields.values(), *times}
            shown = [shown[position] for position in sorted(kept)]
        return self.delimiter.join(shown)[:MOST_RECORD_CHARACTERS]


LASTFM_TO_CSV = Layout(4, {"artist": 0, "album": 1, "track": 2}, (3,), is_open=True)


def find_layout(
    header: list[str], delimiter: str = ",", times: Sequence[str] = TIME_FIELDS
) -> Layout | None:
    """Read headings; null where there is no artist, no track or no time among them."""
    if is_stats_header(header):
        header = [*_STATS_HEADER, "date"]
    fields = {
        field: header.index(name)
        for field, names in FIELDS.items()
        for name in reversed(names)
        if name in header
    }
    found = tuple(header.index(name) for name in times if name in header)
    date, clock = (
        next((header.index(name) for name in names if name in header), None)
        for names in (_DATES, _CLOCKS)
    )
    # What is exact by itself needs no second column.
    is_apart = date is not None and clock is not None and found and found[0] in (date, clock)
    parts = (date, clock) if date is not None and clock is not None and is_apart else None
    if not found or "artist" not in fields or "track" not in fields:
        return None
    known = {*fields.values(), *found, *(parts or ())}
    is_open = all(position in known or name in _HARMLESS for position, name in enumerate(header))
    return Layout(len(header), fields, found, is_open, delimiter, parts)


def is_lastfm_to_csv(sample: Sample) -> bool:
    """No heading; most records are artist, album, track, and a time without seconds."""
    fitting = [row for row in sample.records if len(row) == 4 and _is_clock(row[3].strip())]
    if not 0 < len(sample.records) <= 2 * len(fitting):
        return False
    # Headings in a language that is not known: what stands where, they alone would tell.
    last = sample.records[0][-1].strip()
    return not last or any(mark.isdigit() for mark in last) or len(sample.records[0]) != 4


def _is_clock(text: str) -> bool:
    """Whether a text is a time; a small number is a count or a duration."""
    return parse_time(text) is not None and not (text.isdecimal() and len(text) < 9)


def is_stats_header(header: list[str]) -> bool:
    """The headings of lastfmstats.com's CSV."""
    return header[:-1] == _STATS_HEADER and header[-1].startswith("date")


def is_stats_table(sample: Sample) -> bool:
    """The CSV of lastfmstats.com."""
    return is_stats_header(sample.header)


def is_ghan_table(sample: Sample) -> bool:
    """The headings of ghan.nl's CSV."""
    return {"uts", "utc_time"} <= set(sample.header) and is_table(sample)


def is_table(sample: Sample) -> bool:
    """Headings for a time, an artist and a track."""
    return find_layout(sample.header) is not None


def read_lastfm_to_csv(document: Document, sample: Sample, tally: Tally) -> Iterator[pa.Table]:
    """Artist, album, track, ``12 Mar 2024 09:42``."""
    layout = replace(LASTFM_TO_CSV, delimiter=sample.delimiter_given or ",")
    return read_with_layout(document, sample, tally, layout, skip_header=False)


def read_table(document: Document, sample: Sample, tally: Tally) -> Iterator[pa.Table]:
    """A table whose headings say what is where."""
    layout = find_layout(sample.header, sample.delimiter)
    if layout is None:
        raise SourceError(f"{document.name}: no heading for time, artist and track. Add them.")
    layout = in_time(layout, document, sample, tally)
    return read_with_layout(document, sample, tally, layout, skip_header=has_headings(sample))


def has_headings(sample: Sample) -> bool:
    """Whether the first record names the columns; where the caller does, it may be a play."""
    if sample.columns is None:
        return True
    layout = find_layout(sample.header, sample.delimiter)
    first = next(iter(sample.head.splitlines()), "")
    return layout is None or not any(map(_is_of_any_order, _times_of(first, layout)))


def _is_of_any_order(text: str) -> bool:
    return any(parse_time(text, order) for order in ("dmy", "mdy", "ymd"))


def in_time(layout: Layout, document: Document, sample: Sample, tally: Tally) -> Layout:
    """The layout with how its times are to be read: the order of dates in numbers, and the zone.

    Both as the caller says, the order else as the dates tell it.
    """
    lines = sample.head.splitlines()[has_headings(sample) :]
    texts = [text for line in lines for text in _times_of(line, layout)]
    order = stated_order(sample, tally, texts, lambda: _all_times(document, sample, layout))
    layout = replace(layout, order=order)
    headings = [sample.header[at] for at in layout.times]
    is_utc = any(mark in name for name in headings for mark in ("utc", "uts", "unix", "epoch"))
    said = sample.zone_given
    if is_utc or not any(map(is_local, texts)):
        if said:
            tally.notes.append(f"--zone {said} changes nothing: its times say their zone")
        return layout
    # Of several times beside each other the first that is understood is the play's.
    if any(is_local(next(filter(_is_of_any_order, _times_of(line, layout)), "")) for line in lines):
        return replace(layout, zone=stated_zone(sample, tally))
    if said:
        tally.notes.append(f"--zone {said} changes nothing but rows without a '{headings[0]}'")
    return replace(layout, zone=ZoneInfo(sample.zone) if sample.zone else None)


def _times_of(line: str, layout: Layout) -> list[str]:
    """The times of a line, as they may be understood."""
    row = [field.strip() for field in split_record(line, layout.delimiter)]
    if len(row) != layout.width:
        return []
    return _together(row, layout.parts) + [row[at] for at in layout.times]


def _together(row: Sequence[str], parts: tuple[int, int] | None) -> list[str]:
    """A date and the time of its day as one text, where a row has them apart; else nothing."""
    if parts is None:
        return []
    date, clock = (row[at].strip() for at in parts)
    if _PART_OF_A_DAY.fullmatch(clock) and date.isdecimal():
        # Of a spreadsheet: 45363 and 0.4041.
        return [f"{date}.{clock[2:]}"]
    return [f"{date} {clock}"] if _CLOCK_ALONE.match(clock) and date else []


def _all_times(document: Document, sample: Sample, layout: Layout) -> Iterator[str]:
    """The times of a whole table."""
    with open_text(document, sample) as stream:
        for chunk in read_records(
            stream, delimiter=layout.delimiter, widths=(layout.width,), skip_header=True
        ):
            for row in chunk.rows:
                yield from _together(row, layout.parts) or (row[at].strip() for at in layout.times)


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


def read_moments(columns: Sequence[Sequence[str]], layout: Layout) -> list[Moment | str | None]:
    """The time of each row from its first column that has one; the text where none is understood.

    Null means that no column says anything.
    """
    found: list[Moment | str | None] = [None] * len(columns[0])
    order, zone = layout.order, layout.zone
    if layout.parts is not None:
        pairs = zip(*(columns[at] for at in layout.parts), strict=True)
        joined = ["".join(_together(pair, (0, 1))) for pair in pairs]
        found = [_read_moment(text, None, order, zone) for text in joined]
    for position in layout.times:
        texts = columns[position]
        found = [
            _read_moment(text, so_far, order, zone) if not isinstance(so_far, tuple) else so_far
            for text, so_far in zip(texts, found, strict=True)
        ]
    return found


def _read_moment(
    text: str, so_far: Moment | str | None, order: str | None, zone: ZoneInfo | None
) -> Moment | str | None:
    text = text.strip()
    return (read_time(text, order, zone) or text) if text else so_far


def _plays(chunk: Chunk, layout: Layout) -> pa.Table:
    columns = list(zip(*chunk.rows, strict=True))
    moments = read_moments(columns, layout)
    plays: dict[str, Any] = {
        field: [clean(text) for text in columns[position]]
        for field, position in layout.fields.items()
    }
    if (album_mbids := plays.pop("album_mbid", None)) is not None:
        plays["payload"] = [album_payload(mbid) for mbid in album_mbids]
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


def album_payload(album_mbid: str | None) -> str | None:
    """What a play keeps beside its columns."""
    if album_mbid is None:
        return None
    return json.dumps({"album_mbid": album_mbid}, ensure_ascii=False)
