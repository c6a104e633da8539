"""Bytes of unknown encoding to text, and what a document looks like from its first bytes.

The first reading decides the encoding and takes the fingerprint; the second one reads.
"""

from __future__ import annotations

import codecs
import hashlib
import io
import re
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice
from typing import IO, TYPE_CHECKING, Any, TextIO, cast
from zoneinfo import ZoneInfo

from sotw.errors import SourceError
from sotw.ingest.reading.delimited import STATED_DELIMITER, split_record
from sotw.ingest.reading.encodings import FAR_LETTERS, encoding_of, faults_of, with_order
from sotw.ingest.reading.numbers_as_times import is_cut_short
from sotw.ingest.reading.preamble import Below, lines_above
from sotw.ingest.reading.times import CUT_SHORT, NO_DAY_ORDER, day_order, parse_time
from sotw.ingest.reading.written import numeric_date
from sotw.paths import DEMO_MARK

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from sotw.ingest.reading.documents import Document

__all__ = [
    "BLANKS",
    "FAR_LETTERS",
    "INVISIBLE",
    "Reading",
    "Sample",
    "Tally",
    "clean",
    "column_name",
    "open_text",
    "parquet_file",
]
__all__ += ["is_plain_utf8", "stated_order", "stated_zone", "take_sample"]

_HEAD_BYTES = 65_536
_CHUNK_BYTES = 2**20
_TIMES_AT_ONCE = 1_000
_DELIMITERS = (",", ";", "\t")

# Printed as nothing too, but part of a name that has letters.
INVISIBLE = "\x00\xad\u180e\u200e\u200f\u202a\u202b\u202c\u202d\u202e"

# Stripped from the ends of every name: blanks, and what is printed as nothing.
BLANKS = " \t\r\n\v\f\x1c\x1d\x1e\x1f\x85\xa0\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007" + (
    "\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000\ufeff\u200b\u200c\u200d\u2060"
)


@dataclass(slots=True)
class Tally:
    """What a reader counts while it reads.

    Attributes:
        read: Records met, counted as they are met.
        notes: What a person should know of the file.
    """

    read: int
    notes: list[str]


