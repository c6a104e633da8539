"""What is said of the completion of plays: how good the chances have been."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sotw.predictors import presentation
from sotw.predictors.completion import report
from sotw.predictors.completion.answering import NAME, plays_answer
from sotw.predictors.completion.boosting import MIN_PLAYS
from sotw.predictors.completion.models import DEFAULT, POST_PLAY
from sotw.predictors.presentation import Presentation, Shown, difference_table, matches, model_table
from sotw.text_table import table, wrapped
from sotw.warehouse.listeners import listener_id

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from sotw.learning.evaluate import Evaluated
    from sotw.learning.train import Trained, TrainReport
    from sotw.predictors.presentation import Ask
    from sotw.warehouse import Connection

_SHOWN = {
    "roc_auc": "ROC-AUC",
    "average_precision": "AP",
    "log_loss": "log-loss",
    "brier": "Brier",
    "ece": "ECE",
    "maa": "MAA",
    "ndcg_at_10": "NDCG@10",
}
_COMPARED = {name: _SHOWN[name] for name in _SHOWN if name not in ("ece", "maa")}
_PROTOCOLS = {
    "test": "the last 20 %, after 60 % to learn and 20 % to choose",
    "rolling": "rolling: the last 60 % in five blocks, refitted before each",
}
_KNOWN = {
    True: "post_play: KNOWS HOW THE PLAY ENDED, so it says nothing about a play to come",
    False: "pre_play: what is known when a play starts",
}


def _heading(key: Mapping[str, Any]) -> str:
    return f"{key['target']}; {_KNOWN[key['task'] == POST_PLAY]}"


def trained(con: Connection, run: TrainReport, ask: Ask) -> Shown:
    """How much is finished and how far to trust it; what was trained and measured on request."""
    rows = presentation.metrics_of(con, run.run_id, run.predictor)
    lines = [_heading(run.trained[0].key)]
    asked = ask.options.model or DEFAULT
    lines += [wrapped(_trained_line(one, asked)) for one in run.trained]
    for one in run.trained:
        own = [row for row in rows if matches(row, one.key, one.cohort) and row["split"] == "test"]
        if not own:
            lines += ["", f"{one.task}: not measured: all plays are of one session."]
            continue
        head = (
            f"{one.task}, the last {one.sizes[2]:,} plays, {_base_rate(own):.0%} "
            f"{one.key['target']}; [95 % interval]"
        )
        lines += ["", wrapped(head), model_table(own, _SHOWN)]
    lines += ["", f"{run.predictions:,} plays are scored in ml.predictions."]
    said = [wrapped(f"Not trained: {line}") for line in run.skipped]
    who = presentation.to_show(run, ask)
    if who is None:
        said.append(
            wrapped(
                f"Which plays are finished: trained for {len(run.trained)} listeners. "
                "`sotw predict completion --listener NAME` shows those of one."
            )
        )
    else:
        said.append(plays_answer(con, who, listener_id(con, who), with_songs=False).text())
    return Shown({"run": run, "metrics": rows}, "\n".join(said), "\n".join(lines))


def predicted(_: str, con: Connection, ask: Ask) -> Shown:
    """How much is finished, and which songs are and which are not."""
    assert ask.listener is not None
    found = plays_answer(con, ask.listener, listener_id(con, ask.listener), with_songs=True)
    rows = presentation.predicted(NAME, con, ask).data
    return Shown(rows, found.text())


def _trained_line(one: Trained, asked: str) -> str:
    others, trees = one.about["not_primary"], one.hyperparameters.get("trees")
    return (
        f"{one.task}: {'/'.join(f'{size:,}' for size in one.sizes)} plays "
        f"train/validation/test; left out {one.about['unknown_outcome']:,} of unknown outcome"
        + (f", {others:,} of sessions that are not theirs" if others else "")
        + (f"; {trees} tree{'s' if trees > 1 else ''}" if trees else "")
        + (
            ""
            if one.model == asked
            else f"; by {one.model}, which ranks better than {asked} below {MIN_PLAYS} plays"
        )
        + ("" if one.has_converged else "; NOT CONVERGED")
    )


def _base_rate(rows: list[dict[str, Any]]) -> float:
    return float(next(row["value"] for row in rows if row["metric"] == "base_rate"))


def evaluated(found: Evaluated) -> Shown:
    """Models beside the baselines on the same plays, with 95 % intervals over sessions."""
    lines: list[str] = []
    for task, about in found.splits.items():
        lines += [] if lines else [_heading(about), ""]
        for split, protocol in _PROTOCOLS.items():
            rows = [
                row
                for row in found.metrics
                if matches(row, about, about["cohort"]) and row["split"] == split
            ]
            if not rows:
                continue
            part = about[split]
            lines += [
                f"{task}, {_cohort(about)}; {protocol}: {part['n']:,} plays in "
                f"{part['groups']:,} sessions, {part['first'][:10]} to {part['last'][:10]}, "
                f"{_base_rate(rows):.0%} {about['target']}; [95 % interval]",
                model_table(rows, _SHOWN) + "\n",
                difference_table(rows, _COMPARED, "minus") + "\n",
            ]
    lines.append(f"How often it was so, by what {DEFAULT} said (rolling):")
    lines.append(calibration_table(found) + "\n")
    return Shown(found, "\n".join([*lines, *presentation.not_measured(found)]))


def calibration_table(found: Evaluated, split: str = "rolling") -> str:
    """What the default said, and how often it was so."""
    rows = [
        {
            "plays of": one["task"],
            "said": f"{one['said']:.2f}",
            "was": f"{one['was']:.2f}",
            "plays": f"{one['n']:,}",
        }
        for one in found.calibration
        if one["split"] == split
    ]
    return table(rows, ["plays of", "said", "was", "plays"])


def _cohort(about: Mapping[str, Any]) -> str:
    left_out = f"left out {about['unknown_outcome']:,} plays of unknown outcome"
    if about["cohort"] == "primary":
        others = f"{about['not_primary']:,} of other people's sessions"
        return f"own sessions only ({left_out} and {others})"
    return f"all plays ({left_out})"


def write_report(_: str, con: Connection, folder: Path, ask: Ask, form: str) -> Path:
    """The page about the completion of one listener's plays."""
    return report.write_report(con, folder, listener=ask.listener, form=form)


PRESENTATION = Presentation(trained, evaluated, predicted, write_report, _SHOWN)
