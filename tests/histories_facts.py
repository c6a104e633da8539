"""What sources say of the tracks and artists of a random history (histories.listening)."""

from __future__ import annotations

import datetime as dt
import random
from typing import Any


def live_shows(
    rng: random.Random, catalogue: list[dict[str, Any]], start: dt.date, weeks: int, listeners: int
) -> list[dict[str, Any]]:
    """Shows before, in and after the history; some in two lists, in two spellings, on one day."""
    rows = []
    for listener_id in range(1, listeners + 1):
        for _ in range(rng.randint(4, 12)):
            track = rng.choice(catalogue)
            day = start + dt.timedelta(days=rng.randrange(-20, 7 * weeks + 14))
            for source in ["songkick", "notes"][: rng.choice([1, 1, 2])]:
                rows.append(
                    {
                        "listener_id": listener_id,
                        "source": source,
                        "artist_name_id": rng.choice(track["artists"]),
                        "show_date": day,
                        "import_id": 1,
                        "line": len(rows) + 1,
                    }
                )
    return rows


def playlists(
    rng: random.Random, catalogue: list[dict[str, Any]], start: dt.date, weeks: int, listeners: int
) -> list[dict[str, Any]]:
    """Lists that grow by a song a week, or seem to for a while, and others; some without dates."""
    rows: list[dict[str, Any]] = []

    def add(listener_id: int, playlist: str, at: dt.datetime | None, songs: int = 1) -> None:
        for track in rng.sample(catalogue, songs):
            rows.append(
                {
                    "listener_id": listener_id,
                    "source": "spotify",
                    "playlist": playlist,
                    "track_name_id": rng.choice(track["ids"]),
                    "added_at": at,
                    "spotify_track_id": track["spotify"] if rng.random() < 0.5 else None,
                    "import_id": 1,
                    "line": len(rows) + 1,
                }
            )

    for listener_id in range(1, listeners + 1):
        first = rng.randrange(weeks // 2)
        for week in range(weeks):
            day = start + dt.timedelta(days=7 * week + rng.randrange(7))
            noon = dt.datetime.combine(day, dt.time(12))
            # A list often knows the day alone.
            at = noon if rng.random() < 0.5 else noon + dt.timedelta(seconds=rng.randrange(30_000))
            if week >= first and rng.random() < 0.9:
                add(listener_id, "Söng of the week", at, rng.choice([1, 1, 1, 1, 2]))
            if week < first + 4 or week == first + 5:
                add(listener_id, "Soon a party", at, 12 if week == first + 5 else 1)
            if week % 5 == 0:
                add(listener_id, "A song a month", at)
            if week == 3:
                add(listener_id, "Party", at, 8)
                add(listener_id, "Söng of the week", None)
    return rows


def facts(
    rng: random.Random, catalogue: list[dict[str, Any]], start: dt.date, weeks: int
) -> dict[str, list[dict[str, Any]]]:
    opening = dt.datetime.combine(start, dt.time())
    dates = [
        "2019",
        "2020-11",
        "2019-02-28",
        "1998-05-01",
        "2018-10-20",
        "0000",
        "soon",
        None,
        "2019-04",
    ]
    tags = [
        "hip hop", "jazz rap", "k-pop", "pop", "therapy", "folk metal", "post-rock", "ambient",
        "singer-songwriter", "zydeco", "r&b", "indie",
    ]  # fmt: skip
    raw: dict[str, list[dict[str, Any]]] = {
        "track_stats": [],
        "artist_stats": [],
        "artist_profiles": [],
        "artist_tags": [],
    }
    artists = {track["artists"][0]: track for track in catalogue}

    def fetched_at() -> dt.datetime:
        return opening + dt.timedelta(minutes=rng.randrange(-5000, weeks * 7 * 1440))

    for track in catalogue:
        for line in range(rng.randint(0, 4)):
            raw["track_stats"].append(
                {
                    "track_name_id": rng.choice(track["ids"]),
                    "source": "spotify",
                    "fetched_at": fetched_at(),
                    "spotify_track_id": track["spotify"] if line == 0 else None,
                    "release_date": rng.choice(dates),
                    "duration_ms": rng.choice([None, 180_500, 243_123]),
                    "popularity": rng.choice([None, 0, 17, 63]),
                    "import_id": 1,
                    "line": line + 1,
                }
            )
    for index, (artist, track) in enumerate(artists.items()):
        for line in range(rng.randint(0, 4)):
            raw["artist_stats"].append(
                {
                    "artist_name_id": rng.choice(track["artists"]),
                    "source": "lastfm",
                    "fetched_at": fetched_at(),
                    "artist_mbid": track["artist_mbid"],
                    "listeners": rng.choice([None, 0, 812, 90_210]),
                    "playcount": rng.choice([None, 5_000, 1_000_000]),
                    "import_id": 1,
                    "line": line + 1,
                }
            )
        if track["artist_mbid"] and index % 2 == 0:
            # Of its own, so that what was drawn before there was such a statement stays as it was.
            said = random.Random(index)
            for line in range(2):
                raw["artist_profiles"].append(
                    {
                        "artist_mbid": track["artist_mbid"],
                        "source": "musicbrainz",
                        "fetched_at": opening + dt.timedelta(days=line * said.randint(1, 70)),
                        "has_career_ended": said.choice([True, False, None]) if line else None,
                        "country": rng.choice(["Ireland", "Unknown", None]),
                        "artist_type": rng.choice(["Person", "Group", None]),
                        "career_begin_date": rng.choice([dt.date(1990, 1, 1), None]),
                        "career_end_date": rng.choice([None, start + dt.timedelta(days=40)]),
                        "import_id": 1,
                        "line": line + 1,
                    }
                )
        for line, tag in enumerate(rng.sample(tags, rng.randint(0, 3))):
            is_by_name = rng.random() < 0.6 or not track["artist_mbid"]
            raw["artist_tags"].append(
                {
                    "artist_name_id": artist if is_by_name else None,
                    "artist_mbid": None if is_by_name else track["artist_mbid"],
                    "tag": tag.title(),
                    "tag_key": tag,
                    "weight": rng.choice([None, 1.0, 50.0]),
                    "source": rng.choice(["spotify", "lastfm"]),
                    "fetched_at": fetched_at(),
                    "import_id": 1,
                    "line": line + 1,
                }
            )
    return raw


def feedback(
    rng: random.Random, catalogue: list[dict[str, Any]], start: dt.date, weeks: int, listeners: int
) -> list[dict[str, Any]]:
    """Songs and artists that listeners said yes or no to, some of them twice."""
    opening = dt.datetime.combine(start, dt.time())
    return [
        {
            "listener_id": rng.randint(1, listeners),
            "source": "sotw",
            "given_at": opening + dt.timedelta(minutes=rng.randrange(weeks * 7 * 1440)),
            "track_name_id": rng.choice(rng.choice(catalogue)[rng.choice(["ids", "artists"])]),
            "score": rng.choice([1, 1, -1, 0]),
            "import_id": 1,
        }
        for _ in range(12)
    ]


def public_data_set(rng: random.Random, names: Any, catalogue: list[dict[str, Any]]) -> Any:
    """What anonymous users played and tagged: artists of the catalogue, and others unheard."""
    heard = sorted({track["artists"][0] for track in catalogue})
    artists = [*heard, *(names.artist(f"Unheard {letter}") for letter in "ABCDEF")]
    tags = ["hip-hop", "Hip Hop", "Jazz  Rap", "k-pop", "ambient", "seen live", "zydeco", "x"]
    about = {"source": "hetrec", "import_id": 1, "line": 1}
    found: dict[str, list[dict[str, Any]]] = {
        "source_artists": [
            {**about, "source_artist_id": number, "artist_name_id": name}
            for number, name in enumerate(artists, start=1)
        ],
        "source_tags": [
            {**about, "source_tag_id": number, "tag": tag, "tag_key": " ".join(tag.lower().split())}
            for number, tag in enumerate(tags, start=1)
        ],
        "user_artists": [],
        "user_artist_tags": [],
    }
    for user in range(1, 9):
        for artist in rng.sample(range(1, len(artists) + 1), rng.randint(2, 8)):
            key = {**about, "source_user_id": user, "source_artist_id": artist}
            found["user_artists"].append({**key, "plays": rng.choice([1, 40, 40, 900])})
            found["user_artist_tags"] += [
                {**key, "source_tag_id": tag, "tagged_on": rng.choice([None, dt.date(2010, 5, 1)])}
                for tag in rng.sample(range(1, len(tags) + 1), rng.randint(0, 3))
            ]
    return found
