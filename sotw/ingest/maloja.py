"""Histories of the self-hosted Maloja and Koito.

Both credit a track to a list of artists. The artist of a play is the first of them (Koito marks
the primary one); where there are several, all are in the payload.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from sotw.ingest.format import Format
from sotw.ingest.json_stream import elements
from sotw.ingest.json_values import (
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
from sotw.ingest.texts import open_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pyarrow as pa

    from sotw.ingest.documents import Document
    from sotw.ingest.texts import Sample, Tally

__all__ = ["FORMATS"]


def _is_maloja(sample: Sample) -> bool:
    # "list" is what the API calls its scrobbles; before version 3 a track's fields stood loose.
    return any(
        f"{place}time" in sample.json_paths
        and bool({f"{place}track.artists", f"{place}artists"} & sample.json_paths)
        for place in ("scrobbles[].", "list[].")
    )


def _is_koito(sample: Sample) -> bool:
    return {"listens[].listened_at", "listens[].track.aliases"} <= sample.json_paths


def _records(document: Document, sample: Sample, *wrappers: str) -> Iterator[Any]:
    with open_text(document, sample) as stream:
        for element in elements(stream, document.name):
            fields = as_fields(element)
            lists = (fields[name] for name in wrappers if isinstance(fields.get(name), list))
            yield from next(lists, [element])


def _read_maloja(document: Document, sample: Sample, tally: Tally) -> Iterator[pa.Table]:
    """Yield scrobbles; Maloja stamps the start, to the second."""
    records = _records(document, sample, "scrobbles", "list")
    return batches("plays", records, _scrobble, tally)


def _scrobble(record: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
    fields = as_fields(record)
    is_loose = "track" not in fields
    track = fields if is_loose else as_fields(fields["track"])
    artists = track.get("artists")
    # A lone artist has been written as a text.
    names = _texts(artists if isinstance(artists, list) else [artists])
    album = track.get("album")
    album_fields = as_fields(album)
    play = {
        "artist": names[0] if names else None,
        "track": as_text(track.get("title")),
        "album": as_text(album)
        or as_text(album_fields.get("albumtitle"))
        or as_text(album_fields.get("name")),
        "duration_ms": as_milliseconds(track.get("length"), 1000) or None,
        # Of a loose record it is not said whether this is the length or what was heard of it.
        "ms_played": None if is_loose else as_milliseconds(fields.get("duration"), 1000),
        "payload": _artists(names),
    }
    return _finished(play, fields, fields.get("time"))


def _read_koito(document: Document, sample: Sample, tally: Tally) -> Iterator[pa.Table]:
    """Yield listens; names are the primary ones of their aliases."""
    return batches("plays", _records(document, sample, "listens"), _listen, tally)


def _listen(record: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
    fields = as_fields(record)
    track = as_fields(fields.get("track"))
    artists = [as_fields(artist) for artist in as_list(fields.get("artists"))]
    # The primary artist first; the others as they come.
    artists.sort(key=lambda artist: artist.get("is_primary") is not True)
    named = [(name, artist) for artist in artists if (name := _alias(artist))]
    play = {
        "artist": named[0][0] if named else None,
        "artist_mbid": as_uuid(named[0][1].get("mbid")) if named else None,
        "track": _alias(track),
        "track_mbid": as_uuid(track.get("mbid")),
        "album": _alias(as_fields(fields.get("album"))),
        "duration_ms": as_milliseconds(track.get("duration"), 1000) or None,
        "payload": _artists([name for name, _ in named]),
    }
    return _finished(play, fields, fields.get("listened_at"))


def _alias(thing: dict[str, Any]) -> str | None:
    """The name that Koito shows: the primary alias, else the first."""
    aliases = [as_fields(alias) for alias in as_list(thing.get("aliases"))]
    aliases.sort(key=lambda alias: alias.get("is_primary") is not True)
    return next((name for alias in aliases if (name := as_text(alias.get("alias")))), None)


def _texts(values: list[Any]) -> list[str]:
    return [name for value in values if (name := as_text(value))]


def _artists(names: list[str]) -> str | None:
    return json.dumps({"artists": names}, ensure_ascii=False) if len(names) > 1 else None


def _finished(play: dict[str, Any], fields: dict[str, Any], time: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
    play |= timed(as_moment(time)) | {"time_kind": "start"}
    if not fields:
        play["reason"] = "not a listen"
    if play.get("reason"):
        play["record"] = reject_text(
            {name: play[name] for name in ("artist", "track", "album")} | {"time": time}
        )
    return play


FORMATS: tuple[Format, ...] = (
    Format("maloja", "plays", "maloja", _is_maloja, _read_maloja),
    Format("koito", "plays", "koito", _is_koito, _read_koito),
)
