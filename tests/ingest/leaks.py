"""Which words of some files can be found anywhere after an import."""

from __future__ import annotations

import datetime as dt
import logging
from typing import TYPE_CHECKING

from sotw import warehouse
from sotw.ingest import ingest, receipt_rows

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    import pytest


def found_after_import(
    folder: Path, paths: list[Path], words: Iterable[str], caplog: pytest.LogCaptureFixture
) -> set[str]:
    """The words that are in the tables, the bytes of the warehouse, the receipts or the log."""
    file = folder / "leaks.duckdb"
    con = warehouse.connect(file)
    warehouse.migrate(con, file)
    caplog.set_level(logging.DEBUG)
    report = ingest(con, paths, "ana", now=dt.datetime(2026, 1, 1))
    tables = con.execute("select table_schema || '.' || table_name from information_schema.tables")
    texts = [str(con.execute(f"from {name}").fetchall()) for (name,) in tables.fetchall()]
    con.close()
    texts += [str(receipt_rows(report)), caplog.text, file.read_bytes().decode("latin-1")]
    return {word for word in words if any(word in text for text in texts)}
