"""A listener's weeks: what was heard, picked and predicted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sotw import warehouse
from sotw.errors import SotwError
from sotw.predictors.week_favorite.models import DEFAULT
from sotw.render import render
from sotw.warehouse.listeners import listener_id

if TYPE_CHECKING:
    import datetime as dt

    from sotw.warehouse import Connection


def weeks(
    con: Connection, listener: str, most: int, before: dt.date | None = None
) -> list[dict[str, Any]]:
    """Rows of sql/actions/weeks.sql, the newest first.

    Args:
        con: May be read-only.
        listener: The name.
        most: How many.
        before: Only weeks that end earlier; null: from the last one on.

    Raises:
        SotwError: Nobody is called so, or nothing is built.
    """
    number = listener_id(con, listener)
    if not warehouse.is_built(con, "marts.songs_of_the_week"):
        raise SotwError("nothing is built yet. Run `sotw build`.")
    values = {"listener_id": number, "before": before, "most": most, "model": DEFAULT}
    return warehouse.rows(con, render("actions/weeks.sql"), values)
