"""The texts of a catalogue's columns to values; what cannot be becomes null and is counted.

Catalogues write one thing in many ways: a list as Python prints it, a genre with semicolons, a
year as ``2000.0``. Numbers of the sound are kept on whatever scale the catalogue has.
"""

from __future__ import annotations

import ast
import datetime as dt
import math
import re
from functools import lru_cache
from typing import TYPE_CHECKING, TypeVar

from sotw.ingest.reading.texts import clean
from sotw.keys import strict_key

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Callable, Sequence

__all__ = [
    "audio",
    "durations",
    "first_artist",
    "flags",
    "is_nothing",
    "isrcs",
    "popularities",
    "release_dates",
    "source",
    "spotify_ids",
    "tags",
    "unit_of",
]

_T = TypeVar("_T")
# How programs write that there is nothing; ``?`` is a tempo that was not found.
_NOTHING = frozenset(
    (
        *("", "nan", "na", "n/a", "#n/a", "<na>", "null", "none", "\\n", "-", "?", "nat"),
        *("[]", "()", "{}", "set()"),
    )
)
_PITCHES = "c,c#/db,d,d#/eb,e,f,f#/gb,g,g#/ab,a,a#/bb,b"
_WORDS = {
    "key": {
        spelled: float(pitch)
        for pitch, names in enumerate(_PITCHES.split(","))
        for name in (names, *names.split("/"))
        for spelled in (name, name[0] + name[1:].replace("#", "♯").replace("b", "♭"))
    },
    "mode": {"major": 1.0, "minor": 0.0},
    "time_signature": {f"{beats}/4": float(beats) for beats in range(1, 12)},
}
_TRUTH = {"true": True, "t": True, "yes": True, "y": True, "1": True, "1.0": True}
_TRUTH |= {"false": False, "f": False, "no": False, "n": False, "0": False, "0.0": False}
_ITEM = re.compile(r"""'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)\"""")
_LIST = re.compile(r"""\s*[\[({]\s*['"].*[\])}]\s*\Z""", re.DOTALL)
_DATE = re.compile(r"([1-9]\d{3})(?:\.0+|([-/]?)(\d\d)(?:\2(\d\d)(?:[T ].*)?)?)?\Z")
# Whether the day comes first, only a number above 12 tells.
_YEAR_LAST = re.compile(r"(\d{1,2})([-/.])(\d{1,2})\2([1-9]\d{3})\Z")
_CLOCK = re.compile(r"(?:(\d{1,3}):)?(\d{1,3}):([0-5]\d)(?:\.\d+)?\Z")
_THOUSANDS = re.compile(r"\d{1,3}(?:,\d{3})+\Z")
_SPOTIFY_ID = re.compile(r"(?:\A|[:/])([0-9A-Za-z]{22})(?:\?.*)?\Z")
_ISRC = re.compile(r"[A-Z]{2}[A-Z0-9]{3}\d{7}\Z")
# A week; the longest recordings sold last a day or two.
_MOST_MILLISECONDS = 7 * 86_400_000


class _Impossible(ValueError):
    """A field with something that cannot be."""


def _each(
    texts: Sequence[str], parse: Callable[[str], _T | None], field: str, faults: Counter[str]
) -> list[_T | None]:
    """Every text parsed; null where it says nothing, or what cannot be, which is counted."""
    values: list[_T | None] = []
    for text in texts:
        text = text.strip()
        try:
            values.append(None if text.lower() in _NOTHING else parse(text))
        except (_Impossible, ValueError, OverflowError):
            faults[field] += 1
            values.append(None)
    return values


