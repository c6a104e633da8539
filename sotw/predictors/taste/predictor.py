"""Taste as learning takes it: artists at instants of a listener, judged by what came after."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd

from sotw import warehouse
from sotw.errors import SotwError
from sotw.learning import rows as mart_rows
from sotw.learning import splits
from sotw.learning.metrics import discovery
from sotw.learning.protocol import Block, Part, Predictor, Task, Traits, option
from sotw.predictors.taste import boosting, models
from sotw.render import render

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sotw.learning.metrics.intervals import Measure
    from sotw.learning.protocol import Learner, Scored
    from sotw.settings import Settings
    from sotw.warehouse import Connection

MART = "marts.training_taste"
MIN_INSTANTS = 5  # of known future; with fewer nothing is learned
SHARES = (0.6, 0.8)  # of the instants: where validation and test begin
ROLLING_SHARE = 0.4  # where the first rolling block begins
PAST_SHARE = 0.8  # of the rows before a block; the later ones choose
LEAKY_TEST_SHARE = 0.2
EXPLAINED = 50
_HOW = (
    "It takes a year and a half of plays; import more with `sotw ingest FILE`, and for artists to "
    "find a data set of other people's plays (HetRec), then run `sotw build`."
)
_LABELS = {models.LIKED: "is_liked", models.FOUND: "is_found", models.LEAKY: "is_liked"}


@dataclass(frozen=True, slots=True)
class Options:
    """What can be asked of taste."""

    task: Literal["liked", "found"] | None = option(
        None,
        "liked: artists heard before; found: not heard for a year. Else both.",
        "train",
        "evaluate",
    )


class Taste:
    """Which artists a listener will still like, and which new ones they will find."""

    traits = Traits(
        name="taste",
        mart=MART,
        entity=models.KEYS,
        keys=models.KEYS,
        models=(
            models.LOGISTIC,
            models.BLEND,
            *(name for name in models.CLASSIFIERS if name != models.LOGISTIC),
            *models.BASELINES,
            *(name for name in models.ENGINES if name not in models.BASELINES),
        ),
        options=Options,
        ties=("artist_id",),
        explained=EXPLAINED,
        splits=("test", "rolling"),
        extras=dict.fromkeys(("boosting", "boosting_tags", models.SYSTEM_D), "boost"),
        compared=("roc_auc", "average_precision", "ndcg_at_10", "precision_at_10"),
        constants={
            "half_lives": models.HALF_LIVES,
            "c_grid": models.C_GRID,
            "boosting": boosting.PARAMETERS,
            "min_instants": MIN_INSTANTS,
        },
        libraries=("xgboost-cpu", "xgboost"),
    )

    def tasks(self, con: Connection, _: Settings, options: Options) -> list[Task]:
        """Of every listener: what stays liked, what is found, and system D's own way."""
        columns = mart_rows.columns(con, MART)
        features = tuple(name for name in columns if name not in models.NEVER)
        unheard = tuple(name for name in features if name in models.OF_UNHEARD)
        wanted = (options.task,) if options.task else models.TASKS
        return [
            Task(
                name=f"{who['listener']}, {name}",
                key={"task": name, "target": name, "listener_id": who["listener_id"]},
                features=unheard if name == models.FOUND else features,
                label=_LABELS[name],
                time="cutoff_at",
                group=("cutoff_at",),
                is_served=name != models.LEAKY,
                about={"listener": who["listener"]},
            )
            for who in warehouse.rows(con, "from core.dim_listeners order by listener_id")
            for name in wanted
        ]

    def rows(self, con: Connection, task: Task) -> pd.DataFrame:
        """Artists at each instant in the order of time, the latest last: its future is not known.

        ``found_count``: artists found after the instant, candidates or not.
        """
        values = {"listener_id": task.key["listener_id"], "kind": task.key["task"]}
        name = "leaky_taste" if task.key["task"] == models.LEAKY else "taste_rows"
        found = mart_rows.read(con, render(f"score/{name}.sql"), values, models.KEYS)
        known = found.loc[found[task.label].notna(), "cutoff_at"].nunique()
        if task.key["task"] != models.LEAKY and known < MIN_INSTANTS:
            raise SotwError(f"{known} instants of known future, {MIN_INSTANTS} are needed. {_HOW}")
        if found[task.label].nunique() < 2:
            raise SotwError(
                f"no artist was {task.key['task']}, so there is nothing to tell. {_HOW}"
            )
        return found

    def blocks(self, rows: pd.DataFrame, task: Task, split: str) -> list[Block]:
        """Instants 60/20/20 in the order of time, or rolling; of the leaky task one by chance."""
        known = rows[rows[task.label].notna()]
        if task.key["task"] == models.LEAKY:
            return [_leaky_block(known, task.label)] if split == "test" else []
        instants, n = known["cutoff_at"].tolist(), len(known)
        every = sorted(set(instants))
        middle, begin = (instants.index(every[int(len(every) * one)]) for one in SHARES)
        borders = [(middle, begin, n)]
        if split == "rolling":
            start = instants.index(every[int(len(every) * ROLLING_SHARE)])
            borders = splits.rolling(instants, start, lambda before: int(before * PAST_SHARE))
        return [
            Block(Part(known[:middle]), Part(known[middle:begin]), Part(known[begin:end]))
            for middle, begin, end in borders
        ]

    def learners(self, task: Task) -> Mapping[str, Learner]:
        """Models, engines and baselines of the task."""
        return models.learners_of(task)

    def serving(self, _: pd.DataFrame, task: Task) -> tuple[str, ...]:
        """Coefficients, which are scored in SQL; the half-life; and the baselines."""
        if task.key["task"] == models.FOUND:
            return (models.BLEND, *models.ENGINES)
        return (models.LOGISTIC, "decay", *models.BASELINES)

    def metrics(self, part: Part, scored: Scored, task: Task) -> list[Measure]:
        """How well each instant's artists are ordered; of probabilities how good they are."""
        return discovery.measure(part.rows, scored, task.label)

    def to_predict(self, rows: pd.DataFrame, _: Task, __: Block) -> pd.DataFrame:
        """The artists of the latest instant."""
        return rows[rows["is_latest"] > 0].assign(split="new")


def _leaky_block(rows: pd.DataFrame, label: str) -> Block:
    """As many artists without the label as with it, a fifth of them to test, all by chance."""
    random = np.random.default_rng(models.SEED)
    parts: dict[str, list[pd.DataFrame]] = {"train": [], "test": []}
    liked = rows[rows[label] > 0]
    others = rows[rows[label] == 0]
    others = others.iloc[random.permutation(len(others))[: len(liked)]]
    for group in (liked, others):
        order = random.permutation(len(group))
        border = int(len(group) * LEAKY_TEST_SHARE)
        parts["test"].append(group.iloc[order[:border]])
        parts["train"].append(group.iloc[order[border:]])
    train, test = (Part(pd.concat(parts[name])) for name in ("train", "test"))
    return Block(train, Part(rows[:0]), test)


PREDICTOR: Predictor[Task] = Taste()
