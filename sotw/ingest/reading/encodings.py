"""Which encoding a text is in, where nobody says: told by its bytes, or refused as untold."""

from __future__ import annotations

import codecs
import re
from typing import TYPE_CHECKING

from sotw.errors import SourceError

if TYPE_CHECKING:
    from sotw.ingest.reading.documents import Document

__all__ = ["FAR_LETTERS", "encoding_of", "faults_of", "with_order"]

# A note that refuses the document.
FAR_LETTERS = (
    "not UTF-8, nor letters of Western Europe as Windows writes them, and whose they are it does "
    "not say. Import it again with --encoding, such as cp1251, shift_jis or mac_roman."
)
_OR_ANOTHER = "; if names look wrong, import it again with --encoding"
_CHUNK_BYTES = 2**20
# What fits into the processor's cache is decoded three times faster.
_DECODED_BYTES = 2**17
_SURROGATES = re.compile("[\udc80-\udcff]")
_LETTERS = re.compile("[^\x00-\x7f\udc80-\udcff]")
_BEYOND_ASCII = re.compile(rb"[\x80-\xff]+")
# What stands inside a word in an old encoding, and in cp1252 is a mark or a capital or nothing:
# mac_roman has é where cp1252 has Ž, cp850 where it has a low quotation mark.
_OLD_LETTER = re.compile(
    rb"[a-z][\x8a\x8e]|[A-Za-z][\x80-\x84\x86-\x89\x8b\x8d\x8f\x90\x98\x9b\x9d\x9f][a-z]"
)
_WIDE_BYTES = 16
_NOT_CP1252 = b"\x81\x8d\x8f\x90\x9d"
# Letters of two bytes begin with these; in cp1252 they are capitals, which end no word.
_FIRST_OF_TWO = range(0xC2, 0xE0)


def encoding_of(document: Document, head: bytes) -> tuple[str, str | None]:
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
    # A tail of nothing tells nothing.
    written = head.rstrip(b"\x00")
    for start, encoding in ((1, "utf-16-le"), (0, "utf-16-be")):
        # Latin text in UTF-16 has a NUL for every letter.
        if len(head) > 8 and written[start::2].count(0) > len(written) // 4:
            return encoding, f"no byte order mark; read as {encoding}"
    if _is_utf8(document):
        return "utf-8-sig", None
    return _of_bytes(document, head)


def with_order(encoding: str, head: bytes, found: str) -> str:
    """A named encoding; of UTF-16 and UTF-32 with the order of bytes that no mark tells."""
    name = codecs.lookup(encoding).name
    marks = {
        "utf-16": (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE),
        "utf-32": (codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE),
    }
    if name not in marks or head.startswith(marks[name]):
        return encoding
    return found if found.startswith(f"{name}-") else f"{name}-le"


# A letter or two are damaged in many a file.
_MOST_SLIPS = 2


def faults_of(document: Document, encoding: str) -> str | None:
    """What to say of a document that is not all in the encoding that somebody named.

    Raises:
        SourceError: Most of its letters are not, so that it is another.
    """
    damaged, letters = 0, 0
    decoder = codecs.getincrementaldecoder(encoding)("replace")
    with document.open() as stream:
        while chunk := stream.read(_DECODED_BYTES):
            text = decoder.decode(chunk)
            damaged += text.count("\ufffd")
            letters += 0 if text.isascii() else sum(letter > "\x7f" for letter in text)
    damaged += decoder.decode(b"", final=True).count("\ufffd")
    if damaged > _MOST_SLIPS and 2 * damaged > letters:
        raise SourceError(
            f"{document.name}: {damaged:,} of its letters are no {encoding}: it is written in "
            "another encoding. Nothing of it is imported or changed; name the right --encoding, "
            "or none."
        )
    return f"{damaged:,} damaged characters: not all of it is {encoding}" if damaged else None


def _of_bytes(document: Document, head: bytes) -> tuple[str, str | None]:
    damaged, letters, has_odd_bytes = 0, 0, False
    decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")
    with document.open() as stream:
        while chunk := stream.read(_CHUNK_BYTES):
            if chunk.isascii() and not decoder.getstate()[0]:
                continue
            text = decoder.decode(chunk)
            # What cannot be decoded comes out as a lone surrogate, which valid UTF-8 never has.
            damaged += len(_SURROGATES.findall(text))
            letters += len(_LETTERS.findall(text))
            has_odd_bytes = has_odd_bytes or any(byte in chunk for byte in _NOT_CP1252)
    # A letter that the end of the file cuts off.
    cut = decoder.decode(b"", final=True)
    is_cut = len(cut) > 1 or (bool(cut) and ord(cut) - 0xDC00 in _FIRST_OF_TWO)
    # Other encodings make hardly a letter of UTF-8, so this is plainly UTF-8 with slips.
    if damaged <= letters and (damaged or is_cut or letters):
        count = damaged + bool(cut)
        return "utf-8-sig", f"{count:,} damaged characters"
    if _has_far_letters(head) or _OLD_LETTER.search(head):
        return "latin-1", FAR_LETTERS
    encoding = "latin-1" if has_odd_bytes else "cp1252"
    return encoding, f"not UTF-8; read as {encoding}{_OR_ANOTHER}"


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
