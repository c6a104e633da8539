"""Sessions: where one ends, and what it was like."""

from __future__ import annotations

DAY = "2024-07-01"


def test_a_pause_is_from_the_end_before_to_the_start_and_of_more_than_half_an_hour(check_model):
    check_model(
        "core.fct_session_plays",
        given={
            "core.fct_outcomes": f"""
            listener_id | play_number | played_at      | ended_at
            1           | 1           | {DAY} 10:00:00 | {DAY} 10:03:00
            1           | 2           | {DAY} 10:33:00 | {DAY} 11:20:00
            1           | 3           | {DAY} 11:20:00 | {DAY} 11:21:00
            1           | 4           | {DAY} 11:51:00.000001 | {DAY} 11:55:00
            2           | 1           | {DAY} 11:52:00 | {DAY} 11:55:00
            """
        },
        expect="""
            listener_id | play_number | session_number | session_position_plays
            1           | 1           | 1              | 0
            1           | 2           | 1              | 1
            1           | 3           | 1              | 2
            1           | 4           | 2              | 0
            2           | 1           | 1              | 0
        """,
    )


def test_a_session_says_when_where_on_what_and_how_much_of_it_was_completed(check_model):
    check_model(
        "core.fct_sessions",
        given={
            "core.fct_session_plays": """
            listener_id | play_number | session_number | session_position_plays
            1           | 1           | 1              | 0
            1           | 2           | 1              | 1
            1           | 3           | 1              | 2
            1           | 4           | 1              | 3
            1           | 5           | 2              | 0
            """,
            "core.fct_outcomes": f"""
            listener_id | play_number | played_at      | ended_at       | local_at       | country | platform | platform_family | is_completed
            1           | 1           | {DAY} 22:58:00 | {DAY} 23:00:00 | {DAY} 23:58:00 | US      | iOS 9    | ios             | true
            1           | 2           | {DAY} 23:00:00 | {DAY} 23:01:00 | 2024-07-02     | PT      | osx      | osx             | false
            1           | 3           | {DAY} 23:01:00 | {DAY} 23:02:00 | 2024-07-02     | PT      | ios      | ios             | -
            1           | 4           | {DAY} 23:02:00 | {DAY} 23:03:00 | 2024-07-02     | US      | osx      | osx             | true
            1           | 5           | 2024-07-03     | 2024-07-03     | 2024-07-03     | -       | -        | unknown         | -
            """,
        },
        expect=f"""
            session_number | started_at     | ended_at       | start_hour | plays | known_outcome_plays | completion_rate | dominant_country | dominant_platform | dominant_platform_family
            1              | {DAY} 22:58:00 | {DAY} 23:03:00 | 23         | 4     | 3                   | 0.6666666667    | US               | osx               | osx
            2              | 2024-07-03     | 2024-07-03     | 0          | 1     | 0                   | -               | unknown          | unknown           | unknown
        """,
    )