def _number(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise _Impossible
    return number


def audio(texts: Sequence[str], field: str, faults: Counter[str]) -> list[float | None]:
    """Finite numbers of one audio feature, and what some write for them in words."""
    try:
        numbers: list[float | None] = [*map(float, texts)]
        is_plain = math.isfinite(math.fsum(map(abs, numbers)))  # type: ignore[arg-type]
    except (ValueError, OverflowError):
        is_plain = False
    if not is_plain:
        words = _WORDS.get(field, {})

        def parse(text: str) -> float:
            known = words.get(text.lower())
            return _number(text) if known is None else known

        numbers = _each(texts, parse, field, faults)
    # Spotify writes -1 where it found no key.
    return [None if number == -1 else number for number in numbers] if field == "key" else numbers


def _plain(texts: Sequence[str], most: int) -> list[int] | None:
    """Whole numbers from 0 to a bound, read at once; null where one of them is anything else."""
    try:
        numbers = [*map(int, texts)]
    except ValueError:
        return None
    return numbers if numbers and min(numbers) >= 0 and max(numbers) <= most else None


def popularities(texts: Sequence[str], field: str, faults: Counter[str]) -> list[int | None]:
    """Whole numbers from 0 to 100; those of an artist may be a mean."""
    if (plain := _plain(texts, 100)) is not None:
        return [*plain]

    def parse(text: str) -> int:
        number = _number(text)
        if not 0 <= number <= 100:
            raise _Impossible
        return round(number)

    return _each(texts, parse, field, faults)


def unit_of(texts: Sequence[str]) -> int | None:
    """Milliseconds in the unit that durations have where it is not said; null where none fits.

    Half of all songs last longer than ten seconds and less than two hours.
    """
    numbers = sorted(found for text in texts if (found := _length(text)) is not None)
    if not numbers:
        return None
    middle = numbers[len(numbers) // 2]
    if middle >= 10_000:
        return 1
    return 1000 if middle >= 10 else None


def _length(text: str) -> float | None:
    """The number of a duration without a colon."""
    text = text.strip()
    try:
        number = float(text.replace(",", "") if _THOUSANDS.match(text) else text)
    except ValueError:
        return None
    return number if math.isfinite(number) and number > 0 else None


def durations(
    texts: Sequence[str], field: str, faults: Counter[str], *, unit: int | None = 1
) -> list[int | None]:
    """Milliseconds from numbers in a unit, null where nobody knows which, and from ``3:45``.

    0 says that the duration is not known.
    """
    if unit == 1 and (plain := _plain(texts, _MOST_MILLISECONDS)) is not None:
        return [number or None for number in plain]

    def parse(text: str) -> int | None:
        if (found := _CLOCK.match(text)) is not None:
            hours, minutes, seconds = (int(part or 0) for part in found.groups())
            milliseconds = ((hours * 60 + minutes) * 60 + seconds) * 1000
        elif unit is None:
            raise _Impossible
        else:
            bare = text.replace(",", "") if _THOUSANDS.match(text) else text
            milliseconds = round(_number(bare) * unit)
        if not 0 <= milliseconds <= _MOST_MILLISECONDS:
            raise _Impossible
        return milliseconds or None

    return _each(texts, parse, field, faults)


def source(text: str) -> str | None:
    """The name of a catalogue; a number is none."""
    name = clean(text)
    return name.lower() if name is not None and any(map(str.isalpha, name)) else None


def release_dates(texts: Sequence[str], field: str, faults: Counter[str]) -> list[str | None]:
    """A year, a month or a day; the year 0 says that it is not known."""
    return _each(texts, _release_date, field, faults)


@lru_cache(100_000)
def _release_date(text: str) -> str | None:
    if text.rstrip(".0") == "" or text.startswith("0000"):
        return None
    month: str | None
    day: str | None
    if (found := _DATE.match(text)) is not None:
        year, _, month, day = found.groups()
    elif (found := _YEAR_LAST.match(text)) is not None:
        day, _, month, year = found.groups()
        if int(month) > 12:
            day, month = month, day
        elif int(day) <= 12 and day != month:
            day = month = None
        day, month = day and day.zfill(2), month and month.zfill(2)
    else:
        raise _Impossible
    # What is not known of a day, some write as 00.
    month = None if month == "00" else month
    day = None if day == "00" or month is None else day
    # No such month or day is a ValueError.
    dt.date(int(year), int(month or 1), int(day or 1))
    return "-".join(part for part in (year, month, day) if part)


def flags(texts: Sequence[str], field: str, faults: Counter[str]) -> list[bool | None]:
    """Truth values as programs write them."""
    known: list[bool | None] = [_TRUTH.get(text.lower()) for text in texts]
    if None not in known:
        return known

    def parse(text: str) -> bool:
        value = _TRUTH.get(text.lower())
        if value is None:
            raise _Impossible
        return value

    return _each(texts, parse, field, faults)


def isrcs(texts: Sequence[str], field: str, faults: Counter[str]) -> list[str | None]:
    """Codes of recordings, without the hyphens that some are printed with."""

    def parse(text: str) -> str:
        code = text.replace("-", "").replace(" ", "").upper()
        if _ISRC.match(code) is None:
            raise _Impossible
        return code

    return _each(texts, parse, field, faults)


def spotify_ids(texts: Sequence[str]) -> list[str | None]:
    """Spotify's ids from ids, URIs and addresses; the numbers of others are none."""
    return [found[1] if (found := _SPOTIFY_ID.search(text.strip())) else None for text in texts]


def _items(text: str) -> list[str]:
    """The texts of a list as Python, JSON or numpy print it."""
    items = []
    for single, double in _ITEM.findall(text):
        item = single or double
        if "\\" in item:
            try:
                item = ast.literal_eval(f'"{item}"' if double else f"'{item}'")
            except (ValueError, SyntaxError):
                item = item.replace("\\", "")
        items.append(item)
    return items


@lru_cache(100_000)
def first_artist(text: str) -> str | None:
    """The first of several artists; a comma or an ampersand is part of a name."""
    names = _items(text) if _LIST.match(text) else text.split(";")
    return next((name for one in names if (name := clean(one)) is not None), None)


@lru_cache(100_000)
def tags(*texts: str) -> tuple[str, str] | None:
    """Genres of one row, as lines of tags and lines of their keys; null when there is none."""
    words: list[str] = []
    for text in texts:
        if is_nothing(text):
            continue
        words += _items(text) if _LIST.match(text) else re.split("[,;|]", text.strip("[]() \t"))
    found: dict[str, str] = {}
    for word in words:
        # A line feed inside a tag would part it.
        tag = clean(" ".join(word.split()))
        key = strict_key(tag)
        if tag is not None and key is not None and not is_nothing(tag):
            found.setdefault(key, tag)
    return ("\n".join(found.values()), "\n".join(found)) if found else None


def is_nothing(text: str) -> bool:
    """Whether a field says that there is no value."""
    return text.strip().lower() in _NOTHING
