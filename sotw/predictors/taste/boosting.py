"""Gradient-boosted trees for taste (extra ``boost``), with whole tags as TF-IDF columns if asked.

The vocabulary is learned from training rows only.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from sotw.learning.encoding import numbers
from sotw.learning.protocol import Learned

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sotw.learning.encoding import BoolArray, FloatArray
    from sotw.learning.protocol import Learner, Link

TAGS = "tags"  # of an artist, with | between
SEED = 42
TREES = 200
PARAMETERS: dict[str, Any] = {
    "objective": "binary:logistic",
    "eval_metric": "logloss",
    "tree_method": "hist",
    "eta": 0.05,
    "min_child_weight": 10,
    "subsample": 0.8,
    "colsample_bytree": 0.6,
    "reg_lambda": 5.0,
    "seed": SEED,
    "nthread": 1,
}
# System D's, as its grid search chose them (SYSTEMS D.4); its features beside the tags.
SYSTEM_D: dict[str, Any] = {
    "objective": "binary:logistic",
    "max_depth": 7,
    "eta": 0.05,
    "gamma": 0.1,
    "seed": SEED,
    "nthread": 1,
}
_D_FEATURES = ("late_night_share", "weekend_share", "consistency_ratio", "gap_deviation_days")
VOCABULARY = 300
MIN_ARTISTS = 5


class Vocabulary:
    """The whole tags that most artists have, as TF-IDF (SYSTEMS D.3, without its words)."""

    def __init__(self, rows: pd.DataFrame) -> None:
        tags = rows.drop_duplicates("artist_id")[TAGS]
        counts = tags.str.split("|").explode().value_counts()
        counts = counts[counts >= MIN_ARTISTS].drop("", errors="ignore")
        kept = counts.sort_index().sort_values(ascending=False, kind="stable")[:VOCABULARY]
        self.place = {str(tag): number for number, tag in enumerate(kept.index)}
        self.idf = 1.0 + np.log((1.0 + len(tags)) / (1.0 + kept.to_numpy(np.float64)))

    def matrix(self, rows: pd.DataFrame) -> FloatArray:
        """Shape (n_rows, n_tags); the squares of a row sum to 1, or 0."""
        codes, texts = pd.factorize(rows[TAGS])
        found = np.zeros((len(texts), len(self.place)))
        for number, text in enumerate(texts):
            places = [self.place[tag] for tag in text.split("|") if tag in self.place]
            found[number, places] = self.idf[places]
        found /= np.maximum(np.linalg.norm(found, axis=1, keepdims=True), 1e-12)
        return found[codes]


class Trees:
    """Boosted trees over rows of the mart."""

    link: Link = "logit"
    has_converged = True

    def __init__(
        self,
        features: Sequence[str],
        parameters: dict[str, Any],
        trees: int = TREES,
        *,
        is_tagged: bool = False,
    ) -> None:
        self.features, self.parameters, self.trees = tuple(features), parameters, trees
        self.is_tagged = is_tagged
        self.vocabulary: Vocabulary | None = None
        self.booster: Any = None

    def fit(self, rows: pd.DataFrame, truth: BoolArray) -> Trees:
        """Learn from rows whose future is known."""
        import xgboost

        self.vocabulary = Vocabulary(rows) if self.is_tagged else None
        data = self._data(rows, truth)
        self.booster = xgboost.train(self.parameters, data, num_boost_round=self.trees)
        return self

    def score(self, rows: pd.DataFrame) -> FloatArray:
        """Log-odds, shape (n_rows,)."""
        if not len(rows):
            return np.zeros(0)
        margin = self.booster.predict(self._data(rows), output_margin=True)
        return np.asarray(margin, dtype=np.float64)

    def _data(self, rows: pd.DataFrame, truth: BoolArray | None = None) -> Any:  # noqa: ANN401
        import xgboost

        parts = [numbers(rows[name])[:, np.newaxis] for name in self.features]
        if self.vocabulary:
            parts.append(self.vocabulary.matrix(rows))
        return xgboost.DMatrix(np.hstack(parts), label=truth)


def grid(features: Sequence[str], *, is_tagged: bool = False) -> dict[str, Callable[[], Trees]]:
    """The trees that are compared on validation rows, by their depth."""

    def maker(depth: int) -> Callable[[], Trees]:
        parameters = PARAMETERS | {"max_depth": depth}
        return lambda: Trees(features, parameters, is_tagged=is_tagged)

    return {f"depth={depth}": maker(depth) for depth in (2, 4)}


def with_interactions(rows: pd.DataFrame) -> pd.DataFrame:
    """System D's seven behavioural features (SYSTEMS D.3); what is not known is 0 there."""
    late, weekend, steady, _ = (np.nan_to_num(numbers(rows[name])) for name in _D_FEATURES)
    products = {
        "late_weekend": late * weekend,
        "consistency_late": steady * late,
        "all_behavioural": late * weekend * steady,
    }
    return rows.assign(**products)


def system_d(label: str) -> Learner:
    """System D's model on its own features, without a choice: it was made with the test rows."""
    names = (*_D_FEATURES, "late_weekend", "consistency_late", "all_behavioural")

    class SystemD(Trees):
        def fit(self, rows: pd.DataFrame, truth: BoolArray) -> Trees:
            return super().fit(with_interactions(rows), truth)

        def score(self, rows: pd.DataFrame) -> FloatArray:
            return super().score(with_interactions(rows))

    def learn(train: pd.DataFrame, validation: pd.DataFrame) -> Learned:
        both = pd.concat([train, validation])
        truth = np.asarray(both[label].to_numpy(np.float64) > 0, dtype=np.bool_)
        fitted = SystemD(names, SYSTEM_D, TREES, is_tagged=True).fit(both, truth)
        return Learned(fitted, fitted, 0.5, {"parameters": SYSTEM_D, "trees": TREES})

    return learn
