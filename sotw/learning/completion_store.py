"""What a training run of the completion of plays leaves in the ml schema."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from sotw.learning import store as runs
from sotw.learning.completion_score import score_plays
from sotw.learning.encoding import logistic
from sotw.learning.metrics import binary
from sotw.learning.metrics.winner import SEED
from sotw.predictors.completion import boosting
from sotw.predictors.completion import models as completion
from sotw.predictors.completion import rows as completion_plays
from sotw.predictors.completion.boosting import Boosted
from sotw.predictors.completion.models import (
    LINEAR_DEFAULT,
    MODEL,
    PLAY,
    PREDICTOR,
    Learned,
    Linear,
    Problem,
)

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    from sotw.learning.metrics.winner import Metric
    from sotw.predictors.completion.rows import Plays, Split
    from sotw.settings import Settings
    from sotw.warehouse import Connection


@dataclass(frozen=True, slots=True)
class Fit:
    """A listener's plays with the models fitted on them.

    Attributes:
        plays: Of whom, and which.
        split: Where validation and test begin.
        learned: The models.
        default: Name of the one whose scores are in ml.predictions.
    """

    plays: Plays
    split: Split
    learned: tuple[Learned, ...]
    default: str


def key_of(run_id: str, problem: Problem) -> dict[str, Any]:
    """The columns of ml.metrics that all rows of a run share."""
    return {
        "run_id": run_id,
        "predictor": PREDICTOR,
        "task": problem.task,
        "cutoff_policy": problem.task,
        "label_kind": problem.target,
    }


def metric_rows(
    key: Mapping[str, Any],
    plays: Plays,
    split: str,
    found: Mapping[str, list[Metric]],
    default: str = MODEL,
) -> list[dict[str, Any]]:
    """Rows for ml.metrics; the default is the model whose scores are meant to be used."""
    fixed = {**key, "listener_id": plays.listener_id, "cohort": plays.cohort, "split": split}
    return [
        {**fixed, "model": model, "is_default": model == default, **asdict(metric)}
        for model, metrics in found.items()
        for metric in metrics
    ]


def store_run(
    con: Connection,
    run_id: str,
    problem: Problem,
    settings: Settings,
    *,
    data_sha256: Any,  # noqa: ANN401 - hashlib's own type has no name
    splits: Mapping[str, Any],
    now: dt.datetime,
    as_of: dt.datetime,
    seconds: float,
) -> None:
    """Write the row of ml.runs: settings, data fingerprint, split boundaries, versions."""
    chosen = {
        "target": problem.target,
        "min_plays": completion_plays.MIN_PLAYS,
        "boosting_min_plays": boosting.MIN_PLAYS,
        "boosting": boosting.PARAMETERS,
        "c": completion.C,
        "ece_bins": binary.ECE_BINS,
        "bootstrap_draws": binary.DRAWS,
        "seed": SEED,
    }
    run = {
        "run_id": run_id,
        "predictor": PREDICTOR,
        "task": problem.task,
        "created_at": now,
        "as_of": as_of,
        "seconds": seconds,
        "data_sha256": data_sha256.hexdigest(),
        "settings": json.dumps(settings.as_dict() | chosen),
        "splits": json.dumps(splits),
        "versions": json.dumps(runs.versions("xgboost-cpu", "xgboost")),
    }
    runs.insert(con, "runs", [run])


def store_models(con: Connection, run_id: str, problem: Problem, fits: list[Fit]) -> None:
    """Write ml.models, ml.parameters of the linear model and ml.artifacts of the trees.

    Args:
        con: The draft.
        run_id: The run.
        problem: What was learned.
        fits: By listener.
    """
    models, parameters, artifacts = [], [], []
    for fit in fits:
        for one in fit.learned:
            key = {
                "run_id": run_id,
                "predictor": PREDICTOR,
                "model": one.name,
                "listener_id": fit.plays.listener_id,
            }
            if isinstance(one.final, Boosted):
                text = one.final.text()
                artifacts.append(
                    key
                    | {
                        "label_kind": problem.target,
                        "format": boosting.FORMAT,
                        "content": text,
                        "sha256": boosting.digest(text),
                    }
                )
            elif isinstance(one.final, Linear):
                own = {"cutoff_policy": problem.task}
                parameters += [key | own | asdict(row) for row in one.final.model.parameters()]
            else:
                continue
            models.append(
                key
                | {
                    "cutoff_policy": problem.task,
                    "is_default": one.name == fit.default,
                    "label_kind": problem.target,
                    "threshold": 0.5,
                    "has_converged": one.final.has_converged,
                    "hyperparameters": json.dumps(one.hyperparameters),
                    "link": "logit",
                }
            )
    runs.insert(con, "models", models)
    runs.insert(con, "parameters", parameters)
    runs.insert(con, "artifacts", artifacts)


def store_predictions(con: Connection, run_id: str, problem: Problem, fits: list[Fit]) -> int:
    """Replace the predictions of this task and target; another predictor's stay."""
    which = "where predictor = ? and task = ? and label_kind = ?"
    values = [PREDICTOR, problem.task, problem.target]
    con.execute(f"delete from ml.predictions {which}", values)
    for fit in fits:
        rows = fit.plays.rows
        place = np.arange(len(rows))
        begins = [fit.split.validation, fit.split.test]
        names = np.array(["train", "validation", "test"], dtype=object)
        found = rows[["listener_id", "play_number", *PLAY, "track_id"]].assign(
            split=names[np.searchsorted(begins, place, side="right")]
        )
        if fit.default == LINEAR_DEFAULT:
            score_plays(con, run_id, problem, pa.Table.from_pandas(found, preserve_index=False))
            continue
        learned = next(one for one in fit.learned if one.name == fit.default)
        score = learned.final.score(rows)
        found = found.drop(columns="play_number").assign(
            run_id=run_id,
            predictor=PREDICTOR,
            model=fit.default,
            task=problem.task,
            label_kind=problem.target,
            score=score,
            probability=logistic(score),
        )
        con.register("new_rows", pa.Table.from_pandas(found, preserve_index=False))
        con.execute("insert into ml.predictions by name from new_rows")
        con.unregister("new_rows")
    [(number,)] = con.execute(f"select count(*) from ml.predictions {which}", values).fetchall()
    return int(number)
