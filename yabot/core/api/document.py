"""What every operation's entry in the OpenAPI document says, beside its own."""

import threading
from typing import Any, ClassVar

from django.utils.translation import get_language
from drf_spectacular.extensions import OpenApiAuthenticationExtension, OpenApiSerializerExtension
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.openapi import AutoSchema

CORRELATION = "X-Correlation-ID"
_CHAIN = "The id of the chain this request belongs to."
_WAIT = {"description": "Seconds to wait.", "schema": {"type": "integer", "minimum": 1}, "required": True}
_HEADERS: dict[str, dict[str, Any]] = {
    "401": {"WWW-Authenticate": {"schema": {"type": "string"}, "required": True}},
    "429": {"Retry-After": _WAIT},
    "503": {"Retry-After": _WAIT},
}


class Document(AutoSchema):
    """An operation with the right it needs, and the headers it understands and answers with."""

    def get_operation(self, *args: Any, **kwargs: Any) -> Any:
        """The operation's entry."""
        operation: Any = super().get_operation(*args, **kwargs)
        if operation is None or not hasattr(self.view, "right"):
            return operation
        operation.setdefault("summary", operation["description"].partition(".")[0])
        needs = f"Needs the right `{self.view.right(self.method)}`."
        operation["description"] = f"{operation.get('description', '')}\n\n{needs}".strip()
        operation.setdefault("parameters", []).append(
            {"in": "header", "name": CORRELATION, "schema": {"type": "string"}, "description": f"{_CHAIN} A UUID."}
        )
        for status, response in operation["responses"].items():
            response["headers"] = {**response.get("headers", {}), **_headers(status)}
        return operation


class Generator(SchemaGenerator):
    """Makes the document once for each language, one thread at a time: the library's first steps bear no company."""

    _making: ClassVar[threading.Lock] = threading.Lock()
    _made: ClassVar[dict[str, Any]] = {}

    def get_schema(self, request: Any = None, public: bool = False) -> Any:
        """The document. It does not depend on who asks."""
        language = get_language() or ""
        with self._making:
            if language not in self._made:
                self._made[language] = super().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
            return self._made[language]


def _headers(status: str) -> dict[str, Any]:
    chain = {"description": _CHAIN, "schema": {"type": "string", "format": "uuid"}, "required": True}
    return {CORRELATION: chain, **_HEADERS.get(status, {})}


class KeyScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """How a key is sent."""

    target_class = "yabot.core.api.gateway.KeyAuthentication"
    name = "moduleKey"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        """A bearer token."""
        return {"type": "http", "scheme": "bearer", "bearerFormat": "yk_<prefix>_<secret>"}


class NoOtherFields(OpenApiSerializerExtension):  # type: ignore[no-untyped-call]
    """A body that is refused when it has other fields."""

    target_class = "yabot.core.api.asked.Asked"
    match_subclasses = True

    def map_serializer(self, auto_schema: Any, direction: Any) -> Any:
        """The serializer's own schema, closed."""
        found = auto_schema._map_serializer(self.target, direction, bypass_extensions=True)
        return {**found, "additionalProperties": False}
