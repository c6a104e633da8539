"""Commands about predictions: train, evaluate, predict, pick."""

from __future__ import annotations

import datetime as dt  # noqa: TC003 - typer reads the annotations
import enum
import sys
from pathlib import Path  # noqa: TC003 - typer reads the annotations
from typing import TYPE_CHECKING, Annotated

import typer

from sotw.commands import (
    JsonOption,
    ListenerOption,
    Policy,
    Predictor,
    Progress,
    WarehouseOption,
    app,
    completion,
    listener_of,
    print_json,
    refuse_unknown,
    tables,
)
from sotw.commands.spark import train_on_parquet
from sotw.errors import SotwError
from sotw.settings import load_settings, warehouse_path

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sotw.learning.train import TrainReport
    from sotw.settings import Settings


class Task(enum.StrEnum):
    """What is known of a play whose end is asked for."""

    PRE_PLAY = "pre_play"
    POST_PLAY = "post_play"


class Target(enum.StrEnum):
    """What a play may come to."""

    COMPLETED = "completed"
    COMPLETED_LOOSE = "completed_loose"
    SKIPPED_EARLY = "skipped_early"


class CompletionModel(enum.StrEnum):
    """What can score plays."""

    BOOSTING = "boosting"
    LOGISTIC_REGRESSION = "logistic_regression"


TaskOption = Annotated[
    Task | None,
    typer.Option(
        "--task", help="Of completion: pre_play (default), or post_play, which knows the end."
    ),
]
TargetOption = Annotated[
    Target | None, typer.Option("--target", help="Of completion; completed by default.")
]


