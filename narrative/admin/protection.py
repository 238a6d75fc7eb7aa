"""Hints and letters that a story uses stay: the page says where they are used."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html

from narrative.models import Fragment, Reference
from yabot.core.admin.base import ModelAdmin


class ProtectedByStories(ModelAdmin):
    """An admin whose rows are named by stories; ``used_as`` is how."""

    used_as = ""

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """What would go, and the fragments that stand in the way."""
        to_delete, counts, perms, protected = super().get_deleted_objects(objs, request)
        keys = [row.key for row in objs]
        for used in Reference.objects.filter(kind=self.used_as, key__in=keys).select_related("story")[:50]:
            row = Fragment.objects.filter(story=used.story, key=used.fragment).first()
            url = reverse("admin:narrative_fragment_change", args=[row.pk]) if row else ""
            protected.append(format_html('<a href="{}">{}: {}</a>', url, used.story, used.fragment))
        return to_delete, counts, perms, protected
