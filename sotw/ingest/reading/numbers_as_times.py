"""Times that are numbers: seconds since 1970 and parts of them, and the days of a spreadsheet.

Seconds have 10 digits until 2286, milliseconds 13, microseconds 16, nanoseconds 19; a spreadsheet
counts days since 1899-12-30, so that of every play since 2000 its number has five digits and a
fraction. None of these can be taken for another.
"""

from __future__ import annotations

import datetime as dt
import re

__all__ = ["is_cut_short", "is_of_clock", "read_number"]

_SECOND = 1_000_000
_DAY = 86_400 * _SECOND
_MOST_DIGITS = 19
_PLAIN = re.compile(r"(-?\d{1,19})(?:[.,]\d*)?")
# 1,700,018,000 and what other countries write between thousands.
_GROUPED = re.compile(r"\d{1,3}([,. '’_])\d{3}(?:\1\d{3}){2,5}(?:[.,]\d*)?")
_POWER = re.compile(r"(\d)(?:[.,](\d{1,19}))?[eE]\+?(\d{1,2})")
_UNITS = {"s": _SECOND, "sec": _SECOND, "ms": 1_000, "us": 1, "µs": 1, "μs": 1, "ns": 0.001}
_WITH_UNIT = re.compile(r"(\d{1,19})(?:[.,]\d*)? ?(s|sec|ms|us|µs|μs|ns)")
_DOT_NET = re.compile(r"\\?/Date\((-?\d{1,15})(?:[+-]\d{4})?\)\\?/")
_SHEET_DAYS = re.compile(r"(\d{5})[.,](\d{1,17})")
_TOGETHER = re.compile(r"((?:19|20)\d{12}|(?:19|20)\d{10})")
# 2000-01-01 and 2100-12-31 of a spreadsheet, whose day 0 is this.
_FIRST_DAY, _LAST_DAY = 36_526, 73_415
_DAY_0 = -25_569 * _DAY
# A fraction of fewer digits is not exact to the second.
_EXACT_DIGITS = 5


def read_number(text: str) -> tuple[int, str] | None:
    """Microseconds since 1970 and a precision; null where a text is no such number."""
    if (plain := _PLAIN.fullmatch(text)) is not None:
        if _is_of_sheet(text):
            return _of_sheet(text)
        if _TOGETHER.fullmatch(text) and (together := _in_one(text)) is not None:
            return together
        return _scaled(int(plain[1]))
    if _GROUPED.fullmatch(text):
        digits = re.sub(r"\D", "", re.sub(r"[.,]\d{0,2}$", "", text))
        return _scaled(int(digits)) if len(digits) <= _MOST_DIGITS else None
    if (power := _POWER.fullmatch(text)) is not None:
        first, more, zeros = power.groups()
        digits = (first + (more or "").ljust(int(zeros), "0"))[: 1 + int(zeros)]
        return _scaled(int(digits)) if len(digits) <= _MOST_DIGITS else None
    if (stated := _WITH_UNIT.fullmatch(text)) is not None:
        return int(int(stated[1]) * _UNITS[stated[2]]), "second"
    if (dot_net := _DOT_NET.fullmatch(text)) is not None:
        return int(dot_net[1]) * 1_000, "second"
    return None


def is_of_clock(text: str) -> bool:
    """Whether a number shows a clock of unknown zone, rather than counting from 1970 UTC."""
    return _is_of_sheet(text) or (_TOGETHER.fullmatch(text) and _in_one(text)) is not None


def _is_of_sheet(text: str) -> bool:
    """Whether it is a day of a spreadsheet and its fraction."""
    match = _SHEET_DAYS.fullmatch(text)
    # 45363.0 is what pandas makes of 45363, seconds of a clock that was never set.
    return match is not None and _FIRST_DAY <= int(match[1]) <= _LAST_DAY and bool(int(match[2]))


def is_cut_short(text: str) -> bool:
    """Whether a spreadsheet shows a time with fewer digits than it had, as ``1.71E+09``."""
    power = _POWER.fullmatch(text)
    # Ten digits tell seconds, in whatever unit.
    return power is not None and len(power[2] or "") < 9


def _of_sheet(text: str) -> tuple[int, str]:
    days, _, part = text.replace(",", ".").partition(".")
    # Of a shown fraction with few digits the minute is right, of a whole one the second.
    is_exact = len(part) >= _EXACT_DIGITS
    step = _SECOND if is_exact else 60 * _SECOND
    since = _DAY * int(part) // 10 ** len(part)
    micros = _DAY_0 + int(days) * _DAY + (since + step // 2) // step * step
    return micros, "second" if is_exact else "minute"


def _in_one(text: str) -> tuple[int, str] | None:
    """20240315094200, or without seconds; as a number since 1970 it would be of another century."""
    try:
        moment = dt.datetime.strptime(text, "%Y%m%d%H%M%S" if len(text) == 14 else "%Y%m%d%H%M")
    except ValueError:
        return None
    micros = (moment - dt.datetime(1970, 1, 1)) // dt.timedelta(microseconds=1)
    return micros, "second" if len(text) == 14 else "minute"


def _scaled(number: int) -> tuple[int, str]:
    """Microseconds of a number whose digits tell its unit."""
    if abs(number) < 10**11:
        return number * _SECOND, "second"
    if abs(number) < 10**14:
        return number * 1_000, "second"
    if abs(number) < 10**17:
        return number, "second"
    return number // 1_000, "second"
