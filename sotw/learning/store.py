"""What a run leaves in the ml schema."""

from __future__ import annotations

import hashlib
import json
import platform
from dataclasses import asdict
from importlib import metadata
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from sotw.learning import boosting, matrices
from sotw.learning.metrics.intervals import SEED
from sotw.learning.protocol import Artifact, Stored
from sotw.render import render

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Mapping, Sequence

    from sotw.learning.protocol import Learned, Task, Traits
    from sotw.settings import Settings
    from sotw.warehouse import Connection

LIBRARIES = ("sotw", "duckdb", "numpy", "pandas", "pyarrow", "scikit-learn")
# Columns of every ml table that say what was fitted; null where a predictor has no such thing.
KEY = ("task", "target", "listener_id", "cutoff_policy", "catalogue")


def key_of(run_id: str, traits: Traits, task: Task) -> dict[str, Any]:
    """The columns that all rows of a task share."""
    key = {name: task.key.get(name) for name in KEY}
    return {"run_id": run_id, "predictor": traits.name, **key}


def store_models(
    con: Connection,
    run_id: str,
    traits: Traits,
    task: Task,
    learned: Mapping[str, Learned],
    default: str,
) -> None:
    """Write ml.models of what can be kept, with ml.parameters, or text and matrices."""
    models, parameters, artifacts = [], [], []
    for name, one in learned.items():
        scorer = one.final
        if not isinstance(scorer, Stored):
            continue
        key = key_of(run_id, traits, task) | {"model": name}
        stored = scorer.stored()
        if isinstance(stored, Artifact):
            text = {"format": stored.format, "content": stored.content}
            artifacts.append(key | text | {"sha256": boosting.digest(stored.content)})
            if name == default:
                insert(con, "arrays", matrices.rows(key, stored.arrays()))
        else:
            parameters += [key | asdict(row) for row in stored]
        models.append(
            key
            | {
                "label_kind": task.key.get("label_kind"),
                "is_default": name == default,
                "threshold": one.threshold,
                "has_converged": scorer.has_converged,
                "hyperparameters": json.dumps(one.hyperparameters),
                "link": scorer.link,
            }
        )
    insert(con, "models", models)
    insert(con, "parameters", parameters)
    insert(con, "artifacts", artifacts)


def store_run(
    con: Connection,
    run_id: str,
    traits: Traits,
    keys: Sequence[Mapping[str, Any]],
    settings: Settings,
    *,
    data: Iterable[str],
    splits: Mapping[str, Any],
    now: dt.datetime,
    as_of: dt.datetime,
    seconds: float,
) -> None:
    """Write the row of ml.runs: settings, data fingerprint, split boundaries, versions.

    Args:
        con: The draft.
        run_id: The run.
        traits: Of the predictor.
        keys: Of the tasks that were fitted or measured.
        settings: As given.
        data: The fingerprint of each task's rows, in any order.
        splits: For the row, as JSON.
        now: When it began.
        as_of: The instant of the build.
        seconds: How long it took.
    """
    run = {
        "run_id": run_id,
        "predictor": traits.name,
        **{
            name: ", ".join(dict.fromkeys(str(key[name]) for key in keys))
            for name in ("task", "target")
        },
        "created_at": now,
        "as_of": as_of,
        "seconds": seconds,
        "data_sha256": hashlib.sha256("".join(sorted(data)).encode()).hexdigest(),
        "settings": json.dumps(settings.as_dict() | dict(traits.constants) | {"seed": SEED}),
        "splits": json.dumps(splits),
        "versions": json.dumps(versions(traits.libraries)),
    }
    insert(con, "runs", [run])


def extend_ledger(con: Connection, run_id: str, predictor: str, now: dt.datetime) -> int:
    """Add what a run ranked to the ledger; returns how many rows.

    Args:
        con: The draft.
        run_id: The run whose rows are in ml.predictions.
        predictor: Its name.
        now: When it predicts: what is known by then is a back-fill.
    """
    query = f"insert into ml.ledger by name {render('score/ledger.sql')}"
    values = {"run_id": run_id, "predictor": predictor, "predicted_at": now}
    [(added,)] = con.execute(query, values).fetchall()
    return int(added)


def versions(more: Sequence[str] = ()) -> dict[str, str]:
    """Of Python and the libraries; a checkout that was never installed has none of its own."""
    found = {"python": platform.python_version()}
    for name in (*LIBRARIES, *more):
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            found[name] = "not installed"
    return found


def insert(con: Connection, table: str, rows: Any) -> None:  # noqa: ANN401 - rows or a frame
    """Add rows with equal keys, or those of a data frame, to a table of ml."""
    if not len(rows):
        return
    is_list = isinstance(rows, list)
    made = (
        pa.Table.from_pylist(rows) if is_list else pa.Table.from_pandas(rows, preserve_index=False)
    )
    con.register("new_rows", made)
    con.execute(f"insert into ml.{table} by name from new_rows")
    con.unregister("new_rows")
