"""Files and folders that are there whole or not at all, beside what is somebody's.

They are written under a name that nobody guesses, which alone is ever removed, and get their own
name when all went well.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
from typing import TYPE_CHECKING

from sotw.errors import SotwError
from sotw.warehouse.connection import DatabaseError, first_line
from sotw.warehouse.draft import sync_folder

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from pathlib import Path

__all__ = ["appearing", "appearing_folder", "refuse_foreign", "unguessable"]

# Bytes of the start and of the end of a file that may be ours.
_LOOKED_AT = 4096


def unguessable(path: Path) -> Path:
    """A hidden name beside a path that no other file has."""
    return path.with_name(f".sotw-{secrets.token_hex(8)}")


@contextlib.contextmanager
def appearing(
    file: Path, *, is_replacing: bool = False, ours: Collection[str] = ()
) -> Iterator[Path]:
    """A file to write, readable by its owner alone.

    Args:
        file: The name that it gets.
        is_replacing: Whether a file of that name gives way to it.
        ours: Texts of which a file has one near its start or end that gives way: we wrote it.

    Raises:
        SotwError: Something has that name already, or the disk refuses.
    """
    taken = SotwError(f"{file}: is there already. Name a new file, or remove this one.")
    if not is_replacing and os.path.lexists(file):
        raise taken
    if ours:
        refuse_foreign(file, ours)
    partial = unguessable(file)
    try:
        with contextlib.suppress(FileExistsError):  # a file where the folder should be
            file.parent.mkdir(parents=True, exist_ok=True)
        os.close(os.open(partial, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        yield partial
        # What somebody likes to hear is nobody else's business.
        partial.chmod(0o600)
        with partial.open("rb") as written:
            os.fsync(written.fileno())
        if is_replacing:
            partial.replace(file)
        else:
            _name(partial, file)
        sync_folder(file)
    except FileExistsError as error:
        raise taken from error
    except (OSError, DatabaseError) as error:
        raise SotwError(
            f"{file}: not written: {first_line(error)}. Check the space on its disk and "
            "the permissions of its folder. Name another file with --output, or another disk."
        ) from error
    finally:
        with contextlib.suppress(OSError):
            partial.unlink(missing_ok=True)


def refuse_foreign(file: Path, ours: Collection[str]) -> None:
    """Refuse to take the place of what is somebody's.

    Raises:
        SotwError: Something has that name, and none of the texts stands near its start or end.
    """
    if not os.path.lexists(file):
        return
    found = b""
    if file.is_file():
        with contextlib.suppress(OSError), file.open("rb") as there:
            found = there.read(_LOOKED_AT)
            there.seek(max(0, file.stat().st_size - _LOOKED_AT))
            found += there.read()
    if not any(text.encode() in found for text in ours):
        raise SotwError(
            f"{file}: is there already, and sotw did not write it. Name another one with "
            "--output, or remove this one."
        )


def _name(partial: Path, file: Path) -> None:
    """Give a file its name; unlike a rename, never that of another."""
    try:
        os.link(partial, file)
    except FileExistsError:
        raise
    except OSError:
        # A disk without links: the name is taken first, and then filled.
        os.close(os.open(file, os.O_CREAT | os.O_EXCL, 0o600))
        partial.replace(file)


@contextlib.contextmanager
def appearing_folder(folder: Path) -> Iterator[Path]:
    """A folder to write in.

    Raises:
        SotwError: Something is there already, or the disk refuses.
    """
    partial = unguessable(folder)
    try:
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise SotwError(f"{folder}: is not empty. Name a new folder, or remove this one.")
        partial.mkdir(parents=True)
        yield partial
        partial.replace(folder)
        sync_folder(folder)
    except (OSError, DatabaseError) as error:
        raise SotwError(
            f"{folder}: not written: {first_line(error)}. Check the space on its disk, "
            "the permissions of its folder, and that this sotw made what was read."
        ) from error
    finally:
        shutil.rmtree(partial, ignore_errors=True)
