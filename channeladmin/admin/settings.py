"""What the bot does in each channel."""

from typing import Any

from django import forms
from django.contrib import admin
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from channeladmin.admin.named import ChannelRows
from channeladmin.models import ChannelSettings
from yabot.core.admin.base import Select, Tone, badge, column
from yabot.core.models import BotStatus, TelegramChat


class ChannelSettingsForm(forms.ModelForm):
    """A channel, chosen by its name."""

    chat_id = forms.TypedChoiceField(
        label=_lazy("Canal"),
        widget=Select,
        coerce=int,
        help_text=_lazy("¿Falta uno? Haz administrador al bot en el canal y vuelve a abrir esta página."),
    )

    class Meta:
        model = ChannelSettings
        fields = ["chat_id", "heart_button"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        place = self.fields.get("chat_id")
        if isinstance(place, forms.TypedChoiceField):  # whoever may only look has no field
            place.choices = [("", "—"), *_channels(self.instance.chat_id)]


def _channels(current: int | None) -> list[tuple[int, str]]:
    """Every channel the bot knows, and the one these settings already have."""
    found = TelegramChat.objects.filter(type="channel", migrated_to=None).order_by("title", "pk")
    channels = {chat.pk: _channel(chat) for chat in found}
    if current is not None:
        channels.setdefault(current, str(current))
    return list(channels.items())


def _channel(chat: TelegramChat) -> str:
    if chat.bot_status == BotStatus.ADMINISTRATOR:
        return str(chat)
    return _("%(chat)s (el bot todavía no es administrador)") % {"chat": chat}


@admin.register(ChannelSettings)
class ChannelSettingsAdmin(ChannelRows):
    """Which channels get a ❤️ button under every post."""

    icon = "tune"
    form = ChannelSettingsForm
    list_display = ["channel", "heart_button", "rights"]
    list_editable = ["heart_button"]
    list_filter = ["heart_button"]
    ordering = ["chat_id"]
    fieldsets = [
        (
            None,
            {
                "fields": ["chat_id", "heart_button"],
                "description": _lazy(
                    "En un canal Telegram no dice quién reacciona. Con el botón ❤️ el bot sabe quién lo pulsa y puede "
                    "premiarlo. El número del botón se actualiza solo."
                ),
            },
        )
    ]

    @column(_lazy("el bot puede"))
    def rights(self, row: Any) -> str:
        """Whether the bot can put the button there."""
        if row.chat_status == BotStatus.ADMINISTRATOR:
            return badge(_("sí, es administrador"), Tone.GOOD)
        return badge(_("no, falta hacerlo administrador"), Tone.WARNING)
