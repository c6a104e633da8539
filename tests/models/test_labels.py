"""Picks among the plays, one label a week, and the proxy."""

from __future__ import annotations

import datetime as dt
import hashlib

import pytest

TRACKS = """
    track_id | artist_loose_key | track_loose_key  | work_key
    1        | mira             | dawn             | dawn
    2        | mira             | dawn live        | dawn
    3        | mira             | dawn remastered  | dawn
    4        | mira             | dusk             | dusk
    5        | other            | dawn             | dawn
"""


def matches(
    check_model, plays: str, pick: str, expect: str, ids: str = "", *, more: str = ""
) -> None:
    check_model(
        "core.fct_pick_matches",
        given={
            "core.fct_plays": f"listener_id | week_ending | track_id{more}\n{plays}",
            "core.fct_picks": "listener_id | week_ending | picked_at | track_name_id | "
            f"named_track_id | picked_spotify_track_id\n{pick}",
            "core.dim_tracks": TRACKS,
            "core.dim_track_aliases": "track_name_id | track_id\n14 | 4",
            "core.fct_stated_ids": f"track_name_id | recording_id | id_type\n{ids}",
        },
        expect="track_id | match_method\n" + expect,
    )


def test_a_pick_heard_by_its_name_is_that_track(check_model):
    matches(
        check_model,
        plays="1 | 2024-01-06 | 1",
        pick="1 | 2024-01-06 | 2024-01-06 12:00 | 11 | 1 | -",
        expect="1 | name",
    )


def test_the_spotify_id_goes_before_the_name(check_model):
    matches(
        check_model,
        plays="1 | 2024-01-06 | 1\n1 | 2024-01-06 | 4",
        pick="1 | 2024-01-06 | 2024-01-06 12:00 | 11 | 1 | sp",
        ids="14 | sp | spotify id",
        expect="4 | spotify id",
    )


def test_a_version_heard_in_the_week_goes_before_the_exact_title_heard_elsewhen(check_model):
    matches(
        check_model,
        plays="1 | 2023-01-07 | 1\n1 | 2024-01-06 | 2",
        pick="1 | 2024-01-06 | 2024-01-06 12:00 | 11 | 1 | -",
        expect="2 | work",
    )


def test_of_two_versions_of_the_week_the_one_played_more_is_meant(check_model):
    matches(
        check_model,
        plays="1 | 2024-01-06 | 2\n1 | 2024-01-06 | 3\n1 | 2024-01-06 | 3",
        pick="1 | 2024-01-06 | 2024-01-06 12:00 | 11 | 1 | -",
        expect="3 | work",
    )


def test_what_only_others_heard_or_others_sing_is_no_match(check_model):
    matches(
        check_model,
        plays="2 | 2024-01-06 | 1\n1 | 2024-01-06 | 5\n1 | 2024-01-06 | 4",
        pick="1 | 2024-01-06 | 2024-01-06 12:00 | 11 | 1 | -",
        expect="1 | none",
    )


def test_a_song_whose_plays_a_rule_keeps_out_is_excluded_and_not_unheard(check_model):
    matches(
        check_model,
        plays="1 | 2024-01-06 | 1 | false | true\n1 | 2024-01-06 | 4 | true | true",
        pick="1 | 2024-01-06 | 2024-01-06 12:00 | 11 | 1 | -",
        expect="1 | excluded",
        more=" | is_in_training | is_counted",
    )


def test_a_version_in_training_goes_before_one_that_is_excluded(check_model):
    matches(
        check_model,
        plays="""
            1 | 2024-01-06 | 1 | false
            1 | 2023-01-07 | 2 | true
        """,
        pick="1 | 2024-01-06 | 2024-01-06 12:00 | 11 | 1 | -",
        expect="2 | work",
        more=" | is_in_training",
    )


