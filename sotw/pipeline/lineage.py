"""Where a table or a column comes from, read from the SQL, down to raw.

One-hop edges per model are composed; a whole-chain analysis by sqlglot is far slower
(ENGINES 4). Lineage sees what a value is computed from, not filters or join keys.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlglot
from sqlglot import exp
from sqlglot.lineage import lineage as one_hop
from sqlglot.optimizer.qualify import qualify

from sotw.errors import ModelError
from sotw.render import contracts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sotw.pipeline.models import Model

    Columns = dict[str, dict[str, str]]

Edge = tuple[str, str]


def contract_columns() -> Columns:
    """Columns of every table in sql/contracts/: ``{schema.table: {column: type}}``."""
    found: Columns = {}
    for statement in sqlglot.parse(contracts(), dialect="duckdb"):
        if isinstance(statement, exp.Create) and statement.kind == "TABLE":
            table = statement.this.this
            found[f"{table.db}.{table.name}"] = {
                column.name: column.kind.sql("duckdb") if column.kind else "unknown"
                for column in statement.this.expressions
                if isinstance(column, exp.ColumnDef)
            }
    return found


def all_columns(models: Sequence[Model]) -> Columns:
    """Columns of every table, contracts and models; types of models are not inferred."""
    columns = contract_columns()
    for model in models:
        names = model.columns or tuple(_qualified(model, columns).named_selects)
        columns[model.name] = dict.fromkeys(names, "unknown")
    return columns


def _nested(columns: Columns, parents: Sequence[str]) -> dict[str, object]:
    """The schema of a model's parents in the nesting sqlglot reads."""
    nested: dict[str, dict[str, dict[str, str]]] = {}
    for parent in parents:
        schema, table = parent.split(".")
        nested.setdefault(schema, {})[table] = columns[parent]
    return dict(nested)


def _qualified(model: Model, columns: Columns) -> exp.Query:
    tree = qualify(
        sqlglot.parse_one(model.sql, dialect="duckdb"),
        schema=_nested(columns, model.parents),
        dialect="duckdb",
        validate_qualify_columns=False,
        identify=False,
    )
    if not isinstance(tree, exp.Query):
        raise ModelError(f"{model.path}: holds no select.")
    return tree


def edges(model: Model, columns: Columns) -> dict[str, list[Edge]]:
    """For each output column the (table, column) pairs of its parents that it is computed from."""
    roots = one_hop(
        None, _qualified(model, columns), _nested(columns, model.parents), dialect="duckdb"
    )
    found: dict[str, list[Edge]] = {}
    for column, root in (roots if isinstance(roots, dict) else {}).items():
        sources = {
            (f"{node.expression.db}.{node.expression.name}", node.name.split(".")[-1])
            for node in root.walk()
            if isinstance(node.expression, exp.Table)
        }
        found[column] = sorted(sources)
    return found


def trace(models: Sequence[Model], target: str) -> list[tuple[int, str]]:
    """The tree below ``schema.table`` or ``schema.table.column``, as (depth, text) lines.

    The schema may be left out.

    Raises:
        ModelError: There is no such table or column.
    """
    by_name = {model.name: model for model in models}
    columns = all_columns(models)
    parts = target.split(".")
    schemas = {name.split(".")[0] for name in columns}
    if parts[0] not in schemas:
        # As for `sotw build --select`: the table's own name is enough.
        full = next((name for name in columns if name.split(".")[1] == parts[0]), parts[0])
        parts[:1] = full.split(".")
    name, column = ".".join(parts[:2]), ".".join(parts[2:])
    if name not in columns:
        raise ModelError(
            f"no table is called '{name}'. `sotw lineage` alone lists the tables there are."
        )
    if column and column not in columns[name]:
        raise ModelError(f"{name} has no column '{column}'. It has: {', '.join(columns[name])}.")
    return (
        _trace_column((name, column), by_name, columns, {}, 0, set())
        if column
        else _trace_table(name, by_name, 0, set())
    )


def _trace_table(
    name: str, by_name: dict[str, Model], depth: int, seen: set[str]
) -> list[tuple[int, str]]:
    is_known = name in seen
    seen.add(name)
    lines = [(depth, name + (" (above)" if is_known and name in by_name else ""))]
    if name in by_name and not is_known:
        for parent in by_name[name].parents:
            lines += _trace_table(parent, by_name, depth + 1, seen)
    return lines


def _trace_column(
    edge: Edge,
    by_name: dict[str, Model],
    columns: Columns,
    cache: dict[str, dict[str, list[Edge]]],
    depth: int,
    seen: set[Edge],
) -> list[tuple[int, str]]:
    table, column = edge
    is_known = edge in seen
    seen.add(edge)
    lines = [(depth, f"{table}.{column}" + (" (above)" if is_known and table in by_name else ""))]
    if table in by_name and not is_known:
        if table not in cache:
            cache[table] = edges(by_name[table], columns)
        for source in cache[table].get(column, []):
            lines += _trace_column(source, by_name, columns, cache, depth + 1, seen)
    return lines
