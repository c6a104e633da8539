"""The files under sql/ as the style test sees them: text, rendered text, tokens and tree."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import sqlglot
from sqlglot import exp
from sqlglot.tokens import TokenType

from sotw.paths import sql_root
from sotw.pipeline.models import LAYERS, load_models
from sotw.render import render

if TYPE_CHECKING:
    from pathlib import Path

_PLAYS = {"name": "term_1", "feature": "week_plays", "level": "null", "value": "week_plays"}
_TYPE = {"name": "term_2", "feature": "artist_type", "level": "'Group'", "value": "artist_type"}
# What the templates that are no models are given: one feature of each kind.
VALUES = {
    "terms": [
        _PLAYS | {"x": "term_1_x", "is_text": False, "is_of_group": True},
        _TYPE | {"x": "cast(a = 'b' as double)", "is_text": True, "is_of_group": False},
    ],
    "features": [_PLAYS | {"name": "week_plays", "sum": "term_1_added"}],
    "numbers": ["week_plays"],
    "texts": ["artist_type"],
    "mart": "marts.training_week_favorite",
    "entity": ["listener_id", "week_ending", "cutoff_policy", "track_id"],
}


@dataclass(frozen=True, slots=True)
class SqlFile:
    """One file: ``name`` is its path under sql/, ``text`` as written, ``sql`` as rendered."""

    name: str
    text: str
    sql: str

    @property
    def folder(self) -> str:
        return self.name.split("/")[0]

    @property
    def stem(self) -> str:
        return self.name.split("/")[-1].removesuffix(".sql")

    @property
    def is_model(self) -> bool:
        return self.folder in LAYERS

    @property
    def lines(self) -> list[str]:
        return self.text.splitlines()

    @property
    def code_lines(self) -> list[str]:
        """The lines with strings, comments and the template's own marks taken out."""
        return _blanked(self.text).splitlines()

    @property
    def tree(self) -> exp.Expr:
        """Shared by all rules: look, do not touch."""
        return _parsed(self.sql)

    def tokens(self) -> list[sqlglot.Token]:
        return sqlglot.tokenize(self.sql, dialect="duckdb")


@cache
def _parsed(sql: str) -> exp.Expr:
    return sqlglot.parse_one(sql, dialect="duckdb")


_NOT_CODE = re.compile(r"--[^\n]*|'(?:[^']|'')*'|\{%.*?%\}|\{#.*?#\}|\{\{|\}\}", re.DOTALL)


def _blanked(text: str) -> str:
    return _NOT_CODE.sub(lambda found: re.sub(r"[^\n]", " ", found[0]), text)


def all_files() -> list[SqlFile]:
    """Every statement under sql/: the models, and what Python runs."""
    root = sql_root()
    models = {model.path.removeprefix("sql/"): model.sql for model in load_models()}
    files = []
    for path in sorted(root.rglob("*/*.sql")):
        name = path.relative_to(root).as_posix()
        if not name.startswith(("migrations/", "contracts/")):
            files.append(
                SqlFile(name, path.read_text(encoding="utf-8"), models.get(name) or _run(name))
            )
    return files


def _run(name: str) -> str:
    return render(name, **VALUES)


def from_text(text: str, name: str = "core/fct_example.sql") -> SqlFile:
    """A file that a test makes up; it uses no template."""
    return SqlFile(name, text, text)


def selects(tree: exp.Expr) -> list[exp.Select]:
    return list(tree.find_all(exp.Select))


def last_selects(tree: exp.Expr) -> list[exp.Select]:
    """The select that makes the table, or the branches of its union."""
    if isinstance(tree, (exp.Insert, exp.Create)):
        return last_selects(tree.expression)
    if isinstance(tree, exp.SetOperation):
        return [*last_selects(tree.this), *last_selects(tree.expression)]
    return [tree] if isinstance(tree, exp.Select) else []


def short(node: exp.Expr) -> str:
    return " ".join(node.sql("duckdb").split())[:70].lower()


def write_tree(root: Path, files: dict[str, str]) -> Path:
    """A folder of models for a test, with this project's macros and contracts."""
    (root / "contracts").mkdir(parents=True, exist_ok=True)
    for file in (sql_root() / "macros.sql", *sql_root().glob("contracts/*.sql")):
        (root / file.relative_to(sql_root())).write_bytes(file.read_bytes())
    for name, text in files.items():
        file = root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return root


__all__ = [
    "SqlFile",
    "TokenType",
    "all_files",
    "from_text",
    "last_selects",
    "selects",
    "short",
    "write_tree",
]