def test_a_song_of_which_only_some_weeks_are_excluded_is_matched_by_the_others(check_model):
    matches(
        check_model,
        plays="""
            1 | 2024-01-06 | 1 | false
            1 | 2023-01-07 | 1 | true
        """,
        pick="1 | 2024-01-06 | 2024-01-06 12:00 | 11 | 1 | -",
        expect="1 | name",
        more=" | is_in_training",
    )


def test_a_song_heard_only_in_plays_that_do_not_count_is_not_among_them(check_model):
    matches(
        check_model,
        plays="1 | 2024-01-06 | 1 | false | false",
        pick="1 | 2024-01-06 | 2024-01-06 12:00 | 11 | 1 | -",
        expect="1 | none",
        more=" | is_in_training | is_counted",
    )


def test_a_pick_that_only_counts_as_past_labels_no_week(check_model):
    check_model(
        "core.fct_week_labels",
        given={
            "core.fct_pick_matches": """
                listener_id | week_ending | picked_at        | track_id | is_for_labels
                1           | 2024-01-06  | 2024-01-06 09:00 | 1        | true
                1           | 2024-01-06  | 2024-01-06 12:00 | 2        | false
                1           | 2024-01-13  | 2024-01-13 12:00 | 2        | false
            """,
            "core.dim_listeners": "listener_id | labels_start_date\n1 | 1900-01-01",
        },
        expect="week_ending | track_id\n2024-01-06 | 1",
    )


def test_a_week_keeps_the_pick_nearest_to_its_end_and_of_equals_the_latest(check_model):
    check_model(
        "core.fct_week_labels",
        given={
            "core.fct_pick_matches": """
                listener_id | week_ending | picked_at        | track_name_id | track_id | pick_distance_days
                1           | 2024-01-06  | 2024-01-04 09:00 | 10            | 1        | 2
                1           | 2024-01-06  | 2024-01-07 09:00 | 11            | 2        | 1
                1           | 2024-01-13  | 2024-01-13 09:00 | 10            | 1        | 0
                1           | 2024-01-13  | 2024-01-13 18:00 | 11            | 2        | 0
                2           | 2024-01-13  | 2024-01-13 09:00 | 10            | 1        | 0
            """,
            "core.dim_listeners": """
                listener_id | labels_start_date
                1           | 1900-01-01
                2           | 1900-01-01
            """,
        },
        expect="""
            listener_id | week_ending | label_kind | track_id | labelled_at
            1           | 2024-01-06  | pick       | 2        | 2024-01-07 09:00
            1           | 2024-01-13  | pick       | 2        | 2024-01-13 18:00
            2           | 2024-01-13  | pick       | 1        | 2024-01-13 09:00
        """,
    )


def test_what_was_said_to_be_for_a_week_corrects_what_was_named_nearer_to_its_end(check_model):
    check_model(
        "core.fct_week_labels",
        given={
            "core.fct_pick_matches": """
                listener_id | week_ending | picked_at        | track_name_id | track_id | pick_distance_days | is_stated
                1           | 2024-01-06  | 2024-01-06 09:00 | 10            | 1        | 0                  | false
                1           | 2024-01-06  | 2024-01-06 10:00 | 11            | 2        | 0                  | true
                1           | 2024-01-06  | 2024-02-20 09:00 | 12            | 3        | 45                 | true
                1           | 2024-01-06  | 2024-02-10 09:00 | 13            | 4        | 35                 | true
                1           | 2024-01-13  | 2024-01-13 09:00 | 10            | 1        | 0                  | false
                1           | 2024-01-13  | 2024-01-14 09:00 | 11            | 2        | 1                  | false
            """,
            "core.dim_listeners": """
                listener_id | labels_start_date
                1           | 1900-01-01
            """,
        },
        expect="""
            week_ending | track_id | labelled_at
            2024-01-06  | 3        | 2024-02-20 09:00
            2024-01-13  | 1        | 2024-01-13 09:00
        """,
    )


