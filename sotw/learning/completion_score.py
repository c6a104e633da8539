"""Score plays with the coefficients of a stored logistic regression, in SQL."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sotw import warehouse
from sotw.errors import SotwError
from sotw.predictors.completion.models import LINEAR_DEFAULT as MODEL
from sotw.predictors.completion.models import PREDICTOR, Problem
from sotw.render import render

if TYPE_CHECKING:
    import pyarrow as pa

    from sotw.warehouse import Connection


def score_plays(con: Connection, run_id: str, problem: Problem, plays: pa.Table) -> None:
    """Add scores of plays to ml.predictions.

    Args:
        con: Open for writing.
        run_id: A run in ml.parameters.
        problem: Its task and target.
        plays: listener_id, play_number and split.

    Raises:
        SotwError: The model reads a column that the mart does not have.
    """
    query = "select distinct feature, level is not null as is_text from ml.parameters"
    rest = "where run_id = ? and model = ? and feature <> '(intercept)' order by feature"
    found = warehouse.rows(con, f"{query} {rest}", [run_id, MODEL])
    missing = [row["feature"] for row in found if row["feature"] not in problem.features]
    if missing:
        raise SotwError(
            f"run {run_id}: its model reads {', '.join(missing)}, which the training mart does not "
            "have. Run `sotw train --predictor completion`."
        )
    query = render(
        "score/completion.sql",
        numbers=[row["feature"] for row in found if not row["is_text"]],
        texts=[row["feature"] for row in found if row["is_text"]],
    )
    con.register("plays_to_score", plays)
    con.execute("create or replace temp table scored_plays as from plays_to_score")
    con.unregister("plays_to_score")
    values = {
        "run_id": run_id,
        "predictor": PREDICTOR,
        "model": MODEL,
        "task": problem.task,
        "target": problem.target,
    }
    con.execute(f"insert into ml.predictions by name {query}", values)
    con.execute("drop table temp.scored_plays")
