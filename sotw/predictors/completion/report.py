"""A report about the completion of plays: how often, when and where, and how well foreseen.

Plays are described with all that is known of them; what the model said is shown for the plays
that it was not fitted on, and always from before the play (task pre_play).
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import TYPE_CHECKING, Any

from sotw import extras, warehouse
from sotw.errors import SotwError
from sotw.predictors.completion.report_rates import Rate, Subject, extremes, of_row
from sotw.render import render
from sotw.report import page, plots
from sotw.report.page import Document
from sotw.report.parts import Part, Table, counted, median, of, percent
from sotw.warehouse import is_built
from sotw.warehouse.listeners import listener_id

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from sotw.report.parts import Row
    from sotw.warehouse import Connection

PREDICTOR = "completion"
_TABLE = "temp.report_plays"
_OUTCOMES = "core.fct_outcomes"
_AXIS = "completed, 95 % interval"
_SAID = "said before (plays not learned from)"
TOP_ARTISTS = 12
TOP_PLATFORMS = 8
PLACES = ("1", "2–5", "6–10", "11–20", "21–50", "51+")
_LENGTHS = ((1, "1"), (3, "2–3"), (7, "4–7"), (15, "8–15"), (31, "16–31"), (63, "32–63"))
_LONGER = "64+"


def write_report(
    con: Connection, folder: Path, *, listener: str | None = None, form: str = "html"
) -> Path:
    """Write the report about the completion of one listener's plays.

    Args:
        con: The warehouse; may be read-only.
        folder: Where it goes; made if it is not there.
        listener: The name; by default the first listener.
        form: ``html``, or ``md``: Markdown with its plots in a folder beside it.

    Returns:
        The path of the page.

    Raises:
        SotwError: The extra ``plot`` is not installed, nothing is built, the listener is not
            there or has no plays of known outcome, or the report cannot be written.
    """
    extras.require("plot", "the report")
    path = page.file_of(folder, PREDICTOR, form)
    who = _listener(con, listener)
    values = {"listener_id": who["listener_id"]}
    query = render("report/completion_plays.sql")
    con.execute(f"create or replace temp table report_plays as {query}", values)
    try:
        document = _document(con, who)
    finally:
        con.execute(f"drop table if exists {_TABLE}")
    page.write(document, path)
    return path


def _listener(con: Connection, listener: str | None) -> Row:
    if not is_built(con, _OUTCOMES):
        raise SotwError(
            f"{_OUTCOMES}: not built yet, so there is nothing to report. Run `sotw build`."
        )
    number = None if listener is None else listener_id(con, listener)
    for row in warehouse.rows(con, "from core.dim_listeners order by listener_id"):
        if number in (None, row["listener_id"]):
            return row
    raise SotwError(
        f"{listener or _OUTCOMES}: imported after the last build. Run `sotw build` first."
    )


def _document(con: Connection, who: Row) -> Document:
    from sotw.predictors.completion import report_model

    rates: dict[str, list[Rate]] = {}
    for row in warehouse.rows(con, render("report/completion_groups.sql")):
        rates.setdefault(row["kind"], []).append(of_row(row))
    if not rates:
        raise SotwError(
            f"{who['listener']}: no play says how it ended, so there is nothing to report. Import "
            "the extended history of Spotify with `sotw ingest FILE`, then run `sotw build`."
        )
    subject = Subject(
        who["listener_id"],
        who["listener"],
        who["time_zone"],
        who["is_demo"],
        {kind: tuple(found) for kind, found in rates.items()},
    )
    groups = (
        ("plays", "When and where songs are heard to their end", tuple(_plays(subject))),
        ("sessions", "Sessions", tuple(_sessions(con, subject))),
        ("model", "What was foreseen", tuple(report_model.parts(con, subject))),
    )
    return Document(
        predictor=PREDICTOR,
        title=f"Completion of plays{of(subject.listener)}",
        facts=_facts(con, subject),
        groups=groups,
        is_demo=subject.is_demo,
    )


def _facts(con: Connection, subject: Subject) -> dict[str, str]:
    """What a reader has to know of the page before reading on."""
    query = "from marts.completion_totals where listener_id = ?"
    [total] = warehouse.rows(con, query, [subject.listener_id])
    others = total["plays"] - total["primary_plays"]
    query = f"select min(local_at) as first, max(local_at) as last from {_OUTCOMES}"
    [days] = warehouse.rows(con, f"{query} where listener_id = ?", [subject.listener_id])
    facts = {
        "listener": subject.listener,
        "completed": "the song ended by itself, as its source says",
        "plays": f"{counted(total['plays'], 'play')} of songs by sources that say how long or why, "
        f"{days['first']:%Y-%m-%d} to {days['last']:%Y-%m-%d} by the clock of {subject.time_zone}",
        "left out": f"{counted(total['unknown_outcome_plays'], 'play')} of unknown outcome: they "
        "count in no rate",
        "rate": f"{percent(total['completion_rate'])} of {total['known_outcome_plays']:,} plays",
    }
    if others:
        facts["shared"] = (
            f"{counted(others, 'play')} of sessions attributed to others, in all rates"
        )
    [built] = warehouse.rows(con, "select as_of from raw.settings")
    facts["built"] = f"{built['as_of']:%Y-%m-%d %H:%M} UTC"
    return facts


def _plays(subject: Subject) -> Iterator[Part]:
    yield _hours(subject)
    yield _artists(subject)
    yield _platforms(subject)
    yield _months(subject)


def _hours(subject: Subject) -> Part:
    found = {int(one.name): one for one in subject.rates["hour"]}
    named = [_renamed(one, f"{hour:02}:00") for hour, one in found.items()]
    # An hour without a play is no hour of skips: nothing is drawn there.
    rows = [
        found[hour].row(str(hour)) if hour in found else {"name": str(hour), "value": None}
        for hour in range(24)
    ]
    empty = 24 - len(found)
    rest = f"; in {counted(empty, 'hour')} nothing was played, so nothing is drawn" if empty else ""
    return Part(
        "completion_by_hour",
        f"Completed plays by the hour they started ({subject.time_zone})",
        f"{extremes(named, 'from ')}{rest}.",
        plot=plots.rates(rows, "completed", f"hour of the day, {subject.time_zone}"),
        is_full=True,
    )


def _renamed(one: Rate, name: str) -> Rate:
    return dataclasses.replace(one, name=name)


def _artists(subject: Subject) -> Part:
    found = subject.rates["artist"]
    top = found[:TOP_ARTISTS]
    share = sum(one.plays for one in top) / sum(one.plays for one in found)
    return Part(
        "artists",
        f"The {len(top)} artists played most",
        f"{counted(len(found), 'artist')} were played; the {len(top)} played most have "
        f"{percent(share)} of the plays of known outcome. {extremes(top, 'of ')}.",
        plot=plots.intervals([one.row() | {"own": False} for one in top], _AXIS),
    )


def _platforms(subject: Subject) -> Part:
    found = subject.rates["platform"]
    total = sum(one.plays for one in found)
    top = found[:TOP_PLATFORMS]
    first = top[0]
    rows = tuple(
        (
            one.name,
            f"{one.plays:,}",
            percent(one.plays / total),
            percent(one.rate),
            f"{percent(one.low)} to {percent(one.high)}",
        )
        for one in top
    )
    return Part(
        "platforms",
        "Platforms",
        f"{percent(first.plays / total)} of {counted(total, 'play')} of known outcome were on "
        f"{first.name}. {extremes(top, 'on ')}.",
        plot=plots.intervals([one.row() | {"own": False} for one in top], _AXIS),
        table=Table(("platform", "plays", "share", "completed", "95 % interval"), rows),
    )


def _months(subject: Subject) -> Part:
    # All rates with the month as a sentence names it.
    rates = [_renamed(one, one.name[:7]) for one in subject.rates["month"]]
    found = {dt.date.fromisoformat(f"{one.name}-01"): one for one in rates}
    ordered = sorted(found)
    rows: list[Row] = []
    month = ordered[0]
    while month <= ordered[-1]:
        one = found.get(month)
        empty: dict[str, Any] = {"value": None, "low": None, "high": None, "plays": 0}
        own = one.row(month.isoformat()) if one else empty
        said = one.said if one else None
        rows.append(own | {"month": month.isoformat(), "said": said})
        month = (month.replace(day=28) + dt.timedelta(days=4)).replace(day=1)
    silent = len(rows) - len(ordered)
    verb = "is" if silent == 1 else "are"
    rest = f"; {counted(silent, 'month')} without plays {verb} left empty" if silent else ""
    return Part(
        "drift",
        "Months: what was completed, and what was said before",
        f"Between {ordered[0]:%Y-%m} and {ordered[-1]:%Y-%m}: "
        f"{_lowered(extremes(rates, 'in ', is_pale=False))}{rest}. {_drifted(rates)}",
        plot=plots.months(rows, "completed", ("completed", _SAID)),
        is_full=True,
    )


def _lowered(text: str) -> str:
    return text[0].lower() + text[1:]


def _drifted(rates: Sequence[Rate]) -> str:
    """How far what was said was off in the worst month."""
    scored = [one for one in rates if one.is_enough and one.said is not None]
    if not scored:
        return "No month of plays that the model was not fitted on is scored."
    worst = max(scored, key=lambda one: abs(one.rate - (one.said or 0)))
    outside = sum(not one.low <= (one.said or 0) <= one.high for one in scored)
    return (
        "Where the model was not fitted on the plays, the mean of what was said lies outside the "
        f"interval in {outside} of {counted(len(scored), 'month')}; farthest off in {worst.name}, "
        f"where {percent(worst.said or 0)} was said and {worst.came}."
    )


def _sessions(con: Connection, subject: Subject) -> Iterator[Part]:
    query = "select plays from core.fct_sessions where listener_id = ?"
    lengths = [n for (n,) in con.execute(query, [subject.listener_id]).fetchall()]
    names = [name for _, name in _LENGTHS] + [_LONGER]
    counts = dict.fromkeys(names, 0)
    for length in lengths:
        counts[next((name for most, name in _LENGTHS if length <= most), _LONGER)] += 1
    yield Part(
        "session_lengths",
        "How long sessions are",
        f"{counted(len(lengths), 'session')} (a new one after 30 minutes without a play): "
        f"{median(lengths):,.0f} songs in the median one, {max(lengths):,} in the longest; "
        f"{percent(counts['1'] / len(lengths))} are of a single song.",
        plot=plots.columns(
            [{"name": name, "sessions": count} for name, count in counts.items()],
            "sessions",
            "sessions",
            x_title="songs in the session",
        ),
    )
    found = {one.name: one for one in subject.rates["place"]}
    rows = [
        found[name].row() if name in found else {"name": name, "value": None} for name in PLACES
    ]
    yield Part(
        "session_places",
        "Completed plays by their place in the session",
        f"{extremes(list(found.values()), 'at place ')}.",
        plot=plots.rates(rows, "completed", "place in the session"),
    )
