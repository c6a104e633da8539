"""The command ``sotw``: exit codes, and nothing else.

Exit codes: 0 done; 1 an error that the message explains; 2 wrong usage; 3 an ingest in which some
files were refused, or read and of no use; 130 interrupted, 143 and 129 likewise by another signal.
"""

from __future__ import annotations

import os
import signal
import sys
from typing import TYPE_CHECKING, NoReturn

from sotw.commands import (
    app,
    audit,
    backup,
    data,
    exports,
    picks,
    playlists,
    predictor,
    recommend,
    rules,
    runs,
    serve,
    shell,
    spark,
    status,
    taste,
    top,
)
from sotw.errors import SotwError
from sotw.plain_text import through_door

if TYPE_CHECKING:
    from types import FrameType

__all__ = [
    "app",
    "audit",
    "backup",
    "data",
    "exports",
    "main",
    "picks",
    "playlists",
    "predictor",
    "recommend",
    "rules",
    "runs",
    "serve",
    "shell",
    "spark",
    "status",
    "taste",
    "top",
]


_SIGNALS = ("SIGINT", "SIGTERM", "SIGHUP")


class _Stopped(BaseException):
    """A signal: no ``except Exception`` keeps it, and every draft on the way is removed."""


def main() -> NoReturn:
    """Run a command; an error that the user can act on is one message and exit code 1."""
    signals: list[int] = []
    streams = sys.stdout, sys.stderr
    sys.stdout, sys.stderr = map(through_door, streams)

    def stop(number: int, _frame: FrameType | None) -> None:
        from sotw.warehouse.connection import interrupt_all

        signals.append(number)
        interrupt_all()
        raise _Stopped

    for name in _SIGNALS:
        # What was ignored (nohup) stays so.
        if signal.getsignal(getattr(signal, name)) is not signal.SIG_IGN:
            signal.signal(getattr(signal, name), stop)
    try:
        code = _run()
    except BaseException:
        # Inside a query DuckDB makes a RuntimeError of a signal.
        if not signals:
            raise
        code = _say_stopped(signals[0])
    finally:
        sys.stdout, sys.stderr = streams
    sys.exit(code)


def _run() -> int:
    """Run the command; say what went wrong, if anything did."""
    try:
        try:
            app()
        except SystemExit as ended:
            sys.stdout.flush()
            return ended.code if isinstance(ended.code, int) else bool(ended.code)
    except SotwError as error:
        print(f"sotw: {error}", file=sys.stderr)
        return 1
    except BrokenPipeError:
        _leave_output()
        return 0
    except OSError as error:
        _leave_output()
        where = f"{error.filename}: " if error.filename else ""
        print(f"sotw: {where}{error.strerror or error}.", file=sys.stderr)
        return 1
    return 0


def _leave_output() -> None:
    """Write nothing more to an output that takes nothing, at the end of the process neither."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _say_stopped(number: int) -> int:
    """One line, true whenever the signal came."""
    from sotw.warehouse.draft import has_published

    what = "interrupted" if number == signal.SIGINT else "terminated"
    how = "is whole: the command had just written it" if has_published() else "is as it was"
    print(f"sotw: {what}, the published file {how}.", file=sys.stderr)
    return 128 + number


if __name__ == "__main__":
    main()
