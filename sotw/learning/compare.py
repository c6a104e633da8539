"""Models and baselines beside each other on the same weeks: metrics, paired differences, rolling.

Every figure is a row for ml.metrics. A difference is named after what it is measured against:
``mrr_over_most_plays`` is this model's MRR minus that of ``most_plays``, week by week.
"""

from __future__ import annotations

import itertools
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from sotw.errors import SotwError
from sotw.learning.encoding import Weeks
from sotw.learning.metrics import winner
from sotw.predictors.week_favorite import models as week_favorite
from sotw.predictors.week_favorite.baselines import BASELINES
from sotw.predictors.week_favorite.models import MODEL

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from sotw.learning.encoding import FloatArray

# What metrics and baselines read of a row; the rest is let go once it is scored.
_KEPT = [
    *winner.WEEK,
    "track_id",
    "week_plays",
    "last_2_days_plays",
    "is_first_week",
    "prev_4w_plays",
    "last_play_gap_days",
    "is_label",
]
_COMPARED = ("hit_at_1", "hit_at_3", "mrr")
PAST_SHARE = 0.75  # of the weeks before a rolling block; the rest of them choose the strength
MIN_ROLLING_WEEKS = 10


@dataclass(frozen=True, slots=True)
class Measured:
    """The scored weeks of one listener under one policy.

    Attributes:
        key: listener_id, cutoff_policy and label_kind.
        listener: The name.
        weeks: The labelled weeks: what is divided by.
        scored: By model, from ``scored``.
    """

    key: Mapping[str, Any]
    listener: str
    weeks: Sequence[dt.date]
    scored: Mapping[str, pd.DataFrame]


def scored(rows: pd.DataFrame, model: week_favorite.Model, threshold: float | None) -> pd.DataFrame:
    """What metrics and baselines need of the rows, with the model's score and shares."""
    kept = rows[_KEPT].copy()
    if not len(rows):
        return kept.assign(score=0.0, share=0.0)
    kept["score"] = model.score(rows)
    said = week_favorite.probabilities(kept["score"].to_numpy(), rows, model.link)
    weeks = Weeks.of(rows)
    kept["share"] = said / weeks.sums(said)[weeks.of_row]
    if threshold is not None:
        kept["is_chosen"] = said >= threshold
    return kept


def metric_rows(measured: Iterable[Measured], split: str) -> list[dict[str, Any]]:
    """Rows for ml.metrics: each listener, and pooled where several share policy and label kind."""
    groups: dict[tuple[str, str], list[Measured]] = {}
    found = []
    for one in measured:
        groups.setdefault((one.key["cutoff_policy"], one.key["label_kind"]), []).append(one)
        found += _rows_of([one], {**one.key, "split": split})
    for (policy, kind), group in groups.items():
        if len(group) > 1:
            key = {"listener_id": None, "cutoff_policy": policy, "label_kind": kind}
            found += _rows_of(group, {**key, "split": split})
    return found


def _rows_of(group: Sequence[Measured], key: Mapping[str, Any]) -> list[dict[str, Any]]:
    names = [name for name in group[0].scored if all(name in one.scored for one in group)]
    models = {
        name: pd.concat([one.scored[name] for one in group], ignore_index=True) for name in names
    }
    for name, baseline in BASELINES.items():
        bare = models[names[0]].drop(columns=["is_chosen", "share"], errors="ignore")
        models[name] = bare.assign(score=baseline(bare))
    days = models[names[0]]["week_ending"].dtype
    weeks = pd.concat(
        [
            pd.DataFrame({"week_ending": pd.to_datetime(list(one.weeks))})
            .astype({"week_ending": days})
            .assign(listener_id=one.key["listener_id"])
            for one in group
        ]
    )
    values = {name: winner.week_values(rows, weeks) for name, rows in models.items()}
    found = []
    for name, rows in models.items():
        fixed = {**key, "model": name, "is_default": name == MODEL}
        measured = winner.evaluate(rows, weeks)
        against = [*BASELINES] if name == MODEL else [MODEL] if name in names else []
        if len(weeks):
            measured += _differences(values[name], {one: values[one] for one in against})
        found += [fixed | asdict(metric) for metric in measured]
    return found


def _differences(
    own: Mapping[str, FloatArray], others: Mapping[str, Mapping[str, FloatArray]]
) -> list[winner.Metric]:
    """Paired bootstrap over the same weeks, against each other model."""
    return [
        winner.Metric(
            f"{metric}_over_{name}",
            *_paired(own[metric], other[metric]),
        )
        for name, other in others.items()
        for metric in _COMPARED
    ]


def _paired(own: FloatArray, other: FloatArray) -> tuple[float, int, float, float]:
    difference, low, high = winner.paired_bootstrap(own, other)
    return difference, len(own), low, high


def rolling(
    rows: pd.DataFrame,
    weeks: Sequence[dt.date],
    learners: Mapping[str, Callable[[pd.DataFrame, pd.DataFrame], week_favorite.Learned]],
) -> tuple[list[dt.date], dict[str, pd.DataFrame]]:
    """Expanding window: each block is scored by models that saw only the weeks before it.

    Args:
        rows: A task's rows with is_label.
        weeks: Its labelled weeks, oldest first.
        learners: By model: fits on training and validation rows.

    Returns:
        The weeks that were scored, and their rows by model.

    Raises:
        SotwError: There are too few weeks.

    Source:
        BENCHMARKS 1, "rolling".
    """
    if len(weeks) < MIN_ROLLING_WEEKS:
        raise SotwError(
            f"{len(weeks)} labelled weeks, a rolling evaluation needs {MIN_ROLLING_WEEKS}. "
            "Name more favourites with `sotw pick`, or import a longer history."
        )
    measured: list[dt.date] = []
    parts: dict[str, list[pd.DataFrame]] = {name: [] for name in learners}
    for before, block in winner.rolling_blocks(weeks):
        cut = int(np.ceil(len(before) * PAST_SHARE))
        train = rows[rows["week_ending"].isin(before[:cut])]
        validation = rows[rows["week_ending"].isin(before[cut:])]
        now = rows[rows["week_ending"].isin(block)]
        measured += block
        for name, learner in learners.items():
            learned = learner(train, validation)
            parts[name].append(scored(now, learned.final, learned.threshold))
    return measured, {name: pd.concat(found) for name, found in parts.items()}


def calibration(rows: pd.DataFrame, edges: Sequence[float]) -> list[dict[str, Any]]:
    """How often the winner was right, by how sure the model was.

    Args:
        rows: From ``scored``, whole weeks, one model.
        edges: Of the bands of the winner's share, from 0 to 1.

    Returns:
        A row for each band with a week: low, high, n, mean_share, right_share and its interval.
    """
    winners = rows[winner.rank_candidates(rows) == 1]
    found = []
    for low, high in itertools.pairwise(edges):
        own = winners[(winners["share"] >= low) & (winners["share"] < high)]
        if len(own):
            right = int(own["is_label"].sum())
            interval = winner.wilson(right, len(own))
            found.append(
                {
                    "low": low,
                    "high": high,
                    "n": len(own),
                    "mean_share": float(own["share"].mean()),
                    "right_share": right / len(own),
                    "right_low": interval[0],
                    "right_high": interval[1],
                }
            )
    return found
