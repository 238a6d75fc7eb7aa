"""Readers: who talks with the bot, and how they want to be spoken to."""

from typing import Any

from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from yabot.core import people
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
        fields = (
            "id",
            "first_name",
            "last_name",
            "username",
            "language",
            "time_zone",
            "quiet_from",
            "quiet_until",
            "is_calm",
            "describe_pictures",
            "started_at",
            "blocked_at",
            "erased_at",
        )


def reader_here(user_id: int) -> TelegramUser:
    """The reader something is done for. Raises Http404 for whom nobody has met, and whose data were erased."""
    return get_object_or_404(TelegramUser, pk=user_id, erased_at=None)


def _hour(said: str) -> serializers.IntegerField:
    return serializers.IntegerField(min_value=0, max_value=23, required=False, allow_null=True, help_text=said)


class Wishes(Asked):
    """How a reader wants to be spoken to."""

    language = serializers.ChoiceField(choices=[("", ""), ("es", "es"), ("en", "en")], required=False)
    time_zone = serializers.CharField(max_length=64, required=False, validators=[validate_time_zone])
    quiet_from = _hour("The hour from which Lucien is silent; null with `quiet_until`: never.")
    quiet_until = _hour("The hour until which he is.")
    is_calm = serializers.BooleanField(required=False, allow_null=True, help_text="Long pages are typed.")
    describe_pictures = serializers.BooleanField(
        required=False, allow_null=True, help_text="Pages say what their pictures show."
    )

    def validate(self, wishes: dict[str, Any]) -> dict[str, Any]:
        """Silence has a beginning and an end, or neither."""
        hours = [wishes.get(name, "") for name in ("quiet_from", "quiet_until")]
        if ("" in hours and hours != ["", ""]) or (None in hours and hours != [None, None]):
            raise serializers.ValidationError({"quiet_from": [_("El silencio empieza y termina, o no hay.")]})
        return wishes


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
        """Change a reader's language, time zone, pace or hours of silence."""
        return Response(Reader(_change(user_id, Wishes.of(request.data))).data)

    @extend_schema(
        operation_id="erase_user", parameters=[IDEMPOTENCY], request=None, responses={204: None, **WRITE_REFUSALS}
    )
    @once
    def delete(self, request: Request, user_id: int) -> Response:
        """Forget who a reader is: names and texts go for good, numbers stay without a name."""
        get_object_or_404(TelegramUser, pk=user_id)
        people.erase(user_id=user_id)
        return Response(status=204)


@atomic
def _change(user_id: int, wishes: dict[str, Any]) -> TelegramUser:
    reader = get_object_or_404(TelegramUser, pk=user_id)
    for name, value in wishes.items():
        setattr(reader, name, value)
    if wishes:
        reader.save(update_fields=list(wishes))
    return reader
