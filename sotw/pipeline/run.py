"""Build every model in a draft, audit each before the next, and comment all of them.

Everything after raw is a pure function of raw, sql/, the settings and one instant ``as_of``
(DESIGN 2); so the built schemas are dropped and made anew, and a deleted model leaves no orphan.
"""

from __future__ import annotations

import hashlib
import json
import logging
import re
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sotw import warehouse
from sotw.errors import AuditError, ModelError
from sotw.pipeline.models import LAYERS, Model
from sotw.render import render, sql_files

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from sotw.settings import Settings
    from sotw.warehouse import Connection

    Progress = Callable[[str, int, int], None]

log = logging.getLogger(__name__)

_SHOWN_ROWS = 3


@dataclass(frozen=True, slots=True)
class Timing:
    """What one model cost.

    Attributes:
        model: ``schema.table``.
        seconds: To build it.
        audit_seconds: To check it.
        row_count: Null for a view, which has no rows of its own.
    """

    model: str
    seconds: float
    audit_seconds: float
    row_count: int | None


def build(
    con: Connection,
    models: Sequence[Model],
    *,
    settings: Settings,
    rendered: Path | None = None,
    only: Sequence[Model] | None = None,
    progress: Progress | None = None,
) -> list[Timing]:
    """Build and audit models in the draft that ``con`` has open.

    Args:
        con: A draft (``warehouse.writing``) whose raw tables hold the settings and the instant
            (``rules.prepare``).
        models: All models, parents first.
        settings: Those that raw holds, stored with the build.
        rendered: Folder for the rendered SQL; not written when null.
        only: Build these and leave the other tables as they are.
        progress: Called before each model with its name, its position from 1 and how many.

    Returns:
        What each model cost, in build order.

    Raises:
        ModelError: A model does not run.
        AuditError: A built table breaks its header; later models are not built.
    """
    started = time.perf_counter()
    as_of = _as_of(con)
    if rendered:
        write_rendered(models, rendered)
    chosen = models if only is None else only
    if only is None:
        for schema in reversed(LAYERS):
            con.execute(f"drop schema if exists {schema} cascade")
        # Only now their space is free for what is built; without it the file would double.
        con.execute("checkpoint")
    for schema in LAYERS:
        con.execute(f"create schema if not exists {schema}")
    comments = inherited_comments(models)
    timings = []
    for position, model in enumerate(chosen, start=1):
        if progress:
            progress(model.name, position, len(chosen))
        timings.append(_build_one(con, model, comments[model.name], rendered))
    if only is None:
        _run_cross_audits(con)
    _store_timings(
        con, timings, settings, as_of, sql_fingerprint(models), time.perf_counter() - started
    )
    return timings


def _as_of(con: Connection) -> dt.datetime:
    """The instant that models do not see past, naive UTC."""
    rows = con.execute("select as_of from raw.settings").fetchall()
    if not rows:
        raise ModelError("raw.settings is empty: the settings are written before a build.")
    as_of: dt.datetime = rows[0][0]
    return as_of


def write_rendered(models: Sequence[Model], folder: Path) -> None:
    """Write ``<folder>/<model>.sql`` for each model, ready to paste into the shell."""
    folder.mkdir(parents=True, exist_ok=True)
    names = {f"{model.name}.sql" for model in models}
    for old in folder.glob("*.sql"):
        # Only what an earlier build wrote: the folder may have been there before.
        if old.name not in names and old.name.partition(".")[0] in LAYERS:
            old.unlink()
    for model in models:
        (folder / f"{model.name}.sql").write_text(model.sql, encoding="utf-8")


def inherited_comments(models: Sequence[Model]) -> dict[str, dict[str, str]]:
    """Comment of each column per model: its own, else the one of the first parent that has it.

    Only a parent that makes the column passes its comment on; where several make one of that
    name, a test asks the lineage whether the first is the one it comes from.
    """
    found: dict[str, dict[str, str]] = {}
    for model in models:
        known: dict[str, str] = {}
        for parent in model.parents:
            for column, comment in found.get(parent, {}).items():
                known.setdefault(column, comment)
        known |= model.comments
        # Behind a star the names are not known without the parents': all are passed on.
        names = model.columns or known
        found[model.name] = {name: known[name] for name in names if name in known}
    return found


def _build_one(
    con: Connection, model: Model, comments: dict[str, str], rendered: Path | None
) -> Timing:
    started = time.perf_counter()
    kind = "view" if model.is_view else "table"
    # One transaction a model: its comments, each a statement, are synced to disk once.
    con.begin()
    try:
        rows_made = create(con, model)
    except ModelError as error:
        con.rollback()
        if not rendered:
            raise
        file = rendered / f"{model.name}.sql"
        where = f"The rendered text is in {file} (the line above it is 'create {kind}')."
        raise ModelError(f"{error}\n{where}") from error
    _comment(con, model, kind, comments)
    con.commit()
    built = time.perf_counter()
    # A view is audited as a table is, its rows are those of what it reads; no row breaks no rule.
    audited = audit(con, model) if model.is_view or rows_made else 0
    row_count = None if model.is_view else audited
    done = time.perf_counter()
    log.debug("%s built in %.3f s, audited in %.3f s", model.name, built - started, done - built)
    return Timing(model.name, built - started, done - built, row_count)


