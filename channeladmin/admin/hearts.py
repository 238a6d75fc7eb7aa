"""Which channels have a ❤️ button under their posts, and the posts that have it."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpRequest
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from channeladmin.models import ChannelSettings, HeartPost
from yabot.core.admin.base import ModelAdmin, ReadOnlyAdmin, Select, column
from yabot.core.admin.lists import PreparedAdmin, Since, of_place
from yabot.core.models import BotStatus, TelegramChat


def with_channels(rows: QuerySet[Any]) -> QuerySet[Any]:
    """The rows with the names of their channels, in the same statement."""
    chat = TelegramChat.objects.filter(pk=OuterRef("chat_id"))
    named: QuerySet[Any] = rows.annotate(chat_title=Subquery(chat.values("title")[:1]))
    return named


class ChannelSettingsForm(forms.ModelForm):
    """A channel's settings, the channel chosen by name."""

    chat_id = forms.TypedChoiceField(
        label=_("Canal"),
        widget=Select,
        coerce=int,
        help_text=_("¿No está? Añade el bot al canal como administrador y vuelve a abrir esta página."),
    )

    class Meta:
        model = ChannelSettings
        fields = ["chat_id", "heart_button"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        place = self.fields.get("chat_id")
        if isinstance(place, forms.TypedChoiceField):
            place.choices = [("", "—"), *_channels(self.instance.chat_id)]


def _channels(current: int | None) -> list[tuple[int, str]]:
    """Every channel the bot knows, and the one these settings are for."""
    chats = TelegramChat.objects.filter(type="channel").order_by("title", "pk")
    known = {chat.pk: _named(chat) for chat in chats}
    if current is not None:
        known.setdefault(current, str(current))
    return list(known.items())


def _named(chat: TelegramChat) -> str:
    if chat.bot_status == BotStatus.ADMINISTRATOR:
        return str(chat)
    return _now("%(chat)s (el bot todavía no es administrador)") % {"chat": chat}


@admin.register(ChannelSettings)
class ChannelSettingsAdmin(ModelAdmin):
    """What the bot does in each channel."""

    icon = "tune"
    form = ChannelSettingsForm
    list_display = ["channel", "heart_button"]
    list_editable = ["heart_button"]
    fieldsets = [
        (
            _("El canal"),
            {
                "fields": ["chat_id", "heart_button"],
                "description": _(
                    "En los canales Telegram no dice quién reacciona. El botón ❤️ sí: cada lector que lo pulsa "
                    "recibe sus besitos."
                ),
            },
        )
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """The settings with their channels' names."""
        return with_channels(super().get_queryset(request))

    @column(_("canal"), ordering="chat_id")
    def channel(self, row: Any) -> str:
        """The channel's name."""
        return row.chat_title or str(row.chat_id)


@admin.register(HeartPost)
class HeartPostAdmin(ReadOnlyAdmin, PreparedAdmin):
    """Posts with the button, and how many hearts each has."""

    icon = "favorite"
    list_display = ["channel", "message_id", "count", "created_at"]
    list_filter = [Since]
    ordering = ["-id"]
    search_fields = ["chat_id"]
    search_help_text = _("Id del canal o número del mensaje")
    fields = ["channel", "message_id", "count", "created_at"]
    readonly_fields = ["channel"]

    def prepare(self, rows: Sequence[Any]) -> None:
        """Read the names of all these rows' channels."""
        titles = {chat.pk: str(chat) for chat in TelegramChat.objects.filter(pk__in={row.chat_id for row in rows})}
        for row in rows:
            row.chat_title = titles.get(row.chat_id, row.chat_id)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """By channel or message."""
        return of_place(queryset, search_term), False

    @column(_("canal"), ordering="chat_id")
    def channel(self, row: Any) -> str:
        """The channel's name."""
        if not hasattr(row, "chat_title"):
            self.prepare([row])
        return str(row.chat_title)
