"""Goals: what readers reach together."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpRequest
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from narrative.models import CommunityGoal
from yabot.core.admin.base import ModelAdmin, Select, Tone, badge, column
from yabot.core.models import TelegramChat


class CommunityGoalForm(forms.ModelForm):
    """A goal, its channel chosen by name."""

    chat_id = forms.TypedChoiceField(
        label=_("Canal"),
        widget=Select,
        coerce=int,
        empty_value=None,
        required=False,
        help_text=_("Las reacciones de los canales son anónimas: cuentan para la meta y no dan besitos a nadie."),
    )

    class Meta:
        model = CommunityGoal
        fields = ["name", "hint", "emoji", "target", "chat_id", "is_active"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        place = self.fields["chat_id"]
        assert isinstance(place, forms.TypedChoiceField)
        place.choices = [("", _("Todos los canales juntos")), *_channels(self.instance.chat_id)]


def _channels(current: int | None) -> list[tuple[int, str]]:
    """Every channel the bot knows, and the one the goal already has."""
    known = {chat.pk: str(chat) for chat in TelegramChat.objects.filter(type="channel").order_by("title", "pk")}
    if current is not None:
        known.setdefault(current, str(current))
    return list(known.items())


@admin.register(CommunityGoal)
class CommunityGoalAdmin(ModelAdmin):
    """So many anonymous reactions open a hint for everyone."""

    icon = "diversity_3"
    form = CommunityGoalForm
    list_display = ["name", "progress", "emoji", "channel", "hint", "state"]
    list_filter = ["is_active"]
    list_select_related = ["hint"]
    search_fields = ["name"]
    autocomplete_fields = ["hint"]
    readonly_fields = ["progress", "reached_at"]
    fieldsets = [
        (
            _("La meta"),
            {
                "fields": ["name", "emoji", "target", "chat_id", "hint", "is_active"],
                "description": _(
                    "Cuando las publicaciones reúnen entre todas tantas reacciones, la pista se abre para cada lector "
                    "y Lucien escribe su carta. Ocurre una sola vez."
                ),
            },
        ),
        (_("Cómo va"), {"fields": ["progress", "reached_at"]}),
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """The goals with the names of their channels, in the same statement."""
        chat = TelegramChat.objects.filter(pk=OuterRef("chat_id"))
        found: QuerySet[Any] = super().get_queryset(request)
        named: QuerySet[Any] = found.annotate(chat_title=Subquery(chat.values("title")[:1]))
        return named

    @column(_("van"), ordering="total")
    def progress(self, goal: CommunityGoal) -> str:
        """«312 de 500»."""
        return _now("%(total)d de %(target)d") % {"total": goal.total, "target": goal.target}

    @column(_("canal"), ordering="chat_id")
    def channel(self, goal: Any) -> str:
        """The channel's name."""
        return _now("todos") if goal.chat_id is None else goal.chat_title or str(goal.chat_id)

    @column(_("estado"), ordering="reached_at")
    def state(self, goal: CommunityGoal) -> str:
        """Whether it was reached."""
        if goal.reached_at:
            return badge(_("alcanzada"), Tone.GOOD)
        return badge(_("en marcha"), Tone.CALM) if goal.is_active else badge(_("parada"))
