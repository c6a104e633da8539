"""Which artists stay liked, and which are found: baselines, named engines and what is learned.

Both tasks know what was known at an instant and are judged by what came after it. ``leaky`` is
system D's own protocol (SYSTEMS D-B6, D-B8): features, label and split out of the same plays. It
is there to show the difference, and says nothing of an artist to come.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from sotw.learning.encoding import LOG1P, numbers
from sotw.learning.linear import Logistic
from sotw.learning.protocol import Formula, Learned

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from sotw.learning.encoding import BoolArray, FloatArray, Parameter
    from sotw.learning.protocol import Learner, Link, Scorer, Task

LIKED, FOUND, LEAKY = TASKS = ("liked", "found", "leaky")
HALF_LIVES = (30, 90, 180, 365, 730)  # as in sql/macros_taste.sql
DECAYED = tuple(f"decayed_{days}d_plays" for days in HALF_LIVES)
# When and how regularly an artist was heard (SYSTEMS D.3); how much is no behaviour.
BEHAVIOUR = ("late_night_share", "weekend_share", "gap_deviation_days", "consistency_ratio")
KEYS = ("listener_id", "cutoff_at", "artist_id")
# Of the row or of what came after it: never features.
NEVER = (
    *KEYS,
    "is_heard",
    "is_ever_heard",
    "is_public",
    "is_latest",
    "is_known",
    "next_91d_plays",
    "next_56d_plays",
    "is_liked",
    "is_found",
)
# What is known of an artist that was not heard.
OF_UNHEARD = (
    "tags_count",
    "tag_similarity_ratio",
    "recent_tag_similarity_ratio",
    "tag_match_share",
    "users_count",
    "neighbour_ratio",
    "neighbours_count",
    "endorsement_plays",
    "endorsers_count",
    "feedback_count",
    "feedback_tag_ratio",
    # Of an artist that was not heard for a year.
    "total_plays",
    "decayed_730d_plays",
    "heard_weeks",
)
C_GRID = (0.001, 0.01, 0.1, 1.0)
SEED = 42


def outcomes(rows: pd.DataFrame, name: str) -> BoolArray:
    """The label of rows whose future is known."""
    return np.asarray(rows[name].to_numpy(np.float64) > 0, dtype=np.bool_)


def log_loss(score: FloatArray, truth: BoolArray) -> float:
    """Mean of -ln of what was said of what was so, from log-odds."""
    return float(np.logaddexp(0.0, np.where(truth, -score, score)).mean()) if len(score) else 0.0


class LogLogistic:
    """Logistic regression on sign(x) * ln(1 + |x|): counts of plays have long tails."""

    link: Link = "logit"

    def __init__(self, features: Sequence[str], c: float) -> None:
        self.features = tuple(features)
        self.model = Logistic(features, c)

    @property
    def has_converged(self) -> bool:
        """Whether the optimum was reached."""
        return self.model.has_converged

    def fit(self, rows: pd.DataFrame, truth: BoolArray) -> LogLogistic:
        """Learn from rows whose future is known."""
        self.model.fit(self._logs(rows), truth)
        return self

    def score(self, rows: pd.DataFrame) -> FloatArray:
        """Log-odds, shape (n_rows,), in the order of ``rows``."""
        return self.model.score(self._logs(rows))

    def explain(self, rows: pd.DataFrame, chosen: BoolArray) -> pd.DataFrame:
        """What each feature adds to the scores of the chosen rows."""
        return self.model.explain(self._logs(rows), chosen)

    def stored(self) -> tuple[Parameter, ...]:
        """Rows of ml.parameters; an imputed value is one on the scale of logarithms."""
        intercept, *others = self.model.stored()
        return (intercept, *(dataclasses.replace(one, transform=LOG1P) for one in others))

    def _logs(self, rows: pd.DataFrame) -> pd.DataFrame:
        logs = {}
        for name in self.features:
            raw = numbers(rows[name])
            logs[name] = np.sign(raw) * np.log1p(np.abs(raw))
        return pd.DataFrame(logs, index=rows.index)


class Calibrated:
    """A scorer whose log-odds are put right by Platt's line, fitted where it had not learned."""

    link: Link = "logit"
    has_converged = True

    def __init__(self, scorer: Scorer, slope: float, start: float) -> None:
        self.scorer, self.slope, self.start = scorer, slope, start

    def score(self, rows: pd.DataFrame) -> FloatArray:
        """Log-odds, shape (n_rows,)."""
        return self.start + self.slope * self.scorer.score(rows)


def platt(score: FloatArray, truth: BoolArray) -> tuple[float, float]:
    """Slope and start of the line from a score to log-odds; as it is where nothing tells.

    Source:
        Platt 1999, Probabilistic outputs for support vector machines.
    """
    if not truth.any() or truth.all():
        return 1.0, 0.0
    line = Logistic(("score",), 1e3).fit(pd.DataFrame({"score": score}), truth)
    low, high = line.score(pd.DataFrame({"score": [0.0, 1.0]}))
    return (float(high - low), float(low)) if high > low else (1.0, 0.0)


