"""Which names look alike: a comparison of spellings that knows nothing of a warehouse.

Artists are compared by loose key inside blocks (SYSTEMS C.2: the first three, last three and
middle three letters), titles inside one artist. Every pair is given, so no spelling displaces
another. A name of punctuation only is itself, because a loose key is never empty. rapidfuzz is
the extra ``match``: it is imported when names are compared, never before.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sotw import extras
from sotw.keys import loose_key, strict_key

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

ARTIST_CUTOFF = 85.0
TRACK_CUTOFF = 90.0
# Rows of scores made at once: a block of 20,000 names takes 40 MB.
_AT_ONCE = 512


@dataclass(frozen=True, slots=True)
class Pair:
    """Two names that look alike, by their places in what was compared; ``left`` < ``right``.

    Attributes:
        left: Place of one.
        right: Place of the other.
        score: Normalised indel similarity of the loose keys, 0 to 100.
        method: ``ratio`` by the score alone; ``words`` the same words but for "the", "and", their
            order and guests; ``blanks`` the same but for those and blanks; ``signs`` the same
            where signs and digits are read as the letters they look like.
    """

    left: int
    right: int
    score: float
    method: str


def artist_pairs(names: Sequence[str], *, cutoff: float = ARTIST_CUTOFF) -> list[Pair]:
    """Every two spellings of artists that look alike, in order; equal loose keys are no pair.

    Raises:
        SotwError: The extra ``match`` is missing.
    """
    extras.require("match", "comparing names")
    from rapidfuzz import fuzz

    loose = [loose_key(name) or "" for name in names]
    found: dict[tuple[int, int], Pair] = {}
    for method, keys in (
        ("words", [_words(key) for key in loose]),
        ("blanks", [_unspaced(key) for key in loose]),
        ("signs", [_without_signs(name) for name in names]),
    ):
        for group in _groups(keys):
            for left, right in _two(group):
                if loose[left] != loose[right] and (left, right) not in found:
                    score = fuzz.ratio(loose[left], loose[right])
                    found[left, right] = Pair(left, right, score, method)
    for block in _blocks(loose):
        for one in _alike(loose, block, cutoff):
            found.setdefault((one.left, one.right), one)
    return [found[key] for key in sorted(found)]


def title_pairs(
    titles: Sequence[str], works: Sequence[str | None], *, cutoff: float = TRACK_CUTOFF
) -> list[Pair]:
    """Every two titles of one artist that look alike, with equal numbers and of equal version.

    Args:
        titles: Loose keys.
        works: Work key of each: a title without what names its version.
        cutoff: Least score.

    Raises:
        SotwError: The extra ``match`` is missing.
    """
    extras.require("match", "comparing names")
    marks = [
        (_numbers(title), _version(title, work)) for title, work in zip(titles, works, strict=True)
    ]
    found = _alike(titles, range(len(titles)), cutoff)
    return [one for one in found if marks[one.left] == marks[one.right]]


def _alike(texts: Sequence[str], block: Sequence[int], cutoff: float) -> Iterator[Pair]:
    """The pairs of a block with at least a score, each once."""
    import numpy as np
    from rapidfuzz import fuzz, process

    chosen = [texts[place] for place in block]
    for start in range(0, len(chosen) - 1, _AT_ONCE):
        some = chosen[start : start + _AT_ONCE]
        rest = chosen[start:]
        scores = process.cdist(some, rest, scorer=fuzz.ratio, score_cutoff=cutoff, dtype=np.float32)
        for row, column in zip(*(places.tolist() for places in np.nonzero(scores)), strict=True):
            if column > row and some[row] != rest[column]:
                left, right = sorted((block[start + row], block[start + column]))
                yield Pair(left, right, fuzz.ratio(some[row], rest[column]), "ratio")


def _blocks(loose: Sequence[str]) -> Iterator[list[int]]:
    """Names that share their first, last or middle three letters.

    Names of one or two letters are in no block: none but an equal one reaches 85 with them.
    """
    kinds = ("first", "last", "middle")
    keys: dict[tuple[str, str], list[int]] = defaultdict(list)
    for place, key in enumerate(loose):
        if len(key) >= 3:
            middle = key[len(key) // 2 :][:3] if len(key) >= 6 else ""
            for kind, part in zip(kinds, (key[:3], key[-3:], middle), strict=True):
                if part:
                    keys[kind, part].append(place)
    return (block for block in keys.values() if len(block) > 1)


def _groups(keys: Sequence[str]) -> Iterator[list[int]]:
    places = defaultdict(list)
    for place, key in enumerate(keys):
        if key:
            places[key].append(place)
    return (group for group in places.values() if len(group) > 1)


def _two(group: Sequence[int]) -> Iterator[tuple[int, int]]:
    return ((one, other) for at, one in enumerate(group) for other in group[at + 1 :])


_NO_WORDS = frozenset({"the", "and"})
_GUESTS = re.compile(r"(?<=\S) (?:feat|ft|featuring) .+")


def _words(loose: str) -> str:
    """The words that make a name, in order of letters."""
    return " ".join(sorted({*_GUESTS.sub("", loose).split()} - _NO_WORDS))


def _unspaced(loose: str) -> str:
    """The letters of those words as they stand."""
    return "".join(word for word in _GUESTS.sub("", loose).split() if word not in _NO_WORDS)


# Read as a letter wherever they stand, between letters, and after a letter.
_SIGNS = str.maketrans("$@€", "sae")
_INSIDE = re.compile(r"(?<=[^\W\d_])[!|1](?=[^\W\d_])")
_DIGITS = re.compile(r"(?<=[^\W\d_])[03457]|(?<!\w)[03457](?=[^\W\d_])")
_LETTERS = dict(zip("03457", "oeast", strict=True))


def _without_signs(name: str) -> str:
    text = (strict_key(name) or "").translate(_SIGNS)
    text = _DIGITS.sub(lambda found: _LETTERS[found[0]], _INSIDE.sub("i", text))
    return _unspaced(loose_key(text) or "")


_NUMBER = re.compile(r"\d+|[ivx]+")


def _numbers(loose: str) -> list[str]:
    return sorted(word for word in loose.split() if _NUMBER.fullmatch(word))


def _version(loose: str, work: str | None) -> Counter[str]:
    """The words that a title has beyond its work: live, 2011 remaster."""
    return Counter(loose.split()) - Counter((work or loose).split())
