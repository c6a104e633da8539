"""What became of the records of a document, as counts: the receipt that a person reads."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections import Counter

__all__ = ["Receipt", "Settled"]


@dataclass(frozen=True, slots=True)
class Settled:
    """What became of the records in temp.incoming.

    Attributes:
        verdicts: Accepted records by verdict: kept, known, sharpens, retold.
        reasons: Rejected records by reason.
        listener: Whose they are; null: of several, or of nobody.
        replaced: Rows of an earlier reading that are gone.
    """

    verdicts: Counter[str]
    reasons: dict[str, int]
    listener: str | None
    replaced: int


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of the records of one document: read = kept + known + rejected.

    Attributes:
        file: Name, relative to what the caller named.
        format: As in ``recognise.FORMATS``.
        listener: Whose history it is; null for metadata and for files of several listeners.
        rows_read: Records met by the reader, counted there.
        rows_kept: Records new to the warehouse.
        rows_known: Records that were there already.
        rows_rejected: Records that cannot be used; each is in raw.rejects.
        reasons: Rejected records by reason.
        note: What else to know, such as a guessed encoding.
        rows_sharpened: Of the known ones, plays that were to the minute and now are to the second.
        rows_replaced: Rows that another reading of the same file had brought, and are gone.
    """

    file: str
    format: str
    listener: str | None
    rows_read: int
    rows_kept: int
    rows_known: int
    rows_rejected: int
    reasons: dict[str, int] = field(default_factory=dict)
    note: str | None = None
    rows_sharpened: int = 0
    rows_replaced: int = 0

    @property
    def is_useless(self) -> bool:
        """Whether every record was rejected."""
        return self.rows_kept == self.rows_known == 0
