"""Rewards: what a reaction is worth, and where."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from gamification.models import ReactionReward
from yabot.core.admin.base import ModelAdmin, Select, column
from yabot.core.models import BotStatus, TelegramChat

EVERYWHERE = _("En todos los grupos y canales donde el bot es administrador")


class ReactionRewardForm(forms.ModelForm):
    """A rule, its place chosen by name."""

    chat_id = forms.TypedChoiceField(
        label=_("Dónde"),
        widget=Select,
        coerce=int,
        empty_value=None,
        required=False,
        help_text=_("Una regla para un solo lugar gana a la general. El bot tiene que ser administrador."),
    )

    class Meta:
        model = ReactionReward
        fields = ["emoji", "amount", "chat_id", "daily_cap", "is_active", "note"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        place = self.fields["chat_id"]
        assert isinstance(place, forms.TypedChoiceField)
        place.choices = [("", EVERYWHERE), *_places(self.instance.chat_id)]


def _places(current: int | None) -> list[tuple[int, str]]:
    """Every group and channel the bot knows, and the one the rule already has."""
    chats = TelegramChat.objects.filter(migrated_to=None).order_by("title", "pk")
    places = {chat.pk: _place(chat) for chat in chats}
    if current is not None:
        places.setdefault(current, str(current))
    return list(places.items())


def _place(chat: TelegramChat) -> str:
    if chat.bot_status == BotStatus.ADMINISTRATOR:
        return str(chat)
    return gettext("%(chat)s (el bot todavía no es administrador)") % {"chat": chat}


@admin.register(ReactionReward)
class ReactionRewardAdmin(ModelAdmin):
    """What a reaction is worth."""

    icon = "redeem"
    form = ReactionRewardForm
    list_display = ["emoji", "place", "amount", "daily_cap", "is_active", "note"]
    list_editable = ["is_active"]
    list_filter = ["is_active", "emoji"]
    search_fields = ["emoji", "note"]
    fieldsets = [
        (
            _("La regla"),
            {
                "fields": ["emoji", "amount", "chat_id"],
                "description": _("Cuando un lector reacciona con este emoji, recibe besitos al momento."),
            },
        ),
        (
            _("Límites"),
            {
                "fields": ["daily_cap", "is_active"],
                "description": _("El día empieza a medianoche en la hora de la comunidad."),
            },
        ),
        (_("Para el equipo"), {"fields": ["note"]}),
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """The rules with the names of their chats, in the same statement."""
        chat = TelegramChat.objects.filter(pk=OuterRef("chat_id"))
        found: QuerySet[Any] = super().get_queryset(request)
        named: QuerySet[Any] = found.annotate(chat_title=Subquery(chat.values("title")[:1]))
        return named

    @column(_("dónde"), ordering="chat_id")
    def place(self, rule: Any) -> str:
        """The chat's name."""
        return gettext("en todas partes") if rule.chat_id is None else rule.chat_title or str(rule.chat_id)
