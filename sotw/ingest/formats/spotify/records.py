"""What others make of Spotify's plays: several exports in one list, columns, a spreadsheet's times.

Spotify writes a list of records, and times from the year on. Programs that put files together
write lists of lists, or an object with a list or an object for each field; spreadsheets write the
date anew, as it is usual where they run.
"""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING, Any

from sotw.ingest.reading.delimited import read_records
from sotw.ingest.reading.json_stream import elements
from sotw.ingest.reading.texts import open_text
from sotw.ingest.reading.times import NO_DAY_ORDER, day_order, parse_time

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import TextIO

    from sotw.ingest.reading.documents import Document
    from sotw.ingest.reading.texts import Sample, Tally
    from sotw.ingest.reading.times import Moment

__all__ = ["MINUTE", "column", "in_plain_words", "is_by_minute", "moment_of", "order_of_times"]
__all__ += ["first_credit", "records"]

_DATE_IN_NUMBERS = re.compile(r"^(\d{1,2})([/-])(\d{1,2})\2(\d{4})\b")
MINUTE = 60_000_000
# What programs write where a field is missing. Names may be such words, and NA is a country.
_MISSING = frozenset({"NA", "<NA>", "N/A", "NaN", "nan", "None", "null", "NULL", "nil", "\\N"})
_TELLING = ("spotify_track_uri", "spotify_episode_uri", "audiobook_uri", "offline_timestamp")
_NAMES = (
    (
        "master_metadata_track_name",
        "master_metadata_album_artist_name",
        "master_metadata_album_album_name",
    ),
    ("episode_name", "episode_show_name"),
    ("audiobook_title", "audiobook_chapter_title"),
)
_KEPT = {"conn_country", *(name for names in _NAMES for name in names)}
_FLAGS = ("shuffle", "skipped", "offline", "incognito_mode")
# As spreadsheets write true and false where they speak German, French, Spanish and so on.
_TRUTHS = {
    **dict.fromkeys(("wahr", "vrai", "verdadero", "verdadeiro", "vero", "waar"), "true"),
    **dict.fromkeys(("sant", "sann", "prawda", "doğru", "истина"), "true"),
    **dict.fromkeys(("falsch", "faux", "falso", "onwaar"), "false"),
    **dict.fromkeys(("falskt", "usann", "fałsz", "yanlış", "ложь"), "false"),
}
# So many of a document's times tell how it writes them.
_FIRST = 500


def records(stream: TextIO, name: str, times: tuple[str, ...]) -> Iterator[Any]:
    """Yield the plays of a document, in whatever it wraps them.

    Args:
        stream: The text.
        name: The document's.
        times: The fields that a time may be in.

    Raises:
        SourceError: The text is cut off, or is no JSON.
    """
    is_of_lists = None
    for element in elements(stream, name):
        if is_of_lists is None:
            is_of_lists = isinstance(element, list)
        if is_of_lists and isinstance(element, list):
            yield from element
        elif (keys := _keys_of_columns(element, times)) is not None:
            for key in keys:
                yield {field: _cell(cells, key) for field, cells in element.items()}
        else:
            yield element


def _keys_of_columns(element: Any, times: tuple[str, ...]) -> Iterable[Any] | None:  # noqa: ANN401
    """What the cells of columns are found by; null where an object is a record."""
    columns = element if isinstance(element, dict) else {}
    if not all(isinstance(cells, dict | list) for cells in columns.values()):
        return None
    clock: Any = next((columns[at] for at in times if columns.get(at)), None)
    return range(len(clock)) if isinstance(clock, list) else clock


def _cell(cells: Any, key: Any) -> Any:  # noqa: ANN401 - JSON
    if isinstance(cells, dict):
        return cells.get(key)
    return cells[key] if isinstance(key, int) and key < len(cells) else None


def first_credit(credits_: str) -> str:
    """The artist of the earliest account data, which names all who wrote a song after it.

    Some names have commas: ``Tyler, The Creator``, ``Earth, Wind & Fire``.
    """
    parts = credits_.split(", ")
    if " " in parts[0] or len(parts) == 1:
        return parts[0]
    if parts[1].casefold().startswith("the "):
        return ", ".join(parts[:2])
    words = next((at for at, part in enumerate(parts) if " " in part), 0)
    is_band = words and re.search(r" (?:&|and) ", parts[words])
    return ", ".join(parts[: words + 1]) if is_band else parts[0]


def in_plain_words(texts: dict[str, list[str]]) -> dict[str, list[str]]:
    """A table's columns without marks for what is missing, and with flags in English."""
    fields = (texts[name] for name in _TELLING if name in texts)
    marks = {mark for cells in fields for mark in _MISSING.intersection(cells)}
    if marks:
        texts = {
            name: cells if name in _KEPT else ["" if text in marks else text for text in cells]
            for name, cells in texts.items()
        }
        for names in _NAMES:
            _without_marks(texts, [name for name in names if name in texts], marks)
    for name in _FLAGS:
        if any(word.casefold() in _TRUTHS for word in {*texts.get(name, ())}):
            texts[name] = [_TRUTHS.get(word.casefold(), word) for word in texts[name]]
    return texts


def _without_marks(texts: dict[str, list[str]], names: list[str], marks: set[str]) -> None:
    """Empty the names of something where the two that it must have are marks."""
    rows = zip(*(texts[name] for name in names[:2]), strict=True)
    missing = [marks.issuperset(row) for row in rows]
    for name in names:
        cells = zip(texts[name], missing, strict=True)
        texts[name] = ["" if is_missing else text for text, is_missing in cells]


def order_of_times(document: Document, sample: Sample, at: int, tally: Tally) -> str | None:
    """The order of day and month where a spreadsheet has written the times of a table anew.

    All of the table is asked: its head can be of one week. Null where the dates are not of such
    a kind, or nothing tells; of the latter a person should know.
    """
    first = islice(column(document, sample, at), _FIRST)
    if not any(_DATE_IN_NUMBERS.match(text) for text in first):
        return None
    order = sample.date_order or day_order(
        _with_slashes(text) for text in column(document, sample, at)
    )
    if order is None:
        tally.notes.append(NO_DAY_ORDER)
    return order


def column(document: Document, sample: Sample, at: int) -> Iterator[str]:
    """The fields of a table's column, without what is around them."""
    widths = (len(sample.header),)
    with open_text(document, sample) as stream:
        for chunk in read_records(
            stream, delimiter=sample.delimiter, widths=widths, skip_header=True
        ):
            yield from (row[at].strip() for row in chunk.rows)


def moment_of(text: str, order: str | None) -> Moment | None:
    """A time, also where a spreadsheet has written it anew."""
    return parse_time(_with_slashes(text.strip()), order)


def _with_slashes(text: str) -> str:
    """A date in numbers as ``day_order`` knows it; of dashes too the order is to be found out."""
    return _DATE_IN_NUMBERS.sub(r"\1/\3/\4", text, count=1)


def is_by_minute(texts: Iterable[str], order: str | None = None) -> bool:
    """Whether the first times have no seconds, or a program has added them, and they are all 0."""
    moments = (moment_of(text, order) for text in islice(texts, _FIRST))
    return all(moment is None or moment[0] % MINUTE == 0 for moment in moments)
