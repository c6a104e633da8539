"""The same models on Apache Spark, from the Parquet that ``sotw export raw`` wrote.

sqlglot writes each model's text in Spark's dialect; a construct that Spark reads otherwise is
refused before anything runs. Spark distributes the work, this module submits it. Every model,
views of staging too, becomes a folder ``<output>/<schema>/<model>`` of Parquet files, so that
what was built can be read without Spark. This module is the only door to pyspark.
"""

from __future__ import annotations

import concurrent.futures
import logging
import secrets
import tempfile
import time
import warnings
from dataclasses import replace
from graphlib import TopologicalSorter
from typing import TYPE_CHECKING, Any, cast

import sqlglot
from sqlglot import exp

from sotw import extras
from sotw.errors import ModelError, SotwError
from sotw.pipeline import portability
from sotw.pipeline import run as duckdb_build
from sotw.pipeline.run import Timing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from pyspark.sql import SparkSession

    from sotw.pipeline.models import Model
    from sotw.warehouse import Connection

    Progress = Callable[[str, int, int], None]

log = logging.getLogger(__name__)

EXPORTED = "raw"
# The folder level that spreads plays over files; no column of any table.
BUCKET = "bucket"
# Planning a query keeps one thread of the driver busy: while one model runs, others are planned.
_AT_ONCE = 4
_FIXED = {
    # Times are naive UTC; errors stay errors, as DuckDB has them.
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.ansi.enabled": "true",
}
_DEFAULT = {
    # One listener may have a third of all plays: large partitions of a join are split.
    "spark.sql.adaptive.enabled": "true",
    "spark.sql.adaptive.skewJoin.enabled": "true",
    "spark.scheduler.mode": "FAIR",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.sql.catalogImplementation": "in-memory",
    # Only the driver of a cluster; all there is with local[*].
    "spark.driver.memory": "4g",
}
_MARKS_OF_PATTERNS = "*?[]{}\\"
_LOCAL = {"spark.driver.host": "127.0.0.1", "spark.driver.bindAddress": "127.0.0.1"}


def to_spark(sql: str) -> str:
    """A model's select, written for DuckDB, in the words of Spark."""
    tree = sqlglot.parse_one(sql, dialect="duckdb")
    for select in tree.find_all(exp.Select):
        _spell_out_windows(select)
    for qualify in tree.find_all(exp.Qualify):
        # It sees the columns of the result, which no table's name leads to.
        for column in list(qualify.find_all(exp.Column)):
            if not column.find_ancestor(exp.Window):
                column.set("table", None)
    return tree.sql("spark")


def _spell_out_windows(select: exp.Select) -> None:
    """Put the definition of each named window where it is used: QUALIFY does not see names."""
    named = {window.name: window for window in select.args.get("windows") or []}
    if not named:
        return
    select.set("windows", None)
    for window in list(select.find_all(exp.Window)):
        definition = named.get(window.alias)
        if definition is not None:
            for part in ("partition_by", "order", "spec"):
                value = definition.args.get(part)
                copies = [one.copy() for one in value] if isinstance(value, list) else None
                window.set(part, copies or (value.copy() if value else None))
            window.set("alias", None)


def on_spark(models: Sequence[Model]) -> list[Model]:
    """The models that need no trained predictor, parents first."""
    left: set[str] = set()
    for model in models:
        if any(parent.startswith("ml.") or parent in left for parent in model.parents):
            left.add(model.name)
    return [model for model in models if model.name not in left]


def refuse_unportable(models: Sequence[Model]) -> None:
    """Refuse what Spark lacks or answers otherwise, in models and in their audits.

    Raises:
        ModelError: Lists every such construct with its place and what to write instead.
    """
    found = [fault for model in models for fault in portability.faults(model)]
    for model in models:
        audit = replace(model, sql=duckdb_build.audit_query(model))
        found += portability.faults(audit)
    if found:
        raise ModelError(
            "not the same on Spark, so nothing was run:\n  " + "\n  ".join(dict.fromkeys(found))
        )


