"""What `sotw train` and `sotw evaluate` do and print for the completion of plays."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from sotw.commands import Progress, print_json
from sotw.settings import load_settings, warehouse_path

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


def train(
    warehouse: Path | None, *, task: str, target: str, model: str | None, as_json: bool
) -> None:
    """Train, score every play, and print how good it has been."""
    from sotw import warehouse as files
    from sotw.actions import learn_completion
    from sotw.checks import freshness
    from sotw.commands import completion_tables

    settings, path = load_settings(), warehouse_path(warehouse)
    with Progress(is_silent=as_json) as progress:
        report = learn_completion.run_train(
            path, settings, task=task, target=target, model=model, progress=progress
        )
    query = "from ml.metrics where run_id = ? order by rowid"
    with files.reading(path) as con:
        metrics = files.rows(con, query, [report.run_id])
        stale = freshness.unbuilt(con, settings)
    for line in stale:
        print(f"Warning: this model does not know all: {line}", file=sys.stderr)
    if as_json:
        print_json({"run": report, "metrics": metrics})
        return
    print(completion_tables.trained(report) + "\n")
    for one in report.trained:
        own = [row for row in metrics if row["listener_id"] == one.listener_id]
        if one.base_rate is None:
            print(f"{one.listener}: not measured: all plays are of one session.\n")
            continue
        print(
            f"{one.listener}, the last {one.plays[2]:,} plays, {one.base_rate:.0%} "
            f"{report.target}; [95 % interval]"
        )
        print(completion_tables.metrics(own) + "\n")
    print(
        f"{report.predictions:,} plays are scored in ml.predictions. Run {report.run_id}, "
        f"{report.seconds:.0f} s; the warehouse is {path}."
    )


def evaluate(
    warehouse: Path | None,
    *,
    task: str,
    target: str,
    models: Sequence[str],
    listener: str | None,
    as_json: bool,
) -> None:
    """Measure every model and baseline on the plays there are."""
    from sotw.actions import learn_completion
    from sotw.commands import completion_tables
    from sotw.learning import completion_evaluate

    settings, path = load_settings(), warehouse_path(warehouse)
    with Progress(is_silent=as_json) as progress:
        found = learn_completion.run_evaluate(
            path,
            settings,
            task=task,
            target=target,
            models=tuple(models) or completion_evaluate.MODELS,
            listener=listener,
            progress=progress,
        )
    if as_json:
        print_json(found)
        return
    print(completion_tables.evaluated(found) + "\n")
    print("How often it was so, by what boosting said (rolling):")
    print(completion_tables.calibration(found) + "\n")
    for line in found.skipped:
        print(f"not measured: {line}")
    print(f"Run {found.run_id}, {found.seconds:.0f} s; every figure is in ml.metrics of {path}.")
