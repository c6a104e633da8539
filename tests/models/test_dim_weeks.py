"""Which weeks a log covers, which one is asked about, and what each may not see past."""

from __future__ import annotations

import pytest

BOUNDS = """
    listener_id | week_ending | starts_at  | ends_at
    1           | 2024-01-06  | 2023-12-31 | 2024-01-07
    1           | 2024-01-13  | 2024-01-07 | 2024-01-14
    1           | 2024-01-20  | 2024-01-14 | 2024-01-21
    1           | 2024-01-27  | 2024-01-21 | 2024-01-28
"""
PLAYS = """
    listener_id | week_ending | played_at
    1           | 2024-01-06  | 2024-01-03
    1           | 2024-01-06  | 2024-01-04
    1           | 2024-01-13  | 2024-01-09
    1           | 2024-01-27  | 2024-01-22
"""


def check(
    check_model,
    as_of: str,
    expect: str,
    plays: str = PLAYS,
    bounds: str = BOUNDS,
    gaps: str = "",
) -> None:
    check_model(
        "core.dim_weeks",
        given={
            "core.fct_log_gaps": f"listener_id | gap_starts_at | gap_ends_at\n{gaps}",
            "core.dim_week_bounds": bounds,
            "core.fct_plays": plays,
            "staging.stg_settings": f"as_of\n{as_of}",
        },
        expect=expect,
    )


def test_the_first_and_the_last_week_of_a_log_are_not_complete_and_a_silent_one_is(check_model):
    check(
        check_model,
        "2024-01-24 10:00",
        """
            week_ending | listened_plays | is_complete | is_running
            2024-01-06  | 2              | false       | false
            2024-01-13  | 1              | true        | false
            2024-01-20  | 0              | true        | false
            2024-01-27  | 1              | false       | true
        """,
    )


def test_the_running_week_is_current(check_model):
    check(
        check_model,
        "2024-01-27 23:59:59",
        """
            week_ending | is_current | is_running
            2024-01-06  | false      | false
            2024-01-13  | false      | false
            2024-01-20  | false      | false
            2024-01-27  | true       | true
        """,
    )


def test_a_week_that_ended_days_ago_is_still_current(check_model):
    check(
        check_model,
        "2024-02-03 23:59:59",
        """
            week_ending | is_current | is_running
            2024-01-06  | false      | false
            2024-01-13  | false      | false
            2024-01-20  | false      | false
            2024-01-27  | true       | false
        """,
    )


def test_of_a_log_that_ended_the_last_complete_week_with_plays_is_current(check_model):
    check(
        check_model,
        "2024-02-04 00:00:00",
        """
            week_ending | is_current
            2024-01-06  | false
            2024-01-13  | true
            2024-01-20  | false
            2024-01-27  | false
        """,
    )


def test_of_a_short_log_that_ended_the_last_week_with_plays_is_current(check_model):
    check(
        check_model,
        "2025-01-01",
        """
            week_ending | is_current | is_complete
            2024-01-06  | false      | false
            2024-01-13  | true       | false
        """,
        plays="""
            listener_id | week_ending
            1           | 2024-01-06
            1           | 2024-01-13
        """,
        bounds="""
            listener_id | week_ending | ends_at
            1           | 2024-01-06  | 2024-01-07
            1           | 2024-01-13  | 2024-01-14
        """,
    )


def test_every_week_that_a_gap_reaches_into_is_flagged_and_not_complete(check_model):
    check(
        check_model,
        "2024-03-01",
        """
            week_ending | has_gap | is_complete
            2024-01-06  | false   | false
            2024-01-13  | true    | false
            2024-01-20  | true    | false
            2024-01-27  | true    | false
            2024-02-03  | false   | true
            2024-02-10  | false   | false
        """,
        plays=LONG_PLAYS,
        bounds=LONG_BOUNDS,
        gaps="""
            1 | 2024-01-13 23:59 | 2024-01-28 00:00
            2 | 2024-01-01       | 2024-03-01
        """,
    )


def test_a_play_in_the_first_instant_of_a_week_ends_the_gap_before_it(check_model):
    """And one in the last instant begins it within the week."""
    check(
        check_model,
        "2024-03-01",
        """
            week_ending | has_gap
            2024-01-06  | false
            2024-01-13  | false
            2024-01-20  | true
            2024-01-27  | true
            2024-02-03  | true
            2024-02-10  | false
        """,
        plays=LONG_PLAYS,
        bounds=LONG_BOUNDS,
        gaps="1 | 2024-01-14 00:00 | 2024-01-28 00:00:00.000001",
    )


def test_a_running_week_that_a_gap_reaches_into_is_still_the_current_one(check_model):
    check(
        check_model,
        "2024-02-09",
        """
            week_ending | has_gap | is_current
            2024-01-06  | false   | false
            2024-01-13  | false   | false
            2024-01-20  | true    | false
            2024-01-27  | true    | false
            2024-02-03  | true    | false
            2024-02-10  | true    | true
        """,
        plays=LONG_PLAYS,
        bounds=LONG_BOUNDS,
        gaps="1 | 2024-01-19 | 2024-02-08",
    )


def test_of_a_log_that_ended_a_week_with_a_gap_is_current_only_where_no_better_is(check_model):
    weeks = """
        week_ending | is_current
        2024-01-06  | false
        2024-01-13  | {}
        2024-01-20  | false
        2024-01-27  | false
        2024-02-03  | {}
        2024-02-10  | false
    """
    ended = {"plays": LONG_PLAYS, "bounds": LONG_BOUNDS}
    gap = "1 | 2024-01-19 | 2024-02-03"
    check(check_model, "2025-01-01", weeks.format("false", "true"), **ended)
    check(check_model, "2025-01-01", weeks.format("true", "false"), gaps=gap, **ended)


