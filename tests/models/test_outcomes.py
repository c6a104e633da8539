"""How a play ended: the order of the plays, what counts as complete, and what nobody knows."""

from __future__ import annotations

import pytest

LISTENERS = "listener_id | time_zone\n1 | Europe/Lisbon\n2 | UTC"
TRACKS = "track_id | duration_ms\n1 | 200000\n2 | -"


def plays(rows: str) -> str:
    head = "play_id | listener_id | source | reported_at | track_name_id | ordinal | played_at | "
    head += "track_id | ms_played | reason_end | is_skipped | content_type | platform\n"
    lines = [line for line in rows.splitlines() if line.strip()]
    return head + "\n".join(f"{n} | {line}" for n, line in enumerate(lines, start=1))


@pytest.fixture
def check(check_model):
    def run(rows, expect, **more):
        given = {
            "core.fct_plays": plays(rows),
            "core.dim_listeners": LISTENERS,
            "core.dim_tracks": TRACKS,
            **more,
        }
        check_model("core.fct_outcomes", given=given, expect=expect)

    return run


DAY = "2024-07-01"


def test_plays_are_numbered_by_their_stamp_then_by_their_key(check):
    check(
        f"""
        1 | spotify | {DAY} 10:03:00 | 7 | 1 | {DAY} 10:00:00 | 1 | 180000 | trackdone | - | track | -
        1 | spotify | {DAY} 10:03:00 | 7 | 0 | {DAY} 10:03:00 | 1 | 0      | fwdbtn    | - | track | -
        1 | spotify | {DAY} 10:01:00 | 9 | 0 | {DAY} 10:00:30 | 2 | 30000  | fwdbtn    | - | track | -
        2 | spotify | {DAY} 10:02:00 | 7 | 0 | {DAY} 10:01:00 | 1 | 60000  | endplay   | - | track | -
        """,
        f"""
        listener_id | play_number | track_name_id | ordinal | ended_at       | ended_local_at
        1           | 1           | 9             | 0       | {DAY} 10:01:00 | {DAY} 11:01:00
        1           | 2           | 7             | 0       | {DAY} 10:03:00 | {DAY} 11:03:00
        1           | 3           | 7             | 1       | {DAY} 10:03:00 | {DAY} 11:03:00
        2           | 1           | 7             | 0       | {DAY} 10:02:00 | {DAY} 10:02:00
        """,
    )


def test_only_songs_of_which_something_of_the_end_is_said_are_outcomes(check):
    check(
        f"""
        1 | lastfm  | {DAY} 10:00:00 | 1 | 0 | {DAY} 10:00:00 | 1 | -     | -         | - | track   | -
        1 | spotify | {DAY} 10:01:00 | 1 | 0 | {DAY} 10:00:30 | 1 | 30000 | fwdbtn    | - | podcast | -
        1 | maloja  | {DAY} 10:02:00 | 1 | 0 | {DAY} 10:02:00 | 1 | 50000 | -         | - | track   | -
        1 | spotify | {DAY} 10:03:00 | 1 | 0 | {DAY} 10:03:00 | 1 | -     | trackdone | - | track   | -
        """,
        f"""
        play_number | source  | ended_at       | is_completed
        1           | maloja  | {DAY} 10:02:50 | -
        2           | spotify | {DAY} 10:03:00 | true
        """,
    )


def test_a_reason_that_is_unknown_or_missing_leaves_the_outcome_unknown(check):
    check(
        f"""
        1 | a | {DAY} 10:01:00 | 1 | 0 | {DAY} 10:00:00 | 2 | 1000   | unknown               | - | track | -
        1 | a | {DAY} 10:02:00 | 1 | 0 | {DAY} 10:00:00 | 2 | 1000   | -                     | - | track | -
        1 | a | {DAY} 10:03:00 | 1 | 0 | {DAY} 10:00:00 | 2 | 1000   | logout                | - | track | -
        1 | a | {DAY} 10:04:00 | 1 | 0 | {DAY} 10:00:00 | 2 | 1000   | natural_end_of_track  | - | track | -
        """,
        """
        play_number | is_outcome_known | is_completed | is_completed_loose | is_skipped_early
        1           | false            | -            | -                  | -
        2           | false            | -            | -                  | -
        3           | true             | false        | false              | true
        4           | true             | true         | true               | false
        """,
    )


