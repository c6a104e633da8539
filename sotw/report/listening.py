"""The parts of a report that need no label: what is in the data, and how it was listened."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sotw import warehouse
from sotw.render import render
from sotw.report import plots
from sotw.report.parts import (
    DAYS,
    FACTS_HOW,
    Part,
    Table,
    counted,
    listed,
    median,
    missing,
    percent,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sotw.report.parts import Row, Subject
    from sotw.warehouse import Connection

TOP = 15
LONGEST_SECONDS = 600  # longer tracks are drawn here
SECONDS_A_BIN = 20
POINTS_A_BIN = 5
# Texts have a level for what is not known.
UNKNOWN = "unknown"


def data_parts(con: Connection, subject: Subject) -> Iterator[Part]:
    """What is there of the candidates and of what sources say."""
    yield _missing_values(con, subject)
    yield _release_date_forms(con)
    yield _genres(con)


def listening_parts(con: Connection, subject: Subject) -> Iterator[Part]:
    """How much was played, when, and what."""
    yield _weekly_scrobbles(con, subject)
    yield _weekdays(con, subject)
    yield _top(con, "top_artists", "artist", "artist_name as name")
    yield _top(con, "top_tracks", "track", "artist_name || ' – ' || track_name as name")
    yield _popularity(con)
    yield _durations(con)


def _missing_values(con: Connection, subject: Subject) -> Part:
    names = [*subject.numbers, *subject.texts]
    query = "select count(*) as n, count(columns(*)) from temp.report_candidates"
    [found] = warehouse.rows(con, query)
    lacking = {name: found["n"] - found[name] for name in names}
    for name in subject.texts:
        level = f"select count(*) as n from temp.report_candidates where {name} = ?"
        lacking[name] += warehouse.rows(con, level, [UNKNOWN])[0]["n"]
    some = sorted((name for name in names if lacking[name]), key=lambda one: (-lacking[one], one))
    all_of = f"the {len(names)} features of {counted(found['n'], 'candidate')}"
    if not some:
        return Part("missing_values", "Missing values", f"None of {all_of} lacks a value.")
    worst = some[0]
    rows = tuple(
        (
            name,
            f"{lacking[name]:,}",
            percent(lacking[name] / found["n"]),
            subject.comments.get(name, ""),
        )
        for name in some
    )
    verb = "lacks" if len(some) == 1 else "lack"
    return Part(
        "missing_values",
        "Missing values of the training mart",
        f"{len(some)} of {all_of} {verb} values somewhere, most often {worst}: "
        f"{percent(lacking[worst] / found['n'])} of the candidates.",
        table=Table(("feature", "missing", "share", "what it is"), rows, texts=("what it is",)),
        is_full=True,
    )


def _release_date_forms(con: Connection) -> Part:
    key, title = "release_date_forms", "How release dates are written"
    found = warehouse.rows(con, render("report/release_date_forms.sql"))
    query = "select count(*) as n, count(release_date) as dated from temp.report_tracks"
    [tracks] = warehouse.rows(con, query)
    if not found:
        return missing(key, title, "No source says when a played track was released.", FACTS_HOW)
    total = sum(row["statements_count"] for row in found)
    rows = tuple(
        (
            row["form"],
            f"{row['statements_count']:,}",
            percent(row["statements_count"] / total),
            f"{row['tracks_count']:,}",
        )
        for row in found
    )
    said = [f"{percent(row['statements_count'] / total)} as {row['form']}" for row in found[:3]]
    return Part(
        key,
        title,
        f"Of {counted(total, 'stated date')} {listed(said)} are written; "
        f"{percent(1 - tracks['dated'] / tracks['n'])} of {counted(tracks['n'], 'played track')} "
        "have no usable date.",
        table=Table(("form", "statements", "share", "tracks"), rows),
    )


def _genres(con: Connection) -> Part:
    key, title = "genres", "Plays by genre"
    [found] = warehouse.rows(con, render("report/genres.sql"))
    total, unknown = found.pop("all_plays") or 0, found.pop("unknown") or 0
    if total == unknown:
        how = "Import a map of genres or artist tags with `sotw ingest FILE`, then `sotw build`."
        return missing(key, title, "No source gives a played artist a genre.", how)
    plays = {name.replace("_", " "): int(count) for name, count in found.items() if count}
    rows: list[Row] = [
        {"name": name, "plays": count}
        for name, count in sorted(plays.items(), key=lambda pair: (-pair[1], pair[0]))
    ]
    rows.append({"name": "(not known)", "plays": int(unknown)})
    first = rows[0]
    return Part(
        key,
        title,
        f"{first['name'].capitalize()} leads with {percent(first['plays'] / total)} of "
        f"{counted(total, 'play')}; the genre of {percent(unknown / total)} is not known. "
        "An artist may have several.",
        plot=plots.bars(rows, "plays", "plays"),
    )


def _weekly_scrobbles(con: Connection, subject: Subject) -> Part:
    query = "select week_ending, listened_plays from core.dim_weeks where listener_id = ?"
    found = warehouse.rows(con, f"{query} order by week_ending", [subject.listener_id])
    rows: list[Row] = [
        {"week": row["week_ending"].isoformat(), "plays": row["listened_plays"]} for row in found
    ]
    plays = [row["plays"] for row in rows]
    most = max(rows, key=lambda row: row["plays"])
    silent = sum(count == 0 for count in plays)
    rest = f"; {counted(silent, 'week')} without any" if silent else ""
    return Part(
        "weekly_scrobbles",
        "Plays a week",
        f"{counted(sum(plays), 'play')} in {counted(len(rows), 'week')}: {median(plays):,.0f} in "
        f"the median week, {most['plays']:,} in the fullest (ending {most['week']})"
        f"{rest}.",
        plot=plots.lines(rows, "plays", "plays a week", average=median(plays)),
    )


def _weekdays(con: Connection, subject: Subject) -> Part:
    cursor = con.execute(render("report/weekdays.sql"), {"listener_id": subject.listener_id})
    plays = {DAYS[number]: count for number, count in cursor.fetchall()}
    rows = [{"name": day[:3], "plays": plays.get(day, 0)} for day in subject.days]
    total = sum(plays.values())
    most = max(subject.days, key=lambda day: plays.get(day, 0))
    least = min(subject.days, key=lambda day: plays.get(day, 0))
    return Part(
        "plays_per_weekday",
        "Plays per weekday",
        f"Most plays are on {most} ({percent(plays.get(most, 0) / total)} of {total:,}), fewest "
        f"on {least} ({percent(plays.get(least, 0) / total)}).",
        plot=plots.columns(rows, "plays", "plays"),
    )


def _top(con: Connection, key: str, noun: str, name: str) -> Part:
    query = f"select {name}, sum(plays) as plays from temp.report_tracks group by name"
    found = warehouse.rows(con, f"{query} order by plays desc, name")
    rows: list[Row] = [row | {"plays": int(row["plays"])} for row in found[:TOP]]
    total = sum(int(row["plays"]) for row in found)
    share = sum(row["plays"] for row in rows) / total
    return Part(
        key,
        f"Most played {noun}s",
        f"{rows[0]['name']} is the most played {noun} with {counted(rows[0]['plays'], 'play')}; "
        f"the first {len(rows)} of {counted(len(found), noun)} have {percent(share)} of all plays.",
        plot=plots.bars(rows, "plays", "plays"),
    )


def _popularity(con: Connection) -> Part:
    key, title = "popularity", "Popularity of the tracks"
    known, rows = _binned(con, "popularity_index", POINTS_A_BIN, 100 - POINTS_A_BIN)
    if not known["known"]:
        return missing(key, title, "No source states how popular a played track is.", FACTS_HOW)
    return Part(
        key,
        title,
        f"The median popularity is {known['middle']:.0f} of 100, by the latest statement about "
        f"each of {counted(known['known'], 'track')}; of {known['n'] - known['known']:,} more it "
        "is not known.",
        plot=plots.histogram(rows, POINTS_A_BIN, "popularity, 0 to 100", "tracks"),
    )


def _durations(con: Connection) -> Part:
    key, title = "durations", "Length of the tracks"
    known, rows = _binned(con, "duration_seconds", SECONDS_A_BIN, LONGEST_SECONDS)
    if not known["known"]:
        return missing(key, title, "No source states how long a played track is.", FACTS_HOW)
    query = "select count(*) as n from temp.report_tracks where duration_seconds > ?"
    longer = warehouse.rows(con, query, [LONGEST_SECONDS])[0]["n"]
    return Part(
        key,
        title,
        f"The median of {counted(known['known'], 'track')} of known length is "
        f"{known['middle']:.0f} seconds; {percent(longer / known['known'])} are longer than "
        f"{LONGEST_SECONDS} seconds{' and are drawn there' if longer else ''}.",
        plot=plots.histogram(
            rows,
            SECONDS_A_BIN,
            f"length in seconds, at most {LONGEST_SECONDS}",
            "tracks",
        ),
    )


def _binned(con: Connection, column: str, width: int, cap: int) -> tuple[dict[str, Any], list[Row]]:
    """How many tracks have a value and their median; and the tracks by bins of a width."""
    query = f"select count(*) as n, count({column}) as known, median({column}) as middle"
    [known] = warehouse.rows(con, f"{query} from temp.report_tracks")
    low = f"select cast(least({column}, ?) // ? as integer) * ? as low, count(*) as count"
    rest = f"from temp.report_tracks where {column} is not null group by 1 order by 1"
    return known, warehouse.rows(con, f"{low} {rest}", [cap, width, width])
