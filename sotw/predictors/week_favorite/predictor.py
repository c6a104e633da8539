"""The weekly favourite as learning takes it: whose weeks, which rows, what is measured."""

from __future__ import annotations

import datetime as dt  # noqa: TC003 - the command line reads the types of Options
import math
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd

from sotw import warehouse
from sotw.errors import SotwError
from sotw.learning import rows as mart_rows
from sotw.learning.encoding import MIN_LEVEL_ROWS, WEEK
from sotw.learning.metrics import winner
from sotw.learning.protocol import Block, Formula, Part, Predictor, Task, Traits, option
from sotw.learning.splits import rolling
from sotw.predictors.week_favorite import boosting, models, prior
from sotw.predictors.week_favorite.baselines import BASELINES
from sotw.render import render
from sotw.settings import POLICIES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sotw.learning.metrics.intervals import Measure
    from sotw.learning.protocol import Learner, Scored
    from sotw.predictors.week_favorite.conditional_logit import Choices
    from sotw.predictors.week_favorite.prior import Prior
    from sotw.settings import Settings
    from sotw.warehouse import Connection

MART = "marts.training_week_favorite"
ENTITY = ("listener_id", "week_ending", "cutoff_policy", "track_id")
CUTOFFS = ("cutoff_at", "is_complete_week", "is_current_week")
LABEL_OF_KIND = {"pick": "is_week_favorite", "proxy": "is_proxy_favorite"}
# Of the mart; all else is a feature.
NO_FEATURES = frozenset((*ENTITY, "candidate_id", *CUTOFFS, *LABEL_OF_KIND.values(), "is_label"))
MIN_WEEKS = 5
MIN_PICKED_WEEKS = 10  # with fewer, a listener's proxy labels are used
MIN_ROLLING_WEEKS = 10
MORE_WEEKS = "Name more favourites with `sotw pick`, or import a longer history."


@dataclass(frozen=True, slots=True)
class Options:
    """What can be asked of the weekly favourite."""

    policy: Literal["calendar", "decision"] | None = option(
        None, "Plays to the end of the week, or to the pick.", "predict", "report"
    )
    week: dt.date | None = option(None, "Any date in the week.", "predict")
    as_of: dt.datetime | None = option(None, "UTC; only plays before it are seen.", "predict")
    both: bool = option(False, "Under both cut-offs, the one not built aside.", "evaluate")


@dataclass(frozen=True, slots=True, kw_only=True)
class WeekTask(Task):
    """A listener under a cut-off policy.

    Attributes:
        weeks: The labelled, complete weeks, oldest first.
        prior: What the default model is drawn towards.
    """

    weeks: tuple[dt.date, ...] = ()
    prior: Prior = field(default_factory=lambda: prior.NONE)


def too_few_labels(con: Connection) -> list[str]:
    """Listeners with too few labelled weeks to learn from, a sentence each."""
    if not warehouse.is_built(con, "core.fct_week_labels"):
        return []
    labelled, found = labelled_weeks(con), []
    for row in warehouse.rows(con, "from core.dim_listeners order by listener"):
        kind, weeks = labelled.get(row["listener_id"], ("proxy", ()))
        if len(weeks) < MIN_WEEKS:
            found.append(
                f"{row['listener']}: {len(weeks)} labelled weeks, fewer than {MIN_WEEKS}: name "
                "favourites with `sotw pick`, or import more plays."
            )
        elif kind == "proxy":
            found.append(
                f"{row['listener']}: fewer than {MIN_PICKED_WEEKS} complete weeks have a pick, so "
                "a proxy is learned from: name favourites with `sotw pick`."
            )
    return found


