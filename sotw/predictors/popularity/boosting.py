"""Trees for popularity (extra ``boost``): boosted, a random forest, and quantiles.

They read the features themselves; of products trees have no need.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from sotw.learning import boosting
from sotw.learning.encoding import INTERCEPT
from sotw.learning.protocol import Artifact
from sotw.predictors.popularity.models import PRODUCT, known, matrix

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sotw.learning.encoding import BoolArray, FloatArray
    from sotw.learning.protocol import Link

_COMMON: dict[str, Any] = {"tree_method": "hist", "seed": 42, "nthread": 1}
BOOSTING = _COMMON | {
    "objective": "reg:squarederror",
    "eta": 0.05,
    "max_depth": 4,
    "min_child_weight": 10,
    "subsample": 0.7,
    "colsample_bytree": 0.5,
    "reg_lambda": 5.0,
}
ROUNDS, PATIENCE, DEFAULT_ROUNDS = 400, 30, 120
TREES = 100
# Every tree of a forest is of the first and only round (the library's own random forest).
FOREST = _COMMON | {
    "objective": "reg:squarederror",
    "eta": 1.0,
    "max_depth": 12,
    "min_child_weight": 5,
    "subsample": 0.632,
    "colsample_bynode": 0.4,
    "reg_lambda": 0.0,
    "num_parallel_tree": TREES,
}
QUANTILES = (0.025, 0.975, 0.5)


class ValueTrees:
    """Trees that say a popularity.

    Attributes:
        booster: The library's.
        features: What they read.
        rounds: How many.
    """

    link: Link = "identity"
    has_converged = True

    def __init__(self, booster: Any, rounds: int = 1) -> None:  # noqa: ANN401 - untyped library
        self.booster = booster
        self.features = tuple(booster.feature_names)
        self.rounds = rounds

    def score(self, rows: pd.DataFrame) -> FloatArray:
        """Popularity."""
        if not len(rows):
            return np.zeros(0)
        return np.asarray(self.booster.predict(_data(rows, self.features)), dtype=np.float64)

    def explain(self, rows: pd.DataFrame, chosen: BoolArray) -> pd.DataFrame:
        """What each feature adds (exact Shapley values); a row adds up to its score."""
        rows = rows[chosen]
        terms = self.booster.predict(_data(rows, self.features), pred_contribs=True)
        columns = [*self.features, INTERCEPT]
        found = pd.DataFrame(np.asarray(terms, np.float64), index=rows.index, columns=columns)
        # The library adds up in single precision.
        found[INTERCEPT] += self.score(rows) - found.sum(axis=1).to_numpy()
        return found

    def stored(self) -> Artifact:
        """As the text of its own library."""
        return Artifact(boosting.FORMAT, boosting.text(self.booster))


def of_trees(rows: pd.DataFrame, features: Sequence[str]) -> tuple[str, ...]:
    """What trees read of some features; system E's products are named otherwise, and stay."""
    return known(rows, [name for name in features if not name.endswith(PRODUCT)])


def boosted(
    rows: pd.DataFrame,
    truth: FloatArray,
    features: Sequence[str],
    rounds: int | None = None,
    watched: tuple[pd.DataFrame, FloatArray] | None = None,
) -> ValueTrees:
    """Boosted trees, as many as are told or as the watched rows ask for."""
    import xgboost

    names = of_trees(rows, features)
    booster = xgboost.train(
        BOOSTING,
        _data(rows, names, truth),
        num_boost_round=rounds or (ROUNDS if watched else DEFAULT_ROUNDS),
        evals=[(_data(watched[0], names, watched[1]), "validation")] if watched else [],
        early_stopping_rounds=PATIENCE if watched else None,
        verbose_eval=False,
    )
    if watched:
        best = int(booster.best_iteration) + 1
        return ValueTrees(booster[:best], best)
    return ValueTrees(booster, rounds or DEFAULT_ROUNDS)


def forest(rows: pd.DataFrame, truth: FloatArray, features: Sequence[str]) -> ValueTrees:
    """A random forest."""
    import xgboost

    settings = FOREST | {"base_score": float(truth.mean())}
    return ValueTrees(xgboost.train(settings, _data(rows, of_trees(rows, features), truth), 1))


def quantiles(rows: pd.DataFrame, truth: FloatArray, features: Sequence[str]) -> ValueTrees:
    """Boosted trees that say ``QUANTILES`` of a row: shape (n_rows, 3)."""
    import xgboost

    settings = BOOSTING | {
        "objective": "reg:quantileerror",
        "quantile_alpha": np.array(QUANTILES),
        "min_child_weight": 1,
    }
    data = _data(rows, of_trees(rows, features), truth)
    return ValueTrees(xgboost.train(settings, data, DEFAULT_ROUNDS))


def stored_trees(artifact: Artifact, sha256: str) -> ValueTrees:
    """A stored model.

    Raises:
        SotwError: The text is not the one that was stored.
    """
    return ValueTrees(boosting.load(artifact, sha256))


def _data(rows: pd.DataFrame, names: Sequence[str], truth: FloatArray | None = None) -> Any:  # noqa: ANN401
    import xgboost

    return xgboost.DMatrix(
        matrix(rows, names).astype(np.float32),
        label=None if truth is None else truth.astype(np.float32),
        feature_names=list(names),
    )
