"""The parts of a report that set favourites against the other songs of their weeks.

Everything here is over the labelled, complete weeks and sees what the features see: plays before
the cut-off.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from sotw import warehouse
from sotw.render import render
from sotw.report import plots
from sotw.report.parts import (
    DAYS,
    FACTS_HOW,
    LABELS_HOW,
    Part,
    Table,
    claimed,
    counted,
    median,
    missing,
    percent,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sotw.report.parts import Row, Subject
    from sotw.warehouse import Connection

SHOWN_CORRELATIONS = 20
# From here two features say nearly the same.
STRONG_RHO = 0.8
SPOKEN_CANDIDATES = 30
SHOWN_PAIRS = 40

# The features that SYSTEMS A.12 has bins for (sql/report/lift.sql), with what they count.
LIFTS = {
    "week_plays": "plays in the week",
    "last_2_days_plays": "plays on the last two days of the week",
    "last_day_plays": "plays on the last day of the week",
    "week_plays_rank": "rank by plays in the week, 1 = most",
    "momentum_4w_ratio": "plays per 1 + those of the four weeks before",
    "prior_plays": "plays in all earlier weeks",
    "release_age_days": "days since release",
}
# A step of 1 separates neighbouring values of all others.
_FRACTIONS = ("momentum_4w_ratio",)


def favorite_parts(con: Connection, subject: Subject) -> Iterator[Part]:
    """How favourites were played, week by week."""
    weeks = warehouse.rows(con, "from temp.report_weeks order by week_ending")
    titles = {
        "favorite_share": f"Share of {subject.favorite}s",
        "weekly_favorite_rate": f"Share of the {subject.favorite} in each week's plays",
        "favorite_vs_other": f"Plays of the {subject.favorite} and of other songs",
        "weekly_plays_favorite_vs_other": f"Weekly plays of the {subject.favorite} and of others",
        "weekday_shares": f"Weekdays of {subject.favorite}s and of other songs",
    }
    played = [row for row in weeks if row["has_favorite"] and row["most_other_plays"]]
    for key, title in titles.items():
        if not weeks:
            yield missing(key, title, f"No complete week has a {subject.favorite}.", LABELS_HOW)
        elif not played and key != "favorite_share":
            what = f"In no labelled week the {subject.favorite} was played before the cut-off."
            yield missing(key, title, what, LABELS_HOW)
        elif key == "favorite_share":
            yield _share(subject, title, weeks)
        elif key == "weekly_favorite_rate":
            yield _weekly_rate(subject, title, weeks)
        elif key == "favorite_vs_other":
            yield _against_others(subject, title, weeks, played)
        elif key == "weekly_plays_favorite_vs_other":
            yield _weekly_plays(subject, title, played)
        else:
            yield _weekday_shares(con, subject, title, len(played))


def feature_parts(con: Connection, subject: Subject) -> Iterator[Part]:
    """How features go with being the favourite, and with each other."""
    query = "select count(*) as n, count(*) filter (where is_favorite) as favorites"
    [found] = warehouse.rows(con, f"{query} from temp.report_candidates where is_labelled_week")
    of = f"{counted(found['n'], 'candidate')}, {counted(found['favorites'], subject.favorite)}"
    if found["favorites"]:
        yield _correlations(con, subject, of, found["favorites"])
        yield from _lifts(con, subject, found["favorites"])
    else:
        titles = {"correlations": _correlations_title(subject)}
        titles |= {f"lift_{feature}": _lift_title(subject, feature) for feature in LIFTS}
        for key, title in titles.items():
            yield missing(key, title, f"No candidate is a {subject.favorite}.", LABELS_HOW)
    yield _spearman(con, subject)


def _share(subject: Subject, title: str, weeks: list[Row]) -> Part:
    plays = sum(row["all_plays"] for row in weeks)
    own = sum(row["favorite_plays"] for row in weeks)
    candidates = sum(row["candidates_count"] for row in weeks)
    played = sum(row["has_favorite"] for row in weeks)
    silent = len(weeks) - played
    rest = f"; in {counted(silent, 'week')} it was not played before the cut-off" if silent else ""
    rows = (
        ("plays", f"{own:,}", f"{plays:,}", percent(own / plays)),
        ("candidates", f"{played:,}", f"{candidates:,}", percent(played / candidates)),
        ("weeks", f"{played:,}", f"{len(weeks):,}", percent(played / len(weeks))),
    )
    return Part(
        "favorite_share",
        title,
        f"{percent(own / plays)} of {counted(plays, 'play')} in "
        f"{counted(len(weeks), 'labelled week')} were of the week's {subject.favorite}; of "
        f"{counted(candidates, 'candidate')}, one in {candidates / max(played, 1):,.0f} was "
        f"one{rest}.",
        table=Table(("of", f"the {subject.favorite}", "all", "share"), rows),
        is_full=True,
    )


def _weekly_rate(subject: Subject, title: str, weeks: list[Row]) -> Part:
    rows: list[Row] = [
        {
            "week": row["week_ending"].isoformat(),
            "share": 100 * row["favorite_plays"] / row["all_plays"],
            "plays": row["favorite_plays"],
            "all": row["all_plays"],
        }
        for row in weeks
    ]
    middle = median([row["share"] for row in rows])
    most = max(rows, key=lambda row: row["share"])
    return Part(
        "weekly_favorite_rate",
        title,
        claimed(
            f"In the median week {percent(middle / 100)} of the plays were of the "
            f"{subject.favorite}, at most {percent(most['share'] / 100)} (week ending "
            f"{most['week']}; n = {counted(len(rows), 'week')}).",
            len(rows),
        ),
        plot=plots.lines(rows, "share", "share of the week's plays (%)", average=middle),
    )


def _against_others(subject: Subject, title: str, weeks: list[Row], played: list[Row]) -> Part:
    columns = {
        subject.favorite: "favorite_plays",
        "most played other": "most_other_plays",
        "average other": "mean_other_plays",
    }
    rows: list[Row] = [
        {"name": name, "plays": row[column]} for name, column in columns.items() for row in played
    ]
    own, most, mean = (
        sum(row[column] for row in played) / len(played) for column in columns.values()
    )
    left = len(weeks) - len(played)
    rest = f"; in {counted(left, 'more week')} it was not played before the cut-off" if left else ""
    return Part(
        "favorite_vs_other",
        title,
        claimed(
            f"{subject.favorites} were played {own:.1f} times in their week, the most played other "
            f"song {most:.1f} times and the average other song {mean:.1f} times (n = "
            f"{counted(len(played), 'week')}{rest}).",
            len(played),
        ),
        plot=plots.boxes(rows, "plays", "plays in the week"),
    )


def _weekly_plays(subject: Subject, title: str, played: list[Row]) -> Part:
    columns = {
        subject.favorite: "favorite_plays",
        "most played other": "most_other_plays",
        "average other": "mean_other_plays",
    }
    rows: list[Row] = [
        {"week": row["week_ending"].isoformat(), "plays": row[column], "song": name}
        for name, column in columns.items()
        for row in played
    ]
    n = len(played)
    average = sum(row["favorite_plays"] > row["mean_other_plays"] for row in played)
    first = sum(row["favorite_plays"] > row["most_other_plays"] for row in played)
    level = sum(row["favorite_plays"] == row["most_other_plays"] for row in played)
    return Part(
        "weekly_plays_favorite_vs_other",
        title,
        claimed(
            f"The {subject.favorite} was played more than the average other song in {average} of "
            f"{counted(n, 'week')}, more than every other in {first} ({percent(first / n)}) and as "
            f"often as the most played other in {level}.",
            n,
        ),
        plot=plots.lines(rows, "plays", "plays in the week", group="song"),
    )


def _weekday_shares(con: Connection, subject: Subject, title: str, weeks: int) -> Part:
    found = con.execute(render("report/favorite_weekdays.sql")).fetchall()
    plays = {(DAYS[number], is_own): count for number, is_own, count in found}
    total = {kind: sum(n for (_, is_own), n in plays.items() if is_own == kind) for kind in (0, 1)}
    share = {
        (day, kind): plays.get((day, kind), 0) / total[kind]
        for day in subject.days
        for kind in (True, False)
    }
    names = {True: subject.favorite, False: "other songs"}
    rows: list[Row] = [
        {"name": day[:3], "song": names[kind], "share": 100 * value}
        for (day, kind), value in share.items()
    ]
    day, other = (max(subject.days, key=lambda day: share[day, kind]) for kind in (True, False))
    late = {kind: sum(share[day, kind] for day in subject.days[-2:]) for kind in (True, False)}
    return Part(
        "weekday_shares",
        title,
        claimed(
            f"{subject.favorites} have most of their plays on {day} ({percent(share[day, True])}), "
            f"other songs on {other} ({percent(share[other, False])}); on {subject.days[-2]} and "
            f"{subject.days[-1]} together {percent(late[True])} against {percent(late[False])} "
            f"(n = {total[True]:,} and {counted(total[False], 'play')} in "
            f"{counted(weeks, 'week')}).",
            weeks,
        ),
        plot=plots.columns(rows, "share", "share of its plays (%)", group="song"),
    )


def _correlations_title(subject: Subject) -> str:
    return f"What goes with being the {subject.favorite}"


def _correlations(con: Connection, subject: Subject, of: str, favorites: int) -> Part:
    [found] = warehouse.rows(con, render("report/correlations.sql", numbers=subject.numbers))
    known = {name: r for name, r in found.items() if r is not None and math.isfinite(r)}
    ordered = sorted(known, key=lambda name: (-abs(known[name]), name))
    if not ordered:
        what = f"No feature varies over the {of}."
        return missing("correlations", _correlations_title(subject), what, LABELS_HOW)
    rows = [{"name": name, "r": known[name]} for name in ordered[:SHOWN_CORRELATIONS]]
    first = ordered[0]
    next_to = f", then {ordered[1]} (r = {known[ordered[1]]:.2f})" if len(ordered) > 1 else ""
    return Part(
        "correlations",
        _correlations_title(subject),
        claimed(
            f"Of {len(known)} features {first} goes most with being the {subject.favorite}: "
            f"r = {known[first]:.2f}{next_to} ({of}).",
            favorites,
            subject.favorite,
        ),
        plot=plots.bars(rows, "r", "correlation r with the label", is_signed=True),
    )


def _lift_title(subject: Subject, feature: str) -> str:
    return f"How often a {subject.favorite}, by {LIFTS[feature].split(',')[0]}"


def _lifts(con: Connection, subject: Subject, favorites: int) -> Iterator[Part]:
    found = warehouse.rows(con, render("report/lift.sql"))
    for feature, meaning in LIFTS.items():
        rows: list[Row] = [
            {
                "name": bin_name(feature, row["low"], row["high"]),
                "lift": row["lift_ratio"],
                "favourites": row["favorites_count"],
                "candidates": row["rows_count"],
            }
            for row in found
            if row["feature"] == feature
        ]
        title = _lift_title(subject, feature)
        if all(row["name"] == "unknown" for row in rows):
            what = f"No candidate beside a {subject.favorite} has a known {feature}."
            yield missing(f"lift_{feature}", title, what, FACTS_HOW)
            continue
        yield Part(
            f"lift_{feature}",
            title,
            claimed(_lift_sentence(subject, feature, rows), favorites, subject.favorite),
            plot=plots.lifts(rows, "lift (on top: count)", meaning),
        )


def _lift_sentence(subject: Subject, feature: str, rows: list[Row]) -> str:
    """The bins of the highest and the lowest lift; one of a few candidates has any lift."""
    large = [row for row in rows if row["candidates"] >= SPOKEN_CANDIDATES]
    if not large:
        return f"No bin has {SPOKEN_CANDIDATES} candidates, so none is named."
    most = max(large, key=lambda row: row["lift"])
    least = min(large, key=lambda row: row["lift"])

    def said(row: Row) -> str:
        counts = f"{row['favourites']:,} of {row['candidates']:,}"
        return f"{_times(row['lift'])} as often as the average one ({counts})"

    first = f"With {feature} {most['name']}, a candidate is the {subject.favorite} {said(most)}"
    return f"{first}; with {least['name']}, {said(least)}." if least is not most else f"{first}."


def _times(lift: float) -> str:
    return f"{lift:,.0f} times" if lift >= 10 else f"{lift:.2g} times"


def bin_name(feature: str, low: float | None, high: float | None) -> str:
    """A half-open bin as a person says it: ``3–5``, ``0.25–0.5``, ``89+``, ``below 3``."""
    if low is None or high is None:
        return "unknown"
    if math.isinf(low):
        return f"below {high:g}"
    if math.isinf(high):
        return f"{low:g}+"
    if feature in _FRACTIONS:
        return f"{low:g}–{high:g}"
    return f"{low:g}" if high == low + 1 else f"{low:g}–{high - 1:g}"


def _spearman(con: Connection, subject: Subject) -> Part:
    key, title = "spearman", "Features that say the same"
    # Yes-and-no features have few ranks; a correlation of ranks says little of them.
    names = [name for name in subject.numbers if not name.startswith(("is_", "has_"))]
    frame = con.sql(f"select {', '.join(names)} from temp.report_candidates").df()
    rho = frame.astype("float64").corr("spearman")
    names = [name for name in names if rho[name].notna().sum() > 1]
    value = {(one, other): float(rho.loc[one, other]) for one in names for other in names}
    pairs = [(names[i], names[j]) for i in range(len(names)) for j in range(i)]
    known = [pair for pair in pairs if math.isfinite(value[pair])]
    if not known:
        return missing(key, title, "No two features vary.", "Import a longer history.")
    known.sort(key=lambda pair: (-abs(value[pair]), pair))
    strong = [pair for pair in known if abs(value[pair]) >= STRONG_RHO]
    first, second = known[0]
    rows = [
        {"one": one, "other": other, "value": value[one, other]}
        for one in names
        for other in names
        if math.isfinite(value[one, other])
    ]
    shown = strong[:SHOWN_PAIRS]
    cells = tuple((one, other, f"{value[one, other]:.2f}") for one, other in shown)
    rest = f" The table has the first {SHOWN_PAIRS}." if len(strong) > SHOWN_PAIRS else ""
    return Part(
        key,
        title,
        f"{len(strong)} of {len(known)} pairs of features have |ρ| ≥ {STRONG_RHO} (Spearman, "
        f"{counted(len(frame), 'candidate')}); the strongest is {first} with {second}, "
        f"ρ = {value[known[0]]:.2f}.{rest}",
        plot=plots.heat(rows, names, "Spearman ρ"),
        table=Table(("feature", "with", "ρ"), cells, texts=("with",)) if shown else None,
        is_full=True,
        is_wide=True,
    )
