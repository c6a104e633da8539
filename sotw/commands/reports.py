"""The command that writes a report: a page, or Markdown with its plots."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sotw.commands import ListenerOption, WarehouseOption, app, listener_of
from sotw.errors import SotwError
from sotw.settings import load_settings, warehouse_path


@app.command()
def report(
    predictor: Annotated[
        str, typer.Argument(help="week_favorite or completion.")
    ] = "week_favorite",
    out: Annotated[Path, typer.Option(help="Folder for the page.")] = Path("report"),
    form: Annotated[
        str, typer.Option("--format", help="html, or md: Markdown with its plots beside it.")
    ] = "html",
    policy: Annotated[
        str | None, typer.Option(help="Of week_favorite: calendar or decision.")
    ] = None,
    warehouse: WarehouseOption = None,
    listener: ListenerOption = None,
) -> None:
    """Write one page about a listener's history and the model (extra: plot)."""
    from sotw import report as week_favorite
    from sotw import report_completion as completion
    from sotw import warehouse as files

    if predictor not in (week_favorite.PREDICTOR, completion.PREDICTOR):
        raise SotwError(
            f"no predictor is called '{predictor}'; there is {week_favorite.PREDICTOR} and "
            f"{completion.PREDICTOR}."
        )
    if policy and predictor != week_favorite.PREDICTOR:
        raise SotwError("--policy is for week_favorite. Leave it out.")
    settings, path = load_settings(), warehouse_path(warehouse)
    who = listener_of(listener, settings, path)
    with files.reading(path) as con:
        if predictor == completion.PREDICTOR:
            page = completion.write_report(con, out, listener=who, form=form)
        else:
            page = week_favorite.write_report(con, out, listener=who, policy=policy, form=form)
    print(f"Written: {page}")
