"""Boosted trees as the text of their library (extra ``boost``): how they are kept and loaded."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from sotw.errors import SotwError

if TYPE_CHECKING:
    from sotw.learning.protocol import Artifact

FORMAT = "xgboost json"


def digest(text: str) -> str:
    """The sha256 of a stored model."""
    return hashlib.sha256(text.encode()).hexdigest()


def text(booster: Any) -> str:  # noqa: ANN401 - untyped library
    """A booster as it is stored: nothing that is loaded from it can run."""
    return bytes(booster.save_raw(raw_format="json")).decode()


def load(artifact: Artifact, sha256: str) -> Any:  # noqa: ANN401 - untyped library
    """A stored booster.

    Raises:
        SotwError: The text is not the one that was stored.
    """
    import xgboost

    if digest(artifact.content) != sha256:
        raise SotwError(
            "ml.artifacts: a stored model is not the text its sha256 was made of, so it is not "
            "used. Run `sotw train` again."
        )
    booster = xgboost.Booster()
    booster.load_model(bytearray(artifact.content.encode()))
    return booster
