"""What is said of any predictor: after training, of an evaluation, of predictions, on a page.

A predictor that says more brings a ``PRESENTATION`` of its own beside its ``PREDICTOR``; of one
without, these are the words.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sotw import extras, warehouse
from sotw.errors import SotwError
from sotw.render import render
from sotw.report import page
from sotw.report.parts import Part, Table, counted
from sotw.text_table import table, wrapped
from sotw.warehouse.listeners import ids, listener_id

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from pathlib import Path

    from sotw.learning.evaluate import Evaluated
    from sotw.learning.train import Trained, TrainReport
    from sotw.settings import Settings
    from sotw.warehouse import Connection

    Row = Mapping[str, Any]

KEYS = ("task", "target", "listener_id", "cutoff_policy", "label_kind", "catalogue")
_OF_A_TABLE = (*KEYS, "cohort", "split")
OVER = "_over_"  # a difference is called metric_over_model
MOST_METRICS = 6
MOST_ROWS = 10
MOST_REASONS = 3


@dataclass(frozen=True, slots=True)
class Shown:
    """What a command says.

    Attributes:
        data: For JSON.
        text: For a terminal: the sentence, then the list, as ``answer.Answer`` writes them.
        details: Metrics, baselines and intervals, which ``-v`` adds above it.
    """

    data: Any
    text: str
    details: str = ""


@dataclass(frozen=True, slots=True)
class Ask:
    """What a command was asked for.

    Attributes:
        settings: Of sotw.toml.
        listener: Whose; null: nobody was named.
        options: Of the predictor.
    """

    settings: Settings
    listener: str | None
    options: Any


def trained(con: Connection, report: TrainReport, _: Ask) -> Shown:
    """What was trained, what could not be, and how good it is."""
    rows = metrics_of(con, report.run_id, report.predictor)
    lines = [trained_line(one) for one in report.trained]
    lines += [f"not trained: {line}" for line in report.skipped]
    said = metric_text(con, rows)
    return Shown({"run": report, "metrics": rows}, "\n".join(lines), said)


def metric_text(
    con: Connection,
    rows: Sequence[Row],
    names: Mapping[str, str] | None = None,
    *,
    differences: Callable[[Sequence[Row]], str] | None = None,
) -> str:
    """Rows of ml.metrics of one run: a table of models for each task and split.

    Args:
        con: For the names of listeners.
        rows: Of ml.metrics.
        names: Which metrics, and their words; by default the first ones.
        differences: What says the paired differences, where they are wanted.
    """
    listeners = {number: name for name, number in ids(con).items()}
    parts = []
    for key in {tuple(row[one] for one in _OF_A_TABLE): row for row in rows}.values():
        own = [row for row in rows if all(row[one] == key[one] for one in _OF_A_TABLE)]
        who, policy = key["listener_id"], key["cutoff_policy"]
        about = [listeners.get(who, str(who)) if who else "", key["task"], key["target"]]
        about += [f"cut-off '{policy}'" if policy else "", key["cohort"], key["split"]]
        most = max(row["n"] for row in own)
        head = ", ".join(dict.fromkeys(one for one in about if one))
        parts.append(wrapped(f"{head}: {most:,} measured; [95 % interval]"))
        parts.append(model_table(own, names) + "\n")
        if differences and (said := differences(own)):
            parts.append(said + "\n")
    return "\n".join(parts).rstrip()


def to_show(run: TrainReport, ask: Ask) -> str | None:
    """Whose answer to show: of the one asked for; else in sotw.toml; else of the only one.

    Null where that one was not trained, or nobody is meant.
    """
    trained_for = {one.about["listener"] for one in run.trained if "listener" in one.about}
    wanted = ask.listener or ask.settings.listener
    if wanted in trained_for:
        return wanted
    return next(iter(trained_for)) if len(trained_for) == 1 and ask.listener is None else None


def trained_line(one: Trained) -> str:
    """One task in one line."""
    sizes = "/".join(f"{size:,}" for size in one.sizes)
    about = "".join(
        f"; {name.replace('_', ' ')} {value}" for name, value in one.about.items() if value
    )
    rest = "" if one.has_converged else "; NOT CONVERGED"
    return f"{one.task}: {sizes} train/validation/test; by {one.model}{about}{rest}"


def evaluated(found: Evaluated) -> Shown:
    """Models beside the baselines on the same rows, with intervals and differences."""
    lines = []
    for task, about in found.splits.items():
        rows = [row for row in found.metrics if matches(row, about, about["cohort"])]
        for split in dict.fromkeys(row["split"] for row in rows):
            own = [row for row in rows if row["split"] == split]
            lines += [
                f"{task}, {split}: {about[split]['n']:,} rows; [95 % interval]",
                model_table(own),
            ]
            lines += ["", difference_table(own), ""]
    return Shown(found, "\n".join([*lines, *not_measured(found)]))


def not_measured(found: Evaluated) -> list[str]:
    """What could not be measured, and where the figures are."""
    return [
        *(f"not measured: {line}" for line in found.skipped),
        f"Run {found.run_id}, {found.seconds:.0f} s; every figure is in ml.metrics.",
    ]


def predicted(predictor: str, con: Connection, ask: Ask) -> Shown:
    """The best of what the latest run predicts, with what adds most to it."""
    who = None if ask.listener is None else listener_id(con, ask.listener)
    values = {"predictor": predictor, "listener_id": who, "most": MOST_ROWS}
    rows = warehouse.rows(con, render("report/best_predictions.sql"), values)
    if not rows:
        raise SotwError(f"{predictor}: nothing is predicted yet. Run `sotw train {predictor}`.")
    lines = []
    for row in rows:
        name = " - ".join(row[one] for one in ("artist_name", "track_name") if row[one])
        chance = "" if row["probability"] is None else f"{row['probability']:.0%}"
        value = "" if row["value"] is None else f"{row['value']:.4g}"
        bounds = "" if row["low"] is None else f" [{row['low']:.4g}, {row['high']:.4g}]"
        place = "" if row["rank"] is None else f"{row['rank']:>3}. "
        lines.append(f"{place}{name}  {chance or value}{bounds}")
        if reasons := (row["reasons"] or [])[:MOST_REASONS]:
            lines.append(f"     {', '.join(reasons)}")
    return Shown(rows, "\n".join(lines))


def report(predictor: str, con: Connection, folder: Path, ask: Ask, form: str) -> Path:
    """A page of what is stored of its metrics."""
    extras.require("plot", "the report")
    path = page.file_of(folder, predictor, form)
    query = "from ml.metrics where predictor = ? order by run_id desc, rowid"
    rows = warehouse.rows(con, query, [predictor])
    if not rows:
        raise SotwError(f"{predictor}: nothing is measured yet. Run `sotw train {predictor}`.")
    latest: dict[str, Row] = {row["split"]: row for row in reversed(rows)}
    parts = []
    for split, newest in latest.items():
        own = [row for row in rows if (row["split"], row["run_id"]) == (split, newest["run_id"])]
        cells, names = by_model(own), metric_names(own)
        lines = (
            (model, *(interval(one.get(name)) for name in names)) for model, one in cells.items()
        )
        shown = Table(("model", *names), tuple(lines))
        most = max(row["n"] for row in own)
        said = f"{counted(len(cells), 'model')} on {counted(most, 'row')} ({split})."
        parts.append(Part(f"metrics_{split}", f"Metrics, {split}", said, table=shown, is_full=True))
    title = predictor.replace("_", " ").capitalize() + (
        f" of {ask.listener}" if ask.listener else ""
    )
    groups = (("model", "Model", tuple(parts)),)
    document = page.Document(
        predictor, title, {"run": rows[0]["run_id"]}, groups, is_demo=warehouse.is_demo(con)
    )
    page.write(document, path)
    return path


@dataclass(frozen=True, slots=True)
class Presentation:
    """What is said of a predictor.

    Attributes:
        trained: Of a run, read back from the warehouse.
        evaluated: Of an evaluation.
        predicted: Of what is predicted; options with an ``as_of`` are asked of a copy built then.
        report: Writes a page; its path.
        metrics: Which metrics a person reads, with their words; null: the first ones.
    """

    trained: Callable[[Connection, TrainReport, Ask], Shown] = trained
    evaluated: Callable[[Evaluated], Shown] = evaluated
    predicted: Callable[[str, Connection, Ask], Shown] = predicted
    report: Callable[[str, Connection, Path, Ask, str], Path] = report
    metrics: Mapping[str, str] | None = None


# --- tables ----------------------------------------------------------------------------------


def metrics_of(con: Connection, run_id: str, predictor: str) -> list[dict[str, Any]]:
    """The metrics of a run, in the order they were written."""
    query = "from ml.metrics where run_id = ? and predictor = ? order by rowid"
    return warehouse.rows(con, query, [run_id, predictor])


def matches(row: Row, key: Row, cohort: str) -> bool:
    """Whether a row of ml.metrics is of a task."""
    return all(row.get(name) == key.get(name) for name in KEYS) and row["cohort"] == cohort


def by_model(rows: Iterable[Row]) -> dict[str, dict[str, Row]]:
    """Rows of ml.metrics by model and metric."""
    found: dict[str, dict[str, Row]] = {}
    for row in rows:
        found.setdefault(row["model"], {})[row["metric"]] = row
    return found


def metric_names(rows: Iterable[Row]) -> list[str]:
    """The first metrics that are no differences."""
    return [name for name in dict.fromkeys(row["metric"] for row in rows) if OVER not in name][
        :MOST_METRICS
    ]


def model_table(rows: Sequence[Row], names: Mapping[str, str] | None = None) -> str:
    """A line for each model with its metrics; ``names`` says which, and their words."""
    words = names or {name: name for name in metric_names(rows)}
    shown = [
        {"model": model, **{words[name]: interval(one[name]) for name in words if name in one}}
        for model, one in by_model(rows).items()
    ]
    return table(
        shown, ["model", *(word for word in words.values() if any(word in r for r in shown))]
    )


def difference_table(
    rows: Sequence[Row], names: Mapping[str, str] | None = None, word: str = "over"
) -> str:
    """Paired over the same resampled groups; an interval without 0 is a difference."""
    words = names or {name: name for name in metric_names(rows)}
    parts: dict[str, list[dict[str, str]]] = {}
    found = by_model(rows)
    default = next((row["model"] for row in rows if row.get("is_default")), None)
    for model, one in found.items():
        for other in [name for name in found if any(key.endswith(OVER + name) for key in one)]:
            is_of_default = model == default
            head = f"{model} {word} …" if is_of_default else f"… {word} {other}"
            row = {head: other if is_of_default else model}
            row |= {words[name]: interval(one.get(f"{name}{OVER}{other}"), "+") for name in words}
            parts.setdefault(head, []).append(row)
    return "\n\n".join(table(shown, [head, *words.values()]) for head, shown in parts.items())


def interval(row: Row | None, sign: str = "") -> str:
    """A metric with its 95 % interval."""
    if row is None or row["value"] is None:
        return "-"
    if row["low"] is None:
        return _number(row["value"], sign)
    low, high = _number(row["low"], sign), _number(row["high"], sign)
    return f"{_number(row['value'], sign)} [{low}, {high}]"


def _number(value: float, sign: str) -> str:
    """Three digits; what is below 1 without its zero, so that three metrics fit 80 columns."""
    text = f"{value:{sign}.3f}"
    return text.replace("0.", ".", 1) if abs(value) < 0.9995 else text
