"""Gradient-boosted trees for the weekly favourite, measured beside the linear models.

``xgboost`` is system A's: each row by itself. ``lambdarank`` orders the candidates of a week. Both
read every feature as it is and within its week. They need the extra ``boost``, are not part of the
default training, and are not stored: BENCHMARKS 1 found no gain, and `sotw evaluate` measures it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from sotw.learning.encoding import Groups, TableEncoding, week_scores
from sotw.learning.protocol import Learned
from sotw.predictors.week_favorite.models import (
    FEATURES,
    labelled,
    mean_loss,
    threshold_of,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sotw.learning.encoding import BoolArray, FloatArray
    from sotw.learning.protocol import Learner, Link

MODELS = ("xgboost", "lambdarank")
# System A's second sweep (SYSTEMS A.9): 4/400, lr .1, mcw 5, ss .8, cs .6; depth is chosen here.
DEPTHS = (2, 4)
TREES = 400
PARAMETERS = {
    "eta": 0.1,
    "min_child_weight": 5,
    "subsample": 0.8,
    "colsample_bytree": 0.6,
    "seed": 42,
    "nthread": 2,
}
PATIENCE = 30


class Boosted:
    """Boosted trees over the week's candidates.

    ``link`` is softmax for the ranking objective, whose scores mean something within a week only.
    """

    has_converged = True

    def __init__(self, name: str, features: Sequence[str], depth: int, trees: int = TREES) -> None:
        self.link: Link = "logit" if name == "xgboost" else "softmax"
        self.features = tuple(features)
        self.depth = depth
        self.trees = trees
        self._encoding: TableEncoding | None = None
        self._booster: Any = None

    def fit(
        self,
        rows: pd.DataFrame,
        labels: BoolArray,
        validation: tuple[pd.DataFrame, BoolArray] | None = None,
    ) -> Boosted:
        """Learn from whole weeks; validation weeks, if any, say how many trees are enough."""
        import xgboost

        self._encoding = TableEncoding.learn(rows, self.features)
        objective: dict[str, Any] = (
            {"objective": "binary:logistic", "eval_metric": "aucpr"}
            if self.link == "logit"
            else {"objective": "rank:ndcg", "eval_metric": "ndcg@3", "ndcg_exp_gain": False}
        )
        if self.link == "logit":
            objective["scale_pos_weight"] = float((~labels).sum() / max(1, labels.sum()))
        data = self._data(rows, labels)
        watched = [(self._data(*validation), "validation")] if validation else []
        self._booster = xgboost.train(
            PARAMETERS | objective | {"max_depth": self.depth},
            data,
            num_boost_round=self.trees,
            evals=watched,
            early_stopping_rounds=PATIENCE if watched else None,
            verbose_eval=False,
        )
        if watched:
            self.trees = int(self._booster.best_iteration) + 1
        return self

    def score(self, rows: pd.DataFrame) -> FloatArray:
        """Log-odds, or the rank objective's score; shape (n_rows,) in the order of ``rows``."""
        data, order = self._data(rows), Groups.of(rows).order
        margin = self._booster.predict(data, output_margin=True, iteration_range=(0, self.trees))
        found = np.empty(len(rows), dtype=np.float64)
        found[order] = margin
        return found

    def _data(self, rows: pd.DataFrame, labels: BoolArray | None = None) -> Any:  # noqa: ANN401
        """The rows of a week next to each other, as the ranking objective needs them."""
        import xgboost

        assert self._encoding is not None
        weeks = Groups.of(rows)
        matrix = np.hstack([self._encoding.matrix(rows), week_scores(rows, FEATURES, weeks)])
        sizes = np.diff(np.append(weeks.starts, len(rows)))
        return xgboost.DMatrix(
            matrix[weeks.order],
            label=None if labels is None else labels[weeks.order].astype(np.float64),
            group=sizes if self.link == "softmax" else None,
        )


def learner(name: str, features: Sequence[str]) -> Learner:
    """Choose depth and number of trees on the validation weeks, then fit on both.

    Args:
        name: One of MODELS.
        features: What the trees read as it is.
    """

    def learn(train: pd.DataFrame, validation: pd.DataFrame) -> Learned:
        rows, labels = labelled(train)
        checked = labelled(validation) if validation["is_label"].any() else None
        fits = [Boosted(name, features, depth).fit(rows, labels, checked) for depth in DEPTHS]
        losses = {one.depth: mean_loss(one, validation) for one in fits}
        best = min(fits, key=lambda one: losses[one.depth]) if checked else fits[0]
        final = Boosted(name, features, best.depth, best.trees)
        final.fit(*labelled(pd.concat([train, validation])))
        chosen = {"depth": best.depth, "trees": best.trees, "validation_nll": losses}
        return Learned(best, final, threshold_of(best, validation), chosen)

    return learn
