"""Zip archives in use, each with its directory read once."""

from __future__ import annotations

import shutil
import tempfile
import weakref
import zipfile
from collections import OrderedDict
from functools import partial
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

__all__ = ["Archives"]

# Open files are few.
_MOST_HELD = 16


class Archives:
    """The archives in use, each with its directory read once.

    Of those that are files of their own some are held open; one inside another is unpacked once
    to a file without a name, which goes with the last document of it.
    """

    def __init__(self) -> None:
        self._held: OrderedDict[Path, zipfile.ZipFile] = OrderedDict()

    def open(
        self, path: Path | None, opened: Callable[[], IO[bytes]]
    ) -> Callable[[], zipfile.ZipFile]:
        """How to get an archive, again and again: a file, or else what can be opened."""
        if path is not None:
            return partial(self._file, path)
        inner = _Inner(opened)
        return lambda: inner.archive

    def _file(self, path: Path) -> zipfile.ZipFile:
        if path in self._held:
            self._held.move_to_end(path)
        else:
            self._held[path] = zipfile.ZipFile(path)
            if len(self._held) > _MOST_HELD:
                # What is being read of it stays open until it is closed.
                self._held.popitem(last=False)[1].close()
        return self._held[path]


class _Inner:
    """An archive inside an archive. A zip is read from its end, so it is unpacked first."""

    def __init__(self, opened: Callable[[], IO[bytes]]) -> None:
        file = tempfile.TemporaryFile()  # noqa: SIM115 - closed with this object
        weakref.finalize(self, file.close)
        with opened() as packed:
            shutil.copyfileobj(packed, file, 2**20)
        self.archive = zipfile.ZipFile(file)
