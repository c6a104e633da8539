"""When an invented listener's Spotify account plays what: sessions, devices, people, oddities.

A history of Last.fm scrobbles is given (``demo_listener``). Around it:

1. Sessions get log-normal lengths. A third are sittings of the scrobbled history, heard on Spotify:
   both services report those plays, with the same starts. Another person has a tenth, with a
   device, a country and artists of their own. The rest are the listener's, out of a scrobbler's
   sight: on the phone, in private, without a network, in between the sittings.
2. What is heard to its end is decided by ``demo_skips``. Skips early in a song are only where no
   scrobbler listened: those report what was heard by half.
3. Podcasts, and songs that are no longer on the service and have lost their names, come last.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sotw.demo import skips
from sotw.demo import world as demo_world
from sotw.demo.skips import FIXED, Outcomes, Plan
from sotw.demo.world import DAY, TRACKS, World

if TYPE_CHECKING:
    from sotw.demo.listener import History
    from sotw.demo.world import Bools, Calendar, Floats, Ints

__all__ = ["HOME", "OTHER_HOME", "PLATFORMS", "Spotify", "hear", "lengths_ms"]

HOME, OTHER_HOME, ABROAD = "PT", "SE", "FR"
# Family, and the texts of it in older and newer exports.
PLATFORMS = (
    ("ios", "iOS 14.6 (iPhone0,0)", "ios"),
    ("osx", "OS X 11.2.0 [x86 8]", "osx"),
    ("web", "web_player osx 11.2.0;chrome 90.0;desktop", "web_player"),
    ("cast", "Partner google cast_tv;Invented;Speaker", "cast"),
    ("not_applicable", "not_applicable", "not_applicable"),
    ("android", "Android OS 9 API 28 (Invented, PHONE 0)", "android"),
)
_IOS, _OSX, _WEB, _CAST, _CAR, _ANDROID = range(6)
_SEEN_ON = {_OSX: 0.7, _WEB: 0.3}
_ALONE_ON = {_IOS: 0.66, _CAR: 0.14, _CAST: 0.12, _OSX: 0.08}
_OTHER_ON = {_ANDROID: 0.9, _WEB: 0.1}
# Of the lengths of the sessions: median 9, mean a little below 22, at most 262 (SYSTEMS G).
_LENGTH_MEDIAN, _LENGTH_SPREAD, _LONGEST = 9.0, 1.36, 262
_SHARED, _OTHER = 0.34, 0.10
_MARGIN = 2_400  # between sessions, so that 30 minutes tell them apart
_SECONDS_A_PLAY = 245
_OTHER_ARTISTS, _OTHER_FIRST, _OTHER_TRACKS = 40, 60_000, 30
# Starts in a free hour are the likelier the higher (SYSTEMS G: two humps).
_HOURS = np.array([7, 6, 6, 6, 6, 7, 7, 7, 6, 4, 3, 1.5, 1.5, 4, 4, 4, 6, 7, 8, 9, 10, 10, 10, 9])


@dataclass(frozen=True, slots=True)
class Spotify:
    """Plays of songs in the order they ended, and what is told of their sessions."""

    plan: Plan
    outcomes: Outcomes
    is_other: Bools  # another person's session
    platform: Ints  # places in PLATFORMS
    country: list[str]  # of each session, as all that follow
    is_shuffled: Bools
    is_offline: Bools
    is_private: Bools
    podcasts: Ints  # starts
    removed: Ints


@dataclass(frozen=True, slots=True)
class _Sessions:
    """One element each, by start."""

    start: Ints
    count: Ints
    room: Ints  # seconds until the next one may start
    first: Ints  # of the scrobbled history: the first play; -1 where no scrobbler listened
    is_other: Bools


def hear(world: World, calendar: Calendar, history: History, *, number: int, plays: int) -> Spotify:
    """Generate about ``plays`` plays of listener ``number``, the same for the same arguments."""
    rng = np.random.default_rng([world.seed, number, 2**30])
    sessions, free = _sessions(rng, world, calendar, history, plays)
    n = sessions.start.size
    platform = _devices(rng, sessions)
    is_shuffled = rng.random(n) < 0.4
    session, tracks, start = _songs(rng, world, history, sessions, is_shuffled, number)
    is_seen = sessions.first[session] >= 0
    of_artist = skips.artist_liking(world, tracks // TRACKS)
    fixed = {
        "intercept": np.ones(tracks.size),
        "artist_liking": of_artist,
        "track_appeal": skips.track_appeal(world, tracks),
        "is_shuffled": is_shuffled[session],
        "on_speaker": np.isin(platform, [_CAST, _CAR])[session],
        "on_computer": np.isin(platform, [_OSX, _WEB])[session],
        "by_other_person": sessions.is_other[session],
        "years": (sessions.start[session] - calendar.start) / (365.25 * DAY),
    }
    columns = np.column_stack([fixed[name].astype(np.float64) for name in FIXED])
    plan = Plan(session, tracks, lengths_ms(world, tracks), start, is_seen, columns)
    is_alone = (sessions.first < 0) & ~sessions.is_other
    is_abroad = is_alone & (rng.random(n) < 0.02)
    country = np.where(sessions.is_other, OTHER_HOME, np.where(is_abroad, ABROAD, HOME))
    oddities = max(2, plays // 1_000)
    spare = free[rng.permutation(free.size)[: 2 * oddities]]
    return Spotify(
        plan,
        skips.play_out(rng, plan),
        sessions.is_other,
        platform,
        country.tolist(),
        is_shuffled,
        is_alone & (rng.random(n) < 0.06),
        is_alone & (rng.random(n) < 0.03),
        np.sort(spare[:oddities]),
        np.sort(spare[oddities:]),
    )


def lengths_ms(world: World, tracks: Ints) -> Ints:
    """Give each track its length as Spotify states it."""
    return demo_world.durations(world, tracks) * 1_000 + tracks % 997


def _sessions(
    rng: np.random.Generator, world: World, calendar: Calendar, history: History, plays: int
) -> tuple[_Sessions, Ints]:
    """Give the sessions, and a start in each gap that is left for something odd."""
    lengths = _session_lengths(rng, plays)
    kind = rng.random(lengths.size)
    is_other = kind < _OTHER
    at, length = history.played_at, demo_world.durations(world, history.tracks)
    is_start = np.diff(at, prepend=at[0] - DAY) > np.append(0, length[:-1]) + 1_500
    first = np.flatnonzero(is_start)
    sizes = np.diff(np.append(first, at.size))
    shared = np.flatnonzero(~is_other & (kind < _OTHER + _SHARED))
    sitting = _place(rng, lengths[shared], sizes, np.ones(first.size))
    origin = np.full(lengths.size, -1)
    origin[shared[sitting >= 0]] = first[sitting[sitting >= 0]]

    # Everybody else's sessions fit into the gaps: one each.
    gap_start = (at + length)[np.append(first[1:], at.size) - 1] + _MARGIN
    gap_end = np.append(at[first[1:]], calendar.end) - _MARGIN
    room = gap_end - gap_start
    rest = np.flatnonzero(origin < 0)
    need = lengths[rest] * _SECONDS_A_PLAY + 900
    gap = _place(rng, need, room, _HOURS[gap_start // 3_600 % 24])
    rest, need, gap = rest[gap >= 0], need[gap >= 0], gap[gap >= 0]
    late = (rng.random(gap.size) * np.minimum(room[gap] - need, 3 * 3_600)).astype(np.int64)
    begins = np.where(origin >= 0, at[origin], -1)
    until = np.zeros(lengths.size, dtype=np.int64)
    begins[rest], until[rest] = gap_start[gap] + late, gap_end[gap]
    kept = np.flatnonzero(begins >= 0)
    kept = kept[np.argsort(begins[kept], kind="stable")]
    free = np.setdiff1d(np.flatnonzero(room > 7_200), gap)
    return _Sessions(
        begins[kept], lengths[kept], (until - begins)[kept], origin[kept], is_other[kept]
    ), gap_start[free]


def _session_lengths(rng: np.random.Generator, plays: int) -> Ints:
    """Draw lengths until they add up to the plays; the last one is cut."""
    many = plays // 10 + 20
    draws = np.exp(np.log(_LENGTH_MEDIAN) + _LENGTH_SPREAD * rng.normal(size=many))
    lengths: Ints = np.clip(np.round(draws), 1, _LONGEST).astype(np.int64)
    count = int(np.searchsorted(np.cumsum(lengths), plays)) + 1
    lengths = lengths[:count]
    lengths[-1] = max(1, lengths[-1] - max(0, int(lengths.sum()) - plays))
    return lengths


def _place(rng: np.random.Generator, need: Ints, room: Ints, weight: Floats) -> Ints:
    """Give each need a place with room for it, one each; -1 where none is left.

    The largest first, for they have the least choice; of three places the one of most weight.
    """
    places = np.full(need.size, -1, dtype=np.int64)
    order = np.argsort(-room, kind="stable")
    luck = rng.random((need.size, 3))
    pool: list[int] = []
    opened = 0
    for i in np.argsort(-need, kind="stable").tolist():
        while opened < order.size and room[order[opened]] >= need[i]:
            pool.append(int(order[opened]))
            opened += 1
        if pool:
            tried = [int(u * len(pool)) for u in luck[i]]
            best = max(tried, key=lambda place: float(weight[pool[place]]))
            places[i] = pool[best]
            pool[best] = pool[-1]
            pool.pop()
    return places


def _devices(rng: np.random.Generator, sessions: _Sessions) -> Ints:
    n = sessions.start.size
    seen, alone, other = (
        rng.choice(list(shares), n, p=list(shares.values()))
        for shares in (_SEEN_ON, _ALONE_ON, _OTHER_ON)
    )
    own = np.where(sessions.first >= 0, seen, alone)
    chosen: Ints = np.where(sessions.is_other, other, own).astype(np.int64)
    return chosen


def _songs(
    rng: np.random.Generator,
    world: World,
    history: History,
    sessions: _Sessions,
    is_shuffled: Bools,
    number: int,
) -> tuple[Ints, Ints, Ints]:
    """Give session, track and start of every play; -1 for one that follows on the one before."""
    session = np.repeat(np.arange(sessions.start.size), sessions.count)
    place = np.arange(session.size) - np.repeat(
        np.cumsum(sessions.count) - sessions.count, sessions.count
    )
    # The listener's: albums of the last weeks once more, or a song from here and one from there.
    now = np.searchsorted(history.played_at, sessions.start)
    back = (rng.exponential(2_500.0, session.size) + 1).astype(np.int64)
    run = np.maximum.accumulate(np.where(place % 8 == 0, np.arange(session.size), 0))
    run = np.where(is_shuffled[session], np.arange(session.size), run)
    source = now[session] - back[run] + np.arange(session.size) - run
    # In the first weeks there is little to come back to.
    source = np.where(source < 0, -source % np.maximum(now[session], 50), source)
    tracks = history.tracks[np.minimum(source, history.tracks.size - 1)].astype(np.int64)
    # The other person's: few artists, those in front far more often.
    artist = (_OTHER_ARTISTS * rng.random(session.size) ** 2.5).astype(np.int64)
    artist += _OTHER_FIRST + _OTHER_ARTISTS * number
    theirs = artist * TRACKS + (_OTHER_TRACKS * rng.random(session.size) ** 2).astype(np.int64)
    tracks = np.where(sessions.is_other[session], theirs, tracks)
    # What a scrobbler saw, started when it says it did.
    is_seen = sessions.first[session] >= 0
    seen = np.where(is_seen, sessions.first[session] + place, 0)
    tracks = np.where(is_seen, history.tracks[seen], tracks)
    shift = rng.integers(0, 3, sessions.start.size)[session]
    start = np.where(is_seen, history.played_at[seen] + shift, -1)
    start = np.where(~is_seen & (place == 0), sessions.start[session], start)
    # A song with no room to end in was heard elsewhere; nothing runs into the next session.
    length = demo_world.durations(world, tracks)
    until = np.append(history.played_at[1:], history.played_at[-1] + DAY)[seen]
    taken = np.cumsum(length + 4)
    taken -= (taken - length - 4)[np.arange(session.size) - place]
    fits = np.where(
        is_seen,
        until - history.played_at[seen] >= length,
        taken <= np.maximum(sessions.room[session], 0),
    )
    fits |= ~is_seen & (place == 0)
    return session[fits], tracks[fits], start[fits]
