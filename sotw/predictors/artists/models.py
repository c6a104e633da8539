"""What recommends artists: from who else plays what you play, and from tags.

Every model is linear in what a person played, whatever it was fitted on, so each says exactly how
much of a score comes from which artist. Nothing is fitted before it is asked for something.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import pandas as pd
from scipy import linalg, sparse
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from sotw.predictors.artists.people import idf_rows, tag_counts, weights

if TYPE_CHECKING:
    from sotw.learning.encoding import FloatArray, IntArray
    from sotw.predictors.artists.people import Floats, Matrix, World

# Chosen on the inner split (train and validation of the masked split, seed 42), none on the outer.
KNN = {"neighbours": 201, "shrinkage": 3.5}
EASE = {"ridge": 44.0}
EASE_TAGS = {"ridge": 20.0, "diagonal": 0.8, "tags": 0.15}
ALS = {"factors": 28, "regularization": 1.8, "alpha": 30.0, "iterations": 15, "seeds": 1}


class Model(Protocol):
    """One model."""

    power: str
    kept: tuple[str, ...]  # matrices from which ``prepare`` makes the rest

    def prepare(self) -> None:
        """What follows from what is kept."""
        ...

    def fit(self, rows: pd.DataFrame, world: World) -> None:
        """Fit on people's plays."""
        ...

    def scores(self, known: Matrix) -> Floats:
        """Of every artist for each person, by what is known of them, as ``weights`` gives it."""
        ...

    def parts(self, known: Matrix, artists: IntArray) -> FloatArray:
        """What each known artist of one person adds to the scores of some.

        Args:
            known: Shape (1, n_artists).
            artists: Columns.

        Returns:
            Shape (n_known, n_chosen), in the order of ``known.indices``.
        """
        ...


class Popularity:
    """How many people play an artist."""

    power = "log"
    kept = ("people",)

    def fit(self, rows: pd.DataFrame, world: World) -> None:
        """Count."""
        counted = np.bincount(world.columns(rows["artist_id"]), minlength=len(world.artists))
        self.people = counted.astype(np.float32)

    def prepare(self) -> None:
        """Nothing follows from it."""

    def scores(self, known: Matrix) -> Floats:
        """The same for all."""
        return np.repeat(self.people[None, :], known.shape[0], axis=0)

    def parts(self, known: Matrix, artists: IntArray) -> FloatArray:
        """Nothing comes from what a person played."""
        return np.zeros((known.nnz, len(artists)))


class ItemKnn:
    """Artists that the same people play: cosine, shrunk where few do. The cosine is SQL's.

    Source:
        Sarwar et al. 2001; SQL in score/similar_artists.sql.
    """

    power = "log"
    kept = ("similarity",)

    def prepare(self) -> None:
        """Nothing follows from it."""

    def fit(self, rows: pd.DataFrame, world: World) -> None:
        """Compute the similarities of each artist to its nearest."""
        table = weights(rows, world, "person").tocoo()
        artists = world.artists[table.col]
        given = pd.DataFrame({"person": table.row, "artist_id": artists, "weight": table.data})
        near = world.similar(given)
        places = (world.columns(near["artist_id"]), world.columns(near["neighbour_id"]))
        count = len(world.artists)
        values = near["similarity"].to_numpy(np.float32)
        self.similarity = sparse.csr_array((values, places), shape=(count, count))

    def scores(self, known: Matrix) -> Floats:
        """Sum of the similarities to what is known."""
        return np.asarray((known @ self.similarity).toarray(), dtype=np.float32)

    def parts(self, known: Matrix, artists: IntArray) -> FloatArray:
        """Weight times similarity."""
        near = self.similarity[known.indices][:, artists].toarray()
        return np.asarray(near * known.data[:, None], dtype=np.float64)


