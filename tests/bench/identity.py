"""Measure how well names are told apart and brought together, on a gold set of artists.

    python tests/bench/identity.py [--json]

The pairs of tests/recorded/gold_artists.csv are written by hand: spellings of one artist, and
artists with near names. Precision: of the pairs said to be one, how many are. Recall: of those that
are, how many are said to be. Where ../shared/data is there, it also counts (no more: nobody says
which are right) the matches between two public catalogues, as SYSTEMS C.2 did.
"""

from __future__ import annotations

import csv
import json
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sotw.keys import loose_key, strict_key
from sotw.learning.metrics.intervals import wilson
from sotw.rules.match import artist_pairs

if TYPE_CHECKING:
    from collections.abc import Callable

TESTS = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(TESTS))
GOLD = TESTS / "recorded" / "gold_artists.csv"
CATALOGUES = TESTS.parent.parent / "shared" / "data" / "artists"
CUTOFFS = (85.0, 90.0, 95.0)


@dataclass(frozen=True)
class Gold:
    """One pair of names; ``why`` says what makes it hard."""

    name: str
    other_name: str
    is_same: bool
    why: str


@dataclass(frozen=True)
class Measure:
    """How well one way tells which names are one, with 95 % intervals (Wilson)."""

    method: str
    said: int
    right: int
    same: int
    precision: float | None
    precision_interval: tuple[float, float]
    recall: float
    recall_interval: tuple[float, float]


def gold(path: Path = GOLD) -> list[Gold]:
    with path.open(encoding="utf-8", newline="") as file:
        return [
            Gold(row["name"], row["other_name"], row["is_same"] == "1", row["why"])
            for row in csv.DictReader(file)
        ]


def merged(pairs: list[Gold]) -> list[bool]:
    """What the models make one artist by themselves, in a warehouse of all these names."""
    import histories

    from sotw.pipeline.models import load_models, select

    names = histories.Names()
    for one in pairs:
        names.artist(one.name)
        names.artist(one.other_name)
    con = histories.empty()
    histories.load(con, {"names": names.rows})
    histories.materialize(con, select(load_models(), ["core.dim_artist_aliases"]))
    query = "select artist_name_id, artist_id from core.dim_artist_aliases"
    artists = dict(con.execute(query).fetchall())
    con.close()
    return [artists[names.artist(p.name)] == artists[names.artist(p.other_name)] for p in pairs]


def score(one: Gold) -> float:
    """The likeness that proposals see; 0 below their cut-off, 100 for equal loose keys."""
    if loose_key(one.name) == loose_key(one.other_name):
        return 100.0
    return max((pair.score for pair in artist_pairs([one.name, one.other_name])), default=0.0)


def is_proposed(one: Gold) -> bool:
    return bool(artist_pairs([one.name, one.other_name]))


def measured(method: str, pairs: list[Gold], said: list[bool]) -> Measure:
    right = sum(is_said and one.is_same for one, is_said in zip(pairs, said, strict=True))
    same, count = sum(one.is_same for one in pairs), sum(said)
    precision = right / count if count else None
    return Measure(
        *(method, count, right, same, precision, wilson(right, count)),
        *(right / same, wilson(right, same)),
    )


def measures(pairs: list[Gold]) -> list[Measure]:
    ways: dict[str, Callable[[Gold], bool]] = {
        "strict key": lambda one: strict_key(one.name) == strict_key(one.other_name),
        "loose key": lambda one: loose_key(one.name) == loose_key(one.other_name),
        **{
            f"loose key or ratio >= {cutoff:g}": lambda one, cutoff=cutoff: score(one) >= cutoff
            for cutoff in CUTOFFS
        },
    }
    is_merged = merged(pairs)
    found = [measured(name, pairs, [way(one) for one in pairs]) for name, way in ways.items()]
    found.append(measured("merged by the models, unasked", pairs, is_merged))
    left = [one for one, is_one in zip(pairs, is_merged, strict=True) if not is_one]
    asked = [is_proposed(one) for one in left]
    found.append(measured("proposed, of what is left", left, asked))
    both = [is_one or is_proposed(one) for one, is_one in zip(pairs, is_merged, strict=True)]
    found.append(measured("merged or proposed", pairs, both))
    return found


def catalogue_counts(folder: Path = CATALOGUES) -> dict[str, float]:
    """Names of two catalogues and how many of the smaller one find a partner in the other."""

    def names(file: str, column: str, **more: object) -> list[str]:
        with (folder / file).open(encoding="utf-8", newline="") as opened:
            rows = csv.DictReader(opened, **more)
            return list(
                {key: row[column] for row in rows if (key := loose_key(row[column]))}.values()
            )

    here = names("artists.dat", "name", delimiter="\t", quoting=csv.QUOTE_NONE)
    there = names("spotify_audio_by_artist.csv", "artists")
    strict = {strict_key(name) for name in there}
    loose = {loose_key(name) for name in there}
    alone = [name for name in here if loose_key(name) not in loose]
    started = time.perf_counter()
    every = [*alone, *there]
    best: dict[int, float] = {}
    for pair in artist_pairs(every):
        if pair.left < len(alone) <= pair.right:
            best[pair.left] = max(pair.score, best.get(pair.left, 0.0))
    counts = {
        "names": len(here),
        "other names": len(there),
        "same strict key": sum(strict_key(name) in strict for name in here),
        "same loose key": len(here) - len(alone),
    }
    for cutoff in CUTOFFS:
        counts[f"else proposed at >= {cutoff:g}"] = sum(score >= cutoff for score in best.values())
    counts["else proposed below"] = sum(score < CUTOFFS[0] for score in best.values())
    return counts | {"seconds to compare": round(time.perf_counter() - started, 1)}


def main() -> None:
    pairs = gold()
    found = measures(pairs)
    counts = catalogue_counts() if CATALOGUES.is_dir() else {}
    if "--json" in sys.argv:
        print(json.dumps({"gold": [asdict(one) for one in found], "catalogues": counts}, indent=2))
        return
    same = sum(one.is_same for one in pairs)
    print(f"{len(pairs)} pairs, {same} of one artist; 95 % Wilson intervals")
    for one in found:
        share = "none said" if one.precision is None else f"{one.precision:.3f}"
        low, high = one.precision_interval
        least, most = one.recall_interval
        print(
            f"{one.method:<30} precision {share} [{low:.3f}, {high:.3f}] (n = {one.said:>3})  "
            f"recall {one.recall:.3f} [{least:.3f}, {most:.3f}] (n = {one.same})"
        )
    is_merged = merged(pairs)
    for one, is_one in zip(pairs, is_merged, strict=True):
        if is_one and not one.is_same:
            print(f"merged, but two artists: {one.name!r} and {one.other_name!r}")
    for name, count in counts.items():
        print(f"HetRec beside Spotify audio: {name}: {count:,}")


if __name__ == "__main__":
    main()
