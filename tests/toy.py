"""A predictor that lives in the tests alone: how often an artist is played next, with bounds.

Unlike the two of sotw it predicts a number, of a listener's artist, and divides artists.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from sotw import warehouse
from sotw.errors import SotwError
from sotw.learning import rows as mart_rows
from sotw.learning.encoding import INTERCEPT, Parameter
from sotw.learning.metrics.intervals import mean_of
from sotw.learning.of_file import FileScoring, SaidOfFile
from sotw.learning.protocol import (
    Block,
    Formula,
    Learned,
    Part,
    Predictor,
    Task,
    Traits,
    option,
)

MART = "marts.training_toy"
FEATURES = ("plays", "genre")
# What a build would make of its mart.
STATEMENTS = (
    "insert into core.dim_artists by name select cast(1000 + range as integer) as artist_id, "
    "'Artist ' || range as artist_name, 'artist ' || range as artist_key from range(30)",
    "create table marts.training_toy as select 1 as listener_id, artist_id, "
    "artist_id % 7 as plays, 2 * plays + artist_id % 2 as next_plays, plays + 1 as next_days, "
    "'rock' as genre from core.dim_artists where artist_id >= 1000",
    "insert into ml.builds values ('b', timestamp '2020-01-02', now(), 1, '', '{}')",
    "insert into ml.model_timings values ('b', 'marts.training_toy', 1, 1, 30)",
)


@dataclass(frozen=True, slots=True)
class Options:
    measure: Literal["next_plays", "next_days"] = option("next_plays", "What comes next.", "train")


class Line:
    """Least squares on one number; how far it was off on the training rows bounds it."""

    link = "identity"
    has_converged = True

    def __init__(self, rows, label):
        self.slope, self.start = np.polyfit(rows["plays"], rows[label], 1)
        self.off = 2 * float(np.std(rows[label] - self.score(rows)))

    def score(self, rows):
        return self.start + self.slope * rows["plays"].to_numpy()

    def bounds(self, rows):
        return self.score(rows) - self.off, self.score(rows) + self.off

    def explain(self, rows, chosen):
        raise AssertionError("what is stored as coefficients is explained in SQL")

    def stored(self):
        return (
            Parameter(INTERCEPT, None, float(self.start), 0.0, 1.0, None),
            Parameter("plays", None, float(self.slope), 0.0, 1.0, 0.0),
        )


def said_of(con, made, options):
    [(run_id,)] = con.execute("select max(run_id) from ml.runs where predictor = 'toy'").fetchall()
    lines = [row["line"] for row in warehouse.rows(made, "from core.fct_catalogue_rows")]
    return SaidOfFile("the toy", run_id, dict.fromkeys(lines, (1,)), {3: "no toy"})


def documents(con, settings):
    if "fct_catalogue_rows" not in str(con.execute("show all tables").fetchall()):
        return {}
    [(rows,)] = con.execute("select count(*) from core.fct_catalogue_rows").fetchall()
    return {"toy.txt": f"{rows} rows"} if rows else {}


class Toy:
    """How often an artist is played next."""

    traits = Traits(
        name="toy",
        mart=MART,
        entity=("listener_id", "artist_id"),
        keys=("listener_id", "artist_id"),
        models=("line", "as_before"),
        options=Options,
        ties=("artist_id",),
        explained=2,
        advice=lambda con: ["toy: play more."],
        of_file=FileScoring("catalogue", ("fct_catalogue_rows",), ("toys",), said_of),
        documents=documents,
    )

    def tasks(self, con, settings, options):
        key = {"task": "grouped", "target": options.measure, "listener_id": 1}
        group = ("listener_id",)
        return [Task(name="ana", key=key, label=options.measure, group=group)]

    def rows(self, con, task):
        query = f"from {MART} where listener_id = ? order by artist_id"
        rows = mart_rows.read(con, query, [task.key["listener_id"]], ("listener_id", "artist_id"))
        if len(rows) < 10:
            raise SotwError(f"{len(rows)} artists, 10 are needed. Listen to more.")
        return rows

    def blocks(self, rows, task, split):
        return [Block(*(Part(rows[rows["artist_id"] % 3 == number]) for number in range(3)))]

    def learners(self, task):
        def line(train, validation):
            return Learned(Line(train, task.label), Line(train, task.label))

        return {"line": line, "as_before": Formula(lambda rows: rows["plays"].to_numpy()).learner}

    def serving(self, rows, task):
        return ("line", "as_before")

    def metrics(self, part, scored, task):
        error = np.abs(part.rows[task.label].to_numpy() - scored.score)
        return [mean_of("mae", error, 200)]

    def to_predict(self, rows, task, block):
        return rows.assign(split="new")


PREDICTOR: Predictor[Task] = Toy()
