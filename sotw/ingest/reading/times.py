"""Times as exports write them, to naive UTC and a precision.

One dictionary look-up per distinct date, not one ``strptime`` per row: twelve years of plays
have some four thousand dates.
"""

from __future__ import annotations

import datetime as dt
import re
from functools import lru_cache
from typing import TYPE_CHECKING

from sotw.ingest.reading.numbers_as_times import is_of_clock, read_number
from sotw.ingest.reading.time_words import month_of
from sotw.ingest.reading.written import NumericDate, numeric_date, read_written

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["CUT_SHORT", "NO_DAY_ORDER", "Moment", "day_order", "is_local", "parse_time"]
__all__ += ["like_a_time", "likelier", "read_time", "shown_in"]

# Microseconds since 1970-01-01 UTC, and 'second' or 'minute'.
Moment = tuple[int, str]

# What to say of a table where ``day_order`` finds none.
NO_DAY_ORDER = "of 02/03/2024 nobody can tell day from month: say --date-order dmy or mdy"

CUT_SHORT = (
    "times such as 1.71E+09 have lost digits and may be months off: show that column as whole "
    "numbers and save it again"
)

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
_ORDERS = (None, "dmy", "mdy", "ymd")
_FIRST_SHORT_YEAR = 2
# The first instant of the year 1, which is the first that Python and DuckDB both know.
_FIRST_MICROS = -62_135_596_800_000_000
# Of a player's clock beside that of its report.
_MOST_AHEAD = 5 * 60 * _SECOND
_MOST_LATE = 180 * 24 * _HOUR
_DAY_MONTH = re.compile(r"(\d{1,2})[ -]([A-Za-z]{3,9})[ -](\d{4}),?")
_CLOCK = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2})(?:\.(\d{1,6})\d*)?)?")
# What Last.fm's own pages show: Tuesday 24 Oct 2017, 10:11pm, the clock of who looks at it; feeds
# have it as Tue, 24 Oct 2017 22:11:05.
_OF_PAGES = re.compile(
    r"(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*,? )?\d{1,2} [A-Za-z]{3,9} \d{4},? "
    r"\d{1,2}:\d{2}(?::\d{2})?"
)
_ISO = re.compile(r"\d{4}[-/]\d{2}[-/]\d{2}[T ]\d{1,2}:\d{2}(:\d{2})?.*")


def day_order(texts: Iterable[str]) -> str | None:
    """How dates in numbers are to be read: ``dmy`` as ``3/12/2024``, ``mdy`` or ``ymd``.

    One date that can be read in one way only settles it for all of them. Null where no date tells,
    or they contradict one another.
    """
    dates = [date for text in texts if (date := numeric_date(text)) is not None]
    orders = {"dmy", "mdy"}
    if dates and all(date.has_short_year for date in dates):
        firsts, lasts = ({date.parts[at] for date in dates} for at in (0, 2))
        # There are more days than years, so what changes more is the day.
        orders = {"ymd"} if len(firsts) < len(lasts) else orders
    if dates and all(date.mark == "." for date in dates):
        # Nobody writes the month first and stops between.
        orders -= {"mdy"}
    for date in dates:
        orders = {order for order in orders if _is_possible(date, order)}
    if not orders and all(_is_possible(date, "ymd") for date in dates):
        orders = {"ymd"}
    return orders.pop() if dates and len(orders) == 1 else None


def _is_possible(date: NumericDate, order: str) -> bool:
    numbers = dict(zip(order, map(int, date.parts), strict=True))
    # Two digits are of a year of this century, since when there are plays.
    is_year = numbers["y"] >= _FIRST_SHORT_YEAR if date.has_short_year else order != "ymd"
    return is_year and 1 <= numbers["m"] <= 12 and 1 <= numbers["d"] <= 31


def parse_time(text: str, order: str | None = None) -> Moment | None:
    """Read one time; null where it is none of the known shapes.

    Known are ``12 Mar 2024 09:42`` and what ``written`` and ``numbers_as_times`` list, and ISO
    8601 with a time of day; ``3/12/2024 9:42 AM`` where the order of day and month is given
    (``day_order``). A time without an offset is taken as UTC. A date without a time of day is not
    a time.
    """
    date_text, _, clock_text = text.rpartition(" ")
    if (day := _day(date_text)) is not None and (clock := _clock(clock_text)) is not None:
        return day + clock[0], clock[1]
    moment = _from_iso(text) if ":" in text else read_number(text)
    if moment is not None:
        # An offset may lead out of the calendar.
        return moment if moment[0] >= _FIRST_MICROS else None
    written = read_written(text, order)
    if written is None or written.is_doubtful or written.micros < _FIRST_MICROS:
        return None
    return written.micros, written.precision


def read_time(text: str, order: str | None = None, zone: dt.tzinfo | None = None) -> Moment | None:
    """The same, where clocks of which nobody says in which zone they are show that of one."""
    moment = parse_time(text, order)
    if zone is None or (moment is not None and not is_local(text)):
        return moment
    if moment is None:
        # IST is of India, Ireland or Israel: who says a zone says which.
        written = read_written(text, order)
        moment = (written.micros, written.precision) if written is not None else None
    instant = shown_in(moment[0], zone) if moment is not None else None
    return None if instant is None or moment is None else (instant, moment[1])


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
    if is_of_clock(text):
        return True
    if read_number(text) is not None or _OF_PAGES.fullmatch(text) is not None:
        return False
    written = next(filter(None, (read_written(text, order) for order in _ORDERS)), None)
    return written is not None and written.is_local


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


@lru_cache(maxsize=65_536)
def _day(text: str) -> int | None:
    """Midnight of ``12 Mar 2024`` in microseconds."""
    match = _DAY_MONTH.fullmatch(text)
    if match is None:
        return None
    day, month, year = match.groups()
    try:
        midnight = dt.datetime(int(year), month_of(month), int(day))
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


def _from_iso(text: str) -> Moment | None:
    match = _ISO.fullmatch(text)
    text = text.removesuffix(" UTC")
    try:
        moment = dt.datetime.fromisoformat(text.replace("/", "-")) if match else None
    except ValueError:
        moment = None
    if match is None or moment is None:
        return None
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