class Ease:
    """A linear autoencoder without a diagonal, solved in people instead of artists.

    With A the rows (people, and tags as if they were people), d the diagonal of A'A and
    L = ridge + diagonal * d, the primal inverse P = (A'A + L)^-1 is by Woodbury's identity
    1/L - (A/L)' M (A/L) with M = (1 + (A/L) A')^-1: as large as people and tags are many, not
    artists. An artist's weight in another's score is -P_ij / P_jj.

    Source:
        Steck 2019 (EASE); 2020 (DLAE: a ridge that grows with the diagonal); MARKET 4.2.
    """

    power = "log"
    kept = ("scaled", "inverse", "own")

    def __init__(self, ridge: float, diagonal: float = 0.0, tags: float = 0.0) -> None:
        self.ridge, self.diagonal, self.tags = ridge, diagonal, tags

    def fit(self, rows: pd.DataFrame, world: World) -> None:
        """Invert once."""
        table = weights(rows, world, "person")
        if self.tags:
            told = idf_rows(tag_counts(rows, world)[0]) * np.float32(self.tags)
            table = sparse.vstack([table, told], format="csr")
        squares = np.asarray(table.multiply(table).sum(axis=0)).ravel()
        self.penalty = (self.ridge + self.diagonal * squares).astype(np.float32)
        self.scaled = sparse.csr_array(table @ sparse.diags_array(1 / self.penalty))
        inner = np.asarray((self.scaled @ table.T).toarray(), dtype=np.float32)
        inner[np.diag_indices_from(inner)] += 1
        self.inverse = _inverted(inner)
        self.own = 1 / self.penalty
        self.prepare()
        step = 2048
        for first in range(0, table.shape[1], step):
            part = self.by_artist[first : first + step]
            solved = np.asarray(part @ self.inverse, dtype=np.float32)
            self.own[first : first + step] -= np.asarray(part.multiply(solved).sum(axis=1)).ravel()

    def prepare(self) -> None:
        """What follows from what is kept."""
        self.by_artist = sparse.csr_array(self.scaled.T)

    def scores(self, known: Matrix) -> Floats:
        """What is known, as the people and tags that share it would complete it."""
        alike = np.asarray((known @ self.by_artist).toarray(), dtype=np.float32) @ self.inverse
        found = np.asarray(alike @ self.scaled, dtype=np.float32)
        found /= self.own
        return found

    def parts(self, known: Matrix, artists: IntArray) -> FloatArray:
        """Weight times the artist's weight in the other's score."""
        solved = (self.by_artist[artists].toarray() @ self.inverse).T
        found = np.asarray(self.by_artist[known.indices] @ solved, dtype=np.float64)
        return np.asarray(found / self.own[artists] * known.data[:, None], dtype=np.float64)


def _inverted(matrix: Floats) -> Floats:
    """The inverse of a positive definite matrix, in half the time of any matrix."""
    factor, _ = linalg.lapack.spotrf(matrix, overwrite_a=True)
    half, _ = linalg.lapack.spotri(factor, overwrite_c=True)
    return mirrored(np.triu(half))


def mirrored(half: Floats) -> Floats:
    """The symmetric matrix of an upper half, below which there are zeros."""
    found = half + half.T
    diagonal = np.diag_indices_from(found)
    found[diagonal] = half[diagonal]
    return np.ascontiguousarray(found, dtype=np.float32)


class TagCosine:
    """How much an artist's tags are those of what a person plays."""

    power = "log"
    kept = ("tags", "names")

    def fit(self, rows: pd.DataFrame, world: World) -> None:
        """Weigh and normalise the tags of each artist."""
        counts, self.names = tag_counts(rows, world)
        told = idf_rows(counts)
        length = np.sqrt(np.asarray(told.multiply(told).sum(axis=0)).ravel())
        inverse = np.divide(1, length, out=np.zeros_like(length), where=length > 0)
        self.tags = sparse.csr_array(told @ sparse.diags_array(inverse))
        self.prepare()

    def prepare(self) -> None:
        """What follows from what is kept."""
        self.by_artist = sparse.csr_array(self.tags.T)

    def _taste(self, known: Matrix) -> Floats:
        taste = np.asarray((known @ self.by_artist).toarray(), dtype=np.float32)
        length = np.linalg.norm(taste, axis=1, keepdims=True)
        return np.asarray(taste / np.where(length > 0, length, 1), dtype=np.float32)

    def scores(self, known: Matrix) -> Floats:
        """Cosine of the tags of an artist and those of all that is known."""
        return np.asarray(self._taste(known) @ self.tags, dtype=np.float32)

    def parts(self, known: Matrix, artists: IntArray) -> FloatArray:
        """Each artist's own cosine, over the length of them together."""
        length = np.linalg.norm((known @ self.by_artist).toarray())
        near = (self.by_artist[known.indices] @ self.by_artist[artists].T).toarray()
        return np.asarray(near * known.data[:, None] / (length or 1), dtype=np.float64)

    def of(self, artists: IntArray, most: int) -> list[list[str]]:
        """The tags that weigh most of each of some artists."""
        told = self.by_artist[artists].toarray()
        best = np.argsort(-told, axis=1, kind="stable")[:, :most]
        return [
            [str(self.names[tag]) for tag in own if values[tag] > 0]
            for own, values in zip(best, told, strict=True)
        ]

    def shared(self, known: Matrix, artists: IntArray, most: int) -> list[list[str]]:
        """Of each of some artists the tags that add most to its cosine."""
        added = self._taste(known) * self.by_artist[artists].toarray()
        best = np.argsort(-added, axis=1, kind="stable")[:, :most]
        return [
            [str(self.names[tag]) for tag in own if values[tag] > 0]
            for own, values in zip(best, added, strict=True)
        ]