class WeekFavorite:
    """Which song of a week its listener names as favourite."""

    traits = Traits(
        name="week_favorite",
        mart=MART,
        entity=ENTITY,
        keys=("listener_id", "week_ending", "cutoff_policy", "cutoff_at", "track_id"),
        models=(models.DEFAULT, *models.linear(()), *boosting.MODELS),
        options=Options,
        ties=winner.TIES,
        explained=10,
        splits=("test", "rolling"),
        parts=("train", "validation"),
        baselines=tuple(BASELINES),
        compared=("hit_at_1", "hit_at_3", "mrr"),
        is_pooled=True,
        measured=(
            *WEEK,
            *("track_id", "week_plays", "last_2_days_plays", "is_first_week", "prev_4w_plays"),
            *("last_play_gap_days", "is_label"),
        ),
        extras=dict.fromkeys(boosting.MODELS, "boost"),
        calibration=lambda part, scored, _: winner.calibration(part, scored),
        advice=too_few_labels,
        constants={
            "min_picked_weeks": MIN_PICKED_WEEKS,
            "strengths": models.STRENGTHS,
            "c_grid": models.C_GRID,
            "min_level_rows": MIN_LEVEL_ROWS,
            "bootstrap_draws": winner.DRAWS,
        },
    )

    def tasks(self, con: Connection, settings: Settings, _: Options) -> list[WeekTask]:
        """Every listener under every policy, with labelled weeks and the prior to start from."""
        listeners = warehouse.rows(con, "from core.dim_listeners select listener_id, listener")
        labels = labelled_weeks(con)
        logs = prior.logs_of_shipped(con)
        features = [one for one in mart_rows.columns(con, MART) if one not in NO_FEATURES]
        found = []
        # Of the mart, which is all there is where a build of another engine is learned from.
        query = f"select distinct listener_id, cutoff_policy from {MART}"
        built = set(con.execute(query).fetchall())
        known = {key for key, _ in built}
        for policy in settings.cutoff_policies or POLICIES:
            choices: dict[str, dict[int, Choices]] = {kind: {} for kind in LABEL_OF_KIND}
            for key, (kind, weeks) in labels.items():
                if len(labels) > 1:
                    choices[kind][key] = labelled_choices(con, key, policy, kind, weeks)
            for who in listeners:
                key = who["listener_id"]
                is_built = (key, policy) in built or (key not in known and policy == POLICIES[0])
                if not settings.cutoff_policies and not is_built:
                    continue
                kind, weeks = labels.get(key, ("proxy", ()))
                drawn_to = prior.population(key, kind, choices[kind], logs)
                found.append(
                    WeekTask(
                        name=f"{who['listener']}, {policy}",
                        key={
                            "task": "weekly favourite",
                            "target": "favorite",
                            "listener_id": key,
                            "cutoff_policy": policy,
                            "label_kind": kind,
                        },
                        features=tuple(features),
                        label=LABEL_OF_KIND[kind],
                        time="week_ending",
                        group=WEEK,
                        about={"listener": who["listener"], "prior": drawn_to.source},
                        weeks=weeks,
                        prior=drawn_to,
                    )
                )
        return sorted(found, key=lambda task: (task.key["listener_id"], task.name))

    def rows(self, con: Connection, task: WeekTask) -> pd.DataFrame:
        """The task's rows of the mart, with is_label."""
        rows = read_rows(con, task.key["listener_id"], task.key["cutoff_policy"])
        if rows.empty:
            raise SotwError("no play before a cut-off. Import plays with `sotw ingest FILE`.")
        return rows.assign(is_label=rows[task.label].to_numpy(bool))

    def blocks(self, rows: pd.DataFrame, task: WeekTask, split: str) -> list[Block]:
        """Weeks 60/20/20 in the order of time, or rolling; too few: all are learned from."""
        weeks, n = task.weeks, len(task.weeks)
        if split == "test":
            first = n * 3 // 5 if n >= MIN_WEEKS else n
            second = first + n // 5 if n >= MIN_WEEKS else n
            return [_block(rows, task, weeks[:first], weeks[first:second], weeks[second:])]
        if n < MIN_ROLLING_WEEKS:
            raise SotwError(
                f"{n} labelled weeks, a rolling evaluation needs {MIN_ROLLING_WEEKS}. {MORE_WEEKS}"
            )
        return [
            _block(rows, task, weeks[:middle], weeks[middle:begin], weeks[begin:end])
            for middle, begin, end in rolling(weeks, n * 2 // 5, lambda n: math.ceil(n * 0.75))
        ]

    def learners(self, task: WeekTask) -> Mapping[str, Learner]:
        """The default, system A's forms, boosting and the baselines."""
        found = {
            models.DEFAULT: models.conditional_logit(
                task.prior.coefficients, task.prior.temperature, asdict(task.prior)
            )
        }
        found |= models.linear(task.features)
        found |= {name: boosting.learner(name, task.features) for name in boosting.MODELS}
        return found | {name: Formula(baseline).learner for name, baseline in BASELINES.items()}

    def serving(self, _: pd.DataFrame, task: WeekTask) -> tuple[str, ...]:
        """With too few weeks to divide only the default."""
        if len(task.weeks) < MIN_WEEKS:
            return (models.DEFAULT,)
        return (models.DEFAULT, "logistic_regression", *BASELINES)

    def metrics(self, part: Part, scored: Scored, _: WeekTask) -> list[Measure]:
        """How often the first song is the right one."""
        return winner.measure(part, scored)

    def to_predict(self, rows: pd.DataFrame, task: WeekTask, block: Block) -> pd.DataFrame:
        """Every week from the first test week on: what the final model did not learn from."""
        learned = [*_weeks(block.train), *_weeks(block.validation)]
        test = _weeks(block.test)
        first = test[0] if test else max(learned, default=rows["week_ending"].min())
        is_later = (rows["week_ending"] >= first) & ~rows["week_ending"].isin(learned)
        found = rows[is_later | rows["is_current_week"]]
        return found.assign(split=np.where(found["week_ending"].isin(test), "test", "new"))


def read_rows(
    con: Connection, listener_id: int, cutoff_policy: str, columns: Sequence[str] = ("*",)
) -> pd.DataFrame:
    """A listener's rows of the training mart."""
    where = "where listener_id = ? and cutoff_policy = ? order by week_ending, track_id"
    query = f"select {', '.join(columns)} from {MART} {where}"
    return mart_rows.read(con, query, [listener_id, cutoff_policy], NO_FEATURES)


def labelled_weeks(con: Connection) -> dict[int, tuple[str, tuple[dt.date, ...]]]:
    """Kind of label and labelled, complete weeks, oldest first, of each listener with any."""
    query, values = render("score/labelled_weeks.sql"), {"min_picks": MIN_PICKED_WEEKS}
    found = mart_rows.read(con, query, values, NO_FEATURES).sort_values("week_ending")
    return {
        int(own["listener_id"].iloc[0]): (own["label_kind"].iloc[0], tuple(own["week_ending"]))
        for _, own in found.groupby("listener_id")
    }


def labelled_choices(
    con: Connection, listener_id: int, policy: str, kind: str, weeks: Iterable[dt.date]
) -> Choices:
    """What a listener chose in labelled weeks, as the default model sees it."""
    label = LABEL_OF_KIND[kind]
    rows = read_rows(con, listener_id, policy, [*ENTITY, label, *models.FEATURES])
    rows = rows[rows["week_ending"].isin(list(weeks))]
    return models.choices_of(rows, rows[label].to_numpy(bool))


def _block(rows: pd.DataFrame, task: WeekTask, *parts: Sequence[dt.date]) -> Block:
    """The rows of weeks; a labelled week without a candidate is a group without a row."""
    days = rows["week_ending"].dtype

    def part(weeks: Sequence[dt.date]) -> Part:
        groups = pd.DataFrame({"week_ending": pd.to_datetime(list(weeks))})
        groups = groups.astype({"week_ending": days}).assign(listener_id=task.key["listener_id"])
        return Part(rows[rows["week_ending"].isin(list(weeks))], groups)

    return Block(*map(part, parts))


def _weeks(part: Part) -> list[pd.Timestamp]:
    return [] if part.groups is None else part.groups["week_ending"].tolist()


PREDICTOR: Predictor[WeekTask] = WeekFavorite()
