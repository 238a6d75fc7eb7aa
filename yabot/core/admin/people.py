"""The readers and the chats."""

import zoneinfo
from collections.abc import Sequence
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html_join
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from yabot.core import people
from yabot.core.admin import confirming
from yabot.core.admin.base import ModelAdmin, ReadOnlyAdmin, Select, Tone, badge, column
from yabot.core.admin.confirming import Question
from yabot.core.admin.lists import PreparedAdmin, lists_about, people_called
from yabot.core.models import BotStatus, TelegramChat, TelegramUser
from yabot.core.ports import PortUnavailable, wallets
from yabot.core.ports.wallets import BalancesAsked


class Presence(admin.SimpleListFilter):
    """Who can be written to, and who cannot."""

    title = _("situación")
    parameter_name = "situacion"
    meanings = {
        "activos": Q(started_at__isnull=False, blocked_at=None, erased_at=None),
        "mirones": Q(started_at=None, erased_at=None),
        "bloquearon": Q(blocked_at__isnull=False),
        "borrados": Q(erased_at__isnull=False),
    }

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, Any]]:
        """The situations."""
        return [
            ("activos", _("hablan con el bot")),
            ("mirones", _("solo reaccionan")),
            ("bloquearon", _("bloquearon al bot")),
            ("borrados", _("datos borrados")),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[TelegramUser]) -> QuerySet[TelegramUser]:
        """People in the chosen situation."""
        meaning = self.meanings.get(self.value() or "")
        return queryset.filter(meaning) if meaning else queryset


class TelegramUserForm(forms.ModelForm):
    """What staff may choose for a person, from lists instead of codes."""

    language = forms.ChoiceField(
        label=_("Idioma del bot"),
        required=False,
        widget=Select,
        choices=[("", _("El de su Telegram")), *settings.LANGUAGES],
    )
    time_zone = forms.ChoiceField(
        label=_("Zona horaria"),
        widget=Select,
        choices=[(name, name.replace("_", " ")) for name in sorted(zoneinfo.available_timezones())],
        help_text=_("Con ella se calculan sus días: el regalo diario, las rachas."),
    )


