"""Spark makes of the same raw rows what DuckDB makes, model by model and row by row.

The quick build interprets expressions and plans for few rows, which halves its time; the cluster
of the slow tests runs as a user's would. The models are those of the checkout: a new one is
compared from its first day.
"""

from __future__ import annotations

import datetime as dt
import os
import shutil
from dataclasses import replace

import histories
import pytest
from command_line import said
from engines import adversarial, differences, kill, skewed, standalone_cluster
from test_portability import REFUSED, REFUSED_QUERIES, in_select, model
from typer.testing import CliRunner

from sotw import extras, warehouse
from sotw.__main__ import app
from sotw.actions import drafting
from sotw.actions.learn import train
from sotw.errors import AuditError, ModelError, SotwError
from sotw.export import parquet
from sotw.pipeline import run as build
from sotw.pipeline import spark
from sotw.pipeline.models import Audit, load_models

MODELS = load_models()
SMALL = {
    "spark.sql.shuffle.partitions": "1",
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
    "spark.driver.memory": "1g",
    # With the first tier alone the cache is small by default, and once full nothing is compiled.
    "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"
    " -XX:ReservedCodeCacheSize=256m",
}
# As a user's, but for where the workers are and how much they have.
NEAR = {
    "spark.driver.host": "127.0.0.1",
    "spark.executor.memory": "768m",
    "spark.sql.shuffle.partitions": "4",
}

needs_java = pytest.mark.skipif(
    not (shutil.which("java") or os.environ.get("JAVA_HOME")), reason="no Java, which Spark needs"
)


def run(models, folder, *, master="local[2]", config=SMALL, progress=None):
    return spark.build(
        models,
        master=master,
        source=str(folder / "exported"),
        output=str(folder / "built"),
        config=config,
        progress=progress,
    )


@needs_java
def test_every_model_has_on_spark_the_rows_of_duckdb(tmp_path):
    con = histories.built(adversarial(), MODELS)
    parquet.export_raw(con, tmp_path / "exported", buckets=3)
    timings = run(MODELS, tmp_path)
    compared = spark.on_spark(MODELS)
    assert {one.model for one in timings} == {one.name for one in compared}
    assert differences(con, compared, tmp_path / "built") == []
    # A comparison of nothing with nothing would say nothing.
    assert [one.model for one in timings if one.row_count == 0] == []
    con.close()


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("select 1 as a, 2e0 + 1e-11 as b, [null] as c", "b = 2.0 on DuckDB, 2.00000000001 on"),
        ("select 1 as a, null::double as b, [null] as c", "b = 2.0 on DuckDB, None on Spark"),
        ("select 1 as a, 2e0 as b, ['x'] as c", "c = [None] on DuckDB, ['x'] on Spark"),
        ("select '1' as a, 2e0 as b, [null] as c", "('a', 'VARCHAR')"),
        ("select 2e0 as b, 1 as a, [null] as c", "in another order"),
        ("select 1 as a, 2e0 as b, [null] as c from range(2)", "1 rows on DuckDB, 2 on Spark"),
    ],
)
def test_the_comparison_sees_a_difference_in_rows_values_types_and_columns(
    tmp_path, empty_warehouse, query, expected
):
    one = replace(model("select 1"), name="core.one")
    (tmp_path / "core" / "one").mkdir(parents=True)
    empty_warehouse.execute("create schema core")
    same = "select 1::smallint as a, 2e0 + 1e-13 as b, ['x', null][2:] as c"
    empty_warehouse.execute("create table core.one as select 1 as a, 2e0 as b, [null::text] as c")
    for text, found in ((same, []), (query, [expected])):
        text = text.replace("[null]", "[null::text]")
        empty_warehouse.execute(f"copy ({text}) to '{tmp_path}/core/one/0.parquet'")
        faults = differences(empty_warehouse, [one], tmp_path)
        assert len(faults) == len(found)
        assert all(part in fault for part, fault in zip(found, faults, strict=True)), faults


def test_only_marts_that_read_predictions_are_left_to_the_warehouse():
    left = {one.name for one in MODELS} - {one.name for one in spark.on_spark(MODELS)}
    read_ml = {one.name for one in MODELS if any(p.startswith("ml.") for p in one.parents)}
    assert read_ml
    assert left == read_ml | {one.name for one in MODELS if read_ml & set(one.parents)}


PLANTED = [in_select(construct) for _, construct, _ in REFUSED]
PLANTED += [model(query) for query, _ in REFUSED_QUERIES]


