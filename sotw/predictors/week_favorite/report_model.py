"""The parts of a report about the model: what it weighs, how good it is, how sure it may be."""

from __future__ import annotations

import bisect
import itertools
import math
import re
from typing import TYPE_CHECKING

from sotw import warehouse
from sotw.render import render
from sotw.report import plots
from sotw.report.parts import TRAIN_HOW, Part, Table, claimed, counted, listed, missing, percent

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sotw.report.parts import Row, Subject
    from sotw.warehouse import Connection

PREDICTOR = "week_favorite"
KEYS = {"predictor": PREDICTOR, "task": "weekly favourite", "target": "favorite"}
SPLITS = ("test", "rolling")
ROLLING_HOW = "Run `sotw evaluate`, then this report again."
# Where bands of confidence begin, as in marts.prediction_confidence; the last is open.
_BANDS = (0.0, 0.1, 0.2, 0.3, 0.4, 0.6)
# A metric of a difference is called metric_over_model.
_OVER = "_over_"
_NAMES = {
    "hit_at_1": "Hit@1",
    "hit_at_3": "Hit@3",
    "hit_at_5": "Hit@5",
    "mrr": "MRR",
    "ndcg_at_10": "NDCG@10",
    "nll": "NLL",
    "roc_auc": "ROC-AUC",
    "pr_auc": "PR-AUC",
    "f1": "F1",
}


def model_parts(con: Connection, subject: Subject) -> Iterator[Part]:
    """What the default model weighs, and every stored metric of weeks it did not learn from."""
    model = default_model(con, subject)
    yield _coefficients(con, subject, model)
    yield from _metrics(con, subject)
    yield from _predictions(con, subject, model)


def default_model(con: Connection, subject: Subject) -> Row | None:
    """The default model of the latest run for this listener, policy and label; null if none."""
    query = "from ml.models where predictor = ? and is_default and cutoff_policy = ?"
    who = "and label_kind = ? and (listener_id = ? or listener_id is null)"
    values = [PREDICTOR, subject.policy, subject.label_kind, subject.listener_id]
    found = warehouse.rows(con, f"{query} {who} order by run_id desc limit 1", values)
    return found[0] if found else None


def _coefficients(con: Connection, subject: Subject, model: Row | None) -> Part:
    key, title = "coefficients", f"The ten largest coefficients for the {subject.favorite}"
    if model is None:
        what = f"No model of the {subject.favorite} by cut-off '{subject.policy}' is trained."
        return missing(key, title, what, TRAIN_HOW)
    values = {
        "run_id": model["run_id"],
        "predictor": PREDICTOR,
        "model": model["model"],
        "cutoff_policy": subject.policy,
        "listener_id": subject.listener_id,
    }
    found = result(con, "report/coefficients.sql", values)
    if not found:
        what = f"The model '{model['model']}' has no coefficients stored."
        return missing(key, title, what, TRAIN_HOW)
    rows = [{"name": _feature(row), "coefficient": row["coefficient"]} for row in found]
    first = found[0]
    of = "of the week's candidates" if first["is_within_week"] else "of the training weeks"
    step = f"one standard deviation ({of}) more of it" if first["level"] is None else "it"
    sign = "speaks for" if first["coefficient"] > 0 else "speaks against"
    converged = "" if model["has_converged"] else " The fit did NOT converge."
    return Part(
        key,
        title,
        f"The largest of {first['coefficients_count']} coefficients of '{model['model']}' is "
        f"{_feature(first)}: {step} {sign} being the {subject.favorite} "
        f"by {abs(first['coefficient']):.2f} log-odds.{converged}",
        plot=plots.bars(rows, "coefficient", "log-odds per standard deviation", is_signed=True),
        is_full=True,
    )


def _feature(row: Row) -> str:
    level = "" if row["level"] is None else f" = {row['level']}"
    # The log of a yes or no is a yes or no.
    log = "log of " if row["transform"] and not row["feature"].startswith(("is_", "has_")) else ""
    return f"{log}{row['feature']}{level}"


def _metrics(con: Connection, subject: Subject) -> Iterator[Part]:
    found = result(con, "report/metrics.sql", subject.keys | KEYS)
    groups: dict[tuple[bool, str, str], list[Row]] = {}
    for row in found:
        groups.setdefault((row["is_pooled"], row["cohort"], row["split"]), []).append(row)
    own = [(False, "all", split) for split in SPLITS]
    for is_pooled, cohort, split in [*own, *sorted(set(groups) - set(own))]:
        who = "all listeners" if is_pooled else subject.listener
        of = "" if cohort == "all" else f", {cohort}"
        title = f"How good on {split} weeks, {who}{of} ({subject.favorite})"
        names = [split, *(["pooled"] if is_pooled else []), *([cohort] if of else [])]
        key = "metrics_" + re.sub(r"\W+", "_", "_".join(names))
        rows = groups.get((is_pooled, cohort, split))
        if rows:
            absolute = [row for row in rows if _OVER not in row["metric"]]
            compared = [row for row in rows if _OVER in row["metric"]]
            yield _metrics_of(subject, key, title, absolute)
            if compared:
                yield _differences(subject, key, split, compared)
        else:
            what = f"No metrics of the {subject.favorite} on {split} weeks are stored."
            how = TRAIN_HOW if split == "test" else ROLLING_HOW
            yield missing(key, title, what, how, is_full=True)


