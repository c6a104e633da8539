"""The command line: arguments and printing; what is done is done elsewhere."""

from __future__ import annotations

import contextlib
import json
import logging
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
import typer.core

from sotw import text_table
from sotw.errors import SotwError
from sotw.keys import among
from sotw.plain_text import in_line, shown
from sotw.settings import DEFAULT_LISTENER

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sotw.settings import Settings

log = logging.getLogger(__name__)


class _Commands(typer.core.TyperGroup):
    """All commands; what is wrong with a command line is said with its controls shown."""

    def make_context(self, *given: Any, **named: Any) -> Any:  # noqa: ANN401 - typer's own
        with _wrong_usage_shown():
            return super().make_context(*given, **named)

    def invoke(self, ctx: Any) -> Any:  # noqa: ANN401 - typer's own
        with _wrong_usage_shown():
            return super().invoke(ctx)


@contextlib.contextmanager
def _wrong_usage_shown() -> Iterator[None]:
    try:
        yield
    except Exception as error:
        # Of typer, whose own colours go past the door.
        if hasattr(error, "format_message"):
            error.message = in_line(str(error.message))  # type: ignore[attr-defined]
        raise


class _Shown(logging.Formatter):
    """Lines of the log with controls shown, in a file too."""

    def format(self, record: logging.LogRecord) -> str:
        return shown(super().format(record))


app = typer.Typer(
    cls=_Commands,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Turn a listening history into a warehouse, features and predictions you can check.",
    # One name for where a command writes; what `report` and `demo` called it once still holds.
    context_settings={"token_normalize_func": lambda name: "output" if name == "out" else name},
    epilog="Exit codes: 0 done, 1 error, 2 wrong usage, 3 some files refused or of no use, "
    "or some rows not scored.",
)

WarehouseOption = Annotated[
    Path | None,
    typer.Option("--warehouse", help="The warehouse file; else SOTW_WAREHOUSE or warehouse/."),
]
ListenerOption = Annotated[str | None, typer.Option("--listener", help="Whose history it is.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print the report as JSON.")]


def _also_before(ctx: typer.Context, is_asked: bool) -> bool:
    """``sotw -v train`` and ``sotw train -v`` ask for the same."""
    return is_asked or bool(ctx.find_root().params.get("verbose"))


DetailsOption = Annotated[
    bool,
    typer.Option(
        "--verbose", "-v", callback=_also_before, help="Also metrics, baselines and intervals."
    ),
]


def _print_version(is_asked: bool) -> None:
    if is_asked:
        import importlib.metadata

        try:
            print(f"sotw {importlib.metadata.version('sotw')}")
        except importlib.metadata.PackageNotFoundError:
            print("sotw, not installed: run from its source")
        raise typer.Exit


@app.callback()
def _common(
    verbose: Annotated[
        int, typer.Option("-v", "--verbose", count=True, help="Say more; -vv even more.")
    ] = 0,
    log_file: Annotated[Path | None, typer.Option("--log-file", help="Write the log here.")] = None,
    _version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_print_version, is_eager=True, help="Print the version and end."
        ),
    ] = False,
) -> None:
    level = (logging.WARNING, logging.INFO, logging.DEBUG)[min(verbose, 2)]
    stderr = logging.StreamHandler()
    stderr.setLevel(level)
    handlers: list[logging.Handler] = [stderr]
    if log_file:
        log_file.parent.mkdir(parents=True, exist_ok=True)
        handlers.append(logging.FileHandler(log_file, encoding="utf-8"))
    for handler in handlers:
        handler.setFormatter(_Shown("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    logging.basicConfig(level=logging.DEBUG if log_file else level, handlers=handlers)


def print_json(value: object) -> None:
    """A report as JSON on stdout."""
    print(json.dumps(text_table.plain(value), ensure_ascii=False, indent=2, default=str))


def listener_of(option: str | None, settings: Settings, path: Path) -> str:
    """The listener asked for; else the one in sotw.toml; else the only one there is.

    Raises:
        SotwError: Nobody is asked for, and there are several.
    """
    from sotw import warehouse
    from sotw.warehouse import listeners

    if not path.exists():
        return option or settings.listener
    with warehouse.reading(path) as con:
        names = listeners.ids(con)
    try:
        return listeners.meant(names, option, settings.listener)
    except SotwError as error:
        raise SotwError(f"{path}: {error}") from error


def importing_for(option: str | None, settings: Settings, path: Path) -> tuple[str, str | None]:
    """Whose an import is where its file does not say, and what to tell of it.

    Without a name it is of the only listener there is, the demo's aside: a second one would have
    no plays, or the first no favourites.
    """
    from sotw import warehouse
    from sotw.warehouse import listeners

    if not path.exists():
        return option or settings.listener, None
    with warehouse.reading(path) as con:
        names, only = listeners.ids(con), listeners.only_one(con)
    if option or settings.listener != DEFAULT_LISTENER:
        wanted = option or settings.listener
        return among(names, wanted) or wanted, None
    if only is None or only == settings.listener:
        return settings.listener, None
    return only, f"Taken as {only}'s, the only listener here; --listener names another."


def refuse_unknown(what: str, name: str | None, names: Iterable[str], option: str) -> None:
    """Refuse a name that is none of these, as wrong usage: exit code 2."""
    if name is not None and name not in names:
        raise typer.BadParameter(
            f"no {what} is called '{name}'; there is {', '.join(names)}.", param_hint=option
        )


class Progress:
    """A bar on a terminal; elsewhere lines of the log, as the summary says it all."""

    def __init__(self, *, is_silent: bool) -> None:
        self.is_shown = not is_silent and sys.stderr.isatty()

    def __enter__(self) -> Progress:
        if self.is_shown:
            from rich.console import Console
            from rich.progress import Progress as Bar

            self.bar = Bar(
                console=Console(stderr=True),
                transient=True,
                redirect_stdout=False,
                redirect_stderr=False,
            )
            self.task = self.bar.add_task("", total=None)
            self.bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self.is_shown:
            self.bar.stop()

    def __call__(self, name: str, position: int = 1, total: int | None = None) -> None:
        """What is done now, and where known, at which place of how many."""
        if self.is_shown:
            from rich.markup import escape

            self.bar.update(
                self.task, description=escape(in_line(name)), completed=position - 1, total=total
            )
        elif total is None:
            log.info("%s", name)
        else:
            log.info("%d/%d %s", position, total, name)
