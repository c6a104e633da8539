"""Ways to spoil an export: its bytes, its text, its JSON, its table, its archive, its Parquet."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import zipfile
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import every_kind
import pyarrow as pa
import pyarrow.parquet as pq

if TYPE_CHECKING:
    import random

    from every_kind import Files

_MOST_BYTES = 2**21
# Values that stand in for any other.
_ODD: tuple[Any, ...] = (
    *(None, True, False, 0, -1, 1, 1.5, 1e308, 10**20, 2**63, -(2**63), 10**400),
    *("", " ", "\u200b", "\ufeff", "x", "\x00", "\ud800", "NaN", "null", "1e999", "-0", "٣٤"),
    *("2023-03-12", "2023-03-12T09:42:57Z", "9999-12-31T23:59:59.999999Z", "0001-01-01 00:00:00"),
    *("1678600000", "16786000001234", "12 Mar 2023 09:42", "31 Feb 2023 25:61", "x" * 9_000),
    *("spotify:track:", "Okto - Topic", '"', "'", "\\", "\r", "\n", ",", ";", "\t", "a\u2028b"),
    *([], {}, [[]], [{}], {"a": {"b": [1]}}, [None], ["x"], {"#text": "x"}, {"uts": "1678600000"}),
)
_MARKS = (
    b"\x00",
    b"\xff",
    b"\xef\xbb\xbf",
    b"\r",
    b"\n",
    b'"',
    b",",
    b"\\",
    b"[",
    b"{",
    b"]",
    b"}",
)


@dataclass(frozen=True, slots=True)
class Case:
    """Files, one of them spoilt.

    Attributes:
        files: By name.
        shifts: Whether what was planted may stand in another field now.
    """

    files: Files
    shifts: bool


def spoilt(rng: random.Random, files: Files) -> Case:
    """Spoil one or all of some files, once or a few times."""
    made = dict(files)
    name = rng.choice(sorted(made))
    if rng.random() < 0.85:
        made = {name: made[name]}
    shifts = False
    for _ in range(rng.choice((1, 1, 1, 2, 5))):
        content, moved = _spoil(rng, made[name])
        made[name] = content[:_MOST_BYTES]
        shifts = shifts or moved
    if rng.random() < 0.1:
        made[f"again-{name}"] = made[name]
    return Case(made, shifts)


def _spoil(rng: random.Random, content: bytes) -> tuple[bytes, bool]:
    if content.startswith(b"PK") and rng.random() < 0.7:
        return _spoil_zip(rng, content)
    if content.startswith(b"PAR1") and rng.random() < 0.8:
        return _spoil_parquet(rng, content)
    kind = rng.random()
    if kind < 0.35:
        return _spoil_bytes(rng, content), True
    if kind < 0.5:
        return _spoil_text(rng, content), True
    if content.lstrip()[:1] in (b"[", b"{"):
        return _spoil_json(rng, content), False
    return _spoil_table(rng, content)


def _spoil_bytes(rng: random.Random, content: bytes) -> bytes:
    data = bytearray(content)
    for _ in range(rng.choice((1, 1, 3, 20))):
        at = rng.randrange(len(data) + 1)
        to = min(len(data), at + rng.choice((1, 2, 16, 300)))
        match rng.randrange(6):
            case 0 if at < len(data):
                data[at] ^= 1 << rng.randrange(8)
            case 1:
                del data[at:to]
            case 2:
                data[at:at] = data[at:to]
            case 3:
                data[at:at] = rng.choice(_MARKS)
            case 4:
                data[at:at] = rng.randbytes(rng.choice((1, 4, 100)))
            case _:
                if rng.random() < 0.3:
                    del data[at:]
    return bytes(data)


def _spoil_text(rng: random.Random, content: bytes) -> bytes:
    lines = content.split(b"\n")
    at, to = rng.randrange(len(lines)), rng.randrange(len(lines))
    match rng.randrange(7):
        case 0:
            lines[at], lines[to] = lines[to], lines[at]
        case 1:
            lines.insert(to, lines[at])
        case 2:
            del lines[at]
        case 3:
            return content.replace(b"\n", rng.choice((b"\r\n", b"\r", b"\n\n", b"\n\r", b"\x0b")))
        case 4:
            text = content.decode("utf-8", "replace")
            encoding = rng.choice(("utf-16", "utf-16-le", "utf-16-be", "cp1252", "utf-8-sig"))
            return text.encode(encoding, "replace")
        case 5:
            deep = rng.choice((b"[", b'{"a":', b"[{", b'"')) * rng.choice((3, 600, 100_000))
            lines.insert(at, deep)
        case _:
            return content * rng.choice((0, 2, 3))
    return b"\n".join(lines)


def _spoil_json(rng: random.Random, content: bytes) -> bytes:
    try:
        documents, is_one = [json.loads(content)], True
    except (ValueError, RecursionError):
        try:
            documents, is_one = [json.loads(line) for line in content.splitlines() if line], False
        except (ValueError, RecursionError):
            return _spoil_bytes(rng, content)
    for _ in range(rng.choice((1, 1, 2, 6))):
        documents = _changed(rng, documents)
    if not isinstance(documents, list) or not documents:
        documents = [documents]
    if is_one and len(documents) == 1:
        return json.dumps(documents[0]).encode("utf-8", "replace")
    return "\n".join(json.dumps(one) for one in documents).encode("utf-8", "replace")


def _changed(rng: random.Random, value: Any) -> Any:
    """A value with something in it changed."""
    if isinstance(value, dict) and value and rng.random() < 0.93:
        key = rng.choice(list(value))
        made = dict(value)
        match rng.randrange(8):
            case 0:
                del made[key]
            case 1:
                made[rng.choice(("", "artist", "ts", "x" * 9_000, key.upper()))] = rng.choice(_ODD)
            case _:
                made[key] = _changed(rng, made[key])
        return made
    if isinstance(value, list) and value and rng.random() < 0.93:
        made_list, at = list(value), rng.randrange(len(value))
        match rng.randrange(9):
            case 0:
                del made_list[at]
            case 1:
                made_list.insert(at, made_list[at])
            case 2:
                made_list.insert(at, rng.choice(_ODD))
            case 3:
                made_list *= 40 if len(made_list) < 9 else 2
            case _:
                made_list[at] = _changed(rng, made_list[at])
        return made_list
    if rng.random() < 0.1:
        return [value]
    return rng.choice(_ODD)


def _spoil_table(rng: random.Random, content: bytes) -> tuple[bytes, bool]:
    text = content.decode("utf-8", "replace")
    first = text.partition("\n")[0]
    mark = max(",;\t", key=first.count)
    rows = list(csv.reader(text.replace("\x00", "").splitlines(), delimiter=mark))
    rows = [row for row in rows if row] or [["x"]]
    width, shifts = max(map(len, rows)), False
    for _ in range(rng.choice((1, 1, 3, 9))):
        row = rng.choice(rows)
        at = rng.randrange(len(row)) if row else 0
        match rng.randrange(9):
            case 0 if row:
                del row[at]
                shifts = True
            case 1:
                row.insert(at, "")
                shifts = True
            case 2:
                column = rng.randrange(width)
                for one in rows:
                    del one[column : column + 1]
            case 3:
                column = rng.randrange(width)
                for one in rows:
                    one.insert(column, one[column] if column < len(one) else "")
            case 4:
                del rows[rng.randrange(len(rows))]
                rows = rows or [["x"]]
                shifts = True
            case 5:
                rows.insert(rng.randrange(len(rows)), list(row))
                shifts = True
            case 6 if row:
                rows[0][rng.randrange(len(rows[0]))] = rng.choice(("", "time", "artist", "x", "ts"))
                shifts = True
            case _ if row:
                shifts = shifts or row is rows[0]
                row[at] = str(rng.choice(_ODD))
        rows = [one for one in rows if one] or [["x"]]
        width = max(map(len, rows))
    stream = io.StringIO()
    quoting = rng.choice((csv.QUOTE_MINIMAL, csv.QUOTE_MINIMAL, csv.QUOTE_ALL))
    delimiter = rng.choice((mark, mark, mark, ",", ";", "\t", "|"))
    end = rng.choice(("\n", "\n", "\r\n", "\r"))
    csv.writer(stream, delimiter=delimiter, lineterminator=end, quoting=quoting).writerows(rows)
    return stream.getvalue().encode("utf-8", "replace"), shifts or delimiter != mark


def _spoil_zip(rng: random.Random, content: bytes) -> tuple[bytes, bool]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            files = {name: archive.read(name) for name in archive.namelist()}
    except Exception:  # noqa: BLE001 - spoilt before
        return _spoil_bytes(rng, content), True
    if not files:
        return content, False
    name = rng.choice(sorted(files))
    shifts = False
    match rng.randrange(6):
        case 0:
            return _spoil_bytes(rng, content), True
        case 1:
            odd = ("../" + name, "/etc/x", "a\\..\\b", "", "x" * 300, "C:\\x", "é\ud800", "a.zip")
            files[rng.choice(odd).encode("utf-8", "replace").decode()] = files.pop(name)
        case 2:
            files = {"inner.zip": every_kind.packed(files)}
        case _:
            files[name], shifts = _spoil(rng, files[name])
    return every_kind.packed(files), shifts


def _spoil_parquet(rng: random.Random, content: bytes) -> tuple[bytes, bool]:
    try:
        made = pq.read_table(io.BytesIO(content))
    except Exception:  # noqa: BLE001 - spoilt before
        return _spoil_bytes(rng, content), True
    at = rng.randrange(made.num_columns)
    name = made.column_names[at]
    odd = rng.choice(
        (
            pa.nulls(made.num_rows),
            pa.array([1.5, float("nan"), 1e300, None][: made.num_rows]),
            pa.array([2**62, -1, 0, None][: made.num_rows]),
            pa.array(["x", "", "2024-03-12", None][: made.num_rows]),
            pa.array([b"\xff", b"", b"x", None][: made.num_rows]),
            pa.array([[1], [], None, [2]][: made.num_rows]),
            pa.array([dt.date(2024, 1, 1)] * made.num_rows),
            pa.array([dt.time(1)] * made.num_rows),
            pa.array([True, False, None, True][: made.num_rows]),
            pa.array(["a", "b", "a", "b"][: made.num_rows]).dictionary_encode(),
            pa.array([dt.datetime(2024, 1, 1)] * made.num_rows, pa.timestamp("ns", "Asia/Tokyo")),
            pa.array([dt.datetime(9999, 1, 1)] * made.num_rows, pa.timestamp("s")),
        )
    )
    match rng.randrange(4):
        case 0:
            made = made.remove_column(at)
        case 1:
            made = made.slice(0, rng.randrange(made.num_rows + 1))
        case 2:
            made = made.append_column(rng.choice((name, "time", "source")), odd)
        case _ if len(odd) == made.num_rows:
            made = made.set_column(at, name, odd)
        case _:
            pass
    stream = io.BytesIO()
    if made.num_columns:
        pq.write_table(made, stream)
    return stream.getvalue(), False
