"""What the commands do about the completion of plays, without printing: train, evaluate."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from sotw import warehouse
from sotw.actions import drafting
from sotw.learning import completion_evaluate, completion_train

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from sotw.learning.completion_evaluate import Evaluated
    from sotw.learning.completion_train import CompletionReport
    from sotw.settings import Settings


def run_train(
    path: Path,
    settings: Settings,
    *,
    task: str,
    target: str,
    model: str | None,
    progress: Callable[[str], None] | None = None,
) -> CompletionReport:
    """Train and score in a draft, and publish.

    Raises:
        SotwError: The models have not been built, or the extra ``boost`` is missing.
    """
    train = partial(
        completion_train.train,
        settings=settings,
        now=warehouse.utc_now(),
        task=task,
        target=target,
        model=model,
        progress=progress,
    )
    return drafting.change_ml(path, settings, train)


def run_evaluate(
    path: Path,
    settings: Settings,
    *,
    task: str,
    target: str,
    models: Sequence[str],
    listener: str | None = None,
    progress: Callable[[str], None] | None = None,
) -> Evaluated:
    """Measure models, and publish the metrics.

    Raises:
        SotwError: The models have not been built, or the extra ``boost`` is missing.
    """
    # It takes minutes: no draft, so no lock, until there is something to write.
    with warehouse.reading(path) as con:
        found = completion_evaluate.evaluate(
            con,
            now=warehouse.utc_now(),
            task=task,
            target=target,
            models=models,
            listener=listener,
            progress=progress,
        )
    store = partial(completion_evaluate.store, found=found, settings=settings)
    drafting.change_ml(path, settings, store)
    return found
