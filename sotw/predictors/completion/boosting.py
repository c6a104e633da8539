"""Gradient-boosted trees for the completion of plays: the default model (extra ``boost``).

A model is stored as the JSON text of its own library beside its sha256, with the few numbers that
say how it is corrected while it goes: nothing that is loaded can run. The names of its inputs are
in that text, a level of a text column as ``column=level``, so the text alone says how to score.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote

import numpy as np
import pandas as pd

from sotw.learning import boosting
from sotw.learning.encoding import INTERCEPT, MIN_LEVEL_ROWS, MISSING, OTHER, numbers
from sotw.learning.protocol import Artifact, Learned
from sotw.predictors.completion.adapt import PACES, STEPS, adapt
from sotw.predictors.completion.models import labels

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sotw.learning.encoding import BoolArray, FloatArray
    from sotw.learning.protocol import Learner, Link, Task

FOLLOWED = "(earlier outcomes)"  # what following the listener adds to what the trees say
ROUNDS = 1500
PATIENCE = 50
# Chosen on plays of the validation slice and earlier; see tests/bench/completion.py.
PARAMETERS: dict[str, Any] = {
    "objective": "binary:logistic",
    "eval_metric": "logloss",
    "tree_method": "hist",
    "eta": 0.05,
    "max_depth": 4,
    "min_child_weight": 20,
    "subsample": 0.8,
    "colsample_bytree": 0.6,
    "reg_lambda": 5.0,
    "seed": 42,
    # Two threads that wait for each other on a busy machine take many times as long.
    "nthread": 1,
}
# With fewer plays of known outcome logistic regression ranks better: ROC-AUC .611 against .410 at
# 200 plays, .578 against .442 at 250, .611 against .524 at 300, though not with a better log-loss
# (.660 against .550 at 300). Means over generated listeners, from tests/bench/completion.py.
MIN_PLAYS = 300
DEFAULT_ROUNDS = 150  # where there is no validation play
EXPLAINED = 1000  # the latest plays, whose contributions are averaged
# They grow with time or tell when a play was, so the test plays have values never seen before.
LEFT_OUT = frozenset(
    {
        "prior_plays",
        "prior_unknown_plays",
        "prior_reason_start_plays",
        "prior_platform_plays",
        "prior_platform_completion_rate",
        "prior_country_plays",
        "prior_country_completion_rate",
    }
)


class Boosted:
    """Boosted trees over plays, corrected by how earlier plays turned out.

    Attributes:
        booster: The library's.
        target: What it was fitted for.
        pace: Of ``adapt``: how fast the listener is followed.
        curve: Of ``adapt``, as the validation plays left it.
        learned_until: The number of the last play it was fitted on; null: none.
    """

    link: Link = "logit"
    has_converged = True

    def __init__(
        self,
        booster: Any,  # noqa: ANN401 - untyped library
        target: str,
        learned_until: int,
        *,
        pace: float = 1.0,
        curve: Sequence[float] = (),
    ) -> None:
        self.booster = booster
        self.target = target
        self.learned_until = learned_until
        self.pace = pace
        self.curve = tuple(curve)

    def score(self, rows: pd.DataFrame) -> FloatArray:
        """Log-odds, shape (n_rows,).

        Args:
            rows: Plays of one listener in the order of time with their targets, without a gap
                from the first one that the model was not fitted on. Of those it was fitted on the
                trees remember the outcome, so they are not corrected.
        """
        found = self.raw(rows)
        is_new = rows["play_number"].to_numpy() > self.learned_until
        found[is_new], _ = self.adapted(found[is_new], rows[is_new])
        return found

    def adapted(self, raw: FloatArray, rows: pd.DataFrame) -> tuple[FloatArray, tuple[float, ...]]:
        """What the trees say of plays they were not fitted on, corrected; and the curve after."""
        outcomes = labels(rows, self.target)
        return adapt(raw, outcomes, rows, curve=self.curve, pace=self.pace)

    def raw(self, rows: pd.DataFrame) -> FloatArray:
        """Log-odds as the trees say them."""
        if not len(rows):
            return np.zeros(0)
        margin = self.booster.predict(_data(rows, self.booster.feature_names), output_margin=True)
        return np.asarray(margin, dtype=np.float64)

    def explain(self, rows: pd.DataFrame, chosen: BoolArray) -> pd.DataFrame:
        """What each feature adds to what the trees say (exact Shapley values), and the rest."""
        terms = self.terms(rows[chosen])
        terms[FOLLOWED] = self.score(rows)[chosen] - terms.sum(axis=1)
        return terms

    def terms(self, rows: pd.DataFrame) -> pd.DataFrame:
        """What each feature adds to what the trees say; a row sums to ``raw``."""
        names = list(self.booster.feature_names)
        terms = self.booster.predict(_data(rows, names), pred_contribs=True).astype(np.float64)
        features = [*(name.split("=")[0] for name in names), INTERCEPT]
        found = pd.DataFrame(terms, index=rows.index, columns=features)
        return found.T.groupby(level=0, sort=False).sum().T

    def stored(self) -> Artifact:
        """As the text of its own library."""
        return Artifact(boosting.FORMAT, boosting.text(self.booster))


def learner(task: Task) -> Learner:
    """Fit with as many trees as the validation plays ask for, then on both."""
    features, target = inputs_of(task), task.key["target"]

    def learn(train: pd.DataFrame, validation: pd.DataFrame) -> Learned:
        import xgboost

        names = inputs(train, features)
        is_watched = bool(len(validation))
        watched = _data(validation, names, labels(validation, target)) if is_watched else None
        booster = xgboost.train(
            PARAMETERS,
            _data(train, names, labels(train, target)),
            num_boost_round=ROUNDS if is_watched else DEFAULT_ROUNDS,
            evals=[(watched, "validation")] if is_watched else [],
            early_stopping_rounds=PATIENCE if is_watched else None,
            verbose_eval=False,
        )
        rounds = int(booster.best_iteration) + 1 if is_watched else DEFAULT_ROUNDS
        first = Boosted(booster[:rounds], target, _last(train))
        losses, curve = _follow(first, validation)
        both = pd.concat([train, validation])
        names = inputs(both, features)
        booster = xgboost.train(
            PARAMETERS, _data(both, names, labels(both, target)), num_boost_round=rounds
        )
        final = Boosted(booster, target, _last(both), pace=first.pace, curve=curve)
        chosen = {
            "parameters": PARAMETERS,
            "trees": rounds,
            "learned_until": final.learned_until,
            "pace": final.pace,
            "validation_log_loss": losses,
            "curve": final.curve,
            "steps": [asdict(step) for step in STEPS],
            "mean_abs_contribution": _importance(final, both[-EXPLAINED:]),
        }
        return Learned(first, final, 0.5, chosen)

    return learn


def inputs_of(task: Task) -> tuple[str, ...]:
    """What the trees read."""
    return tuple(name for name in task.features if name not in LEFT_OUT)


def _last(rows: pd.DataFrame) -> int:
    return int(rows["play_number"].iloc[-1])


def _follow(model: Boosted, rows: pd.DataFrame) -> tuple[dict[str, float], tuple[float, ...]]:
    """Give a model the pace with the least log-loss on validation plays; without any, 1.

    Returns:
        The losses by pace, and the curve as these plays leave it.
    """
    if not len(rows):
        return {}, ()
    raw, outcomes = model.raw(rows), labels(rows, model.target)
    losses, curves = {}, {}
    for pace in PACES:
        model.pace = pace
        score, curves[pace] = model.adapted(raw, rows)
        losses[pace] = float(np.logaddexp(0.0, np.where(outcomes, -score, score)).mean())
    model.pace = min(PACES, key=lambda pace: (losses[pace], pace))
    return {f"{pace:g}": loss for pace, loss in losses.items()}, curves[model.pace]


def _importance(model: Boosted, rows: pd.DataFrame) -> dict[str, float]:
    """Mean size of what each feature adds, the largest first."""
    mean = model.terms(rows).drop(columns=INTERCEPT).abs().mean().sort_values(ascending=False)
    return {str(name): round(float(value), 6) for name, value in mean.items()}


def inputs(rows: pd.DataFrame, features: Sequence[str]) -> list[str]:
    """The names of the trees' inputs: numbers, and a yes or no for each common level of a text."""
    found = []
    for name in features:
        if pd.api.types.is_numeric_dtype(rows[name]):
            found.append(name)
            continue
        counts = _texts(rows[name]).value_counts()
        levels = sorted(set(counts.index[counts >= MIN_LEVEL_ROWS]) - {OTHER})
        # The library takes no brackets in a name.
        found += [f"{name}={quote(level)}" for level in levels]
    return found


