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
    check_model(
        "marts.weekly_charts",
        given={
            "core.fct_plays": f"listener_id | week_ending | track_id | played_at\n{plays}",
            "core.dim_listeners": f"listener_id | listener | charts_by\n1 | ana | {by}",
            "core.dim_work_tracks": "track_id | work_track_id\n11 | 11\n12 | 11\n20 | 20",
            "core.dim_tracks": "track_id | track_name\n11 | Field\n12 | Field (Live)\n20 | Other",
        },
        expect="\n".join(["track_id | chart_rank | plays", *rows]),
    )


def test_the_version_with_most_records_stands_for_the_work(check_model):
    check_model(
        "core.dim_work_tracks",
        given={
            "core.dim_track_aliases": """
                track_name_id | track_id | work_id
                1             | 1        | 1
                2             | 2        | 1
                3             | 2        | 1
                9             | 9        | 9
            """,
            "core.fct_spelling_plays": """
                track_name_id | records_count
                1             | 3
                2             | 2
                3             | 2
            """,
            "core.dim_namesakes": "track_id | artist_id\n100000009 | 4",
        },
        expect="""
            track_id  | work_track_id
            1         | 2
            2         | 2
            9         | 9
            100000009 | 100000009
        """,
    )
