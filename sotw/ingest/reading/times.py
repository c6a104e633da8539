"""Times as exports write them, to naive UTC and a precision.

One dictionary look-up per distinct date, not one ``strptime`` per row: twelve years of plays
have some four thousand dates.
"""

from __future__ import annotations

import datetime as dt
import re
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["NO_DAY_ORDER", "Moment", "day_order", "is_local", "parse_time", "read_time"]
__all__ += ["like_a_time", "likelier", "shown_in"]

# Microseconds since 1970-01-01 UTC, and 'second' or 'minute'.
Moment = tuple[int, str]

# What to say of a table where ``day_order`` finds none.
NO_DAY_ORDER = "of 02/03/2024 nobody can tell day from month: write 2024-03-02"

_WORDS_OF_TIMES = (
    "jan feb mar apr may jun jul aug sep oct nov dec january february march april june july august "
    "september october november december mon tue wed thu fri sat sun monday tuesday wednesday "
    "thursday friday saturday sunday t z utc gmt am pm at"
)
_WORD = "|".join(_WORDS_OF_TIMES.split())
_LIKE_A_TIME = re.compile(rf"(?=.*\d)(\d+|[\s:+.,/-]|(?<![a-z])({_WORD})(?![a-z]))+", re.IGNORECASE)
_MOST_OF_A_TIME = 40
_EPOCH = dt.datetime(1970, 1, 1)
_MICROSECOND = dt.timedelta(microseconds=1)
_SECOND = 1_000_000
_HOUR = 3600 * _SECOND
# Of a player's clock beside that of its report.
_MOST_AHEAD = 5 * 60 * _SECOND
_MOST_LATE = 180 * 24 * _HOUR
_MONTHS = {
    name: number
    for number, name in enumerate(
        ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"], 1
    )
}
# Not every word that begins like a month of English is that month: marraskuu is November.
_MONTH_NAMES = (
    *("january", "february", "march", "april", "may", "june", "july", "august", "september"),
    *("october", "november", "december", "januari", "februari", "mars", "aprile", "juni", "juli"),
    *("augusti", "augustus", "septembre", "octobre", "novembre"),
)
_DAY_MONTH = re.compile(r"(\d{1,2})[ -]([A-Za-z]{3,9})[ -](\d{4}),?")
_CLOCK = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2})(?:\.(\d{1,6})\d*)?)?")
# A time of day, perhaps its half of the day, perhaps an offset.
_REST = r"(\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?) ?([AaPp][Mm])?(?: ?([+-]\d{2}:\d{2}))?"
_DOTTED = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4}),? " + _REST)
_SLASHED = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4}),? " + _REST)
# As IFTTT notes it: October 24, 2017 at 10:11PM.
_MONTH_DAY = re.compile(r"([A-Za-z]{3,9}) (\d{1,2}),? (\d{4})(?:,| at)? " + _REST)
# As mail and feeds have it, Tue, 24 Oct 2017 22:11:05 GMT; and what Last.fm's own pages show,
# Tuesday 24 Oct 2017, 10:11pm.
_WEEKDAY_FIRST = re.compile(
    r"(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*,? )?(\d{1,2}) ([A-Za-z]{3,9}) (\d{4}),? "
    r"(\d{1,2}:\d{2}(?::\d{2})?) ?([AaPp][Mm])?(?: ?(GMT|UTC|[+-][01]\d:?[0-5]\d))?"
)
_YEAR_FIRST = re.compile(r"(\d{4})([-/])(\d{1,2})\2(\d{1,2})[T ]" + _REST)
_NUMBER = re.compile(r"-?\d{1,18}(?:[.,]\d*)?")
_ISO = re.compile(r"\d{4}[-/]\d{2}[-/]\d{2}[T ]\d{1,2}:\d{2}(:\d{2})?.*")


def day_order(texts: Iterable[str]) -> str | None:
    """Whether dates such as ``3/12/2024`` have the day first, ``dmy``, or the month, ``mdy``.

    Null where no date tells, or they contradict one another.
    """
    found = [match for text in texts if (match := _SLASHED.fullmatch(text))]
    is_day_first = any(int(match[1]) > 12 for match in found)
    is_month_first = any(int(match[2]) > 12 for match in found)
    if is_day_first == is_month_first:
        return None
    return "dmy" if is_day_first else "mdy"


def parse_time(text: str, order: str | None = None) -> Moment | None:
    """Read one time; null where it is none of the known shapes.

    Known are ``12 Mar 2024 09:42`` with or without comma and seconds, ``12.3.2024 09:42``,
    ``March 12, 2024 at 9:42AM``, ``Tue, 12 Mar 2024 09:42:00 GMT``, epoch seconds, milli- and
    microseconds, and ISO 8601 with a time of day; ``3/12/2024 9:42 AM`` where the order of day and
    month is given (``day_order``). A time without an offset is taken as UTC. A date without a time
    of day is not a time.
    """
    if order is not None and (slashed := _SLASHED.fullmatch(text)) is not None:
        first, second, *rest = slashed.groups()
        parts = (first, second) if order == "dmy" else (second, first)
        return _at(*parts, *rest)
    if (dotted := _DOTTED.fullmatch(text)) is not None:
        return _at(*dotted.groups())
    date_text, _, clock_text = text.rpartition(" ")
    if (day := _day(date_text)) is not None and (clock := _clock(clock_text)) is not None:
        return day + clock[0], clock[1]
    if _NUMBER.fullmatch(text):
        return _from_number(text)
    if (named := _MONTH_DAY.fullmatch(text)) is not None:
        word, number, *rest = named.groups()
        return _at(number, str(_month(word)), *rest)
    if (named := _WEEKDAY_FIRST.fullmatch(text)) is not None:
        number, word, year, clock_text, half, offset = named.groups()
        if offset is not None:
            offset = None if offset.isalpha() else f"{offset[:3]}:{offset[-2:]}"
        return _at(number, str(_month(word)), year, clock_text, half, offset)
    return _from_iso(text)


