"""Who may import what, and what no module may do: read from the Python syntax tree."""

from __future__ import annotations

import ast
import fnmatch
import re
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

# module | modules of sotw it may import while running | libraries. A star stands for any ending.
# Imports for type checkers are free, but for the doors.
ALLOWED = """
__init__       |                                          |
__main__       | commands* errors                         |
commands*      | *                                        | typer rich
errors         |                                          |
paths          |                                          |
settings       | errors                                   |
warehouse      | errors paths                             | duckdb filelock
models         | errors paths                             | jinja2 sqlglot
lineage        | errors models paths                      | sqlglot
portability    | paths                                    | sqlglot
build          | errors keys models rule_names warehouse  |
keys           |                                          |
ingest*        | errors ingest* keys models paths scratch       | numpy pyarrow
scratch        |                                          | duckdb
listeners      | errors warehouse                         |
inbox          | ingest warehouse                         | filelock
audit          | errors freshness listeners paths show warehouse |
rule_names     | errors keys listeners paths warehouse    |
rules          | errors keys rule_names warehouse         |
match          | errors keys                              | numpy rapidfuzz
proposals      | errors freshness match rule_names rules warehouse | pyarrow
rules_diff     | errors freshness models paths rule_names rules warehouse |
freshness      | evaluate paths settings warehouse        |
picks          | errors freshness keys listeners paths warehouse    |
doctor         | errors freshness inbox warehouse         | filelock
encoding       | errors                                   | numpy pandas
conditional_logit |                                       | numpy scipy threadpoolctl
logistic       | encoding                                 | numpy pandas sklearn threadpoolctl
baselines      | encoding                                 | numpy pandas
predictors*    | conditional_logit encoding errors logistic | numpy pandas sklearn
boosting       | encoding errors predictors*              | numpy pandas xgboost
evaluate       | errors                                   | numpy pandas
compare        | baselines encoding errors evaluate predictors* | numpy pandas
prior          | conditional_logit models predictors*    | numpy
runs           | encoding evaluate logistic models predictors* | pyarrow
score          | errors models warehouse                  |
predict        | build errors listeners models score warehouse wording | pyarrow
train          | compare encoding errors evaluate freshness models predictors* prior runs score warehouse | numpy pandas pyarrow
backtest       | boosting compare errors evaluate listeners predictors* runs train |
report           | errors evaluate listeners models report_* warehouse |
report_page      | errors models report_parts                | vl_convert
report_rates     | evaluate report_parts                     |
report_completion | errors freshness listeners models report_* warehouse |
report_foresight | report_* warehouse                        |
report_parts     |                                           |
report_plots     |                                           | altair
report_listening | models report_* warehouse                 |
report_favorites | models report_* warehouse                 |
report_model     | evaluate models report_* warehouse        |
completion_ranking | evaluate                             | numpy
completion_metrics | completion_ranking evaluate          | numpy
completion_adapt | encoding                               | numpy pandas
completion_boosting | boosting completion_adapt encoding errors logistic predictors* | numpy pandas xgboost
completion_plays | completion_metrics errors freshness predictors* | numpy pyarrow
completion_score | errors models predictors* warehouse    |
completion_store | completion_* encoding evaluate predictors* runs | numpy pyarrow
completion_training | completion_* encoding errors predictors* runs warehouse |
completion_evaluate | completion_* encoding errors listeners predictors* runs warehouse | numpy pandas
completion_run | completion_* pipeline warehouse          |
completion_show | completion_boosting predictors* show     |
playlists      | errors freshness listeners warehouse     |
playlist_replay | errors evaluate listeners models warehouse | numpy
wording        |                                          |
show           |                                          |
pipeline       | backtest build demo errors freshness inbox ingest models train warehouse |
forget         | build errors inbox ingest.imports lineage listeners models pipeline warehouse |
export         | errors freshness models pipeline score train warehouse |
export_plays   | errors freshness listeners models warehouse        |
redact         | errors export_plays ingest* redact_* warehouse |
redact_text    | ingest* redact_*                         |
redact_values  | ingest* keys redact_fields               |
redact_fields  |                                          |
spark          | build errors models portability         | pyspark sqlglot
demo           | demo_* errors paths                      | numpy pyarrow
demo_catalogue | demo_world                               | numpy pyarrow
demo_choice    |                                          | numpy
demo_facts     | errors                                   | pandas pyarrow
demo_files     | demo_*                                   | numpy pyarrow
demo_listener  | demo_choice demo_world                   | numpy
demo_skips     | demo_world                               | numpy
demo_spotify   | demo_skips demo_world                    | numpy
demo_spotify_files | demo_*                               | numpy
demo_words     |                                          |
demo_world     | demo_words                               | numpy
"""

# The one door of each library; the table above must agree with it.
DOORS = {
    "duckdb": ("warehouse", "scratch"),
    "jinja2": ("models",),
    "sqlglot": ("models", "lineage", "portability", "spark"),
    "requests": ("ingest.http",),
    "sklearn": ("logistic", "predictors*"),
    "scipy": ("conditional_logit",),
    "xgboost": ("boosting", "completion_boosting"),
    "rapidfuzz": ("match",),
    "altair": ("report_plots",),
    "pyspark": ("spark",),
    "typer": ("commands*",),
    "rich": ("commands*",),
}
# Type names of a library that another module writes in its signatures.
DOORS_FOR_TYPES = {"duckdb": ("ingest*",)}
# They run whatever a file tells them to.
REFUSED = {"pickle", "joblib", "dill", "cloudpickle", "shelve", "marshal"}


