"""The completion of plays as learning takes it: whose plays, which rows, what is measured."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from sotw import warehouse
from sotw.errors import SotwError
from sotw.learning import rows as mart_rows
from sotw.learning import splits
from sotw.learning.metrics import binary
from sotw.learning.protocol import Block, Part, Predictor, Task, Traits, option
from sotw.predictors.completion import boosting, models

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from sotw.learning.encoding import BoolArray, IntArray
    from sotw.learning.metrics.intervals import Measure
    from sotw.learning.protocol import Learner, Scored
    from sotw.settings import Settings
    from sotw.warehouse import Connection

MART = "marts.training_completion"
MIN_PLAYS = 200  # with fewer plays of known outcome nothing is learned
SHARES = (0.6, 0.8)  # where validation and test begin
ROLLING_SHARE = 0.4  # where the first rolling block begins
PAST_SHARE = 0.8  # of the plays before a block; the later ones are its validation
ALL, PRIMARY = "all", "primary"
RANDOM = "random_order"
EXPLAINED = 100  # the latest plays


@dataclass(frozen=True, slots=True)
class Options:
    """What can be asked of the completion of plays."""

    task: Literal["pre_play", "post_play"] = option(
        "pre_play",
        "What is known: when the play starts, or also how it ended.",
        "train",
        "evaluate",
    )
    target: Literal["completed", "completed_loose", "skipped_early"] = option(
        "completed", "What a play may come to.", "train", "evaluate"
    )
    model: Literal["boosting", "logistic_regression"] | None = option(
        None, "Whose scores to keep; else what suits how many plays there are.", "train"
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class PlayTask(Task):
    """A listener's plays of known outcome: all, or those of their own sessions.

    Attributes:
        model: Asked for; null: what suits the plays.
    """

    model: str | None = None


def random_order(part: Part, task: PlayTask) -> Mapping[str, list[Measure]]:
    """What a random order of each session reaches."""
    return {RANDOM: binary.measure_random_order(*_judged(part, task))}


def bands(part: Part, scored: Scored, task: PlayTask) -> list[dict[str, float]]:
    """How often the target came, by what was said."""
    assert scored.probability is not None
    return binary.calibration_bins(_judged(part, task)[0], scored.probability)


class Completion:
    """Whether a play will be heard to its end, or skipped early."""

    traits = Traits(
        name="completion",
        mart=MART,
        entity=("listener_id", "play_number"),
        keys=("listener_id", *models.PLAY, "track_id"),
        models=(models.DEFAULT, *models.LINEAR, *models.BASELINES),
        options=Options,
        explained=EXPLAINED,
        splits=("test", "rolling"),
        extras={models.DEFAULT: "boost"},
        by_chance=random_order,
        calibration=bands,
        constants={
            "min_plays": MIN_PLAYS,
            "boosting_min_plays": boosting.MIN_PLAYS,
            "boosting": boosting.PARAMETERS,
            "c": models.C,
            "ece_bins": binary.ECE_BINS,
            "bootstrap_draws": binary.DRAWS,
        },
        libraries=("xgboost-cpu", "xgboost"),
    )

    def tasks(self, con: Connection, _: Settings, options: Options) -> list[PlayTask]:
        """Every listener's plays, and apart from them those of their own sessions."""
        column = models.TARGETS[options.target]
        known = f"count(*) filter (where {column} is null), count(*) filter (where not is_primary)"
        own = f"count(*) filter (where is_primary and {column} is null)"
        query = f"select listener_id, {known}, {own} from {MART} group by all"
        left_out = {who: counts for who, *counts in con.execute(query).fetchall()}
        features = models.features_of(mart_rows.columns(con, MART), options.task)
        found = []
        for who in warehouse.rows(con, "from core.dim_listeners order by listener_id"):
            listener, key = who["listener"], who["listener_id"]
            unknown, others, unknown_of_own = left_out.get(key, (0, 0, 0))
            for cohort in (ALL, PRIMARY) if others else (ALL,):
                is_own = cohort == PRIMARY
                found.append(
                    PlayTask(
                        name=f"{listener}, {cohort}" if is_own else listener,
                        key={
                            "task": options.task,
                            "target": options.target,
                            "listener_id": key,
                        },
                        features=features,
                        label=column,
                        time="ended_at",
                        group=("session_number",),
                        cohort=cohort,
                        is_served=is_own or not others,
                        about={
                            "listener": listener,
                            "unknown_outcome": unknown_of_own if is_own else unknown,
                            "not_primary": others if is_own else 0,
                        },
                        model=options.model,
                    )
                )
        return found

    def rows(self, con: Connection, task: PlayTask) -> pd.DataFrame:
        """Plays of known outcome, in the order in which they ended."""
        query = f"from {MART} where listener_id = ? order by play_number"
        every = mart_rows.read(con, query, [task.key["listener_id"]], models.KEYS)
        is_meant = every[task.label].notna()
        if task.cohort == PRIMARY:
            is_meant &= every["is_primary"].to_numpy(bool)
        rows = every[is_meant].reset_index(drop=True)
        _refuse_too_few(rows[task.label], task.cohort)
        return rows

    def blocks(self, rows: pd.DataFrame, _: PlayTask, split: str) -> list[Block]:
        """Plays 60/20/20 in the order of time, or rolling; never inside a session."""
        sessions, n = rows["session_number"].tolist(), len(rows)
        first, second = (splits.border(sessions, int(n * share)) for share in SHARES)
        borders = [(first, second, n)]
        if split == "rolling":
            start, past = n * ROLLING_SHARE, lambda before: int(before * PAST_SHARE)
            borders = splits.rolling(sessions, start, past)
            if not borders:
                raise SotwError("all plays are of one session")
        return [
            Block(Part(rows[:middle]), Part(rows[middle:begin]), Part(rows[begin:end]))
            for middle, begin, end in borders
        ]

    def learners(self, task: PlayTask) -> Mapping[str, Learner]:
        """Boosting, the linear models and the baselines."""
        return {models.DEFAULT: boosting.learner(task), **models.learners(task)}

    def serving(self, rows: pd.DataFrame, task: PlayTask) -> tuple[str, ...]:
        """What was asked for; else boosting where there are plays enough."""
        is_enough = len(rows) >= boosting.MIN_PLAYS
        default = task.model or (models.DEFAULT if is_enough else models.LINEAR_DEFAULT)
        return tuple(dict.fromkeys((default, models.LINEAR_DEFAULT, *models.BASELINES)))

    def metrics(self, part: Part, scored: Scored, task: PlayTask) -> list[Measure]:
        """How good the probabilities are, and how well they order each session."""
        assert scored.probability is not None
        return binary.measure(*_judged(part, task), scored.probability, scored.score)

    def to_predict(self, rows: pd.DataFrame, _: PlayTask, block: Block) -> pd.DataFrame:
        """Every play; what the model was fitted on is marked as such."""
        parts = {"train": block.train, "validation": block.validation, "test": block.test}
        names = [name for name, part in parts.items() for _ in range(len(part.rows))]
        return rows.assign(split=np.array(names, dtype=object))


def _judged(part: Part, task: PlayTask) -> tuple[BoolArray, IntArray]:
    """What plays came to, and their sessions."""
    sessions = part.rows["session_number"].to_numpy(np.int64)
    return models.labels(part.rows, task.key["target"]), binary.numbered(sessions)


def _refuse_too_few(outcomes: pd.Series, cohort: str) -> None:
    """Say what is lacking where there is nothing to learn from."""
    of = " of the listener's own sessions" if cohort == PRIMARY else ""
    how = (
        "Loosen [attribution] in sotw.toml, then run `sotw build`."
        if cohort == PRIMARY
        else "Import the extended history of Spotify with `sotw ingest FILE`."
    )
    if len(outcomes) < MIN_PLAYS:
        raise SotwError(
            f"{len(outcomes)} plays{of} say how they ended, {MIN_PLAYS} are needed. {how}"
        )
    if outcomes.nunique() < 2:
        raise SotwError(
            f"all {len(outcomes)} plays{of} that say how they ended did so alike, so there is "
            f"nothing to tell apart. {how}"
        )


PREDICTOR: Predictor[PlayTask] = Completion()
