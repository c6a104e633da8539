"""The command about what a listener likes: taste."""

from __future__ import annotations

from typing import Annotated

import typer

from sotw.commands import JsonOption, ListenerOption, WarehouseOption, app, listener_of, print_json
from sotw.settings import load_settings, warehouse_path


@app.command()
def taste(
    tags: Annotated[int, typer.Option("--tags", min=1, help="How many tags.")] = 15,
    warehouse: WarehouseOption = None,
    listener: ListenerOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show what a listener likes as tags: now, a year before, year by year."""
    from sotw import warehouse as files
    from sotw.predictors.taste import profile

    path = warehouse_path(warehouse)
    with files.reading(path) as con:
        found = profile.read_profile(con, listener_of(listener, load_settings(), path))
    if as_json:
        print_json(found)
    else:
        print(profile.profile_text(found, tags))
