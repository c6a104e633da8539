"""What `sotw export` says of a play beyond the fields of other services, read back.

An export for another service has the usual fields, and beside them the play as it is in raw:
who reported it, the exact stamp, and what else is known. So it is the same play again.
"""

from __future__ import annotations

import json
from typing import Any

from sotw.ingest.reading.json_values import as_fields
from sotw.ingest.reading.rows import KINDS
from sotw.ingest.reading.texts import clean
from sotw.ingest.reading.times import parse_time

__all__ = ["OWN_WORDS", "own_facts"]

# Of these fields nothing else may be said; the word on the right stands for what is not.
OWN_WORDS: dict[str, tuple[frozenset[str], str]] = {
    "time_kind": (frozenset({"start", "end", "unknown"}), "start"),
    "time_precision": (frozenset({"second", "minute"}), "second"),
    "content_type": (frozenset({"track", "podcast", "audiobook", "video"}), "track"),
}
_TEXTS = (
    *("source", "reason_start", "reason_end", "platform", "country"),
    *("spotify_track_id", "track_mbid", "artist_mbid"),
)
_FLAGS = ("skipped", "is_shuffle", "is_offline", "is_private")
_LEAST = {"ms_played": 0, "duration_ms": 1}
_MOST_CHARACTERS = 500


def own_facts(value: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
    """The columns of a play from what an export of sotw says of it; none where it says nothing."""
    fields = as_fields(value)
    stamp = _moment(fields.get("reported_at"))
    if stamp is None or not isinstance(fields.get("source"), str):
        return {}
    # What an export does not say was not known; nothing stands in for it.
    facts: dict[str, Any] = dict.fromkeys(KINDS["plays"].keys() - _OTHERWISE)
    facts |= {"played_at": stamp, "offline_at": _moment(fields.get("offline_at"))}
    for name in _TEXTS:
        text = fields.get(name)
        facts[name] = clean(text[:_MOST_CHARACTERS]) if isinstance(text, str) else None
    for name in _FLAGS:
        facts[name] = fields[name] if isinstance(fields.get(name), bool) else None
    for name, least in _LEAST.items():
        facts[name] = _whole(fields.get(name), least)
    for name, (words, otherwise) in OWN_WORDS.items():
        facts[name] = word if (word := fields.get(name)) in words else otherwise
    facts["payload"] = _payload(fields.get("payload"))
    return facts


# What the usual fields say, or the reader.
_OTHERWISE = frozenset({"line", "reason", "record", "listener", "artist", "track", "album"})


def _moment(value: Any) -> int | None:  # noqa: ANN401 - JSON
    moment = parse_time(value) if isinstance(value, str) else None
    return None if moment is None else moment[0]


def _whole(value: Any, least: int) -> int | None:  # noqa: ANN401 - JSON
    is_whole = isinstance(value, int) and not isinstance(value, bool)
    return value if is_whole and least <= value < 2**63 else None


def _payload(value: Any) -> str | None:  # noqa: ANN401 - JSON
    try:
        return value if isinstance(value, str) and isinstance(json.loads(value), dict) else None
    except ValueError:
        return None
