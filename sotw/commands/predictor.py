"""Commands about predictions: train, evaluate, predict, pick."""

from __future__ import annotations

import datetime as dt  # noqa: TC003 - typer reads the annotations
import sys
from pathlib import Path  # noqa: TC003 - typer reads the annotations
from typing import Annotated

import typer

from sotw import show
from sotw.commands import (
    JsonOption,
    ListenerOption,
    WarehouseOption,
    app,
    completion,
    listener_of,
    print_json,
)
from sotw.commands.spark import train_on_parquet
from sotw.errors import SotwError
from sotw.settings import load_settings, warehouse_path

TaskOption = Annotated[
    str | None,
    typer.Option(
        "--task", help="Of completion: pre_play (default), or post_play, which knows the end."
    ),
]
TargetOption = Annotated[
    str | None,
    typer.Option(
        "--target", help="Of completion: completed (default), completed_loose or skipped_early."
    ),
]


@app.command()
def train(
    warehouse: WarehouseOption = None,
    listener: ListenerOption = None,
    predictor: Annotated[
        str, typer.Option(help="week_favorite, or completion: plays heard to their end.")
    ] = "week_favorite",
    task: TaskOption = None,
    target: TargetOption = None,
    model: Annotated[
        str | None,
        typer.Option(help="Of completion: boosting (default) or logistic_regression."),
    ] = None,
    source: Annotated[
        Path | None, typer.Option("--from", help="Train on what a build on Spark wrote.")
    ] = None,
    output: Annotated[
        Path | None, typer.Option(help="With --from: where the predictions go; else there.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Train, score, and print the week's ranking and how good it has been."""
    _refuse_strange_options(predictor, task=task, target=target, model=model)
    if predictor == completion.PREDICTOR:
        if source or output or listener:
            raise SotwError(
                "--from, --output and --listener are for week_favorite; completion learns from "
                "the warehouse, for every listener in it."
            )
        completion.train(
            warehouse,
            task=task or "pre_play",
            target=target or "completed",
            model=model,
            as_json=as_json,
        )
        return
    if source:
        train_on_parquet(source, output, as_json=as_json)
        return
    if output:
        raise SotwError("--output is for --from, which trains on what a build on Spark wrote.")
    from sotw import freshness, pipeline, predict
    from sotw import warehouse as files

    settings, path = load_settings(), warehouse_path(warehouse)
    report = pipeline.run_train(path, settings)
    shown = listener or listener_of(None, settings, path)
    if shown not in {one.listener for one in report.trained}:
        shown = report.trained[0].listener
    with files.reading(path) as con:
        ranked = predict.ranking(con, shown)
        metrics = predict.metrics_table(con, report.run_id)
        stale = freshness.unbuilt(con, settings)
    for line in stale:
        print(f"Warning: this model does not know all: {line}", file=sys.stderr)
    if as_json:
        print_json({"run": report, "ranking": ranked, "metrics": metrics})
        return
    print(show.ranking(ranked))
    print(f"\n{show.metrics(metrics)}\n" if metrics else "")
    print(show.trained(report))
    print(f"Run {report.run_id}; the warehouse is {path}.")


@app.command()
def evaluate(
    predictor: Annotated[
        str, typer.Argument(help="week_favorite or completion.")
    ] = "week_favorite",
    model: Annotated[
        list[str] | None,
        typer.Option(help="Only this model beside the default; may be repeated."),
    ] = None,
    task: TaskOption = None,
    target: TargetOption = None,
    warehouse: WarehouseOption = None,
    listener: ListenerOption = None,
    as_json: JsonOption = False,
) -> None:
    """Measure every model and baseline on your own weeks or plays; takes minutes."""
    _refuse_strange_options(predictor, task=task, target=target)
    if predictor == completion.PREDICTOR:
        completion.evaluate(
            warehouse,
            task=task or "pre_play",
            target=target or "completed",
            models=model or (),
            listener=listener,
            as_json=as_json,
        )
        return
    from sotw import boosting, pipeline
    from sotw.predict import MetricRow
    from sotw.predictors import week_favorite

    settings, path = load_settings(), warehouse_path(warehouse)
    is_boost = boosting.is_installed()
    every = (*week_favorite.MODELS, *(boosting.MODELS if is_boost else ()))
    found = pipeline.run_evaluate(path, settings, tuple(model or every), listener)
    if as_json:
        print_json(found)
        return
    names = MetricRow.__dataclass_fields__.keys() - {"listener"}
    rows = [
        MetricRow(
            listener=found.listeners.get(row["listener_id"]), **{name: row[name] for name in names}
        )
        for row in found.metrics
    ]
    for split in ("rolling", "test"):
        print(show.metrics(rows, split=split, differences=True) + "\n")
    print("How often the first song was right, by how sure conditional_logit was (rolling):")
    print(show.calibration(found.calibration) + "\n")
    for line in found.skipped:
        print(f"not measured: {line}")
    if not is_boost and not model:
        print(
            "not measured: xgboost, lambdarank: `make install EXTRAS=boost`, or pip install "
            "'sotw[boost]', adds them"
        )
    print(f"Run {found.run_id}, {found.seconds:.0f} s; every figure is in ml.metrics of {path}.")


def _refuse_strange_options(predictor: str, **options: str | None) -> None:
    """Refuse a predictor there is not, and options of completion for another one."""
    if predictor == completion.PREDICTOR:
        return
    if predictor != "week_favorite":
        raise SotwError(
            f"no predictor is called '{predictor}'; there is week_favorite and completion."
        )
    given = [name for name, value in options.items() if value is not None]
    if given:
        raise SotwError(f"--{given[0]} is for completion. Name that predictor, or leave it out.")


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
    who = listener_of(listener, settings, path)
    day = week.date() if week else None
    if as_of:
        ranked = predicting.predict_as_of(path, settings, who, as_of, day, policy)
    else:
        with files.reading(path) as con:
            ranked = predicting.ranking(con, who, day, policy)
    if as_json:
        print_json(ranked)
    else:
        print(show.ranking(ranked, is_as_of=as_of is not None))


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
    """Name the favourite of a week, by default of this week; the next build learns from it."""
    from sotw import picks, pipeline
    from sotw.warehouse import utc_now

    artist, dash, track = (part.strip() for part in song.partition(" - "))
    if not (artist and dash and track):
        raise SotwError(f'{song!r} is not "Artist - Track": put " - " between the two.')
    settings, path = load_settings(), warehouse_path(warehouse)
    who = listener_of(listener, settings, path)
    day, now = week.date() if week else None, utc_now()
    plan = picks.plan(path, artist, track, who, settings, day=day, now=now)
    pipeline.run_pick(path, artist, track, who, week_ending=plan.week_ending)
    noted = {"listener": who, "artist": artist, "track": track, "week_ending": plan.week_ending}
    if as_json:
        print_json({**noted, "doubts": plan.doubts})
        return
    print(f"Noted for {who}, for the week ending {plan.week_ending}: {artist} - {track}.")
    for doubt in plan.doubts:
        print(doubt)
    print("`sotw build` takes it in; a later pick for that week replaces it.")
