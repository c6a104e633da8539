"""A JSON export element by element, so that a large one needs no large memory."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from sotw.errors import SourceError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import TextIO

__all__ = ["elements"]

_CHARACTERS = 2**20
# An element (a page, or a whole export that is one object) larger than this is refused.
_MOST_CHARACTERS_OF_AN_ELEMENT = 2**29
_BLANKS = re.compile("[ \\t\\r\\n\ufeff\\x00]*")
_BETWEEN_ELEMENTS = re.compile("[ \\t\\r\\n\ufeff\\x00,]*")


def elements(stream: TextIO, name: str) -> Iterator[Any]:
    """Yield the elements of a top-level list, or the top-level object.

    Where several follow one another (JSON lines, pages joined by ``cat``), all are read.

    Raises:
        SourceError: The text ends inside an element, or is no JSON.
    """
    # ``at`` moves and the buffer stays: to cut it after each small element would copy it each time.
    buffer, at, is_list = "", 0, False
    decoder, size, index, fault = json.JSONDecoder(), _CHARACTERS, 0, ""
    while True:
        if blanks := (_BETWEEN_ELEMENTS if is_list else _BLANKS).match(buffer, at):
            at = blanks.end()
        if at == len(buffer):
            buffer, at = stream.read(_CHARACTERS), 0
            if buffer:
                continue
            if not is_list:
                return
        if buffer.startswith("]" if is_list else "[", at):
            at, is_list = at + 1, not is_list
            continue
        try:
            element, end = decoder.raw_decode(buffer, at)
            # A number may go on in the next piece; nothing else ends without a mark of its own.
            is_whole = end < len(buffer) or not isinstance(element, int | float)
        except json.JSONDecodeError as error:
            is_whole, fault = False, f" ({error.msg})"
        except ValueError as error:
            # A number of thousands of digits.
            raise SourceError(
                f"{name}: element {index + 1} of the JSON cannot be read ({error}). Correct it."
            ) from error
        if is_whole:
            yield element
            at, index, size = end, index + 1, _CHARACTERS
            continue
        piece = stream.read(size)
        if not piece:
            raise SourceError(
                f"{name}: the JSON is cut off or damaged in element {index + 1}"
                f"{fault}. Download it again."
            )
        if len(buffer) - at > _MOST_CHARACTERS_OF_AN_ELEMENT:
            raise SourceError(f"{name}: element {index + 1} of the JSON is too large. Split it.")
        # Doubling keeps the repeated tries linear in the size of the element.
        buffer, at, size = buffer[at:] + piece, 0, size * 2
