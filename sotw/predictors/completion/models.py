"""Whether a play will be heard to its end, or skipped early.

Two declared tasks. ``pre_play``, the default, knows what is known when the play starts.
``post_play`` knows how long it played and why it ended: it is there to compare with system B, and
says nothing about a play to come. The default model is boosting (boosting.py beside this file);
here are the targets, the baselines and the linear models. BENCHMARKS 3 has what was compared.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from sotw.learning.encoding import numbers
from sotw.learning.linear import Logistic
from sotw.learning.protocol import Learned

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from sotw.learning.encoding import BoolArray, FloatArray
    from sotw.learning.protocol import Learner, Link, Task

DEFAULT = "boosting"
PRE_PLAY, POST_PLAY = TASKS = ("pre_play", "post_play")
# The column of the mart, by the target's name.
TARGETS = {
    "completed": "is_completed",
    "completed_loose": "is_completed_loose",
    "skipped_early": "is_skipped_early",
}
# A play's key in core.fct_plays.
PLAY = ("source", "reported_at", "track_name_id", "ordinal")
# Of the play itself or its session: never features of pre_play.
KEYS = (
    "listener_id",
    "play_number",
    "play_id",
    *PLAY,
    "track_id",
    "artist_id",
    "album_id",
    "ended_at",
    "session_number",
    "is_primary",
)
POST = "post_"
# What a source says of its own skips is a second name of the target, also after the play.
NEVER = ("post_is_skipped",)
C = 0.1
# Probabilities of baselines that may be 0 or 1 are kept off them, or one play decides the log-loss.
LEAST = 0.005

_B_NUMBERS = (
    "prev_10_completion_rate",
    "prior_track_plays",
    "prior_track_completion_rate",
    "prior_artist_plays",
    "prior_artist_completion_rate",
    "prev_24h_connection_error_count",
    "prev_24h_playback_error_count",
)
_B_CLOCK = ("previous_end_hour", "previous_end_weekday", "previous_end_month")
_B_TEXTS = ("platform_family", "country", "reason_start")
# System B's features (SYSTEMS B.4). Its clock and its position in the session are those of the
# play itself; before the play there is the clock of the end of the one before.
SYSTEM_B = {
    PRE_PLAY: (*_B_NUMBERS, *_B_CLOCK, *_B_TEXTS),
    POST_PLAY: (
        *_B_NUMBERS,
        "post_start_hour",
        "post_start_weekday",
        "post_start_month",
        "post_session_position_plays",
        "post_ms_played",
        *_B_TEXTS,
        "post_reason_end",
    ),
}


def labels(rows: pd.DataFrame, target: str) -> BoolArray:
    """The target of plays whose outcome is known."""
    return np.asarray(rows[TARGETS[target]].to_numpy(np.float64) > 0, dtype=np.bool_)


def features_of(columns: Iterable[str], task: str) -> tuple[str, ...]:
    """Every column that the task may read: what is known at the start, for post_play also after."""
    other = {*KEYS, *TARGETS.values(), *NEVER}
    return tuple(
        name
        for name in columns
        if name not in other and (task == POST_PLAY or not name.startswith(POST))
    )


def log_odds(probability: FloatArray, least: float = LEAST) -> FloatArray:
    """Of probabilities, kept off 0 and 1."""
    kept = np.clip(probability, least, 1 - least)
    return np.asarray(np.log(kept / (1 - kept)), dtype=np.float64)


class Rate:
    """The share of training plays with the target, by the value of one column or none."""

    link: Link = "logit"
    has_converged = True

    def __init__(self, column: str | None = None) -> None:
        self.column = column
        self.rates: dict[float, float] = {}
        self.overall = 0.5

    def fit(self, rows: pd.DataFrame, labels: BoolArray) -> Rate:
        """Count."""
        self.overall = (float(labels.sum()) + 1) / (len(labels) + 2)
        if self.column:
            values = numbers(rows[self.column])
            for one in np.unique(values[~np.isnan(values)]):
                own = labels[values == one]
                self.rates[float(one)] = (float(own.sum()) + 1) / (len(own) + 2)
        return self

    def score(self, rows: pd.DataFrame) -> FloatArray:
        """Log-odds of the rate."""
        found = np.full(len(rows), self.overall)
        if self.column:
            values = numbers(rows[self.column])
            for one, rate in self.rates.items():
                found[values == one] = rate
        return log_odds(found)


class Said:
    """A probability that a formula gives, without fitting but for where nothing is known."""

    link: Link = "logit"
    has_converged = True

    def __init__(self, formula: Callable[[pd.DataFrame], FloatArray]) -> None:
        self.formula = formula
        self.overall = 0.5

    def fit(self, _: pd.DataFrame, labels: BoolArray) -> Said:
        """Only the share of all plays is learned."""
        self.overall = float(labels.mean()) if len(labels) else 0.5
        return self

    def score(self, rows: pd.DataFrame) -> FloatArray:
        """Log-odds of what the formula says."""
        found = self.formula(rows)
        return log_odds(np.where(np.isnan(found), self.overall, found))


def heuristic(rows: pd.DataFrame) -> FloatArray:
    """System B's: 1 - .65 track skip rate - .35 artist skip rate, here of earlier plays only."""
    overall = numbers(rows["prior_completion_rate"])
    track, artist = (
        np.where(np.isnan(rate), overall, rate)
        for rate in (
            numbers(rows["prior_track_completion_rate"]),
            numbers(rows["prior_artist_completion_rate"]),
        )
    )
    return np.clip(1 - 0.65 * (1 - track) - 0.35 * (1 - artist), 0.0, 1.0)


