"""What is known of one format of files; ``recognise.FORMATS`` lists all of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import duckdb
    import pyarrow as pa

    from sotw.ingest.reading.documents import Document
    from sotw.ingest.reading.texts import Sample, Tally

__all__ = ["FIRST", "LAST", "Format", "Unread"]

# When a document is read, where the order matters.
FIRST, _NORMAL, LAST = range(3)


@dataclass(frozen=True, slots=True)
class Format:
    """How one kind of document is recognised and read.

    Attributes:
        name: For receipts.
        kind: Which columns its reader yields (``rows.KINDS``), hence which tables it fills.
        source: Who says so, in raw.
        recognise: Whether a sample is of this format.
        read: Yields tables of the kind's columns and counts records as it meets them.
        stage: ``FIRST`` for what other documents need, ``LAST`` for what needs others.
        completed_by: Statements of sql/ingest/ that add to temp.incoming before rules are applied.
        fill: A faster way than ``read``: makes temp.incoming, outside of a transaction, and counts
            its records; false, and nothing counted, where the document has to be read after all.
    """

    name: str
    kind: str
    source: str
    recognise: Callable[[Sample], bool]
    read: Callable[[Document, Sample, Tally], Iterator[pa.Table]]
    stage: int = _NORMAL
    completed_by: tuple[str, ...] = ()
    fill: Callable[[duckdb.DuckDBPyConnection, Document, Sample, Tally], bool] | None = None


@dataclass(frozen=True, slots=True)
class Unread:
    """A kind of document that is known and holds nothing to import.

    Attributes:
        name: What it is.
        recognise: Whether a sample is one.
        advice: What to say of it; null braces are filled with the document's name.
        is_refused: Whether there is something to do for the person who named it, so that the
            import ends with exit code 3; else it is only mentioned.
    """

    name: str
    recognise: Callable[[Sample], bool]
    advice: str
    is_refused: bool = False
