"""Webhooks over HTTP: which programs hear of what, and the calls they are owed."""

from typing import Any
from uuid import UUID

from django.shortcuts import get_object_or_404
from django.utils.translation import get_language
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from yabot.core.api.asked import Asked, Filter
from yabot.core.api.gateway import GatewayView, once
from yabot.core.api.paging import PARAMETERS, Newest, page_of
from yabot.core.api.problems import REFUSALS, WRITE_REFUSALS
from yabot.core.api.users import IDEMPOTENCY
from yabot.core.errors import DomainError
from yabot.core.models import CallState, WebhookDelivery, WebhookEndpoint
from yabot.core.webhooks import endpoints, queue, rules, signing
from yabot.core.webhooks.errors import EndpointOff

EXAMPLE = {"name": "Shop", "url": "https://shop.example/yabot", "event_types": ["besitos_added"]}
STATES = {state.name.lower(): state for state in CallState}


class Webhook(serializers.ModelSerializer[WebhookEndpoint]):
    """A program that listens. ``note`` says why the system switched it off."""

    event_types = serializers.ListField(child=serializers.CharField(), help_text="None: every event.")

    class Meta:
        model = WebhookEndpoint
        fields = ("id", "name", "url", "event_types", "is_active", "note", "failing_since", "created_at")


class WebhookSecret(Webhook):
    """A program that listens, with its signing secret, which is told this once."""

    secret = serializers.CharField()

    class Meta(Webhook.Meta):
        fields = (*Webhook.Meta.fields, "secret")  # type: ignore[assignment]


class _Checked(Asked):
    def validate_url(self, url: str) -> str:
        """Refuse an address that must not be called."""
        try:
            rules.check_url(url)
        except DomainError as error:
            raise serializers.ValidationError(error.sentence((get_language() or "es")[:2])) from None
        return url

    def validate_event_types(self, types: list[str]) -> list[str]:
        """Each once."""
        return list(dict.fromkeys(types))


def _types() -> serializers.ListField:
    kinds = serializers.ChoiceField(choices=rules.public_types())
    return serializers.ListField(child=kinds, required=False, help_text="None: every event.")


class NewWebhook(_Checked):
    """A program that wants to listen."""

    name = serializers.CharField(max_length=80)
    url = serializers.CharField(max_length=500, help_text="https://…, no private address.")
    event_types = _types()


class WebhookChanges(_Checked):
    """What to change."""

    name = serializers.CharField(max_length=80, required=False)
    url = serializers.CharField(max_length=500, required=False, help_text="https://…, no private address.")
    event_types = _types()
    is_active = serializers.BooleanField(required=False)


class WebhookCall(serializers.ModelSerializer[WebhookDelivery]):
    """A call a program is owed. Its id is the ``X-YABOT-Delivery`` of every try."""

    state = serializers.SerializerMethodField()
    user_id = serializers.SerializerMethodField(help_text="null: about nobody.")

    class Meta:
        model = WebhookDelivery
        fields = (
            "id",
            "event_id",
            "type",
            "user_id",
            "sequence",
            "correlation_id",
            "state",
            "attempts",
            "status_code",
            "error",
            "due_at",
            "created_at",
            "finished_at",
        )

    def get_state(self, row: WebhookDelivery) -> str:
        """``waiting``, ``done`` or ``dead``."""
        return CallState(row.state).name.lower()

    def get_user_id(self, row: WebhookDelivery) -> int | None:
        """The reader's Telegram id."""
        return row.user_id or None


class CallsWanted(Filter):
    """Which calls are asked for."""

    state = serializers.ChoiceField(choices=list(STATES), required=False)
    type = serializers.CharField(max_length=64, required=False)


def _with_salt(endpoint: WebhookEndpoint) -> dict[str, Any]:
    """What is kept of an answer that tells a secret: the salt the secret can be made from again, and not the secret."""
    return {**Webhook(endpoint).data, "secret": endpoint.salt}


def _told(kept: Response) -> Response:
    """The answer with the secret itself: the same one, however often the same request comes."""
    kept.data = {**kept.data, "secret": signing.derived(kept.data["id"], kept.data["secret"])}
    return kept


class WebhooksView(GatewayView):
    """All webhooks."""

    module, verb = "core", "webhooks"

    @extend_schema(operation_id="list_webhooks", parameters=PARAMETERS, responses={200: page_of(Webhook), **REFUSALS})
    def get(self, request: Request) -> Response:
        """The webhooks, the newest first."""
        pages = Newest()
        found = pages.paginate_queryset(WebhookEndpoint.objects.all(), request, view=self)
        return pages.get_paginated_response(Webhook(found, many=True).data)

    @extend_schema(
        operation_id="create_webhook",
        parameters=[IDEMPOTENCY],
        request=NewWebhook,
        examples=[OpenApiExample("Besitos", value=EXAMPLE, request_only=True)],
        responses={201: WebhookSecret, **WRITE_REFUSALS},
    )
    def post(self, request: Request) -> Response:
        """A program begins to listen; its signing secret is told this once."""
        return _told(self._make(request))

    @once
    def _make(self, request: Request) -> Response:
        made, _secret = endpoints.create(**NewWebhook.of(request.data))
        return Response(_with_salt(made), 201)


