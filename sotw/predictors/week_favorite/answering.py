"""A week's ranking as a person reads it: the song, how sure, why, and how it has done."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sotw.predictors.answer import Answer, places, typed
from sotw.predictors.week_favorite.predictor import MIN_PICKED_WEEKS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sotw.predictors.week_favorite.ranked import MostPlayed, Ranking

TOP = 10
MIN_WEEKS = 10  # with fewer nothing is claimed: of 9 hits in 9 weeks the interval begins at 70 %
MOST_REASONS = 4
ALBUM_SONGS = 5  # of an album that was heard, not a song of it
ARTIST_SHARE = 0.2  # of the week's plays


def week_answer(ranked: Ranking, *, is_as_of: bool = False) -> Answer:
    """The answer of a week; ``is_as_of``: as seen from an earlier time."""
    first = ranked.candidates[0]
    equal = _as_good(ranked)
    return Answer(
        expects=_expects(ranked, equal),
        notes=tuple(_notes(ranked, is_as_of=is_as_of)),
        speaks_for=first.because[:MOST_REASONS] if ranked.stands_out else (),
        speaks_against=first.despite[:MOST_REASONS] if ranked.stands_out else (),
        record=record(ranked),
        next=_next(ranked),
        entries=tuple(_entries(ranked)),
        shortened={"song": 30, "for": 20, "against": 20},
    )


def _as_good(ranked: Ranking) -> int:
    """How many songs are not told apart from the first."""
    signs = places([one.share for one in ranked.candidates])
    return signs.count(signs[0])


def _expects(ranked: Ranking, equal: int) -> str:
    first, *others = ranked.candidates
    week = f"the week ending {ranked.week_ending}"
    if ranked.is_running:
        week += ", so far"
    if not ranked.stands_out:
        same = f", and {equal - 1} more have about as much" if equal > 1 else ""
        return (
            f"No song stands out in {week}: {first.song} comes first with a chance of "
            f"{percent(first.share)}{same}."
        )
    second = f"; the next song has {percent(others[0].share)}" if others else ""
    return f"Song of {week}: {first.song}, with a chance of {percent(first.share)}{second}."


def _notes(ranked: Ranking, *, is_as_of: bool) -> Iterator[str]:
    state = ranked.state
    if not ranked.stands_out:
        yield from map(_most_played, _telling(ranked))
    if ranked.is_demo:
        yield "This is the synthetic demo history, nobody's own."
    if ranked.is_current and not ranked.is_running and not is_as_of and state.log_ends_on:
        yield (
            f"Your log ends {state.log_ends_on}; its last complete week ended "
            f"{state.last_complete_week}."
            if state.last_complete_week
            else f"Your log ends {state.log_ends_on}, and no week of it is complete."
        )
    if is_as_of and ranked.model_as_of > ranked.cutoff_at:
        yield (
            f"The model knows plays and picks up to {ranked.model_as_of:%Y-%m-%d %H:%M} UTC, so "
            "this is no proof of how well it predicts."
        )
    if ranked.label_kind == "proxy":
        yield (
            "It was learned from a proxy, as you named too few favourites: the song that you "
            "play most in the four weeks after."
        )
    if pick := ranked.pick:
        place = places([one.share for one in ranked.candidates])[pick.rank - 1]
        yield (
            f"Your pick, {pick.song}, is number {place} of {len(ranked.candidates)} here "
            f"({percent(pick.share)})."
        )
    elif state.picked_track_id is not None:
        yield "Your pick of this week was not heard before the cut-off, so it has no place here."
    if 0 < state.picked_weeks < MIN_PICKED_WEEKS:
        yield (
            f"{state.picked_weeks} of {MIN_PICKED_WEEKS} picks until sotw learns from yours: a "
            "pick counts once its week is over and the log goes on after it."
        )


def _telling(ranked: Ranking) -> list[MostPlayed]:
    """What says more of a week in which no song does: an album heard at length, else an artist."""
    albums = [one for one in ranked.most_played if (one.songs or 0) >= ALBUM_SONGS]
    artists = [
        one
        for one in ranked.most_played
        if one.item_kind == "artist" and one.plays >= ARTIST_SHARE * one.week_plays
    ]
    return [*albums, *(one for one in artists if one.artist_name not in _artists(albums))]


def _artists(found: list[MostPlayed]) -> set[str]:
    return {one.artist_name for one in found}


def _most_played(one: MostPlayed) -> str:
    whole = f"{one.plays} of the week's {one.week_plays} plays"
    if one.item_kind == "artist":
        return f"Most was of one artist: {one.artist_name}, {whole}."
    times = one.plays / (one.songs or 1)
    often = {1: "once", 2: "twice"}.get(round(times), f"{times:.0f} times")
    about = "" if times == round(times) else "about "
    return (
        f"You heard the album {one.item_name} by {one.artist_name}: {one.songs} songs, {about}"
        f"{often} each, {whole}."
    )


def record(ranked: Ranking) -> str:
    """How it has done, or that it is too early to say."""
    right = "" if ranked.label_kind == "pick" else " by the proxy"
    found, sure = ranked.record, ranked.confidence
    parts = []
    if sure and sure.weeks >= MIN_WEEKS:
        high = f"{sure.low:.0%} to {sure.high:.0%}"
        parts.append(f"right{right} in {sure.right} of {sure.weeks} weeks when this sure ({high})")
    if found and found.weeks >= MIN_WEEKS:
        if not parts:
            parts.append(f"right{right} in {found.right} of the last {found.weeks} weeks")
        parts.append(_against_most_plays(found.weeks, found.most_plays_right, found.gain_low))
    if parts:
        return "; ".join(parts) + "."
    known = [one for one in (sure, found) if one and one.weeks]
    if not known:
        return "too few weeks to say."
    one = max(known, key=lambda one: one.weeks)
    return f"too few weeks to say: right{right} in {one.right} of {one.weeks}."


def _against_most_plays(weeks: int, right: int, gain_low: float) -> str:
    if gain_low > 0:
        return f"better than most-played, which was right in {right} of {weeks}"
    return f"most-played was right in {right} of {weeks}, so it is not proven better"


def _next(ranked: Ranking) -> tuple[str, str]:
    state, first = ranked.state, ranked.candidates[0]
    whose = ["--listener", ranked.listener] if state.listeners > 1 else []
    if state.picked_track_id is None:
        week = [] if ranked.is_current else ["--week", str(ranked.week_ending)]
        command = typed("sotw", "pick", first.song, *week, *whose)
        return command, "if it is your favourite, or name the song that is."
    if state.picked_weeks < MIN_PICKED_WEEKS:
        return typed("sotw", "pick", "--interactive", *whose), "names past weeks quickly."
    return typed("sotw", "evaluate", *whose), "measures it on all your weeks."


def _entries(ranked: Ranking) -> Iterator[dict[str, str]]:
    signs = places([one.share for one in ranked.candidates])
    shown = list(ranked.candidates[:TOP])
    if (pick := ranked.pick) and pick not in shown:
        shown.append(pick)
    for one in shown:
        yield {
            "#": signs[one.rank - 1],
            "song": one.song + ("  <- your pick" if one.is_pick else ""),
            "chance": percent(one.share),
            "for": _first(one.because),
            "against": _first(one.despite),
        }


def _first(phrases: tuple[str, ...]) -> str:
    return "; ".join(phrases[:2])


def percent(share: float) -> str:
    """A chance as a person reads it."""
    if share < 0.005:
        return "under 1 %"
    return f"{share:.0%}".replace("%", " %")
