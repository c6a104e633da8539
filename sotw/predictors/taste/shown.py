"""What is said of taste beside the words for any predictor: its page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sotw.predictors.presentation import Presentation
from sotw.predictors.taste.report import taste_page

if TYPE_CHECKING:
    from pathlib import Path

    from sotw.predictors.presentation import Ask
    from sotw.warehouse import Connection


def write_page(_: str, con: Connection, folder: Path, ask: Ask, form: str) -> Path:
    """The page about the listener who was named, or else the one of the settings."""
    return taste_page(con, folder, listener=ask.listener or ask.settings.listener, form=form)


PRESENTATION = Presentation(report=write_page)
