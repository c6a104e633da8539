"""How many of the true plays are found, and how many that are found are true.

Random histories of one listener as five files of three services tell them, with the faults of
``tests/truths.py``. Run it with ``python tests/bench/truth.py``.
"""

from __future__ import annotations

import datetime as dt
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import histories
import truths

from sotw.actions import prepare
from sotw.ingest import ingest
from sotw.pipeline.models import load_models, select
from sotw.settings import Settings

NOW = dt.datetime(2026, 1, 1)
SEEDS = range(5)
PLAYS = 2_000


def main() -> None:
    """Print precision and recall of each history and of all."""
    models = select(load_models(), ["core.fct_plays"])
    sums = [0, 0, 0]
    print("seed   true  found   one  precision  recall")
    for seed in SEEDS:
        told = truths.truth(seed, PLAYS)
        con = histories.empty()
        with tempfile.TemporaryDirectory() as folder:
            ingest(con, truths.files(told, Path(folder)), "me", now=NOW)
        prepare.write_settings(con, Settings(), NOW)
        histories.materialize(con, models, is_audited=False)
        counts = truths.compared(told, con)
        con.close()
        sums = [one + other for one, other in zip(sums, counts, strict=True)]
        print(f"{seed:4}  {_line(*counts)}")
    print(f" all  {_line(*sums)}")


def _line(true: int, found: int, matched: int) -> str:
    return f"{true:5}  {found:5} {matched:5}  {matched / found:9.4f}  {matched / true:6.4f}"


if __name__ == "__main__":
    main()
