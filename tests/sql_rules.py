"""The register of style rules, and what they share."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sotw.pipeline.models import LAYERS
from sotw.render import sql_files

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from sql_files import SqlFile

    Check = Callable[[SqlFile], list[str]]

# A migration is as it was when it was written, and contracts are no queries.
EVERYWHERE = tuple(
    sorted({path.split("/")[0] for path in sql_files("*/**/*.sql")} - {"migrations", "contracts"})
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


def broken_rules(files: Iterable[SqlFile], group: str | None = None) -> list[str]:
    """Every fault of files: the file, the fault, the rule's name, and the rule itself.

    Args:
        files: What is looked at.
        group: The module whose rules are asked; by default all.
    """
    return [
        f"{file.name}:{fault} [{name}: {one.check.__doc__}]"
        for file in files
        for name, one in RULES.items()
        if file.folder in one.folders and group in (None, one.check.__module__)
        for fault in one.check(file)
    ]
