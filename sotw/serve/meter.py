"""What the service counts of itself, for Prometheus."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from sotw.warehouse import inbox

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from sotw.serve.state import State

_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)


class Meter:
    """Counts of requests, by the pattern of their route, never by what was asked."""

    def __init__(self, state: State) -> None:
        self.registry = CollectorRegistry()
        labels = ("method", "route")
        self.answered = Counter(
            "sotw_requests", "Requests answered.", (*labels, "status"), registry=self.registry
        )
        self.seconds = Histogram(
            "sotw_request_seconds",
            "How long they took.",
            labels,
            buckets=_SECONDS,
            registry=self.registry,
        )
        waiting = Gauge("sotw_inbox_waiting", "Notes that wait.", registry=self.registry)
        waiting.set_function(lambda: inbox.waiting(state.path))
        published = Gauge(
            "sotw_published_timestamp_seconds", "Of the last build.", registry=self.registry
        )
        published.set_function(
            lambda: state.path.stat().st_mtime if state.path.exists() else float("nan")
        )


class Metered:
    """Counts every request."""

    def __init__(self, app: ASGIApp, meter: Meter) -> None:
        self.app, self.meter = app, meter

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, and count it."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        status, started = [500], time.perf_counter()

        async def noting(message: Message) -> None:
            if message["type"] == "http.response.start":
                status[0] = message["status"]
            await send(message)

        try:
            await self.app(scope, receive, noting)
        finally:
            route = getattr(scope.get("route"), "path", "none")
            method = scope["method"] if scope["method"] in _METHODS else "other"
            self.meter.answered.labels(method, route, str(status[0])).inc()
            self.meter.seconds.labels(method, route).observe(time.perf_counter() - started)


_METHODS = ("GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH")
