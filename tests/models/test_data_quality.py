"""What is odd in a listener's data, check by check, and what must not be called odd."""

from __future__ import annotations

import pytest

LISTENERS = """
    listener_id | listener
    1           | me
    2           | ana
"""


def stamps(check_model, plays: str, expect: str) -> None:
    check_model(
        "core.fct_stamp_findings",
        given={"core.fct_plays": plays},
        expect=f"listener_id | quality_check | subject | cases\n{expect}",
    )


def test_five_plays_in_a_minute_and_equal_ones_at_one_time_are_found(check_model):
    stamps(
        check_model,
        """
        listener_id | local_date | played_at           | track_id | ordinal
        1           | 2024-01-06 | 2024-01-06 10:00:00 | 1        | 0
        1           | 2024-01-06 | 2024-01-06 10:00:00 | 1        | 1
        1           | 2024-01-06 | 2024-01-06 10:00:20 | 2        | 0
        1           | 2024-01-06 | 2024-01-06 10:00:40 | 3        | 0
        1           | 2024-01-06 | 2024-01-06 10:00:59 | 4        | 0
        1           | 2024-01-06 | 2024-01-06 10:01:00 | 4        | 0
        1           | 2024-01-09 | 2024-01-09 10:01:00 | 4        | 1
        1           | 2024-01-09 | 2024-01-09 10:01:00 | 4        | 2
        2           | 2024-01-06 | 2024-01-06 10:00:00 | 1        | 0
        """,
        """
        1 | five or more plays in a minute | 2024-01-06               | 5
        1 | same track at the same time    | 2024-01-06 to 2024-01-09 | 3
        """,
    )


def test_skipping_through_a_list_is_no_crowded_minute(check_model):
    plays = [
        f"1 | 2024-01-06 | 2024-01-06 10:00:{second} | {length}"
        for second, length in ((10, 2000), (12, 2000), (14, 500), (15, 1000), (16, 190000))
    ]
    stamps(
        check_model,
        "\n".join(["listener_id | local_date | played_at | ms_played", *plays]),
        "",
    )


@pytest.mark.parametrize("local", ["2024-01-06 00:00:00", "2024-01-05 19:00:00"])
def test_three_plays_at_midnight_of_the_source_or_of_the_listener_are_found(check_model, local):
    """One at 00:00:01, and two at midnight of another day, are not."""
    rows = [
        f"1 | {local[:10]} | {at} | {at} | {local[:17]}{at[17:]}"
        for at in ["2024-01-06 00:00:00"] * 3 + ["2024-01-06 00:00:01"]
    ]
    rows += ["1 | 2024-01-09 | 2024-01-09 00:00:00 | 2024-01-09 | 2024-01-09"] * 2
    # Midnight in Lisbon in summer is 23:00 UTC.
    rows += ["2 | 2023-07-02 | 2023-07-01 23:00 | 2023-07-01 23:00 | 2023-07-02 00:00"] * 4
    stamps(
        check_model,
        "\n".join(["listener_id | local_date | reported_at | played_at | local_at", *rows]),
        """
        1 | three or more plays at midnight | 2024 | 3
        2 | three or more plays at midnight | 2023 | 4
        """,
    )


def clocks(check_model, plays: str, expect: str) -> None:
    check_model(
        "core.fct_clock_findings",
        given={"core.fct_plays": plays},
        expect=f"listener_id | quality_check | subject | cases | cases_share\n{expect}",
    )


def test_a_play_that_ends_before_the_one_before_it_is_found(check_model):
    clocks(
        check_model,
        """
        listener_id | local_date | played_at           | time_precision | ms_played
        1           | 2024-01-06 | 2024-01-06 10:00:00 | second         | 300000
        1           | 2024-01-06 | 2024-01-06 10:01:00 | second         | 60000
        1           | 2024-01-06 | 2024-01-06 11:00:00 | second         | 300000
        1           | 2024-01-06 | 2024-01-06 11:04:59 | second         | 300000
        """,
        "1 | play inside the play before | 2024 | 1 | -",
    )


