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
from typing import IO, TYPE_CHECKING, Any, TextIO, cast

from sotw.errors import SourceError
from sotw.ingest.delimited import split_record

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sotw.ingest.documents import Document

__all__ = [
    "BLANKS",
    "INVISIBLE",
    "Sample",
    "Tally",
    "clean",
    "column_name",
    "open_text",
    "parquet_file",
]
__all__ += ["take_sample"]

_HEAD_BYTES = 65_536
_CHUNK_BYTES = 2**20
_SURROGATES = re.compile("[\udc80-\udcff]")
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
        magic: The first four bytes.
        encoding: For reading all of it.
        sha256: Of all bytes.
        size: All bytes, counted.
        note: Set where the encoding is a guess.
        parquet_columns: Names of a Parquet file's columns; of other documents none.
    """

    head: str
    magic: bytes
    encoding: str
    sha256: str
    size: int
    note: str | None
    parquet_columns: list[str] = field(default_factory=list)

    @cached_property
    def is_json(self) -> bool:
        """Whether it opens like a JSON list or object."""
        return self.head.lstrip()[:1] in ("[", "{") and self.head.lstrip()[1:2] != ""

    @cached_property
    def records(self) -> list[list[str]]:
        """The first records, split at commas."""
        return [split_record(line, ",") for line in self._lines()]

    @cached_property
    def delimiter(self) -> str:
        """The one that splits the first line into most fields."""
        first = next(iter(self._lines()), "")
        return max(_DELIMITERS, key=lambda mark: len(split_record(first, mark)))

    @cached_property
    def header(self) -> list[str]:
        """The first record's fields as column names: lower case, ``_`` for blanks."""
        first = next(iter(self._lines()), "")
        return [column_name(field) for field in split_record(first, self.delimiter)]

    def _lines(self) -> Iterator[str]:
        lines = self.head.splitlines()
        # The last line of a full head is cut somewhere.
        for line in lines[: 40 if len(self.head) < _HEAD_BYTES // 4 else min(40, len(lines) - 1)]:
            if line.strip(BLANKS):
                yield line


def column_name(field: str) -> str:
    """A heading as the tables of names spell it: ``Track Name`` is ``track_name``."""
    return re.sub(r"[\W_]+", "_", field.strip(BLANKS).casefold()).strip("_")


def clean(text: str) -> str | None:
    """A name without blanks and invisible marks at its ends; null when nothing is left."""
    text = text.strip(BLANKS)
    # Such a name has no key, and its plays would be nobody's.
    return text if text.strip(BLANKS + INVISIBLE) else None


def take_sample(document: Document) -> Sample:
    """Read the document once: its head, encoding and fingerprint."""
    digest = hashlib.sha256()
    head, size = b"", 0
    with document.open() as stream:
        while chunk := stream.read(_CHUNK_BYTES):
            digest.update(chunk)
            size += len(chunk)
            if len(head) < _HEAD_BYTES:
                head += chunk[: _HEAD_BYTES - len(head)]
    if head.startswith(_PARQUET):
        columns = _parquet_columns(document)
        return Sample("PAR1", head[:4], "", digest.hexdigest(), size, None, columns)
    encoding, note = _encoding(document, head)
    text = head.decode(encoding, errors="ignore").lstrip("\ufeff").replace("\x00", "")
    return Sample(text, head[:4], encoding, digest.hexdigest(), size, note)


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
_NOT_CP1252 = b"\x81\x8d\x8f\x90\x9d"


def _encoding(document: Document, head: bytes) -> tuple[str, str | None]:
    """The encoding, and what to say where it is a guess or does not fit."""
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16", None
    for start, encoding in ((1, "utf-16-le"), (0, "utf-16-be")):
        # Latin text in UTF-16 has a NUL for every letter.
        if len(head) > 8 and head[start::2].count(0) > len(head) // 4:
            return encoding, f"no byte order mark; read as {encoding}"
    damaged, beyond_ascii, has_odd_bytes = 0, 0, False
    decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")
    with document.open() as stream:
        while chunk := stream.read(_CHUNK_BYTES):
            if chunk.isascii():
                continue
            text = decoder.decode(chunk)
            # What cannot be decoded comes out as a lone surrogate, which valid UTF-8 never has.
            damaged += len(_SURROGATES.findall(text))
            beyond_ascii += len(chunk) - len(text)
            has_odd_bytes = has_odd_bytes or any(byte in chunk for byte in _NOT_CP1252)
    damaged += len(decoder.decode(b"", final=True))
    if not damaged:
        return "utf-8-sig", None
    if damaged * 10 <= beyond_ascii:
        # A cut or a slip in what is plainly UTF-8; another encoding would spoil every name.
        return "utf-8-sig", f"{damaged:,} damaged characters"
    encoding = "latin-1" if has_odd_bytes else "cp1252"
    return encoding, f"not UTF-8; read as {encoding}"


def open_text(document: Document, sample: Sample) -> TextIO:
    """Open for reading; every kind of line end becomes a line feed."""
    stream = cast("io.BufferedReader", document.open())
    return io.TextIOWrapper(stream, encoding=sample.encoding, errors="replace", newline=None)
