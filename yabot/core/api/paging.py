"""Pages that do not move while rows are added: a cursor instead of a number."""

from typing import Any

from django.core.exceptions import ValidationError
from drf_spectacular.utils import OpenApiParameter, inline_serializer
from rest_framework import serializers
from rest_framework.exceptions import NotFound
from rest_framework.pagination import Cursor, CursorPagination
from rest_framework.request import Request

PARAMETERS = [OpenApiParameter("cursor", str), OpenApiParameter("limit", int)]


class Newest(CursorPagination):
    """The newest first. Keys are in order of time."""

    ordering = "-pk"
    page_size = 50
    max_page_size = 200
    page_size_query_param = "limit"

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> Any:
        """The rows of the page that is asked for. Raises NotFound when there cannot be such a page."""
        self._key = queryset.model._meta.pk
        return super().paginate_queryset(queryset, request, view)

    def decode_cursor(self, request: Request) -> Cursor | None:
        """Where the page begins: at a key, whatever the caller made of it."""
        cursor = super().decode_cursor(request)
        if cursor is not None and cursor.position is not None:
            try:
                self._key.run_validators(self._key.to_python(cursor.position))
            except ValidationError:
                raise NotFound from None
        return cursor


def page_of(shown: type[serializers.Serializer[Any]]) -> serializers.Serializer[Any]:
    """What a page of these is in the OpenAPI document."""
    fields = {
        "next": serializers.CharField(allow_null=True),
        "previous": serializers.CharField(allow_null=True),
        "results": shown(many=True),
    }
    return inline_serializer(f"PageOf{shown.__name__}", fields)
