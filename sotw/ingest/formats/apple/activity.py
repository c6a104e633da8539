"""Apple Music, as privacy.apple.com sends it.

``Apple Music Play Activity.csv`` writes a row each time something happens to a song: only rows of
the event PLAY_END are playback, and each is a segment of a listen, since a pause or a scrub ends
one too. Segments of a song on one device are joined while each ends in a pause and the next
begins within half an hour. The device is compared and never kept. The clock of a row is its end,
and what was played is how far the playhead moved; a SCRUB_END moved it without playing.

What is counted as read are listens and faulty rows, which are what can be kept, known or
rejected. The rows that are no playback, those that say the same again and those joined to another
are in the note of the receipt, so that all rows of the file are accounted for.

The file has had no artist since 2020 or so. ``Apple Music - Play History Daily Tracks.csv`` names
artist and title of what was played on each day; it is read first, and sql/ingest/plays/
fill_apple_artists.sql brings the two together.
"""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from typing import TYPE_CHECKING, Any

from sotw.errors import SourceError
from sotw.ingest.formats.apple.segments import Segment, stitch, without_repeats
from sotw.ingest.formats.lastfm.tables import read_faults
from sotw.ingest.reading.delimited import read_records
from sotw.ingest.reading.format import FIRST, Format, Unread
from sotw.ingest.reading.rows import MOST_RECORD_CHARACTERS, table
from sotw.ingest.reading.texts import clean, open_text
from sotw.ingest.reading.times import like_a_time, likelier, parse_time

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import pyarrow as pa

    from sotw.ingest.reading.documents import Document
    from sotw.ingest.reading.texts import Sample, Tally

__all__ = ["FORMATS", "UNREAD", "is_in_archive", "is_named_for_plays"]

# Headings change over the years; the first that is there and says something counts.
_COLUMNS = {
    "track": ("song_name", "content_name"),
    "album": ("album_name", "container_album_name"),
    "artist": ("artist_name", "content_artist_name", "artist"),
    "container_artist": ("container_artist_name",),
    "container": ("container_type",),
    "event": ("event_type",),
    "ended": ("event_end_timestamp",),
    "started": ("event_start_timestamp",),
    "at": ("event_timestamp",),
    "received": ("event_received_timestamp",),
    "since": ("milliseconds_since_play",),
    "played": ("play_duration_milliseconds",),
    "length": ("media_duration_in_milliseconds", "media_duration_milliseconds"),
    "reason": ("end_reason_type",),
    "media": ("media_type",),
    "shuffle": ("shuffle_play",),
    "offline": ("offline",),
    "device": ("device_identifier", "device_id"),
}
_SKIPPED = {"track_skipped_forwards": True, "natural_end_of_track": False}
# Containers whose "artist" is not the song's.
_CURATED = ("playlist", "radio", "station", "unknown")
_MOST_PLAYED_MS = 24 * 3_600_000
# A row has 145 fields.
_ROWS_AT_ONCE = 5_000
_NUMBER = re.compile(r"-?\d{1,15}(?:\.\d*)?")
_WORD = re.compile(r"[a-z_]{1,60}")
# Where columns are shifted, something of the listener may stand there.
_EVENT = re.compile(r"[A-Z]+(_[A-Z]+)+")
_EPOCH = dt.date(1970, 1, 1)


def is_play_activity(sample: Sample) -> bool:
    """The headings of the log of playback; without a type of event all of it is playback."""
    header = set(sample.header)
    times = ("ended", "started", "at", "received")
    return (
        "play_duration_milliseconds" in header
        and not header.isdisjoint(_COLUMNS["track"])
        and any(not header.isdisjoint(_COLUMNS[time]) for time in times)
    )


def is_daily_tracks(sample: Sample) -> bool:
    """The headings of what was played on which day."""
    return {"track_description", "date_played"} <= set(sample.header)


