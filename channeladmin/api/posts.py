"""Posts with a ❤️ button over HTTP: which there are, a new one, and the button under somebody else's."""

from typing import Any

from django.http import Http404
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from channeladmin.models import HeartPost
from channeladmin.services import hearts
from yabot.core.api.asked import Asked
from yabot.core.api.gateway import GatewayView, once
from yabot.core.api.paging import PARAMETERS, Newest, page_of
from yabot.core.api.problems import REFUSALS, WRITE_REFUSALS
from yabot.core.api.users import IDEMPOTENCY
from yabot.core.models import BotStatus, TelegramChat
from yabot.core.telegram import markup
from yabot.core.telegram.markup import MarkupError, RichText

PROGRAMS = "api:"
LOWEST, HIGHEST = -(2**53), 2**31 - 1


class Post(serializers.ModelSerializer[HeartPost]):
    """A post that carries the button; ``count`` is how many hearts are shown on it."""

    class Meta:
        model = HeartPost
        fields = ("id", "chat_id", "message_id", "count", "created_at")


class PostWanted(Asked):
    """A post for a channel where the bot is administrator. The reference makes it one post."""

    chat_id = serializers.IntegerField(min_value=LOWEST, max_value=-1)
    text = serializers.CharField(max_length=16_000, help_text="HTML as Telegram has it: <b>, <i>, <a href>…")
    reference = serializers.CharField(max_length=120)

    def validate_text(self, text: str) -> RichText:
        """Refuse what Telegram would refuse."""
        try:
            rich = markup.parse(text)
        except MarkupError as error:
            raise serializers.ValidationError(error.sentence((get_language() or "es")[:2])) from None
        if not rich.text.strip():
            raise serializers.ValidationError(_("No queda nada que leer."))
        return rich


class PostOwed(serializers.Serializer[Any]):
    """A post that is on its way."""

    chat_id = serializers.IntegerField()
    reference = serializers.CharField()


class PostThere(Asked):
    """A post that somebody made."""

    chat_id = serializers.IntegerField(min_value=LOWEST, max_value=-1)
    message_id = serializers.IntegerField(min_value=1, max_value=HIGHEST)


class Adopted(serializers.Serializer[Any]):
    """Whether the button was put there now: not where the channel wants none, or has it already."""

    adopted = serializers.BooleanField()


class PostsView(GatewayView):
    """Posts with the button."""

    module = "channeladmin"

    @extend_schema(operation_id="list_posts", parameters=PARAMETERS, responses={200: page_of(Post), **REFUSALS})
    def get(self, request: Request) -> Response:
        """The posts, the newest first."""
        pages = Newest()
        found = pages.paginate_queryset(HeartPost.objects.all(), request, view=self)
        return pages.get_paginated_response(Post(found, many=True).data)

    @extend_schema(
        operation_id="create_post",
        parameters=[IDEMPOTENCY],
        request=PostWanted,
        responses={202: PostOwed, **WRITE_REFUSALS},
    )
    @once
    def post(self, request: Request) -> Response:
        """Post in a channel with the button, once per reference; 404 where the bot is no administrator."""
        asked = PostWanted.of(request.data)
        _check_rights(asked["chat_id"])
        key = f"{PROGRAMS}{asked['chat_id']}:{asked['reference']}"
        hearts.post(chat_id=asked["chat_id"], text=asked["text"], key=key)
        return Response(PostOwed(asked).data, 202)


class AdoptView(GatewayView):
    """A post somebody else made."""

    module = "channeladmin"

    @extend_schema(
        operation_id="adopt_post",
        parameters=[IDEMPOTENCY],
        request=PostThere,
        responses={200: Adopted, **WRITE_REFUSALS},
    )
    @once
    def post(self, request: Request) -> Response:
        """Put the button under it, where the channel's settings want that."""
        asked = PostThere.of(request.data)
        _check_rights(asked["chat_id"])
        return Response(Adopted({"adopted": hearts.adopt(**asked)}).data)


def _check_rights(chat_id: int) -> None:
    if not TelegramChat.objects.filter(pk=chat_id, bot_status=BotStatus.ADMINISTRATOR).exists():
        raise Http404
