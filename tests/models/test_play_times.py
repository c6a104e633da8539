"""When a play was heard: by the clock of its player where that can be right."""

from __future__ import annotations

PLAYS = """
    listener_id | source  | played_at           | track_name_id | ordinal | time_kind | ms_played | offline_at
    1           | spotify | 2024-03-12 10:00:00 | 1             | 0       | end       | 200000    | -
"""
SETTINGS = """
    as_of
    2024-06-01 00:00:00
"""


def judged(check_model, rows: str, expect: str) -> None:
    check_model(
        "staging.stg_plays",
        given={"raw.settings": SETTINGS, "raw.plays": PLAYS + rows},
        expect=expect,
    )


def test_an_offline_play_stands_when_it_was_heard_not_when_it_was_sent(check_model):
    judged(
        check_model,
        """
        1           | spotify | 2024-03-20 08:00:00 | 2             | 0       | end       | 240000    | 2024-03-19 21:10:00
        1           | spotify | 2024-03-20 08:00:00 | 3             | 0       | end       | 180000    | 2024-03-19 21:14:00
        """,
        """
        track_name_id | reported_at         | played_at           | time_source
        1             | 2024-03-12 10:00:00 | 2024-03-12 09:56:40 | report
        2             | 2024-03-20 08:00:00 | 2024-03-19 21:10:00 | player
        3             | 2024-03-20 08:00:00 | 2024-03-19 21:14:00 | player
        """,
    )


def test_a_clock_that_cannot_be_right_gives_way_to_the_report(check_model):
    # Of 1970, after the report, ending long after it, and before there was an account.
    judged(
        check_model,
        """
        1           | spotify | 2024-03-20 08:00:00 | 2             | 0       | end       | 60000     | 1970-01-20 22:13:20
        1           | spotify | 2024-03-20 09:00:00 | 3             | 0       | end       | 60000     | 2024-03-20 12:00:00
        1           | spotify | 2024-03-20 10:00:00 | 4             | 0       | end       | 2700000   | 2024-03-20 09:59:58
        1           | spotify | 2024-03-20 11:00:00 | 5             | 0       | end       | 60000     | 2023-11-01 12:00:00
        """,
        """
        track_name_id | played_at           | time_source
        1             | 2024-03-12 09:56:40 | report
        2             | 2024-03-20 07:59:00 | report, player implausible
        3             | 2024-03-20 08:59:00 | report, player implausible
        4             | 2024-03-20 09:15:00 | report, player implausible
        5             | 2024-03-20 10:59:00 | report, player implausible
        """,
    )


def test_the_first_records_of_an_account_may_be_of_a_flight_before_them(check_model):
    judged(
        check_model,
        """
        1           | spotify | 2024-03-12 09:00:00 | 2             | 0       | end       | 60000     | 2024-03-11 20:00:00
        """,
        """
        track_name_id | played_at           | time_source
        1             | 2024-03-12 09:56:40 | report
        2             | 2024-03-11 20:00:00 | player
        """,
    )


def test_what_the_player_noted_long_before_is_counted_and_so_is_what_it_noted_wrongly(
    check_model,
):
    check_model(
        "core.fct_report_findings",
        given={
            "core.fct_reported_plays": """
                listener_id | source  | played_at           | reported_at         | local_date | ms_played | time_source
                1           | spotify | 2024-03-19 21:10:00 | 2024-03-20 08:00:00 | 2024-03-19 | 240000    | player
                1           | spotify | 2024-03-19 21:14:00 | 2024-03-19 21:18:00 | 2024-03-19 | 240000    | player
                1           | spotify | 2024-03-20 09:56:00 | 2024-03-20 10:00:00 | 2024-03-20 | 240000    | report, player implausible
                1           | spotify | 2024-03-20 10:56:00 | 2024-03-20 11:00:00 | 2024-03-20 | 240000    | report
            """
        },
        expect="""
            quality_check                    | subject | cases | cases_share
            reported more than an hour later | 2024    | 1     | 0.25
            clock of the player not believed | 2024    | 1     | 0.25
        """,
    )


def test_account_data_of_an_offline_play_meets_the_extended_history_by_their_stamps(check_model):
    check_model(
        "core.fct_account_matches",
        given={
            "core.fct_reported_plays": """
                play_id | listener_id | source  | reported_at         | track_name_id | ordinal | played_at           | time_precision | ms_played
                1       | 1           | spotify | 2024-03-20 08:00:20 | 1             | 0       | 2024-03-19 21:10:00 | second         | 240000
                2       | 1           | spotify | 2024-03-20 08:00:00 | 2             | 0       | 2024-03-20 07:56:00 | minute         | 240000
            """,
            "core.dim_track_aliases": """
                track_name_id | track_id | track_key
                1             | 1        | song
                2             | 2        | song
            """,
        },
        expect="""
            play_id | kept_play_id
            2       | 1
        """,
    )
