"""``/metrics``: for a Prometheus server that is near, or that knows the token."""

import hmac
from ipaddress import ip_address, ip_network

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_PROXIED = ("X-Forwarded-For", "Forwarded", "X-Real-IP")


@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Every measurement of every process; 403 for whoever may not see it."""
    if not may_read(request):
        return HttpResponse(
            "/metrics needs a bearer token (METRICS_TOKEN) from here.\n", status=403, content_type="text/plain"
        )
    from yabot.core import exposition  # prometheus_client is loaded by whoever asks, not by every start

    return HttpResponse(exposition.text(), content_type=CONTENT_TYPE, headers={"Cache-Control": "no-store"})


def may_read(request: HttpRequest) -> bool:
    """With the token from anywhere; without it from METRICS_NETWORKS, unless a proxy hides who really asks."""
    given = request.headers.get("Authorization", "")
    if settings.METRICS_TOKEN and hmac.compare_digest(given.encode(), f"Bearer {settings.METRICS_TOKEN}".encode()):
        return True
    if any(name in request.headers for name in _PROXIED):
        return False
    try:
        address = ip_address(request.META.get("REMOTE_ADDR", ""))
    except ValueError:
        return False
    return any(address in ip_network(network) for network in settings.METRICS_NETWORKS)
