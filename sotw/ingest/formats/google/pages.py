"""Takeout's choice where nobody chooses: the history of YouTube as a web page.

A record is a cell: what was watched, whose it is, when, between line breaks. Times are those of
the account's language, with a zone behind them. Each record is handed on as the same record in
JSON would be, so that one reader knows what is music and what is not.
"""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import TextIO

__all__ = ["cells", "records_of_page"]

_CHUNK = 2**20
_START = '<div class="outer-cell'
_HEADER = re.compile(r'class="mdl-typography--title">(.*?)<', re.DOTALL)
_CONTENT = re.compile(r'class="content-cell[^"]*mdl-typography--body-1">(.*?)</div>', re.DOTALL)
_CAPTION = re.compile(r'mdl-typography--caption">(.*?)</div>', re.DOTALL)
_LINK = re.compile(r'<a [^>]*href="([^"]*)"[^>]*>(.*?)</a>', re.DOTALL)
_BREAK = re.compile(r"<br\s*/?>")
_TAG = re.compile(r"<[^>]+>")


def cells(stream: TextIO) -> Iterator[str]:
    """The pieces of a page, one a record; memory does not grow with the page."""
    rest = ""
    while text := stream.read(_CHUNK):
        *whole, rest = (rest + text).split(_START)
        # What stands before the first is the head of the page.
        yield from (cell for cell in whole if _CONTENT.search(cell))
    if _CONTENT.search(rest):
        yield rest


def records_of_page(stream: TextIO) -> Iterator[dict[str, Any]]:
    """Records as those of JSON are: header, title, titleUrl, subtitles, time, details."""
    for cell in cells(stream):
        yield _record(cell)


def _record(cell: str) -> dict[str, Any]:
    header, content = _HEADER.search(cell), _CONTENT.search(cell)
    lines = _BREAK.split(content[1]) if content else []
    lines = [line for line in lines if _text(line)]
    record: dict[str, Any] = {"header": _text(header[1]) if header else ""}
    if not lines:
        return record
    record["title"] = _text(lines[0])
    if (link := _LINK.search(lines[0])) is not None:
        record["titleUrl"] = unescape(link[1])
    # The time is the last line; what is between are links to channels.
    if len(lines) > 1:
        record["time"] = _text(lines[-1])
    channels = [link for line in lines[1:-1] for link in _LINK.finditer(line)]
    record["subtitles"] = [
        {"name": _text(link[2]), "url": unescape(link[1])} for link in channels[:1]
    ]
    caption = _CAPTION.search(cell)
    words = _text(caption[1]) if caption else ""
    record["details"] = [{"name": words}] if "Google" in words and "Ads" in words else []
    return record


def _text(piece: str) -> str:
    """A piece of a page without its tags."""
    return " ".join(unescape(_TAG.sub("", piece)).replace("\xa0", " ").split())
