"""Gradient-boosted trees for the completion of plays: the default model (extra ``boost``).

A model is stored as the JSON text of its own library beside its sha256, with the few numbers that
say how it is corrected while it goes: nothing that is loaded can run. The names of its inputs are
in that text, a level of a text column as ``column=level``, so the text alone says how to score.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote

import numpy as np
import pandas as pd

from sotw.errors import SotwError
from sotw.learning.encoding import INTERCEPT, MIN_LEVEL_ROWS, MISSING, OTHER, numbers
from sotw.predictors.completion.adapt import PACES, STEPS, adapt
from sotw.predictors.completion.models import MODEL, Learned, Problem
from sotw.predictors.week_favorite.boosting import is_installed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sotw.learning.encoding import BoolArray, FloatArray

FORMAT = "xgboost json"
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
        problem: What it was fitted for.
        pace: Of ``adapt``: how fast the listener is followed.
        curve: Of ``adapt``, as the validation plays left it.
        learned_until: The number of the last play it was fitted on; null: none.
    """

    has_converged = True

    def __init__(
        self,
        booster: Any,  # noqa: ANN401 - untyped library
        problem: Problem,
        learned_until: int,
        *,
        pace: float = 1.0,
        curve: Sequence[float] = (),
    ) -> None:
        self.booster = booster
        self.problem = problem
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
        labels = self.problem.labels(rows)
        return adapt(raw, labels, rows, curve=self.curve, pace=self.pace)

    def raw(self, rows: pd.DataFrame) -> FloatArray:
        """Log-odds as the trees say them."""
        if not len(rows):
            return np.zeros(0)
        margin = self.booster.predict(_data(rows, self.booster.feature_names), output_margin=True)
        return np.asarray(margin, dtype=np.float64)

    def explain(self, rows: pd.DataFrame) -> pd.DataFrame:
        """What each feature adds to what the trees say, and the rest as ``(intercept)``.

        Exact Shapley values; a row sums to ``raw``.
        """
        names = list(self.booster.feature_names)
        terms = self.booster.predict(_data(rows, names), pred_contribs=True).astype(np.float64)
        features = [*(name.split("=")[0] for name in names), INTERCEPT]
        found = pd.DataFrame(terms, index=rows.index, columns=features)
        return found.T.groupby(level=0, sort=False).sum().T

    def text(self) -> str:
        """As it is stored."""
        return bytes(self.booster.save_raw(raw_format="json")).decode()


def require() -> None:
    """Refuse to go on without the library.

    Raises:
        SotwError: The extra ``boost`` is missing.
    """
    if not is_installed():
        raise SotwError(
            "completion: its default model needs the library xgboost, which is not installed. "
            "Run `make install EXTRAS=boost`, or pip install 'sotw[boost]'."
        )


def learn(problem: Problem, train: pd.DataFrame, validation: pd.DataFrame) -> Learned:
    """Fit with as many trees as the validation plays ask for, then on both.

    Args:
        problem: What is learned.
        train: Plays of known outcome.
        validation: Later ones; may be empty.
    """
    import xgboost

    labels, checked = problem.labels(train), problem.labels(validation)
    names = inputs(train, features_of(problem))
    is_watched = bool(len(validation))
    booster = xgboost.train(
        PARAMETERS,
        _data(train, names, labels),
        num_boost_round=ROUNDS if is_watched else DEFAULT_ROUNDS,
        evals=[(_data(validation, names, checked), "validation")] if is_watched else [],
        early_stopping_rounds=PATIENCE if is_watched else None,
        verbose_eval=False,
    )
    rounds = int(booster.best_iteration) + 1 if is_watched else DEFAULT_ROUNDS
    first = Boosted(booster[:rounds], problem, _last(train))
    losses, curve = _follow(first, validation)
    both = pd.concat([train, validation])
    names = inputs(both, features_of(problem))
    booster = xgboost.train(
        PARAMETERS, _data(both, names, problem.labels(both)), num_boost_round=rounds
    )
    final = Boosted(booster, problem, _last(both), pace=first.pace, curve=curve)
    found = {
        "parameters": PARAMETERS,
        "trees": rounds,
        "learned_until": final.learned_until,
        "pace": final.pace,
        "validation_log_loss": losses,
        "curve": final.curve,
        "steps": [asdict(step) for step in STEPS],
        "mean_abs_contribution": _importance(final, both[-EXPLAINED:]),
    }
    return Learned(MODEL, first, final, found)


def features_of(problem: Problem) -> tuple[str, ...]:
    """What the trees read."""
    return tuple(name for name in problem.features if name not in LEFT_OUT)


def _last(rows: pd.DataFrame) -> int:
    return int(rows["play_number"].iloc[-1])


def _follow(model: Boosted, rows: pd.DataFrame) -> tuple[dict[str, float], tuple[float, ...]]:
    """Give a model the pace with the least log-loss on validation plays; without any, 1.

    Returns:
        The losses by pace, and the curve as these plays leave it.
    """
    if not len(rows):
        return {}, ()
    raw, labels = model.raw(rows), model.problem.labels(rows)
    losses, curves = {}, {}
    for pace in PACES:
        model.pace = pace
        score, curves[pace] = model.adapted(raw, rows)
        losses[pace] = float(np.logaddexp(0.0, np.where(labels, -score, score)).mean())
    model.pace = min(PACES, key=lambda pace: (losses[pace], pace))
    return {f"{pace:g}": loss for pace, loss in losses.items()}, curves[model.pace]


def _importance(model: Boosted, rows: pd.DataFrame) -> dict[str, float]:
    """Mean size of what each feature adds, the largest first."""
    mean = model.explain(rows).drop(columns=INTERCEPT).abs().mean().sort_values(ascending=False)
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


def load(text: str, sha256: str, hyperparameters: str, problem: Problem) -> Boosted:
    """A stored model.

    Args:
        text: Of ml.artifacts.
        sha256: Of the same row.
        hyperparameters: Of ml.models, JSON: it has the curve.
        problem: The task and target of the run.

    Raises:
        SotwError: The text is not the one that was stored.
    """
    import xgboost

    if digest(text) != sha256:
        raise SotwError(
            "ml.artifacts: a stored model is not the text its sha256 was made of, so it is not "
            "used. Run `sotw train --predictor completion`."
        )
    booster = xgboost.Booster()
    booster.load_model(bytearray(text.encode()))
    found = json.loads(hyperparameters)
    return Boosted(
        booster, problem, found["learned_until"], pace=found["pace"], curve=found["curve"]
    )


def digest(text: str) -> str:
    """The sha256 of a stored model."""
    return hashlib.sha256(text.encode()).hexdigest()


def _data(rows: pd.DataFrame, names: Sequence[str], labels: BoolArray | None = None) -> Any:  # noqa: ANN401 - untyped
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
        label=None if labels is None else labels.astype(np.float32),
        feature_names=list(names),
    )


def _texts(values: pd.Series) -> pd.Series:
    """A text that is not known is a level of its own."""
    return values.astype(object).where(values.notna(), MISSING)
