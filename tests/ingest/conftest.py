"""What the tests of ingest share: an empty warehouse, the recorded files, a balanced import."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import histories
import pytest
from rejects import misplaced

from sotw.ingest import IngestReport, Reading, Receipt, ingest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sotw.warehouse import Connection

RECORDED = Path(__file__).resolve().parent.parent / "recorded"
NOW = dt.datetime(2026, 1, 1, 12)


@dataclass(frozen=True, slots=True)
class Warehouse:
    """An empty warehouse whose every import is checked to balance, in the receipt and in raw."""

    con: Connection

    def ingest(
        self,
        *paths: Path,
        now: dt.datetime = NOW,
        listener: str = "ana",
        is_favorites: bool = False,
        reading: Reading | None = None,
    ) -> IngestReport:
        report = ingest(
            self.con, paths, listener, now=now, is_favorites=is_favorites, reading=reading
        )
        for receipt in report.receipts:
            outcomes = (receipt.rows_kept, receipt.rows_known, receipt.rows_rejected)
            assert receipt.rows_read == sum(outcomes), receipt
            assert receipt.rows_rejected == sum(receipt.reasons.values()), receipt
        assert misplaced(self.con) == []
        return report

    def one(self, *paths: Path, **options: Any) -> Receipt:
        """Import what must give one receipt."""
        report = self.ingest(*paths, **options)
        assert not report.refused, report.refused
        [receipt] = report.receipts
        return receipt

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        return self.con.execute(query).fetchall()

    def value(self, query: str) -> Any:
        [(value,)] = self.rows(query)
        return value

    def plays(self) -> list[tuple[Any, ...]]:
        return self.rows(
            "select played_at, artist_name, title, ordinal, time_precision from raw.plays"
            " join raw.names on track_name_id = name_id order by all"
        )


@pytest.fixture
def warehouse() -> Iterator[Warehouse]:
    con = histories.empty()
    yield Warehouse(con)
    con.close()


@pytest.fixture
def recorded() -> Path:
    return RECORDED
