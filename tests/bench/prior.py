"""Fit the shipped prior of the weekly favourite anew on published logs, and write it.

    python tests/bench/prior.py [--check]

``--check`` writes nothing and fails when the shipped file differs. The logs are those of
../shared/data, the label is the proxy of BENCHMARKS 1 under the cut-off ``calendar``. Printed is
what the prior is worth to somebody it was not fitted on: each log in turn is left out, and its
weeks are forecast from what the others say and its own weeks before.
"""

from __future__ import annotations

import datetime as dt
import itertools
import json
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.optimize import minimize

from sotw import warehouse
from sotw.actions.prepare import prepare
from sotw.ingest import ingest
from sotw.learning.encoding import FloatArray, Groups, softmax, temperatures
from sotw.learning.metrics import winner
from sotw.pipeline.models import load_models
from sotw.pipeline.run import build
from sotw.predictors.week_favorite import prior
from sotw.predictors.week_favorite.conditional_logit import Choices, fit
from sotw.predictors.week_favorite.models import FEATURES
from sotw.predictors.week_favorite.predictor import labelled_choices, labelled_weeks
from sotw.settings import Settings

ROOT = Path(__file__).resolve().parent.parent.parent
DATA = ROOT.parent / "shared" / "data"
TARGET = ROOT / "sotw" / "predictors" / "week_favorite" / "prior.json"
SEED = dt.datetime(2026, 11, 30)
LOGS = {
    "lastfm": DATA / "listening" / "lastfm_export_12_years.csv",
    "spotify": DATA / "listening" / "spotify_extended",
    **{f"listener {n}": DATA / "listeners" / f"listener_{n}.zip" for n in range(1, 9)},
}
OWN_STRENGTH = 30.0  # towards the prior, for the weeks that the temperature is fitted on
BLOCKS = 5
# SYSTEMS A.9: standardised coefficients of system A's logistic regression, fitted to one person's
# 203 picks; those about the week itself. The rank's weight is on the plays, whose order it is.
# What A had for habits (earlier plays, active days) did worse than nothing on generated listeners.
PUBLISHED = {
    "week_plays": 0.299 + 0.656,
    "last_2_days_plays": 0.113,
    "last_day_plays": 0.114,
    "last_play_gap_days": -0.130,
}


@dataclass(frozen=True)
class Forecast:
    """Weeks of one log, forecast from the other logs and its own weeks before.

    Attributes:
        scores: Shape (n_rows,).
        weeks: Which rows are a week.
        chosen: The row of each week's label.
    """

    scores: FloatArray
    weeks: Groups
    chosen: FloatArray


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="sotw-prior-") as name:
        choices, marks = read(Path(name))
    found = fitted(choices, marks)
    text = json.dumps(found, indent=1, ensure_ascii=False) + "\n"
    if "--check" in sys.argv:
        same = same_numbers(json.loads(TARGET.read_text(encoding="utf-8")), found)
        print(f"{TARGET.name}: {'the same' if same else 'differs'}")
        sys.exit(not same)
    TARGET.write_text(text, encoding="utf-8")
    print(f"{TARGET}: {found['proxy']['source']}")


def read(folder: Path) -> tuple[dict[str, Choices], dict[str, list[int]]]:
    """The labelled weeks and the marks of each log."""
    with warehouse.writing(folder / "sotw.duckdb") as con:
        for listener, file in LOGS.items():
            ingest(con, [file], listener, now=SEED)
        settings = Settings(cutoff_policies=("calendar",))
        prepare(con, settings, SEED)
        build(con, load_models(), settings=settings)
        query = "select listener_id, listener from core.dim_listeners"
        names = dict(con.execute(query).fetchall())
        choices = {
            names[key]: labelled_choices(con, key, "calendar", kind, weeks)
            for key, (kind, weeks) in labelled_weeks(con).items()
        }
        marks = {names[key]: values for key, values in prior.marks(con).items()}
    return choices, marks


def fitted(choices: dict[str, Choices], marks: dict[str, list[int]]) -> dict[str, object]:
    """What the file holds."""
    without = {name: pooled(choices, but=name) for name in choices}
    forecasts = {name: forecast(choices[name], without[name]) for name in choices}
    report("as it is", forecasts, dict.fromkeys(forecasts, (0.0, 0.0)))
    cooled = {name: cooling(forecasts, but=name) for name in forecasts}
    report("cooled", forecasts, cooled)

    def about(logs: int, of: dict[str, Choices]) -> str:
        weeks = sum(len(one.starts) for one in of.values())
        return f"{logs} published logs, {weeks} weeks, proxy label"

    return {
        "command": "python tests/bench/prior.py",
        "pick": {
            "source": "system A's published coefficients about the week itself (SYSTEMS A.9)",
            "coefficients": {name: round(value, 6) for name, value in PUBLISHED.items()},
            "temperature": [0.0, 0.0],
        },
        "proxy": shown(about(len(choices), choices), pooled(choices), cooling(forecasts)),
        "logs": {
            name: {
                "others": shown(
                    about(len(choices) - 1, {key: choices[key] for key in choices if key != name}),
                    without[name],
                    cooled[name],
                ),
                "marks": marks[name],
            }
            for name in choices
        },
    }


