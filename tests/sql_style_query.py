"""Style rules about what a query says, read from its syntax tree."""

from __future__ import annotations

import re

from sql_files import SqlFile, last_selects, selects, short
from sql_rules import EVERYWHERE, header, numbered, rule
from sqlglot import exp

from sotw.pipeline.models import LAYERS

# --- the shape of a query -------------------------------------------------------------------


@rule(*EVERYWHERE)
def no_subquery_in_from(file: SqlFile) -> list[str]:
    """A step is a CTE, never a subquery after `from` or `join`."""
    return [
        short(query)
        for query in file.tree.find_all(exp.Subquery)
        if isinstance(query.parent, (exp.From, exp.Join))
    ]


@rule(*EVERYWHERE)
def no_import_steps(file: SqlFile) -> list[str]:
    """A CTE does work: it is not the bare columns of one table."""
    found = []
    for cte in file.tree.find_all(exp.CTE):
        query = cte.this
        if not isinstance(query, exp.Select):
            continue
        bare = all(isinstance(one, (exp.Star, exp.Column)) for one in query.expressions)
        works = ("where", "joins", "group", "distinct", "qualify", "having", "order", "limit")
        if bare and not any(query.args.get(part) for part in works):
            found.append(f"'{cte.alias}' only copies {short(query.args['from_'])}")
    return found


@rule(*EVERYWHERE)
def tables_have_schemas(file: SqlFile) -> list[str]:
    """A table is written schema.table; what has no schema is a CTE of the file."""
    ctes = {cte.alias for cte in file.tree.find_all(exp.CTE)}
    return [
        f"'{table.name}' has no schema"
        for table in file.tree.find_all(exp.Table)
        if not table.db and table.name not in ctes and not isinstance(table.parent, exp.Schema)
        if not (isinstance(table.parent, exp.Create))
    ]


@rule(*EVERYWHERE)
def no_table_aliases(file: SqlFile) -> list[str]:
    """A table has no alias, unless it occurs twice in one select: then each has its role's name."""
    found = []
    for select in selects(file.tree):
        tables = [select.args["from_"].this] if select.args.get("from_") else []
        tables += [join.this for join in select.args.get("joins") or []]
        names = [one.name for one in tables if isinstance(one, exp.Table)]
        for one in tables:
            if one.alias and isinstance(one, exp.Table):
                if names.count(one.name) < 2:
                    found.append(f"'{one.alias}' is an alias of {one.name}, which occurs once")
                elif len(one.alias) < 4:
                    found.append(f"'{one.alias}' names no role of {one.name}")
    return found


@rule(*EVERYWHERE)
def says_as(file: SqlFile) -> list[str]:
    """A new name is given with `as`."""
    found = []
    for alias in file.tree.find_all(exp.Alias):
        start = alias.args["alias"].meta.get("start")
        if start and not file.sql[:start].rstrip().endswith("as"):
            found.append(f"{short(alias)}: write as {alias.alias}")
    return found


@rule()
def last_select_lists_its_columns(file: SqlFile) -> list[str]:
    """The last select names every column; a star is allowed in training marts only."""
    if re.fullmatch(r"marts/training_\w+\.sql", file.name):
        return []
    return [
        f"the last select has {short(column)}"
        for select in last_selects(file.tree)
        for column in select.expressions
        if column.is_star or isinstance(column, exp.Columns)
    ]


@rule()
def last_select_has_keys_first(file: SqlFile) -> list[str]:
    """The last select names the columns of the grain before any other."""
    grain = header(file, "grain")
    found = []
    for select in last_selects(file.tree):
        first = select.named_selects[: len(grain)]
        if not select.is_star and set(first) != set(grain):
            found.append(f"begins with {', '.join(first)}, not with {', '.join(grain)}")
    return found


@rule(*EVERYWHERE)
def joins_say_their_kind(file: SqlFile) -> list[str]:
    """A join says inner, left, cross, semi or anti; there is no comma between tables."""
    return [
        f"{short(join)}: write its kind"
        for join in file.tree.find_all(exp.Join)
        if not join.args.get("side") and not join.args.get("kind")
    ]


@rule(*EVERYWHERE)
def joins_use_equal_names(file: SqlFile) -> list[str]:
    """The first join of a select says `using` when the names of all its keys agree."""
    found = []
    for select in selects(file.tree):
        for join in (select.args.get("joins") or [])[:1]:
            condition = join.args.get("on") if join.this.name == join.alias_or_name else None
            parts = list(condition.flatten()) if isinstance(condition, exp.And) else [condition]
            if condition is not None and all(
                isinstance(part, exp.EQ)
                and isinstance(part.this, exp.Column)
                and isinstance(part.expression, exp.Column)
                and part.this.name == part.expression.name
                for part in parts
            ):
                found.append(f"{short(join)}: write using (…)")
    return found


