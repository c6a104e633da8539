"""Text tables about the completion of plays, for the command line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sotw.predictors.completion.boosting import MIN_PLAYS
from sotw.predictors.completion.models import POST_PLAY
from sotw.text_table import table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sotw.learning.completion_evaluate import Evaluated
    from sotw.learning.completion_train import CompletionReport

_SHOWN = {
    "roc_auc": "ROC-AUC",
    "average_precision": "AP",
    "log_loss": "log-loss",
    "brier": "Brier",
    "ece": "ECE",
    "maa": "MAA",
    "ndcg_at_10": "NDCG@10",
}
_COMPARED = ("roc_auc", "average_precision", "log_loss", "brier", "ndcg_at_10")
_PROTOCOLS = {
    "test": "the last 20 %, after 60 % to learn and 20 % to choose",
    "rolling": "rolling: the last 60 % in five blocks, refitted before each",
}
_KNOWN = {
    True: "post_play: KNOWS HOW THE PLAY ENDED, so it says nothing about a play to come",
    False: "pre_play: what is known when a play starts",
}


def evaluated(found: Evaluated) -> str:
    """Models beside the baselines on the same plays, with 95 % intervals over sessions."""
    lines = [f"{found.problem.target}; {_KNOWN[found.problem.task == POST_PLAY]}", ""]
    for about in found.plays:
        for split, protocol in _PROTOCOLS.items():
            if split not in about:
                continue
            part = about[split]
            lines.append(
                f"{about['listener']}, {_cohort(about)}; {protocol}: {part['n']:,} plays in "
                f"{part['sessions']:,} sessions, {part['first']} to {part['last']}, "
                f"{part['base_rate']:.0%} {found.problem.target}; [95 % interval]"
            )
            rows = [
                row
                for row in found.metrics
                if (row["split"], row["cohort"]) == (split, about["cohort"])
                and row["listener_id"] == about["listener_id"]
            ]
            lines += [_models(rows), "", _differences(rows), ""]
    return "\n".join(lines).rstrip()


def calibration(found: Evaluated, split: str = "rolling") -> str:
    """What the default said, and how often it was so."""
    rows = [
        {
            "listener": one["listener"],
            "plays of": one["cohort"],
            "said": f"{one['said']:.2f}",
            "was": f"{one['was']:.2f}",
            "plays": f"{one['n']:,}",
        }
        for one in found.calibration
        if one["split"] == split
    ]
    return table(rows, ["listener", "plays of", "said", "was", "plays"])


def metrics(rows: Sequence[Mapping[str, Any]]) -> str:
    """The test metrics of a training run."""
    return _models([row for row in rows if row["split"] == "test"])


def trained(report: CompletionReport) -> str:
    """What was trained and what could not be."""
    is_post = report.task == POST_PLAY
    lines = [f"{report.target}; {_KNOWN[is_post]}"]
    lines += [
        f"{one.listener}: {one.plays[0]:,}/{one.plays[1]:,}/{one.plays[2]:,} plays "
        f"train/validation/test; left out {one.unknown:,} of unknown outcome"
        + (f", {one.others:,} of sessions that are not theirs" if one.others else "")
        + (f"; {one.trees} tree{'s' if one.trees > 1 else ''}" if one.trees else "")
        + (
            ""
            if one.model == report.model
            else f"; by {one.model}, which ranks better than {report.model} below {MIN_PLAYS} plays"
        )
        + ("" if one.has_converged else "; NOT CONVERGED")
        for one in report.trained
    ]
    return "\n".join([*lines, *(f"not trained: {line}" for line in report.skipped)])


def _cohort(about: Mapping[str, Any]) -> str:
    lines = [f"left out {about['unknown_outcome']:,} plays of unknown outcome"]
    if about["cohort"] == "primary":
        lines.append(f"and {about['not_primary']:,} of other people's sessions")
        return f"own sessions only ({' '.join(lines)})"
    return f"all plays ({' '.join(lines)})"


def _by_model(rows: Sequence[Mapping[str, Any]]) -> dict[str, dict[str, Mapping[str, Any]]]:
    found: dict[str, dict[str, Mapping[str, Any]]] = {}
    for row in rows:
        found.setdefault(row["model"], {})[row["metric"]] = row
    return found


def _models(rows: Sequence[Mapping[str, Any]]) -> str:
    shown = [
        {"model": model, **{_SHOWN[name]: _value(one[name]) for name in _SHOWN if name in one}}
        for model, one in _by_model(rows).items()
    ]
    return table([{**dict.fromkeys(_SHOWN.values(), ""), **row} for row in shown], _header())


def _header() -> list[str]:
    return ["model", *_SHOWN.values()]


def _differences(rows: Sequence[Mapping[str, Any]]) -> str:
    """Paired over the same resampled sessions; an interval without 0 is a difference."""
    shown = []
    for model, found in _by_model(rows).items():
        others = {name.split("_over_")[1] for name in found if "_over_" in name}
        for other in sorted(others):
            row = {"model": f"{model} minus {other}"}
            for name in _COMPARED:
                row[_SHOWN[name]] = _value(found[f"{name}_over_{other}"], "+")
            shown.append(row)
    return table(shown, ["model", *(_SHOWN[name] for name in _COMPARED)])


def _value(one: Mapping[str, Any], sign: str = "") -> str:
    if one["value"] is None:
        return "-"
    if one["low"] is None:
        return f"{one['value']:{sign}.3f}"
    return f"{one['value']:{sign}.3f} [{one['low']:{sign}.3f}, {one['high']:{sign}.3f}]"
