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


def once(plays: list[Row]) -> list[Row]:
    """The plays without those rows; the others keep their order."""
    logs: dict[tuple[int, str], list[Row]] = defaultdict(list)
    for row in plays:
        if row.get("ms_played") is None and row.get("content_type", "track") == "track":
            logs[row["listener_id"], row["source"]].append(row)
    again = {
        id(row) for log in logs.values() for row in log if row["ordinal"] and _is_again(row, log)
    }
    return [row for row in plays if id(row) not in again]


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
