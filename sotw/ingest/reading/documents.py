"""From the paths a person names to the documents to read: files, folders, archives.

A document is opened as often as its reader likes. No file is left behind; a zip is read in place,
what tar and gzip hold from a file without a name, within limits, as it can promise anything.
"""

from __future__ import annotations

import contextlib
import lzma
import os
import re
import shutil
import tarfile
import tempfile
import zipfile
import zlib
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePosixPath
from typing import IO, TYPE_CHECKING

from sotw.errors import SourceError
from sotw.ingest.reading.file_names import bare_name, fault_of_name, is_hidden, masked, shown
from sotw.ingest.reading.packed import Spool, TooMuchError, files_of_tar, is_gzip, is_tar
from sotw.ingest.reading.zips import Archives
from sotw.paths import DEMO_LIST, DEMO_MARK

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

__all__ = ["DAMAGE", "DEMO_LISTENER", "Document", "find_documents", "is_synthetic", "on_disk"]

DEMO_LISTENER = "demo"

# What reading a damaged document may raise; NotImplementedError: an exotic packing of a zip;
# RecursionError: JSON of a thousand brackets.
DAMAGE = (
    *(zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, NotImplementedError, OSError),
    *(RecursionError, tarfile.TarError),
)

_ARCHIVES = (".zip", ".gz", ".tgz", ".tar")
MAX_MEMBERS = 10_000
# Apple sends the library as an archive, in that of the music, in that of the media, in one of all.
MAX_DEPTH = 3
MAX_ARCHIVES = 100
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
        paths: Files, folders (searched whole, but for hidden files) and zip archives.
        refuse: Called with name and message for what cannot be read.
        leave_out: Files of a folder that are none to read.
    """
    archives = Archives()
    for path in paths:
        name = shown(path.name)
        try:
            is_folder, is_file = path.is_dir(), path.is_file()
        except OSError as error:
            refuse(name, f"{shown(str(path))}: {error.strerror}. Check the path.")
            continue
        if is_folder:
            files = [file for file in _files_under(path, refuse) if not leave_out(file)]
            if not files:
                refuse(name, f"{name}: the folder holds no files. Name another.")
            for file in files:
                inner = shown(file.relative_to(path).as_posix())
                yield from _of_file(file, inner, refuse, archives)
        elif is_file:
            yield from _of_file(path, name, refuse, archives)
        else:
            refuse(name, f"{shown(str(path))}: there is no such file or folder. Check the path.")


# What every spreadsheet and text document has inside, whatever its name.
_OFFICE_MEMBERS = {"[Content_Types].xml", "mimetype"}


def _is_office(document: Document) -> bool:
    """Whether a zip is a spreadsheet or the like, which is one file to a person."""
    return document.name.lower().endswith((".xlsx", ".docx", ".ods", ".odt", ".numbers"))


def _files_under(folder: Path, refuse: Callable[[str, str], None]) -> list[Path]:
    """All files of a folder by name; a folder in it that cannot be searched is refused."""

    def tell(error: OSError) -> None:
        name = shown(str(error.filename))
        refuse(name, f"{name}: cannot be searched ({error.strerror}). Check its permissions.")

    found = [
        Path(parent, name) for parent, _, names in os.walk(folder, onerror=tell) for name in names
    ]
    return sorted(
        file for file in found if not is_hidden(file.relative_to(folder).parts) and file.is_file()
    )


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
        return bool(files) and all(_demo_listener(file) or _says_so(file) for file in files)
    except OSError:
        # What cannot be read is refused, with its reason, when it is imported.
        return False


# Where it is: in the headings of a table, in a record, at the end of a Parquet file.
_MARKED = re.compile(rf'"{DEMO_MARK}"("|,|: true|\r?\n)|\APAR1.*{DEMO_MARK}'.encode(), re.DOTALL)
_BYTES_OF_AN_END = 2**16


def _says_so(file: Path) -> bool:
    """Whether a file has the mark of a demo, wherever it lies."""
    with file.open("rb") as stream:
        head = stream.read(_BYTES_OF_AN_END)
        if head.startswith(b"PAR1"):
            stream.seek(max(0, file.stat().st_size - _BYTES_OF_AN_END))
            head = b"PAR1" + stream.read()
    return bool(_MARKED.search(head))


def _open(file: Path) -> IO[bytes]:
    return file.open("rb")


def _of_file(
    file: Path, name: str, refuse: Callable[[str, str], None], archives: Archives
) -> Iterator[Document]:
    try:
        size, open_ = file.stat().st_size, partial(_open, file)
        document = Document(name, size, open_, file, _demo_listener(file))
        yield from _within(document, 0, refuse, archives, _Spent())
    except SourceError as error:
        refuse(name, str(error))
    except OSError as error:
        refuse(name, f"{name}: cannot be read ({error.strerror}). Check its permissions.")


def _within(
    document: Document,
    depth: int,
    refuse: Callable[[str, str], None],
    archives: Archives,
    spent: _Spent,
) -> Iterator[Document]:
    """A document, or those that are packed in it."""
    with document.open() as stream:
        head = stream.read(512)
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")) and not _is_office(document):
        yield from _members(document, depth, refuse, archives, spent)
    elif is_gzip(head) or is_tar(head):
        yield from _unpacked(document, depth, refuse, archives, spent)
    else:
        yield document


def _unpacked(
    outer: Document,
    depth: int,
    refuse: Callable[[str, str], None],
    archives: Archives,
    spent: _Spent,
) -> Iterator[Document]:
    """What a file of gzip, an archive of tar or both hold.

    Raises:
        SourceError: It is damaged, or holds more than anybody packs in good faith.
    """
    name = outer.name
    spent.archives += 1
    most = min(
        MAX_UNPACKED_BYTES - spent.unpacked, max(_RATIO_COUNTS_FROM_BYTES, MAX_RATIO * outer.size)
    )
    try:
        with outer.open() as stream:
            is_packed = is_gzip(stream.read(2) + b"\x08")
            stream.seek(0)
            spool = Spool(stream, is_packed=is_packed, most=most)
        with spool.open() as stream:
            is_archive = is_tar(stream.read(512))
        files = [*files_of_tar(spool)] if is_archive else [(bare_name(name), 0, spool.size)]
    except TooMuchError as error:
        raise SourceError(f"{name}: holds too much for its size. Unpack it yourself.") from error
    except DAMAGE as error:
        raise SourceError(
            f"{name}: the archive is damaged or cut off ({error}). Download it again."
        ) from error
    spent.unpacked += spool.size
    spent.members += len(files)
    if spent.members > MAX_MEMBERS or spent.archives > MAX_ARCHIVES:
        raise SourceError(f"{name}: holds more than {MAX_MEMBERS:,} files. Unpack it yourself.")
    seen = 0
    for member, start, size in sorted(files):
        parts = PurePosixPath(member).parts
        if parts and is_hidden(parts):
            continue
        seen += 1
        inside = f"{name}/{masked(member)}"
        if (fault := fault_of_name(member)) is not None:
            refuse(inside, f"{inside}: {fault}")
            continue
        document = Document(inside, size, partial(spool.open, start, size))
        yield from _deeper(document, depth, refuse, archives, spent)
    if not seen:
        refuse(name, f"{name}: the archive holds no files. Download it again.")


def _deeper(
    document: Document,
    depth: int,
    refuse: Callable[[str, str], None],
    archives: Archives,
    spent: _Spent,
) -> Iterator[Document]:
    """A document of an archive, or, as it is one itself, those in it."""
    name = document.name
    if not name.lower().endswith(_ARCHIVES):
        yield document
    elif depth == MAX_DEPTH:
        refuse(name, f"{name}: archives nested {depth + 1} deep. Unpack the outer one.")
    else:
        of_name = _members if name.lower().endswith(".zip") else _within
        try:
            yield from of_name(document, depth + 1, refuse, archives, spent)
        except SourceError as error:
            refuse(name, str(error))


def _members(
    outer: Document,
    depth: int,
    refuse: Callable[[str, str], None],
    archives: Archives,
    spent: _Spent,
) -> Iterator[Document]:
    name = outer.name
    try:
        archive = archives.open(outer.path, outer.open)
        listed = archive().infolist()
    except (*DAMAGE, ValueError) as error:
        # ValueError: a name that says it is UTF-8 and is not.
        raise SourceError(
            f"{name}: the zip archive is damaged or cut off ({error}). Download it again."
        ) from error
    members = [member for member in listed if not member.filename.endswith("/")]
    _check_limits(members, outer, spent)
    if _OFFICE_MEMBERS & {member.filename for member in members}:
        yield outer
        return
    seen = 0
    for member in sorted(members, key=lambda member: member.filename):
        parts = PurePosixPath(member.filename.replace("\\", "/")).parts
        if parts and is_hidden(parts):
            continue
        seen += 1
        inside = f"{name}/{masked(member.filename)}"
        if (fault := _fault(member)) is not None:
            refuse(inside, f"{inside}: {fault}")
            continue
        document = Document(inside, member.file_size, partial(_open_member, archive, member))
        yield from _deeper(document, depth, refuse, archives, spent)
    if not seen:
        refuse(name, f"{name}: the zip archive holds no files. Download it again.")


@dataclass(slots=True)
class _Spent:
    """What an archive and all within it hold so far."""

    members: int = 0
    unpacked: int = 0
    archives: int = 0


def _open_member(archive: Callable[[], zipfile.ZipFile], member: zipfile.ZipInfo) -> IO[bytes]:
    try:
        return archive().open(member)
    except NotImplementedError:
        raise
    except (zipfile.BadZipFile, ValueError, RuntimeError, OverflowError) as error:
        # What zipfile says may hold names of files, and so of accounts.
        raise zipfile.BadZipFile("its entry in the archive is damaged") from error


def _check_limits(members: list[zipfile.ZipInfo], outer: Document, spent: _Spent) -> None:
    unpacked = sum(member.file_size for member in members)
    # Members may overlap; together they cannot be more than the archive is.
    packed = min(sum(member.compress_size for member in members), outer.size)
    spent.members += len(members)
    spent.unpacked += unpacked
    spent.archives += 1
    too_much = None
    if spent.members > MAX_MEMBERS:
        too_much = f"{spent.members:,} files, more than {MAX_MEMBERS:,}"
    elif spent.unpacked > MAX_UNPACKED_BYTES:
        too_much = f"{spent.unpacked:,} bytes unpacked, more than {MAX_UNPACKED_BYTES:,}"
    elif unpacked > _RATIO_COUNTS_FROM_BYTES and unpacked > MAX_RATIO * packed:
        too_much = f"{unpacked:,} bytes packed into {packed:,}, more than {MAX_RATIO} to 1"
    elif spent.archives > MAX_ARCHIVES:
        too_much = f"more than {MAX_ARCHIVES} archives"
    if too_much:
        raise SourceError(
            f"{outer.name}: the zip archive holds {too_much}. Unpack it and name the files."
        )


def _fault(member: zipfile.ZipInfo) -> str | None:
    if member.flag_bits & 1:
        return "the file is encrypted. Unpack it and name the file."
    return fault_of_name(member.filename)


@contextlib.contextmanager
def on_disk(document: Document) -> Iterator[Path]:
    """The document's file; one of an archive is unpacked for as long as it is needed."""
    if document.path is not None:
        yield document.path
        return
    # Its owner alone can read it, and it is gone afterwards, whatever happens.
    with tempfile.NamedTemporaryFile(prefix="sotw-") as unpacked:
        with document.open() as packed:
            shutil.copyfileobj(packed, unpacked, 2**20)
        unpacked.flush()
        yield Path(unpacked.name)
