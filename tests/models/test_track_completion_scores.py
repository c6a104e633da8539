"""What a track scores for the playlists: rates, evidence and priors of system B.5."""

from __future__ import annotations

SCORES = "marts.track_completion_scores"
TRACKS = """
    track_id | artist_id | artist_name | track_name
    11       | 1         | Ann         | One
    12       | 1         | Ann         | Two
    13       | 1         | Ann         | Three
    21       | 2         | Ben         | One
    31       | 3         | Cy          | One
"""
OUTCOMES = "listener_id | source | reported_at | track_name_id | ordinal | track_id | is_completed"
SAID = (
    "listener_id | source | reported_at | track_name_id | ordinal | predictor | task | target "
    "| probability"
)


def plays(rows: list[tuple[int, int, str, float | None]]) -> dict[str, str]:
    """Plays by listener and track with their outcome, and what was said of each; null: nothing."""
    outcomes, said = [OUTCOMES], [SAID]
    for line, (listener, track, is_completed, probability) in enumerate(rows):
        key = f"{listener} | spotify | 2024-01-01 00:00:{line:02} | {track} | 0"
        outcomes.append(f"{key} | {track} | {is_completed}")
        if probability is not None:
            said.append(f"{key} | completion | pre_play | completed | {probability}")
    return {"core.fct_outcomes": "\n".join(outcomes), "ml.predictions": "\n".join(said)}


# --- scores ----------------------------------------------------------------------------------


def test_scores_are_those_of_hand_arithmetic(check_model):
    # Artist 1: rates 1 and 1/2, so .75 however often each was played.
    bayesian = [(3 * 1 + 8 * 0.75) / 11, (2 * 0.5 + 8 * 0.75) / 10]
    said = [(0.9 + 0.8 + 0.7) / 3, (0.6 + 0.4) / 2]
    scores = [
        (0.45 * p + 0.35 * b + 0.20 * 0.75) * (0.65 + 0.35 * n / (n + 8))
        for p, b, n in zip(said, bayesian, (3, 2), strict=True)
    ]
    check_model(
        SCORES,
        given={
            "core.dim_tracks": TRACKS,
            **plays(
                [
                    (1, 11, "true", 0.9),
                    (1, 11, "true", 0.8),
                    (1, 11, "true", 0.7),
                    (1, 12, "true", 0.6),
                    (1, 12, "false", 0.4),
                ]
            ),
        },
        expect=f"""
            listener_id | track_id | plays | completed_plays | actual_completion_rate | artist_completion_prior | bayesian_completion_rate | predicted_completion_rate | score | is_in_library
            1 | 11 | 3 | 3 | 1   | 0.75 | {bayesian[0]} | {said[0]} | {scores[0]} | false
            1 | 12 | 2 | 1 | 0.5 | 0.75 | {bayesian[1]} | {said[1]} | {scores[1]} | false
        """,
    )


def test_saved_songs_never_played_have_the_rate_of_their_artist_else_the_usual_one(check_model):
    usual = (1 + 0) / 2  # of the tracks 11 and 21
    check_model(
        SCORES,
        given={
            "core.dim_tracks": TRACKS,
            "core.dim_library_tracks": "listener_id | track_id\n1 | 11\n1 | 12\n1 | 31\n2 | 11",
            **plays([(1, 11, "true", 0.9), (1, 11, "true", 0.9), (1, 21, "false", 0.2)]),
        },
        expect=f"""
            track_id | plays | artist_completion_prior | actual_completion_rate | bayesian_completion_rate | predicted_completion_rate | score | is_in_library
            11 | 2 | 1       | 1       | 1       | 0.9     | {(0.45 * 0.9 + 0.55) * (0.65 + 0.35 * 0.2)} | true
            12 | 0 | 1       | 1       | 1       | 1       | 0.65           | true
            21 | 1 | 0       | 0       | 0       | 0.2     | {0.45 * 0.2 * (0.65 + 0.35 / 9)} | false
            31 | 0 | {usual} | {usual} | {usual} | {usual} | {usual * 0.65} | true
        """,
    )


def test_only_plays_scored_before_they_began_and_of_known_outcome_count(check_model):
    given = plays([(1, 11, "true", 0.9), (1, 11, "-", 0.1), (1, 11, "false", None)])
    key = "1 | spotify | 2024-01-01 00:00:00 | 11 | 0"
    given["ml.predictions"] += "".join(
        f"\n{key} | {predictor} | {task} | {label} | 0.1"
        for predictor, task, label in [
            ("completion", "post_play", "completed"),
            ("completion", "pre_play", "skipped_early"),
            ("another", "pre_play", "completed"),
        ]
    )
    check_model(
        SCORES,
        given={"core.dim_tracks": TRACKS, **given},
        expect="track_id | plays | actual_completion_rate | predicted_completion_rate\n"
        "11 | 1 | 1 | 0.9",
    )


def test_listeners_are_scored_apart(check_model):
    check_model(
        SCORES,
        given={
            "core.dim_tracks": TRACKS,
            **plays([(1, 11, "true", 0.9), (2, 11, "false", 0.2), (2, 12, "false", 0.2)]),
        },
        expect="""
            listener_id | track_id | artist_completion_prior | actual_completion_rate
            1           | 11       | 1                       | 1
            2           | 11       | 0                       | 0
            2           | 12       | 0                       | 0
        """,
    )


# --- lists -----------------------------------------------------------------------------------
