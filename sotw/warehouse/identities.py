"""Numbers are given once: what is forgotten takes its number along.

An import's number stands in somebody's shell history, a rule's in a note, a name's in the ledger.
So the next one is above all that are there and above ``raw.last_ids``, which has the largest ones
of files that were written anew with fewer rows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sotw.warehouse.connection import Connection

_IDENTITIES = {
    "imports": "import_id",
    "listeners": "listener_id",
    "names": "name_id",
    "rules": "rule_id",
    "match_proposals": "proposal_id",
}


def last_id(con: Connection, table: str, *, database: str = "") -> int:
    """The largest number that was ever given in a table of raw; 0 where none was.

    Args:
        con: A warehouse.
        table: Of raw, without the schema.
        database: Name of an attached warehouse, where it is not the one in use.
    """
    home = f"{database}.raw" if database else "raw"
    largest = f"select max({_IDENTITIES[table]}) as id from {home}.{table}"
    query = f"{largest} union all select last_id from {home}.last_ids where table_name = ?"
    # All rows: DuckDB 2.0 refuses other work on a connection with an unfinished result.
    return max(int(number or 0) for (number,) in con.execute(query, [table]).fetchall())


def last_ids(con: Connection, *, database: str = "") -> dict[str, int]:
    """The largest number of every kind, by table."""
    return {table: last_id(con, table, database=database) for table in _IDENTITIES}
