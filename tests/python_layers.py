"""Who may import what, and what no module may do: read from the Python syntax tree."""

from __future__ import annotations

import ast
import fnmatch
import re
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping
    from pathlib import Path

# The rooms of sotw/ from the roof down, and the libraries each may import. A room imports only
# rooms below it, imports for type checkers counted; a file in sotw/ itself is a room of its own.
ROOMS = """
__main__   |
commands   | typer rich uvicorn
serve      | fastapi jinja2 limits prometheus_client pydantic starlette
export     | numpy pyarrow
actions    | filelock
predictors | crepes implicit mapie numpy pandas pyarrow scipy sklearn statsmodels threadpoolctl xgboost
playlists  | numpy
report     | altair vl_convert
checks     | filelock
learning   | numpy pandas pyarrow scipy sklearn threadpoolctl xgboost
rules      | numpy pyarrow rapidfuzz
sync       | requests
ingest     | duckdb numpy pyarrow
pipeline   | pyspark sqlglot
demo       | numpy pandas pyarrow
warehouse  | duckdb filelock
text_table | rich
plain_text |
settings   |
render     | jinja2
paths      |
keys       |
extras     |
errors     |
__init__   |
"""

# The one door of each library; the table above must agree with it.
DOORS = {
    "duckdb": ("warehouse.connection", "warehouse.scratch"),
    "jinja2": ("render", "serve.*"),
    "sqlglot": ("pipeline.*",),
    "requests": ("sync.http",),
    "scipy": ("learning.metrics.intervals", "predictors.*"),
    "xgboost": ("learning.boosting", "predictors.*.boosting"),
    "mapie": ("predictors.*.intervals",),
    "crepes": ("predictors.*.intervals",),
    "statsmodels": ("predictors.*",),
    "rapidfuzz": ("rules.match",),
    "altair": ("report.plots",),
    "pyspark": ("pipeline.spark",),
    "typer": ("commands*",),
    "rich": ("commands*", "text_table"),
}
# Type names of a library that another module writes in its signatures.
DOORS_FOR_TYPES = {"duckdb": ("ingest*",)}
# They run whatever a file tells them to.
REFUSED = {"pickle", "joblib", "dill", "cloudpickle", "shelve", "marshal"}


@dataclass(frozen=True, slots=True)
class Import:
    """One import statement's one name, ``sotw.`` left out for our own."""

    name: str
    is_own: bool
    is_for_types: bool
    line: int


def rooms(text: str = ROOMS) -> dict[str, tuple[str, ...]]:
    """Rooms from the roof down, with the libraries they may import."""
    rows = [line.split("|") for line in text.strip().splitlines()]
    return {room.strip(): tuple(libraries.split()) for room, libraries in rows}


def room_of(module: str) -> str:
    return module.partition(".")[0]


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
            is_own = module.split(".")[0] == "sotw"
            names = [f"{module}.{one.name}" for one in node.names] if is_own else [module]
        for name in names:
            if name.split(".")[0] in sys.stdlib_module_names - REFUSED:
                continue
            own = name.startswith("sotw.")
            plain = name.removeprefix("sotw.") if own else name.split(".")[0]
            yield Import(plain, own, id(node) in for_types, node.lineno)


def import_faults(module: str, text: str) -> list[str]:
    """What a module imports and may not."""
    floors = rooms()
    room = room_of(module)
    if room not in floors:
        return [f"sotw.{module}: there is no room '{room}'; the rooms are {', '.join(floors)}"]
    order = list(floors)
    found = []
    for one in imports(ast.parse(text)):
        where = f"sotw.{module}:{one.line}: imports {one.name}"
        if one.name in REFUSED:
            found.append(f"{where}: it runs what a file says; write plain values instead")
        elif one.is_own:
            other = room_of(one.name)
            is_below = other in order and order.index(other) > order.index(room)
            if other != room and not is_below:
                found.append(f"{where}: {other} stands above {room}, and a room looks only down")
        elif one.is_for_types:
            doors = (*DOORS.get(one.name, ("",)), *DOORS_FOR_TYPES.get(one.name, ()))
            if one.name in DOORS and not any(matches(module, door) for door in doors):
                found.append(f"{where}: its door is {', '.join(DOORS[one.name])}")
        else:
            doors = DOORS.get(one.name, ("*",))
            if one.name not in floors[room] or not any(matches(module, door) for door in doors):
                allowed = ", ".join(floors[room]) or "nothing"
                said = f"; its door is {', '.join(doors)}" if one.name in DOORS else ""
                found.append(f"{where}: {room} may import {allowed}{said}")
    return found


