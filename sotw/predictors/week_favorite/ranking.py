"""Rankings of a week: read back, or scored with stored coefficients as of an instant.

Nothing here prints or publishes: rows come back as plain values for the command line, the page
and the service alike.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sotw import warehouse
from sotw.errors import SotwError
from sotw.learning import rows as mart_rows
from sotw.learning.encoding import WEEK
from sotw.learning.score import store_predictions
from sotw.learning.store import KEY
from sotw.predictors.week_favorite.models import DEFAULT
from sotw.predictors.week_favorite.predictor import MART, PREDICTOR, read_rows
from sotw.predictors.week_favorite.ranked import (
    Candidate,
    Confidence,
    MostPlayed,
    Ranking,
    Record,
    State,
)
from sotw.predictors.week_favorite.wording import Contribution, reasons
from sotw.render import render
from sotw.warehouse.listeners import listener_id

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    from sotw.warehouse import Connection

CONFIDENCE = "marts.prediction_confidence"
NAME = PREDICTOR.traits.name


def ranking(
    con: Connection, listener: str, week: dt.date | None = None, policy: str | None = None
) -> Ranking:
    """The stored ranking of a week.

    Args:
        con: May be read-only.
        listener: The name.
        week: Any date in the week; by default the listener's current week.
        policy: By default ``decision`` for a listener whose picks it learned from, else
            ``calendar``: a moment of decision that nobody named is a guess.

    Raises:
        SotwError: The listener is unknown, nothing is predicted, or not for that week.
    """
    who = _listener(con, listener)
    query = "select distinct week_ending, cutoff_policy, label_kind from ml.predictions"
    values = [NAME, who["listener_id"]]
    found = warehouse.rows(con, f"{query} where predictor = ? and listener_id = ?", values)
    if not found:
        raise SotwError(f"{listener}: nothing is predicted yet. Run `sotw train`.")
    policies = {row["cutoff_policy"]: row["label_kind"] for row in found}
    chosen = policy or _usual(policies)
    target = _week(con, who, week)
    predicted = sorted(row["week_ending"] for row in found if row["cutoff_policy"] == chosen)
    if target["week_ending"] not in predicted:
        where = f"{listener}: the week ending {target['week_ending']}"
        if not predicted:
            raise SotwError(
                f"{where} is not predicted by policy '{chosen}'; there is {', '.join(policies)}."
            )
        if target["week_ending"] > predicted[-1]:
            raise SotwError(f"{where} is newer than the last training. Run `sotw train`.")
        raise SotwError(
            f"{where} is not predicted: there is {predicted[0]} to {predicted[-1]}, and weeks "
            "before that are what the model learned from."
        )
    ranked = _read(con, who, target, chosen)
    if not warehouse.is_built(con, "marts.weekly_plays"):
        return ranked
    of_week = {"listener_id": who["listener_id"], "week_ending": target["week_ending"]}
    rows = warehouse.rows(con, render("score/week_albums.sql"), of_week)
    return replace(ranked, most_played=tuple(MostPlayed(**row) for row in rows))


def rank_with_latest(
    con: Connection, listener: str, week: dt.date | None = None, policy: str | None = None
) -> Ranking:
    """What the listener's latest model says of a copy that was built as of some instant.

    The model may have learned from later weeks; ``model_as_of`` says so.

    Args:
        con: The copy, with the training mart built.
        listener: The name.
        week: Any date in the week; by default the week that is current in the copy.
        policy: As in ``ranking``.

    Raises:
        SotwError: There is no model of the listener, or no play in that week.
    """
    who = _listener(con, listener)
    query = "from ml.models where predictor = ? and listener_id = ? and is_default"
    latest = warehouse.rows(con, f"{query} order by run_id", [NAME, who["listener_id"]])
    stored = {row["cutoff_policy"]: row for row in latest}
    if not stored:
        raise SotwError(f"{listener}: no model is trained yet. Run `sotw train`.")
    chosen = policy or _usual({name: row["label_kind"] for name, row in stored.items()})
    if chosen not in stored:
        raise SotwError(
            f"{listener}: no model of policy '{chosen}' is stored; there is {', '.join(stored)}."
        )
    target, model = _week(con, who, week), stored[chosen]
    rows = read_rows(con, who["listener_id"], chosen)
    rows = rows[rows["week_ending"].dt.date == target["week_ending"]].assign(split="new")
    if rows.empty:
        raise SotwError(
            f"{listener}: no play in the week ending {target['week_ending']} before the cut-off, "
            "so there is nothing to rank. Choose a later time or another week."
        )
    for table in ("predictions", "contributions"):
        con.execute(f"delete from ml.{table} where predictor = ?", [NAME])
    store_predictions(
        con,
        PREDICTOR.traits,
        {name: model[name] for name in ("run_id", "predictor", "model", *KEY)},
        rows,
        group=WEEK,
        label_kind=model["label_kind"],
        link=model["link"],
    )
    return _read(con, who, target, chosen)


def _usual(kinds: Mapping[str, str]) -> str:
    """The one cut-off that is shown, of those there are with the label of each."""
    wanted = "decision" if "pick" in kinds.values() else "calendar"
    return wanted if wanted in kinds else max(kinds)


def _listener(con: Connection, listener: str) -> dict[str, Any]:
    tables = "select 1 from duckdb_tables() where table_name = 'dim_listeners'"
    if not warehouse.rows(con, tables):
        raise SotwError("nothing is built yet. Run `sotw build`, then `sotw train`.")
    values = [listener_id(con, listener)]
    found = warehouse.rows(con, "from core.dim_listeners where listener_id = ?", values)
    if not found:
        raise SotwError(f"{listener}: imported after the last build. Run `sotw build` first.")
    return found[0]


def _week(con: Connection, who: dict[str, Any], week: dt.date | None) -> dict[str, Any]:
    """The week that a date is in, or the current one."""
    query = "select week_ending, is_current, is_running from core.dim_weeks where listener_id = ?"
    order = "order by week_ending"
    if week is None:
        found = warehouse.rows(con, f"{query} and is_current {order}", [who["listener_id"]])
    else:
        rest = f"{query} and week_ending >= ? and week_ending < ? + 7 {order}"
        found = warehouse.rows(con, rest, [who["listener_id"], week, week])
    if not found:
        raise SotwError(
            f"{who['listener']}: the log has no week {f'with {week}' if week else 'yet'}. "
            "Import plays with `sotw ingest FILE`."
        )
    return found[0]


def _read(con: Connection, who: dict[str, Any], week: dict[str, Any], policy: str) -> Ranking:
    key = {
        "listener_id": who["listener_id"],
        "week_ending": week["week_ending"],
        "cutoff_policy": policy,
    }
    rows = warehouse.rows(con, render("score/ranking.sql"), key)
    columns = "track_id, feature, level, value, contribution"
    query = "where listener_id = ? and week_ending = ? and cutoff_policy = ? and predictor = ?"
    by_track: dict[int, list[Contribution]] = {}
    for row in warehouse.rows(
        con, f"select {columns} from ml.contributions {query}", [*key.values(), NAME]
    ):
        by_track.setdefault(row.pop("track_id"), []).append(Contribution(**row))
    comments = mart_rows.comments(con, MART)
    run_id = rows[0]["run_id"]
    run = warehouse.rows(con, "select as_of from ml.runs where run_id = ?", [run_id])
    best = min(rows, key=lambda row: row["rank"])
    values = {"listener_id": key["listener_id"], "week_ending": key["week_ending"]}
    state = State(**warehouse.rows(con, render("score/week_state.sql"), values)[0])
    kind = rows[0]["label_kind"]
    return Ranking(
        listener=who["listener"],
        listener_id=who["listener_id"],
        week_ending=week["week_ending"],
        is_current=week["is_current"],
        is_running=week["is_running"],
        cutoff_policy=policy,
        cutoff_at=rows[0]["cutoff_at"],
        label_kind=kind,
        run_id=run_id,
        model_as_of=run[0]["as_of"],
        is_demo=who["is_demo"],
        confidence=_confidence(con, who["listener_id"], policy, kind, best["probability"]),
        record=_record(con, run_id, who["listener_id"], policy, kind),
        state=state,
        candidates=tuple(
            Candidate(
                **{name: row[name] for name in Candidate.__dataclass_fields__ if name in row},
                is_pick=row["track_id"] == state.picked_track_id,
                reasons=reasons(by_track.get(row["track_id"], []), who["week_ends_on"], comments),
            )
            for row in sorted(rows, key=lambda row: row["rank"])
        ),
    )


def _confidence(
    con: Connection, listener_id: int, policy: str, kind: str, probability: float
) -> Confidence | None:
    where = (
        "where listener_id = ? and cutoff_policy = ? and label_kind = ? and predictor = ? "
        "and model = ?"
    )
    band = "and ? >= band_low and (? < band_high or band_high = 1)"
    found = warehouse.rows(
        con,
        f"select band_low, band_high, weeks_count, right_count from {CONFIDENCE} {where} {band}",
        [listener_id, policy, kind, NAME, DEFAULT, probability, probability],
    )
    return Confidence(*found[0].values()) if found else None


def _record(
    con: Connection, run_id: str, listener_id: int, policy: str, kind: str
) -> Record | None:
    """From the run that made the model: of both models, and the paired difference."""
    where = (
        "where run_id = ? and predictor = ? and split = 'test' and listener_id = ? "
        "and cutoff_policy = ? and label_kind = ?"
    )
    query = f"select model, metric, value, n, low, high from ml.metrics {where}"
    rows = warehouse.rows(con, query, [run_id, NAME, listener_id, policy, kind])
    found = {(row["model"], row["metric"]): row for row in rows}
    own, other = found.get((DEFAULT, "hit_at_1")), found.get(("most_plays", "hit_at_1"))
    gain = found.get((DEFAULT, "mrr_over_most_plays"))
    if own is None or other is None or gain is None or gain["low"] is None:
        return None
    return Record(
        weeks=own["n"],
        right=round(own["value"] * own["n"]),
        most_plays_right=round(other["value"] * other["n"]),
        gain_low=gain["low"],
        gain_high=gain["high"],
    )
