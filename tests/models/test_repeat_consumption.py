"""Plays that fade: the decayed count of a candidate's plays."""

from __future__ import annotations

import math

import pytest

HEADER = (
    "listener_id | cutoff_policy | track_id | week_ending | week_number | plays | whole_week_plays"
)
DECAYED = "features.feat_repeat_consumption"


def test_an_earlier_weeks_plays_halve_every_eight_weeks_and_all_of_them_count(check_model):
    check_model(
        DECAYED,
        given={
            "core.fct_weekly_plays": f"""
                {HEADER}
                1 | decision | 1 | 2024-01-06 | 6471 | 0 | 8
                1 | decision | 1 | 2024-03-02 | 6479 | 2 | 4
                1 | decision | 1 | 2024-04-27 | 6487 | 1 | 9
                1 | decision | 2 | 2024-04-27 | 6487 | 3 | 3
                1 | calendar | 1 | 2024-04-27 | 6487 | 9 | 9
                2 | decision | 1 | 2024-04-27 | 6487 | 7 | 7
            """
        },
        expect="""
            listener_id | cutoff_policy | track_id | week_ending | decayed_8w_plays
            1           | decision      | 1        | 2024-03-02  | 6
            1           | decision      | 1        | 2024-04-27  | 5
            1           | decision      | 2        | 2024-04-27  | 3
            1           | calendar      | 1        | 2024-04-27  | 9
            2           | decision      | 1        | 2024-04-27  | 7
        """,
    )


def test_the_week_before_counts_almost_whole_and_a_year_ago_hardly(check_model):
    check_model(
        DECAYED,
        given={
            "core.fct_weekly_plays": f"""
                {HEADER}
                1 | calendar | 1 | 2024-01-06 | 6471 | 10 | 10
                1 | calendar | 1 | 2024-01-13 | 6472 | 1  | 1
                1 | calendar | 2 | 2023-01-07 | 6419 | 10 | 10
                1 | calendar | 2 | 2024-01-06 | 6471 | 1  | 1
            """
        },
        expect=f"""
            track_id | week_ending | decayed_8w_plays
            1        | 2024-01-06  | 10
            1        | 2024-01-13  | {1 + 10 * math.pow(0.5, 1 / 8)}
            2        | 2023-01-07  | 10
            2        | 2024-01-06  | {1 + 10 * math.pow(0.5, 52 / 8)}
        """,
    )


@pytest.mark.parametrize(("week", "earlier"), [(13040, 13032), (13040, 3652), (8, 0)])
def test_no_power_is_too_large_or_lost_from_1900_to_2150(check_model, week, earlier):
    check_model(
        DECAYED,
        given={
            "core.fct_weekly_plays": f"""
                {HEADER}
                1 | calendar | 1 | 2000-01-01 | {earlier} | 1000000 | 1000000
                1 | calendar | 1 | 2000-01-08 | {week}    | 1       | 1
            """
        },
        expect=f"""
            week_ending | decayed_8w_plays
            2000-01-01  | 1000000
            2000-01-08  | {1 + 1_000_000 * math.pow(0.5, (week - earlier) / 8)}
        """,
    )