@app.command()
def train(
    warehouse: WarehouseOption = None,
    listener: Annotated[
        str | None, typer.Option("--listener", help="Whose ranking to show; all are trained.")
    ] = None,
    predictor: Annotated[
        Predictor, typer.Option(help="completion: which plays are heard to their end.")
    ] = Predictor.WEEK_FAVORITE,
    task: TaskOption = None,
    target: TargetOption = None,
    model: Annotated[
        CompletionModel | None,
        typer.Option(help="Of completion; else what suits how many plays there are."),
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
    if predictor is Predictor.COMPLETION:
        if source or output or listener:
            raise typer.BadParameter(
                "--from, --output and --listener are for week_favorite; completion learns from "
                "the warehouse, for every listener in it."
            )
        completion.train(
            warehouse,
            task=str(task or Task.PRE_PLAY),
            target=str(target or Target.COMPLETED),
            model=str(model) if model else None,
            as_json=as_json,
        )
        return
    if source:
        if listener:
            raise typer.BadParameter("--from shows no ranking: leave out --listener.")
        train_on_parquet(source, output, as_json=as_json)
        return
    if output:
        raise typer.BadParameter(
            "--output is for --from, which trains on what a build on Spark wrote."
        )
    from sotw import warehouse as files
    from sotw.actions import learn
    from sotw.checks import freshness
    from sotw.predictors.week_favorite import ranking
    from sotw.warehouse import listeners

    settings, path = load_settings(), warehouse_path(warehouse)
    if listener:
        with files.reading(path) as con:
            listeners.listener_id(con, listener)  # refused before anything is trained
    with Progress(is_silent=as_json) as progress:
        report = learn.run_train(path, settings, progress=progress)
    shown = _to_show(report, listener, settings)
    with files.reading(path) as con:
        ranked = ranking.ranking(con, shown) if shown else None
        metrics = ranking.metrics_table(con, report.run_id)
        stale = freshness.unbuilt(con, settings)
    for line in stale:
        print(f"Warning: this model does not know all: {line}", file=sys.stderr)
    if as_json:
        print_json({"run": report, "ranking": ranked, "metrics": metrics})
        return
    if ranked:
        print(tables.ranking(ranked))
    elif listener:
        print(f"Nothing could be trained for {listener}, so there is no ranking to show.")
    else:
        print("`sotw predict --listener NAME` shows the ranking of one of these listeners.")
    print(f"\n{tables.metrics(metrics)}\n" if metrics else "")
    print(tables.trained(report))
    print(f"Run {report.run_id}; the warehouse is {path}.")


def _to_show(report: TrainReport, listener: str | None, settings: Settings) -> str | None:
    """Whose ranking to show: the one asked for; else the one in sotw.toml; else the only one."""
    trained = {one.listener for one in report.trained}
    wanted = listener or settings.listener
    if wanted in trained:
        return wanted
    return next(iter(trained)) if len(trained) == 1 and listener is None else None


@app.command()
def evaluate(
    predictor: Annotated[
        Predictor, typer.Argument(help="What is predicted.")
    ] = Predictor.WEEK_FAVORITE,
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
    if predictor is Predictor.COMPLETION:
        from sotw.learning.completion_evaluate import MODELS

        _refuse_unknown_models(model or (), MODELS)
        completion.evaluate(
            warehouse,
            task=str(task or Task.PRE_PLAY),
            target=str(target or Target.COMPLETED),
            models=model or (),
            listener=listener,
            as_json=as_json,
        )
        return
    from sotw.actions import learn
    from sotw.learning import evaluate as backtest
    from sotw.predictors.week_favorite import boosting
    from sotw.predictors.week_favorite import models as week_favorite
    from sotw.predictors.week_favorite.ranking import MetricRow

    _refuse_unknown_models(model or (), backtest.MODELS)
    settings, path = load_settings(), warehouse_path(warehouse)
    is_boost = boosting.is_installed()
    every = (*week_favorite.MODELS, *(boosting.MODELS if is_boost else ()))
    with Progress(is_silent=as_json) as progress:
        found = learn.run_evaluate(
            path, settings, tuple(model or every), listener, progress=progress
        )
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
        print(tables.metrics(rows, split=split, differences=True) + "\n")
    print("How often the first song was right, by how sure conditional_logit was (rolling):")
    print(tables.calibration(found.calibration) + "\n")
    for line in found.skipped:
        print(f"not measured: {line}")
    if not is_boost and not model:
        print(
            "not measured: xgboost, lambdarank: `make install EXTRAS=boost`, or pip install "
            "'sotw[boost]', adds them"
        )
    print(f"Run {found.run_id}, {found.seconds:.0f} s; every figure is in ml.metrics of {path}.")


def _refuse_strange_options(predictor: Predictor, **options: str | None) -> None:
    """Refuse options of completion for another predictor."""
    given = [name for name, value in options.items() if value is not None]
    if given and predictor is not Predictor.COMPLETION:
        raise typer.BadParameter(
            f"--{given[0]} is for completion. Name that predictor, or leave it out."
        )


def _refuse_unknown_models(names: Sequence[str], models: Sequence[str]) -> None:
    for name in names:
        refuse_unknown("model", name, models, "--model")


@app.command()
def predict(
    week: Annotated[
        dt.datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Any date in the week.")
    ] = None,
    as_of: Annotated[
        dt.datetime | None, typer.Option(help="UTC; only plays before it are seen.")
    ] = None,
    policy: Annotated[
        Policy | None, typer.Option(help="Plays to the end of the week, or to the pick.")
    ] = None,
    warehouse: WarehouseOption = None,
    listener: ListenerOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show the ranking of a week; publishes nothing."""
    from sotw import warehouse as files
    from sotw.actions.load_and_build import built_as_of
    from sotw.learning.score import MART
    from sotw.predictors.week_favorite import ranking as predicting

    settings, path = load_settings(), warehouse_path(warehouse)
    who = listener_of(listener, settings, path)
    day = week.date() if week else None
    chosen = str(policy) if policy else None
    if as_of:
        with built_as_of(path, settings, as_of, [MART]) as con:
            ranked = predicting.rank_with_latest(con, who, day, chosen)
    else:
        with files.reading(path) as con:
            ranked = predicting.ranking(con, who, day, chosen)
    if as_json:
        print_json(ranked)
    else:
        print(tables.ranking(ranked, is_as_of=as_of is not None))


@app.command()
def pick(
    song: Annotated[str | None, typer.Argument(help='"Artist - Track", as in your plays.')] = None,
    week: Annotated[
        dt.datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Any date in its week.")
    ] = None,
    yes: Annotated[
        bool, typer.Option("--yes", help="Also a song that is not among the plays.")
    ] = False,
    remove: Annotated[
        bool, typer.Option("--remove", help="Take back what was picked for the week.")
    ] = False,
    warehouse: WarehouseOption = None,
    listener: ListenerOption = None,
    as_json: JsonOption = False,
) -> None:
    """Name the favourite of a week, by default of this week; the next build learns from it."""
    from sotw.actions import picks
    from sotw.warehouse import utc_now

    settings, path = load_settings(), warehouse_path(warehouse)
    day, now = week.date() if week else None, utc_now()
    if remove:
        if song is not None:
            raise SotwError("--remove takes back what was picked for a week: name no song.")
        _remove_picks(path, listener_of(listener, settings, path), settings, day, as_json=as_json)
        return
    if song is None:
        raise typer.BadParameter('name it as "Artist - Track".', param_hint="SONG")
    artist, dash, track = (part.strip() for part in song.partition(" - "))
    if not (artist and dash and track):
        raise SotwError(f'{song!r} is not "Artist - Track": put " - " between the two.')
    who = listener_of(listener, settings, path)
    plan = picks.plan(path, artist, track, who, settings, day=day, now=now, is_sure=yes)
    picks.run_pick(path, artist, track, who, week_ending=plan.week_ending)
    noted = {"listener": who, "artist": artist, "track": track, "week_ending": plan.week_ending}
    if as_json:
        print_json({**noted, "doubts": plan.doubts})
        return
    print(f"Noted for {who}, for the week ending {plan.week_ending}: {artist} - {track}.")
    for doubt in plan.doubts:
        print(doubt)
    print("`sotw build` takes it in; a later pick for that week replaces it.")


def _remove_picks(
    path: Path, listener: str, settings: Settings, day: dt.date | None, *, as_json: bool
) -> None:
    from sotw.actions import drafting, picks
    from sotw.warehouse import utc_now

    week = picks.week_to_clear(path, listener, settings, day=day, now=utc_now())
    removed = drafting.change_raw(
        path, settings, lambda con: picks.remove(con, listener, week, settings)
    )
    if as_json:
        print_json({"listener": listener, "week_ending": week, "removed": removed})
        return
    for one in removed:
        back = "; importing its file again brings it back" if one.is_of_file else ""
        print(f"Removed for {listener}, week ending {week}: {one.artist} - {one.track}{back}.")
    print("`sotw build` takes it out of labels and training.")
