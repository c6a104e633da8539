"""What the commands do to a warehouse, without printing: ingest, build, train, pick."""

from __future__ import annotations

import contextlib
import logging
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from sotw import freshness, inbox, warehouse
from sotw.build import Timing, build
from sotw.errors import SettingsError, SourceError
from sotw.models import LAYERS, load_models, select

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from sotw.backtest import Backtest
    from sotw.build import Progress
    from sotw.ingest import IngestReport, Reading
    from sotw.settings import Settings
    from sotw.train import TrainReport
    from sotw.warehouse import Connection

log = logging.getLogger(__name__)

T = TypeVar("T")
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


@dataclass(slots=True)
class _Draft:
    con: Connection
    is_demo_aside: bool = False
    drained: IngestReport | None = None
    files: list[Path] = field(default_factory=list)


@contextlib.contextmanager
def _drafting(path: Path, settings: Settings, *, is_real_import: bool = False) -> Iterator[_Draft]:
    """A draft with the inbox drained into it; what was drained is deleted once published."""
    aside: list[str] = []

    def leave_aside(con: Connection) -> bool:
        if is_real_import and is_demo(con):
            aside.extend(row["listener"] for row in warehouse.rows(con, "from raw.listeners"))
        return bool(aside)

    with warehouse.writing(path, leave_aside=leave_aside) as con:
        draft = _Draft(con, is_demo_aside=bool(aside))
        if aside:
            # What was picked for nobody goes with the demo.
            inbox.discard(path, aside)
        if inbox.waiting(path):
            draft.drained, draft.files = inbox.drain(con, path, settings.listener)
            for _, message in draft.drained.refused:
                log.warning("%s", message)
        yield draft
    for file in draft.files:
        file.unlink(missing_ok=True)


def refuse_unwritable(*texts: str) -> None:
    """Refuse what a terminal of another encoding gave us: bytes that are no text."""
    for text in texts:
        if any("\ud800" <= letter <= "\udfff" for letter in text):
            raise SettingsError(f"{text!r} is not UTF-8; allowed: names in UTF-8, as in your plays")


def is_demo(con: Connection) -> bool:
    """Whether the warehouse holds the demo history and nothing else."""
    found = con.execute("select count(*), count(*) filter (where is_demo) from raw.listeners")
    [(listeners, demos)] = found.fetchall()
    return bool(listeners == demos > 0)


def is_empty(con: Connection) -> bool:
    """Whether nothing was ever imported; a genre map or a pick alone is somebody's."""
    return not con.execute("select 1 from raw.imports limit 1").fetchall()


def run_ingest(
    path: Path,
    files: Sequence[Path],
    listener: str,
    settings: Settings,
    *,
    is_favorites: bool = False,
    reading: Reading | None = None,
    progress: Callable[[str], None] | None = None,
) -> tuple[IngestReport, bool]:
    """Import files into the warehouse at ``path``; its own files in a folder are left out.

    Args:
        path: The warehouse.
        files: Files, folders and archives.
        listener: Whose history it is, where a file does not say.
        settings: For the picks that wait in the inbox.
        is_favorites: The files hold favourites, even where they look like plays.
        reading: How the files are written, where the caller knows.
        progress: Called with one line for each file that is done.

    Returns:
        The receipts, and whether a demo history was moved aside.

    Raises:
        SourceError: Not one file could be read; nothing has changed.
    """
    from sotw.ingest import ingest, is_synthetic

    refuse_unwritable(listener)
    leave_out = partial(_is_own, path)
    is_real = not is_synthetic(files, leave_out=leave_out)
    with _drafting(path, settings, is_real_import=is_real) as draft:
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
    return report, draft.is_demo_aside


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
    names = (path.name, warehouse.demo_path(path).name)
    return first in names or first.startswith(tuple(f"{name}." for name in names))


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
    with _drafting(path, settings) as draft:
        demo = load_demo(draft.con, path) if is_empty(draft.con) else None
        instant = as_of or warehouse.utc_now()
        timings = build(
            draft.con,
            models,
            settings=settings,
            as_of=instant,
            rendered=path.parent / RENDERED,
            only=chosen,
            progress=progress,
        )
        warnings = freshness.named_in_vain(draft.con, settings)
    return BuildReport(tuple(timings), instant, demo, draft.drained, tuple(warnings))


