"""Lucien's letters, with the message as it will arrive beside the text while it is written."""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import UploadedFile
from django.core.validators import FileExtensionValidator
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, JsonResponse
from django.urls import URLPattern, path
from django.utils.html import escape
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from narrative.admin.protection import Place, ProtectedByStories, page_of
from narrative.models import PLACEHOLDERS, Hint, LucienRule, LucienTemplate, in_words
from narrative.services import lucien
from yabot.core import clock
from yabot.core.admin.base import column

LONGEST = 20_000  # several times what any message holds: more is not worth judging
PICTURES = ["jpg", "jpeg", "png", "webp"]
PICTURE_BYTES = 10 * 1024 * 1024  # what Telegram takes as a photo


class LucienTemplateForm(forms.ModelForm):
    """A letter whose texts have an editor."""

    class Meta:
        model = LucienTemplate
        fields = ["name", "key", "text_es", "text_en", "picture", "delay_seconds"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("text_es", "text_en"):
            if name in self.fields:
                self.fields[name].widget.attrs |= {"rows": 16, "data-letter": name[-2:], "spellcheck": "true"}
                self.fields[name].help_text = escape(self.fields[name].help_text)  # it names tags; admins show HTML
        if "picture" in self.fields:
            self.fields["picture"].validators.append(FileExtensionValidator(PICTURES))
            self.fields["picture"].widget.attrs["accept"] = ",".join(f".{ending}" for ending in PICTURES)

    def clean_picture(self) -> Any:
        """Telegram refuses larger photos."""
        picture = self.cleaned_data.get("picture")
        if isinstance(picture, UploadedFile) and (picture.size or 0) > PICTURE_BYTES:
            raise forms.ValidationError(_("Telegram admite fotos de hasta 10 MB."))
        return picture


@admin.register(LucienTemplate)
class LucienTemplateAdmin(ProtectedByStories):
    """What Lucien writes."""

    icon = "mail"
    used_as = "letter"
    form = LucienTemplateForm
    change_form_template = "admin/narrative/lucientemplate/change_form.html"
    list_display = ["name", "beginning", "has_picture", "delay_seconds", "updated_at"]
    search_fields = ["name", "key", "text_es"]
    fieldsets = [
        (None, {"fields": ["name", "key"]}),
        (_("La carta"), {"fields": ["text_es", "text_en"]}),
        (_("Cómo llega"), {"fields": ["picture", "delay_seconds"]}),
    ]

    class Media:
        css = {"all": ["narrative/letter.css"]}
        js = ["narrative/letter.js"]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """The key of a letter that is there stays."""
        return [*super().get_readonly_fields(request, obj), *(["key"] if obj else [])]

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """A letter that is there also says where it is used."""
        return [*self.fieldsets, *([(_("Se usa en"), {"fields": ["used_in"]})] if obj else [])]

    def users(self, row: LucienTemplate) -> list[Place]:
        """The hints it comes with, and Lucien's rules."""
        return [page_of(one) for model in (Hint, LucienRule) for one in model.objects.filter(template=row)]

    def get_prepopulated_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """A new letter's key comes from its name."""
        return {} if obj else {"key": ["name"]}

    def get_urls(self) -> list[URLPattern]:
        """The preview's address."""
        preview = self.admin_site.admin_view(self.preview)
        return [path("preview/", preview, name="narrative_lucientemplate_preview"), *super().get_urls()]

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        """What the editor beside the text needs to know."""
        language = (get_language() or "es")[:2]
        context["placeholders"] = [(one.name, one.description(language)) for one in PLACEHOLDERS.values()]
        return super().render_change_form(request, context, *args, **kwargs)

    def preview(self, request: HttpRequest) -> HttpResponse:
        """The letter as it will arrive, or what has to be mended. Nothing is saved."""
        if not self.has_view_or_change_permission(request) and not self.has_add_permission(request):
            raise PermissionDenied
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        text = request.POST.get("text", "").replace("\r\n", "\n")[:LONGEST]
        shown = lucien.preview(text, has_picture=request.POST.get("has_picture") == "1")
        return JsonResponse(
            {"html": shown.html, "used": shown.used, "limit": shown.limit, "problems": in_words(shown.problems)}
        )

    def save_model(self, request: HttpRequest, obj: LucienTemplate, form: Any, change: bool) -> None:
        """Note when it was written."""
        obj.updated_at = clock.now()
        super().save_model(request, obj, form, change)

    @column(_("empieza"))
    def beginning(self, letter: LucienTemplate) -> str:
        """The first words."""
        words = " ".join(letter.text_es.split())
        return words if len(words) <= 70 else f"{words[:69]}…"

    @admin.display(description=_("imagen"), boolean=True)
    def has_picture(self, letter: LucienTemplate) -> bool:
        """Whether it goes out as a photo."""
        return bool(letter.picture)
