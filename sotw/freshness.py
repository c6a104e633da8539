"""How raw, the build and the training stand to each other: what is newer than what."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Any

from sotw import warehouse
from sotw.paths import sql_root

if TYPE_CHECKING:
    from sotw.settings import Settings
    from sotw.warehouse import Connection

_MART = "marts.training_week_favorite"
_WEEKS = "core.dim_weeks"
_MOST_LISTENERS = 3


def is_built(con: Connection, table: str) -> bool:
    """Whether ``schema.table`` is there."""
    schema, _, name = table.partition(".")
    query = "select 1 from duckdb_tables() where schema_name = ? and table_name = ?"
    return bool(con.execute(query, [schema, name]).fetchall())


def has_unbuilt_plays(con: Connection) -> bool:
    """Whether plays were imported after the calendar was built."""
    weeks = _made(con).get(_WEEKS)
    query = "from raw.imports where import_id in (select import_id from raw.plays)"
    [(newest,)] = con.execute(f"select max(imported_at) {query}").fetchall()
    return newest is not None and (weeks is None or newest > weeks["built_at"])


def unbuilt(con: Connection, settings: Settings) -> list[str]:
    """Why the built tables are not what a build would make now, a sentence each."""
    made = _made(con)
    if not made:
        return []
    found = []
    oldest = min(row["built_at"] for row in made.values())
    # An import that only knew everything changes nothing, but for a time that is sharper now.
    changed = "(rows_kept > 0 or note like '%now to the second%')"
    query = (
        f"select max(imported_at), count(*) from raw.imports where {changed} and imported_at > ?"
    )
    [(newest, imports)] = con.execute(query, [oldest]).fetchall()
    if imports:
        older = [name for name, row in made.items() if row["built_at"] < newest]
        found.append(
            f"{_counted(imports, 'import')} newer than {_counted(len(older), 'table', verb='')}, "
            f"such as {older[0]}: run `sotw build`."
        )
    query = "select max(greatest(created_at, coalesce(removed_at, created_at))) from raw.rules"
    [(changed_at,)] = con.execute(query).fetchall()
    if changed_at is not None and changed_at > oldest:
        found.append("Rules are newer than the build: run `sotw build`.")
    now = settings.as_dict()
    if any(json.loads(row["settings"]) != now for row in made.values()):
        found.append("The settings are not those of the last build: run `sotw build`.")
    return found


def untrained(con: Connection) -> list[str]:
    """Why the model is not what a training would make now, a sentence each."""
    mart = _made(con).get(_MART)
    # An evaluation, or a model of another predictor, is no training of this one.
    query = "select max(created_at) from ml.runs join ml.models using (run_id, predictor)"
    [(trained_at,)] = con.execute(f"{query} where predictor = 'week_favorite'").fetchall()
    if trained_at is None:
        return ["No model is trained yet: run `sotw train`."]
    if mart and mart["built_at"] > trained_at:
        return ["The build is newer than the last training: run `sotw train`."]
    return []


def too_few_labels(con: Connection) -> list[str]:
    """Listeners with too few labelled weeks to learn from, a sentence each."""
    from sotw.evaluate import MIN_PICKED_WEEKS, MIN_WEEKS

    if not is_built(con, "core.fct_week_labels"):
        return []
    query = (sql_root() / "score" / "labelled_weeks.sql").read_text(encoding="utf-8")
    labelled = con.execute(query, {"min_picks": MIN_PICKED_WEEKS}).fetchall()
    weeks = Counter(listener_id for listener_id, *_ in labelled)
    kinds = {listener_id: kind for listener_id, _, kind in labelled}
    found = []
    for row in warehouse.rows(con, "from core.dim_listeners order by listener"):
        count, kind = weeks[row["listener_id"]], kinds.get(row["listener_id"])
        if count < MIN_WEEKS:
            found.append(
                f"{row['listener']}: {count} labelled weeks, fewer than {MIN_WEEKS}: name "
                "favourites with `sotw pick`, or import more plays."
            )
        elif kind == "proxy":
            found.append(
                f"{row['listener']}: fewer than {MIN_PICKED_WEEKS} complete weeks have a pick, so "
                "a proxy is learned from: name favourites with `sotw pick`."
            )
    more = len(found) - _MOST_LISTENERS
    return found[:_MOST_LISTENERS] + ([f"So it is with {more} more listeners."] if more > 0 else [])


def _made(con: Connection) -> dict[str, dict[str, Any]]:
    """The tables there are that a build made; views are always fresh."""
    found = con.execute("select schema_name || '.' || table_name from duckdb_tables()").fetchall()
    there = {name for (name,) in found}
    query = (sql_root() / "state" / "made_tables.sql").read_text(encoding="utf-8")
    return {row["model"]: row for row in warehouse.rows(con, query) if row["model"] in there}


def _counted(count: int, what: str, verb: str = " is| are") -> str:
    one, _, many = verb.partition("|")
    return f"{count:,} {what}{'' if count == 1 else 's'}{one if count == 1 else many}"
