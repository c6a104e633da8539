"""The register of style rules, and what they share."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sotw.paths import sql_root
from sotw.pipeline.models import LAYERS

if TYPE_CHECKING:
    from collections.abc import Callable

    from sql_files import SqlFile

    Check = Callable[[SqlFile], list[str]]

# A migration is as it was when it was written, and contracts are no queries.
EVERYWHERE = tuple(
    sorted({file.parent.name for file in sql_root().glob("*/")} - {"migrations", "contracts"})
)


@dataclass(frozen=True)
class Rule:
    check: Check
    folders: tuple[str, ...]


RULES: dict[str, Rule] = {}


def rule(*folders: str) -> Callable[[Check], Check]:
    """Register a rule for some folders; by default for all models."""

    def register(check: Check) -> Check:
        RULES[check.__name__] = Rule(check, folders or tuple(LAYERS))
        return check

    return register


def numbered(lines: list[str]) -> list[tuple[int, str]]:
    return list(enumerate(lines, start=1))


def header(file: SqlFile, key: str) -> list[str]:
    """The columns that the header names under a key."""
    found = re.search(rf"^-- {key}:\s+(.*)$", file.text, re.MULTILINE)
    return [name.strip() for name in found[1].split(",")] if found else []


def broken_rules(file: SqlFile) -> list[str]:
    """Every fault of a file: the rule's name, the fault, and the rule itself."""
    return [
        f"{file.name}:{fault} [{name}: {one.check.__doc__}]"
        for name, one in RULES.items()
        if file.folder in one.folders
        for fault in one.check(file)
    ]
