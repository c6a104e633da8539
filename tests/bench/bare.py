"""What a job would cost with nothing around it: DuckDB alone, in a process of its own.

python tests/bench/bare.py build JOB.json FILE       the statements and audits of a build
python tests/bench/bare.py ingest EXPORT FILE        a table of texts read into a file
python tests/bench/bare.py features JOB.json WEEKS OUT    the weekly features, to Parquet
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import duckdb


def build(job: str, file: str) -> None:
    steps = json.loads(Path(job).read_text(encoding="utf-8"))
    con = duckdb.connect()
    con.execute(f"attach '{file}' as sotw (row_group_size {steps['row_group_size']})")
    con.execute("use sotw")
    for schema in steps["schemas"]:
        con.execute(f"drop schema if exists {schema} cascade")
    con.execute("checkpoint")
    for schema in steps["schemas"]:
        con.execute(f"create schema {schema}")
    for statement, audit in steps["models"]:
        con.execute(statement)
        con.execute(audit).fetchall()
    con.execute("checkpoint")


def ingest(export: str, file: str) -> None:
    con = duckdb.connect(file)
    query = "create table bare as from read_csv(?, all_varchar = true, header = false)"
    con.execute(query, [export])
    con.execute("checkpoint")


def features(job: str, weeks: str, out: str) -> None:
    steps = json.loads(Path(job).read_text(encoding="utf-8"))
    con = duckdb.connect()
    con.execute("create schema core; create schema features")
    con.execute(f"create view core.fct_weekly_plays as from read_parquet('{weeks}')")
    for name, sql in steps["features"].items():
        con.execute(f"create view {name} as {sql}")
    first, *others = steps["features"]
    joins = " ".join(
        f"inner join (from {name} select candidate_id, {columns}) using (candidate_id)"
        for name, columns in zip(others, steps["columns"][1:], strict=True)
    )
    query = f"select candidate_id, {', '.join(steps['columns'])} from {first} {joins}"
    con.execute(f"copy ({query}) to '{out}' (format parquet)")


if __name__ == "__main__":
    {"build": build, "ingest": ingest, "features": features}[sys.argv[1]](*sys.argv[2:])
