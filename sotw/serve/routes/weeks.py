"""Weeks: those there are, how each is ranked, and the pick of one."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request
from pydantic import BaseModel, ConfigDict, Field

from sotw.actions import picks
from sotw.predictors.week_favorite import ranking, weeks
from sotw.predictors.week_favorite.answering import week_answer
from sotw.serve.asked import (
    MOST_LETTERS,
    NAME,
    Configured,
    Limit,
    Listener,
    Noting,
    Read,
    Whose,
    noting_listener,
    page,
)
from sotw.text_table import plain
from sotw.warehouse import utc_now

router = APIRouter(tags=["weeks"])

Day = Annotated[dt.date, Path(description="Any date in the week.", examples=["2026-11-28"])]


class Week(BaseModel):
    """A week of a listener."""

    week_ending: dt.date
    starts_at: dt.datetime
    ends_at: dt.datetime
    plays: int
    is_complete: bool
    is_running: bool
    is_current: bool
    picked_artist: str | None
    picked_track: str | None
    predicted_artist: str | None
    predicted_track: str | None
    probability: float | None
    is_backfill: bool | None = Field(description="Predicted after the week was over.")
    is_right: bool | None = Field(description="Null: not known yet.")


class Weeks(BaseModel):
    """A page of weeks."""

    items: list[Week]
    next: str | None = Field(description="Address of the next page; null: there is no more.")


class Reason(BaseModel):
    """What speaks for or against a song."""

    model_config = ConfigDict(extra="allow")
    text: str
    contribution: float


class RankedSong(BaseModel):
    """A song of the week with its place."""

    rank: int = Field(description="1 is the predicted song of the week.")
    track_id: int
    artist_name: str
    track_name: str
    score: float = Field(description="The model's own; contributions sum to it.")
    probability: float
    share: float = Field(description="Of the chances of the whole week.")
    is_label: bool
    is_pick: bool
    reasons: list[Reason]


class WeekRanking(BaseModel):
    """A week, ranked."""

    listener: str
    week_ending: dt.date
    is_current: bool
    is_running: bool
    cutoff_policy: str
    cutoff_at: dt.datetime
    label_kind: str
    run_id: str
    expects: str = Field(description="What is expected and how sure that is, one sentence.")
    notes: list[str]
    record: str = Field(description="How it has done on weeks that it had not seen.")
    is_demo: bool
    items: list[RankedSong]
    next: str | None


class Pick(BaseModel):
    """The favourite of a week."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"song": "Nina Simone - Sinnerman"}]}, extra="forbid"
    )
    song: str = Field(
        description='"Artist - Track", as in your plays.', max_length=2 * MOST_LETTERS, pattern=NAME
    )
    is_sure: bool = Field(False, description="Also a song that is not among the plays.")


class Picked(BaseModel):
    """What was noted; the next build learns from it."""

    listener: str
    artist: str
    track: str
    week_ending: dt.date
    doubts: list[str]
    rank: int | None = Field(description="Its place in what was predicted; null: it has none.")
    candidates: int | None
    probability: float | None


@router.get("/weeks", response_model=Weeks)
def list_weeks(
    request: Request,
    read: Read,
    listener: Listener = None,
    limit: Limit = 52,
    before: Annotated[dt.date | None, Query(description="Only weeks that end earlier.")] = None,
) -> dict[str, Any]:
    """The weeks of a listener, the newest first: heard, picked, predicted."""
    found = weeks.weeks(read.con, read.listener(listener), limit + 1, before)
    last = found[limit - 1]["week_ending"] if len(found) > limit else None
    return page(request, found, limit, before=last)


@router.get("/weeks/{date}/ranking", response_model=WeekRanking)
def rank_week(
    request: Request,
    read: Read,
    date: Day,
    listener: Listener = None,
    limit: Limit = 20,
    after: Annotated[int, Query(description="Only later places.", ge=0, le=10**9)] = 0,
) -> dict[str, Any]:
    """The songs of a week, ranked by the default model, with reasons for the first ten."""
    ranked = ranking.ranking(read.con, read.listener(listener), date)
    said = week_answer(ranked)
    about: dict[str, Any] = plain(ranked) | {
        "expects": said.expects,
        "notes": said.notes,
        "record": said.record,
    }
    songs = about.pop("candidates")[after:]
    return about | page(request, songs, limit, after=after + limit)


@router.post("/weeks/{date}/pick", response_model=Picked, status_code=201)
def pick(
    state: Noting,
    config: Configured,
    who: Whose,
    date: Day,
    body: Pick,
    listener: Listener = None,
) -> dict[str, Any]:
    """Name the favourite of a week; it is on disk when this is answered."""
    with state.noting:
        whose = noting_listener(state, config, who, listener)
        artist, track = picks.meant(state.path, body.song, whose)
        plan = picks.plan(
            state.path,
            artist,
            track,
            whose,
            config.settings,
            day=date,
            now=utc_now(),
            is_sure=body.is_sure,
        )
        picks.run_pick(state.path, artist, track, whose, week_ending=plan.week_ending)
    return {"listener": whose, "artist": artist, "track": track, **plain(plan)}
