"""What telling artists, tracks and plays apart costs, beside the weekly features of these plays.

    python tests/bench/identity_cost.py [plays]

Two million plays by default, 20,000 a listener; ISSUES: the ratio is to be at most 1 at 20 million.
"""

from __future__ import annotations

import datetime as dt
import sys
import tempfile
from pathlib import Path

from sotw import warehouse
from sotw.actions.prepare import prepare
from sotw.pipeline.models import load_models, select
from sotw.pipeline.run import build
from sotw.settings import Settings

PER_LISTENER = 20_000
# From the records to one row per play.
IDENTITY = (
    *("dim_rules", "fct_artist_mbids", "dim_artist_clusters", "dim_artist_aliases"),
    *("fct_stated_ids", "dim_track_groups", "dim_track_merges", "dim_track_clusters"),
    *(
        "dim_track_aliases",
        "dim_album_aliases",
        "dim_play_aliases",
        "fct_reported_plays",
    ),
    *("dim_sources", "fct_account_matches", "fct_close_plays", "fct_second_reports"),
    *(
        "fct_play_pairs",
        "fct_play_matches",
        "fct_duplicate_plays",
        "dim_exclusions",
        "fct_excluded_plays",
        "fct_plays",
    ),
)


def main() -> None:
    plays = int(sys.argv[1]) if len(sys.argv) > 1 else 2_000_000
    features = sorted(one.table for one in load_models() if one.schema == "features")
    models = select(load_models(), features)
    with tempfile.TemporaryDirectory(prefix="sotw-bench-") as name:
        path = Path(name) / "sotw.duckdb"
        values = {"listeners": plays // PER_LISTENER, "plays": PER_LISTENER}
        with warehouse.writing(path) as con:
            text = Path(__file__).with_suffix(".sql").read_text(encoding="utf-8")
            for statement in con.extract_statements(text):
                used = {key: values[key] for key in statement.named_parameters}
                con.execute(statement, used)
            [(count,)] = con.execute("select count(*) from raw.plays").fetchall()
            as_of = dt.datetime(2024, 3, 1)
            prepare(con, Settings(), as_of)
            timings = build(con, models, settings=Settings())
    print(f"{count:,} records, {values['listeners']:,} listeners; build and audit of each model")
    of_weeks = [
        one for one in timings if one.model.split(".")[1] in ("fct_weekly_plays", *features)
    ]
    of_identity = [one for one in timings if one.model.split(".")[1] in IDENTITY]
    for what, found in (("identity and duplicates", of_identity), ("weekly features", of_weeks)):
        print(f"{what}: {sum(one.seconds + one.audit_seconds for one in found):.1f} s")
        for one in sorted(found, key=lambda one: -(one.seconds + one.audit_seconds)):
            print(
                f"  {one.model:<32} {one.seconds:7.2f} s + audit {one.audit_seconds:6.2f} s"
                f" {one.row_count or 0:>12,} rows"
            )
    sums = [
        sum(one.seconds + one.audit_seconds for one in found) for found in (of_identity, of_weeks)
    ]
    print(f"identity costs {sums[0] / sums[1]:.2f} x the weekly features")


if __name__ == "__main__":
    main()
