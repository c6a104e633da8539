"""One self-contained page about a listener's weekly favourite: data, plots, sentences, model.

Whatever the page says is computed from the warehouse when it is written; sotw/report_page.py makes
the file.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sotw import extras, warehouse
from sotw.errors import SotwError
from sotw.render import render
from sotw.report import page
from sotw.report.page import Document
from sotw.report.parts import Part, Subject, of
from sotw.warehouse.listeners import listener_id

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sotw.warehouse import Connection

MART = "marts.training_week_favorite"
PREDICTOR = "week_favorite"
# Keys, cut-off and labels of the mart; all other columns are features.
_NO_FEATURES = {
    "listener_id",
    "week_ending",
    "cutoff_policy",
    "track_id",
    "candidate_id",
    "cutoff_at",
    "is_complete_week",
    "is_current_week",
    "is_week_favorite",
    "is_proxy_favorite",
    "is_labelled_week",
    "is_favorite",
}
_TEMPORARY = ("report_candidates", "report_tracks", "report_weeks")


def write_report(
    con: Connection,
    folder: Path,
    *,
    listener: str | None = None,
    policy: str | None = None,
    form: str = "html",
) -> Path:
    """Write the page about the weekly favourite of one listener.

    Args:
        con: The warehouse; may be read-only.
        folder: Where the page goes; made if it is not there.
        listener: The name; by default the first listener.
        policy: ``decision`` where there is one, else ``calendar``, by default.
        form: ``html``, or ``md``: Markdown with its plots in a folder beside it.

    Returns:
        The path of the page.

    Raises:
        SotwError: The extra ``plot`` is not installed, nothing is built, the listener or the
            policy is not in the warehouse, or the page cannot be written.
    """
    extras.require("plot", "the report")
    path = page.file_of(folder, PREDICTOR, form)
    try:
        document = _document(con, _subject(con, listener, policy))
    finally:
        for table in _TEMPORARY:
            con.execute(f"drop table if exists temp.{table}")
    page.write(document, path)
    return path


def _document(con: Connection, subject: Subject) -> Document:
    is_proxy = subject.label_kind == "proxy"
    label = "proxy label" if is_proxy else "named favourites"
    return Document(
        predictor=PREDICTOR,
        title=f"Weekly favourite{of(subject.listener)} ({label})",
        facts=_facts(con, subject),
        groups=tuple((key, name, tuple(parts)) for key, name, parts in _groups(con, subject)),
        is_demo=subject.is_demo,
        is_proxy=is_proxy,
    )


def _subject(con: Connection, listener: str | None, policy: str | None) -> Subject:
    """Choose whose weeks, and put their rows into temporary tables."""
    who = _listener(con, listener)
    query = f"select distinct cutoff_policy from {MART} where listener_id = ? order by 1"
    found = warehouse.rows(con, query, [who["listener_id"]])
    policies = [row["cutoff_policy"] for row in found]
    if not policies:
        raise SotwError(
            f"{who['listener']}: has no candidates in {MART}. Import plays with `sotw ingest "
            "FILE`, then run `sotw build`."
        )
    chosen = policy or max(policies)
    if chosen not in policies:
        raise SotwError(
            f"policy '{chosen}' is not in {MART} for {who['listener']}; there is "
            f"{', '.join(policies)}. Name one of them."
        )
    keys = {
        "listener_id": who["listener_id"],
        "cutoff_policy": chosen,
        "label_kind": _label_kind(con, who["listener_id"]),
    }
    for table, file, values in (
        ("report_candidates", "candidates", keys),
        ("report_tracks", "tracks", {"listener_id": who["listener_id"]}),
        ("report_weeks", "favorite_weeks", {}),
    ):
        query = render(f"report/{file}.sql")
        con.execute(f"create or replace temp table {table} as {query}", values)
    return _with_features(con, who, chosen, keys["label_kind"])


def _with_features(con: Connection, who: dict[str, Any], policy: str, label_kind: str) -> Subject:
    columns = con.execute("describe temp.report_candidates").fetchall()
    kinds = {name: kind for name, kind, *_ in columns if name not in _NO_FEATURES}
    query = "select column_name, comment from duckdb_columns() where schema_name || '.' || "
    found = warehouse.rows(con, f"{query} table_name = ? and comment is not null", [MART])
    return Subject(
        listener_id=who["listener_id"],
        listener=who["listener"],
        policy=policy,
        label_kind=label_kind,
        is_demo=who["is_demo"],
        week_ends_on=who["week_ends_on"],
        numbers=tuple(name for name, kind in kinds.items() if kind != "VARCHAR"),
        texts=tuple(name for name, kind in kinds.items() if kind == "VARCHAR"),
        comments={row["column_name"]: row["comment"] for row in found},
    )


def _listener(con: Connection, listener: str | None) -> dict[str, Any]:
    built = "select 1 from duckdb_tables() where schema_name || '.' || table_name = ?"
    if not warehouse.rows(con, built, [MART]):
        raise SotwError(f"{MART}: not built yet, so there is nothing to report. Run `sotw build`.")
    number = None if listener is None else listener_id(con, listener)
    query = "select listener_id, listener, is_demo, week_ends_on from core.dim_listeners order by 1"
    for row in warehouse.rows(con, query):
        if number in (None, row["listener_id"]):
            return row
    raise SotwError(f"{listener or MART}: imported after the last build. Run `sotw build` first.")


def _label_kind(con: Connection, listener_id: int) -> str:
    """What training uses for the listener: picks where there are enough, else the proxy."""
    from sotw.predictors.week_favorite.predictor import MIN_PICKED_WEEKS

    query = f"select distinct listener_id, label_kind from ({render('score/labelled_weeks.sql')})"
    found = con.execute(query, {"min_picks": MIN_PICKED_WEEKS}).fetchall()
    return next((str(kind) for one, kind in found if one == listener_id), "proxy")


def _groups(con: Connection, subject: Subject) -> Iterator[tuple[str, str, list[Part]]]:
    """All parts of the page by chapter: its anchor, its heading, its parts."""
    from sotw.predictors.week_favorite import report_favorites, report_model
    from sotw.report import listening

    name = subject.favorite.capitalize()
    yield "data", "The data", list(listening.data_parts(con, subject))
    yield "listening", "Listening", list(listening.listening_parts(con, subject))
    yield "favourites", f"{name}s", list(report_favorites.favorite_parts(con, subject))
    yield "features", "Features", list(report_favorites.feature_parts(con, subject))
    yield "model", "Model and evaluation", list(report_model.model_parts(con, subject))


def _facts(con: Connection, subject: Subject) -> dict[str, str]:
    """What a reader has to know of the page before reading on."""
    query = "select count(*) as n, min(week_ending) as first, max(week_ending) as last"
    weeks = warehouse.rows(con, f"{query} from temp.report_weeks")[0]
    [built] = warehouse.rows(con, "select as_of from raw.settings")
    what = {
        "pick": "favourites that the listener named",
        "proxy": "a proxy, not a named favourite: the song of the week that was played most in "
        "the four weeks after it",
    }[subject.label_kind]
    extent = f"{weeks['n']:,} complete weeks"
    if weeks["n"]:
        extent += f", ending {weeks['first']} to {weeks['last']}"
    sees = {
        "decision": "plays up to the decision: the pick, or the hour at which one is assumed",
        "calendar": "plays up to the end of the week",
    }
    return {
        "listener": subject.listener,
        "label": what,
        "labelled": extent,
        "cut-off": f"{subject.policy}: {sees.get(subject.policy, subject.policy)}",
        "built": f"{built['as_of']:%Y-%m-%d %H:%M} UTC",
    }
