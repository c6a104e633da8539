"""What was trained and measured, and how good it was: runs list, runs show."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from sotw.commands import JsonOption, WarehouseOption, app, print_json
from sotw.errors import SotwError
from sotw.settings import warehouse_path
from sotw.text_table import table, wrapped

runs = typer.Typer(no_args_is_help=True, help="Show what was trained and measured.")
app.add_typer(runs, name="runs")

_NEWEST = "from ml.runs order by run_id desc"


@runs.command("list")
def list_(warehouse: WarehouseOption = None, as_json: JsonOption = False) -> None:
    """List the runs of train and evaluate, the newest first."""
    from sotw import warehouse as files

    with files.reading(warehouse_path(warehouse)) as con:
        found = files.rows(con, f"select run_id, predictor, task, created_at, seconds {_NEWEST}")
    if as_json:
        print_json(found)
        return
    if not found:
        raise SotwError("nothing was trained yet. Run `sotw train`.")
    shown = [
        {
            "run": row["run_id"],
            "predictor": row["predictor"],
            "when": f"{row['created_at']:%Y-%m-%d %H:%M}",
            "seconds": round(row["seconds"]),
        }
        for row in found
    ]
    print(table(shown, list(shown[0])))


@runs.command()
def show(
    run: Annotated[str | None, typer.Argument(help="Of `sotw runs list`; else the newest.")] = None,
    warehouse: WarehouseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show the metrics of a run: models, baselines, 95 % intervals."""
    from sotw import warehouse as files
    from sotw.predictors.presentation import difference_table, metric_text, metrics_of
    from sotw.predictors.registry import PREDICTORS, presentation

    with files.reading(warehouse_path(warehouse)) as con:
        known: list[dict[str, Any]] = files.rows(con, _NEWEST)
        if not known:
            raise SotwError("nothing was trained yet. Run `sotw train`.")
        asked = known[0]["run_id"] if run is None else run
        about = next((row for row in known if row["run_id"] == asked), None)
        if about is None:
            raise SotwError(f"no run is called '{asked}'; `sotw runs list` lists them.")
        name = about["predictor"]
        rows = metrics_of(con, asked, name)
        names = presentation(name).metrics if name in PREDICTORS else None
        said = metric_text(con, rows, names, differences=difference_table)
    if as_json:
        print_json({**about, "metrics": rows})
        return
    print(
        wrapped(
            f"Run {asked} of {name}, {about['created_at']:%Y-%m-%d %H:%M} UTC, "
            f"{about['seconds']:.0f} s, on plays up to {about['as_of']:%Y-%m-%d %H:%M} UTC."
        )
    )
    print(f"\n{said}" if said else "Nothing was measured: there was too little to divide.")
