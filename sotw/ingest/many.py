"""Many small files of plays at once: an archive of a file a day costs what one file does.

Files may be settled together where the order among them tells nothing: none was imported before,
all are of one format and one listener, and no two have plays in the same minute. A file's lines
begin at a multiple of ``_LINES``, which is how each gets its own receipt. What is less simple is
halved, and in the end settled one by one, in ``load``.
"""

from __future__ import annotations

import bisect
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from sotw.errors import SourceError
from sotw.ingest.load import HEADED_PLAYS, MEGABYTES, doubts, drop_temporary, settle
from sotw.ingest.reading.documents import DAMAGE
from sotw.ingest.reading.texts import Tally
from sotw.ingest.readings import invented_listener
from sotw.ingest.receipt import Receipt
from sotw.ingest.statements import run
from sotw.keys import KEY_VERSION
from sotw.warehouse import little_memory

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Collection, Iterator, Sequence

    import duckdb

    from sotw.ingest.reading.documents import Document
    from sotw.ingest.reading.format import Format
    from sotw.ingest.readings import Recognised

    Known = tuple[Document, Recognised, Format]

__all__ = ["LEAST", "gathered", "import_many"]

_LINES = 2**20
_SMALL_BYTES = 2**16
LEAST, _MOST, _MOST_BYTES = 10, 2_000, 2**25


def gathered(known: Sequence[Known], imported: Collection[str]) -> Iterator[list[Known]]:
    """Documents in their order, neighbours together that may be settled as one.

    Args:
        known: In the order of their import.
        imported: Fingerprints of what was imported before.
    """
    group: list[Known] = []
    seen: set[str] = set()
    size = 0
    for one in known:
        is_alike = not group or _kind(group[0]) == _kind(one)
        sha256 = one[1].sample.sha256
        if group and not (
            is_alike
            and _is_simple(one, imported)
            and _is_simple(group[0], imported)
            and sha256 not in seen
            and len(group) < _MOST
            and size < _MOST_BYTES
        ):
            yield group
            group, seen, size = [], set(), 0
        group.append(one)
        seen.add(sha256)
        size += one[1].sample.size
    if group:
        yield group


def _kind(one: Known) -> tuple[str, str | None]:
    document, recognised, format_ = one
    return format_.name, invented_listener(document, recognised.sample)


def _is_simple(one: Known, imported: Collection[str]) -> bool:
    _, found, format_ = one
    sample, way = found.sample, found.way
    given = (sample.encoding_given, sample.delimiter_given, sample.zone_given)
    return (
        format_.kind == "plays"
        and not format_.completed_by
        and sample.size <= _SMALL_BYTES
        and sample.sha256 not in imported
        and not (found.is_again or way.is_favorites or way.note or any(given))
        and not (sample.order_given or sample.columns_given)
    )


def import_many(
    con: duckdb.DuckDBPyConnection,
    group: Sequence[Known],
    listener: str,
    *,
    now: dt.datetime,
    latest: dt.datetime,
    is_demo: bool,
) -> list[Receipt] | None:
    """Import documents in one transaction.

    Args:
        con: Connection to a draft.
        group: Of ``gathered``.
        listener: Whose history it is.
        now: Naive UTC; becomes ``imported_at``.
        latest: Plays after this instant are in the future.
        is_demo: Marks a listener that is made here as invented.

    Returns:
        A receipt for each, in order; null where they have to be imported one by one after all.
    """
    if len(group) < LEAST:
        return None
    format_ = group[0][2]
    tallies = [Tally(0, [note for note in (one.sample.note,) if note]) for _, one, _ in group]
    try:
        pieces = [
            _read(*one, tally, number * _LINES)
            for number, (one, tally) in enumerate(zip(group, tallies, strict=True))
        ]
    except (SourceError, *DAMAGE):
        return None
    if any(piece is None for piece in pieces) or _meet(pieces):
        return None
    invented = invented_listener(group[0][0], group[0][1].sample)
    values: dict[str, Any] = {
        "listener": invented or listener,
        "source": format_.source,
        "now": now,
        "latest": latest,
        "is_demo": is_demo or invented is not None,
        "key_version": KEY_VERSION,
        "file": "",
        # Of no file: none was imported before.
        "sha256": "",
        "reading": None,
        "coming": {},
    }
    try:
        together = pa.concat_tables(pieces)  # found by its name  # noqa: F841
        con.execute("create or replace temp table incoming as from together")
        with little_memory(con, MEGABYTES):
            con.begin()
            try:
                receipts = _settled(con, group, tallies, values)
            except BaseException:
                con.rollback()
                raise
            if receipts is None:
                con.rollback()
            else:
                con.commit()
    finally:
        drop_temporary(con)
    return receipts