@dataclass(frozen=True, slots=True)
class Rights:
    """One line of the table."""

    module: str
    own: tuple[str, ...]
    libraries: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Import:
    """One import statement's one name, ``sotw.`` left out for our own."""

    name: str
    is_own: bool
    is_for_types: bool
    line: int


def table(text: str = ALLOWED) -> list[Rights]:
    rows = [line.split("|") for line in text.strip().splitlines()]
    return [
        Rights(name.strip(), tuple(own.split()), tuple(libraries.split()))
        for name, own, libraries in rows
    ]


def module_name(path: Path, package: Path) -> str:
    parts = list(path.relative_to(package).with_suffix("").parts)
    return ".".join(parts[:-1] if parts[-1] == "__init__" and len(parts) > 1 else parts)


def matches(name: str, pattern: str) -> bool:
    """Whether a module is meant by a name of the table."""
    return fnmatch.fnmatchcase(name, pattern)


def imports(tree: ast.Module) -> Iterator[Import]:
    for_types = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)
        for inner in ast.walk(node)
    }
    for node in ast.walk(tree):
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [one.name for one in node.names]
        elif isinstance(node, ast.ImportFrom):
            module = "sotw" if node.level else str(node.module)
            names = [module]
            if module == "sotw":
                names = [f"sotw.{one.name}" for one in node.names]
        for name in names:
            if name.split(".")[0] in sys.stdlib_module_names - REFUSED:
                continue
            own = name.startswith("sotw.")
            plain = name.removeprefix("sotw.") if own else name.split(".")[0]
            yield Import(plain, own, id(node) in for_types, node.lineno)


def import_faults(module: str, text: str, rights: list[Rights] | None = None) -> list[str]:
    """What a module imports and may not."""
    tree = ast.parse(text)
    lines = [one for one in rights or table() if matches(module, one.module)]
    if not lines:
        return [f"sotw.{module} is not in the table of python_layers.py: say what it may import"]
    (right,) = lines
    found = []
    for one in imports(tree):
        where = f"sotw.{module}:{one.line}: imports {one.name}"
        if one.name in REFUSED:
            found.append(f"{where}: it runs what a file says; write plain values instead")
        elif one.is_for_types:
            doors = (*DOORS.get(one.name, ("",)), *DOORS_FOR_TYPES.get(one.name, ()))
            if one.name in DOORS and not any(matches(module, door) for door in doors):
                found.append(f"{where}: its door is {', '.join(DOORS[one.name])}")
        else:
            allowed = right.own if one.is_own else right.libraries
            if not any(matches(one.name, pattern) for pattern in allowed):
                found.append(f"{where}: it may import {', '.join(allowed) or 'nothing'}")
    return found


_SQL = re.compile(
    r"\s*(select|with|insert|update|delete|create|copy|merge|from|drop|alter)\s", re.IGNORECASE
)


def _strings(tree: ast.Module) -> Iterator[tuple[ast.expr, str]]:
    """Every text in the code with its literal parts joined; docstrings are no code."""
    docstrings = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.FunctionDef | ast.ClassDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    parts = {
        id(part)
        for node in ast.walk(tree)
        if isinstance(node, ast.JoinedStr)
        for part in node.values
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            texts = [part.value if isinstance(part, ast.Constant) else "x" for part in node.values]
            # What is put in at the end, as in f"create table x as\n{sql}", is no SQL of ours.
            if texts and not isinstance(node.values[-1], ast.Constant):
                texts.pop()
            yield node, "".join(str(text) for text in texts)
        elif isinstance(node, ast.Constant) and id(node) not in docstrings | parts:
            yield node, node.value if isinstance(node.value, str) else ""


def body_faults(module: str, text: str) -> list[str]:
    """What no module may do, imports aside."""
    tree = ast.parse(text)
    found = []
    for node, value in _strings(tree):
        is_long = "\n" in value.strip() or (node.end_lineno or 0) > node.lineno
        if _SQL.match(value) and is_long and _is_query(value):
            found.append(f"sotw.{module}:{node.lineno}: SQL over one line belongs in sql/")
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr == "executemany":
            found.append(f"sotw.{module}:{node.lineno}: executemany: insert an Arrow table")
        if isinstance(node, ast.Attribute) and node.attr in DOORS and node.attr != "rich":
            found.append(f"sotw.{module}:{node.lineno}: reaches through to {node.attr}")
        is_print = isinstance(node, ast.Call) and ast.unparse(node.func) == "print"
        if is_print and not fnmatch.fnmatch(module, "commands*") and module != "__main__":
            found.append(f"sotw.{module}:{node.lineno}: prints: use logging, or sotw/commands")
    if len(text.splitlines()) > 400:
        found.append(f"sotw.{module}: {len(text.splitlines())} lines, 400 are allowed")
    return found


def _is_query(text: str) -> bool:
    """Prose may begin with 'from' or 'with'; a query has another keyword after it."""
    words = r"\b(select|from|into|values|set|where|as|by|table|view|on|to)\b"
    return re.search(words, text.strip().split(maxsplit=1)[-1], re.IGNORECASE) is not None
