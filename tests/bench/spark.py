"""DuckDB and Spark side by side: the same raw rows, the same models, on this machine.

    python tests/bench/spark.py [plays] [name=value …]

Without a number 5,000,000 plays of the demo, 20,000 a listener. Further arguments are settings
of Spark. A core-second is one of processor time, whatever else the machine did meanwhile.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from pathlib import Path

from sotw import warehouse
from sotw.actions import load_and_build
from sotw.demo.write import write_demo
from sotw.export import parquet
from sotw.pipeline import spark
from sotw.pipeline.models import load_models
from sotw.settings import Settings

PLAYS = 5_000_000
PLAYS_OF_ONE = 20_000


def main() -> None:
    numbers = [int(one) for one in sys.argv[1:] if "=" not in one]
    config = dict(one.split("=", 1) for one in sys.argv[1:] if "=" in one)
    asked = (numbers or [PLAYS])[0]
    cores = os.cpu_count() or 1
    with tempfile.TemporaryDirectory(prefix="sotw-bench-") as name:
        folder, settings = Path(name), Settings()
        path = folder / "bench.duckdb"
        started = time.perf_counter()
        made = write_demo(
            folder / "demo", listeners=max(1, asked // PLAYS_OF_ONE), years=3, plays=asked
        )
        load_and_build.run_ingest(path, [folder / "demo"], "demo", settings)
        print(f"{made.plays:,} plays made and imported in {time.perf_counter() - started:.0f} s")
        before, started = time.process_time(), time.perf_counter()
        report = load_and_build.run_build(path, settings)
        seconds = time.perf_counter() - started
        show("DuckDB", made.plays, len(report.timings), seconds, time.process_time() - before)
        started = time.perf_counter()
        with warehouse.reading(path) as con:
            parquet.export_raw(con, folder / "exported")
        print(f"raw exported in {time.perf_counter() - started:.1f} s")
        started = time.perf_counter()
        timings = spark.build(
            load_models(),
            master=f"local[{cores}]",
            source=str(folder / "exported"),
            output=str(folder / "built"),
            config=config,
        )
        seconds = time.perf_counter() - started
        show("Spark", made.plays, len(timings), seconds, _java_seconds())
        for one in sorted(timings, key=lambda one: -one.seconds)[:6]:
            print(f"  {one.model:<36} {one.seconds:7.1f} s + audit {one.audit_seconds:.1f} s")
        _compare(path, folder / "built", [one.model for one in timings])


def show(engine: str, plays: int, models: int, seconds: float, core_seconds: float) -> None:
    print(
        f"{engine:<7} {models} models {seconds:8.1f} s  {core_seconds:8.1f} core-seconds "
        f"{plays / core_seconds:10,.0f} plays per core-second"
    )


def _java_seconds() -> float:
    """Processor time of the JVM that this process started."""
    total, tick = 0.0, os.sysconf("SC_CLK_TCK")
    for file in Path("/proc").glob("[0-9]*/stat"):
        _, _, rest = file.read_text(errors="replace").rpartition(")")
        fields = rest.split()
        if int(fields[1]) == os.getpid():
            total += (int(fields[11]) + int(fields[12])) / tick
    return total or float("nan")


def _compare(path: Path, built: Path, models: list[str]) -> None:
    """Say for which models the two differ in rows or in anything but the ends of doubles."""
    differ = []
    with warehouse.reading(path) as con:
        for model in models:
            other = f"read_parquet('{built}/{model.replace('.', '/')}/*.parquet')"
            kinds = {row[0]: row[1] for row in con.execute(f"describe {model}").fetchall()}
            exact = ", ".join(f"cast({name} as varchar)" for name in kinds if kinds[name] != DOUBLE)
            sums = [f"sum({name})" for name in kinds if kinds[name] == DOUBLE]
            query = f"select {', '.join(['count(*)', f'bit_xor(hash({exact}))', *sums])} from "
            one, two = (con.execute(query + table).fetchone() for table in (model, other))
            if not all(map(_is_close, one, two)):
                differ.append(model)
    print(f"{len(models) - len(differ)} of {len(models)} models equal", *differ)


DOUBLE = "DOUBLE"


def _is_close(one: object, two: object) -> bool:
    if isinstance(one, float) and isinstance(two, float):
        return abs(one - two) <= 1e-9 * max(1.0, abs(one))
    return one == two


if __name__ == "__main__":
    main()
