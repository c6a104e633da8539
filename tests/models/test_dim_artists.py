"""The name an artist is shown by, and who it is."""

from __future__ import annotations

ALIASES = """
    artist_name_id | artist_id | artist_name | artist_key | is_shown
    1              | 1         | mira        | mira       | true
    2              | 1         | Mira        | mira       | false
    3              | 3         | Other       | other      | true
"""
TRACKS = """
    track_name_id | artist_name_id | artist_id
    10            | 1              | 1
    11            | 2              | 1
    12            | 3              | 3
"""


def test_the_spelling_that_the_aliases_show_is_shown_however_often_others_are_played(check_model):
    check_model(
        "core.dim_artists",
        given={
            "staging.stg_settings": "as_of\n2025-01-01",
            "core.dim_artist_aliases": ALIASES,
            "core.dim_track_aliases": TRACKS,
            "staging.stg_plays": """
                track_name_id
                11
                11
            """,
        },
        expect="""
            artist_id | artist_name
            1         | mira
            3         | Other
        """,
    )


def test_the_mbid_that_most_records_state_brings_the_profile(check_model):
    check_model(
        "core.dim_artists",
        given={
            "staging.stg_settings": "as_of\n2025-01-01",
            "core.dim_artist_aliases": ALIASES,
            "core.dim_track_aliases": TRACKS,
            "staging.stg_plays": """
                track_name_id | artist_mbid
                10            | wrong
                11            | right
                11            | -
                12            | b
            """,
            "staging.stg_artist_stats": """
                artist_name_id | artist_mbid
                2              | right
                3              | a
            """,
            "staging.stg_artist_profiles": """
                artist_mbid | artist_country | artist_type
                right       | Ireland        | Group
                wrong       | France         | Person
                a           | -              | Person
            """,
        },
        expect="""
            artist_id | artist_mbid | artist_country | artist_type
            1         | right       | Ireland        | Group
            3         | a           | -              | Person
        """,
    )


def test_that_a_career_is_over_counts_from_when_it_was_first_said(check_model):
    check_model(
        "staging.stg_artist_profiles",
        given={
            "raw.artist_profiles": """
                artist_mbid | fetched_at | import_id | line | career_end_date | has_career_ended
                m           | 2024-01-01 | 1         | 1    | -               | false
                m           | 2024-02-01 | 2         | 1    | -               | true
                m           | 2024-03-01 | 3         | 1    | 2023-05-01      | true
                n           | 2024-01-01 | 1         | 2    | -               | -
            """
        },
        expect="""
            artist_mbid | career_end_date | career_end_said_at
            m           | 2023-05-01      | 2024-02-01
            n           | -               | -
        """,
    )
    for as_of, said_at in (
        ("2024-02-01", "- | -"),
        ("2024-02-02", "2024-02-01 | 2024-02-02"),
    ):
        check_model(
            "core.dim_artists",
            given={
                "core.dim_artist_aliases": ALIASES,
                "core.dim_track_aliases": TRACKS,
                "staging.stg_plays": "track_name_id | artist_mbid\n10 | m",
                "staging.stg_settings": f"as_of\n{as_of}",
                "staging.stg_artist_profiles": "artist_mbid | career_end_said_at | career_end_date\n"
                "m | 2024-02-01 | 2024-02-02",
            },
            expect=f"artist_id | career_end_said_at | career_end_date\n1 | {said_at}\n3 | - | -",
        )


def test_the_latest_profile_counts_and_an_unknown_country_is_null(check_model):
    check_model(
        "staging.stg_artist_profiles",
        given={
            "raw.artist_profiles": """
                artist_mbid | fetched_at | import_id | line | country | artist_type
                m           | 2024-01-01 | 1         | 1    | France  | Group
                m           | 2024-02-01 | 2         | 1    | Unknown | Person
            """
        },
        expect="""
            artist_mbid | artist_country | artist_type
            m           | -              | Person
        """,
    )
