"""Comma-separated text to records, one damaged line costing one record.

``csv`` alone lets an unclosed quote swallow the rest of the file without a word. Here a record
may span a few lines; if its quote has not closed by then, or the pieces do not make a record of
the right width, the first line is the fault and the following ones are read anew.
"""

from __future__ import annotations

import csv
import re
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

__all__ = ["STATED_DELIMITER", "Chunk", "read_records", "split_record"]

# What spreadsheets want, and some exports have, before the headings.
STATED_DELIMITER = re.compile(r'"?sep=([^\w\s"]|\t)"?\r?(?=\n|$)')

# No name has line breaks worth speaking of; a record longer than this is a lost quote.
_MOST_LINES_OF_A_RECORD = 12
_MOST_CHARACTERS_OF_A_LINE = 1_000_000
# A field may be as long as its record; csv alone stops at 128 KB, with an error of its own.
csv.field_size_limit((_MOST_LINES_OF_A_RECORD + 1) * (_MOST_CHARACTERS_OF_A_LINE + 1))
WRONG_WIDTH = "wrong number of columns"
_OPEN_QUOTE = "quote not closed"


@dataclass(slots=True)
class Chunk:
    """Some records: those of a right width, and the faulty ones.

    Attributes:
        lines: The line on which each of ``rows`` starts, from 1.
        rows: Fields of each record.
        faults: Line, reason and text of each record that could not be split.
    """

    lines: list[int] = field(default_factory=list)
    rows: list[list[str]] = field(default_factory=list)
    faults: list[tuple[int, str, str]] = field(default_factory=list)

    @property
    def records(self) -> int:
        """How many were read."""
        return len(self.rows) + len(self.faults)


def split_record(line: str, delimiter: str) -> list[str]:
    """Fields of one line; an unclosed quote is closed at its end."""
    if '"' not in line:
        return line.split(delimiter)
    try:
        return next(csv.reader([line], delimiter=delimiter), [])
    except csv.Error:
        # More than a line, where only returns end them.
        return line.split(delimiter)


def read_records(
    stream: Iterable[str],
    *,
    delimiter: str,
    widths: Collection[int],
    skip_header: bool,
    chunk_size: int = 122_880,
) -> Iterator[Chunk]:
    """Split a text into chunks of records; blank lines are no records.

    Args:
        stream: Lines, each with its line feed.
        delimiter: Between fields.
        widths: Numbers of fields a record may have.
        skip_header: Whether the first record names the columns.
        chunk_size: Records in a chunk; DuckDB stores any other number far more slowly.
    """
    source = _Lines(stream)
    chunk = Chunk()
    left = chunk_size
    for line in source:
        start = source.number
        if start == 1 and STATED_DELIMITER.fullmatch(line.lstrip("\ufeff")):
            continue
        row: list[str] | None
        if '"' not in line:
            if not line or line.isspace():
                continue
            row = line.split(delimiter)
        else:
            row = _take_quoted(line, source, delimiter, widths)
        if skip_header:
            skip_header = False
            continue
        if row is None:
            chunk.faults.append((start, _OPEN_QUOTE, line))
        elif len(row) not in widths:
            chunk.faults.append((start, WRONG_WIDTH, line))
        else:
            chunk.lines.append(start)
            chunk.rows.append(row)
        left -= 1
        if not left:
            yield chunk
            chunk, left = Chunk(), chunk_size
    if chunk.records:
        yield chunk


class _Lines:
    """Lines that can be looked at before they are taken."""

    def __init__(self, stream: Iterable[str]) -> None:
        self._stream = iter(stream)
        self._ahead: deque[str] = deque()
        self.number = 0

    def __iter__(self) -> Iterator[str]:
        ahead = self._ahead
        for text in self._stream:
            self.number += 1
            yield _bare(text)
            while ahead:
                self.number += 1
                yield ahead.popleft()

    def peek(self, steps: int) -> str | None:
        """The line ``steps`` after the current one; null after the end."""
        while len(self._ahead) < steps:
            line = next(self._stream, None)
            if line is None:
                return None
            self._ahead.append(_bare(line))
        return self._ahead[steps - 1]

    def take(self, steps: int) -> None:
        """Go on by lines that have been looked at."""
        for _ in range(steps):
            self._ahead.popleft()
        self.number += steps


def _bare(line: str) -> str:
    line = line.rstrip("\n")
    if "\x00" in line:
        line = line.replace("\x00", "")
    return line if len(line) <= _MOST_CHARACTERS_OF_A_LINE else line[:_MOST_CHARACTERS_OF_A_LINE]


def _take_quoted(
    line: str, source: _Lines, delimiter: str, widths: Collection[int]
) -> list[str] | None:
    """Split a line with quotes, and take the lines it goes on over; null when a quote is lost."""
    text = line
    for more in range(_MOST_LINES_OF_A_RECORD):
        try:
            row = next(csv.reader([text], delimiter=delimiter, strict=True))
        except csv.Error as error:
            if "unexpected end of data" not in str(error):
                # Text after a closing quote. In one line it is only odd; over several lines the
                # "closing" quote opens a field of another record.
                return None if more else next(csv.reader([text], delimiter=delimiter))
        else:
            if not more:
                return row
            if len(row) not in widths:
                return None
            source.take(more)
            return row
        following = source.peek(more + 1)
        if following is None:
            return None
        text = f"{text}\n{following}"
    return None
