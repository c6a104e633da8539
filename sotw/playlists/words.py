"""A list of songs for some words: ``high energy morning``, ``calm jazz``, ``metal night``.

A word is an energy or an hour of the day (sql/seeds/mood_words.csv) or a tag that the warehouse
has; the longest words are understood first, and a word that is not understood is said.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sotw import warehouse
from sotw.errors import SotwError
from sotw.keys import strict_key
from sotw.playlists.write import TITLES, Playlist
from sotw.render import render
from sotw.warehouse import is_built
from sotw.warehouse.listeners import listener_id

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sotw.warehouse import Connection

SIZE = 50
MOST_BY_ARTIST = 3
_LONGEST = 4  # words of a tag


@dataclass(frozen=True, slots=True)
class Meaning:
    """What words ask for.

    Attributes:
        tags: Of artists, as the warehouse shows them.
        energy: Least and most, 0 to 100; null: any.
        hours: First and last hour, local, both included; null: any.
        unknown: Words that mean nothing here.
    """

    tags: tuple[str, ...]
    energy: tuple[int, int] | None
    hours: tuple[int, int] | None
    unknown: tuple[str, ...]


def understood(con: Connection, words: str) -> Meaning:
    """What some words ask for; the longest that are known count."""
    moods = {row["word"]: row for row in warehouse.rows(con, render("report/mood_words.sql"))}
    query = "select tag_key, tag from core.dim_tags where not is_stopped"
    tags = dict(con.execute(query).fetchall())
    asked: list[str] = []
    ranges: dict[str, tuple[int, int]] = {}
    unknown: list[str] = []
    left = (strict_key(words) or "").split()
    while left:
        for length in range(min(_LONGEST, len(left)), 0, -1):
            word = " ".join(left[:length])
            if word in moods:
                mood: Mapping[str, Any] = moods[word]
                ranges[mood["kind"]] = (mood["least"], mood["most"])
                break
            if word in tags:
                asked.append(tags[word])
                break
        else:
            length = 1
            unknown.append(left[0])
        left = left[length:]
    return Meaning(
        tuple(dict.fromkeys(asked)), ranges.get("energy"), ranges.get("hours"), tuple(unknown)
    )


def for_words(con: Connection, words: str, listener: str) -> Playlist:
    """Songs of the listener's own history that fit some words, the best first.

    Raises:
        SotwError: A word is not understood, nothing is built, or no song fits.
    """
    number = listener_id(con, listener)
    if not is_built(con, "core.dim_tags"):
        raise SotwError("core.dim_tags: not built yet. Run `sotw build`.")
    meaning = understood(con, words)
    if meaning.unknown:
        raise SotwError(
            f"no list is called '{words}'; there is {', '.join(TITLES)}. For a list from words "
            f"'{meaning.unknown[0]}' is neither a tag here nor an energy (calm, party) nor an hour "
            "(morning, night)."
        )
    least, most = meaning.energy or (None, None)
    begin, end = meaning.hours or (None, None)
    values = {
        "listener_id": number,
        "tags": list(meaning.tags),
        "least_energy": least,
        "most_energy": most,
        "hour_from": begin,
        "hour_to": end,
        "most_by_artist": MOST_BY_ARTIST,
        "most": SIZE,
    }
    songs = tuple(warehouse.rows(con, render("report/word_playlist.sql"), values))
    if not songs:
        raise SotwError(f"{listener}: no song fits '{words}'. Ask for less, or for another hour.")
    [(as_of,)] = con.execute("select as_of from raw.settings").fetchall()
    return Playlist(words, listener, as_of, songs, has_favorites=True)