def build(
    models: Sequence[Model],
    *,
    master: str,
    source: str,
    output: str,
    config: Mapping[str, str] | None = None,
    progress: Progress | None = None,
) -> list[Timing]:
    """Build and audit every model that needs no predictor, and write each as Parquet.

    Nothing is at ``output`` before all of it is there: the build writes beside it, under
    a name that nobody guesses, and renames.

    Args:
        models: All models, parents first.
        master: ``local[*]``, ``spark://host:7077``, ``yarn``, ``k8s://…``.
        source: What ``sotw export raw`` wrote: a folder, or an address that the cluster reads.
        output: A folder or address where nothing is yet.
        config: Further settings of Spark, such as ``spark.executor.memory``.
        progress: Called as each model begins, with its name, its position from 1 and how many.

    Returns:
        What each model cost, in the order they were done.

    Raises:
        ModelError: A model is not portable (nothing ran), or does not run.
        AuditError: A built table breaks its header; nothing is at ``output``.
        SotwError: pyspark or Java is missing, or a folder is not as it should be.
    """
    for place in (source, output):
        if mark := next((mark for mark in place if mark in _MARKS_OF_PATTERNS), None):
            raise SotwError(
                f"{place}: Spark takes a name with {mark!r} for a pattern of others. Rename the "
                "folder, or reach it by a link."
            )
    chosen = on_spark(models)
    refuse_unportable(chosen)
    with tempfile.TemporaryDirectory(prefix="sotw-spark-") as scratch:
        near = _LOCAL if master.startswith("local") else {}
        spark = _session(master, {**_DEFAULT, **near, **(config or {}), **_FIXED}, scratch)
        try:
            places = _Places(spark)
            source, output = places.absolute(source), places.absolute(output)
            partial = f"{output}.sotw-{secrets.token_hex(8)}"
            if not places.names(f"{source}/{EXPORTED}"):
                raise SotwError(
                    f"{source}: holds no exported raw tables. Name as --input what "
                    "`sotw export raw` wrote."
                )
            if places.names(output):
                raise SotwError(f"{output}: is not empty. Name a new folder, or remove this one.")
            for schema in dict.fromkeys([EXPORTED, *(model.schema for model in chosen)]):
                spark.sql(
                    f"create database if not exists {schema} location 'file:{scratch}/{schema}'"
                )
            for table in places.names(f"{source}/{EXPORTED}"):
                _read_raw(spark, table, f"{source}/{EXPORTED}/{table}")
            try:
                timings = _run_all(spark, chosen, partial, progress)
            except BaseException:
                places.remove(partial)
                raise
            places.rename(partial, output)
        finally:
            spark.stop()
    return timings


def _session(master: str, config: Mapping[str, str], scratch: str) -> SparkSession:
    extras.require("spark", "building on Spark")
    with warnings.catch_warnings():
        # It warns of a newer pandas, which nothing here gives to it.
        warnings.filterwarnings("ignore", "PySpark does not yet fully support", FutureWarning)
        from pyspark.errors import PySparkException
        from pyspark.sql import SparkSession

        if SparkSession.getActiveSession() is not None:
            raise SotwError("a Spark session is open in this process. Stop it, then build.")
        builder = SparkSession.builder.master(master).appName("sotw build")
        builder = builder.config("spark.sql.warehouse.dir", f"file:{scratch}/warehouse")
        for name, value in config.items():
            builder = builder.config(name, value)
        try:
            spark = builder.getOrCreate()
        except (PySparkException, OSError) as error:
            raise SotwError(
                f"{master}: Spark does not start: {_first_line(error)}. It needs Java 17 or newer "
                "(JAVA_HOME, or java on the PATH)."
            ) from error
        except Exception as error:  # py4j's have no base that pyspark gives a name to
            raise SotwError(
                f"{master}: Spark does not start: {_first_line(error)}. Check --master and --conf."
            ) from error
    spark.sparkContext.setLogLevel("ERROR")
    return spark


def _read_raw(spark: SparkSession, table: str, place: str) -> None:
    """Make an exported table known by its name, without the folder level of the buckets."""
    frame = spark.read.option("basePath", place).parquet(place)
    columns = ", ".join(f"`{name}`" for name in frame.columns if name != BUCKET)
    spark.sql(f"create view {EXPORTED}.{table} as select {columns} from parquet.`{place}`")


