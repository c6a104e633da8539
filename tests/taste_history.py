"""Three years of one listener among users of a public data set, with tastes that can be learned."""

from __future__ import annotations

import datetime as dt
import random
from typing import Any

import histories

from sotw.settings import Settings

AS_OF = dt.datetime(2024, 1, 10, 9)
GENRES = ("metal", "jazz", "folk", "techno")


def artist_of(genre: str, number: int) -> str:
    return f"{genre.title()} {number}"


def history(seed: int = 3, days: int = 1100) -> histories.History:
    """Metal to the end, jazz in the last year; of each genre twelve artists that users play alike.

    The listener starts with a new artist every few weeks, of the genre of the moment.
    """
    rng, names = random.Random(seed), histories.Names()
    start = AS_OF - dt.timedelta(days=days)
    plays: list[dict[str, Any]] = []
    known = ["Metal 0"]
    for day in range(days):
        genre = "jazz" if day > 700 and rng.random() < 0.7 else "metal"
        if day % 25 == 0:
            known.append(artist_of(genre, rng.randrange(12)))
        mine = [one for one in known if one.startswith(genre.title())] or known
        for _ in range(rng.randint(0, 4)):
            at = start + dt.timedelta(days=day, minutes=rng.randrange(480, 1440))
            # The last ones most of all.
            one = mine[-1 - min(int(rng.expovariate(0.5)), len(mine) - 1)]
            plays += histories.plays(1, [at], names.track(one, f"Song {rng.randrange(3)}"))
    artists = [artist_of(genre, number) for genre in GENRES for number in range(12)]
    about = {"source": "hetrec", "import_id": 1}
    raw: dict[str, list[dict[str, Any]]] = {
        "listeners": [{"listener_id": 1, "listener": "ana", "is_demo": False, "created_at": AS_OF}],
        "plays": plays,
        "picks": [],
        "artist_profiles": [],
        "source_artists": [
            {**about, "source_artist_id": number, "artist_name_id": names.artist(one)}
            for number, one in enumerate(artists)
        ],
        "source_tags": [
            {**about, "source_tag_id": number, "tag": tag, "tag_key": tag}
            for number, tag in enumerate([*GENRES, "loud", "quiet", "seen live"])
        ],
        "user_artists": [],
        "user_artist_tags": [],
    }
    for user in range(24):
        genre = user % len(GENRES)
        for number in rng.sample(range(12), 7):
            key = {**about, "source_user_id": user, "source_artist_id": genre * 12 + number}
            raw["user_artists"].append({**key, "plays": rng.randint(1, 500)})
            tags = [genre, 4 if genre in (0, 3) else 5, *([6] if rng.random() < 0.3 else [])]
            raw["user_artist_tags"] += [{**key, "source_tag_id": tag} for tag in tags]
    raw["names"] = names.rows
    return histories.History(raw, Settings(), AS_OF)
