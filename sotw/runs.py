"""What a training run leaves in the ml schema."""

from __future__ import annotations

import hashlib
import json
import platform
from dataclasses import asdict
from importlib import metadata
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from sotw import evaluate
from sotw.models import render
from sotw.predictors import week_favorite
from sotw.predictors.week_favorite import MODEL, PREDICTOR, TASK

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from sotw.settings import Settings
    from sotw.train import Fit
    from sotw.warehouse import Connection

LIBRARIES = ("sotw", "duckdb", "numpy", "pandas", "pyarrow", "scikit-learn")


def store_models(con: Connection, run_id: str, fits: Sequence[Fit]) -> None:
    """Write ml.models and ml.parameters of every fit."""
    parameters, models = [], []
    for fit in fits:
        key = {
            "run_id": run_id,
            "predictor": PREDICTOR,
            "model": MODEL,
            "listener_id": fit.listener_id,
            "cutoff_policy": fit.report.cutoff_policy,
        }
        parameters += [key | asdict(one) for one in fit.parameters]
        chosen = {
            "c": fit.report.c,
            "validation_pr_auc": {f"{c:g}": v for c, v in fit.grid.items()},
        }
        models.append(
            key
            | {
                "is_default": True,
                "label_kind": fit.report.label_kind,
                "threshold": fit.report.threshold,
                "has_converged": fit.report.has_converged,
                "hyperparameters": json.dumps(chosen),
            }
        )
    insert(con, "models", models)
    insert(con, "parameters", parameters)


def extend_ledger(con: Connection, run_id: str, now: dt.datetime) -> int:
    """Add a run's predictions to the ledger; returns how many rows.

    Args:
        con: The draft.
        run_id: The run whose rows are in ml.predictions.
        now: When it predicts: a week that is over or picked by then is a back-fill.
    """
    query = f"insert into ml.ledger by name {render('score/ledger.sql')}"
    [(added,)] = con.execute(query, {"run_id": run_id, "predicted_at": now}).fetchall()
    return int(added)


def store_run(
    con: Connection,
    run_id: str,
    settings: Settings,
    fits: Sequence[Fit],
    *,
    now: dt.datetime,
    as_of: dt.datetime,
    seconds: float,
) -> None:
    """Write the row of ml.runs: settings, data fingerprint, split boundaries, versions."""
    digests = "".join(sorted(fit.data_sha256 for fit in fits))
    splits: dict[str, dict[str, Any]] = {}
    for fit in fits:
        splits.setdefault(fit.report.listener, {})[fit.report.cutoff_policy] = {
            "label_kind": fit.report.label_kind,
            **{
                name: {
                    "first": f"{part[0]:%Y-%m-%d}",
                    "last": f"{part[-1]:%Y-%m-%d}",
                    "n": len(part),
                }
                for name, part in fit.split.named().items()
            },
        }
    chosen = {
        "min_picked_weeks": evaluate.MIN_PICKED_WEEKS,
        "c_grid": week_favorite.C_GRID,
        "min_level_rows": week_favorite.MIN_LEVEL_ROWS,
        "bootstrap_draws": evaluate.DRAWS,
        "seed": evaluate.SEED,
    }
    run = {
        "run_id": run_id,
        "predictor": PREDICTOR,
        "task": TASK,
        "created_at": now,
        "as_of": as_of,
        "seconds": seconds,
        "data_sha256": hashlib.sha256(digests.encode()).hexdigest(),
        "settings": json.dumps(settings.as_dict() | chosen),
        "splits": json.dumps(splits),
        "versions": json.dumps(_versions()),
    }
    insert(con, "runs", [run])


def _versions() -> dict[str, str]:
    """Of Python and the libraries; a checkout that was never installed has none of its own."""
    found = {"python": platform.python_version()}
    for name in LIBRARIES:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            found[name] = "not installed"
    return found


def insert(con: Connection, table: str, rows: list[dict[str, Any]]) -> None:
    """Add rows with equal keys to a table of ml."""
    con.register("new_rows", pa.Table.from_pylist(rows))
    con.execute(f"insert into ml.{table} by name from new_rows")
    con.unregister("new_rows")
