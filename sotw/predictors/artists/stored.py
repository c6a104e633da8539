"""A recommender that is not fitted again: its matrices, as the last training left them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from sotw import warehouse
from sotw.learning import matrices
from sotw.predictors.artists import packed
from sotw.predictors.artists.people import World
from sotw.predictors.artists.recommend import FORMAT, Recommender

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy.typing as npt

    from sotw.warehouse import Connection

    Arrays = Mapping[str, npt.NDArray[Any]]


def restored(con: Connection) -> Recommender | None:
    """The recommender of the latest training; null where none left its matrices.

    An artist that a rule has since made another's is still known, and named no more.

    Raises:
        SotwError: A matrix is not what was stored.
    """
    query = "select run_id, model, content from ml.models inner join ml.artifacts"
    query += " using (run_id, predictor, task, target, model) where predictor = 'artists'"
    query += " and is_default and format = ? order by run_id desc limit 1"
    newest = warehouse.rows(con, query, [FORMAT])
    if not newest:
        return None
    [row] = newest
    arrays = matrices.stored(con, row["run_id"], row["model"])
    if not arrays:
        return None
    artists = arrays[packed.ARTISTS]
    query = "select artist_id, artist_name from core.dim_artists where artist_id in"
    shown = dict(con.execute(f"{query} (select unnest(?))", [artists.tolist()]).fetchall())
    names = np.array([shown.get(one) for one in artists.tolist()], dtype=object)
    return of_arrays(arrays, names, json.loads(row["content"])["mixes"])


def of_arrays(
    arrays: Arrays,
    names: npt.NDArray[np.object_],
    mixes: Sequence[tuple[int, Sequence[tuple[str, float]]]],
) -> Recommender:
    """A recommender of its matrices.

    Args:
        arrays: As a recommender's ``stored`` makes them.
        names: Of the artists, in the order of the columns.
        mixes: As its text has them.
    """
    world = World(arrays[packed.ARTISTS], names, pd.DataFrame(), _not_kept)
    every = [(least, dict(mix)) for least, mix in mixes]
    fitted = {name: packed.to_model(name, arrays, len(names)) for _, mix in every for name in mix}
    return Recommender(pd.DataFrame(), world, every, fitted, asked=arrays[packed.ASKED])


def _not_kept(_: pd.DataFrame) -> pd.DataFrame:
    raise LookupError("item-kNN is fitted on plays, and a stored recommender has none")
