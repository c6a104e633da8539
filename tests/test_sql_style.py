"""The style guide of the SQL: each rule is a function, and its docstring is the rule.

Rules about layout read the file as written; rules about meaning read the syntax tree of what it
renders to. Each rule has planted faults that it must name: a rule that misses them is no rule.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
from sql_files import SqlFile, TokenType, all_files, from_text, last_selects, selects, short
from sqlglot import exp

from sotw import warehouse
from sotw.build import build, inherited_comments
from sotw.lineage import all_columns
from sotw.models import LAYERS, load_models
from sotw.paths import sql_root
from sotw.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable

    Check = Callable[[SqlFile], list[str]]

FILES = all_files()
MODELS = load_models()
EVERYWHERE = (*LAYERS, "score", "ingest", "audits")


@dataclass(frozen=True)
class Rule:
    check: Check
    folders: tuple[str, ...]


RULES: dict[str, Rule] = {}


def rule(*folders: str) -> Callable[[Check], Check]:
    """Register a rule for some folders; by default for all models."""

    def register(check: Check) -> Check:
        RULES[check.__name__] = Rule(check, folders or tuple(LAYERS))
        return check

    return register


def numbered(lines: list[str]) -> list[tuple[int, str]]:
    return list(enumerate(lines, start=1))


# --- the page -------------------------------------------------------------------------------


@rule(*EVERYWHERE)
def lower_case(file: SqlFile) -> list[str]:
    """Everything outside strings and comments is lower case."""
    return [f"{n}: {line.strip()}" for n, line in numbered(file.code_lines) if line != line.lower()]


@rule(*EVERYWHERE)
def four_spaces(file: SqlFile) -> list[str]:
    """Indentation is a multiple of four spaces, never a tab."""
    found = []
    above = ""
    for n, line in numbered(file.lines):
        indent = len(line) - len(line.lstrip())
        is_continued_comment = line.lstrip().startswith("--") and above.find("--") == indent
        if "\t" in line or (indent % 4 and not is_continued_comment):
            found.append(f"{n}: {line.strip()}")
        above = line
    return found


@rule(*EVERYWHERE)
def hundred_columns(file: SqlFile) -> list[str]:
    """No line is longer than 100 characters."""
    return [f"{n}: {len(line)} characters" for n, line in numbered(file.lines) if len(line) > 100]


@rule(*EVERYWHERE)
def no_trailing_blanks(file: SqlFile) -> list[str]:
    """No line ends in blanks, and the file ends with one newline."""
    found = [f"{n}: trailing blanks" for n, line in numbered(file.lines) if line != line.rstrip()]
    if not re.search(r"[^\n]\n\Z", file.text):
        found.append(f"{len(file.lines)}: the file must end with one newline")
    return found


@rule(*EVERYWHERE)
def one_column_a_line(file: SqlFile) -> list[str]:
    """Each column of a select begins a line of its own; a scalar subquery may stand on one line."""
    found = []
    for n, line in numbered(file.code_lines):
        after = re.search(r"\bselect\b(?: distinct\b)?\s+(.*\S)", line)
        if after and not re.search(r"\(\s*select\b.*\)", line) and after[1].strip(",") != "*":
            found.append(f"{n}: {line.strip()}")
    starts: dict[int, str] = {}
    for select in selects(file.tree):
        for column in select.expressions:
            line_of = min((part.meta.get("line", 0) for part in column.walk()), default=0)
            marks = [part.meta["line"] for part in column.walk() if "line" in part.meta]
            line_of = min(marks, default=0)
            if line_of and starts.get(line_of, short(column)) != short(column):
                found.append(f"rendered line {line_of}: {short(column)}")
            starts.setdefault(line_of, short(column))
    return found


@rule(*EVERYWHERE)
def trailing_commas(file: SqlFile) -> list[str]:
    """A comma follows the last column of a select too, so that adding one changes one line."""
    tokens = file.tokens()
    found = []
    for start, token in enumerate(tokens):
        if token.token_type != TokenType.SELECT:
            continue
        depth, before = 0, token
        for after in tokens[start + 1 :]:
            is_end = after.token_type in (TokenType.FROM, TokenType.UNION, TokenType.R_PAREN)
            if depth == 0 and is_end:
                break
            depth += (after.token_type in _OPEN) - (after.token_type in _CLOSE)
            before = after
        one_line = before.line == token.line and start and tokens[start - 1].text == "("
        only_star = before.token_type == TokenType.STAR and before.line == token.line
        if before.token_type != TokenType.COMMA and not one_line and not only_star:
            found.append(f"rendered line {before.line}: no comma after '{before.text}'")
    return found


_OPEN = (TokenType.L_PAREN, TokenType.L_BRACKET, TokenType.L_BRACE)
_CLOSE = (TokenType.R_PAREN, TokenType.R_BRACKET, TokenType.R_BRACE)


@rule(*EVERYWHERE)
def with_on_its_own_line(file: SqlFile) -> list[str]:
    """`with` stands alone on its line; a blank line follows it and lies inside each CTE's brackets."""
    lines = file.code_lines
    raw = ["", *file.lines, "", ""]
    found = []
    for n, line in numbered(lines):
        if re.match(r"with\b", line) and (line.rstrip() != "with" or raw[n + 1].strip()):
            found.append(f"{n}: {line.strip()}")
        if re.match(r"(with )?\w+ as \($", line.rstrip()) and raw[n + 1].strip():
            found.append(f"{n}: no blank line after '{line.strip()}'")
        if re.match(r"\),?$", line.rstrip()) and raw[n - 1].strip():
            found.append(f"{n}: no blank line before '{line.strip()}'")
    return found


