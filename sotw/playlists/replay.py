"""Would the list of songs to hear again have been right? Measured at instants of the past.

At each instant the list is made of the plays that had ended by then and of what was predicted
before each of them; right is what was completed in the days after. The model itself was fitted on
plays before the first instant only, if all instants lie in the plays it was tested on, which is
where they begin. Beside it: what was completed most so far, what was played last, and what a
random order is expected to reach. The instants are at least a window apart, so that no play
counts twice.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from sotw.errors import SotwError
from sotw.learning.metrics.intervals import Metric, mean_of
from sotw.render import render
from sotw.warehouse.listeners import listener_id

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sotw.learning.encoding import BoolArray, FloatArray
    from sotw.warehouse import Connection

DAYS = 28
SIZES = (10, 100)
MIN_INSTANTS = 2
DRAWS = 1000
MOST_INSTANTS = 60  # more say little more, and each costs a pass over the plays
RESUME = "resume"
ORDERS = (RESUME, "popularity", "last_played")
RANDOM = "random_order"


@dataclass(frozen=True, slots=True)
class Replay:
    """What a replay found.

    Attributes:
        listener: Whose list.
        days: How long after each instant is looked at.
        first: The first instant, naive UTC.
        last: The last one.
        instants: How many were measured.
        silent: How many were left out: nothing played before was completed in the days after.
        candidates: Songs to choose from, on average.
        relevant: Of these completed in the days after, on average.
        metrics: By order and metric: value, n and the 95 % interval over the instants.
        differences: Likewise, the list minus each other order, at the same instants.
    """

    listener: str
    days: int
    first: dt.datetime
    last: dt.datetime
    instants: int
    silent: int
    candidates: float
    relevant: float
    metrics: Mapping[str, tuple[Metric, ...]]
    differences: Mapping[str, tuple[Metric, ...]]


def replay(con: Connection, listener: str, *, days: int = DAYS) -> Replay:
    """Make the list at instants of the past, and see what was completed in the days after.

    Args:
        con: A warehouse with scored plays; may be read-only.
        listener: Whose list.
        days: How long after each instant is looked at, and the least time between two of them.

    Raises:
        SotwError: No plays are scored, or there are too few instants.
    """
    if days < 1:
        raise SotwError(f"--days {days} is not allowed; allowed: 1 or more")
    number = listener_id(con, listener)
    instants = _instants(con, number, listener, days)
    con.execute("create or replace temp table replay_cutoffs (cutoff_at timestamp)")
    con.execute("insert into temp.replay_cutoffs select unnest(?)", [instants])
    try:
        query = f"from ({render('score/replay_candidates.sql')}) order by cutoff_at, track_id"
        found = con.execute(query, {"listener_id": number, "days": days}).fetchnumpy()
    finally:
        con.execute("drop table temp.replay_cutoffs")
    return _measured(found, listener, days, instants)


def _instants(con: Connection, number: int, listener: str, days: int) -> list[dt.datetime]:
    """From when the model knows nothing of what comes, as long as the days after are there."""
    values: dict[str, Any] = {"listener_id": number}
    [(first, last)] = con.execute(render("score/replay_tested_plays.sql"), values).fetchall()
    if last is None:
        raise SotwError(
            f"{listener}: no play is scored that the model was not fitted on. Run "
            "`sotw train completion`."
        )
    step = dt.timedelta(days=days)
    number = (last - first) // step
    if number < MIN_INSTANTS:
        raise SotwError(
            f"{listener}: the plays that the model was not fitted on span "
            f"{(last - first).days} days, {MIN_INSTANTS * days} are needed for {MIN_INSTANTS} "
            "instants. Import a longer history, or name fewer --days."
        )
    stride = -(-number // MOST_INSTANTS)
    return [first + place * step for place in range(0, number, stride)]


def _measured(
    found: Mapping[str, Any], listener: str, days: int, instants: list[dt.datetime]
) -> Replay:
    at = found["cutoff_at"].astype("datetime64[us]")
    values: dict[str, dict[str, list[float]]] = {order: {} for order in (*ORDERS, RANDOM)}
    sizes: list[tuple[int, int]] = []
    for instant in instants:
        own = at == np.datetime64(instant, "us")
        completed = np.asarray(found["next_completed_plays"][own], dtype=np.float64)
        plays = np.asarray(found["next_plays"][own], dtype=np.float64)
        is_relevant = completed > 0
        if not is_relevant.any():
            continue
        sizes.append((len(plays), int(is_relevant.sum())))
        for order in ORDERS:
            place = np.argsort(np.asarray(found[f"{order}_rank"][own], dtype=np.int64))
            for name, value in of_order(is_relevant[place], completed[place], plays[place]).items():
                values[order].setdefault(name, []).append(value)
        for name, value in of_random_order(is_relevant, completed, plays).items():
            values[RANDOM].setdefault(name, []).append(value)
    if len(sizes) < MIN_INSTANTS:
        raise SotwError(
            f"{listener}: songs played before were completed in the {days} days after only "
            f"{len(sizes)} of {len(instants)} instants, {MIN_INSTANTS} are needed. Name more "
            "--days."
        )
    arrays = {
        order: {name: np.array(one) for name, one in of.items()} for order, of in values.items()
    }
    own_values = arrays[RESUME]
    return Replay(
        listener=listener,
        days=days,
        first=instants[0],
        last=instants[-1],
        instants=len(sizes),
        silent=len(instants) - len(sizes),
        candidates=float(np.mean([one for one, _ in sizes])),
        relevant=float(np.mean([one for _, one in sizes])),
        metrics={order: _metrics(of) for order, of in arrays.items()},
        differences={
            order: _metrics({name: own_values[name] - one for name, one in of.items()})
            for order, of in arrays.items()
            if order != RESUME
        },
    )


def of_order(is_relevant: BoolArray, completed: FloatArray, plays: FloatArray) -> dict[str, float]:
    """How good one order was at one instant.

    Args:
        is_relevant: By song, the first of the list first: completed in the days after.
        completed: How often.
        plays: How often it was played in those days.

    Returns:
        ``precision_at_k``: of the first k songs, the share that is relevant. ``ndcg_at_k``: the
        same with the upper places weighing more, 1 where no order is better.
        ``completed_share_at_k``: of the plays of the first k songs in those days, the share that
        was completed; NaN where they were not played.
    """
    found = {}
    for k in SIZES:
        top = is_relevant[:k]
        discount = 1 / np.log2(np.arange(2, len(top) + 2))
        ideal = discount[: int(is_relevant.sum())].sum()
        found[f"precision_at_{k}"] = float(top.mean())
        found[f"ndcg_at_{k}"] = float((discount * top).sum() / ideal)
        heard = plays[:k].sum()
        found[f"completed_share_at_{k}"] = float(completed[:k].sum() / heard) if heard else np.nan
    return found


def of_random_order(
    is_relevant: BoolArray, completed: FloatArray, plays: FloatArray
) -> dict[str, float]:
    """What a random order is expected to reach: precision and NDCG exactly, the share of all."""
    share = float(is_relevant.mean())
    found = {}
    for k in SIZES:
        discount = 1 / np.log2(np.arange(2, min(k, len(plays)) + 2))
        ideal = discount[: int(is_relevant.sum())].sum()
        found[f"precision_at_{k}"] = share
        found[f"ndcg_at_{k}"] = float(share * discount.sum() / ideal)
        found[f"completed_share_at_{k}"] = float(completed.sum() / plays.sum())
    return found


def _metrics(values: Mapping[str, FloatArray]) -> tuple[Metric, ...]:
    return tuple(mean_of(name, one[~np.isnan(one)], DRAWS).result() for name, one in values.items())


def rows(found: Replay) -> tuple[list[dict[str, Any]], list[str]]:
    """The figures as a table to print: rows and columns."""
    columns = ["order", *(metric.metric for metric in found.metrics[RESUME])]
    lines = [
        {"order": order} | {one.metric: _said(one, found.instants) for one in metrics}
        for order, metrics in found.metrics.items()
    ]
    lines += [
        {"order": f"{RESUME} minus {order}"}
        | {one.metric: _said(one, found.instants, "+") for one in metrics}
        for order, metrics in found.differences.items()
    ]
    return lines, columns


def _said(one: Metric, instants: int, sign: str = "") -> str:
    if one.value is None or one.low is None or one.high is None:
        return ""
    n = "" if one.n == instants else f" n={one.n}"
    return f"{one.value:{sign}.3f} [{one.low:{sign}.3f}, {one.high:{sign}.3f}]{n}"


def verdicts(found: Replay) -> list[str]:
    """In which metrics the list is better or worse than each other order, with 95 % confidence."""
    lines = []
    for order, metrics in found.differences.items():
        better = [one.metric for one in metrics if one.low is not None and one.low > 0]
        worse = [one.metric for one in metrics if one.high is not None and one.high < 0]
        lines.append(
            f"Against {order}: better in {', '.join(better) or 'nothing'}; worse in "
            f"{', '.join(worse) or 'nothing'}."
        )
    return lines
