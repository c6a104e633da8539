"""Which spellings are one artist, album or track."""

from __future__ import annotations


def test_equal_loose_keys_of_artist_and_title_are_one_group_named_by_the_smallest_id(check_model):
    check_model(
        "core.dim_track_groups",
        given={
            "staging.stg_names": """
                name_id | kind  | artist_name | title  | artist_key | title_key | title_loose_key
                3       | track | Mira        | Dawn!  | mira       | dawn!     | dawn
                5       | track | MIRA        | dawn   | mira       | dawn      | dawn
                8       | track | Mira        | Dusk   | mira       | dusk      | dusk
                9       | track | Other       | Dawn   | other      | dawn      | dawn
                10      | track | Mira        | !!     | mira       | !!        | -
                11      | track | Mira        | ??     | mira       | ??        | -
                4       | album | Mira        | Dawn   | mira       | dawn      | dawn
            """,
            "core.dim_artist_aliases": """
                artist_name_id | artist_name | artist_id
                1              | Mira        | 1
                2              | MIRA        | 1
                7              | Other       | 7
            """,
        },
        expect="""
            track_name_id | group_id | artist_id | artist_name_id
            3             | 3        | 1         | 1
            5             | 3        | 1         | 2
            8             | 8        | 1         | 1
            9             | 9        | 7         | 7
            10            | 10       | 1         | 1
            11            | 11       | 1         | 1
        """,
    )


def test_an_artist_is_named_by_the_smallest_id_of_its_spellings(check_model):
    check_model(
        "core.dim_artist_aliases",
        given={
            "core.dim_artist_clusters": """
                artist_name_id | artist_name | artist_key | artist_loose_key | artist_cluster
                4              | MIRA!       | mira!      | mira             | name mira
                2              | Mira        | mira       | mira             | name mira
                3              | Other       | other      | other            | mbid 1
                5              | Another     | another    | another          | mbid 1
            """
        },
        expect="""
            artist_name_id | artist_id | is_shown | match_method
            2              | 2         | true     | same name
            3              | 3         | true     | same name
            4              | 2         | false    | loose name
            5              | 3         | false    | mbid
        """,
    )


def test_albums_of_equal_title_by_two_artists_or_by_nobody_stay_apart(check_model):
    check_model(
        "core.dim_album_aliases",
        given={
            "staging.stg_names": """
                name_id | kind  | artist_name | title | title_key | title_loose_key
                6       | album | Mira        | Home  | home      | home
                7       | album | MIRA        | HOME! | home!     | home
                8       | album | Other       | Home  | home      | home
                10      | album | -           | Home  | home      | home
                9       | track | Mira        | Home  | home      | home
            """,
            "core.dim_artist_aliases": """
                artist_name | artist_id
                Mira        | 1
                MIRA        | 1
                Other       | 2
            """,
        },
        expect="""
            album_name_id | album_id
            6             | 6
            7             | 6
            8             | 8
            10            | 10
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
