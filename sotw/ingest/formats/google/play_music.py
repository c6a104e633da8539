"""Google Play Music, which ended in 2020, as My Activity in Takeout still tells it.

A record says in the language of the account that a song was listened to, skipped or searched for;
only the first is a play. Its artist stands in its description.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from sotw.ingest.formats.google.youtube import PLAY_MUSIC, is_play_music
from sotw.ingest.reading.format import Format
from sotw.ingest.reading.json_stream import elements
from sotw.ingest.reading.json_values import as_fields, as_text, batches, reject_text
from sotw.ingest.reading.texts import clean, open_text
from sotw.ingest.reading.times import parse_time

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pyarrow as pa

    from sotw.ingest.reading.documents import Document
    from sotw.ingest.reading.texts import Sample, Tally

__all__ = ["FORMATS"]

_LISTENED = tuple(
    re.compile(pattern, re.DOTALL)
    for pattern in (
        r"(?:Listened to|Has escuchado|Hai ascoltato|Vous avez écouté|Você ouviu) (.+)",
        r"(?:Geluisterd naar|Du lyssnade på|Odsłuchano:?|Вы прослушали) (.+)",
        r"(?:Du hast dir )?(.+) angehört",
    )
)


def read_activity(document: Document, sample: Sample, tally: Tally) -> Iterator[pa.Table]:
    """The songs that were listened to; of what else was done nothing is kept.

    Raises:
        SourceError: The text is cut off.
    """
    with open_text(document, sample) as stream:
        yield from batches("plays", elements(stream, document.name), _play, tally)


def _play(element: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
    fields = as_fields(element)
    if fields.get("header") != PLAY_MUSIC:
        return {"reason": "not a record of Google Play Music"}
    said = (as_text(fields.get("title")) or "").replace("\u00a0", " ")
    found = next((match for mark in _LISTENED if (match := mark.fullmatch(said))), None)
    if found is None:
        return {"reason": "does not say that a song was listened to"}
    time = as_text(fields.get("time"))
    play = {"artist": as_text(fields.get("description")), "track": clean(found[1])}
    if time is None:
        return play
    if (moment := parse_time(time)) is None:
        return {"reason": "time not understood", "record": reject_text(play | {"time": time})}
    stamp = {"played_at": moment[0], "time_precision": moment[1], "time_kind": "start"}
    return play | stamp


FORMATS: tuple[Format, ...] = (
    Format(
        "google play music activity", "plays", "google_play_music", is_play_music, read_activity
    ),
)
