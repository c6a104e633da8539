"""Contributions to a score, said for a person.

Features that tell the same story are one theme: their contributions are added and they share one
phrase. A feature without a theme speaks by its column comment, so a new one needs nothing here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

DAYS = ("Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat")
MAX_PHRASES = 3  # beside the plays of the week, which are always said
MIN_CONTRIBUTION = 0.1  # log-odds; less is not worth a word


@dataclass(frozen=True, slots=True)
class Contribution:
    """One row of ml.contributions."""

    feature: str
    level: str | None
    value: float | None
    contribution: float


@dataclass(frozen=True, slots=True)
class Reason:
    """One theme of an explanation.

    Attributes:
        text: Such as ``first heard this week``.
        contribution: Log-odds that its features add, against the average candidate; below zero
            it speaks against the song.
    """

    text: str
    contribution: float


@dataclass(frozen=True, slots=True)
class _Facts:
    values: Mapping[str, float]
    week_ends_on: int

    def get(self, feature: str) -> float:
        return self.values.get(feature, 0.0)

    @property
    def last_days(self) -> str:
        return f"{DAYS[(self.week_ends_on - 1) % 7]}–{DAYS[self.week_ends_on]}"


def _count(number: float, noun: str) -> str:
    return f"{number:.0f} {noun}" if number == 1 else f"{number:.0f} {noun}s"


def _plays(facts: _Facts) -> str:
    plays, late = facts.get("week_plays"), facts.get("last_2_days_plays")
    if plays <= 1:
        return "1 play" + (f", on {facts.last_days}" if late else "")
    if not late:  # mid-week those days are still to come
        return _count(plays, "play")
    part = "all" if late == plays else f"{late:.0f}"
    return f"{_count(plays, 'play')}, {part} of them {facts.last_days}"


def _days(facts: _Facts) -> str:
    return f"heard on {_count(facts.get('week_active_days'), 'day')}"


def _recency(facts: _Facts) -> str:
    days = facts.get("last_play_gap_days")
    hours = round(days * 24)
    spell = _count(hours, "hour") if hours < 24 else _count(round(days), "day")
    return f"last heard {spell if hours else 'less than an hour'} before the cut-off"


def _history(facts: _Facts) -> str:
    if facts.get("is_first_week"):
        return "first heard this week"
    return f"{_count(facts.get('prior_plays'), 'play')} in earlier weeks"


def _momentum(facts: _Facts) -> str:
    if facts.get("is_first_week"):
        return _history(facts)
    before = facts.get("prev_4w_plays")
    return f"{_count(before, 'play') if before else 'no play'} in the 4 weeks before"


def _past_picks(facts: _Facts) -> str:
    before = facts.get("prior_picks")
    return "never picked before" if not before else f"picked {_count(before, 'time')} before"


def _release(facts: _Facts) -> str:
    if "release_age_days" not in facts.values:
        return "release date unknown"
    days = facts.get("release_age_days")
    if days < 60:
        return f"released {_count(days, 'day')} ago" if days >= 0 else "not released yet"
    return f"released {_count(days // 365, 'year')} ago" if days >= 730 else "not a new release"


def _artist(facts: _Facts) -> str:
    return f"{_count(facts.get('artist_week_plays'), 'play')} of the artist this week"


# Who speaks for which features; every feature is in one row at most.
THEMES: tuple[tuple[Callable[[_Facts], str], tuple[str, ...]], ...] = (
    (
        _plays,
        (
            "week_plays",
            "week_plays_rank",
            "behind_top_plays",
            "week_plays_share",
            "last_2_days_plays",
            "last_2_days_plays_share",
            "last_day_plays",
        ),
    ),
    (_days, ("week_active_days",)),
    (_recency, ("last_play_gap_days",)),
    (
        _history,
        ("is_first_week", "prior_plays", "prior_weeks", "first_play_age_weeks", "gap_weeks"),
    ),
    (
        _momentum,
        (
            "prev_1w_plays",
            "prev_4w_plays",
            "change_1w_plays",
            "momentum_4w_ratio",
            "prev_1_active_plays",
            "prev_4_active_plays",
            "decayed_8w_plays",
        ),
    ),
    (_past_picks, ("prior_picks",)),
    (
        _release,
        (
            "release_age_days",
            "is_released_within_28d",
            "is_release_date_missing",
            "release_granularity_type",
        ),
    ),
    (
        _artist,
        (
            "artist_week_plays",
            "artist_week_tracks_count",
            "artist_prev_4w_plays",
            "artist_prior_plays",
            "artist_momentum_4w_ratio",
            "artist_plays_share",
        ),
    ),
)
_THEME_OF = {feature: say for say, features in THEMES for feature in features}
# Equal for all candidates of a week: they move the probability, not the order.
OF_THE_WEEK = ("(intercept)", "candidate_tracks_count", "week_total_plays")


def reasons(
    contributions: Iterable[Contribution], week_ends_on: int, comments: Mapping[str, str]
) -> tuple[Reason, ...]:
    """Why a candidate has its score: its plays, then the strongest themes, then those against it.

    Args:
        contributions: All of one candidate.
        week_ends_on: 0 = Sunday … 6 = Saturday; names the last two days.
        comments: Of the mart's columns, for features without a theme.
    """
    known = [one for one in contributions if one.feature not in OF_THE_WEEK]
    values = {one.feature: one.value for one in known if one.value is not None}
    facts = _Facts(values, week_ends_on)
    sums: dict[str, float] = {}
    for one in known:
        say = _THEME_OF.get(one.feature)
        text = say(facts) if say else _plain(one, comments)
        sums[text] = sums.get(text, 0.0) + one.contribution
    plays = _plays(facts)
    first = [Reason(plays, sums.pop(plays))] if plays in sums else []
    ordered = sorted(sums.items(), key=lambda pair: (-pair[1], pair[0]))
    good = [Reason(*pair) for pair in ordered if pair[1] >= MIN_CONTRIBUTION][:MAX_PHRASES]
    worst = ordered[: -MAX_PHRASES - 1 : -1]
    bad = [Reason(*pair) for pair in worst if pair[1] <= -MIN_CONTRIBUTION]
    return tuple(first + good + bad)


def _plain(one: Contribution, comments: Mapping[str, str]) -> str:
    """A feature by its comment and value; by its name where it is a yes or no."""
    words = one.feature.replace("_", " ")
    if one.feature.startswith(("is_", "has_")):
        words = words.split(" ", 1)[1]
        return words if one.value else f"not {words}"
    if one.level is not None:
        return f"{words} {one.level}"
    said = comments.get(one.feature, words).split(";")[0]
    return f"{said}: {'unknown' if one.value is None else f'{one.value:.4g}'}"
