"""From the paths a person names to the documents to read: files, folders, zip archives.

A document is opened as often as its reader likes. Nothing is extracted; a zip is read in place,
within limits, because its directory can promise anything.
"""

from __future__ import annotations

import lzma
import os
import zipfile
import zlib
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePosixPath
from typing import IO, TYPE_CHECKING

from sotw.errors import SourceError
from sotw.paths import DEMO_LIST

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

__all__ = ["DAMAGE", "DEMO_LISTENER", "Document", "find_documents", "is_synthetic"]

DEMO_LISTENER = "demo"

# What reading a damaged document may raise; NotImplementedError: an exotic packing of a zip;
# RecursionError: JSON of a thousand brackets.
DAMAGE = (
    *(zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, NotImplementedError, OSError),
    RecursionError,
)

MAX_MEMBERS = 10_000
MAX_UNPACKED_BYTES = 16 * 2**30
# Listening histories compress 8 to 40 times; 1,000 times is an archive made to harm.
MAX_RATIO = 250
_RATIO_COUNTS_FROM_BYTES = 2**20


@dataclass(frozen=True, slots=True)
class Document:
    """Something with bytes to read.

    Attributes:
        name: For messages and receipts: relative to what was named, so no home folder enters.
        size: Bytes when read.
        open: Opens it from its start.
        path: The file itself; null inside an archive.
        demo_listener: Set where the file is one that a demo wrote: the invented person.
    """

    name: str
    size: int
    open: Callable[[], IO[bytes]]
    path: Path | None = None
    demo_listener: str | None = None


def find_documents(
    paths: Sequence[Path],
    refuse: Callable[[str, str], None],
    *,
    leave_out: Callable[[Path], bool] = lambda file: False,
) -> Iterator[Document]:
    """Yield every document under the paths, in the order given, folders by name.

    Args:
        paths: Files, folders (searched whole; hidden files are left out) and zip archives.
        refuse: Called with name and message for what cannot be read.
        leave_out: Files of a folder that are none to read.
    """
    for path in paths:
        name = _shown(path.name)
        try:
            is_folder, is_file = path.is_dir(), path.is_file()
        except OSError as error:
            refuse(name, f"{_shown(str(path))}: {error.strerror}. Check the path.")
            continue
        if is_folder:
            files = [file for file in _files_under(path, refuse) if not leave_out(file)]
            if not files:
                refuse(name, f"{name}: the folder holds no files. Name another.")
            for file in files:
                yield from _of_file(file, _shown(file.relative_to(path).as_posix()), refuse)
        elif is_file:
            yield from _of_file(path, name, refuse)
        else:
            refuse(name, f"{_shown(str(path))}: there is no such file or folder. Check the path.")


def _shown(name: str) -> str:
    """A file's name as text: its bytes may be no UTF-8, and nothing can store or print those."""
    return os.fsencode(name).decode("utf-8", "replace")


def _files_under(folder: Path, refuse: Callable[[str, str], None]) -> list[Path]:
    """All files of a folder by name; a folder in it that cannot be searched is refused."""

    def tell(error: OSError) -> None:
        name = _shown(str(error.filename))
        refuse(name, f"{name}: cannot be searched ({error.strerror}). Check its permissions.")

    found = [
        Path(parent, name) for parent, _, names in os.walk(folder, onerror=tell) for name in names
    ]
    return sorted(file for file in found if not _is_hidden(file, folder) and file.is_file())


def _is_hidden(file: Path, folder: Path) -> bool:
    return any(part.startswith(".") for part in file.relative_to(folder).parts)


def _demo_listener(file: Path) -> str | None:
    """Whose invented history a file is, by the list that a demo leaves in its folder; else null.

    Of several people each has a folder, named like them.
    """
    where = file.absolute()
    for folder in where.parents[:2]:
        listed = folder / DEMO_LIST
        if listed.is_file():
            name = where.relative_to(folder)
            if name.as_posix() in listed.read_text("utf-8", "replace").splitlines():
                return name.parts[0] if len(name.parts) > 1 else DEMO_LISTENER
    return None


