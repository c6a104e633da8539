"""What is said of the popularity of tracks: how far off, and where the intervals hold."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sotw.learning.metrics.numbers import DECILES
from sotw.predictors import presentation
from sotw.predictors.popularity import learners
from sotw.predictors.popularity.report import (
    BY_TENTHS,
    LEVEL,
    TARGETED,
    WORDS,
    held_by_tenth,
    write_report,
)
from sotw.predictors.presentation import Presentation, Shown, by_model, interval, matches
from sotw.text_table import table, wrapped

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from sotw.learning.evaluate import Evaluated
    from sotw.learning.train import Trained, TrainReport
    from sotw.predictors.presentation import Ask, Row
    from sotw.warehouse import Connection

LEAST_TOLD = 0.005  # of R², which as percent is 1
PROTOCOLS = {
    ("untrimmed_grouped", "test"): "a fifth of the artists, of whom nothing was learned",
    ("untrimmed_grouped", "grouped"): "every fifth of the artists in turn",
    ("system_e", "test"): "system E's way: rows left out by their target, artists on both sides",
    ("system_e", "holdout"): "system E's model on the rows it held out, none left out",
}


def trained(con: Connection, run: TrainReport, _: Ask) -> Shown:
    """How far off the predictions are on artists that nothing was learned of."""
    rows = presentation.metrics_of(con, run.run_id, run.predictor)
    lines = [wrapped(_sentence(one, rows)) for one in run.trained]
    lines += [wrapped(f"Not trained: {line}") for line in run.skipped]
    if run.predictions:
        lines.append(f"{run.predictions:,} tracks have their popularity in ml.predictions.")
    details = []
    for one in run.trained:
        own = [row for row in rows if matches(row, one.key, one.cohort) and row["split"] == "test"]
        details += [f"{one.task}:", figures(own), decile_table(own), _chosen(one.hyperparameters)]
    return Shown({"run": run, "metrics": rows}, "\n".join(lines), "\n".join(filter(None, details)))


def _sentence(one: Trained, rows: Sequence[Row]) -> str:
    own = by_model(r for r in rows if matches(r, one.key, one.cohort) and r["split"] == "test")
    best = own.get(one.model)
    if not best:
        return f"{one.task}: not measured."
    chosen = one.hyperparameters.get("chosen", one.model)
    held = best.get("coverage_95")
    within = (
        f"; {held['value']:.0%} of them lie within their 95 % interval, "
        f"{best['width_95']['value']:.0f} points wide"
        if held
        else ""
    )
    alone = own.get(learners.ARTIST, {}).get("r_squared")
    # Below that the catalogue does not state it, or it says nothing.
    compared = (
        f"; the artist's popularity alone explains {alone['value']:.0%}"
        if alone and alone["value"] >= LEAST_TOLD
        else ""
    )
    aside = one.about.get("columns_set_aside")
    left_out = f" Not believed: {aside} (numbers of another unit)." if aside else ""
    return (
        f"{one.task}: of {best['mae']['n']:,} tracks, none left out for its popularity, "
        f"{chosen.replace('_', ' ')} is {best['mae']['value']:.1f} points off on average and "
        f"explains {best['r_squared']['value']:.0%} of the differences{compared}{within}.{left_out}"
    )


def evaluated(found: Evaluated) -> Shown:
    """Every model in both protocols, with the coverage of each tenth of the tracks."""
    lines: list[str] = []
    for task, about in found.splits.items():
        rows = [row for row in found.metrics if matches(row, about, about["cohort"])]
        for split in dict.fromkeys(row["split"] for row in rows):
            own = [row for row in rows if row["split"] == split]
            protocol = PROTOCOLS.get((about["task"], split), split)
            title = f"{task}; {protocol}: {about[split]['n']:,} tracks."
            lines += [wrapped(title), figures(own), "", decile_table(own), ""]
    return Shown(found, "\n".join([*lines, *presentation.not_measured(found)]))


def figures(rows: Iterable[Row]) -> str:
    """A line for each model: R² with its interval, and the other metrics."""
    shown = []
    for model, one in by_model(rows).items():
        cells = {"model": model, "R² [95 %]": interval(one.get("r_squared"))}
        for name, word in WORDS.items():
            is_share = name == "coverage_95"
            cells[word] = _plain(one.get(name), ".3f" if is_share else ".1f")
        shown.append(cells)
    return table(shown, ["model", "R² [95 %]", *WORDS.values()])


def _plain(row: Row | None, form: str) -> str:
    return "-" if row is None or row["value"] is None else f"{row['value']:{form}}"


def decile_table(rows: Iterable[Row]) -> str:
    """How often the interval holds, in percent by tenths of the tracks.

    By tenths of what they are, and of what is said of them, which alone is known beforehand.
    """
    found = by_model(rows)
    parts = []
    for prefix, word in BY_TENTHS.items():
        title = f"held %, by {word}"
        shown = [
            {title: model} | dict(zip(map(str, range(1, DECILES + 1)), cells, strict=True))
            for model, one in found.items()
            if (cells := held_by_tenth(one, prefix))
        ]
        if shown:
            parts.append(table(shown, [*shown[0]]))
    return "\n\n".join([*parts, f"* within {TARGETED:.0%} of {LEVEL:.0%}"]) if parts else ""


def _chosen(about: Mapping[str, Any]) -> str:
    """What validation rows decided."""
    lines = []
    errors = about.get("validation_rmse") or {}
    if "chosen" in about:
        said = ", ".join(f"{name} {error:.2f}" for name, error in errors.items())
        lines.append(f"Chosen by RMSE on validation rows: {about['chosen']} ({said}).")
        method, costs = about["interval"]["method"], about["interval_costs"]
        said = ", ".join(f"{name} {cost:.1f}" for name, cost in costs.items())
        lines.append(f"Interval: {method} (cost {said}).")
    if scalings := about.get("scalings_validation_rmse"):
        best: dict[str, float] = {}
        for name, error in scalings.items():
            how = name.partition(",")[0]
            best[how] = min(error, best.get(how, error))
        said = ", ".join(f"{how} {error:.3f}" for how, error in best.items())
        lines.append(f"Ridge by scaling, RMSE at the best strength: {said}.")
    if weights := about.get("permutation_importance"):
        said = ", ".join(f"{name} {value:.2f}" for name, value in list(weights.items())[:5])
        lines.append(f"RMSE grows most when these are shuffled: {said}.")
    return "\n".join(map(wrapped, lines))


def page(_: str, con: Connection, folder: Path, ask: Ask, form: str) -> Path:
    """The page about the popularity of catalogues, and their contract beside it."""
    return write_report(con, folder, form, ask.settings)


PRESENTATION = Presentation(trained, evaluated, report=page)
