"""The desk of one fragment: text beside choices, what is wrong with it, and the page as it will be read."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.html import format_html_join
from django.utils.translation import gettext_lazy as _

from narrative.admin.desk import kinds, phone, reviewing, saving, trials, upkeep, words
from narrative.admin.desk.checked import Checked
from narrative.admin.desk.fields import turned
from narrative.admin.desk.languages import spoken
from narrative.admin.desk.naming import Names
from narrative.admin.desk.tags import Tagged
from narrative.admin.desk.writing import Desk, Work
from narrative.errors import CannotSplit, FragmentChanged, KeyTaken, WrongFile
from narrative.models import Fragment, Story
from narrative.services import checking, drafts
from narrative.story import content
from narrative.story.reading import NO_WORDS, StoryError, Words, is_key
from yabot.core.admin.base import ModelAdmin, Tone, badge, column

NEW = content.Fragment(key="nuevo", title=NO_WORDS)


@admin.register(Fragment)
class FragmentAdmin(Checked, ModelAdmin):
    """Fragments: the list is Django's, the form is the desk."""

    icon = "edit_note"
    list_display = ["title", "key", "story", "marks", "found", "changed_at", "changed_by"]
    list_filter = ["story", "is_ending", "vip_required", "checkpoint", Tagged]
    list_select_related = ["story"]
    search_fields = ["title", "key", "texts__body"]
    ordering = ["story", "order", "key"]

    def get_urls(self) -> list[URLPattern]:
        """The desk's own pages."""
        wrap = self.admin_site.admin_view
        return [
            path("preview/", wrap(self.preview), name="narrative_fragment_preview"),
            path("filas/", wrap(self.rows), name="narrative_fragment_rows"),
            path("<uuid:pk>/borrar/", wrap(self._to(upkeep.remove)), name="narrative_fragment_remove"),
            path("<uuid:pk>/renombrar/", wrap(self._to(upkeep.rename)), name="narrative_fragment_rename"),
            path("<uuid:pk>/cambios/", wrap(self._to(upkeep.past)), name="narrative_fragment_past"),
            *super().get_urls(),
        ]

    def get_queryset(self, request: HttpRequest) -> Any:
        """Each with its story, which every page of the desk speaks of."""
        return super().get_queryset(request).select_related("story")

    def _to(self, view: Any) -> Any:
        return lambda request, pk: view(request, pk, self)

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
        names = Names(work.story, work.told)
        if request.method != "POST":
            return self._show(request, work, Desk(work, names))
        looking = "_look" in request.POST or trials.SEND in request.POST
        if not looking and work.row is not None and not self.has_change_permission(request, work.row):
            raise PermissionDenied
        desk = Desk(work, names, request.POST, request.FILES)
        if not desk.is_valid():
            return self._show(request, work, desk)
        if looking:
            return self._show(request, work, desk, self._seen(request, work, desk))
        try:
            there = saving.save(request, work.story, work.row, desk)
        except FragmentChanged as changed:
            return self._show(request, work, desk, self._conflict(work, desk, changed))
        except (KeyTaken, StoryError, WrongFile, CannotSplit) as refused:
            desk.form.add_error(None, refused.sentence(spoken()))
            return self._show(request, work, desk)
        messages.success(request, saving.done(request, desk.form.cleaned_data["title"]))
        return HttpResponseRedirect(there)

    def _seen(self, request: HttpRequest, work: Work, desk: Desk) -> dict[str, Any]:
        """The page as typed, for whoever pressed "show" or "send it to me" without a script; nothing is saved."""
        look = phone.look(request.POST, work, desk)
        return {**phone.preview(look, work.story), **trials.send(request, work.story, look.shown)}

    def _conflict(self, work: Work, desk: Desk, changed: FragmentChanged) -> dict[str, Any]:
        """What somebody else saved meanwhile, beside what was typed here."""
        return {
            "changed": words.changes(work, desk),
            "changed_by": changed.sentence(spoken()),
            "newest": self._work(work.row).version if work.row else None,
        }

    def _show(self, request: HttpRequest, work: Work, desk: Desk, more: dict[str, Any] | None = None) -> HttpResponse:
        """The desk's page: at most twenty statements, however large the story is."""
        told = desk.names.told
        context = {
            **self.admin_site.each_context(request),
            "title": work.fragment.title.in_(work.story.language) or _("Fragmento nuevo"),
            "opts": self.model._meta,
            "story": work.story,
            "row": work.row,
            "desk": desk,
            "may_save": self.has_change_permission(request) if work.row else self.has_add_permission(request),
            "kinds": {"tests": kinds.tests(), "effects": kinds.effects()},
            "names": desk.names.options,
            "titles": desk.names.titles,
            "files": list(work.story.media.all()),
            "findings": self._findings(work, told),
            "here": "" if work.row else "add",
            "used": words.leading_to(told, work.story, work.row.key) if work.row else [],
            "missing": words.missing_targets(told, work.fragment),
            "personas": phone.PERSONAS,
            "turn": trials.turn(),
            "media": self.media,
            **(more or {}),
        }
        status = 409 if "changed_by" in context else 200
        return TemplateResponse(request, "admin/narrative/desk/fragment.html", context, status=status)

    def _findings(self, work: Work, told: content.Story) -> list[reviewing.Shown]:
        """What the linter says about this fragment as it is stored."""
        if work.row is None:
            return []
        return reviewing.shown(work.story, checking.of_fragment(work.story, told, work.row.key), {})

    def rows(self, request: HttpRequest) -> HttpResponse:
        """A condition or effects from rows to text and back. Nothing is saved."""
        story = _story(request.POST.get("story", ""))
        if not self.has_view_or_change_permission(request) or request.method != "POST" or story is None:
            raise PermissionDenied
        return JsonResponse(turned(request.POST.get("kind", ""), request.POST.get("value", ""), Names(story)))

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
        typed = request.POST.copy()
        typed["title"] = typed.get("title") or "…"  # whoever writes the text first sees it at once
        desk = Desk(work, Names(story), typed)
        if not desk.is_valid():
            context: dict[str, Any] = {"problems": desk.problems()}
        else:
            look = phone.look(typed, work, desk)
            context = {**phone.preview(look, story), **trials.send(request, story, look.shown)}
        return HttpResponse(render_to_string("admin/narrative/desk/phone.html", context, request))


def _stub(request: HttpRequest, language: str) -> content.Fragment:
    """A new fragment, named as whoever led here said."""
    title, key = request.GET.get("title", ""), request.GET.get("key", "")
    said = Words({language: title}) if title else NO_WORDS
    return content.Fragment(key=key if is_key(key) else "", title=said)


def _story(pk: str) -> Story | None:
    """The story with this id; the only one there is when none is named."""
    try:
        return Story.objects.filter(pk=pk).first() if pk else Story.objects.get()
    except (ValueError, ValidationError, Story.DoesNotExist, Story.MultipleObjectsReturned):
        return None
