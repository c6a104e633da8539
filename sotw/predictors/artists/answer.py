"""One recommendation, asked for now: a listener's, or that of somebody who likes a few artists."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy import sparse

from sotw import extras
from sotw.predictors.artists import stored, survey
from sotw.predictors.artists.people import top, weights
from sotw.predictors.artists.recommend import (
    BY_KNOWN,
    REASONS,
    WITHOUT_ALS,
    Recommender,
)
from sotw.render import render

if TYPE_CHECKING:
    from collections.abc import Collection

    from sotw.warehouse import Connection

MOST_TAGS = 4


@dataclass(frozen=True, slots=True)
class Because:
    """A known artist and what it adds.

    Attributes:
        artist: Its name.
        contribution: To the score.
        share: Of all that known artists speak for it; some may speak against.
    """

    artist: str
    contribution: float
    share: float


@dataclass(frozen=True, slots=True)
class Named:
    """A recommended artist.

    Attributes:
        rank: 1 is the best.
        artist_id: As in core.dim_artists.
        artist: Its name.
        score: Reasons, others and level are its sum.
        people: Who play it here.
        because: The known artists that add most, the largest first.
        above_others: The known artist whose share here is most above its mean share in the list;
            null where the list is of one, or nothing known speaks for it.
        others: What all other known artists add.
        level: What is nobody's: the mean of all artists, taken off.
        tags: Shared with what is known, what counts most first.
    """

    rank: int
    artist_id: int
    artist: str
    score: float
    people: int
    because: tuple[Because, ...]
    above_others: Because | None
    others: float
    level: float
    tags: tuple[str, ...]


def prepared(con: Connection) -> Recommender:
    """What answers in milliseconds: as the last training left it, else fitted now, in seconds.

    Raises:
        SotwError: Nothing is trained, and there are too few people to learn from; or what was
            stored has changed.
    """
    return stored.restored(con) or fitted(con)


def fitted(con: Connection) -> Recommender:
    """The same, fitted on everybody there is.

    Raises:
        SotwError: There are too few people to learn from.
    """
    from sotw.predictors.artists import predictor  # slow to import

    [task, *_] = predictor.PREDICTOR.tasks(con, None, None)  # type: ignore[arg-type]
    mixes = BY_KNOWN if extras.is_installed("recommend") else WITHOUT_ALS
    return Recommender(predictor.PREDICTOR.rows(con, task), task.world, mixes)


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a listener now.

    Attributes:
        artists: artist_id and plays; of rated artists as if they were played.
        played: How many artists were played.
        rated: How many are of the last answer in the survey.
    """

    artists: pd.DataFrame
    played: int
    rated: int


def of_listener(con: Connection, listener_id: int, *, is_recent: bool = False) -> Known:
    """What a listener is known by: what they played, and their last answer in the survey.

    Args:
        con: A warehouse that was built.
        listener_id: Whose.
        is_recent: By what counts of the plays, which halves every 90 days.
    """
    whose = {"listener_id": listener_id}
    plays = "decayed_plays" if is_recent else "plays"
    query = f"select artist_id, cast({plays} as double) as plays from marts.training_artists"
    query += " where listener_id = $listener_id order by artist_id"
    own = con.execute(query, whose).df()
    ratings = con.execute(render("score/latest_ratings.sql"), whose).df()
    played = len(own)
    if len(ratings):
        most = float(own["plays"].max()) if played else 1.0
        both = pd.concat([own, survey.plays_of(ratings, most)])
        own = both.groupby("artist_id")["plays"].max().reset_index()
    return Known(own, played, len(ratings))


def liking(artist_ids: Collection[int], values: Collection[float] | None = None) -> pd.DataFrame:
    """What somebody is known by who names artists: all count alike, or as rated."""
    plays = np.ones(len(artist_ids)) if values is None else np.asarray(list(values))
    return pd.DataFrame({"artist_id": list(artist_ids), "plays": plays})


def answer(
    made: Recommender, known: pd.DataFrame, most: int, *, without: Collection[int] = ()
) -> list[Named]:
    """The best artists for somebody, each with what makes its score.

    Args:
        made: From ``prepared``.
        known: artist_id and plays of one person; others than the world's are left out.
        most: How many.
        without: artist_id of artists that are not named either.
    """
    world = made.world
    own = known[known["artist_id"].isin(world.artists)].assign(person="")
    powers = ("log", "sqrt")
    given = {power: weights(own, world, "person", power) for power in powers}
    if own.empty:
        nothing = sparse.csr_array((1, len(world.artists)), dtype=np.float32)
        given = dict.fromkeys(powers, nothing)
    total, taken = made.one(given)
    scores = total.copy()
    scores[world.columns([one for one in without if one in world.artists])] = -np.inf
    scores[pd.isna(world.names)] = -np.inf  # another's by now
    chosen = top(scores, most)
    chosen = chosen[chosen >= 0]
    added, level = made.parts(given, chosen, taken)
    names, people = world.names[given["log"].indices], _people(made)
    tags = made.model("tag_cosine").shared(given["log"], chosen, MOST_TAGS)
    speaking = np.maximum(added, 0)
    shares = speaking / np.maximum(speaking.sum(axis=0), 1e-12)
    above = shares - shares.mean(axis=1, keepdims=True)

    def reason(known_place: int, place: int) -> Because:
        part, share = added[known_place, place], shares[known_place, place]
        return Because(str(names[known_place]), float(part), float(share))

    found = []
    for place, column in enumerate(chosen):
        own_parts = added[:, place]
        whole = float(own_parts.sum())
        order = [n for n in np.argsort(-own_parts, kind="stable")[:REASONS] if own_parts[n] > 0]
        because = tuple(reason(n, place) for n in order)
        most_above = int(np.argmax(above[:, place])) if order else 0
        is_above = bool(order) and above[most_above, place] > 0
        found.append(
            Named(
                rank=place + 1,
                artist_id=int(world.artists[column]),
                artist=str(world.names[column]),
                score=float(total[column]),
                people=int(people[column]),
                because=because,
                above_others=reason(most_above, place) if is_above else None,
                others=whole - sum(one.contribution for one in because),
                level=float(level[place]),
                tags=tuple(tags[place]),
            )
        )
    return found


def _people(made: Recommender) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
    counted: np.ndarray[tuple[int], np.dtype[np.float32]] = made.model("popularity").people
    return counted
