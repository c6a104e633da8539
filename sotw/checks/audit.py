"""What is odd or missing in the data, as a page: each check with its cases and what to do."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Any

from sotw import text_table, warehouse
from sotw.errors import SotwError
from sotw.render import render
from sotw.warehouse.listeners import listener_id

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from sotw.warehouse import Connection

    Row = dict[str, Any]

MART = "marts.data_quality"
MOST_SUBJECTS = 5
MOST_SPELLINGS = 20
# By check, in the order of the page: those that cost most plays or weeks first.
ADVICE = {
    "record not kept": "`select * from marts.rejected_records` has file and first line; mend the "
    "file and import it again, which doubles nothing.",
    "two records of one play": "None: the service that tells most is kept. `select * from "
    "core.fct_duplicate_plays` has every pair; two that are not one play are worth a report.",
    "gap in the log": "If you listened then, import another export that covers these days.",
    "week left out of training": "Fill the gaps above; the first and last week are never whole.",
    "pick left out of training": "The pick is kept and shown; it teaches once the week is whole.",
    "pick outside the log": "Import the plays of these weeks, or mend the week of the pick.",
    "pick never played": "`select * from marts.unmatched_picks` has the nearest tracks; name the "
    "song as your plays spell it, `sotw pick --remove --week DATE`, or `sotw rules add alias`. One "
    "that is spelled so is short or private.",
    "pick of an excluded song": "`sotw rules list` has the rule; while it holds the pick teaches "
    "nothing.",
    "more than one pick for a week": "The last one said of a week counts; nothing to do if it is "
    "right, else `sotw pick --week`.",
    "name read as another": "Look over them in core.dim_artist_aliases and core.dim_track_aliases; "
    "`sotw rules add separate` parts what is not one.",
    "clocks of two services apart": "Import the file of the first again with --zone and the zone "
    "of its clock; two lines an hour apart are a zone with summer time. Its plays meet the other's "
    "then.",
    "reported more than an hour later": "None: the player's own clock says when they were heard; "
    "`reported_at` keeps the time of the report.",
    "clock of the player not believed": "None: the time of the report counts for these plays.",
    "unmatched name": "`sotw rules propose` looks for the same name in another spelling; a "
    "catalogue or an export with ids fills the rest.",
    "before the first plausible year": "If a clock was wrong, `sotw rules add exclude` with dates "
    "takes these plays out of charts and training.",
    "play inside the play before": "Two players or two people on one account; if only one is "
    "yours, `sotw rules add exclude` with dates takes the rest out.",
    "five or more plays in a minute": "An offline player that sent its plays at once: their day is "
    "right within days, their hour is not. The service's own export has the true times.",
    "three or more plays at midnight": "Import an export with times of day: these may fall into "
    "the wrong day or week.",
    "same track at the same time": "They lie in queues of an offline player, whose repeats are "
    "real; if these are not, `sotw rules add exclude` with dates takes them out.",
    "unknown duration": "An export of Spotify or a catalogue with lengths fills them; without, "
    "rules that need the length let such plays count.",
    "metadata coverage": "Import a catalogue (tracks, artists, tags); a model sees what is "
    "missing as missing, never as zero.",
    "catalogue: column set aside": "None: the column is read as not stated. Another edition of the "
    "catalogue may have it in the usual unit.",
    "catalogue: out of range": "None: such rows are not learned from; mend them in the file and "
    "import it again to use them.",
    "catalogue: not of its type": "Mend the numbers in the file and import it again; until then "
    "such rows are not learned from.",
    "catalogue: not stated": "None: a model sees what is missing as missing.",
    "catalogue: song again": "None: a song is learned from once.",
}


@dataclass(frozen=True, slots=True)
class Audit:
    """All that `sotw audit` says.

    Attributes:
        receipts: By format: files, records read, kept, known and rejected, and rejects stored.
        plays: By listener: records, duplicates, plays, and what they count for.
        duplicates: By listener, reason and pair of services: records dropped, and kept for them.
        spellings: By listener: spellings that are read as another one, with their plays.
        findings: Rows of marts.data_quality, by listener and in the order of ADVICE.
        faults: Sums that do not agree, a sentence each; none, or sotw is wrong.
    """

    receipts: tuple[Row, ...]
    plays: tuple[Row, ...]
    duplicates: tuple[Row, ...]
    spellings: tuple[Row, ...]
    findings: tuple[Row, ...]
    faults: tuple[str, ...]


def examine(con: Connection, path: Path, listener: str | None = None) -> Audit:
    """Read what the last build found.

    Args:
        con: The published warehouse.
        path: Its file, for messages.
        listener: Whose history; all by default.

    Raises:
        SotwError: Nothing is built, an older sotw built it, or there is no such listener.
    """
    if not warehouse.is_built(con, MART):
        raise SotwError(f"{path}: {MART} is not built yet. Run `sotw build`.")
    if listener is not None:
        listener_id(con, listener)
    try:
        query = f"select * exclude (listener_id) from {MART} where ? is null or listener = ?"
        findings = warehouse.rows(con, query, [listener, listener])
        receipts, plays, duplicates, spellings = (
            _found(con, name, listener) for name in ("receipts", "plays", "duplicates", "spellings")
        )
    except warehouse.DatabaseError as error:
        raise SotwError(f"{path}: built by an older sotw. Run `sotw build` first.") from error
    places = {check: place for place, check in enumerate(ADVICE)}
    findings.sort(
        key=lambda row: (
            row["listener"],
            places.get(row["quality_check"], len(places)),
            row["quality_check"],
            -row["cases"],
            row["subject"],
        )
    )
    faults = tuple(_faults(receipts, plays, duplicates))
    return Audit(
        tuple(receipts),
        tuple(plays),
        tuple(duplicates),
        tuple(spellings),
        tuple(findings),
        faults,
    )


def _found(con: Connection, name: str, listener: str | None) -> list[Row]:
    return warehouse.rows(con, render(f"checks/{name}.sql"), {"listener": listener})


def _faults(
    receipts: Iterable[Row], plays: Iterable[Row], duplicates: Iterable[Row]
) -> Iterable[str]:
    for row in receipts:
        if row["read"] != row["kept"] + row["known"] + row["rejected"]:
            yield f"{row['format']}: {row['read']:,} read is not kept + known + rejected."
        if row["rejected"] != row["rejects_stored"]:
            yield (
                f"{row['format']}: {row['rejected']:,} rejected, but raw.rejects has "
                f"{row['rejects_stored']:,}."
            )
    dropped: dict[str, int] = {}
    for row in duplicates:
        dropped[row["listener"]] = dropped.get(row["listener"], 0) + row["dropped"]
    for row in plays:
        if row["records"] != row["plays"] + row["duplicates"]:
            yield f"{row['listener']}: {row['records']:,} records are not plays + duplicates."
        if row["duplicates"] != dropped.get(row["listener"], 0):
            yield f"{row['listener']}: the duplicates by reason are not {row['duplicates']:,}."


def page(found: Audit) -> str:
    """The report as text."""
    parts = ["Receipts: read = kept + known before + rejected."]
    if found.receipts:
        columns = ["format", "files", "read", "kept", "known", "rejected"]
        parts.append(text_table.table(found.receipts, columns))
    else:
        parts.append("No file was imported.")
    parts.append("\nPlays: records of all services = plays + duplicates.")
    columns = ["listener", "records", "duplicates", "plays", "counted", "in_charts", "in_training"]
    parts.append(text_table.table(_headed(found.plays), [_words(name) for name in columns]))
    if found.duplicates:
        parts.append("\nDuplicates: records dropped, and the records kept for them.")
        columns = ["listener", "reason", "dropped_from", "kept_from", "dropped", "kept"]
        parts.append(
            text_table.table(_headed(found.duplicates), [_words(name) for name in columns])
        )
    if found.spellings:
        parts.append("\nSpellings read as another one: most played first.")
        columns = ["listener", "spelling", "read_as", "reason", "plays"]
        shown = _headed(found.spellings[:MOST_SPELLINGS])
        parts.append(text_table.table(shown, [_words(name) for name in columns]))
        if rest := found.spellings[MOST_SPELLINGS:]:
            plays = sum(row["plays"] for row in rest)
            parts.append(f"and {len(rest):,} more, with {plays:,} plays; --json has all")
    for listener, rows in groupby(found.findings, key=lambda row: row["listener"]):
        parts.append(f"\n== {listener}")
        for check, own in groupby(rows, key=lambda row: row["quality_check"]):
            parts += _check(check, list(own))
    if not found.findings:
        parts.append("\nNothing to say of anybody: there are no plays.")
    parts += [f"\nWrong, please report it: {fault}" for fault in found.faults]
    return "\n".join(parts)


def _words(name: str) -> str:
    return name.replace("_", " ")


def _headed(rows: Iterable[Row]) -> list[Row]:
    return [{_words(name): value for name, value in row.items()} for row in rows]


def _check(check: str, rows: list[Row]) -> list[str]:
    """One check of one listener: what it counts, where most, and what to do."""
    lines = [f"\n{check}"]
    # Of coverage every line says something; of days and weeks the worst do.
    shown = rows if rows[0]["cases_share"] is not None else rows[:MOST_SUBJECTS]
    width = max(len(row["subject"]) for row in shown)
    for meaning, group in groupby(shown, key=lambda row: row["meaning"]):
        lines.append(f"  {meaning}:")
        for row in group:
            share = row["cases_share"]
            of_all = "" if share is None else f"  ({share:.1%})"
            lines.append(f"    {row['subject']:<{width}}  {row['cases']:>9,}{of_all}")
    if rest := rows[len(shown) :]:
        cases = sum(row["cases"] for row in rest)
        lines.append(f"    and {len(rest):,} more, with {cases:,}")
    if check in ADVICE:
        lines.append(f"  To do: {ADVICE[check]}")
    return lines