@rule(*EVERYWHERE)
def joins_left_to_right(file: SqlFile) -> list[str]:
    """In `on`, the table named first comes first, so that a fan-out is seen."""
    found = []
    for join in file.tree.find_all(exp.Join):
        condition = join.args.get("on")
        for part in condition.find_all(exp.EQ) if condition else []:
            left, right = part.this, part.expression
            if (
                isinstance(left, exp.Column)
                and isinstance(right, exp.Column)
                and left.table == join.this.alias_or_name
                and right.table != left.table
            ):
                found.append(f"{short(part)}: turn it round")
    return found


@rule()
def groups_by_names(file: SqlFile) -> list[str]:
    """`group by` names its columns: no numbers, no `all`."""
    return [
        short(group)
        for group in file.tree.find_all(exp.Group)
        if group.args.get("all") or any(isinstance(one, exp.Literal) for one in group.expressions)
    ]


@rule()
def filters_instead_of_cases(file: SqlFile) -> list[str]:
    """Counting under a condition is `filter (where …)`, not a `sum(case …)`."""
    return [
        short(node)
        for node in file.tree.find_all(exp.Sum, exp.Count)
        if isinstance(node.this, (exp.Case, exp.If))
    ]


@rule()
def unions_keep_all_and_name_columns(file: SqlFile) -> list[str]:
    """`union all`, with the columns named in both branches."""
    found = []
    for union in file.tree.find_all(exp.SetOperation):
        if not isinstance(union, exp.Union) or union.args.get("distinct"):
            found.append(f"{short(union)}: write union all")
        if any(one.is_star for select in last_selects(union) for one in select.expressions):
            found.append(f"{short(union)}: name the columns")
    return found


# --- windows --------------------------------------------------------------------------------


@rule(*EVERYWHERE)
def windows_are_named(file: SqlFile) -> list[str]:
    """A window is named in a `window` clause, so that a frame is written and read once."""
    return [
        f"{short(window)}: name the window"
        for window in file.tree.find_all(exp.Window)
        if window.arg_key != "windows" and not window.args.get("alias")
    ]


@rule(*EVERYWHERE)
def rows_only_over_weeks(file: SqlFile) -> list[str]:
    """A frame counts weeks or time; `rows` only where each has a row: weeks of dim_weeks, plays."""
    found = []
    for spec in file.tree.find_all(exp.WindowSpec):
        select = spec.find_ancestor(exp.Select)
        source = select.args["from_"].this.name if select and select.args.get("from_") else ""
        order = spec.parent.args.get("order") if spec.parent else None
        counts_plays = source == "fct_outcomes" and "play_number" in str(order)
        is_rows = str(spec.args.get("kind")).lower() == "rows"
        if is_rows and source != "dim_weeks" and not counts_plays:
            found.append(f"{short(spec)} over {source}: use range")
    return found


# Columns that can settle a tie: keys, what orders weeks, places in a file, grains of staging.
_SETTLES = re.compile(
    r".*_id|.*_key|.*_mbid|.*_kind|.*week_ending|.*week_number|.*_index|ordinal|line|copy"
    r"|tag|month_date|.*play_number|key_version|fetched_at|word|played_at|cutoff_policy|track_bytes|.*_rowid"
)
_RANKING = (
    exp.RowNumber,
    exp.Ntile,
    exp.Lag,
    exp.Lead,
    exp.FirstValue,
    exp.LastValue,
    exp.NthValue,
)


@rule(*EVERYWHERE)
def rankings_end_in_a_key(file: SqlFile) -> list[str]:
    """What takes one row of an order (row_number, lag, …) has a key as the last of its order."""
    found = []
    for select in selects(file.tree):
        named = {one.name: one for one in select.args.get("windows") or []}
        for window in select.find_all(exp.Window):
            if window.find_ancestor(exp.Select) is not select or window.arg_key == "windows":
                continue
            function = window.this.this if isinstance(window.this, exp.IgnoreNulls) else window.this
            order = named.get(window.alias, window).args.get("order")
            if not isinstance(function, _RANKING):
                continue
            last = order.expressions[-1].this if order else None
            if not isinstance(last, exp.Column) or not _SETTLES.fullmatch(last.name):
                found.append(f"{short(window)} ends in {short(last) if last else 'no order'}")
    return found


# --- values ---------------------------------------------------------------------------------

_CLOCKS = {
    "now",
    "today",
    "get_current_timestamp",
    "get_current_time",
    "transaction_timestamp",
    "current_localtimestamp",
    "current_localtime",
    "localtimestamp",
    "setseed",
    "age",
    "nextval",
    "random",
}
_CLOCK_NODES = (
    exp.CurrentDate,
    exp.CurrentTime,
    exp.CurrentTimestamp,
    exp.CurrentDatetime,
    exp.Localtimestamp,
    exp.Localtime,
    exp.Rand,
    exp.Randn,
    exp.Uuid,
    exp.TableSample,
)