class Forest:
    """Random forest; its log-odds are of the share of trees, kept off 0 and 1."""

    link: Link = "logit"
    has_converged = True

    def __init__(self, features: Sequence[str], leaf: int) -> None:
        self.features, self.leaf = tuple(features), leaf
        self.model: Any = None

    def fit(self, rows: pd.DataFrame, truth: BoolArray) -> Forest:
        """Grow 200 trees."""
        from sklearn.ensemble import RandomForestClassifier

        self.model = RandomForestClassifier(
            200, min_samples_leaf=self.leaf, random_state=SEED, n_jobs=1, max_samples=0.5
        )
        self.model.fit(self._matrix(rows), truth)
        return self

    def score(self, rows: pd.DataFrame) -> FloatArray:
        """Log-odds, shape (n_rows,)."""
        if not len(rows):
            return np.zeros(0)
        share = self.model.predict_proba(self._matrix(rows))[:, -1]
        kept = np.clip(share, 0.002, 0.998)
        return np.asarray(np.log(kept / (1 - kept)), dtype=np.float64)

    def _matrix(self, rows: pd.DataFrame) -> FloatArray:
        found = np.column_stack([numbers(rows[name]) for name in self.features])
        return np.where(np.isnan(found), -1.0, found)


def least_loss(
    makers: Mapping[str, Callable[[], Any]], label: str, *, is_calibrated: bool = False
) -> Learner:
    """Of several models the one with the least log-loss on validation, refitted on both.

    Args:
        makers: An unfitted model by what is noted of the choice.
        label: Column of the truth.
        is_calibrated: Put its log-odds right by what validation shows.
    """

    def learn(train: pd.DataFrame, validation: pd.DataFrame) -> Learned:
        truth, later = outcomes(train, label), outcomes(validation, label)
        losses, fitted, lines = {}, {}, {}
        for name, make in makers.items():
            fitted[name] = make().fit(train, truth)
            score = fitted[name].score(validation)
            slope, start = lines[name] = platt(score, later) if is_calibrated else (1.0, 0.0)
            losses[name] = log_loss(start + slope * score, later)
        best = min(makers, key=lambda name: losses[name])
        both = pd.concat([train, validation])
        final = makers[best]().fit(both, outcomes(both, label))
        about = {"chosen": best, "validation_log_loss": losses}
        if not is_calibrated:
            return Learned(fitted[best], final, 0.5, about)
        return Learned(
            Calibrated(fitted[best], *lines[best]),
            Calibrated(final, *lines[best]),
            0.5,
            about | {"platt": lines[best]},
        )

    return learn


def of_column(name: str) -> Learner:
    """An engine that is one column of the mart."""
    return Formula(_Column(name)).learner


@dataclasses.dataclass(frozen=True, slots=True)
class _Column:
    """Equal columns are one formula."""

    name: str

    def __call__(self, rows: pd.DataFrame) -> FloatArray:
        return np.nan_to_num(numbers(rows[self.name]))


def endorsed(rows: pd.DataFrame) -> FloatArray:
    """System D's endorsement times similarity (SYSTEMS D.5)."""
    found = numbers(rows["endorsement_plays"]) * numbers(rows["tag_match_share"])
    return np.nan_to_num(found)


def by_chance(rows: pd.DataFrame) -> FloatArray:
    """An order by hash of the artist and the instant: the same in every run."""
    instants = rows["cutoff_at"].astype("int64").to_numpy().astype(np.uint64)
    mixed = (rows["artist_id"].to_numpy().astype(np.uint64) + instants) * np.uint64(
        0x9E3779B97F4A7C15
    )
    return (mixed >> np.uint64(40)).astype(np.float64)


BLEND = "blend"
LOGISTIC = "logistic_regression"
SYSTEM_D = "system_d"
ENGINES = (
    "popularity",
    "random",
    "more_of_the_same",
    "tag_similarity",
    "neighbours",
    "endorsement_similarity",
)
CLASSIFIERS = (
    LOGISTIC,
    "without_behaviour",
    "decay",
    "random_forest",
    "boosting",
    "boosting_tags",
    SYSTEM_D,
)
BASELINES = ("total_plays", "recent_plays", "random")


def learners_of(task: Task) -> dict[str, Learner]:
    """By name: models, engines and baselines of one task."""
    from sotw.predictors.taste import boosting

    label, features = task.label, task.features
    if task.key["task"] == LEAKY:
        return {SYSTEM_D: boosting.system_d(label)}
    if task.key["task"] == FOUND:
        unheard = tuple(name for name in OF_UNHEARD if name in features)
        return {
            BLEND: least_loss({f"c={c:g}": _logistic(unheard, c) for c in C_GRID}, label),
            "popularity": of_column("users_count"),
            "random": Formula(by_chance).learner,
            "more_of_the_same": of_column("recent_tag_similarity_ratio"),
            "tag_similarity": of_column("tag_similarity_ratio"),
            "neighbours": of_column("neighbour_ratio"),
            "endorsement_similarity": Formula(endorsed).learner,
        }
    without = tuple(name for name in features if name not in BEHAVIOUR)
    return {
        LOGISTIC: least_loss({f"c={c:g}": _logistic(features, c) for c in C_GRID}, label),
        "without_behaviour": least_loss({f"c={c:g}": _logistic(without, c) for c in C_GRID}, label),
        # Which half-life foresees best what is liked: plays with that decay, and nothing else.
        "decay": least_loss({name: _logistic((name,), 1.0) for name in DECAYED}, label),
        "random_forest": least_loss(
            {f"leaf={leaf}": _forest(features, leaf) for leaf in (5, 20)}, label, is_calibrated=True
        ),
        "boosting": least_loss(boosting.grid(features), label, is_calibrated=True),
        "boosting_tags": least_loss(
            boosting.grid(features, is_tagged=True), label, is_calibrated=True
        ),
        SYSTEM_D: boosting.system_d(label),
        "total_plays": of_column("total_plays"),
        "recent_plays": of_column("recent_plays"),
        "random": Formula(by_chance).learner,
    }


def _logistic(features: Sequence[str], c: float) -> Callable[[], LogLogistic]:
    return lambda: LogLogistic(features, c)


def _forest(features: Sequence[str], leaf: int) -> Callable[[], Forest]:
    return lambda: Forest(features, leaf)
