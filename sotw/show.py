"""What the commands say, as text: tables and sentences from the reports, nothing printed here."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sotw.build import Timing
    from sotw.predict import MetricRow, Ranking
    from sotw.train import TrainReport

# The metrics a person reads first, with the words for them.
_SHOWN_METRICS = {
    "hit_at_1": "Hit@1",
    "hit_at_3": "Hit@3",
    "mrr": "MRR",
    "roc_auc": "ROC-AUC",
    "pr_auc": "PR-AUC",
    "precision": "precision",
    "recall": "recall",
    "f1": "F1",
    "coverage": "coverage",
}


def table(rows: Sequence[Mapping[str, Any]], columns: Sequence[str]) -> str:
    """Rows as aligned text; numbers to the right."""
    cells = [[_cell(row.get(column)) for column in columns] for row in rows]
    widths = [
        max([len(column), *(len(line[place]) for line in cells)])
        for place, column in enumerate(columns)
    ]
    is_number = [
        bool(rows) and all(isinstance(row.get(column), int | float | None) for row in rows)
        for column in columns
    ]

    def line(texts: Sequence[str]) -> str:
        padded = [
            text.rjust(width) if right else text.ljust(width)
            for text, width, right in zip(texts, widths, is_number, strict=True)
        ]
        return "  ".join(padded).rstrip()

    return "\n".join([line(columns), line(["-" * width for width in widths]), *map(line, cells)])


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.3f}"
    return f"{value:,}" if isinstance(value, int) else str(value)


def receipts(rows: Sequence[Mapping[str, Any]]) -> str:
    """Import receipts, a row per file; the reasons for rejects and notes stand below."""
    lines = [table(rows, ["file", "format", "listener", "read", "kept", "known", "rejected"])]
    for row in rows:
        for reason, count in row["reasons"].items():
            lines.append(f"  {row['file']}: {count:,} rejected: {reason}")
        if row["note"]:
            lines.append(f"  {row['file']}: {row['note']}")
    total = {name: sum(row[name] for row in rows) for name in ("read", "kept", "known", "rejected")}
    lines.append(
        f"{total['read']:,} read = {total['kept']:,} kept + {total['known']:,} known "
        f"+ {total['rejected']:,} rejected"
    )
    return "\n".join(lines)


def timings(timings: Sequence[Timing], seconds: float) -> str:
    """How long a build took and which models took longest."""
    slowest = sorted(timings, key=lambda one: -(one.seconds + one.audit_seconds))[:3]
    named = ", ".join(f"{one.model} {one.seconds + one.audit_seconds:.2f} s" for one in slowest)
    return f"{len(timings)} models built and audited in {seconds:.2f} s (slowest: {named})"


def ranking(ranked: Ranking, top: int = 10) -> str:
    """The week's ranking with the reasons of each song."""
    state = "still running" if ranked.is_running else "over"
    which = "this week" if ranked.is_current else "the week"
    lines = [
        f"Song of the week for {ranked.listener}: {which} ending {ranked.week_ending} ({state}), "
        f"cut-off '{ranked.cutoff_policy}' at {ranked.cutoff_at:%Y-%m-%d %H:%M} UTC"
    ]
    if ranked.label_kind == "proxy":
        lines.append(
            "Learned from a proxy, not from favourites you named: the song played most in the "
            "four weeks after. Name yours with `sotw pick`."
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


def metrics(found: Iterable[MetricRow], *, split: str = "test") -> str:
    """Metrics of the model beside the baselines on the same weeks, with n and interval."""
    groups: dict[tuple[str, str, str], dict[str, dict[str, MetricRow]]] = {}
    for one in found:
        if one.split == split and one.metric in _SHOWN_METRICS:
            key = (one.listener or "all listeners", one.cutoff_policy, one.label_kind)
            groups.setdefault(key, {}).setdefault(one.model, {})[one.metric] = one
    lines = []
    for (listener, policy, label_kind), models in groups.items():
        label = "favourites named" if label_kind == "pick" else "PROXY label (BENCHMARKS 1)"
        lines.append(f"{listener}, cut-off '{policy}', {split} weeks, {label}; [95 % interval]")
        rows = [
            {"model": model, **{_SHOWN_METRICS[name]: _interval(one) for name, one in by.items()}}
            for model, by in models.items()
        ]
        shown = [name for name in _SHOWN_METRICS.values() if any(name in row for row in rows)]
        lines += [table(rows, ["model", *shown]), ""]
    return "\n".join(lines).rstrip()


def _interval(one: MetricRow) -> str:
    if one.value is None:
        return "-"
    if one.low is None or one.high is None:
        return f"{one.value:.3f} (n={one.n:,})"
    return f"{one.value:.3f} [{one.low:.3f}, {one.high:.3f}] n={one.n:,}"


def trained(report: TrainReport) -> str:
    """What was trained and what could not be."""
    lines = [
        f"{one.listener}, cut-off '{one.cutoff_policy}', label {one.label_kind}: "
        f"{one.weeks[0]}/{one.weeks[1]}/{one.weeks[2]} weeks train/validation/test, C = {one.c:g}"
        + ("" if one.has_converged else "; NOT CONVERGED")
        for one in report.trained
    ]
    return "\n".join([*lines, *report.skipped])


def plain(value: object) -> Any:  # noqa: ANN401 - whatever JSON can hold
    """A value for JSON: dataclasses as objects, times as ISO text."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {
            field.name: plain(getattr(value, field.name)) for field in dataclasses.fields(value)
        }
    if isinstance(value, dict):
        return {str(key): plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    if isinstance(value, dt.date | dt.datetime):
        return value.isoformat()
    return value
