"""The desk of one fragment: text beside choices, what is wrong with it, and the page as it will be read."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html_join
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from narrative.admin.desk import kinds, phone, reviewing, words
from narrative.admin.desk.forms import Desk, key_from, spoken
from narrative.admin.desk.tags import Tagged
from narrative.admin.protection import where_used
from narrative.errors import FragmentChanged, FragmentInUse, KeyTaken, WrongFile
from narrative.linting import lint
from narrative.models import Choice, Fragment, FragmentVersion, Story
from narrative.services import checking, drafts, pictures
from narrative.services.drafts import Edit
from narrative.story import content
from narrative.story.reading import KEY, NO_WORDS, StoryError, Words
from yabot.core.admin.base import ModelAdmin, Tone, badge, column

NEW = content.Fragment(key="nuevo", title=NO_WORDS)


@dataclass(frozen=True, slots=True)
class Work:
    """What somebody is working on: a story, and a fragment of it or a new one."""

    story: Story
    row: Fragment | None
    fragment: content.Fragment
    version: int | None
    told: content.Story | None = None


@admin.register(Fragment)
class FragmentAdmin(ModelAdmin):
    """Fragments: the list is Django's, the form is the desk."""

    icon = "edit_note"
    list_display = ["title", "key", "story", "marks", "changed_at", "changed_by"]
    list_filter = ["story", "is_ending", "vip_required", "checkpoint", Tagged]
    list_select_related = ["story"]
    search_fields = ["title", "key", "texts__body"]
    ordering = ["story", "order", "key"]

    def get_urls(self) -> list[URLPattern]:
        """The desk's own pages."""
        wrap = self.admin_site.admin_view
        return [
            path("preview/", wrap(self.preview), name="narrative_fragment_preview"),
            path("<uuid:pk>/borrar/", wrap(self.remove), name="narrative_fragment_remove"),
            path("<uuid:pk>/renombrar/", wrap(self.rename), name="narrative_fragment_rename"),
            path("<uuid:pk>/cambios/", wrap(self.past), name="narrative_fragment_past"),
            *super().get_urls(),
        ]

    def get_queryset(self, request: HttpRequest) -> Any:
        """Each with its story, which every page of the desk speaks of."""
        return super().get_queryset(request).select_related("story")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Fragments go one by one, from their desk, when nothing leads to them."""
        return False

    @column(_("qué es"))
    def marks(self, row: Fragment) -> str:
        """An ending, a VIP page, a checkpoint."""
        marks = [(row.is_ending, _("final"), Tone.BAD), (row.vip_required, "VIP", Tone.WARNING)]
        marks.append((row.checkpoint, _("punto de control"), Tone.CALM))
        shown = [badge(text, tone) for held, text, tone in marks if held]
        return format_html_join(" ", "{}", ((one,) for one in shown))

    # --- the desk -----------------------------------------------------------------------------------------------------
    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """A new fragment of the story in the address; without one, of the only story there is."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        story = _story(request.GET.get("story", ""))
        if story is None:
            return self._choose(request)
        return self._desk(request, Work(story, None, _stub(request, story.language), None))

    def _choose(self, request: HttpRequest) -> HttpResponse:
        """Which story a new fragment is for."""
        context = {
            **self.admin_site.each_context(request),
            "title": _("Fragmento nuevo"),
            "opts": self.model._meta,
            "stories": list(Story.objects.all()),
            "media": self.media,
        }
        return TemplateResponse(request, "admin/narrative/desk/choose.html", context)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """A fragment that is there."""
        row = self.get_object(request, object_id)
        if row is None:
            raise Http404
        if not self.has_view_or_change_permission(request, row):
            raise PermissionDenied
        return self._desk(request, self._work(row) if request.method == "POST" else self._read(row))

    def _read(self, row: Fragment) -> Work:
        """To look at: the whole draft is read, because the page speaks of all of it."""
        told = drafts.told(row.story)
        return Work(row.story, row, told.by_key[row.key], row.version, told)

    def _work(self, row: Fragment) -> Work:
        fragment, version = drafts.fragment(row.story_id, row.key)
        return Work(Story.objects.get(pk=row.story_id), row, fragment, version)

    def _desk(self, request: HttpRequest, work: Work) -> HttpResponse:
        language = work.story.language
        if request.method != "POST":
            return self._show(request, work, Desk(work.fragment, work.version, language))
        if work.row is not None and not self.has_change_permission(request, work.row):
            raise PermissionDenied
        desk = Desk(work.fragment, work.version, language, request.POST, request.FILES)
        if not desk.is_valid():
            return self._show(request, work, desk)
        try:
            row = self._save(request, work, desk)
        except FragmentChanged as changed:
            return self._show(request, work, desk, changed=changed)
        except (KeyTaken, StoryError, WrongFile) as refused:
            desk.form.add_error(None, refused.sentence(spoken()))
            return self._show(request, work, desk)
        messages.success(request, _now("«%s» está guardado.") % row)
        return HttpResponseRedirect(_after(request, row))

    def _save(self, request: HttpRequest, work: Work, desk: Desk) -> Fragment:
        """Write what was typed. Raises FragmentChanged, KeyTaken, StoryError."""
        by, said = request.user.get_username(), desk.form.cleaned_data
        if said["upload"]:
            said["picture"] = pictures.add(work.story, said["upload"].name, said["upload"]).path
        files = dict(work.story.media.values_list("path", "kind"))
        others = list(Choice.objects.filter(story=work.story).exclude(fragment=work.row).values_list("key", flat=True))
        if work.row is None:
            taken = list(Fragment.objects.filter(story=work.story).values_list("key", flat=True))
            key = said["key"] or key_from(said["title"], taken)
            made = drafts.write(work.story, desk.fragment(key, files, others), Edit(by))
            if not work.story.start:
                Story.objects.filter(pk=work.story.pk).update(start=key)
            return made
        written = desk.fragment(work.row.key, files, others)
        return drafts.write(work.story, written, Edit(by, said["version"]))

    def _show(
        self, request: HttpRequest, work: Work, desk: Desk, changed: FragmentChanged | None = None
    ) -> HttpResponse:
        """The desk's page: at most twenty statements, however large the story is."""
        told = work.told or drafts.told(work.story)
        context = {
            **self.admin_site.each_context(request),
            "title": work.fragment.title.in_(work.story.language) or _("Fragmento nuevo"),
            "opts": self.model._meta,
            "story": work.story,
            "row": work.row,
            "desk": desk,
            "may_save": self.has_change_permission(request) if work.row else self.has_add_permission(request),
            "kinds": {"tests": kinds.tests(), "effects": kinds.effects()},
            "names": words.names(told),
            "files": list(work.story.media.all()),
            "findings": self._findings(work, told),
            "here": "" if work.row else "add",
            "used": words.leading_to(told, work.story, work.row.key) if work.row else [],
            "missing": words.missing_targets(told, work.fragment),
            "personas": phone.PERSONAS,
            "changed": words.changes(work, desk) if changed else [],
            "changed_by": changed.sentence(spoken()) if changed else "",
            "newest": self._work(work.row).version if changed and work.row else None,
            "media": self.media,
        }
        return TemplateResponse(request, "admin/narrative/desk/fragment.html", context, status=409 if changed else 200)

    def _findings(self, work: Work, told: content.Story) -> list[reviewing.Shown]:
        """What the linter proves about this fragment as it is stored."""
        if work.row is None:
            return []
        found = lint(told, checking.world_of(work.story, told), plays=checking.QUICK)
        return reviewing.shown(work.story, found.of(work.row.key), {})

    # --- other pages --------------------------------------------------------------------------------------------------
    def preview(self, request: HttpRequest) -> HttpResponse:
        """The page that what is typed would be, or what has to be mended. Nothing is saved."""
        if not self.has_view_or_change_permission(request) or request.method != "POST":
            raise PermissionDenied
        story = _story(request.POST.get("story", ""))
        if story is None:
            raise Http404
        row = Fragment.objects.filter(story=story, key=request.POST.get("was", "")).first()
        work = self._work(row) if row else Work(story, None, NEW, None)
        desk = Desk(work.fragment, work.version, story.language, request.POST)
        valid = desk.is_valid()
        context = phone.preview(request.POST, work, desk) if valid else {"problems": desk.problems()}
        return HttpResponse(render_to_string("admin/narrative/desk/phone.html", context, request))

    def remove(self, request: HttpRequest, pk: Any) -> HttpResponse:
        """Ask whether a fragment may go; say what leads to it when it may not."""
        row = self._row(request, pk)
        if request.method == "POST":
            try:
                drafts.remove(row.story, row.key, by=request.user.get_username())
            except FragmentInUse as used:
                messages.error(request, used.sentence(spoken()))
                return HttpResponseRedirect(_change(row))
            messages.success(request, _now("«%s» ya no está. Quien lo está leyendo lo conserva.") % row)
            return HttpResponseRedirect(reverse("admin:narrative_story_map", args=[row.story_id]))
        users = where_used("fragment", [row.key], story=row.story)
        return self._page(request, row, "remove", {"users": users, "readers": words.readers(row)})

    def rename(self, request: HttpRequest, pk: Any) -> HttpResponse:
        """Another key, everywhere."""
        row = self._row(request, pk)
        new = request.POST.get("key", "").strip()
        problem = ""
        if request.method == "POST":
            if not content_key(new):
                problem = _now("Una clave lleva solo minúsculas, cifras, - y _, hasta 64.")
            else:
                try:
                    row = drafts.rename(row.story, row.key, new, by=request.user.get_username())
                    messages.success(request, _now("Ahora se llama «%s», en todas partes.") % new)
                    return HttpResponseRedirect(_change(row))
                except KeyTaken as taken:
                    problem = taken.sentence(spoken())
        return self._page(request, row, "rename", {"new": new or row.key, "problem": problem})

    def past(self, request: HttpRequest, pk: Any) -> HttpResponse:
        """What a fragment was, change by change; any of it can be brought back."""
        row = self._row(request, pk, to_read=request.method != "POST")
        if request.method == "POST":
            past = FragmentVersion.objects.filter(story=row.story, fragment=row.key, pk=_id(request)).first()
            if past and past.content:
                edit = Edit(request.user.get_username(), row.version)
                drafts.write(row.story, drafts.remembered(past), edit)
                messages.success(
                    request,
                    _now("«%(what)s» es otra vez como en el cambio %(number)d.")
                    % {"what": row, "number": past.version},
                )
            return HttpResponseRedirect(_change(row))
        return self._page(request, row, "past", {"changes": words.history(row)})

    def _row(self, request: HttpRequest, pk: Any, *, to_read: bool = False) -> Fragment:
        row = Fragment.objects.select_related("story").filter(pk=pk).first()
        if row is None:
            raise Http404
        if not ((to_read and self.has_view_permission(request, row)) or self.has_change_permission(request, row)):
            raise PermissionDenied
        return row

    def _page(self, request: HttpRequest, row: Fragment, name: str, more: dict[str, Any]) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "title": row,
            "opts": self.model._meta,
            "story": row.story,
            "row": row,
            "media": self.media,
            **more,
        }
        return TemplateResponse(request, f"admin/narrative/desk/{name}.html", context)


