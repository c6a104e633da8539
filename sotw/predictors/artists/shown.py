"""What is said of recommended artists: how good the lists are, and what they do not see."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sotw.predictors import presentation
from sotw.predictors.artists import report
from sotw.predictors.artists.predictor import AHEAD, COLD, COLD_KNOWN, MASKED, SEEDS, TEMPORAL
from sotw.predictors.presentation import (
    Presentation,
    Shown,
    by_model,
    difference_table,
    model_table,
    not_measured,
)
from sotw.text_table import table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from sotw.learning.evaluate import Evaluated
    from sotw.learning.train import TrainReport
    from sotw.predictors.presentation import Ask
    from sotw.warehouse import Connection

    Row = Mapping[str, Any]

_SHOWN = {"ndcg_at_10": "NDCG@10", "map_at_10": "MAP@10", "recall_at_20": "R@20"}
_COMPARED = {name: _SHOWN[name] for name in ("ndcg_at_10", "recall_at_20")}
_PLAIN = {
    "precision_at_10": "P@10",
    "recall_at_10": "R@10",
    "ndcg_at_20": "N@20",
    "share_with_a_hit_at_10": "hit",
    "coverage_at_10": "cover",
    "novelty_bits_at_10": "novel",
    "popularity_lift_at_10": "lift",
    "miscalibration_at_10": "miscal",
}
_WORDS = (
    "N: NDCG; hit: people with a right answer in ten; cover: of all artists; novel: bits;\n"
    "lift: how much more played than what a person knows; miscal: how far a list's\n"
    "tags are from the person's (0 = not)."
)


def trained(con: Connection, run: TrainReport, _: Ask) -> Shown:
    """What was learned from, how good lists of hidden artists are, and where they are."""
    rows = presentation.metrics_of(con, run.run_id, run.predictor)
    [one] = run.trained
    lines = [
        f"{one.sizes[2]:,} people, a fifth of whose artists is hidden and sought; [95 % interval]",
        model_table(rows, _SHOWN),
        "",
        plain_table(rows),
        _WORDS,
        "",
        f"{run.predictions:,} recommendations are in ml.predictions: `sotw predict artists`, or "
        "with their\nreasons now: `sotw recommend artists`.",
    ]
    return Shown({"run": run, "metrics": rows}, "\n".join(lines))


def evaluated(found: Evaluated) -> Shown:
    """All models on three draws of the masked split, and on people of whom little is known."""
    masked = [row for row in found.metrics if row["split"] == MASKED]
    first = [row for row in masked if row["cohort"] == "all"]
    cold = [row for row in found.metrics if row["split"] == COLD]
    lines = [
        f"A fifth of each person's artists hidden, what is known never named; "
        f"{max(row['n'] for row in first):,} people,\nseed {SEEDS[0]}; [95 % interval]",
        model_table(first, _SHOWN),
        "",
        plain_table(first),
        _WORDS,
        "",
        "Paired over the same people:",
        difference_table(first, _COMPARED, "minus"),
        "",
        f"NDCG@10 on {len(SEEDS)} draws:",
        draws_table(masked),
    ]
    if cold:
        people = max(row["n"] for row in cold)
        lines += [
            "",
            f"NDCG@10 of {people:,} people nobody learned from, by how many of their artists are "
            "known; ± half the 95 % interval:",
            cold_table(cold),
        ]
    if later := [row for row in found.metrics if row["split"] == TEMPORAL]:
        cuts = max(row["n"] for row in later)
        lines += [
            "",
            f"Real logs cut at {cuts} instants: artists first heard in the {AHEAD} months after, "
            "learned from\nneighbours alone:",
            model_table(later, _SHOWN),
        ]
    return Shown(found, "\n".join([*lines, "", *not_measured(found)]))


def plain_table(rows: Sequence[Row]) -> str:
    """What there is no room for intervals for."""
    shown = [
        {
            "model": model,
            **{word: f"{one[name]['value']:.3f}" for name, word in _PLAIN.items() if name in one},
        }
        for model, one in by_model(rows).items()
    ]
    return table(shown, ["model", *_PLAIN.values()])


def draws_table(rows: Sequence[Row]) -> str:
    """NDCG@10 by model and draw, with the mean."""
    cohorts = list(dict.fromkeys(row["cohort"] for row in rows))
    names = {cohort: f"seed {SEEDS[0]}" if cohort == "all" else cohort for cohort in cohorts}
    shown = []
    for model in dict.fromkeys(row["model"] for row in rows):
        own = {
            names[row["cohort"]]: row["value"]
            for row in rows
            if row["model"] == model and row["metric"] == "ndcg_at_10"
        }
        mean = sum(own.values()) / len(own)
        cells = {name: f"{value:.4f}" for name, value in own.items()}
        shown.append({"model": model, **cells, "mean": f"{mean:.4f}"})
    return table(shown, ["model", *names.values(), "mean"])


def cold_table(rows: Sequence[Row]) -> str:
    """NDCG@10 by model and how many artists are known."""
    words = {f"ndcg_at_10_knowing_{known}": f"{known} known" for known in COLD_KNOWN}
    shown = [
        {
            "model": model,
            **{word: _spread(one[name]) for name, word in words.items() if name in one},
        }
        for model, one in by_model(rows).items()
    ]
    return table(shown, ["model", *words.values()])


def _spread(row: Row) -> str:
    """A value with half its interval, which is short."""
    return f"{row['value']:.3f} ±{(row['high'] - row['low']) / 2:.3f}"


def write_report(_: str, con: Connection, folder: Path, ask: Ask, form: str) -> Path:
    """The page about artists."""
    return report.write_report(con, folder, listener=ask.listener, form=form)


PRESENTATION = Presentation(trained, evaluated, report=write_report)
