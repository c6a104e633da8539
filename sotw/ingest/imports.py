"""What earlier imports brought: found by the bytes of their file, and taken out of raw again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sotw.ingest.recognise import FORMATS
from sotw.ingest.statements import run

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import duckdb

    from sotw.ingest.reading.format import Format

__all__ = ["close_gaps", "imports_of_file", "in_words", "overlapping", "replace_earlier"]
__all__ += ["tables_of_imports"]

# These know what is there whoever said it.
_OF_ANY_SOURCE = ("picks", "live_shows")
# What sotw exports is in these, and each play says who reported it.
_OWN = frozenset({"listenbrainz", "plays parquet"})
_MOST_NAMES = 3


def tables_of_imports(con: duckdb.DuckDBPyConnection) -> list[str]:
    """The tables of raw whose rows say which import brought them, raw.imports itself left out."""
    return [name for (name,) in run(con, "tables_of_imports", {}).fetchall()]


def imports_of_file(
    con: duckdb.DuckDBPyConnection, sha256: str, listener_id: int | None
) -> list[tuple[int, str | None]]:
    """The imports of the same bytes for the same listener, or for nobody: id and reading."""
    meant = {"sha256": sha256, "listener_id": listener_id}
    return run(con, "imports_of_file", meant).fetchall()


def replace_earlier(
    con: duckdb.DuckDBPyConnection,
    values: Mapping[str, Any],
    *,
    is_usable: bool,
    coming: Mapping[str, int],
) -> tuple[int, list[str]]:
    """Make room for a new import of bytes that may have been imported before.

    What another reading of them brought goes, with its receipts, if the new one is of any use. Of
    the same reading only the rejects go: the new import brings them again.

    Args:
        con: With an open transaction.
        values: ``sha256``, ``reading`` and ``listener_id`` of the new import.
        is_usable: A record of the new one is accepted.
        coming: Fingerprints of documents, and how many are still to be read; they need no advice.

    Returns:
        How many rows of another reading were taken out, and what to say.
    """
    found = imports_of_file(con, values["sha256"], values["listener_id"])
    same = [one for one, reading in found if reading == values["reading"]]
    others = [one for one, reading in found if reading != values["reading"]]
    _delete(con, "rejects", same)
    if not others:
        return 0, []
    if not is_usable:
        return 0, ["nothing of it can be used when read like this: the earlier reading stays"]
    advice = overlapping(con, others, values["listener_id"], coming=coming)
    gone = {name: _delete(con, name, others) for name in tables_of_imports(con)}
    _delete(con, "imports", others)
    close_gaps(con)
    rows = sum(gone.values()) - gone["rejects"]
    if not rows:
        return 0, []
    what = "plays" if rows == gone["plays"] else "rows"
    said = f"read anew: {rows:,} {what} of the earlier reading were taken out"
    if advice:
        said += f"; import again what overlaps it: {in_words(advice)}"
    return rows, [said]


def overlapping(
    con: duckdb.DuckDBPyConnection,
    imports: Sequence[int],
    listener_id: int | None,
    *,
    coming: Mapping[str, int] | None = None,
) -> list[str]:
    """Names of the files that may have held rows of some imports, and brought none for it.

    They were imported later, knew records, and tell of the same from the same source.
    """
    listed = ", ".join(map(str, imports)) or "null"
    query = f"select distinct format from raw.imports where import_id in ({listed})"
    formats = {one.name: one for one in FORMATS}
    # As they were read: what comes in their place may be of another format.
    mine = [formats.get(name) for (name,) in con.execute(query).fetchall()]
    alike = [name for name, one in formats.items() if any(_may_meet(one, my) for my in mine)]
    meant = {
        "imports": list(imports),
        "formats": alike,
        "listener_id": listener_id,
        "coming": [one for one, left in (coming or {}).items() if left],
    }
    return [file for (file,) in run(con, "overlapping_imports", meant).fetchall()]


def _may_meet(one: Format, other: Format | None) -> bool:
    """Whether files of two formats may hold the same rows; null: of a format that is gone."""
    if other is None:
        return True
    is_of_any = one.kind in _OF_ANY_SOURCE or not _OWN.isdisjoint((one.name, other.name))
    return one.kind == other.kind and (one.source == other.source or is_of_any)


def close_gaps(con: duckdb.DuckDBPyConnection) -> None:
    """Mend what is left after rows were taken out.

    Plays that they had told otherwise count again, and equal plays and events have numbers from 0.
    """
    for name in ("plays/reinstate", "plays/close_gaps", "close_event_gaps"):
        run(con, name, {})


def in_words(files: Sequence[str]) -> str:
    """Some names of files, and how many more there are."""
    more = f" and {len(files) - _MOST_NAMES:,} more" if len(files) > _MOST_NAMES else ""
    return ", ".join(files[:_MOST_NAMES]) + more


def _delete(con: duckdb.DuckDBPyConnection, table: str, imports: Sequence[int]) -> int:
    listed = ", ".join(map(str, imports)) or "null"
    [(count,)] = con.execute(f"delete from raw.{table} where import_id in ({listed})").fetchall()
    return int(count)