class WebhookView(GatewayView):
    """One webhook."""

    module, verb = "core", "webhooks"

    @extend_schema(operation_id="get_webhook", responses={200: Webhook, **REFUSALS})
    def get(self, request: Request, endpoint_id: UUID) -> Response:
        """The webhook, and how it is doing."""
        return Response(Webhook(_endpoint(endpoint_id)).data)

    @extend_schema(
        operation_id="update_webhook",
        parameters=[IDEMPOTENCY],
        request=WebhookChanges,
        responses={200: Webhook, **WRITE_REFUSALS},
    )
    @once
    def patch(self, request: Request, endpoint_id: UUID) -> Response:
        """Change what is given. Switched on again, a webhook begins anew."""
        asked = WebhookChanges.of(request.data)
        return Response(Webhook(endpoints.change(_endpoint(endpoint_id).pk, **asked)).data)

    @extend_schema(
        operation_id="delete_webhook", parameters=[IDEMPOTENCY], request=None, responses={204: None, **WRITE_REFUSALS}
    )
    @once
    def delete(self, request: Request, endpoint_id: UUID) -> Response:
        """Forget the webhook and everything it was owed."""
        endpoints.delete(_endpoint(endpoint_id).pk)
        return Response(status=204)


class RotateView(GatewayView):
    """A webhook's secret."""

    module, verb = "core", "webhooks"

    @extend_schema(
        operation_id="rotate_webhook_secret",
        parameters=[IDEMPOTENCY],
        request=None,
        responses={200: WebhookSecret, **WRITE_REFUSALS},
    )
    def post(self, request: Request, endpoint_id: UUID) -> Response:
        """A new signing secret, told this once; the one before is good for a day more."""
        return _told(self._rotate(request, endpoint_id))

    @once
    def _rotate(self, request: Request, endpoint_id: UUID) -> Response:
        changed, _secret = endpoints.rotate(_endpoint(endpoint_id).pk)
        return Response(_with_salt(changed))


class PingView(GatewayView):
    """A webhook's test call."""

    module, verb = "core", "webhooks"

    @extend_schema(
        operation_id="ping_webhook",
        parameters=[IDEMPOTENCY],
        request=None,
        responses={202: WebhookCall, **WRITE_REFUSALS},
    )
    @once
    def post(self, request: Request, endpoint_id: UUID) -> Response:
        """Call the program once without an event; 409 WHK005 while the webhook is off."""
        return Response(WebhookCall(endpoints.ping(_endpoint(endpoint_id).pk)).data, 202)


class CallsView(GatewayView):
    """A webhook's calls."""

    module, verb = "core", "webhooks"

    @extend_schema(
        operation_id="list_webhook_deliveries",
        parameters=[CallsWanted, *PARAMETERS],
        responses={200: page_of(WebhookCall), **REFUSALS},
    )
    def get(self, request: Request, endpoint_id: UUID) -> Response:
        """The calls, the newest first: all, or those in one state or of one type."""
        asked = CallsWanted.of(request.query_params.dict())
        if "state" in asked:
            asked["state"] = STATES[asked["state"]]
        pages = Newest()
        calls = WebhookDelivery.objects.filter(endpoint=_endpoint(endpoint_id), **asked)
        found = pages.paginate_queryset(calls, request, view=self)
        return pages.get_paginated_response(WebhookCall(found, many=True).data)


class ReplayView(GatewayView):
    """One call again."""

    module, verb = "core", "webhooks"

    @extend_schema(
        operation_id="replay_webhook_delivery",
        parameters=[IDEMPOTENCY, OpenApiParameter("delivery_id", UUID, OpenApiParameter.PATH)],
        request=None,
        responses={202: WebhookCall, **WRITE_REFUSALS},
    )
    @once
    def post(self, request: Request, endpoint_id: UUID, delivery_id: UUID) -> Response:
        """Make a finished call again, received or abandoned, under the same id; 409 WHK005 while the webhook is off."""
        row = get_object_or_404(WebhookDelivery, pk=delivery_id, endpoint=endpoint_id)
        if not row.endpoint.is_active:
            raise EndpointOff
        queue.replay([row.pk])
        row.refresh_from_db()
        return Response(WebhookCall(row).data, 202)


def _endpoint(endpoint_id: UUID) -> WebhookEndpoint:
    return get_object_or_404(WebhookEndpoint, pk=endpoint_id)
