"""What has been released, who reads it and where they stand, and the stories' files."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from narrative.admin.protection import as_links, where_used
from narrative.models import MediaFile, ProgressStep, ReaderProgress, Release
from narrative.services import pictures
from yabot.core.admin.base import ModelAdmin, ReadOnlyAdmin, TabularInline, column
from yabot.core.admin.lists import ReaderRows, Since


@admin.register(Release)
class ReleaseAdmin(ReadOnlyAdmin, ModelAdmin):
    """Every release of every story; it is made and taken back on the story's own page."""

    icon = "publish"
    list_display = ["story", "number", "author", "fragments", "created_at", "goes_live_at", "is_waiting"]
    list_filter = ["story", "is_waiting"]
    list_select_related = ["story"]
    ordering = ["-id"]
    fields = [
        "story",
        "number",
        "author",
        "note",
        "reason",
        "fragments",
        "created_at",
        "goes_live_at",
        "is_waiting",
        "is_moving",
        "is_cancelled",
    ]

    def get_queryset(self, request: HttpRequest) -> Any:
        """Without the stories' texts: a list of them would be megabytes."""
        return super().get_queryset(request).defer("content")


class StepInline(TabularInline):
    """The reader's last steps."""

    model = ProgressStep
    fields = ["number", "kind", "came_from", "choice", "fragment", "price", "at"]
    readonly_fields = ["number", "kind", "came_from", "choice", "fragment", "price", "at"]
    ordering = ["-number"]
    max_num = 0
    can_delete = False

    def get_queryset(self, request: HttpRequest) -> Any:
        """Without the states before each step, the pages and the changes."""
        return super().get_queryset(request).defer("before", "shown", "changed")


@admin.register(ReaderProgress)
class ReaderProgressAdmin(ReadOnlyAdmin, ReaderRows):
    """Where readers stand."""

    icon = "menu_book"
    list_display = ["reader", "story", "fragment", "step", "moved_at"]
    list_filter = [Since]
    list_select_related = ["story"]
    ordering = ["-id"]
    fields = ["reader", "story", "release", "fragment", "step", "endings", "started_at", "moved_at"]
    readonly_fields = ["reader"]
    inlines = [StepInline]


@admin.register(MediaFile)
class MediaFileAdmin(ModelAdmin):
    """The stories' files. They are added on a fragment's desk; one that nobody shows may go."""

    icon = "image"
    list_display = ["thumbnail", "path", "story", "kind", "size", "added_at"]
    list_filter = ["story", "kind"]
    list_select_related = ["story"]
    search_fields = ["path"]
    fields = ["thumbnail", "path", "story", "kind", "size", "used", "added_at"]
    readonly_fields = ["thumbnail", "path", "story", "kind", "size", "used", "added_at"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        """On a fragment's desk."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A file never changes."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Not while a fragment shows it."""
        return obj is not None and not pictures.users(obj) and super().has_delete_permission(request, obj)

    @column(_("imagen"))
    def thumbnail(self, row: MediaFile) -> str:
        """A small picture of it."""
        if row.kind not in {"photo", "animation"}:
            return "📎"
        return format_html('<img src="{}" alt="" loading="lazy" width="96">', row.file.url)

    @column(_("la muestran"))
    def used(self, row: MediaFile) -> str:
        """The fragments that show it."""
        return as_links(where_used("media", [row.path], story=row.story))
