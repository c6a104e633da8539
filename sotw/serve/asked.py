"""What routes ask for: the build to read, whose history it is, how much of a list."""

from __future__ import annotations

from collections.abc import Iterator  # noqa: TC003 - FastAPI reads the annotations
from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import Depends, Query, Request, Response

from sotw.errors import SotwError
from sotw.keys import among
from sotw.serve.config import Config
from sotw.serve.guard import Who
from sotw.serve.problems import Refused, Unchanged
from sotw.serve.state import Generation, State
from sotw.text_table import plain
from sotw.warehouse import Connection, listeners

MOST_LETTERS = 300  # of a name that somebody sends
# No control: no name of a song has one, and a surrogate is no text at all.
NAME = r"^[^\x00-\x1f\x7f]+$"


@dataclass(frozen=True, slots=True)
class Reading:
    """A build, for one request."""

    con: Connection
    generation: Generation
    config: Config
    who: Who

    def listener(self, asked: str | None) -> str:
        """Whose history is meant: of the token, asked for, of sotw.toml, or the only one.

        Raises:
            Refused: The token is of another listener.
            SotwError: Nobody is called so, or of several none is named.
        """
        names = listeners.ids(self.con)
        own = self.who.listener
        if own is not None:
            if asked is not None and among(names, asked) != among(names, own):
                # The same whether there is somebody of that name or not.
                raise Refused(403, "The token is of another listener.")
            asked = own
        return listeners.meant(names, asked, self.config.settings.listener)


def state_of(request: Request) -> State:
    """What the service reads and writes."""
    found: State = request.app.state.sotw
    return found


def config_of(request: Request) -> Config:
    """How the service runs."""
    found: Config = request.app.state.config
    return found


def who_of(request: Request) -> Who:
    """Whose the request is."""
    found: Who | None = request.state.who
    if found is None:
        raise Refused(401, "A token is needed.")
    return found


def _reading(request: Request, response: Response) -> Iterator[Reading]:
    """Open the current build; what the client has of it already is not made again."""
    with state_of(request).reading() as (generation, con):
        tag = f'W/"{generation.tag}"'
        if request.method == "GET":
            if tag in request.headers.get("if-none-match", ""):
                raise Unchanged(tag)
            response.headers["ETag"] = tag
        yield Reading(con, generation, config_of(request), who_of(request))


Read = Annotated[Reading, Depends(_reading)]
Noting = Annotated[State, Depends(state_of)]
Configured = Annotated[Config, Depends(config_of)]
Whose = Annotated[Who, Depends(who_of)]
Listener = Annotated[
    str | None,
    Query(
        description="Whose history; else of the token, of sotw.toml, or the only one there is.",
        min_length=1,
        max_length=MOST_LETTERS,
        pattern=NAME,
    ),
]
Limit = Annotated[int, Query(description="How many at most.", ge=1, le=200)]


def page(
    request: Request, items: list[dict[str, Any]], limit: int, **after: object
) -> dict[str, Any]:
    """A page of a list, and the address of the next; null at the end.

    Args:
        request: What was asked.
        items: One more than ``limit``, where there is more.
        limit: How many there are on it.
        after: What the next page is asked by, in place of what this one was.
    """
    following = None
    if len(items) > limit:
        query = dict(request.query_params) | {name: str(value) for name, value in after.items()}
        following = f"{request.url.path}?{urlencode(query)}"
    return {"items": plain(items[:limit]), "next": following}


def noting_listener(state: State, config: Config, who: Who, asked: str | None) -> str:
    """Whose a note is, also where there is no warehouse yet.

    Raises:
        Refused: As for ``Reading.listener``.
        SotwError: Likewise.
    """
    if not state.path.exists():
        if who.listener is not None and asked not in (None, who.listener):
            raise Refused(403, "The token is of another listener.")
        return who.listener or asked or config.settings.listener
    with state.reading() as (generation, con):
        reading = Reading(con, generation, config, who)
        try:
            return reading.listener(asked)
        except SotwError:
            # Of a warehouse without anybody, and of somebody's first note.
            if who.listener is not None:
                return who.listener
            if not listeners.ids(con):
                return asked or config.settings.listener
            raise
