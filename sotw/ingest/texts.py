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
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sotw.errors import SettingsError, SourceError
from sotw.ingest.delimited import STATED_DELIMITER, split_record

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sotw.ingest.documents import Document

__all__ = [
    "BLANKS",
    "FAR_LETTERS",
    "INVISIBLE",
    "Reading",
    "Sample",
    "Tally",
    "checked_reading",
    "clean",
    "column_name",
    "open_text",
    "parquet_file",
]
__all__ += ["is_plain_utf8", "take_sample"]

# A note that refuses the document.
FAR_LETTERS = (
    "not UTF-8, nor letters of Western Europe, and whose they are it does not say. Import it again "
    "with --encoding, such as cp1251 or shift_jis."
)
_HEAD_BYTES = 65_536
_CHUNK_BYTES = 2**20
# What fits into the processor's cache is decoded three times faster.
_DECODED_BYTES = 2**17
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
        magic: The first sixteen bytes.
        encoding: For reading all of it.
        sha256: Of all bytes.
        size: All bytes, counted.
        note: Set where the encoding is a guess.
        parquet_columns: Names of a Parquet file's columns; of other documents none.
        name: The document's, for what is only told by a name (a log's type of event).
        delimiter_given: Between fields, where the caller says so.
        zone: IANA name of the zone in which times without one are, where the caller says so.
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
    zone: str | None = None

    @cached_property
    def json_paths(self) -> frozenset[str]:
        """Where the head of a JSON document has keys: ``ts``, ``tracks[].artist``.

        Elements of a top-level list, and objects that follow one another, count as the top.
        """
        return json_paths(self.head) if self.is_json else frozenset()

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
        if self.delimiter_given is not None:
            return self.delimiter_given
        if stated := STATED_DELIMITER.match(self.head.lstrip()):
            return stated[1]
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
    """

    encoding: str | None = None
    delimiter: str | None = None
    zone: str | None = None


def checked_reading(encoding: str | None, delimiter: str | None, zone: str | None) -> Reading:
    """What a person said of the files, refused where it means nothing.

    Raises:
        SettingsError: No such encoding or zone, or no delimiter of one character.
    """
    if encoding is not None:
        try:
            is_text = codecs.lookup(encoding)._is_text_encoding
        except LookupError:
            is_text = False
        if not is_text:
            raise SettingsError(f"--encoding {encoding}: allowed: utf-8, cp1252, utf-16 and so on")
    if delimiter is not None:
        delimiter = {"tab": "\t", "\\t": "\t"}.get(delimiter, delimiter)
        if len(delimiter) != 1 or delimiter in '"\r\n' or delimiter.isalnum():
            raise SettingsError(f"--delimiter {delimiter!r}: allowed: a mark such as ';', or tab")
    if zone is not None:
        try:
            ZoneInfo(zone)
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            raise SettingsError(
                f"--zone {zone}: allowed: a name such as Europe/Berlin, or UTC"
            ) from error
    return Reading(encoding, delimiter, zone)


def take_sample(document: Document, reading: Reading | None = None) -> Sample:
    """Read the document once: its head, encoding and fingerprint."""
    reading = reading or Reading()
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
        return Sample("PAR1", head[:16], "", digest.hexdigest(), size, None, columns, document.name)
    if reading.encoding is None:
        encoding, note = _encoding(document, head)
    else:
        encoding, note = reading.encoding, None
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
        zone=reading.zone,
    )


def is_plain_utf8(sample: Sample) -> bool:
    """Whether all of a document is UTF-8, found out or stated."""
    return not sample.note and codecs.lookup(sample.encoding).name in ("utf-8", "utf-8-sig")


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
_BEYOND_ASCII = re.compile(rb"[\x80-\xff]+")
_WIDE_BYTES = 16
_NOT_CP1252 = b"\x81\x8d\x8f\x90\x9d"


def _encoding(document: Document, head: bytes) -> tuple[str, str | None]:
    """The encoding, and what to say where it is a guess or does not fit."""
    # The mark of UTF-32 begins with that of UTF-16.
    if head.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        return "utf-32", None
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16", None
    for start, encoding in ((0, "utf-32-le"), (3, "utf-32-be")):
        # A letter in four bytes, and the others nothing.
        first = head[:_WIDE_BYTES]
        letters = first[start::4]
        if len(first) == _WIDE_BYTES and all(letters) and first.count(0) * 4 == _WIDE_BYTES * 3:
            return encoding, f"no byte order mark; read as {encoding}"
    for start, encoding in ((1, "utf-16-le"), (0, "utf-16-be")):
        # Latin text in UTF-16 has a NUL for every letter.
        if len(head) > 8 and head[start::2].count(0) > len(head) // 4:
            return encoding, f"no byte order mark; read as {encoding}"
    if _is_utf8(document):
        return "utf-8-sig", None
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
    if damaged * 10 <= beyond_ascii:
        # A cut or a slip in what is plainly UTF-8; another encoding would spoil every name.
        return "utf-8-sig", f"{damaged:,} damaged characters"
    if _has_far_letters(head):
        return "latin-1", FAR_LETTERS
    encoding = "latin-1" if has_odd_bytes else "cp1252"
    return encoding, f"not UTF-8; read as {encoding}"


def _has_far_letters(head: bytes) -> bool:
    """Whether words are of nothing but letters beyond ASCII: Western Europe has few of them.

    Read as such they would be names that nobody has, and stay beside the right ones.
    """
    beyond = _BEYOND_ASCII.findall(head)
    return sum(len(run) for run in beyond if len(run) > 2) * 2 > sum(map(len, beyond))


def _is_utf8(document: Document) -> bool:
    """Whether all of a document is whole UTF-8; most are, and this is ten times faster."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    with document.open() as stream:
        try:
            while chunk := stream.read(_DECODED_BYTES):
                # A character may go on from the piece before.
                if not chunk.isascii() or decoder.getstate()[0]:
                    decoder.decode(chunk)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return False
    return True


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
    return io.TextIOWrapper(stream, encoding=sample.encoding, errors="replace", newline=None)
