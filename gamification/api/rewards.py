"""What reactions are worth, over HTTP."""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from gamification.models import ReactionReward
from yabot.core.api.gateway import GatewayView
from yabot.core.api.paging import PARAMETERS, Newest, page_of
from yabot.core.api.problems import REFUSALS


class Reward(serializers.ModelSerializer[ReactionReward]):
    """A rule: this emoji, in this chat or (null) everywhere, pays this much."""

    class Meta:
        model = ReactionReward
        fields = ("id", "chat_id", "emoji", "amount", "daily_cap", "is_active", "changed_at")


class RewardsView(GatewayView):
    """The rules."""

    module = "gamification"

    @extend_schema(operation_id="list_rewards", parameters=PARAMETERS, responses={200: page_of(Reward), **REFUSALS})
    def get(self, request: Request) -> Response:
        """The rules, the newest first."""
        pages = Newest()
        found = pages.paginate_queryset(ReactionReward.objects.all(), request, view=self)
        return pages.get_paginated_response(Reward(found, many=True).data)
