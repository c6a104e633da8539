"""Fit the shipped prior of the weekly favourite anew on the public logs, and write it.

    python tests/bench/prior.py [--check]

``--check`` writes nothing and fails when the shipped file differs. The logs are those of
../shared/data/listening, the label is the proxy of BENCHMARKS 1 under the cut-off ``calendar``.
"""

from __future__ import annotations

import datetime as dt
import json
import sys
import tempfile
from pathlib import Path

import numpy as np

from sotw import warehouse
from sotw.actions.prepare import prepare
from sotw.ingest import ingest
from sotw.pipeline.models import load_models
from sotw.pipeline.run import build
from sotw.predictors.week_favorite import prior
from sotw.predictors.week_favorite.conditional_logit import fit
from sotw.predictors.week_favorite.models import FEATURES
from sotw.predictors.week_favorite.predictor import labelled_choices, labelled_weeks
from sotw.settings import Settings

ROOT = Path(__file__).resolve().parent.parent.parent
LOGS = ROOT.parent / "shared" / "data" / "listening"
TARGET = ROOT / "sotw" / "predictors" / "week_favorite" / "prior.json"
SEED = dt.datetime(2024, 12, 1)
# SYSTEMS A.9: standardised coefficients of system A's logistic regression, fitted to one person's
# 203 picks; those about the week itself. The rank's weight is on the plays, whose order it is.
# What A had for habits (earlier plays, active days) did worse than nothing on generated listeners.
PUBLISHED = {
    "week_plays": 0.299 + 0.656,
    "last_2_days_plays": 0.113,
    "last_day_plays": 0.114,
    "last_play_gap_days": -0.130,
}


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="sotw-prior-") as name:
        found = fitted(Path(name))
    text = json.dumps(found, indent=1, ensure_ascii=False) + "\n"
    if "--check" in sys.argv:
        old = json.loads(TARGET.read_text(encoding="utf-8"))
        same = old["marks"] == found["marks"] and np.allclose(
            list(old["proxy"].values()), list(found["proxy"].values()), atol=1e-4
        )
        print(f"{TARGET.name}: {'the same' if same else 'differs'}")
        sys.exit(not same)
    TARGET.write_text(text, encoding="utf-8")
    print(f"{TARGET}: {found['sources']['proxy']}")


def fitted(folder: Path) -> dict[str, object]:
    """What the file holds."""
    logs = {
        "lastfm": LOGS / "lastfm_export_12_years.csv",
        "spotify": LOGS / "spotify_extended",
    }
    with warehouse.writing(folder / "sotw.duckdb") as con:
        for listener, file in logs.items():
            ingest(con, [file], listener, now=SEED)
        settings = Settings(cutoff_policies=("calendar",))
        prepare(con, settings, SEED)
        build(con, load_models(), settings=settings)
        parts = [
            labelled_choices(con, listener_id, "calendar", kind, weeks)
            for listener_id, (kind, weeks) in sorted(labelled_weeks(con).items())
        ]
        pooled = parts[0].together(*parts[1:])
        coefficients, _ = fit(pooled, np.zeros(len(FEATURES)), prior.POOLED_STRENGTH)
        marks = prior.marks(con)
    weeks = len(pooled.starts)
    return {
        "command": "python tests/bench/prior.py",
        "sources": {
            "pick": "system A's published coefficients about the week itself (SYSTEMS A.9)",
            "proxy": f"{len(logs)} public logs, {weeks} weeks, proxy label",
        },
        "pick": {name: round(value, 6) for name, value in PUBLISHED.items()},
        "proxy": dict(zip(FEATURES, coefficients.round(6).tolist(), strict=True)),
        "marks": {name: marks[key] for name, key in zip(logs, sorted(marks), strict=True)},
    }


if __name__ == "__main__":
    main()
