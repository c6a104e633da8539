"""How a listener orders the artists of the survey: only ever added, the last answer counts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sotw import warehouse
from sotw.actions import drafting
from sotw.keys import among
from sotw.predictors.artists import answer, survey
from sotw.render import render
from sotw.warehouse import listeners
from sotw.warehouse.identities import last_id

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from sotw.settings import Settings
    from sotw.warehouse import Connection


def give(
    path: Path,
    settings: Settings,
    listener: str,
    ranks: Sequence[tuple[int, int]],
    *,
    now: dt.datetime,
    names: Mapping[int, str] | None = None,
) -> int:
    """Note a listener's answer in raw and publish; recommendations know it at once.

    Args:
        path: The warehouse.
        settings: As for a build.
        listener: Whose; somebody new is added.
        ranks: artist_id and rank of each, 1 for the favourite.
        now: Naive UTC.
        names: Of all the artists, where a refusal is to name them.

    Returns:
        How many artists were rated.

    Raises:
        SotwError: The answer breaks a rule of the survey; nothing has changed.
    """
    drafting.refuse_unwritable(listener)
    with warehouse.reading(path) as con:
        asked = [one.artist_id for one in survey.artists(answer.prepared(con))]
    survey.checked(ranks, asked, names)
    return drafting.change_raw(path, settings, lambda con: _add(con, listener, ranks, now))


def _add(con: Connection, listener: str, ranks: Sequence[tuple[int, int]], now: dt.datetime) -> int:
    known = listeners.ids(con)
    name = among(known, listener) or listener
    if name not in known:
        known[name] = last_id(con, "listeners") + 1
        is_demo = warehouse.is_demo(con)
        about = {"listener_id": known[name], "listener": name, "is_demo": is_demo, "now": now}
        con.execute(render("ingest/insert_listener.sql"), about)
    for artist_id, rank in ranks:
        values = {"listener_id": known[name], "rated_at": now}
        con.execute(
            render("rules/insert_rating.sql"), values | {"artist_id": artist_id, "rank": rank}
        )
    return len(ranks)
