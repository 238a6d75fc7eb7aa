"""``POST /api/v1/<module>/ports/<operation>``: what other processes ask of the modules this one runs."""

import hmac
from http import HTTPStatus
from typing import Any

import orjson
from django.conf import settings
from django.http import HttpRequest, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from yabot.core.errors import ModuleAway
from yabot.core.ports import Operation, PortUnavailable, Refused, codec

MOST_BYTES = 256_000
SCHEME = "Api-Key "


class _Wrong(Exception):
    """A request that is not answered; what its sender is told."""

    def __init__(self, status: HTTPStatus, code: str, detail: str, **fields: str) -> None:
        super().__init__(code)
        self.status, self.code, self.detail, self.fields = status, code, detail, fields


@csrf_exempt
def answer(request: HttpRequest, module: str, operation: str) -> JsonResponse:
    """The answer of this process's provider; 409 with both sentences when it refuses."""
    try:
        _check_key(request)
        port = _operation(request, module, operation)
        asked = _read(request, port)
        return JsonResponse(codec.to_json(port.perform(asked)))
    except _Wrong as wrong:
        return _say(wrong.status, wrong.code, wrong.detail, wrong.fields)
    except Refused as refused:
        return _say(HTTPStatus.CONFLICT, refused.code, refused.spanish, {"es": refused.spanish, "en": refused.english})
    except PortUnavailable:
        return _say(HTTPStatus.SERVICE_UNAVAILABLE, ModuleAway.code, ModuleAway().sentence("es"), {})


def _check_key(request: HttpRequest) -> None:
    """Processes of one installation share a key. Raises _Wrong."""
    given = request.headers.get("Authorization", "")
    if not given.startswith(SCHEME):
        raise _Wrong(HTTPStatus.UNAUTHORIZED, "AUTH001", _("Falta la llave del módulo."))
    known = settings.MODULE_KEY
    if not known or not hmac.compare_digest(given.removeprefix(SCHEME).encode(), known.encode()):
        raise _Wrong(HTTPStatus.UNAUTHORIZED, "AUTH002", _("Esta llave no se conoce."))


def _operation(request: HttpRequest, module: str, name: str) -> Operation[Any, Any]:
    port = Operation.known.get(f"{module}:{name}")
    if port is None:
        raise _Wrong(HTTPStatus.NOT_FOUND, "PRT001", _("Nadie conoce esta operación."))
    if request.method != "POST":
        raise _Wrong(HTTPStatus.METHOD_NOT_ALLOWED, "PRT002", _("Las operaciones se piden con POST."))
    return port


def _read(request: HttpRequest, port: Operation[Any, Any]) -> Any:
    """The question or order in the body."""
    if int(request.headers.get("Content-Length") or 0) > MOST_BYTES:
        raise _Wrong(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "PRT003", _("Es demasiado de una vez."))
    try:
        return codec.from_json(port.asked, orjson.loads(request.body))
    except codec.CodecError as error:
        detail = _("La pregunta no se entiende.")
        raise _Wrong(HTTPStatus.BAD_REQUEST, "PRT004", detail, **{error.place or "body": error.problem}) from None
    except ValueError:
        raise _Wrong(HTTPStatus.BAD_REQUEST, "PRT004", _("La pregunta no es JSON.")) from None


def _say(status: HTTPStatus, code: str, detail: str, fields: dict[str, str]) -> JsonResponse:
    content = {"code": code, "detail": detail, "fields": fields}
    answer = JsonResponse(content, status=status, json_dumps_params={"ensure_ascii": False})
    if status == HTTPStatus.METHOD_NOT_ALLOWED:
        answer["Allow"] = "POST"
    if status == HTTPStatus.UNAUTHORIZED:
        answer["WWW-Authenticate"] = SCHEME.strip()
    return answer