def _id(request: HttpRequest) -> UUID:
    try:
        return UUID(request.POST.get("pk", ""))
    except ValueError:
        return UUID(int=0)


def content_key(text: str) -> bool:
    """Whether this is a key."""
    return bool(KEY.match(text))


def _stub(request: HttpRequest, language: str) -> content.Fragment:
    """A new fragment, named as whoever led here said."""
    title, key = request.GET.get("title", ""), request.GET.get("key", "")
    said = Words({language: title}) if title else NO_WORDS
    return content.Fragment(key=key if content_key(key) else "", title=said)


def _story(pk: str) -> Story | None:
    """The story with this id; the only one there is when none is named."""
    try:
        return Story.objects.filter(pk=pk).first() if pk else Story.objects.get()
    except (ValueError, ValidationError, Story.DoesNotExist, Story.MultipleObjectsReturned):
        return None


def _change(row: Fragment) -> str:
    return reverse("admin:narrative_fragment_change", args=[row.pk])


def _after(request: HttpRequest, row: Fragment) -> str:
    """Where the pressed button leads: on with this one, to a new one, to the play-test, or to the map."""
    if "_addanother" in request.POST:
        return f"{reverse('admin:narrative_fragment_add')}?story={row.story_id}"
    if "_play" in request.POST:
        return f"{reverse('admin:narrative_story_play', args=[row.story_id])}?desde={row.key}"
    if "_map" in request.POST:
        return reverse("admin:narrative_story_map", args=[row.story_id])
    return _change(row)
