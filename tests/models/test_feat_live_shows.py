"""Shows the listener has seen: known once their day is over, by any spelling of the artist."""

from __future__ import annotations

SHOWS = "staging.stg_live_shows"
ARTISTS = """
    artist_name_id | artist_id
    7              | 7
    8              | 7
    9              | 9
"""


def shows(check_model, given: str, expect: str, *, as_of: str = "2024-02-01 12:00") -> None:
    check_model(
        "core.fct_live_shows",
        given={
            SHOWS: f"listener_id | artist_name_id | show_date\n{given}",
            "core.dim_artist_aliases": ARTISTS,
            "core.dim_listeners": """
                listener_id | time_zone
                1           | UTC
                2           | Pacific/Auckland
            """,
            "staging.stg_settings": f"as_of\n{as_of}",
        },
        expect=f"listener_id | artist_id | show_date\n{expect}",
    )


def test_an_artist_seen_twice_on_a_day_in_two_spellings_is_one_show(check_model):
    shows(
        check_model,
        """
        1 | 7 | 2024-01-10
        1 | 8 | 2024-01-10
        1 | 8 | 2024-01-11
        2 | 7 | 2024-01-10
        """,
        """
        1 | 7 | 2024-01-10
        1 | 7 | 2024-01-11
        2 | 7 | 2024-01-10
        """,
    )


def test_a_show_whose_local_day_is_not_over_at_the_instant_of_the_build_is_not_seen(check_model):
    shows(
        check_model,
        """
        1 | 7 | 2024-01-31
        1 | 9 | 2024-02-01
        1 | 9 | 2024-03-01
        2 | 9 | 2024-02-01
        2 | 7 | 2024-02-02
        """,
        """
        1 | 7 | 2024-01-31
        2 | 9 | 2024-02-01
        """,
        as_of="2024-02-01 12:00",
    )


def test_a_show_in_two_lists_is_one(check_model):
    check_model(
        SHOWS,
        given={
            "raw.live_shows": """
                listener_id | source   | artist_name_id | show_date
                1           | songkick | 7              | 2024-01-10
                1           | notes    | 7              | 2024-01-10
                1           | notes    | 8              | 2024-01-10
            """
        },
        expect="""
            listener_id | artist_name_id | show_date
            1           | 7              | 2024-01-10
            1           | 8              | 2024-01-10
        """,
    )


def feature(check_model, given: str, expect: str, *, cutoffs: str | None = None) -> None:
    """One candidate of artist 7 in each week, by default in one week under both policies."""
    cutoffs = (
        cutoffs
        or """
        1 | 2024-01-13 | calendar | 2024-01-14
        1 | 2024-01-13 | decision | 2024-01-13
    """
    )
    keys = [line for line in cutoffs.splitlines() if line.strip()]
    rows = [line.rpartition("|")[0] + "| 1 | 7 | 2" for line in keys]
    check_model(
        "features.feat_live_shows",
        given={
            "core.fct_live_shows": f"listener_id | artist_id | show_date\n{given}",
            "core.dim_cutoffs": "listener_id | week_ending | cutoff_policy | cutoff_date\n"
            + cutoffs,
            "core.fct_weekly_plays": "\n".join(
                [
                    "listener_id | week_ending | cutoff_policy | track_id | artist_id | plays",
                    *rows,
                ]
            ),
        },
        expect="week_ending | cutoff_policy | is_artist_seen_this_week | last_show_gap_days | "
        f"prior_shows_count\n{expect}",
    )


def test_a_show_on_the_last_day_is_known_at_the_end_of_the_week_and_not_at_noon(check_model):
    feature(
        check_model,
        "1 | 7 | 2024-01-13",
        """
        2024-01-13 | calendar | true  | 1 | 0
        2024-01-13 | decision | false | - | 0
        """,
    )


def test_a_show_of_the_night_before_is_known_at_noon(check_model):
    feature(
        check_model,
        "1 | 7 | 2024-01-12",
        """
        2024-01-13 | calendar | true | 2 | 0
        2024-01-13 | decision | true | 1 | 0
        """,
    )


def test_the_first_day_is_of_this_week_and_the_day_before_is_not(check_model):
    feature(
        check_model,
        "1 | 7 | 2024-01-07",
        """
        2024-01-13 | calendar | true | 7 | 0
        2024-01-13 | decision | true | 6 | 0
        """,
    )
    feature(
        check_model,
        "1 | 7 | 2024-01-06\n1 | 7 | 2022-01-06",
        """
        2024-01-13 | calendar | false | 8 | 2
        2024-01-13 | decision | false | 7 | 2
        """,
    )


def test_the_last_of_several_shows_counts_and_those_of_other_artists_and_listeners_do_not(
    check_model,
):
    feature(
        check_model,
        """
        1 | 7 | 2023-12-01
        1 | 7 | 2024-01-10
        1 | 7 | 2024-01-20
        1 | 9 | 2024-01-11
        2 | 7 | 2024-01-11
        """,
        """
        2024-01-13 | calendar | true | 4 | 1
        2024-01-13 | decision | true | 3 | 1
        """,
    )


def test_without_any_show_nothing_was_seen_and_there_is_no_last_one(check_model):
    feature(
        check_model,
        "",
        """
        2024-01-13 | calendar | false | - | 0
        2024-01-13 | decision | false | - | 0
        """,
    )


def test_a_show_of_one_week_is_an_earlier_one_of_the_next(check_model):
    feature(
        check_model,
        "1 | 7 | 2024-01-12",
        """
        2024-01-13 | decision | true  | 1 | 0
        2024-01-20 | decision | false | 4 | 1
        """,
        cutoffs="""
        1 | 2024-01-13 | decision | 2024-01-13
        1 | 2024-01-20 | decision | 2024-01-16
        """,
    )


def test_a_show_of_an_artist_never_played_makes_no_row(check_model):
    feature(
        check_model,
        "1 | 99 | 2024-01-10",
        """
        2024-01-13 | calendar | false | - | 0
        2024-01-13 | decision | false | - | 0
        """,
    )
