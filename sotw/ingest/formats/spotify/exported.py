"""Playlists as tables: what Exportify and other tools write, a file for each list.

They tell when a song was added, and much of the song that no list of favourites has. How the list
grew says whether its songs are favourites (core.dim_playlists). Tools write all artists into one
field; where as many ids stand beside them, or the album's artist does, the first is known.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from sotw.ingest.formats.players import table_rows
from sotw.ingest.reading.delimited import WRONG_WIDTH
from sotw.ingest.reading.format import Format
from sotw.ingest.reading.json_values import batches, reject_text
from sotw.ingest.reading.texts import clean, open_text
from sotw.ingest.reading.times import parse_time

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pyarrow as pa

    from sotw.ingest.reading.documents import Document
    from sotw.ingest.reading.texts import Sample, Tally

__all__ = ["FORMATS", "first_artist"]

_FIELDS = {
    "added": ("added_at", "added_at_utc", "date_added", "added_date", "added"),
    "artist": ("artist_name_s", "artist_names", "artist_name", "artists", "artist"),
    "track": ("track_name", "song_name", "song", "track", "title", "name"),
    "album": ("album_name", "album", "album_title"),
    "uri": ("track_uri", "spotify_uri", "spotify_track_id", "spotify_id", "track_id", "uri"),
    "playlist": ("playlist_name", "playlist"),
    "artist_uris": ("artist_uri_s", "artist_uris", "artist_uri", "artist_ids", "artist_id"),
    "album_artist": ("album_artist_name_s", "album_artist_name", "album_artist"),
}
# Of a list somebody shares, or of what a service knows of a song.
_OF_LISTS = {"added_by", "playlist_name", "playlist", "playlist_id", "playlist_uri"}
_OF_SONGS = {
    *(
        "album_uri",
        "album_id",
        "album_image_url",
        "track_number",
        "disc_number",
        "isrc",
        "explicit",
    ),
    *("track_duration_ms", "duration_ms", "track_preview_url", "popularity", "release_date"),
    *("album_release_date", "record_label", "artist_uri_s", "artist_uri"),
}
_ID = re.compile(r"(?:.*[:/])?([0-9A-Za-z]{22})(?:\?.*)?")
_BETWEEN = re.compile(r"\s*;\s*|,\s+|\|")


def is_exported(sample: Sample) -> bool:
    """Whether a table is a list of songs of a service, and not one of favourites."""
    places = _places(sample.header)
    if not {"added", "artist", "track"} <= places.keys():
        return False
    header = set(sample.header)
    return bool(header & _OF_LISTS) or ("uri" in places and bool(header & _OF_SONGS))


def read_exported(document: Document, sample: Sample, tally: Tally) -> Iterator[pa.Table]:
    """Yield the songs of a list, which has the name of its file where no column says it."""
    places = _places(sample.header)
    of_file = clean(re.split(r"[/\\]", sample.name)[-1].rpartition(".")[0].replace("_", " "))

    def read_one(record: tuple[int, list[str] | None]) -> dict[str, Any]:
        line, row = record
        if row is None:
            return {"line": line, "reason": WRONG_WIDTH}
        fields = {name: row[at].strip() for name, at in places.items()}
        return {"line": line} | _item(fields, of_file)

    with open_text(document, sample) as stream:
        yield from batches("playlist_items", table_rows(stream, sample), read_one, tally)
    tally.notes.append("a playlist, judged by its growth; are all favourites: --as favourites")


def _places(header: list[str]) -> dict[str, int]:
    """Where each field stands, of those that are there."""
    return {
        field: next(header.index(name) for name in names if name in header)
        for field, names in _FIELDS.items()
        if not set(names).isdisjoint(header)
    }


def _item(fields: dict[str, str], of_file: str | None) -> dict[str, Any]:
    id_ = _ID.fullmatch(fields.get("uri", ""))
    item: dict[str, Any] = {
        "playlist": clean(fields.get("playlist", "")) or of_file,
        "artist": clean(
            first_artist(
                fields["artist"], fields.get("artist_uris", ""), fields.get("album_artist", "")
            )
        ),
        "track": clean(fields["track"]),
        "spotify_track_id": id_ and id_[1],
    }
    added = fields["added"]
    if (moment := parse_time(added) or parse_time(f"{added} 12:00")) is not None:
        item["added_at"] = moment[0]
    elif added:
        kept = {name: fields[name] for name in ("artist", "track", "added")}
        item |= {"reason": "time not understood", "record": reject_text(kept)}
    return item


def first_artist(names: str, ids: str, album_artist: str) -> str:
    """The first of several artists in one field, where something beside them tells.

    Args:
        names: One name or several.
        ids: One id for each of them, if any.
        album_artist: Of the album, if known.
    """
    parts = _BETWEEN.split(names)
    if len(parts) > 1 and len(parts) == len(_BETWEEN.split(ids)):
        return parts[0]
    if ";" not in album_artist and any(
        names.startswith(f"{album_artist}{mark}") for mark in (", ", ";") if album_artist
    ):
        return album_artist
    # No name has this mark in it.
    return names.partition(";")[0]


FORMATS: tuple[Format, ...] = (
    Format("exported playlist", "playlist_items", "spotify", is_exported, read_exported),
)
