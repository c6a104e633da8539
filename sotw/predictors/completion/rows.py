"""The plays that completion learns from: read from the mart, divided in the order of time."""

from __future__ import annotations

import hashlib
import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from sotw.errors import SotwError
from sotw.learning.metrics.binary import Scored
from sotw.predictors.completion.models import KEYS, TARGETS, Problem
from sotw.warehouse import is_built

if TYPE_CHECKING:
    import datetime as dt

    import pandas as pd

    from sotw.warehouse import Connection

MART = "marts.training_completion"
MIN_PLAYS = 200  # with fewer plays of known outcome nothing is learned
SHARES = (0.6, 0.8)  # where validation and test begin
ROLLING_SHARE = 0.4  # where the first rolling block begins
BLOCKS = 5
PAST_SHARE = 0.8  # of the plays before a block; the later ones are its validation
ALL, PRIMARY = "all", "primary"


@dataclass(frozen=True, slots=True)
class Plays:
    """A listener's plays of known outcome, in the order in which they ended.

    Attributes:
        listener_id: Whose.
        listener: The name.
        cohort: ``all``, or ``primary``: those of the listener's own sessions.
        rows: Keys, targets and features; numbers as float64.
        unknown: Plays left out because how they ended is not known.
        others: Plays left out because attribution says they are somebody else's.
        data_sha256: Over all columns of ``rows``.
    """

    listener_id: int
    listener: str
    cohort: str
    rows: pd.DataFrame
    unknown: int
    others: int
    data_sha256: str


@dataclass(frozen=True, slots=True)
class Split:
    """Where validation and test begin, as positions; no session is cut."""

    validation: int
    test: int
    end: int

    def named(self, rows: pd.DataFrame) -> dict[str, pd.DataFrame]:
        """The parts by the names that ``ml.metrics`` uses."""
        return {
            "train": rows[: self.validation],
            "validation": rows[self.validation : self.test],
            "test": rows[self.test : self.end],
        }


def built_as_of(con: Connection) -> dt.datetime:
    """The instant of the build whose mart is there.

    Raises:
        SotwError: It is not built.
    """
    rows = con.execute("select as_of from raw.settings").fetchall()
    if not rows or not is_built(con, MART):
        raise SotwError(
            f"{MART}: not built yet, so there is nothing to train on. Run `sotw build`."
        )
    as_of: dt.datetime = rows[0][0]
    return as_of


def columns(con: Connection) -> tuple[str, ...]:
    """The columns of the mart."""
    return tuple(con.sql(f"from {MART} limit 0").columns)


def read(con: Connection, listener_id: int, listener: str, target: str) -> dict[str, Plays]:
    """A listener's plays by cohort: ``all``, and ``primary`` where that is something else.

    Raises:
        SotwError: Too few plays say how they ended, or all ended alike.
    """
    # One order of rows, so that equal data give equal models to the last bit.
    query = f"from {MART} where listener_id = ? order by play_number"
    table = con.sql(query, params=[listener_id]).to_arrow_table()
    for position, field in enumerate(table.schema):
        kind = field.type
        is_number = pa.types.is_boolean(kind) or pa.types.is_integer(kind)
        is_key = field.name in KEYS
        if not is_key and (is_number or pa.types.is_decimal(kind)):
            cast = table.column(position).cast(pa.float64())
            table = table.set_column(position, field.name, cast)
    every = table.to_pandas(date_as_object=False)
    column = TARGETS[target]
    is_known = every[column].notna().to_numpy(bool)
    is_own = every["is_primary"].to_numpy(bool)
    found = {}
    for cohort, is_meant in ((ALL, np.ones(len(every), bool)), (PRIMARY, is_own)):
        if cohort == PRIMARY and is_own.all():
            continue
        rows = every[is_known & is_meant].reset_index(drop=True)
        _refuse_too_few(rows[column], cohort)
        found[cohort] = Plays(
            listener_id=listener_id,
            listener=listener,
            cohort=cohort,
            rows=rows,
            unknown=int((is_meant & ~is_known).sum()),
            others=int((~is_meant).sum()),
            data_sha256=_fingerprint(rows),
        )
    return found


def _refuse_too_few(outcomes: pd.Series, cohort: str) -> None:
    """Say what is lacking where there is nothing to learn from."""
    of = " of the listener's own sessions" if cohort == PRIMARY else ""
    how = (
        "Loosen [attribution] in sotw.toml, then run `sotw build`."
        if cohort == PRIMARY
        else "Import the extended history of Spotify with `sotw ingest FILE`."
    )
    if len(outcomes) < MIN_PLAYS:
        raise SotwError(
            f"{len(outcomes)} plays{of} say how they ended, {MIN_PLAYS} are needed. {how}"
        )
    if outcomes.nunique() < 2:
        raise SotwError(
            f"all {len(outcomes)} plays{of} that say how they ended did so alike, so there is "
            f"nothing to tell apart. {how}"
        )


def split(rows: pd.DataFrame) -> Split:
    """Divide plays 60/20/20 in the order of time, never inside a session."""
    first, second = (border(rows, int(len(rows) * share)) for share in SHARES)
    return Split(first, second, len(rows))


def border(rows: pd.DataFrame, position: int) -> int:
    """The position, moved on to where a session begins."""
    sessions = rows["session_number"].to_numpy()
    while 0 < position < len(rows) and sessions[position] == sessions[position - 1]:
        position += 1
    return position


def rolling_blocks(rows: pd.DataFrame) -> list[tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]]:
    """Train, validation and block: five blocks over the last 60 %, each after all it learns from.

    Source: BENCHMARKS 1, "rolling".
    """
    edges = np.linspace(ROLLING_SHARE, 1, BLOCKS + 1) * len(rows)
    borders = [border(rows, int(edge)) for edge in edges.round()]
    found = []
    for begin, stop in itertools.pairwise(borders):
        middle = border(rows[:begin], int(begin * PAST_SHARE))
        if middle > 0 and begin < stop:
            found.append((rows[:middle], rows[middle:begin], rows[begin:stop]))
    return found


def scored(rows: pd.DataFrame, problem: Problem) -> Scored:
    """The plays as metrics take them."""
    return Scored.of(problem.labels(rows), rows["session_number"].to_numpy(np.int64))


def _fingerprint(rows: pd.DataFrame) -> str:
    """sha256 over the names and values of all columns; rows come in one order."""
    digest = hashlib.sha256()
    for column in sorted(rows.columns):
        values = rows[column]
        is_plain = values.dtype.kind in "biufM"
        data = values.to_numpy().tobytes() if is_plain else "\0".join(map(str, values)).encode()
        digest.update(column.encode() + b"\0" + data)
    return digest.hexdigest()
