"""What people look at."""

from __future__ import annotations

TRACKS = """
    track_id | artist_name | track_name | artist_loose_key | track_loose_key | duration_ms
    1        | Mira        | Dawn       | mira             | dawn            | 1000
    2        | Mira        | Dusk       | mira             | dusk            | -
    3        | Other       | Dawn       | other            | dawn            | 1000
    4        | Other       | Noon       | other            | noon            | -
    5        | Mira        | Dawns      | mira             | dawns           | 1000
"""

KNOWN = """
    listener_id | track_id | artist_name | track_name
    1           | 1        | Mira        | Dawn
    1           | 2        | Mira        | Dusk
    1           | 3        | Other       | Dawn
    2           | 1        | Mira        | Dawn
"""

LISTENERS = """
    listener_id | listener
    1           | me
    2           | ana
"""


# -- songs_of_the_week ------------------------------------------------------------------------

LEDGER = (
    "listener_id | week_ending | cutoff_policy | track_id | rank | probability | predicted_at | "
    "is_backfill | run_id | predictor | model\n"
)
LABELS = "listener_id | week_ending | label_kind | track_id | labelled_at\n"
PREDICTIONS = (
    "run_id | predictor | model | listener_id | week_ending | cutoff_policy | track_id | rank | "
    "probability\n"
)
MODELS = "run_id | predictor | model | is_default | listener_id | cutoff_policy\n"


def songs(check_model, expect: str, **tables: str) -> None:
    check_model(
        "marts.songs_of_the_week",
        given={
            "ml.ledger": LEDGER + tables.get("ledger", ""),
            "core.fct_week_labels": LABELS + tables.get("labels", ""),
            "ml.predictions": PREDICTIONS + tables.get("predictions", ""),
            "ml.models": MODELS + tables.get("models", ""),
            "core.dim_listeners": LISTENERS,
            "core.dim_tracks": TRACKS,
        },
        expect=expect,
    )


def test_the_last_prediction_before_the_pick_counts(check_model):
    songs(
        check_model,
        ledger="""
            1 | 2024-01-06 | decision | 1 | 1 | 0.5 | 2024-01-04 09:00 | false | r1 | week_favorite | good
            1 | 2024-01-06 | decision | 2 | 2 | 0.4 | 2024-01-04 09:00 | false | r1 | week_favorite | good
            1 | 2024-01-06 | decision | 2 | 1 | 0.6 | 2024-01-05 09:00 | false | r2 | week_favorite | good
            1 | 2024-01-06 | decision | 3 | 1 | 0.9 | 2024-01-06 13:00 | false | r3 | week_favorite | good
            1 | 2024-01-06 | calendar | 3 | 1 | 0.9 | 2024-01-05 09:00 | false | r2 | week_favorite | good
        """,
        labels="1 | 2024-01-06 | pick | 2 | 2024-01-06 13:00\n1 | 2024-01-06 | proxy | 3 | -",
        expect="""
            cutoff_policy | predicted_track_id | run_id | is_right | is_backfill | label_kind | favorite_track_name
            decision      | 2                  | r2     | true     | false       | pick       | Dusk
            calendar      | 3                  | r2     | false    | false       | pick       | Dusk
        """,
    )


def test_a_prediction_for_a_week_without_any_label_is_neither_right_nor_wrong(check_model):
    songs(
        check_model,
        ledger="1 | 2024-01-06 | decision | 1 | 1 | 0.5 | 2024-01-04 09:00 | false | r1 | week_favorite | good",
        expect="""
            predicted_track_id | is_right | label_kind | favorite_track_name
            1                  | -        | -          | -
        """,
    )


def test_each_predictor_and_each_model_has_its_own_last_prediction(check_model):
    songs(
        check_model,
        ledger="""
            1 | 2024-01-06 | decision | 1 | 1 | 0.5 | 2024-01-04 | false | r1 | week_favorite | good
            1 | 2024-01-06 | decision | 2 | 1 | 0.6 | 2024-01-05 | false | r2 | week_favorite | good
            1 | 2024-01-06 | decision | 3 | 1 | 0.7 | 2024-01-03 | false | r0 | week_favorite | old
            1 | 2024-01-06 | decision | 4 | 1 | 0.8 | 2024-01-02 | false | r0 | another       | good
        """,
        labels="1 | 2024-01-06 | pick | 3 | 2024-01-06",
        predictions="r3 | week_favorite | new | 1 | 2024-01-06 | decision | 3 | 1 | 0.7",
        models="r3 | week_favorite | new | true | 1 | decision",
        expect="""
            predictor     | model | predicted_track_id | probability | is_right | is_backfill
            week_favorite | good  | 2                  | 0.6         | false    | false
            week_favorite | old   | 3                  | 0.7         | true     | false
            another       | good  | 4                  | 0.8         | false    | false
        """,
    )


