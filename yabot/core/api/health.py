"""Two addresses for whoever watches the system: is this process alive, and does the whole thing work?"""

import logging

from django.http import HttpRequest, JsonResponse
from django.utils.translation import gettext as _

from yabot.core import health, snapshot
from yabot.core.health import Finding
from yabot.core.redaction import redact

log = logging.getLogger(__name__)


def live(request: HttpRequest) -> JsonResponse:
    """200 while this process answers. Asks nothing else, so a slow database does not restart it."""
    return _answer({"status": "ok"})


def ready(request: HttpRequest) -> JsonResponse:
    """200 when everything vital is well, 503 otherwise, with every finding. Looks at most every ten seconds."""
    found = snapshot.latest()
    findings = found.findings
    if found.error:
        log.warning("the database does not answer: %s", redact(found.error))
        detail = _("La base de datos no responde. Comprueba que está en marcha y que hay sitio en el disco.")
        findings = (Finding("database", False, detail),)
    healthy = health.is_healthy(findings)
    status = "down" if not healthy else "ok" if all(finding.ok for finding in findings) else "attention"
    shown = [
        {"name": finding.name, "ok": finding.ok, "vital": finding.vital, "detail": finding.detail}
        for finding in findings
    ]
    told: dict[str, object] = {"status": status, "checked_at": found.checked_at, "findings": shown}
    return _answer(told, status=200 if healthy else 503)


def _answer(content: dict[str, object], *, status: int = 200) -> JsonResponse:
    response = JsonResponse(content, status=status, json_dumps_params={"ensure_ascii": False})
    response["Cache-Control"] = "no-store"
    return response
