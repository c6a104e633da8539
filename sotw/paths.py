"""Where the SQL lives: the checkout's sql/ when there is one, else the installed package's."""

from __future__ import annotations

from pathlib import Path


def sql_root() -> Path:
    """The folder of the models and contracts.

    An editable install and a checkout read the checkout's files, so a new model is seen at once.
    """
    package = Path(__file__).resolve().parent
    checkout = package.parent / "sql"
    return checkout if (checkout / "contracts.sql").exists() else package / "sql"
