"""``POST /api/v1/<module>/ports/<operation>``: what other processes ask of the modules this one runs.

Needs the right ``<module>:ports``. Made from the operations' declarations: the types of question and answer are the
schemas of request and response.
"""

from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import ValidationError

from yabot.core.api.gateway import GatewayView, once
from yabot.core.api.problems import WRITE_REFUSALS
from yabot.core.api.users import IDEMPOTENCY
from yabot.core.ports import Operation, Refused, codec

JSON = "application/json"


class PortView(GatewayView):
    """One operation. The caller's own limits hold: it is a process of this installation."""

    verb = "ports"
    throttle_classes = ()  # type: ignore[misc]
    operation: ClassVar[Operation[Any, Any]]

    def handle_exception(self, exc: Exception) -> Response:
        """A refusal keeps both sentences: the caller knows in which language its reader speaks."""
        if isinstance(exc, Refused):
            fields = {"es": [exc.spanish], "en": [exc.english]}
            return Response({"code": exc.code, "detail": exc.spanish, "fields": fields}, 409)
        return super().handle_exception(exc)

    def answer(self, request: Request) -> Response:
        """The answer of this process's provider."""
        try:
            asked = codec.from_json(self.operation.asked, request.data)
        except codec.CodecError as error:
            raise ValidationError({error.place or "body": [error.problem]}) from None
        return Response(codec.to_json(self.operation.perform(asked)))


def view_of(port: Operation[Any, Any]) -> type[PortView]:
    """The address's view, with its place in the OpenAPI document."""

    class View(PortView):
        module = port.module
        operation = port

        def post(self, request: Request) -> Response:
            return self.answer(request)

    document = extend_schema(
        operation_id=f"{'order' if port.is_order else 'ask'}_{port.module}_{port.name}",
        summary=port.summary,
        description="Between the processes of one installation.",
        tags=[port.module],
        parameters=[IDEMPOTENCY] if port.is_order else [],
        request={JSON: codec.schema_of(port.asked)},
        responses={200: codec.schema_of(port.answered), **WRITE_REFUSALS},
    )
    View.post = document(once(View.post) if port.is_order else View.post)  # type: ignore[method-assign]
    return View