def test_weeks_before_the_start_of_labels_have_none_and_proxies_stand_beside_picks(check_model):
    check_model(
        "core.fct_week_labels",
        given={
            "core.fct_pick_matches": """
                listener_id | week_ending | picked_at        | track_id | pick_distance_days
                1           | 2024-01-06  | 2024-01-06 09:00 | 1        | 0
                1           | 2024-01-13  | 2024-01-13 09:00 | 1        | 0
            """,
            "core.fct_proxy_labels": """
                listener_id | week_ending | track_id
                1           | 2024-01-06  | 4
                1           | 2024-01-13  | 4
            """,
            "core.dim_listeners": """
                listener_id | labels_start_date
                1           | 2024-01-13
            """,
        },
        expect="""
            week_ending | label_kind | track_id | labelled_at
            2024-01-13  | pick       | 1        | 2024-01-13 09:00
            2024-01-13  | proxy      | 4        | -
        """,
    )


def proxy(
    check_model,
    after: dict[int, list[int]],
    expect: str,
    *,
    candidates: int = 10,
    last: int = 200,
    gaps: tuple[int, ...] = (),
) -> None:
    """Week 100 with some tracks, and what is played in weeks after it, by week number."""
    plays = [f"1 | 2024-01-06 | 100 | {track}" for track in range(1, candidates + 1)]
    plays += [f"1 | 2024-09-28 | {week} | {track}" for week in after for track in after[week]]
    tracks = [f"{track} | artist | {track}" for track in range(1, 30)]
    first = dt.date(2024, 1, 6)
    weeks = [
        f"1 | {first + dt.timedelta(days=7 * week)} | {100 + week} | "
        f"{100 + week <= last and 100 + week not in gaps}"
        for week in range(30)
    ]
    check_model(
        "core.fct_proxy_labels",
        given={
            "core.fct_plays": "\n".join(
                ["listener_id | week_ending | week_number | track_id", *plays]
            ),
            "core.dim_weeks": "\n".join(
                ["listener_id | week_ending | week_number | is_complete", *weeks]
            ),
            "core.dim_tracks": "\n".join(["track_id | artist_key | track_key", *tracks]),
        },
        expect="week_ending | track_id | next_4w_plays | tied_tracks_count\n" + expect,
    )


def test_the_proxy_is_the_track_played_most_in_the_four_weeks_after(check_model):
    after = {101: [1, 2, 2], 104: [1, 1], 105: [2, 2, 2, 2], 99: [3, 3, 3, 3]}
    proxy(check_model, after, "2024-01-06 | 1 | 3 | 1")


def test_a_track_not_played_in_the_week_is_no_candidate(check_model):
    proxy(check_model, {101: [20] * 9 + [1] * 3}, "2024-01-06 | 1 | 3 | 1")


def test_two_plays_after_or_nine_candidates_are_too_few(check_model):
    proxy(check_model, {101: [1, 1]}, "")
    proxy(check_model, {101: [1, 1, 1]}, "", candidates=9)


def test_of_three_tied_tracks_the_hash_of_the_key_decides_and_four_are_too_many(check_model):
    first = min((2, 5, 7), key=lambda track: hashlib.md5(f"artist|{track}".encode()).hexdigest())
    proxy(check_model, {102: [2, 5, 7] * 3}, f"2024-01-06 | {first} | 3 | 3")
    proxy(check_model, {102: [2, 5, 7, 8] * 3}, "")


def test_a_week_whose_four_following_weeks_are_not_complete_has_no_proxy(check_model):
    proxy(check_model, {101: [1, 1, 1]}, "2024-01-06 | 1 | 3 | 1", last=104)
    proxy(check_model, {101: [1, 1, 1]}, "", last=103)


@pytest.mark.parametrize("gap", [101, 102, 104])
def test_a_week_that_a_gap_follows_within_four_weeks_has_no_proxy(check_model, gap):
    proxy(check_model, {101: [1, 1, 1]}, "", gaps=(gap,))


@pytest.mark.parametrize("gap", [99, 105])
def test_a_gap_elsewhere_takes_no_proxy_away(check_model, gap):
    proxy(check_model, {101: [1, 1, 1]}, "2024-01-06 | 1 | 3 | 1", gaps=(gap,))
