"""Which weeks a log covers, which one is asked about, and what each may not see past."""

from __future__ import annotations

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


def check(check_model, as_of: str, expect: str, plays: str = PLAYS, bounds: str = BOUNDS) -> None:
    check_model(
        "core.dim_weeks",
        given={
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


def test_a_policy_that_is_not_wanted_has_no_rows(check_model):
    cutoffs(check_model, "", "", has_decision="false", as_of="2024-01-13 20:00")
