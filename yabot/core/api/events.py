"""The audit log, read from outside."""

from typing import Any

import orjson
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from yabot.core.api.asked import Filter
from yabot.core.api.gateway import GatewayView
from yabot.core.api.paging import PARAMETERS, Newest, page_of
from yabot.core.api.problems import REFUSALS
from yabot.core.models import EventRecord


class Happened(serializers.ModelSerializer[EventRecord]):
    """Something that happened."""

    payload = serializers.SerializerMethodField()

    class Meta:
        model = EventRecord
        fields = ("id", "type", "user_id", "payload", "correlation_id", "causation_id", "sequence", "occurred_at")

    def get_payload(self, record: EventRecord) -> dict[str, Any]:
        """The event's own fields."""
        return dict(orjson.loads(record.payload))


class Wanted(Filter):
    """Which events are asked for."""

    type = serializers.CharField(max_length=64, required=False)
    user_id = serializers.IntegerField(required=False, min_value=-(2**63), max_value=2**63 - 1)
    correlation_id = serializers.UUIDField(required=False)


class EventsView(GatewayView):
    """What happened."""

    module = "core"

    @extend_schema(
        operation_id="list_events",
        parameters=[Wanted, *PARAMETERS],
        responses={200: page_of(Happened), **REFUSALS},
    )
    def get(self, request: Request) -> Response:
        """The events, the newest first: all, or those of one type, reader or chain."""
        wanted = Wanted.of(request.query_params.dict())
        by_type = set(wanted) == {"type"}
        pages = Newest("-occurred_at", "-pk") if by_type else Newest()  # as the index on types has them
        found = pages.paginate_queryset(EventRecord.objects.filter(**wanted), request, view=self)
        return pages.get_paginated_response(Happened(found, many=True).data)
