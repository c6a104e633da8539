"""The texts of exports with their values replaced where they stand.

What lies between values (blanks, quotation marks, line ends, the order of keys, what is broken)
is kept to the letter, so that a reader meets the same quirks.
"""

from __future__ import annotations

import csv
import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sotw.export.redact.fields import GENERIC, HEADLESS, KEPT_NAMES, KINDS, kind_of, squashed
from sotw.ingest.formats.google import youtube

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from sotw.export.redact.invent import Inventor

__all__ = ["redact_json", "redact_table"]

_TOKENS = re.compile(
    r'"(?:[^"\\]|\\.)*"|[\[\]{}:,]|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null|NaN|Infinity|-Infinity|[\s\ufeff\x00]+',
    re.DOTALL,
)
_LINES = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+$")
_MOST_LINES_OF_A_RECORD = 12
_LOG_HEADINGS = re.compile(r"\s*#(?:AUDIOSCROBBLER/[\d.]+|TZ/(?:UTC|UNKNOWN))\s*")
# The word that YouTube adds to the name of an artist's channel.
_TOPIC = youtube._TOPIC


def invent(made: Inventor, kind: str, text: str) -> str:
    """What stands for a text; of one that joins several names each by itself."""
    if kind == "pair":
        left, dash, right = text.partition(" - ")
        return made.invent("artist", left) + dash + (right and made.invent("track", right))
    if kind == "tags":
        return ",".join(made.invent("tag", part) for part in text.split(","))
    if kind == "channel":
        found = _TOPIC.search(text)
        name = text[: found.start()] if found else text
        if name.casefold() == "release":
            # A channel for songs whose artist has none.
            return text
        return made.invent("artist", name) + (found[0] if found else "")
    if kind == "watched":
        title = youtube.song_title(text)
        at = text.rfind(title) if title else -1
        if at < 0 or title == text:
            return made.invent("track", text)
        return text[:at] + made.invent("track", title) + text[at + len(title) :]
    return made.invent(kind, text)


# --- JSON -----------------------------------------------------------------------------------


@dataclass(slots=True)
class _Level:
    """An object or a list that is open, and where its values stand."""

    path: tuple[str, ...]
    is_object: bool
    awaits_key: bool = True
    key: tuple[str, ...] = field(default_factory=tuple)


def redact_json(text: str, made: Inventor, format_: str) -> str:
    """JSON, or JSON lines, with other values; keys that are not known are replaced too.

    Raises:
        ValueError: There is something in it that is no JSON.
    """
    out: list[str] = []
    levels: list[_Level] = []
    at = 0
    while at < len(text):
        found = _TOKENS.match(text, at)
        if found is None:
            raise ValueError(at)
        token, at = found[0], found.end()
        out.append(_json_token(token, levels, made, format_))
    if levels:
        raise ValueError(at)
    return "".join(out)


def _json_token(token: str, levels: list[_Level], made: Inventor, format_: str) -> str:
    level = levels[-1] if levels else None
    path = () if level is None else level.key if level.is_object else level.path
    if token in ("{", "["):
        levels.append(_Level(path, token == "{"))
    elif token in ("}", "]"):
        if not levels:
            raise ValueError(token)
        levels.pop()
    elif token == ",":
        if level is not None:
            level.awaits_key = True
    elif token == ":":
        if level is not None:
            level.awaits_key = False
    elif token[0] == '"':
        value = json.loads(token, strict=False)
        if level is not None and level.is_object and level.awaits_key:
            level.key = (*level.path, squashed(value))
            return _quoted(_key(value, level.path, made, format_), token)
        return _quoted(_json_text(value, path, made, format_), token)
    elif token[0] in "-0123456789":
        return made.invent_number(kind_of(path, format_), token)
    return token


def _quoted(text: str, token: str) -> str:
    return json.dumps(text, ensure_ascii=token.isascii())


def _key(key: str, path: tuple[str, ...], made: Inventor, format_: str) -> str:
    if format_ == "genre map" and not path:
        return invent(made, "tags", key) if "," not in key else made.invent("tag", key)
    name = squashed(key)
    return key if name in KINDS or name in GENERIC else made.invent("field", key)


def _json_text(value: str, path: tuple[str, ...], made: Inventor, format_: str) -> str:
    if format_ == "genre map":
        return made.invent("artist", value)
    return invent(made, kind_of(path, format_), value)


# --- tables ---------------------------------------------------------------------------------


def redact_table(text: str, made: Inventor, format_: str, delimiter: str) -> str:
    """A table with other values; records that cannot be split stay records that cannot."""
    kinds: Sequence[str] | None = None
    is_quoted = True
    if format_ in HEADLESS:
        delimiter, kinds = HEADLESS[format_]
        # What tabs separate is not quoted there: a mark is part of a name.
        is_quoted = delimiter == ","
    out: list[str] = []
    for record, end in _records(text, delimiter, _width(text, delimiter, kinds), is_quoted):
        if not record.strip(" \t\ufeff\x00"):
            out.append(record + end)
            continue
        if format_ == "scrobbler.log" and _is_comment(record):
            is_known = _LOG_HEADINGS.fullmatch(record)
            out.append((record if is_known else "#CLIENT/other") + end)
            continue
        fields = _split(record, delimiter) if is_quoted else record.split(delimiter)
        if kinds is None:
            names = [squashed(_bare(one)) for one in fields]
            kinds = [kind_of((name,), format_, is_table=True) for name in names]
            made_fields = [
                _heading(one, name, made) for one, name in zip(fields, names, strict=True)
            ]
            out.append(delimiter.join(made_fields) + end)
            continue
        of_row = _kinds_of_row(kinds, len(fields), format_)
        changed = [
            _field(one, kind, made, is_quoted=is_quoted)
            for one, kind in zip(fields, of_row, strict=True)
        ]
        out.append(delimiter.join(changed) + end)
    return "".join(out)


