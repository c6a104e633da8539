"""Spotify's technical log: a hundred files of events, of which five tell of faults of the player.

A file holds one type of event and does not say which. Where its fields are those of one type, they
tell; else the name of the file does. Nothing but the time and whether an error was fatal is taken:
the rest is devices, hosts and addresses. A file speaks only from its first to its last row.
"""

from __future__ import annotations

import json
import re
from itertools import count
from typing import TYPE_CHECKING, Any

from sotw.ingest.reading.format import Format, Unread
from sotw.ingest.reading.json_stream import elements
from sotw.ingest.reading.rows import table
from sotw.ingest.reading.texts import open_text
from sotw.ingest.reading.times import likelier, parse_time

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pyarrow as pa

    from sotw.ingest.reading.documents import Document
    from sotw.ingest.reading.texts import Sample, Tally

__all__ = ["FORMATS", "UNREAD", "event_of_name", "event_type_of"]

_BATCH = 50_000
_MOST_TIME_CHARACTERS = 40

_EVENTS = ("connection_error", "playback_error", "stutter", "track_not_played", "playback_retry")
# Fields that only one type of event has; all of a set must be there.
_MARKS: tuple[tuple[str, frozenset[str]], ...] = (
    ("playback_error", frozenset({"message_fatal"})),
    ("track_not_played", frozenset({"message_reason_not_played"})),
    ("stutter", frozenset({"message_buffer_size", "message_max_buffer_size"})),
    ("playback_retry", frozenset({"message_method", "message_status", "message_playback_id"})),
    ("connection_error", frozenset({"message_error_code", "message_ap"})),
)
# When Spotify had it, and when the player noted it.
_TIMES = ("timestamp_utc", "context_time")
# What a reject may keep of a time; any other text could be of a person.
_LIKE_A_TIME = re.compile(r"[0-9TZ:+., /-]+")
# The parts of a name behind the type: ``_Hourly``, ``_1``, `` (2)``.
_ADDED_TO_NAME = re.compile(r"([ _-]*(hourly|\(?\d+\)?))+$")


def event_type_of(sample: Sample) -> str | None:
    """Which of the used types of event a document holds; null where it holds none of them."""
    paths = sample.json_paths
    if paths.isdisjoint(_TIMES):
        return None
    marked = next((event for event, marks in _MARKS if marks <= paths), None)
    return marked or event_of_name(sample.name)


def event_of_name(name: str) -> str | None:
    """Which used type a file is called after.

    ``ConnectionError.json``, ``ConnectionError_1.json`` and ``…_Hourly.json`` are one.
    """
    stem = name.replace("\\", "/").rpartition("/")[2].casefold().removesuffix(".json")
    letters = re.sub("[ _-]", "", _ADDED_TO_NAME.sub("", stem.removeprefix("ap_")))
    return next((event for event in _EVENTS if event.replace("_", "") == letters), None)


def _is_log(sample: Sample) -> bool:
    """Rows with a time and the fields that every event has, whatever type it is."""
    paths = sample.json_paths
    return not paths.isdisjoint(_TIMES) and any(
        path.startswith(("context_", "message_")) for path in paths
    )


def _is_used(sample: Sample) -> bool:
    return event_type_of(sample) is not None


def _is_unused(sample: Sample) -> bool:
    return _is_log(sample) and not _is_used(sample)


def _is_end_of_song(sample: Sample) -> bool:
    return _is_unused(sample) and "message_ms_played" in sample.json_paths


def _is_empty(sample: Sample) -> bool:
    """An empty list, in a file of the log by its name or by that of its folder."""
    is_of_log = "technical log" in sample.name.casefold() or event_of_name(sample.name)
    return bool(is_of_log) and re.fullmatch(r"\s*\[\s*\]\s*", sample.head) is not None


def _is_list_of_recipients(sample: Sample) -> bool:
    is_of_log = sample.name.replace("\\", "/").rpartition("/")[2] == "recipients.json"
    return is_of_log and sample.is_json


def read_events(document: Document, sample: Sample, tally: Tally) -> Iterator[pa.Table]:
    """Yield the faults of one file.

    Raises:
        SourceError: The text is cut off.
    """
    event_type = event_type_of(sample)
    tally.notes.append(f"event {event_type}")
    with open_text(document, sample) as stream:
        batch: list[Any] = []
        for element in elements(stream, document.name):
            tally.read += 1
            batch.append(element)
            if len(batch) == _BATCH:
                yield _table(batch, event_type, tally.read - _BATCH + 1)
                batch = []
        if batch:
            yield _table(batch, event_type, tally.read - len(batch) + 1)


def _table(rows: list[Any], event_type: str | None, first: int) -> pa.Table:
    events = [_event(row) for row in rows]
    columns = {name: [event[name] for event in events] for name in events[0]}
    numbers = count(first)
    return table(
        "technical_events",
        columns | {"line": [next(numbers) for _ in rows], "event_type": [event_type] * len(rows)},
    )


def _event(row: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
    fields = row if isinstance(row, dict) else {}
    said = [(name, fields[name]) for name in _TIMES if fields.get(name) not in (None, "")]
    reported_at, noted_at = (_micros(fields.get(name)) for name in _TIMES)
    occurred_at = likelier(noted_at, reported_at)
    reason = record = None
    if not fields:
        reason = "not an event"
    elif said and occurred_at is None:
        reason = "time not understood"
        texts = {name: str(value)[:_MOST_TIME_CHARACTERS] for name, value in said}
        record = json.dumps(
            {name: text for name, text in texts.items() if _LIKE_A_TIME.fullmatch(text)}
        )
    return {
        "occurred_at": occurred_at,
        "is_fatal": _truth(fields.get("message_fatal")),
        "reason": reason,
        "record": record,
    }


def _micros(value: Any) -> int | None:  # noqa: ANN401 - JSON
    """Microseconds since 1970 of ``2026-01-31T12:00:00.125Z`` or of milliseconds."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    moment = parse_time(str(value).strip())
    return None if moment is None else moment[0]


def _truth(value: Any) -> bool | None:  # noqa: ANN401 - JSON
    if isinstance(value, str):
        return {"true": True, "false": False}.get(value.strip().lower())
    return value if isinstance(value, bool) else None


FORMATS: tuple[Format, ...] = (
    Format("spotify technical log", "technical_events", "spotify", _is_used, read_events),
)

UNREAD: tuple[Unread, ...] = (
    Unread(
        "spotify technical log, EndSong",
        _is_end_of_song,
        "technical log, songs that ended: not used; the extended streaming history has them.",
    ),
    Unread(
        "spotify technical log, other event",
        _is_unused,
        "technical log, an event that is not used.",
    ),
    Unread(
        "spotify technical log, empty",
        _is_empty,
        "technical log without an event: how many there were is not known from it.",
    ),
    Unread(
        "spotify technical log, recipients",
        _is_list_of_recipients,
        "technical log, with whom Spotify shared data: not used.",
    ),
)
