"""People, artists and tags as matrices: what every model of this folder is fitted on.

A row of plays is a person and an artist. What is known of a person when something is recommended
stands beside what is to be found: ``is_given`` tells them apart, and ``case`` numbers the lists
that are asked for (one person may be asked for with one and with ten artists known).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse

if TYPE_CHECKING:
    from collections.abc import Callable

    from sotw.learning.encoding import IntArray

Matrix = Any  # scipy.sparse.csr_array; scipy has no types
Floats = npt.NDArray[np.float32]

MIN_TAGGED = 5  # artists that a tag must be on to be one
ASKED = 10  # artists of a survey
ASKED_AMONG = 400  # the most played artists


@dataclass(frozen=True, slots=True)
class World:
    """What is known beside who played what.

    Attributes:
        artists: artist_id by column of every matrix, rising.
        names: Name to show, by column.
        tags: Who gave which tag to which artist: person, artist (a column), tag_key, is_played
            (the person also has plays of the artist). Without a person: a catalogue says so.
        similar: Item-kNN in SQL: from person, artist_id, weight to artist_id, neighbour_id,
            similarity.
        months: What the listeners here played: listener_id, artist_id, month_number, plays.
    """

    artists: IntArray
    names: npt.NDArray[np.object_]
    tags: pd.DataFrame
    similar: Callable[[pd.DataFrame], pd.DataFrame]
    months: pd.DataFrame = field(default_factory=pd.DataFrame)

    def columns(self, artist_ids: Any) -> IntArray:  # noqa: ANN401 - anything like an array
        """Columns of artists that are all known."""
        return np.searchsorted(self.artists, np.asarray(artist_ids, dtype=np.int64))


def weights(rows: pd.DataFrame, world: World, by: str, power: str = "log") -> Matrix:
    """How much each person is drawn to each artist: 1 for the most played one.

    Args:
        rows: With plays, artist_id and the column ``by``.
        world: For the columns.
        by: Column whose values, in the order they first occur, are the rows of the matrix.
        power: ``log`` for log(1 + plays), ``sqrt`` for the root; over the person's largest.
    """
    people, _ = pd.factorize(rows[by])
    plays = rows["plays"].to_numpy(np.float64)
    values = np.log1p(plays) if power == "log" else np.sqrt(plays)
    count = int(people.max()) + 1 if len(people) else 0
    largest = np.zeros(count)
    np.maximum.at(largest, people, values)
    shape = (count, len(world.artists))
    places = (people, world.columns(rows["artist_id"]))
    return sparse.csr_array((values / largest[people], places), shape=shape, dtype=np.float32)


def tag_counts(rows: pd.DataFrame, world: World) -> tuple[Matrix, npt.NDArray[np.object_]]:
    """How many people gave each tag to each artist, shape (n_tags, n_artists), and the tags.

    What a person whose pair is held out said of that artist would tell of the pair: it is left out.

    Args:
        rows: The pairs that are known.
        world: For the tags.
    """
    tags = world.tags
    known = pd.MultiIndex.from_arrays([rows["person"], world.columns(rows["artist_id"])])
    said = pd.MultiIndex.from_arrays([tags["person"], tags["artist"]])
    kept = tags[~tags["is_played"].to_numpy(bool) | said.isin(known)]
    counted = kept.groupby(["tag_key", "artist"], sort=True).size().reset_index(name="people")
    often = counted.groupby("tag_key")["artist"].transform("size") >= MIN_TAGGED
    counted = counted[often]
    codes, names = pd.factorize(counted["tag_key"])
    shape = (len(names), len(world.artists))
    places = (codes, counted["artist"].to_numpy(np.int64))
    values = counted["people"].to_numpy(np.float32)
    return sparse.csr_array((values, places), shape=shape), np.asarray(names, dtype=object)


def idf_rows(counts: Matrix) -> Matrix:
    """Tags as if they were people: log(1 + count), times log(artists / artists with the tag)."""
    found = counts.astype(np.float32)
    found.data = np.log1p(found.data)
    if not found.shape[0]:
        return found
    tagged = np.maximum(np.diff(found.indptr), 1)
    rare = np.log(found.shape[1] / tagged).astype(np.float32)
    return sparse.csr_array(sparse.diags_array(rare) @ found)


def top(scores: Floats, places: int) -> IntArray:
    """The columns with the largest finite scores, ties by column; -1 where there are no more."""
    count = min(places, len(scores))
    found = np.full(places, -1, dtype=np.int64)
    likely = np.sort(np.argpartition(-scores, count - 1)[:count])
    order = likely[np.argsort(-scores[likely], kind="stable")]
    order = order[np.isfinite(scores[order])]
    found[: len(order)] = order
    return found


def telling(table: Matrix, by_tag: Matrix, size: int) -> IntArray:
    """Columns of the artists to ask somebody about, the one that says most first.

    An answer says much about an artist that is as likely known as not, and the set should lie near
    all that people play: greedily each next artist is the one whose neighbourhood, where no earlier
    one lies, holds most listening, times the information of knowing it.

    Args:
        table: As ``weights`` gives it.
        by_tag: Tags of unit length, shape (n_artists, n_tags).
        size: How many.

    Source:
        Facility location, greedy (Nemhauser, Wolsey, Fisher 1978): at least 1 - 1/e of the best.
    """
    people = np.diff(table.tocsc().indptr).astype(np.float64)
    among = top(people.astype(np.float32), min(ASKED_AMONG, len(people)))
    among = among[people[among] > 0]
    plays = np.asarray(table[:, among].toarray(), dtype=np.float64)
    tags = by_tag[among]
    length = np.maximum(np.linalg.norm(plays, axis=0), 1e-12)
    near = (plays / length).T @ (plays / length) + (tags @ tags.T).toarray()
    share = np.clip(people[among] / table.shape[0], 1e-9, 1 - 1e-9)
    information = -share * np.log2(share) - (1 - share) * np.log2(1 - share)
    covered = np.zeros(len(among))
    found: list[int] = []
    for _ in range(min(size, len(among))):
        gain = information * (np.maximum(near - covered, 0) * people[among]).sum(axis=1)
        gain[found] = -1
        best = int(np.argmax(gain))
        found.append(best)
        covered = np.maximum(covered, near[best])
    return np.asarray(among[found], dtype=np.int64)