@pytest.mark.parametrize(
    "second",
    [
        # It ends with the one before to the millisecond.
        "1 | 2024-01-06 | 2024-01-06 10:04:00 | second | 60000",
        "1 | 2024-01-06 | 2024-01-06 10:01:00 | second | -",
        "1 | 2024-01-06 | 2024-01-06 10:01:00 | second | 29999",
        "1 | 2024-01-06 | 2024-01-06 10:01:00 | minute | 60000",
        "2 | 2024-01-06 | 2024-01-06 10:01:00 | second | 60000",
    ],
)
def test_an_overlap_at_the_edge_of_an_unknown_length_or_of_another_is_no_fault(check_model, second):
    clocks(
        check_model,
        f"""
        listener_id | local_date | played_at           | time_precision | ms_played
        1           | 2024-01-06 | 2024-01-06 10:00:00 | second         | 300000
        {second}
        """,
        "",
    )


def test_a_few_plays_long_before_the_first_busy_year_are_found(check_model):
    rows = ["1 | 2004-01-01"] * 2 + ["1 | 2005-05-05"] + ["1 | 2019-02-02"] * 3
    rows += ["1 | 2020-03-03"] * 300 + ["1 | 2021-04-04"] * 2 + ["2 | 2004-01-01"] * 2
    clocks(
        check_model,
        "\n".join(["listener_id | local_date", *rows]),
        f"""
        1 | before the first plausible year | 2004 | 2 | {2 / 308}
        1 | before the first plausible year | 2005 | 1 | {1 / 308}
        """,
    )


def test_coverage_is_counted_by_plays_and_has_its_line_where_nothing_is_known(check_model):
    check_model(
        "core.fct_coverage_findings",
        given={
            "core.fct_heard_names": """
                listener_id | track_name_id | track_id | plays | album_plays
                1           | 11            | 1        | 6     | 3
                1           | 12            | 1        | 1     | 0
                1           | 21            | 2        | 3     | 3
                2           | 11            | 1        | 5     | 5
            """,
            "core.dim_known_tracks": """
                track_id | is_dated | has_duration | has_genre | has_popularity | has_audio_features
                1        | true             | true         | true      | false          | false
                2        | true             | false        | false     | true           | false
            """,
        },
        expect="""
            listener_id | quality_check     | subject             | cases | cases_share
            1           | metadata coverage | album               | 6     | 0.6
            1           | metadata coverage | release date        | 10    | 1
            1           | metadata coverage | duration            | 7     | 0.7
            1           | metadata coverage | genre of the artist | 7     | 0.7
            1           | metadata coverage | popularity          | 3     | 0.3
            1           | metadata coverage | audio features      | 0     | 0
            1           | unknown duration  | plays               | 3     | 0.3
            1           | unknown duration  | tracks              | 1     | 0.5
            2           | metadata coverage | album               | 5     | 1
            2           | metadata coverage | release date        | 5     | 1
            2           | metadata coverage | duration            | 5     | 1
            2           | metadata coverage | genre of the artist | 5     | 1
            2           | metadata coverage | popularity          | 0     | 0
            2           | metadata coverage | audio features      | 0     | 0
        """,
    )