def graph(texts: Mapping[str, str]) -> dict[str, set[str]]:
    """Which modules each module imports, type-only imports counted; of a package, its file."""
    found: dict[str, set[str]] = {}
    for module, text in texts.items():
        names = {one.name for one in imports(ast.parse(text)) if one.is_own}
        # The name of a function or class is cut off until a module is left.
        targets = {cut for name in names if (cut := _module_in(name, texts)) and cut != module}
        found[module] = targets
    return found


def _module_in(name: str, modules: Collection[str]) -> str | None:
    while name and name not in modules:
        name = name.rpartition(".")[0]
    return name or None


def circles(arrows: Mapping[str, Collection[str]]) -> list[tuple[str, ...]]:
    """Every group of modules, or of rooms, that can be reached from one another."""
    reach: dict[str, set[str]] = {}
    for start in arrows:
        seen: set[str] = set()
        waiting = list(arrows[start])
        while waiting:
            name = waiting.pop()
            if name not in seen:
                seen.add(name)
                waiting += arrows.get(name, ())
        reach[start] = seen
    groups = {
        tuple(sorted({start, *(other for other in reach[start] if start in reach.get(other, ()))}))
        for start in arrows
        if start in reach[start]
    }
    return sorted(groups)


def drawing(arrows: Mapping[str, Collection[str]]) -> str:
    """The rooms as they are: a line each from the roof down, with the rooms it imports."""
    order = list(rooms())
    own = {name: sum(room_of(module) == name for module in arrows) for name in order}
    lines = []
    for name in order:
        targets = {
            room_of(other)
            for module in arrows
            if room_of(module) == name
            for other in arrows[module]
        } - {name}
        known = [other for other in order if other in targets]
        marked = [
            f"^{other}" if order.index(other) < order.index(name) else other for other in known
        ]
        lines.append(f"{name:<11}{own[name]:>4} files -> {' '.join(marked) or '-'}")
    return "\n".join([*lines, "(^ marks an import upwards)"])


_MOST_TREE_LINES = 20


def tree_faults(readme: str, root: Path) -> list[str]:
    """What the tree in README's section on development says and is not so.

    Args:
        readme: The text; the tree is the section's first indented block.
        root: The checkout.
    """
    section = readme.partition("\n## Development\n")[2]
    lines = section.strip("\n").partition("\n\n")[0].splitlines()
    faults = []
    if len(lines) > _MOST_TREE_LINES:
        faults.append(f"{len(lines)} lines, {_MOST_TREE_LINES} are allowed")
    drawn: dict[str, list[str]] = {}
    drawn_rooms: list[str] = []
    for line in lines:
        names = re.findall(r"(?<![\w/`])([a-z_]+)/(?=[\s;,:)]|$)", line)
        if re.match(r" {4}\w", line):
            top, *names = names
            drawn[top] = []
        elif re.match(r" {6}\w", line):
            drawn_rooms.append(names[0])
        drawn[top] += names
    for top, names in drawn.items():
        files = [file for kind in ("py", "sql", "csv") for file in (root / top).rglob(f"*.{kind}")]
        inner = {part for file in files for part in file.relative_to(root / top).parts[:-1]}
        faults += [f"there is no {top}/{name}/" for name in names if name not in inner]
        if top in ("sotw", "sql"):
            outer = {
                path.parts[0]
                for file in files
                if len((path := file.relative_to(root / top)).parts) > 1
            }
            faults += [f"{top}/ has {name}/" for name in sorted(outer - set(names))]
    if drawn_rooms != [room for room in rooms() if room in drawn_rooms]:
        faults.append("the rooms are not drawn in the order in which they may import")
    return faults


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


# Files under sql/ have one door; who knows the folder could open them, and so could a made-up path.
SQL_DOOR = "render"
_OPENING = {"read_text", "read_bytes", "open"}


