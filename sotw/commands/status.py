"""Where things stand, and the one command that brings them up to date: status, update."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003 - typer reads the annotations
from typing import Annotated, Any

import typer

from sotw.commands import JsonOption, ListenerOption, WarehouseOption, app, print_json
from sotw.commands.data import build, ingest
from sotw.commands.predictor import EVERY, train
from sotw.settings import load_settings, warehouse_path
from sotw.text_table import wrapped

_INDENT = " " * 7


@app.command()
def status(warehouse: WarehouseOption = None, as_json: JsonOption = False) -> None:
    """Say in five lines what the log holds, what was built and trained, and what to do next."""
    from sotw.checks import status as checking

    found = checking.examine(warehouse_path(warehouse), load_settings())
    if as_json:
        print_json(found)
        return
    for name in ("log", "plays", "build", "train", "next"):
        print(wrapped(getattr(found, name), first=f"{name:<7}", indent=_INDENT))


@app.command()
def update(
    files: Annotated[
        list[Path] | None, typer.Argument(help="Exports to import first, if any.")
    ] = None,
    warehouse: WarehouseOption = None,
    listener: ListenerOption = None,
) -> None:
    """Import, build and train: each only where there is something new for it."""
    from sotw.checks import status as checking

    path, settings = warehouse_path(warehouse), load_settings()
    refused: typer.Exit | None = None
    if files:
        try:
            ingest(files, **_plain(warehouse=warehouse, listener=listener))
        except typer.Exit as some:  # some files were refused; the others are there
            refused = some
    if checking.needs_build(path, settings):
        build(**_plain(select=None, warehouse=warehouse))
    if checking.needs_training(path):
        print()
        train(EVERY, None, warehouse=warehouse)
    else:
        print("Up to date: `sotw predict` shows the song of the week.")
    if refused is not None:
        raise refused


def _plain(**given: Any) -> dict[str, Any]:  # noqa: ANN401 - of any command
    return given
