"""The application: what is asked passes the guard, then a route of ``routes/``."""

from __future__ import annotations

import contextlib
from importlib import metadata
from typing import TYPE_CHECKING

from fastapi import FastAPI

from sotw.serve import docs, problems
from sotw.serve.guard import Guard, Tokens
from sotw.serve.meter import Meter, Metered
from sotw.serve.routes import health, predict, weeks
from sotw.serve.state import State

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from sotw.serve.config import Config

_ABOUT = (
    "A listening history, its weeks and what is predicted of it. Errors are problem details "
    "(RFC 9457) with what to do; what is stable is said in sotw/serve/README.md."
)


def make_app(config: Config) -> FastAPI:
    """The service over one warehouse, which need not be there yet."""
    state = State(config.warehouse)

    @contextlib.asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        state.close()

    app = FastAPI(
        title="sotw",
        version=metadata.version("sotw"),
        description=_ABOUT,
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        responses=problems.RESPONSES,
    )
    app.state.sotw, app.state.config = state, config
    app.state.meter = Meter(state)
    problems.install(app)
    docs.install(app)
    for theme in (health, weeks):
        app.include_router(theme.router)
    app.include_router(predict.routes())
    # The last one added is the first that is asked.
    app.add_middleware(Guard, config=config, tokens=Tokens(config.tokens))
    app.add_middleware(Metered, meter=app.state.meter)
    return app
