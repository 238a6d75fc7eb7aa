"""What did not fit together, and what was done about it."""

from typing import Any

from django.apps import apps
from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from yabot.core.admin.base import ReadOnlyAdmin, Tone, badge, column
from yabot.core.admin.lists import ReaderRows
from yabot.core.models import FindingState, ReconciliationFinding
from yabot.core.reconciliation import checks, kind_of, words

TONES = {FindingState.OPEN: Tone.WARNING, FindingState.REPAIRED: Tone.GOOD, FindingState.GONE: Tone.MUTED}


class OpenFirst(admin.SimpleListFilter):
    """Without a choice, what needs a person: the rest needs nobody."""

    title = _("estado")
    parameter_name = "estado"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, Any]]:
        """The other choices."""
        return [("arreglado", _("arreglado solo")), ("fue", _("ya no se ve")), ("todo", _("todo"))]

    def choices(self, changelist: Any) -> Any:
        """Django's "all" is called what it is here."""
        first, *others = super().choices(changelist)
        return [{**first, "display": _("necesita a una persona")}, *others]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        """Findings in the chosen state."""
        if self.value() == "todo":
            return queryset
        states = {"arreglado": FindingState.REPAIRED, "fue": FindingState.GONE}
        return queryset.filter(state=states.get(str(self.value()), FindingState.OPEN))


@admin.register(ReconciliationFinding)
class ReconciliationFindingAdmin(ReadOnlyAdmin, ReaderRows):
    """Read only: the system compares its rows all the time, repairs what is safe, and says the rest here."""

    icon = "fact_check"
    list_display = ["found_at", "what", "status", "todo", "reader"]
    list_display_links = ["found_at", "what"]
    list_filter = [OpenFirst]
    ordering = ["-id"]
    fields = ["what", "status", "todo", "where", "reader", "check_title", "found_at", "seen_at", "ended_at"]

    @column(_("qué no encaja"))
    def what(self, row: ReconciliationFinding) -> str:
        """The finding as a sentence."""
        return words.sentence(row.job, row.kind, words.facts_of(row.facts))

    @column(_("estado"), ordering="state")
    def status(self, row: ReconciliationFinding) -> str:
        """Whether anybody has to do something."""
        return badge(row.get_state_display(), TONES[FindingState(row.state)])

    @column(_("qué se hizo o qué hay que hacer"), empty="—")
    def todo(self, row: ReconciliationFinding) -> str | None:
        """What was done about it, or what a person does."""
        is_open = row.state == FindingState.OPEN
        return None if row.state == FindingState.GONE else words.advice(row.job, row.kind, is_open=is_open) or None

    @column(_("comprobación"))
    def check_title(self, row: ReconciliationFinding) -> Any:
        """What was being compared."""
        return next((check.title for check in checks() if check.name == row.job), row.job)

    @column(_("dónde"))
    def where(self, row: ReconciliationFinding) -> str:
        """The way to the row, where it has a page."""
        kind = kind_of(row.job, row.kind)
        model = apps.get_model(kind.page) if kind and kind.page else None
        if model is None or not model._default_manager.filter(pk=row.object).exists():
            return row.object
        url = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_change", args=[row.object])
        return format_html('<a class="yabot-link" href="{}">{}</a>', url, row.object)
