"""Which week a pick is for: the nearest closing day (SYSTEMS A.1.4)."""

from __future__ import annotations

import csv
import datetime as dt
from typing import TYPE_CHECKING

import histories
import pytest

from sotw.pipeline.models import select
from sotw.settings import POLICIES, Settings

if TYPE_CHECKING:
    from pathlib import Path


def check(check_model, weeks: dict[str, str], zone: str = "UTC", week_ends_on: int = 6) -> None:
    picks = [f"1 | {picked_at} | 11" for picked_at in weeks]
    expect = [f"{picked_at} | {week} | 10" for picked_at, week in weeks.items()]
    check_model(
        "core.fct_picks",
        given={
            "staging.stg_picks": "\n".join(["listener_id | picked_at | track_name_id", *picks]),
            "core.dim_track_aliases": """
                track_name_id | track_id
                11            | 10
            """,
            "core.dim_listeners": f"""
                listener_id | time_zone | week_ends_on
                1           | {zone}    | {week_ends_on}
            """,
        },
        expect="\n".join(["picked_at | week_ending | named_track_id", *expect]),
    )


def test_saturday_to_tuesday_mean_the_saturday_before_and_wednesday_to_friday_the_next(check_model):
    check(
        check_model,
        {
            "2024-01-06 00:00:00": "2024-01-06",
            "2024-01-06 23:59:59": "2024-01-06",
            "2024-01-07 12:00:00": "2024-01-06",
            "2024-01-08 12:00:00": "2024-01-06",
            "2024-01-09 23:59:00": "2024-01-06",
            "2024-01-10 00:00:00": "2024-01-13",
            "2024-01-11 12:00:00": "2024-01-13",
            "2024-01-12 23:59:59": "2024-01-13",
        },
    )


def test_a_pick_around_the_turn_of_the_year(check_model):
    check(
        check_model,
        {"2023-12-31 08:00:00": "2023-12-30", "2024-01-02 23:59:59": "2023-12-30",
         "2024-01-03 00:00:00": "2024-01-06"},
    )  # fmt: skip


def test_the_day_is_that_of_the_listeners_clock(check_model):
    # Tuesday 23:30 and Wednesday 00:30 in Kolkata, both Tuesday in UTC.
    check(
        check_model,
        {"2024-01-09 18:00:00": "2024-01-06", "2024-01-09 19:00:00": "2024-01-13"},
        zone="Asia/Kolkata",
    )
    # Wednesday 01:00 UTC is still Tuesday in New York.
    check(check_model, {"2024-01-10 01:00:00": "2024-01-06"}, zone="America/New_York")


def test_another_closing_day_moves_the_rule_with_it(check_model):
    # Weeks that end on Thursday: to Sunday the one before, from Monday the next.
    check(
        check_model,
        {
            "2024-01-04 00:00:00": "2024-01-04",
            "2024-01-07 23:59:59": "2024-01-04",
            "2024-01-08 00:00:00": "2024-01-11",
            "2024-01-10 23:59:59": "2024-01-11",
        },
        week_ends_on=4,
    )


@pytest.mark.parametrize("week_ends_on", range(7))
def test_no_other_closing_day_is_nearer(check_model, week_ends_on):
    weeks = {}
    for offset in range(14):
        day = dt.date(2024, 2, 22) + dt.timedelta(days=offset)
        closing = [
            day + dt.timedelta(days=step)
            for step in range(-6, 7)
            if (day + dt.timedelta(days=step)).isoweekday() % 7 == week_ends_on
        ]
        weeks[f"{day} 12:00:00"] = str(min(closing, key=lambda end, day=day: abs((end - day).days)))
    check(check_model, weeks, week_ends_on=week_ends_on)


def test_what_the_listener_said_goes_before_the_rule(check_model):
    check_model(
        "core.fct_picks",
        given={
            "staging.stg_picks": """
                listener_id | picked_at        | track_name_id | stated_week_ending
                1           | 2024-03-01 09:00 | 11            | 2024-01-06
            """,
            "core.dim_track_aliases": """
                track_name_id | track_id
                11            | 10
            """,
            "core.dim_listeners": """
                listener_id | time_zone | week_ends_on
                1           | UTC       | 6
            """,
        },
        expect="""
            week_ending | pick_date  | pick_distance_days
            2024-01-06  | 2024-03-01 | 55
        """,
    )


def test_a_pick_at_the_instant_of_the_build_is_not_seen_and_repeats_are_one(check_model):
    check_model(
        "staging.stg_picks",
        given={
            "raw.picks": """
                listener_id | picked_at        | track_name_id | week_ending | spotify_track_id
                1           | 2024-01-06 11:59 | 11            | -           | -
                1           | 2024-01-06 11:59 | 11            | 2024-01-06  | sp1
                1           | 2024-01-06 11:59 | 11            | 2024-01-06  | -
                1           | 2024-01-06 12:00 | 11            | -           | -
            """,
            "raw.settings": """
                as_of
                2024-01-06 12:00
            """,
        },
        expect="""
            picked_at        | stated_week_ending | picked_spotify_track_id
            2024-01-06 11:59 | -                  | -
            2024-01-06 11:59 | 2024-01-06         | sp1
        """,
    )


