"""Who may ask, how much and how often: before any route is reached.

Tokens are compared as digests, every one of them, so that how long it takes tells nothing. Without
a token only this machine's own names are answered, and no page of another site may write: a name
of somebody else's that leads to 127.0.0.1 is refused (DNS rebinding).
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import math
import time
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from limits import parse
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter
from starlette.requests import Request

from sotw.serve.problems import problem

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.responses import Response
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from sotw.serve.config import Config

MOST_BYTES = 1_000_000
# A thousand listens of 10,240 bytes, as ListenBrainz takes them.
MOST_OF = {"/1/submit-listens": 10_500_000}
SECONDS_TO_SEND = 60
_WRONG_TOKENS = "30/minute"
OPEN = ("/health", "/1/validate-token")
# Of these the protocol has its own place for the token; their routes ask for it.
OWN_TOKEN = ("/lastfm", "/2.0")
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "private, no-cache",
    "Vary": "Authorization",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
}
_NOBODY = object()


class Who:
    """Whose a request is.

    Attributes:
        listener: The only one it may see; null: every one.
    """

    def __init__(self, listener: str | None) -> None:
        self.listener = listener


def digest(token: str) -> bytes:
    """What of a token is compared."""
    return hashlib.sha256(token.encode("utf-8", "surrogateescape")).digest()


class Tokens:
    """The tokens of the service."""

    def __init__(self, tokens: Mapping[str, str | None]) -> None:
        self._known = [(digest(token), listener) for token, listener in tokens.items()]

    def __bool__(self) -> bool:
        """Whether one is asked for."""
        return bool(self._known)

    def who(self, token: str) -> Who | None:
        """Whose a token is; null: nobody's. All are compared, whichever it is."""
        given, found = digest(token), _NOBODY
        for known, listener in self._known:
            if hmac.compare_digest(known, given):
                found = listener
        return None if found is _NOBODY else Who(found)  # type: ignore[arg-type]


def stated(request: Request) -> str:
    """The token of a request: ``Bearer``, or ``Token`` as clients of ListenBrainz send it."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() in ("bearer", "token") else ""


class Guard:
    """Asks for the token, counts requests, and takes no more bytes than are allowed."""

    def __init__(self, app: ASGIApp, config: Config, tokens: Tokens) -> None:
        self.app, self.config, self.tokens = app, config, tokens
        self.limiter = FixedWindowRateLimiter(MemoryStorage())
        self.rate = parse(config.rate) if config.rate else None
        self.wrong = parse(_WRONG_TOKENS)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or refuse."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        more: dict[str, str] = {}

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                given = {name for name, _ in message["headers"]}
                message["headers"] = [
                    *message["headers"],
                    *(
                        (name.lower().encode(), value.encode())
                        for name, value in (_HEADERS | more).items()
                        if name.lower().encode() not in given
                    ),
                ]
            await send(message)

        request = Request(scope, receive)
        refusal = self._refusal(request, more)
        if refusal is None:
            most = MOST_OF.get(request.url.path, MOST_BYTES)
            try:
                async with asyncio.timeout(SECONDS_TO_SEND):
                    body = await _body(request, most)
            except TimeoutError:
                refusal = problem(408, "The request was not sent to its end.", do="Send it again.")
            else:
                if body is None:
                    refusal = problem(413, f"More than {most:,} bytes.")
        if refusal is not None:
            await refusal(scope, receive, send_with_headers)
            return
        await self.app(scope, _again(body or b"", receive), send_with_headers)

    def _refusal(self, request: Request, more: dict[str, str]) -> Response | None:
        path = request.url.path
        client = request.client.host if request.client else "nobody"
        token = stated(request)
        who = self.tokens.who(token) if token else None
        if self.rate is not None and path != "/health":
            key = client if who is None else f"token {digest(token).hex()}"
            is_within = self.limiter.hit(self.rate, key)
            found = self.limiter.get_window_stats(self.rate, key)
            seconds = str(max(1, math.ceil(found.reset_time - time.time())))
            more |= {
                "X-RateLimit-Limit": str(self.rate.amount),
                "X-RateLimit-Remaining": str(found.remaining),
                "X-RateLimit-Reset-In": seconds,
            }
            if not is_within:
                return problem(429, "Too many requests.", headers={"Retry-After": seconds})
        if not self.tokens:
            return _from_elsewhere(request, self.config)
        is_open = path in OPEN or path.startswith(OWN_TOKEN)
        if who is None and token and not self.limiter.hit(self.wrong, f"wrong {client}"):
            return problem(429, "Too many wrong tokens.", headers={"Retry-After": "60"})
        if who is None and not is_open:
            said = "The token is not one of this service." if token else "A token is needed."
            return problem(401, said, headers={"WWW-Authenticate": "Bearer"})
        request.scope.setdefault("state", {})["who"] = who
        return None


def _from_elsewhere(request: Request, config: Config) -> Response | None:
    """Refuse what a page of another site asks of this machine."""
    named = urlsplit(f"//{request.headers.get('host', '')}").hostname or ""
    if named not in config.hosts:
        return problem(
            403,
            f"It was asked for as '{named[:100]}', which is not this machine's name.",
            do=f"Ask for it as {config.hosts[0]}, or start it with a token.",
        )
    origin = request.headers.get("origin")
    if request.method not in ("GET", "HEAD", "OPTIONS") and origin:
        host = request.headers.get("host", "")
        if urlsplit(origin).netloc != host:
            return problem(403, "A page of another site may not write.", do="Ask without a page.")
    request.scope.setdefault("state", {})["who"] = Who(None)
    return None


async def _body(request: Request, most: int) -> bytes | None:
    """The whole body; null: it is longer than allowed."""
    length = request.headers.get("content-length", "")
    if length.isdigit() and int(length) > most:
        return None
    found = bytearray()
    async for part in request.stream():
        found += part
        if len(found) > most:
            return None
    return bytes(found)


def _again(body: bytes, receive: Receive) -> Receive:
    """A body that was read, to be read once more."""
    parts = [body]

    async def again() -> Message:
        if parts:
            return {"type": "http.request", "body": parts.pop(), "more_body": False}
        return await receive()

    return again
