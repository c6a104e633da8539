"""A report about a listener's taste: over the years, how it drifts, what follows what, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sotw import extras, warehouse
from sotw.errors import SotwError
from sotw.predictors.taste import discover, profile
from sotw.report import page, plots
from sotw.report.page import Document
from sotw.report.parts import TRAIN_HOW, Part, Table, counted, listed, missing, percent
from sotw.warehouse.listeners import listener_id

if TYPE_CHECKING:
    from pathlib import Path

    from sotw.predictors.taste.profile import Profile
    from sotw.report.parts import Row
    from sotw.warehouse import Connection

PREDICTOR = "taste"
TAGS = 12
STEPS = 15
_HOW = "Run `sotw train taste`, then this report again."


def taste_page(con: Connection, folder: Path, *, listener: str, form: str = "html") -> Path:
    """Write the report about one listener's taste.

    Raises:
        SotwError: The extra ``plot`` is not installed, nothing is built, no artist heard has a tag,
            or the page cannot be written.
    """
    extras.require("plot", "the report")
    path = page.file_of(folder, PREDICTOR, form)
    found = profile.read_profile(con, listener)
    number = listener_id(con, listener)
    drift = warehouse.rows(
        con, "from marts.taste_drift where listener_id = ? order by month_date", [number]
    )
    [who] = warehouse.rows(con, "from core.dim_listeners where listener_id = ?", [number])
    document = Document(
        predictor=PREDICTOR,
        title=f"Taste of {listener}",
        facts={
            "listener": listener,
            "tagged": f"{percent(found.tagged_share)} of the plays are by artists with a tag",
            "half-life": f"a play counts half after {found.half_life_days} days, "
            + ("which foresaw best" if found.is_fitted else "a guess until `sotw train taste`"),
            "as of": f"{found.as_of:%Y-%m-%d %H:%M} UTC",
        },
        groups=(
            ("now", "What is liked now", (_tags(found), _changes(found))),
            ("years", "Over the years", (_years(found), _widths(drift), _drift(drift))),
            ("ways", "What follows what", (_steps(found),)),
            (
                "next",
                "What there is to find, and why",
                (_found(con, listener), _measured(con, number)),
            ),
        ),
        is_demo=who["is_demo"],
    )
    page.write(document, path)
    return path


def _tags(found: Profile) -> Part:
    rows: list[Row] = [
        {"name": one["tag"], "share": one["share"], "artists": one["artists_count"]}
        for one in found.tags[:TAGS]
    ]
    first, *others = rows
    rest = listed([f"{one['name']} ({percent(one['share'])})" for one in others[:2]])
    sentence = f"{first['name']} leads with {percent(first['share'])} of the tagged plays"
    return Part(
        "tags",
        "Tags now",
        f"{sentence}, before {rest}." if rest else f"{sentence}.",
        plots.bars(rows, "share", "share of tagged plays, the later the heavier"),
    )


def _changes(found: Profile) -> Part:
    known = [one for one in found.tags if one["year_ago_share"] is not None]
    if not known:
        return missing(
            "changes", "Since a year before", "The log is younger than a year.", "Import more."
        )
    moved = sorted(known, key=lambda one: -abs(one["share"] - one["year_ago_share"]))[:TAGS]
    rows: list[Row] = [
        {"name": one["tag"], "change": one["share"] - one["year_ago_share"]}
        for one in sorted(moved, key=lambda one: one["year_ago_share"] - one["share"])
    ]
    up, down = rows[0], rows[-1]
    parts = []
    if up["change"] > 0:
        parts.append(f"{up['name']} grew most, by {100 * up['change']:.1f} points")
    if down["change"] < 0:
        parts.append(f"{down['name']} fell most, by {-100 * down['change']:.1f}")
    sentence = f"{'; '.join(parts)}." if parts else "Nothing moved."
    plot = plots.bars(rows, "change", "change of the share", is_signed=True)
    return Part("changes", "Since a year before", sentence, plot)


def _years(found: Profile) -> Part:
    rows = tuple(
        (
            str(one["year"]),
            f"{one['tagged_plays']:,.0f}",
            f"{one['entropy_bits']:.2f}",
            "" if one["drift"] is None else f"{one['drift']:.2f}",
            one["top_tags"],
        )
        for one in found.years
    )
    moved = [one for one in found.years if one["drift"] is not None]
    most = max(moved, key=lambda one: one["drift"], default=None)
    sentence = f"{counted(len(rows), 'year')} of plays with tags."
    if most is not None:
        sentence += f" Taste moved most in {most['year']} (drift {most['drift']:.2f})."
    columns = ("year", "tagged plays", "bits", "drift", "heard most")
    table = Table(columns, rows, texts=("heard most",))
    return Part("years", "Year by year", sentence, table=table, is_full=True)


def _widths(drift: list[Row]) -> Part:
    rows = [
        {
            "week": f"{one['month_date']:%Y-%m-%d}",
            "bits": one["entropy_bits"],
            "tag": one["top_tag"],
        }
        for one in drift
        if one["entropy_bits"] is not None
    ]
    low, high = (pick(rows, key=lambda one: one["bits"]) for pick in (min, max))
    return Part(
        "width",
        "How wide",
        f"Widest in {high['week'][:7]} ({high['bits']:.1f} bits), narrowest in {low['week'][:7]} "
        f"({low['bits']:.1f}): one bit more is twice as many equal tags.",
        plots.lines(rows, "bits", "entropy of the month's tags, bits"),
    )


def _drift(drift: list[Row]) -> Part:
    rows = [
        {"week": f"{one['month_date']:%Y-%m-%d}", "drift": one["drift"]}
        for one in drift
        if one["drift"] is not None
    ]
    if not rows:
        return missing("drift", "Drift", "There is one month of plays.", "Import more.")
    most = max(rows, key=lambda one: one["drift"])
    mean = sum(one["drift"] for one in rows) / len(rows)
    return Part(
        "drift",
        "Drift",
        f"{mean:.2f} on average a month (0: the same tags, 1: none in common); most "
        f"in {most['week'][:7]}, {most['drift']:.2f}.",
        plots.lines(rows, "drift", "distance from the month before", average=mean),
    )


def _steps(found: Profile) -> Part:
    if not found.transitions:
        return missing("steps", "From tag to tag", "No way was taken three times.", "Import more.")
    rows = tuple(
        (one["tag"], one["next_tag"], f"{one['steps_count']:,}", f"{one['lift']:.2f}")
        for one in found.transitions[:STEPS]
    )
    first = found.transitions[0]
    sentence = (
        f"Within a sitting {first['tag']} is followed by {first['next_tag']} most often, "
        f"{counted(first['steps_count'], 'time')}. Lift: 1 is as often as by chance."
    )
    table = Table(("after", "comes", "times", "lift"), rows, texts=("comes",))
    return Part("steps", "From tag to tag", sentence, table=table, is_full=True)


def _found(con: Connection, listener: str) -> Part:
    try:
        found = discover.discoveries(con, listener, discover.Wish())
    except SotwError:
        return missing("find", "Artists to find", "Nothing is ranked yet.", _HOW)
    rows = tuple((str(one["artist_name"]), str(one["why"])) for one in found)
    sentence = (
        f"{rows[0][0]} first. A tag's share is what the likeness of the tags falls by without it."
    )
    table = Table(("artist", "why"), rows, texts=("why",))
    return Part("find", "Artists to find", sentence, table=table, is_full=True)


def _measured(con: Connection, number: int) -> Part:
    query = "from ml.metrics where predictor = 'taste' and split = 'test' and listener_id = ?"
    order = "and metric = 'ndcg_at_10' order by run_id desc, task, rowid"
    rows: list[dict[str, Any]] = warehouse.rows(con, f"{query} {order}", [number])
    rows = [one for one in rows if one["run_id"] == rows[0]["run_id"]]
    if not rows:
        return missing("measured", "How good it has been", "Nothing is measured.", TRAIN_HOW)
    shown = tuple(
        (one["task"], one["model"], f"{one['value']:.3f}", f"{one['low']:.3f} to {one['high']:.3f}")
        for one in rows
        if one["value"] is not None
    )
    models = {one["task"]: one for one in rows if one["is_default"]}
    parts = [f"{name} {one['value']:.2f}" for name, one in models.items() if one["value"]]
    table = Table(("task", "ranked by", "NDCG@10", "95 % interval"), shown, texts=("ranked by",))
    return Part(
        "measured",
        "How good it has been",
        f"NDCG@10 on instants not learned from: {listed(parts)}. Baselines stand beside them.",
        table=table,
        is_full=True,
    )
