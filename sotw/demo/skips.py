"""Which songs an invented listener hears to the end: a logistic model with stated coefficients.

The chance of a play is the logistic function of ``EFFECTS`` times the features of that play. All
features are known when the play starts; two of them are what became of the plays before it, so a
history is played out one play after the other. Who fits the same features to the outcomes gets
these numbers back.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sotw.demo.world import DAY, bell

if TYPE_CHECKING:
    from sotw.demo.world import Bools, Floats, Ints, World

__all__ = ["EFFECTS", "FIXED", "REASONS", "Outcomes", "Plan"]
__all__ += ["artist_liking", "play_out", "track_appeal"]

# Log-odds of hearing a song to its end, per unit of the feature.
EFFECTS: dict[str, float] = {
    "intercept": -0.10,
    "artist_liking": 0.60,  # of the artist; standard deviation 1
    "track_appeal": 0.50,  # of the track itself; standard deviation 1
    "is_shuffled": -0.40,
    "on_speaker": 0.70,  # cast, and the car; against the phone
    "on_computer": -0.30,
    "by_other_person": 0.70,
    "years": -0.26,  # since the history began: patience goes
    "previous_completed": 0.50,  # one half where nobody can tell
    "last_10_rate": 2.00,  # mood: of the last ten plays, the share heard to the end; likewise
    "by_forward": -0.60,  # reason_start; against trackdone
    "by_back": 0.60,
    "by_click": 0.50,
    "by_other_start": 0.40,  # playbtn, appload, remote
    "at_night": 0.40,  # 22:00 to 5:59 UTC
    "in_the_morning": -0.40,  # 6:00 to 9:59 UTC
    "is_first_play": -0.50,  # of the track
    "log_days_since": 0.12,  # log(1 + days) since the track was last heard
}
FIXED = list(EFFECTS)[:8]  # known before the first play; the others change as it goes
_MOVING = list(EFFECTS)[8:]
REASONS = (
    "trackdone", "fwdbtn", "backbtn", "clickrow", "playbtn", "appload", "remote", "endplay",
    "logout", "unexpected-exit-while-paused", "unknown",
)  # fmt: skip
_DONE, _FORWARD, _BACK, _CLICK, _PLAY, _APP, _REMOTE, _END, _LOGOUT, _EXIT, _UNKNOWN = range(11)
_START_EFFECT = {_FORWARD: "by_forward", _BACK: "by_back", _CLICK: "by_click"}
_START_EFFECT |= dict.fromkeys((_PLAY, _APP, _REMOTE), "by_other_start")
_UNKNOWN_SHARE = 0.01
_EARLY_SHARE = 0.65  # of the skips that no scrobbler saw
_MOOD = 10


@dataclass(frozen=True, slots=True)
class Plan:
    """What is about to be played, in order.

    ``fixed`` has a column for each of ``FIXED``. ``start`` is that of a session's first play, and
    of every play that a scrobbler saw (``is_seen``: half of it is heard in any case); else unset.
    """

    session: Ints
    tracks: Ints
    duration_ms: Ints
    start: Ints
    is_seen: Bools
    fixed: Floats


@dataclass(frozen=True, slots=True)
class Outcomes:
    """What became of a plan: seconds since 1970, places in ``REASONS``, features by ``EFFECTS``."""

    started: Ints
    ms_played: Ints
    is_completed: Bools
    is_known: Bools  # false: the service does not say why the play ended
    reason_start: Ints
    reason_end: Ints
    features: Floats

    @property
    def ended(self) -> Ints:
        """Whole seconds, as the service stamps a play."""
        return self.started + (self.ms_played + 500) // 1_000


def artist_liking(world: World, artists: Ints) -> Floats:
    """Give how much each artist is liked, beyond being heard; standard deviation 1."""
    return bell(world, 200, artists)


def track_appeal(world: World, tracks: Ints) -> Floats:
    """Give how well each track holds its listener; standard deviation 1."""
    return bell(world, 210, tracks)


def play_out(rng: np.random.Generator, plan: Plan) -> Outcomes:
    """Play a plan from its first song to its last."""
    n = plan.tracks.size
    is_first = np.diff(plan.session, prepend=-1) != 0
    is_last = np.append(is_first[1:], True)
    skip_end = np.where(
        is_last,
        rng.choice([_END, _LOGOUT, _EXIT], n, p=[0.4, 0.3, 0.3]),
        rng.choice([_FORWARD, _BACK, _END], n, p=[0.86, 0.05, 0.09]),
    )
    first_start = rng.choice([_CLICK, _PLAY, _APP, _REMOTE], n, p=[0.5, 0.2, 0.2, 0.1])
    changes_mind = rng.random(n) < 0.03
    draws = _Draws(
        luck=rng.random(n),
        skip_ms=_skip_ms(rng, plan),
        skip_end=skip_end,
        # What starts by itself after a song that ended; else what a finger on the screen chose.
        start_done=np.where(is_first, first_start, np.where(changes_mind, _CLICK, _DONE)),
        start_skip=np.where(is_first, first_start, -1),
        is_known=rng.random(n) >= _UNKNOWN_SHARE,
        pause=rng.integers(1, 4, n),
    )
    return _loop(plan, draws)


@dataclass(frozen=True, slots=True)
class _Draws:
    """All chance of a history, drawn before it is played: no draw depends on an outcome."""

    luck: Floats
    skip_ms: Ints
    skip_end: Ints
    start_done: Ints
    start_skip: Ints
    is_known: Bools
    pause: Ints


def _skip_ms(rng: np.random.Generator, plan: Plan) -> Ints:
    """How much of each song would be heard if it were skipped."""
    n, length = plan.tracks.size, plan.duration_ms
    early = np.minimum(2_000 + rng.exponential(7_000.0, n), 29_900)
    late = length * (0.10 + 0.85 * rng.random(n))
    alone = np.where(rng.random(n) < _EARLY_SHARE, early, late)
    seen = np.maximum(length * (0.51 + 0.46 * rng.random(n)), 31_000)
    heard = np.where(plan.is_seen, seen, alone).astype(np.int64)
    return np.clip(heard, 2_000, np.maximum(length - 1_000, 2_000))


def _loop(plan: Plan, draws: _Draws) -> Outcomes:
    """One play after the other; plain lists, for their elements are read one at a time."""
    n = plan.tracks.size
    fixed = plan.fixed @ np.array([EFFECTS[name] for name in FIXED])
    by_start = [EFFECTS.get(_START_EFFECT.get(code, ""), 0.0) for code in range(len(REASONS))]
    by_hour = [sum(EFFECTS[name] for name in _hour_effects(hour)) for hour in range(24)]
    of_previous, of_rate = EFFECTS["previous_completed"], EFFECTS["last_10_rate"]
    of_first, of_days = EFFECTS["is_first_play"], EFFECTS["log_days_since"]
    last_heard: dict[int, int] = {}
    recent: list[float | None] = []
    previous, rate, reason, end = 0.5, 0.5, _DONE, 0
    started, played, completed = [0] * n, [0] * n, [False] * n
    start_reason, end_reason = [0] * n, [0] * n
    rows = zip(
        plan.tracks.tolist(), plan.start.tolist(), plan.duration_ms.tolist(), fixed.tolist(),
        draws.luck.tolist(), draws.skip_ms.tolist(), draws.skip_end.tolist(),
        draws.start_done.tolist(), draws.start_skip.tolist(), draws.is_known.tolist(),
        draws.pause.tolist(), strict=True,
    )  # fmt: skip
    states: list[tuple[float, float, int, bool, float]] = []
    for i, (track, at, length, log_odds, luck, skip_ms, skip_end, start_done, start_skip, is_known,
            pause) in enumerate(rows):  # fmt: skip
        start = at if at >= 0 else end + pause
        if reason == _DONE or start_skip >= 0:
            why = start_done
        else:
            why = reason if reason in (_FORWARD, _BACK) else _CLICK
        heard = last_heard.get(track)
        days = 0.0 if heard is None else math.log1p((end - heard) / DAY)
        hour = start // 3_600 % 24
        states.append((previous, rate, hour, heard is None, days))
        log_odds += of_previous * previous + of_rate * rate + by_start[why] + by_hour[hour]
        log_odds += of_first if heard is None else of_days * days
        is_completed = luck < 1.0 / (1.0 + math.exp(-log_odds))
        ms = length if is_completed else skip_ms
        end = start + (ms + 500) // 1_000
        reason = _DONE if is_completed else skip_end
        started[i], played[i], completed[i] = start, ms, is_completed
        start_reason[i], end_reason[i] = why, reason if is_known else _UNKNOWN
        last_heard[track] = end
        recent.append(float(is_completed) if is_known else None)
        if len(recent) > _MOOD:
            del recent[0]
        known = [one for one in recent if one is not None]
        previous = recent[-1] if recent[-1] is not None else 0.5
        rate = sum(known) / len(known) if known else 0.5
    moving = np.array(states, dtype=np.float64).reshape(n, 5)
    why_started = np.array(start_reason, dtype=np.int64)
    return Outcomes(
        started=np.array(started, dtype=np.int64),
        ms_played=np.array(played, dtype=np.int64),
        is_completed=np.array(completed, dtype=np.bool_),
        is_known=draws.is_known,
        reason_start=why_started,
        reason_end=np.array(end_reason, dtype=np.int64),
        features=np.column_stack([plan.fixed, _columns(moving, why_started)]),
    )


def _hour_effects(hour: int) -> list[str]:
    if hour >= 22 or hour < 6:
        return ["at_night"]
    return ["in_the_morning"] if hour < 10 else []


def _columns(moving: Floats, why_started: Ints) -> Floats:
    """The features that change as it goes, in the order of ``EFFECTS``."""
    previous, rate, hour, is_first_play, days = moving.T
    names = np.array([_START_EFFECT.get(code, "") for code in range(len(REASONS))])[why_started]
    hours = np.array([",".join(_hour_effects(at)) for at in range(24)])[hour.astype(np.int64)]
    found = {
        "previous_completed": previous,
        "last_10_rate": rate,
        "is_first_play": is_first_play,
        "log_days_since": days,
        **{name: names == name for name in set(_START_EFFECT.values())},
        **{name: hours == name for name in ("at_night", "in_the_morning")},
    }
    return np.column_stack([found[name].astype(np.float64) for name in _MOVING])
