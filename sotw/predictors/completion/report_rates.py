"""Shares of completed plays with intervals, and how a sentence says them.

An interval is over sessions, since plays of one session are alike: the plays count as many
independent ones as would spread as much (the design effect), in Wilson's interval.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sotw.report.parts import counted, percent

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sotw.report.parts import Row

# With fewer nothing is claimed about a group.
MIN_PLAYS = 30
MIN_SESSIONS = 5
_Z_95 = 1.959963984540054


@dataclass(frozen=True, slots=True)
class Rate:
    """Completed plays of one group.

    Attributes:
        name: Of the group.
        plays: Of known outcome.
        completed: Of these, heard to the end.
        sessions: They are of.
        rate: completed of plays.
        low: Lower bound of the 95 % interval.
        high: Upper bound.
        said: Mean prediction; null where not all were scored by a model not fitted on them.
    """

    name: str
    plays: int
    completed: int
    sessions: int
    rate: float
    low: float
    high: float
    said: float | None

    @property
    def is_enough(self) -> bool:
        """Whether something may be claimed about it."""
        return self.plays >= MIN_PLAYS and self.sessions >= MIN_SESSIONS

    @property
    def text(self) -> str:
        """The rate with n and its interval."""
        return f"{percent(self.rate)} of {counted(self.plays, 'play')}, {self.interval}"

    @property
    def interval(self) -> str:
        """As a sentence says it."""
        return f"95\u00a0% interval {percent(self.low)} to {percent(self.high)}"

    @property
    def came(self) -> str:
        """The rate as what came of what was said."""
        return f"{percent(self.rate)} came ({counted(self.plays, 'play')}, {self.interval})"

    def row(self, name: str | None = None) -> Row:
        """As a plot draws it."""
        return {
            "name": self.name if name is None else name,
            "value": self.rate,
            "low": self.low,
            "high": self.high,
            "plays": self.plays,
            "sessions": self.sessions,
            "few": not self.is_enough,
        }


def of_row(row: Mapping[str, Any]) -> Rate:
    """From a row of sql/report/completion_groups.sql."""
    low, high = interval(row["rate"], row["plays"], row["sessions"], row["squares"])
    return Rate(
        name=row["name"],
        plays=row["plays"],
        completed=row["completed"],
        sessions=row["sessions"],
        rate=row["rate"],
        low=low,
        high=high,
        said=row["said"] if row["scored_plays"] == row["plays"] else None,
    )


def interval(rate: float, plays: int, sessions: int, squares: float) -> tuple[float, float]:
    """95 % interval of a share of plays over sessions.

    Args:
        rate: The share.
        plays: How many.
        sessions: How many they are of.
        squares: Sum over sessions of (completed - rate * plays)².
    """
    if sessions < 2 or squares <= 0:
        # All alike, or nothing to compare: a session says as much as one play.
        return _wilson(rate, sessions)
    variance = squares * sessions / (sessions - 1) / plays**2
    worth = max(1, min(plays, round(rate * (1 - rate) / variance)))
    return _wilson(rate, worth)


def _wilson(share: float, n: int) -> tuple[float, float]:
    """Wilson's interval of a share that is no whole count of n, which SciPy's has to be."""
    if not n:
        return 0.0, 1.0
    middle = share + _Z_95**2 / (2 * n)
    spread = _Z_95 * math.sqrt(share * (1 - share) / n + _Z_95**2 / (4 * n * n))
    scale = 1 + _Z_95**2 / n
    return max(0.0, (middle - spread) / scale), min(1.0, (middle + spread) / scale)


def extremes(rates: Sequence[Rate], before: str, *, is_pale: bool = True) -> str:
    """The highest and the lowest group, and whether they differ for sure.

    A group of few plays may be drawn higher or lower, so the sentence says that it is left out.

    Args:
        rates: In any order.
        before: What stands before a name, such as ``at ``.
        is_pale: The plot draws those of few plays pale.
    """
    enough = sorted((one for one in rates if one.is_enough), key=lambda one: -one.rate)
    if len(enough) < 2:
        return f"Fewer than two have {MIN_PLAYS} plays in {MIN_SESSIONS} sessions, so none is named"
    most, least = enough[0], enough[-1]
    apart = "do not overlap" if most.low > least.high else "overlap"
    few = len(rates) - len(enough)
    rest = ""
    if few:
        pale = "drawn pale and " if is_pale else ""
        rest = (
            f"; {few} with fewer than {MIN_PLAYS} plays or {MIN_SESSIONS} sessions "
            f"{'is' if few == 1 else 'are'} {pale}not compared"
        )
    return (
        f"Most are completed {before}{most.name} ({most.text}), fewest {before}{least.name} "
        f"({least.text}); the intervals {apart}{rest}"
    )


@dataclass(frozen=True, slots=True)
class Subject:
    """Whose plays a report is about.

    Attributes:
        listener_id: As in core.dim_listeners.
        listener: The name.
        time_zone: Of the hours and months.
        is_demo: Whether the history is synthetic.
        rates: Completed plays by kind of group, the most played first.
    """

    listener_id: int
    listener: str
    time_zone: str
    is_demo: bool
    rates: Mapping[str, tuple[Rate, ...]]
