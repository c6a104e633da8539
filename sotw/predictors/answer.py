"""What a person reads of a prediction: a sentence, what stands behind it, then a list.

Statistics are not part of it: they are said with ``-v``, by ``sotw evaluate`` and by ``sotw runs``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sotw.text_table import table, wrapped

if TYPE_CHECKING:
    from collections.abc import Mapping

_INDENT = " " * 11
EQUAL_FROM = 0.9  # of the first's chance: who has as much is not told apart


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One prediction, said.

    Attributes:
        expects: What is expected and how sure that is, one sentence.
        notes: What must be known to read it, a sentence each.
        speaks_for: What raises it, the strongest first.
        speaks_against: What lowers it, the strongest first.
        record: How it has done on what it had not seen, or that it is too early to say.
        next: What to do next: a command as it can be typed, and what it is for.
        entries: The list, best first, a row by column; may be empty.
        shortened: Columns of it whose texts may be cut short, with the least width of each.
    """

    expects: str
    notes: tuple[str, ...] = ()
    speaks_for: tuple[str, ...] = ()
    speaks_against: tuple[str, ...] = ()
    record: str = ""
    next: tuple[str, str] | None = None
    entries: tuple[Mapping[str, Any], ...] = ()
    shortened: Mapping[str, int] = field(default_factory=dict)

    def text(self) -> str:
        """As a terminal shows it, no line wider than it is but for a command."""
        lines = [wrapped(self.expects), *map(wrapped, self.notes)]
        said = {
            "for": "; ".join(self.speaks_for),
            "against": "; ".join(self.speaks_against),
            "so far": self.record,
        }
        lines += [
            wrapped(text, first=f"  {name:<7}  ", indent=_INDENT)
            for name, text in said.items()
            if text
        ]
        if self.next:
            command, purpose = self.next
            lines.append(f"  {'next':<7}  {command}")
            lines += [wrapped(purpose, first=_INDENT, indent=_INDENT)] if purpose else []
        if self.entries:
            columns = dict.fromkeys(
                name for row in self.entries for name, value in row.items() if value != ""
            )
            lines += ["", table(self.entries, list(columns), shortened=self.shortened)]
        return "\n".join(lines)


def places(chances: list[float]) -> list[str]:
    """The place of each, best first; those that are not told apart share one: ``2=``."""
    groups: list[int] = []
    for at, chance in enumerate(chances):
        is_equal = bool(groups) and chance >= EQUAL_FROM * chances[groups[-1]]
        groups.append(groups[-1] if is_equal else at)
    return [f"{first + 1}{'=' if groups.count(first) > 1 else ''}" for first in groups]


def typed(*words: str) -> str:
    """A command as it can be typed: what has blanks or signs stands in quotes."""
    return " ".join(_quoted(word) for word in words)


def _quoted(word: str) -> str:
    if word and all(letter.isalnum() or letter in "-_./:=" for letter in word):
        return word
    if any(letter in word for letter in '"$`\\!'):
        return "'" + word.replace("'", "'\\''") + "'"
    return f'"{word}"'
