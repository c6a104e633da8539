"""What other people's choices say of a listener who has made few.

The population is the other listeners of the warehouse where they have enough labelled weeks; else
what is shipped in sotw/predictors/week_favorite/prior.json. For ``proxy`` that was fitted on
published logs (``tests/bench/prior.py`` does it again; a log it was fitted on gets what the others
say), for ``pick`` it is system A's published coefficients (SYSTEMS A.9), since no public log comes
with favourites. With the coefficients comes how far to trust a first song far above the others.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from importlib import resources
from typing import TYPE_CHECKING, Any

import numpy as np

from sotw.predictors.week_favorite.conditional_logit import fit
from sotw.predictors.week_favorite.models import FEATURES
from sotw.render import render

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sotw.learning.encoding import FloatArray
    from sotw.predictors.week_favorite.conditional_logit import Choices
    from sotw.warehouse import Connection

MIN_WEEKS = 100  # of others, to learn a population from
MAX_WEEKS = 2000  # of others that are read; the latest of each
POOLED_STRENGTH = 1.0
SAME_LOG = 16  # of a log's 64 marks


@dataclass(frozen=True, slots=True)
class Prior:
    """Coefficients to be drawn towards.

    Attributes:
        coefficients: By feature; a feature that is not there has 0.
        source: In words, such as ``3 other listeners, 412 weeks``.
        temperature: As ``learning.encoding.temperatures`` takes it.
    """

    coefficients: Mapping[str, float]
    source: str
    temperature: tuple[float, float] = (0.0, 0.0)


NONE = Prior({}, "none")


def shipped() -> dict[str, Any]:
    """The file: ``pick`` and ``proxy``, each a ``Prior``, and ``logs`` that proxy was fitted on.

    A log has ``marks``, by which it is known again, and ``others``: the prior without it.
    """
    file = resources.files("sotw.predictors.week_favorite") / "prior.json"
    found: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return found


def logs_of_shipped(con: Connection) -> dict[int, str]:
    """Listeners whose log is one that the shipped proxy prior was fitted on, and which."""
    found: dict[int, str] = {}
    for name, log in shipped()["logs"].items():
        rows = con.execute(render("score/log_overlap.sql"), {"marks": log["marks"]}).fetchall()
        found |= {listener_id: name for listener_id, count in rows if count >= SAME_LOG}
    return found


def population(
    listener_id: int, label_kind: str, choices: Mapping[int, Choices], logs: Mapping[int, str]
) -> Prior:
    """The prior of one listener.

    Args:
        listener_id: Whose; its own choices are never read.
        label_kind: ``pick`` or ``proxy``.
        choices: Of every listener with labels of that kind under the same cut-off policy.
        logs: ``logs_of_shipped``.
    """
    file = shipped()
    is_known = label_kind == "proxy" and listener_id in logs
    one = file["logs"][logs[listener_id]]["others"] if is_known else file[label_kind]
    start = Prior(one["coefficients"], f"shipped: {one['source']}", tuple(one["temperature"]))
    others = [one for key, one in sorted(choices.items()) if key != listener_id]
    quota = max(1, MAX_WEEKS // max(1, len(others)))
    others = [one.last(quota) for one in others][:MAX_WEEKS]
    weeks = sum(len(one.starts) for one in others)
    if weeks < MIN_WEEKS:
        return start
    pooled = others[0].together(*others[1:])
    found, _ = fit(pooled, vector(start.coefficients), POOLED_STRENGTH)
    return Prior(
        dict(zip(FEATURES, found.tolist(), strict=True)),
        f"{len(others)} other listener{'s' * (len(others) > 1)}, {weeks} weeks",
        start.temperature,
    )


def vector(coefficients: Mapping[str, float]) -> FloatArray:
    """Shape (n_features,), in the order of FEATURES."""
    return np.array([coefficients.get(name, 0.0) for name in FEATURES])


def marks(con: Connection) -> dict[int, list[int]]:
    """The marks of each listener's log."""
    return dict(con.execute(render("score/log_marks.sql")).fetchall())
