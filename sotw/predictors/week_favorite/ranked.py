"""A listener's week, ranked: what every page, command and service says of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import datetime as dt

    from sotw.predictors.week_favorite.wording import Reason

LEAST_SHARE = 0.1  # with less of the week's chances no song stands out
LEAST_LEAD = 1.25  # nor with less than that much more than the second's


@dataclass(frozen=True, slots=True)
class Candidate:
    """A song of the week with its place.

    Attributes:
        rank: 1 is the predicted song of the week.
        track_id: As in core.dim_tracks.
        artist_name: To show.
        track_name: To show.
        score: The model's own, higher is likelier; the contributions sum to it.
        probability: Of being the favourite: by a softmax over the week, so that these sum to 1,
            or, where the model judges each song by itself, of that song alone.
        share: The probability as a part of the sum over the week; of a softmax the same.
        is_label: Whether it is what the model would have had to name (the pick, or what the proxy
            says), where known.
        is_pick: Whether the listener picked it for this week.
        reasons: What speaks for and against it; empty after the tenth place.
    """

    rank: int
    track_id: int
    artist_name: str
    track_name: str
    score: float
    probability: float
    share: float
    is_label: bool
    is_pick: bool
    reasons: tuple[Reason, ...]

    @property
    def song(self) -> str:
        """As `sotw pick` takes it."""
        return f"{self.artist_name} - {self.track_name}"

    @property
    def because(self) -> tuple[str, ...]:
        """What speaks for it, the plays first."""
        return tuple(one.text for one in self.reasons if one.contribution >= 0)

    @property
    def despite(self) -> tuple[str, ...]:
        """What speaks against it, the strongest first."""
        found = [one for one in self.reasons if one.contribution < 0]
        return tuple(one.text for one in sorted(found, key=lambda one: one.contribution))


@dataclass(frozen=True, slots=True)
class Ranking:
    """A listener's week, ranked.

    Attributes:
        listener: Whose week.
        listener_id: Its key.
        week_ending: The date it ends.
        is_current: Whether it is what "this week" means for the listener.
        is_running: Whether it had not ended at the instant of the build; a current week that
            is not running is the last one of a log that ended.
        cutoff_policy: What the features may see: ``calendar`` or ``decision``.
        cutoff_at: Up to when plays were seen.
        label_kind: What the model learned from: ``pick`` or ``proxy``.
        run_id: The training run of the model.
        model_as_of: Up to when that run saw plays and picks.
        candidates: All songs of the week, best first.
        is_demo: Whether the history is synthetic.
        confidence: How often it was right when as sure as now; null where no week of this band
            can be compared yet.
        record: How often it was right at all on weeks it had not seen; null where none is known.
        state: Of the log and of what was picked.
        most_played: The album and the artist with most plays in the week; empty where the marts
            of periods are not built, and for a copy as of an instant.
    """

    listener: str
    listener_id: int
    week_ending: dt.date
    is_current: bool
    is_running: bool
    cutoff_policy: str
    cutoff_at: dt.datetime
    label_kind: str
    run_id: str
    model_as_of: dt.datetime
    candidates: tuple[Candidate, ...]
    is_demo: bool
    confidence: Confidence | None
    record: Record | None
    state: State
    most_played: tuple[MostPlayed, ...] = ()

    @property
    def pick(self) -> Candidate | None:
        """What the listener picked for this week, where it is a candidate."""
        return next((one for one in self.candidates if one.is_pick), None)

    @property
    def stands_out(self) -> bool:
        """Whether the first song is told apart from the others at all."""
        first, *others = self.candidates
        second = others[0].share if others else 0.0
        return first.share >= LEAST_SHARE and first.share >= LEAST_LEAD * second


@dataclass(frozen=True, slots=True)
class Confidence:
    """How often the model was right when it was about as sure as now.

    Attributes:
        low: Least share of the winner in this band.
        high: Greatest.
        weeks: Weeks in this band, predicted without them, whose favourite is known.
        right: Of them with the right winner.
    """

    low: float
    high: float
    weeks: int
    right: int


@dataclass(frozen=True, slots=True)
class Record:
    """The default model and the most played song on the same weeks, which it had not seen.

    Attributes:
        weeks: How many.
        right: In how many its first song was the favourite.
        most_plays_right: In how many the most played song was.
        gain_low: Lower bound of the 95 % interval of its gain in MRR over most plays.
        gain_high: Upper bound.
    """

    weeks: int
    right: int
    most_plays_right: int
    gain_low: float
    gain_high: float


@dataclass(frozen=True, slots=True)
class MostPlayed:
    """An album or artist of a week.

    Attributes:
        item_kind: ``album`` or ``artist``.
        artist_name: Whose it is; of an artist itself.
        item_name: What it is called.
        plays: In the week.
        songs: Of an album, how many of its songs were heard.
        week_plays: Of all artists in the week.
    """

    item_kind: str
    artist_name: str
    item_name: str
    plays: int
    songs: int | None
    week_plays: int


@dataclass(frozen=True, slots=True)
class State:
    """What is known of a listener's log.

    Attributes:
        log_ends_on: Day of the last play, in the listener's zone.
        last_complete_week: The last week that the log holds whole; null: none.
        picked_weeks: Complete weeks with a pick.
        picked_track_id: The pick of this week; null: none.
        listeners: How many there are in the warehouse.
    """

    log_ends_on: dt.date | None
    last_complete_week: dt.date | None
    picked_weeks: int
    picked_track_id: int | None
    listeners: int
