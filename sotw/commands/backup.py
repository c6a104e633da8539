"""Commands that copy the warehouse away and bring it back."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003 - typer reads the annotations
from typing import Annotated

import typer

from sotw.commands import JsonOption, WarehouseOption, app, print_json
from sotw.settings import warehouse_path


@app.command()
def backup(
    output: Annotated[Path, typer.Option("--output", help="A new file.")],
    warehouse: WarehouseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Copy the warehouse to a new file, with its checksum beside it."""
    from sotw.actions import backup as copying
    from sotw.warehouse import inbox

    path = warehouse_path(warehouse)
    digest = copying.backup(path, output)
    waiting = inbox.waiting(path)
    if as_json:
        print_json({"file": str(output), "sha256": digest, "waiting": waiting})
        return
    print(f"Written: {output}, and its sha256 in {copying.checksum_path(output)}.")
    if waiting:
        print(f"{waiting:,} picks wait in the inbox and are not in it: `sotw build` takes them.")


@app.command()
def restore(
    file: Annotated[Path, typer.Argument(help="What `sotw backup` wrote.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    warehouse: WarehouseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Make a backup the warehouse; the one that is there is kept under another name."""
    from sotw.actions import backup as copying

    path = warehouse_path(warehouse)
    if path.exists() and not yes:
        typer.confirm(f"Put {file} in the place of {path}, which gets another name?", abort=True)
    kept_as = copying.restore(path, file)
    if as_json:
        print_json({"warehouse": str(path), "kept_as": str(kept_as) if kept_as else None})
        return
    print(f"The warehouse is {file} again.")
    if kept_as:
        print(f"What was there before is {kept_as}.")
