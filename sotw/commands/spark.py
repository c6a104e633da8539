"""Commands beyond one machine: export raw, build on Spark, train from its output, import."""

from __future__ import annotations

import time
from pathlib import Path  # noqa: TC003 - typer reads the annotations
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sotw.commands import JsonOption, Progress, WarehouseOption, app, print_json, tables
from sotw.errors import SettingsError
from sotw.settings import load_settings, warehouse_path

if TYPE_CHECKING:
    from collections.abc import Mapping

exports = typer.Typer(no_args_is_help=True, help="Write plays or tables for other programs.")
imports = typer.Typer(no_args_is_help=True, help="Bring back what other machines made.")
app.add_typer(exports, name="export")
app.add_typer(imports, name="import")


@exports.callback()
def _exports() -> None:
    """Write plays or tables for other programs."""


@imports.callback()
def _imports() -> None:
    """Bring back what other machines made."""


@exports.command()
def raw(
    output: Annotated[Path, typer.Option("--output", help="A new folder.")],
    buckets: Annotated[int, typer.Option(min=1, help="Folders that plays are spread over.")] = 16,
    warehouse: WarehouseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write every raw table, and the instant of the last build, for Spark."""
    from sotw import warehouse as files
    from sotw.export import parquet

    with files.reading(warehouse_path(warehouse)) as con:
        counts = parquet.export_raw(con, output, buckets=buckets)
    if as_json:
        print_json(counts)
        return
    for name, count in counts.items():
        print(f"raw.{name}: {count:,} rows")
    print(
        f"Written: {output}. Next: `sotw build --engine spark --master 'local[*]' "
        f"--input {output} --output DIR`."
    )


def build_on_spark(
    master: str,
    source: str | None,
    output: str | None,
    conf: list[str] | None = None,
    *,
    as_json: bool = False,
) -> None:
    """What ``sotw build --engine spark`` does."""
    from sotw.pipeline import spark
    from sotw.pipeline.models import load_models

    if source is None or output is None:
        raise typer.BadParameter(
            "--engine spark reads and writes Parquet: name --input, which `sotw export raw` "
            "wrote, and a new folder as --output."
        )
    started = time.perf_counter()
    with Progress(is_silent=as_json) as progress:
        timings = spark.build(
            load_models(),
            master=master,
            source=source,
            output=output,
            config=_config(conf or []),
            progress=progress,
        )
    if as_json:
        print_json(timings)
        return
    print(tables.timings(timings, time.perf_counter() - started))
    print(f"Written: {output}. Next: `sotw train --from {output}`.")


def _config(texts: list[str]) -> dict[str, str]:
    found = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not (name and equals):
            raise SettingsError(f"--conf {text} is not allowed; allowed: name=value, as in Spark")
        found[name] = value
    return found


def train_on_parquet(
    source: Path, output: Path | None, wanted: Mapping[str, Any], *, as_json: bool = False
) -> None:
    """What ``sotw train --from`` does."""
    from sotw.export import parquet
    from sotw.predictors.presentation import trained_line

    where = output or source
    with Progress(is_silent=as_json) as progress:
        session = parquet.train_from(source, where, load_settings(), wanted, progress=progress)
    if as_json:
        print_json(session)
        return
    for name, why in session.left_out.items():
        print(f"Left out: {name}: {why.partition(chr(10))[0]}")
    for report in session.reports:
        for one in report.trained:
            print(trained_line(one))
        for line in report.skipped:
            print(f"not trained: {line}")
        print(f"Run {report.run_id} of {report.predictor}: {report.predictions:,} predictions.")
    print(f"Written: {where / 'ml'}. Next: `sotw import predictions {where}`.")


@imports.command()
def predictions(
    folder: Annotated[Path, typer.Argument(help="What `sotw train --from` wrote.")],
    warehouse: WarehouseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Take a run that was trained elsewhere into the warehouse; twice does no harm."""
    from sotw.export import parquet

    path = warehouse_path(warehouse)
    added = parquet.import_predictions(path, folder, load_settings())
    if as_json:
        print_json(added)
        return
    for name, count in added.items():
        print(f"ml.{name}: {count:,} rows added")
    if not any(added.values()):
        print("Nothing new: the warehouse has that run.")
