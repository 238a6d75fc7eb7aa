"""Stories over HTTP: reading them, playing them for a reader, and taking them out."""

from collections.abc import Callable
from typing import Any, cast

from django.http import Http404, HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from narrative.errors import ChoiceGone, StoryNotFound
from narrative.exchange import Bundle, write_bundle
from narrative.models import MediaFile, Story
from narrative.services import choices, drafts, library
from narrative.services.choices import Place
from narrative.story import content
from narrative.story.page import Beholder, draw
from yabot.core import keys
from yabot.core.api.asked import Asked
from yabot.core.api.gateway import GatewayView, once
from yabot.core.api.problems import REFUSALS, WRITE_REFUSALS
from yabot.core.api.users import IDEMPOTENCY
from yabot.core.models import ModuleKey, TelegramUser

DRAFT = "narrative:drafts"


class StoryShown(serializers.ModelSerializer[Story]):
    """A story readers can find."""

    release = serializers.IntegerField(source="live.number", allow_null=True, default=None)

    class Meta:
        model = Story
        fields = ("id", "key", "title_es", "title_en", "release")


class StoriesShown(serializers.Serializer[Any]):
    """All of them: there are not many."""

    results = StoryShown(many=True)


class Way(serializers.Serializer[Any]):
    """A way on; ``reasons`` says in both languages why it is closed."""

    choice = serializers.CharField()
    label = serializers.CharField(allow_blank=True)  # type: ignore[assignment]
    open = serializers.BooleanField()
    price = serializers.IntegerField()
    reasons = serializers.DictField(child=serializers.CharField())


class Standing(serializers.Serializer[Any]):
    """Where a reader stands and what they see there; ``step`` is what a choice has to name."""

    story = serializers.CharField()
    release = serializers.IntegerField()
    fragment = serializers.CharField()
    step = serializers.IntegerField()
    text = serializers.CharField(allow_blank=True)
    closed = serializers.BooleanField(help_text="The fragment itself is not open to this reader.")
    ending = serializers.BooleanField()
    endings_found = serializers.IntegerField()
    endings_in_all = serializers.IntegerField()
    can_undo = serializers.BooleanField()
    choices = Way(many=True)


class Decision(Asked):
    """A choice, at the step it was shown at: an old one changes nothing."""

    choice = serializers.CharField(max_length=64)
    step = serializers.IntegerField(min_value=1, max_value=2**31 - 1)


class Walk(Asked):
    """Where to go: ``begin`` (or go on), ``restart``, ``undo`` a step, or back to the ``checkpoint``."""

    action = serializers.ChoiceField(choices=["begin", "restart", "undo", "checkpoint"])
    step = serializers.IntegerField(required=False, min_value=1, max_value=2**31 - 1, help_text="For undo, checkpoint.")


class Version(Asked):
    """Of which version: the one readers begin with, or the draft."""

    besides = frozenset({"format"})
    draft = serializers.BooleanField(required=False, default=False, help_text="Needs the right narrative:drafts.")


def standing(user_id: int, at: Place) -> Response:
    """A place as the API shows it."""
    reader = TelegramUser.objects.filter(pk=user_id).first()
    language = reader.spoken_language if reader else "es"
    shown = draw(at.told, at.scene, Beholder(language, reader.first_name if reader else "", at.endings))
    ways = [
        {
            "choice": option.choice.key,
            "label": option.choice.label.in_(language, at.told.language),
            "open": option.is_open,
            "price": option.choice.price,
            "reasons": dict(option.reasons),
        }
        for option in at.scene.options
    ]
    return Response(
        Standing(
            {
                "story": at.told.key,
                "release": at.progress.release.number,
                "fragment": at.scene.fragment.key,
                "step": at.progress.step,
                "text": shown.text.text,
                "closed": shown.is_gate,
                "ending": shown.is_ending,
                "endings_found": at.endings[0],
                "endings_in_all": at.endings[1],
                "can_undo": at.undoable,
                "choices": ways,
            }
        ).data
    )


def _told(request: Request, key: str) -> content.Story:
    """What the story tells: as it is released, or its draft for whoever may. Raises Http404, KeyNotPermitted."""
    story = Story.objects.filter(key=key).first()
    if Version.of(request.query_params.dict())["draft"]:
        if not cast(ModuleKey, request.auth).may(DRAFT):
            raise keys.KeyNotPermitted
        if story is not None:
            return drafts.told(story)
    if story is None or story.live_id is None:
        raise Http404
    return library.told_in(story.live_id)


