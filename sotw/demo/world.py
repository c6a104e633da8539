"""The world of the demo: invented artists, albums and tracks as pure functions of integers.

An artist is an integer; track j of artist a is ``a * TRACKS + j``, its album ``a * ALBUMS + m``.
Every attribute (name, genre, release date, duration, ids) is a hash of that integer, so a world of
any size takes no memory, and two listeners who meet the same track see the same track.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from sotw.demo import words

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy.typing as npt

    Ints = npt.NDArray[np.int64]
    Floats = npt.NDArray[np.float64]
    Bools = npt.NDArray[np.bool_]
    Texts = npt.NDArray[np.object_]

TRACKS = 1024  # ids reserved per artist for tracks; no listener plays more of one artist
ALBUMS = 256
DAY = 86_400
_FULL_WIDTH = {code: code + 0xFEE0 for code in range(0x21, 0x7F)} | {0x20: 0x3000}
_ACCENTS = str.maketrans("aeioucn", "åéíøüçñ")
_SUFFIXES = (
    (0.000, 0.012, " - Remastered 2011"),
    (0.012, 0.020, " - Live"),
    (0.020, 0.026, " (Radio Edit)"),
    (0.026, 0.029, " 夜"),
)
_SCRIPTS = ("Σκιά", "Ветер", "夜明け", "바람", "نور", "Ēnto", "Žár", "☾")


@dataclass(frozen=True, slots=True)
class World:
    """What all listeners share: the seed, and the days (since 1970) between which music is new."""

    seed: int
    first_day: int
    last_day: int


def mix(ids: npt.NDArray[Any], salt: int) -> npt.NDArray[np.uint64]:
    """Hash integers to 64 uniform bits; equal input and salt give equal bits everywhere.

    Source:
        Steele, Lea, Flood 2014, SplitMix64.
    """
    with np.errstate(over="ignore"):
        bits = ids.astype(np.uint64) + np.uint64(((salt + 1) * 0x9E3779B97F4A7C15) & (2**64 - 1))
        bits = (bits ^ (bits >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        bits = (bits ^ (bits >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return bits ^ (bits >> np.uint64(31))


def chance(world: World, kind: int, ids: Ints) -> Floats:
    """Give each id a number in [0, 1), independent between kinds."""
    bits = mix(mix(ids, kind), world.seed)
    return (bits >> np.uint64(11)).astype(np.float64) / 2.0**53


def _pick(world: World, kind: int, ids: Ints, items: Sequence[str]) -> Texts:
    table = np.array(items, dtype=object)
    chosen: Texts = table[(chance(world, kind, ids) * len(items)).astype(np.int64)]
    return chosen


def _weighted(world: World, kind: int, ids: Ints, shares: Mapping[str, float]) -> Ints:
    edges = np.cumsum(np.fromiter(shares.values(), float))
    place = np.searchsorted(edges, chance(world, kind, ids) * edges[-1], side="right")
    chosen: Ints = np.minimum(place, len(shares) - 1)
    return chosen


def bell(world: World, kind: int, ids: Ints) -> Floats:
    """Give each id a number from nearly a standard normal distribution."""
    # Four uniforms are near enough to a normal, and need no inverse.
    total = sum(chance(world, kind + i, ids) for i in range(4))
    return np.asarray((total - 2.0) * np.sqrt(3.0), dtype=np.float64)


def artist_names(world: World, artists: Ints) -> Texts:
    """Name artists; different artists have different names, even by key."""
    size = len(words.ONSETS) * len(words.MIDDLES) * len(words.ENDINGS)
    # An affine step through all syllable triples: shuffled, yet no triple twice.
    place = (artists * 48_271 + 11 * world.seed) % size
    onset, rest = np.divmod(place, len(words.MIDDLES) * len(words.ENDINGS))
    middle, ending = np.divmod(rest, len(words.ENDINGS))
    root: Texts = (
        np.array(words.ONSETS, dtype=object)[onset]
        + np.array(words.MIDDLES, dtype=object)[middle]
        + np.array(words.ENDINGS, dtype=object)[ending]
    )
    noun = _pick(world, 10, artists, words.NOUNS)
    adjective = _pick(world, 11, artists, words.ADJECTIVES)
    form = chance(world, 12, artists)
    return np.select(
        [form < 0.40, form < 0.52, form < 0.64, form < 0.74, form < 0.82, form < 0.95, form < 0.97],
        [
            root,
            "The " + root + "s",
            root + " " + noun,
            adjective + " " + root,
            root + " & the " + noun + "s",
            root
            + " "
            + _pick(world, 13, artists, words.ONSETS)
            + _pick(world, 15, artists, words.ENDINGS),
            np.array([name.translate(_ACCENTS) for name in root], dtype=object),
        ],
        default=root + " " + _pick(world, 14, artists, _SCRIPTS),
    )


def other_spellings(names: Texts) -> Texts:
    """Write names in full-width letters or capitals: another text, the same strict key."""
    styles = (
        lambda name: name.upper(),
        lambda name: name.translate(_FULL_WIDTH),
        lambda name: name.replace(" ", "\u00a0") + " ",
    )
    return np.array([styles[i % 3](name) for i, name in enumerate(names)], dtype=object)


def track_titles(world: World, tracks: Ints) -> Texts:
    """Title tracks; some titles are shared by artists, a few by tracks of one artist."""
    # Share of each form up to here, and what it is put together from.
    adjective, noun, second, verb = words.ADJECTIVES, words.NOUNS, words.NOUNS, words.VERBS
    forms: list[tuple[float, tuple[Sequence[str], ...]]] = [
        (0.30, (adjective, (" ",), noun)),
        (0.50, (noun, (" ",), second)),
        (0.72, (verb, (" the ", " my ", " your ", " a ", " every ", " no "), noun)),
        (0.80, (words.ONSETS, words.ENDINGS, (" ",), noun)),
        (0.94, (noun, (" of the ",), adjective, (" ",), second)),
        (0.96, (noun,)),
        (0.975, (words.PLAIN_TITLES,)),
        (1.00, (adjective, (" ",), noun, (" & ",), second)),
    ]
    titles: Texts = np.empty(tracks.size, dtype=object)
    form = np.searchsorted([edge for edge, _ in forms], chance(world, 27, tracks), side="right")
    for number, (_, parts) in enumerate(forms):
        rows = np.flatnonzero(form == number)
        titles[rows] = _put_together(world, tracks[rows], parts)
    suffix = chance(world, 29, tracks)
    for low, high, text in _SUFFIXES:
        rows = np.flatnonzero((suffix >= low) & (suffix < high))
        titles[rows] = titles[rows] + text
    rows = np.flatnonzero((suffix > 0.03) & (suffix < 0.08))
    guest = (chance(world, 31, tracks[rows]) * 5_000).astype(np.int64)
    titles[rows] = titles[rows] + " (feat. " + artist_names(world, guest) + ")"
    return titles


def _put_together(world: World, ids: Ints, parts: Sequence[Sequence[str]]) -> Texts:
    texts: Texts = np.full(ids.size, "", dtype=object)
    for number, part in enumerate(parts):
        texts = texts + (part[0] if len(part) == 1 else _pick(world, 20 + number, ids, part))
    return texts


def albums_of(world: World, tracks: Ints) -> Ints:
    """Give the album of each track; an artist's albums have 7 to 14 tracks."""
    artists, number = np.divmod(tracks, TRACKS)
    size = 7 + (chance(world, 40, artists) * 8).astype(np.int64)
    return artists * ALBUMS + number // size


