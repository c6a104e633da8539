"""Rows as aligned text that fits the terminal, and values as JSON takes them."""

from __future__ import annotations

import dataclasses
import datetime as dt
import shutil
import textwrap
from typing import TYPE_CHECKING, Any

from sotw.plain_text import in_line

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

COLUMNS = 80  # where nobody says how wide it is: of a pipe
UNLIMITED = 0
_GAP = "  "


def width() -> int:
    """How many columns the terminal has, or COLUMNS says."""
    return shutil.get_terminal_size((COLUMNS, 24)).columns


def table(
    rows: Sequence[Mapping[str, Any]],
    columns: Sequence[str],
    *,
    shortened: Mapping[str, int] | None = None,
    most: int | None = None,
) -> str:
    """Rows as aligned text, each on one line; numbers to the right.

    What is too wide is cut short where it may be, and then the last columns are left out, which
    the line below says.

    Args:
        rows: By column.
        columns: Which, the most important first.
        shortened: Those whose texts may end in an ellipsis, with the least width of each.
        most: How wide it may be; by default as the terminal is; UNLIMITED.
    """
    limit, least = width() if most is None else most, shortened or {}
    cells = {name: [_cell(row.get(name)) for row in rows] for name in columns}
    widths = {name: max(map(_width, [name, *cells[name]])) for name in columns}
    kept, dropped = list(columns), list[str]()

    def excess(sizes: Mapping[str, int]) -> int:
        return sum(sizes[name] for name in kept) + len(_GAP) * (len(kept) - 1) - limit

    narrow = {name: min(size, least.get(name, size)) for name, size in widths.items()}
    while limit and len(kept) > 1 and excess(narrow) > 0:
        dropped.insert(0, kept.pop())
    for name in reversed(kept):  # the last gives way first
        if limit and (over := excess(widths)) > 0:
            widths[name] = max(narrow[name], widths[name] - over)
    is_number = {
        name: bool(rows) and all(isinstance(row.get(name), int | float | None) for row in rows)
        for name in kept
    }

    def line(texts: Mapping[str, str]) -> str:
        padded = [_padded(texts[name], widths[name], to_right=is_number[name]) for name in kept]
        return _GAP.join(padded).rstrip()

    lines = [line({name: name for name in kept}), _GAP.join("-" * widths[name] for name in kept)]
    lines += [line({name: cells[name][at] for name in kept}) for at in range(len(rows))]
    if dropped:
        lines.append(wrapped(f"No room for: {', '.join(dropped)}.", most=limit))
    return "\n".join(lines)


def _padded(text: str, size: int, *, to_right: bool) -> str:
    if _width(text) > size:
        from rich.cells import set_cell_size

        text = set_cell_size(text, size - 1).rstrip() + "…"
    blanks = " " * (size - _width(text))
    return blanks + text if to_right else text + blanks


def wrapped(text: str, *, first: str = "", indent: str = "", most: int | None = None) -> str:
    """A text in lines that fit; commands in it are not torn at their hyphens."""
    return textwrap.fill(
        text,
        most or width(),
        initial_indent=first,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.3f}"
    return f"{value:,}" if isinstance(value, int) else in_line(str(value))


def plain(value: object) -> Any:  # noqa: ANN401 - whatever JSON can hold
    """A value for JSON: dataclasses as objects, times as ISO text."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {
            field.name: plain(getattr(value, field.name)) for field in dataclasses.fields(value)
        }
    if isinstance(value, dict):
        return {str(key): plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    if isinstance(value, dt.date | dt.datetime):
        return value.isoformat()
    return value


def _width(text: str) -> int:
    """Cells of a terminal; a letter of Chinese takes two, a mark of Arabic none."""
    if text.isascii():
        return len(text)
    from rich.cells import cell_len

    return cell_len(text)
