r"""Text that is only read: what a terminal or a spreadsheet would obey stands there to be seen.

Names come from files that anybody may have written. A control character or a mark that turns the
direction of writing is shown as ``\u001b``, which is also how JSON writes it: what is printed as
JSON stays the same JSON.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, TextIO, cast

if TYPE_CHECKING:
    from collections.abc import Iterable

# Controls of terminals, those of eight bits too, and of the direction of writing (UAX 9).
_OBEYED = r"\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
_CONTROLS = re.compile(f"[{_OBEYED}]")
_CONTROLS_AND_BREAKS = re.compile(rf"[{_OBEYED}\t\n\u2028\u2029]")
# What spreadsheets take for a formula; wide letters too, and what they cut off before.
_FORMULA = re.compile(r"\s*[=+\-@＝＋－＠]|[\t\r\n]")


def shown(text: str) -> str:
    """Text whose controls are seen; its lines and tabs stay."""
    return _CONTROLS.sub(_name, text)


def in_line(text: str) -> str:
    """Text that is one line of a table, whatever was in it."""
    return _CONTROLS_AND_BREAKS.sub(_name, text)


def spreadsheet_cell(text: str) -> str:
    """Text that a spreadsheet shows: never a formula, by an apostrophe before what looks like one.

    Source:
        OWASP, CSV Injection.
    """
    guarded = f"'{text}" if _FORMULA.match(text) else text
    return shown(guarded)


def _name(found: re.Match[str]) -> str:
    return f"\\u{ord(found[0]):04x}"


def shown_in(value: Any) -> Any:  # noqa: ANN401 - whatever JSON can hold
    """A value with every text in it shown."""
    if isinstance(value, str):
        return shown(value)
    if isinstance(value, dict):
        return {shown_in(key): shown_in(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(shown_in(one) for one in value)
    return value


class Door:
    """The one door through which text leaves: a stream that shows what it is given.

    ``rich`` and the help of the command line write their own colours past it.
    """

    def __init__(self, stream: TextIO) -> None:
        self.rich_proxied_file = stream

    def write(self, text: str) -> int:
        """Write the text with its controls shown; how long it was."""
        self.rich_proxied_file.write(shown(text))
        return len(text)

    def writelines(self, lines: Iterable[str]) -> None:
        """Write all lines likewise."""
        for line in lines:
            self.write(line)

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - as the stream has it
        return getattr(self.rich_proxied_file, name)


def through_door(stream: TextIO) -> TextIO:
    """The stream, behind the door."""
    return cast("TextIO", Door(stream))
