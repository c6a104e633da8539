"""The command that recommends: what to hear next, and why."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Annotated

import typer

from sotw.commands import (
    JsonOption,
    ListenerOption,
    Progress,
    WarehouseOption,
    app,
    listener_of,
    print_json,
)
from sotw.errors import SotwError
from sotw.settings import load_settings, warehouse_path

if TYPE_CHECKING:
    from sotw.predictors.artists.answer import Named
    from sotw.warehouse import Connection

recommend = typer.Typer(no_args_is_help=True, help="Recommend what to hear next, and say why.")
app.add_typer(recommend, name="recommend")
_WIDTH = 80


@recommend.callback()
def _what() -> None:
    pass


@recommend.command("artists")
def artists(
    more: Annotated[
        list[str] | None, typer.Argument(metavar="[ARTIST]...", help="Further artists to like.")
    ] = None,
    liking: Annotated[
        list[str] | None,
        typer.Option(metavar="ARTIST...", help="For somebody who likes these artists."),
    ] = None,
    rated: Annotated[
        list[str] | None,
        typer.Option(metavar="ARTIST...", help="Likewise, in order, the favourite first; 10 most."),
    ] = None,
    listener: ListenerOption = None,
    recent: Annotated[
        bool, typer.Option("--recent", help="By recent plays: one 90 days ago counts half.")
    ] = False,
    most: Annotated[int, typer.Option("--most", min=1, max=100, help="How many.")] = 10,
    warehouse: WarehouseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Artists that a listener does not know, or that go with those you name."""
    from sotw import warehouse as files
    from sotw.predictors.artists import answer, survey
    from sotw.warehouse import listeners

    names = [*(liking or ()), *(rated or ()), *(more or ())]
    if (more and not (liking or rated)) or (liking and rated):
        raise typer.BadParameter("name artists after --liking or after --rated.")
    if names and (listener or recent):
        raise typer.BadParameter("--liking is for nobody's plays: leave out the other.")
    settings, path = load_settings(), warehouse_path(warehouse)
    with Progress(is_silent=as_json) as progress, files.reading(path) as con:
        who = None if names else listener_of(listener, settings, path)
        key = None if who is None else listeners.listener_id(con, who)
        progress("looking at who plays what")
        made = answer.prepared(con)
        if names:
            chosen = [_artist(con, name) for name in names]
            ids = [one for one, _ in chosen]
            known = survey.rated(ids) if rated else answer.liking(ids)
            about = ", ".join(dict.fromkeys(name for _, name in chosen))
            has_rated = bool(rated)
        else:
            own = answer.of_listener(con, int(key or 0), is_recent=recent)
            known, has_rated = own.artists, own.rated > 0
            about = f"{own.played:,} artists of {who}"
            about += f" and {own.rated} rated" if has_rated else ""
        # Who has answered the survey has had its artists before them, rated or not.
        asked = made.world.artists[made.survey()].tolist() if has_rated else []
        found = answer.answer(made, known, most, without=asked)
        speaking = " + ".join(made.mix(len(known)))
    if as_json:
        print_json({"known": about, "models": speaking, "artists": found})
        return
    heading = f"Artists to hear next, from {about} (by {speaking})"
    print(textwrap.fill(heading, _WIDTH), end="\n\n")
    for one in found:
        print(_line(one))


@recommend.command("survey")
def ask(warehouse: WarehouseOption = None, as_json: JsonOption = False) -> None:
    """Ten artists to put in order, which tell most of a taste; then: rate."""
    from sotw import warehouse as files
    from sotw.predictors.artists import answer, survey

    with Progress(is_silent=as_json) as progress, files.reading(warehouse_path(warehouse)) as con:
        progress("looking at who plays what")
        asked = survey.artists(answer.prepared(con))
    if as_json:
        print_json(asked)
        return
    for one in asked:
        print(f"  {one.artist}  ({', '.join(one.tags)})" if one.tags else f"  {one.artist}")
    print('\nPut those you know in order, the favourite first: `sotw recommend rate "A" "B" ...`')


@recommend.command("rate")
def rate(
    artists: Annotated[
        list[str],
        typer.Argument(metavar="ARTIST...", help="Of the survey, the favourite first; 10 most."),
    ],
    listener: ListenerOption = None,
    warehouse: WarehouseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Keep a listener's order of the survey's artists; recommendations know it at once."""
    from sotw import warehouse as files
    from sotw.actions import ratings
    from sotw.warehouse import utc_now

    settings, path = load_settings(), warehouse_path(warehouse)
    who = listener_of(listener, settings, path)
    with files.reading(path) as con:
        chosen = [_artist(con, name) for name in artists]
    ranks = [(one, rank) for rank, (one, _) in enumerate(chosen, start=1)]
    now = utc_now()
    ratings.give(path, settings, who, ranks, now=now, names=dict(chosen))
    if as_json:
        named = [{"artist_id": one, "artist": name} for one, name in chosen]
        print_json({"listener": who, "rated_at": now, "artists": named})
        return
    print(f"Noted for {who}: {', '.join(name for _, name in chosen)}.")
    print("Next: `sotw recommend artists`.")


def _artist(con: Connection, name: str) -> tuple[int, str]:
    """The artist that a name means.

    Raises:
        SotwError: Nobody plays an artist of that name; the message has the nearest.
    """
    from sotw import warehouse as files
    from sotw.keys import loose_key, strict_key
    from sotw.render import render

    keys = {"artist": strict_key(name), "loose_artist": loose_key(name) or strict_key(name)}
    near = files.rows(con, render("actions/nearest_artists.sql"), keys)
    if near and near[0]["is_named"]:
        return near[0]["artist_id"], near[0]["artist_name"]
    like = ", ".join(f'"{row["artist_name"]}"' for row in near)
    raise SotwError(f'"{name}": nobody here plays an artist of that name. Nearest: {like}.')


def _line(one: Named) -> str:
    """An artist with its reasons; what tells them from the others' where that is not named."""
    shares = [f"{reason.artist} {reason.share:.0%}" for reason in one.because]
    while len(shares) > 1 and len(", ".join(shares)) > _WIDTH - 20:
        shares.pop()
    because = f"because of {', '.join(shares)}" if shares else "widely played"
    above = one.above_others
    if above and above.artist not in [reason.artist for reason in one.because[: len(shares)]]:
        because += f"\n      and more than the others of {above.artist}, {above.share:.0%}"
    tags = f"\n      tags: {', '.join(one.tags)}" if one.tags else ""
    heard = f"{one.people:,} {'person plays' if one.people == 1 else 'people play'} it"
    return f"{one.rank:>3}. {one.artist}  ({heard})\n      {because}{tags}"
