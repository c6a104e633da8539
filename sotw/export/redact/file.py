"""An anonymous copy of an export: for a bug report, or as a fixture of a test.

Names, ids, addresses and whatever is not known to be harmless are replaced by invented values;
all times move by the same number of weeks. The copy is imported like the original. How long each
play was, and in which order they came, stays: who knows the songs may still recognise them.
"""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from sotw.errors import SourceError
from sotw.export.redact.fields import READ
from sotw.export.redact.invent import Inventor
from sotw.export.redact.text import redact_json, redact_table
from sotw.ingest.reading.documents import Document, find_documents
from sotw.ingest.reading.format import Format
from sotw.ingest.reading.texts import Sample, open_text, take_sample
from sotw.ingest.recognise import judge
from sotw.warehouse import utc_now
from sotw.warehouse.appearing import appearing

if TYPE_CHECKING:
    import datetime as dt
    from pathlib import Path

__all__ = ["RedactReport", "RedactedFile", "redact_file"]

_BOMS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
# Of what ingest tells by the name of a file.
_KEPT_NAMES = ("streaminghistory_audiobook", "streaminghistory_podcast", "streaminghistory_music")
_ZIP = b"PK\x03\x04"


@dataclass(frozen=True, slots=True)
class RedactedFile:
    """One document that was replaced.

    Attributes:
        file: What it was called.
        format: As in a receipt.
        characters: How long the copy is.
        replaced: How many of its values are other ones now.
    """

    file: str
    format: str
    characters: int
    replaced: int


@dataclass(frozen=True, slots=True)
class RedactReport:
    """What was written, and what of an archive was left out."""

    files: tuple[RedactedFile, ...]
    left_out: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class _Known:
    document: Document
    sample: Sample
    format: str


def redact_file(
    file: Path, output: Path, *, seed: int | None = None, now: dt.datetime | None = None
) -> RedactReport:
    """Write an anonymous copy of an export.

    Args:
        file: JSON, JSON lines, a table, or a zip archive of such.
        output: Where no file is yet.
        seed: Equal seeds give equal copies; who knows the seed can guess. None: at random.
        now: Naive UTC; what is later than a day after it stays in the future.

    Raises:
        SourceError: It is of a form whose fields are not known, or damaged.
    """
    left_out: list[tuple[str, str]] = []
    known: list[_Known] = []
    for document in find_documents([file], lambda name, why: left_out.append((name, why))):
        try:
            known.append(_known(document))
        except SourceError as error:
            left_out.append((document.name, str(error)))
    if not known:
        raise SourceError(left_out[0][1] if left_out else f"{file}: there is nothing in it.")
    made = Inventor(now or utc_now(), seed)
    for one in known:
        _text(one, made)
    made.choose_shift()
    with file.open("rb") as stream:
        is_zip = stream.read(4) == _ZIP
    files: list[RedactedFile] = []
    with appearing(output) as partial:
        if not is_zip:
            partial.write_bytes(_copied(known[0], made, files))
        else:
            with zipfile.ZipFile(partial, "w", zipfile.ZIP_DEFLATED) as archive:
                for number, one in enumerate(known, 1):
                    # A date and the rights of a file are facts about a person too.
                    member = zipfile.ZipInfo(_member_name(one.document.name, number))
                    member.compress_type = zipfile.ZIP_DEFLATED
                    archive.writestr(member, _copied(one, made, files))
    return RedactReport(tuple(files), tuple(left_out))


def _known(document: Document) -> _Known:
    sample = take_sample(document)
    found = judge(sample)
    if not isinstance(found, Format):
        raise SourceError(f"{document.name}: {found.advice}")
    if found.name not in READ:
        raise SourceError(
            f"{document.name}: {found.name}: it is not known which of its fields are personal. "
            "Make a small file of the same form by hand."
        )
    return _Known(document, sample, found.name)


def _text(one: _Known, made: Inventor) -> str:
    with open_text(one.document, one.sample) as stream:
        stream.reconfigure(newline="")  # type: ignore[attr-defined]
        text = stream.read()
    text = text.removeprefix("\ufeff")
    try:
        if one.sample.is_json:
            return redact_json(text, made, one.format)
        return redact_table(text, made, one.format, one.sample.delimiter)
    except ValueError as error:
        raise SourceError(
            f"{one.document.name}: the JSON is cut off or damaged. Download it again."
        ) from error


def _copied(one: _Known, made: Inventor, files: list[RedactedFile]) -> bytes:
    before = made.replaced
    text = _text(one, made)
    mark, encoding = next(
        ((mark, name) for mark, name in _BOMS if one.sample.magic.startswith(mark)),
        (b"", one.sample.encoding.removesuffix("-sig")),
    )
    content = mark + text.encode(encoding, errors="replace")
    copy = Document(one.document.name, len(content), lambda: io.BytesIO(content))
    again = judge(take_sample(copy))
    if not isinstance(again, Format) or again.name != one.format:
        raise SourceError(
            f"{one.document.name}: without its names it is no longer seen as {one.format}. "
            "Make a small file of the same form by hand."
        )
    files.append(RedactedFile(one.document.name, one.format, len(text), made.replaced - before))
    return content


def _member_name(name: str, number: int) -> str:
    """A name that says nothing but what ingest tells by it; numbers keep the order."""
    path = PurePosixPath(name.lower())
    telling = next((word for word in _KEPT_NAMES if word in path.name), "file")
    suffix = path.suffix if path.suffix in (".json", ".jsonl", ".csv", ".tsv", ".log") else ".txt"
    return f"{number:04}_{telling}{suffix}"
