"""Pages that do not move while rows are added: a cursor instead of a number."""

from datetime import UTC, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.timezone import is_aware
from drf_spectacular.utils import OpenApiParameter, inline_serializer
from rest_framework import serializers
from rest_framework.exceptions import NotFound
from rest_framework.pagination import Cursor, CursorPagination
from rest_framework.request import Request

PARAMETERS = [OpenApiParameter("cursor", str), OpenApiParameter("limit", int)]


class Newest(CursorPagination):
    """The newest first: by their keys, which are in order of time, or by what an index of the rows asked for has.

    Whatever comes first in ``ordering``, its last part must be unique: rows of one moment come in any order otherwise,
    another one for each page, and some are left out.
    """

    page_size = 50
    max_page_size = 200
    page_size_query_param = "limit"
    offset_cutoff = 100_000  # how many rows may be of one moment: those of one announcement are

    def __init__(self, *ordering: str) -> None:
        self.ordering = ordering or ("-pk",)
        self._name = self.ordering[0].removeprefix("-")

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> Any:
        """The rows of the page that is asked for. Raises NotFound when there cannot be such a page."""
        meta = queryset.model._meta
        self._field = meta.pk if self._name == "pk" else meta.get_field(self._name)
        return super().paginate_queryset(queryset, request, view)

    def decode_cursor(self, request: Request) -> Cursor | None:
        """Where the page begins: at a key or a time, whatever the caller made of it."""
        cursor = super().decode_cursor(request)
        if cursor is not None and cursor.position is not None and not self._is_place(str(cursor.position)):
            raise NotFound
        return cursor

    def _is_place(self, position: str) -> bool:
        try:
            value = self._field.to_python(position)
            self._field.run_validators(value)
            return not isinstance(value, datetime) or (is_aware(value) and bool(value.astimezone(UTC)))
        except (ValidationError, OverflowError):  # a time may be out of time elsewhere
            return False


def page_of(shown: type[serializers.Serializer[Any]]) -> serializers.Serializer[Any]:
    """What a page of these is in the OpenAPI document."""
    fields = {
        "next": serializers.CharField(allow_null=True),
        "previous": serializers.CharField(allow_null=True),
        "results": shown(many=True),
    }
    return inline_serializer(f"PageOf{shown.__name__}", fields)
