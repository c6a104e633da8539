"""Files that DuckDB itself reads, many times faster, where nothing about them is in doubt.

Whatever is in doubt makes ``fill`` return false, and the document is read record by record.
"""

from __future__ import annotations

import contextlib
import mmap
import re
import shutil
import tempfile
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING

from sotw import scratch
from sotw.ingest.rows import table
from sotw.ingest.texts import BLANKS, INVISIBLE, is_plain_utf8
from sotw.paths import sql_root

if TYPE_CHECKING:
    from collections.abc import Iterator

    import duckdb

    from sotw.ingest.documents import Document
    from sotw.ingest.texts import Sample, Tally

__all__ = ["fill_lastfm_to_csv", "make_incoming", "on_disk", "text_of"]

# A line of four fields whose quotes, if any, are where they belong.
_FIELD = rb'(?:"(?:[^"\n]|"")*"|[^",\n\r]*)'
_QUOTED_LINE = re.compile(rb",".join([_FIELD] * 4) + rb"\r?")
# The table that sql/ingest/read_lastfm_to_csv.sql reads.
_RECORDS = "lastfm_records"
_WORTH_UNPACKING = 2**20
# Of a longer one Python reads the beginning.
_MOST_BYTES_OF_A_LINE = 1_000_000


@contextlib.contextmanager
def on_disk(document: Document) -> Iterator[Path]:
    """The document's file; one of an archive is unpacked for as long as it is needed."""
    if document.path is not None:
        yield document.path
        return
    # Its owner alone can read it, and it is gone afterwards, whatever happens.
    with tempfile.NamedTemporaryFile(prefix="sotw-") as unpacked:
        with document.open() as packed:
            shutil.copyfileobj(packed, unpacked, 2**20)
        unpacked.flush()
        yield Path(unpacked.name)


def make_incoming(con: duckdb.DuckDBPyConnection) -> None:
    """An empty temp.incoming with all columns of plays, for the statements that follow."""
    no_plays = table("plays", {"line": []})  # found by its name  # noqa: F841
    con.execute("create or replace temp table incoming as from no_plays")


@cache
def text_of(name: str) -> str:
    """A statement of sql/ingest/."""
    return (sql_root() / "ingest" / f"{name}.sql").read_text(encoding="utf-8")


def fill_lastfm_to_csv(
    con: duckdb.DuckDBPyConnection, document: Document, sample: Sample, tally: Tally
) -> bool:
    """Read artist, album, track and time with DuckDB; false where a line is odd in any way."""
    if not is_plain_utf8(sample) or sample.delimiter_given not in (None, ","):
        return False
    if document.path is None and sample.size < _WORTH_UNPACKING:
        return False
    with on_disk(document) as path:
        lines = _count_plain_lines(path)
        if lines is None:
            return False
        make_incoming(con)
        if not scratch.is_done(partial(_read_table, con, path)):
            return False
    [(read, odd)] = con.execute(text_of("count_odd_times")).fetchall()
    if odd or read != lines:
        # A blank line, or a record over several, would put the numbers of the lines wrong.
        return False
    tally.read = lines
    return True


def _read_table(con: duckdb.DuckDBPyConnection, path: Path) -> None:
    records = con.read_csv(
        str(path),
        auto_detect=False,
        header=False,
        columns=dict.fromkeys(("artist", "album", "track", "clock"), "varchar"),
        sep=",",
        quotechar='"',
        escapechar='"',
        strict_mode=True,
        max_line_size=_MOST_BYTES_OF_A_LINE,
        compression="none",
    ).project("row_number() over () as line, *")
    con.register(_RECORDS, records)
    try:
        query = f"insert into temp.incoming by name\n{text_of('read_lastfm_to_csv')}"
        con.execute(query, {"blanks": BLANKS, "unseen": BLANKS + INVISIBLE})
    finally:
        con.unregister(_RECORDS)


def _count_plain_lines(path: Path) -> int | None:
    """How many lines a file has; null where its quotes, line ends or bytes need a closer look."""
    with path.open("rb") as stream, contextlib.closing(_mapped(stream.fileno())) as text:
        # DuckDB leaves out what is after the last comma where that is nothing.
        if any(text.find(odd) >= 0 for odd in (b"\x00", b",\n", b",\r")) or text[-1:] == b",":
            return None
        at = text.find(b'"')
        while at >= 0:
            start, end = text.rfind(b"\n", 0, at) + 1, text.find(b"\n", at)
            end = len(text) if end < 0 else end
            if _QUOTED_LINE.fullmatch(text, start, end) is None:
                return None
            at = text.find(b'"', end)
        # Only the line feeds are counted below, so there must be one with each return.
        at = text.find(b"\r")
        while at >= 0:
            if text[at + 1 : at + 2] != b"\n":
                return None
            at = text.find(b"\r", at + 1)
        stream.seek(0)
        count = sum(piece.count(b"\n") for piece in iter(lambda: stream.read(2**20), b""))
        return count + (text[-1:] != b"\n")


def _mapped(number: int) -> mmap.mmap:
    return mmap.mmap(number, 0, access=mmap.ACCESS_READ)
