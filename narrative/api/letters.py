"""What programs have Lucien do: open a hint, write to a reader, now or later."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.http import Http404
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from narrative.models import Hint, HintUnlock, LucienTemplate
from narrative.services import hints, lucien
from yabot.core import clock
from yabot.core.api.asked import Asked
from yabot.core.api.gateway import GatewayView, once
from yabot.core.api.problems import WRITE_REFUSALS
from yabot.core.api.users import IDEMPOTENCY, reader_here

LATEST = timedelta(days=366)


class HintWanted(Asked):
    """The hint to open."""

    hint = serializers.CharField(max_length=64, help_text="its key")


class HintOpenNow(serializers.Serializer[Any]):
    """A hint that is open; ``new`` is false when it was open already."""

    hint = serializers.CharField()
    new = serializers.BooleanField()


class LetterWanted(Asked):
    """A letter of Lucien's. The reference makes it one letter to this reader, whatever is repeated."""

    letter = serializers.CharField(max_length=64, help_text="the template's key")
    reference = serializers.CharField(max_length=100)


class LetterLater(LetterWanted):
    """A letter for another time."""

    at = serializers.DateTimeField(help_text="UTC, at most a year ahead; the past means now")

    def validate_at(self, at: datetime) -> datetime:
        """Nobody plans letters for the year 9999."""
        if at > clock.now() + LATEST:
            raise serializers.ValidationError(_("Como mucho un año después de hoy."))
        return at


class LetterOwed(serializers.Serializer[Any]):
    """Whether the reader gets the letter: nobody writes to those who blocked the bot."""

    owed = serializers.BooleanField()


class UnlockView(GatewayView):
    """Opening a hint."""

    module = "narrative"

    @extend_schema(
        operation_id="unlock_hint",
        parameters=[IDEMPOTENCY],
        request=HintWanted,
        responses={200: HintOpenNow, **WRITE_REFUSALS},
    )
    @once
    def post(self, request: Request, user_id: int) -> Response:
        """Open a hint for the reader, whatever its condition says; once."""
        key = HintWanted.of(request.data)["hint"]
        reader_here(user_id)
        if not Hint.objects.filter(key=key, is_active=True).exists():
            raise Http404
        new = not HintUnlock.objects.filter(user_id=user_id, hint__key=key).exists()
        hints.open_for_reader(user_id, [key])
        return Response(HintOpenNow({"hint": key, "new": new}).data)


class MessagesView(GatewayView):
    """Writing to a reader."""

    module = "narrative"

    @extend_schema(
        operation_id="send_message",
        parameters=[IDEMPOTENCY],
        request=LetterWanted,
        responses={200: LetterOwed, **WRITE_REFUSALS},
    )
    @once
    def post(self, request: Request, user_id: int) -> Response:
        """Have Lucien write a letter, once per reference; quiet hours are kept."""
        asked = LetterWanted.of(request.data)
        return _write(user_id, asked)


class ScheduledView(GatewayView):
    """Writing to a reader another time."""

    module = "narrative"

    @extend_schema(
        operation_id="schedule_message",
        parameters=[IDEMPOTENCY],
        request=LetterLater,
        responses={200: LetterOwed, **WRITE_REFUSALS},
    )
    @once
    def post(self, request: Request, user_id: int) -> Response:
        """Have Lucien write at that time, once per reference."""
        asked = LetterLater.of(request.data)
        return _write(user_id, asked)


def _write(user_id: int, asked: Mapping[str, Any]) -> Response:
    """Owe the letter. Raises Http404 when there is none with this key, or no such reader."""
    reader_here(user_id)
    if not LucienTemplate.objects.filter(key=asked["letter"]).exists():
        raise Http404
    reference = f"api:{user_id}:{asked['reference']}"
    owed = lucien.write(asked["letter"], user_id, reference=reference, at=asked.get("at"))
    return Response(LetterOwed({"owed": owed}).data)
