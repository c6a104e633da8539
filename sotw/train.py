"""Fit the weekly favourite for every listener and cut-off policy, measure it, predict with it.

Works inside a draft that somebody else opened and publishes. A run leaves its settings, data
fingerprint, coefficients and metrics for good; predictions and contributions are those of the
latest run; the ledger is only ever added to.
"""

from __future__ import annotations

import hashlib
import logging
import time
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa

from sotw import evaluate, predict, runs, warehouse
from sotw.errors import SotwError
from sotw.models import render
from sotw.predictors import week_favorite
from sotw.predictors.week_favorite import MODEL, PREDICTOR, TASK

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterable

    from sotw.settings import Settings
    from sotw.warehouse import Connection

    Progress = Callable[[str], None]

log = logging.getLogger(__name__)

MART = "marts.training_week_favorite"
LABEL_OF_KIND = {"pick": "is_week_favorite", "proxy": "is_proxy_favorite"}
# What evaluation and baselines read of a row; the rest is let go once it is scored.
_KEPT = [
    *evaluate.WEEK,
    "track_id",
    "week_plays",
    "last_2_days_plays",
    "is_first_week",
    "prev_4w_plays",
    "last_play_gap_days",
]


@dataclass(frozen=True, slots=True)
class Trained:
    """One fitted model.

    Attributes:
        listener: Whose.
        cutoff_policy: What its features may see: ``calendar`` or ``decision``.
        label_kind: ``pick``: favourites the listener named; ``proxy``: derived from later plays.
        weeks: Labelled weeks in train, validation and test.
        c: The inverse regularisation strength that validation chose.
        threshold: Probability from which a song counts as a favourite; null when validation
            weeks have none among their candidates.
        has_converged: Whether the fit reached its optimum.
    """

    listener: str
    cutoff_policy: str
    label_kind: str
    weeks: tuple[int, int, int]
    c: float
    threshold: float | None
    has_converged: bool


@dataclass(frozen=True, slots=True)
class TrainReport:
    """What a run did.

    Attributes:
        run_id: Its key in the ml tables.
        as_of: The instant of the build it learned from.
        seconds: How long it took.
        trained: Every fitted model.
        skipped: A line for each listener or policy without enough data, saying what is missing.
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


@dataclass(frozen=True, slots=True)
class Fit:
    """A fitted model with what the ml tables store of it.

    Attributes:
        report: What is said of it.
        listener_id: Whose.
        split: The labelled weeks by part.
        grid: PR-AUC on validation for each C.
        parameters: Of the model fitted on train and validation.
        scored: The rows of each part with their scores.
        data_sha256: Over all its rows of the mart.
        predicted: The weeks to predict, as ``predict.score`` takes them.
    """

    report: Trained
    listener_id: int
    split: evaluate.Split
    grid: dict[float, float]
    parameters: list[week_favorite.Parameter]
    scored: dict[str, pd.DataFrame]
    data_sha256: str
    predicted: pa.Table


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
        SotwError: The training mart is not built, or no listener has enough labelled weeks.
    """
    started = time.perf_counter()
    as_of = _as_of(con)
    fits, skipped = _fit_all(con, settings.cutoff_policies, progress)
    if not fits:
        raise SotwError(
            "week_favorite: no listener can be trained.\n"
            + "\n".join(f"  {line}" for line in skipped)
            + "\nImport a longer history with `sotw ingest`, or name favourites with `sotw pick`."
        )
    run_id = f"{now:%Y%m%dT%H%M%S.%f}"
    runs.store_models(con, run_id, fits)
    runs.insert(con, "metrics", _metrics(run_id, fits))
    predictions = predict.score(con, run_id, pa.concat_tables([fit.predicted for fit in fits]))
    ledger = runs.extend_ledger(con, run_id, now)
    seconds = time.perf_counter() - started
    runs.store_run(con, run_id, settings, fits, now=now, as_of=as_of, seconds=seconds)
    log.info("run %s: %d models, %.1f s", run_id, len(fits), seconds)
    return TrainReport(
        run_id=run_id,
        as_of=as_of,
        seconds=seconds,
        trained=tuple(fit.report for fit in fits),
        skipped=tuple(skipped),
        predictions=predictions,
        ledger=ledger,
    )


def read_rows(con: Connection, listener_id: int, cutoff_policy: str) -> pd.DataFrame:
    """A listener's rows of the training mart: numbers as float64, texts as text."""
    # One order of rows, so that equal data give equal coefficients to the last bit.
    query = (
        f"from {MART} where listener_id = ? and cutoff_policy = ? order by week_ending, track_id"
    )
    table = _arrow(con, query, [listener_id, cutoff_policy])
    keys = {*week_favorite.KEYS, *week_favorite.CUTOFFS, *week_favorite.LABELS}
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


def _as_of(con: Connection) -> dt.datetime:
    schema, table = MART.split(".")
    query = "select 1 from duckdb_tables() where schema_name = ? and table_name = ?"
    found = con.execute(query, [schema, table]).fetchall()
    rows = con.execute("select as_of from raw.settings").fetchall()
    if not found or not rows:
        raise SotwError(
            f"{MART}: not built yet, so there is nothing to train on. Run `sotw build`."
        )
    as_of: dt.datetime = rows[0][0]
    return as_of