def read_time(text: str, order: str | None = None, zone: dt.tzinfo | None = None) -> Moment | None:
    """The same, where clocks of which nobody says in which zone they are show that of one."""
    moment = parse_time(text, order)
    if moment is None or zone is None or not is_local(text):
        return moment
    instant = shown_in(moment[0], zone)
    return None if instant is None else (instant, moment[1])


def likelier(noted: int | None, reported: int | None) -> int | None:
    """The time that a player noted, unless it cannot be; else that of the report, in microseconds.

    It cannot be after the report, nor half a year before it: a clock that was reset shows its
    first day.
    """
    if noted is None or reported is None:
        return reported if noted is None else noted
    return noted if -_MOST_LATE <= noted - reported <= _MOST_AHEAD else reported


def is_local(text: str) -> bool:
    """Whether a time that is understood is of some clock, and nobody says in which zone.

    Last.fm's own spelling, ``12 Mar 2024 09:42``, is UTC, whoever saved it.
    """
    for shape in (_SLASHED, _DOTTED, _MONTH_DAY, _YEAR_FIRST):
        if (match := shape.fullmatch(text)) is not None:
            return match[match.re.groups] is None
    # A page shows the half of the day, and the clock of who looks at it.
    shown = _WEEKDAY_FIRST.fullmatch(text)
    return shown is not None and shown[5] is not None and shown[6] is None


@lru_cache(maxsize=65_536)
def shown_in(micros: int, zone: dt.tzinfo) -> int | None:
    """The instant when the clocks of a zone showed a time, given as if it were UTC.

    Where clocks go back, the first of the two; null at the ends of the calendar.
    """
    try:
        shown = _EPOCH + dt.timedelta(microseconds=micros)
        offset = shown.replace(tzinfo=zone).utcoffset() or dt.timedelta()
    except OverflowError:
        return None
    return micros - offset // _MICROSECOND


def _at(
    day: str,
    month: str,
    year: str,
    clock_text: str,
    half: str | None = None,
    offset: str | None = None,
) -> Moment | None:
    """The time of a date in numbers, perhaps in the first or second half of its day."""
    clock = _clock(clock_text)
    try:
        midnight = dt.datetime(int(year), int(month), int(day))
    except ValueError:
        return None
    if clock is None:
        return None
    micros, precision = clock
    if offset is not None:
        hours, minutes = int(offset[1:3]), int(offset[4:])
        micros += (-1 if offset[0] == "+" else 1) * (hours * 60 + minutes) * 60 * _SECOND
    if half is not None:
        hour = int(clock_text.partition(":")[0])
        if not 1 <= hour <= 12:
            return None
        micros += (hour % 12 + 12 * (half in ("PM", "pm", "Pm", "pM")) - hour) * _HOUR
    return (midnight - _EPOCH) // _MICROSECOND + micros, precision


@lru_cache(maxsize=65_536)
def _day(text: str) -> int | None:
    """Midnight of ``12 Mar 2024`` in microseconds."""
    match = _DAY_MONTH.fullmatch(text)
    if match is None:
        return None
    day, month, year = match.groups()
    try:
        midnight = dt.datetime(int(year), _month(month), int(day))
    except ValueError:
        return None
    return (midnight - _EPOCH) // _MICROSECOND


def _month(name: str) -> int:
    """The number of a month; 0 where the word is none, or perhaps another one."""
    name = name.lower()
    is_known = any(whole.startswith(name) for whole in _MONTH_NAMES)
    return _MONTHS[name[:3]] if is_known else 0


@lru_cache(maxsize=131_072)
def _clock(text: str) -> Moment | None:
    match = _CLOCK.fullmatch(text)
    if match is None:
        return None
    hour, minute, second = (int(part or 0) for part in match.groups()[:3])
    if hour > 23 or minute > 59 or second > 59:
        return None
    micros = int((match[4] or "").ljust(6, "0"))
    precision = "minute" if match[3] is None else "second"
    return (hour * 3600 + minute * 60 + second) * _SECOND + micros, precision


def _from_number(text: str) -> Moment | None:
    number = int(text.replace(",", ".").partition(".")[0])
    # Seconds have 10 digits until 2286, milliseconds 13, microseconds 16.
    if abs(number) < 10**11:
        return number * _SECOND, "second"
    if abs(number) < 10**14:
        return number * 1000, "second"
    return (number, "second") if abs(number) < 10**17 else None


def _from_iso(text: str) -> Moment | None:
    match = _ISO.fullmatch(text)
    text = text.removesuffix(" UTC")
    try:
        moment = dt.datetime.fromisoformat(text.replace("/", "-")) if match else None
    except ValueError:
        moment = None
    if match is None or moment is None:
        # With an hour of one digit, or of the twelve of half a day.
        written = _YEAR_FIRST.fullmatch(text)
        return _at(*written.group(4, 3, 1, 5, 6, 7)) if written else None
    if moment.tzinfo is not None:
        try:
            moment = moment.astimezone(dt.UTC).replace(tzinfo=None)
        except OverflowError:
            return None
    return (moment - _EPOCH) // _MICROSECOND, "minute" if match[1] is None else "second"


def like_a_time(text: str) -> str:
    """A text that was not understood, if it looks like a time; any other could be of a person."""
    is_one = len(text) <= _MOST_OF_A_TIME and _LIKE_A_TIME.fullmatch(text)
    return text if is_one else ""
