"""Train and evaluate predictors on a warehouse, and publish what came of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from sotw import warehouse
from sotw.actions import drafting
from sotw.actions.load_and_build import built_as_of
from sotw.errors import SotwError
from sotw.predictors import registry
from sotw.report.page import write_beside
from sotw.settings import POLICIES

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from sotw.learning.evaluate import Evaluated
    from sotw.learning.train import TrainReport
    from sotw.settings import Settings
    from sotw.warehouse import Connection


@dataclass(frozen=True, slots=True)
class Session:
    """What came of training several predictors.

    Attributes:
        reports: Of those that were trained.
        left_out: Why each other one was not, by its name.
    """

    reports: tuple[TrainReport, ...]
    left_out: Mapping[str, str]


def run_train(
    path: Path,
    settings: Settings,
    wanted: Mapping[str, Any],
    *,
    progress: Callable[[str], None] | None = None,
) -> Session:
    """Train and score in a draft, rebuild the marts that read ml, and publish.

    Args:
        path: The warehouse.
        settings: As for a build.
        wanted: The options by predictor; of several, those without data are left out.
        progress: Called before each fit with what it is.

    Raises:
        SotwError: The models have not been built, or none can be trained.
    """
    return drafting.change_ml(path, settings, lambda con: train(con, settings, wanted, progress))


def train(
    con: Connection,
    settings: Settings,
    wanted: Mapping[str, Any],
    progress: Callable[[str], None] | None = None,
) -> Session:
    """Train predictors in an open draft; arguments and errors as ``run_train``."""
    from sotw.learning import train as learning

    reports, left_out, errors = [], {}, []
    for name, options in wanted.items():
        predictor, now = registry.predictor(name), warehouse.utc_now()
        try:
            reports.append(
                learning.train(con, predictor, settings, options, now=now, progress=progress)
            )
        except SotwError as error:
            errors.append(str(error))
            # Whoever says it says whose it is.
            left_out[name] = errors[-1].removeprefix(f"{name}: ")
    if not reports:
        raise SotwError("\n".join(errors))
    return Session(tuple(reports), left_out)


def run_evaluate(
    path: Path,
    settings: Settings,
    name: str,
    options: Any,  # noqa: ANN401 - of the predictor
    *,
    models: Sequence[str] = (),
    listener: str | None = None,
    progress: Callable[[str], None] | None = None,
) -> Evaluated:
    """Measure models of a predictor, and publish the metrics.

    Raises:
        SotwError: The models have not been built, or an extra is missing.
    """
    from sotw.learning.evaluate import evaluate, store_evaluation

    predictor = registry.predictor(name)
    opened = warehouse.reading(path)
    if getattr(options, "both", False):
        settings = replace(settings, cutoff_policies=POLICIES)
        opened = built_as_of(path, settings, None, [predictor.traits.mart])
    # It takes minutes: no draft, so no lock, until there is something to write.
    with opened as con:
        found = evaluate(
            con,
            predictor,
            settings,
            options,
            now=warehouse.utc_now(),
            models=models,
            listener=listener,
            progress=progress,
        )
    drafting.change_ml(
        path, settings, lambda con: store_evaluation(con, predictor, found, settings)
    )
    return found


def leave_documents(path: Path, settings: Settings, name: str, run_id: str) -> list[Path]:
    """Write what a run of a predictor leaves in ``runs/`` beside the warehouse; the paths."""
    make = registry.predictor(name).traits.documents
    if make is None:
        return []
    with warehouse.reading(path) as con:
        texts = make(con, settings)
    return write_beside(texts, path.parent / "runs" / f"{name}-{run_id}")
