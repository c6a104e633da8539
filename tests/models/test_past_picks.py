"""How often a candidate was the favourite of an earlier week, as known at the cut-off."""

from __future__ import annotations

WEEKLY = "listener_id | cutoff_policy | track_id | week_ending | cutoff_at | plays\n"
MATCHES = "listener_id | known_at | track_name_id | week_ending | named_track_id | track_id\n"


def check(check_model, *, weekly: str, picks: str, expect: str) -> None:
    check_model(
        "features.feat_past_picks",
        given={"core.fct_weekly_plays": WEEKLY + weekly, "core.fct_pick_matches": MATCHES + picks},
        expect=expect,
    )


def test_each_earlier_week_with_a_pick_of_the_track_counts_once(check_model):
    check(
        check_model,
        weekly="""
            1 | decision | 1 | 2024-01-06 | 2024-01-06 12:00 | 3
            1 | decision | 1 | 2024-01-13 | 2024-01-13 12:00 | 3
            1 | decision | 1 | 2024-01-20 | 2024-01-20 12:00 | 3
            1 | calendar | 1 | 2024-01-20 | 2024-01-21 00:00 | 3
            1 | decision | 2 | 2024-01-20 | 2024-01-20 12:00 | 3
        """,
        picks="""
            1 | 2024-01-06 12:00 | 1 | 2024-01-06 | 1 | 1
            1 | 2024-01-13 12:00 | 1 | 2024-01-13 | 1 | 1
        """,
        expect="""
            cutoff_policy | track_id | week_ending | prior_picks
            decision      | 1        | 2024-01-06  | 0
            decision      | 1        | 2024-01-13  | 1
            decision      | 1        | 2024-01-20  | 2
            calendar      | 1        | 2024-01-20  | 2
            decision      | 2        | 2024-01-20  | 0
        """,
    )


def test_the_pick_of_the_same_week_is_not_counted_however_early_it_was_made(check_model):
    check(
        check_model,
        weekly="1 | calendar | 1 | 2024-01-06 | 2024-01-07 00:00 | 3",
        picks="1 | 2024-01-03 12:00 | 1 | 2024-01-06 | 1 | 1",
        expect="track_id | prior_picks\n1 | 0",
    )


def test_a_pick_for_a_later_week_is_not_counted_even_if_made_before(check_model):
    check(
        check_model,
        weekly="1 | calendar | 1 | 2024-01-06 | 2024-01-07 00:00 | 3",
        picks="1 | 2024-01-03 12:00 | 1 | 2024-01-13 | 1 | 1",
        expect="track_id | prior_picks\n1 | 0",
    )


def test_a_pick_for_an_earlier_week_counts_only_if_it_was_made_before_the_cutoff(check_model):
    check(
        check_model,
        weekly="""
            1 | decision | 1 | 2024-01-13 | 2024-01-13 12:00 | 3
            1 | calendar | 1 | 2024-01-13 | 2024-01-14 00:00 | 3
            1 | decision | 1 | 2024-01-20 | 2024-01-20 12:00 | 3
        """,
        picks="1 | 2024-01-13 12:00 | 1 | 2024-01-06 | 1 | 1",
        expect="""
            cutoff_policy | week_ending | prior_picks
            decision      | 2024-01-13  | 0
            calendar      | 2024-01-13  | 1
            decision      | 2024-01-20  | 1
        """,
    )


def test_a_song_on_a_list_counts_from_when_the_list_was_seen_to_hold_favourites(check_model):
    # Put on the list on the 6th, which looked like favourites from the 20th on.
    weekly = """
            1 | decision | 1 | 2024-01-13 | 2024-01-13 12:00 | 3
            1 | decision | 1 | 2024-01-20 | 2024-01-20 12:00 | 3
            1 | calendar | 1 | 2024-01-20 | 2024-01-21 00:00 | 3
            1 | decision | 1 | 2024-01-27 | 2024-01-27 12:00 | 3
    """
    matches = MATCHES.replace("known_at", "picked_at | known_at | is_for_labels")
    pick = "1 | 2024-01-06 12:00 | 2024-01-20 12:00 | {} | 1 | 2024-01-06 | 1 | 1"
    for is_for_labels in ("true", "false"):
        check_model(
            "features.feat_past_picks",
            given={
                "core.fct_weekly_plays": WEEKLY + weekly,
                "core.fct_pick_matches": matches + pick.format(is_for_labels),
            },
            expect="""
                cutoff_policy | week_ending | prior_picks
                decision      | 2024-01-13  | 0
                decision      | 2024-01-20  | 0
                calendar      | 2024-01-20  | 1
                decision      | 2024-01-27  | 1
            """,
        )


