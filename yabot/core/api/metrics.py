"""``/metrics``: for a Prometheus server that is near, or that has a key or the token."""

import hmac
import math
from http import HTTPStatus
from ipaddress import ip_address, ip_network

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe
from rest_framework.exceptions import Throttled

from yabot.core import keys
from yabot.core.api import throttling

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
RIGHT = "core:metrics"
_PROXIED = ("X-Forwarded-For", "Forwarded", "X-Real-IP")


@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Every measurement of every process. Refuses like the API, but in words: 401 without a good key, 403 with one.

    Wrong keys of one address are counted with those it showed to the API: 429 for too many.
    """
    try:
        check(request)
    except Throttled as error:
        wait = {"Retry-After": str(max(1, math.ceil(getattr(error, "wait", None) or 1)))}
        return HttpResponse("LIM001\n", status=HTTPStatus.TOO_MANY_REQUESTS, content_type="text/plain", headers=wait)
    except keys.KeyRefused as error:
        said = f"{error.code} {error.sentence('en')}\n/metrics needs a key with {RIGHT}, or METRICS_TOKEN, from here.\n"
        headers = {"WWW-Authenticate": 'Bearer realm="yabot"'} if error.status == HTTPStatus.UNAUTHORIZED else {}
        return HttpResponse(said, status=error.status, content_type="text/plain", headers=headers)
    from yabot.core import exposition  # prometheus_client is loaded by whoever asks, not by every start

    return HttpResponse(exposition.text(), content_type=CONTENT_TYPE, headers={"Cache-Control": "no-store"})


def check(request: HttpRequest) -> None:
    """Let in whoever is near, the token, and a key with the right that is not bound to one reader.

    Raises KeyRefused, and Throttled for one wrong key after the other.
    """
    if _is_near(request):
        return
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    given = given.strip()
    if scheme.lower() != "bearer" or not given:
        raise keys.KeyMissing
    if settings.METRICS_TOKEN and hmac.compare_digest(given.encode(), settings.METRICS_TOKEN.encode()):
        return
    try:
        key = keys.check(given)
    except keys.KeyRefused:
        throttling.note_refusal(request.META.get("REMOTE_ADDR", ""))
        raise
    if not key.may(RIGHT) or key.user_id is not None:
        raise keys.KeyNotPermitted


def _is_near(request: HttpRequest) -> bool:
    """From METRICS_NETWORKS, unless a proxy hides who really asks."""
    if any(name in request.headers for name in _PROXIED):
        return False
    try:
        address = ip_address(request.META.get("REMOTE_ADDR", ""))
    except ValueError:
        return False
    return any(address in ip_network(network) for network in settings.METRICS_NETWORKS)
