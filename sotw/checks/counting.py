"""How many records count as plays, and why the others do not, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sotw import warehouse
from sotw.render import render

if TYPE_CHECKING:
    from sotw.warehouse import Connection

_WHY = {
    "short_plays": "ended too early",
    "other_plays": "are no songs",
    "private_plays": "are of private sessions",
}
LEAST_SHARE = 0.05  # of records that do not count, from which on it is told
_MOST = 5


def not_counted(con: Connection) -> list[str]:
    """A sentence for each listener of whom many records do not count; of many the first few."""
    found = []
    for row in _rows(con):
        left_out = row["plays"] - row["counted_plays"]
        if left_out < LEAST_SHARE * row["plays"]:
            continue
        why = ", ".join(f"{row[name]:,} {words}" for name, words in _WHY.items() if row[name])
        share = f"{left_out / row['plays']:.0%}".replace("%", " %")
        found.append(
            f"{row['listener']}: {left_out:,} of {row['plays']:,} records ({share}) do not count "
            f"by the rule '{row['counting']}': {why}. `sotw compare-rules` shows other rules."
        )
    return found[:_MOST]


def unknown_lengths(con: Connection) -> list[str]:
    """A sentence for each listener whose source does not say how long plays lasted."""
    return [
        f"{row['listener']}: of {row['unknown_length_plays']:,} of {row['plays']:,} records no "
        "source says how long they lasted; rules that ask for it count them all."
        for row in _rows(con)
        if row["unknown_length_plays"]
    ][:_MOST]


def _rows(con: Connection) -> list[dict[str, int]]:
    needed = ("core.fct_plays", "core.dim_listeners")
    if not all(warehouse.is_built(con, name) for name in needed):
        return []
    return warehouse.rows(con, render("checks/not_counted.sql"))