@dataclass(frozen=True)
class Sample:
    """A document as its recogniser sees it.

    Attributes:
        head: The first 64 KB, decoded, without a byte order mark.
        magic: The first sixteen bytes.
        encoding: For reading all of it.
        sha256: Of all bytes.
        size: All bytes, counted.
        note: Set where the encoding is a guess, or does not fit.
        parquet_columns: Names of a Parquet file's columns; of other documents none.
        name: The document's, for what is only told by a name (a log's type of event).
        delimiter_given: Between fields, where the caller says so.
        zone_given: Of times without a zone, where the caller says so.
        encoding_given: Where the caller says so and the bytes tell another.
        order_given: Of day, month and year in dates in numbers, where the caller says so.
        columns_given: What the columns hold, where the caller says so, joined by commas.
        asked: ``zone`` and ``date-order``, once a reader wanted to know them.
    """

    head: str
    magic: bytes
    encoding: str
    sha256: str
    size: int
    note: str | None
    parquet_columns: list[str] = field(default_factory=list)
    name: str = ""
    delimiter_given: str | None = None
    zone_given: str | None = None
    encoding_given: str | None = None
    order_given: str | None = None
    columns_given: str | None = None
    asked: set[str] = field(default_factory=set, compare=False)

    @property
    def is_synthetic(self) -> bool:
        """Whether it says of itself that a demo wrote it."""
        names = self.json_paths if self.is_json else {*self.header, *self.parquet_columns}
        return DEMO_MARK in names

    @property
    def zone(self) -> str | None:
        """IANA name of the zone in which times without one are, where the caller says so."""
        self.asked.add("zone")
        return self.zone_given

    @property
    def date_order(self) -> str | None:
        """How dates in numbers are to be read, where the caller says so."""
        self.asked.add("date-order")
        return self.order_given

    @property
    def columns(self) -> str | None:
        """What the columns of a table hold, where the caller says so."""
        return None if self.is_json or self.parquet_columns else self.columns_given

    @property
    def stated(self) -> dict[str, str]:
        """What the caller said and the content does not tell; of times, once it was asked for."""
        is_told = self.is_json or self.delimiter_given == self._likely_delimiter
        said = {
            "encoding": self.encoding_given,
            "delimiter": None if is_told else self.delimiter_given,
            "zone": self.zone_given if "zone" in self.asked else None,
            "date-order": self.order_given if "date-order" in self.asked else None,
            "columns": self.columns,
        }
        return {name: value for name, value in said.items() if value is not None}

    @cached_property
    def json_paths(self) -> frozenset[str]:
        """Where the head of a JSON document has keys: ``ts``, ``tracks[].artist``.

        Elements of a top-level list, and objects that follow one another, count as the top.
        """
        return json_paths(self.head) if self.is_json else frozenset()

    @cached_property
    def preamble(self) -> int:
        """How many lines stand above the headings of a table; ``open_text`` passes over them."""
        return 0 if self.is_json else lines_above(self.head)

    @cached_property
    def is_json(self) -> bool:
        """Whether it opens like a JSON list or object."""
        return self.head.lstrip()[:1] in ("[", "{") and self.head.lstrip()[1:2] != ""

    @cached_property
    def records(self) -> list[list[str]]:
        """The first records, split at commas or what the caller said."""
        return [split_record(line, self.delimiter_given or ",") for line in self._lines()]

    @cached_property
    def delimiter(self) -> str:
        """The one that splits the first line into most fields, unless the caller said it."""
        return self._likely_delimiter if self.delimiter_given is None else self.delimiter_given

    @property
    def _likely_delimiter(self) -> str:
        if stated := STATED_DELIMITER.match(self.head.lstrip()):
            return stated[1]
        first = next(iter(self._lines()), "")
        return max(_DELIMITERS, key=lambda mark: len(split_record(first, mark)))

    @cached_property
    def header(self) -> list[str]:
        """The first record's fields as column names: lower case, ``_`` for blanks.

        Where the caller names the columns, those names.
        """
        if self.columns is not None:
            return self.columns.split(",")
        first = next(iter(self._lines()), "")
        return [column_name(field) for field in split_record(first, self.delimiter)]

    def _lines(self) -> Iterator[str]:
        lines = self.head.splitlines()[self.preamble :]
        # The last line of a full head is cut somewhere.
        for line in lines[: 40 if len(self.head) < _HEAD_BYTES // 4 else min(40, len(lines) - 1)]:
            if line.strip(BLANKS) and not STATED_DELIMITER.fullmatch(line):
                yield line


def column_name(field: str) -> str:
    """A heading as the tables of names spell it: ``Track Name`` is ``track_name``."""
    return re.sub(r"[\W_]+", "_", field.strip(BLANKS).casefold()).strip("_")


def clean(text: str) -> str | None:
    """A name without blanks and invisible marks at its ends; null when nothing is left."""
    text = text.strip(BLANKS)
    # Such a name has no key, and its plays would be nobody's.
    return text if text.strip(BLANKS + INVISIBLE) else None


@dataclass(frozen=True, slots=True)
class Reading:
    """What the caller says of how the documents are written; null where the content tells.

    Attributes:
        encoding: A codec that Python knows.
        delimiter: One character between the fields of a table.
        zone: IANA name of the zone of times that have none.
        date_order: ``dmy``, ``mdy`` or ``ymd``, of dates in numbers.
        columns: What the columns of a table hold, ``-`` for what is not to be read.
    """

    encoding: str | None = None
    delimiter: str | None = None
    zone: str | None = None
    date_order: str | None = None
    columns: str | None = None


def take_sample(document: Document, reading: Reading | None = None) -> Sample:
    """Read the document once: its head, encoding and fingerprint."""
    reading = reading or Reading()
    digest = hashlib.sha256()
    head, size, is_ascii = b"", 0, True
    with document.open() as stream:
        while chunk := stream.read(_CHUNK_BYTES):
            digest.update(chunk)
            size += len(chunk)
            is_ascii = is_ascii and chunk.isascii()
            if len(head) < _HEAD_BYTES:
                head += chunk[: _HEAD_BYTES - len(head)]
    if head.startswith(_PARQUET):
        columns = _parquet_columns(document)
        return Sample("PAR1", head[:16], "", digest.hexdigest(), size, None, columns, document.name)
    encoding_given = None
    if reading.encoding is None:
        encoding, note = encoding_of(document, head)
    else:
        found = encoding_of(document, head)[0]
        encoding = with_order(reading.encoding, head, found)
        note = faults_of(document, encoding)
        tells = is_ascii and _ASCII.decode(encoding, "replace") == _ASCII.decode()
        tells = tells or _codec(encoding) == _codec(found)
        encoding_given = None if tells else _codec(encoding)
    text = head.decode(encoding, errors="ignore").lstrip("\ufeff").replace("\x00", "")
    return Sample(
        text,
        head[:16],
        encoding,
        digest.hexdigest(),
        size,
        note,
        name=document.name,
        delimiter_given=reading.delimiter,
        zone_given=reading.zone,
        encoding_given=encoding_given,
        order_given=reading.date_order,
        columns_given=reading.columns,
    )


def stated_zone(sample: Sample, tally: Tally) -> ZoneInfo | None:
    """The zone that the caller named for times that have none; null: UTC. A note says which."""
    if sample.zone is None:
        tally.notes.append("times without a zone: read as UTC; if they are local, say --zone")
        return None
    tally.notes.append(f"times without a zone: read as {sample.zone}")
    return ZoneInfo(sample.zone)


def stated_order(
    sample: Sample,
    tally: Tally,
    texts: Sequence[str],
    more: Callable[[], Iterable[str]] = lambda: (),
) -> str | None:
    """The order of day and month in dates in numbers, as the caller or one of the dates tells it.

    A note says so where neither does, and where a spreadsheet has cut numbers short.

    Args:
        sample: Of the document.
        tally: Gets the notes.
        texts: The first times.
        more: All of them, asked for where the first do not tell.
    """
    if any(map(is_cut_short, texts)):
        tally.notes.append(CUT_SHORT)
    if not any(map(numeric_date, texts)):
        return None
    order = sample.date_order or day_order(texts) or _order_of_all(more())
    if order is None and not any(map(parse_time, texts)):
        tally.notes.append(NO_DAY_ORDER)
    return order


def _order_of_all(texts: Iterable[str]) -> str | None:
    """The order that the first thousand which tell one have."""
    rest = iter(texts)
    while some := list(islice(rest, _TIMES_AT_ONCE)):
        if (order := day_order(some)) is not None:
            return order
    return None


_ASCII = bytes(range(128))


def _codec(encoding: str) -> str:
    """An encoding by the one name that its spellings share."""
    return codecs.lookup(encoding).name.removesuffix("-sig")


def is_plain_utf8(sample: Sample) -> bool:
    """Whether all of a document is UTF-8, found out or stated, and nothing else but a table."""
    is_plain = not sample.note and not sample.preamble
    return is_plain and codecs.lookup(sample.encoding).name in ("utf-8", "utf-8-sig")


def parquet_file(stream: IO[bytes]) -> Any:  # noqa: ANN401 - pyarrow has no types
    """Open a Parquet file; the module is imported where one is met, as it takes its time."""
    import pyarrow.parquet as pq

    return pq.ParquetFile(stream)


def _parquet_columns(document: Document) -> list[str]:
    try:
        with document.open() as stream, parquet_file(stream) as file:
            return [column_name(name) for name in file.schema_arrow.names]
    except (OSError, ValueError) as error:
        raise SourceError(
            f"{document.name}: the Parquet file is damaged or cut off. Write it again."
        ) from error


_PARQUET = b"PAR1"


_MOST_LEVELS = 32
_TOKENS = re.compile(r'"((?:[^"\\]|\\.)*)"\s*(:?)|[\[\]{}]', re.DOTALL)


def json_paths(head: str) -> frozenset[str]:
    """The keys of a JSON text, also of one that is cut off, each with where it stands."""
    found: set[str] = set()
    # The path of each open list or object; and of the value that comes next.
    stack: list[tuple[str, str]] = []
    here = ""
    for token in _TOKENS.finditer(head):
        text = token[0]
        if len(stack) > _MOST_LEVELS and text not in ("]", "}"):
            # No export is as deep, and paths as long as the text would be its square.
            if text in ("[", "{"):
                stack.append((text, here))
        elif text == "{":
            stack.append((text, here))
        elif text == "[":
            here = f"{here}[]" if here else ""
            stack.append((text, here))
        elif token[2] and stack:
            outer = stack[-1][1]
            here = f"{outer}.{token[1]}" if outer else token[1]
            found.add(here)
        elif text in ("}", "]") and stack:
            stack.pop()
            here = stack[-1][1] if stack else ""
    return frozenset(found)


def open_text(document: Document, sample: Sample) -> TextIO:
    """Open for reading; every kind of line end becomes a line feed."""
    stream = cast("io.BufferedReader", document.open())
    kind = Below if sample.preamble else io.TextIOWrapper
    text = kind(stream, encoding=sample.encoding, errors="replace", newline=None)
    if isinstance(text, Below):
        text.above = sample.preamble
    return text
