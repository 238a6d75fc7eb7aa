"""Playing over HTTP: where a reader stands, what they see there, and every step a program takes for them."""

from collections.abc import Callable, Mapping
from typing import Any

from django.http import Http404
from django.utils import translation
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from narrative.errors import ChoiceGone, StoryNotFound
from narrative.services import choices, places
from narrative.services.choices import Place
from narrative.story.content import MEDIA, Media, Story
from narrative.story.engine import Option
from narrative.story.page import Beholder, draw
from yabot.core.api.asked import Asked
from yabot.core.api.gateway import GatewayView, once
from yabot.core.api.problems import REFUSALS, WRITE_REFUSALS
from yabot.core.api.users import IDEMPOTENCY, reader_here
from yabot.core.models import TelegramUser


class Way(serializers.Serializer[Any]):
    """A way on; ``reasons`` says in both languages why it is closed."""

    choice = serializers.CharField()
    label = serializers.CharField(allow_blank=True)  # type: ignore[assignment]
    open = serializers.BooleanField()
    price = serializers.IntegerField()
    reasons = serializers.DictField(child=serializers.CharField())


class Picture(serializers.Serializer[Any]):
    """A file that goes with the text; it is in the story's bundle below ``media/``."""

    file = serializers.CharField()
    kind = serializers.ChoiceField(choices=MEDIA)
    alt = serializers.CharField(allow_blank=True, help_text="What is to be seen, for those who do not see it.")
    spoiler = serializers.BooleanField()


class Standing(serializers.Serializer[Any]):
    """Where a reader stands and what they see there; ``step`` is what a choice has to name."""

    story = serializers.CharField()
    release = serializers.IntegerField()
    fragment = serializers.CharField()
    step = serializers.IntegerField()
    text = serializers.CharField(allow_blank=True)
    entities = serializers.ListField(
        child=serializers.DictField(), help_text="What is formatted in the text: MessageEntity of the Bot API."
    )
    media = Picture(allow_null=True)
    closed = serializers.BooleanField(help_text="The fragment itself is not open to this reader.")
    reasons = serializers.DictField(child=serializers.CharField(), help_text="Why it is closed, in both languages.")
    ending = serializers.BooleanField()
    endings_found = serializers.IntegerField()
    endings_in_all = serializers.IntegerField()
    least_left = serializers.IntegerField(
        allow_null=True, help_text="The fewest choices to an ending; null: none leads."
    )
    most_left = serializers.IntegerField(allow_null=True, help_text="The most; null: one may go round in circles.")
    can_undo = serializers.BooleanField()
    has_checkpoint = serializers.BooleanField(help_text="There is a checkpoint to go back to.")
    choices = Way(many=True)


class Decision(Asked):
    """A choice, at the step it was shown at: an old one changes nothing."""

    choice = serializers.CharField(max_length=64)
    step = serializers.IntegerField(min_value=1, max_value=2**31 - 1)


class Walk(Asked):
    """Where to go: ``begin`` (or go on), ``restart``, ``undo`` a step, or back to the ``checkpoint``."""

    action = serializers.ChoiceField(choices=["begin", "restart", "undo", "checkpoint"])
    step = serializers.IntegerField(required=False, min_value=1, max_value=2**31 - 1, help_text="For undo, checkpoint.")


def standing(reader: TelegramUser, at: Place) -> Response:
    """A place as the API shows it."""
    language, scene = reader.spoken_language, at.scene
    shown = draw(at.told, scene, Beholder(language, reader.first_name, at.endings))
    text = shown.text.trimmed()
    least, most = at.told.left.get(scene.fragment.key, (None, None))
    said = {
        "story": at.told.key,
        "release": at.progress.release.number,
        "fragment": scene.fragment.key,
        "step": at.progress.step,
        "text": text.text,
        "entities": [entity.to_api() for entity in text.entities],
        "media": _picture(shown.media, at.told, language) if shown.media else None,
        "closed": shown.is_gate,
        "reasons": dict(scene.gate or {}),
        "ending": shown.is_ending,
        "endings_found": at.endings[0],
        "endings_in_all": at.endings[1],
        "least_left": least,
        "most_left": most,
        "can_undo": at.undoable,
        "has_checkpoint": at.has_checkpoint,
        "choices": [_way(option, at.told, language) for option in scene.options],
    }
    return Response(Standing(said).data)


def _picture(media: Media, told: Story, language: str) -> Mapping[str, Any]:
    return {**media.to_json(), "alt": media.alt.in_(language, told.language)}


def _way(option: Option, told: Story, language: str) -> Mapping[str, Any]:
    return {
        "choice": option.choice.key,
        "label": option.choice.label.in_(language, told.language),
        "open": option.is_open,
        "price": option.choice.price,
        "reasons": dict(option.reasons),
    }


class ProgressView(GatewayView):
    """A reader in a story."""

    module = "narrative"

    @extend_schema(operation_id="get_user_progress", responses={200: Standing, **REFUSALS})
    def get(self, request: Request, user_id: int, story: str) -> Response:
        """Where the reader stands; 404 when they have not begun it."""
        reader = reader_here(user_id)
        at = choices.where(user_id, story=story)
        if at is None:
            raise Http404
        return standing(reader, at)

    @extend_schema(
        operation_id="update_progress",
        parameters=[IDEMPOTENCY],
        request=Walk,
        responses={200: Standing, **WRITE_REFUSALS},
    )
    @once
    def post(self, request: Request, user_id: int, story: str) -> Response:
        """Begin, begin again, take a step back, or go back to the checkpoint."""
        asked, reader = Walk.of(request.data), reader_here(user_id)
        walk: dict[str, Callable[..., Place]] = {
            "begin": choices.begin,
            "restart": choices.restart,
            "undo": choices.undo,
            "checkpoint": choices.to_checkpoint,
        }
        back = {"step": asked.get("step", 0)} if asked["action"] in {"undo", "checkpoint"} else {}
        try:
            with translation.override(reader.spoken_language):  # what is written down is for the reader
                at = walk[asked["action"]](user_id, story=story, **back)
            return standing(reader, at)
        except StoryNotFound:
            raise Http404 from None


class ChoicesView(GatewayView):
    """A reader's decisions."""

    module = "narrative"

    @extend_schema(
        operation_id="process_decision",
        parameters=[IDEMPOTENCY],
        request=Decision,
        responses={200: Standing, **WRITE_REFUSALS},
    )
    @once
    def post(self, request: Request, user_id: int, story: str) -> Response:
        """Take a choice: checked again, paid, its effects done, all of it or nothing; 409 says why not."""
        asked, reader = Decision.of(request.data), reader_here(user_id)
        with translation.override(reader.spoken_language):
            at = choices.follow(user_id, story=story, step=asked["step"], choice=asked["choice"])
        return standing(reader, at)


class ChoiceView(GatewayView):
    """One choice as a reader finds it."""

    module = "narrative"

    @extend_schema(
        operation_id="validate_choice",
        parameters=[OpenApiParameter("choice", str, OpenApiParameter.PATH)],
        responses={200: Way, **REFUSALS},
    )
    def get(self, request: Request, user_id: int, story: str, choice: str) -> Response:
        """Whether the reader could take it now, and what is missing: also of a hidden one, behind a gate, or
        elsewhere in the story. Nothing happens; 404 when the story they read has no such choice."""
        reader, at = reader_here(user_id), places.of_reader(user_id, story)
        if at is None:
            raise Http404
        try:
            option = places.weigh(at, choice)
        except ChoiceGone:
            raise Http404 from None
        return Response(Way(_way(option, at.told, reader.spoken_language)).data)
