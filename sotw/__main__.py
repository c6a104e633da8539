"""The command ``sotw``: exit codes, and nothing else.

Exit codes: 0 done; 1 an error that the message explains; 2 wrong usage; 3 an ingest in which some
files were refused, or read and of no use; 130 interrupted.
"""

from __future__ import annotations

import os
import sys
from typing import NoReturn

from sotw.commands import app, audit, data, exports, picks, playlists, predictor, rules, spark
from sotw.errors import SotwError

__all__ = [
    "app",
    "audit",
    "data",
    "exports",
    "main",
    "picks",
    "playlists",
    "predictor",
    "rules",
    "spark",
]


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