def _is_comment(record: str) -> bool:
    """A heading of a player's log; a record may begin with the same mark."""
    row = record.split("\t")
    is_record = len(row) in (7, 8) and row[5].strip() in ("L", "S") and row[6].strip().isdigit()
    return record.lstrip("\ufeff \t").startswith("#") and not is_record


def _kinds_of_row(kinds: Sequence[str], width: int, format_: str) -> Sequence[str]:
    if width == len(kinds):
        return kinds
    if format_ == "scrobbler.log" and width == len(kinds) - 1:
        return kinds[:-1]
    return _narrow(kinds, width) if format_.startswith("curated") else ["text"] * width


def _narrow(kinds: Sequence[str], width: int) -> Sequence[str]:
    """Of the curated tables some rows lack the columns of ids."""
    left = [kind for kind in kinds if kind != "id"]
    return left if len(left) == width else ["text"] * width


def _width(text: str, delimiter: str, kinds: Sequence[str] | None) -> int:
    if kinds is not None:
        return len(kinds)
    first = next((line for line in _lines(text) if line.strip()), "")
    return len(_split(first.rstrip("\r\n"), delimiter))


def _lines(text: str) -> Iterator[str]:
    for found in _LINES.finditer(text):
        yield found[0]


def _records(text: str, delimiter: str, width: int, is_quoted: bool) -> Iterator[tuple[str, str]]:
    """Records with their line ends: those over several lines as ingest takes them together."""
    lines = list(_lines(text))
    at = 0
    while at < len(lines):
        count = (
            _count(lines[at : at + _MOST_LINES_OF_A_RECORD], delimiter, width) if is_quoted else 1
        )
        record = "".join(lines[at : at + count])
        bare = record.rstrip("\r\n") if count == 1 else _without_end(record)
        yield bare, record[len(bare) :]
        at += count


def _without_end(record: str) -> str:
    return re.sub(r"(?:\r\n|\r|\n)$", "", record)


def _count(lines: Sequence[str], delimiter: str, width: int) -> int:
    """Over how many lines the record goes that begins with the first; 1 where a quote is lost."""
    record = ""
    for count, line in enumerate(lines, 1):
        record += line
        if count == 1 and '"' not in line:
            return 1
        try:
            row = next(csv.reader([_without_end(record)], delimiter=delimiter, strict=True), [])
        except csv.Error as error:
            if "unexpected end of data" not in str(error):
                return 1
        else:
            return count if count == 1 or len(row) == width else 1
    return 1


def _split(record: str, delimiter: str) -> list[str]:
    """The fields of a record as they stand, with their quotation marks."""
    if '"' not in record:
        return record.split(delimiter)
    fields, start, is_open, is_quoted = [], 0, False, False
    for at, mark in enumerate(record):
        if mark == '"':
            # Only at its beginning does a mark open a field; within one, two are one mark.
            is_first = not record[start:at].strip(" ")
            is_quoted = is_quoted or is_first
            if is_open or is_first or (is_quoted and record[at - 1] == '"'):
                is_open = not is_open
        elif mark == delimiter and not is_open:
            fields.append(record[start:at])
            start, is_quoted = at + 1, False
    fields.append(record[start:])
    # Of a lost quote the commas behind it count, so that the line stays as wide as it is.
    return fields if not is_open else record.split(delimiter)


def _bare(text: str) -> str:
    inner = text.strip(" ")
    if len(inner) > 1 and inner[0] == inner[-1] == '"':
        return inner[1:-1].replace('""', '"')
    return text.replace("\ufeff", "")


def _field(text: str, kind: str, made: Inventor, *, is_quoted: bool) -> str:
    return (
        _around(text, lambda inner: invent(made, kind, inner))
        if is_quoted
        else invent(made, kind, text)
    )


def _around(text: str, change: Callable[[str], str]) -> str:
    """Change what is within quotation marks; what is made has none of its own."""
    inner = text.strip(" ")
    if len(inner) > 1 and inner[0] == inner[-1] == '"':
        value = inner[1:-1].replace('""', '"').replace("\x00", "")
        return '"' + change(value).replace('"', '""') + '"'
    if inner.startswith('"'):
        # Lost: the mark stays, so that the fault does.
        return '"' + change(inner[1:].replace('"', ""))
    return change(text.replace('"', "").replace("\x00", "")) + ('"' if '"' in text else "")


def _heading(text: str, name: str, made: Inventor) -> str:
    if not name or name in KINDS or name in GENERIC or text.casefold() in KEPT_NAMES:
        return text
    return _around(text, lambda inner: made.invent("field", inner))
