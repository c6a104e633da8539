"""A genre map: a JSON object of genres, each with a list of its artists."""

from __future__ import annotations

import json
import re
from itertools import count
from typing import TYPE_CHECKING

from sotw.errors import SourceError
from sotw.ingest.reading.json_stream import elements
from sotw.ingest.reading.rows import MOST_RECORD_CHARACTERS, table
from sotw.ingest.reading.texts import clean, open_text
from sotw.keys import strict_key

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pyarrow as pa

    from sotw.ingest.reading.documents import Document
    from sotw.ingest.reading.texts import Sample, Tally

__all__ = ["is_genre_map", "read_genre_map"]

# {"genre": ["artist" … or {"genre": [] …
_OPENING = re.compile(r'\s*\{\s*"(?:[^"\\]|\\.)*"\s*:\s*\[\s*(?:"|\])')

_OF_OBJECTS = re.compile(r'"\s*:\s*\[\s*\{')


def is_genre_map(sample: Sample) -> bool:
    """An object whose first value is a list of strings, and none a list of objects."""
    return bool(_OPENING.match(sample.head)) and not _OF_OBJECTS.search(sample.head)


def read_genre_map(document: Document, sample: Sample, tally: Tally) -> Iterator[pa.Table]:
    """Yield one record for each genre and artist, numbered in the order of the file.

    Raises:
        SourceError: The text is cut off or goes on after the map, or a genre's value is no list.
    """
    with open_text(document, sample) as stream:
        content, *others = elements(stream, document.name)
    if others:
        raise SourceError(f"{document.name}: more than one object. Name one genre map a file.")
    wrong = [genre for genre, artists in content.items() if not isinstance(artists, list)]
    if wrong:
        raise SourceError(
            f"{document.name}: genre {wrong[0]!r} has no list of artists. "
            "Write {genre: [artist, …]}."
        )
    pairs = [(genre, artist) for genre, artists in content.items() for artist in artists]
    tally.read += len(pairs)
    if not pairs:
        return
    numbers = count(1)
    is_text = [isinstance(artist, str) for _, artist in pairs]
    yield table(
        "artist_tags",
        {
            "line": [next(numbers) for _ in pairs],
            "artist": [clean(artist) if isinstance(artist, str) else None for _, artist in pairs],
            "tag": [clean(genre) for genre, _ in pairs],
            "tag_key": [strict_key(genre) for genre, _ in pairs],
            "reason": [None if good else "artist is no text" for good in is_text],
            # What is no text may be anything, also of a person.
            "record": [
                json.dumps([genre, artist] if good else [genre], ensure_ascii=False)[
                    :MOST_RECORD_CHARACTERS
                ]
                for (genre, artist), good in zip(pairs, is_text, strict=True)
            ],
        },
    )
