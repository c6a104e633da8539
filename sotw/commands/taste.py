"""The commands about what a listener likes: taste, discover, feedback."""

from __future__ import annotations

from typing import Annotated

import typer

from sotw.commands import (
    JsonOption,
    ListenerOption,
    WarehouseOption,
    app,
    listener_of,
    print_json,
    refuse_unknown,
)
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


@app.command()
def discover(
    engine: Annotated[
        str, typer.Option("--engine", help="blend (learned), or one engine by its name.")
    ] = "blend",
    new: Annotated[bool, typer.Option("--new", help="Only artists never heard.")] = False,
    explore: Annotated[
        bool, typer.Option("--explore", help="Away from what you hear most and everybody knows.")
    ] = False,
    bridge: Annotated[
        bool, typer.Option("--bridge", help="Between two kinds of music that you go between.")
    ] = False,
    exclude: Annotated[
        list[str] | None, typer.Option("--exclude", help="Not this artist; may be repeated.")
    ] = None,
    most: Annotated[int, typer.Option("--most", min=1, help="How many.")] = 10,
    per_tag: Annotated[
        int, typer.Option("--per-tag", min=1, help="How many of one kind of music.")
    ] = 3,
    warehouse: WarehouseOption = None,
    listener: ListenerOption = None,
    as_json: JsonOption = False,
) -> None:
    """Name artists not heard yet, or not for a year, with the evidence for each."""
    from sotw import warehouse as files
    from sotw.predictors.taste import discover as finding
    from sotw.text_table import wrapped

    refuse_unknown("engine", engine, finding.RANKERS, "--engine")
    path = warehouse_path(warehouse)
    wish = finding.Wish(engine, new, explore, bridge, tuple(exclude or ()), most, per_tag)
    with files.reading(path) as con:
        found = finding.discoveries(con, listener_of(listener, load_settings(), path), wish)
    if as_json:
        print_json(found)
        return
    for place, row in enumerate(found, start=1):
        line = f"{' '.join(row['artist_name'].split())}: {row['why']}"
        print(wrapped(line, first=f"{place:>3}. ", indent="     "))
    print(
        "\nA tag's share is what the likeness of the tags falls by without it.\n"
        "`sotw feedback up|down ARTIST` teaches the next training."
    )


@app.command()
def feedback(
    mark: Annotated[str, typer.Argument(metavar="up|down|none", help="none takes it back.")],
    name: Annotated[str, typer.Argument(metavar="NAME", help='"Artist" or "Artist - Track".')],
    warehouse: WarehouseOption = None,
    listener: ListenerOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say yes or no to an artist or a song; the next build and training know it."""
    from sotw.actions import feedback as saying
    from sotw.warehouse import utc_now

    refuse_unknown("mark", mark, saying.SCORES, "up|down|none")
    settings, path = load_settings(), warehouse_path(warehouse)
    who = listener_of(listener, settings, path)
    noted = saying.give(path, settings, who, mark, name, now=utc_now().replace(microsecond=0))
    if as_json:
        print_json(noted)
    else:
        print(f"Noted for {who}: {mark}, {noted['name']}. `sotw build`, then `sotw train taste`.")
