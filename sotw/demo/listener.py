"""One invented listener: what is heard when, and which song of each week is picked.

How a history comes about, in this order:

1. Artists: a taste over genres and fame decides which; a rank-size curve how often each is heard.
2. Tracks: an artist's plays spread over its tracks (log-normal), every track at least once.
3. Weeks: an artist is discovered, then has weeks in focus that thin out as a power law. An album is
   discovered in such a week, or when it is released if that is later. A track is heard in a few
   weeks after that, mostly weeks of its artist, and one or two of them are bursts.
4. Hours: plays of one album in one week share sittings, which follow the day and the hour; inside a
   sitting no play starts before the one before it has ended.
5. Picks: ``demo_choice``. After a pick the song is heard again the same day.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sotw.demo import world as demo_world
from sotw.demo.choice import Choice, Picks, choose
from sotw.demo.world import DAY, TRACKS, Calendar, World

if TYPE_CHECKING:
    from sotw.demo.world import Bools, Floats, Ints

WEEK = 7 * DAY
# Shape of the rank-size curve: rank as a share of all artists, and plays there, from SYSTEMS G.
_CURVE_RANK = np.array([1, 2, 3, 4, 5, 10, 30, 50, 100, 200, 400, 800, 1200, 1600, 2920]) / 2920
_CURVE_PLAYS = [5444, 4658, 4408, 3650, 2326, 1950, 845, 578, 366, 175, 64, 19, 8, 3, 0.6]
_WEEK_CAP = 7  # plays of one track in a week, and more with an exponential tail
_WEEK_CAP_TAIL = 2.5
_DAYS = np.array([0.90, 0.93, 0.95, 0.97, 1.00, 1.15, 1.10])  # Sunday to Saturday
_HOURS = np.array(
    [0.5, 0.3, 0.2, 0.1, 0.1, 0.1, 0.3, 0.8, 1.6, 2.4, 2.8, 2.7,
     2.0, 1.9, 2.5, 2.8, 2.7, 2.5, 2.2, 1.9, 1.7, 1.8, 1.7, 1.1]
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class History:
    """One listener's plays, oldest first, and picks."""

    tracks: Ints
    played_at: Ints
    is_misspelt: Bools
    picks: Picks


