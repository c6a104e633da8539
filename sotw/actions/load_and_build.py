"""Import files into a warehouse, and build its models."""

from __future__ import annotations

import contextlib
import logging
import shutil
import tempfile
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from sotw import warehouse
from sotw.actions.drafting import drafting, is_empty, refuse_unwritable
from sotw.actions.prepare import prepare
from sotw.checks import freshness
from sotw.errors import SotwError, SourceError
from sotw.pipeline.models import LAYERS, load_models, select
from sotw.pipeline.run import Timing, build

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterator, Sequence

    from sotw.ingest import IngestReport, Reading
    from sotw.pipeline.run import Progress
    from sotw.settings import Settings
    from sotw.warehouse import Connection

log = logging.getLogger(__name__)

DEMO_LISTENER = "demo"
RENDERED = "rendered"
# Of a message about a folder of which nothing could be imported.
_MOST_LINES = 20


@dataclass(frozen=True, slots=True)
class BuildReport:
    """What a build did.

    Attributes:
        timings: Cost of each model.
        as_of: The instant the models do not see past, naive UTC.
        demo: Receipts of the demo history, when it was loaded because nothing was there.
        drained: Receipts of what waited in the inbox.
        warnings: What the settings name and the warehouse has not, a sentence each.
    """

    timings: tuple[Timing, ...]
    as_of: dt.datetime
    demo: IngestReport | None = None
    drained: IngestReport | None = None
    warnings: tuple[str, ...] = ()


def run_ingest(
    path: Path,
    files: Sequence[Path],
    listener: str,
    settings: Settings,
    *,
    is_favorites: bool = False,
    reading: Reading | None = None,
    progress: Callable[..., None] | None = None,
) -> tuple[IngestReport, Path | None]:
    """Import files into the warehouse at ``path``; its own files in a folder are left out.

    Args:
        path: The warehouse.
        files: Files, folders and archives.
        listener: Whose history it is, where a file does not say.
        settings: For the picks that wait in the inbox.
        is_favorites: The files hold favourites, even where they look like plays.
        reading: How the files are written, where the caller knows.
        progress: Called with one line for each file that is done, its place and of how many.

    Returns:
        The receipts, and where a demo history is now that was moved aside.

    Raises:
        SourceError: Not one file could be read; nothing has changed.
    """
    from sotw.ingest import ingest, is_synthetic

    refuse_unwritable(listener)
    leave_out = partial(_is_own, path)
    is_real = not is_synthetic(files, leave_out=leave_out)
    with drafting(path, settings, is_real_import=is_real) as draft:
        report = ingest(
            draft.con,
            files,
            listener,
            now=warehouse.utc_now(),
            is_favorites=is_favorites,
            reading=reading,
            leave_out=leave_out,
            progress=progress,
        )
        if not report.receipts:
            raise SourceError(_nothing_read(report))
    return report, draft.demo_aside


def _nothing_read(report: IngestReport) -> str:
    """What to say where no file could be imported."""
    lines = [message for _, message in (*report.refused, *report.unread)]
    if not lines:
        return "no files were found there"
    shown = lines[:_MOST_LINES]
    if len(lines) > len(shown):
        shown.append(f"and {len(lines) - len(shown):,} more files like these")
    if not report.refused:
        shown.append("Nothing to import there. Name an export listed in the README.")
    return "\n".join(shown)


def _is_own(path: Path, file: Path) -> bool:
    """Whether a file is the warehouse's own: itself, the demo's, its inbox, locks and drafts."""
    home, where = path.resolve().parent, file.resolve()
    if not where.is_relative_to(home):
        return False
    first, *rest = where.relative_to(home).parts
    if first == RENDERED:
        return len(rest) == 1 and rest[0].partition(".")[0] in LAYERS
    if first == path.name or warehouse.is_demo_path(path, first):
        return True
    return first.startswith(f"{path.name}.")


def run_build(
    path: Path,
    settings: Settings,
    *,
    only: Sequence[str] = (),
    as_of: dt.datetime | None = None,
    progress: Progress | None = None,
) -> BuildReport:
    """Build the models in a draft and publish it; an empty warehouse gets the demo first."""
    models = load_models()
    chosen = select(models, only) if only else None
    with drafting(path, settings) as draft:
        demo = load_demo(draft.con, path) if is_empty(draft.con) else None
        instant = as_of or warehouse.utc_now()
        prepare(draft.con, settings, instant)
        timings = build(
            draft.con,
            models,
            settings=settings,
            rendered=path.parent / RENDERED,
            only=chosen,
            progress=progress,
        )
        warnings = freshness.named_in_vain(draft.con, settings)
    return BuildReport(tuple(timings), instant, demo, draft.drained, tuple(warnings))


@contextlib.contextmanager
def built_as_of(
    path: Path,
    settings: Settings,
    as_of: dt.datetime | None,
    wanted: Sequence[str],
    progress: Progress | None = None,
) -> Iterator[Connection]:
    """A temporary copy with some models and their parents built again.

    Nothing is published and no lock is taken.

    Args:
        path: The published warehouse.
        settings: As for a build.
        as_of: Naive UTC; may be in the middle of a week; null: that of the published build.
        wanted: Full names of models.
        progress: As for a build.

    Raises:
        SotwError: There is no warehouse, or nothing in it is built and no instant is said.
    """
    # Gives the clear errors for a file that is missing, foreign or of another version.
    with warehouse.reading(path) as con:
        if as_of is None:
            if not warehouse.is_built(con, wanted[0]):
                raise SotwError(f"{path}: nothing is built yet. Run `sotw build`.")
            [(as_of,)] = con.execute("select as_of from staging.stg_settings").fetchall()
    with tempfile.TemporaryDirectory(prefix="sotw-") as folder:
        copy = Path(folder) / path.name
        shutil.copyfile(path, copy)
        con = warehouse.connect(copy)
        try:
            models = load_models()
            prepare(con, settings, as_of)
            chosen = select(models, wanted)
            build(con, models, settings=settings, only=chosen, progress=progress)
            yield con
        finally:
            con.close()


def load_demo(con: Connection, path: Path) -> IngestReport:
    """Write the demo's export files and import them the ordinary way, marked as invented.

    They are written where the draft keeps what it needs for a while: any other folder beside
    the warehouse may be somebody's.
    """
    from sotw.demo.write import write_demo
    from sotw.ingest import ingest

    folder = warehouse.scratch_of_draft(path) / "demo"
    write_demo(folder)
    return ingest(con, [folder], DEMO_LISTENER, now=warehouse.utc_now(), is_demo=True)
