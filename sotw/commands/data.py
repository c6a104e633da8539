"""Commands about the warehouse: ingest, build, demo, doctor, forget."""

from __future__ import annotations

import datetime as dt  # noqa: TC003 - typer reads the annotations
import enum
import shlex
import sys
import time
from pathlib import Path
from typing import Annotated, Any

import typer

from sotw import text_table
from sotw.commands import (
    JsonOption,
    ListenerOption,
    Progress,
    WarehouseOption,
    app,
    importing_for,
    print_json,
    tables,
)
from sotw.commands.spark import build_on_spark
from sotw.errors import SettingsError
from sotw.settings import load_settings, warehouse_path
from sotw.text_table import wrapped


class FileKind(enum.StrEnum):
    """What a person may say that files hold."""

    FAVOURITES = "favourites"
    FAVORITES = "favorites"


class Engine(enum.StrEnum):
    """What runs the models."""

    DUCKDB = "duckdb"
    SPARK = "spark"


@app.command()
def ingest(
    files: Annotated[
        list[Path] | None, typer.Argument(help="Exports: files, folders or zip archives.")
    ] = None,
    warehouse: WarehouseOption = None,
    listener: ListenerOption = None,
    taken_as: Annotated[
        FileKind | None,
        typer.Option("--as", help="What the files hold, where they look like plays."),
    ] = None,
    encoding: Annotated[
        str | None, typer.Option(help="Of text files, where it is not found out: cp1251, …")
    ] = None,
    delimiter: Annotated[
        str | None, typer.Option(help="Between the fields of a table; 'tab' for a tab.")
    ] = None,
    zone: Annotated[
        str | None, typer.Option(help="Of times without a zone, such as those of a player's log.")
    ] = None,
    date_order: Annotated[
        str | None,
        typer.Option(help="Of dates in numbers where no row tells: dmy, mdy or ymd."),
    ] = None,
    columns: Annotated[
        str | None,
        typer.Option(help="What a table's columns are: artist,track,-,time; - is not read."),
    ] = None,
    list_: Annotated[
        bool, typer.Option("--list", help="Say what was imported before, with its number.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Import exports of a listening history; each file gets a receipt.

    What is said of how to read a file holds for its later imports too, and another reading takes
    the place of the earlier one.
    """
    from sotw.actions import load_and_build
    from sotw.ingest import checked_reading, receipt_rows

    settings, path = load_settings(), warehouse_path(warehouse)
    if list_:
        if files:
            raise typer.BadParameter("--list reads nothing: leave out FILES.")
        _list_imports(path, listener, as_json=as_json)
        return
    if not files:
        raise typer.BadParameter("name exports: files, folders or archives.", param_hint="FILES")
    try:
        reading = checked_reading(encoding, delimiter, zone, date_order, columns)
    except SettingsError as error:
        raise typer.BadParameter(str(error)) from error
    whose, told = importing_for(listener, settings, path)
    with Progress(is_silent=as_json) as progress:
        report, demo_aside = load_and_build.run_ingest(
            path,
            files,
            whose,
            settings,
            is_favorites=taken_as is not None,
            reading=reading,
            progress=progress,
        )
    if as_json:
        print_json({"files": receipt_rows(report), "demo_moved_aside": demo_aside is not None})
    else:
        print(tables.receipts(receipt_rows(report)))
        if told and any(one.listener == whose for one in report.receipts):
            print(wrapped(told))
        if demo_aside:
            print(f"The demo history was moved aside to {demo_aside}.")
        for _, message in report.useless:
            print(message)
        if any(one.rows_kept or one.rows_sharpened or one.rows_replaced for one in report.receipts):
            print("Next: `sotw build`, then `sotw train`.")
        else:
            print("Nothing new: the warehouse holds what it held.")
    if report.refused or report.useless:
        raise typer.Exit(3)


def _list_imports(path: Path, listener: str | None, *, as_json: bool) -> None:
    from sotw.actions import forget
    from sotw.actions.picks import INBOX

    if listener is not None:
        forget.listener_id(path, listener)
    rows = [row for row in forget.imports(path) if listener in (None, row["listener"])]
    if as_json:
        print_json(rows)
        return
    noted = [row for row in rows if row["format"] == INBOX]
    rows = [row for row in rows if row["format"] != INBOX]
    found = [
        {"import": row["import_id"], "when": f"{row['imported_at']:%Y-%m-%d}"}
        | {name: row[name] for name in ("file", "format", "listener")}
        | {"kept": row["rows_kept"]}
        for row in rows
    ]
    print(tables.imports(found) if found else "Nothing was imported yet.")
    if picked := sum(row["rows_kept"] for row in noted):
        print(f"And {picked} picks named with `sotw pick`; `sotw pick --remove` takes one back.")
    if found:
        print("`sotw forget --import N` takes one back.")


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
    engine: Annotated[Engine, typer.Option(help="Where the SQL runs.")] = Engine.DUCKDB,
    master: Annotated[
        str | None, typer.Option(help="With spark: local[*] (default), spark://…, yarn.")
    ] = None,
    source: Annotated[
        str | None, typer.Option("--input", help="With spark: what `export raw` wrote.")
    ] = None,
    output: Annotated[str | None, typer.Option(help="With spark: a new folder.")] = None,
    conf: Annotated[
        list[str] | None, typer.Option(help="With spark: name=value; may be repeated.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Build and audit every model; an empty warehouse gets a demo history first."""
    if engine is Engine.SPARK:
        if select or dry_run or as_of:
            raise typer.BadParameter(
                "--engine spark builds all, as of the instant of the export: leave out --select, "
                "--dry-run and --as-of."
            )
        build_on_spark(master or "local[*]", source, output, conf, as_json=as_json)
        return
    if master or source or output or conf:
        raise typer.BadParameter(
            "--master, --input, --output and --conf are for --engine spark: name it too."
        )
    from sotw.actions import load_and_build
    from sotw.pipeline import models

    settings, path = load_settings(), warehouse_path(warehouse)
    if dry_run:
        found = models.load_models()
        chosen = models.select(found, select) if select else found
        if as_json:
            print_json([model.name for model in chosen])
        else:
            print("\n".join(model.name for model in chosen))
        return
    started = time.perf_counter()
    with Progress(is_silent=as_json) as progress:
        report = load_and_build.run_build(
            path, settings, only=select or (), as_of=as_of, progress=progress
        )
    seconds = time.perf_counter() - started
    for line in report.warnings:
        print(f"Warning: {line}", file=sys.stderr)
    if as_json:
        print_json(report)
        return
    if report.demo:
        from sotw.ingest import receipt_rows  # slow to import, and a build seldom has anything read

        print("The warehouse was empty: a synthetic demo history was loaded, nobody's own.")
        print(tables.receipts(receipt_rows(report.demo)))
    if report.drained and report.drained.receipts:
        print(f"From the inbox: {sum(one.rows_kept for one in report.drained.receipts)} picks.")
    print(wrapped(tables.timings(report.timings, seconds)))
    for line in _of_plays(path) if not select else []:
        print(wrapped(line))
    print(f"The warehouse is {path}; look at it with `make shell`.")


def _of_plays(path: Path) -> list[str]:
    from sotw import warehouse as files
    from sotw.checks import counting

    with files.reading(path) as con:
        return counting.not_counted(con)


@app.command()
def demo(
    output: Annotated[Path, typer.Option(help="Folder for the export files.")] = Path(
        "warehouse/demo"
    ),
    seed: Annotated[int, typer.Option(help="Equal seeds give equal files.")] = 7,
    listeners: Annotated[int, typer.Option(min=1, help="How many.")] = 1,
    years: Annotated[float | None, typer.Option(help="Length of each history.")] = None,
    plays: Annotated[int, typer.Option(min=1, help="Plays of all listeners together.")] = 160_830,
    spotify: Annotated[
        bool, typer.Option("--spotify", help="Also their Spotify histories, with planted skips.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Write a synthetic history as export files; above 2 million plays as Parquet."""
    from sotw.demo.spotify import HOME
    from sotw.demo.write import DEFAULT_YEARS, write_demo

    made = write_demo(
        output,
        seed=seed,
        listeners=listeners,
        years=years or DEFAULT_YEARS,
        plays=plays,
        with_spotify=spotify,
    )
    if as_json:
        print_json({"files": made})
        return
    counts = f"{made.plays:,} plays, {made.picks:,} picks, {made.artists:,} artists"
    if spotify:
        counts += f", {made.spotify_plays:,} plays on Spotify"
    print(f"Synthetic: {counts} in {output}")
    if spotify:
        print("  Somebody else uses the account too: in sotw.toml, below [attribution], write")
        print(f'  home_country = "{HOME}"')
    print(f"Import it with `sotw ingest {shlex.quote(str(output))}`; it stays marked as synthetic.")


@app.command()
def doctor(
    repair: Annotated[bool, typer.Option("--repair", help="Settle what can be settled.")] = False,
    warehouse: WarehouseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say which versions run, what the warehouse holds, what is missing and what to do next."""
    from sotw.checks import doctor as doctoring
    from sotw.predictors import registry

    path = warehouse_path(warehouse)
    settings = load_settings()
    done = doctoring.repair(path) if repair else []
    found = doctoring.examine(path, settings, registry.every())
    if as_json:
        print_json({"repaired": done, **found})
        raise typer.Exit(0 if found["is_readable"] else 1)
    for line in done:
        print(line)
    for name in ("versions", "extras"):
        known = (f"{key} {value or '(not installed)'}" for key, value in found[name].items())
        print(f"{name}: {', '.join(known)}")
    state: dict[str, Any] = found["warehouse"]
    for key, value in state.items():
        if key == "sources":
            print(text_table.table(value, ["format", "files", "kept"]))
        else:
            print(f"{key}: {value}")
    for sentence in found["next"]:
        print(f"next: {sentence}")
    if not found["is_readable"]:
        raise typer.Exit(1)


@app.command()
def forget(
    name: Annotated[
        str | None, typer.Argument(metavar="LISTENER", help="Whose data to remove.")
    ] = None,
    listener: Annotated[
        str | None, typer.Option("--listener", help="The same, as other commands have it.")
    ] = None,
    import_: Annotated[
        int | None,
        typer.Option("--import", help="Only what this import brought; see `sotw ingest --list`."),
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    warehouse: WarehouseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Remove everything of a listener, or of one import, from the warehouse, for good."""
    from sotw.actions import forget as forgetting

    path = warehouse_path(warehouse)
    if [name, listener, import_].count(None) != 2:
        raise typer.BadParameter("name a listener or, with --import, an import; not both.")
    if import_ is not None:
        _forget_import(path, import_, yes=yes, as_json=as_json)
        return
    whose = forgetting.known_listener(path, str(name or listener))
    if not yes:
        typer.confirm(f"Remove every play, pick and prediction of '{whose}'?", abort=True)
    removed = forgetting.forget_listener(path, whose, load_settings())
    if as_json:
        print_json(removed)
    else:
        print(tables.removed(removed))


def _forget_import(path: Path, import_id: int, *, yes: bool, as_json: bool) -> None:
    from sotw.actions import forget as forgetting

    file = forgetting.file_of(path, import_id)
    if not yes:
        typer.confirm(f"{tables.file_to_forget(file)} Remove them?", abort=True)
    removed = forgetting.forget_file(path, file, load_settings())
    if as_json:
        print_json(
            {
                "imports": file.imports,
                "removed": removed,
                "listeners": sorted(file.emptied),
                "import_again": file.import_again,
            }
        )
    else:
        print(tables.removed(removed))
        print(tables.after_forgetting(file))
