"""Models as plain arrays.

A matrix of few values is three arrays, one that is its own mirror its upper half.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from scipy import sparse
from scipy.linalg import lapack

from sotw.predictors.artists import models

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy.typing as npt

    from sotw.predictors.artists.people import Floats

    Arrays = Mapping[str, npt.NDArray[Any]]

ARTISTS, ASKED = "artists", "asked"


def of_model(name: str, model: Any) -> dict[str, npt.NDArray[Any]]:  # noqa: ANN401 - a Model
    """What is kept of a fitted model, by names that no other's has."""
    found: dict[str, npt.NDArray[Any]] = {}
    for field in model.kept:
        value, key = getattr(model, field), f"{name}.{field}"
        if sparse.issparse(value):
            found |= {
                f"{key}.data": value.data,
                f"{key}.indices": value.indices,
                f"{key}.indptr": value.indptr,
            }
        elif value.ndim == 2 and value.shape[0] == value.shape[1]:
            found[f"{key}.half"] = lapack.strttp(value)[0]
        else:
            found[key] = value.astype(str) if value.dtype == object else value
    return found


def to_model(name: str, arrays: Arrays, artists: int) -> Any:  # noqa: ANN401 - a Model
    """The model of which ``of_model`` kept these."""
    made = models.make(name)
    for field in made.kept:
        key = f"{name}.{field}"
        if f"{key}.data" in arrays:
            parts = [arrays[f"{key}.{part}"] for part in ("data", "indices", "indptr")]
            value: Any = sparse.csr_array(tuple(parts), shape=(len(parts[2]) - 1, artists))
        elif f"{key}.half" in arrays:
            value = _mirrored(arrays[f"{key}.half"])
        else:
            value = arrays[key]
        setattr(made, field, value)
    made.prepare()
    return made


def _mirrored(half: Floats) -> Floats:
    size = round((np.sqrt(8 * len(half) + 1) - 1) / 2)
    return models.mirrored(lapack.stpttr(size, half)[0])