@rule(*LAYERS)
def at_most_120_lines(file: SqlFile) -> list[str]:
    """A model has at most 120 lines; 80 are better."""
    return [f"{len(file.lines)} lines"] if len(file.lines) > 120 else []


@rule(*EVERYWHERE)
def template_comments_in_macros_only(file: SqlFile) -> list[str]:
    """A template serves macros, constants and the one loop: no `if`, no template comments."""
    return [
        f"{n}: {line.strip()}"
        for n, line in numbered(file.lines)
        if "{#" in line or re.search(r"\{%-?\s*(if|elif|else|macro|include|import)\b", line)
    ]


# --- the head -------------------------------------------------------------------------------


@rule(*EVERYWHERE)
def opens_with_a_sentence(file: SqlFile) -> list[str]:
    """The first line is a comment: a sentence, with a capital and a full stop."""
    sentence = []
    for line in file.lines:
        text = line.removeprefix("--").strip()
        if not line.startswith("--") or not text or re.match(r"(grain|cutoff|audit):", text):
            break
        sentence.append(text)
    text = " ".join(sentence)
    good = re.match(r"[A-Z0-9].*[.]$", text)
    return [] if good else [f"1: '{text}' is no sentence"]


@rule()
def named_after_its_layer(file: SqlFile) -> list[str]:
    """Names: stg_ in staging, dim_ and fct_ in core, feat_ in features, plain nouns in marts."""
    pattern = {
        "staging": r"stg_[a-z_]+s",
        "core": r"dim_[a-z_]+s|fct_[a-z_]+",
        "features": r"feat_[a-z_]+",
        "marts": r"(?!stg_|dim_|fct_|feat_|mart_)[a-z_]+",
    }[file.folder]
    return [] if re.fullmatch(pattern, file.stem) else [f"'{file.stem}' should match {pattern}"]


@rule(*EVERYWHERE)
def steps_named_after_their_rows(file: SqlFile) -> list[str]:
    """A CTE is named after what its rows are: never t1, final, joined, temp or a single letter."""
    bad = re.compile(r"final|joined|cte\d*|temp|tmp|data|result|query|step\d+|\w{1,2}|.*\d$")
    return [
        f"'{cte.alias}' says nothing of its rows"
        for cte in file.tree.find_all(exp.CTE)
        if bad.fullmatch(cte.alias)
    ]


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
    """A table has no alias, unless it occurs twice in one select: then each is named by its role."""
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
    model = next((one for one in MODELS if one.path == f"sql/{file.name}"), None)
    if model is None or not model.columns:
        return []
    first = model.columns[: len(model.grain)]
    return [] if set(first) == set(model.grain) else [f"begins with {', '.join(first)}"]


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
            condition = join.args.get("on")
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
    """A frame counts weeks or time; `rows` only over dim_weeks, where every week has a row."""
    found = []
    for spec in file.tree.find_all(exp.WindowSpec):
        select = spec.find_ancestor(exp.Select)
        source = select.args["from_"].this.name if select and select.args.get("from_") else ""
        if str(spec.args.get("kind")).lower() == "rows" and source != "dim_weeks":
            found.append(f"{short(spec)} over {source}: use range")
    return found


