"""Where training, validation and test begin: in the order of time, never inside a group."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

BLOCKS = 5


def border(groups: Sequence[object], position: int) -> int:
    """The position, moved on to where a group begins."""
    while 0 < position < len(groups) and groups[position] == groups[position - 1]:
        position += 1
    return position


def rolling(
    groups: Sequence[object], start: float, past: Callable[[int], int], blocks: int = BLOCKS
) -> list[tuple[int, int, int]]:
    """Expanding windows over what comes after ``start``, each after all it learns from.

    Args:
        groups: By position, in the order of time; the positions of one are neighbours.
        start: Where the first block begins.
        past: How many of so many earlier positions are learned from; the others choose.
        blocks: How many.

    Returns:
        For each block where its validation begins, where it begins and where it ends.

    Source:
        BENCHMARKS 1, "rolling".
    """
    edges = np.linspace(start, len(groups), blocks + 1).round().astype(int).tolist()
    borders = [border(groups, edge) for edge in edges]
    found = []
    for begin, stop in itertools.pairwise(borders):
        middle = border(groups[:begin], past(begin))
        if middle > 0 and begin < stop:
            found.append((middle, begin, stop))
    return found
