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

__all__ = ["NO_DAY_ORDER", "Moment", "day_order", "parse_time"]

# Microseconds since 1970-01-01 UTC, and 'second' or 'minute'.
Moment = tuple[int, str]

# What to say of a table where ``day_order`` finds none.
NO_DAY_ORDER = "of 02/03/2024 nobody can tell day from month: write 2024-03-02"

_EPOCH = dt.datetime(1970, 1, 1)
_MICROSECOND = dt.timedelta(microseconds=1)
_SECOND = 1_000_000
_HOUR = 3600 * _SECOND
_MONTHS = {
    name: number
    for number, name in enumerate(
        ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"], 1
    )
}
_DAY_MONTH = re.compile(r"(\d{1,2})[ -]([A-Za-z]{3})[a-z]*[ -](\d{4}),?")
_CLOCK = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2})(?:\.(\d{1,6})\d*)?)?")
_DOTTED = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4}),? (\S+)")
_SLASHED = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4}),? (\d{1,2}:\d{2}(?::\d{2})?) ?([AaPp][Mm])?")
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

    Known are ``12 Mar 2024 09:42`` with or without comma and seconds, ``12.3.2024 09:42``, epoch
    seconds, milli- and microseconds, and ISO 8601 with a time of day; ``3/12/2024 9:42 AM`` where
    the order of day and month is given (``day_order``). A time without an offset is taken as UTC.
    A date without a time of day is not a time.
    """
    if order is not None and (slashed := _SLASHED.fullmatch(text)) is not None:
        first, second, year, clock_text, half = slashed.groups()
        parts = (first, second) if order == "dmy" else (second, first)
        return _at(*parts, year, clock_text, half)
    if (dotted := _DOTTED.fullmatch(text)) is not None:
        return _at(*dotted.groups())
    date_text, _, clock_text = text.rpartition(" ")
    if (day := _day(date_text)) is not None and (clock := _clock(clock_text)) is not None:
        return day + clock[0], clock[1]
    if _NUMBER.fullmatch(text):
        return _from_number(text)
    return _from_iso(text)


def _at(day: str, month: str, year: str, clock_text: str, half: str | None = None) -> Moment | None:
    """The time of a date in numbers, perhaps in the first or second half of its day."""
    clock = _clock(clock_text)
    try:
        midnight = dt.datetime(int(year), int(month), int(day))
    except ValueError:
        return None
    if clock is None:
        return None
    micros, precision = clock
    if half is not None:
        hour = micros // _HOUR
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
        midnight = dt.datetime(int(year), _MONTHS.get(month.lower(), 0), int(day))
    except ValueError:
        return None
    return (midnight - _EPOCH) // _MICROSECOND


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
    if match is None:
        return None
    text = text.removesuffix(" UTC")
    try:
        moment = dt.datetime.fromisoformat(text.replace("/", "-"))
    except ValueError:
        return None
    if moment.tzinfo is not None:
        try:
            moment = moment.astimezone(dt.UTC).replace(tzinfo=None)
        except OverflowError:
            return None
    return (moment - _EPOCH) // _MICROSECOND, "minute" if match[1] is None else "second"
