"""Which records of plays are dropped, calculated without SQL: brute force, for tests."""

from __future__ import annotations

import datetime as dt
import itertools
from collections import defaultdict
from typing import Any

import histories

RANKS = ["spotify", "listenbrainz", "lastfm", "maloja"]
Row = dict[str, Any]


# --- a second calculation -------------------------------------------------------------------


def gap(one: Row, other: Row) -> float:
    """Seconds between two starts; a minute is an interval."""
    early, late = sorted((one, other), key=lambda row: row["start"])
    width = 59 if early["time_precision"] == "minute" else 0
    return max(0.0, (late["start"] - early["start"]).total_seconds() - width)


def fits(one: Row, other: Row) -> bool:
    after = dt.timedelta(seconds=60)
    return (
        gap(one, other) <= 120
        or one["start"] <= other["start"] <= one["end"] + after
        or other["start"] <= one["start"] <= other["end"] + after
    )


def runs(rows: list[Row]) -> list[list[Row]]:
    """Records of one work, cut where nothing reaches within three minutes of the next."""
    found: list[list[Row]] = []
    for row in sorted(rows, key=lambda row: (row["start"], row["source"], row["key"])):
        if found and row["start"] <= max(one["end"] for one in found[-1]) + dt.timedelta(minutes=3):
            found[-1].append(row)
        else:
            found.append([row])
    return found


def mutual(pairs: list[tuple[Row, Row]], order) -> list[tuple[Row, Row]]:
    best_of: dict[tuple[str, Any], tuple[Row, Row]] = {}
    for pair in sorted(pairs, key=order):
        best_of.setdefault(("kept", pair[0]["key"]), pair)
        best_of.setdefault(("other", pair[1]["key"]), pair)
    return [
        pair
        for pair in pairs
        if best_of["kept", pair[0]["key"]] is pair and best_of["other", pair[1]["key"]] is pair
    ]


def matched(kept: list[Row], other: list[Row]) -> list[tuple[Row, Row]]:
    """Which records of two services are one play."""
    if len(kept) == len(other) and all(map(fits, kept, other)):
        return list(zip(kept, other, strict=True))
    place = {row["key"]: number for rows in (kept, other) for number, row in enumerate(rows)}
    position = {row["key"]: number for number, row in enumerate([*kept, *other])}
    pairs = [pair for pair in itertools.product(kept, other) if fits(*pair)]

    def tie(pair: tuple[Row, Row]) -> tuple[int, int]:
        return position[pair[0]["key"]], position[pair[1]["key"]]

    def nearness(pair: tuple[Row, Row]) -> tuple[Any, ...]:
        return gap(*pair), abs(place[pair[0]["key"]] - place[pair[1]["key"]]), *tie(pair)

    found = mutual([pair for pair in pairs if gap(*pair) <= 120], nearness)
    used = {row["key"] for pair in found for row in pair}
    rest = [pair for pair in pairs if not used & {pair[0]["key"], pair[1]["key"]}]
    return found + mutual(rest, lambda pair: (gap(*pair) > 120, gap(*pair), *tie(pair)))


def duplicates(plays: list[Row]) -> set[tuple[Any, Any]]:
    """Keys of dropped records with the key of what stays; services differ, spellings do not."""
    works = defaultdict(list)
    for row in plays:
        length = dt.timedelta(milliseconds=row.get("ms_played") or 0)
        start = histories.started_at(row)
        key = (row["source"], row["played_at"], row["track_name_id"], row["ordinal"])
        works[row["track_name_id"]].append(
            row | {"start": start, "end": start + length, "key": key}
        )
    links: dict[Any, list[tuple[Any, ...]]] = defaultdict(list)
    for run in itertools.chain.from_iterable(map(runs, works.values())):
        by_source = {source: [row for row in run if row["source"] == source] for source in RANKS}
        for first, second in itertools.combinations(RANKS, 2):
            for one, other in matched(by_source[first], by_source[second]):
                link = (RANKS.index(first), gap(one, other), one["start"], one["key"])
                links[other["key"]].append(link)
    return {
        (key, min(stays)[-1])
        for key, found in links.items()
        if (stays := [link for link in found if link[-1] not in links])
    }
