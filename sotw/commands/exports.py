"""Commands that write files for elsewhere: plays in three forms, and anonymous fixtures."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sotw.commands import (
    JsonOption,
    ListenerOption,
    WarehouseOption,
    app,
    listener_of,
    print_json,
)
from sotw.commands.spark import exports
from sotw.settings import load_settings, warehouse_path

if TYPE_CHECKING:
    from sotw.export.plays import PlaysReport

OutputOption = Annotated[Path, typer.Option("--output", help="A new file.")]

EveryRecordOption = Annotated[
    bool,
    typer.Option("--every-record", help="Also what several services reported of one play."),
]

_LOSSES = {
    "lastfm": (
        "This form has names, ids of MusicBrainz and the second or minute of the start; it has no "
        "length played, no service, no player. `sotw export parquet` keeps all. Names stand there "
        "as they are, so that an import here is exact: a spreadsheet may take one for a formula."
    ),
    "listenbrainz": (
        "What a listen has no field for stands in additional_info.sotw: an import here takes it "
        "back, other services leave it."
    ),
}


@exports.command()
def listenbrainz(
    output: OutputOption,
    listener: ListenerOption = None,
    warehouse: WarehouseOption = None,
    every_record: EveryRecordOption = False,
    everything: Annotated[
        bool,
        typer.Option(
            "--everything", help="Also podcasts, audiobooks, videos and private sessions."
        ),
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Write plays as listens, one JSON object a line; what is private stays here."""
    _export(
        "listenbrainz",
        output,
        listener,
        warehouse,
        every_record=every_record,
        only_listens=not everything,
        as_json=as_json,
    )


@exports.command()
def lastfm(
    output: OutputOption,
    listener: ListenerOption = None,
    warehouse: WarehouseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write the plays that count as a CSV like those made of a Last.fm account."""
    _export("lastfm", output, listener, warehouse, as_json=as_json)


@exports.command()
def parquet(
    output: OutputOption,
    listener: ListenerOption = None,
    warehouse: WarehouseOption = None,
    every_record: EveryRecordOption = False,
    as_json: JsonOption = False,
) -> None:
    """Write plays with all that is known of them as Parquet."""
    _export("parquet", output, listener, warehouse, every_record=every_record, as_json=as_json)


@exports.command()
def dbt(
    output: Annotated[Path, typer.Option("--output", help="A new folder.")],
    as_json: JsonOption = False,
) -> None:
    """Write the models as a dbt project, their headers as its tests."""
    from sotw.export.dbt import write_project
    from sotw.pipeline.models import load_models

    models = load_models()
    tests = write_project(models, output)
    if as_json:
        print_json({"folder": output, "models": len(models), "tests": tests})
    else:
        print(f"{len(models)} models and {tests} tests written: {output}. Its README says how on.")


def _export(
    form: str,
    output: Path,
    listener: str | None,
    warehouse: Path | None,
    *,
    every_record: bool = False,
    only_listens: bool = False,
    as_json: bool,
) -> None:
    from sotw import warehouse as files
    from sotw.export.plays import export_plays

    path = warehouse_path(warehouse)
    whose = listener_of(listener, load_settings(), path)
    with files.reading(path) as con:
        report = export_plays(
            con, form, whose, output, every_record=every_record, only_listens=only_listens
        )
    if as_json:
        print_json(report)
    else:
        print("\n".join(_said(report)))


def _said(report: PlaysReport) -> list[str]:
    lines = [f"{report.plays:,} plays of '{report.listener}' written: {report.file}"]
    if report.duplicates:
        lines.append(
            f"{report.duplicates:,} records left out: another tells of the same play, or it is "
            "later than the last build."
        )
    if report.not_counted:
        lines.append(
            f"{report.not_counted:,} plays left out that do not count (short, private, no song): "
            "the form cannot say so."
        )
    if report.no_listens:
        lines.append(
            f"{report.no_listens:,} plays left out: podcasts, audiobooks, videos and what was "
            "played in private sessions. --everything writes them too."
        )
    if report.is_stale:
        lines.append("Plays were imported after the last build: `sotw build`, then export again.")
    if report.form in _LOSSES:
        lines.append(_LOSSES[report.form])
    return lines


@app.command()
def redact(
    file: Annotated[Path, typer.Argument(help="An export: JSON, a table, or a zip of such.")],
    output: OutputOption,
    seed: Annotated[
        int | None, typer.Option(help="Equal seeds give equal files: for tests only.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Write an anonymous copy of an export that sotw imports like the original."""
    from sotw.export.redact.file import redact_file

    report = redact_file(file, output, seed=seed)
    if as_json:
        print_json(report)
        return
    for one in report.files:
        print(f"{one.file}: {one.format}, {one.replaced:,} values replaced")
    for name, why in report.left_out:
        print(f"{name}: left out: {why.removeprefix(f'{name}: ')}")
    print(
        f"Written: {output}. Names, ids and times are other ones; the lengths and the order of the "
        "plays are not. Look into it before you give it away."
    )
    if seed is not None:
        print("With a seed anybody can make the same names: do not share this file.")
