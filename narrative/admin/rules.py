"""Lucien's habits, and the letters that wait for their time."""

from typing import Any

from django import forms
from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from narrative.admin.desk.fields import ConditionField
from narrative.models import DueLetter, LucienRule
from yabot.core.admin.base import ModelAdmin, ReadOnlyAdmin, column
from yabot.core.admin.lists import ReaderRows, Since
from yabot.core.conditions import Condition


class RuleForm(forms.ModelForm):
    """A habit; its condition is one line, as on the desk."""

    condition = ConditionField()

    class Meta:
        model = LucienRule
        fields = ["occasion", "story", "key", "amount", "condition", "template", "delay_seconds", "once", "is_active"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["condition"]
        field.label = LucienRule._meta.get_field("condition").verbose_name
        field.help_text = _(
            "Cuando llega la hora se mira otra vez: solo se escribe a quien entonces la cumple. Vacía: a todos."
        )
        self.initial["condition"] = Condition.parse(self.instance.condition).to_text()

    def clean_condition(self) -> Any:
        """As it is stored."""
        return (self.cleaned_data["condition"] or Condition()).to_json()


@admin.register(LucienRule)
class LucienRuleAdmin(ModelAdmin):
    """When Lucien writes by himself."""

    icon = "edit_calendar"
    form = RuleForm
    list_display = ["__str__", "story", "key", "delay_seconds", "once", "is_active"]
    list_filter = ["is_active", "occasion"]
    list_select_related = ["story", "template"]
    autocomplete_fields = ["template"]
    fieldsets = [
        (
            _("Qué tiene que pasar"),
            {
                "fields": ["occasion", "story", "key", "amount"],
                "description": _("Ejemplo: «toma una decisión», historia «La casa», cuál «abrir»."),
            },
        ),
        (_("A quién y qué"), {"fields": ["condition", "template"]}),
        (
            _("Cuándo y cuántas veces"),
            {
                "fields": ["delay_seconds", "once", "is_active"],
                "description": _("Nadie recibe cartas en sus horas de silencio: esperan a la mañana."),
            },
        ),
    ]


@admin.register(DueLetter)
class DueLetterAdmin(ReadOnlyAdmin, ReaderRows):
    """Letters that wait for their time, and what became of them."""

    icon = "schedule_send"
    list_display = ["reader", "letter", "due_at", "done_at", "was_sent"]
    list_filter = [Since]
    list_select_related = ["rule", "rule__template", "template"]
    ordering = ["-id"]
    fields = ["reader", "letter", "rule", "reference", "due_at", "done_at", "was_sent", "error"]
    readonly_fields = ["reader", "letter"]

    @column(_("carta"))
    def letter(self, due: DueLetter) -> str:
        """What is to be written."""
        return str(due.template_now)
