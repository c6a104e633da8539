"""The weekly features of momentum and history, by others: polars and vectorised pandas.

python tests/bench/peers.py polars|pandas WEEKS.parquet OUT.parquet
"""

from __future__ import annotations

import sys

TRACK = ["listener_id", "cutoff_policy", "track_id"]
COLUMNS = [
    "candidate_id",
    *("prev_1w_plays", "prev_4w_plays", "change_1w_plays", "momentum_4w_ratio"),
    *("prior_plays", "is_first_week", "prior_weeks", "first_play_age_weeks", "gap_weeks"),
]


def by_polars(weeks: str, out: str) -> None:
    import polars as pl

    rows = (
        pl.scan_parquet(weeks)
        .select(*TRACK, "candidate_id", "week_number", "plays", "whole_week_plays")
        .sort(*TRACK, "week_number")
        .with_columns(
            pl.col("whole_week_plays").cum_sum().over(TRACK).alias("total"),
            pl.int_range(pl.len()).over(TRACK).alias("prior_weeks"),
            pl.col("week_number").first().over(TRACK).alias("first_week"),
            *(
                pl.col(name).shift(back).over(TRACK).alias(f"{name}_{back}")
                for back in range(1, 5)
                for name in ("week_number", "whole_week_plays")
            ),
        )
    )

    def within(weeks_back: int) -> pl.Expr:
        """Plays of the rows before that are at most so many weeks back."""
        return pl.sum_horizontal(
            pl.when(pl.col("week_number") - pl.col(f"week_number_{back}") <= weeks_back)
            .then(pl.col(f"whole_week_plays_{back}"))
            .otherwise(0)
            for back in range(1, weeks_back + 1)
        )

    rows.with_columns(
        within(1).alias("prev_1w_plays"),
        within(4).alias("prev_4w_plays"),
        (pl.col("total") - pl.col("whole_week_plays")).alias("prior_plays"),
    ).with_columns(
        (pl.col("plays") - pl.col("prev_1w_plays")).alias("change_1w_plays"),
        (pl.col("plays") / (1 + pl.col("prev_4w_plays"))).alias("momentum_4w_ratio"),
        (pl.col("prior_plays") == 0).alias("is_first_week"),
        (pl.col("week_number") - pl.col("first_week")).alias("first_play_age_weeks"),
        (pl.col("week_number") - pl.col("week_number_1")).alias("gap_weeks"),
    ).filter(pl.col("plays") > 0).select(COLUMNS).sink_parquet(out)


def by_pandas(weeks: str, out: str) -> None:
    import pandas as pd

    used = [*TRACK, "candidate_id", "week_number", "plays", "whole_week_plays"]
    rows = pd.read_parquet(weeks, columns=used).sort_values([*TRACK, "week_number"])
    tracks = rows.groupby(TRACK, sort=False, observed=True)
    for weeks_back in (1, 4):
        rows[f"prev_{weeks_back}w_plays"] = 0
    for back in range(1, 5):
        gap = rows["week_number"] - tracks["week_number"].shift(back)
        plays = tracks["whole_week_plays"].shift(back)
        for weeks_back in (1, 4):
            if back <= weeks_back:
                rows[f"prev_{weeks_back}w_plays"] += plays.where(gap <= weeks_back, 0).astype(int)
    rows["prior_plays"] = tracks["whole_week_plays"].cumsum() - rows["whole_week_plays"]
    rows["prior_weeks"] = tracks.cumcount()
    rows["first_play_age_weeks"] = rows["week_number"] - tracks["week_number"].transform("first")
    rows["gap_weeks"] = (rows["week_number"] - tracks["week_number"].shift(1)).astype("Int64")
    rows["change_1w_plays"] = rows["plays"] - rows["prev_1w_plays"]
    rows["momentum_4w_ratio"] = rows["plays"] / (1 + rows["prev_4w_plays"])
    rows["is_first_week"] = rows["prior_plays"] == 0
    rows.loc[rows["plays"] > 0, COLUMNS].to_parquet(out, index=False)


if __name__ == "__main__":
    {"polars": by_polars, "pandas": by_pandas}[sys.argv[1]](*sys.argv[2:])
