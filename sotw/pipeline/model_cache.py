"""Models that were read once, kept as JSON until anything they are read from changes.

The name of a kept file is a fingerprint of all that reading depends on: every file under sql/, the
code that reads them and the versions of the libraries it uses. So nothing kept can be out of
date, and there is nothing to clear. It lies in the user's cache folder ($XDG_CACHE_HOME/sotw, else
~/.cache/sotw); where that cannot be written, models are read anew each time.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import logging
import os
from dataclasses import asdict
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sotw.pipeline.model import Audit, Model
from sotw.render import source_text, sql_files

if TYPE_CHECKING:
    from collections.abc import Callable

log = logging.getLogger(__name__)

_LIBRARIES = ("sqlglot", "jinja2")
# Of sotw, from here: what a model is, and how it is made of text.
_CODE = ("model.py", "model_cache.py", "models.py", "parse.py", "../render.py")
# Worktrees and versions of one user, of which each keeps its own.
_MOST_KEPT = 8


def remembered(read: Callable[[], list[Model]]) -> list[Model]:
    """The models of sql/, read only where they are not remembered.

    Args:
        read: What reads them; what it raises is passed on, and nothing is kept then.
    """
    file = _file()
    if file is None:
        return read()
    models = _load(file)
    if models is None:
        models = read()
        # What was saved meanwhile may or may not be in the models.
        if _file() == file:
            _store(file, models)
    return models


def _file() -> Path | None:
    """Where the models of sql/ as it is now are kept; null where they cannot be."""
    try:
        return _folder() / f"models-{fingerprint()}.json"
    except (OSError, RuntimeError, metadata.PackageNotFoundError) as error:
        log.debug("models are not remembered: %s", error)
        return None


def fingerprint() -> str:
    """sha256 over everything that reading the models depends on.

    Raises:
        OSError: A file cannot be read, such as the code of an installation without sources.
        PackageNotFoundError: A library does not say which version it is.
    """
    digest = hashlib.sha256()
    for library in _LIBRARIES:
        digest.update(f"{library} {metadata.version(library)}\n".encode())
    texts = {path: (Path(__file__).parent / path).read_text(encoding="utf-8") for path in _CODE}
    sources = (*sql_files("**/*.sql"), *sql_files("seeds/*.csv"))
    texts |= {f"sql/{path}": source_text(path) for path in sources}
    for path, text in sorted(texts.items()):
        content = text.encode()
        digest.update(f"{path} {len(content)}\n".encode() + content)
    return digest.hexdigest()


def _folder() -> Path:
    """Where caches of this user lie; a relative path is none, as the XDG specification says."""
    stated = Path(os.environ.get("XDG_CACHE_HOME", ""))
    return (stated if stated.is_absolute() else Path.home() / ".cache") / "sotw"


def _load(file: Path) -> list[Model] | None:
    """What is kept in a file; null where there is none, or it is damaged."""
    try:
        checksum, _, text = file.read_text(encoding="utf-8").partition("\n")
        return [_model(row) for row in json.loads(text)] if checksum == _checksum(text) else None
    except (OSError, ValueError):
        return None


def _model(row: dict[str, Any]) -> Model:
    """A model as it was, its lists tuples again."""
    audits = tuple(Audit(**audit) for audit in row["audits"])
    fields: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in row.items()
    }
    return Model(**(fields | {"audits": audits}))


def _checksum(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _store(file: Path, models: list[Model]) -> None:
    """Keep models, and the last few others; that it does not work is no error."""
    draft = file.with_name(f"{file.name}.{os.getpid()}")
    text = json.dumps([asdict(model) for model in models])
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        draft.write_text(f"{_checksum(text)}\n{text}", encoding="utf-8")
        draft.replace(file)
        kept = sorted(file.parent.glob("models-*"), key=lambda one: one.stat().st_mtime)
        for old in kept[:-_MOST_KEPT]:
            old.unlink(missing_ok=True)
    except OSError as error:
        log.debug("models are not remembered: %s", error)
        with contextlib.suppress(OSError):
            draft.unlink(missing_ok=True)
