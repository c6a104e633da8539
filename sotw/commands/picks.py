"""The command that names favourites: pick."""

from __future__ import annotations

import datetime as dt  # noqa: TC003 - typer reads the annotations
from pathlib import Path  # noqa: TC003 - typer reads the annotations
from typing import TYPE_CHECKING, Annotated

import typer

from sotw.commands import JsonOption, ListenerOption, WarehouseOption, app, listener_of, print_json
from sotw.errors import SotwError
from sotw.settings import load_settings, warehouse_path

if TYPE_CHECKING:
    from sotw.settings import Settings


@app.command()
def pick(
    song: Annotated[str | None, typer.Argument(help='"Artist - Track", as in your plays.')] = None,
    week: Annotated[
        dt.datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Any date in its week.")
    ] = None,
    yes: Annotated[
        bool, typer.Option("--yes", help="Also a song that is not among the plays.")
    ] = False,
    remove: Annotated[
        bool, typer.Option("--remove", help="Take back what was picked for the week.")
    ] = False,
    warehouse: WarehouseOption = None,
    listener: ListenerOption = None,
    as_json: JsonOption = False,
) -> None:
    """Name the favourite of a week, by default of this week; the next build learns from it."""
    from sotw.actions import picks
    from sotw.warehouse import utc_now

    settings, path = load_settings(), warehouse_path(warehouse)
    day, now = week.date() if week else None, utc_now()
    if remove:
        if song is not None:
            raise SotwError("--remove takes back what was picked for a week: name no song.")
        _remove_picks(path, listener_of(listener, settings, path), settings, day, as_json=as_json)
        return
    if song is None:
        raise typer.BadParameter('name it as "Artist - Track".', param_hint="SONG")
    artist, dash, track = (part.strip() for part in song.partition(" - "))
    if not (artist and dash and track):
        raise SotwError(f'{song!r} is not "Artist - Track": put " - " between the two.')
    who = listener_of(listener, settings, path)
    plan = picks.plan(path, artist, track, who, settings, day=day, now=now, is_sure=yes)
    picks.run_pick(path, artist, track, who, week_ending=plan.week_ending)
    noted = {"listener": who, "artist": artist, "track": track, "week_ending": plan.week_ending}
    if as_json:
        print_json({**noted, "doubts": plan.doubts})
        return
    print(f"Noted for {who}, for the week ending {plan.week_ending}: {artist} - {track}.")
    for doubt in plan.doubts:
        print(doubt)
    print("`sotw build` takes it in; a later pick for that week replaces it.")


def _remove_picks(
    path: Path, listener: str, settings: Settings, day: dt.date | None, *, as_json: bool
) -> None:
    from sotw.actions import drafting, picks
    from sotw.warehouse import utc_now

    week = picks.week_to_clear(path, listener, settings, day=day, now=utc_now())
    removed = drafting.change_raw(
        path, settings, lambda con: picks.remove(con, listener, week, settings)
    )
    if as_json:
        print_json({"listener": listener, "week_ending": week, "removed": removed})
        return
    for one in removed:
        back = "; importing its file again brings it back" if one.is_of_file else ""
        print(f"Removed for {listener}, week ending {week}: {one.artist} - {one.track}{back}.")
    print("`sotw build` takes it out of labels and training.")
