"""Hints: what readers can find out, and who found it out."""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import models
from django.db.models import Q
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from narrative.admin.protection import Place, ProtectedByStories, page_of
from narrative.models import CommunityGoal, Hint, HintCombination, HintUnlock
from narrative.services import links
from yabot.core.admin.base import ModelAdmin, ReadOnlyAdmin, column
from yabot.core.admin.lists import ReaderRows, Since
from yabot.core.conditions import BesitosTest, Condition, ReactionsTest

NUMBERS: dict[str, type[BesitosTest] | type[ReactionsTest]] = {
    "besitos_at_least": BesitosTest,
    "reactions_at_least": ReactionsTest,
}

MOST_COUNTED = 1000
BY_NUMBERS = _("Se abre cuando el lector tiene todo lo que pides. Si no pides nada, está abierta desde el principio.")
AS_IT_IS = _("Esta condición pide más de lo que cabe en dos números. Se conserva tal como está.")


def as_numbers(condition: Condition | None) -> dict[str, int] | None:
    """The condition as the form's two numbers; None when they cannot say it."""
    if condition is None or condition.either:
        return None
    said: dict[str, int] = {}
    for test in condition.tests:
        name = next((name for name, kind in NUMBERS.items() if isinstance(test, kind)), "")
        bound = getattr(test, "at_least", None)
        if not name or name in said or test.negated or not bound:
            return None
        said[name] = bound
    return said


def from_numbers(said: dict[str, Any]) -> Condition:
    """The condition that the two numbers say; an empty one or 0 asks for nothing."""
    return Condition(tuple(kind(at_least=said[name]) for name, kind in NUMBERS.items() if said.get(name)))


class HintForm(forms.ModelForm):
    """A hint whose condition is two numbers; a condition that is more than that stays as it is."""

    besitos_at_least = forms.IntegerField(
        label=_("Besitos al menos"), required=False, min_value=0, max_value=10**9, help_text=_("Vacío: no importa.")
    )
    reactions_at_least = forms.IntegerField(
        label=_("Reacciones al menos"), required=False, min_value=0, max_value=10**9, help_text=_("Vacío: no importa.")
    )

    class Meta:
        model = Hint
        fields = [
            "key",
            "title_es",
            "title_en",
            "body_es",
            "body_en",
            "template",
            "code",
            "is_secret",
            "order",
            "is_active",
        ]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.numbers = as_numbers(self.instance.parsed_condition)
        for name, number in (self.numbers or {}).items():
            self.initial.setdefault(name, number)

    def _post_clean(self) -> None:
        """Put the numbers into the hint before it is checked as a whole."""
        if self.numbers is not None:
            self.instance.condition = from_numbers(self.cleaned_data).to_json()
        super()._post_clean()  # type: ignore[misc]

    def add_error(self, field: str | None, error: Any) -> None:
        """What is wrong with a condition that the form does not show is said above the form."""
        if isinstance(error, ValidationError) and "condition" in getattr(error, "error_dict", {}):
            error.error_dict[NON_FIELD_ERRORS] = error.error_dict.pop("condition")
        super().add_error(field, error)


@admin.register(Hint)
class HintAdmin(ProtectedByStories):
    """What readers can find out."""

    icon = "key"
    used_as = "hint"
    form = HintForm
    list_display = ["title_es", "asks_for", "template", "opened", "order", "is_active"]
    list_editable = ["order", "is_active"]
    list_filter = ["is_active"]
    list_select_related = ["template"]
    search_fields = ["title_es", "title_en", "key"]
    autocomplete_fields = ["template"]
    readonly_fields = ["asks_for", "opened_to_all_at", "link"]

    class Media:
        css = {"all": ["narrative/hints.css"]}
        js = ["narrative/copy.js"]

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """The numbers, or what the condition says when it says more than two numbers can."""
        opening, when = list(NUMBERS), BY_NUMBERS
        if obj and as_numbers(obj.parsed_condition) is None:
            opening, when = ["asks_for"], AS_IT_IS
        return [
            (_("La pista"), {"fields": ["title_es", "body_es"]}),
            (_("Cuándo se abre"), {"fields": [*opening, "opened_to_all_at"] if obj else opening, "description": when}),
            (_("Para encontrarla"), {"fields": ["is_secret", "code", *(["link"] if obj else [])]}),
            (_("Lucien"), {"fields": ["template"]}),
            (_("En inglés"), {"fields": ["title_en", "body_en"]}),
            (_("Orden y estado"), {"fields": ["order", "is_active", "key", *(["used_in"] if obj else [])]}),
        ]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """The key of a hint that is there stays: letters that were sent carry it."""
        fields = super().get_readonly_fields(request, obj)
        return [*fields, "key"] if obj else fields

    def users(self, row: Hint) -> list[Place]:
        """Combinations it belongs to, and goals that open it."""
        mixed = HintCombination.objects.filter(Q(first=row) | Q(second=row) | Q(result=row))
        return [page_of(one) for one in (*mixed, *CommunityGoal.objects.filter(hint=row))]

    def get_prepopulated_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """A new hint's key comes from its title."""
        return {} if obj else {"key": ["title_es"]}

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        """The numbers look like the theme's other numbers."""
        form = super().get_form(request, obj, change, **kwargs)
        for name in NUMBERS:
            form.base_fields[name].widget = self.formfield_overrides[models.IntegerField]["widget"](attrs={"min": 0})
        return form

    @column(_("pide"))
    def asks_for(self, hint: Hint) -> str:
        """The condition in words."""
        condition = hint.parsed_condition
        if condition is None:
            return _now("no se entiende")
        return condition.describe((get_language() or "es")[:2]) or _now("nada: abierta desde el principio")

    @column(_("enlace"))
    def link(self, hint: Hint) -> SafeString:
        """What opens this hint for whoever has it."""
        address = links.address(links.link_to(hint=hint.key))
        return render_to_string("admin/narrative/desk/link.html", {"address": address, "name": "share-hint"})

    @column(_("la abrieron"))
    def opened(self, hint: Hint) -> str:
        """How many readers opened it, as far as anybody would count."""
        count = HintUnlock.objects.filter(hint=hint).order_by()[: MOST_COUNTED + 1].count()
        return str(count) if count <= MOST_COUNTED else _now("más de %d") % MOST_COUNTED


@admin.register(HintCombination)
class HintCombinationAdmin(ModelAdmin):
    """Which hints open another one when a reader puts them together."""

    icon = "join"
    list_display = ["first", "second", "result"]
    list_display_links = ["first", "second", "result"]
    list_select_related = ["first", "second", "result"]
    autocomplete_fields = ["first", "second", "result"]


@admin.register(HintUnlock)
class HintUnlockAdmin(ReadOnlyAdmin, ReaderRows):
    """Who found out what."""

    icon = "lock_open"
    list_display = ["reader", "hint", "unlocked_at", "chain"]
    list_filter = [Since, "hint"]
    list_select_related = ["hint"]
    ordering = ["-id"]
    fields = ["reader", "hint", "unlocked_at", "chain"]
    readonly_fields = ["reader", "chain"]
