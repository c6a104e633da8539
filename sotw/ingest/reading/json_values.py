"""Values of JSON records that may be of any type: what is of the wrong one counts as missing."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from sotw.ingest.reading.rows import MOST_RECORD_CHARACTERS, table
from sotw.ingest.reading.texts import clean
from sotw.ingest.reading.times import like_a_time, parse_time

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    import pyarrow as pa

    from sotw.ingest.reading.texts import Tally
    from sotw.ingest.reading.times import Moment

__all__ = ["as_fields", "as_list", "as_milliseconds", "as_moment", "as_text", "as_uuid", "batches"]
__all__ += ["reject_text", "timed"]

_BATCH = 50_000
_UUID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}")
_DECIMAL = re.compile(r"\d{1,15}(?:\.\d*)?")
# No track is longer than a day; what is larger was meant in another unit, and nobody knows which.
_MOST_MILLISECONDS = 24 * 3600 * 1000


def as_fields(value: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
    """An object; empty where it is none."""
    return value if isinstance(value, dict) else {}


def as_list(value: Any) -> list[Any]:  # noqa: ANN401 - JSON
    """A list; empty where it is none."""
    return value if isinstance(value, list) else []


def as_text(value: Any) -> str | None:  # noqa: ANN401 - JSON
    """A name."""
    return clean(value) if isinstance(value, str) else None


def as_uuid(value: Any) -> str | None:  # noqa: ANN401 - JSON
    """An id of MusicBrainz or the like, lower case; null where it is none."""
    text = value.strip().lower() if isinstance(value, str) else ""
    return text if _UUID.fullmatch(text) else None


def as_milliseconds(value: Any, unit: int = 1) -> int | None:  # noqa: ANN401 - JSON
    """A duration counted in units of so many milliseconds; null where it is none, or absurd."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    text = str(value).strip()
    if not _DECIMAL.fullmatch(text):
        return None
    milliseconds = round(float(text) * unit)
    return milliseconds if 0 <= milliseconds <= _MOST_MILLISECONDS else None


def as_moment(value: Any) -> Moment | str | None:  # noqa: ANN401 - JSON
    """A time from a number or a text; the text where it is not understood, null where none is."""
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return "not a time"
    text = str(value).strip()
    return (parse_time(text) or text) if text else None


def timed(moment: Moment | str | None, column: str = "played_at") -> dict[str, Any]:
    """The columns of a time; the reason where it is not understood."""
    if isinstance(moment, tuple):
        return {column: moment[0], "time_precision": moment[1]}
    return {} if moment is None else {"reason": "time not understood"}


def reject_text(fields: dict[str, Any]) -> str:
    """What rejects keep of a record: numbers and texts of fields that say nothing of a person."""
    plain = {
        name: _shown(name, value) if isinstance(value, str) else value
        for name, value in fields.items()
        if isinstance(value, str | int | float)
    }
    return json.dumps(plain, ensure_ascii=False)[:MOST_RECORD_CHARACTERS]


def _shown(name: str, text: str) -> str:
    return like_a_time(text) if name in ("time", "date") else text[:MOST_RECORD_CHARACTERS]


def batches(
    kind: str,
    records: Iterable[Any],
    read_one: Callable[[Any], dict[str, Any]],
    tally: Tally,
) -> Iterator[pa.Table]:
    """Tables of a kind from records, each counted as it is met; its number becomes its line."""
    rows: list[dict[str, Any]] = []
    for record in records:
        tally.read += 1
        rows.append({"line": tally.read} | read_one(record))
        if len(rows) == _BATCH:
            yield _as_table(kind, rows)
            rows = []
    if rows:
        yield _as_table(kind, rows)


def _as_table(kind: str, rows: list[dict[str, Any]]) -> pa.Table:
    names = {name: None for row in rows for name in row}
    return table(kind, {name: [row.get(name) for row in rows] for name in names})