@rule(*EVERYWHERE)
def no_clock_no_chance(file: SqlFile) -> list[str]:
    """No clock and no chance: time enters through as_of, sampling is by hash of the key."""
    found = []
    for node in file.tree.walk():
        is_named = isinstance(node, exp.Anonymous) and node.name.lower() in _CLOCKS
        is_place = isinstance(node, exp.Column) and node.name == "rowid" and file.is_model
        if isinstance(node, _CLOCK_NODES) or is_named or is_place:
            found.append(f"{short(node)} changes from run to run")
    return found


@rule()
def no_limit_no_order(file: SqlFile) -> list[str]:
    """A table has no order: no `order by` of a query, no `limit`."""
    return [
        f"{short(node)} belongs to the reader"
        for node in file.tree.find_all(exp.Limit, exp.Offset, exp.Fetch, exp.Order)
        if isinstance(node.parent, exp.Query)
    ]


@rule(*LAYERS, "score")
def coalesce_says_why(file: SqlFile) -> list[str]:
    """Every coalesce has a comment beside or before it that says why the default is true.

    One comment before a run of them counts for all; a repetition, as in `group by`, needs none.
    """
    code, raw = file.code_lines, file.lines
    explained: set[str] = set()
    found = []
    for n, line in enumerate(code):
        if "coalesce(" not in line:
            continue
        text = line.strip().rstrip(",")
        expression = text[text.index("coalesce(") :]
        above = n
        while above and _belongs(code[above - 1], raw[above - 1]):
            above -= 1
        is_said = "--" in raw[n] or (above and raw[above - 1].lstrip().startswith("--"))
        is_said = is_said or any(expression.startswith(one) for one in explained)
        if is_said:
            explained.add(re.sub(r"\) as \w+$", ")", expression))
        else:
            found.append(f"{n + 1}: {text}")
    return found


def _belongs(code: str, raw: str) -> bool:
    """A line of the same expression or of a run of coalesces: the comment may stand above it."""
    text = code.strip()
    starts = ("as ", "when ", "then ", "else ", "case", "end ", "||", "+ ", "cast(", "and ", "or ")
    is_comment = raw.lstrip().startswith("--")
    return not is_comment and ("coalesce(" in text or text.startswith(starts))


@rule()
def divides_by_macro(file: SqlFile) -> list[str]:
    """Division is `ratio()`, which knows what to do with zero, or `//` of whole numbers."""
    return [
        f"{n}: {line.strip()}"
        for n, line in numbered(file.code_lines)
        if re.search(r"(?<!/)/(?!/)", line)
    ]


# --- layers ---------------------------------------------------------------------------------

UNITS = (
    # STYLE 3.5
    *("_plays", "_share", "_ratio", "_days", "_weeks", "_rank", "_count", "_log"),
    # Songs named; lengths; a scale of the source; texts of few values, and of many.
    *("_picks", "_seconds", "_index", "_type", "country"),
    # Shares of outcomes; a clock's; what a source says of a play.
    *("_rate", "_hour", "_weekday", "_month", "reason_start", "reason_end", "_family"),
    # Of a sound: decibels, beats a minute; a year; two measures by one another.
    *("_db", "_bpm", "_year", "_product"),
)


@rule("features")
def features_end_in_a_unit(file: SqlFile) -> list[str]:
    """A feature's name ends in its unit, or begins with is_ or has_."""
    keys = {*header(file, "grain"), *header(file, "cutoff"), "candidate_id", "play_id"}
    return [
        f"'{column}' has no unit"
        for select in last_selects(file.tree)[:1]
        for column in select.named_selects
        if column not in keys and not column.endswith(UNITS) and not re.match("(is|has)_", column)
    ]


# Staging models that count, with the reason.
MAY_COUNT = {"stg_rejects": "a rejected record has no key of its own, so they are counted"}


@rule("staging")
def staging_only_cleans(file: SqlFile) -> list[str]:
    """Staging renames, casts and drops duplicates: no joins, and of aggregates only min and max."""
    found = [f"{short(join)}: join in core" for join in file.tree.find_all(exp.Join)]
    for node in file.tree.find_all(exp.AggFunc):
        is_ranking = isinstance(node.parent, exp.Window)
        allowed = (exp.Min, exp.Max, *((exp.Count,) if file.stem in MAY_COUNT else ()))
        if not is_ranking and not isinstance(node, allowed):
            found.append(f"{short(node)}: aggregate in core")
    return found
