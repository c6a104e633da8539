"""How figures of popularity are called, in a terminal and on the page."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sotw.predictors.presentation import Row

WORDS = {
    "rmse": "RMSE",
    "mae": "MAE",
    "mape": "MAPE %",
    "coverage_95": "held",
    "width_95": "width",
}
TARGETED = 0.01  # how far from .95 a decile may be


def starred(row: Row | None) -> str:
    """A coverage in two digits, with a star where it is what was aimed at."""
    if row is None or row["value"] is None:
        return "-"
    is_reached = abs(row["value"] - 0.95) <= TARGETED
    return f"{row['value']:.2f}".lstrip("0") + ("*" if is_reached else "")
