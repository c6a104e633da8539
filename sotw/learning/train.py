"""Fit the weekly favourite for every listener and cut-off policy, measure it, predict with it.

Works inside a draft that somebody else opened and publishes. A run leaves its settings, data
fingerprint, coefficients and metrics for good; predictions and contributions are those of the
latest run; the ledger is only ever added to.
"""

from __future__ import annotations

import hashlib
import logging
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa

from sotw import warehouse
from sotw.errors import SotwError
from sotw.learning import compare
from sotw.learning import store as runs
from sotw.learning.encoding import CUTOFFS, KEYS, LABELS
from sotw.learning.metrics import winner
from sotw.learning.protocol import Fit, Task, Trained
from sotw.learning.score import MART, score_weeks
from sotw.predictors.week_favorite import models, prior
from sotw.predictors.week_favorite.models import FEATURES, MODEL
from sotw.render import render
from sotw.warehouse import is_built

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterable, Sequence

    from sotw.predictors.week_favorite.conditional_logit import Choices
    from sotw.settings import Settings
    from sotw.warehouse import Connection

    Progress = Callable[[str], None]

log = logging.getLogger(__name__)

LABEL_OF_KIND = {"pick": "is_week_favorite", "proxy": "is_proxy_favorite"}


@dataclass(frozen=True, slots=True)
class TrainReport:
    """What a run did.

    Attributes:
        run_id: Its key in the ml tables.
        as_of: The instant of the build it learned from.
        seconds: How long it took.
        trained: Every task.
        skipped: A line for each listener or policy without any candidate.
        predictions: Rows written to ml.predictions.
        ledger: Rows added to ml.ledger.
    """

    run_id: str
    as_of: dt.datetime
    seconds: float
    trained: tuple[Trained, ...]
    skipped: tuple[str, ...]
    predictions: int
    ledger: int


def train(
    con: Connection, settings: Settings, *, now: dt.datetime, progress: Progress | None = None
) -> TrainReport:
    """Train, measure and predict the weekly favourite in an open draft.

    Args:
        con: A draft (``warehouse.writing``) whose models are built.
        settings: Stored with the run.
        now: Naive UTC; when the predictions are made.
        progress: Called before each fit with what it is.

    Raises:
        SotwError: The training mart is not built, or no listener has a candidate.
    """
    started = time.perf_counter()
    as_of = built_as_of(con)
    found = tasks(con, settings.cutoff_policies)
    fits, skipped = [], []
    for position, task in enumerate(found, start=1):
        if progress:
            progress(f"{task.name} ({position} of {len(found)})")
        try:
            fits.append(_fit(con, task))
        except SotwError as error:
            skipped.append(f"{task.name}: {error}")
    if not fits:
        raise SotwError(
            "week_favorite: no listener can be trained.\n"
            + "\n".join(f"  {line}" for line in skipped)
            + "\nImport a longer history with `sotw ingest`, or name favourites with `sotw pick`."
        )
    run_id = f"{now:%Y%m%dT%H%M%S.%f}"
    runs.store_models(con, run_id, fits)
    runs.insert(con, "metrics", _metrics(run_id, fits))
    predictions = score_weeks(con, run_id, pa.concat_tables([fit.predicted for fit in fits]))
    ledger = runs.extend_ledger(con, run_id, now)
    seconds = time.perf_counter() - started
    runs.store_run(con, run_id, settings, fits, now=now, as_of=as_of, seconds=seconds)
    log.info("run %s: %d tasks, %.1f s", run_id, len(fits), seconds)
    return TrainReport(
        run_id=run_id,
        as_of=as_of,
        seconds=seconds,
        trained=tuple(fit.report for fit in fits),
        skipped=tuple(skipped),
        predictions=predictions,
        ledger=ledger,
    )


def read_rows(
    con: Connection, listener_id: int, cutoff_policy: str, columns: Sequence[str] = ("*",)
) -> pd.DataFrame:
    """A listener's rows of the training mart: numbers as float64, texts as text."""
    # One order of rows, so that equal data give equal coefficients to the last bit.
    where = "where listener_id = ? and cutoff_policy = ? order by week_ending, track_id"
    query = f"select {', '.join(columns)} from {MART} {where}"
    table = _arrow(con, query, [listener_id, cutoff_policy])
    keys = {*KEYS, *CUTOFFS, *LABELS}
    for position, column in enumerate(table.schema):
        kind = column.type
        if column.name not in keys and (
            pa.types.is_boolean(kind) or pa.types.is_integer(kind) or pa.types.is_decimal(kind)
        ):
            cast = table.column(position).cast(pa.float64())
            table = table.set_column(position, column.name, cast)
    frame: pd.DataFrame = table.to_pandas(date_as_object=False)
    return frame


def _fingerprint(rows: pd.DataFrame) -> str:
    """sha256 over the names and values of all columns; rows come in one order."""
    digest = hashlib.sha256()
    for column in sorted(rows.columns):
        values = rows[column]
        is_text = not pd.api.types.is_numeric_dtype(values) and values.dtype.kind != "M"
        data = "\0".join(map(str, values)).encode() if is_text else values.to_numpy().tobytes()
        digest.update(column.encode() + b"\0" + data)
    return digest.hexdigest()