def is_synthetic(
    paths: Sequence[Path], *, leave_out: Callable[[Path], bool] = lambda file: False
) -> bool:
    """Whether everything under the paths, but for what is left out, was written by a demo."""
    files: list[Path] = []
    try:
        for path in paths:
            if path.is_dir():
                found = _files_under(path, lambda name, message: None)
                files += [file for file in found if not leave_out(file)]
            else:
                files.append(path)
        return bool(files) and all(_demo_listener(file) for file in files)
    except OSError:
        # What cannot be read is refused, with its reason, when it is imported.
        return False


def _open(file: Path) -> IO[bytes]:
    return file.open("rb")


def _of_file(file: Path, name: str, refuse: Callable[[str, str], None]) -> Iterator[Document]:
    try:
        with file.open("rb") as stream:
            is_zip = stream.read(4) in (b"PK\x03\x04", b"PK\x05\x06")
        if is_zip:
            yield from _members(file, name, refuse)
        else:
            size, open_ = file.stat().st_size, partial(_open, file)
            yield Document(name, size, open_, file, _demo_listener(file))
    except SourceError as error:
        refuse(name, str(error))
    except OSError as error:
        refuse(name, f"{name}: cannot be read ({error.strerror}). Check its permissions.")


def _members(file: Path, name: str, refuse: Callable[[str, str], None]) -> Iterator[Document]:
    try:
        archive = zipfile.ZipFile(file)
    except (*DAMAGE, ValueError) as error:
        # ValueError: a name that says it is UTF-8 and is not.
        raise SourceError(
            f"{name}: the zip archive is damaged or cut off ({error}). Download it again."
        ) from error
    with archive:
        members = [member for member in archive.infolist() if not member.filename.endswith("/")]
        _check_limits(members, name)
        seen = 0
        for member in sorted(members, key=lambda member: member.filename):
            if any(
                part.startswith((".", "__MACOSX")) and part != ".."
                for part in PurePosixPath(member.filename).parts
            ):
                continue
            seen += 1
            inside = f"{name}/{member.filename}"
            if (fault := _fault(member)) is not None:
                refuse(inside, f"{inside}: {fault}")
            else:
                yield Document(inside, member.file_size, partial(archive.open, member))
        if not seen:
            refuse(name, f"{name}: the zip archive holds no files. Download it again.")


def _check_limits(members: list[zipfile.ZipInfo], name: str) -> None:
    unpacked = sum(member.file_size for member in members)
    packed = sum(member.compress_size for member in members)
    too_much = None
    if len(members) > MAX_MEMBERS:
        too_much = f"{len(members):,} files, more than {MAX_MEMBERS:,}"
    elif unpacked > MAX_UNPACKED_BYTES:
        too_much = f"{unpacked:,} bytes unpacked, more than {MAX_UNPACKED_BYTES:,}"
    elif unpacked > _RATIO_COUNTS_FROM_BYTES and unpacked > MAX_RATIO * packed:
        too_much = f"{unpacked:,} bytes packed into {packed:,}, more than {MAX_RATIO} to 1"
    if too_much:
        raise SourceError(
            f"{name}: the zip archive holds {too_much}. Unpack it and name the files."
        )


def _fault(member: zipfile.ZipInfo) -> str | None:
    parts = PurePosixPath(member.filename.replace("\\", "/"))
    if not parts.parts:
        return "the name is empty. Unpack it and name the file."
    if parts.is_absolute() or ".." in parts.parts or ":" in parts.parts[0]:
        return "the name leads out of the archive. Unpack it with care and name the file."
    if member.flag_bits & 1:
        return "the file is encrypted. Unpack it and name the file."
    if member.filename.lower().endswith(".zip"):
        return "an archive within an archive. Unpack it and name the inner one."
    return None
