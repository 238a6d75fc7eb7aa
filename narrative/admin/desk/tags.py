"""The list of fragments by their tags."""

from uuid import UUID

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from narrative.models import Fragment
from narrative.services import tags


class Tagged(admin.SimpleListFilter):
    """Fragments with a tag; of one story, the tags of that story."""

    title = _("etiqueta")
    parameter_name = "etiqueta"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, str]]:
        """The tags that are in use."""
        return [(tag, tag) for tag in tags.used(_story_id(request))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Fragment]) -> QuerySet[Fragment]:
        """Those that have it."""
        return queryset.filter(tagged__tag=self.value()) if self.value() else queryset


def _story_id(request: HttpRequest) -> UUID | None:
    """The story that the list is filtered by; none when it is not, or by nonsense."""
    try:
        return UUID(request.GET.get("story__id__exact", ""))
    except ValueError:
        return None
