"""Subscriptions over HTTP: whether a reader is VIP now."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from channeladmin.services import subscriptions
from yabot.core.api.gateway import GatewayView
from yabot.core.api.problems import REFUSALS


class Membership(serializers.Serializer[Any]):
    """The subscription in force that lasts longest; ``ends_at`` is null where it does not end, or there is none."""

    user_id = serializers.IntegerField()
    active = serializers.BooleanField()
    plan = serializers.CharField(allow_blank=True)
    ends_at = serializers.DateTimeField(allow_null=True)


class SubscriptionView(GatewayView):
    """One reader's subscription."""

    module = "channeladmin"

    @extend_schema(operation_id="get_subscription", responses={200: Membership, **REFUSALS})
    def get(self, request: Request, user_id: int) -> Response:
        """Whether the reader is VIP now, and until when."""
        held = subscriptions.in_force([user_id]).get(user_id)
        told = {"plan": held.plan, "ends_at": held.ends_at} if held else {"plan": "", "ends_at": None}
        return Response(Membership({"user_id": user_id, "active": held is not None, **told}).data)
