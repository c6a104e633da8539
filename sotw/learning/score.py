"""Score weeks with stored coefficients, in SQL."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sotw import warehouse
from sotw.errors import SotwError
from sotw.render import render

if TYPE_CHECKING:
    import pyarrow as pa

    from sotw.warehouse import Connection

PREDICTOR = "week_favorite"
MODEL = "conditional_logit"
MART = "marts.training_week_favorite"


def score_weeks(con: Connection, run_id: str, weeks: pa.Table, *, model: str = MODEL) -> int:
    """Score weeks with the coefficients of a run; replaces all predictions there are.

    Args:
        con: Open for writing.
        run_id: A run in ml.parameters.
        weeks: listener_id, week_ending, cutoff_policy, split, label_kind.
        model: A linear one of that run.

    Returns:
        How many candidates were scored.

    Raises:
        SotwError: The model needs a column that the training mart does not have.
    """
    which = {"run_id": run_id, "model": model}
    names = _features(con, run_id, model)
    query = "select any_value(link) from ml.models where run_id = ? and model = ?"
    [(link,)] = con.execute(query, [run_id, model]).fetchall()
    con.register("weeks", weeks)
    days = "replace (cast(week_ending as date) as week_ending)"
    query = f"select * {days}, ? as predictor, ? as model from weeks"
    con.execute(f"create or replace temp table predicted_weeks as {query}", [PREDICTOR, model])
    con.unregister("weeks")
    statement = render("score/scored_features.sql", **names)
    con.execute(f"create or replace temp table scored_features as {statement}", which)
    for table, file, values in (
        ("predictions", "score/week_favorite.sql", {"run_id": run_id, "link": link}),
        ("contributions", "score/week_favorite_contributions.sql", {"run_id": run_id}),
    ):
        con.execute(f"delete from ml.{table} where predictor = ?", [PREDICTOR])
        con.execute(f"insert into ml.{table} by name {render(file)}", values)
    con.execute("drop table temp.predicted_weeks; drop table temp.scored_features")
    query = "select count(*) from ml.predictions where run_id = ?"
    [(number,)] = con.execute(query, [run_id]).fetchall()
    return int(number)


def _features(con: Connection, run_id: str, model: str) -> dict[str, Any]:
    """The model's columns by kind, each one known to be in the mart."""
    query = "select distinct feature, level is not null as is_text from ml.parameters"
    rest = "where run_id = ? and model = ? and feature <> '(intercept)' order by feature"
    found = warehouse.rows(con, f"{query} {rest}", [run_id, model])
    present = set(column_comments(con))
    missing = [row["feature"] for row in found if row["feature"] not in present]
    if missing:
        raise SotwError(
            f"run {run_id}: its model reads {', '.join(missing)}, which {MART} does not have. "
            "Run `sotw train` to fit a model to the present features."
        )
    return {
        "numbers": [row["feature"] for row in found if not row["is_text"]],
        "texts": [row["feature"] for row in found if row["is_text"]],
    }


def column_comments(con: Connection) -> dict[str, str]:
    """Comment of each column of the training mart; its name where there is none."""
    query = (
        "select column_name, comment from duckdb_columns() where table_name = ? and schema_name = ?"
    )
    schema, table = MART.split(".")
    return {
        row["column_name"]: row["comment"] or row["column_name"].replace("_", " ")
        for row in warehouse.rows(con, query, [table, schema])
    }
