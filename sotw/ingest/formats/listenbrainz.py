"""ListenBrainz: listens, feedback and pins, from its export, its API and its older exports.

A listen is stamped when the track starts. One listen has been written in four shapes over the
years: as the API gives it, as the export's lines, as the lines of the public dumps, and flat as
the first web export did. Names are those that the listener's player sent; of the ids those that
the server found come first, as those of players are only claims.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from sotw.errors import SourceError
from sotw.ingest.formats.own_plays import own_facts
from sotw.ingest.reading.format import LAST, Format, Unread
from sotw.ingest.reading.json_stream import elements
from sotw.ingest.reading.json_values import (
    as_fields,
    as_list,
    as_milliseconds,
    as_moment,
    as_text,
    as_uuid,
    batches,
    reject_text,
    timed,
)
from sotw.ingest.reading.texts import open_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import pyarrow as pa

    from sotw.ingest.reading.documents import Document
    from sotw.ingest.reading.texts import Sample, Tally

__all__ = ["FORMATS", "UNREAD"]

_TIMES = ("listened_at", "timestamp", "ts")
# Of a flat listen: fields that other services do not have.
_MARKS = {"recording_msid", "artist_msid", "release_msid", "release_name", "additional_info"}
_GUEST = re.compile(r"\b(?:feat|ft|featuring)\b", re.IGNORECASE)
_SPOTIFY_TRACK = re.compile(
    r"(?:https?://open\.spotify\.com/(?:intl-[\w-]+/)?track/|spotify:track:)?([0-9A-Za-z]{22})(?![\w])"
)


def _is_listens(sample: Sample) -> bool:
    paths = sample.json_paths
    for place in ("", "payload.listens[].", "payload[].", "listens[]."):
        times = {f"{place}{name}" for name in _TIMES}
        names = {f"{place}track_metadata.artist_name", f"{place}track_metadata.track_name"}
        if times & paths and names & paths:
            return True
    # Listens whose names are all missing are rejected one by one, not as a file.
    if {"listened_at", "track_metadata"} <= paths:
        return True
    is_flat = {"artist_name", "track_name"} <= paths and bool({*_TIMES} & paths)
    return is_flat and bool(_MARKS & paths)


def _is_feedback(sample: Sample) -> bool:
    return any(
        {f"{place}score", f"{place}created"} <= sample.json_paths and _has_id(sample, place)
        for place in ("", "feedback[].")
    )


def _is_pins(sample: Sample) -> bool:
    return any(
        {f"{place}pinned_until", f"{place}created"} <= sample.json_paths and _has_id(sample, place)
        for place in ("", "pinned_recordings[].", "pinned_recording.")
    )


def _has_id(sample: Sample, place: str) -> bool:
    return bool({f"{place}recording_msid", f"{place}recording_mbid"} & sample.json_paths)


def _is_user(sample: Sample) -> bool:
    return sample.json_paths == {"user_id", "username"}


def _records(
    document: Document, sample: Sample, unwrap: Callable[[Any], list[Any]]
) -> Iterator[Any]:
    with open_text(document, sample) as stream:
        for element in elements(stream, document.name):
            yield from unwrap(element)


def _read_listens(document: Document, sample: Sample, tally: Tally) -> Iterator[pa.Table]:
    """Yield the listens of one person.

    Raises:
        SourceError: The text is cut off, or holds the listens of several people.
    """
    listens = _records(document, sample, _listens)
    return batches("plays", _of_one_user(listens, document.name), _play, tally)


def _listens(element: Any) -> list[Any]:  # noqa: ANN401 - JSON
    """The listens of a page of the API, or the one that a line or an element is."""
    if isinstance(element, dict):
        payload = element.get("payload", element)
        if isinstance(payload, dict):
            payload = payload.get("listens")
        if isinstance(payload, list):
            return payload
    return [element]


def _of_one_user(listens: Iterator[Any], name: str) -> Iterator[Any]:
    """Pass listens on as long as they are of one user; a public dump has those of everybody."""
    seen: dict[str, Any] = {}
    for listen in listens:
        fields = as_fields(listen)
        key = "user_name" if fields.get("user_id") is None else "user_id"
        user = fields.get(key)
        if isinstance(user, str | int) and seen.setdefault(key, user) != user:
            raise SourceError(
                f"{name}: the listens are of several users, and who of them is the listener it "
                "does not say. Leave only the lines of one user in the file."
            )
        yield listen


def _play(listen: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
    fields = as_fields(listen)
    metadata = as_fields(fields.get("track_metadata", fields))
    added = as_fields(metadata.get("additional_info"))
    mapping = as_fields(metadata.get("mbid_mapping"))
    time = next((fields[name] for name in _TIMES if fields.get(name) is not None), None)
    msid = _first_uuid(*(one.get("recording_msid") for one in (fields, metadata, added)))
    play = _names(metadata) | {
        "album": as_text(metadata.get("release_name")),
        "time_kind": "start",
        "track_mbid": _first_uuid(
            mapping.get("recording_mbid"),
            added.get("recording_mbid"),
            metadata.get("recording_mbid"),
        ),
        "artist_mbid": _first_uuid(
            *as_list(mapping.get("artist_mbids")), *as_list(added.get("artist_mbids"))
        ),
        "duration_ms": as_milliseconds(added.get("duration_ms"))
        or as_milliseconds(added.get("duration"), 1000)
        or None,
        "ms_played": as_milliseconds(added.get("duration_played"), 1000),
        "spotify_track_id": _spotify_id(added),
        "payload": _payload(msid, mapping, added),
    }
    # Of an export of sotw: the play as it was, whichever service it is from.
    play |= timed(as_moment(time)) | own_facts(added.get("sotw"))
    if not fields:
        play["reason"] = "not a listen"
    elif time is None and fields.get("playing_now") is True:
        play["reason"] = "now playing, no time yet"
    if play.get("reason"):
        named = {name: metadata.get(name) for name in ("artist_name", "track_name", "release_name")}
        play["record"] = reject_text(named | {"listened_at": time})
    return play


def _payload(msid: str | None, mapping: dict[str, Any], added: dict[str, Any]) -> str | None:
    """The message's id, and the artists that the server found, else those that the player sent."""
    kept: dict[str, Any] = {} if msid is None else {"recording_msid": msid}
    credited = [as_fields(one) for one in as_list(mapping.get("artists"))]
    named = [(name, one) for one in credited if (name := as_text(one.get("artist_credit_name")))]
    artists = [name for name, _ in named]
    artists = artists or [
        name for one in as_list(added.get("artist_names")) if (name := as_text(one))
    ]
    if len(artists) > 1:
        kept["artists"] = artists
        # What joins a name to the next says how that one takes part.
        joins = [as_text(one.get("join_phrase")) or "" for _, one in named]
        guests = [
            name for name, join in zip(artists[1:], joins, strict=False) if _GUEST.search(join)
        ]
        if guests:
            # From the first guest on all are guests: "A feat. B & C".
            kept["guests"] = artists[artists.index(guests[0]) :]
    return json.dumps(kept, ensure_ascii=False) if kept else None


