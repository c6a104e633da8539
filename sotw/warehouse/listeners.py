"""Whose history is meant: the one way to find a listener by name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sotw import warehouse
from sotw.errors import SotwError

if TYPE_CHECKING:
    from sotw.warehouse import Connection

# Of a warehouse of many, so that a message stays one.
MOST_NAMES = 20


def listener_id(con: Connection, listener: str) -> int:
    """The id of a listener.

    Raises:
        SotwError: There is no such listener; the message names those there are.
    """
    found = ids(con)
    if listener not in found:
        raise SotwError(f"no listener is called '{listener}'; there is {listed(found)}.")
    return found[listener]


def ids(con: Connection) -> dict[str, int]:
    """The id of every listener by name, in the order of the names."""
    query = "select listener, listener_id from raw.listeners order by listener"
    return {row["listener"]: int(row["listener_id"]) for row in warehouse.rows(con, query)}


def listed(names: dict[str, int]) -> str:
    """The names for a message."""
    shown = list(names)[:MOST_NAMES]
    more = f" and {len(names) - len(shown)} more" if len(names) > len(shown) else ""
    return (", ".join(shown) or "nobody yet") + more
