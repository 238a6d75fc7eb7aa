"""Pages that do not move while rows are added: a cursor instead of a number."""

from typing import Any

from drf_spectacular.utils import OpenApiParameter, inline_serializer
from rest_framework import serializers
from rest_framework.pagination import CursorPagination

PARAMETERS = [OpenApiParameter("cursor", str), OpenApiParameter("limit", int)]


class Newest(CursorPagination):
    """The newest first. Keys are in order of time."""

    ordering = "-pk"
    page_size = 50
    max_page_size = 200
    page_size_query_param = "limit"


def page_of(shown: type[serializers.Serializer[Any]]) -> serializers.Serializer[Any]:
    """What a page of these is in the OpenAPI document."""
    fields = {
        "next": serializers.CharField(allow_null=True),
        "previous": serializers.CharField(allow_null=True),
        "results": shown(many=True),
    }
    return inline_serializer(f"PageOf{shown.__name__}", fields)