def live(
    world: World,
    calendar: Calendar,
    *,
    number: int,
    plays: int,
    world_artists: int,
    choice: Choice,
) -> History:
    """Generate listener ``number``: exactly ``plays`` plays, the same for the same arguments."""
    rng = np.random.default_rng([world.seed, number])
    weeks_with_pick = max(0, calendar.weeks - 1 - calendar.label_week)
    replays = np.minimum(rng.poisson(1.1, weeks_with_pick), 4)
    if replays.sum() > plays // 10:
        replays[:] = 0
    heard = plays - int(replays.sum())
    n_artists, n_tracks = sizes(plays)
    artists, artist_plays = _artists(rng, world, n_artists, heard, world_artists)
    tracks, owner = _tracks(rng, artists, artist_plays, min(n_tracks, heard))
    known, focus = _discover(rng, world, calendar, tracks, owner, artist_plays)
    week, track = _weeks(rng, calendar.weeks, owner, known, focus, artist_plays)
    played, at = _hours(rng, world, calendar, tracks[track], week)
    picks = choose(rng, calendar, played, at, choice)
    again, again_at = _replays(rng, picks, replays, calendar, played.dtype)
    missing = plays - played.size - again.size  # weeks without a pick leave replays unused
    if missing > 0:  # they go where no pick can have seen them: into the last week
        last = int(np.searchsorted(at, calendar.end - WEEK))
        spare = np.minimum(rng.integers(last, at.size + 1, missing), at.size - 1)
        again = np.concatenate([again, played[spare]])
        again_at = np.concatenate([again_at, at[spare] + 240])
    played, at = np.concatenate([played, again]), np.concatenate([at, again_at])
    order = np.argsort(at, kind="stable")
    played, at = played[order], np.minimum(at[order], calendar.end - 1)
    odd_artist = demo_world.chance(world, 80, played // TRACKS) < 0.004
    return History(played, at, odd_artist & (rng.random(plays) < 0.15), picks)


def sizes(plays: int) -> tuple[int, int]:
    """Give how many artists and tracks a history of this length has; both grow slower than it."""
    share = plays / 160_830
    artists = max(3, round(2_920 * share**0.60))
    artists = min(artists, plays // 3)
    return artists, max(artists, round(27_050 * share**0.75))


def integers(rng: np.random.Generator, weights: Floats, total: int, least: int) -> Ints:
    """Round weights to integers of at least ``least`` that add up to ``total``."""
    free = total - least * weights.size
    exact = weights / weights.sum() * total
    over = np.maximum(exact - least, 0.0)
    parts = (
        over / over.sum() * free if over.sum() > 0 else np.full(weights.size, free / weights.size)
    )
    floor = np.floor(parts).astype(np.int64)
    rest = free - int(floor.sum())
    floor[np.argsort(-(parts - floor) + 1e-9 * rng.random(weights.size))[:rest]] += 1
    counts: Ints = floor + least
    return counts


def _artists(
    rng: np.random.Generator, world: World, n: int, plays: int, world_artists: int
) -> tuple[Ints, Ints]:
    everyone = np.arange(world_artists, dtype=np.int64)
    genre = demo_world.genre_numbers(world, everyone)
    fame = -0.7 * np.log(everyone + 10.0)
    liking = (
        fame + rng.normal(0.0, 1.2, int(genre.max()) + 1)[genre] + rng.gumbel(size=world_artists)
    )
    chosen = np.argsort(-liking, kind="stable")[:n]
    rank = (np.arange(n) + 1.0) / n
    curve = np.exp(np.interp(np.log(rank), np.log(_CURVE_RANK), np.log(_CURVE_PLAYS)))
    jitter = np.exp(rng.normal(0.0, 0.04 + 0.3 * rank))
    return chosen, integers(rng, curve * jitter, plays, 1)


def _tracks(
    rng: np.random.Generator, artists: Ints, artist_plays: Ints, n: int
) -> tuple[Ints, Ints]:
    """Give the world ids and the owners (places in ``artists``) of all tracks."""
    limit = np.minimum(artist_plays, TRACKS - 1)
    wish = artist_plays**0.66 * np.exp(rng.normal(0.0, 0.2, artists.size))
    low, high = 0.0, 50.0
    for _ in range(50):  # the factor that gives n tracks in all; the sum grows with it
        factor = (low + high) / 2
        if np.clip(np.round(factor * wish), 1, limit).sum() < n:
            low = factor
        else:
            high = factor
    count = np.clip(np.round(high * wish), 1, limit).astype(np.int64)
    owner = np.repeat(np.arange(artists.size), count)
    number = np.arange(owner.size) - np.repeat(np.cumsum(count) - count, count)
    return artists[owner] * TRACKS + number, owner


def _spread(rng: np.random.Generator, weight: Floats, group: Ints, totals: Ints) -> Ints:
    """Throw each group's total onto its members by weight; ``group`` is sorted and has no holes."""
    n = totals.size
    sums = np.bincount(group, weight, n)
    share = weight / sums[group]
    running = np.cumsum(share)
    first = np.searchsorted(group, np.arange(n))
    edges = group + np.minimum(running - (running - share)[first][group], 1.0)
    thrown = np.repeat(np.arange(n), totals) + rng.random(int(totals.sum())) * (1 - 1e-9)
    hit = np.searchsorted(edges, thrown, side="right")
    last = np.append(first[1:], group.size) - 1
    return np.bincount(np.minimum(hit, np.repeat(last, totals)), minlength=group.size)


def _later(rng: np.random.Generator, since: Ints, weeks: int, bend: Floats | float) -> Ints:
    """Draw a week after ``since``: early ones are likelier, the more so the larger ``bend``."""
    room = weeks - since
    u = rng.random(since.size) ** bend
    # (1 + room)^u is log-uniform: a power law with exponent 1 that ends with the history.
    age = np.expm1(u * np.log1p(room))
    return since + np.minimum(age.astype(np.int64), np.maximum(room - 1, 0))


def _discover(
    rng: np.random.Generator,
    world: World,
    calendar: Calendar,
    tracks: Ints,
    owner: Ints,
    artist_plays: Ints,
) -> tuple[Ints, Ints]:
    """Give the week each track is first heard, and all weeks in focus as artist * weeks + week."""
    weeks, n = calendar.weeks, artist_plays.size
    early = rng.random(n) < 0.7
    met = np.where(early, rng.exponential(weeks * 0.07, n), rng.random(n) ** 1.3 * weeks)
    # Nobody is heard thousands of times in the last months only.
    met = met * (1 - np.minimum(artist_plays / 500, 0.9))
    met = np.minimum(met.astype(np.int64), weeks - 1)
    n_focus = 1 + np.round(np.maximum(artist_plays - 1, 0) ** 0.6).astype(np.int64)
    fan = np.repeat(np.arange(n), n_focus)
    bend = 0.35 + 0.6 / np.sqrt(artist_plays)
    later = _later(rng, met[fan], weeks, bend[fan])
    focus = np.unique(np.concatenate([np.arange(n) * weeks + met, fan * weeks + later]))
    first_focus = np.searchsorted(focus, np.arange(n) * weeks)
    n_focus = np.diff(np.append(first_focus, focus.size))

    albums, album = np.unique(demo_world.albums_of(world, tracks), return_inverse=True)
    artist = np.empty(albums.size, dtype=np.int64)
    artist[album] = owner
    place = (rng.random(albums.size) ** 2.6 * n_focus[artist]).astype(np.int64)
    found = focus[first_focus[artist] + place] % weeks
    out = (demo_world.release_days(world, albums) * DAY - calendar.origin) // WEEK
    found = np.maximum(found, out)  # nothing is heard before it is out
    late = rng.random(tracks.size) < 0.25
    return np.where(late, _later(rng, found[album], weeks, 0.8), found[album]), focus


def _weeks(
    rng: np.random.Generator, weeks: int, owner: Ints, known: Ints, focus: Ints, artist_plays: Ints
) -> tuple[Ints, Ints]:
    """Give week and track (its place) of every play."""
    n = owner.size
    quiet = np.exp(rng.normal(0.0, 0.25, weeks + 1))
    quiet[rng.random(weeks + 1) < 0.02] = 0.05  # holidays
    quiet[-2:] = 1.0
    # Interest in a track is log-normal, and a track known for long has had time to be heard.
    weight = np.exp(0.9 * np.clip(rng.normal(size=n), -3.0, 2.4)) * (1.002 - known / weeks) ** 0.55
    plays = 1 + _spread(rng, weight, owner, artist_plays - np.bincount(owner))
    loyal = np.repeat(np.arange(n), rng.binomial(plays - 1, rng.beta(4.0, 1.0, n)))
    when = _later(rng, known[loyal], weeks, 0.75)
    snap = np.searchsorted(focus, owner[loyal] * weeks + when)
    near = focus[np.minimum(snap, focus.size - 1)]
    joins = (near // weeks == owner[loyal]) & (rng.random(loyal.size) < 0.45)
    when = np.where(joins, near % weeks, when)
    # What a quiet week has no room for happens in the next.
    when = np.minimum(when + (rng.random(when.size) > quiet[when]), weeks - 1)
    spell = np.unique(np.concatenate([np.arange(n) * weeks + known, loyal * weeks + when]))
    week, track = spell % weeks, spell // weeks
    hot = rng.random(spell.size) < np.where(week == known[track], 0.295, 0.052)
    weight = np.exp(rng.normal(0.0, 0.6, spell.size)) * np.where(hot, 60.0, 1.0)
    heard = 1 + _spread(rng, weight, track, plays - np.bincount(track, minlength=n))
    tail = np.where(rng.random(n) < 0.01, 20.0, _WEEK_CAP_TAIL)
    room = _WEEK_CAP + np.minimum(rng.exponential(tail), 27.0).astype(np.int64)
    for _ in range(3):  # a burst that is too much for one week goes on in the next
        over = np.maximum(heard - room[track], 0)
        earlier = known[track] + (rng.random(spell.size) * (week - known[track])).astype(np.int64)
        to = track * weeks + np.where(week == weeks - 1, earlier, week + 1)
        into, place = np.unique(np.concatenate([spell, to[over > 0]]), return_inverse=True)
        heard = np.bincount(place, np.concatenate([heard - over, over[over > 0]])).astype(np.int64)
        spell, week, track = into, into % weeks, into // weeks
    return np.repeat(week, heard), np.repeat(track, heard)


def _sittings(rng: np.random.Generator, calendar: Calendar, week: Ints) -> tuple[Ints, Ints, Ints]:
    """Give the start of every sitting, and per week their number and the first one's place."""
    per_week = np.bincount(week, minlength=calendar.weeks)
    count = 2 + per_week // 13
    begins = calendar.origin + np.arange(calendar.weeks) * WEEK
    owner = np.repeat(np.arange(calendar.weeks), count)
    rhythm = (_DAYS[:, None] / _DAYS.sum() * (_HOURS / _HOURS.sum())).ravel()
    hour = np.searchsorted(np.cumsum(rhythm), rng.random(owner.size) * rhythm.sum())
    start = begins[owner] + np.minimum(hour, 167) * 3_600 + rng.integers(0, 3_600, owner.size)
    outside = (start < calendar.start) | (start >= calendar.end)
    low = np.maximum(begins, calendar.start)[owner]
    high = np.minimum(begins + WEEK, calendar.end)[owner]
    start = np.where(outside, low + (rng.random(owner.size) * (high - low)).astype(np.int64), start)
    start = start[np.lexsort((start, owner))]
    return start, count, np.cumsum(count) - count


def _hours(
    rng: np.random.Generator, world: World, calendar: Calendar, tracks: Ints, week: Ints
) -> tuple[Ints, Ints]:
    """Give every play a sitting and a second; returns tracks and times, oldest first."""
    start, count, offset = _sittings(rng, calendar, week)
    album = demo_world.albums_of(world, tracks)
    order = np.lexsort((tracks, week))
    tracks, week, album = tracks[order], week[order], album[order]
    same = (np.diff(tracks, prepend=-1) == 0) & (np.diff(week, prepend=-1) == 0)
    run = np.arange(tracks.size)
    time_heard = run - np.maximum.accumulate(np.where(same, 0, run))  # 0, 1, … within the week
    # The n-th hearing of an album in a week is one sitting: whole albums, heard again as a whole.
    key = (album * 1_024 + week) * 64 + np.minimum(time_heard, 63)
    u = demo_world.chance(world, 81 + int(rng.integers(0, 2**20)), key)
    days = demo_world.release_days(world, album)
    since = (days * DAY - calendar.origin) / WEEK - week
    fresh = (since > 0) & (since < 1)  # a new release cannot be heard before its day
    friday = np.searchsorted(start, calendar.origin + np.arange(calendar.weeks) * WEEK + 5 * DAY)
    low = np.where(fresh, (friday - offset)[week], 0)
    low = np.minimum(low, count[week] - 1)
    sitting = offset[week] + low + (u * (count[week] - low)).astype(np.int64)
    block = (key % 9_973) * 64 + np.minimum(time_heard, 63)
    order = np.lexsort((tracks, block, sitting))
    tracks, sitting = tracks[order], sitting[order]
    length = demo_world.durations(world, tracks)
    skipped = rng.random(tracks.size) < 0.06
    length = np.where(skipped, length // 3 + 1, length) + rng.integers(0, 9, tracks.size)
    before = np.cumsum(length) - length
    at = before + np.maximum.accumulate(start[sitting] - before)
    ahead = before[-1] + length[-1] - before
    return tracks, np.minimum(at, calendar.end - ahead)


def _replays(
    rng: np.random.Generator,
    picks: Picks,
    replays: Ints,
    calendar: Calendar,
    kind: np.dtype[np.int64],
) -> tuple[Ints, Ints]:
    count = replays[picks.week - calendar.label_week]
    which = np.repeat(np.arange(picks.week.size), count)
    delay = 240 + (rng.random(which.size) * 6 * 3_600).astype(np.int64)
    at = np.minimum(picks.picked_at[which] + delay, calendar.end - 1)
    return picks.tracks[which].astype(kind), at
