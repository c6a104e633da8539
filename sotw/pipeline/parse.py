"""What one model's text says: its header, its parents, its columns and their comments."""

from __future__ import annotations

import re
from pathlib import PurePosixPath

import sqlglot
from sqlglot import exp
from sqlglot.errors import ParseError, TokenError
from sqlglot.optimizer.scope import traverse_scope

from sotw.errors import ModelError
from sotw.pipeline.model import Audit, Model

_HEADER_KEYS = ("grain", "cutoff", "audit")


def model(path: str, source: str, sql: str) -> Model:
    """Read one model.

    Args:
        path: Of the file, relative to the folder of models.
        source: Its text.
        sql: What its text renders to.

    Raises:
        ModelError: The header lacks something, or the text is not one select.
    """
    layer, name = path.split("/")[0], PurePosixPath(path).stem
    description, keys = _header(source)
    faults = [f"unknown key '{key}:' in the header" for key in keys if key not in _HEADER_KEYS]
    grain = tuple(split(", ".join(text for text, _ in keys.get("grain", []))))
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


def _header(source: str) -> tuple[str, dict[str, list[tuple[str, int]]]]:
    """The comment block that opens a file: its sentence and its keys with line numbers."""
    sentence: list[str] = []
    keys: dict[str, list[tuple[str, int]]] = {}
    is_sentence = True
    for number, line in enumerate(source.splitlines(), start=1):
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


def split(names: str) -> list[str]:
    """The names of a list with commas."""
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