def shown(source: str, coefficients: FloatArray, temperature: FloatArray) -> dict[str, object]:
    return {
        "source": source,
        "coefficients": dict(zip(FEATURES, coefficients.round(6).tolist(), strict=True)),
        "temperature": temperature.round(4).tolist(),
    }


def pooled(choices: dict[str, Choices], but: str = "") -> FloatArray:
    """Coefficients of all logs but one together."""
    parts = [one for name, one in choices.items() if name != but]
    found, _ = fit(parts[0].together(*parts[1:]), np.zeros(len(FEATURES)), prior.POOLED_STRENGTH)
    return found


def forecast(own: Choices, start: FloatArray) -> Forecast:
    """Rolling over the last 60 %, as BENCHMARKS 1."""
    n, ends = len(own.starts), np.append(own.starts, len(own.x))
    edges = np.linspace(n * 2 // 5, n, BLOCKS + 1).round().astype(int)
    scores = []
    for begin, end in itertools.pairwise(edges):
        before = Choices(own.x[: ends[begin]], own.starts[:begin], own.chosen[:begin])
        coefficients, _ = fit(before, start, OWN_STRENGTH)
        scores.append(own.x[ends[begin] : ends[end]] @ coefficients)
    first, sizes = ends[edges[0]], np.diff(ends)[edges[0] :]
    of_row = np.repeat(np.arange(len(sizes)), sizes)
    weeks = Groups(np.arange(len(of_row)), np.append(0, np.cumsum(sizes)[:-1]), of_row)
    return Forecast(np.concatenate(scores), weeks, own.chosen[edges[0] :] - first)


def shares(one: Forecast, temperature: FloatArray) -> FloatArray:
    """The chance of each row in its week."""
    divided = one.scores / temperatures(one.scores, one.weeks, *temperature)
    return softmax(divided, one.weeks)


def cooling(forecasts: dict[str, Forecast], but: str = "") -> FloatArray:
    """The temperature with the least loss over all logs but one."""
    parts = [one for name, one in forecasts.items() if name != but]

    def loss(temperature: FloatArray) -> float:
        return float(
            -np.log(np.concatenate([shares(p, temperature)[p.chosen] for p in parts])).mean()
        )

    return minimize(
        loss, np.zeros(2), method="Nelder-Mead", options={"xatol": 1e-4, "fatol": 1e-7}
    ).x


def report(title: str, forecasts: dict[str, Forecast], cooled: dict[str, FloatArray]) -> None:
    """Print how often the first was right, by how sure it was."""
    rank, loss, said, right = [], [], [], []
    for name, one in forecasts.items():
        share = shares(one, cooled[name])
        of_label = share[one.chosen]
        above = one.weeks.sums((share > of_label[one.weeks.of_row]).astype(float))
        equal = one.weeks.sums((share == of_label[one.weeks.of_row]).astype(float))
        rank.append(above + (equal + 1) / 2)  # a tie counts in its middle
        loss.append(-np.log(of_label))
        said.append(one.weeks.largest(share))
        right.append(above == 0)
    ranks, chance, hits = np.concatenate(rank), np.concatenate(said), np.concatenate(right)
    print(
        f"{title}: {len(ranks)} weeks of {len(forecasts)} logs, each forecast without it: "
        f"MRR {np.mean(1 / ranks):.4f}, Hit@1 {hits.mean():.4f}, "
        f"NLL {np.concatenate(loss).mean():.4f}"
    )
    for row in winner.by_confidence(chance, hits):
        print(
            f"  said {row['mean_share']:.2f}  right {row['right_share']:.2f} "
            f"[{row['right_low']:.2f}, {row['right_high']:.2f}]  n {row['n']}"
        )
    ece = winner.calibration_error(chance, hits).result()
    print(f"  ECE {ece.value:.3f} [{ece.low:.3f}, {ece.high:.3f}]")


def same_numbers(old: object, new: object) -> bool:
    """Whether two files say the same, numbers to the fourth place."""
    if isinstance(old, dict) and isinstance(new, dict):
        return old.keys() == new.keys() and all(same_numbers(old[key], new[key]) for key in old)
    if isinstance(old, float) and isinstance(new, float):
        return bool(np.isclose(old, new, atol=1e-3))
    if isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        return all(same_numbers(a, b) for a, b in zip(old, new, strict=True))
    return old == new


if __name__ == "__main__":
    main()
