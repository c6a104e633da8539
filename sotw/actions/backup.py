"""A copy of the warehouse with a checksum, and the way back.

The published file changes by renames alone, so that what is opened once is one state of it. The
checksum stands beside the copy as ``sha256sum`` writes it, so that any machine can check it.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
from typing import TYPE_CHECKING

from sotw import warehouse
from sotw.actions.drafting import keep_last_ids
from sotw.errors import WarehouseError
from sotw.warehouse.appearing import appearing
from sotw.warehouse.identities import last_ids

if TYPE_CHECKING:
    from pathlib import Path

_PIECE_BYTES = 2**22


def checksum_path(file: Path) -> Path:
    """Where the checksum of a backup stands."""
    return file.with_name(f"{file.name}.sha256")


def backup(path: Path, output: Path) -> str:
    """Copy the published warehouse to a new file, its checksum beside it.

    Returns:
        The sha256.

    Raises:
        SotwError: There is no warehouse, a file of that name is there, or the disk refuses.
    """
    with warehouse.reading(path):
        pass  # gives the clear errors for a file that is missing, foreign or of another version
    with appearing(checksum_path(output)) as told, appearing(output) as copy:
        digest = _copied(path, copy)
        told.write_text(f"{digest}  {output.name}\n", encoding="utf-8")
    return digest


def restore(path: Path, source: Path) -> Path | None:
    """Make a backup the warehouse; one that is there is kept under another name.

    Returns:
        Where the warehouse that was there is now; null where there was none.

    Raises:
        WarehouseError: The backup has no checksum or another one, or is of a newer sotw; the
            published file is as it was.
    """
    told = _told(source)

    def take(draft: Path) -> None:
        if _copied(source, draft) != told:
            raise WarehouseError(
                f"{source}: is not what was written: its sha256 is another one than in "
                f"{checksum_path(source).name}. Take another backup."
            )

    kept_as = _free(path) if path.exists() else None
    given: dict[str, int] = {}
    # What cannot be read any more is why somebody restores.
    with contextlib.suppress(WarehouseError), warehouse.reading(path) as con:
        given = last_ids(con)
    with warehouse.writing(path, take=take, keep_as=kept_as) as con:
        keep_last_ids(con, given)
    return kept_as


def _free(path: Path) -> Path:
    """A name that no file has, for a warehouse that gives way to a backup."""
    number = 1
    while os.path.lexists(free := path.with_name(f"{path.stem}.replaced-{number}{path.suffix}")):
        number += 1
    return free


def _told(source: Path) -> str:
    try:
        return checksum_path(source).read_text(encoding="utf-8").split()[0]
    except (OSError, ValueError, IndexError) as error:
        raise WarehouseError(
            f"{checksum_path(source)}: cannot be read, so nobody knows whether {source.name} is "
            "whole. Name what `sotw backup` wrote."
        ) from error


def _copied(source: Path, target: Path) -> str:
    """Copy a file; the sha256 of what was copied."""
    digest = hashlib.sha256()
    with source.open("rb") as read, target.open("wb") as written:
        while piece := read.read(_PIECE_BYTES):
            digest.update(piece)
            written.write(piece)
        written.flush()
        os.fsync(written.fileno())
    return digest.hexdigest()
