"""The command that scores a file: score popularity."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003 - typer reads it
from typing import Annotated

import typer

from sotw.commands import JsonOption, WarehouseOption, app, print_json
from sotw.settings import load_settings, warehouse_path
from sotw.text_table import wrapped

score = typer.Typer(no_args_is_help=True, help="Score the rows of a file by a trained model.")
app.add_typer(score, name="score")
_MOST_LINES = 5


@score.callback()
def _score() -> None:
    """Score the rows of a file by a trained model."""


@score.command()
def popularity(
    file: Annotated[Path, typer.Argument(help="A CSV of tracks with their audio features.")],
    output: Annotated[Path, typer.Option(help="Where the rows go, with what is said of them.")],
    catalogue: Annotated[
        str | None, typer.Option(help="Whose model; needed where several are trained.")
    ] = None,
    warehouse: WarehouseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say how popular each track of a file is, 0 to 100, with a 95 % interval.

    A row that breaks the contract is reported and not scored; then the exit code is 3.
    """
    from sotw.actions.score_file import run_score

    settings, path = load_settings(), warehouse_path(warehouse)
    found = run_score(path, settings, file, output, catalogue)
    if as_json:
        print_json(found)
    else:
        print(
            wrapped(
                f"{found.scored:,} of {found.rows:,} rows of {file.name} are scored by the model "
                f"of {found.catalogue} (run {found.run_id})."
            )
        )
        for line, why in list(found.not_scored.items())[:_MOST_LINES]:
            print(wrapped(f"Not scored: line {line}: {why}"))
        if len(found.not_scored) > _MOST_LINES:
            print(f"and {len(found.not_scored) - _MOST_LINES:,} more")
        print(f"Written: {found.output}")
        print(f"Contract ({found.result}): {found.reports[0]}, {found.reports[1]}")
    if found.not_scored:
        raise typer.Exit(3)
