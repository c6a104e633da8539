"""What a report is made of: whose it is, its parts, and how numbers are said in its sentences."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sotw.settings import DEFAULT_LISTENER

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Spec = dict[str, Any]
Row = dict[str, Any]

DAYS = ("Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday")
LABELS_HOW = (
    "Name the favourite of a week with `sotw pick`, or import a longer history with "
    "`sotw ingest FILE`, then run `sotw build`."
)
TRAIN_HOW = "Run `sotw train`, then this report again."
# With fewer weeks a report shows and counts, and claims nothing: of 9 hits in 9 weeks the 95 %
# interval still begins at 70 %.
MIN_WEEKS = 10
FACTS_HOW = "Import a file of track facts with `sotw ingest FILE`, then run `sotw build`."


def of(listener: str) -> str:
    """Whose a page is, for its title; a listener whom nobody named is not told of."""
    return "" if listener == DEFAULT_LISTENER else f" of {listener}"


@dataclass(frozen=True, slots=True)
class Subject:
    """Whose weeks a report is about, and by which label and cut-off.

    Attributes:
        listener_id: As in core.dim_listeners.
        listener: The name.
        policy: What features may see: ``calendar`` or ``decision``.
        label_kind: ``pick``: favourites the listener named; ``proxy``: derived from later plays.
        is_demo: Whether the history is synthetic.
        week_ends_on: 0 = Sunday … 6 = Saturday.
        numbers: Features of the training mart that are numbers or yes and no.
        texts: Features that are text.
        comments: What each column of the mart is.
    """

    listener_id: int
    listener: str
    policy: str
    label_kind: str
    is_demo: bool
    week_ends_on: int
    numbers: tuple[str, ...]
    texts: tuple[str, ...]
    comments: Mapping[str, str]

    @property
    def favorite(self) -> str:
        """What the label names; a proxy is never called a favourite alone."""
        return "proxy favourite" if self.label_kind == "proxy" else "favourite"

    @property
    def favorites(self) -> str:
        """Several of them, at the beginning of a sentence."""
        return f"{self.favorite}s".capitalize()

    @property
    def keys(self) -> dict[str, Any]:
        """The parameters of the queries that read by listener, policy and label."""
        return {
            "listener_id": self.listener_id,
            "cutoff_policy": self.policy,
            "label_kind": self.label_kind,
        }

    @property
    def days(self) -> tuple[str, ...]:
        """The days of the listener's week in their order."""
        first = self.week_ends_on + 1
        return tuple(DAYS[(first + place) % 7] for place in range(7))


@dataclass(frozen=True, slots=True)
class Table:
    """Cells as text; the columns after the first are numbers unless named in ``texts``."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    texts: tuple[str, ...] = ()
    strong: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Part:
    """One thing that a report shows.

    Attributes:
        key: Its anchor on the page.
        title: Its heading.
        sentence: What its data say, computed from them; if there are none, what is missing
            and how to get it.
        plot: Vega-Lite; null for a table alone and for what is missing.
        table: Beside or instead of a plot.
        is_missing: There were no data.
        is_full: It takes the whole width of the page.
        is_wide: Its plot scrolls sideways on a narrow screen.
    """

    key: str
    title: str
    sentence: str
    plot: Spec | None = None
    table: Table | None = None
    is_missing: bool = False
    is_full: bool = False
    is_wide: bool = False


def missing(key: str, title: str, what: str, how: str, *, is_full: bool = False) -> Part:
    """A part without data: what is not there, and how to get it."""
    return Part(key, title, f"{what} {how}", is_missing=True, is_full=is_full)


def claimed(sentence: str, n: int, noun: str = "week") -> str:
    """A sentence about ``n`` weeks; of too few of them only that they are."""
    if n >= MIN_WEEKS:
        return sentence
    return f"n = {counted(n, noun)}: with fewer than {MIN_WEEKS} nothing is claimed."


def percent(share: float) -> str:
    """A share for a sentence; the smaller, the more digits."""
    number = 100 * share
    digits = 0 if number >= 10 or number == 0 else 1 if number >= 1 else 2
    return f"{number:.{digits}f}\u00a0%"


def counted(number: float, noun: str, plural: str = "") -> str:
    """A number with its noun: ``1 week``, ``1,204 weeks``."""
    return f"{number:,.0f} {noun if number == 1 else plural or noun + 's'}"


def listed(words: Sequence[str]) -> str:
    """Words as a sentence lists them."""
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def median(values: Sequence[float]) -> float:
    """The middle value; of two, their mean. There is at least one."""
    ordered = sorted(values)
    half = len(ordered) // 2
    return (ordered[half] + ordered[~half]) / 2
