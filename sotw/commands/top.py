"""What was heard most: top."""

from __future__ import annotations

import enum
from typing import Annotated

import typer

from sotw.commands import JsonOption, ListenerOption, WarehouseOption, app, listener_of, print_json
from sotw.errors import SotwError
from sotw.settings import load_settings, warehouse_path
from sotw.text_table import table, wrapped

MART = "marts.yearly_plays"


class Kind(enum.StrEnum):
    """What may be listed."""

    ARTISTS = "artists"
    ALBUMS = "albums"
    TRACKS = "tracks"
    WORKS = "works"


@app.command()
def top(
    kind: Annotated[
        Kind, typer.Argument(help="works: all versions of a song together.")
    ] = Kind.ARTISTS,
    year: Annotated[int | None, typer.Option(help="Only of this year.")] = None,
    most: Annotated[int, typer.Option("--most", min=1, help="How many.")] = 10,
    warehouse: WarehouseOption = None,
    listener: ListenerOption = None,
    as_json: JsonOption = False,
) -> None:
    """List what was heard most, of all years or of one."""
    from sotw import warehouse as files
    from sotw.render import render
    from sotw.warehouse.listeners import listener_id

    path = warehouse_path(warehouse)
    whose = listener_of(listener, load_settings(), path)
    with files.reading(path) as con:
        who = listener_id(con, whose)
        if not files.is_built(con, MART):
            raise SotwError(f"{MART} is not built. Run `sotw build`.")
        values = {"listener_id": who, "kind": kind.value[:-1], "year": year, "most": most}
        rows = files.rows(con, render("report/top_items.sql"), values)
        years = files.rows(con, render("report/listening_years.sql"), {"listener_id": who})
    if not rows:
        known = f"{years[0]['year']} to {years[-1]['year']}" if years else "no year"
        raise SotwError(f"{whose}: no play that counts in {year or 'the log'}; there is {known}.")
    if as_json:
        print_json(rows)
        return
    meant = [one for one in years if year in (None, one["year"])]
    span = f"in {year}" if year else f"{years[0]['year']} to {years[-1]['year']}"
    print(wrapped(_sentence(rows[0]["item_name"], rows[0]["plays"], meant, kind, span)) + "\n")
    signs = [one["place"] for one in rows]
    shown = [
        {
            "#": f"{one['place']}{'=' if signs.count(one['place']) > 1 else ''}",
            kind.value[:-1]: one["item_name"]
            if kind is Kind.ARTISTS
            else f"{one['artist_name']} - {one['item_name']}",
            "plays": one["plays"],
            "days": one["days"],
            "minutes": one["minutes"] if not one["unknown_length_plays"] else None,
            "since": str(one["first_year"]),
        }
        for one in rows
    ]
    lacking = [name for name in ("minutes",) if all(one[name] is None for one in shown)]
    lacking += ["since"] if year else []
    columns = [name for name in shown[0] if name not in lacking]
    print(table(shown, columns, shortened={kind.value[:-1]: 30}))


def _sentence(
    first: str, plays: int, years: list[dict[str, int | None]], kind: Kind, span: str
) -> str:
    """The first, how much it is of all, and how much of the time is known."""
    total = sum(one["plays"] or 0 for one in years)
    unknown = sum(one["unknown_length_plays"] or 0 for one in years)
    hours = sum(one["hours"] or 0 for one in years)
    said = f"Most played {kind.value[:-1]} {span}: {first}, {plays:,} of {total:,} plays."
    if unknown == total:
        return f"{said} How long they lasted is not known."
    said += f" {hours:,} hours in all"
    return (
        f"{said}, without {unknown / total:.0%} whose length is not known."
        if unknown
        else f"{said}."
    )
