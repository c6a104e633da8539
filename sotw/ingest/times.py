"""Times as exports write them, to naive UTC and a precision.

One dictionary look-up per distinct date, not one ``strptime`` per row: twelve years of plays
have some four thousand dates.
"""

from __future__ import annotations

import datetime as dt
import re
from functools import lru_cache

__all__ = ["Moment", "parse_time"]

# Microseconds since 1970-01-01 UTC, and 'second' or 'minute'.
Moment = tuple[int, str]

_EPOCH = dt.datetime(1970, 1, 1)
_MICROSECOND = dt.timedelta(microseconds=1)
_SECOND = 1_000_000
_MONTHS = {
    name: number
    for number, name in enumerate(
        ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"], 1
    )
}
_DAY_MONTH = re.compile(r"(\d{1,2})[ -]([A-Za-z]{3})[a-z]*[ -](\d{4}),?")
_CLOCK = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2})(?:\.(\d{1,6})\d*)?)?")
_NUMBER = re.compile(r"-?\d{1,18}(?:\.\d*)?")
_ISO = re.compile(r"\d{4}[-/]\d{2}[-/]\d{2}[T ]\d{1,2}:\d{2}(:\d{2})?.*")


def parse_time(text: str) -> Moment | None:
    """Read one time; null where it is none of the known shapes.

    Known are ``12 Mar 2024 09:42`` with or without comma and seconds, epoch seconds, milli- and
    microseconds, and ISO 8601 with a time of day. A time without an offset is taken as UTC. A
    date without a time of day is not a time.
    """
    date_text, _, clock_text = text.rpartition(" ")
    if (day := _day(date_text)) is not None and (clock := _clock(clock_text)) is not None:
        return day + clock[0], clock[1]
    if _NUMBER.fullmatch(text):
        return _from_number(text)
    return _from_iso(text)


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
    number = int(text.partition(".")[0])
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
