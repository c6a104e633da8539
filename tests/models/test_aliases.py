"""Which spellings are one artist, album or track."""

from __future__ import annotations


def test_equal_strict_keys_of_artist_and_title_are_one_track_named_by_the_smallest_id(check_model):
    check_model(
        "core.dim_track_aliases",
        given={
            "staging.stg_names": """
                name_id | kind  | artist_name | title  | artist_key | title_key
                3       | track | Mira        | Dawn   | mira       | dawn
                5       | track | MIRA        | dawn   | mira       | dawn
                8       | track | Mira        | Dusk   | mira       | dusk
                9       | track | Other       | Dawn   | other      | dawn
                4       | album | Mira        | Dawn   | mira       | dawn
            """,
            "core.dim_artist_aliases": """
                artist_name_id | artist_name | artist_id
                1              | Mira        | 1
                2              | MIRA        | 1
                7              | Other       | 7
            """,
        },
        expect="""
            track_name_id | track_id | artist_id | artist_name_id
            3             | 3        | 1         | 1
            5             | 3        | 1         | 2
            8             | 8        | 1         | 1
            9             | 9        | 7         | 7
        """,
    )


def test_an_artist_is_named_by_the_smallest_id_of_its_spellings(check_model):
    check_model(
        "core.dim_artist_aliases",
        given={
            "staging.stg_names": """
                name_id | kind   | artist_name | title | artist_key
                4       | artist | MIRA        | -     | mira
                2       | artist | Mira        | -     | mira
                3       | artist | Other       | -     | other
                9       | track  | Mira        | Dawn  | mira
            """
        },
        expect="""
            artist_name_id | artist_id
            2              | 2
            3              | 3
            4              | 2
        """,
    )


def test_albums_of_equal_title_by_two_artists_stay_two(check_model):
    check_model(
        "core.dim_album_aliases",
        given={
            "staging.stg_names": """
                name_id | kind  | artist_key | title | title_key
                6       | album | mira       | Home  | home
                7       | album | mira       | HOME  | home
                8       | album | other      | Home  | home
                9       | track | mira       | Home  | home
            """
        },
        expect="""
            album_name_id | album_id
            6             | 6
            7             | 6
            8             | 8
        """,
    )


def test_the_newest_keys_of_a_spelling_count(check_model):
    check_model(
        "staging.stg_names",
        given={
            "raw.names": """
                name_id | kind   | artist_name | artist_key | key_version
                1       | artist | Mira        | old        | 1
                1       | artist | Mira        | new        | 2
                2       | artist | Other       | other      | 1
            """
        },
        expect="""
            name_id | artist_key
            1       | new
            2       | other
        """,
    )
