"""The artists to ask somebody about, which answers are allowed, and what they are worth."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sotw.errors import SotwError
from sotw.predictors.artists.people import ASKED

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from sotw.predictors.artists.recommend import Recommender

MOST_TAGS = 3


@dataclass(frozen=True, slots=True)
class Asked:
    """An artist to put in order.

    Attributes:
        artist_id: As in core.dim_artists.
        artist: Its name.
        tags: That weigh most of it.
    """

    artist_id: int
    artist: str
    tags: tuple[str, ...]


def artists(made: Recommender) -> list[Asked]:
    """The survey: the artists to ask about, the one that says most first."""
    columns = made.survey()
    tags = made.model("tag_cosine").of(columns, MOST_TAGS)
    ids, names = made.world.artists[columns].tolist(), made.world.names[columns].tolist()
    found = zip(ids, names, tags, strict=True)
    return [Asked(artist_id, str(name), tuple(own)) for artist_id, name, own in found]


def checked(
    pairs: Sequence[tuple[int, int]],
    asked: Collection[int],
    names: Mapping[int, str] | None = None,
) -> None:
    """Refuse an answer that breaks the rules of the survey (SYSTEMS C.5).

    Args:
        pairs: artist_id and rank, 1 for the favourite.
        asked: artist_id of the survey's artists.
        names: Of artists, for a person to read.

    Raises:
        SotwError: More than ten, none, an artist or a rank twice, a rank that is none, or an
            artist that is not asked about.
    """
    if not 1 <= len(pairs) <= ASKED:
        raise SotwError(f"{len(pairs)} artists are rated; 1 to {ASKED} can be. Leave out some.")
    if len({artist for artist, _ in pairs}) < len(pairs):
        raise SotwError("an artist is rated twice. Name each once, the favourite first.")
    if wrong := sorted({rank for _, rank in pairs if not 1 <= rank <= ASKED}):
        raise SotwError(f"ranks are 1 to {ASKED}, not {', '.join(map(str, wrong))}.")
    if len({rank for _, rank in pairs}) < len(pairs):
        raise SotwError("two artists have one rank. Give each its own.")
    if strangers := sorted({artist for artist, _ in pairs} - set(asked)):
        said = f" ({', '.join(names[one] for one in strangers)})" if names else ""
        raise SotwError(
            f"Invalid artist IDs: {strangers}{said}. Rate the artists of `sotw recommend survey`."
        )


def rated(artist_ids: Sequence[int]) -> pd.DataFrame:
    """What somebody is known by who put artists in order, the favourite first.

    Raises:
        SotwError: More than ten, none, or one twice.
    """
    ranks = [(artist, place) for place, artist in enumerate(artist_ids, start=1)]
    checked(ranks, artist_ids)
    return plays_of(pd.DataFrame(ranks, columns=["artist_id", "rank"]))


def plays_of(ratings: pd.DataFrame, most_plays: float = 1.0) -> pd.DataFrame:
    """Ratings as if they were plays: the logarithm of rank r is 1.1 - r / 10 of the largest.

    Args:
        ratings: artist_id and rank.
        most_plays: Of the person's artists.

    Source:
        SYSTEMS C.5.
    """
    share = 1.1 - ratings["rank"].to_numpy(np.float64) / 10
    plays = np.expm1(share * np.log1p(max(most_plays, 1.0)))
    return pd.DataFrame({"artist_id": ratings["artist_id"].to_numpy(np.int64), "plays": plays})
