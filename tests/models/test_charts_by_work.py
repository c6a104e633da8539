"""A chart by track has a row for each version of a song, a chart by work one for all."""

from __future__ import annotations

import pytest


@pytest.mark.parametrize(
    ("by", "rows"),
    [
        ("track", ["11 | 1 | 3", "12 | 2 | 2", "20 | 3 | 1"]),
        ("work", ["11 | 1 | 5", "20 | 2 | 1"]),
    ],
)
def test_the_setting_says_whether_versions_are_one_row(check_model, by, rows):
    played = [11, 11, 11, 12, 12, 20]
    plays = "\n".join(
        f"1 | 2024-03-16 | {track} | 2024-03-{day + 10} 12:00:00"
        for day, track in enumerate(played)
    )
    works = "1 | 11 | 11\n1 | 12 | 11\n1 | 20 | 20" if by == "work" else ""
    check_model(
        "marts.weekly_charts",
        given={
            "core.fct_plays": f"listener_id | week_ending | track_id | played_at\n{plays}",
            "core.dim_listeners": f"listener_id | listener | charts_by\n1 | ana | {by}",
            "core.dim_listener_works": f"listener_id | track_id | work_track_id\n{works}",
            "core.dim_listener_tracks": """
                listener_id | track_id | track_name
                1           | 11       | Field
                1           | 12       | Field (Live)
                1           | 20       | Other
            """,
        },
        expect="\n".join(["track_id | chart_rank | plays", *rows]),
    )


def test_the_version_played_most_stands_for_the_work_of_who_charts_by_works(check_model):
    plays = "\n".join(
        f"{listener} | {track} | {number} | {number > 1}"
        for listener, tracks in ((1, [1, 1, 1, 2, 2, 9]), (2, [1, 2]))
        for number, track in enumerate(tracks)
    )
    check_model(
        "core.dim_listener_works",
        given={
            "core.dim_track_aliases": """
                track_name_id | track_id | work_id
                1             | 1        | 1
                2             | 2        | 1
                3             | 2        | 1
                9             | 9        | 9
            """,
            "core.fct_plays": f"listener_id | track_id | ordinal | is_in_charts\n{plays}",
            "core.dim_listeners": "listener_id | charts_by\n1 | work\n2 | track",
        },
        expect="""
            listener_id | track_id | work_track_id
            1           | 1        | 2
            1           | 2        | 2
            1           | 9        | 9
        """,
    )
