"""Shows that the listener has seen: a table with an artist and a date, and nothing of tracks.

Dates are ISO, or have points (12.03.2024), dashes (12-03-2024, as setlist.fm writes), a month's
name, or slashes. Which of 03/04/2024 is the month, the other dates of the file must tell, and for
12/03/24 that the year does not come first; where they do not, the show is rejected, as a wrong
date is worse than none. A time of day, as spreadsheets add it, is left out.
"""

from __future__ import annotations

import datetime as dt
import re
from collections import defaultdict
from typing import TYPE_CHECKING, Any

from sotw.ingest.formats.lastfm.tables import FIELDS, read_faults
from sotw.ingest.reading.delimited import read_records, split_record
from sotw.ingest.reading.format import Format, Unread
from sotw.ingest.reading.rows import MOST_RECORD_CHARACTERS, table
from sotw.ingest.reading.texts import clean, open_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import pyarrow as pa

    from sotw.ingest.reading.documents import Document
    from sotw.ingest.reading.texts import Sample, Tally

__all__ = ["FORMATS", "UNREAD", "Order", "date_of", "order_of"]

_ARTISTS = (
    *("artist", "artist_name", "band", "band_name", "act", "performer", "headliner", "artists"),
    *("bands", "performers", "musician", "group"),
)
_DATES = (
    *("show_date", "concert_date", "event_date", "gig_date", "eventdate", "date_seen", "seen_on"),
    *("date_attended", "attended_on", "attended", "date_of_show", "start_date", "show", "date"),
    "day",
)
# What a list of shows never has: tracks, and what is said of artists rather than of evenings.
_NOT_OF_SHOWS = {
    *(heading for field in ("track", "album") for heading in FIELDS[field]),
    *("album_artist", "release_date", "first_release_date", "date_added", "added_at"),
    *("genre", "genres", "tags", "popularity", "artist_popularity", "followers", "listeners"),
    *("playcount", "play_count", "plays", "scrobbles", "count", "ms_played", "duration"),
    *("danceability", "energy", "valence", "tempo", "loudness", "birth_date", "date_of_birth"),
    *("rank", "position", "peak_rank", "peak_position", "streams", "chart", "isrc", "lyrics"),
    *("label", "medium", "score"),
} - {"name", "title"}
# What only a list of shows has.
_EVENING = re.compile(r"venue|festival|concert|gig|setlist|tour(?:_|$)|opener|support_act")
_WHERE = re.compile(r"city|town|location|place|hall|club|stage")

_MONTHS = {
    name: number
    for number, name in enumerate(
        ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"], 1
    )
}
_WEEKDAY = re.compile(r"^(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*\.?,?\s+", re.IGNORECASE)
_YEAR_FIRST = re.compile(r"(\d{4})([-/.])(\d{1,2})\2(\d{1,2})|(\d{4})(\d{2})(\d{2})")
_YEAR_LAST = re.compile(r"(\d{1,2})([-/.])(\d{1,2})\2(\d{4})|(\d{1,2})([/.])(\d{1,2})\6(\d\d)")
_DAY_MONTH = re.compile(
    r"(\d{1,2})(?:st|nd|rd|th|\.)?(?: of)?[ -]([A-Za-z]{3})[a-z]*\.?,?(?:[ -](\d{4})|-(\d\d))"
)
_MONTH_DAY = re.compile(r"([A-Za-z]{3})[a-z]*\.? (\d{1,2})(?:st|nd|rd|th)?,? (\d{4})")
_CLOCK = re.compile(r"[T ]\d{1,2}:\d\d.*$", re.DOTALL)
# An evening may be the next day there.
_ELSEWHERE = re.compile(r"[T ](?!00:00)\d\d:\d\d.*(?:Z|UTC|[+-]00:?00)$")
# Of a year in two digits; no show is as old as the one, or as far off as the other.
_FIRST_SHORT_YEAR = 40
_EPOCH = dt.date(1970, 1, 1)

# For each mark between numbers: whether the day comes first; null where that cannot be known. Under
# no mark: whether years of two digits come last.
Order = dict[str, bool | None]


def _places(header: list[str]) -> tuple[int, int] | None:
    """Where artist and date stand; null where one is missing or the table is of something else."""
    names = set(header)
    artist = next((name for name in _ARTISTS if name in names), None)
    date = next((name for name in _DATES if name in names), None)
    if artist is None or date is None or not _NOT_OF_SHOWS.isdisjoint(names):
        return None
    is_titled = not names.isdisjoint({"name", "title"})
    if is_titled and (artist != "artist" or not any(map(_EVENING.search, names))):
        # Of a song, a picture or a review more likely than of a tour.
        return None
    return header.index(artist), header.index(date)