def load_demo(con: Connection, path: Path) -> IngestReport:
    """Write the demo's export files and import them the ordinary way, marked as invented.

    They are written where the draft keeps what it needs for a while: any other folder beside
    the warehouse may be somebody's.
    """
    from sotw.demo import write_demo
    from sotw.ingest import ingest

    folder = warehouse.spill_path(warehouse.draft_path(path)) / "demo"
    write_demo(folder)
    return ingest(con, [folder], DEMO_LISTENER, now=warehouse.utc_now(), is_demo=True)


def run_train(
    path: Path, settings: Settings, *, progress: Callable[[str], None] | None = None
) -> TrainReport:
    """Train and score in a draft, rebuild the marts that read ml, and publish.

    Raises:
        SotwError: The models have not been built.
    """
    from sotw.train import train

    with _drafting(path, settings) as draft:
        report = train(draft.con, settings, now=warehouse.utc_now(), progress=progress)
        rebuild_after_ml(draft.con, settings)
    return report


def run_evaluate(
    path: Path,
    settings: Settings,
    models: Sequence[str],
    listener: str | None = None,
    *,
    progress: Callable[[str], None] | None = None,
) -> Backtest:
    """Measure models of the weekly favourite, and publish the metrics.

    Raises:
        SotwError: The models have not been built.
    """
    from sotw.backtest import backtest, store

    # It takes minutes: no draft, so no lock, until there is something to write.
    with warehouse.reading(path) as con:
        now = warehouse.utc_now()
        found = backtest(
            con, settings, now=now, models=models, listener=listener, progress=progress
        )
    with _drafting(path, settings) as draft:
        store(draft.con, found, settings)
    return found


def change_ml(path: Path, settings: Settings, work: Callable[[Connection], T]) -> T:
    """Do something to ml in a draft, rebuild the marts that read it, and publish."""
    with _drafting(path, settings) as draft:
        found = work(draft.con)
        rebuild_after_ml(draft.con, settings)
    return found


def change_raw(path: Path, settings: Settings, work: Callable[[Connection], T]) -> T:
    """Do something to raw in a draft that has what waited in the inbox, and publish."""
    with _drafting(path, settings) as draft:
        return work(draft.con)


def rebuild_after_ml(con: Connection, settings: Settings) -> list[Timing]:
    """Rebuild the marts that read ml, directly or through another mart, at the same instant."""
    models = load_models()
    touched: set[str] = set()
    for model in models:
        if any(parent.startswith("ml.") or parent in touched for parent in model.parents):
            touched.add(model.name)
    [(as_of,)] = con.execute("select as_of from raw.settings").fetchall()
    made = {
        f"{schema}.{name}"
        for schema, name in con.execute(
            "select table_schema, table_name from information_schema.tables"
        ).fetchall()
    }
    chosen = []
    for model in models:
        if model.name not in touched:
            continue
        lacking = [one for one in model.parents if one not in made]
        if lacking:
            # A newer sotw than the one that built; what was trained is not lost for it.
            log.warning("%s: not built, as %s is not. Run `sotw build`.", model.name, lacking[0])
            continue
        made.add(model.name)
        chosen.append(model)
    return build(con, models, settings=settings, as_of=as_of, only=chosen)


def run_pick(
    path: Path,
    artist: str,
    track: str,
    listener: str,
    *,
    week_ending: dt.date | None = None,
    picked_at: dt.datetime | None = None,
) -> None:
    """Note a favourite in the inbox; the next build labels its week with it."""
    refuse_unwritable(listener, artist, track)
    at = picked_at or warehouse.utc_now().replace(microsecond=0)
    record = {
        "kind": "pick",
        "listener": listener,
        "picked_at": at.isoformat(),
        "artist": artist,
        "track": track,
        "week_ending": week_ending.isoformat() if week_ending else None,
        "idempotency_key": f"{listener}|{at.isoformat()}|{artist}|{track}|{week_ending or ''}",
    }
    with warehouse.explained(path):
        inbox.append(path, record)