def test_another_listeners_pick_is_not_counted(check_model):
    check(
        check_model,
        weekly="""
            1 | decision | 1 | 2024-01-13 | 2024-01-13 12:00 | 3
            2 | decision | 1 | 2024-01-13 | 2024-01-13 12:00 | 3
        """,
        picks="2 | 2024-01-06 12:00 | 1 | 2024-01-06 | 1 | 1",
        expect="""
            listener_id | prior_picks
            1           | 0
            2           | 1
        """,
    )


def test_two_spellings_of_one_track_are_one_pick_of_a_week_and_known_from_the_first(check_model):
    check(
        check_model,
        weekly="""
            1 | decision | 1 | 2024-01-06 | 2024-01-06 12:00 | 3
            1 | calendar | 1 | 2024-01-06 | 2024-01-07 00:00 | 3
            1 | decision | 1 | 2024-01-13 | 2024-01-13 12:00 | 3
        """,
        picks="""
            1 | 2024-01-06 12:00 | 1 | 2024-01-06 | 1 | 1
            1 | 2024-01-06 12:00 | 7 | 2024-01-06 | 1 | 1
            1 | 2024-01-15 12:00 | 8 | 2024-01-06 | 8 | 1
        """,
        expect="""
            cutoff_policy | week_ending | prior_picks
            decision      | 2024-01-06  | 0
            calendar      | 2024-01-06  | 0
            decision      | 2024-01-13  | 1
        """,
    )


def test_a_corrected_pick_counts_for_both_tracks_as_each_was_named(check_model):
    check(
        check_model,
        weekly="""
            1 | decision | 1 | 2024-01-13 | 2024-01-13 12:00 | 3
            1 | decision | 2 | 2024-01-13 | 2024-01-13 12:00 | 3
        """,
        picks="""
            1 | 2024-01-06 12:00 | 1 | 2024-01-06 | 1 | 1
            1 | 2024-01-06 12:05 | 2 | 2024-01-06 | 2 | 2
            1 | 2024-01-06 12:09 | 1 | 2024-01-06 | 1 | 1
        """,
        expect="""
            track_id | prior_picks
            1        | 1
            2        | 1
        """,
    )


def test_a_pick_is_of_the_version_heard_in_its_week_else_of_the_one_its_words_mean(check_model):
    # The first pick names track 1 and means 2, heard then; the second was matched with track 3,
    # which was not heard in its week.
    check(
        check_model,
        weekly="""
            1 | decision | 2 | 2024-01-06 | 2024-01-06 12:00 | 3
            1 | decision | 1 | 2024-01-20 | 2024-01-20 12:00 | 3
            1 | decision | 2 | 2024-01-20 | 2024-01-20 12:00 | 3
            1 | decision | 3 | 2024-01-20 | 2024-01-20 12:00 | 3
            1 | decision | 4 | 2024-01-20 | 2024-01-20 12:00 | 3
        """,
        picks="""
            1 | 2024-01-06 12:00 | 1 | 2024-01-06 | 1 | 2
            1 | 2024-01-13 12:00 | 4 | 2024-01-13 | 4 | 3
        """,
        expect="""
            track_id | week_ending | prior_picks
            2        | 2024-01-06  | 0
            1        | 2024-01-20  | 0
            2        | 2024-01-20  | 1
            3        | 2024-01-20  | 0
            4        | 2024-01-20  | 1
        """,
    )


def test_a_version_heard_in_its_week_only_after_the_cutoff_counts_for_later_weeks(check_model):
    check(
        check_model,
        weekly="""
            1 | decision | 2 | 2024-01-06 | 2024-01-06 12:00 | 0
            1 | decision | 2 | 2024-01-13 | 2024-01-13 12:00 | 1
        """,
        picks="1 | 2024-01-06 12:00 | 1 | 2024-01-06 | 1 | 2",
        expect="""
            week_ending | prior_picks
            2024-01-13  | 1
        """,
    )


def test_an_unmatched_pick_counts_for_no_track_that_was_heard(check_model):
    check(
        check_model,
        weekly="1 | decision | 1 | 2024-01-13 | 2024-01-13 12:00 | 3",
        picks="1 | 2024-01-06 12:00 | 9 | 2024-01-06 | 9 | 9",
        expect="track_id | prior_picks\n1 | 0",
    )
