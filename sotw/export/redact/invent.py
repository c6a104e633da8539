"""Invented values in place of those of an export: equal stays equal, and nothing else is left.

One ``Inventor`` serves all documents of a run. What it invents is random, and is kept nowhere but
in memory, so that no one can go back.
"""

from __future__ import annotations

import datetime as dt
import itertools
import random
import re
import secrets
import string
from typing import TYPE_CHECKING

from sotw.export.redact.fields import FAMILIES, KEPT_NAMES, KEPT_WORDS
from sotw.ingest.reading.texts import BLANKS, INVISIBLE
from sotw.keys import strict_key

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Inventor"]

_BASE62 = string.ascii_letters + string.digits
_EPOCH = dt.datetime(1970, 1, 1)
# Ingest rejects what is earlier, and what is later than tomorrow; both must stay so.
_EARLIEST = dt.datetime(2002, 10, 1)
_FAR = dt.datetime(2100, 1, 1)
_DAY = 86_400
_WEEK = 7 * _DAY
_LEAST_WEEKS, _YEAR, _MOST_WEEKS = 4, 52, 520
_MOST_DRAWS = 50
_NO_TIME = "no time"
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")

_EDGES = re.compile(rf"^([{re.escape(BLANKS)}]*)(.*?)([{re.escape(BLANKS)}]*)$", re.DOTALL)
_NUMBER = re.compile(r"-?\d+(?:\.\d*)?(?:[eE][+-]?\d+)?")
_TRUTHS = frozenset({"true", "false", "yes", "no", "null", "none", "nan", "0", "1", "0.0", "1.0"})
_UUID = re.compile(r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}")
_HEX = re.compile(r"[0-9a-f]{16,}|[0-9A-F]{16,}")
_ISRC = re.compile(r"[A-Z]{2}[A-Z0-9]{3}\d{7}")
_URI = re.compile(r"(spotify:(?:track|episode|show|album|artist|playlist):)(\w+)")
_ADDRESS = re.compile(r"(https?://)([^/?#]*)(.*)", re.DOTALL)
_PAGE = re.compile(
    r"(/(?:intl-\w+/)?(?:track|episode|show|album|artist|playlist)/|/watch\?v=|/channel/)([\w-]+)"
)
_MAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_IP = re.compile(r"\d{1,3}(?:\.\d{1,3}){3}|[0-9a-fA-F]*:[0-9a-fA-F:]*:[0-9a-fA-F:.]*")
_HOSTS = frozenset({"open.spotify.com", "www.youtube.com", "music.youtube.com", "youtu.be"})
_HOSTS |= {"www.last.fm", "musicbrainz.org", "listenbrainz.org"}
_ISO = re.compile(r"(\d{4})([-/])(\d{2})\2(\d{2})(?!\d)")
_DAY_FIRST = re.compile(r"(\d{1,2})([ -])([A-Za-z]{3,9})([ -])(\d{4})(?!\d)")
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})")
_CLOCK = re.compile(r"(?:[\d:.,+\-TZ ]|UTC)*")


