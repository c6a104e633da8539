"""The files under sql/ as an ordered list of models.

A model is one select in one file. Its header says what a row is (``grain``), what it may not
see past (``cutoff``) and what must hold (``audit``); its parents are read from the SQL, its
storage from its folder. Nothing else describes it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import sqlglot
from sqlglot import exp
from sqlglot.errors import ParseError, TokenError
from sqlglot.optimizer.scope import traverse_scope

from sotw.errors import ModelError
from sotw.render import contracts, render, source_text, sql_files

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

__all__ = ["LAYERS", "Audit", "Model", "load_models", "select"]

# Each layer and the schemas it may read; the order is the order of the flow.
LAYERS = {
    "staging": ("raw",),
    "core": ("staging", "core"),
    "features": ("core",),
    "marts": ("core", "features", "marts", "ml"),
}
_BY_PYTHON = ("raw", "ml")
_HEADER_KEYS = ("grain", "cutoff", "audit")


@dataclass(frozen=True, slots=True)
class Audit:
    """A condition of the header that no row may break; null passes."""

    condition: str
    line: int


@dataclass(frozen=True, slots=True)
class Model:
    """One file under sql/, read.

    Attributes:
        name: ``schema.table``.
        path: The file, relative to the folder of models, for messages.
        sql: The rendered select.
        description: The header's first sentence; the table's comment.
        grain: The columns that make a row unique.
        cutoff: The column a feature may not see past; empty outside features.
        audits: What must hold for every row.
        parents: Tables read, ``schema.table``, sorted.
        comments: Comment of each column that this file explains.
        columns: Names the last select gives; empty where it has a star.
    """

    name: str
    path: str
    sql: str
    description: str
    grain: tuple[str, ...]
    cutoff: str
    audits: tuple[Audit, ...]
    parents: tuple[str, ...]
    comments: dict[str, str]
    columns: tuple[str, ...]

    @property
    def schema(self) -> str:
        """The layer, which is also the schema."""
        return self.name.split(".")[0]

    @property
    def table(self) -> str:
        """The name without its schema."""
        return self.name.split(".")[1]

    @property
    def is_view(self) -> bool:
        """Staging models are views, all others tables."""
        return self.schema == "staging"


def load_models(root: Path | None = None) -> list[Model]:
    """Read every model, parents before children; equal folders give equal order.

    Raises:
        ModelError: One or more files are wrong; the message lists all of them.
    """
    errors: list[str] = []
    models: dict[str, Model] = {}

    def siblings(layer: str, grain: str = "") -> list[Model]:
        """The models of one layer (and grain) read so far: for the loop of a training mart."""
        wanted = tuple(_split(grain))
        return [
            model
            for name, model in sorted(models.items())
            if model.schema == layer and (not wanted or model.grain == wanted)
        ]

    for layer in LAYERS:
        # Folders within a layer are for people: a model is named after its layer and its file.
        for path in sorted(sql_files(f"{layer}/**/*.sql", root), key=lambda path: Path(path).name):
            try:
                model = _read(path, root, siblings)
            except ModelError as error:
                errors.append(str(error))
                continue
            if model.name in models:
                errors.append(f"{model.path}: {models[model.name].path} makes {model.name} too.")
            models[model.name] = model
    errors += _layer_faults(models, _contract_tables(root))
    if errors:
        raise ModelError("\n".join(errors))
    return _ordered(models)


def _read(path: str, root: Path | None, siblings: Callable[..., list[Model]]) -> Model:
    sql = render(path, root, models=siblings)
    layer, name = path.split("/")[0], Path(path).stem
    description, keys = _header(source_text(path, root))
    faults = [f"unknown key '{key}:' in the header" for key in keys if key not in _HEADER_KEYS]
    grain = tuple(_split(", ".join(text for text, _ in keys.get("grain", []))))
    cutoff = ", ".join(text for text, _ in keys.get("cutoff", []))
    if not description:
        faults.append("the first line must be a comment that says what the table tells you")
    if not grain:
        faults.append("the header lacks '-- grain: column, column'")
    if layer == "features" and not cutoff:
        faults.append("the header lacks '-- cutoff: column', which every feature has")
    if faults:
        raise ModelError("\n".join(f"sql/{path}: {fault}." for fault in faults))
    tree = _parse(sql, path)
    columns = _columns(tree)
    if lacking := [name for name in grain if columns and name not in columns]:
        raise ModelError(
            f"sql/{path}: the grain names '{lacking[0]}', which the select does not make. "
            f"It makes {', '.join(columns)}."
        )
    return Model(
        name=f"{layer}.{name}",
        path=f"sql/{path}",
        sql=sql,
        description=description,
        grain=grain,
        cutoff=cutoff,
        audits=tuple(Audit(text, line) for text, line in keys.get("audit", [])),
        parents=tuple(sorted(_parents(tree, path))),
        comments=_comments(sql, everywhere=tree.is_star),
        columns=columns,
    )


def _header(file: str) -> tuple[str, dict[str, list[tuple[str, int]]]]:
    """The comment block that opens a file: its sentence and its keys with line numbers."""
    sentence: list[str] = []
    keys: dict[str, list[tuple[str, int]]] = {}
    is_sentence = True
    for number, line in enumerate(file.splitlines(), start=1):
        if not line.startswith("--"):
            break
        text = line.removeprefix("--").strip()
        match = re.match(r"([a-z]+):\s+(.*)", text)
        if not text:
            is_sentence = False
        elif match:
            is_sentence = False
            keys.setdefault(match[1], []).append((match[2].strip(), number))
        elif is_sentence:
            sentence.append(text)
    return " ".join(sentence), keys


def _split(names: str) -> list[str]:
    return [name.strip() for name in names.split(",") if name.strip()]


def _parse(sql: str, path: str) -> exp.Query:
    try:
        tree = sqlglot.parse_one(sql, dialect="duckdb")
    except ParseError as error:
        first = error.errors[0] if error.errors else {}
        number = int(first.get("line") or 1)
        line = sql.splitlines()[number - 1].strip()
        raise ModelError(
            f"sql/{path}: rendered line {number}, column {first.get('col')}: "
            f"{first.get('description')} near '{first.get('highlight')}' in '{line}'. Correct it."
        ) from error
    except TokenError as error:
        raise ModelError(f"sql/{path}: {str(error).splitlines()[0]}. Correct it.") from error
    if not isinstance(tree, exp.Query):
        what = "several statements" if isinstance(tree, exp.Block) else f"a {tree.key}"
        raise ModelError(f"sql/{path}: holds {what}, not one select.")
    return tree


def _parents(tree: exp.Query, path: str) -> set[str]:
    """Every ``schema.table`` read; a table without a schema must be a CTE of its scope."""
    found: set[str] = set()
    for scope in traverse_scope(tree):
        for source in scope.sources.values():
            if isinstance(source, exp.Table):
                if not source.db:
                    raise ModelError(
                        f"sql/{path}: reads '{source.name}', which is no CTE; write schema.table."
                    )
                found.add(f"{source.db}.{source.name}")
    return found


def _columns(tree: exp.Query) -> tuple[str, ...]:
    if tree.is_star:
        return ()
    return tuple(tree.named_selects)


_COMMENT = re.compile(r"^\s+(?:.*\W)?(\w+),\s*--\s*(.+?)\s*$")


def _comments(sql: str, *, everywhere: bool) -> dict[str, str]:
    """Comments at the end of a column's last line in the last select; behind a star, in any.

    What stands on the next line, its ``--`` right below, goes on with the comment.
    """
    comments: dict[str, str] = {}
    inside = everywhere
    name, indent = "", -1
    for line in sql.splitlines():
        if re.match(r"select\b", line):
            inside = True
        elif re.match(r"\w", line):
            inside = everywhere
        match = _COMMENT.match(line)
        if match:
            name, indent = match[1], line.index("--", match.end(1))
            if not inside or name in comments:
                name = ""
            else:
                comments[name] = match[2]
        elif line.lstrip().startswith("--") and line.index("--") == indent:
            if name:
                comments[name] += " " + line.strip().removeprefix("--").strip()
        else:
            indent = -1
    return comments


def _contract_tables(root: Path | None) -> set[str]:
    """The tables that Python writes."""
    return set(re.findall(r"^create table (\w+\.\w+)", contracts(root), re.MULTILINE))


def _layer_faults(models: dict[str, Model], contracts: set[str]) -> list[str]:
    faults = []
    for model in models.values():
        allowed = LAYERS[model.schema]
        for parent in model.parents:
            schema = parent.split(".")[0]
            if schema not in allowed:
                faults.append(
                    f"{model.path}: reads {parent}, but {model.schema} may read only "
                    f"{', '.join(allowed)}."
                )
            elif parent not in models and parent not in contracts:
                folder = " of sql/contracts" if schema in _BY_PYTHON else ""
                faults.append(f"{model.path}: reads {parent}, which no file{folder} makes.")
    return faults


def _ordered(models: dict[str, Model]) -> list[Model]:
    """Parents first; ties by layer, then name."""
    order: list[Model] = []
    done: set[str] = set()

    def visit(name: str, trail: tuple[str, ...]) -> None:
        if name in trail:
            circle = " -> ".join([*trail[trail.index(name) :], name])
            raise ModelError(f"models read each other in a circle: {circle}. Break one edge.")
        if name in done or name not in models:
            return
        for parent in models[name].parents:
            visit(parent, (*trail, name))
        done.add(name)
        order.append(models[name])

    for name in models:
        visit(name, ())
    return order


def select(models: list[Model], wanted: Iterable[str]) -> list[Model]:
    """The wanted models with all their parents, in build order.

    Args:
        models: All models, parents first.
        wanted: Names, with or without schema.

    Raises:
        ModelError: A name is unknown; the message offers the nearest ones.
    """
    by_name: dict[str, Model] = {}
    for model in models:
        by_name[model.name] = by_name[model.table] = model
    keep: set[str] = set()
    stack = []
    for name in wanted:
        if name not in by_name:
            close = _closest(name, [model.table for model in models])
            raise ModelError(f"no model is called '{name}'. The nearest: {', '.join(close)}.")
        stack.append(by_name[name].name)
    while stack:
        name = stack.pop()
        if name in by_name and name not in keep:
            keep.add(name)
            stack += by_name[name].parents
    return [model for model in models if model.name in keep]


def _closest(name: str, names: list[str]) -> list[Any]:
    import difflib

    return difflib.get_close_matches(name, names, n=3, cutoff=0.0)