def stored_model(
    artifact: Artifact, sha256: str, chosen: Mapping[str, Any], target: str
) -> Boosted:
    """A stored model.

    Args:
        artifact: Of ml.artifacts.
        sha256: Of the same row.
        chosen: The hyperparameters in ml.models: they have the curve.
        target: Of the run.

    Raises:
        SotwError: The text is not the one that was stored.
    """
    booster = boosting.load(artifact, sha256)
    return Boosted(
        booster, target, chosen["learned_until"], pace=chosen["pace"], curve=chosen["curve"]
    )


def _data(rows: pd.DataFrame, names: Sequence[str], outcomes: BoolArray | None = None) -> Any:  # noqa: ANN401 - untyped
    import xgboost

    columns: dict[str, pd.Series] = {}
    matrix = np.empty((len(rows), len(names)), dtype=np.float32)
    for position, name in enumerate(names):
        column, is_level, level = name.partition("=")
        if is_level:
            if column not in columns:
                columns[column] = _texts(rows[column])
            matrix[:, position] = (columns[column] == unquote(level)).to_numpy()
        else:
            matrix[:, position] = numbers(rows[column])
    return xgboost.DMatrix(
        matrix,
        label=None if outcomes is None else outcomes.astype(np.float32),
        feature_names=list(names),
    )


def _texts(values: pd.Series) -> pd.Series:
    """A text that is not known is a level of its own."""
    return values.astype(object).where(values.notna(), MISSING)
