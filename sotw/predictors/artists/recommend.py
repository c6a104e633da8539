"""From models to recommendations: what is known is left out, lists are ranked, reasons add up.

A blend adds up each model's z-score among the artists a person may be recommended. Which models
speak follows from how much is known of the person: of nobody's taste what most people play, from
the first known artist on all models together (on two draws of unseen people the blend was better
than item-kNN and EASE from one artist to ten).
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from sotw.learning.protocol import Artifact, Learned, Link
from sotw.predictors.artists import models, packed
from sotw.predictors.artists.people import ASKED, telling, top, weights

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy.typing as npt

    from sotw.learning.encoding import BoolArray, FloatArray, IntArray
    from sotw.learning.protocol import Learner
    from sotw.predictors.artists.people import Floats, Matrix, World

    # By model the mean that was taken off its scores and what they were then multiplied by.
    Taken = dict[str, tuple[Floats, Floats]]

PLACES = 20  # of a list that is measured
REASONS = 5  # artists that are named; the others are one sum
LEVEL, OTHERS = "(level)", "(others)"
FORMAT = "sotw artists"
_AT_ONCE = 256  # people
_EVENLY = 1e-9  # a deviation below it: the model says the same of all

# What speaks, with its weight, from how many known artists on. Chosen on the inner split.
BLEND: dict[str, float] = {"ease_tags": 1.0, "tag_cosine": 1.3, "als": 1.5}
BY_KNOWN: tuple[tuple[int, dict[str, float]], ...] = ((0, {"popularity": 1.0}), (1, BLEND))
# Without the library of ALS.
WITHOUT_ALS: tuple[tuple[int, dict[str, float]], ...] = (
    (0, {"popularity": 1.0}),
    (1, {"ease_tags": 1.0, "tag_cosine": 1.3}),
)


class Recommender:
    """A scorer of artists; fitted when it is first asked."""

    link: Link = "identity"
    has_converged = True

    def __init__(
        self,
        rows: pd.DataFrame,
        world: World,
        mixes: Sequence[tuple[int, Mapping[str, float]]],
        fitted: dict[str, Any] | None = None,
        asked: IntArray | None = None,
    ) -> None:
        self.rows, self.world, self.mixes = rows, world, tuple(mixes)
        self.asked = asked  # columns of the survey, where they are known already
        self._models = {} if fitted is None else fitted

    def model(self, name: str) -> Any:  # noqa: ANN401 - a Model
        """One of its models, fitted."""
        if name not in self._models:
            made = models.make(name)
            made.fit(self.rows, self.world)
            self._models[name] = made
        return self._models[name]

    def prepare(self) -> Recommender:
        """Fit all of it now."""
        for _, mix in self.mixes:
            for name in mix:
                self.model(name)
        return self

    def mix(self, known: int) -> Mapping[str, float]:
        """What speaks for a person of whom so many artists are known."""
        return [mix for least, mix in self.mixes if known >= least][-1]

    # --- scores ---------------------------------------------------------------------------

    def totals(self, known: Mapping[str, Matrix]) -> Floats:
        """The scores of all artists, a row a person; -inf for what is known.

        Args:
            known: Weights by their ``power``, shape (n_people, n_artists).
        """
        first = known["log"]
        found = np.full(first.shape, -np.inf, dtype=np.float32)
        counts = np.diff(first.indptr)
        for mix, people in self._grouped(counts):
            own = {power: table[people] for power, table in known.items()}
            is_known = own["log"].toarray() > 0
            found[people] = self._mixed(mix, own, is_known)[0]
        return found

    def _grouped(self, counts: IntArray) -> list[tuple[Mapping[str, float], IntArray]]:
        by_mix: dict[int, list[int]] = {}
        for person, count in enumerate(counts):
            place = max(n for n, (least, _) in enumerate(self.mixes) if count >= least)
            by_mix.setdefault(place, []).append(person)
        return [(self.mixes[n][1], np.asarray(own)) for n, own in sorted(by_mix.items())]

    def _mixed(
        self, mix: Mapping[str, float], known: Mapping[str, Matrix], is_known: BoolArray
    ) -> tuple[Floats, Taken]:
        """Scores, and by model the mean and deviation that were taken out."""
        taken: Taken = {}
        total = np.zeros(is_known.shape, dtype=np.float32)
        free = np.maximum((~is_known).sum(axis=1), 1)[:, None]
        for name, weight in mix.items():
            model = self.model(name)
            score = model.scores(known[model.power])
            score[is_known] = 0
            mean = score.sum(axis=1, keepdims=True) / free
            spread = np.sqrt(
                np.maximum((score * score).sum(axis=1, keepdims=True) / free - mean**2, 0)
            )
            scale = np.where(spread > _EVENLY, weight / np.maximum(spread, _EVENLY), 0)
            taken[name] = (mean, scale.astype(np.float32))
            total += (score - mean) * scale
        total[is_known] = -np.inf
        return total, taken

    def best(self, rows: pd.DataFrame) -> IntArray:
        """What it would recommend to the person of each row: columns of the world, best first.

        Args:
            rows: With ``case``, ``is_given``, artist_id and plays.
        """
        lists = np.full((int(rows["case"].max()) + 1, PLACES), -1, dtype=np.int64)
        for cases, known in self._known(rows):
            scores = self.totals(known)
            for row, case in enumerate(cases):
                lists[case] = top(scores[row], PLACES)
        return np.asarray(lists[rows["case"].to_numpy(np.int64)], dtype=np.int64)

    def score(self, rows: pd.DataFrame) -> FloatArray:
        """Sum of z-scores of each row's artist for its person; -inf where it is known already."""
        found = np.full(len(rows), -np.inf)
        cases, artists = rows["case"].to_numpy(np.int64), self.world.columns(rows["artist_id"])
        for own, known in self._known(rows):
            scores = self.totals(known)
            chosen = np.isin(cases, own)
            found[chosen] = scores[np.searchsorted(own, cases[chosen]), artists[chosen]]
        return found

    def _known(self, rows: pd.DataFrame) -> list[tuple[IntArray, dict[str, Matrix]]]:
        """Some cases at a time, rising, with what is known of them."""
        given = rows[rows["is_given"].to_numpy(bool)].sort_values("case", kind="stable")
        every = np.unique(given["case"].to_numpy(np.int64))
        found = []
        for first in range(0, len(every), _AT_ONCE):
            own = every[first : first + _AT_ONCE]
            part = given[given["case"].isin(own)]
            powers = {power: weights(part, self.world, "case", power) for power in ("log", "sqrt")}
            found.append((own, powers))
        return found

    # --- reasons --------------------------------------------------------------------------

    def one(self, known: Mapping[str, Matrix]) -> tuple[Floats, Taken]:
        """The scores of all artists for one person, and what ``parts`` needs to explain them.

        Args:
            known: Weights of one person, by power.
        """
        is_known = known["log"].toarray() > 0
        total, taken = self._mixed(self.mix(int(is_known.sum())), known, is_known)
        return total[0], taken

    def parts(
        self, known: Mapping[str, Matrix], artists: IntArray, taken: Taken
    ) -> tuple[FloatArray, FloatArray]:
        """What makes the scores of some artists for one person.

        Args:
            known: Weights of one person, by power.
            artists: Columns.
            taken: From ``one``.

        Returns:
            What each known artist adds, shape (n_known, n_chosen), in the order of the weights'
            columns; what is no artist's, shape (n_chosen,). Together they are the scores.
        """
        added = np.zeros((known["log"].nnz, len(artists)))
        level = np.zeros(len(artists))
        for name, (means, scales) in taken.items():
            model = self.model(name)
            mean, scale = float(means[0, 0]), float(scales[0, 0])
            own = model.parts(known[model.power], artists)
            added += own * scale
            if not own.any():  # popularity: nothing comes from what is known
                score = model.scores(known[model.power])[0, artists]
                level += score * scale
            level -= mean * scale
        return added, level

    def explain(self, rows: pd.DataFrame, chosen: BoolArray) -> pd.DataFrame:
        """What the known artists add to the scores of the chosen rows, the largest by name."""
        picked = rows[chosen]
        columns = self.world.columns(picked["artist_id"])
        found: list[dict[str, float]] = [{} for _ in range(len(picked))]
        cases = picked["case"].to_numpy(np.int64)
        for own, known in self._known(rows[rows["case"].isin(np.unique(cases))]):
            for row, case in enumerate(own):
                of_case = np.flatnonzero(cases == case)
                one = {power: table[[row]] for power, table in known.items()}
                added, level = self.parts(one, columns[of_case], self.one(one)[1])
                names = self.world.names[one["log"].indices]
                for place, target in enumerate(of_case):
                    found[target] = named(names, added[:, place], float(level[place]))
        return pd.DataFrame(found, index=picked.index)

    def stored(self) -> Artifact:
        """What was chosen, and of which rows; a fit from them is the same to the last digit."""
        about = {
            "mixes": [[least, [*mix.items()]] for least, mix in self.mixes],
            "ease": models.EASE,
            "ease_tags": models.EASE_TAGS,
            "als": models.ALS,
            "item_knn": models.KNN,
            "people": int(self.rows["person"].nunique()),
            "artists": len(self.world.artists),
            "pairs_sha256": hashlib.sha256(
                pd.util.hash_pandas_object(self.rows[["person", "artist_id", "plays"]], index=False)
                .to_numpy()
                .tobytes()
            ).hexdigest(),
        }
        return Artifact(FORMAT, json.dumps(about, sort_keys=True), self._arrays)

    def survey(self, size: int = ASKED) -> IntArray:
        """Columns of the artists to ask somebody about."""
        if self.asked is not None and size <= len(self.asked):
            return self.asked[:size]
        table = weights(self.rows, self.world, "person")
        return telling(table, self.model("tag_cosine").by_artist, size)

    def _arrays(self) -> dict[str, npt.NDArray[Any]]:
        found = {packed.ARTISTS: self.world.artists, packed.ASKED: self.survey()}
        for name in dict.fromkeys(name for _, mix in self.mixes for name in mix):
            found |= packed.of_model(name, self.model(name))
        return found


def named(names: Any, added: FloatArray, level: float) -> dict[str, float]:  # noqa: ANN401
    """The largest of what adds up, by name; the others as one sum."""
    order = np.argsort(-added, kind="stable")
    first = [place for place in order[:REASONS] if added[place] > 0]
    found = {f"artist {names[place]}": float(added[place]) for place in first}
    rest = float(added.sum()) - sum(found.values())
    return {**found, OTHERS: rest, LEVEL: level}


def learner(
    world: World,
    mixes: Sequence[tuple[int, Mapping[str, float]]],
    shared: dict[str, dict[str, Any]],
) -> Learner:
    """A recommender with its constants; validation rows choose nothing, they only add plays.

    Args:
        world: What is known beside the plays.
        mixes: What speaks.
        shared: Models that are already fitted; learners with the same one get the same rows.
    """

    def learn(train: pd.DataFrame, validation: pd.DataFrame) -> Learned:
        both = pd.concat([train, validation]) if len(validation) else train
        first = Recommender(train, world, mixes, shared.setdefault("first", {}))
        return Learned(first, Recommender(both, world, mixes, shared.setdefault("final", {})))

    return learn