class Inventor:
    """Invents values, and remembers for whom.

    The first reading of all documents tells which times there are; then ``choose_shift`` draws
    by how many weeks they all move, and the second reading moves them.
    """

    def __init__(self, now: dt.datetime, seed: int | None = None) -> None:
        self._random = secrets.SystemRandom() if seed is None else random.Random(seed)
        self._names: dict[tuple[str, str], str] = {}
        self._spellings: dict[tuple[str, str], int] = {}
        self._taken: set[tuple[str, str]] = set()
        self._counts: dict[str, int] = {}
        self._latest = now + dt.timedelta(days=1)
        self._weeks = 0
        self._first: dt.datetime | None = None
        self._last: dt.datetime | None = None
        self.replaced = 0
        self._kinds: dict[str, Callable[[str], str]] = {
            "time": self._time,
            "release": self._release,
            "number": self._number,
            "id": self._id,
            "address": self._id,
            "word": self._word,
            "platform": self._platform,
            "country": self._country,
            "text": self._text,
        }

    def choose_shift(self) -> None:
        """Draw the weeks by which all times move: back, or forward where there is no room.

        Of a history that fills all the time there is, what would come too early moves less.
        """
        if self._first is None or self._last is None:
            return
        back = min((self._first - _EARLIEST).days // 7, _MOST_WEEKS)
        ahead = min((self._latest - self._last).days // 7 - 1, _MOST_WEEKS)
        if back < _LEAST_WEEKS <= ahead:
            self._weeks = self._random.randint(_LEAST_WEEKS, ahead)
        else:
            self._weeks = -self._random.randint(_LEAST_WEEKS, max(back, _YEAR))

    def invent(self, kind: str, text: str) -> str:
        """What stands for a text of a kind; blanks at its ends stay."""
        found = _EDGES.match(text)
        before, core, after = found.groups() if found else ("", text, "")
        if not core.strip(BLANKS + INVISIBLE):
            return text
        made = self._kinds[kind](core) if kind in self._kinds else self._name(kind, core)
        self.replaced += made != core
        return f"{before}{made}{after}"

    def invent_number(self, kind: str, text: str) -> str:
        """What stands for a number that is no text."""
        if kind in ("time", "release"):
            return self._epoch(text, is_text=False)
        return text if kind in ("number", "word") else self._digits(text)

    # --- names ------------------------------------------------------------------------------

    def _name(self, kind: str, text: str) -> str:
        """``Artist 0001``: a number for each name, however its letters are spelt."""
        if text.casefold() in KEPT_NAMES:
            return text
        if text.startswith(("http://", "https://")):
            return self._id(text)
        if (kind, text) not in self._names:
            base = strict_key(text) or text
            number = self._numbered(kind, base)
            spelling = self._spellings.setdefault((kind, base), 0)
            self._spellings[(kind, base)] += 1
            made = f"{kind.capitalize()} {number:04}"
            if not text.isascii():
                # So that the encoding still matters.
                made += " é"
            styles = (made, made.upper(), made.lower(), made.swapcase())
            more = f" ({spelling})" if spelling >= len(styles) else ""
            self._names[(kind, text)] = styles[spelling % len(styles)] + more
        return self._names[(kind, text)]

    def _numbered(self, kind: str, base: str) -> int:
        key = (f"#{kind}", base)
        if key not in self._names:
            self._counts[kind] = self._counts.get(kind, 0) + 1
            self._names[key] = str(self._counts[kind])
        return int(self._names[key])

    # --- ids and addresses ------------------------------------------------------------------

    def _id(self, text: str) -> str:
        """A random id of the same shape."""
        if _IP.fullmatch(text):
            return self._ip(text)
        if _MAIL.fullmatch(text):
            return f"person{self._numbered('mail', text):04}@example.org"
        if found := _URI.fullmatch(text):
            return found[1] + self._drawn(found[2], _BASE62)
        if found := _ADDRESS.fullmatch(text):
            return self._url(found[1], found[2], found[3])
        if _UUID.fullmatch(text):
            drawn = self._drawn(text.lower(), "0123456789abcdef", 32)
            cuts = (0, 8, 12, 16, 20, 32)
            uuid = "-".join(drawn[i:j] for i, j in itertools.pairwise(cuts))
            return uuid.upper() if text.upper() == text else uuid
        if _ISRC.fullmatch(text):
            return "QZ" + self._drawn(text, string.digits, 10)
        if _NUMBER.fullmatch(text):
            return self._digits(text)
        if _HEX.fullmatch(text):
            digits = "0123456789ABCDEF" if text.upper() == text else "0123456789abcdef"
            return self._drawn(text, digits)
        return self._drawn(text, _BASE62)

    def _url(self, scheme: str, host: str, rest: str) -> str:
        host = host if host in _HOSTS else "example.org"
        if found := _PAGE.match(rest):
            return f"{scheme}{host}{found[1]}{self._drawn(found[2], _BASE62)}"
        return f"{scheme}{host}/{self._numbered('page', rest):04}" if rest else f"{scheme}{host}"

    def _ip(self, text: str) -> str:
        number = self._numbered("ip", text)
        return f"2001:db8::{number:x}" if ":" in text else f"192.0.2.{number % 254 + 1}"

    def _drawn(self, text: str, letters: str, length: int | None = None) -> str:
        width = length or len(text)
        return self._unused(
            (f"={letters}", text),
            lambda: "".join(self._random.choice(letters) for _ in range(width)),
        )

    def _unused(self, key: tuple[str, str], draw: Callable[[], str]) -> str:
        """What was drawn for a value, else a new draw: short ones may be taken already."""
        if key not in self._names:
            made = draw()
            for _ in range(_MOST_DRAWS):
                if made != key[1] and (key[0], made) not in self._taken:
                    break
                made = draw()
            self._taken.add((key[0], made))
            self._names[key] = made
        return self._names[key]

    def _digits(self, text: str) -> str:
        if text in ("0", "1", "-1") or not any(mark.isdigit() for mark in text):
            return text
        if "e" in text.lower():
            # Another exponent would make it another kind of number.
            return "1"
        return self._unused(
            ("digits", text),
            lambda: re.sub(r"\d", lambda _: self._random.choice("123456789"), text),
        )

    # --- words ------------------------------------------------------------------------------

    def _text(self, text: str) -> str:
        """Whatever is not known: by its shape, else words that say nothing."""
        if text.casefold() in _TRUTHS:
            return text
        if any(shape.fullmatch(text) for shape in (_IP, _MAIL, _URI, _ADDRESS, _UUID, _NUMBER)):
            return self._id(text)
        if _ISO.match(text):
            return self._time(text)
        return f"Text {self._numbered('text', text):04}"

    def _number(self, text: str) -> str:
        is_known = _NUMBER.fullmatch(text) or text.casefold() in _TRUTHS
        return text if is_known else self._text(text)

    def _word(self, text: str) -> str:
        is_known = text.casefold() in KEPT_WORDS or text.casefold() in _TRUTHS
        return text if is_known else f"word{self._numbered('word', text)}"

    def _platform(self, text: str) -> str:
        low = text.casefold()
        return next((family for mark, family in FAMILIES if mark in low), "other")

    def _country(self, text: str) -> str:
        return text if len(text) == 2 and text.isascii() and text.isalpha() else "ZZ"

    # --- times ------------------------------------------------------------------------------

    def _time(self, text: str) -> str:
        """A time some weeks away, written the same way; its weekday and its clock stay."""
        if _NUMBER.fullmatch(text) and not (len(text) == 8 and _COMPACT.fullmatch(text)):
            return self._epoch(text)
        for pattern, read in ((_ISO, _iso), (_DAY_FIRST, _day_first), (_COMPACT, _compact)):
            if (found := pattern.match(text)) is None:
                continue
            rest = text[found.end() :]
            try:
                day, write = read(found)
            except ValueError:
                return _NO_TIME
            if not _CLOCK.fullmatch(rest):
                return _NO_TIME
            return write(self._moved(day)) + rest
        return _NO_TIME

    def _moved(self, day: dt.datetime) -> dt.datetime:
        if day < _EARLIEST:
            return _EPOCH
        if day >= self._latest:
            return _FAR
        self._first = min(self._first or day, day)
        self._last = max(self._last or day, day)
        moved = day + dt.timedelta(weeks=self._weeks)
        too_early = max((_EARLIEST - moved).days, 0)
        return moved + dt.timedelta(weeks=-(-too_early // 7))

    def _epoch(self, text: str, *, is_text: bool = True) -> str:
        """Seconds, milli- or microseconds since 1970, by the digits there are."""
        whole, dot, fraction = text.partition(".")
        if not whole.lstrip("-").isdigit():
            return "0"
        number = int(whole)
        size = abs(number)
        if size >= 10**17:
            return _NO_TIME if is_text else "9" * len(whole)
        unit = 1 if size < 10**11 else 1000 if size < 10**14 else 10**6
        day = _EPOCH + dt.timedelta(days=number // (_DAY * unit))
        if day < _EARLIEST:
            return f"0{dot}{'0' * len(fraction)}"
        moved = (self._moved(day) - _EPOCH).days * _DAY * unit + number % (_DAY * unit)
        return f"{moved}{dot}{fraction}"

    def _release(self, text: str) -> str:
        """A year, a month or a day on which something came out, as far away as all else."""
        years = round(self._weeks * 7 / 365.25)
        if found := re.fullmatch(r"(\d{4})(-\d{2})?", text):
            return f"{int(found[1]) + years:04}{found[2] or ''}"
        if (found := _ISO.match(text)) and _CLOCK.fullmatch(text[found.end() :]):
            try:
                day, write = _iso(found)
            except ValueError:
                return _NO_TIME
            return write(day + dt.timedelta(weeks=self._weeks)) + text[found.end() :]
        return _NO_TIME


def _iso(found: re.Match[str]) -> tuple[dt.datetime, Callable[[dt.datetime], str]]:
    mark = found[2]
    day = dt.datetime(int(found[1]), int(found[3]), int(found[4]))
    return day, lambda to: f"{to:%Y}{mark}{to:%m}{mark}{to:%d}"


def _compact(found: re.Match[str]) -> tuple[dt.datetime, Callable[[dt.datetime], str]]:
    return dt.datetime(int(found[1]), int(found[2]), int(found[3])), lambda to: f"{to:%Y%m%d}"


def _day_first(found: re.Match[str]) -> tuple[dt.datetime, Callable[[dt.datetime], str]]:
    name = found[3]
    if name[:3].lower() not in _MONTHS:
        raise ValueError(name)
    day = dt.datetime(int(found[5]), _MONTHS.index(name[:3].lower()) + 1, int(found[1]))

    def write(to: dt.datetime) -> str:
        month = _MONTHS[to.month - 1]
        month = month if name.islower() else month.upper() if name.isupper() else month.title()
        number = f"{to.day:02}" if len(found[1]) == 2 else f"{to.day}"
        return f"{number}{found[2]}{month}{found[4]}{to:%Y}"

    return day, write
