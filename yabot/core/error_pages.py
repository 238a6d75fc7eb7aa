"""What a browser or a program is shown instead of what it asked for: a sentence, what to do, and a code to report.

Needs neither the database nor a session. Below ``/api/`` the same is JSON.
"""

import logging
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _

from yabot.core import correlation
from yabot.core.database import is_away
from yabot.core.errors import RETRY_SECONDS, DatabaseAway, SessionLost
from yabot.core.redaction import redact

log = logging.getLogger(__name__)

API = "/api/"
CODES = {HTTPStatus.NOT_FOUND: "REQ004"}  # as the gateway itself says it


@dataclass(frozen=True, slots=True)
class Problem:
    """One error page."""

    status: HTTPStatus
    title: str
    text: str
    code: str = ""
    way_out: str = "/"
    way_out_label: str = field(default_factory=lambda: _("Volver al principio"))
    retries: bool = False


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """400."""
    text = _("Lo que llegó no se entiende. Vuelve atrás y prueba otra vez.")
    return _shown(request, Problem(HTTPStatus.BAD_REQUEST, _("No se entendió"), text))


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """403."""
    text = _("Tu cuenta no puede entrar aquí. Si debería, pídeselo a quien administra la casa.")
    return _shown(request, Problem(HTTPStatus.FORBIDDEN, _("Esta puerta está cerrada"), text))


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404."""
    text = _("La dirección cambió o tiene una errata.")
    return _shown(request, Problem(HTTPStatus.NOT_FOUND, _("Esta puerta no lleva a ninguna parte"), text))


def server_error(request: HttpRequest) -> HttpResponse:
    """500 with the end of the correlation id, which the log has; 503 when it was the database."""
    if is_away(sys.exc_info()[1]):
        return unavailable(request)
    code = correlation.current().correlation_id.hex[-6:].upper()
    text = _("No es cosa tuya, y ya está anotado. Si vuelve a pasar, cuéntale este código a quien cuida el sistema.")
    return _shown(request, Problem(HTTPStatus.INTERNAL_SERVER_ERROR, _("Algo se rompió aquí"), text, code))


def unavailable(request: HttpRequest) -> HttpResponse:
    """503: the database is away. The page loads again by itself."""
    text = _("La base de datos no responde ahora mismo. Nada se ha perdido: vuelve a intentarlo en un momento.")
    title, status = _("Servicio no disponible"), HTTPStatus.SERVICE_UNAVAILABLE
    answer = _shown(request, Problem(status, title, text, DatabaseAway.code, retries=request.method == "GET"))
    answer["Retry-After"] = str(RETRY_SECONDS)
    return answer


def session_lost(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403: a form of a page that was open for too long, or of another login."""
    log.warning("a form was refused: %s", reason)
    text = _("La página llevaba mucho tiempo abierta, o entraste desde otra ventana. Entra y repite lo último.")
    title, label = _("Sesión expirada, por favor reinicia"), _("Entrar otra vez")
    way_out = reverse("admin:index")
    problem = Problem(HTTPStatus.FORBIDDEN, title, text, SessionLost.code, way_out=way_out, way_out_label=label)
    return _shown(request, problem)


def _shown(request: HttpRequest, problem: Problem) -> HttpResponse:
    answer: HttpResponse
    if request.path.startswith(API):
        code = problem.code or CODES.get(problem.status, f"HTTP{problem.status.value}")
        content = {"code": code, "detail": problem.text, "fields": {}}
        answer = JsonResponse(content, status=problem.status, json_dumps_params={"ensure_ascii": False})
    else:
        page = render_to_string("error.html", {"problem": problem, "retry_seconds": RETRY_SECONDS})
        answer = HttpResponse(page, status=problem.status)
    answer["Cache-Control"] = "no-store"
    return answer


class DatabaseGuard:
    """Middleware: a view that loses the database is a page that says so, also while DEBUG shows everything else."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Nothing to do before a view."""
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """503 while the database is away; anything else is somebody else's."""
        if not is_away(exception):
            return None
        log.warning("the database does not answer: %s", redact(repr(exception)))
        return unavailable(request)
