"""Train and evaluate a predictor on a warehouse, and publish what came of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sotw import warehouse
from sotw.actions.drafting import drafting, rebuild_after_ml

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from sotw.learning.evaluate import Backtest
    from sotw.learning.train import TrainReport
    from sotw.settings import Settings


def run_train(
    path: Path, settings: Settings, *, progress: Callable[[str], None] | None = None
) -> TrainReport:
    """Train and score in a draft, rebuild the marts that read ml, and publish.

    Raises:
        SotwError: The models have not been built.
    """
    from sotw.learning.train import train

    with drafting(path, settings) as draft:
        report = train(draft.con, settings, now=warehouse.utc_now(), progress=progress)
        rebuild_after_ml(draft.con, settings)
    return report


def run_evaluate(
    path: Path,
    settings: Settings,
    models: Sequence[str],
    listener: str | None = None,
    *,
    progress: Callable[[str], None] | None = None,
) -> Backtest:
    """Measure models of the weekly favourite, and publish the metrics.

    Raises:
        SotwError: The models have not been built.
    """
    from sotw.learning.evaluate import backtest, store

    # It takes minutes: no draft, so no lock, until there is something to write.
    with warehouse.reading(path) as con:
        now = warehouse.utc_now()
        found = backtest(
            con, settings, now=now, models=models, listener=listener, progress=progress
        )
    with drafting(path, settings) as draft:
        store(draft.con, found, settings)
    return found
