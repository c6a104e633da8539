"""The command line: arguments, printing, exit codes; nothing else.

Exit codes: 0 done; 1 an error that the message explains; 2 wrong usage; 3 an ingest in which some
files were imported and some refused; 130 interrupted.
"""

from __future__ import annotations

import datetime as dt  # noqa: TC003 - typer reads the annotations
import json
import logging
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer

from sotw import show
from sotw.errors import SotwError
from sotw.settings import Settings, load_settings, warehouse_path

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Turn a listening history into a warehouse, features and predictions you can check.",
    epilog="Exit codes: 0 done, 1 error, 2 wrong usage, 3 some files refused.",
)

WarehouseOption = Annotated[
    Path | None,
    typer.Option("--warehouse", help="The warehouse file; else SOTW_WAREHOUSE or warehouse/."),
]
ListenerOption = Annotated[str | None, typer.Option("--listener", help="Whose history it is.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print the report as JSON.")]


@app.callback()
def _common(
    verbose: Annotated[
        int, typer.Option("-v", "--verbose", count=True, help="Say more; -vv even more.")
    ] = 0,
    log_file: Annotated[Path | None, typer.Option("--log-file", help="Write the log here.")] = None,
) -> None:
    level = (logging.WARNING, logging.INFO, logging.DEBUG)[min(verbose, 2)]
    stderr = logging.StreamHandler()
    stderr.setLevel(level)
    handlers: list[logging.Handler] = [stderr]
    if log_file:
        log_file.parent.mkdir(parents=True, exist_ok=True)
        handlers.append(logging.FileHandler(log_file, encoding="utf-8"))
    logging.basicConfig(
        level=logging.DEBUG if log_file else level,
        handlers=handlers,
        format="%(asctime)s %(levelname)s %(name)s: %(message)s",
    )


def _print_json(value: object) -> None:
    print(json.dumps(show.plain(value), ensure_ascii=False, indent=2, default=str))


def _listener(option: str | None, settings: Settings, path: Path) -> str:
    """The listener asked for; else the one in sotw.toml; else the only one there is."""
    from sotw import warehouse

    if option:
        return option
    if path.exists():
        with warehouse.reading(path) as con:
            names = [row["listener"] for row in warehouse.rows(con, "from raw.listeners")]
        if settings.listener not in names and names:
            return str(min(names))
    return settings.listener


@app.command()
def ingest(
    files: Annotated[list[Path], typer.Argument(help="Exports: files, folders or zip archives.")],
    warehouse: WarehouseOption = None,
    listener: ListenerOption = None,
    as_json: JsonOption = False,
) -> None:
    """Import exports of a listening history; each file gets a receipt."""
    from sotw import pipeline
    from sotw.ingest import receipt_rows
    from sotw.warehouse import demo_path

    settings, path = load_settings(), warehouse_path(warehouse)
    report, is_demo_aside = pipeline.run_ingest(
        path, files, listener or settings.listener, settings
    )
    if as_json:
        _print_json({"files": receipt_rows(report), "demo_moved_aside": is_demo_aside})
    else:
        print(show.receipts(receipt_rows(report)))
        if is_demo_aside:
            print(f"The demo history was moved aside to {demo_path(path)}.")
        print("Next: `sotw build`, then `sotw train`.")
    if report.refused:
        raise typer.Exit(3)