class WindowPriors:
    """System B's way: counts and rates of the whole training window, a play's own outcome included.

    That they know the outcome they are to predict is what is measured here (SYSTEMS B-B10).
    """

    link: Link = "logit"
    _REPLACED = ("track", "artist")

    def __init__(self, features: tuple[str, ...], c: float = C) -> None:
        self.model = Logistic(features, c)
        self.overall = 0.5
        self.counted: dict[str, pd.DataFrame] = {}

    @property
    def has_converged(self) -> bool:
        """Whether the optimum was reached."""
        return self.model.has_converged

    def fit(self, rows: pd.DataFrame, labels: BoolArray) -> WindowPriors:
        """Count over the window, then fit on the same plays."""
        self.overall = float(labels.mean())
        outcome = pd.Series(labels.astype(np.float64), index=rows.index)
        for name in self._REPLACED:
            self.counted[name] = outcome.groupby(rows[f"{name}_id"]).agg(["size", "mean"])
        self.model.fit(self._replaced(rows), labels)
        return self

    def score(self, rows: pd.DataFrame) -> FloatArray:
        """Log-odds; a song that the window did not have is an average one."""
        return self.model.score(self._replaced(rows))

    def _replaced(self, rows: pd.DataFrame) -> pd.DataFrame:
        found = {}
        for name in self._REPLACED:
            own = self.counted[name].reindex(rows[f"{name}_id"])
            found[f"prior_{name}_plays"] = own["size"].fillna(0.0).to_numpy()
            rate = own["mean"].fillna(self.overall).to_numpy()
            found[f"prior_{name}_completion_rate"] = rate
        return rows.assign(**found)


BASELINES = ("base_rate", "recent_10_rate", "same_as_previous", "track_artist_heuristic")
LINEAR_DEFAULT = "logistic_regression"  # system B's features; it is stored, and scored in SQL
LINEAR = ("logistic_regression_all", LINEAR_DEFAULT, "logistic_regression_window_priors")


def learners(task: Task) -> dict[str, Learner]:
    """The baselines and linear models, by name."""
    of_b = tuple(one for one in SYSTEM_B[task.key["task"]] if one in task.features)
    is_skip = task.key["target"] == "skipped_early"  # the opposite of listening on
    recent = "prev_10_early_skip_rate" if is_skip else "prev_10_completion_rate"
    makers: dict[str, Callable[[], Any]] = {
        "base_rate": Rate,
        # Ten plays are few: as if one more had ended either way.
        "recent_10_rate": lambda: Said(lambda rows: (10 * numbers(rows[recent]) + 1) / 12),
        "same_as_previous": lambda: Rate("prev_1_completion_rate"),
        "track_artist_heuristic": lambda: Said(
            lambda rows: 1 - heuristic(rows) if is_skip else heuristic(rows)
        ),
        "logistic_regression_window_priors": lambda: WindowPriors(of_b),
        "logistic_regression": lambda: Logistic(of_b, C),
        "logistic_regression_all": lambda: Logistic(task.features, C),
    }

    def learner(name: str) -> Learner:
        def learn(train: pd.DataFrame, validation: pd.DataFrame) -> Learned:
            """Fit on the training plays, and again with the validation plays."""
            both = pd.concat([train, validation])
            first, final = (
                makers[name]().fit(rows, labels(rows, task.key["target"])) for rows in (train, both)
            )
            return Learned(first, final, 0.5, {"c": C} if name in LINEAR else {})

        return learn

    return {name: learner(name) for name in makers}
