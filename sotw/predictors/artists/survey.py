"""Which artists to ask somebody about, and what their answers are worth.

An answer says much about an artist that is as likely known as not, and the set should lie near all
that people play: greedily each next artist is the one whose neighbourhood, where no earlier one
lies, holds most listening, times the information of knowing it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sotw.errors import SotwError
from sotw.predictors.artists.people import weights
from sotw.predictors.artists.recommend import top

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sotw.learning.encoding import IntArray
    from sotw.predictors.artists.recommend import Recommender

SIZE = 10
ASKED_AMONG = 400  # the most played artists


def telling(made: Recommender, size: int = SIZE) -> IntArray:
    """Columns of the artists to ask about, the one that says most first.

    Args:
        made: Fitted.
        size: How many.

    Source:
        Facility location, greedy (Nemhauser, Wolsey, Fisher 1978): at least 1 - 1/e of the best.
    """
    table = weights(made.rows, made.world, "person")
    people = np.diff(table.tocsc().indptr).astype(np.float64)
    among = top(people.astype(np.float32), min(ASKED_AMONG, len(people)))
    among = among[people[among] > 0]
    plays = np.asarray(table[:, among].toarray(), dtype=np.float64)
    by_tag = made.model("tag_cosine").by_artist[among]
    length = np.maximum(np.linalg.norm(plays, axis=0), 1e-12)
    near = (plays / length).T @ (plays / length) + (by_tag @ by_tag.T).toarray()
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


def rated(artist_ids: Sequence[int]) -> pd.DataFrame:
    """What somebody is known by who put artists in order, the favourite first.

    The weight of rank r is 1.1 - r / 10 (SYSTEMS C.5), here of the logarithm of plays.

    Raises:
        SotwError: More than ten, none, or one twice.
    """
    if not 1 <= len(artist_ids) <= SIZE:
        raise SotwError(f"{len(artist_ids)} artists are rated; 1 to {SIZE} can be. Leave out some.")
    if len(set(artist_ids)) < len(artist_ids):
        raise SotwError("an artist is rated twice. Name each once, the favourite first.")
    ranks = np.arange(1, len(artist_ids) + 1)
    plays = np.expm1((1.1 - ranks / 10) * np.log(2))
    return pd.DataFrame({"artist_id": list(artist_ids), "plays": plays})
