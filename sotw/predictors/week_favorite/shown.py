"""What is said of the weekly favourite: the week's ranking, and how good it has been."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sotw.predictors import presentation
from sotw.predictors.presentation import Presentation, Shown, difference_table, matches, model_table
from sotw.predictors.week_favorite import ranking, report
from sotw.text_table import table

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from sotw.learning.evaluate import Evaluated
    from sotw.learning.train import Trained, TrainReport
    from sotw.predictors.presentation import Ask
    from sotw.predictors.week_favorite.ranking import Ranking
    from sotw.warehouse import Connection

FEW_WEEKS = 50
# What a person reads, with the words for it: about weeks, and about single rows.
_COMPARED = {"hit_at_1": "Hit@1", "hit_at_3": "Hit@3", "mrr": "MRR"}
_WEEK_METRICS = {
    "hit_at_1": "Hit@1",
    "hit_at_3": "Hit@3",
    "hit_at_5": "Hit@5",
    "mrr": "MRR",
    "nll": "NLL",
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
    """The ranking of this week, how good it has been, and what it was learned from."""
    who = to_show(run, ask)
    ranked = ranking.ranking(con, who) if who else None
    metrics = presentation.metrics_of(con, run.run_id, run.predictor)
    names = {one.key["listener_id"]: one.about["listener"] for one in run.trained}
    lines = [_task_line(one) for one in run.trained] + list(run.skipped)
    if text := "\n".join(_metrics(metrics, names, "test")):
        lines += ["", text]
    if ranked:
        lines += ["", ranking_text(ranked)]
    elif ask.listener:
        lines.append(
            f"Nothing could be trained for {ask.listener}, so there is no ranking to show."
        )
    else:
        lines.append("`sotw predict --listener NAME` shows the ranking of one of these listeners.")
    return Shown({"run": run, "ranking": ranked, "metrics": metrics}, "\n".join(lines))


def to_show(run: TrainReport, ask: Ask) -> str | None:
    """Whose ranking to show: the one asked for; else the one in sotw.toml; else the only one."""
    trained_for = {one.about["listener"] for one in run.trained}
    wanted = ask.listener or ask.settings.listener
    if wanted in trained_for:
        return wanted
    return next(iter(trained_for)) if len(trained_for) == 1 and ask.listener is None else None


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
        yield (
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
    return Shown(found, ranking_text(found, is_as_of=asked.as_of is not None))


def write_report(_: str, con: Connection, folder: Path, ask: Ask, form: str) -> Path:
    """The page about the weekly favourite of one listener."""
    return report.write_report(
        con, folder, listener=ask.listener, policy=ask.options.policy, form=form
    )


def ranking_text(ranked: Ranking, top: int = 10, *, is_as_of: bool = False) -> str:
    """The week's ranking with the reasons of each song; ``is_as_of``: seen from an earlier time."""
    state = "still running" if ranked.is_running else "over"
    which = "this week" if ranked.is_current else "the week"
    lines = [
        f"Song of the week for {ranked.listener}: {which} ending {ranked.week_ending} ({state}), "
        f"cut-off '{ranked.cutoff_policy}' at {ranked.cutoff_at:%Y-%m-%d %H:%M} UTC"
    ]
    if ranked.is_demo:
        lines.append("This is the synthetic demo history, nobody's own.")
    if is_as_of and ranked.model_as_of > ranked.cutoff_at:
        lines.append(
            f"The model knows plays and picks up to {ranked.model_as_of:%Y-%m-%d %H:%M} UTC, so "
            "this is no proof of how well it predicts."
        )
    if ranked.label_kind == "proxy":
        lines.append(
            "Learned from a proxy, not from favourites you named: the song played most in the "
            "four weeks after. Name yours with `sotw pick`."
        )
    if ranked.confidence:
        sure = ranked.confidence
        lines.append(
            f"When it was this sure ({sure.low:.0%} to {sure.high:.0%}) it was right in "
            f"{sure.right} of {sure.weeks} weeks."
        )
    for one in ranked.candidates[:top]:
        mark = "  <- your pick" if one.is_label and ranked.label_kind == "pick" else ""
        lines.append(
            f"{one.rank:>3}. {one.artist_name} - {one.track_name}  "
            f"({one.share:.0%} of the week's chances){mark}"
        )
        if one.because:
            lines.append(f"     {one.because}")
    return "\n".join(lines)


PRESENTATION = Presentation(trained, evaluated, predicted, write_report)
