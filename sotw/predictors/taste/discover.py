"""What there is to find for a listener, and why, in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sotw import warehouse
from sotw.errors import SotwError
from sotw.keys import strict_key
from sotw.render import render
from sotw.report.parts import listed
from sotw.warehouse import is_built
from sotw.warehouse.listeners import listener_id

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sotw.warehouse import Connection

MART = "marts.discoveries"
# What can rank them; the first is learned (`sotw train taste`).
RANKERS = (
    "blend",
    "tag_similarity",
    "neighbours",
    "endorsement_similarity",
    "more_of_the_same",
    "popularity",
)
MOST_OF_A_TAG = 3


@dataclass(frozen=True, slots=True)
class Wish:
    """How a list of artists to find is to be.

    Attributes:
        engine: One of RANKERS.
        is_new: Only artists never heard; else also those not heard for a year.
        is_exploring: Away from the tags most heard and from what everybody knows.
        is_bridge: Only what lies between two kinds of music that the listener goes between.
        excluded: Artists that are not to be on it.
        most: How many.
        most_of_a_tag: How many with one main tag.
    """

    engine: str = RANKERS[0]
    is_new: bool = False
    is_exploring: bool = False
    is_bridge: bool = False
    excluded: Sequence[str] = ()
    most: int = 10
    most_of_a_tag: int = MOST_OF_A_TAG


def discoveries(con: Connection, listener: str, wish: Wish) -> list[dict[str, Any]]:
    """Rows of marts.discoveries as they are wished, the best first, each with its ``why``.

    Raises:
        SotwError: Nothing is built or trained, nobody is called so, or nothing is left.
    """
    number = listener_id(con, listener)
    if not is_built(con, MART):
        raise SotwError(f"{MART}: not built yet. Run `sotw build`.")
    values = {
        "listener_id": number,
        "engine": wish.engine,
        "is_new": wish.is_new,
        "is_exploring": wish.is_exploring,
        "is_bridge": wish.is_bridge,
        "excluded": [strict_key(name) for name in wish.excluded],
        "most": wish.most,
        "most_of_a_tag": wish.most_of_a_tag,
    }
    found = warehouse.rows(con, render("report/discoveries.sql"), values)
    if not found:
        query = f"select count(*) as n from {MART} where listener_id = ?"
        [known] = warehouse.rows(con, query, [number])
        raise SotwError(
            f"{listener}: none of {known['n']} artists is as you wish. Ask for less."
            if known["n"]
            else f"{listener}: nothing is ranked yet. Import other people's plays and tags (the "
            "HetRec data set) with `sotw ingest FILE`, then `sotw build` and `sotw train taste`."
        )
    return [row | {"why": why(row)} for row in found]


def why(row: Mapping[str, Any]) -> str:
    """The evidence: tags with what the likeness falls by without each, and who speaks for it."""
    tags = [
        f"{row[f'{place}_tag_share']:.0%} {row[f'{place}_tag']}"
        for place in ("first", "second")
        if row[f"{place}_tag"]
    ]
    parts = [listed(tags)] if tags else []
    if row.get("bridge_from"):
        parts.append(f"between {row['bridge_from']} and {row['bridge_to']}")
    if row["endorser_name"]:
        parts.append(f"like {row['endorser_name']}")
    if row["neighbours_count"]:
        parts.append(f"played by {row['neighbours_count']} of the 50 most like you")
    if not row["is_new"]:
        parts.append("not heard for a year")
    return "; ".join(parts)
