"""Plots as Vega-Lite, made with altair. Each takes rows as they are shown, and no more.

altair is the extra ``plot``: it is imported when a plot is made, never before.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sotw.report.parts import Row, Spec

# One accent, for what is talked about, and a family of warm greys, told apart by lightness too;
# line and ground of the page, the accent's faintest, and the other end of a scale with a middle.
_LIGHT = ["#b8432c", "#8c7d68", "#bfb09a", "#d9cfbf", "#1f1c18", "#fffdf9", "#f3ddd3", "#2f6b4f"]
FAVORITE, MAIN, THIRD, OTHER, LINE, GROUND, FAINT, COLD = _LIGHT
_DARK = ["#e8795d", "#a3937d", "#73675a", "#4a4239", "#efe9df", "#1e1b18", "#43271f", "#7cc39f"]
DARK = dict(zip(_LIGHT, _DARK, strict=True))  # what each is on a dark page
STEP = 19
GAP_DAYS = 35  # a month and a little
HEIGHT = 230


def bars(rows: Sequence[Row], value: str, title: str, *, is_signed: bool = False) -> Spec:
    """A bar a row, from the top in the given order; ``name`` is its label.

    Args:
        rows: name, and the value.
        value: The column.
        title: What the value is, with its unit.
        is_signed: Colour negative values.
    """
    import altair as alt

    # What the sentence beside it is about: what is below 0, else the first.
    of_accent = alt.datum[value] < 0 if is_signed else alt.datum.name == rows[0]["name"]
    color = alt.when(of_accent).then(alt.value(FAVORITE)).otherwise(alt.value(MAIN))
    chart = alt.Chart(_data(rows)).mark_bar()
    chart = chart.encode(
        x=alt.X(f"{value}:Q").title(title).axis(tickCount=5),
        y=alt.Y("name:N").sort(None).title(None),
        color=color,
        tooltip=_tooltip(rows),
    )
    return _spec(chart, height=STEP * len(rows))


def stacked(rows: Sequence[Row], value: str, part: str, title: str, parts: Sequence[str]) -> Spec:
    """A bar for each ``name`` in the given order, of parts that add up; negative to the left."""
    import altair as alt

    colors = [MAIN, THIRD, OTHER, COLD, FAVORITE][: len(parts)]
    scale = alt.Scale(domain=list(parts), range=colors)
    order = {name: place for place, name in enumerate(parts)}
    shown = [row | {"place": order[row[part]]} for row in rows]
    chart = alt.Chart(_data(shown)).mark_bar()
    chart = chart.encode(
        x=alt.X(f"{value}:Q").title(title).axis(tickCount=6).stack("zero"),
        y=alt.Y("name:N").sort(None).title(None),
        color=alt.Color(f"{part}:N").scale(scale).title(None).legend(orient="top"),
        order=alt.Order("place:Q"),
        tooltip=_tooltip(rows),
    )
    return _spec(chart, height=(STEP + 4) * len(dict.fromkeys(row["name"] for row in rows)))


def scatter(rows: Sequence[Row], kinds: tuple[str, str, str]) -> Spec:
    """Points at x, y without axes, coloured by ``kind``, some with a ``label``."""
    import altair as alt

    x = alt.X("x:Q").axis(None).scale(zero=False, padding=30)
    y = alt.Y("y:Q").axis(None).scale(zero=False, padding=20)
    scale = alt.Scale(domain=list(kinds), range=[FAVORITE, MAIN, OTHER])
    color = alt.Color("kind:N").scale(scale).title(None).legend(orient="top")
    base = alt.Chart(_data(rows)).encode(x=x, y=y, color=color, tooltip=_tooltip(rows))
    points = base.mark_circle(opacity=0.8).encode(
        size=alt.Size("people:Q").scale(range=[20, 240]).legend(None)
    )
    labels = base.mark_text(dy=-9, fontSize=10).encode(text="label:N")
    return _spec(alt.layer(points, labels), height=620)


def columns(
    rows: Sequence[Row], value: str, title: str, *, group: str = "", x_title: str | None = None
) -> Spec:
    """A column a row in the given order, side by side where there is a group."""
    import altair as alt

    is_short = all(len(row["name"]) <= 3 for row in rows)
    axis = alt.Axis(labelAngle=0 if is_short else -40, labelOverlap=False)
    chart = alt.Chart(_data(rows)).mark_bar(color=MAIN)
    x = alt.X("name:N").sort(None).title(x_title).axis(axis)
    chart = chart.encode(x=x, y=alt.Y(f"{value}:Q").title(title), tooltip=_tooltip(rows))
    if group:
        names = list(dict.fromkeys(row[group] for row in rows))
        scale = alt.Scale(domain=names, range=[FAVORITE, OTHER])
        chart = chart.encode(
            xOffset=alt.XOffset(f"{group}:N").sort(names),
            color=alt.Color(f"{group}:N").scale(scale).title(None),
        )
    return _spec(chart)


def histogram(rows: Sequence[Row], width: float, title: str, y_title: str) -> Spec:
    """Counted bins; ``low`` is where each begins, ``count`` how many are in it."""
    import altair as alt

    shown = [row | {"high": row["low"] + width} for row in rows]
    chart = alt.Chart(_data(shown)).mark_bar(color=MAIN, stroke=GROUND, strokeWidth=0.5)
    chart = chart.encode(
        x=alt.X("low:Q").title(title).axis(tickCount=6),
        x2="high:Q",
        y=alt.Y("count:Q").title(y_title),
        y2=alt.Y2(datum=0),
        tooltip=_tooltip(shown),
    )
    return _spec(chart)


def lines(
    rows: Sequence[Row], value: str, title: str, *, group: str = "", average: float | None = None
) -> Spec:
    """Values over ``week``; a line for each group; a level drawn across where one is given.

    A line ends where nothing is known for longer than GAP_DAYS.
    """
    import altair as alt

    point = alt.OverlayMarkDef(size=14 if len(rows) < 80 else 5, color=MAIN)
    chart = alt.Chart(_data(_stretches(rows, group))).mark_line(
        color=MAIN, strokeWidth=1.4, point=point
    )
    chart = chart.encode(
        x=_weeks(),
        y=alt.Y(f"{value}:Q").title(title),
        detail="stretch:N",
        tooltip=_tooltip(rows),
    )
    if group:
        names = list(dict.fromkeys(row[group] for row in rows))
        scale = alt.Scale(domain=names, range=[FAVORITE, MAIN, OTHER][: len(names)])
        chart = chart.encode(
            color=alt.Color(f"{group}:N").scale(scale).title(None).legend(columns=1),
        )
    if average is None:
        return _spec(chart)
    level = alt.Chart(_data([{"level": average}])).mark_rule(color=FAVORITE, strokeDash=[5, 4])
    return _spec(alt.layer(chart, level.encode(y="level:Q")))


def _stretches(rows: Sequence[Row], group: str) -> list[Row]:
    """Rows with the number of the stretch without a gap that each is in, by group."""
    last: dict[object, tuple[dt.date, int]] = {}
    found = []
    for row in rows:
        day = dt.date.fromisoformat(row["week"])
        before, number = last.get(row.get(group), (day, 0))
        number += (day - before).days > GAP_DAYS
        last[row.get(group)] = day, number
        found.append(row | {"stretch": number})
    return found


def weeks_map(rows: Sequence[Row], title: str) -> Spec:
    """A square for each week, a row a year, the darker the more; a week without plays is blank.

    Args:
        rows: year, week (1 to 53), ending, plays.
        title: What is counted.
    """
    import altair as alt

    scale = alt.Scale(range=[FAINT, FAVORITE])
    chart = alt.Chart(_data(rows)).mark_rect(stroke=GROUND, strokeWidth=0.5)
    chart = chart.encode(
        x=alt.X("week:O").title("week of the year").axis(values=[1, 10, 20, 30, 40, 50]),
        y=alt.Y("year:O").title(None),
        color=alt.Color("plays:Q").scale(scale).title(title),
        tooltip=_tooltip(rows),
    )
    return _spec(chart)


def boxes(rows: Sequence[Row], value: str, title: str) -> Spec:
    """The spread of a value by ``name``: quartiles, whiskers and what lies beyond."""
    import altair as alt

    names = list(dict.fromkeys(row["name"] for row in rows))
    scale = alt.Scale(domain=names, range=[FAVORITE, MAIN, OTHER][: len(names)])
    chart = alt.Chart(_data(rows)).mark_boxplot(
        size=22, median=alt.MarkConfig(color=LINE), outliers=alt.MarkConfig(size=10)
    )
    chart = chart.encode(
        x=alt.X(f"{value}:Q").title(title).axis(tickCount=6),
        y=alt.Y("name:N").sort(names).title(None),
        color=alt.Color("name:N").scale(scale).legend(None),
    )
    return _spec(chart, height=42 * len(names))


def lifts(rows: Sequence[Row], title: str, x_title: str) -> Spec:
    """A column a bin, the number of favourites above it; 1 is the average candidate."""
    import altair as alt

    top = 1.35 * max(1.0, *(row["lift"] for row in rows))  # room for the number above the bar
    ticks = [tick for tick in (0, 0.5, 1, 2, 5, 10, 30, 100, 300, 1000) if tick <= top]
    # Rare favourites have lifts from 0 to hundreds: near 0 the scale is linear, above a log.
    scale = alt.Scale(type="symlog", constant=1, domain=[0, top], nice=False)
    base = alt.Chart(_data(rows)).encode(
        x=alt.X("name:N").sort(None).title(x_title).axis(labelAngle=-40, labelOverlap=False),
        y=alt.Y("lift:Q").title(title).axis(values=ticks, format="~g").scale(scale),
        tooltip=_tooltip(rows),
    )
    text = base.mark_text(dy=-7, fontSize=11, color=LINE).encode(text="favourites:Q")
    average = alt.Chart(_data([{"level": 1}])).mark_rule(color=FAVORITE, strokeDash=[5, 4])
    return _spec(alt.layer(base.mark_bar(color=MAIN), text, average.encode(y="level:Q")))


def heat(rows: Sequence[Row], names: Sequence[str], title: str) -> Spec:
    """A square of values from -1 to 1 for each pair of names."""
    import altair as alt

    scale = alt.Scale(domain=[-1, 0, 1], range=[FAVORITE, GROUND, COLD])
    labels: Any = {"labelFontSize": 10, "labelOverlap": False}
    chart = alt.Chart(_data(rows)).mark_rect()
    chart = chart.encode(
        x=alt.X("one:N").sort(list(names)).title(None).axis(**labels, labelAngle=-60),
        y=alt.Y("other:N").sort(list(names)).title(None).axis(**labels),
        color=alt.Color("value:Q").scale(scale).title(title).legend(gradientLength=160),
        tooltip=_tooltip(rows),
    )
    return _spec(chart, height=15 * len(names))


def intervals(rows: Sequence[Row], title: str, *, form: str = "%", least: float = 0) -> Spec:
    """A point with its 95 % interval for each ``name``; the model's own in another colour.

    What is marked as ``few`` is pale.
    """
    import altair as alt

    color = alt.when(alt.datum.own).then(alt.value(FAVORITE)).otherwise(alt.value(MAIN))
    base = alt.Chart(_data(rows)).encode(
        y=alt.Y("name:N").sort(None).title(None),
        color=color,
        opacity=_pale_if_few(),
        tooltip=_tooltip(rows),
    )
    rules = base.mark_rule(strokeWidth=2).encode(
        x=alt.X("low:Q").title(title).scale(domainMin=least).axis(format=form, tickCount=6),
        x2="high:Q",
    )
    points = base.mark_point(filled=True, size=70).encode(x="value:Q")
    return _spec(alt.layer(rules, points), height=26 * len(rows) + 8)


def rates(rows: Sequence[Row], title: str, x_title: str) -> Spec:
    """A column with its 95 % interval for each ``name``; where ``value`` is null there is none.

    What is marked as ``few`` is pale.
    """
    import altair as alt

    names = [row["name"] for row in rows]
    known = [row for row in rows if row["value"] is not None]
    x = alt.X("name:N").scale(domain=names).sort(None).title(x_title)
    base = alt.Chart(_data(known)).encode(
        x=x.axis(labelAngle=0, labelOverlap=True, labelSeparation=4),
        opacity=_pale_if_few(),
        tooltip=_tooltip(known),
    )
    y = alt.Y("value:Q").title(title).axis(format="%", tickCount=5).scale(domain=[0, 1])
    rules = base.mark_rule(color=LINE, strokeWidth=1.5).encode(y="low:Q", y2="high:Q")
    return _spec(alt.layer(base.mark_bar(color=THIRD).encode(y=y), rules))


def months(rows: Sequence[Row], title: str, names: tuple[str, str]) -> Spec:
    """``value`` with its interval and ``said`` by ``month``; a month without plays is a gap.

    Args:
        rows: month, value, low, high, said, plays; null where nothing is known.
        title: What the values are.
        names: Of the two lines.
    """
    import altair as alt

    # Dates are drawn as dates, wherever the page is opened.
    x = alt.X("month:T").title("month").scale(type="utc").axis(labelOverlap=True, tickCount=8)
    lines = [
        {"month": row["month"], "share": row[column], "line": name, "plays": row["plays"]}
        for column, name in zip(("value", "said"), names, strict=True)
        for row in rows
    ]
    y = alt.Y("share:Q").title(title).axis(format="%", tickCount=5).scale(domain=[0, 1])
    color = alt.Color("line:N").scale(domain=list(names), range=[MAIN, FAVORITE]).title(None)
    chart = alt.Chart(_data(lines)).mark_line(strokeWidth=1.4, point=alt.OverlayMarkDef(size=14))
    chart = chart.encode(x=x, y=y, color=color, tooltip=_tooltip(lines))
    spread = alt.Chart(_data(rows)).mark_area(color=MAIN, opacity=0.18)
    spread = spread.encode(x=x, y="low:Q", y2="high:Q")
    return _spec(alt.layer(spread, chart), height=260)


def calibration(rows: Sequence[Row], x_title: str, y_title: str) -> Spec:
    """How often what had a probability came true, with intervals; right is on the diagonal."""
    import altair as alt

    both = alt.Scale(domain=[0, 1])
    base = alt.Chart(_data(rows)).encode(
        x=alt.X("said:Q").title(x_title).scale(both).axis(format="%", tickCount=5),
        tooltip=_tooltip(rows),
    )
    share = alt.Y("right:Q").title(y_title).scale(both).axis(format="%", tickCount=5)
    ends = _data([{"said": 0, "right": 0}, {"said": 1, "right": 1}])
    diagonal = alt.Chart(ends).mark_line(color=OTHER, strokeDash=[5, 4])
    rules = base.mark_rule(color=MAIN, strokeWidth=2).encode(y=alt.Y("low:Q"), y2="high:Q")
    points = base.mark_point(filled=True, color=MAIN, opacity=1, size=80).encode(y=share)
    text = base.mark_text(dx=8, align="left", fontSize=11, color=LINE)
    text = text.encode(y=share, text="label:N")
    diagonal = diagonal.encode(x=alt.X("said:Q"), y=share)
    return _spec(alt.layer(diagonal, rules, points, text), height=300)


def along(rows: Sequence[Row], x_title: str, y_title: str, *, line: Sequence[Row] = ()) -> Spec:
    """A point a row at ``x`` and ``y``, and a straight line that they would lie on."""
    import altair as alt

    place = {
        "x": alt.X("x:Q").title(x_title).scale(zero=False),
        "y": alt.Y("y:Q").title(y_title).scale(zero=False),
    }
    points = alt.Chart(_data(rows)).mark_point(filled=True, color=MAIN, opacity=0.35, size=24)
    points = points.encode(**place, tooltip=_tooltip(rows))
    meant = alt.Chart(_data(line)).mark_line(color=FAVORITE, strokeDash=[5, 4]).encode(**place)
    return _spec(alt.layer(points, meant), height=300)


def verdicts(rows: Sequence[Row], title: str) -> Spec:
    """A mark a week at the probability of the prediction, by ``verdict``; ``so_far`` as a line."""
    import altair as alt

    names = ["right", "wrong"]
    base = alt.Chart(_data(rows)).encode(x=_weeks())
    share = alt.Axis(format="%", tickCount=5)
    points = base.mark_point(filled=True, size=48, opacity=0.9).encode(
        y=alt.Y("probability:Q").title(title).axis(share).scale(domain=[0, 1]),
        color=alt.Color("verdict:N").scale(domain=names, range=[MAIN, FAVORITE]).title(None),
        shape=alt.Shape("verdict:N").scale(domain=names, range=["circle", "cross"]).title(None),
        tooltip=_tooltip(rows),
    )
    line = base.mark_line(color=OTHER, strokeWidth=1.5).encode(y="so_far:Q")
    return _spec(alt.layer(line, points), height=260)


def _pale_if_few() -> Any:  # noqa: ANN401 - altair names no one type for it
    import altair as alt

    return alt.when(alt.datum.few).then(alt.value(0.3)).otherwise(alt.value(1))


def _weeks() -> Any:  # noqa: ANN401 - altair names no one type for it
    import altair as alt

    # Dates are drawn as dates, wherever the page is opened.
    axis = alt.Axis(labelOverlap=True, tickCount=6)
    return alt.X("week:T").title("week ending").scale(type="utc").axis(axis)


def _data(rows: Sequence[Row]) -> Any:  # noqa: ANN401 - altair names no one type for it
    import altair as alt

    return alt.InlineData(values=list(rows))


def _tooltip(rows: Sequence[Row]) -> list[Any]:
    """All columns of the rows, numbers to four digits."""
    import altair as alt

    first = rows[0] if rows else {}
    return [
        alt.Tooltip(f"{name}:{'Q' if is_number else 'N'}").format(".4~g" if is_number else "")
        if is_number
        else alt.Tooltip(f"{name}:N")
        for name, value in first.items()
        for is_number in [isinstance(value, int | float) and not isinstance(value, bool)]
    ]


def _spec(chart: Any, *, height: int = HEIGHT) -> Spec:  # noqa: ANN401 - any kind of chart
    # What is given to altair it has checked; checking the whole again takes longer than all else.
    spec: Spec = chart.properties(width="container", height=height).to_dict(validate=False)
    # The page has the library: the schema's address would be the one thing that names a host.
    spec.pop("$schema", None)
    spec.pop("config", None)
    return spec