# Columns that can settle a tie: keys, what orders weeks, places in a file, grains of staging.
_SETTLES = re.compile(
    r".*_id|.*_key|.*_mbid|.*_kind|.*week_ending|.*week_number|.*_index|ordinal|line|copy"
    r"|key_version|fetched_at|word|played_at|cutoff_policy|track_bytes|.*_rowid"
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
    """What takes one row of an order (row_number, lag, first_value …) orders by a key at the end."""
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
    return [
        f"{short(node)} changes from run to run"
        for node in file.tree.walk()
        if isinstance(node, _CLOCK_NODES)
        or (isinstance(node, exp.Anonymous) and node.name.lower() in _CLOCKS)
        or (isinstance(node, exp.Column) and node.name in ("rowid", "current_localtimestamp"))
        and file.is_model
    ]


@rule()
def no_limit_no_order(file: SqlFile) -> list[str]:
    """A table has no order: no `order by` of a query, no `limit`."""
    return [
        f"{short(node)} belongs to the reader"
        for node in file.tree.find_all(exp.Limit, exp.Offset, exp.Fetch, exp.Order)
        if isinstance(node.parent, exp.Query)
    ]


@rule(*EVERYWHERE)
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
    # Lengths; a scale of the source; texts of few values, and of many.
    *("_seconds", "_index", "_type", "_country"),
)


@rule("features")
def features_end_in_a_unit(file: SqlFile) -> list[str]:
    """A feature's name ends in its unit, or begins with is_ or has_."""
    model = next((one for one in MODELS if one.path == f"sql/{file.name}"), None)
    keys = {*model.grain, model.cutoff} if model else {"track_id"}
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


# --- each rule over each file ---------------------------------------------------------------

CASES = [
    pytest.param(one.check, file, id=f"{name}-{file.name}")
    for name, one in RULES.items()
    for file in FILES
    if file.folder in one.folders
]


@pytest.mark.parametrize(("check", "file"), CASES)
def test_every_file_keeps_every_rule(check, file):
    assert check(file) == [], check.__doc__


# --- what needs all models at once ----------------------------------------------------------


def uncommented(models) -> list[str]:
    """Each column that a model makes (no parent has one of that name) has a comment."""
    columns, comments = all_columns(models), inherited_comments(models)
    return [
        f"{model.name}.{column}"
        for model in models
        for column in columns[model.name]
        if column not in comments[model.name]
        and not any(column in columns[parent] for parent in model.parents)
    ]


def test_every_new_column_has_a_comment():
    assert uncommented(MODELS) == []


@pytest.fixture(scope="module")
def column_types() -> list[dict[str, str]]:
    """Name and type of every column, from building all models on empty tables."""
    con = warehouse.connect(":memory:")
    con.execute((sql_root() / "contracts.sql").read_text(encoding="utf-8"))
    build(con, MODELS, settings=Settings(), as_of=dt.datetime(2024, 6, 1))
    query = "from duckdb_columns() where schema_name in ('staging', 'core', 'features', 'marts')"
    rows = warehouse.rows(con, query)
    con.close()
    return rows


def misnamed(rows: list[dict[str, str]]) -> list[str]:
    """Booleans are is_ or has_, times _at, dates _date or week_ending, and the reverse."""
    patterns = {
        "BOOLEAN": r"(is|has)_.*",
        "TIMESTAMP": r".*_at",
        "DATE": r"(.*_)?week_ending|.*_date",
    }
    found = []
    for row in rows:
        name, kind = row["column_name"], row["data_type"]
        is_of = {one for one, pattern in patterns.items() if re.fullmatch(pattern, name)}
        if is_of != ({kind} & set(patterns)):
            found.append(f"{row['schema_name']}.{row['table_name']}.{name} is {kind}")
    return found


def test_a_column_is_named_after_its_type(column_types):
    assert len(column_types) > 200
    assert misnamed(column_types) == []


def test_no_built_column_has_a_type_that_spark_lacks(column_types):
    lacking = [
        f"{row['table_name']}.{row['column_name']} is {row['data_type']}"
        for row in column_types
        if row["schema_name"] != "staging"
        and re.match(r"HUGEINT|UHUGEINT|U\w*INT|DECIMAL|INTERVAL|TIMESTAMP WITH|TIME", row["data_type"])
        and row["data_type"] != "TIMESTAMP"
    ]
    assert lacking == []