@pytest.mark.parametrize("planted", PLANTED, ids=[one.sql[:60] for one in PLANTED])
def test_a_construct_that_changes_on_spark_is_refused_before_anything_runs(
    planted, tmp_path, monkeypatch
):
    monkeypatch.setattr(spark, "_session", lambda *_: pytest.fail("Spark was started"))
    with pytest.raises(ModelError, match=r"nothing was run:\n  sql/core/fct_example\.sql:rendered"):
        run([*MODELS[:3], planted], tmp_path)


def test_a_construct_that_changes_on_spark_is_refused_in_an_audit_too(tmp_path, monkeypatch):
    monkeypatch.setattr(spark, "_session", lambda *_: pytest.fail("Spark was started"))
    planted = replace(MODELS[0], audits=(Audit("dayofweek(as_of) < 7", 3),))
    with pytest.raises(ModelError, match=r"nothing was run:\n.*weekday\(\)"):
        run([planted], tmp_path)


def test_without_pyspark_the_error_names_the_extra(tmp_path, monkeypatch):
    monkeypatch.setattr(extras.importlib.util, "find_spec", lambda _: None)
    with pytest.raises(SotwError, match="make install EXTRAS=spark"):
        run(MODELS, tmp_path)


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ("build --engine spark --output x", "name --input"),
        ("build --engine spark --input x --output y --select plays", "leave out --select"),
        ("build --output x", "--engine spark: name it too"),
        ("build --engine spark --input x --output y --conf a", "name=value"),
        ("train --output x", "--output is for --from"),
        ("train --from nothing --output x", "does not hold marts.training_artists or marts"),
        ("import predictions nothing", "has no table 'runs'"),
        ("export raw --output x", "no warehouse yet"),
    ],
)
def test_an_option_that_is_missing_or_does_not_fit_is_named(
    arguments, expected, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("SOTW_WAREHOUSE", raising=False)
    result = CliRunner().invoke(app, arguments.split())
    code, text = said(result)
    assert code == (1 if isinstance(result.exception, SotwError) else 2)
    assert expected in text


BROKEN = [
    ("select 1 as a, 'é' as b, timestamp '2021-01-01 00:00:00.5' as c", ("a",), ("b <> 'é'",)),
    ("select unnest([1, 1, 2]) as a", ("a",), ()),
    ("select cast(null as integer) as a, 0.5e0 as b", ("b", "a"), ()),
]


@needs_java
@pytest.mark.slow  # a session of Spark for itself
def test_an_audit_fails_with_the_words_it_has_on_duckdb(tmp_path, empty_warehouse):
    folder = tmp_path / "exported" / "raw" / "settings"
    folder.mkdir(parents=True)
    empty_warehouse.execute(f"copy (select 1 as a) to '{folder}/0.parquet'")
    empty_warehouse.execute("create schema core; create schema staging")
    for number, (query, grain, audits) in enumerate(BROKEN):
        conditions = tuple(Audit(text, 4) for text in audits)
        # The last one is a view on DuckDB, and audited like a table.
        name = f"{'staging' if grain == ('b', 'a') else 'core'}.broken_{number}"
        broken = replace(model(query), name=name, grain=grain, audits=conditions)
        empty_warehouse.execute(f"create table {broken.name} as {query}")
        with pytest.raises(AuditError) as expected:
            build.audit(empty_warehouse, broken)
        with pytest.raises(AuditError) as found:
            run([broken], tmp_path)
        assert str(found.value) == str(expected.value)
        assert not (tmp_path / "built").exists()
    with pytest.raises(ModelError, match=r"fct_example\.sql: does not run on Spark: .*no_table"):
        run([model("select 1 as track_id from core.no_table")], tmp_path)
    (tmp_path / "built").mkdir()
    (tmp_path / "built" / "mine").touch()
    with pytest.raises(SotwError, match="is not empty"):
        run(MODELS[:1], tmp_path)
    other = str(tmp_path / "built" / "mine")
    with pytest.raises(SotwError, match=r"mine: holds no exported raw tables.*sotw export raw"):
        spark.build(MODELS[:1], master="local[2]", source=other, output=str(tmp_path / "x"))


def test_an_export_is_whole_or_not_there_and_spreads_plays_without_a_column(tmp_path):
    con = histories.built(adversarial(), [])
    folder = tmp_path / "deep" / "out"
    counts = parquet.export_raw(con, folder, buckets=2)
    tables = con.execute("select table_name from duckdb_tables() where schema_name = 'raw'")
    assert sorted(counts) == sorted(table for (table,) in tables.fetchall())
    files = sorted(folder.glob("raw/plays/*/*.parquet"))
    assert {file.parent.name for file in files} == {"bucket=0", "bucket=1"}
    wanted = con.execute("describe raw.plays").fetchall()
    got = con.execute(
        f"describe from read_parquet('{files[0]}', hive_partitioning = false)"
    ).fetchall()
    assert [row[0] for row in got] == [row[0] for row in wanted]
    query = f"select max(as_of) from read_parquet('{folder}/raw/settings/*.parquet')"
    assert con.execute(query).fetchall() == [(adversarial().as_of,)]
    with pytest.raises(SotwError, match="is not empty"):
        parquet.export_raw(con, folder)
    con.execute("delete from raw.plays")
    assert parquet.export_raw(con, tmp_path / "none")["plays"] == 0
    assert len(list(tmp_path.glob("none/raw/plays/*/*.parquet"))) == 1
    con.execute("delete from raw.settings")
    with pytest.raises(SotwError, match="no instant"):
        parquet.export_raw(con, tmp_path / "never")
    assert not (tmp_path / "never").exists()
    con.close()


@pytest.mark.slow
def test_a_run_trained_on_parquet_is_the_run_trained_in_the_warehouse(tmp_path, monkeypatch):
    history = histories.listening(1, listeners=2, weeks=18)
    paths = [tmp_path / "a.duckdb", tmp_path / "b.duckdb"]
    for path in paths:
        with warehouse.writing(path) as con:
            histories.load(con, history.raw)
            histories.build_from_raw(con, MODELS, settings=history.settings, as_of=history.as_of)
    with warehouse.reading(paths[0]) as con:
        for one in spark.on_spark(MODELS):
            folder = tmp_path / "built" / one.schema / one.table
            folder.mkdir(parents=True)
            con.execute(f"copy {one.name} to '{folder}/0.parquet'")
    monkeypatch.setattr(warehouse, "utc_now", lambda: dt.datetime(2021, 5, 1))
    wanted = {"week_favorite": None}
    built = tmp_path / "built"
    [report] = parquet.train_from(built, built, history.settings, wanted).reports
    added = parquet.import_predictions(paths[0], tmp_path / "built", history.settings)
    assert added["predictions"] == report.predictions > 0
    assert added["ledger"] == report.ledger > 0
    with warehouse.writing(paths[1]) as con:
        train(con, history.settings, wanted)
        drafting.rebuild_after_ml(con, history.settings)
    tables = [f"ml.{name}" for name in added] + ["marts.songs_of_the_week"]
    found = []
    for path in paths:
        with warehouse.reading(path) as con:
            left_out = {"ml.runs": "* exclude (seconds)"}
            found.append(
                [
                    con.execute(
                        f"select {left_out.get(one, '*')} from {one} order by all"
                    ).fetchall()
                    for one in tables
                ]
            )
    assert found[0] == found[1]
    again = parquet.import_predictions(paths[0], tmp_path / "built", history.settings)
    assert not any(again.values())
    with pytest.raises(SotwError, match="is not empty"):
        parquet.train_from(built, built, history.settings, wanted)
    stranger = tmp_path / "c.duckdb"
    with warehouse.writing(stranger):
        pass
    with pytest.raises(SotwError, match="predicts for listener 1, listener 2, who"):
        parquet.import_predictions(stranger, tmp_path / "built", history.settings)


@pytest.mark.slow
@needs_java
def test_a_cluster_that_loses_a_worker_in_mid_build_ends_right(tmp_path):
    con = histories.built(adversarial(), MODELS)
    parquet.export_raw(con, tmp_path / "exported")
    (tmp_path / "work").mkdir()
    with standalone_cluster(tmp_path / "work") as (master, workers):

        def lose_one(_name: str, position: int, total: int) -> None:
            if position == total // 2:
                kill(workers[0])

        run(MODELS, tmp_path, master=master, config=NEAR, progress=lose_one)
        assert workers[0].poll() is not None
        assert workers[1].poll() is None
    assert differences(con, spark.on_spark(MODELS), tmp_path / "built") == []
    con.close()


@pytest.mark.slow
@needs_java
def test_one_listener_with_a_third_of_all_plays_does_not_stall_a_build(tmp_path):
    con = histories.built(skewed(), MODELS)
    shares = "select count(*) / sum(count(*)) over () from core.fct_plays group by listener_id"
    assert max(share for (share,) in con.execute(shares).fetchall()) > 0.29
    parquet.export_raw(con, tmp_path / "exported")
    run(MODELS, tmp_path, config={"spark.sql.shuffle.partitions": "8"})
    assert differences(con, spark.on_spark(MODELS), tmp_path / "built") == []
    con.close()
