"""The command that names favourites: pick."""

from __future__ import annotations

import datetime as dt  # noqa: TC003 - typer reads the annotations
from pathlib import Path  # noqa: TC003 - typer reads the annotations
from typing import TYPE_CHECKING, Annotated

import typer

from sotw.commands import JsonOption, ListenerOption, WarehouseOption, app, listener_of, print_json
from sotw.errors import SotwError
from sotw.keys import loose_key
from sotw.settings import load_settings, warehouse_path
from sotw.text_table import wrapped

if TYPE_CHECKING:
    from sotw.settings import Settings

MIN_PICKS = 10  # as the predictor has it; reading it there would load the libraries of learning
_KEYS = 9


@app.command()
def pick(
    song: Annotated[str | None, typer.Argument(help='"Artist - Track", as in your plays.')] = None,
    week: Annotated[
        dt.datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Any date in its week.")
    ] = None,
    yes: Annotated[
        bool, typer.Option("--yes", help="Also a song that is not among the plays.")
    ] = False,
    interactive: Annotated[
        bool, typer.Option("--interactive", help="Walk back through past weeks, naming theirs.")
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
    if interactive:
        if song is not None or week is not None or as_json:
            raise typer.BadParameter("--interactive asks for each week: name no song and no week.")
        _walk(path, listener_of(listener, settings, path))
        return
    if song is None:
        raise typer.BadParameter('name it as "Artist - Track".', param_hint="SONG")
    who = listener_of(listener, settings, path)
    artist, track = picks.meant(path, song, who)
    plan = picks.plan(path, artist, track, who, settings, day=day, now=now, is_sure=yes)
    picks.run_pick(path, artist, track, who, week_ending=plan.week_ending)
    noted = {"listener": who, "artist": artist, "track": track, "week_ending": plan.week_ending}
    if as_json:
        print_json({**noted, "doubts": plan.doubts})
        return
    print(wrapped(f"Noted for {who}, for the week ending {plan.week_ending}: {artist} - {track}."))
    for doubt in plan.doubts:
        print(wrapped(doubt))
    if plan.rank is not None:
        chance = f"{plan.probability:.0%}".replace("%", " %")
        print(f"sotw had it at number {plan.rank} of {plan.candidates} ({chance}).")
    if (picked := picks.picked_weeks(path, who)) < MIN_PICKS:
        print(f"{picked} of {MIN_PICKS} picks until sotw learns from yours.")
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
    names = dict.fromkeys(f"{one.artist} - {one.track}" for one in removed)
    back = ". Importing its file again brings it back" if any(r.is_of_file for r in removed) else ""
    gone = f"Removed for {listener}, week ending {week}: {'; '.join(names)}{back}."
    print(f"{gone} `sotw build` takes it out of what is learned.")


def _walk(path: Path, listener: str) -> None:
    """Show week after week, the newest first, and note what a key says of each."""
    from sotw.actions import picks

    weeks = picks.weeks_to_pick(path, listener)
    every: dict[dt.date, list[picks.Heard]] | None = None
    if not weeks:
        print("Every complete week of your log has a pick.")
        return
    print(f"{len(weeks)} weeks without a pick. 1-9 picks, s skips, / searches the week, q ends.")
    noted = 0
    for week, songs in weeks.items():
        shown = songs
        while True:
            print(f"\nWeek ending {week}:")
            for number, one in enumerate(shown[:_KEYS], start=1):
                plays = f"{one.plays} play{'' if one.plays == 1 else 's'}"
                print(wrapped(f"{number}  {one.artist} - {one.track} ({plays})", indent="   "))
            key = typer.getchar()
            if key == "/":
                every = every or picks.weeks_to_pick(path, listener, None)
                text = loose_key(typer.prompt("Search"))
                names = {one: loose_key(f"{one.artist} {one.track}") for one in every[week]}
                shown = [one for one in every[week] if text and text in (names[one] or "")]
                if not shown:
                    print("No song of this week is called so.")
                    shown = songs
                continue
            if key.isdigit() and 1 <= int(key) <= min(_KEYS, len(shown)):
                one = shown[int(key) - 1]
                picks.run_pick(path, one.artist, one.track, listener, week_ending=week)
                print(wrapped(f"Noted: {one.artist} - {one.track}"))
                noted += 1
                break
            if key in ("s", "\r", "\n", " ", "q", "", "\x1b", "\x04"):
                break
        if key in ("q", "", "\x1b", "\x04"):
            break
    picked = picks.picked_weeks(path, listener)
    more = f"; {picked} of {MIN_PICKS} until sotw learns from yours" if picked < MIN_PICKS else ""
    print(f"\n{noted} picks noted{more}. `sotw update` takes them in.")
