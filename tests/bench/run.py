"""`make bench`: what the main jobs cost, as ratios of CPU time to a peer in the same run.

    python tests/bench/run.py [export.csv] [--rounds 3] [--output DIR] [--only build,dbt]

Without a file it uses ../shared/data/listening/lastfm_export_12_years.csv where that is there,
else a generated demo. Peers (dbt, polars) get an environment of their own in build/bench-peers,
made by uv the first time. With --output, figures.json and figures.svg are written there too.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
from timing import Cost, in_turns, machine, run

from sotw import text_table
from sotw.demo.write import write_demo
from sotw.pipeline.models import LAYERS, load_models
from sotw.pipeline.run import audit_query
from sotw.predictors.registry import PREDICTORS
from sotw.warehouse.connection import ROW_GROUP_SIZE

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

ROOT = Path(__file__).resolve().parent.parent.parent
HERE = Path(__file__).parent
REAL = ROOT.parent / "shared" / "data" / "listening" / "lastfm_export_12_years.csv"
PEERS = ROOT / "build" / "bench-peers"
PEER_PACKAGES = ("dbt-core>=1.11,<1.12", "dbt-duckdb>=1.11,<1.12", "polars", "pandas>=3", "pyarrow")
FEATURES = {
    "features.feat_momentum": "prev_1w_plays, prev_4w_plays, change_1w_plays, momentum_4w_ratio",
    "features.feat_history": (
        "prior_plays, is_first_week, prior_weeks, first_play_age_weeks, gap_weeks"
    ),
}
# One instant, so that every build makes equal tables.
BUILD = ("build", "--as-of", "2026-01-01")


@dataclass(frozen=True, slots=True)
class Figure:
    """A job beside a peer that does the same; the ratio is of CPU seconds, ``aim`` its goal."""

    job: str
    cpu: float
    wall: float
    megabytes: float
    peer: str
    peer_cpu: float
    aim: str = ""

    @property
    def ratio(self) -> float:
        return self.cpu / self.peer_cpu


def figure(job: str, ours: Cost, peer: str, other: Cost, aim: str = "") -> Figure:
    return Figure(job, ours.cpu, ours.wall, ours.megabytes, peer, other.cpu, aim)


class Bench:
    """One history in a folder, and the jobs that are measured on it."""

    def __init__(self, export: Path, folder: Path, rounds: int) -> None:
        self.export, self.folder, self.rounds = export, folder, rounds
        self.path = folder / "sotw.duckdb"
        self.sotw("ingest", export)
        self.sotw(*BUILD)

    def sotw(self, *arguments: str | Path) -> Cost:
        command = [sys.executable, "-m", "sotw", *arguments]
        return run(command, SOTW_WAREHOUSE=str(self.path), PYTHONPATH=str(ROOT))

    def copy(self, name: str) -> Path:
        """The built warehouse under another name, writable."""
        copy = self.folder / name / "sotw.duckdb"
        copy.parent.mkdir(exist_ok=True)
        copy.unlink(missing_ok=True)
        shutil.copyfile(self.path, copy)
        return copy

    def ingest(self) -> Iterator[Figure]:
        file = self.folder / "bare_ingest.duckdb"

        def ours() -> Cost:
            self.path.unlink()
            return self.sotw("ingest", self.export)

        def bare() -> Cost:
            file.unlink(missing_ok=True)
            return run([sys.executable, HERE / "bare.py", "ingest", self.export, file])

        costs = in_turns({"ours": ours, "bare": bare}, self.rounds)
        self.sotw(*BUILD)
        yield figure("ingest", costs["ours"], "bare read_csv into a file", costs["bare"], "<= 2.5")

    def build(self) -> Iterator[Figure]:
        models = load_models()
        job = self.folder / "build.json"
        steps = [
            (
                f"create {'view' if one.is_view else 'table'} {one.name} as\n{one.sql}",
                audit_query(one),
            )
            for one in models
        ]
        job.write_text(
            json.dumps({"schemas": list(LAYERS), "models": steps, "row_group_size": ROW_GROUP_SIZE})
        )

        def bare() -> Cost:
            copy = self.copy("bare")
            return run([sys.executable, HERE / "bare.py", "build", job, copy])

        costs = in_turns({"ours": partial(self.sotw, *BUILD), "bare": bare}, self.rounds)
        self.assert_equal(self.folder / "bare" / "sotw.duckdb")
        yield figure(
            "build", costs["ours"], "the same SQL and audits bare", costs["bare"], "<= 1.10"
        )

    def dbt(self) -> Iterator[Figure]:
        project = self.folder / "project"
        shutil.rmtree(project, ignore_errors=True)
        self.sotw("export", "dbt", "--output", project)
        copy = self.copy("dbt")
        command = [peers() / "bin" / "dbt", "build", "--no-version-check"]
        places = ["--project-dir", project, "--profiles-dir", project]

        def dbt() -> Cost:
            return run([*command, *places], SOTW_WAREHOUSE=str(copy))

        dbt()  # parses the project, which it then remembers as we do
        costs = in_turns({"ours": partial(self.sotw, *BUILD), "dbt": dbt}, self.rounds)
        self.assert_equal(copy)
        yield figure("build", costs["ours"], "dbt build, audits as tests", costs["dbt"], "<= 0.33")

    def features(self) -> Iterator[Figure]:
        weeks, job = self.folder / "weeks.parquet", self.folder / "features.json"
        with duckdb.connect(str(self.path), read_only=True) as con:
            con.execute(f"copy core.fct_weekly_plays to '{weeks}' (format parquet)")
        by_name = {one.name: one.sql for one in load_models()}
        texts = {name: by_name[name] for name in FEATURES}
        job.write_text(json.dumps({"features": texts, "columns": list(FEATURES.values())}))
        outs = {name: self.folder / f"{name}.parquet" for name in ("ours", "polars", "pandas")}
        bare = [sys.executable, HERE / "bare.py", "features", job, weeks, outs["ours"]]
        python = peers() / "bin" / "python"
        ways = {"ours": partial(run, bare)}
        for name in ("polars", "pandas"):
            ways[name] = partial(run, [python, HERE / "peers.py", name, weeks, outs[name]])
        costs = in_turns(ways, self.rounds)
        columns = ", ".join(("candidate_id", *FEATURES.values()))
        mine = f"select {columns} from '{outs['ours']}'"
        for name in ("polars", "pandas"):
            theirs = f"select {columns} from '{outs[name]}'"
            assert not difference(duckdb.connect(), mine, theirs), name
        job_name = "momentum and history of weeks, Parquet to Parquet"
        yield figure(job_name, costs["ours"], "polars", costs["polars"], "<= 1.0")
        yield figure(job_name, costs["ours"], "pandas, vectorised", costs["pandas"])

    def learning(self) -> Iterator[Figure]:
        built = self.sotw(*BUILD)
        for name in PREDICTORS:
            cost = self.sotw("train", "--predictor", name)
            yield figure(f"train and score {name}", cost, "sotw build", built)

    def assert_equal(self, other: Path) -> None:
        """Every built table of two warehouses has the same rows."""
        con = duckdb.connect()
        con.execute(f"attach '{self.path}' as mine (read_only)")
        con.execute(f"attach '{other}' as theirs (read_only)")
        for model in load_models():
            if not model.is_view:
                rows = difference(con, f"from mine.{model.name}", f"from theirs.{model.name}")
                assert not rows, f"{model.name}: {rows:,} rows differ"


def difference(con: duckdb.DuckDBPyConnection, mine: str, theirs: str) -> int:
    """How many rows only one of two queries has."""
    both = (f"({mine}) except all ({theirs})", f"({theirs}) except all ({mine})")
    return sum(con.execute(f"select count(*) from ({one})").fetchall()[0][0] for one in both)


def peers() -> Path:
    """An environment of their own for what we are compared with."""
    if not (PEERS / "bin" / "dbt").exists():
        uv = shutil.which("uv") or sys.exit("bench: the peers need uv on the PATH")
        subprocess.run([uv, "venv", "--quiet", "--clear", PEERS], check=True)
        version = f"duckdb=={duckdb.__version__}"
        python = PEERS / "bin" / "python"
        install = [uv, "pip", "install", "--quiet", "--python", python, version, *PEER_PACKAGES]
        subprocess.run(install, check=True)
    return PEERS


def shown(figures: Sequence[Figure]) -> str:
    rows = [
        {
            "job": one.job,
            "CPU s": one.cpu,
            "MB": round(one.megabytes),
            "peer": one.peer,
            "its CPU s": one.peer_cpu,
            "ratio": one.ratio,
            "aim": one.aim,
        }
        for one in figures
    ]
    return text_table.table(rows, list(rows[0]), most=text_table.UNLIMITED)


def write_figures(figures: Sequence[Figure], heading: str, folder: Path) -> None:
    import altair as alt

    folder.mkdir(parents=True, exist_ok=True)
    rows = [asdict(one) | {"ratio": one.ratio} for one in figures]
    text = json.dumps({"machine": heading, "figures": rows}, indent=2)
    (folder / "figures.json").write_text(text + "\n", encoding="utf-8")
    points = [{"job": f"{one.job} / {one.peer}", "ratio": one.ratio} for one in figures]
    chart = alt.Chart(
        alt.Data(values=points), title=alt.Title("CPU time, sotw over peer", subtitle=heading)
    )
    bars = chart.mark_bar().encode(
        alt.X("ratio:Q", title="ratio; below 1 sotw needs less"),
        alt.Y("job:N", sort=None, title=None, axis=alt.Axis(labelLimit=400)),
    )
    bars.save(folder / "figures.svg")


def main() -> None:
    parts = ("ingest", "build", "dbt", "features", "learning")
    arguments = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    arguments.add_argument("export", nargs="?", type=Path)
    arguments.add_argument("--rounds", type=int, default=3)
    arguments.add_argument("--output", type=Path)
    arguments.add_argument("--only", default=",".join(parts), help="of " + ",".join(parts))
    given = arguments.parse_args()
    figures: list[Figure] = []
    with tempfile.TemporaryDirectory(prefix="sotw-bench-") as name:
        folder = Path(name)
        export = given.export or REAL
        if not export.exists():
            write_demo(folder / "demo")
            export = next((folder / "demo").glob("recenttracks*.csv"))
        heading = f"{export.name}; {machine()}; medians of {given.rounds} turns"
        print(heading, flush=True)
        bench = Bench(export.resolve(), folder, given.rounds)
        for part in given.only.split(","):
            figures += getattr(bench, part)()
    print(shown(figures))
    # Their places, until they are there: recommendation is a predictor, the service an API.
    print(f"now: {machine()}; not measured yet: latency of recommendation and of the API")
    if given.output:
        write_figures(figures, heading, given.output)


if __name__ == "__main__":
    main()
