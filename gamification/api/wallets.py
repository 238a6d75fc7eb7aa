"""Wallets over HTTP: what a reader has, earned and spent."""

from typing import Any, cast
from uuid import UUID

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from gamification.models import Hold, Reason, Transfer
from gamification.services import wallets
from yabot.core.api.asked import Asked
from yabot.core.api.gateway import GatewayView, once
from yabot.core.api.problems import REFUSALS, WRITE_REFUSALS
from yabot.core.api.users import IDEMPOTENCY
from yabot.core.models import ModuleKey

HIGHEST = 1_000_000_000
PAGE = 50
PROGRAMS = "api:"  # what programs refer to is kept apart from the references the system itself makes


class Wallet(serializers.Serializer[Any]):
    """What a reader has."""

    user_id = serializers.IntegerField()
    balance = serializers.IntegerField(help_text="besitos")


class Line(serializers.Serializer[Any]):
    """One movement; ``amount`` is negative for what was spent."""

    id = serializers.UUIDField()
    amount = serializers.IntegerField()
    reason = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    balance_after = serializers.IntegerField()
    when = serializers.DateTimeField()
    note = serializers.CharField(allow_blank=True)


class History(serializers.Serializer[Any]):
    """A page of movements; ``next`` is the ``before`` of the page after it."""

    results = Line(many=True)
    next = serializers.UUIDField(allow_null=True)


class Page(Asked):
    """Which part of a history."""

    besides = frozenset({"format"})
    before = serializers.UUIDField(required=False, help_text="The `next` of the page before.")
    limit = serializers.IntegerField(required=False, min_value=1, max_value=200, default=PAGE)


class Reference(serializers.CharField):
    """A program's own name for a movement. It is never that of a reaction, a correction or an end of a hold."""

    def run_validation(self, data: Any = serializers.empty) -> str:
        """As the ledger keeps it."""
        return f"{PROGRAMS}{super().run_validation(data)}"

    def to_representation(self, value: str) -> str:
        """As the program gave it."""
        return super().to_representation(value).removeprefix(PROGRAMS)


class Order(Asked):
    """Besitos to move. The reference makes it happen once, whatever is repeated."""

    amount = serializers.IntegerField(min_value=1, max_value=HIGHEST)
    reason = serializers.ChoiceField(choices=Reason.choices)
    reference = Reference(max_length=120)
    note = serializers.CharField(max_length=200, required=False, allow_blank=True, default="")


class Undo(Asked):
    """Why a movement is undone; the reader sees it in their history."""

    note = serializers.CharField(max_length=150)


class Movement(serializers.ModelSerializer[Transfer]):
    """A movement that was made."""

    reference = Reference()

    class Meta:
        model = Transfer
        fields = ("id", "reference", "reason", "amount", "user_id", "note", "created_at")


class Aside(serializers.ModelSerializer[Hold]):
    """Besitos put aside."""

    reference = Reference()

    class Meta:
        model = Hold
        fields = ("id", "user_id", "amount", "reason", "reference", "state", "expires_at")


class WalletView(GatewayView):
    """One reader's wallet."""

    module = "gamification"

    @extend_schema(operation_id="get_wallet", responses={200: Wallet, **REFUSALS})
    def get(self, request: Request, user_id: int) -> Response:
        """The balance. Who never had besitos has none."""
        return Response({"user_id": user_id, "balance": wallets.balance_of(user_id)})


class HistoryView(GatewayView):
    """One reader's movements."""

    module = "gamification"

    @extend_schema(
        operation_id="get_wallet_history",
        parameters=[Page],
        responses={200: History, **REFUSALS},
    )
    def get(self, request: Request, user_id: int) -> Response:
        """The movements, the newest first."""
        asked = Page.of(request.query_params.dict())
        limit: int = asked["limit"]
        before: UUID | None = asked.get("before")
        lines = wallets.history(user_id, limit + 1, before)
        shown = lines[:limit]
        following = shown[-1].id if len(lines) > limit else None
        return Response(History({"results": shown, "next": following}).data)


class AddView(GatewayView):
    """Giving besitos."""

    module = "gamification"

    @extend_schema(
        operation_id="add_besitos", parameters=[IDEMPOTENCY], request=Order, responses={200: Movement, **WRITE_REFUSALS}
    )
    @once
    def post(self, request: Request, user_id: int) -> Response:
        """Give the reader besitos, once per reference."""
        return Response(Movement(wallets.add(user_id=user_id, **Order.of(request.data))).data)


class SpendView(GatewayView):
    """Taking besitos."""

    module = "gamification"

    @extend_schema(
        operation_id="spend_besitos",
        parameters=[IDEMPOTENCY],
        request=Order,
        responses={200: Movement, **WRITE_REFUSALS},
    )
    @once
    def post(self, request: Request, user_id: int) -> Response:
        """Take besitos from the reader, once per reference; 409 GAM001 when they have too few."""
        return Response(Movement(wallets.spend(user_id=user_id, **Order.of(request.data))).data)


class HoldView(GatewayView):
    """Putting besitos aside."""

    module = "gamification"

    @extend_schema(
        operation_id="hold_besitos", parameters=[IDEMPOTENCY], request=Order, responses={200: Aside, **WRITE_REFUSALS}
    )
    @once
    def post(self, request: Request, user_id: int) -> Response:
        """Put besitos aside until they are taken or given back."""
        asked = Order.of(request.data)
        asked.pop("note")
        return Response(Aside(wallets.hold(user_id=user_id, **asked)).data)


class HoldEndView(GatewayView):
    """Ending a hold."""

    module = "gamification"
    ends = {"release": wallets.release, "capture": wallets.capture}

    @extend_schema(
        operation_id="end_hold",
        parameters=[IDEMPOTENCY, OpenApiParameter("end", str, OpenApiParameter.PATH, enum=["release", "capture"])],
        request=None,
        responses={200: Aside, **WRITE_REFUSALS},
    )
    @once
    def post(self, request: Request, user_id: int, hold_id: UUID, end: str) -> Response:
        """Give what was put aside back (``release``) or take it (``capture``)."""
        if end not in self.ends or not Hold.objects.filter(pk=hold_id, user_id=user_id).exists():
            raise NotFound
        self.ends[end](hold_id)
        return Response(Aside(Hold.objects.get(pk=hold_id)).data)


class UndoView(GatewayView):
    """A movement that was a mistake."""

    module = "gamification"

    @extend_schema(
        operation_id="undo_movement",
        parameters=[IDEMPOTENCY],
        request=Undo,
        responses={200: Movement, **WRITE_REFUSALS},
    )
    @once
    def post(self, request: Request, user_id: int, transfer_id: UUID) -> Response:
        """Undo the movement with its opposite, once; 409 GAM001 when what was given is spent already."""
        if not Transfer.objects.filter(pk=transfer_id, user_id=user_id).exists():
            raise NotFound
        signed = cast(ModuleKey, request.auth).name
        made = wallets.correct(transfer_id, signed, Undo.of(request.data)["note"])
        return Response(Movement(made).data)