def read_play_activity(document: Document, sample: Sample, tally: Tally) -> Iterator[pa.Table]:
    """The listens of a log, and the rows that cannot be one."""
    read_field = _field_reader(sample.header)
    segments: list[Segment] = []
    others: Counter[str] = Counter()
    with open_text(document, sample) as stream:
        chunks = read_records(
            stream,
            delimiter=sample.delimiter,
            widths=(len(sample.header),),
            skip_header=True,
            chunk_size=_ROWS_AT_ONCE,
        )
        for chunk in chunks:
            faulty: list[tuple[int, str, str]] = []
            for line, row in zip(chunk.lines, chunk.rows, strict=True):
                event = read_field(row, "event").upper()
                if event not in ("PLAY_END", ""):
                    others[event.lower() if _EVENT.fullmatch(event) else "other"] += 1
                    continue
                found = _segment(row, line, read_field)
                if isinstance(found, Segment):
                    segments.append(found)
                else:
                    faulty.append((line, *found))
            tally.read += len(faulty) + len(chunk.faults)
            if chunk.faults:
                yield read_faults("plays", chunk, is_open=False)
            if faulty:
                lines, reasons, records = zip(*faulty, strict=True)
                yield table("plays", {"line": lines, "reason": reasons, "record": records})
    unique = without_repeats(segments)
    listens = stitch(unique)
    tally.read += len(listens)
    if others:
        tally.notes.append(f"no playback ({', '.join(sorted(others))}): {others.total():,} rows")
    if repeats := len(segments) - len(unique):
        tally.notes.append(f"the same again: {repeats:,} rows")
    if joined := len(unique) - len(listens):
        tally.notes.append(f"joined to the listen that they go on with: {joined:,} rows")
    if not tally.read and others:
        raise SourceError(
            f"{document.name}: none of its {others.total():,} rows is playback (PLAY_END). "
            "Ask Apple for the data again."
        )
    if listens:
        yield _plays(listens)


def _field_reader(header: list[str]) -> Callable[[list[str], str], str]:
    places = {
        field: [header.index(name) for name in names if name in header]
        for field, names in _COLUMNS.items()
    }

    def read_field(row: list[str], field: str) -> str:
        for place in places[field]:
            if text := row[place].strip():
                return text
        return ""

    return read_field


def _segment(
    row: list[str], line: int, read_field: Callable[[list[str], str], str]
) -> Segment | tuple[str, str]:
    """A row of playback; or reason and record where it is none that can be used."""
    track, album = clean(read_field(row, "track")), clean(read_field(row, "album"))
    length = _number(read_field(row, "length")) or 0
    played = _number(read_field(row, "played"))
    ended_at = _end(row, played, read_field)
    if not isinstance(ended_at, int) or track is None:
        parts = (album, track, like_a_time(ended_at) if isinstance(ended_at, str) else None)
        record = ", ".join(part for part in parts if part)[:MOST_RECORD_CHARACTERS]
        if track is None:
            return "no track", record
        return "no time" if ended_at is None else "time not understood", record
    if played is not None:
        # The playhead may jump back; and no segment is longer than its song.
        played = max(0, min(played, length) if length > 0 else played)
    if played is None or played > _MOST_PLAYED_MS:
        played = -1
    reason = read_field(row, "reason").lower()
    return Segment(
        device=read_field(row, "device"),
        ended_at=ended_at,
        is_scrub=reason == "scrub_end",
        track=track,
        album=album or "",
        artist=_artist(row, read_field) or "",
        reason=reason if _WORD.fullmatch(reason) else "",
        played_ms=played,
        length_ms=max(length, 0),
        is_video="video" in read_field(row, "media").lower(),
        shuffle={"shuffle_on": 1, "shuffle_off": 0}.get(read_field(row, "shuffle").lower(), -1),
        offline={"true": 1, "false": 0}.get(read_field(row, "offline").lower(), -1),
        line=line,
    )


def _number(text: str) -> int | None:
    return int(text.partition(".")[0]) if _NUMBER.fullmatch(text) else None


def _end(
    row: list[str], played: int | None, read_field: Callable[[list[str], str], str]
) -> int | str | None:
    """When it ended, in UTC as Apple writes it; the text where that is no time.

    The start is nothing but the end less what was played, so it leads back to it. A clock of the
    device that cannot be right gives way to that of Apple.
    """
    since = _number(read_field(row, "since")) or 0
    received = parse_time(read_field(row, "received"))
    reported_at = None if received is None else received[0] - since * 1000
    for field, more in (("ended", 0), ("started", played or 0), ("at", 0), ("received", -since)):
        if text := read_field(row, field):
            moment = parse_time(text)
            return text if moment is None else likelier(moment[0] + more * 1000, reported_at)
    return None


def _artist(row: list[str], read_field: Callable[[list[str], str], str]) -> str | None:
    """The song's artist, or its album's; of a playlist or a station it is somebody else."""
    if (artist := clean(read_field(row, "artist"))) is not None:
        return artist
    container = read_field(row, "container").lower()
    artist = clean(read_field(row, "container_artist"))
    if artist is None or any(word in container for word in _CURATED):
        return None
    return None if artist.lower() == "various artists" else artist