def _metrics_of(subject: Subject, key: str, title: str, rows: list[Row]) -> Part:
    metrics = list(dict.fromkeys(row["metric"] for row in rows))
    models = list(dict.fromkeys(row["model"] for row in rows))
    own = next((row["model"] for row in rows if row["is_default"]), None)
    at = {(row["model"], row["metric"]): row for row in rows}
    cells = tuple(
        (
            f"{model} (default)" if model == own else model,
            *(cell(at.get((model, metric))) for metric in metrics),
        )
        for model in models
    )
    names = tuple(
        _header(metric, [at.get((model, metric)) for model in models]) for metric in metrics
    )
    table = Table(
        ("model", *names), cells, strong=tuple(i for i, m in enumerate(models) if m == own)
    )
    hits = [at[model, "hit_at_1"] for model in models if (model, "hit_at_1") in at]
    hits = [row for row in hits if row["value"] is not None and row["low"] is not None]
    mine = next((row for row in hits if row["model"] == own), None)
    if mine is None:
        sentence = f"No Hit@1 of a default model for the {subject.favorite} is stored."
        return Part(key, title, sentence, table=table, is_full=True)
    shown: list[Row] = [
        {
            "name": row["model"],
            "value": row["value"],
            "low": row["low"],
            "high": row["high"],
            "weeks": row["n"],
            "own": row["is_default"],
        }
        for row in sorted(hits, key=lambda row: (-row["value"], not row["is_default"]))
    ]
    others = [row for row in hits if row["model"] != own]
    rest = "."
    if others:
        best = max(others, key=lambda row: row["value"])
        rest = (
            f"; the best other, '{best['model']}', {_right(best)} "
            f"({percent(best['low'])} to {percent(best['high'])})."
        )
    return Part(
        key,
        title,
        claimed(
            f"On {counted(mine['n'], 'week')} '{own}' ranked the {subject.favorite} first in "
            f"{_right(mine)} (95\u00a0% interval {percent(mine['low'])} to "
            f"{percent(mine['high'])}){rest}",
            mine["n"],
        ),
        plot=plots.intervals(shown, "Hit@1, 95 % interval"),
        table=table,
        is_full=True,
    )


def _right(row: Row) -> str:
    return f"{counted(round(row['value'] * row['n']), 'week')}, {percent(row['value'])}"


def cell(row: Row | None) -> str:
    """A metric with its interval below it; a dash where there is none."""
    if row is None or row["value"] is None:
        return "–"
    interval = "" if row["low"] is None else f"\n[{row['low']:.3f}, {row['high']:.3f}]"
    return f"{row['value']:.3f}{interval}"


def _header(metric: str, rows: list[Row | None]) -> str:
    """What a column holds; all its cells are over the same weeks, or over the same rows."""
    over = sorted({row["n"] for row in rows if row is not None})
    return f"{_named(metric)}\nn = {' or '.join(f'{n:,}' for n in over)}"


def _named(metric: str) -> str:
    return _NAMES.get(metric, metric.replace("_", " "))


def _differences(subject: Subject, key: str, split: str, rows: list[Row]) -> Part:
    """By how much models are better than others on the same weeks."""
    pairs: dict[tuple[str, str], dict[str, Row]] = {}
    for row in rows:
        metric, other = row["metric"].split(_OVER, 1)
        pairs.setdefault((row["model"], other), {})[metric] = row
    metrics = list(dict.fromkeys(row["metric"].split(_OVER, 1)[0] for row in rows))
    cells = tuple(
        (model, other, *(cell(found.get(metric)) for metric in metrics))
        for (model, other), found in pairs.items()
    )
    own = next((row["model"] for row in rows if row["is_default"]), None)
    better: list[str] = []
    worse: list[str] = []
    for (model, other), found in pairs.items():
        low, high = _bounds(found.get("hit_at_1"))
        if own in (model, other) and (low > 0 or high < 0):
            is_better = (low > 0) == (model == own)
            (better if is_better else worse).append(repr(other if model == own else model))
    weeks = min(row["n"] for row in rows)
    headers = tuple(
        _header(metric, [one.get(metric) for one in pairs.values()]) for metric in metrics
    )
    return Part(
        f"differences_{key.removeprefix('metrics_')}",
        f"How much better on the same {split} weeks ({subject.favorite})",
        claimed(
            f"With 95\u00a0% confidence '{own}' ranks the {subject.favorite} first more often than "
            f"{listed(better) if better else 'no other'} and less often than "
            f"{listed(worse) if worse else 'no other'}, of {counted(len(pairs), 'model')} compared "
            f"(n = {counted(weeks, 'week')}).",
            weeks,
        ),
        table=Table(("model", "over", *headers), cells, texts=("over",)),
        is_full=True,
    )