def built_as_of(con: Connection) -> dt.datetime:
    """The instant of the build whose mart is there.

    Raises:
        SotwError: Nothing is built.
    """
    rows = con.execute("select as_of from raw.settings").fetchall()
    if not rows or not is_built(con, MART):
        raise SotwError(
            f"{MART}: not built yet, so there is nothing to train on. Run `sotw build`."
        )
    as_of: dt.datetime = rows[0][0]
    return as_of


def tasks(con: Connection, policies: Iterable[str]) -> list[Task]:
    """Every listener under every policy, with labelled weeks and the prior to start from."""
    query = "from core.dim_listeners select listener_id, listener order by 1"
    listeners = warehouse.rows(con, query)
    labels = labelled_weeks(con)
    fitted_on = prior.listeners_of_shipped(con)
    found = []
    for policy in policies:
        choices: dict[str, dict[int, Choices]] = {kind: {} for kind in LABEL_OF_KIND}
        for key, (kind, weeks) in labels.items():
            if len(labels) > 1:
                choices[kind][key] = labelled_choices(con, key, policy, kind, weeks)
        for one in listeners:
            key = one["listener_id"]
            kind, weeks = labels.get(key, ("proxy", ()))
            found.append(
                Task(
                    listener_id=key,
                    listener=one["listener"],
                    cutoff_policy=policy,
                    label_kind=kind,
                    weeks=weeks,
                    prior=prior.population(key, kind, choices[kind], fitted_on),
                )
            )
    return sorted(found, key=lambda task: (task.listener_id, task.cutoff_policy))


def labelled_weeks(con: Connection) -> dict[int, tuple[str, tuple[dt.date, ...]]]:
    """Kind of label and labelled, complete weeks, oldest first, of each listener with any."""
    query, values = render("score/labelled_weeks.sql"), {"min_picks": winner.MIN_PICKED_WEEKS}
    found = _arrow(con, query, values).to_pandas(date_as_object=False)
    return {
        int(key): (str(own["label_kind"].iloc[0]), tuple(sorted(own["week_ending"])))
        for key, own in found.groupby("listener_id")
    }


def labelled_choices(
    con: Connection, listener_id: int, policy: str, kind: str, weeks: Sequence[dt.date]
) -> Choices:
    """What a listener chose in labelled weeks, as the default model sees it."""
    label = LABEL_OF_KIND[kind]
    rows = read_rows(con, listener_id, policy, [*KEYS, label, *FEATURES])
    rows = rows[rows["week_ending"].isin(weeks)]
    return models.choices_of(rows, rows[label].to_numpy(bool))


def labelled_rows(con: Connection, task: Task) -> tuple[pd.DataFrame, str]:
    """The task's rows of the mart with is_label, and their fingerprint.

    Raises:
        SotwError: There is none.
    """
    rows = read_rows(con, task.listener_id, task.cutoff_policy)
    if rows.empty:
        raise SotwError("no play before a cut-off. Import plays with `sotw ingest FILE`.")
    data_sha256 = _fingerprint(rows)
    rows["is_label"] = rows[LABEL_OF_KIND[task.label_kind]].to_numpy(bool)
    return rows, data_sha256


def _fit(con: Connection, task: Task) -> Fit:
    rows, data_sha256 = labelled_rows(con, task)
    is_split = len(task.weeks) >= winner.MIN_WEEKS
    split = winner.split_weeks(task.weeks) if is_split else winner.Split(task.weeks, (), ())
    parts = {name: rows[rows["week_ending"].isin(part)] for name, part in split.named().items()}
    names = models.TRAINED if is_split else (MODEL,)
    learned = tuple(
        models.learn(name, parts["train"], parts["validation"], task.prior.coefficients)
        for name in names
    )
    scored = {
        name: {
            one.name: compare.scored(
                part, one.final if name == "test" else one.first, one.threshold
            )
            for one in learned
        }
        for name, part in parts.items()
        if is_split
    }
    return Fit(task, split, learned, scored, data_sha256, _predicted_weeks(rows, split, task))


def _predicted_weeks(rows: pd.DataFrame, split: winner.Split, task: Task) -> pa.Table:
    """Every week from the first test week on: what the final model did not learn from."""
    learned = (*split.train, *split.validation)
    first = split.test[0] if split.test else max(learned, default=rows["week_ending"].min())
    is_later = (rows["week_ending"] >= first) & ~rows["week_ending"].isin(learned)
    weeks = rows.loc[is_later | rows["is_current_week"], winner.WEEK].drop_duplicates()
    full = weeks.assign(
        cutoff_policy=task.cutoff_policy,
        label_kind=task.label_kind,
        split=np.where(weeks["week_ending"].isin(split.test), "test", "new"),
    )
    return pa.Table.from_pandas(full, preserve_index=False)


def _metrics(run_id: str, fits: list[Fit]) -> list[dict[str, Any]]:
    """Models and baselines, per listener, and pooled where several share policy and label kind."""
    found = []
    for split in ("train", "validation", "test"):
        measured = [
            compare.Measured(
                fit.task.key, fit.task.listener, fit.split.named()[split], fit.scored[split]
            )
            for fit in fits
            if fit.scored
        ]
        found += compare.metric_rows(measured, split)
    return [{"run_id": run_id, **runs.FIXED, **row} for row in found]


def _arrow(con: Connection, query: str, values: object) -> Any:  # noqa: ANN401 - untyped library
    """The result of a query as an Arrow table."""
    return con.sql(query, params=values).to_arrow_table()
