"""Scores of rows by a fitted scorer: a linear one in SQL, from its stored coefficients."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa

from sotw import warehouse
from sotw.errors import SotwError
from sotw.learning import rows as mart_rows
from sotw.learning.encoding import INTERCEPT, TEMPERATURE, Groups, logistic, softmax
from sotw.learning.metrics.ranking import ranks
from sotw.learning.protocol import Artifact, Bounded, Listing, Scored, Stored
from sotw.learning.store import KEY, insert
from sotw.render import render

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sotw.learning.encoding import BoolArray, FloatArray
    from sotw.learning.protocol import Link, Scorer, Traits
    from sotw.warehouse import Connection


def scored(
    rows: pd.DataFrame, scorer: Scorer, group: Sequence[str], threshold: float | None = None
) -> Scored:
    """What a scorer says of rows.

    Args:
        rows: Whole groups.
        scorer: Fitted.
        group: Columns that a softmax sums over.
        threshold: Probability from which on a row is chosen.
    """
    if isinstance(scorer, Listing):
        return Scored(np.full(len(rows), np.nan), best=scorer.best(rows))
    score = scorer.score(rows)
    probability = probabilities(score, rows, scorer.link, group)
    chosen = None if threshold is None or probability is None else probability >= threshold
    low, high = scorer.bounds(rows) if isinstance(scorer, Bounded) else (None, None)
    return Scored(score, probability, chosen, low, high)


def probabilities(
    score: FloatArray, rows: pd.DataFrame, link: Link, group: Sequence[str]
) -> FloatArray | None:
    """What a score says: each row by itself, within its group, or, of a value, nothing."""
    if link == "identity":
        return None
    return softmax(score, Groups.of(rows, group)) if link == "softmax" else logistic(score)


def linear_scores(
    con: Connection,
    traits: Traits,
    key: Mapping[str, Any],
    rows: pd.DataFrame,
    group: Sequence[str],
) -> FloatArray:
    """Score rows of the mart with stored coefficients; temp.scored_rows has what adds up.

    Args:
        con: Open for writing.
        traits: Of the predictor.
        key: run_id, predictor, model, and the key of the task: a model in ml.parameters.
        rows: With the columns of ``traits.entity`` and ``group``.
        group: Within which the model standardises where it has no centre of its own.

    Raises:
        SotwError: The model needs a column that the mart does not have.
    """
    query, known = render("score/parameters_to_use.sql"), dict.fromkeys(KEY) | dict(key)
    con.execute(f"create or replace temp table parameters_to_use as {query}", known)
    terms = _terms(con)
    present = {*mart_rows.columns(con, traits.mart), INTERCEPT}
    missing = [one["name"] for one in terms["features"] if one["name"] not in present]
    if missing:
        raise SotwError(
            f"run {key['run_id']}: its model reads {', '.join(missing)}, which {traits.mart} does "
            "not have. Run `sotw train` to fit a model to the present features."
        )
    numbered = rows[list(traits.entity)].assign(
        row_number=np.arange(len(rows)), group_number=Groups.of(rows, group).of_row
    )
    con.register("numbered", pa.Table.from_pandas(numbered, preserve_index=False))
    con.execute("create or replace temp table rows_to_score as from numbered")
    con.unregister("numbered")
    query = render("score/linear.sql", mart=traits.mart, entity=traits.entity, **terms)
    con.execute(f"create or replace temp table scored_rows as {query}")
    query = "select score from temp.scored_rows order by row_number"
    return np.asarray(con.execute(query).fetchnumpy()["score"], dtype=np.float64)


def _terms(con: Connection) -> dict[str, Any]:
    """The terms of temp.parameters_to_use, and its features, as the statements are rendered."""
    query = "select *, center is null as is_of_group from temp.parameters_to_use order by all"
    stored = [row for row in warehouse.rows(con, query) if row["feature"] not in TEMPERATURE]
    terms: list[dict[str, Any]] = []
    features: dict[str, dict[str, Any]] = {}
    for number, row in enumerate(stored, start=1):
        name, feature, is_text = f"term_{number}", row["feature"], row["level"] is not None
        level = warehouse.quoted(row["level"]) if is_text else "null"
        terms.append(
            {
                "name": name,
                "feature": feature,
                "level": level,
                "value": "1e0" if feature == INTERCEPT else feature,
                "x": f"cast({feature}_level = {level} as double)" if is_text else f"{name}_x",
                "is_text": is_text,
                "is_of_group": row["is_of_group"],
            }
        )
        if feature in features:
            features[feature]["sum"] += f" + {name}_added"
        else:
            features[feature] = {
                "name": feature,
                "level": f"{feature}_level" if is_text else "cast(null as varchar)",
                "value": "cast(null as double)" if is_text else f"{name}_value",
                "sum": f"{name}_added",
                "is_text": is_text,
            }
    for one in features.values():
        one["sum"] = f"({one['sum']})"
    texts = [one["name"] for one in features.values() if one["is_text"]]
    return {"terms": terms, "features": list(features.values()), "texts": texts}


def store_predictions(
    con: Connection,
    traits: Traits,
    key: Mapping[str, Any],
    rows: pd.DataFrame,
    *,
    group: Sequence[str],
    label_kind: str | None,
    link: Link,
    scorer: Scorer | None = None,
) -> int:
    """Score rows, and write what is predicted and why.

    Args:
        con: The draft.
        traits: Of the predictor.
        key: As for ``linear_scores``; a column of ml.predictions each. What is null of it may
            differ by row.
        rows: From ``to_predict``: whole groups, with ``split``.
        group: Within which ranks and a softmax are.
        label_kind: What was learned from.
        link: From score to probability.
        scorer: The fitted one; null: it is known by its stored coefficients alone.

    Returns:
        How many rows were predicted.
    """
    is_linear = scorer is None or (
        isinstance(scorer, Stored) and not isinstance(scorer.stored(), Artifact)
    )
    if scorer is None or is_linear:
        score = linear_scores(con, traits, key, rows, group)
    else:
        score = scorer.score(rows)
    low, high = scorer.bounds(rows) if isinstance(scorer, Bounded) else (None, None)
    said = Scored(score, probabilities(score, rows, link, group), low=low, high=high)
    place = None if traits.ties is None else ranks(rows, said.score, group, traits.ties)
    keys = [name for name in traits.keys if name in rows]
    fixed = {name: value for name, value in key.items() if value is not None or name not in keys}
    found = rows[[*keys, "split"]].assign(
        **fixed,
        label_kind=label_kind,
        score=said.score,
        probability=said.probability,
        rank=place,
        value=said.score if said.probability is None else None,
        low=said.low,
        high=said.high,
    )
    is_kept = np.isfinite(said.score)
    if traits.kept is not None and place is not None:
        is_kept &= place <= traits.kept
    found = found[is_kept]
    insert(con, "predictions", found)
    chosen = is_kept & _to_explain(len(rows), place, traits.explained)
    if is_linear:
        terms = _of_sql(con, chosen)
    elif isinstance(scorer, Stored) and chosen.any():
        terms = _of_scorer(scorer.explain(rows, chosen), rows, chosen)
    else:
        return len(found)
    about = rows[keys].drop(columns="cutoff_at", errors="ignore")
    about = about.iloc[terms.pop("row_number")].reset_index(drop=True)
    insert(con, "contributions", about.assign(**fixed, **terms))
    return len(found)


def _to_explain(n: int, place: Any, most: int) -> BoolArray:  # noqa: ANN401 - ranks or nothing
    """The best of each group; where nothing is ranked, the last rows."""
    found = np.arange(n) >= n - most if place is None else place <= most
    return np.asarray(found, dtype=np.bool_)


def _of_sql(con: Connection, chosen: BoolArray) -> dict[str, Any]:
    con.register("numbers", pa.table({"row_number": np.flatnonzero(chosen)}))
    con.execute("create or replace temp table chosen as from numbers")
    con.unregister("numbers")
    query = render("score/linear_terms.sql", **_terms(con))
    table: Any = con.sql(f"from ({query}) order by all").to_arrow_table()
    return {name: table.column(name).to_pandas() for name in table.column_names}


def _of_scorer(terms: pd.DataFrame, rows: pd.DataFrame, chosen: BoolArray) -> dict[str, Any]:
    """A row for each chosen row and feature that says something, with its value or text."""
    added = terms.reset_index(drop=True).melt(ignore_index=False, var_name="feature")
    given = rows[chosen].reindex(columns=terms.columns).reset_index(drop=True).astype(object)
    is_said = added["value"].notna().to_numpy()
    values = given.melt(ignore_index=False)["value"][is_said]
    added = added[is_said]
    is_text = values.map(lambda value: isinstance(value, str)).to_numpy(bool)
    return {
        "row_number": np.flatnonzero(chosen)[added.index],
        "feature": added["feature"].to_numpy(),
        "level": values.where(is_text, None).to_numpy(),
        "value": pd.to_numeric(values.mask(is_text)).to_numpy(np.float64),
        "contribution": added["value"].to_numpy(np.float64),
    }
