"""Joining segments of playback to listens."""

from __future__ import annotations

import random

from sotw.ingest.formats.apple.segments import Segment, stitch


def test_listens_do_not_depend_on_the_order_of_rows():
    draw = random.Random(5)
    reasons = ["scrub_begin", "scrub_end", "playback_suspended", "natural_end_of_track"]
    segments = [
        Segment(
            draw.choice("ab"),
            draw.randrange(0, 4 * 3_600_000_000, 60_000_000),
            (reason := draw.choice(reasons)) == "scrub_end",
            *(draw.choice("xy"), "", "", reason, draw.choice([-1, 0, 60_000])),
            *(200_000, False, -1, -1, line),
        )
        for line in range(200)
    ]
    listens = stitch(segments)
    assert 0 < len(listens) < 200
    for _ in range(5):
        draw.shuffle(segments)
        assert stitch(segments) == listens
    played = [one.played_ms for one in segments if one.played_ms > 0 and not one.is_scrub]
    assert sum(max(one.played_ms, 0) for one in listens) == sum(played)
