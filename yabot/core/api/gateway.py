"""The API gateway: who asks, whether they may, how often, and that a write repeated is a write done once.

Every view of the API is a ``GatewayView`` with the ``module`` whose right it needs: reading needs ``<module>:read``,
everything else ``<module>:write``, except where a view names another ``verb``.
"""

import functools
import hashlib
import json
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any, ClassVar, cast

from django.db import IntegrityError
from django.http import Http404
from django.views.decorators.common import no_append_slash
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser
from rest_framework.permissions import BasePermission
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import BaseThrottle
from rest_framework.views import APIView

from yabot.core import keys
from yabot.core.api import throttling
from yabot.core.api.bodies import LARGEST
from yabot.core.api.problems import TooLarge
from yabot.core.api.throttling import KeyThrottle, ReaderThrottle
from yabot.core.database import no_statement_longer_than
from yabot.core.errors import DomainError
from yabot.core.models import IdempotentAnswer, ModuleKey
from yabot.core.transactions import atomic, is_inside

READING = ("GET", "HEAD", "OPTIONS")
LONGEST_KEY = 128
STATEMENT_SECONDS = 5.0


class Program:
    """Whoever holds a key, where Django expects a user."""

    is_authenticated = True
    is_active = True


class KeyAuthentication(BaseAuthentication):
    """``Authorization: Bearer yk_…``."""

    def authenticate(self, request: Request) -> tuple[Program, ModuleKey]:
        """The key's program. Raises KeyRefused, and Throttled for one wrong key after the other."""
        scheme, _, presented = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not presented.strip():
            raise keys.KeyMissing
        try:
            return Program(), keys.check(presented.strip())
        except keys.KeyRefused:
            throttling.note_refusal(request.META.get("REMOTE_ADDR", ""))
            raise

    def authenticate_header(self, request: Request) -> str:
        """What a 401 asks for."""
        return 'Bearer realm="yabot"'


class HasRight(BasePermission):
    """The key holds the module's right for this verb."""

    def has_permission(self, request: Request, view: Any) -> bool:
        """Raises KeyNotPermitted."""
        if not cast(ModuleKey, request.auth).may(view.right(request.method)):
            raise keys.KeyNotPermitted
        return True


class StrictJSON(JSONParser):
    """JSON that is not nested without end."""

    def parse(self, *args: Any, **kwargs: Any) -> Any:
        """The value. Raises ParseError."""
        try:
            return super().parse(*args, **kwargs)
        except RecursionError:
            raise ParseError from None


class GatewayView(APIView):
    """One address of the API."""

    module: ClassVar[str]
    verb: ClassVar[str] = ""
    authentication_classes = (KeyAuthentication,)
    permission_classes = (HasRight,)
    throttle_classes: ClassVar[tuple[type[BaseThrottle], ...]] = (KeyThrottle, ReaderThrottle)  # type: ignore[misc]
    parser_classes = (StrictJSON,)
    metadata_class = None  # the document says it all

    @classmethod
    def as_view(cls, **initkwargs: Any) -> Any:
        """The view. Its address without the last / is no address: a redirect would turn a write into a read."""
        return no_append_slash(super().as_view(**initkwargs))

    @classmethod
    def right(cls, method: str | None) -> str:
        """The right a key needs."""
        return f"{cls.module}:{cls.verb or ('read' if method in READING else 'write')}"

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        """Answer, with whatever ``initial`` put in force until then."""
        with ExitStack() as self._until_answered:
            return super().dispatch(request, *args, **kwargs)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """A key of one reader knows no other: everything of theirs does not exist. No statement may take long."""
        super().initial(request, *args, **kwargs)
        limited = cast(ModuleKey, request.auth).user_id
        if limited is not None and kwargs.get("user_id") != limited:
            raise Http404
        if int(request.META.get("CONTENT_LENGTH") or 0) > LARGEST:
            raise TooLarge
        self._until_answered.enter_context(no_statement_longer_than(STATEMENT_SECONDS))


class RepeatableRefused(DomainError):
    """The Idempotency-Key was used for something else, or is too long, or no text."""

    code = "IDEM001"

    def sentence(self, language: str) -> str:
        """What to do."""
        if language == "en":
            return "This Idempotency-Key belongs to another request: use a new one for each write."
        return "Esta Idempotency-Key ya es de otra petición: usa una nueva para cada escritura."


Method = Callable[..., Response]


def once(method: Method) -> Method:
    """Let a write with an ``Idempotency-Key`` happen once: the same request again gets the same answer.

    Effect and answer are written in one transaction, so the effect must touch nothing but the database.
    """

    @functools.wraps(method)
    def run(view: GatewayView, request: Request, *args: Any, **kwargs: Any) -> Response:
        key = request.headers.get("Idempotency-Key", "")
        if not key:
            return method(view, request, *args, **kwargs)
        if len(key) > LONGEST_KEY or not (key.isascii() and key.isprintable()):
            raise RepeatableRefused
        effect = functools.partial(method, view, request, *args, **kwargs)
        try:
            return _answer(request, key, effect)
        except (
            IntegrityError,
            DomainError,
        ) as error:  # the same at the same moment may have been first: it is there now
            if is_inside() or not (isinstance(error, IntegrityError) or error.again):
                raise
            return _answer(request, key, effect)

    return run


@atomic
def _answer(request: Request, key: str, effect: Callable[[], Response]) -> Response:
    fingerprint, owner = _fingerprint(request), cast(ModuleKey, request.auth).owner
    known = IdempotentAnswer.objects.filter(owner=owner, key=key).first()
    if known is not None:
        if known.fingerprint != fingerprint:
            raise RepeatableRefused
        return Response(json.loads(known.body), known.status, headers={"Idempotent-Replayed": "true"})
    row = IdempotentAnswer.objects.create(owner=owner, key=key, fingerprint=fingerprint)
    response = effect()
    row.status, row.body = response.status_code, JSONRenderer().render(response.data).decode() or "null"
    row.save(update_fields=["status", "body"])
    return response


def _fingerprint(request: Request) -> str:
    body = json.dumps(request.data, sort_keys=True, default=str)
    return hashlib.sha256(f"{request.method} {request.get_full_path()} {body}".encode()).hexdigest()
