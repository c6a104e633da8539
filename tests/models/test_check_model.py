"""The harness itself can fail, and restores what it replaced."""

from __future__ import annotations

import pytest

GIVEN = {
    "core.fct_plays": """
        listener_id | played_at
        1           | 2024-01-01
        1           | 2024-01-21
    """
}
GAP = """
    gap_starts_at | gap_days
    2024-01-01    | 20
"""


def test_what_is_expected_is_found(check_model):
    check_model("core.fct_log_gaps", given=GIVEN, expect=GAP)


@pytest.mark.parametrize(
    "expect",
    [
        GAP.replace("20\n", "21\n"),
        GAP.replace("20\n", "-\n"),
        "gap_starts_at | gap_days",
        GAP + GAP.splitlines()[-1],
    ],
    ids=["another value", "null", "a row less", "a row more"],
)
def test_anything_else_is_an_error(check_model, expect):
    with pytest.raises(AssertionError, match=r"core\.fct_log_gaps"):
        check_model("core.fct_log_gaps", given=GIVEN, expect=expect)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"core.fct_picks": "listener_id\n1"}, "does not read"),
        ({"core.fct_plays": "listenerid\n1"}, "has no"),
        ({"core.fct_plays": "listener_id | played_at\n1"}, "1 cells for 2 columns"),
    ],
)
def test_a_slip_in_what_is_given_is_an_error(check_model, given, message):
    with pytest.raises(AssertionError, match=message):
        check_model("core.fct_log_gaps", given=given, expect=GAP)


def test_tables_not_given_are_empty(check_model):
    check_model("core.fct_log_gaps", given={}, expect="gap_starts_at | gap_days")
