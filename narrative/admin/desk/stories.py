"""A story in the back office: its settings, and the pages around its desk."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db import models
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from narrative.admin.desk import exchange, mapping, paths, playtest, releasing, reviewing, sharing, translating
from narrative.admin.desk.checked import Checked
from narrative.admin.desk.rights import PLAY
from narrative.admin.protection import as_links, used_in_story
from narrative.models import Declaration, DeclarationKind, Fragment, Story
from narrative.story import content
from yabot.core.admin.base import ModelAdmin, Select, TabularInline, Tone, badge, column

PAGES = {
    "mapa": ("map", mapping.show),
    "mapa/mover": ("map_move", mapping.move),
    "mapa/unir": ("map_link", mapping.link),
    "probar": ("play", playtest.show),
    "probar/guardar": ("play_save", paths.keep),
    "revisar": ("review", reviewing.show),
    "traducir": ("translate", translating.show),
    "publicar": ("release", releasing.show),
    "publicar/pedir": ("ask", releasing.ask),
    "ediciones": ("releases", releasing.past),
    "exportar": ("exchange", exchange.show),
    "compartir": ("share", sharing.show),
}


class StoryForm(forms.ModelForm):
    """A story's settings; what readers see of it before they begin."""

    pitch_es = forms.CharField(
        label=_("presentación"), required=False, max_length=1000, widget=forms.Textarea(attrs={"rows": 3})
    )
    pitch_en = forms.CharField(
        label=_("presentación en inglés"), required=False, max_length=1000, widget=forms.Textarea(attrs={"rows": 3})
    )

    class Meta:
        model = Story
        fields = ["key", "title_es", "title_en", "language", "start", "tells_left", "order"]
        widgets = {"language": Select(choices=[("es", "español"), ("en", "English")]), "start": Select}
        help_texts = {"start": _("El primer fragmento que ven los lectores.")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for language in ("es", "en"):
            self.fields[f"pitch_{language}"].initial = self.instance.pitches.get(language, "")
        if "start" in self.fields:
            self.fields["start"].widget.choices = self._beginnings()

    def _beginnings(self) -> list[tuple[str, str]]:
        """Every fragment by its title, and what stands there now even if it is none."""
        rows = Fragment.objects.filter(story=self.instance).values_list("key", "title") if self.instance.pk else ()
        now = str(self.instance.start)
        return list({"": "—", now: now or "—", **{key: title or key for key, title in rows}}.items())

    def clean_start(self) -> str:
        """A fragment that is there; empty while there is none."""
        start = str(self.cleaned_data["start"])
        if start and not Fragment.objects.filter(story=self.instance, key=start).exists():
            raise forms.ValidationError(_("No hay ningún fragmento con esa clave."), code="NAR010")
        return start

    def save(self, commit: bool = True) -> Any:
        """The titles and pitches in each language."""
        said, story = self.cleaned_data, self.instance
        for name, stored in (("title", story.titles), ("pitch", story.pitches)):
            for language in ("es", "en"):
                stored.pop(language, None)
                if said.get(f"{name}_{language}"):
                    stored[language] = said[f"{name}_{language}"]
        return super().save(commit)


class DeclarationForm(forms.ModelForm):
    """A flag or a counter; what it says where it is missing, in each language."""

    missing_es = forms.CharField(
        label=_("si falta, dice"),
        required=False,
        max_length=content.MISSING,
        help_text=_("Lo que lee quien toca una opción cerrada por ella: «Te falta la llave de plata»."),
    )
    missing_en = forms.CharField(label=_("y en inglés"), required=False, max_length=content.MISSING)

    class Meta:
        model = Declaration
        fields = ["key", "kind", "note"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for language in ("es", "en"):
            self.initial.setdefault(f"missing_{language}", self.instance.missing.get(language, ""))

    def save(self, commit: bool = True) -> Any:
        """The words in each language; other languages stay."""
        said = {language: self.cleaned_data.get(f"missing_{language}", "") for language in ("es", "en")}
        stored = {**self.instance.missing, **said}
        self.instance.missing = {language: words for language, words in stored.items() if words}
        return super().save(commit)


class Declarations(forms.BaseInlineFormSet):
    """Flags and counters: the ones that fragments use stay, and keep their keys."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        used = used_in_story(self.instance, DeclarationKind.values) if self.instance.pk else {}
        for form in self.initial_forms:
            form.instance.places = used.get((form.initial["kind"], form.initial["key"]), [])

    def clean(self) -> None:
        """Refuse to take away, or to rename, what is used."""
        super().clean()
        for form in self.initial_forms:
            was = {name: form.initial[name] for name in ("key", "kind")}
            stays = all(form.cleaned_data.get(name) == value for name, value in was.items())
            if stays and form not in self.deleted_forms:
                continue
            if form.instance.places:
                words = _("«{}» se usa en {}: no se puede borrar ni cambiar de nombre.")
                said = format_html(str(words), was["key"], as_links(form.instance.places))
                raise forms.ValidationError(said, code="NAR016")


class DeclarationInline(TabularInline):
    """The flags and counters a story may use."""

    model = Declaration
    form = DeclarationForm
    formset = Declarations
    hide_title = True
    fields = ["key", "kind", "note", "missing_es", "missing_en", "used_in"]
    readonly_fields = ["used_in"]

    @column(_("se usa en"))
    def used_in(self, row: Declaration) -> SafeString:
        """The fragments."""
        return as_links(getattr(row, "places", []))


@admin.register(Story)
class StoryAdmin(Checked, ModelAdmin):
    """Stories: each leads to its map, its play-test, its review and its releases."""

    icon = "auto_stories"
    form = StoryForm
    change_form_template = "admin/narrative/story/change_form.html"
    change_list_template = "admin/narrative/story/change_list.html"
    list_display = ["title_es", "map_door", "play_door", "state", "found", "pieces", "order"]
    list_editable = ["order"]
    search_fields = ["title_es", "title_en", "key"]
    list_select_related = ["live"]
    inlines = [DeclarationInline]
    fieldsets = [
        (_("La historia"), {"fields": ["title_es", "pitch_es", "key"]}),
        (_("En inglés"), {"fields": ["title_en", "pitch_en"]}),
        (_("Cómo empieza"), {"fields": ["start", "language", "tells_left", "order"]}),
    ]

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        """The pitches look like the theme's other texts."""
        form = super().get_form(request, obj, change, **kwargs)
        for name in ("pitch_es", "pitch_en"):
            form.base_fields[name].widget = self.formfield_overrides[models.TextField]["widget"](attrs={"rows": 3})
        return form

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """The key of a story that is there stays: buttons and links carry it."""
        return ["key"] if obj else []

    def get_prepopulated_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """A new story's key comes from its title."""
        return {} if obj else {"key": ["title_es"]}

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Only a story nobody has published, nor written a fragment of."""
        if obj is not None and (obj.live_id or Fragment.objects.filter(story=obj).exists()):
            return False
        return obj is not None and super().has_delete_permission(request, obj)

    def get_urls(self) -> list[URLPattern]:
        """The story's pages."""
        wrap = self.admin_site.admin_view
        pages = [
            path(f"<uuid:pk>/{address}/", wrap(self._page(view)), name=f"narrative_story_{name}")
            for address, (name, view) in PAGES.items()
        ]
        bring = wrap(lambda request: exchange.bring(request, self))
        return [path("importar/", bring, name="narrative_story_import"), *pages, *super().get_urls()]

    def _page(self, view: Any) -> Any:
        def shown(request: HttpRequest, pk: Any) -> HttpResponse:
            return view(request, pk, self)  # type: ignore[no-any-return]

        return shown

    def response_add(self, request: HttpRequest, obj: Story, post_url_continue: str | None = None) -> HttpResponse:
        """A new story wants its first fragment."""
        super().response_add(request, obj, post_url_continue)
        return HttpResponseRedirect(f"{reverse('admin:narrative_fragment_add')}?story={obj.pk}")

    def get_list_display(self, request: HttpRequest) -> Any:
        """No door that stays closed."""
        columns = list(self.list_display)
        return columns if request.user.has_perm(PLAY) else [name for name in columns if name != "play_door"]

    @column(_("abrir"))
    def map_door(self, story: Story) -> SafeString:
        """The way in."""
        return _door(story, "map", _("mapa"))

    @column("")
    def play_door(self, story: Story) -> SafeString:
        """To the play-test."""
        return _door(story, "play", _("probar"))

    @column(_("estado"))
    def state(self, story: Story) -> SafeString:
        """Whether readers can find it, and whether somebody asks that its draft be published."""
        live = story.live
        shown = badge(_("publicada, edición %d") % live.number, Tone.GOOD) if live else badge(_("borrador"), Tone.MUTED)
        return format_html("{} {}", shown, badge(_("en revisión"), Tone.WARNING) if story.review_asked_at else "")

    @column(_("fragmentos"))
    def pieces(self, story: Story) -> int:
        """How many fragments its draft has."""
        return Fragment.objects.filter(story=story).count()


def _door(story: Story, name: str, words: Any) -> SafeString:
    return format_html(
        '<a class="yabot-link" href="{}">{}</a>', reverse(f"admin:narrative_story_{name}", args=[story.pk]), words
    )