def is_shows(sample: Sample) -> bool:
    """A heading for an artist and one for a date, and no track.

    Dates with a time of day are those of plays, unless something else is said of the evenings.
    """
    if sample.is_json or (places := _places(sample.header)) is None:
        return False
    _, place = places
    rows = [split_record(line, sample.delimiter) for line in sample.head.splitlines()[1:40]]
    dates = [row[place].strip() for row in rows if len(row) == len(sample.header)]
    said = [date for date in dates if date]
    fitting = [date for date in said if _parts(date) is not None]
    is_of_evenings = any(_EVENING.search(name) or _WHERE.search(name) for name in sample.header)
    has_clock = any(_CLOCK.search(date) for date in said)
    return (is_of_evenings or not has_clock) and len(said) <= 2 * len(fitting)


def read_shows(document: Document, sample: Sample, tally: Tally) -> Iterator[pa.Table]:
    """Read all dates of a table, then each by what all of them tell of their order."""
    places = _places(sample.header)
    if places is None:
        return
    found: list[tuple[int, str, str]] = []
    with open_text(document, sample) as stream:
        chunks = read_records(
            stream, delimiter=sample.delimiter, widths=(len(sample.header),), skip_header=True
        )
        for chunk in chunks:
            tally.read += chunk.records
            if chunk.faults:
                yield read_faults("live_shows", chunk, is_open=False)
            found += [
                (line, row[places[0]], row[places[1]].strip())
                for line, row in zip(chunk.lines, chunk.rows, strict=True)
            ]
    order = order_of(date for _, _, date in found)
    if found:
        shows = [_show(artist, date, order) for _, artist, date in found]
        columns: dict[str, list[Any]] = {name: [show[name] for show in shows] for name in shows[0]}
        yield table("live_shows", columns | {"line": [line for line, _, _ in found]})


def _show(artist: str, text: str, order: Order) -> dict[str, Any]:
    day, reason = None, None
    if text:
        date = date_of(text, order)
        if isinstance(date, dt.date):
            day = (date - _EPOCH).days
        else:
            reason = date
    record = f"{artist}, {text}"[:MOST_RECORD_CHARACTERS] if reason else None
    return {"artist": clean(artist), "show_date": day, "reason": reason, "record": record}


def order_of(texts: Iterable[str]) -> Order:
    """Whether day or month comes first, from the dates that only one of them can begin."""
    seen: defaultdict[str, set[bool]] = defaultdict(set)
    is_year_last = False
    for text in texts:
        if (match := _YEAR_LAST.fullmatch(_bare(text))) is not None:
            first, mark, second, year = match.groups()[:4] if match[1] else match.groups()[4:]
            # A year has both its digits.
            is_year_last |= len(year) == 2 and (len(first) == 1 or int(year) > 31)
            if int(first) > 12 >= int(second):
                seen[mark].add(True)
            elif int(second) > 12 >= int(first):
                seen[mark].add(False)
    order: Order = {"/": None, "-": True, ".": True, "": is_year_last}
    for mark, answers in seen.items():
        order[mark] = answers.pop() if len(answers) == 1 else None
    return order


def date_of(text: str, order: Order) -> dt.date | str:
    """The date that a text means, or the reason why none."""
    parts = _parts(text)
    if parts is None:
        return "date not understood"
    year, month, day, mark = parts
    if year < 100:
        if not order[""]:
            return "date not understood"
        year += 1900 if year >= _FIRST_SHORT_YEAR else 2000
    if mark is not None and month <= 12 and day <= 12 and month != day:
        is_day_first = order[mark]
        if is_day_first is None:
            return "day and month cannot be told apart: write dates as 2024-03-12"
        if not is_day_first:
            month, day = day, month
    elif mark is not None and month > 12:
        month, day = day, month
    try:
        return dt.date(year, month, day)
    except ValueError:
        return "date not understood"


def _bare(text: str) -> str:
    text = _WEEKDAY.sub("", text.strip())
    return text if _ELSEWHERE.search(text) else _CLOCK.sub("", text)


def _parts(text: str) -> tuple[int, int, int, str | None] | None:
    """Year, month and day, read day first; and the mark where day and month may be swapped.

    A year below 100 is one of two digits, which may as well be the day.
    """
    text = _bare(text)
    if (match := _YEAR_FIRST.fullmatch(text)) is not None:
        year, month, day = (match[1], match[3], match[4]) if match[1] else match.groups()[4:]
        return int(year), int(month), int(day), None
    if (match := _YEAR_LAST.fullmatch(text)) is not None:
        first, mark, second, year = match.groups()[:4] if match[1] else match.groups()[4:]
        return int(year), int(second), int(first), mark
    if (match := _DAY_MONTH.fullmatch(text)) is not None:
        day, name, year, short = match.groups()
        if year is None:
            # As spreadsheets write it, and none writes the year first.
            year = f"{'19' if int(short) >= _FIRST_SHORT_YEAR else '20'}{short}"
    elif (match := _MONTH_DAY.fullmatch(text)) is not None:
        name, day, year = match.groups()
    else:
        return None
    month = _MONTHS.get(name.lower())
    return None if month is None else (int(year), month, int(day), None)


FORMATS: tuple[Format, ...] = (Format("live shows", "live_shows", "file", is_shows, read_shows),)
UNREAD: tuple[Unread, ...] = ()
