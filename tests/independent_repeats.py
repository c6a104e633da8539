"""Rows of a log that are there again, found without SQL: brute force, for tests.

A service without lengths that has one spelling twice at one stamp tells one play twice, unless the
stamp lies in the queue of a player that was offline.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from typing import Any

Row = dict[str, Any]
HALF_A_MINUTE = dt.timedelta(seconds=30)


def again(plays: list[Row]) -> list[Row]:
    """The rows that repeat another one, in the order of the plays."""
    logs: dict[tuple[int, str], list[Row]] = defaultdict(list)
    for row in plays:
        if row.get("ms_played") is None and row.get("content_type", "track") == "track":
            logs[row["listener_id"], row["source"]].append(row)
    return [
        row
        for log in logs.values()
        for row in log
        if any(_is_first(one, row) for one in log) and _is_again(row, log)
    ]


def _is_first(one: Row, row: Row) -> bool:
    """Whether a row is the first of those that another one is equal to."""
    is_equal = all(one[key] == row[key] for key in ("played_at", "track_name_id"))
    return is_equal and one["ordinal"] == 0 < row["ordinal"]


def _is_again(row: Row, log: list[Row]) -> bool:
    around = [one for one in log if abs(one["played_at"] - row["played_at"]) <= HALF_A_MINUTE]
    if len(around) < 5:
        return True
    copies = Counter((one["played_at"], one["track_name_id"]) for one in around)
    doubled = sum(count > 1 for count in copies.values())
    tellings = min(copies.values()) if len(copies) > 1 else 1
    share = doubled / len(copies)
    if tellings == 1 and len(copies) > 1:
        is_page = (doubled >= 2 and share >= 1 / 2) or (doubled >= 3 and share >= 1 / 3)
        tellings = 2 if is_page else 1
    return row["ordinal"] >= max(1, copies[row["played_at"], row["track_name_id"]] // tellings)
