"""Commands that look into the warehouse: lineage, shell."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from typing import Annotated

import typer

from sotw.commands import JsonOption, WarehouseOption, app, print_json
from sotw.errors import SotwError
from sotw.settings import warehouse_path

# No extension comes unasked; `install` and `load` are there for who asks.
_OFFLINE = "set autoinstall_known_extensions = false; set autoload_known_extensions = false;"


@app.command()
def lineage(
    target: Annotated[str | None, typer.Argument(help="[schema.]table[.column]")] = None,
    as_json: JsonOption = False,
) -> None:
    """Show where a table or a column comes from, down to raw; alone, list the tables."""
    from sotw.pipeline import lineage as tracing
    from sotw.pipeline.models import load_models

    found = load_models()
    if target is None:
        lines = [(0, f"{model.name}: {model.description}") for model in found]
    else:
        lines = tracing.trace(found, target)
    if as_json:
        print_json([{"depth": depth, "name": text} for depth, text in lines])
    else:
        for depth, text in lines:
            print("  " * depth + text)


@app.command()
def shell(
    command: Annotated[
        str | None, typer.Option("-c", "--command", help="Run this SQL and end.")
    ] = None,
    warehouse: WarehouseOption = None,
) -> None:
    """Open the DuckDB shell on the warehouse, read-only (extra: shell)."""
    path = warehouse_path(warehouse)
    beside = Path(sys.executable).parent / "duckdb"
    found = str(beside) if beside.exists() else shutil.which("duckdb")
    if found is None:
        raise SotwError(
            "there is no DuckDB shell here. "
            "Run `make install EXTRAS=shell`, or pip install 'sotw[shell]'."
        )
    from sotw import warehouse as files

    with files.reading(path):
        pass  # another kind of file would make the shell look for an extension in the network
    asked = ["-c", command] if command else []
    raise typer.Exit(subprocess.call([found, "-readonly", "-cmd", _OFFLINE, str(path), *asked]))
