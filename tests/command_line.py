"""What a command said and how it ended, whichever way it says no."""

from __future__ import annotations

import re


def said(result) -> tuple[int, str]:
    """The exit code, and all that was printed or raised as one line, without the box around it."""
    text = re.sub(r"[│╭╮╰╯─]", " ", result.output)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        text += f" {result.exception}"
    return result.exit_code, " ".join(text.split())
