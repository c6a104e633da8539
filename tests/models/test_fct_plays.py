"""The day and the week a play falls in."""

from __future__ import annotations

ALIASES = """
    track_name_id | track_id | artist_id
    11            | 10       | 1
"""


def listener(zone: str, week_ends_on: int) -> str:
    return f"""
        listener_id | time_zone | week_ends_on
        1           | {zone}    | {week_ends_on}
    """


def check(check_model, zone: str, week_ends_on: int, weeks: dict[str, str]) -> None:
    plays = "\n".join(
        [
            "listener_id | played_at | track_name_id",
            *(f"1 | {played_at} | 11" for played_at in weeks),
        ]
    )
    expect = [f"{played_at} | {week} | 10 | 1" for played_at, week in weeks.items()]
    check_model(
        "core.fct_plays",
        given={
            "staging.stg_plays": plays,
            "core.dim_track_aliases": ALIASES,
            "core.dim_listeners": listener(zone, week_ends_on),
        },
        expect="\n".join(["played_at | week_ending | track_id | artist_id", *expect]),
    )


def test_a_week_runs_from_sunday_midnight_to_saturday_midnight(check_model):
    check(
        check_model,
        "UTC",
        6,
        {
            "2024-01-06 23:59:59.999999": "2024-01-06",
            "2024-01-07 00:00:00": "2024-01-13",
            "2024-01-10 12:00:00": "2024-01-13",
            "2024-01-13 00:00:00": "2024-01-13",
        },
    )


def test_the_week_over_the_turn_of_the_year_is_one(check_model):
    check(
        check_model,
        "UTC",
        6,
        {
            "2023-12-31 00:00:00": "2024-01-06",
            "2024-01-06 23:00:00": "2024-01-06",
            "2020-12-27 00:00:00": "2021-01-02",
        },
    )


def test_the_listeners_clock_decides_the_day(check_model):
    check(
        check_model,
        "America/New_York",
        6,
        {
            # 23:59 and 00:00 local time, five hours behind in winter, four in summer.
            "2024-01-07 04:59:59": "2024-01-06",
            "2024-01-07 05:00:00": "2024-01-13",
            "2024-07-07 03:59:59": "2024-07-06",
            "2024-07-07 04:00:00": "2024-07-13",
        },
    )


def test_a_week_may_end_on_any_weekday(check_model):
    check(
        check_model,
        "UTC",
        0,
        {"2024-01-07 23:59:59": "2024-01-07", "2024-01-08 00:00:00": "2024-01-14"},
    )
    check(
        check_model,
        "UTC",
        3,
        {"2024-01-10 23:59:59": "2024-01-10", "2024-01-11 00:00:00": "2024-01-17"},
    )


def test_week_numbers_count_weeks_without_a_hole(check_model):
    check_model(
        "core.fct_plays",
        given={
            "staging.stg_plays": """
                listener_id | played_at  | track_name_id
                1           | 1970-01-01 | 11
                1           | 2023-12-30 | 11
                1           | 2024-01-06 | 11
                1           | 2024-03-02 | 11
            """,
            "core.dim_track_aliases": ALIASES,
            "core.dim_listeners": listener("UTC", 6),
        },
        # 1900-01-13 ends week 0.
        expect="""
            played_at  | week_number
            1970-01-01 | 3651
            2023-12-30 | 6468
            2024-01-06 | 6469
            2024-03-02 | 6477
        """,
    )


def test_a_play_at_the_instant_of_the_build_is_not_seen(check_model):
    check_model(
        "staging.stg_plays",
        given={
            "raw.plays": """
                listener_id | played_at           | ordinal
                1           | 2024-01-06 11:59:59 | 0
                1           | 2024-01-06 12:00:00 | 0
            """,
            "raw.settings": """
                as_of
                2024-01-06 12:00:00
            """,
        },
        expect="""
            played_at
            2024-01-06 11:59:59
        """,
    )
