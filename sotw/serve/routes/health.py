"""Whether the service is well, what it has, and what was trained."""

from __future__ import annotations

import datetime as dt  # noqa: TC003 - pydantic reads the annotations
from typing import Annotated, Any

from fastapi import APIRouter, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from pydantic import BaseModel, Field, StringConstraints

from sotw import warehouse
from sotw.checks import freshness
from sotw.errors import SotwError
from sotw.predictors.presentation import metrics_of
from sotw.render import render
from sotw.serve.asked import MOST_LETTERS, NAME, Configured, Limit, Noting, Read, page
from sotw.serve.problems import Refused
from sotw.warehouse import inbox, listeners

router = APIRouter(tags=["service"])

RunName = Annotated[str, StringConstraints(max_length=MOST_LETTERS, pattern=NAME)]


class Health(BaseModel):
    """How the service is."""

    status: str = Field(description="ok; empty: there is no warehouse yet; unreadable.")
    version: str
    build: str | None = Field(description="Another one whenever the file was published anew.")
    built_at: dt.datetime | None = None
    trained_at: dt.datetime | None = None
    trained: list[str] = Field([], description="Predictors with a model.")
    last_day: dt.date | None = Field(None, description="Of the last play.")
    is_fresh: bool = Field(description="Nothing waits, and nothing is newer than the build.")
    waiting: int = Field(description="Notes that the next build takes in.")


class Run(BaseModel):
    """A training or an evaluation."""

    run_id: str
    predictor: str
    task: str
    target: str
    created_at: dt.datetime
    as_of: dt.datetime
    seconds: float


class Runs(BaseModel):
    """A page of runs."""

    items: list[Run]
    next: str | None


class Metric(BaseModel):
    """How good a model was."""

    model: str
    cohort: str | None
    split: str
    metric: str
    value: float | None
    low: float | None
    high: float | None
    n: int


class RunMetrics(Run):
    """A run with what was measured."""

    metrics: list[Metric]


@router.get("/health", response_model=Health)
def health(
    request: Request, state: Noting, config: Configured, response: Response
) -> dict[str, Any]:
    """Whether it answers and which build it reads; with a token also how fresh that is."""
    response.headers["Cache-Control"] = "no-store"
    about: dict[str, Any] = {"status": "empty", "version": request.app.version, "build": None}
    about |= {"is_fresh": False, "waiting": inbox.waiting(state.path)}
    if not state.path.exists():
        return about
    is_known = request.state.who is not None
    try:
        with state.reading() as (generation, con):
            facts = warehouse.rows(con, render("checks/status.sql"))[0]
            stale = freshness.unbuilt(con, config.settings)
            about["build"] = generation.tag
    except SotwError:
        response.status_code = 503
        return about | {"status": "unreadable"}
    if not is_known:
        return about | {"status": "ok"}
    about |= {name: facts[name] for name in ("built_at", "trained_at", "last_day")}
    about["trained"] = sorted(filter(None, (facts["trained"] or "").split(", ")))
    is_fresh = facts["built_at"] is not None and not stale and not about["waiting"]
    return about | {"status": "ok", "is_fresh": is_fresh}


@router.get("/metrics", include_in_schema=False)
def metrics(request: Request) -> Response:
    """Counts and times for Prometheus."""
    found = generate_latest(request.app.state.meter.registry)
    return Response(found, media_type=CONTENT_TYPE_LATEST)


_RUNS = "select run_id, predictor, task, target, created_at, as_of, seconds from ml.runs"


@router.get("/runs", response_model=Runs)
def list_runs(
    request: Request, read: Read, limit: Limit = 50, before: RunName = "~"
) -> dict[str, Any]:
    """What was trained and evaluated, the newest first."""
    query = f"{_RUNS} where run_id < ? order by run_id desc, predictor limit ?"
    found = warehouse.rows(read.con, query, [before, limit + 1])
    last = found[limit - 1]["run_id"] if len(found) > limit else None
    return page(request, found, limit, before=last)


@router.get("/runs/{run_id}", response_model=RunMetrics)
def show_run(read: Read, run_id: RunName) -> dict[str, Any]:
    """The metrics of a run; with a listener's token those of that listener."""
    found = warehouse.rows(read.con, f"{_RUNS} where run_id = ?", [run_id])
    if not found:
        raise Refused(404, "There is no run of that name.", do="GET /runs lists them.")
    rows = metrics_of(read.con, run_id, found[0]["predictor"])
    if read.who.listener is not None:
        own = listeners.listener_id(read.con, read.listener(None))
        rows = [row for row in rows if row["listener_id"] in (None, own)]
    return found[0] | {"metrics": rows}