def test_each_thing_known_of_a_track_is_known_by_any_of_its_spellings_or_of_its_artist(check_model):
    check_model(
        "core.dim_known_tracks",
        given={
            "core.dim_tracks": """
                track_id | artist_id | duration_ms | release_date
                1        | 7         | 1000        | -
                2        | 8         | -           | 2020-01-01
                3        | 9         | -           | -
            """,
            "core.dim_artists": """
                artist_id | artist_mbid
                7         | mbid
                8         | -
                9         | -
            """,
            "core.dim_track_aliases": """
                track_name_id | track_id
                1             | 1
                11            | 1
                2             | 2
                3             | 3
            """,
            "core.dim_artist_genres": "artist_id\n8",
            "core.fct_track_popularity": "track_id | fetched_at\n2 | 2024-01-01\n2 | 2024-02-01",
            "core.fct_stated_ids": """
                track_name_id | id_type    | recording_id
                11            | isrc       | a
                11            | spotify id | b
            """,
            "staging.stg_audio_features": """
                track_name_id | artist_name_id
                11            | -1
                -1            | 9
            """,
        },
        expect="""
            track_id | is_dated | has_duration | has_genre | has_popularity | has_audio_features | has_id | has_artist_mbid
            1        | false            | true         | false     | false          | true               | true   | true
            2        | true             | false        | true      | true           | false              | false  | false
            3        | false            | false        | false     | false          | false              | false  | false
        """,
    )


def test_only_plays_that_count_are_heard_and_albums_are_counted_by_play(check_model):
    check_model(
        "core.fct_heard_names",
        given={
            "core.fct_plays": """
                listener_id | track_name_id | track_id | artist_id | album_id | is_counted
                1           | 11            | 1        | 7         | 5        | true
                1           | 11            | 1        | 7         | -        | true
                1           | 11            | 1        | 7         | 5        | false
                1           | 12            | 1        | 7         | 5        | true
                2           | 12            | 1        | 7         | 5        | false
            """
        },
        expect="""
            listener_id | track_name_id | track_id | artist_id | plays | album_plays
            1           | 11            | 1        | 7         | 2     | 1
            1           | 12            | 1        | 7         | 1     | 1
        """,
    )


def test_names_nobody_knows_and_names_read_as_others_are_counted_by_plays(check_model):
    check_model(
        "core.fct_name_findings",
        given={
            "core.fct_heard_names": """
                listener_id | track_name_id | track_id | artist_id | plays
                1           | 1             | 1        | 7         | 4
                1           | 2             | 1        | 7         | 3
                1           | 3             | 3        | 8         | 2
                1           | 3             | 1        | 7         | 1
            """,
            "core.dim_track_aliases": """
                track_name_id | track_id | artist_name_id | match_method
                1             | 1        | 71             | same name
                2             | 1        | 72             | loose name
                3             | 3        | 81             | same name
            """,
            "core.dim_artist_aliases": """
                artist_name_id | artist_id | match_method
                71             | 7         | same name
                72             | 7         | mbid
                81             | 8         | same name
            """,
            "core.dim_known_tracks": """
                track_id | has_id | has_duration | has_artist_mbid
                1        | false  | true         | true
                3        | false  | false        | false
            """,
        },
        expect="""
            listener_id | quality_check        | subject                    | cases | cases_share
            1           | unmatched name       | artists                    | 2     | 0.2
            1           | unmatched name       | tracks                     | 2     | 0.2
            1           | name read as another | artist: mbid               | 3     | 0.3
            1           | name read as another | track: loose name          | 3     | 0.3
            1           | name read as another | track: rule for some plays | 1     | 0.1
        """,
    )


def test_duplicates_are_counted_by_reason_and_pair_of_services(check_model):
    check_model(
        "core.fct_name_findings",
        given={
            "core.fct_duplicate_plays": """
                listener_id | source | kept_source | reason
                1           | lastfm | spotify     | same start
                1           | lastfm | spotify     | same start
                1           | koito  | spotify     | same start
                1           | lastfm | lastfm      | again within a minute
                2           | lastfm | spotify     | same start
            """
        },
        expect="""
            listener_id | quality_check           | subject                                     | cases
            1           | two records of one play | same start: lastfm beside spotify           | 2
            1           | two records of one play | same start: koito beside spotify            | 1
            1           | two records of one play | again within a minute: lastfm beside lastfm | 1
            2           | two records of one play | same start: lastfm beside spotify           | 1
        """,
    )