class Als:
    """Factors of people and artists by alternating least squares; a person is folded in.

    Source:
        Hu, Koren, Volinsky 2008; section 5 for what each artist adds. Library: implicit.
    """

    power = "sqrt"
    kept = ("items",)

    def __init__(
        self, factors: int, regularization: float, alpha: float, iterations: int, seeds: int
    ) -> None:
        self.factors, self.regularization, self.alpha = factors, regularization, alpha
        self.iterations, self.seeds = iterations, seeds

    def fit(self, rows: pd.DataFrame, world: World) -> None:
        """Fit once for each seed; a score is their mean."""
        from implicit.als import AlternatingLeastSquares

        table = sparse.csr_matrix(weights(rows, world, "person", self.power))
        items: list[Floats] = []
        with threadpool_limits(1):
            for seed in range(self.seeds):
                model = AlternatingLeastSquares(
                    factors=self.factors,
                    regularization=self.regularization,
                    alpha=self.alpha,
                    iterations=self.iterations,
                    num_threads=1,
                    random_state=42 + seed,
                )
                model.fit(table, show_progress=False)
                items.append(np.asarray(model.item_factors, dtype=np.float32))
        self.items = np.stack(items)  # shape (n_seeds, n_artists, n_factors)
        self.prepare()

    def prepare(self) -> None:
        """What follows from what is kept."""
        ridge = self.regularization * np.eye(self.factors, dtype=np.float32)
        self.grams = [items.T @ items + ridge for items in self.items]

    def _solved(self, known: Matrix, seed: int) -> tuple[Floats, Floats]:
        """Of one person: what each known artist adds to the factors, and how sure it is."""
        items = self.items[seed][known.indices]
        sure = np.float32(self.alpha) * known.data
        normal = self.grams[seed] + items.T @ (items * (sure - 1)[:, None])
        return np.asarray(np.linalg.solve(normal, items.T), dtype=np.float32), sure

    def scores(self, known: Matrix) -> Floats:
        """Products of factors."""
        found = np.zeros(known.shape, dtype=np.float32)
        for seed, items in enumerate(self.items):
            people = np.zeros((known.shape[0], self.factors), dtype=np.float32)
            for row in range(known.shape[0]):
                solved, sure = self._solved(known[[row]], seed)
                people[row] = solved @ sure
            found += people @ items.T
        return np.asarray(found / len(self.items), dtype=np.float32)

    def parts(self, known: Matrix, artists: IntArray) -> FloatArray:
        """How sure an artist is, times its product with the other one."""
        found = np.zeros((known.nnz, len(artists)))
        for seed, items in enumerate(self.items):
            solved, sure = self._solved(known, seed)
            found += (solved.T @ items[artists].T) * sure[:, None]
        return found / len(self.items)


def make(name: str) -> Any:  # noqa: ANN401 - a Model
    """A model by name, not fitted."""
    makers = {
        "popularity": Popularity,
        "item_knn": ItemKnn,
        "ease": lambda: Ease(**EASE),
        "ease_tags": lambda: Ease(**EASE_TAGS),
        "tag_cosine": TagCosine,
        "als": lambda: Als(**ALS),  # type: ignore[arg-type]
    }
    return makers[name]()  # type: ignore[no-untyped-call]
