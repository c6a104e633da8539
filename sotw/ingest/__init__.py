"""Files into raw, each with a receipt: read = kept + known + rejected.

Formats are recognised by content (``recognise.FORMATS``). Importing the same or an overlapping
file again changes nothing: a play's natural key is its listener, source, time and track, with an
ordinal among equal ones. An export with minutes (lastfm-to-csv) and one with seconds (ghan.nl) of
the same account overlap too: inside a minute, the k-th play of a track in one is the k-th in the
other, and the play ends up with the second, whichever file came first. So the order in which
files are imported does not change the set of plays. Another reading of the same file (encoding,
delimiter, zone, favourites) takes the place of the earlier one.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import logging
import time
from collections import Counter, deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sotw.errors import SourceError
from sotw.ingest.advice import why_useless
from sotw.ingest.load import Receipt, import_document
from sotw.ingest.many import LEAST, gathered, import_many
from sotw.ingest.reading.documents import DAMAGE, find_documents, is_synthetic
from sotw.ingest.reading.format import Format
from sotw.ingest.reading.texts import Reading
from sotw.ingest.readings import checked_reading, recognised

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    import duckdb

    from sotw.ingest.reading.documents import Document
    from sotw.ingest.readings import Recognised

__all__ = ["IngestReport", "Reading", "Receipt", "checked_reading", "ingest", "is_synthetic"]
__all__ += ["receipt_rows"]

log = logging.getLogger(__name__)

# Clocks of players are wrong by a time zone now and then.
_TOLERANCE = dt.timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class IngestReport:
    """What an ingest did.

    Attributes:
        receipts: One for each file that was read, in order.
        refused: Name and message of each file that could not be.
        unread: Name and message of each file that is known and holds nothing to import.
    """

    receipts: tuple[Receipt, ...]
    refused: tuple[tuple[str, str], ...]
    unread: tuple[tuple[str, str], ...] = ()

    @property
    def useless(self) -> tuple[tuple[str, str], ...]:
        """Name and message of each file that was read and of which every record was rejected."""
        return tuple(
            (receipt.file, why_useless(receipt)) for receipt in self.receipts if receipt.is_useless
        )


def ingest(
    con: duckdb.DuckDBPyConnection,
    paths: Sequence[Path],
    listener: str,
    *,
    now: dt.datetime,
    is_demo: bool = False,
    is_favorites: bool = False,
    reading: Reading | None = None,
    leave_out: Callable[[Path], bool] = lambda file: False,
    progress: Callable[..., None] | None = None,
) -> IngestReport:
    """Import files, folders and zip archives; one bad file never spoils another.

    Args:
        con: Connection to a draft that has the contracts and no open transaction.
        paths: What to import.
        listener: Whose history it is, where a file does not say; made when first needed.
        now: Naive UTC. Plays more than 24 hours later are rejected as from the future.
        is_demo: Marks listeners made here as invented. A demo's own files say so themselves.
        is_favorites: All of it holds favourites, whatever it looks like.
        reading: How the files are written, where the caller knows better than the content tells.
        leave_out: Files of a folder that are none to read.
        progress: Called with one line for each file that is done, its place and of how many.

    Returns:
        Receipts of the files read; refused files with what is wrong with them, for exit code 3.
    """
    receipts: list[Receipt] = []
    refused: list[tuple[str, str]] = []
    unread: list[tuple[str, str]] = []

    def refuse(name: str, message: str) -> None:
        log.info("refused: %s", message)
        refused.append((name, message))

    known: list[tuple[Document, Recognised, Format]] = []
    # Fingerprints of what is still to be read.
    coming: Counter[str] = Counter()
    query = "select distinct sha256 from raw.imports"
    imported = {sha256 for (sha256,) in con.execute(query).fetchall()}
    for document in find_documents(paths, refuse, leave_out=leave_out):
        with _refusing(document, refuse):
            one = recognised(
                con,
                document,
                listener,
                reading or Reading(),
                is_favorites=is_favorites,
                coming=coming,
                imported=imported,
            )
            if isinstance(one.found, Format):
                known.append((document, one, one.found))
                coming[one.sample.sha256] += 1
            else:
                log.info("left unread: %s", one.found.name)
                advice = f"{document.name}: {one.found.advice}"
                (refused if one.found.is_refused else unread).append((document.name, advice))
    told: dict[str, Any] = {"now": now, "latest": now + _TOLERANCE, "is_demo": is_demo}
    done = 0
    groups = deque(gathered(sorted(known, key=_turn), imported))
    while groups:
        group, started = groups.popleft(), time.perf_counter()
        together = import_many(con, group, listener, **told)
        if together is None and (half := len(group) // 2) >= LEAST:
            groups.extendleft([group[half:], group[:half]])
            continue
        for number, (document, one, format_) in enumerate(group):
            coming[one.sample.sha256] -= 1
            done += 1
            with _refusing(document, refuse):
                if together is not None:
                    receipt = together[number]
                else:
                    receipt = import_document(
                        con, document, one.sample, format_, listener, way=one.way, **told
                    )
                receipts.append(receipt)
                line = (
                    f"{receipt.file}: {receipt.rows_read:,} read, {receipt.rows_kept:,} kept, "
                    f"{receipt.rows_known:,} known, {receipt.rows_rejected:,} rejected"
                )
                log.info("%s, %.2f s", line, time.perf_counter() - started)
                if progress is not None:
                    progress(line, done, len(known) if len(known) > 1 else None)
    return IngestReport(tuple(receipts), tuple(refused), tuple(unread))


def _turn(known: tuple[Document, Recognised, Format]) -> tuple[int, bool]:
    """When a document is read: as its format asks for, and what is read anew before the others."""
    _, one, format_ = known
    return format_.stage, not one.is_again


@contextlib.contextmanager
def _refusing(document: Document, refuse: Callable[[str, str], None]) -> Iterator[None]:
    """Refuse a document that cannot be read, and go on with the next."""
    try:
        yield
    except SourceError as error:
        refuse(document.name, str(error))
    except DAMAGE as error:
        refuse(
            document.name, f"{document.name}: cannot be read to its end ({error}). Get it again."
        )


def receipt_rows(report: IngestReport) -> list[dict[str, Any]]:
    """Receipts as rows of a table, for printing and for JSON; refused files come last."""
    rows = [
        {
            "file": receipt.file,
            "format": receipt.format,
            "listener": receipt.listener,
            "read": receipt.rows_read,
            "kept": receipt.rows_kept,
            "known": receipt.rows_known,
            "rejected": receipt.rows_rejected,
            "reasons": dict(receipt.reasons),
            "note": receipt.note,
        }
        for receipt in report.receipts
    ]
    refused: list[dict[str, Any]] = [
        {
            "file": file,
            "format": "refused",
            "listener": None,
            "read": 0,
            "kept": 0,
            "known": 0,
            "rejected": 0,
            "reasons": {},
            # The name stands before it already.
            "note": message.removeprefix(f"{file}: "),
        }
        for file, message in (*report.refused, *report.unread)
    ]
    for row in refused[len(report.refused) :]:
        row["format"] = "not used"
    return rows + refused
