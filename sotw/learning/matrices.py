"""The matrices of a served scorer in ml.arrays: plain numbers, nothing that runs when loaded."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

import numpy as np

from sotw import warehouse
from sotw.errors import SotwError

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy.typing as npt

    from sotw.warehouse import Connection


def rows(key: Mapping[str, Any], arrays: Mapping[str, npt.NDArray[Any]]) -> list[dict[str, Any]]:
    """Rows of ml.arrays.

    Args:
        key: Columns that say which model.
        arrays: Of numbers or text, by name.
    """
    found = []
    for name, array in arrays.items():
        content = np.ascontiguousarray(array).tobytes()
        about = {"element_type": array.dtype.str, "shape": list(array.shape)}
        sha256 = hashlib.sha256(content).hexdigest()
        found.append({**key, "array_name": name, **about, "content": content, "sha256": sha256})
    return found


def stored(con: Connection, run_id: str, model: str) -> dict[str, npt.NDArray[Any]]:
    """The arrays of a model of a run; none where it left none.

    Raises:
        SotwError: One is not what was stored.
    """
    query = "from ml.arrays where run_id = ? and model = ?"
    found = {}
    for row in warehouse.rows(con, query, [run_id, model]):
        if hashlib.sha256(row["content"]).hexdigest() != row["sha256"]:
            raise SotwError(
                f"ml.arrays: {row['array_name']} of {run_id} is not what its sha256 was made of, "
                f"so it is not used. Run `sotw train {row['predictor']}` again."
            )
        flat = np.frombuffer(row["content"], dtype=np.dtype(row["element_type"]))
        found[row["array_name"]] = flat.reshape(row["shape"])
    return found
