"""What the web process notes of each request: a log line, a measurement, and the id of its chain."""

import logging
from collections.abc import Callable
from time import perf_counter
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.encoding import escape_uri_path

from yabot.core import correlation
from yabot.core.correlation import Trace
from yabot.core.ids import uuid7
from yabot.core.metrics import Kind, Operation, record

log = logging.getLogger("yabot.web")

HEADER = "X-Correlation-ID"
QUIET = ("/health/", "/metrics")
METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}


class RequestLog:
    """The outermost middleware: whatever happens inside belongs to one chain, which the answer names.

    A caller that sends ``X-Correlation-ID`` with a UUID continues its own chain; anything else begins a new one.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, and note how that went. Probes and static files are noted at DEBUG only."""
        started = perf_counter()
        chain = _chain(request)
        with correlation.following(Trace(chain)):
            response = self.get_response(request)
            self._note(request, response, (perf_counter() - started) * 1000)
        response.headers.setdefault(HEADER, str(chain))
        return response

    def _note(self, request: HttpRequest, response: HttpResponse, ms: float) -> None:
        status, path = response.status_code, escape_uri_path(request.path)
        record(operation(request), ms, error=f"HTTP {status}" if status >= 500 else None)
        quiet = status < 400 and path.startswith((*QUIET, f"/{settings.STATIC_URL.lstrip('/')}"))
        log.log(
            logging.DEBUG if quiet else logging.INFO,
            "%s %s %s %.0f ms",
            request.method,
            path,
            status,
            ms,
            extra={"method": request.method, "path": path, "status": status, "ms": round(ms, 1)},
        )


def _chain(request: HttpRequest) -> UUID:
    try:
        return UUID(request.headers.get(HEADER, ""))
    except ValueError:
        return uuid7()


def operation(request: HttpRequest) -> Operation:
    """The route, never the path: paths hold ids, and there is no end of them."""
    method = request.method if request.method in METHODS else "OTHER"
    match = request.resolver_match
    if match is None:
        static = request.path.startswith(f"/{settings.STATIC_URL.lstrip('/')}")
        return Operation(Kind.HTTP, "web", f"{method} {'static' if static else '(unknown)'}")
    route = str(match.route)[:100]
    parts = route.split("/")
    module = parts[2] if parts[:2] == ["api", "v1"] and len(parts) > 2 and parts[2].isalpha() else "web"
    return Operation(Kind.HTTP, module, f"{method} /{route}")
