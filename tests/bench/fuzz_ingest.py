"""Spoil exports of every kind and import them; what must never happen is written down.

    python tests/bench/fuzz_ingest.py MINUTES [FAMILY ...]

MINUTES are for each family (tests/ingest/every_kind.py). What fails is left in a folder named at
the end, with the seed that made it. An import of a spoilt file must end with a balanced receipt
or one clear line; a second import keeps nothing; nothing planted comes through; the fast way of
reading, where there is one, reads what the slow one does.
"""

from __future__ import annotations

import datetime as dt
import json
import random
import resource
import sys
import tempfile
import time
import traceback
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

HERE = Path(__file__).resolve().parent
sys.path += [str(HERE), str(HERE.parent), str(HERE.parent / "ingest")]

import every_kind  # noqa: E402
import histories  # noqa: E402
from rejects import misplaced  # noqa: E402
from spoil import Case, spoilt  # noqa: E402

from sotw.commands import tables  # noqa: E402
from sotw.errors import SourceError  # noqa: E402
from sotw.ingest import ingest, receipt_rows  # noqa: E402
from sotw.ingest.load import fill_incoming  # noqa: E402
from sotw.ingest.reading.documents import DAMAGE, Document  # noqa: E402
from sotw.ingest.reading.format import Format  # noqa: E402
from sotw.ingest.reading.texts import Tally, take_sample  # noqa: E402
from sotw.ingest.recognise import judge  # noqa: E402

if TYPE_CHECKING:
    import duckdb

_NOW = dt.datetime(2026, 1, 1, 12)
_CASES_OF_A_WAREHOUSE = 60
_SLOW_SECONDS = 10


def faults(con: duckdb.DuckDBPyConnection, folder: Path, case: Case, listener: str) -> list[str]:
    """What went wrong with a case; its files are in the folder, the warehouse may hold others."""
    found: list[str] = []
    # An earlier case may have put something there, rightly.
    there = "" if case.shifts else _stored(con)
    started = time.process_time()
    report = ingest(con, [folder], listener, now=_NOW)
    for receipt in report.receipts:
        outcome = receipt.rows_kept + receipt.rows_known + receipt.rows_rejected
        if receipt.rows_read != outcome:
            found.append(f"not balanced: {receipt}")
    # Equal files, of this case or an earlier one, have their rejects once.
    found += [f"raw.rejects has not what the receipts say: {one}" for one in misplaced(con)]
    if not (report.receipts or report.refused or report.unread):
        found.append("nothing was said")
    found += _compared(con, folder)
    again = ingest(con, [folder], listener, now=_NOW + dt.timedelta(days=1))
    found += [f"kept again: {one}" for one in again.receipts if one.rows_kept]
    found += [f"rejects of the second import: {one}" for one in misplaced(con)]
    if len(again.receipts) != len(report.receipts):
        found.append("the second import read other files than the first")
    said = tables.receipts(receipt_rows(report)) + json.dumps(receipt_rows(report))
    said.encode()
    stored = "" if case.shifts else _stored(con)
    for word in every_kind.PLANTED:
        if word in said or stored.count(word) > there.count(word):
            found.append(f"leaked: {word}")
    if (seconds := time.process_time() - started) > _SLOW_SECONDS:
        found.append(f"slow: {seconds:.0f} s")
    return found


def _stored(con: duckdb.DuckDBPyConnection) -> str:
    listed = "select table_name from information_schema.tables where table_schema = 'raw'"
    names = [name for (name,) in con.execute(listed).fetchall()]
    return "".join(str(con.execute(f"from raw.{name}").fetchall()) for name in names)


def _compared(con: duckdb.DuckDBPyConnection, folder: Path) -> list[str]:
    """Where a file can be read fast and was, whether the slow way reads the same."""
    found = []
    for path in sorted(folder.rglob("*")):
        if not path.is_file():
            continue
        document = Document(path.name, path.stat().st_size, lambda path=path: path.open("rb"), path)
        try:
            sample = take_sample(document)
            format_ = judge(sample)
        except (SourceError, *DAMAGE):
            continue
        if not isinstance(format_, Format) or format_.fill is None:
            continue
        fast = Tally(0, [])
        if not format_.fill(con, document, sample, fast):
            continue
        slow, query = Tally(0, []), "from temp.incoming order by line"
        rows = con.execute(query).fetchall()
        try:
            fill_incoming(con, document, sample, replace(format_, fill=None), slow)
        except SourceError as error:
            # DuckDB forgives a comma too many, and then nothing may be missing.
            if fast.read != path.read_bytes().count(b'"ts"'):
                found.append(f"read fast, and refused slowly: {error}")
            continue
        if rows != con.execute(query).fetchall() or fast.read != slow.read:
            found.append(f"{path.name}: read fast is not as read slowly")
        con.execute("drop table temp.incoming")
    return found


def _written(folder: Path, case: Case) -> None:
    for name, content in case.files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def fuzz(
    family: str, minutes: float, kept: Path, *, most: int | None = None, first: int | None = None
) -> tuple[int, int]:
    """Spoil a family; how many cases there were, and how many failed.

    Args:
        family: Of ``every_kind.FAMILIES``.
        minutes: When to end.
        kept: Where the files of a case go that failed.
        most: How many cases, if fewer than there is time for.
        first: Seed of the first case; the others count on from it.
    """
    files = every_kind.FAMILIES[family]()
    until, number, failed = time.monotonic() + minutes * 60, 0, 0
    first = time.time_ns() % 10**9 if first is None else first
    con = None
    while time.monotonic() < until and (most is None or number < most):
        if number % _CASES_OF_A_WAREHOUSE == 0:
            if con is not None:
                con.close()
            con = histories.empty()
        seed, number = first + number, number + 1
        case = spoilt(random.Random(seed), files)
        with tempfile.TemporaryDirectory(prefix="sotw-fuzz-") as name:
            folder = Path(name, "export")
            folder.mkdir()
            _written(folder, case)
            try:
                found = faults(con, folder, case, f"listener {number}")
            except Exception:  # noqa: BLE001 - what this is for
                found = [traceback.format_exc()]
                con = histories.empty()
        if found:
            failed += 1
            place = kept / f"{family}-{seed}".replace(" ", "_")
            place.mkdir(parents=True, exist_ok=True)
            _written(place, case)
            (place / "FAULTS.txt").write_text("\n".join(found), "utf-8", "replace")
            print(f"{family} {seed}: {found[0].strip().splitlines()[-1][:300]}", flush=True)
    return number, failed


def main() -> None:
    """Fuzz the families named, or all."""
    minutes, families = float(sys.argv[1]), sys.argv[2:] or list(every_kind.FAMILIES)
    kept = Path(tempfile.gettempdir()) / "sotw-fuzz-found"
    for family in families:
        number, failed = fuzz(family, minutes, kept)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        print(f"{family}: {minutes} min, {number:,} cases, {failed} failed, peak {peak:,} MB")
        sys.stdout.flush()
    if kept.exists():
        print(f"What failed is in {kept}.")


if __name__ == "__main__":
    main()
