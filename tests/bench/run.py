"""`make bench`: how long the main job takes, as ratios against a peer in the same run.

    python tests/bench/run.py [export.csv]

Without a file it uses ../shared/data/listening/lastfm_export_12_years.csv where that is there,
else a generated demo. Figures are medians of several runs on this machine.
"""

from __future__ import annotations

import csv
import datetime as dt
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from sotw import warehouse
from sotw.actions.prepare import prepare
from sotw.demo.write import write_demo
from sotw.pipeline.models import LAYERS, load_models
from sotw.pipeline.run import audit_query, build
from sotw.settings import Settings

ROOT = Path(__file__).resolve().parent.parent.parent
REAL = ROOT.parent / "shared" / "data" / "listening" / "lastfm_export_12_years.csv"
RUNS = 5


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="sotw-bench-") as name:
        folder = Path(name)
        if len(sys.argv) > 1:
            export = Path(sys.argv[1])
        elif REAL.exists():
            export = REAL
        else:
            write_demo(folder / "demo")
            export = next((folder / "demo").glob("recenttracks*.csv"))
        with export.open(encoding="utf-8", newline="") as file:
            rows = sum(1 for _ in csv.reader(file))
        print(f"{export.name}: {rows:,} rows; medians of {RUNS} runs; {os.cpu_count()} cores")
        path = folder / "sotw.duckdb"
        environment = {**os.environ, "SOTW_WAREHOUSE": str(path)}

        def command(*arguments: str) -> float:
            started = time.perf_counter()
            subprocess.run(
                [sys.executable, "-m", "sotw", *arguments],
                cwd=ROOT,
                env=environment,
                check=True,
                stdout=subprocess.DEVNULL,
            )
            return time.perf_counter() - started

        ingests = []
        for _ in range(RUNS):
            path.unlink(missing_ok=True)
            ingests.append(command("ingest", str(export)))
        read = _median(lambda: _read_csv(export))
        show("sotw ingest, process start to exit", statistics.median(ingests), read, "csv.reader")
        start = _median(lambda: command("--help"))
        built = _median(lambda: command("build"))
        show("sotw build (make features), start to exit", built, start, "sotw --help")
        _inside(path)


def _median(work) -> float:
    def once() -> float:
        started = time.perf_counter()
        work()
        return time.perf_counter() - started

    return statistics.median(once() for _ in range(RUNS))


def _read_csv(export: Path) -> None:
    with export.open(encoding="utf-8", newline="") as file:
        for _ in csv.reader(file):
            pass


def show(what: str, seconds: float, peer_seconds: float, peer: str) -> None:
    ratio = seconds / peer_seconds
    print(f"{what:<52} {seconds:8.2f} s  {ratio:6.2f} x {peer} ({peer_seconds:.2f} s)")


def _inside(path: Path) -> None:
    """The build in a draft against its own SQL and audit queries run bare, in turns."""
    as_of = dt.datetime(2026, 1, 1)
    models = load_models()
    ours, bare = [], []
    with warehouse.writing(path) as con:
        for _ in range(RUNS):
            started = time.perf_counter()
            prepare(con, Settings(), as_of)
            timings = build(con, models, settings=Settings())
            ours.append(time.perf_counter() - started)
            started = time.perf_counter()
            for schema in reversed(LAYERS):
                con.execute(f"drop schema if exists {schema} cascade")
            for schema in LAYERS:
                con.execute(f"create schema {schema}")
            for model in models:
                kind = "view" if model.is_view else "table"
                con.execute(f"create {kind} {model.name} as\n{model.sql}")
                if not model.is_view:
                    con.execute(audit_query(model)).fetchall()
            bare.append(time.perf_counter() - started)
    show(
        f"build of {len(models)} models",
        statistics.median(ours),
        statistics.median(bare),
        "bare SQL",
    )
    slowest = sorted(timings, key=lambda one: -(one.seconds + one.audit_seconds))[:8]
    for one in slowest:
        print(f"  {one.model:<40} {one.seconds:6.3f} s + audit {one.audit_seconds:.3f} s")


if __name__ == "__main__":
    main()
