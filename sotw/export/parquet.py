"""Parquet in and out of a warehouse: raw for Spark, what Spark built for training, and back.

A folder is there whole or not at all (``warehouse.appearing``).
"""

from __future__ import annotations

import logging
import re
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sotw import warehouse
from sotw.actions.prepare import take_over_settings
from sotw.errors import SotwError
from sotw.pipeline.models import LAYERS
from sotw.predictors import registry
from sotw.warehouse import is_built
from sotw.warehouse.appearing import appearing_folder

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from sotw.actions.learn import Session
    from sotw.settings import Settings
    from sotw.warehouse import Connection

log = logging.getLogger(__name__)

BUCKETS = 16
# Of a folder that is a table: what else lies there is none.
_NAME = re.compile("[a-z][a-z0-9_]*")
# What a training run leaves, the ledger last: it refers to the others.
_LEARNED = (
    *("runs", "models", "parameters", "artifacts", "metrics"),
    *("predictions", "contributions", "arrays", "ledger"),
)
_OF_LATEST_RUN = ("predictions", "contributions", "arrays")


def export_raw(con: Connection, folder: Path, *, buckets: int = BUCKETS) -> dict[str, int]:
    """Write every raw table as Parquet: ``<folder>/raw/<table>``, plays spread by listener.

    The instant and the settings of the models go along, in raw.settings and
    raw.listener_settings.

    Args:
        con: A warehouse that was built; may be read-only.
        folder: Where nothing is yet.
        buckets: Into how many folders ``bucket=N`` the plays go; a listener's are in one.

    Returns:
        Rows by table.

    Raises:
        SotwError: The folder is not empty, or the warehouse holds no instant to build as of.
    """
    if not con.execute("select 1 from raw.settings").fetchall():
        raise SotwError(
            "no instant (as_of) is stored to build the models as of. Run `sotw build`, or "
            "`sotw build --select stg_settings`, which only stores it; then export."
        )
    counts: dict[str, int] = {}
    with appearing_folder(folder) as partial, warehouse.plainly_named(partial) as link:
        for table in _tables(con, "raw"):
            counts[table] = _write_table(con, table, link / "raw", buckets)
    log.info("%s: %d rows in %d tables", folder, sum(counts.values()), len(counts))
    return counts


def _tables(con: Connection, schema: str) -> list[str]:
    query = "select table_name from duckdb_tables() where schema_name = ? order by table_name"
    return [name for (name,) in con.execute(query, [schema]).fetchall()]


def _write_table(con: Connection, table: str, parent: Path, buckets: int) -> int:
    folder = parent / table
    folder.mkdir(parents=True)
    described = con.execute(f"describe raw.{table}").fetchall()
    # Not every engine knows the JSON type.
    json = [name for name, kind, *_ in described if kind == "JSON"]
    casts = ", ".join(f"cast({name} as varchar) as {name}" for name in json)
    query = f"select * {f'replace ({casts})' if json else ''} from raw.{table}"
    options = "format parquet, compression zstd"
    target = folder / "0.parquet"
    if table == "plays":
        query = query.replace("select *", f"select listener_id % {buckets} as bucket, *", 1)
        [(rows,)] = con.execute("select count(*) from raw.plays").fetchall()
        if rows:
            target, options = folder, f"{options}, partition_by (bucket), overwrite true"
        else:  # no bucket has a row, and the columns must be known
            target = folder / "bucket=0" / "0.parquet"
            target.parent.mkdir()
            query = f"select * exclude (bucket) from ({query})"
    [(count,)] = con.execute(
        f"copy ({query}) to {warehouse.quoted(str(target))} ({options})"
    ).fetchall()
    return int(count)


def train_from(
    source: Path,
    output: Path,
    settings: Settings,
    wanted: Mapping[str, Any],
    *,
    progress: Callable[[str], None] | None = None,
) -> Session:
    """Train on the tables that Spark built; no warehouse is touched.

    Args:
        source: What ``sotw build --engine spark`` wrote.
        output: The predictions and all else of the run go to ``<output>/ml``.
        settings: Stored with the run.
        wanted: The options by predictor; of several, those without data are left out.
        progress: Called before each fit with what it is.

    Raises:
        SotwError: The source is not what Spark wrote, the output is not empty, or no listener
            can be trained.
    """
    from sotw.actions.learn import train

    with (
        appearing_folder(output / "ml") as partial,
        warehouse.plainly_named(partial) as written,
        warehouse.plainly_named(source) as read,
        tempfile.TemporaryDirectory(prefix="sotw-train-") as scratch,
    ):
        path = Path(scratch) / "train.duckdb"
        con = warehouse.connect(path)
        try:
            warehouse.migrate(con, path)
            marts = {registry.predictor(one).traits.mart for one in wanted}
            _show_built(con, read, source, marts)
            session = train(con, settings, wanted, progress)
            for table in _LEARNED:
                file = written / table / "0.parquet"
                file.parent.mkdir()
                target = warehouse.quoted(str(file))
                con.execute(f"copy ml.{table} to {target} (format parquet, compression zstd)")
        finally:
            con.close()
    return session