def _bounds(row: Row | None) -> tuple[float, float]:
    """The interval of a difference; without one it may be anything."""
    if row is None or row["low"] is None or row["high"] is None:
        return -math.inf, math.inf
    return row["low"], row["high"]


def _predictions(con: Connection, subject: Subject, model: Row | None) -> Iterator[Part]:
    titles = {
        "calibration": f"How sure, and how often right ({subject.favorite})",
        "verdicts": f"Predictions of the {subject.favorite}, right and wrong",
    }
    rows: list[Row] = []
    if model is not None:
        values = subject.keys | {"predictor": PREDICTOR, "model": model["model"]}
        rows = result(con, "report/predictions.sql", values)
    if not rows:
        what = f"No week has both a prediction and a known {subject.favorite}."
        for key, title in titles.items():
            yield missing(key, title, what, TRAIN_HOW)
        return
    yield _calibration(subject, titles["calibration"], rows)
    yield _verdicts(subject, titles["verdicts"], rows)


def _calibration(subject: Subject, title: str, rows: list[Row]) -> Part:
    from sotw.learning.metrics.intervals import wilson

    bins: dict[int, list[Row]] = {}
    for row in rows:
        bins.setdefault(bisect.bisect_right(_BANDS, row["probability"]) - 1, []).append(row)
    shown: list[Row] = []
    for place, inside in sorted(bins.items()):
        right = sum(row["is_right"] for row in inside)
        low, high = wilson(right, len(inside))
        shown.append(
            {
                "said": sum(row["probability"] for row in inside) / len(inside),
                "right": right / len(inside),
                "low": low,
                "high": high,
                "label": f"{right}/{len(inside)}",
                "band": _band(place),
            }
        )
    fullest = max(bins, key=lambda place: (len(bins[place]), place))
    inside = bins[fullest]
    right = sum(row["is_right"] for row in inside)
    said = sum(row["probability"] for row in rows) / len(rows)
    all_right = sum(row["is_right"] for row in rows)
    return Part(
        "calibration",
        title,
        claimed(
            f"Where the first place had a probability of {_band(fullest)}, it was the "
            f"{subject.favorite} in {right} of {counted(len(inside), 'week')}. Over all "
            f"{counted(len(rows), 'week')} the probability was {percent(said)} on average, "
            f"and {percent(all_right / len(rows))} were right.",
            len(rows),
        ),
        plot=plots.calibration(
            shown, "probability of the first place", "share that was right, with 95 % interval"
        ),
    )


def _band(place: int) -> str:
    if place == len(_BANDS) - 1:
        return f"{_BANDS[place]} or more"
    return f"{_BANDS[place]} to {_BANDS[place + 1]}"


def _verdicts(subject: Subject, title: str, rows: list[Row]) -> Part:
    shown: list[Row] = []
    right = 0
    for number, row in enumerate(rows, start=1):
        right += row["is_right"]
        shown.append(
            {
                "week": row["week_ending"].isoformat(),
                "predicted": f"{row['predicted_artist_name']} – {row['predicted_track_name']}",
                subject.favorite: f"{row['favorite_artist_name']} – {row['favorite_track_name']}",
                "probability": row["probability"],
                "verdict": "right" if row["is_right"] else "wrong",
                "so_far": right / number,
            }
        )
    runs = [
        len(list(run))
        for is_right, run in itertools.groupby(r["is_right"] for r in rows)
        if is_right
    ]
    later = sum(row["is_backfill"] for row in rows)
    return Part(
        "verdicts",
        title,
        claimed(
            f"The first place was the {subject.favorite} in {right} of "
            f"{counted(len(rows), 'week')} ({percent(right / len(rows))}), "
            f"{max(runs, default=0)} in a row at best; {later:,} of them were predicted after the "
            "week was over, by a model that had not learned from it. The line is the share right "
            "so far.",
            len(rows),
        ),
        plot=plots.verdicts(shown, "probability of the first place"),
    )


def result(con: Connection, file: str, values: dict[str, object]) -> list[Row]:
    """The result of a query under sql/ with named values."""
    return warehouse.rows(con, render(file), values)
