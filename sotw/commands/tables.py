"""What the commands say, as text: tables and sentences from the reports, nothing printed here."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from sotw.text_table import table

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sotw.actions.forget import File
    from sotw.learning.train import TrainReport
    from sotw.pipeline.run import Timing
    from sotw.predictors.week_favorite.ranking import MetricRow, Ranking

FEW_WEEKS = 50
# Of files that are told of in one line.
_MOST_NAMES = 3
_COLUMNS = 80
# Of a file's name in a table; with less nobody knows which it is.
_LEAST_OF_NAME = 24
_OUTCOMES = ("read", "kept", "known", "rejected")
# What a person reads, with the words for it: about weeks, and about single rows.
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


def receipts(rows: Sequence[Mapping[str, Any]]) -> str:
    """Import receipts, a row per file; what was rejected and why, and notes, stand below."""
    unread = [row for row in rows if row["format"] == "not used"]
    refused = [row for row in rows if row["format"] == "refused"]
    read = [row for row in rows if row["format"] not in ("not used", "refused")]
    lines = _receipt_table(read) if read else []
    lines += [f"{row['file']}: {said}" for row in read if (said := _remarks(row))]
    lines += [f"refused: {row['file']}: {row['note']}" for row in refused]
    if refused:
        lines.append("Of a refused file nothing is imported, and raw.imports has no row.")
    lines += _not_used(unread)
    total = {name: sum(row[name] for row in read) for name in _OUTCOMES}
    listeners = {row["listener"] for row in read if row["listener"]}
    whose = f"; listener: {min(listeners)}" if len(listeners) == 1 else ""
    lines.append(
        f"{total['read']:,} read = {total['kept']:,} kept + {total['known']:,} known "
        f"+ {total['rejected']:,} rejected{whose}"
    )
    return "\n".join(lines)


def _receipt_table(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """A row per file within 80 columns: what all have in common is said once, below."""
    several = len({row["listener"] for row in rows if row["listener"]}) > 1
    columns = ["file", "format", *(["listener"] if several else []), *_OUTCOMES]
    left = _space_for(rows, "file", columns)
    if left >= _LEAST_OF_NAME:
        return [table(_shortened(rows, left), columns)]
    columns.remove("format")
    left = max(_space_for(rows, "file", columns), _LEAST_OF_NAME)
    formats = Counter(row["format"] for row in rows)
    found = ", ".join(f"{name} ({count:,})" for name, count in formats.items())
    return [table(_shortened(rows, left), columns), f"Files by format: {found}."]


def _space_for(rows: Sequence[Mapping[str, Any]], column: str, columns: Sequence[str]) -> int:
    """How many of 80 columns the others leave to one."""
    others = table(rows, [name for name in columns if name != column])
    return _COLUMNS - 2 - max(map(len, others.splitlines()))


def _shortened(rows: Sequence[Mapping[str, Any]], most: int) -> list[dict[str, Any]]:
    """Rows whose file names are no longer than ``most``; years and numbers stand at the end."""
    return [
        {**row, "file": f"…{row['file'][1 - most :]}" if len(row["file"]) > most else row["file"]}
        for row in rows
    ]


def _remarks(row: Mapping[str, Any]) -> str:
    """Why records of a file were rejected, and what else to know of it."""
    reasons = row["reasons"]
    said = []
    if len(reasons) == 1:
        said.append(f"{row['rejected']:,} rejected: {next(iter(reasons))}")
    elif reasons:
        why = ", ".join(f"{reason} ({count:,})" for reason, count in reasons.items())
        said.append(f"{row['rejected']:,} rejected: {why}")
    return "; ".join([*said, *([row["note"]] if row["note"] else [])])


def imports(rows: Sequence[Mapping[str, Any]]) -> str:
    """What was imported when, a row per import within 80 columns, by number."""
    columns = ["import", "when", "file", "format", "listener", "kept"]
    if len({row["listener"] for row in rows} - {None}) < 2:
        columns.remove("listener")
    left = max(_space_for(rows, "file", columns), _LEAST_OF_NAME)
    return table(_shortened(rows, left), columns)


def removed(rows: Mapping[str, int]) -> str:
    """How many rows were removed, by table."""
    return "\n".join(f"{name}: {count:,} rows removed" for name, count in rows.items())


def file_to_forget(file: File) -> str:
    """What an import brought, before it is taken back."""
    one = file.receipt
    others = [str(each) for each in file.imports if each != one["import_id"]]
    same = f" (and the same file again: {', '.join(others)})" if others else ""
    whose = f" for {one['listener']}" if one["listener"] else ""
    count = sum(many for name, many in file.rows.items() if name != "raw.imports")
    return (
        f"Import {one['import_id']}{same}: {one['file']}, {one['format']}{whose}, of "
        f"{one['imported_at']:%Y-%m-%d %H:%M} UTC, has {count:,} rows here."
    )


def after_forgetting(file: File) -> str:
    """What to do once an import was taken back."""
    lines = []
    if file.emptied:
        lines.append(f"Nothing else was there of {', '.join(sorted(file.emptied))}.")
    if file.import_again:
        files = ", ".join(file.import_again)
        lines.append(f"They held some of the same, so import them again: {files}")
    if "now to the second" in (file.receipt["note"] or ""):
        lines.append("Plays of other files that took their second from it keep it.")
    return "\n".join([*lines, "The models are built anew; what was learned is not: `sotw train`."])


def _not_used(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """A line for each kind of file that holds nothing to import; some exports have a hundred."""
    files: dict[str, list[str]] = {}
    for row in rows:
        files.setdefault(row["note"], []).append(row["file"])
    lines = []
    for note, names in files.items():
        more = f" and {len(names) - _MOST_NAMES:,} more files" if len(names) > _MOST_NAMES else ""
        lines.append(f"not used: {', '.join(names[:_MOST_NAMES])}{more}: {note}")
    return lines


def timings(timings: Sequence[Timing], seconds: float) -> str:
    """How long a build took and which models took longest."""
    slowest = sorted(timings, key=lambda one: -(one.seconds + one.audit_seconds))[:3]
    named = ", ".join(f"{one.model} {one.seconds + one.audit_seconds:.2f} s" for one in slowest)
    return f"{len(timings)} models built and audited in {seconds:.2f} s (slowest: {named})"


def ranking(ranked: Ranking, top: int = 10, *, is_as_of: bool = False) -> str:
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


def metrics(found: Iterable[MetricRow], *, split: str = "test", differences: bool = False) -> str:
    """Models beside the baselines on the same weeks, with n and 95 % intervals.

    Args:
        found: Rows of ml.metrics.
        split: ``test`` or ``rolling``.
        differences: Also by how much a model is better than another, week by week.
    """
    groups: dict[tuple[str, str, str], dict[str, dict[str, MetricRow]]] = {}
    for one in found:
        if one.split == split:
            key = (one.listener or "all listeners", one.cutoff_policy, one.label_kind)
            groups.setdefault(key, {}).setdefault(one.model, {})[one.metric] = one
    lines = []
    for (listener, policy, label_kind), models in groups.items():
        label = "favourites named" if label_kind == "pick" else "PROXY label, not favourites named"
        any_model = next(iter(models.values()))
        weeks = any_model["hit_at_1"].n
        lines.append(
            f"{listener}, cut-off '{policy}', {_PROTOCOLS[split]}: {weeks} weeks, {label}; "
            "[95 % interval]"
        )
        for shown in (_WEEK_METRICS, _ROW_METRICS):
            rows = [
                {
                    "model": model,
                    **{shown[name]: _interval(one[name]) for name in shown if name in one},
                }
                for model, one in models.items()
                if shown is _WEEK_METRICS or "precision" in one
            ]
            if rows:
                lines += [table(rows, ["model", *_present(shown.values(), rows)]), ""]
        if differences:
            lines += [_differences(models), ""]
    return "\n".join(lines).rstrip()


def _present(names: Iterable[str], rows: Sequence[Mapping[str, Any]]) -> list[str]:
    return [name for name in names if any(name in row for row in rows)]


def _differences(models: Mapping[str, Mapping[str, MetricRow]]) -> str:
    """Paired over the same weeks; an interval without 0 is a difference."""
    rows = []
    for model, found in models.items():
        others = {name.split("_over_")[1] for name in found if "_over_" in name}
        for other in [name for name in models if name in others]:
            row: dict[str, Any] = {"model": f"{model} over {other}"}
            for metric in ("hit_at_1", "hit_at_3", "mrr"):
                row[_WEEK_METRICS[metric]] = _interval(found[f"{metric}_over_{other}"], sign="+")
            rows.append(row)
    return table(rows, ["model", "Hit@1", "Hit@3", "MRR"])


def calibration(found: Sequence[Mapping[str, Any]]) -> str:
    """How often the winner was right, by how sure the model was."""
    rows = [
        {
            "listener": one["listener"],
            "cut-off": one["cutoff_policy"],
            "sure": f"{one['low']:.0%} to {min(one['high'], 1.0):.0%}",
            "weeks": one["n"],
            "said": f"{one['mean_share']:.2f}",
            "right": f"{one['right_share']:.2f} [{one['right_low']:.2f}, {one['right_high']:.2f}]",
        }
        for one in found
    ]
    return table(rows, ["listener", "cut-off", "sure", "weeks", "said", "right"])


def _interval(one: MetricRow, sign: str = "") -> str:
    if one.value is None:
        return "-"
    if one.low is None or one.high is None:
        return f"{one.value:{sign}.3f}"
    return f"{one.value:{sign}.3f} [{one.low:{sign}.3f}, {one.high:{sign}.3f}]"


def trained(report: TrainReport) -> str:
    """What was trained and what could not be."""
    lines = [
        f"{one.listener}, cut-off '{one.cutoff_policy}', label {one.label_kind}: "
        f"{one.weeks[0]}/{one.weeks[1]}/{one.weeks[2]} weeks train/validation/test; drawn towards "
        f"{one.prior}; strength {one.strength:g}"
        + ("" if one.has_converged else "; NOT CONVERGED")
        + ("" if sum(one.weeks) >= FEW_WEEKS else "; so few weeks prove little")
        for one in report.trained
    ]
    return "\n".join([*lines, *report.skipped])
