"""Stories over HTTP: reading them, and taking them out."""

from typing import Any, cast

from django.http import Http404, HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from narrative.exchange import Bundle, write_bundle
from narrative.models import MediaFile, Story
from narrative.services import drafts, library
from narrative.story import content
from yabot.core import keys
from yabot.core.api.asked import Asked
from yabot.core.api.gateway import GatewayView
from yabot.core.api.problems import REFUSALS
from yabot.core.models import ModuleKey

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


class Version(Asked):
    """Of which version: the one readers begin with, or the draft."""

    besides = frozenset({"format"})
    draft = serializers.BooleanField(required=False, default=False, help_text="Needs the right narrative:drafts.")


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
