"""What a stored model says of the rows of a file that was never learned from."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np

from sotw import warehouse
from sotw.errors import SotwError
from sotw.learning import rows as mart_rows
from sotw.learning.encoding import INTERCEPT
from sotw.learning.of_file import FileScoring, SaidOfFile
from sotw.learning.protocol import Artifact
from sotw.predictors.popularity import boosting, intervals, models

if TYPE_CHECKING:
    from sotw.warehouse import Connection

ROWS_MART = "marts.training_popularity_rows"
COLUMNS = ("prediction", "prediction_pi_lower", "prediction_pi_upper", "bucket")
# System E's buckets (SYSTEMS E.4): up to which popularity, and its words.
BUCKETS = (
    (20.0, "bust"),
    (40.0, "not successful"),
    (60.0, "maybe a hit"),
    (80.0, "great chance"),
    (100.0, "absolute hit"),
)


def bucket(popularity: float) -> str:
    """System E's word for a popularity; its bounds belong to the lower one."""
    return next((word for most, word in BUCKETS if popularity <= most), BUCKETS[-1][1])


def stored_scorer(con: Connection, catalogue: str | None) -> tuple[str, str, intervals.Banded]:
    """The model that the latest training left for a catalogue.

    Args:
        con: The warehouse.
        catalogue: Its name; null: the only one there is.

    Returns:
        Catalogue, run and model.

    Raises:
        SotwError: Nothing is trained, there are several or none of that name, or the stored text
            is not the one that was stored.
    """
    query = "from ml.models where predictor = 'popularity' and task = ? and is_default"
    newest = {
        row["catalogue"]: row
        for row in warehouse.rows(con, f"{query} order by run_id", [models.UNTRIMMED])
    }
    names = ", ".join(sorted(newest))
    if not newest:
        raise SotwError("popularity: nothing is trained yet. Run `sotw train popularity`.")
    if catalogue is None and len(newest) > 1:
        raise SotwError(f"popularity: by which catalogue's model? Name one: --catalogue {names}.")
    name = catalogue or next(iter(newest))
    if name not in newest:
        raise SotwError(f"popularity: no catalogue is called '{name}'; there is {names}.")
    row = newest[name]
    key = [row["run_id"], row["model"], name]
    where = "where run_id = ? and model = ? and catalogue = ? and predictor = 'popularity'"
    chosen = json.loads(row["hyperparameters"])
    texts = warehouse.rows(con, f"from ml.artifacts {where}", key)
    inner: Any
    if texts:
        artifact = Artifact(texts[0]["format"], texts[0]["content"])
        inner = boosting.stored_trees(artifact, texts[0]["sha256"])
    else:
        inner = _line(warehouse.rows(con, f"from ml.parameters {where} order by rowid", key))
    return name, row["run_id"], intervals.Banded(inner, intervals.of_dict(chosen["interval"]))


def _line(parameters: list[dict[str, Any]]) -> models.Line:
    start = next(row["coefficient"] for row in parameters if row["feature"] == INTERCEPT)
    rest = [row for row in parameters if row["feature"] != INTERCEPT]
    columns = {
        name: np.array([row[name] for row in rest], dtype=np.float64)
        for name in ("impute", "center", "scale", "coefficient")
    }
    names = tuple(row["feature"] for row in rest)
    return models.Line(
        names,
        columns["impute"],
        columns["center"],
        columns["scale"],
        columns["coefficient"],
        float(start),
    )


def said_of(con: Connection, made: Connection, options: Any) -> SaidOfFile:  # noqa: ANN401
    """Score the rows of the one catalogue in another warehouse.

    Args:
        con: With the stored model.
        made: With the file's rows as ROWS_MART, and how they keep the contract.
        options: ``catalogue``: whose model; null: the only one.

    Raises:
        SotwError: As for ``stored_scorer``.
    """
    name, run_id, scorer = stored_scorer(con, options.catalogue)
    rows = mart_rows.read(made, f"from {ROWS_MART} order by line", None, ("line",))
    score = np.clip(scorer.score(rows), *intervals.SCALE)
    low, high = scorer.bounds(rows)
    lines = rows["line"].tolist()
    values = zip(lines, score.tolist(), low.tolist(), high.tolist(), strict=True)
    by_line = {line: (one, least, most, bucket(one)) for line, one, least, most in values}
    return SaidOfFile(f"catalogue {name}", run_id, by_line, _faults(made))


def _faults(made: Connection) -> dict[int, str]:
    query = "select line, field, fault_type, coalesce(stated_text, stated_value::varchar) as stated"
    query += " from core.fct_catalogue_faults inner join core.fct_catalogue_rows"
    query += " using (catalogue_row_id) where fault_action = 'reject' order by line, field"
    found: dict[int, list[str]] = {}
    for row in warehouse.rows(made, query):
        text = f"{row['field']} {row['fault_type']}: {row['stated']}"
        found.setdefault(row["line"], []).append(text)
    rejected = warehouse.rows(made, "select line, reason from raw.rejects where line is not null")
    for row in rejected:
        found.setdefault(row["line"], []).append(row["reason"])
    return {line: "; ".join(texts) for line, texts in found.items()}


SCORING = FileScoring("catalogue", (ROWS_MART.partition(".")[2],), COLUMNS, said_of)