def _plays(listens: list[Segment]) -> pa.Table:
    truth = {1: True, 0: False}
    return table(
        "plays",
        {
            "line": [listen.line for listen in listens],
            "artist": [listen.artist or None for listen in listens],
            "track": [listen.track for listen in listens],
            "album": [listen.album or None for listen in listens],
            "played_at": [listen.ended_at for listen in listens],
            "time_precision": ["second"] * len(listens),
            "time_kind": ["end"] * len(listens),
            "content_type": ["video" if listen.is_video else "track" for listen in listens],
            "ms_played": [
                listen.played_ms if listen.played_ms >= 0 else None for listen in listens
            ],
            "duration_ms": [listen.length_ms or None for listen in listens],
            "skipped": [_SKIPPED.get(listen.reason) for listen in listens],
            "reason_end": [listen.reason or None for listen in listens],
            "is_shuffle": [truth.get(listen.shuffle) for listen in listens],
            "is_offline": [truth.get(listen.offline) for listen in listens],
        },
    )


def read_daily_tracks(document: Document, sample: Sample, tally: Tally) -> Iterator[pa.Table]:
    """What was played on each day: ``Artist - Title`` and ``20240312``."""
    described = sample.header.index("track_description")
    dated = sample.header.index("date_played")
    with open_text(document, sample) as stream:
        chunks = read_records(
            stream, delimiter=sample.delimiter, widths=(len(sample.header),), skip_header=True
        )
        for chunk in chunks:
            tally.read += chunk.records
            if chunk.faults:
                yield read_faults("played_days", chunk, is_open=False)
            if chunk.rows:
                rows = [_played_day(row[described], row[dated].strip()) for row in chunk.rows]
                columns: dict[str, list[Any]] = {
                    name: [one[name] for one in rows] for name in rows[0]
                }
                yield table("played_days", columns | {"line": chunk.lines})


def _played_day(description: str, date: str) -> dict[str, Any]:
    # Artists with a dash between blanks are rarer than titles with one.
    artist, _, track = description.partition(" - ")
    day = _day(date)
    found: dict[str, Any] = {"artist": clean(artist), "track": clean(track), "played_on": day}
    reason = None
    if found["artist"] is None or found["track"] is None:
        reason = "no artist and title"
    elif day is None:
        reason = "date not understood" if date else "no date"
    record = f"{description}, {date}"[:MOST_RECORD_CHARACTERS] if reason else None
    return found | {"reason": reason, "record": record}


def _day(text: str) -> int | None:
    digits = text.replace("-", "")[:8]
    try:
        day = dt.date(int(digits[:4]), int(digits[4:6]), int(digits[6:8]))
    except ValueError:
        return None
    return (day - _EPOCH).days


def _is_library(sample: Sample) -> bool:
    paths = sample.json_paths
    return (
        {"Track Identifier", "Title"} <= paths
        or {"Transaction Type", "Transaction Identifier"} <= paths
        or {"Container Identifier", "Container Type"} <= paths
        or {"Identifier", "Title"} <= paths
    )


def _is_other_table(sample: Sample) -> bool:
    """Something else of Apple's archive, which holds a hundred tables of all its services."""
    if is_play_activity(sample) or is_daily_tracks(sample):
        return False
    if "track_description" in sample.header:
        return True
    if is_named_for_plays(sample):
        # Cut off or damaged, as it is neither of the two.
        return False
    return is_in_archive(sample) or _file_name(sample).startswith("apple music")


def is_in_archive(sample: Sample) -> bool:
    """Whether something lies in a folder of Apple's archive."""
    folders = re.split(r"[/\\]", sample.name.lower())[:-1]
    return any(folder.startswith(_APPLE_FOLDERS) for folder in folders)


def is_named_for_plays(sample: Sample) -> bool:
    """Whether a file is called as one of the two that hold plays."""
    return _file_name(sample).startswith(_PLAYS)


def _file_name(sample: Sample) -> str:
    return re.split(r"[/\\]", sample.name.lower())[-1]


_APPLE_FOLDERS = ("apple_media_services", "apple media services", "apple music activity")
_PLAYS = ("apple music play activity", "apple music - play history daily tracks")
_INSTEAD = (
    "sotw reads Apple Music Play Activity.csv and Apple Music - Play History Daily Tracks.csv "
    "of the same archive"
)

FORMATS: tuple[Format, ...] = (
    Format(
        "apple music daily tracks",
        "played_days",
        "apple_music",
        is_daily_tracks,
        read_daily_tracks,
        stage=FIRST,
    ),
    Format(
        "apple music play activity",
        "plays",
        "apple_music",
        is_play_activity,
        read_play_activity,
        completed_by=("plays/fill_apple_artists",),
    ),
)
UNREAD: tuple[Unread, ...] = (
    Unread(
        "apple music library",
        _is_library,
        f"the library of Apple Music, which has counts and no times of plays; {_INSTEAD}.",
    ),
    Unread("apple table", _is_other_table, f"holds no plays of its own; {_INSTEAD}."),
)