def _names(metadata: dict[str, Any]) -> dict[str, Any]:
    return {
        "artist": as_text(metadata.get("artist_name")),
        "track": as_text(metadata.get("track_name")) or as_text(metadata.get("recording_name")),
    }


def _first_uuid(*values: Any) -> str | None:  # noqa: ANN401 - JSON
    return next((found for value in values if (found := as_uuid(value))), None)


def _spotify_id(added: dict[str, Any]) -> str | None:
    for name in ("spotify_id", "spotify_track_id", "origin_url"):
        value = added.get(name)
        if isinstance(value, str) and (match := _SPOTIFY_TRACK.match(value.strip())):
            return match[1]
    return None


def _read_feedback(document: Document, sample: Sample, tally: Tally) -> Iterator[pa.Table]:
    """Yield what was loved (1), hated (-1) or taken back (0)."""
    records = _records(document, sample, lambda element: _within(element, "feedback"))
    return batches("feedback", records, _feedback, tally)


def _within(element: Any, *wrappers: str) -> list[Any]:  # noqa: ANN401 - JSON
    for wrapper in wrappers:
        inner = element.get(wrapper) if isinstance(element, dict) else None
        if isinstance(inner, list):
            return inner
        if isinstance(inner, dict):
            return [inner]
    return [element]


def _feedback(record: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
    fields = as_fields(record)
    score = fields.get("score")
    known = {"-1": -1, "-1.0": -1, "0": 0, "0.0": 0, "1": 1, "1.0": 1}
    read = None if isinstance(score, bool) else known.get(str(score).strip()[:9])
    feedback = _recording(fields, "given_at") | {"score": read}
    if not fields:
        feedback["reason"] = "not a feedback"
    elif read is None:
        feedback["reason"] = "score not understood"
    return _with_record(feedback, fields, {"score": score})


def _read_pins(document: Document, sample: Sample, tally: Tally) -> Iterator[pa.Table]:
    """Yield pins: the songs that the listener showed as theirs for a while."""
    records = _records(
        document,
        sample,
        lambda element: _within(element, "pinned_recordings", "pinned_recording"),
    )
    return batches("picks", records, _pin, tally)


def _pin(record: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
    fields = as_fields(record)
    pin = _recording(fields, "picked_at")
    if not fields:
        pin["reason"] = "not a pin"
    return _with_record(pin, fields, {})


def _recording(fields: dict[str, Any], time_column: str) -> dict[str, Any]:
    """What feedback and pins share: an id, when it was given, and names where the API added them.

    sql/ingest/name_recordings.sql looks for the names of the others.
    """
    metadata = as_fields(fields.get("track_metadata"))
    mapping = as_fields(metadata.get("mbid_mapping"))
    time = timed(as_moment(fields.get("created")), time_column)
    time.pop("time_precision", None)
    return _names(metadata) | time | {
        "recording_mbid": _first_uuid(fields.get("recording_mbid"), mapping.get("recording_mbid")),
        "recording_msid": as_uuid(fields.get("recording_msid")),
    }  # fmt: skip


def _with_record(
    row: dict[str, Any], fields: dict[str, Any], more: dict[str, Any]
) -> dict[str, Any]:
    if row.get("reason"):
        ids = {name: row[name] for name in ("recording_mbid", "recording_msid")}
        row["record"] = reject_text(ids | more | {"created": fields.get("created")})
    return row


_NAMED = ("name_recordings",)

FORMATS: tuple[Format, ...] = (
    Format(
        "listenbrainz feedback",
        "feedback",
        "listenbrainz",
        _is_feedback,
        _read_feedback,
        LAST,
        _NAMED,
    ),
    Format("listenbrainz pins", "picks", "listenbrainz", _is_pins, _read_pins, LAST, _NAMED),
    Format("listenbrainz", "plays", "listenbrainz", _is_listens, _read_listens),
)
UNREAD: tuple[Unread, ...] = (
    Unread(
        "listenbrainz user",
        _is_user,
        "it only names the account at ListenBrainz, which sotw does not keep.",
    ),
)