def _show_built(con: Connection, link: Path, source: Path, marts: Collection[str]) -> None:
    """Make the Parquet tables of a folder readable by their names, the training marts tables."""
    for schema in LAYERS:
        con.execute(f"create schema {schema}")
        for folder in sorted((link / schema).glob("*/")):
            if not _NAME.fullmatch(folder.name):
                continue
            name = f"{schema}.{folder.name}"
            kind = "table" if name in marts else "view"
            files = f"{folder}/*.parquet"
            con.execute(f"create {kind} {name} as from {_read(files)}")
    is_there = [(link / mart.replace(".", "/")).is_dir() for mart in marts]
    if not (link / "staging" / "stg_settings").is_dir() or not any(is_there):
        raise SotwError(
            f"{source}: does not hold {' or '.join(sorted(marts))}. Name the output of `sotw build "
            "--engine spark`."
        )
    take_over_settings(con)


def _read(files: str) -> str:
    """As a table; a folder like ``run=3`` on the way gives no column."""
    return f"read_parquet({warehouse.quoted(files)}, hive_partitioning = false)"


def import_predictions(path: Path, folder: Path, settings: Settings) -> dict[str, int]:
    """Bring a run that ``train_from`` wrote into the warehouse; a run that is there stays as it is.

    The ledger takes what it would have taken from a training here: what was predicted before the
    truth was known, and back-fills only of weeks that it does not have.

    Args:
        path: The warehouse whose raw tables were exported.
        folder: ``<output>/ml``, or the folder that holds it.
        settings: As for a build.

    Returns:
        Rows added by table; none for a run that was there.

    Raises:
        SotwError: The folder holds no run, or one about listeners that are not in the warehouse.
    """
    from sotw.actions.drafting import rebuild_after_ml

    home = folder / "ml" if (folder / "ml").is_dir() else folder
    for table in _LEARNED:
        if not list((home / table).glob("*.parquet")):
            raise SotwError(f"{home}: has no table '{table}'. Name what `sotw train --from` wrote.")
    with warehouse.plainly_named(home) as link, warehouse.writing(path) as con:
        added = _add_run(con, link, home, path)
        marts = (registry.predictor(one).traits.mart for one in registry.PREDICTORS)
        if any(added.values()) and any(is_built(con, mart) for mart in marts):
            rebuild_after_ml(con, settings)
    return added


def _add_run(con: Connection, link: Path, home: Path, path: Path) -> dict[str, int]:
    con.execute("create temp table known_runs as select run_id, predictor from ml.runs")
    for table in _LEARNED:
        files = _read(f"{link / table}/*.parquet")
        query = f"select * from {files} anti join known_runs using (run_id)"
        con.execute(f"create temp table new_{table} as {query}")
    _refuse_strangers(con, home, path)
    added = {}
    for table in _LEARNED:
        query = f"select * from new_{table}"
        if table in _OF_LATEST_RUN:
            # A run of another predictor makes nothing of this one older.
            newest = "select predictor, max(run_id) as newest from known_runs group by predictor"
            query = f"select new_{table}.* from new_{table} left join ({newest}) using (predictor)"
            query += " where run_id > coalesce(newest, '')"
            kinds = f"select distinct predictor, task, target from ({query})"
            con.execute(f"delete from ml.{table} where (predictor, task, target) in ({kinds})")
        if table == "ledger":
            keys = ("predictor", "task", "target", "listener_id", "week_ending", "cutoff_policy")
            same = " and ".join(f"old.{key} is not distinct from new_ledger.{key}" for key in keys)
            query += f" where not is_backfill or not exists (from ml.ledger as old where {same})"
        [(added[table],)] = con.execute(f"insert into ml.{table} by name {query}").fetchall()
    for name in ("known_runs", *(f"new_{table}" for table in _LEARNED)):
        con.execute(f"drop table temp.{name}")
    return added


def _refuse_strangers(con: Connection, home: Path, path: Path) -> None:
    """Refuse predictions about listeners who are another person, or nobody, here."""
    query = "from new_ledger anti join raw.listeners using (listener_id, listener)"
    strangers = con.execute(f"select distinct listener {query} order by all").fetchall()
    if strangers:
        names = ", ".join(name for (name,) in strangers[:3])
        raise SotwError(
            f"{home}: predicts for {names}, who by name and number are not in {path}. Import into "
            "the warehouse whose raw tables were exported."
        )
