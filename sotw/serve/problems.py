"""The one shape of every error: problem details (RFC 9457) with what to do."""

from __future__ import annotations

import logging
import re
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response

from sotw.errors import SettingsError, SotwError, WarehouseError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from fastapi import FastAPI
    from starlette.requests import Request

log = logging.getLogger(__name__)

MEDIA_TYPE = "application/problem+json"
_DO = {
    400: "Send what /docs describes.",
    401: "Send the header `Authorization: Bearer TOKEN` with a token of this service.",
    403: "Ask for the listener of your token, or use the token of that listener.",
    404: "See /docs for what there is.",
    405: "See /docs for the methods of this address.",
    413: "Send less at once.",
    415: "Send JSON, with the header `Content-Type: application/json`.",
    422: "Correct the fields named in `errors`.",
    429: "Wait for the seconds in the header Retry-After, then ask again.",
    500: "Look into the log of the service; please report it.",
    503: "Try again in a minute.",
}
_SENTENCES = re.compile(r"(?<=[.;?])\s+(?=[A-Z])")


class FieldError(BaseModel):
    """What is wrong with one field."""

    field: str = Field(examples=["candidates[0].features.week_plays"])
    message: str = Field(examples=["Field required"])


class Problem(BaseModel):
    """An error."""

    type: str = "about:blank"
    title: str = Field(examples=["Unprocessable Content"])
    status: int = Field(examples=[422])
    detail: str = Field(examples=["A field is missing or not allowed."])
    do: str = Field(examples=["Correct the fields named in `errors`."])
    errors: list[FieldError] = []


class Refused(HTTPException):
    """A request that cannot be answered, with the fields that are the reason."""

    def __init__(
        self, status: int, detail: str, *, do: str = "", errors: Sequence[FieldError] = ()
    ) -> None:
        super().__init__(status, detail)
        self.do = do
        self.errors = list(errors)


class Unchanged(Exception):
    """The client has what it asks for."""

    def __init__(self, tag: str) -> None:
        super().__init__(tag)
        self.tag = tag


def refused_field(field: str, message: str) -> Refused:
    """A request of which one field is the reason that it is refused."""
    return Refused(422, f"{field}: {message}", errors=[FieldError(field=field, message=message)])


def problem(
    status: int,
    detail: str,
    *,
    do: str = "",
    errors: Sequence[FieldError] = (),
    headers: Mapping[str, str] | None = None,
) -> JSONResponse:
    """An error as a response."""
    said = Problem(
        title=HTTPStatus(status).phrase,
        status=status,
        detail=detail,
        do=do or _DO.get(status, "See /docs."),
        errors=list(errors),
    )
    return JSONResponse(said.model_dump(), status, dict(headers or {}), MEDIA_TYPE)


def of_sotw(error: SotwError, *, is_reading: bool) -> tuple[int, str, str]:
    """Status, detail and what to do of an error of sotw, which says both in its sentences."""
    # Where the file lies is nobody's business who asks over the network.
    text = re.sub(r"(?<![\w/])/(?:[^\s:/]+/)+(?=[^\s:/]+)", "", str(error))
    sentences = _SENTENCES.split(text)
    status = 404 if is_reading else 422
    if isinstance(error, WarehouseError):
        status = 503
    elif isinstance(error, SettingsError):
        status = 422
    return status, text, sentences[-1] if len(sentences) > 1 else ""


RESPONSES: dict[int | str, dict[str, Any]] = {
    status: {"model": Problem, "description": HTTPStatus(status).phrase}
    for status in (400, 401, 403, 404, 413, 422, 429, 503)
}


def install(app: FastAPI) -> None:
    """Let every error of the service have the one shape."""

    async def of_http(_: Request, error: HTTPException) -> Response:
        do = error.do if isinstance(error, Refused) else ""
        errors = error.errors if isinstance(error, Refused) else ()
        return problem(
            error.status_code, str(error.detail), do=do, errors=errors, headers=error.headers
        )

    async def of_fields(_: Request, error: RequestValidationError) -> Response:
        found = [
            FieldError(
                # Of what is no JSON it is a place in the text.
                field="body" if one["type"] == "json_invalid" else _path(one["loc"]),
                message=one["msg"],
            )
            for one in error.errors()
        ]
        first = f"{found[0].field}: {found[0].message}" if found else "It is not as described."
        return problem(422, first, errors=found)

    async def of_ours(request: Request, error: SotwError) -> Response:
        is_reading = request.method in ("GET", "HEAD")
        status, detail, do = of_sotw(error, is_reading=is_reading)
        return problem(status, detail, do=do)

    async def unchanged(_: Request, error: Unchanged) -> Response:
        return Response(status_code=304, headers={"ETag": error.tag})

    async def unforeseen(request: Request, error: Exception) -> Response:
        log.error("%s %s", request.method, request.url.path, exc_info=error)
        return problem(500, "Something that sotw did not foresee went wrong.")

    handlers: list[tuple[type[Exception], Any]] = [
        (HTTPException, of_http),
        (RequestValidationError, of_fields),
        (SotwError, of_ours),
        (Unchanged, unchanged),
        (Exception, unforeseen),
    ]
    for kind, handler in handlers:
        app.add_exception_handler(kind, handler)


def _path(loc: Sequence[str | int]) -> str:
    """``candidates[0].features``, without where in the request it stands."""
    rest = loc[1:] if loc and loc[0] in ("body", "query", "path", "header") else loc
    text = ""
    for one in rest:
        text += f"[{one}]" if isinstance(one, int) else f".{one}" if text else str(one)
    return text or "body"
