"""Names of files: as text, without an account's name, and whether they may be read at all."""

from __future__ import annotations

import os
import re
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["bare_name", "fault_of_name", "is_hidden", "masked", "shown"]

# Exporters write the account's name into the name of the file.
_ACCOUNT = re.compile(
    r"(listenbrainz_|(?:recent|loved|top|banned)tracks-|topartists-|topalbums-|lastfm(?:stats)?-"
    r"|maloja_export_|scrobbles-|koito_export_)"
    r"([^/]*?)([_-]\d{6,}[^/]*|\.(?:csv|json|zip|jsonl))(?=/|$)",
    re.IGNORECASE,
)
# ListenBrainz had it in front: somebody_lb-2023-10-31.json.
_ACCOUNT_FIRST = re.compile(r"(?:(?<=/)|^)[^/]+(?=_lb-\d{4}-\d\d-\d\d)", re.IGNORECASE)


def shown(name: str) -> str:
    """A file's name as text: its bytes may be no UTF-8, and nothing can store or print those."""
    return masked(os.fsencode(name).decode("utf-8", "replace"))


def masked(name: str) -> str:
    """A file's name without the account's, where an exporter is known to write it there."""
    name = _ACCOUNT_FIRST.sub("…", name)
    return _ACCOUNT.sub(lambda match: f"{match[1]}…{match[3]}" if match[2] else match[0], name)


# Players leave it in the root of a disk, where it is out of sight.
_PLAYERS_LOG = ".scrobbler.log"


def is_hidden(parts: Sequence[str]) -> bool:
    """Whether a path, from the folder or archive on, is one that a system or program hides."""
    *folders, name = parts
    is_log = name.lower() == _PLAYERS_LOG
    return any(part.startswith((".", "__MACOSX")) and part != ".." for part in folders) or (
        name.startswith(".") and not is_log
    )


def bare_name(name: str) -> str:
    """A packed file's name when it is unpacked."""
    name = name.rpartition("/")[2]
    return name[:-3] if name.lower().endswith(".gz") else name


def fault_of_name(name: str) -> str | None:
    """Why a file of an archive may not be read under its name; null where it may."""
    parts = PurePosixPath(name.replace("\\", "/"))
    if not parts.parts:
        return "the name is empty. Unpack it and name the file."
    if parts.is_absolute() or ".." in parts.parts or ":" in parts.parts[0]:
        return "the name leads out of the archive. Unpack it with care and name the file."
    return None