def _run_all(
    spark: SparkSession, models: Sequence[Model], folder: str, progress: Progress | None
) -> list[Timing]:
    """Run each model as soon as its parents are there, several at once."""
    by_name = {model.name: model for model in models}
    order = TopologicalSorter(
        {model.name: [parent for parent in model.parents if parent in by_name] for model in models}
    )
    order.prepare()
    timings: list[Timing] = []
    running: dict[concurrent.futures.Future[Timing], str] = {}
    begun = 0
    with concurrent.futures.ThreadPoolExecutor(_AT_ONCE) as pool:
        try:
            while order.is_active():
                for name in order.get_ready():
                    begun += 1
                    if progress:
                        progress(name, begun, len(models))
                    running[pool.submit(_run_one, spark, by_name[name], folder)] = name
                done, _ = concurrent.futures.wait(
                    running, return_when=concurrent.futures.FIRST_COMPLETED
                )
                for future in done:
                    order.done(running.pop(future))
                    timings.append(future.result())
        except BaseException:
            # What still runs would be waited for.
            spark.sparkContext.cancelAllJobs()
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    return timings


def _run_one(spark: SparkSession, model: Model, folder: str) -> Timing:
    started = time.perf_counter()
    place = f"{folder}/{model.schema}/{model.table}"
    try:
        frame = spark.sql(to_spark(model.sql))
        frame.write.parquet(place)
        # With its schema said: Spark would start a job to look for it.
        spark.catalog.createTable(model.name, path=place, source="parquet", schema=frame.schema)
    except Exception as error:
        raise ModelError(f"{model.path}: does not run on Spark: {_first_line(error)}") from error
    built = time.perf_counter()
    found = duckdb_build.audit(cast("Connection", _Cursor(spark)), model)
    row_count = None if model.is_view else found
    done = time.perf_counter()
    log.info("%s built in %.2f s, audited in %.2f s", model.name, built - started, done - built)
    return Timing(model.name, built - started, done - built, row_count)


class _Cursor:
    """As much of a DuckDB connection as an audit uses: the same audits, with the same errors."""

    def __init__(self, spark: SparkSession) -> None:
        self._spark = spark
        self._rows: Iterator[tuple[Any, ...]] = iter(())
        self.description: list[tuple[str]] = []

    def execute(self, sql: str, _values: Sequence[object] = ()) -> _Cursor:
        frame = self._spark.sql(to_spark(sql))
        self.description = [(name,) for name in frame.columns]
        self._rows = iter([tuple(row) for row in frame.collect()])
        return self

    def fetchone(self) -> tuple[Any, ...] | None:
        return next(self._rows, None)

    def fetchall(self) -> list[tuple[Any, ...]]:
        return list(self._rows)


class _Places:
    """Folders wherever Spark can reach them: on a disk, in HDFS, in an object store."""

    def __init__(self, spark: SparkSession) -> None:
        self._jvm: Any = spark.sparkContext._jvm
        self._settings: Any = spark.sparkContext._jsc.hadoopConfiguration()

    def _found(self, place: str) -> tuple[Any, Any]:
        path = self._jvm.org.apache.hadoop.fs.Path(place)
        return path.getFileSystem(self._settings), path

    def absolute(self, place: str) -> str:
        files, path = self._found(place)
        return str(files.makeQualified(path).toString()).rstrip("/")

    def names(self, place: str) -> list[str]:
        files, path = self._found(place)
        if not files.exists(path):
            return []
        return sorted(str(one.getPath().getName()) for one in files.listStatus(path))

    def remove(self, place: str) -> None:
        files, path = self._found(place)
        files.delete(path, True)

    def rename(self, old: str, new: str) -> None:
        files, path = self._found(old)
        _, target = self._found(new)
        # Into an empty folder it would move, not rename.
        files.delete(target, False)
        if not files.rename(path, target):
            raise SotwError(f"{old}: cannot be renamed to {new}; what was built is there.")


def _first_line(error: BaseException) -> str:
    lines = [line.strip(" :") for line in str(error).splitlines() if line.strip(" :")]
    if len(lines) > 1 and lines[0].startswith("An error occurred while calling"):
        lines.pop(0)  # py4j says where it was, then Java what it is
    return lines[0].rstrip(".") if lines else type(error).__name__
