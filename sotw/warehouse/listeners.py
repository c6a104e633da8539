"""Whose history is meant: the one way to find a listener by name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sotw import warehouse
from sotw.errors import SotwError
from sotw.keys import among

if TYPE_CHECKING:
    from sotw.warehouse import Connection

# Of a warehouse of many, so that a message stays one.
MOST_NAMES = 20


def listener_id(con: Connection, listener: str) -> int:
    """The id of a listener; capital and small letters are one.

    Raises:
        SotwError: There is no such listener; the message names those there are.
    """
    found = ids(con)
    name = among(found, listener)
    if name is None:
        raise SotwError(f"no listener is called '{listener}'; there is {listed(found)}.")
    return found[name]


def meant(names: dict[str, int], asked: str | None, usual: str) -> str:
    """Whose history is meant: the one asked for, else the usual one, else the only one there is.

    Args:
        names: Of ``ids``.
        asked: As somebody wrote it; null: nobody is named.
        usual: The listener of sotw.toml.

    Raises:
        SotwError: Nobody is asked for, and there are several.
    """
    if asked:
        return among(names, asked) or asked
    if known := among(names, usual):
        return known
    if len(names) > 1:
        raise SotwError(
            f"whose? There is {listed(names)}. Name one with --listener, or for good as listener "
            "in sotw.toml."
        )
    return next(iter(names), usual)


def only_one(con: Connection) -> str | None:
    """The only listener there is, the demo's aside; null where there are none or several."""
    query = "select listener from raw.listeners where not is_demo"
    found = warehouse.rows(con, query)
    return found[0]["listener"] if len(found) == 1 else None


def ids(con: Connection) -> dict[str, int]:
    """The id of every listener by name, in the order of the names."""
    query = "select listener, listener_id from raw.listeners order by listener"
    return {row["listener"]: int(row["listener_id"]) for row in warehouse.rows(con, query)}


def listed(names: dict[str, int]) -> str:
    """The names for a message."""
    shown = list(names)[:MOST_NAMES]
    more = f" and {len(names) - len(shown)} more" if len(names) > len(shown) else ""
    return (", ".join(shown) or "nobody yet") + more