@app.command()
def build(
    select: Annotated[
        list[str] | None, typer.Option(help="Only this model and its parents; may be repeated.")
    ] = None,
    dry_run: Annotated[bool, typer.Option(help="Say what would be built, in order.")] = False,
    as_of: Annotated[
        dt.datetime | None, typer.Option(help="UTC; plays at or after it are not seen.")
    ] = None,
    warehouse: WarehouseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Build and audit every model; an empty warehouse gets a demo history first."""
    from sotw import models, pipeline
    from sotw.ingest import receipt_rows

    settings, path = load_settings(), warehouse_path(warehouse)
    if dry_run:
        found = models.load_models()
        chosen = models.select(found, select) if select else found
        if as_json:
            _print_json([model.name for model in chosen])
        else:
            print("\n".join(model.name for model in chosen))
        return
    started = time.perf_counter()
    with _Progress(is_silent=as_json) as progress:
        report = pipeline.run_build(
            path, settings, only=select or (), as_of=as_of, progress=progress
        )
    seconds = time.perf_counter() - started
    if as_json:
        _print_json(report)
        return
    if report.demo:
        print("The warehouse was empty: a synthetic demo history was loaded, nobody's own.")
        print(show.receipts(receipt_rows(report.demo)))
    if report.drained and report.drained.receipts:
        print(f"From the inbox: {sum(one.rows_kept for one in report.drained.receipts)} picks.")
    print(show.timings(report.timings, seconds))
    print(f"The warehouse is {path}; look at it with `make shell`.")


class _Progress:
    """A bar on a terminal; nothing elsewhere, where the summary line says it all."""

    def __init__(self, *, is_silent: bool) -> None:
        self.is_shown = not is_silent and sys.stderr.isatty()

    def __enter__(self) -> _Progress:
        if self.is_shown:
            from rich.console import Console
            from rich.progress import Progress

            self.bar = Progress(console=Console(stderr=True), transient=True)
            self.task = self.bar.add_task("models", total=None)
            self.bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self.is_shown:
            self.bar.stop()

    def __call__(self, name: str, position: int, total: int) -> None:
        if self.is_shown:
            self.bar.update(self.task, description=name, completed=position - 1, total=total)
        else:
            logging.getLogger(__name__).info("%d/%d %s", position, total, name)


@app.command()
def train(
    warehouse: WarehouseOption = None, listener: ListenerOption = None, as_json: JsonOption = False
) -> None:
    """Train, score, and print the week's ranking and how good it has been."""
    from sotw import pipeline, predict
    from sotw import warehouse as files

    settings, path = load_settings(), warehouse_path(warehouse)
    report = pipeline.run_train(path, settings)
    shown = listener or _listener(None, settings, path)
    if shown not in {one.listener for one in report.trained}:
        shown = report.trained[0].listener
    with files.reading(path) as con:
        ranked = predict.ranking(con, shown)
        metrics = predict.metrics_table(con, report.run_id)
        [(is_demo,)] = con.execute("select bool_or(is_demo) from raw.listeners").fetchall()
    if as_json:
        _print_json({"run": report, "ranking": ranked, "metrics": metrics})
        return
    if is_demo:
        print("This is the synthetic demo history: its numbers say nothing about a person.\n")
    print(show.ranking(ranked))
    print(f"\n{show.metrics(metrics)}\n")
    print(show.trained(report))
    print(f"Run {report.run_id}; the warehouse is {path}.")


@app.command()
def predict(
    week: Annotated[
        dt.datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Any date in the week.")
    ] = None,
    as_of: Annotated[
        dt.datetime | None, typer.Option(help="UTC; only plays before it are seen.")
    ] = None,
    policy: Annotated[str | None, typer.Option(help="calendar or decision.")] = None,
    warehouse: WarehouseOption = None,
    listener: ListenerOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show the ranking of a week; publishes nothing."""
    from sotw import predict as predicting
    from sotw import warehouse as files

    settings, path = load_settings(), warehouse_path(warehouse)
    who = _listener(listener, settings, path)
    day = week.date() if week else None
    if as_of:
        ranked = predicting.predict_as_of(path, settings, who, as_of, day, policy)
    else:
        with files.reading(path) as con:
            ranked = predicting.ranking(con, who, day, policy)
    if as_json:
        _print_json(ranked)
    else:
        print(show.ranking(ranked))


@app.command()
def pick(
    song: Annotated[str, typer.Argument(help='"Artist - Track", as in your plays.')],
    week: Annotated[
        dt.datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Any date in its week.")
    ] = None,
    warehouse: WarehouseOption = None,
    listener: ListenerOption = None,
    as_json: JsonOption = False,
) -> None:
    """Name the favourite of a week; the next build learns from it."""
    from sotw import pipeline

    artist, dash, track = (part.strip() for part in song.partition(" - "))
    if not (artist and dash and track):
        raise SotwError(f'{song!r} is not "Artist - Track": put " - " between the two.')
    settings, path = load_settings(), warehouse_path(warehouse)
    who = _listener(listener, settings, path)
    stated = pipeline.week_of(who, week.date(), settings) if week else None
    pipeline.run_pick(path, artist, track, who, week_ending=stated)
    if as_json:
        _print_json({"listener": who, "artist": artist, "track": track, "week_ending": stated})
    else:
        for_week = f" for the week ending {stated}" if stated else ""
        print(f"Noted for {who}: {artist} - {track}{for_week}. `sotw build` takes it in.")


@app.command()
def demo(
    out: Annotated[Path, typer.Option(help="Folder for the export files.")] = Path(
        "warehouse/demo"
    ),
    seed: Annotated[int, typer.Option(help="Equal seeds give equal files.")] = 7,
    listeners: Annotated[int, typer.Option(min=1, help="How many.")] = 1,
    years: Annotated[float | None, typer.Option(help="Length of each history.")] = None,
    plays: Annotated[int, typer.Option(min=1, help="Plays of all listeners together.")] = 160_830,
    as_json: JsonOption = False,
) -> None:
    """Write a synthetic history as export files; above 2 million plays as Parquet."""
    from sotw.demo import DEFAULT_YEARS, write_demo
    from sotw.demo_facts import describe

    made = write_demo(
        out, seed=seed, listeners=listeners, years=years or DEFAULT_YEARS, plays=plays
    )
    facts = describe(out) if listeners == 1 and plays <= 2_000_000 else {}
    if as_json:
        _print_json({"files": made, "facts": facts})
        return
    counts = f"{made.plays:,} plays, {made.picks:,} picks, {made.artists:,} artists"
    print(f"Synthetic: {counts} in {out}")
    for name, value in facts.items():
        print(f"  {name}: {value}")
    print(f"Import it with `sotw ingest {out}`.")


@app.command()
def doctor(
    repair: Annotated[bool, typer.Option("--repair", help="Settle what can be settled.")] = False,
    warehouse: WarehouseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say which versions run, what the warehouse holds, what is missing and what to do next."""
    from sotw import doctor as doctoring

    path = warehouse_path(warehouse)
    load_settings()
    done = doctoring.repair(path) if repair else []
    found = doctoring.examine(path)
    if as_json:
        _print_json({"repaired": done, **found})
        return
    for line in done:
        print(line)
    for name in ("versions", "extras"):
        known = (f"{key} {value or '(not installed)'}" for key, value in found[name].items())
        print(f"{name}: {', '.join(known)}")
    state: dict[str, Any] = found["warehouse"]
    for key, value in state.items():
        if key == "sources":
            print(show.table(value, ["format", "files", "kept"]))
        else:
            print(f"{key}: {value}")
    print("next:", " ".join(found["next"]))


@app.command()
def forget(
    listener: Annotated[str, typer.Argument(help="Whose data to remove.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    warehouse: WarehouseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Remove everything of a listener from the warehouse, for good."""
    from sotw import pipeline

    if not yes:
        typer.confirm(f"Remove every play, pick and prediction of '{listener}'?", abort=True)
    removed = pipeline.run_forget(warehouse_path(warehouse), listener, load_settings())
    if as_json:
        _print_json(removed)
    else:
        for name, count in removed.items():
            print(f"{name}: {count:,} rows removed")


@app.command()
def lineage(
    target: Annotated[str | None, typer.Argument(help="schema.table[.column]")] = None,
    as_json: JsonOption = False,
) -> None:
    """Show where a table or a column comes from, down to raw; alone, list the tables."""
    from sotw import lineage as tracing
    from sotw.models import load_models

    found = load_models()
    if target is None:
        lines = [(0, f"{model.name}: {model.description}") for model in found]
    else:
        lines = tracing.trace(found, target)
    if as_json:
        _print_json([{"depth": depth, "name": text} for depth, text in lines])
    else:
        for depth, text in lines:
            print("  " * depth + text)


@app.command()
def shell(warehouse: WarehouseOption = None) -> None:
    """Open the DuckDB shell on the warehouse, read-only (extra: shell)."""
    path = warehouse_path(warehouse)
    beside = Path(sys.executable).parent / "duckdb"
    found = str(beside) if beside.exists() else shutil.which("duckdb")
    if found is None:
        raise SotwError("there is no DuckDB shell here. Run `make install EXTRAS=shell`.")
    if not path.exists():
        raise SotwError(f"{path}: no warehouse yet. Run `sotw build` or `sotw ingest FILE`.")
    raise typer.Exit(subprocess.call([found, "-readonly", str(path)]))


def main() -> NoReturn:
    """Run a command; an error that the user can act on is one message and exit code 1."""
    try:
        app()
    except SotwError as error:
        print(f"sotw: {error}", file=sys.stderr)
        sys.exit(1)
    except KeyboardInterrupt:
        print("sotw: interrupted; the published warehouse is as it was.", file=sys.stderr)
        sys.exit(130)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    sys.exit(0)


if __name__ == "__main__":
    main()
