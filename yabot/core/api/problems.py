"""Every refusal of the API looks the same: ``{"code", "detail", "fields"}``, in Spanish or English."""

import logging
from http import HTTPStatus
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import DatabaseError
from django.http import Http404
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from rest_framework import exceptions, serializers
from rest_framework.response import Response

from yabot.core.errors import DatabaseAway, DomainError, TooMuchAtOnce, Unavailable
from yabot.core.keys import KeyRefused
from yabot.core.redaction import redact

log = logging.getLogger(__name__)


class Problem(serializers.Serializer[Any]):
    """What a refusal says."""

    code = serializers.CharField(help_text="A stable code to decide by, such as AUTH001.")
    detail = serializers.CharField(help_text="A sentence for people.")
    fields = serializers.DictField(  # type: ignore[assignment]
        child=serializers.ListField(child=serializers.CharField()), help_text="What is wrong, by field."
    )


def handle(error: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's exception handler. What nobody expected stays an error 500."""
    if isinstance(error, KeyRefused):
        headers = {"WWW-Authenticate": 'Bearer realm="yabot"'} if error.status == HTTPStatus.UNAUTHORIZED else {}
        return _say(error.status, error.code, _sentence(error), headers=headers)
    if isinstance(error, exceptions.Throttled):
        wait = {"Retry-After": str(max(1, int(getattr(error, "wait", None) or 1)))}
        return _say(HTTPStatus.TOO_MANY_REQUESTS, TooMuchAtOnce.code, _sentence(TooMuchAtOnce()), headers=wait)
    if isinstance(error, Unavailable):
        return _say(HTTPStatus.SERVICE_UNAVAILABLE, error.code, _sentence(error))
    if isinstance(error, DomainError):
        return _say(HTTPStatus.CONFLICT, error.code, _sentence(error))
    if isinstance(error, DatabaseError):
        log.warning("the database refused a request of the API: %s", redact(repr(error)))
        return _say(HTTPStatus.SERVICE_UNAVAILABLE, DatabaseAway.code, _sentence(DatabaseAway()))
    return _of_rest_framework(error)


def _of_rest_framework(error: Exception) -> Response | None:
    match error:
        case exceptions.ValidationError():
            return _say(HTTPStatus.BAD_REQUEST, "REQ001", _("Hay datos que no valen."), _by_field(error.detail))
        case exceptions.ParseError():
            return _say(HTTPStatus.BAD_REQUEST, "REQ002", _("La petición no es JSON que se entienda."))
        case Http404() | exceptions.NotFound():
            return _say(HTTPStatus.NOT_FOUND, "REQ004", _("Esto no existe."))
        case exceptions.MethodNotAllowed():
            return _say(HTTPStatus.METHOD_NOT_ALLOWED, "REQ005", _("Esta dirección no admite ese método."))
        case exceptions.UnsupportedMediaType():
            return _say(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "REQ006", _("Solo se admite application/json."))
        case exceptions.NotAcceptable():
            return _say(HTTPStatus.NOT_ACCEPTABLE, "REQ007", _("Solo se responde con application/json."))
        case PermissionDenied():
            return _say(HTTPStatus.FORBIDDEN, "AUTH004", _("Esta llave no tiene permiso para esto."))
    return None


def _by_field(detail: Any) -> dict[str, list[str]]:
    if not isinstance(detail, dict):
        return {"": [str(part) for part in detail]}
    return {
        str(name): [str(part) for part in ([said] if isinstance(said, str) else said)] for name, said in detail.items()
    }


def _sentence(error: DomainError) -> str:
    return error.sentence((get_language() or "es")[:2])


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
WRITE_REFUSALS = {**REFUSALS, 409: Problem, 415: Problem}