def test_without_a_timely_prediction_the_latest_run_of_the_default_model_stands_in(check_model):
    songs(
        check_model,
        ledger="1 | 2024-01-06 | decision | 1 | 1 | 0.5 | 2024-02-01 | true | r0 | week_favorite | good",
        labels="1 | 2024-01-06 | pick | 2 | 2024-01-06 13:00",
        predictions="""
            r1 | week_favorite | good  | 1 | 2024-01-06 | decision | 2 | 1 | 0.7
            r1 | week_favorite | good  | 1 | 2024-01-06 | decision | 3 | 2 | 0.1
            r1 | week_favorite | other | 1 | 2024-01-06 | decision | 4 | 1 | 0.2
        """,
        models="""
            r1 | week_favorite | good  | true  | 1 | decision
            r1 | week_favorite | other | false | 1 | decision
        """,
        expect="""
            predicted_track_id | probability | is_backfill | is_right
            2                  | 0.7         | true        | true
        """,
    )


def test_a_timely_prediction_goes_before_one_made_afterwards(check_model):
    songs(
        check_model,
        ledger="1 | 2024-01-06 | decision | 1 | 1 | 0.5 | 2024-01-04 | false | r0 | week_favorite | good",
        labels="1 | 2024-01-06 | proxy | 2 | -",
        predictions="r1 | week_favorite | good | 1 | 2024-01-06 | decision | 2 | 1 | 0.7",
        models="r1 | week_favorite | good | true | 1 | decision",
        expect="""
            predicted_track_id | is_backfill | is_right | label_kind
            1                  | false       | false    | proxy
        """,
    )


# -- weekly_charts ----------------------------------------------------------------------------


def plays(*rows: str) -> str:
    return "\n".join(["listener_id | week_ending | track_id | played_at", *rows])


def test_the_more_recently_played_of_equals_goes_first_and_the_first_has_a_margin(check_model):
    check_model(
        "marts.weekly_charts",
        given={
            "core.fct_plays": plays(
                "1 | 2024-01-06 | 1 | 2024-01-01",
                "1 | 2024-01-06 | 2 | 2024-01-02",
                "1 | 2024-01-06 | 3 | 2024-01-03",
                "1 | 2024-01-06 | 3 | 2024-01-03",
                "1 | 2024-01-06 | 3 | 2024-01-03",
            ),
            "core.dim_listeners": LISTENERS,
            "core.dim_listener_tracks": KNOWN,
        },
        expect="""
            track_id | chart_rank | plays | plays_share | margin_plays
            3        | 1          | 3     | 0.6         | 2
            2        | 2          | 1     | 0.2         | -
            1        | 3          | 1     | 0.2         | -
        """,
    )


def test_weeks_on_the_chart_and_the_peak_look_back_only(check_model):
    check_model(
        "marts.weekly_charts",
        given={
            "core.fct_plays": plays(
                "1 | 2024-01-06 | 1 | 2024-01-01",
                "1 | 2024-01-06 | 2 | 2024-01-02",
                "1 | 2024-01-20 | 1 | 2024-01-15",
                "1 | 2024-01-27 | 1 | 2024-01-22",
                "1 | 2024-01-27 | 2 | 2024-01-23",
                "2 | 2024-01-06 | 1 | 2024-01-01",
            ),
            "core.dim_listeners": LISTENERS,
            "core.dim_listener_tracks": KNOWN,
        },
        expect="""
            listener | week_ending | track_id | chart_rank | chart_weeks | peak_rank | margin_plays
            me       | 2024-01-06  | 1        | 2          | 1           | 2         | -
            me       | 2024-01-06  | 2        | 1          | 1           | 1         | 0
            me       | 2024-01-20  | 1        | 1          | 2           | 1         | 1
            me       | 2024-01-27  | 1        | 2          | 3           | 1         | -
            me       | 2024-01-27  | 2        | 1          | 2           | 1         | 0
            ana      | 2024-01-06  | 1        | 1          | 1           | 1         | 1
        """,
    )


def test_a_chart_has_forty_places_and_shares_are_of_the_whole_week(check_model):
    rows = [f"1 | 2024-01-06 | {track} | 2024-01-01" for track in range(1, 51)]
    tracks = "\n".join(["listener_id | track_id", *(f"1 | {one}" for one in range(1, 51))])
    expect = [f"{track} | {track} | 0.02" for track in range(1, 41)]
    check_model(
        "marts.weekly_charts",
        given={
            "core.fct_plays": plays(*rows),
            "core.dim_listeners": LISTENERS,
            "core.dim_listener_tracks": tracks,
        },
        expect="\n".join(["track_id | chart_rank | plays_share", *expect]),
    )


# -- unmatched_picks --------------------------------------------------------------------------


def test_an_unmatched_pick_lists_the_closest_tracks_of_the_artist_or_of_the_title(check_model):
    check_model(
        "marts.unmatched_picks",
        given={
            "core.fct_pick_matches": """
                listener_id | picked_at  | track_name_id | week_ending | named_track_id | match_method
                1           | 2024-01-06 | 11            | 2024-01-06  | 1              | none
                1           | 2024-01-13 | 12            | 2024-01-13  | 2              | name
            """,
            "core.fct_plays": """
                listener_id | track_id
                1           | 2
                1           | 3
                1           | 4
                1           | 5
                2           | 1
            """,
            "core.dim_tracks": TRACKS,
        },
        expect="""
            picked_at  | candidate_rank | track_name | candidate_artist_name | candidate_track_name | candidate_edits
            2024-01-06 | 1              | Dawn       | Mira                  | Dawns                | 1
            2024-01-06 | 2              | Dawn       | Mira                  | Dusk                 | 3
            2024-01-06 | 3              | Dawn       | Other                 | Dawn                 | 5
        """,
    )


