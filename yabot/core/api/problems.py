"""Every refusal of the API looks the same: ``{"code", "detail", "fields"}``, in Spanish or English."""

import logging
import math
from http import HTTPStatus
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from rest_framework import exceptions, serializers
from rest_framework.response import Response

from yabot.core.database import is_away
from yabot.core.errors import RETRY_SECONDS, DatabaseAway, DomainError, TooMuchAtOnce, Unavailable
from yabot.core.keys import KeyRefused
from yabot.core.redaction import redact
from yabot.core.transactions import is_transient

log = logging.getLogger(__name__)


class Problem(serializers.Serializer[Any]):
    """What a refusal says."""

    code = serializers.CharField(help_text="A stable code to decide by, such as AUTH001.")
    detail = serializers.CharField(help_text="A sentence for people.")
    fields = serializers.DictField(  # type: ignore[assignment]
        child=serializers.ListField(child=serializers.CharField()), help_text="What is wrong, by field."
    )


class TooLarge(exceptions.APIException):
    """More than a request of this API can need."""

    status_code = HTTPStatus.REQUEST_ENTITY_TOO_LARGE


def handle(error: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's exception handler. What nobody expected, also of the database, stays an error 500."""
    if isinstance(error, KeyRefused):
        headers = {"WWW-Authenticate": 'Bearer realm="yabot"'} if error.status == HTTPStatus.UNAUTHORIZED else {}
        return _say(error.status, error.code, _sentence(error), headers=headers)
    if isinstance(error, exceptions.Throttled):
        wait = {"Retry-After": str(max(1, math.ceil(getattr(error, "wait", None) or 1)))}
        return _say(HTTPStatus.TOO_MANY_REQUESTS, TooMuchAtOnce.code, _sentence(TooMuchAtOnce()), headers=wait)
    if isinstance(error, Unavailable):
        return _later(error)
    if isinstance(error, DomainError):
        return _say(HTTPStatus.CONFLICT, error.code, _sentence(error))
    if is_away(error) or is_transient(error):
        log.warning("the database does not answer a request of the API: %s", redact(repr(error)))
        return _later(DatabaseAway())
    return _of_rest_framework(error)


_KINDS: tuple[tuple[tuple[type[Exception], ...], int, str, Any], ...] = (
    ((exceptions.ParseError,), 400, "REQ002", _("La petición no es JSON que se entienda.")),
    ((Http404, exceptions.NotFound), 404, "REQ004", _("Esto no existe.")),
    ((exceptions.MethodNotAllowed,), 405, "REQ005", _("Esta dirección no admite ese método.")),
    ((exceptions.UnsupportedMediaType,), 415, "REQ006", _("Solo se admite application/json.")),
    ((exceptions.NotAcceptable,), 406, "REQ007", _("Solo se responde con application/json.")),
    ((TooLarge,), 413, "REQ008", _("La petición es demasiado grande.")),
    ((PermissionDenied,), 403, "AUTH004", _("Esta llave no tiene permiso para esto.")),
)


def _of_rest_framework(error: Exception) -> Response | None:
    if isinstance(error, exceptions.ValidationError):
        return _say(HTTPStatus.BAD_REQUEST, "REQ001", str(_("Hay datos que no valen.")), _by_field(error.detail))
    for kinds, status, code, detail in _KINDS:
        if isinstance(error, kinds):
            return _say(status, code, str(detail))
    return None


def _by_field(detail: Any, place: str = "") -> dict[str, list[str]]:
    """Every complaint under its field's path, such as ``event_types.0``."""
    if isinstance(detail, str):
        return {place: [_sayable(detail)]}
    parts = detail.items() if isinstance(detail, dict) else [("", part) for part in detail]
    found: dict[str, list[str]] = {}
    for name, part in parts:
        for inside, said in _by_field(part, ".".join(filter(None, (place, _sayable(str(name)))))).items():
            found.setdefault(inside, []).extend(said)
    return found


def _sayable(text: str) -> str:
    """What was wrong may be half a character, which no answer can repeat."""
    return text.encode(errors="replace").decode()


def _sentence(error: DomainError) -> str:
    return error.sentence((get_language() or "es")[:2])


def _later(error: Unavailable) -> Response:
    wait = {"Retry-After": str(RETRY_SECONDS)}
    return _say(HTTPStatus.SERVICE_UNAVAILABLE, error.code, _sentence(error), headers=wait)


def _say(status: int, code: str, detail: str, fields: Any = None, *, headers: dict[str, str] | None = None) -> Response:
    return Response({"code": code, "detail": detail, "fields": fields or {}}, status, headers=headers)


REFUSALS = {
    400: Problem,
    401: Problem,
    403: Problem,
    404: Problem,
    406: Problem,
    429: Problem,
    503: Problem,
}
WRITE_REFUSALS = {**REFUSALS, 409: Problem, 413: Problem, 415: Problem}