LONG_BOUNDS = (
    BOUNDS
    + """
    1           | 2024-02-03  | 2024-01-28 | 2024-02-04
    1           | 2024-02-10  | 2024-02-04 | 2024-02-11
"""
)
LONG_PLAYS = """
    listener_id | week_ending
    1           | 2024-01-06
    1           | 2024-01-13
    1           | 2024-02-03
    1           | 2024-02-10
"""
WEEKS = """
    listener_id | week_ending | starts_at  | ends_at    | decision_at      | is_running
    1           | 2024-01-06  | 2023-12-31 | 2024-01-07 | 2024-01-06 12:00 | false
    1           | 2024-01-13  | 2024-01-07 | 2024-01-14 | 2024-01-13 12:00 | true
"""


def cutoffs(
    check_model, labels: str, decision: str, *, has_decision: str = "true", as_of: str
) -> None:
    policies = """
        week_ending | cutoff_policy | cutoff_at
        2024-01-06  | calendar      | 2024-01-07
        2024-01-13  | calendar      | 2024-01-14
    """
    check_model(
        "core.dim_cutoffs",
        given={
            "core.dim_weeks": WEEKS,
            "core.dim_listeners": "listener_id | time_zone\n1 | UTC",
            "core.fct_week_labels": "listener_id | week_ending | label_kind | labelled_at\n"
            + labels,
            "staging.stg_settings": f"""
                as_of   | has_calendar_policy | has_decision_policy
                {as_of} | true                | {has_decision}
            """,
        },
        expect=policies + decision,
    )


def test_without_a_pick_the_hour_is_assumed_and_in_the_running_week_it_is_now(check_model):
    cutoffs(
        check_model,
        "1 | 2024-01-06 | proxy | -",
        """
        2024-01-06 | decision | 2024-01-06 12:00
        2024-01-13 | decision | 2024-01-10 08:30
        """,
        as_of="2024-01-10 08:30",
    )


def test_a_pick_is_the_decision_in_the_running_week_too(check_model):
    cutoffs(
        check_model,
        "1 | 2024-01-06 | pick | 2024-01-05 20:00\n1 | 2024-01-13 | pick | 2024-01-09 07:00",
        """
        2024-01-06 | decision | 2024-01-05 20:00
        2024-01-13 | decision | 2024-01-09 07:00
        """,
        as_of="2024-01-13 20:00",
    )


def test_a_pick_after_the_week_or_before_it_decides_at_its_border(check_model):
    cutoffs(
        check_model,
        "1 | 2024-01-06 | pick | 2024-01-09 23:00\n1 | 2024-01-13 | pick | 2024-01-05 07:00",
        """
        2024-01-06 | decision | 2024-01-07
        2024-01-13 | decision | 2024-01-07
        """,
        as_of="2024-01-13 20:00",
    )


@pytest.mark.parametrize(
    ("zone", "week_ending", "ends_at", "picked_at", "days"),
    [
        # Half past midnight of the 13th in Auckland, and a pick in the week after.
        ("Pacific/Auckland", "2024-01-13", "2024-01-13 11:00", "2024-01-12 11:30", "14 13"),
        ("Pacific/Auckland", "2024-01-13", "2024-01-13 11:00", "2024-01-12 10:30", "14 12"),
        ("Pacific/Auckland", "2024-01-13", "2024-01-13 11:00", "2024-01-15 11:00", "14 14"),
        # Samoa had no 30 December 2011: the day after the 29th was the 31st.
        ("Pacific/Apia", "2011-12-29", "2011-12-30 10:00", "2011-12-29 10:00", "30 29"),
    ],
)
def test_the_day_of_a_cutoff_is_the_listeners_and_at_most_the_one_after_the_week(
    check_model, zone, week_ending, ends_at, picked_at, days
):
    calendar, decision = (f"{week_ending[:8]}{day}" for day in days.split())
    check_model(
        "core.dim_cutoffs",
        given={
            "core.dim_listeners": f"listener_id | time_zone\n1 | {zone}",
            "core.dim_weeks": "listener_id | week_ending | starts_at | ends_at | is_running\n"
            f"1 | {week_ending} | 2011-12-23 | {ends_at} | false",
            "core.fct_week_labels": "listener_id | week_ending | label_kind | labelled_at\n"
            f"1 | {week_ending} | pick | {picked_at}",
            "staging.stg_settings": "has_calendar_policy | has_decision_policy\ntrue | true",
        },
        expect=f"cutoff_policy | cutoff_date\ncalendar | {calendar}\ndecision | {decision}",
    )


def test_a_policy_that_is_not_wanted_has_no_rows(check_model):
    cutoffs(check_model, "", "", has_decision="false", as_of="2024-01-13 20:00")


def test_without_a_wanted_policy_who_picks_has_decision_and_others_the_whole_week(check_model):
    check_model(
        "core.dim_cutoffs",
        given={
            "core.dim_listeners": "listener_id | time_zone\n1 | UTC\n2 | UTC",
            "core.dim_weeks": """
                listener_id | week_ending | starts_at  | ends_at    | is_running
                1           | 2024-01-06  | 2023-12-31 | 2024-01-07 | false
                2           | 2024-01-06  | 2023-12-31 | 2024-01-07 | false
            """,
            "core.fct_week_labels": """
                listener_id | week_ending | label_kind | labelled_at
                1           | 2024-01-06  | pick       | 2024-01-05
                2           | 2024-01-06  | proxy      | -
            """,
            "staging.stg_settings": "has_calendar_policy | has_decision_policy\nfalse | false",
        },
        expect="""
            listener_id | cutoff_policy | cutoff_at
            1           | decision      | 2024-01-05
            2           | calendar      | 2024-01-07
        """,
    )