def test_what_a_rule_keeps_out_of_training_is_neither_unmatched_nor_a_candidate(check_model):
    check_model(
        "marts.unmatched_picks",
        given={
            "core.fct_pick_matches": """
                listener_id | picked_at  | track_name_id | week_ending | named_track_id | match_method | is_for_labels
                1           | 2024-01-06 | 11            | 2024-01-06  | 1              | none         | true
                1           | 2024-01-13 | 12            | 2024-01-13  | 2              | excluded     | true
                1           | 2024-01-20 | 13            | 2024-01-20  | 3              | none         | false
            """,
            "core.fct_plays": """
                listener_id | track_id | is_in_training
                1           | 2        | false
                1           | 3        | true
            """,
            "core.dim_tracks": TRACKS,
        },
        expect="""
            picked_at  | candidate_rank | candidate_track_name
            2024-01-06 | 1              | Dawn
        """,
    )


def test_an_unmatched_pick_with_nothing_near_has_its_row_too(check_model):
    check_model(
        "marts.unmatched_picks",
        given={
            "core.fct_pick_matches": """
                listener_id | picked_at  | track_name_id | week_ending | named_track_id | match_method
                1           | 2024-01-06 | 11            | 2024-01-06  | 1              | none
            """,
            "core.fct_plays": """
                listener_id | track_id
                1           | 4
                2           | 2
            """,
            "core.dim_tracks": TRACKS,
        },
        expect="""
            candidate_rank | artist_name | track_name | candidate_track_name | candidate_plays
            1              | Mira        | Dawn       | -                    | -
        """,
    )


# -- training_week_favorite and the wide ones -------------------------------------------------


def test_a_label_marks_the_one_candidate_it_names(check_model, all_models):
    (mart,) = (model for model in all_models if model.table == "training_week_favorite")
    key = "listener_id | week_ending | cutoff_policy | track_id"
    rows = [f"1 | 2024-01-06 | calendar | {track}" for track in (1, 2, 3)]
    features = {
        parent: "\n".join([key, *rows]) for parent in mart.parents if parent.startswith("features.")
    }
    assert len(features) > 8
    check_model(
        "marts.training_week_favorite",
        given={
            **features,
            "core.fct_weekly_plays": """
                listener_id | week_ending | cutoff_policy | track_id | plays | cutoff_at
                1           | 2024-01-06  | calendar      | 1        | 3     | 2024-01-07
                1           | 2024-01-06  | calendar      | 2        | 2     | 2024-01-07
                1           | 2024-01-06  | calendar      | 3        | 0     | 2024-01-07
            """,
            "core.dim_weeks": """
                listener_id | week_ending | is_complete | is_current
                1           | 2024-01-06  | true        | false
            """,
            "core.fct_week_labels": """
                listener_id | week_ending | label_kind | track_id
                1           | 2024-01-06  | pick       | 2
                1           | 2024-01-06  | proxy      | 1
            """,
        },
        expect="""
            track_id | is_week_favorite | is_proxy_favorite | is_complete_week | is_current_week | cutoff_at
            1        | false            | true              | true             | false           | 2024-01-07
            2        | true             | false             | true             | false           | 2024-01-07
        """,
    )


def test_every_column_of_every_weekly_feature_is_in_the_training_mart(all_models, template):
    by_name = {model.name: model for model in all_models}
    mart = by_name["marts.training_week_favorite"]
    columns = [row[0] for row in template.execute(f"describe {mart.name}").fetchall()]
    assert len(columns) == len(set(columns))
    for model in all_models:
        if model.schema == "features" and model.grain == mart.grain:
            wanted = {row[0] for row in template.execute(f"describe {model.name}").fetchall()}
            assert wanted <= set(columns), model.name


def test_a_play_without_an_album_is_in_the_wide_table_too(check_model):
    check_model(
        "marts.plays",
        given={
            "core.fct_plays": """
                listener_id | played_at  | local_date | source | track_id | artist_id | album_id
                1           | 2024-01-06 | 2024-01-06 | lastfm | 1        | 7         | 9
                1           | 2024-01-07 | 2024-01-07 | lastfm | 1        | 7         | -
            """,
            "core.dim_listeners": """
                listener_id | listener | is_demo
                1           | me       | false
            """,
            "core.dim_tracks": TRACKS,
            "core.dim_listener_tracks": KNOWN,
            "core.dim_artists": """
                artist_id | artist_country
                7         | Ireland
            """,
            "core.dim_albums": """
                album_id | album_name
                9        | Home
            """,
        },
        expect="""
            played_at  | listener | artist_name | track_name | album_name | artist_country
            2024-01-06 | me       | Mira        | Dawn       | Home       | Ireland
            2024-01-07 | me       | Mira        | Dawn       | -          | Ireland
        """,
    )
