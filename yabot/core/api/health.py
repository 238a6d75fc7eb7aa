"""Two addresses for whoever watches the system: is this process alive, and does the whole thing work?"""

import logging

from django.db import DatabaseError
from django.http import HttpRequest, JsonResponse
from django.utils.translation import gettext as _

from yabot.core import health
from yabot.core.redaction import redact

log = logging.getLogger(__name__)


def live(request: HttpRequest) -> JsonResponse:
    """200 while this process answers. Asks nothing else, so a slow database does not restart it."""
    return _answer({"status": "ok"})


def ready(request: HttpRequest) -> JsonResponse:
    """200 when everything vital is well, 503 otherwise, with every finding."""
    try:
        found = health.findings()
    except DatabaseError as error:
        log.warning("the database does not answer: %s", redact(repr(error)))
        detail = _("La base de datos no responde. Comprueba que está en marcha y que hay sitio en el disco.")
        return _answer({"status": "down", "findings": [_shown("database", False, detail)]}, status=503)
    healthy = health.is_healthy(found)
    status = "down" if not healthy else "ok" if all(finding.ok for finding in found) else "attention"
    shown = [_shown(finding.name, finding.ok, finding.detail) for finding in found]
    return _answer({"status": status, "findings": shown}, status=200 if healthy else 503)


def _shown(name: str, ok: bool, detail: str) -> dict[str, object]:
    return {"name": name, "ok": ok, "detail": detail}


def _answer(content: dict[str, object], *, status: int = 200) -> JsonResponse:
    response = JsonResponse(content, status=status, json_dumps_params={"ensure_ascii": False})
    response["Cache-Control"] = "no-store"
    return response