def _fit_all(
    con: Connection, policies: Iterable[str], progress: Progress | None
) -> tuple[list[Fit], list[str]]:
    labelled = _arrow(
        con, render("score/labelled_weeks.sql"), {"min_picks": evaluate.MIN_PICKED_WEEKS}
    )
    weeks = labelled.to_pandas(date_as_object=False)
    listeners = warehouse.rows(
        con, "from core.dim_listeners select listener_id, listener order by 1"
    )
    tasks = [(one, policy) for one in listeners for policy in policies]
    fits, skipped = [], []
    for position, (one, policy) in enumerate(tasks, start=1):
        name = f"{one['listener']}, {policy}"
        if progress:
            progress(f"{name} ({position} of {len(tasks)})")
        own = weeks[weeks["listener_id"] == one["listener_id"]]
        try:
            fits.append(_fit(con, one["listener_id"], one["listener"], policy, own))
        except SotwError as error:
            skipped.append(f"{name}: {error}")
    return fits, skipped


def _fit(con: Connection, listener_id: int, listener: str, policy: str, weeks: pd.DataFrame) -> Fit:
    split = evaluate.split_weeks(weeks["week_ending"])
    label_kind = str(weeks["label_kind"].iloc[0])
    rows = read_rows(con, listener_id, policy)
    data_sha256 = _fingerprint(rows)
    rows["is_label"] = rows[LABEL_OF_KIND[label_kind]].to_numpy(bool)
    parts = {name: rows[rows["week_ending"].isin(part)] for name, part in split.named().items()}
    learned = pd.concat([parts["train"], parts["validation"]])
    tuning = week_favorite.tune(*_labelled(parts["train"]), *_labelled(parts["validation"]))
    model = week_favorite.WeekFavorite(tuning.c).fit(*_labelled(learned))
    by_split = {"train": tuning.model, "validation": tuning.model, "test": model}
    scored = {name: _scored(part, by_split[name], tuning.threshold) for name, part in parts.items()}
    return Fit(
        report=Trained(
            listener=listener,
            cutoff_policy=policy,
            label_kind=label_kind,
            weeks=(len(split.train), len(split.validation), len(split.test)),
            c=tuning.c,
            threshold=tuning.threshold,
            has_converged=model.has_converged and tuning.model.has_converged,
        ),
        listener_id=listener_id,
        split=split,
        grid=tuning.grid,
        parameters=model.parameters(),
        scored=scored,
        data_sha256=data_sha256,
        predicted=_predicted_weeks(rows, split, policy, label_kind),
    )


def _labelled(rows: pd.DataFrame) -> tuple[pd.DataFrame, week_favorite.BoolArray]:
    return rows.drop(columns="is_label"), rows["is_label"].to_numpy(bool)


def _scored(
    rows: pd.DataFrame, model: week_favorite.WeekFavorite, threshold: float | None
) -> pd.DataFrame:
    """What metrics and baselines need of the rows, with the model's score."""
    scores = model.score(rows) if len(rows) else np.zeros(0)
    kept = rows[[*_KEPT, "is_label"]].assign(score=scores)
    if threshold is not None:
        kept["is_chosen"] = week_favorite.probability(scores) >= threshold
    return kept


def _predicted_weeks(
    rows: pd.DataFrame, split: evaluate.Split, policy: str, label_kind: str
) -> pa.Table:
    """Every week from the first test week on: what the final model did not learn from."""
    later = rows.loc[(rows["week_ending"] >= split.test[0]) | rows["is_current_week"]]
    weeks = later[evaluate.WEEK].drop_duplicates()
    is_test = weeks["week_ending"].isin(split.test)
    full = weeks.assign(
        cutoff_policy=policy, label_kind=label_kind, split=np.where(is_test, "test", "new")
    )
    return pa.Table.from_pandas(full, preserve_index=False)


def _metrics(run_id: str, fits: list[Fit]) -> list[dict[str, Any]]:
    """Model and baselines, per listener, and pooled where several share policy and label kind."""
    found = []
    groups: dict[tuple[str, str], list[Fit]] = {}
    for fit in fits:
        groups.setdefault((fit.report.cutoff_policy, fit.report.label_kind), []).append(fit)
        found += _metrics_of([fit], fit.listener_id)
    for group in groups.values():
        if len(group) > 1:
            found += _metrics_of(group, None)
    fixed = {"run_id": run_id, "predictor": PREDICTOR, "task": TASK, "cohort": "all"}
    return [fixed | row for row in found]


def _metrics_of(fits: list[Fit], listener_id: int | None) -> list[dict[str, Any]]:
    report, found = fits[0].report, []
    for split in ("train", "validation", "test"):
        rows = pd.concat([fit.scored[split] for fit in fits], ignore_index=True)
        weeks = pd.concat(
            [
                pd.DataFrame({"week_ending": pd.to_datetime(list(fit.split.named()[split]))})
                .astype(rows["week_ending"].dtype)
                .assign(listener_id=fit.listener_id)
                for fit in fits
            ]
        )
        models = {MODEL: rows}
        for name, baseline in week_favorite.BASELINES.items():
            models[name] = rows.assign(score=baseline(rows)).drop(
                columns="is_chosen", errors="ignore"
            )
        fixed = {
            "label_kind": report.label_kind,
            "listener_id": listener_id,
            "cutoff_policy": report.cutoff_policy,
            "split": split,
        }
        for model, scored in models.items():
            key = fixed | {"model": model, "is_default": model == MODEL}
            found += [key | asdict(metric) for metric in evaluate.evaluate(scored, weeks)]
    return found


def _arrow(con: Connection, query: str, values: object) -> Any:  # noqa: ANN401 - untyped library
    """The result of a query as an Arrow table."""
    return con.sql(query, params=values).to_arrow_table()
