"""Hints over HTTP: which there are, and which a reader has found."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from narrative.models import Hint, HintUnlock
from yabot.core.api.gateway import GatewayView
from yabot.core.api.paging import PARAMETERS, Newest, page_of
from yabot.core.api.problems import REFUSALS


class HintShown(serializers.ModelSerializer[Hint]):
    """A hint of the story."""

    class Meta:
        model = Hint
        fields = ("id", "key", "title_es", "title_en", "is_active")


class Found(serializers.ModelSerializer[HintUnlock]):
    """A hint a reader has found."""

    hint = HintShown()

    class Meta:
        model = HintUnlock
        fields = ("id", "hint", "unlocked_at")


class HintsView(GatewayView):
    """All hints."""

    module = "narrative"

    @extend_schema(operation_id="list_hints", parameters=PARAMETERS, responses={200: page_of(HintShown), **REFUSALS})
    def get(self, request: Request) -> Response:
        """The hints, the newest first."""
        return _page(self, request, Hint.objects.all(), HintShown)


class ReaderHintsView(GatewayView):
    """A reader's hints."""

    module = "narrative"

    @extend_schema(operation_id="get_user_hints", parameters=PARAMETERS, responses={200: page_of(Found), **REFUSALS})
    def get(self, request: Request, user_id: int) -> Response:
        """What the reader has found, the latest first."""
        mine = HintUnlock.objects.filter(user_id=user_id).select_related("hint")
        return _page(self, request, mine, Found)


def _page(view: GatewayView, request: Request, rows: Any, shown: Any) -> Response:
    pages = Newest()
    found: Any = pages.paginate_queryset(rows, request, view=view)
    return pages.get_paginated_response(shown(found, many=True).data)