def sql_door_faults(module: str, tree: ast.Module) -> list[str]:
    """Where a module could open a file under sql/ otherwise than by the renderer."""
    if module in (SQL_DOOR, "paths"):
        return []
    knows = [
        node.lineno
        for node in ast.walk(tree)
        if (isinstance(node, ast.alias | ast.Attribute)) and "sql_root" in ast.unparse(node)
    ]
    opens = [
        node.lineno
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and ast.unparse(node.func).rpartition(".")[2] in _OPENING
        and re.search(r"\.sql\b|\bsql/|['\"]sql['\"]", ast.unparse(node))
    ]
    return [
        f"sotw.{module}:{line}: a file under sql/ is opened by sotw.{SQL_DOOR} alone"
        for line in sorted({*knows, *opens})
    ]


# Who writes raw; all others only read it.
RAW_WRITERS = ("ingest*", "actions*", "rules*", "sync*", "warehouse.migrations")
RAW_WRITERS += ("warehouse.credits",)  # of imports and of builds, in one form
_CHANGES_ROWS = r"insert\s+into|delete\s+from|update|truncate(?:\s+table)?|merge\s+into"
_CHANGES_TABLES = r"(?:create(?:\s+or\s+replace)?|drop|alter)\s+\w+(?:\s+if\s+(?:not\s+)?exists)?"
_WRITES = re.compile(
    rf"\b(?P<rows>{_CHANGES_ROWS})(?:\s+|$)(?P<target>[\w.]*)"
    rf"|\b{_CHANGES_TABLES}\s+(?P<made>[\w.]+)|\bcopy\s+(?P<copied>[\w.]+)\s.*?\bfrom\b",
    re.IGNORECASE,
)
_STATEMENT = re.compile(
    r"\s*(insert|update|delete|truncate|merge|create|drop|alter|copy)\s", re.IGNORECASE
)


def raw_faults(module: str, tree: ast.Module) -> list[str]:
    """Where a module writes raw and may not: by its own words, or by a statement of a writer."""
    if any(matches(module, writer) for writer in RAW_WRITERS):
        return []
    faults = []
    for node, value in _strings(tree):
        where = f"sotw.{module}:{node.lineno}"
        if re.match(r"(ingest|rules)/\S*$", value):
            faults.append(
                f"{where}: runs a statement of {value.partition('/')[0]}, which writes raw"
            )
        for match in _WRITES.finditer(value) if _STATEMENT.match(value) else ():
            target = (match["target"] or match["made"] or match["copied"] or "").lower()
            if target.startswith("raw."):
                faults.append(f"{where}: writes {target}; {', '.join(RAW_WRITERS)} do")
            elif match["rows"] and "." not in target:
                faults.append(f"{where}: writes a table whose schema is not stated")
    return faults


def body_faults(module: str, text: str) -> list[str]:
    """What no module may do, imports aside."""
    tree = ast.parse(text)
    found = [*sql_door_faults(module, tree), *raw_faults(module, tree)]
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


def public_names(text: str) -> Iterator[tuple[str, int]]:
    """Functions and classes of a module that others may use, with their lines."""
    for node in ast.parse(text).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_"):
            yield node.name, node.lineno


# What each predictor's folder brings, by these names.
SHAPE = {"Options", "Boosted", "learner", "trained", "evaluated", "predicted", "write_report"}
# The action that trains several is named as what trains one.
SAME_VERB = {("actions.learn", "train")}


def twins(texts: Mapping[str, str]) -> list[str]:
    """What is done for every predictor and done again by one, or by two of them."""
    shared: dict[str, str] = {}
    folders: dict[str, dict[str, str]] = {}
    found = []
    for module, text in texts.items():
        if room_of(module) == "learning":
            shared |= {name: module for name, _ in public_names(text)}
    for module, text in texts.items():
        if room_of(module) not in ("predictors", "actions", "checks"):
            continue
        folder = module.rpartition(".")[0]
        for name, line in public_names(text):
            where = f"sotw.{module}:{line}: {name} is"
            if name in shared and (module, name) not in SAME_VERB:
                found.append(f"{where} a twin of sotw.{shared[name]}'s")
            others = folders.setdefault(name, {})
            if folder.count(".") == 1 and name not in SHAPE:
                found += [
                    f"{where} a twin of {one}'s" for key, one in others.items() if key != folder
                ]
                others[folder] = f"sotw.{module}"
    return found
