"""Hints, letters, files, flags and counters that a story uses stay, and their pages say where they are used."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Model
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from narrative.models import Fragment, Reference, Story
from yabot.core.admin.base import ModelAdmin, column

MOST_SHOWN = 50


@dataclass(frozen=True, slots=True)
class Place:
    """Something that uses something, with the way to its page."""

    title: str
    url: str
    choice: str = ""


def where_used(kind: str, keys: Collection[str], *, story: Story | None = None) -> list[Place]:
    """The fragments of drafts that use one of these. Two statements."""
    rows = Reference.objects.filter(kind=kind, key__in=keys).select_related("story").order_by("fragment", "choice")
    used = list((rows.filter(story=story) if story else rows)[:MOST_SHOWN])
    return [place for _used, place in _desks(used, story)]


def used_in_story(story: Story, kinds: Collection[str]) -> dict[tuple[str, str], list[Place]]:
    """Where one story uses all its things of these kinds, by kind and key. Two statements."""
    rows = Reference.objects.filter(story=story, kind__in=kinds).order_by("fragment", "choice")
    places: dict[tuple[str, str], list[Place]] = {}
    for used, place in _desks(list(rows), story):
        places.setdefault((used.kind, used.key), []).append(place)
    return places


def _desks(used: list[Reference], story: Story | None) -> Iterator[tuple[Reference, Place]]:
    """Each use with the way to its fragment; of one story, or of several that are named then."""
    parts = Fragment.objects.filter(story__in={one.story_id for one in used}, key__in={one.fragment for one in used})
    found = {(part.story_id, part.key): part for part in parts}
    for one in used:
        part = found.get((one.story_id, one.fragment))
        if part:
            yield one, desk_of(part, "" if story else f"{one.story}: ", one.choice)


def desk_of(part: Fragment, before: str = "", choice: str = "") -> Place:
    """A fragment, with the way to its desk; ``before``: what its title follows."""
    return Place(f"{before}{part}", reverse("admin:narrative_fragment_change", args=[part.pk]), choice)


def page_of(row: Model) -> Place:
    """A row that uses something, by its own page."""
    meta = row._meta
    return Place(
        f"{meta.verbose_name}: {row}", reverse(f"admin:{meta.app_label}_{meta.model_name}_change", args=[row.pk])
    )


def as_links(places: Iterable[Place]) -> SafeString:
    """The places, to click on; each once, however often it uses the thing."""
    rows = list(dict.fromkeys((place.url, place.title) for place in places))
    links = format_html_join(", ", '<a class="yabot-link" href="{}">{}</a>', rows)
    return links or format_html("{}", _("nada todavía"))


class ProtectedByStories(ModelAdmin):
    """An admin whose rows are named by stories; ``used_as`` is how."""

    used_as = ""

    def users(self, row: Any) -> list[Place]:
        """What uses this row beside the fragments of stories."""
        return []

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Where it is used is there to be read."""
        return [*super().get_readonly_fields(request, obj), *(["used_in"] if obj else [])]

    @column(_("se usa en"))
    def used_in(self, row: Any) -> SafeString:
        """The fragments, and whatever else names it."""
        return as_links([*where_used(self.used_as, [row.key]), *self.users(row)])

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """What would go, and the fragments that stand in the way."""
        to_delete, counts, perms, protected = super().get_deleted_objects(objs, request)
        for place in where_used(self.used_as, [row.key for row in objs]):
            protected.append(format_html('<a href="{}">{}</a>', place.url, place.title))
        return to_delete, counts, perms, protected