def test_nine_tenths_of_the_length_are_loosely_complete_whatever_the_reason(check):
    check(
        f"""
        1 | a | {DAY} 10:01:00 | 1 | 0 | {DAY} 10:00:00 | 1 | 180000 | fwdbtn    | - | track | -
        1 | a | {DAY} 10:02:00 | 1 | 0 | {DAY} 10:00:00 | 1 | 179999 | fwdbtn    | - | track | -
        1 | a | {DAY} 10:03:00 | 1 | 0 | {DAY} 10:00:00 | 1 | 190000 | unknown   | - | track | -
        1 | a | {DAY} 10:04:00 | 1 | 0 | {DAY} 10:00:00 | 1 | 100    | unknown   | - | track | -
        1 | a | {DAY} 10:05:00 | 1 | 0 | {DAY} 10:00:00 | 1 | 100    | trackdone | - | track | -
        1 | a | {DAY} 10:06:00 | 1 | 0 | {DAY} 10:00:00 | 2 | 999999 | fwdbtn    | - | track | -
        """,
        """
        play_number | is_completed | is_completed_loose
        1           | false        | true
        2           | false        | false
        3           | -            | true
        4           | -            | false
        5           | true         | true
        6           | false        | false
        """,
    )


def test_half_a_minute_is_no_early_skip_and_a_short_song_played_whole_is_none(check):
    check(
        f"""
        1 | a | {DAY} 10:01:00 | 1 | 0 | {DAY} 10:00:00 | 1 | 29999 | fwdbtn    | - | track | -
        1 | a | {DAY} 10:02:00 | 1 | 0 | {DAY} 10:00:00 | 1 | 30000 | fwdbtn    | - | track | -
        1 | a | {DAY} 10:03:00 | 1 | 0 | {DAY} 10:00:00 | 1 | 20000 | trackdone | - | track | -
        1 | a | {DAY} 10:04:00 | 1 | 0 | {DAY} 10:00:00 | 1 | -     | fwdbtn    | - | track | -
        """,
        """
        play_number | is_skipped_early
        1           | true
        2           | false
        3           | false
        4           | -
        """,
    )


def test_a_play_that_a_rule_keeps_out_of_training_is_no_outcome(check):
    check(
        f"""
        1 | a | {DAY} 10:01:00 | 1 | 0 | {DAY} 10:00:00 | 1 | 29999 | fwdbtn | - | track | -
        1 | a | {DAY} 10:02:00 | 1 | 0 | {DAY} 10:00:00 | 1 | 30000 | fwdbtn | - | track | -
        1 | a | {DAY} 10:03:00 | 1 | 0 | {DAY} 10:00:00 | 1 | 30000 | fwdbtn | - | track | -
        """,
        f"""
        play_number | reported_at
        1           | {DAY} 10:01:00
        2           | {DAY} 10:03:00
        """,
        **{
            "core.fct_excluded_plays": """
            play_id | is_out_of_training
            2       | true
            3       | false
            """
        },
    )


FAMILIES = {
    "iOS 14.6 (iPhone13,3)": "ios",
    "ios": "ios",
    "IPHONE": "ios",
    "Android OS 9 API 28 (samsung, SM-G960F)": "android",
    "Android-tablet OS 6.0.1": "android",
    "OS X 10.15.7 [x86 8]": "osx",
    "osx": "osx",
    "Windows 10 (10.0.19042; x64)": "windows",
    "windows": "windows",
    "Linux [x86-64 0]": "linux",
    "WebPlayer (websocket RFC6455)": "web",
    "web_player windows 10;chrome 96.0": "web",
    "Partner spotify web_player": "web",
    "Partner google cast_tv;Chromecast;;tpapi": "cast",
    "cast": "cast",
    "Partner tizen_tv samsung;UN43": "tv",
    "tizen": "tv",
    "Partner android_tv sony;bravia": "tv",
    "not_applicable": "not_applicable",
    "a new thing": "unknown",
}


def test_texts_of_players_over_the_years_are_of_one_family(check_model):
    given = "\n".join(["platform", *FAMILIES])
    expect = "\n".join(f"{text} | {family}" for text, family in FAMILIES.items())
    check_model(
        "core.dim_platforms",
        given={"staging.stg_plays": given},
        expect=f"platform | platform_family\n{expect}",
    )


def test_ranges_of_a_log_that_touch_are_one(check_model):
    check_model(
        "core.fct_player_log_ranges",
        given={
            "staging.stg_technical_log_ranges": """
            listener_id | source  | event_type | first_at   | last_at
            1           | spotify | stutter    | 2024-01-01 | 2024-01-10
            1           | spotify | stutter    | 2024-01-10 | 2024-01-12
            1           | spotify | stutter    | 2024-01-02 | 2024-01-03
            1           | spotify | stutter    | 2024-02-01 | 2024-02-02
            1           | spotify | other      | 2024-01-11 | 2024-01-12
            """
        },
        expect="""
            event_type | first_at   | last_at
            other      | 2024-01-11 | 2024-01-12
            stutter    | 2024-01-01 | 2024-01-12
            stutter    | 2024-02-01 | 2024-02-02
        """,
    )