def test_gaps_weeks_left_out_and_picks_that_fit_no_week_are_found(check_model):
    check_model(
        "core.fct_week_findings",
        given={
            "core.fct_log_gaps": """
                listener_id | gap_starts_at    | gap_days
                1           | 2024-01-10 22:00 | 20.9
            """,
            "core.dim_weeks": """
                listener_id | week_ending | listened_plays | is_complete | has_gap
                1           | 2024-01-06  | 3              | false       | false
                1           | 2024-01-13  | 3              | false       | true
                1           | 2024-01-20  | 0              | false       | true
                1           | 2024-02-03  | 3              | false       | true
                1           | 2024-02-10  | 3              | true        | false
                2           | 2024-01-06  | 3              | true        | false
                2           | 2024-01-13  | 3              | true        | false
            """,
            "core.fct_week_labels": """
                listener_id | week_ending | label_kind | track_id
                1           | 2024-01-13  | pick       | 1
                1           | 2024-01-13  | proxy      | 1
                1           | 2024-02-03  | proxy      | 1
                1           | 2024-02-10  | pick       | 1
            """,
            "core.fct_pick_matches": """
                listener_id | week_ending | track_id | match_method
                1           | 2024-01-06  | 1        | none
                1           | 2024-01-06  | 2        | name
                1           | 2024-03-02  | 2        | name
                2           | 2024-01-06  | 1        | name
                2           | 2024-01-06  | 1        | work
                2           | 2024-01-13  | 1        | work
                2           | 2024-01-13  | 1        | excluded
            """,
        },
        expect="""
            listener_id | quality_check                 | subject                       | cases | cases_share
            1           | gap in the log                | 2024-01-10                    | 20    | -
            1           | week left out of training     | the log begins or ends in it  | 1     | 0.25
            1           | week left out of training     | a gap reaches into it         | 2     | 0.5
            1           | pick left out of training     | a gap reaches into it         | 1     | -
            1           | pick never played             | 2024-01-06                    | 1     | -
            1           | more than one pick for a week | 2024-01-06                    | 1     | -
            1           | pick outside the log          | 2024-03-02                    | 1     | -
            2           | pick of an excluded song      | 2024-01-13                    | 1     | -
        """,
    )


def test_a_pick_that_only_counts_as_past_is_no_finding(check_model):
    check_model(
        "core.fct_week_findings",
        given={
            "core.fct_pick_matches": """
                listener_id | week_ending | track_id | match_method | is_for_labels
                1           | 2024-01-06  | 1        | none         | false
                1           | 2024-01-06  | 2        | excluded     | false
            """
        },
        expect="listener_id | quality_check",
    )


def test_the_mart_has_every_finding_with_the_listener_and_the_rejects_of_nobodys_files(check_model):
    columns = "listener_id | quality_check | subject | cases"
    check_model(
        "marts.data_quality",
        given={
            "core.dim_listeners": LISTENERS,
            **{
                f"core.fct_{name}_findings": f"{columns}\n1 | {name} | x | 1"
                for name in ("stamp", "clock", "coverage", "name", "week")
            },
            "core.fct_rejects": """
                import_id | reason  | listener_id | records_count
                1         | no time | 1           | 3
                2         | no time | 1           | 4
                3         | no time | -           | 1
                3         | no name | -           | 2
            """,
        },
        expect="""
            listener | quality_check   | subject | cases
            me       | stamp           | x       | 1
            me       | clock           | x       | 1
            me       | coverage        | x       | 1
            me       | name            | x       | 1
            me       | week            | x       | 1
            me       | record not kept | no time | 8
            me       | record not kept | no name | 2
            ana      | record not kept | no time | 1
            ana      | record not kept | no name | 2
        """,
    )


def test_every_finding_of_core_is_in_the_mart(all_models):
    made = {model.name for model in all_models if model.table.endswith("_findings")}
    (mart,) = (model for model in all_models if model.name == "marts.data_quality")
    assert made <= set(mart.parents)