@admin.register(TelegramUser)
class TelegramUserAdmin(PreparedAdmin):
    """People: Telegram says who they are, staff choose language and zone, and erase their data when asked to."""

    icon = "group"
    form = TelegramUserForm
    list_display = ["name", "handle", "besitos", "presence", "spoken", "created_at"]
    list_filter = [Presence, "created_at"]
    search_fields = ["id"]
    search_help_text = _("Busca por nombre, @usuario o id de Telegram.")
    actions = ["erase"]
    readonly_fields = [
        "id", "name", "handle", "language_code", "besitos", "presence", "lists",
        "created_at", "started_at", "blocked_at", "consent_at", "erased_at",
    ]  # fmt: skip
    fieldsets = [
        (None, {"fields": ["name", "handle", "id", "besitos", "presence", "lists"]}),
        (_("Idioma y hora"), {"fields": ["language_code", "language", "time_zone"]}),
        (_("Fechas"), {"fields": ["created_at", "started_at", "blocked_at", "consent_at", "erased_at"]}),
    ]

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Nobody: people come from Telegram."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Nobody: their data can be erased, their row stays."""
        return False

    def has_erase_permission(self, request: HttpRequest) -> bool:
        """Whoever has the right to delete people."""
        return request.user.has_perm("core.delete_telegramuser")

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Remembers who looks, because the links shown depend on what they may see."""
        if obj is not None:
            obj.lists_about = lists_about(request, obj.pk)
        return super().get_fieldsets(request, obj)

    def prepare(self, rows: Sequence[TelegramUser]) -> None:
        """Read everybody's besitos in one question."""
        balances = _balances([row.pk for row in rows])
        for row in rows:
            row.besitos = balances.get(row.pk)  # type: ignore[attr-defined]

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """A number is an id, anything else a name."""
        term = search_term.strip()
        if not term:
            return queryset, False
        if term.isdigit() and len(term) < 19:
            return queryset.filter(pk=int(term)), False
        return queryset & people_called(term), False

    @admin.action(description=_("Borrar datos personales"), permissions=["erase"])
    def erase(self, request: HttpRequest, queryset: QuerySet[TelegramUser]) -> HttpResponse | None:
        """Forget who the chosen people are, after a question."""
        if not confirming.is_confirmed(request):
            question = Question(_("¿Borrar los datos personales?"), ERASE_WARNINGS)
            return confirming.ask(self, request, queryset, question)
        keys = list(queryset.values_list("pk", flat=True))
        for key in keys:
            people.erase(user_id=key)
            self.log_change(request, TelegramUser(pk=key), str(_("Datos personales borrados")))
        said = ngettext("Se borraron los datos de %d persona.", "Se borraron los datos de %d personas.", len(keys))
        self.message_user(request, said % len(keys), messages.SUCCESS)
        return None

    @column(_("nombre"), ordering="first_name")
    def name(self, row: TelegramUser) -> str:
        """The name, or what is left of it."""
        return str(_("(datos borrados) %(id)s") % {"id": row.pk}) if row.erased_at else row.display_name

    @column(_("usuario"), ordering="username", empty="—")
    def handle(self, row: TelegramUser) -> str | None:
        """The @username."""
        return f"@{row.username}" if row.username else None

    @column(_("besitos"), empty="—")
    def besitos(self, row: TelegramUser) -> int | None:
        """What they have; nothing without an economy or a wallet."""
        if "besitos" not in row.__dict__:
            self.prepare([row])
        return row.__dict__["besitos"]  # type: ignore[no-any-return]

    @column(_("situación"))
    def presence(self, row: TelegramUser) -> str:
        """Whether the bot can write to them."""
        if row.erased_at:
            return badge(_("datos borrados"))
        if row.blocked_at:
            return badge(_("bloqueó al bot"), Tone.BAD)
        return badge(_("habla con el bot"), Tone.GOOD) if row.started_at else badge(_("solo reacciona"), Tone.CALM)

    @column(_("idioma"))
    def spoken(self, row: TelegramUser) -> str:
        """The language the bot speaks with them."""
        return str(_("inglés") if row.spoken_language == "en" else _("español"))

    @column(_("ver también"), empty="—")
    def lists(self, row: TelegramUser) -> str:
        """Everything else about this person."""
        found = [(url, name) for name, url in row.__dict__.get("lists_about", [])]
        return format_html_join(" · ", '<a class="yabot-link" href="{}">{}</a>', found)


def _balances(ids: Sequence[int]) -> dict[int, int]:
    """The economy's answer, an old one if need be; nothing when it gives none."""
    try:
        return wallets.balances.ask(BalancesAsked(tuple(ids))).value.by_user
    except PortUnavailable:
        return {}


ERASE_WARNINGS = [
    _("Se olvidan su nombre, su usuario y su idioma. No se puede deshacer."),
    _("Sus besitos y sus movimientos se quedan, sin nombre, para que las cuentas cuadren."),
]


@admin.register(TelegramChat)
class TelegramChatAdmin(ReadOnlyAdmin, ModelAdmin):
    """Read only: where the bot is and what it may do there."""

    icon = "forum"
    list_display = ["name", "type_name", "rights", "username", "created_at"]
    list_filter = ["bot_status", "type"]
    search_fields = ["title", "username", "id"]
    fields = ["name", "type_name", "username", "id", "rights", "migrated_to", "created_at"]

    @column(_("nombre"), ordering="title")
    def name(self, row: TelegramChat) -> str:
        """The title, or the id."""
        return str(row)

    @column(_("tipo"), ordering="type")
    def type_name(self, row: TelegramChat) -> Any:
        """Group or channel."""
        return TYPES.get(row.type, row.type)

    @column(_("el bot es"), ordering="bot_status")
    def rights(self, row: TelegramChat) -> str:
        """What the bot may do there, coloured."""
        return badge(row.get_bot_status_display(), RIGHTS.get(row.bot_status, Tone.MUTED))


TYPES = {"channel": _("canal"), "group": _("grupo"), "supergroup": _("grupo grande"), "private": _("privado")}
RIGHTS: dict[str, Tone] = {
    BotStatus.ADMINISTRATOR: Tone.GOOD,
    BotStatus.MEMBER: Tone.WARNING,
    BotStatus.LEFT: Tone.BAD,
}
