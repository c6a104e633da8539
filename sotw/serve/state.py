"""What the service reads and where it writes: generations of the published file, and the inbox.

DuckDB keeps one instance a path and process, so a second connection to a file that was replaced
would still read the old one. Each build is therefore opened by a hard link of its own, which is
gone again as soon as it is open, and closed when its last reader has left.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import secrets
import shutil
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sotw import warehouse
from sotw.errors import WarehouseError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from sotw.warehouse import Connection

_THREADS = 2  # of one query; many are asked at once


@dataclass(slots=True, eq=False)
class Generation:
    """One published file, open.

    Attributes:
        tag: Equal for equal files, also after a restart.
        con: Never queried itself; each reader has a cursor of it.
    """

    tag: str
    con: Connection
    _opened: contextlib.ExitStack
    _kept: dict[str, Any] = field(default_factory=dict)
    _making: threading.Lock = field(default_factory=threading.Lock)
    readers: int = 0

    def kept(self, name: str, make: Callable[[], Any]) -> Any:  # noqa: ANN401 - what is made
        """Something costly that is made of this build once."""
        with self._making:
            if name not in self._kept:
                self._kept[name] = make()
            return self._kept[name]

    def close(self) -> None:
        """Let the file go."""
        self._kept.clear()
        self._opened.close()


class State:
    """The published warehouse, whichever build it is now."""

    def __init__(self, path: Path) -> None:
        self.path = path
        # One at a time opens the published path itself, so none shares another's old instance.
        self.noting = threading.Lock()
        self._current: Generation | None = None
        self._lock = threading.Lock()

    @contextlib.contextmanager
    def reading(self) -> Iterator[tuple[Generation, Connection]]:
        """The current build, and a connection to it for one request.

        Raises:
            WarehouseError: There is none, or it is of another version of sotw.
        """
        generation = self._enter()
        try:
            with contextlib.closing(generation.con.cursor()) as con:
                yield generation, con
        finally:
            self._leave(generation)

    def close(self) -> None:
        """Let go of the file; readers that are left keep theirs."""
        with self._lock:
            if self._current is not None and not self._current.readers:
                self._current.close()
            self._current = None

    def _enter(self) -> Generation:
        with self._lock:
            before = self._current
            if before is None or before.tag != _tag(self.path):
                self._current = _open(self.path)
                if before is not None and not before.readers:
                    before.close()
            assert self._current is not None
            self._current.readers += 1
            return self._current

    def _leave(self, generation: Generation) -> None:
        with self._lock:
            generation.readers -= 1
            if not generation.readers and generation is not self._current:
                generation.close()


def _tag(path: Path) -> str:
    try:
        about = path.stat()
    except FileNotFoundError as error:
        raise WarehouseError(
            f"{path}: no warehouse yet. Run `sotw build` or `sotw ingest FILE`."
        ) from error
    text = f"{about.st_ino} {about.st_mtime_ns} {about.st_size}"
    return hashlib.sha256(text.encode()).hexdigest()[:20]


def _open(path: Path) -> Generation:
    _tag(path)  # says it where there is none
    link = path.with_name(f".{path.name}.reading-{secrets.token_hex(8)}")
    with contextlib.ExitStack() as opened:
        try:
            try:
                os.link(path, link)
            except FileNotFoundError:
                raise
            except OSError:  # a file system without links
                shutil.copyfile(path, link)
            tag = _tag(link)
            con = opened.enter_context(warehouse.reading(link))
        except WarehouseError as error:
            raise WarehouseError(str(error).replace(str(link), str(path))) from error
        finally:
            link.unlink(missing_ok=True)
        con.execute(f"set threads = {_THREADS}")
        # Whatever a query would say: no file but this one, no setting but these.
        con.execute("set enable_external_access = false")
        con.execute("set lock_configuration = true")
        return Generation(tag, con, opened.pop_all())
