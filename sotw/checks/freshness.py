"""How settings, raw, the build and the training stand to each other: what is newer than what."""

from __future__ import annotations

import difflib
import json
from typing import TYPE_CHECKING, Any

from sotw import warehouse
from sotw.keys import among
from sotw.render import render
from sotw.settings import DEFAULT_LISTENER
from sotw.warehouse import is_built

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sotw.learning.protocol import Traits
    from sotw.settings import Settings
    from sotw.warehouse import Connection

_WEEKS = "core.dim_weeks"
_MOST_LINES = 3


def has_unbuilt_plays(con: Connection) -> bool:
    """Whether plays were imported after the calendar was built."""
    weeks = _made(con).get(_WEEKS)
    query = "from raw.imports where import_id in (select import_id from raw.plays)"
    [(newest,)] = con.execute(f"select max(imported_at) {query}").fetchall()
    return newest is not None and (weeks is None or newest > weeks["built_at"])


def unbuilt(con: Connection, settings: Settings) -> list[str]:
    """Why the built tables are not what a build would make now, a sentence each."""
    made = _made(con)
    if not made:
        return []
    found = []
    oldest = min(row["built_at"] for row in made.values())
    # An import that only knew everything changes nothing, but for a time that is sharper now, and
    # for what another reading of the file had brought.
    changed = "(rows_kept > 0 or note similar to '.*(now to the second|were taken out).*')"
    query = (
        f"select max(imported_at), count(*) from raw.imports where {changed} and imported_at > ?"
    )
    [(newest, imports)] = con.execute(query, [oldest]).fetchall()
    if imports:
        older = [name for name, row in made.items() if row["built_at"] < newest]
        found.append(
            f"{_counted(imports, 'import')} newer than {_counted(len(older), 'table', verb='')}, "
            f"such as {older[0]}: run `sotw build`."
        )
    query = "select max(greatest(created_at, coalesce(removed_at, created_at))) from raw.rules"
    [(changed_at,)] = con.execute(query).fetchall()
    if changed_at is not None and changed_at > oldest:
        found.append("Rules are newer than the build: run `sotw build`.")
    if is_built(con, "core.fct_picks"):
        query = render("checks/removed_picks.sql")
        if con.execute(query).fetchall():
            found.append("Picks were removed after the build: run `sotw build`.")
    now = settings.as_dict()
    if any(json.loads(row["settings"]) != now for row in made.values()):
        found.append("The settings are not those of the last build: run `sotw build`.")
    return found


def named_in_vain(con: Connection, settings: Settings) -> list[str]:
    """Listeners and playlists that the settings name and the warehouse has not, a sentence each."""
    rows = warehouse.rows(con, "from raw.listeners order by listener")
    there = [row["listener"] for row in rows]
    if all(row["is_demo"] for row in rows):
        return []  # the settings are for what is not imported yet
    stated = {name: f"[listeners.{name}]" for name in sorted(settings.listeners)}
    if settings.listener != DEFAULT_LISTENER:
        stated.setdefault(settings.listener, "listener")
    found = [
        f"sotw.toml: {where} names no listener of the warehouse; there is {', '.join(there)}."
        for name, where in stated.items()
        if among(there, name) is None
    ]
    # Without dates a list says nothing about weeks (core.dim_playlists).
    query = "select distinct listener, playlist from raw.playlist_items join raw.listeners using"
    rest = "(listener_id) where added_at is not null order by all"
    lists = {(row["listener"], row["playlist"]) for row in warehouse.rows(con, f"{query} {rest}")}
    wanted = [(name, one) for name in there for one in settings.of(name).favorite_playlists]
    for playlist in dict.fromkeys(one for _, one in wanted):
        own = [name for name, one in wanted if one == playlist]
        if not any((name, playlist) in lists for name in own):
            names = sorted({one for name, one in lists if name in own})
            near = difflib.get_close_matches(playlist, names, n=3, cutoff=0.0)
            said = f"the nearest: {', '.join(map(repr, near))}" if near else "there is none"
            found.append(
                f"sotw.toml: favorite_playlists has '{playlist}', and no imported playlist whose "
                f"songs have dates is called so; {said}."
            )
    return found


def untrained(con: Connection, predictors: Sequence[Traits]) -> list[str]:
    """Why the models are not what a training would make now, a sentence each.

    Args:
        con: The warehouse.
        predictors: Those that are asked about.
    """
    made = _made(con)
    # An evaluation is no training.
    query = "select predictor, max(created_at) from ml.runs semi join ml.models using "
    rest = "(run_id, predictor) group by predictor"
    trained_at = dict(con.execute(f"{query} {rest}").fetchall())
    if not trained_at:
        return ["No model is trained yet: run `sotw train`."]
    found = []
    for traits in predictors:
        mart, at = made.get(traits.mart), trained_at.get(traits.name)
        if mart and at and mart["built_at"] > at:
            found.append(
                f"The build is newer than the last training of {traits.name}: run `sotw train "
                f"{traits.name}`."
            )
    return found


def to_improve(con: Connection, predictors: Sequence[Traits]) -> list[str]:
    """What would make the models better, a sentence each; of many the first few."""
    found = [line for traits in predictors if traits.advice for line in traits.advice(con)]
    more = len(found) - _MOST_LINES
    return found[:_MOST_LINES] + ([f"So it is with {more} more listeners."] if more > 0 else [])


def _made(con: Connection) -> dict[str, dict[str, Any]]:
    """The tables there are that a build made; views are always fresh."""
    found = con.execute("select schema_name || '.' || table_name from duckdb_tables()").fetchall()
    there = {name for (name,) in found}
    query = render("checks/made_tables.sql")
    return {row["model"]: row for row in warehouse.rows(con, query) if row["model"] in there}


def _counted(count: int, what: str, verb: str = " is| are") -> str:
    one, _, many = verb.partition("|")
    return f"{count:,} {what}{'' if count == 1 else 's'}{one if count == 1 else many}"