def _read(
    document: Document, found: Recognised, format_: Format, tally: Tally, first: int
) -> pa.Table | None:
    """The records of a document, its lines after ``first``; null where it is not so simple."""
    tables = list(format_.read(document, found.sample, tally))
    if not tables or not tally.read or found.way.said(found.sample):
        return None
    table = pa.concat_tables(tables)
    lines = table["line"]
    # Records of several people, or of no line, cannot be told apart afterwards.
    if lines.null_count or table["listener"].null_count < len(table):
        return None
    place = table.schema.get_field_index("line")
    return table.set_column(place, table.schema.field(place), pc.add(lines, first))


def _meet(pieces: Sequence[pa.Table]) -> bool:
    """Whether two documents have plays in one minute, or between those of another."""
    spans: list[tuple[int, int]] = []
    for piece in pieces:
        times = pc.min_max(piece["played_at"]).as_py()
        if times["min"] is None:
            continue
        span = tuple(one.replace(second=0, microsecond=0) for one in times.values())
        bisect.insort(spans, span)
    return any(one[1] >= other[0] for one, other in pairwise(spans))


def _settled(
    con: duckdb.DuckDBPyConnection,
    group: Sequence[Known],
    tallies: Sequence[Tally],
    values: dict[str, Any],
) -> list[Receipt] | None:
    format_ = group[0][2]
    of_all = Tally(sum(tally.read for tally in tallies), [])
    done = settle(con, format_, of_all, values)
    # Known plays that are told otherwise depend on which file is the newer one; notes are of one.
    if of_all.notes or done.replaced or set(done.verdicts) - {"kept", "known"}:
        return None
    query = run(con, "plays/parts", {"lines": _LINES})
    names = [column[0] for column in query.description or ()]
    parts = {row[0]: dict(zip(names, row, strict=True)) for row in query.fetchall()}
    receipts, rows = [], []
    for number, ((document, found, _), tally) in enumerate(zip(group, tallies, strict=True)):
        part = parts[number]
        if format_.name in HEADED_PLAYS:
            counts = (part[name] for name in ("plays_count", "weeks_count", "untimed_count"))
            tally.notes += doubts(*counts)
        reasons: dict[str, int] = part["rejected_reasons"] or {}
        rejected = sum(reasons.values())
        receipt = Receipt(
            file=document.name,
            format=format_.name,
            listener=done.listener,
            rows_read=tally.read,
            rows_kept=part["kept_count"],
            rows_known=tally.read - part["kept_count"] - rejected,
            rows_rejected=rejected,
            reasons=reasons,
            note="; ".join(tally.notes) or None,
        )
        receipts.append(receipt)
        of_import = ("file", "format", "rows_read", "rows_kept", "rows_known", "rows_rejected")
        rows.append(
            {name: getattr(receipt, name) for name in (*of_import, "note")}
            | {"import_id": values["import_id"] + number, "imported_at": values["now"]}
            | {"listener_id": values["listener_id"], "sha256": found.sample.sha256}
            | {"bytes": found.sample.size, "reading": None, "last_at": part["last_at"]}
        )
    written = pa.Table.from_pylist(rows)  # found by its name  # noqa: F841
    con.execute("insert into raw.imports by name from written")
    run(con, "plays/part_out", {"lines": _LINES, "import_id": values["import_id"]})
    return receipts
