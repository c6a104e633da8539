"""The command that writes a report: a page, or Markdown with its plots."""

from __future__ import annotations

import enum
from pathlib import Path
from typing import Annotated

import typer

from sotw.commands import (
    ListenerOption,
    Policy,
    Predictor,
    WarehouseOption,
    app,
    listener_of,
)
from sotw.settings import load_settings, warehouse_path


class PageForm(enum.StrEnum):
    """How a report is written."""

    HTML = "html"
    MD = "md"


@app.command()
def report(
    predictor: Annotated[
        Predictor, typer.Argument(help="What is predicted.")
    ] = Predictor.WEEK_FAVORITE,
    output: Annotated[Path, typer.Option(help="Folder for the page.")] = Path("report"),
    form: Annotated[
        PageForm, typer.Option("--format", help="md: Markdown with its plots beside it.")
    ] = PageForm.HTML,
    policy: Annotated[
        Policy | None, typer.Option(help="Of week_favorite; else what there is, the pick's first.")
    ] = None,
    warehouse: WarehouseOption = None,
    listener: ListenerOption = None,
) -> None:
    """Write one page about a listener's history and the model (extra: plot)."""
    from sotw import warehouse as files
    from sotw.predictors.completion import report as completion
    from sotw.predictors.week_favorite import report as week_favorite

    if policy and predictor is not Predictor.WEEK_FAVORITE:
        raise typer.BadParameter("--policy is for week_favorite. Leave it out.")
    settings, path = load_settings(), warehouse_path(warehouse)
    who = listener_of(listener, settings, path)
    with files.reading(path) as con:
        if predictor is Predictor.COMPLETION:
            page = completion.write_report(con, output, listener=who, form=str(form))
        else:
            chosen = str(policy) if policy else None
            page = week_favorite.write_report(
                con, output, listener=who, policy=chosen, form=str(form)
            )
    print(f"Written: {page}")
