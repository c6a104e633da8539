"""What is said of the weekly favourite: the week's ranking, and how good it has been."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sotw.predictors import presentation
from sotw.predictors.presentation import Presentation, Shown, difference_table, matches, model_table
from sotw.predictors.week_favorite import ranking, report
from sotw.predictors.week_favorite.answering import week_answer
from sotw.text_table import table, wrapped

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from sotw.learning.evaluate import Evaluated
    from sotw.learning.train import Trained, TrainReport
    from sotw.predictors.presentation import Ask
    from sotw.predictors.week_favorite.ranked import Ranking
    from sotw.warehouse import Connection

FEW_WEEKS = 50
# What a person reads, with the words for it: about weeks, and about single rows.
_COMPARED = {"hit_at_1": "Hit@1", "hit_at_3": "Hit@3", "mrr": "MRR"}
_WEEK_METRICS = {
    "hit_at_1": "Hit@1",
    "hit_at_3": "Hit@3",
    "mrr": "MRR",
    "hit_at_5": "Hit@5",
    "nll": "NLL",
    "ece": "ECE",
    "coverage": "coverage",
}
_ROW_METRICS = {
    "roc_auc": "ROC-AUC",
    "pr_auc": "PR-AUC",
    "precision": "precision",
    "recall": "recall",
    "f1": "F1",
}
_PROTOCOLS = {
    "test": "the last 20 % of the weeks",
    "rolling": "rolling: the last 60 % of the weeks, refitted before each of five blocks",
}


def trained(con: Connection, run: TrainReport, ask: Ask) -> Shown:
    """The answer of this week; what it was learned from and how good it has been on request."""
    who = presentation.to_show(run, ask)
    ranked = ranking.ranking(con, who) if who else None
    metrics = presentation.metrics_of(con, run.run_id, run.predictor)
    names = {one.key["listener_id"]: one.about["listener"] for one in run.trained}
    lines = [wrapped(_task_line(one)) for one in run.trained]
    details = "\n".join([*lines, "", *_metrics(metrics, names, "test")]).rstrip()
    said = [wrapped(f"Not trained: {line}") for line in run.skipped]
    if ranked:
        said.append(week_answer(ranked).text())
    elif ask.listener:
        said.append(f"Nothing could be trained for {ask.listener}, so there is no answer to show.")
    else:
        said.append(
            wrapped(
                f"Trained for {len(names)} listeners. `sotw predict --listener NAME` shows the "
                "song of the week of one of them."
            )
        )
    data = {"run": run, "ranking": ranked, "metrics": metrics}
    return Shown(data, "\n".join(said), details)


def _task_line(one: Trained) -> str:
    """What one listener's model was learned from, under one policy."""
    return (
        f"{one.about['listener']}, cut-off '{one.key['cutoff_policy']}', label "
        f"{one.key['label_kind']}: {'/'.join(map(str, one.sizes))} weeks train/validation/test; "
        f"drawn towards {one.about['prior']}; strength {one.hyperparameters['strength']:g}"
        + ("" if one.has_converged else "; NOT CONVERGED")
        + ("" if sum(one.sizes) >= FEW_WEEKS else "; so few weeks prove little")
    )


def evaluated(found: Evaluated) -> Shown:
    """Models beside the baselines, differences, and how sure against how often right."""
    names = {about["listener_id"]: about["listener"] for about in found.splits.values()}
    lines = []
    for split in ("rolling", "test"):
        lines += [*_metrics(found.metrics, names, split, is_compared=True), ""]
    lines.append("How often the first song was right, by how sure conditional_logit was (rolling):")
    bands = [one for one in found.calibration if one["split"] == "rolling"]
    lines.append(_bands_table(bands) + "\n")
    return Shown(found, "\n".join([*lines, *presentation.not_measured(found)]))


def _metrics(
    rows: Sequence[Mapping[str, Any]],
    names: Mapping[int, str],
    split: str,
    *,
    is_compared: bool = False,
) -> Iterator[str]:
    """Models beside the baselines on the same weeks, with n and 95 % intervals."""
    own = [row for row in rows if row["split"] == split]
    keys = {(row["listener_id"], row["cutoff_policy"], row["label_kind"]): row for row in own}
    for (who, policy, label_kind), key in keys.items():
        label = "favourites named" if label_kind == "pick" else "PROXY label, not favourites named"
        group = [row for row in own if matches(row, key, key["cohort"])]
        weeks = next(row["n"] for row in group if row["metric"] == "hit_at_1")
        yield wrapped(
            f"{names.get(who, 'all listeners')}, cut-off '{policy}', {_PROTOCOLS[split]}: "
            f"{weeks} weeks, {label}; [95 % interval]"
        )
        yield model_table(group, _WEEK_METRICS) + "\n"
        chosen = {row["model"] for row in group if row["metric"] == "precision"}
        if chosen:
            yield model_table([row for row in group if row["model"] in chosen], _ROW_METRICS) + "\n"
        if is_compared:
            yield difference_table(group, _COMPARED) + "\n"


def _bands_table(found: Sequence[Mapping[str, Any]]) -> str:
    """How often the winner was right, by how sure the model was."""
    rows = [
        {
            "listener, cut-off": one["task"],
            "sure": f"{one['low']:.0%} to {min(one['high'], 1.0):.0%}",
            "weeks": one["n"],
            "said": f"{one['mean_share']:.2f}",
            "right": f"{one['right_share']:.2f} [{one['right_low']:.2f}, {one['right_high']:.2f}]",
        }
        for one in found
    ]
    return table(rows, ["listener, cut-off", "sure", "weeks", "said", "right"])


def predicted(_: str, con: Connection, ask: Ask) -> Shown:
    """The ranking of a week, stored or as it would have been seen at an instant."""
    assert ask.listener is not None
    asked = ask.options
    rank = ranking.rank_with_latest if asked.as_of else ranking.ranking
    found = rank(con, ask.listener, asked.week, asked.policy)
    said = week_answer(found, is_as_of=asked.as_of is not None)
    return Shown(found, said.text(), _details(con, found))


def _details(con: Connection, found: Ranking) -> str:
    """Which cut-off and model, and its metrics."""
    rows = [
        row
        for row in presentation.metrics_of(con, found.run_id, ranking.NAME)
        if (row["cutoff_policy"], row["split"]) == (found.cutoff_policy, "test")
    ]
    about = (
        f"{found.listener}: cut-off '{found.cutoff_policy}' at {found.cutoff_at:%Y-%m-%d %H:%M} "
        f"UTC; run {found.run_id}, which knows plays and picks up to "
        f"{found.model_as_of:%Y-%m-%d %H:%M} UTC."
    )
    own = [row for row in rows if row["listener_id"] == found.listener_id]
    return "\n".join(
        [wrapped(about), "", *_metrics(own, {found.listener_id: found.listener}, "test")]
    ).rstrip()


def write_report(_: str, con: Connection, folder: Path, ask: Ask, form: str) -> Path:
    """The page about the weekly favourite of one listener."""
    return report.write_report(
        con, folder, listener=ask.listener, policy=ask.options.policy, form=form
    )


PRESENTATION = Presentation(trained, evaluated, predicted, write_report, _WEEK_METRICS)