def create(con: Connection, model: Model) -> int:
    """Make the table or view of a model, in the place of one that is there.

    Returns:
        How many rows a table has; 0 for a view.

    Raises:
        ModelError: It does not run.
    """
    kind = "view" if model.is_view else "table"
    try:
        made = con.execute(f"create or replace {kind} {model.name} as\n{model.sql}").fetchone()
    except warehouse.DatabaseError as error:
        raise ModelError(f"{model.path}: does not run: {error}") from error
    return int(made[0]) if made else 0


def _comment(con: Connection, model: Model, kind: str, comments: dict[str, str]) -> None:
    columns: Sequence[str] = model.columns
    if not columns:  # behind a star
        columns = [row[0] for row in con.execute(f"describe {model.name}").fetchall()]
    statements = [f"comment on {kind} {model.name} is {warehouse.quoted(model.description)}"]
    statements += [
        f"comment on column {model.name}.{column} is {warehouse.quoted(comments[column])}"
        for column in columns
        if column in comments
    ]
    # Parsed at once: a text of many statements is parsed again for each.
    for statement in con.extract_statements(";".join(statements)):
        con.execute(statement)


def audit_query(model: Model) -> str:
    """One select: rows, copies beyond the grain, nulls in it, and rows breaking each audit."""
    counts = [
        "count(*)",
        f"count(*) - count(distinct ({', '.join(model.grain)},))",
        "count(*) filter (where "
        + " or ".join(f"{column} is null" for column in model.grain)
        + ")",
    ]
    counts += [f"count(*) filter (where not ({one.condition}))" for one in model.audits]
    return f"select {', '.join(counts)} from {model.name}"


def audit(con: Connection, model: Model) -> int:
    """Check a built table against its header.

    Returns:
        How many rows it has.

    Raises:
        AuditError: Names the model, the rule, how many rows break it and some of them, and how to
            see the others.
    """
    try:
        row = con.execute(audit_query(model)).fetchone()
    except warehouse.DatabaseError as error:
        raise ModelError(f"{model.path}: its header does not run as an audit: {error}") from error
    total, copies, nulls, *broken = row or (0, 0, 0)
    grain = ", ".join(model.grain)
    if nulls:
        condition = " or ".join(f"{column} is null" for column in model.grain)
        raise _audit_error(con, model, nulls, f"grain: {grain}' (null", f"where {condition}")
    if copies:
        ending = "group by all having copies > 1"
        raise _audit_error(
            con, model, copies, f"grain: {grain}' (copies", ending, f"{grain}, count(*) as copies"
        )
    for one, count in zip(model.audits, broken, strict=True):
        if count:
            rule = f"audit: {one.condition}' (line {one.line}"
            raise _audit_error(con, model, count, rule, f"where not ({one.condition})")
    return int(total)


def _audit_error(
    con: Connection, model: Model, count: int, rule: str, ending: str, columns: str = "*"
) -> AuditError:
    query = f"select {columns} from {model.name} {ending}"
    rows = warehouse.rows(con, f"{query} limit {_SHOWN_ROWS}")
    # Of a wide table only what the rule is about.
    named = (*model.grain, *re.findall(r"\w+", ending))
    shown = [
        ", ".join(f"{name} = {value}" for name, value in row.items() if name in named)
        for row in rows
    ]
    return AuditError(
        f"{model.name}: {count} rows break '{rule}, {model.path}), such as\n  "
        + "\n  ".join(shown)
        + "\nThe published warehouse is as it was. To see them all, relax that line of the header, "
        f"run `sotw build --select {model.name}` with --warehouse on a copy, and ask there:\n"
        f"  {query};"
    )


def _run_cross_audits(con: Connection) -> None:
    """Rules across tables: each file under sql/audits is a query that must return no row."""
    for file in sql_files("audits/*.sql"):
        bad = con.execute(render(file)).fetchmany(_SHOWN_ROWS)
        if bad:
            raise AuditError(
                f"sql/{file}: returns rows, such as {', '.join(map(str, bad))}. The "
                "published warehouse is as it was. To see them all, build a copy without that "
                "file, and run it there."
            )


def sql_fingerprint(models: Sequence[Model]) -> str:
    """sha256 over the rendered text of all models."""
    digest = hashlib.sha256()
    for model in models:
        digest.update(f"{model.name}\n{model.sql}\n".encode())
    return digest.hexdigest()


def _store_timings(
    con: Connection,
    timings: Sequence[Timing],
    settings: Settings,
    as_of: dt.datetime,
    digest: str,
    seconds: float,
) -> None:
    now = warehouse.utc_now()
    build_id = f"{now:%Y%m%dT%H%M%S.%f}"
    con.execute(
        "insert into ml.builds values (?, ?, ?, ?, ?, ?)",
        [build_id, now, as_of, seconds, digest, json.dumps(settings.as_dict())],
    )
    # As lists, not as an Arrow table: making one imports pandas, half a second of every build.
    con.execute(
        "insert into ml.model_timings select ?, unnest(?), unnest(?), unnest(?), unnest(?)",
        [
            build_id,
            [one.model for one in timings],
            [one.seconds for one in timings],
            [one.audit_seconds for one in timings],
            [one.row_count for one in timings],
        ],
    )