class StoriesView(GatewayView):
    """All stories that are published."""

    module = "narrative"

    @extend_schema(operation_id="list_stories", responses={200: StoriesShown, **REFUSALS})
    def get(self, request: Request) -> Response:
        """The stories in their order."""
        rows = Story.objects.filter(live__isnull=False).select_related("live")
        return Response({"results": StoryShown(rows, many=True).data})


class FragmentView(GatewayView):
    """One fragment."""

    module = "narrative"

    @extend_schema(operation_id="get_fragment", parameters=[Version], responses={200: OpenApiTypes.OBJECT, **REFUSALS})
    def get(self, request: Request, story: str, fragment: str) -> Response:
        """The fragment with its texts, choices, conditions and effects."""
        found = _told(request, story).by_key.get(fragment)
        if found is None:
            raise Http404
        return Response(found.to_json())


class Zip(BaseRenderer):
    """A bundle is bytes."""

    media_type, format, charset, render_style = "application/zip", "zip", None, "binary"

    def render(self, data: Any, accepted_media_type: Any = None, renderer_context: Any = None) -> Any:
        """As it is."""
        return data


class BundleView(GatewayView):
    """A story to take away."""

    module = "narrative"

    @extend_schema(
        operation_id="export_story",
        parameters=[Version],
        responses={(200, "application/zip"): OpenApiTypes.BINARY, **REFUSALS},
    )
    def get(self, request: Request, story: str) -> HttpResponse:
        """The bundle: story.json and its files."""
        told = _told(request, story)
        named = {part.media.file for part in told.fragments if part.media}
        media = {}
        for row in MediaFile.objects.filter(story__key=story, path__in=named):
            with row.file.open("rb") as stream:
                media[row.path] = stream.read()
        answer = HttpResponse(write_bundle(Bundle(told, media)), content_type="application/zip")
        answer["Content-Disposition"] = f'attachment; filename="{story}.zip"'
        return answer


class ProgressView(GatewayView):
    """A reader in a story."""

    module = "narrative"

    @extend_schema(operation_id="get_user_progress", responses={200: Standing, **REFUSALS})
    def get(self, request: Request, user_id: int, story: str) -> Response:
        """Where the reader stands; 404 when they have not begun it."""
        at = choices.where(user_id, story=story)
        if at is None:
            raise Http404
        return standing(user_id, at)

    @extend_schema(
        operation_id="update_progress",
        parameters=[IDEMPOTENCY],
        request=Walk,
        responses={200: Standing, **WRITE_REFUSALS},
    )
    @once
    def post(self, request: Request, user_id: int, story: str) -> Response:
        """Begin, begin again, take a step back, or go back to the checkpoint."""
        asked = Walk.of(request.data)
        walk: dict[str, Callable[..., Place]] = {
            "begin": choices.begin,
            "restart": choices.restart,
            "undo": choices.undo,
            "checkpoint": choices.to_checkpoint,
        }
        back = {"step": asked.get("step", 0)} if asked["action"] in {"undo", "checkpoint"} else {}
        try:
            return standing(user_id, walk[asked["action"]](user_id, story=story, **back))
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
        asked = Decision.of(request.data)
        return standing(user_id, choices.follow(user_id, story=story, step=asked["step"], choice=asked["choice"]))


class ChoiceView(GatewayView):
    """One choice as a reader finds it."""

    module = "narrative"

    @extend_schema(
        operation_id="validate_choice",
        parameters=[OpenApiParameter("choice", str, OpenApiParameter.PATH)],
        responses={200: Way, **REFUSALS},
    )
    def get(self, request: Request, user_id: int, story: str, choice: str) -> Response:
        """Whether the reader could take it now, and what is missing. Nothing happens."""
        at = choices.where(user_id, story=story)
        try:
            option = at.scene.option(choice) if at else None
        except ChoiceGone:
            option = None
        if at is None or option is None:
            raise Http404
        reader = TelegramUser.objects.filter(pk=user_id).first()
        label = option.choice.label.in_(reader.spoken_language if reader else "es", at.told.language)
        said = {
            "choice": choice,
            "label": label,
            "open": option.is_open,
            "price": option.choice.price,
            "reasons": dict(option.reasons),
        }
        return Response(Way(said).data)
