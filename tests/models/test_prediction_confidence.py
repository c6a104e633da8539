"""When it was this confident, how often was it right."""

from __future__ import annotations

CONFIDENCE = "marts.prediction_confidence"
HEADER = (
    "listener_id | predictor | model | cutoff_policy | week_ending | probability | label_kind | "
    "is_right"
)


def test_weeks_of_a_band_are_counted_with_what_was_said_and_what_came(check_model):
    check_model(
        CONFIDENCE,
        given={
            "marts.songs_of_the_week": f"""
                {HEADER}
                1 | week_favorite | good | decision | 2024-01-06 | 0.30 | pick | true
                1 | week_favorite | good | decision | 2024-01-13 | 0.34 | pick | false
                1 | week_favorite | good | decision | 2024-01-20 | 0.32 | pick | true
                1 | week_favorite | good | decision | 2024-01-27 | 0.32 | pick | true
                1 | week_favorite | good | decision | 2024-02-03 | 0.70 | pick | false
            """
        },
        expect="""
            band_low | band_high | weeks_count | right_count | mean_probability | right_share
            0.3      | 0.4       | 4           | 3           | 0.32             | 0.75
            0.6      | 1         | 1           | 0           | 0.7              | 0
        """,
    )


def test_a_band_begins_at_its_lower_bound_and_ends_before_its_upper_one(check_model):
    shares = (0, 0.0999, 0.1, 0.1999, 0.2, 0.2999, 0.3, 0.3999, 0.4, 0.5, 0.5999, 0.6, 1)
    rows = [
        f"1 | week_favorite | good | decision | 2024-01-{day:02} | {share} | pick | true"
        for day, share in enumerate(shares, start=1)
    ]
    check_model(
        CONFIDENCE,
        given={"marts.songs_of_the_week": "\n".join([HEADER, *rows])},
        expect="""
            band_low | band_high | weeks_count
            0        | 0.1       | 2
            0.1      | 0.2       | 2
            0.2      | 0.3       | 2
            0.3      | 0.4       | 2
            0.4      | 0.6       | 3
            0.6      | 1         | 2
        """,
    )


def test_named_favourites_and_the_proxy_are_counted_apart_and_what_is_not_known_not_at_all(
    check_model,
):
    check_model(
        CONFIDENCE,
        given={
            "marts.songs_of_the_week": f"""
                {HEADER}
                1 | week_favorite | good | decision | 2024-01-06 | 0.5 | pick  | true
                1 | week_favorite | good | decision | 2024-01-13 | 0.5 | proxy | true
                1 | week_favorite | good | decision | 2024-01-20 | 0.5 | -     | -
            """
        },
        expect="""
            label_kind | band_low | weeks_count | right_count
            pick       | 0.4      | 1           | 1
            proxy      | 0.4      | 1           | 1
        """,
    )


def test_listeners_predictors_models_and_policies_are_counted_apart(check_model):
    check_model(
        CONFIDENCE,
        given={
            "marts.songs_of_the_week": f"""
                {HEADER}
                1 | week_favorite | good | decision | 2024-01-06 | 0.5 | pick | true
                2 | week_favorite | good | decision | 2024-01-06 | 0.5 | pick | false
                1 | another       | good | decision | 2024-01-06 | 0.5 | pick | false
                1 | week_favorite | old  | decision | 2024-01-06 | 0.5 | pick | false
                1 | week_favorite | good | calendar | 2024-01-06 | 0.5 | pick | false
            """
        },
        expect="""
            listener_id | predictor     | model | cutoff_policy | weeks_count | right_count
            1           | week_favorite | good  | decision      | 1           | 1
            2           | week_favorite | good  | decision      | 1           | 0
            1           | another       | good  | decision      | 1           | 0
            1           | week_favorite | old   | decision      | 1           | 0
            1           | week_favorite | good  | calendar      | 1           | 0
        """,
    )
