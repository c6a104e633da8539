"""Where the SQL lives (the checkout's sql/, else the package's), and how a demo is marked."""

from __future__ import annotations

from pathlib import Path

# Names the files that a demo wrote in its folder; hidden, so that an import leaves it out.
DEMO_LIST = ".sotw-demo"
# A column of tables and a key of JSON in the files of an invented listener, wherever they lie.
DEMO_MARK = "sotw_demo"


def sql_root() -> Path:
    """The folder of the models and contracts.

    An editable install and a checkout read the checkout's files, so a new model is seen at once.
    """
    package = Path(__file__).resolve().parent
    checkout = package.parent / "sql"
    return checkout if (checkout / "contracts").is_dir() else package / "sql"
