"""Times as people, spreadsheets and JavaScript write them: a date, a clock, perhaps a zone.

The clock is looked for first; what stands before it is the date, what follows the zone, and in
``Fri Mar 15 09:42:00 GMT 2024`` the year too. A text with anything else in it is no time.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sotw.ingest.reading.time_words import HALVES, ZONES, half_of, month_of

__all__ = ["NumericDate", "Written", "numeric_date", "read_written"]

_SECOND = 1_000_000
_MINUTE = 60 * _SECOND
_EPOCH = dt.datetime(1970, 1, 1)
_MICROSECOND = dt.timedelta(microseconds=1)
_MOST_CHARACTERS = 100

_CLOCKS = (
    re.compile(
        rf"(?P<before>{HALVES})?\s?(?<!\d)(?P<hour>\d{{1,2}}):(?P<minute>\d{{2}})"
        rf"(?::(?P<second>\d{{2}})(?:[.,](?P<part>\d{{1,12}}))?)?\s?(?P<after>(?:{HALVES})(?!\w))?",
        re.IGNORECASE,
    ),
    # 上午9时42分, 오후 9시 42분 5초, 9 h 42
    re.compile(
        rf"(?P<before>{HALVES})?\s?(?<!\d)(?P<hour>\d{{1,2}})\s?[時时点點시h]\s?"
        r"(?P<minute>\d{1,2})(?:\s?[分분](?:\s?(?P<second>\d{1,2})\s?[秒초])?)?(?P<after>(?!\w))",
        re.IGNORECASE,
    ),
    # Names of files have no colons; Finns and Danes write stops.
    re.compile(
        r"(?P<before>)(?<=[T_ ])(?P<hour>\d{2})[-_](?P<minute>\d{2})"
        r"(?:[-_](?P<second>\d{2}))?(?P<after>)(?!\w)"
    ),
    re.compile(
        r"(?P<before>)(?:klo|kl\.?) (?P<hour>\d{1,2})\.(?P<minute>\d{2})"
        r"(?:\.(?P<second>\d{2}))?(?P<after>)"
    ),
    # 20240315T094200
    re.compile(
        r"(?P<before>)(?<=\dT)(?P<hour>\d{2})(?P<minute>\d{2})(?P<second>\d{2})?(?P<after>)(?!\d)"
    ),
)
_WEEKDAY = re.compile(r"[^\W\d_]{2,12}\.?,? (?=\S)")
# What joins a date and a clock.
_JOINT = re.compile(r"(?:[,T_:]|\s(?:at|um|à|a las|alle|às|om|kl\.?|klo|в|о|г\.,?|р\.,?|-|—|–))+$")
_WORD = r"[^\W\d_]+(?:['’.]|\b)"
_YEAR_FIRST = re.compile(r"(\d{4})\s?[-/.年년]\s?(\d{1,2})\s?[-/.月월]\s?(\d{1,2})\s?[.日일]?")
_YEAR_WORD = re.compile(rf"(\d{{4}})\.?[- ]({_WORD})[- ](\d{{1,2}})\.?")
_TOGETHER = re.compile(r"(\d{4})(\d{2})(\d{2})")
_NUMBERS = re.compile(r"(\d{1,2})([-/.])\s?(\d{1,2})\2\s?(\d{4}|\d{2})(\.?)")
_DAY_WORD = re.compile(
    rf"(\d{{1,2}})(?:st|nd|rd|th|er|º|ª|\.)?[- /]?(?:de |d['’])?({_WORD})"
    r"[- /,]*(?:del? )?(\d{4}|\d{2})"
)
_WORD_DAY = re.compile(rf"({_WORD})[- ](\d{{1,2}})(?:st|nd|rd|th|\.)?[-, ]+(\d{{4}})")
_WORD_DAY_ALONE = re.compile(rf"({_WORD}) (\d{{1,2}})")
_YEAR_AFTER = re.compile(r"(.*?)\s?(\d{4})")
_OFFSET = re.compile(r"(?:UTC|GMT)?\s?([+-−])(\d{1,2})(?::?(\d{2}))?", re.IGNORECASE)
_REMARK = re.compile(r"\s*\([^()]*\)$|(?<=\d{4}) [A-Z]{2,5}$|\s?\[[\w/+-]+\]$")
_ZONE_NAME = re.compile(r"[A-Z][A-Za-z]+(?:/[A-Za-z0-9_+-]+)+")
_SHORT_NAME = re.compile(r"[A-Z]{2,5}")


class Written(NamedTuple):
    """A time as it was written.

    Attributes:
        micros: Microseconds since 1970-01-01, of UTC or of a clock of unknown zone.
        precision: 'second' or 'minute'.
        is_local: Whether nobody says in which zone the clock is.
        is_doubtful: It has a name of a zone that means several, such as IST.
    """

    micros: int
    precision: str
    is_local: bool
    is_doubtful: bool = False


class NumericDate(NamedTuple):
    """A date of which the order alone tells what is what, such as ``03/02/2024``.

    Attributes:
        parts: Its numbers, as they stand.
        mark: Between them.
        has_short_year: Whether its year has two digits, and may come first.
    """

    parts: tuple[str, str, str]
    mark: str
    has_short_year: bool


@lru_cache(maxsize=65_536)
def read_written(text: str, order: str | None = None) -> Written | None:
    """Read a time of a date, a clock and perhaps a zone; null where it is none.

    Args:
        text: What was written.
        order: Of dates in numbers, ``dmy``, ``mdy`` or ``ymd``; without one they are none.
    """
    parts = _split(text)
    if parts is None:
        return None
    date, clock, zone = parts
    day = _day(date, order)
    if day is None and (year := _YEAR_AFTER.fullmatch(zone)) is not None:
        zone = year[1]
        day = _day(f"{date} {year[2]}", None) if _WORD_DAY_ALONE.fullmatch(_bare(date)) else None
    time = _clock(clock)
    if day is None or time is None:
        return None
    local = day + time[0]
    if not zone:
        return Written(local, time[1], is_local=True)
    ahead = _minutes_ahead(zone, local)
    if ahead is not None:
        return Written(local - ahead * _MINUTE, time[1], is_local=False)
    if _SHORT_NAME.fullmatch(zone):
        return Written(local, time[1], is_local=True, is_doubtful=True)
    return None


def numeric_date(text: str) -> NumericDate | None:
    """The numbers of a date whose order is not told by itself; null where there are none."""
    parts = _split(text)
    match = _NUMBERS.fullmatch(_bare(parts[0])) if parts is not None else None
    if match is None:
        return None
    first, mark, second, third, stop = match.groups()
    # A stop between is of day, month and year; a stop at the end of year, month and day.
    if mark == "." and (len(third) == 4 or stop):
        return None
    return NumericDate((first, second, third), mark, len(third) == 2)


@lru_cache(maxsize=4_096)
def _split(text: str) -> tuple[str, re.Match[str], str] | None:
    """What stands before the clock, the clock, and what follows it."""
    if len(text) > _MOST_CHARACTERS:
        return None
    text = unicodedata.normalize("NFKC", text).strip()
    for shape in _CLOCKS:
        clock = shape.search(text)
        if clock is not None and clock.start() > 0:
            zone = text[clock.end() :].strip(" ,")
            return text[: clock.start()].strip(), clock, _REMARK.sub("", zone)
    return None


def _bare(date: str) -> str:
    """A date without its weekday, and without what joins it to the clock."""
    date = _JOINT.sub("", date.strip()).strip(" ,")
    date = re.sub(r"\s?(?:г|р|ж)\.$", "", date)
    word = _WEEKDAY.match(date)
    # A month may come first too.
    if word is not None and not month_of(word[0].strip(" ,")):
        date = date[word.end() :]
    return date


@lru_cache(maxsize=65_536)
def _day(date: str, order: str | None) -> int | None:
    """Midnight of a date in microseconds."""
    date = _bare(date)
    if match := _YEAR_FIRST.fullmatch(date) or _TOGETHER.fullmatch(date):
        return _midnight(match[1], match[2], match[3])
    if match := _NUMBERS.fullmatch(date):
        first, mark, second, third, stop = match.groups()
        if mark == "." and len(third) == 4:
            order = "dmy"
        elif mark == ".":
            order = order or ("ymd" if stop else "dmy")
        if order == "ymd" and len(third) == 4:
            return None
        if order is None:
            return None
        of = dict(zip(order, (first, second, third), strict=True))
        return _midnight(of["y"], of["m"], of["d"])
    if match := _DAY_WORD.fullmatch(date):
        return _midnight(match[3], month_of(match[2]), match[1])
    if match := _WORD_DAY.fullmatch(date):
        return _midnight(match[3], month_of(match[1]), match[2])
    if match := _YEAR_WORD.fullmatch(date):
        return _midnight(match[1], month_of(match[2]), match[3])
    return None


def _midnight(year: str, month: str | int, day: str) -> int | None:
    try:
        whole = int(year) + (2000 if len(year) == 2 else 0)
        return (dt.datetime(whole, int(month), int(day)) - _EPOCH) // _MICROSECOND
    except ValueError:
        return None


def _clock(clock: re.Match[str]) -> tuple[int, str] | None:
    """Microseconds since midnight, and the precision."""
    parts = clock.groupdict()
    hour, minute, second = (int(parts[name] or 0) for name in ("hour", "minute", "second"))
    half = parts["before"] or parts["after"]
    if half:
        if not 1 <= hour <= 12 or (parts["before"] and parts["after"]):
            return None
        hour = hour % 12 + 12 * half_of(half)
    if hour > 23 or minute > 59 or second > 59:
        return None
    micros = int((parts.get("part") or "")[:6].ljust(6, "0"))
    precision = "minute" if parts["second"] is None else "second"
    return ((hour * 60 + minute) * 60 + second) * _SECOND + micros, precision


def _minutes_ahead(zone: str, local: int) -> int | None:
    """How far a zone's clocks are ahead of UTC when they show a time; null: no such zone."""
    if (offset := _OFFSET.fullmatch(zone)) is not None:
        sign, hours, minutes = offset.groups()
        ahead = int(hours) * 60 + int(minutes or 0)
        return None if ahead > 18 * 60 or int(minutes or 0) > 59 else ahead * (-1) ** (sign != "+")
    if (ahead_of_utc := ZONES.get(zone.casefold())) is not None:
        return ahead_of_utc
    if _ZONE_NAME.fullmatch(zone):
        try:
            shown = (_EPOCH + dt.timedelta(microseconds=local)).replace(tzinfo=ZoneInfo(zone))
            return (shown.utcoffset() or dt.timedelta()) // dt.timedelta(minutes=1)
        except (ZoneInfoNotFoundError, ValueError, OSError, OverflowError):
            return None
    return None
