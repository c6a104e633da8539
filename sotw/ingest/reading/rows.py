"""The columns that readers yield, one table of them for each kind of record.

A reader fills what its file has; what is missing becomes null. ``reason`` is set where the
reader itself had to give a record up; the rules that need no text (no artist, a time before
2002) are SQL, in sql/ingest/kinds/.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
from pyarrow.lib import StringBuilder

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import duckdb
    import numpy.typing as npt

__all__ = ["AUDIO_FEATURES", "KINDS", "MOST_RECORD_CHARACTERS", "array", "make_incoming", "table"]

# Of a rejected record; enough to find it in the file.
MOST_RECORD_CHARACTERS = 500

AUDIO_FEATURES = (
    "danceability",
    "energy",
    "key",
    "loudness",
    "mode",
    "speechiness",
    "acousticness",
    "instrumentalness",
    "liveness",
    "valence",
    "tempo",
    "time_signature",
)
_COMMON = {"line": pa.int64(), "reason": pa.string(), "record": pa.string()}
_NAMES = {"artist": pa.string(), "track": pa.string(), "album": pa.string()}
_TIME = pa.timestamp("us")

KINDS: dict[str, dict[str, pa.DataType]] = {
    "plays": _COMMON
    | _NAMES
    | {
        "listener": pa.string(),
        # Who says so, where the file brings together what several services said; else null.
        "source": pa.string(),
        "played_at": _TIME,
        "time_precision": pa.string(),
        "track_mbid": pa.string(),
        "artist_mbid": pa.string(),
        "payload": pa.string(),
        "time_kind": pa.string(),
        "content_type": pa.string(),
        "ms_played": pa.int64(),
        "duration_ms": pa.int64(),
        "skipped": pa.bool_(),
        "reason_start": pa.string(),
        "reason_end": pa.string(),
        "platform": pa.string(),
        "country": pa.string(),
        "is_shuffle": pa.bool_(),
        "is_offline": pa.bool_(),
        "is_private": pa.bool_(),
        "offline_at": _TIME,
        "spotify_track_id": pa.string(),
    },
    "picks": _COMMON
    | _NAMES
    | {
        "listener": pa.string(),
        "picked_at": _TIME,
        "week_ending": pa.date32(),
        "spotify_track_id": pa.string(),
        "idempotency_key": pa.string(),
        "isrc": pa.string(),
        "recording_mbid": pa.string(),
        "recording_msid": pa.string(),
    },
    "playlist_items": _COMMON
    | _NAMES
    | {
        "listener": pa.string(),
        "playlist": pa.string(),
        "added_at": _TIME,
        "spotify_track_id": pa.string(),
    },
    "library_items": _COMMON | _NAMES | {"listener": pa.string(), "spotify_track_id": pa.string()},
    "feedback": _COMMON
    | _NAMES
    | {
        "listener": pa.string(),
        "given_at": _TIME,
        "score": pa.int32(),
        "recording_mbid": pa.string(),
        "recording_msid": pa.string(),
    },
    "live_shows": _COMMON | _NAMES | {"listener": pa.string(), "show_date": pa.date32()},
    "played_days": _COMMON | _NAMES | {"listener": pa.string(), "played_on": pa.date32()},
    "technical_events": _COMMON
    | _NAMES
    | {
        "listener": pa.string(),
        "event_type": pa.string(),
        "occurred_at": _TIME,
        "is_fatal": pa.bool_(),
    },
    "catalogue": _COMMON
    | _NAMES
    | {
        "feature_source": pa.string(),
        "spotify_track_id": pa.string(),
        "isrc": pa.string(),
        "is_explicit": pa.bool_(),
        "release_date": pa.string(),
        "duration_ms": pa.int64(),
        "popularity": pa.int32(),
        "artist_popularity": pa.int32(),
        "tag": pa.string(),
        "tag_key": pa.string(),
        "unread": pa.string(),
    }
    | dict.fromkeys(AUDIO_FEATURES, pa.float64()),
    "source_artists": _COMMON | _NAMES | {"source_artist_id": pa.int64()},
    "source_tags": _COMMON
    | _NAMES
    | {"source_tag_id": pa.int64(), "tag": pa.string(), "tag_key": pa.string()},
    "user_artists": _COMMON
    | _NAMES
    | {"source_user_id": pa.int64(), "source_artist_id": pa.int64(), "plays": pa.int64()},
    "user_artist_tags": _COMMON
    | _NAMES
    | {
        "source_user_id": pa.int64(),
        "source_artist_id": pa.int64(),
        "source_tag_id": pa.int64(),
        "tagged_on": pa.date32(),
    },
    "artist_stats": _COMMON
    | _NAMES
    | {"artist_mbid": pa.string(), "listeners": pa.int64(), "playcount": pa.int64()},
    "album_stats": _COMMON
    | _NAMES
    | {"album_mbid": pa.string(), "listeners": pa.int64(), "playcount": pa.int64()},
    "track_stats": _COMMON
    | _NAMES
    | {
        "spotify_track_id": pa.string(),
        "album_name": pa.string(),
        "release_date": pa.string(),
        "duration_ms": pa.int64(),
        "popularity": pa.int32(),
        "tag": pa.string(),
        "tag_key": pa.string(),
    },
    "artist_profiles": _COMMON
    | _NAMES
    | {
        "artist_mbid": pa.string(),
        "country": pa.string(),
        "artist_type": pa.string(),
        "career_begin_date": pa.date32(),
        "career_end_date": pa.date32(),
        "has_career_ended": pa.bool_(),
        "tag": pa.string(),
        "tag_key": pa.string(),
    },
    "artist_tags": _COMMON
    | _NAMES
    | {"tag": pa.string(), "tag_key": pa.string(), "weight": pa.float64()},
}


def table(kind: str, columns: Mapping[str, Sequence[Any] | pa.Array]) -> pa.Table:
    """An Arrow table of a kind from the columns a reader has, equally long; others are null.

    Times are whole microseconds and dates whole days since 1970.
    """
    length = len(next(iter(columns.values())))
    return pa.table(
        {
            name: array(columns[name], type_) if name in columns else pa.nulls(length, type_)
            for name, type_ in KINDS[kind].items()
        }
    )


def array(values: Sequence[Any] | pa.Array, type_: pa.DataType) -> pa.Array:
    """Texts, numbers or truth values with nulls to Arrow, as ``pa.array`` but without pandas.

    ``pa.array`` imports pandas on first use, which costs an import of a small file more than all
    of its reading.
    """
    if isinstance(values, pa.Array | pa.ChunkedArray):
        return values
    if pa.types.is_string(type_):
        try:
            return _texts(values)
        except UnicodeEncodeError:
            # Half a character, which JSON can spell and nothing can store.
            return _texts(
                [
                    text and text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
                    for text in values
                ]
            )
    if isinstance(values, range):
        return _numbers(None, np.arange(values.start, values.stop, dtype=np.int64), type_)
    of: Any = np.float64 if pa.types.is_floating(type_) else np.int64
    if None not in values:
        return _numbers(None, np.fromiter(values, of, len(values)), type_)
    is_there = np.fromiter((value is not None for value in values), np.bool_, len(values))
    numbers = np.fromiter((value or 0 for value in values), of, len(values))
    return _numbers(np.packbits(is_there, bitorder="little"), numbers, type_)


def _texts(values: Sequence[str | None]) -> pa.Array:
    builder = StringBuilder()
    builder.append_values(values)
    return builder.finish()


def _numbers(
    is_there: npt.NDArray[np.uint8] | None,
    numbers: npt.NDArray[np.int64] | npt.NDArray[np.float64],
    type_: pa.DataType,
) -> pa.Array:
    validity = None if is_there is None else pa.py_buffer(is_there)
    buffers = [validity, pa.py_buffer(numbers)]
    of = pa.int64() if numbers.dtype == np.int64 else pa.float64()
    whole = pa.Array.from_buffers(of, len(numbers), buffers)
    return (whole.cast(pa.int32()) if pa.types.is_date(type_) else whole).cast(type_)


def make_incoming(con: duckdb.DuckDBPyConnection) -> None:
    """An empty temp.incoming with all columns of plays, for the statements that follow."""
    no_plays = table("plays", {"line": []})  # found by its name  # noqa: F841
    con.execute("create or replace temp table incoming as from no_plays")
