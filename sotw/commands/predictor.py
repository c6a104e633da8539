"""Commands about predictions, from train to report. None of them knows a predictor.

Each is a group with one command a predictor, made when it is asked for: what all have in common,
and the fields of the predictor's own ``Options``.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import enum
import inspect
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, get_type_hints

import typer
import typer.core
import typer.main

from sotw.commands import (
    DetailsOption,
    JsonOption,
    ListenerOption,
    Progress,
    WarehouseOption,
    app,
    listener_of,
    print_json,
    refuse_unknown,
)
from sotw.commands.spark import train_on_parquet
from sotw.predictors.registry import PREDICTORS, predictor, presentation
from sotw.settings import load_settings, warehouse_path
from sotw.text_table import wrapped

if TYPE_CHECKING:
    from collections.abc import Callable

    from sotw.settings import Settings

EVERY = "all"  # what `sotw train` means without a name
_MOST_LINES = 5
LISTENING = "listening"  # the report that is about no predictor


class PageForm(enum.StrEnum):
    """How a report is written."""

    HTML = "html"
    MD = "md"


@dataclasses.dataclass(frozen=True, slots=True)
class _Verb:
    """One command group: what is done, with what help, what is meant without a name, who can."""

    work: Callable[..., None]
    unnamed: str = ""
    others: tuple[str, ...] = ()
    can: Callable[[str], bool] = lambda _: True


class _Group(typer.core.TyperGroup):
    """The predictors as commands of a verb."""

    def list_commands(self, _: Any) -> list[str]:  # noqa: ANN401 - typer's own context
        verb = VERBS[str(self.name)]
        return [*verb.others, *filter(verb.can, PREDICTORS)]

    def get_command(self, _: Any, name: str) -> Any:  # noqa: ANN401
        verb = VERBS[str(self.name)]
        if name not in (*PREDICTORS, *verb.others, verb.unnamed):
            return None
        return _command(verb, str(self.name), name)

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:  # noqa: ANN401
        verb = VERBS[str(self.name)]
        if verb.unnamed and (not args or (args[0].startswith("-") and args[0] != "--help")):
            args = [verb.unnamed, *args]
        elif not args or args[0] in ("--help", *verb.others):
            pass
        elif args[0] not in PREDICTORS or not verb.can(args[0]):
            refuse_unknown("predictor", args[0], [*filter(verb.can, PREDICTORS)], "PREDICTOR")
        return super().parse_args(ctx, args)


def _command(verb: _Verb, word: str, name: str) -> Any:  # noqa: ANN401 - a command of typer's
    """The command of a verb for one predictor: its parameters are those of both."""
    from sotw.learning.protocol import options_of

    kind = None if name in (EVERY, LISTENING) else predictor(name).traits.options
    fields = [] if kind is None else options_of(kind, word)
    hints = {} if kind is None else get_type_hints(kind)
    shared = [
        one.replace(kind=inspect.Parameter.KEYWORD_ONLY)
        for one in list(inspect.signature(verb.work, eval_str=True).parameters.values())[2:]
    ]
    own = [
        inspect.Parameter(
            one.name,
            inspect.Parameter.KEYWORD_ONLY,
            default=one.default,
            annotation=Annotated[_flag_type(hints[one.name]), _flag(one)],
        )
        for one in fields
    ]
    names = [one.name for one in fields]

    def run(**given: Any) -> None:  # noqa: ANN401 - typer fills what the signature says
        asked = {one: _plain(hints[one], given.pop(one)) for one in names}
        verb.work(name, kind(**asked) if kind else None, **given)

    run.__signature__ = inspect.Signature([*own, *shared])  # type: ignore[attr-defined]
    run.__annotations__ = {one.name: one.annotation for one in (*own, *shared)}
    about = "" if kind is None else f"{inspect.getdoc(predictor(name))}\n\n"
    run.__doc__ = f"{about}{verb.work.__doc__}"
    single = typer.Typer(add_completion=False)
    single.command(name)(run)
    return typer.main.get_command(single)


def _flag(one: dataclasses.Field[Any]) -> Any:  # noqa: ANN401 - typer's own type
    word, is_shown = one.name.replace("_", "-"), one.default is not None
    return typer.Option(f"--{word}", help=one.metadata["help"], show_default=is_shown)


def _flag_type(hint: Any) -> Any:  # noqa: ANN401 - a type
    """A date is read as an instant, which is what typer knows."""
    return dt.datetime | None if hint == dt.date | None else hint


def _plain(hint: Any, value: Any) -> Any:  # noqa: ANN401
    return value.date() if hint == dt.date | None and value else value


def train(
    name: str,
    options: Any,  # noqa: ANN401 - of the predictor
    warehouse: WarehouseOption = None,
    listener: Annotated[
        str | None, typer.Option("--listener", help="Whose to show; all are trained.")
    ] = None,
    source: Annotated[
        Path | None, typer.Option("--from", help="Train on what a build on Spark wrote.")
    ] = None,
    output: Annotated[
        Path | None, typer.Option(help="With --from: where the predictions go; else there.")
    ] = None,
    details: DetailsOption = False,
    as_json: JsonOption = False,
) -> None:
    """Train, score, and print what is predicted and how good it has been."""
    wanted = dict.fromkeys(reversed(PREDICTORS)) if name == EVERY else {name: options}
    if source:
        if listener:
            raise typer.BadParameter("--from shows no ranking: leave out --listener.")
        train_on_parquet(source, output, wanted, as_json=as_json)
        return
    if output:
        raise typer.BadParameter(
            "--output is for --from, which trains on what a build on Spark wrote."
        )
    from sotw import warehouse as files
    from sotw.actions import learn
    from sotw.checks import freshness
    from sotw.predictors.presentation import Ask
    from sotw.warehouse import listeners

    settings, path = load_settings(), warehouse_path(warehouse)
    if listener:
        with files.reading(path) as con:
            listeners.listener_id(con, listener)  # refused before anything is trained
    with Progress(is_silent=as_json) as progress:
        session = learn.run_train(path, settings, wanted, progress=progress)
    shown = {}
    left: list[Path] = []
    for report in session.reports:
        left += learn.leave_documents(path, settings, report.predictor, report.run_id)
    with files.reading(path) as con:
        for report in session.reports:
            one = report.predictor
            asked = wanted[one] or predictor(one).traits.options()
            ask = Ask(settings, listener, asked)
            shown[one] = presentation(one).trained(con, report, ask)
        stale = freshness.unbuilt(con, settings)
    for line in stale:
        print(f"Warning: this model does not know all: {line}", file=sys.stderr)
    if as_json:
        found = {one: said.data for one, said in shown.items()}
        print_json(found[name] if name != EVERY else {**found, "left_out": session.left_out})
        return
    for one, why in session.left_out.items():
        print(wrapped(f"Left out: {one}: {' '.join(why.split())}") + "\n")
    if details:
        print("\n\n".join(said.details for said in shown.values() if said.details) + "\n")
        runs = ", ".join(one.run_id for one in session.reports)
        print(wrapped(f"Run {runs}; the warehouse is {path}.") + "\n")
    print("\n\n".join(said.text for said in shown.values()))
    _say_written(*left)


def evaluate(
    name: str,
    options: Any,  # noqa: ANN401 - of the predictor
    model: Annotated[
        list[str] | None,
        typer.Option(help="Only this model beside the default; may be repeated."),
    ] = None,
    warehouse: WarehouseOption = None,
    listener: ListenerOption = None,
    as_json: JsonOption = False,
) -> None:
    """Measure every model and baseline on your own history; takes minutes."""
    from sotw.actions import learn

    for one in model or ():
        refuse_unknown("model", one, predictor(name).traits.models, "--model")
    settings, path = load_settings(), warehouse_path(warehouse)
    with Progress(is_silent=as_json) as progress:
        found = learn.run_evaluate(
            path,
            settings,
            name,
            options,
            models=tuple(model or ()),
            listener=listener,
            progress=progress,
        )
    left = learn.leave_documents(path, settings, name, found.run_id)
    said = presentation(name).evaluated(found)
    if as_json:
        print_json(said.data)
    else:
        print(said.text)
        _say_written(*left)


def predict(
    name: str,
    options: Any,  # noqa: ANN401 - of the predictor
    warehouse: WarehouseOption = None,
    listener: ListenerOption = None,
    details: DetailsOption = False,
    as_json: JsonOption = False,
) -> None:
    """Show what is predicted; publishes nothing."""
    from sotw import warehouse as files
    from sotw.actions.load_and_build import built_as_of
    from sotw.predictors.presentation import Ask

    settings, path = load_settings(), warehouse_path(warehouse)
    ask = Ask(settings, _whose(name, listener, settings, path), options)
    as_of = getattr(options, "as_of", None)
    mart = predictor(name).traits.mart
    # Closed before the answer is printed: a bar and a text do not share a terminal.
    with (
        Progress(is_silent=as_json or not as_of) as progress,
        (
            built_as_of(path, settings, as_of, [mart], progress) if as_of else files.reading(path)
        ) as con,
    ):
        said = presentation(name).predicted(name, con, ask)
    if as_json:
        print_json(said.data)
    else:
        print(f"{said.details}\n\n{said.text}" if details and said.details else said.text)


def _whose(name: str, listener: str | None, settings: Settings, path: Path) -> str | None:
    """The listener that a predictor is asked about; nobody where it is not about listeners."""
    if name in PREDICTORS and not predictor(name).traits.is_personal:
        return listener
    return listener_of(listener, settings, path)


def report(
    name: str,
    options: Any,  # noqa: ANN401 - of the predictor
    output: Annotated[Path, typer.Option(help="Folder for the page.")] = Path("report"),
    form: Annotated[
        PageForm, typer.Option("--format", help="md: Markdown with its plots beside it.")
    ] = PageForm.HTML,
    warehouse: WarehouseOption = None,
    listener: ListenerOption = None,
) -> None:
    """Write one page about a listener's history and the model (extra: plot)."""
    from sotw import warehouse as files
    from sotw.predictors.presentation import Ask

    settings, path = load_settings(), warehouse_path(warehouse)
    ask = Ask(settings, _whose(name, listener, settings, path), options)
    if name == LISTENING:
        from sotw.report.heard import write_listening

        with files.reading(path) as con:
            written = write_listening(con, output, listener=str(ask.listener), form=str(form))
        print(f"Written: {written}")
        return
    with files.reading(path) as con:
        page = presentation(name).report(name, con, output, ask, str(form))
    print(f"Written: {page}")


