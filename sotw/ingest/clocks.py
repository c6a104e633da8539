"""What a receipt says of the clocks of a file: a player's own, and those of another zone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sotw.ingest.statements import run

if TYPE_CHECKING:
    import duckdb

__all__ = ["late_reports", "shifts"]


def shifts(con: duckdb.DuckDBPyConnection, values: dict[str, Any]) -> list[str]:
    """What to say of plays that repeat those of another service some hours later."""
    found = run(con, "plays/find_shift", values).fetchall()
    return [
        f"{plays:,} of {all_plays:,} new plays repeat those of {source} {abs(hours):g} h "
        f"{'later' if hours > 0 else 'earlier'}: if they show the clock of a zone, import the "
        f"file again with --zone, such as {_zone(hours)}"
        for source, hours, plays, all_plays in found
    ]


def _zone(hours: float) -> str:
    """A zone whose clocks are so many hours ahead."""
    halves = {5.5: "Asia/Kolkata", 9.5: "Australia/Darwin", -3.5: "America/St_Johns"}
    # The names of whole hours have the sign of the way back.
    return halves.get(hours, f"Etc/GMT{-round(hours):+d}")


def late_reports(con: duckdb.DuckDBPyConnection) -> list[str]:
    """What to say of plays that stand at the time that their player noted."""
    [(plays,)] = run(con, "plays/count_player_times", {}).fetchall()
    return [f"{plays:,} plays stand when the player noted them, not when it told"] if plays else []
