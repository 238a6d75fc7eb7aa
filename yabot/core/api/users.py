"""Readers: who talks with the bot, and how they want to be spoken to."""

from typing import Any

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from yabot.core.api.asked import Asked
from yabot.core.api.gateway import GatewayView, once
from yabot.core.api.paging import PARAMETERS, Newest, page_of
from yabot.core.api.problems import REFUSALS, WRITE_REFUSALS
from yabot.core.models import TelegramUser
from yabot.core.models.people import validate_time_zone
from yabot.core.transactions import atomic

IDEMPOTENCY = OpenApiParameter(
    "Idempotency-Key", str, OpenApiParameter.HEADER, description="The same key and body again: the same answer."
)


class Reader(serializers.ModelSerializer[TelegramUser]):
    """A person on Telegram."""

    class Meta:
        model = TelegramUser
        fields = ("id", "first_name", "last_name", "username", "language", "time_zone", "started_at", "blocked_at")
        read_only_fields = ("id", "first_name", "last_name", "username", "started_at", "blocked_at")


class Wishes(Asked):
    """How a reader wants to be spoken to."""

    language = serializers.ChoiceField(choices=[("", ""), ("es", "es"), ("en", "en")], required=False)
    time_zone = serializers.CharField(max_length=64, required=False, validators=[validate_time_zone])


class ReadersView(GatewayView):
    """All readers."""

    module = "core"

    @extend_schema(
        operation_id="list_users",
        parameters=PARAMETERS,
        responses={200: page_of(Reader), **REFUSALS},
    )
    def get(self, request: Request) -> Response:
        """The readers, the newest ids first, a page at a time."""
        pages = Newest()
        found = pages.paginate_queryset(TelegramUser.objects.all(), request, view=self)
        return pages.get_paginated_response(Reader(found, many=True).data)


class ReaderView(GatewayView):
    """One reader."""

    module = "core"

    @extend_schema(operation_id="get_user", responses={200: Reader, **REFUSALS})
    def get(self, request: Request, user_id: int) -> Response:
        """What is known of a reader."""
        return Response(Reader(get_object_or_404(TelegramUser, pk=user_id)).data)

    @extend_schema(
        operation_id="update_user",
        parameters=[IDEMPOTENCY],
        request=Wishes,
        responses={200: Reader, **WRITE_REFUSALS},
    )
    @once
    def patch(self, request: Request, user_id: int) -> Response:
        """Change a reader's language or time zone."""
        return Response(Reader(_change(user_id, Wishes.of(request.data))).data)


@atomic
def _change(user_id: int, wishes: dict[str, Any]) -> TelegramUser:
    reader = get_object_or_404(TelegramUser, pk=user_id)
    for name, value in wishes.items():
        setattr(reader, name, value)
    if wishes:
        reader.save(update_fields=list(wishes))
    return reader
