"""What a training run leaves in the ml schema."""

from __future__ import annotations

import hashlib
import json
import platform
from dataclasses import asdict
from importlib import metadata
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from sotw.learning.encoding import MIN_LEVEL_ROWS
from sotw.learning.linear import Logistic
from sotw.learning.metrics import winner
from sotw.predictors.week_favorite import models as week_favorite
from sotw.predictors.week_favorite.models import MODEL, PREDICTOR, TASK, ConditionalLogit
from sotw.render import render

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Sequence

    from sotw.learning.protocol import Fit
    from sotw.settings import Settings
    from sotw.warehouse import Connection

FIXED = {"predictor": PREDICTOR, "task": TASK, "cohort": "all"}
LIBRARIES = ("sotw", "duckdb", "numpy", "pandas", "pyarrow", "scikit-learn")


def store_models(con: Connection, run_id: str, fits: Sequence[Fit]) -> None:
    """Write ml.models of every fitted model, and ml.parameters of the linear ones."""
    parameters, models = [], []
    for fit in fits:
        for learned in fit.learned:
            key = {
                "run_id": run_id,
                "predictor": PREDICTOR,
                "model": learned.name,
                "listener_id": fit.task.listener_id,
                "cutoff_policy": fit.task.cutoff_policy,
            }
            final = learned.final
            if isinstance(final, ConditionalLogit | Logistic):
                parameters += [key | asdict(one) for one in final.parameters()]
            chosen = learned.hyperparameters
            if learned.name == MODEL:
                chosen = chosen | {"prior": asdict(fit.task.prior)}
            models.append(
                key
                | {
                    "is_default": learned.name == MODEL,
                    "label_kind": fit.task.label_kind,
                    "threshold": learned.threshold,
                    "has_converged": final.has_converged,
                    "hyperparameters": json.dumps(chosen),
                    "link": final.link,
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
    splits: dict[str, dict[str, Any]] = {}
    for fit in fits:
        splits.setdefault(fit.task.listener, {})[fit.task.cutoff_policy] = {
            "label_kind": fit.task.label_kind,
            **{
                name: {
                    "first": f"{part[0]:%Y-%m-%d}",
                    "last": f"{part[-1]:%Y-%m-%d}",
                    "n": len(part),
                }
                for name, part in fit.split.named().items()
                if part
            },
        }
    insert_run(
        con,
        run_id,
        settings,
        data_sha256=digest(fit.data_sha256 for fit in fits),
        splits=json.dumps(splits),
        now=now,
        as_of=as_of,
        seconds=seconds,
    )


def digest(parts: Iterable[str]) -> str:
    """One fingerprint of the data that several fits saw, in whatever order."""
    return hashlib.sha256("".join(sorted(parts)).encode()).hexdigest()


def insert_run(
    con: Connection,
    run_id: str,
    settings: Settings,
    *,
    data_sha256: str,
    splits: str,
    now: dt.datetime,
    as_of: dt.datetime,
    seconds: float,
) -> None:
    """Write a row of ml.runs; ``splits`` is JSON."""
    chosen = {
        "min_picked_weeks": winner.MIN_PICKED_WEEKS,
        "strengths": week_favorite.STRENGTHS,
        "c_grid": week_favorite.C_GRID,
        "min_level_rows": MIN_LEVEL_ROWS,
        "bootstrap_draws": winner.DRAWS,
        "seed": winner.SEED,
    }
    run = {
        "run_id": run_id,
        "predictor": PREDICTOR,
        "task": TASK,
        "created_at": now,
        "as_of": as_of,
        "seconds": seconds,
        "data_sha256": data_sha256,
        "settings": json.dumps(settings.as_dict() | chosen),
        "splits": splits,
        "versions": json.dumps(versions()),
    }
    insert(con, "runs", [run])


def versions(*more: str) -> dict[str, str]:
    """Of Python and the libraries; a checkout that was never installed has none of its own."""
    found = {"python": platform.python_version()}
    for name in (*LIBRARIES, *more):
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            found[name] = "not installed"
    return found


def insert(con: Connection, table: str, rows: list[dict[str, Any]]) -> None:
    """Add rows with equal keys to a table of ml."""
    if not rows:
        return
    con.register("new_rows", pa.Table.from_pylist(rows))
    con.execute(f"insert into ml.{table} by name from new_rows")
    con.unregister("new_rows")
