"""People of four tastes, for tests of recommendations: who plays what, and what they call it."""

from __future__ import annotations

import datetime as dt
import random

import histories

TASTES = ("metal", "jazz", "techno", "folk")
OF_TASTE = 12
AS_OF = dt.datetime(2024, 3, 1)


def raw(people: int = 60, *, seed: int = 7, listener: bool = True) -> histories.Raw:
    """Raw rows: each person plays mostly artists of one taste; a listener plays jazz."""
    rng = random.Random(seed)
    names = histories.Names()
    artists = [names.artist(f"{taste.title()} {n}") for taste in TASTES for n in range(OF_TASTE)]
    known = {"source": "hetrec", "import_id": 1}
    rows: histories.Raw = {
        "source_artists": [
            {**known, "source_artist_id": number, "artist_name_id": name}
            for number, name in enumerate(artists)
        ],
        "source_tags": [
            {**known, "source_tag_id": number, "tag": tag, "tag_key": tag}
            for number, tag in enumerate((*TASTES, "seen live"))
        ],
        "user_artists": [],
        "user_artist_tags": [],
        "listeners": [],
        "plays": [],
    }
    for person in range(people):
        own = person % len(TASTES)
        for number in range(len(artists)):
            is_own = number // OF_TASTE == own
            # Some of each taste are known by nearly all.
            likely = (0.75 if is_own else 0.08) + (0.2 if number % OF_TASTE == 0 else 0)
            if rng.random() < likely:
                pair = {**known, "source_user_id": person, "source_artist_id": number}
                rows["user_artists"].append({**pair, "plays": int(10 * rng.paretovariate(1))})
                for tag in {number // OF_TASTE, rng.choice([4, number // OF_TASTE])}:
                    if rng.random() < 0.4:
                        rows["user_artist_tags"].append({**pair, "source_tag_id": tag})
    if listener:
        rows["listeners"].append(
            {"listener_id": 1, "listener": "ana", "is_demo": False, "created_at": AS_OF}
        )
        for n in range(9):
            track = names.track(f"Jazz {n}", "Song")
            days = [AS_OF - dt.timedelta(days=7 * n + 30 * k + 1) for k in range(9 - n)]
            rows["plays"] += histories.plays(1, days, track)
    rows["names"] = names.rows
    return rows