def album_titles(world: World, albums: Ints) -> Texts:
    """Title albums."""
    form = chance(world, 41, albums)
    noun = _pick(world, 42, albums, words.NOUNS)
    adjective = _pick(world, 43, albums, words.ADJECTIVES)
    titles: Texts = np.select(
        [form < 0.45, form < 0.7, form < 0.96],
        [adjective + " " + noun + "s", noun, noun + " & " + _pick(world, 44, albums, words.NOUNS)],
        default=artist_names(world, albums // ALBUMS),
    )
    return titles


def release_days(world: World, albums: Ints) -> Ints:
    """Give each album its release day (since 1970): nearly half inside the history, on a Friday."""
    when = chance(world, 45, albums)
    inside = world.first_day + (world.last_day - world.first_day) * when / 0.46
    before = world.first_day + 3_300 * np.log(np.maximum((1.0 - when) / 0.54, 0.005))
    day = np.where(when < 0.46, inside, before).astype(np.int64)
    return day - (day - 1) % 7  # day 1 of the epoch was a Friday


def durations(world: World, tracks: Ints) -> Ints:
    """Give each track its length in seconds, median a little over three minutes."""
    seconds = np.exp(5.30 + 0.30 * bell(world, 50, tracks))
    skit = chance(world, 54, tracks) < 0.03
    return np.where(skit, 40 + seconds / 6, seconds).astype(np.int64)


def genre_numbers(world: World, artists: Ints) -> Ints:
    """Give each artist the place of its genre in ``demo_words.GENRES``."""
    return _weighted(world, 60, artists, words.GENRES)


def genres(world: World, artists: Ints) -> Texts:
    """Give each artist the genre it plays."""
    names: Texts = np.array(list(words.GENRES), dtype=object)[genre_numbers(world, artists)]
    return names


def countries(world: World, artists: Ints) -> Texts:
    """Give each artist its country, often unknown."""
    place = _weighted(world, 61, artists, words.COUNTRIES)
    names: Texts = np.array(list(words.COUNTRIES), dtype=object)[place]
    return names


def uuids(world: World, kind: int, ids: Ints, missing: float) -> Texts:
    """Give each id a UUID text; a share of them is the empty text, as in real exports."""
    raw = np.stack([mix(mix(ids, kind + i), world.seed) for i in range(2)], axis=1)
    text = [row.tobytes().hex() for row in raw]
    gone = chance(world, kind + 2, ids) < missing
    return np.array(
        [
            "" if no else f"{t[:8]}-{t[8:12]}-4{t[13:16]}-a{t[17:20]}-{t[20:]}"
            for t, no in zip(text, gone, strict=True)
        ],
        dtype=object,
    )


def spotify_ids(world: World, tracks: Ints) -> Texts:
    """Give each track a 22-character text shaped like a Spotify id."""
    letters = np.array(list("0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"))
    digits = [(chance(world, 70 + i, tracks) * 62).astype(np.int64) for i in range(22)]
    return np.array(["".join(row) for row in letters[np.stack(digits, axis=1)]], dtype=object)


@dataclass(frozen=True, slots=True)
class Calendar:
    """The weeks of a history, which end on Saturdays; times are seconds since 1970, UTC."""

    weeks: int
    origin: int  # Sunday 00:00 of week 0
    start: int  # nothing is heard before
    end: int  # nothing is heard at or after
    label_week: int  # the first week with a pick
