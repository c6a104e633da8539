"""Other names for a user's files, which DuckDB takes for nothing but names.

It reads ``e[1]`` as the pattern of ``e1``, and a backslash as the mark between two folders; no way
to escape works beside every other name. So it is given a link of ours, in a folder of ours.
"""

from __future__ import annotations

import contextlib
import re
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from sotw.errors import SettingsError, WarehouseError

if TYPE_CHECKING:
    from collections.abc import Iterator

_MARKS_OF_PATTERNS = re.compile(r"[*?\[\]{}\\]")


@contextlib.contextmanager
def plainly_named(path: Path) -> Iterator[Path]:
    """A link to a file or folder, for as long as it is read or written.

    Raises:
        SettingsError: The folder for temporary files is itself named like a pattern.
    """
    with tempfile.TemporaryDirectory(prefix="sotw-") as folder:
        if _MARKS_OF_PATTERNS.search(folder):
            raise SettingsError(
                f"TMPDIR = {tempfile.gettempdir()!r} is not allowed; "
                "allowed: a folder without * ? [ ] { } and backslashes in its name"
            )
        link = Path(folder, "link")
        link.symlink_to(path.absolute())
        yield link


def refuse_backslash(path: str) -> None:
    """Refuse the name of a database that DuckDB would look for in another folder.

    Raises:
        WarehouseError: There is a backslash in it.
    """
    if "\\" in path:
        raise WarehouseError(
            f"{path}: DuckDB takes a backslash for the mark between folders. Name another file "
            "with --warehouse, or reach its folder by a link."
        )