def test_a_song_named_for_two_weeks_at_once_is_two_picks_and_one_with_a_week_repeats_none(
    check_model,
):
    check_model(
        "core.fct_picks",
        given={
            "staging.stg_picks": """
                listener_id | picked_at        | track_name_id | stated_week_ending | picked_spotify_track_id
                1           | 2024-03-01 09:00 | 11            | 2024-01-06         | -
                1           | 2024-03-01 09:00 | 11            | 2024-01-12         | -
                1           | 2024-03-01 09:00 | 11            | 2024-01-13         | -
                1           | 2024-03-01 09:00 | 11            | -                  | sp1
                1           | 2024-03-02 09:00 | 11            | -                  | -
            """,
            "core.dim_track_aliases": """
                track_name_id | track_id
                11            | 10
            """,
            "core.dim_listeners": """
                listener_id | time_zone | week_ends_on
                1           | UTC       | 6
            """,
        },
        expect="""
            picked_at        | week_ending | is_stated | picked_spotify_track_id
            2024-03-01 09:00 | 2024-01-06  | true      | sp1
            2024-03-01 09:00 | 2024-01-13  | true      | sp1
            2024-03-02 09:00 | 2024-03-02  | false     | -
        """,
    )


def test_a_song_named_and_on_a_list_at_once_is_one_pick_known_from_the_first(check_model):
    check_model(
        "core.fct_picks",
        given={
            "staging.stg_picks": """
                listener_id | picked_at        | track_name_id
                1           | 2024-03-02 12:00 | 11
            """,
            "core.fct_playlist_picks": """
                listener_id | picked_at        | track_name_id | known_at         | is_for_labels
                1           | 2024-03-02 12:00 | 11            | 2024-03-16 12:00 | false
                1           | 2024-03-09 12:00 | 11            | 2024-03-16 12:00 | false
                1           | 2024-03-16 12:00 | 11            | 2024-03-16 12:00 | true
            """,
            "core.dim_track_aliases": """
                track_name_id | track_id
                11            | 10
            """,
            "core.dim_listeners": """
                listener_id | time_zone | week_ends_on
                1           | UTC       | 6
            """,
        },
        expect="""
            picked_at        | known_at         | is_for_labels
            2024-03-02 12:00 | 2024-03-02 12:00 | true
            2024-03-09 12:00 | 2024-03-16 12:00 | false
            2024-03-16 12:00 | 2024-03-16 12:00 | true
        """,
    )


def test_all_254_picks_of_system_a_fall_in_its_weeks(shared_data: Path, all_models):
    """SYSTEMS H1."""
    with (shared_data / "sotw" / "spotify_favorites.csv").open(
        encoding="utf-8", newline=""
    ) as text:
        favorites = list(csv.DictReader(text))
    names = histories.Names()
    picks = [
        {
            "listener_id": 1,
            "picked_at": dt.datetime.fromisoformat(row["added_at_utc"]),
            "track_name_id": names.track(row["artist_name"], row["track_name"]),
            "source": "favorites",
        }
        for row in favorites
    ]
    listener = {
        "listener_id": 1,
        "listener": "a",
        "is_demo": False,
        "created_at": dt.datetime(2024, 1, 1),
    }
    raw: histories.Raw = {"listeners": [listener], "names": names.rows, "picks": picks}
    history = histories.History(raw, Settings(cutoff_policies=POLICIES), dt.datetime(2026, 1, 1))
    con = histories.built(history, select(all_models, ["fct_week_labels"]))
    got = dict(con.execute("select picked_at, week_ending from core.fct_picks").fetchall())
    expected = {
        dt.datetime.fromisoformat(row["added_at_utc"]): dt.date.fromisoformat(
            row["week_saturday_utc"][:10]
        )
        for row in favorites
    }
    assert len(got) == 254
    assert got == expected
    labels = con.execute("select count(*), count(distinct week_ending) from core.fct_week_labels")
    assert labels.fetchone() == (254, 254)
    con.close()


def test_a_stated_week_is_named_by_any_of_its_days(check_model):
    # Said of a week that ended on a Saturday; now the listener's weeks end on Sunday.
    check_model(
        "core.fct_picks",
        given={
            "staging.stg_picks": """
                listener_id | picked_at           | track_name_id | stated_week_ending
                1           | 2024-03-01 00:00:00 | 11            | 2024-01-06
            """,
            "core.dim_track_aliases": """
                track_name_id | track_id
                11            | 10
            """,
            "core.dim_listeners": """
                listener_id | time_zone | week_ends_on
                1           | UTC       | 0
            """,
        },
        expect="""
            picked_at           | week_ending | pick_distance_days
            2024-03-01 00:00:00 | 2024-01-07  | 54
        """,
    )
