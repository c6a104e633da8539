"""What to do about a file of which every record was rejected."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sotw.ingest.load import Receipt

__all__ = ["why_useless"]

# By what the commonest reason begins with; some reasons say themselves what to do.
_ADVICE = (
    (
        ("time not understood", "date not understood", "no time", "no date"),
        "Write its times as 2024-03-12 09:42 (UTC), or export it again.",
    ),
    (
        ("time before", "date before"),
        "The clock that wrote its times was not set: correct them, or leave the file out.",
    ),
    (
        ("time in the future", "date in the future"),
        "Correct its times: days and months in the other order, or a clock that is wrong.",
    ),
    (
        ("no artist", "no track", "no album", "no genre", "no playlist"),
        "Look at its columns: another --delimiter, or other headings, may be what it needs.",
    ),
    (("wrong number of columns", "quote not closed"), "Try another --delimiter."),
    (("now playing",), "Export it again when the song has ended."),
)
_ANYWAY = "Look at its records with `make shell`: from raw.rejects."


def why_useless(receipt: Receipt) -> str:
    """Why nothing of a file can be used, and what to do next, in a line."""
    reason, count = next(iter(receipt.reasons.items()))
    every = f"its {receipt.rows_read:,} records are" if receipt.rows_read > 1 else "its record is"
    most = "" if count == receipt.rows_read else f" ({count:,} times)"
    said = f"{receipt.file}: nothing could be used: {every} rejected, {reason}{most}."
    if ": " in reason:
        return said
    fitting = (text for beginnings, text in _ADVICE if reason.startswith(beginnings))
    return f"{said} {next(fitting, _ANYWAY)}"
