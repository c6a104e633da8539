"""The parts of the report about completion that are about the model: how good, how sure, by what.

Everything here is of plays that the model was not fitted on, but for what it weighs.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from sotw import warehouse
from sotw.predictors.week_favorite.report_model import cell, result
from sotw.report import plots
from sotw.report.parts import Part, Table, counted, listed, median, missing, percent

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sotw.predictors.completion.report_rates import Subject
    from sotw.report.parts import Row
    from sotw.warehouse import Connection

TRAIN_HOW = "Run `sotw train completion`, then this report again."
ROLLING_HOW = "Run `sotw evaluate completion`, then this report again."
KEYS = {"predictor": "completion", "task": "pre_play", "target": "completed"}
_NOT_OF_PLAYS: dict[str, object] = {"cutoff_policy": None, "label_kind": None}
SPLITS = {
    "test": "the last fifth of the plays",
    "rolling": "the last 60 % of the plays in five blocks, refitted before each",
}
BINS = 20
TOP_FEATURES = 12
_SHOWN = {
    "roc_auc": "ROC-AUC",
    "average_precision": "AP",
    "log_loss": "log-loss",
    "brier": "Brier",
    "ece": "ECE",
    "ndcg_at_10": "NDCG@10",
}
_AUC = "roc_auc"


def parts(con: Connection, subject: Subject) -> Iterator[Part]:
    """How good the model is beside the baselines, what it said of what came, and what it weighs."""
    key = {**KEYS, **_NOT_OF_PLAYS, "listener_id": subject.listener_id}
    found = result(con, "report/metrics.sql", key)
    own = [row for row in found if not row["is_pooled"] and row["metric"] in _SHOWN]
    values: dict[str, object] = {"listener_id": subject.listener_id}
    said = {row["metric"]: row for row in result(con, "report/completion_metrics.sql", values)}
    yield _distribution(con, said)
    yield _calibration(subject, said)
    yield _features(con, subject)
    for split in SPLITS:
        rows = [row for row in own if row["split"] == split]
        cohorts = list(dict.fromkeys(row["cohort"] for row in rows)) or ["all"]
        for cohort in cohorts:
            yield _metrics(split, cohort, [row for row in rows if row["cohort"] == cohort])


def _with_interval(row: Row | None, name: str) -> str:
    if row is None or row["value"] is None or row["low"] is None:
        return ""
    return f"{name} {row['value']:.3f} (95\u00a0% interval {row['low']:.3f} to {row['high']:.3f})"


def _distribution(con: Connection, metrics: Mapping[str, Row]) -> Part:
    key, title = "score_distribution", "What was said of plays, by how they ended"
    query = "select is_completed, probability from temp.report_plays where split = 'test'"
    found = con.execute(f"{query} and is_completed is not null").fetchall()
    said = {end: [p for is_done, p in found if is_done == end] for end in (True, False)}
    if not said[True] or not said[False]:
        return missing(key, title, "No play that the model was not fitted on is scored.", TRAIN_HOW)
    names = {True: "completed", False: "not completed"}
    rows: list[Row] = []
    for place in range(BINS):
        for end, name in names.items():
            n = sum(min(int(p * BINS), BINS - 1) == place for p in said[end])
            rows.append({"name": str(place * 100 // BINS), "outcome": name, "plays": n})
    auc = _with_interval(metrics.get(_AUC), "ROC-AUC")
    return Part(
        key,
        title,
        f"Of {counted(len(found), 'play')} that the model was not fitted on, the median completed "
        f"one ({len(said[True]):,}) was given {percent(median(said[True]))}, the median other one "
        f"({len(said[False]):,}) {percent(median(said[False]))}{f': {auc}' if auc else ''}.",
        plot=plots.columns(
            rows,
            "plays",
            "plays",
            group="outcome",
            x_title="probability said, %: from … to 5 more",
        ),
        is_full=True,
    )


def _calibration(subject: Subject, metrics: Mapping[str, Row]) -> Part:
    key, title = "calibration", "Calibration: how often it came true"
    found = sorted(subject.rates.get("said", ()), key=lambda one: int(one.name))
    shown = [one for one in found if one.said is not None]
    if not shown:
        return missing(key, title, "No play that the model was not fitted on is scored.", TRAIN_HOW)
    rows: list[Row] = [
        {
            "said": one.said,
            "right": one.rate,
            "low": one.low,
            "high": one.high,
            "plays": one.plays,
            "label": f"{one.plays:,}",
        }
        for one in shown
    ]
    total = sum(one.plays for one in shown)
    gap = max(shown, key=lambda one: one.plays * abs(one.rate - (one.said or 0)))
    outside = [one for one in shown if not one.low <= (one.said or 0) <= one.high]
    ece = _with_interval(metrics.get("ece"), "expected calibration error")
    return Part(
        key,
        title,
        f"Over {counted(total, 'play')}{f': {ece}' if ece else ''}. The mean of what was said lies "
        f"outside the 95\u00a0% interval in {len(outside)} of {len(shown)} bands; most plays are "
        f"off where {percent(gap.said or 0)} was said and {gap.came}.",
        plot=plots.calibration(rows, "probability said", "completed"),
    )


def _metrics(split: str, cohort: str, rows: list[Row]) -> Part:
    of = "" if cohort == "all" else f", {cohort}"
    key = f"metrics_{split}" + ("" if cohort == "all" else f"_{cohort}")
    title = f"Models on plays they were not fitted on: {split}{of}"
    if not rows:
        how = TRAIN_HOW if split == "test" else ROLLING_HOW
        return missing(key, title, f"No metrics of {split} plays are stored.", how, is_full=True)
    at = {(row["model"], row["metric"]): row for row in rows}
    models = list(dict.fromkeys(row["model"] for row in rows))
    shown = [metric for metric in _SHOWN if any((one, metric) in at for one in models)]
    own = next((row["model"] for row in rows if row["is_default"]), None)
    table = Table(
        ("model", *(_SHOWN[metric] for metric in shown)),
        tuple((model, *(cell(at.get((model, metric))) for metric in shown)) for model in models),
        strong=tuple(place for place, model in enumerate(models) if model == own),
    )
    compared = [at[one, _AUC] for one in models if (one, _AUC) in at]
    compared = [row for row in compared if row["value"] is not None and row["low"] is not None]
    mine = next((row for row in compared if row["model"] == own), None)
    others = [row for row in compared if row["model"] != own]
    if mine is None or not others:
        sentence = f"No ROC-AUC of a default model beside others is stored for {split} plays."
        return Part(key, title, sentence, table=table, is_full=True)
    best = max(others, key=lambda row: row["value"])
    below = [f"'{row['model']}'" for row in others if row["high"] < mine["low"]]
    return Part(
        key,
        title,
        f"{_capital(SPLITS[split])} (n = {mine['n']:,}): '{own}' has "
        f"{_with_interval(mine, 'ROC-AUC')}; the best other is '{best['model']}' with "
        f"{_with_interval(best, 'ROC-AUC')}. The intervals of "
        f"{listed(below) if below else 'no other'} lie wholly below.",
        plot=plots.intervals(
            [
                {name: row[name] for name in ("value", "low", "high")}
                | {"name": row["model"], "plays": row["n"], "own": row["is_default"]}
                for row in sorted(compared, key=lambda row: -row["value"])
            ],
            "ROC-AUC, 95 % interval",
            form=".2f",
            least=0.4,
        ),
        table=table,
        is_full=True,
    )


def _capital(text: str) -> str:
    return text[0].upper() + text[1:]


def _features(con: Connection, subject: Subject) -> Part:
    key, title = "contributions", "What the model weighs most"
    query = "from ml.models where predictor = ? and task = ? and target = ?"
    rest = "and is_default and listener_id = ? order by run_id desc limit 1"
    found = warehouse.rows(con, f"{query} {rest}", [*KEYS.values(), subject.listener_id])
    weights = (
        json.loads(found[0]["hyperparameters"]).get("mean_abs_contribution") if found else None
    )
    if not weights:
        what = "No model of boosted trees is trained for this listener."
        return missing(key, title, what, TRAIN_HOW)
    top = sorted(weights.items(), key=lambda pair: (-pair[1], pair[0]))[:TOP_FEATURES]
    share = sum(value for _, value in top) / (sum(weights.values()) or 1)
    first, second = [*top, ("nothing else", 0.0)][:2]
    return Part(
        key,
        title,
        f"{first[0]} moves the log-odds of a play by {first[1]:.2f} on average, {second[0]} by "
        f"{second[1]:.2f}; the {len(top)} drawn of {len(weights)} features make "
        f"{percent(share)} of all that is moved, over the latest plays it was fitted on.",
        plot=plots.bars(
            [{"name": name, "weight": value} for name, value in top],
            "weight",
            "mean size of its contribution, log-odds",
        ),
    )
