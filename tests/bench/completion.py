"""How well plays heard to their end are foretold, and what was tried for it.

    python tests/bench/completion.py [folder of an extended history]

Without a folder it uses ../shared/data/listening/spotify_extended. First the figures of
`sotw evaluate completion`: the last 20 % of the plays, and rolling. Then what was tried, on the
blocks of plays before that last fifth: every choice was made there. Last, how few plays are
enough for boosting: the first plays of generated listeners (completion_boosting.MIN_PLAYS).
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path
from unittest import mock

import numpy as np

from sotw import warehouse
from sotw.actions import load_and_build
from sotw.commands import completion_tables
from sotw.demo.write import write_demo
from sotw.learning import completion_evaluate, completion_train
from sotw.learning.encoding import logistic
from sotw.learning.linear import solve
from sotw.learning.metrics import binary
from sotw.predictors.completion import boosting
from sotw.predictors.completion import rows as completion_plays
from sotw.predictors.completion.models import LINEAR_DEFAULT, MODEL, Problem
from sotw.settings import Settings

ROOT = Path(__file__).resolve().parent.parent.parent
SHARED = Path(os.environ.get("SOTW_SHARED_DATA", ROOT.parent / "shared" / "data"))
REAL = SHARED / "listening" / "spotify_extended"
BORDERS = (0.4, 0.5, 0.6, 0.7)
FEW = (200, 250, 300, 350, 400, 450, 500, 600)
LISTENERS = 48
SHOWN = ("roc_auc", "average_precision", "log_loss", "brier", "ece", "ece_if_calibrated")


def main() -> None:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else REAL
    settings = Settings()
    with tempfile.TemporaryDirectory(prefix="sotw-bench-") as name:
        path = Path(name) / "sotw.duckdb"
        load_and_build.run_ingest(path, [folder], "me", settings)
        load_and_build.run_build(path, settings, only=["training_completion"])
        with warehouse.reading(path) as con:
            found = completion_evaluate.evaluate(con, now=warehouse.utc_now())
            print(completion_tables.evaluated(found) + "\n")
            print(completion_tables.calibration(found) + "\n")
            problem = Problem.of("pre_play", "completed", completion_plays.columns(con))
            plays = completion_plays.read(con, 1, "me", "completed")["all"]
    print(f"{found.seconds:.0f} s. What was tried, on the plays before the last fifth:")
    for line in tried(plays.rows, problem):
        print(line)
    print("The first plays of generated listeners, the last fifth of them, mean over listeners:")
    for line in few(settings):
        print(line, flush=True)


def tried(rows, problem):
    """A line for each form of the default model."""
    seen = rows[: completion_plays.split(rows).test]
    edges = [completion_plays.border(seen, int(share * len(rows))) for share in BORDERS]
    blocks = []
    for begin, stop in zip(edges, [*edges[1:], len(seen)], strict=True):
        middle = completion_plays.border(seen[:begin], int(begin * completion_plays.PAST_SHARE))
        blocks.append((seen[:middle], seen[middle:begin], seen[begin:stop]))
    learned = [boosting.learn(problem, *parts[:2]) for parts in blocks]
    with mock.patch.object(boosting, "LEFT_OUT", frozenset()):
        whole = [boosting.learn(problem, *parts[:2]) for parts in blocks]
    own = seen[edges[0] :]
    forms = {
        "trees and what follows the listener: the default": [
            one.final.score(parts[2]) for one, parts in zip(learned, blocks, strict=True)
        ],
        "trees alone": [
            one.final.raw(parts[2]) for one, parts in zip(learned, blocks, strict=True)
        ],
        "trees, Platt on validation": [
            _platt(one, problem, parts) for one, parts in zip(learned, blocks, strict=True)
        ],
        "the default with the features that grow with time": [
            one.final.score(parts[2]) for one, parts in zip(whole, blocks, strict=True)
        ],
    }
    data = completion_plays.scored(own, problem)
    yield f"{len(own):,} plays in {data.n_sessions:,} sessions"
    for name, scores in forms.items():
        score = np.concatenate(scores)
        found = binary.measure(data, logistic(score), score, np.ones((1, data.n_sessions)))
        figures = "  ".join(f"{metric} {found[metric][0][0]:.4f}" for metric in SHOWN)
        yield f"{name:<52}{figures}"


def few(settings):
    """A line for each number of plays: boosting beside logistic regression."""
    with tempfile.TemporaryDirectory(prefix="sotw-bench-") as name:
        folder, path = Path(name) / "demo", Path(name) / "sotw.duckdb"
        write_demo(
            folder,
            listeners=LISTENERS,
            plays=LISTENERS * 3000,
            years=1.0,
            with_spotify=True,
            seed=5,
        )
        load_and_build.run_ingest(path, [folder], "me", settings)
        load_and_build.run_build(path, settings, only=["training_completion"])
        with warehouse.reading(path) as con:
            problem = Problem.of("pre_play", "completed", completion_plays.columns(con))
            every = [
                completion_plays.read(con, number, str(number), "completed")["all"].rows
                for number in range(1, LISTENERS + 1)
            ]
    for size in FEW:
        found = [_both(rows[:size], problem) for rows in every if len(rows) >= size]
        # Of plays that all ended alike there is nothing to rank.
        found = [one for one in found if one is not None]
        (auc, loss), (linear_auc, linear_loss) = np.mean(found, axis=0)
        better = sum(one[1][0] > one[0][0] for one in found)
        yield (
            f"{size} plays: ROC-AUC {auc:.3f} {MODEL}, {linear_auc:.3f} {LINEAR_DEFAULT}, which is "
            f"better for {better} of {len(found)}; log-loss {loss:.3f} and {linear_loss:.3f}"
        )


def _both(rows, problem):
    parts = completion_plays.split(rows).named(rows)
    test = parts["test"]
    if len(set(problem.labels(test).tolist())) < 2:
        return None
    data = completion_plays.scored(test, problem)
    found = []
    for name in (MODEL, LINEAR_DEFAULT):
        learned = completion_train.learn(name, problem, parts["train"], parts["validation"])
        score = learned.final.score(test)
        measured = binary.measure(data, logistic(score), score, np.ones((1, data.n_sessions)))
        found.append([measured[metric][0][0] for metric in ("roc_auc", "log_loss")])
    return found


def _platt(learned, problem, parts):
    _, validation, block = parts
    score = learned.first.raw(validation)
    [slope], intercept, _ = solve(score[:, np.newaxis], problem.labels(validation), 1e6)
    return intercept + slope * learned.final.raw(block)


if __name__ == "__main__":
    main()
