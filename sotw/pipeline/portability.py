"""What a model may not contain, so that Spark answers as DuckDB does.

Each rule is one row of ENGINES 3, found in the syntax tree. Functions are refused unless they
were tried: a name the other engine lacks fails loudly, but a name that means something else
there does not. Types are read from names, as STYLE 3.5 has them: dates end in ``_date`` or
``week_ending``.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import sqlglot
from sqlglot import exp

from sotw.render import source_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sotw.pipeline.models import Model

    Finding = tuple[exp.Expr, str]

# Tried on DuckDB 2.0 and Spark 4.3, with nulls, negative numbers and non-ASCII text: equal.
_TRIED = re.findall(
    r"\w+",
    """
    and or case if coalesce nullif greatest least cast try_cast exists count count_if sum min
    max avg median stddev stddev_pop stddev_samp variance corr logical_or logical_and filter
    group_concat row_number rank dense_rank percent_rank cume_dist ntile lag lead first_value
    last_value nth_value abs floor ceil round trunc sign sqrt cbrt exp pow ln log length
    substring left right replace trim contains starts_with ends_with str_position concat
    concat_ws reverse repeat pad split split_part explode levenshtein md5 sha2 hex like
    regexp_like regexp_extract regexp_replace date_diff timestamp_trunc extract year month day
    quarter day_of_year day_of_month hour minute generate_series array array_agg array_sort
    array_contains
    """,
)

# Functions of ENGINES 3 by their name in DuckDB or in the tree: why not, and what instead.
_WEEKDAY = "numbers its days otherwise on Spark: use the macro weekday()"
_WEEK = "differs or is missing on Spark: count weeks with the macro week_number()"
_EPOCH = "drops the fraction or is missing on Spark: use date_diff('microsecond', …)"
_NAMES = "knows other letters on Spark: compare keys made at ingest"
_TIES = "takes another row of equals on Spark: use row_number() with a unique last column"
_QUANTILE = "is approximate or missing on Spark: use median(), or compute it in Python"
_MISSING = "is missing on Spark or answers otherwise there: write it another way"
_REFUSED = {
    **dict.fromkeys(("day_of_week", "day_of_week_iso", "weekday", "isodow"), _WEEKDAY),
    **dict.fromkeys(("week", "week_of_year", "yearweek"), _WEEK),
    **dict.fromkeys(("time_to_unix", "unix_to_time", "epoch_us", "epoch_ms", "epoch_ns"), _EPOCH),
    **dict.fromkeys(("nfc_normalize", "strip_accents", "lower", "upper"), _NAMES),
    **dict.fromkeys(("arg_max", "arg_min", "first", "last", "any_value", "mode"), _TIES),
    **dict.fromkeys(
        ("percentile_cont", "percentile_disc", "quantile", "approx_quantile"), _QUANTILE
    ),
    **dict.fromkeys(("to_days", "to_weeks", "mad", "entropy", "columns"), _MISSING),
    **dict.fromkeys(("dayname", "monthname"), "depends on the engine's language: use a number"),
    "hash": "is another function on Spark: use md5()",
    "is_nan": "is null for a null on DuckDB, false on Spark: test with is null first, in a case",
    "date_part": "differs on Spark: use date_diff(), extract() or a macro",
    "date_add": "gives a time on DuckDB, a date on Spark: use d + integer",
    "date_sub": "counts otherwise on Spark: use date_diff('day', …) on dates",
}
_EXTRACTED = {
    **dict.fromkeys(("DOW", "ISODOW", "DAYOFWEEK", "WEEKDAY"), _WEEKDAY),
    **dict.fromkeys(("WEEK", "WEEKOFYEAR", "ISOYEAR", "YEARWEEK"), _WEEK),
    "EPOCH": _EPOCH,
}
_CARRIERS = (exp.Min, exp.Max, exp.Lag, exp.Lead, exp.Window, exp.Filter, exp.Paren, exp.Nullif)
_EITHER = (exp.Coalesce, exp.Greatest, exp.Least)


def faults(model: Model) -> list[str]:
    """Every construct of a model that breaks or silently changes on Spark.

    Returns:
        One line each: the file and line, the construct, why not, and what to write instead.
    """
    tree = sqlglot.parse_one(model.sql, dialect="duckdb")
    lines = _source_lines(model)
    found = []
    for node, advice in sorted(_findings(tree), key=lambda finding: _line(finding[0])):
        line = _line(node)
        where = f"{lines[line - 1]}" if lines and line else f"rendered line {line}"
        text = " ".join(node.sql("duckdb").split())
        text = text if len(text) <= 60 else text[:59] + "…"
        found.append(f"{model.path}:{where}: `{text}` {advice}.")
    return list(dict.fromkeys(found))


def _source_lines(model: Model) -> list[int]:
    """The line in the file of each rendered line; empty where a loop or a macro adds lines."""
    try:
        text = source_text(model.path.removeprefix("sql/"))
    except FileNotFoundError:
        return []
    kept = [
        number
        for number, line in enumerate(text.splitlines(), start=1)
        if not line.lstrip().startswith("{%")
    ]
    return kept if len(kept) == len(model.sql.splitlines()) else []


def _line(node: exp.Expr) -> int:
    """The rendered line of the first part of a node that knows where it stands; 0 if none does."""
    return min((int(part.meta["line"]) for part in node.walk() if "line" in part.meta), default=0)


def _findings(tree: exp.Expr) -> Iterator[Finding]:
    dates = _date_names(tree)
    for node in tree.walk():
        yield from _function(node)
        yield from _date_arithmetic(node, dates)
        yield from _number(node)
        yield from _window(node)
        yield from _list(node)
        yield from _pattern(node)
        yield from _shape(node)


def _function(node: exp.Expr) -> Iterator[Finding]:
    """Functions that Spark lacks, or that mean something else there."""
    if isinstance(node, exp.Extract):
        unit = node.name.upper()
        if unit in _EXTRACTED:
            yield node, _EXTRACTED[unit]
    if not isinstance(node, exp.Func):
        return
    name = _function_name(node)
    if name in _REFUSED:
        yield node, _REFUSED[name]
    elif name not in _TRIED:
        yield node, "was never tried on Spark: use another, or try it and name it in portability.py"
    if isinstance(node, exp.Round) and node.args.get("decimals"):
        yield node, "rounds halves otherwise on Spark: round where it is shown"
    if isinstance(node, exp.Levenshtein) and not _is_guarded(node, exp.Hex):
        yield node, "counts bytes on DuckDB, letters on Spark: use the macro edits()"


def _function_name(node: exp.Func) -> str:
    if isinstance(node, exp.Anonymous):
        name = node.name.lower().replace("datepart", "date_part")
        return "date_sub" if name == "datesub" else name
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", type(node).__name__).lower()


def _is_guarded(node: exp.Expr, kind: type[exp.Expr]) -> bool:
    """Within a case, or all arguments of the given kind."""
    arguments = [node.this, *([node.expression] if node.args.get("expression") else [])]
    return node.find_ancestor(exp.Case) is not None or all(
        isinstance(one, kind) for one in arguments
    )


def _date_names(tree: exp.Expr) -> set[str]:
    """Names given in this model to expressions that are dates."""
    names: set[str] = set()
    while True:
        more = {
            alias.alias
            for alias in tree.find_all(exp.Alias)
            if alias.alias not in names and _is_date(alias.this, names)
        }
        if not more:
            return names
        names |= more


def _is_date(node: exp.Expr | None, names: set[str]) -> bool:
    if isinstance(node, exp.Cast):
        return node.to.is_type("date")
    if isinstance(node, exp.Column):
        return node.name.endswith(("_date", "week_ending")) or node.name in names
    if isinstance(node, _EITHER):
        return _is_date(node.this, names) or any(_is_date(one, names) for one in node.expressions)
    if isinstance(node, _CARRIERS):
        return _is_date(node.this, names)
    if isinstance(node, (exp.Add, exp.Sub)):
        left, right = _is_date(node.this, names), _is_date(node.expression, names)
        return left != right and not _has_interval(node)
    if isinstance(node, exp.Case):
        return any(_is_date(one.args["true"], names) for one in node.args["ifs"])
    return False


def _has_interval(node: exp.Expr) -> bool:
    sides = (node.this, node.expression)
    return any(
        isinstance(side, exp.Interval)
        or (isinstance(side, (exp.Mul, exp.Paren)) and side.find(exp.Interval) is not None)
        for side in sides
    )


def _date_arithmetic(node: exp.Expr, dates: set[str]) -> Iterator[Finding]:
    """Date + interval, date - date, series of dates, and date_diff on times."""
    if isinstance(node, (exp.Add, exp.Sub)):
        left, right = _is_date(node.this, dates), _is_date(node.expression, dates)
        if (left or right) and _has_interval(node):
            yield node, "is a time on DuckDB, a date on Spark: write date + integer, or cast"
        elif left and right:
            yield node, "is an interval on Spark: write date_diff('day', earlier, later)"
    elif isinstance(node, exp.GenerateSeries):
        ends = (node.args.get("start"), node.args.get("end"))
        if node.find(exp.Interval) or any(_is_date(end, dates) for end in ends):
            yield node, "is of times on DuckDB: write date + integer over a series of integers"
    elif isinstance(node, exp.DateDiff):
        unit = str(node.args.get("unit") or "day").strip("'").upper()
        if unit == "MICROSECOND":
            return
        if unit != "DAY":
            yield (
                node,
                "counts borders on DuckDB, elapsed time on Spark: use 'day'",
            )
        elif not (_is_date(node.this, dates) and _is_date(node.expression, dates)):
            yield (
                node,
                "of times differs on Spark: cast both to date, or use 'microsecond'",
            )


def _number(node: exp.Expr) -> Iterator[Finding]:
    """Decimals, divisions that may meet zero, logarithms of zero, and casts that round."""
    if isinstance(node, exp.Literal) and not node.is_string and "." in node.name:
        if "e" not in node.name.lower():
            yield node, f"may become a truncated decimal on Spark: write {node.name}e0"
    elif isinstance(node, exp.Div) and not (_is_double(node.this) or _is_double(node.expression)):
        yield node, "may become a truncated decimal on Spark: use the macro ratio()"
    if isinstance(node, (exp.Div, exp.IntDiv, exp.Mod)) and not _is_never_zero(node.expression):
        yield node, "fails on Spark when the divisor is 0: divide by nullif(…, 0)"
    if isinstance(node, (exp.Ln, exp.Log)):
        argument = node.this if isinstance(node, exp.Ln) else node.args.get("expression")
        if argument is None:
            yield node, "has another base on Spark: write log10() or ln()"
        elif node.find_ancestor(exp.Case) is None and not _is_above_zero(argument):
            yield node, "of 0 is null on Spark, -inf on DuckDB: write 1e0 + …, or guard by a case"
    is_integer = isinstance(node, exp.Cast) and node.to.this in exp.DataType.INTEGER_TYPES
    if is_integer and _is_double(node.this):
        yield node, "rounds on DuckDB, truncates on Spark: write floor(), ceil() or trunc() first"


def _is_double(node: exp.Expr) -> bool:
    """Visibly a double: a cast, a literal with an exponent, or arithmetic with one."""
    if isinstance(node, exp.Cast):
        return node.to.is_type("double")
    if isinstance(node, exp.Literal):
        return not node.is_string and "e" in node.name.lower()
    if isinstance(node, (exp.Paren, exp.Neg, exp.Nullif)):
        return _is_double(node.this)
    if isinstance(node, exp.Div):
        return True
    if isinstance(node, (exp.Add, exp.Sub, exp.Mul)):
        return _is_double(node.this) or _is_double(node.expression)
    return isinstance(node, (exp.Ln, exp.Log, exp.Exp, exp.Sqrt, exp.Avg, exp.Stddev, exp.Corr))


def _is_never_zero(node: exp.Expr) -> bool:
    if isinstance(node, exp.Literal):
        return not node.is_string and float(node.name) != 0
    if isinstance(node, (exp.Paren, exp.Cast)):
        return _is_never_zero(node.this)
    return isinstance(node, exp.Nullif) or _is_above_zero(node)


def _is_above_zero(node: exp.Expr) -> bool:
    """A sum that begins or ends with a positive number: ``1e0 + count``."""
    if isinstance(node, (exp.Paren, exp.Cast)):
        return _is_above_zero(node.this)
    if isinstance(node, exp.Literal):
        return not node.is_string and float(node.name) > 0
    return isinstance(node, exp.Add) and (
        isinstance(node.this, exp.Literal) or isinstance(node.expression, exp.Literal)
    )


def _window(node: exp.Expr) -> Iterator[Finding]:
    """A frame or an order added to a named window."""
    is_named = isinstance(node, exp.Window) and node.args.get("alias")
    if is_named and any(node.args.get(part) for part in ("spec", "order", "partition_by")):
        yield node, "adds to a named window, which Spark refuses: name a window of its own"


def _list(node: exp.Expr) -> Iterator[Finding]:
    """Lists in an order or with nulls, and unordered texts."""
    if isinstance(node, exp.ArrayAgg):
        outer = node.parent
        is_filtered = isinstance(outer, exp.Filter)
        outer = outer.parent if is_filtered and outer else outer
        is_sorted = isinstance(outer, exp.ArraySort)
        if isinstance(node.this, exp.Order) or not (is_filtered and is_sorted):
            yield (
                node,
                (
                    "loses its order and its nulls on Spark: write an ordered string_agg, or "
                    "list_sort(list(…) filter (where … is not null))"
                ),
            )
    elif isinstance(node, exp.GroupConcat) and node.find(exp.Order) is None:
        yield node, "has no order: write string_agg(… order by …)"
    elif isinstance(node, exp.Explode) and not _stands_alone(node):
        yield node, "must stand alone in the select list on Spark: compute in the next step"


def _stands_alone(node: exp.Expr) -> bool:
    holder = node.parent.parent if isinstance(node.parent, exp.Alias) else node.parent
    return isinstance(holder, exp.Select)


def _pattern(node: exp.Expr) -> Iterator[Finding]:
    """Patterns that read letters otherwise, and a replacement of the first match only."""
    if isinstance(node, exp.SimilarTo):
        yield node, "is missing on Spark: use regexp_matches()"
    if not isinstance(node, (exp.RegexpLike, exp.RegexpExtract, exp.RegexpReplace)):
        return
    pattern = node.expression
    if not isinstance(pattern, exp.Literal):
        yield node, "has a pattern that is no literal, so nobody can check it: write it out"
    elif any(part in pattern.name for part in ("\\b", "\\B", "\\w", "\\W")):
        yield (
            node,
            "reads letters as ASCII on DuckDB, as Unicode on Spark: split on blanks",
        )
    if isinstance(node, exp.RegexpReplace):
        modifiers = node.args.get("modifiers")
        if modifiers is None or "g" not in modifiers.name:
            yield node, "replaces the first match on DuckDB, all on Spark: add 'g'"


def _shape(node: exp.Expr) -> Iterator[Finding]:
    """Forms of a query that only DuckDB has."""
    if isinstance(node, exp.ILike):
        yield node, _NAMES
    if isinstance(node, exp.Star) and node.args.get("replace"):
        yield node, "replaces columns, which Spark cannot: list the columns"
    elif isinstance(node, exp.Join) and str(node.args.get("method") or "").upper() == "ASOF":
        yield node, "is missing on Spark: join by <, and keep the latest with row_number()"
    elif isinstance(node, exp.Pivot):
        yield node, "is written otherwise on Spark: use filter (where …) per column, or union all"
    elif isinstance(node, exp.SetOperation) and node.args.get("by_name"):
        yield node, "by name is missing on Spark: name the columns in both branches, in one order"
