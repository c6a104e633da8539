"""The files under sql/ as an ordered list of models.

A model is one select in one file. Its header says what a row is (``grain``), what it may not
see past (``cutoff``) and what must hold (``audit``); its parents are read from the SQL, its
storage from its folder. Nothing else describes it.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sotw.errors import ModelError
from sotw.pipeline import model_cache
from sotw.pipeline.model import Audit, Model
from sotw.render import contracts, render, source_text, sql_files

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["LAYERS", "Audit", "Model", "load_models", "select"]

# Each layer and the schemas it may read; the order is the order of the flow.
LAYERS = {
    "staging": ("raw",),
    "core": ("staging", "core"),
    "features": ("core",),
    "marts": ("core", "features", "marts", "ml"),
}
_BY_PYTHON = ("raw", "ml")


def load_models(root: Path | None = None) -> list[Model]:
    """Every model, parents before children; equal folders give equal order.

    Parsing takes most of a second, so what was read is remembered until a file changes.

    Args:
        root: Another folder of models, for tests; nothing of it is remembered.

    Raises:
        ModelError: One or more files are wrong; the message lists all of them.
    """
    return _read_all(root) if root else model_cache.remembered(_read_all)


def _read_all(root: Path | None = None) -> list[Model]:
    from sotw.pipeline import parse  # imports sqlglot, which is slow

    errors: list[str] = []
    models: dict[str, Model] = {}

    def siblings(layer: str, grain: str = "") -> list[Model]:
        """The models of one layer (and grain) read so far: for the loop of a training mart."""
        wanted = tuple(parse.split(grain))
        return [
            model
            for name, model in sorted(models.items())
            if model.schema == layer and (not wanted or model.grain == wanted)
        ]

    for layer in LAYERS:
        # Folders within a layer are for people: a model is named after its layer and its file.
        for path in sorted(sql_files(f"{layer}/**/*.sql", root), key=lambda path: Path(path).name):
            try:
                sql = render(path, root, models=siblings)
                model = parse.model(path, source_text(path, root), sql)
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
