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
from sotw.demo.write import write_demo
from sotw.learning.encoding import logistic
from sotw.learning.evaluate import evaluate
from sotw.learning.linear import solve
from sotw.learning.protocol import Part, Scored
from sotw.learning.splits import border
from sotw.predictors.completion import boosting, shown
from sotw.predictors.completion.models import DEFAULT as MODEL
from sotw.predictors.completion.models import LINEAR_DEFAULT, labels
from sotw.predictors.completion.predictor import PAST_SHARE, PREDICTOR, Options
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
            found = evaluate(con, PREDICTOR, settings, now=warehouse.utc_now())
            print(shown.evaluated(found).text + "\n")
            [task, *_] = PREDICTOR.tasks(con, settings, Options())
            rows = PREDICTOR.rows(con, task)
    print(f"{found.seconds:.0f} s. What was tried, on the plays before the last fifth:")
    for line in tried(rows, task):
        print(line)
    print("The first plays of generated listeners, the last fifth of them, mean over listeners:")
    for line in few(settings):
        print(line, flush=True)


def tried(rows, task):
    """A line for each form of the default model."""
    [block] = PREDICTOR.blocks(rows, task, "test")
    seen = rows[: len(rows) - len(block.test.rows)]
    sessions = seen["session_number"].tolist()
    edges = [border(sessions, int(share * len(rows))) for share in BORDERS]
    blocks = []
    for begin, stop in zip(edges, [*edges[1:], len(seen)], strict=True):
        middle = border(sessions[:begin], int(begin * PAST_SHARE))
        blocks.append((seen[:middle], seen[middle:begin], seen[begin:stop]))
    learned = [boosting.learner(task)(*parts[:2]) for parts in blocks]
    with mock.patch.object(boosting, "LEFT_OUT", frozenset()):
        whole = [boosting.learner(task)(*parts[:2]) for parts in blocks]
    own = seen[edges[0] :]
    forms = {
        "trees and what follows the listener: the default": [
            one.final.score(parts[2]) for one, parts in zip(learned, blocks, strict=True)
        ],
        "trees alone": [
            one.final.raw(parts[2]) for one, parts in zip(learned, blocks, strict=True)
        ],
        "trees, Platt on validation": [
            _platt(one, parts) for one, parts in zip(learned, blocks, strict=True)
        ],
        "the default with the features that grow with time": [
            one.final.score(parts[2]) for one, parts in zip(whole, blocks, strict=True)
        ],
    }
    yield f"{len(own):,} plays in {own['session_number'].nunique():,} sessions"
    for name, scores in forms.items():
        found = measured(own, np.concatenate(scores), task)
        figures = "  ".join(f"{metric} {found[metric]:.4f}" for metric in SHOWN)
        yield f"{name:<52}{figures}"


def measured(rows, score, task):
    """The metrics by name."""
    found = PREDICTOR.metrics(Part(rows), Scored(score, logistic(score)), task)
    return {one.metric: one.values[0] for one in found}


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
            tasks = PREDICTOR.tasks(con, settings, Options())
            every = [(PREDICTOR.rows(con, task), task) for task in tasks if task.cohort == "all"]
    for size in FEW:
        found = [_both(rows[:size], task) for rows, task in every if len(rows) >= size]
        # Of plays that all ended alike there is nothing to rank.
        found = [one for one in found if one is not None]
        (auc, loss), (linear_auc, linear_loss) = np.mean(found, axis=0)
        better = sum(one[1][0] > one[0][0] for one in found)
        yield (
            f"{size} plays: ROC-AUC {auc:.3f} {MODEL}, {linear_auc:.3f} {LINEAR_DEFAULT}, which is "
            f"better for {better} of {len(found)}; log-loss {loss:.3f} and {linear_loss:.3f}"
        )


def _both(rows, task):
    [block] = PREDICTOR.blocks(rows, task, "test")
    test = block.test.rows
    if len(set(labels(test, "completed").tolist())) < 2:
        return None
    learners, found = PREDICTOR.learners(task), []
    for name in (MODEL, LINEAR_DEFAULT):
        learned = learners[name](block.train.rows, block.validation.rows)
        one = measured(test, learned.final.score(test), task)
        found.append([one[metric] for metric in ("roc_auc", "log_loss")])
    return found


def _platt(learned, parts):
    _, validation, block = parts
    score = learned.first.raw(validation)
    [slope], intercept, _ = solve(score[:, np.newaxis], labels(validation, "completed"), 1e6)
    return intercept + slope * learned.final.raw(block)


if __name__ == "__main__":
    main()
