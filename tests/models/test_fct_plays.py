"""The day and the week a play falls in."""

from __future__ import annotations

import datetime as dt

import histories
import pytest

from sotw.pipeline.models import select
from sotw.settings import ListenerSettings, Settings


@pytest.fixture
def check(all_models):
    """``check(zone, weekday, {time of a play: end of its week})`` on plays of one song."""

    def compare(zone: str, week_ends_on: int, weeks: dict[str, str]) -> None:
        names = histories.Names()
        times = [dt.datetime.fromisoformat(played_at) for played_at in weeks]
        # A song each: the same one a second later would be a second scrobbler's.
        songs = [names.track("Mira", f"Dawn {number}") for number in range(len(times))]
        listener = {"listener_id": 1, "listener": "me", "is_demo": False, "created_at": times[0]}
        raw = {
            "listeners": [listener],
            "names": names.rows,
            "plays": [
                row
                for time, song in zip(times, songs, strict=True)
                for row in histories.plays(1, [time], song)
            ],
        }
        settings = Settings(
            listeners={"me": ListenerSettings(time_zone=zone, week_ends_on=week_ends_on)}
        )
        history = histories.History(raw, settings, dt.datetime(2025, 1, 1))
        con = histories.built(history, select(all_models, ["fct_plays"]))
        found = con.execute(
            "select played_at, week_ending, track_id from core.fct_plays"
        ).fetchall()
        con.close()
        ends = map(dt.date.fromisoformat, weeks.values())
        assert sorted(found) == sorted(zip(times, ends, songs, strict=True))

    return compare


def test_a_week_runs_from_sunday_midnight_to_saturday_midnight(check):
    check(
        "UTC",
        6,
        {
            "2024-01-06 23:59:59.999999": "2024-01-06",
            "2024-01-07 00:00:00": "2024-01-13",
            "2024-01-10 12:00:00": "2024-01-13",
            "2024-01-13 00:00:00": "2024-01-13",
        },
    )


def test_the_week_over_the_turn_of_the_year_is_one(check):
    check(
        "UTC",
        6,
        {
            "2023-12-31 00:00:00": "2024-01-06",
            "2024-01-06 23:00:00": "2024-01-06",
            "2020-12-27 00:00:00": "2021-01-02",
        },
    )


def test_the_listeners_clock_decides_the_day(check):
    check(
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


def test_a_week_may_end_on_any_weekday(check):
    check(
        "UTC",
        0,
        {"2024-01-07 23:59:59": "2024-01-07", "2024-01-08 00:00:00": "2024-01-14"},
    )
    check(
        "UTC",
        3,
        {"2024-01-10 23:59:59": "2024-01-10", "2024-01-11 00:00:00": "2024-01-17"},
    )


def test_week_numbers_count_weeks_without_a_hole(check_model):
    check_model(
        "core.fct_plays",
        given={
            "core.fct_reported_plays": """
                listener_id | source | reported_at | ordinal | track_name_id | track_id | local_at
                1           | lastfm | 1970-01-01  | 0       | 11            | 10       | 1970-01-01
                1           | lastfm | 2023-12-30  | 0       | 11            | 10       | 2023-12-30
                1           | lastfm | 2024-01-06  | 0       | 11            | 10       | 2024-01-06
                1           | lastfm | 2024-03-02  | 0       | 11            | 10       | 2024-03-02
            """,
            "core.dim_tracks": """
                track_id
                10
            """,
            "core.dim_listeners": """
                listener_id | time_zone | week_ends_on | counting
                1           | UTC       | 6            | default
            """,
        },
        # 1900-01-13 ends week 0.
        expect="""
            reported_at | week_number
            1970-01-01  | 3651
            2023-12-30  | 6468
            2024-01-06  | 6469
            2024-03-02  | 6477
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


def test_a_start_that_an_own_export_says_goes_before_the_length_and_nonsense_does_not(check_model):
    payload = '{"started_at":"%s"}'
    rows = [
        f"{number} | 2024-01-06 12:00:00 | end | 60000 | {said}"
        for number, said in enumerate(
            [
                payload % "2024-01-06T11:58:00.000000",
                payload % "2024-13-06",
                '{"started_at":7}',
                '{"album_mbid":"started_at"}',
                "-",
            ]
        )
    ]
    check_model(
        "staging.stg_plays",
        given={
            "raw.settings": "as_of\n2024-02-01 00:00:00",
            "raw.plays": "\n".join(
                ["track_name_id | played_at | time_kind | ms_played | payload", *rows]
            ),
        },
        expect="""
            track_name_id | played_at
            0             | 2024-01-06 11:58:00
            1             | 2024-01-06 11:59:00
            2             | 2024-01-06 11:59:00
            3             | 2024-01-06 11:59:00
            4             | 2024-01-06 11:59:00
        """,
    )


def test_a_length_of_more_than_a_day_is_none_and_leaves_the_stamp_as_it_is(check_model):
    check_model(
        "staging.stg_plays",
        given={
            "raw.settings": "as_of\n2024-02-01 00:00:00",
            "raw.plays": """
                played_at           | time_kind | ms_played     | duration_ms
                2024-01-06 12:00:00 | end       | 86400000      | 86400000
                2024-01-07 12:00:00 | end       | 86400001      | 2200000000
                2024-01-08 12:00:00 | end       | 2200000000    | 0
                2024-01-09 12:00:00 | end       | -1            | -1
                2024-01-10 12:00:00 | end       | 9000000000000 | -
            """,
        },
        expect="""
            played_at           | ms_played | stated_duration_ms
            2024-01-05 12:00:00 | 86400000  | 86400000
            2024-01-07 12:00:00 | -         | -
            2024-01-08 12:00:00 | -         | -
            2024-01-09 12:00:00 | -         | -
            2024-01-10 12:00:00 | -         | -
        """,
    )


def test_a_play_s_integer_is_its_listener_and_its_place_by_stamp(check_model):
    check_model(
        "core.fct_reported_plays",
        given={
            "staging.stg_plays": """
                listener_id | source  | reported_at         | track_name_id | ordinal | played_at
                1           | spotify | 2024-01-06 10:00:00 | 7             | 1       | 2024-01-06
                1           | spotify | 2024-01-06 10:00:00 | 7             | 0       | 2024-01-06
                1           | lastfm  | 2024-01-06 10:00:00 | 8             | 0       | 2024-01-06
                1           | spotify | 2024-01-05 10:00:00 | 8             | 0       | 2024-01-06
                2           | spotify | 2024-01-01 10:00:00 | 7             | 0       | 2024-01-06
            """,
            "core.dim_listeners": "listener_id | time_zone\n1 | UTC\n2 | UTC",
            "core.dim_track_aliases": "track_name_id | track_id\n7 | 7\n8 | 8",
        },
        expect="""
            listener_id | source  | reported_at         | track_name_id | ordinal | play_id
            1           | spotify | 2024-01-05 10:00:00 | 8             | 0       | 1000000001
            1           | lastfm  | 2024-01-06 10:00:00 | 8             | 0       | 1000000002
            1           | spotify | 2024-01-06 10:00:00 | 7             | 0       | 1000000003
            1           | spotify | 2024-01-06 10:00:00 | 7             | 1       | 1000000004
            2           | spotify | 2024-01-01 10:00:00 | 7             | 0       | 2000000001
        """,
    )
