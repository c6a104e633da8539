"""Files packed with gzip, and archives of tar: unpacked once to a file without a name.

What is in them is opened as often as its reader likes, each time from its start, and the file goes
with the last document of it.
"""

from __future__ import annotations

import gzip
import io
import os
import tarfile
import tempfile
import weakref
from typing import IO, TYPE_CHECKING, cast

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Spool", "TooMuchError", "files_of_tar", "is_gzip", "is_tar"]

_CHUNK_BYTES = 2**20
_BLOCK_BYTES = 512


class TooMuchError(Exception):
    """More is packed than anybody packs in good faith."""


class Spool:
    """The bytes of something packed, in a file without a name."""

    def __init__(self, packed: IO[bytes], *, is_packed: bool, most: int) -> None:
        """Unpack or copy it.

        Args:
            packed: Something to read.
            is_packed: By gzip.
            most: Bytes that may come out.

        Raises:
            TooMuchError: There are more.
        """
        file = tempfile.TemporaryFile()  # noqa: SIM115 - closed with this object
        weakref.finalize(self, file.close)
        source = cast("IO[bytes]", gzip.GzipFile(fileobj=packed)) if is_packed else packed
        self.size = 0
        while chunk := source.read(_CHUNK_BYTES):
            self.size += len(chunk)
            if self.size > most:
                raise TooMuchError
            file.write(chunk)
        file.flush()
        self._file = file

    def open(self, start: int = 0, size: int | None = None) -> IO[bytes]:
        """Open a part of it, or all."""
        length = self.size - start if size is None else size
        return io.BufferedReader(_Part(self, self._file.fileno(), start, length))


class _Part(io.RawIOBase):
    """Some bytes of a file, read at a position of their own."""

    def __init__(self, spool: Spool, number: int, start: int, size: int) -> None:
        super().__init__()
        # For as long as it is read, the file stays.
        self._spool = spool
        self._number, self._start, self._size, self._at = number, start, size, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        origin = {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: self._size}[whence]
        self._at = max(0, origin + offset)
        return self._at

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        wanted = min(len(buffer), max(0, self._size - self._at))
        data = os.pread(self._number, wanted, self._start + self._at)
        buffer[: len(data)] = data
        self._at += len(data)
        return len(data)


def is_gzip(head: bytes) -> bool:
    """Whether something begins like a file of gzip."""
    return head.startswith(b"\x1f\x8b\x08")


def is_tar(head: bytes) -> bool:
    """Whether a first block is that of an archive of tar."""
    return len(head) >= _BLOCK_BYTES and head[257:262] == b"ustar"


def files_of_tar(spool: Spool) -> Iterator[tuple[str, int, int]]:
    """Name, start and size of each file of an archive; links and devices are none.

    Raises:
        tarfile.TarError: It is damaged or cut off.
    """
    with spool.open() as stream, tarfile.open(fileobj=stream, mode="r:") as archive:
        for member in archive:
            if member.isreg() and not member.issparse():
                if member.offset_data + member.size > spool.size:
                    raise tarfile.ReadError("unexpected end of data")
                yield member.name, member.offset_data, member.size