def score(
    name: str,
    options: Any,  # noqa: ANN401 - of the predictor
    file: Annotated[Path, typer.Argument(help="A CSV such as what it learned from.")],
    output: Annotated[Path, typer.Option(help="Where the rows go, with what is said of them.")],
    warehouse: WarehouseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say of each row of a file what a trained model says; nothing of it is kept.

    A row that breaks the contract is reported and not scored; then the exit code is 3.
    """
    from sotw.actions.score_file import run_score

    settings, path = load_settings(), warehouse_path(warehouse)
    done = run_score(path, settings, name, options, file=file, output=output)
    if as_json:
        print_json(done)
    else:
        scored = f"{done.scored:,} of {done.rows:,} rows of {file.name} are scored by the model of"
        print(wrapped(f"{scored} {done.model} (run {done.run_id})."))
        for line, why in list(done.not_scored.items())[:_MOST_LINES]:
            print(wrapped(f"Not scored: line {line}: {why}"))
        if len(done.not_scored) > _MOST_LINES:
            print(f"and {len(done.not_scored) - _MOST_LINES:,} more")
        _say_written(done.output, *done.documents)
    if done.not_scored:
        raise typer.Exit(3)


def _say_written(*paths: Path) -> None:
    for path in paths:
        print(f"Written: {path}")


def _scores_files(name: str) -> bool:
    return predictor(name).traits.of_file is not None


_FIRST = next(iter(PREDICTORS))
VERBS = {
    "train": _Verb(train, EVERY),
    "evaluate": _Verb(evaluate, _FIRST),
    "predict": _Verb(predict, _FIRST),
    "score": _Verb(score, can=_scores_files),
    "report": _Verb(report, _FIRST, (LISTENING,)),
}
for _word, _verb in VERBS.items():
    _unnamed = "every predictor that has data" if _verb.unnamed == EVERY else _verb.unnamed
    _help = str(inspect.getdoc(_verb.work)) + (f" Without a name: {_unnamed}." if _unnamed else "")
    app.add_typer(typer.Typer(cls=_Group, help=_help), name=_word)
