"""Lists of rows that name a person by number: the name beside it, and a search that understands both.

The rows carry ``user_id`` and no foreign key (an event outlives its person), so a page's names are read in one
statement for all its rows.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.db import connection
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from yabot.core import clock
from yabot.core.admin.base import LargeTableAdmin, column
from yabot.core.models import TelegramUser

NAMES_SEARCHED = 200


class Since(admin.SimpleListFilter):
    """The newest rows, found by their ids: an id of version 7 begins with its time, so no index of dates is needed."""

    title = _("cuándo")
    parameter_name = "desde"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, Any]]:
        """Days back."""
        return [("1", _("últimas 24 horas")), ("7", _("últimos 7 días")), ("30", _("últimos 30 días"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Rows made since then."""
        if self.value() not in {"1", "7", "30"}:
            return queryset
        begin = clock.now() - timedelta(days=int(str(self.value())))
        return queryset.filter(pk__gte=UUID(int=int(begin.timestamp() * 1000) << 80))


class PreparedList(ChangeList):
    """A list whose admin gets the page's rows once, to read what belongs to all of them in one statement."""

    def get_results(self, request: HttpRequest) -> None:
        """The page's rows, prepared."""
        super().get_results(request)
        self.result_list: Any = list(self.result_list)
        self.model_admin.prepare(self.result_list)  # type: ignore[attr-defined]


class PreparedAdmin(LargeTableAdmin):
    """A large table with a ``prepare`` for each page of rows."""

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        """The theme's list with the preparation in front."""
        theme = super().get_changelist(request, **kwargs)
        return theme if issubclass(theme, PreparedList) else type("List", (PreparedList, theme), {})

    def prepare(self, rows: Sequence[Any]) -> None:
        """Called with the page's rows before they are shown."""


class ReaderRows(PreparedAdmin):
    """Rows with ``user_id``: adds the columns ``reader`` and, with a ``correlation_id``, ``chain``."""

    search_fields = ["user_id"]
    search_help_text = _("Busca por nombre, @usuario, id de Telegram o identificador de la cadena.")

    def prepare(self, rows: Sequence[Any]) -> None:
        """Read the names of all these rows' people."""
        names = reader_names({row.user_id for row in rows if row.user_id})
        for row in rows:
            row.reader_name = names.get(row.user_id, "")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """Rows of the person or chain named."""
        return queryset.filter(self.wanted(search_term.strip())) if search_term.strip() else queryset, False

    def wanted(self, term: str) -> Q:
        """A number is a person, a UUID a chain (or the row itself), anything else a name."""
        if term.lstrip("-").isdigit() and len(term) < 19:
            return Q(user_id=int(term))
        key = as_uuid(term)
        if key and hasattr(self.model, "correlation_id"):
            return Q(correlation_id=key)
        return Q(user_id__in=list(people_called(term).values_list("pk", flat=True)[:NAMES_SEARCHED]))

    @column(_("lector"), ordering="user_id", empty="—")
    def reader(self, row: Any) -> str | None:
        """The person's name, linked to their page."""
        if not row.user_id:
            return None
        name = getattr(row, "reader_name", None)
        if name is None:
            name = reader_names({row.user_id}).get(row.user_id, "")
        url = reverse("admin:core_telegramuser_change", args=[row.user_id])
        return format_html('<a class="yabot-link" href="{}">{}</a>', url, name or row.user_id)

    @column(_("cadena"))
    def chain(self, row: Any) -> str:
        """The way to the chain's page."""
        return chain_link(row.correlation_id)


def chain_link(correlation_id: UUID) -> str:
    """«ver la cadena», linked."""
    return format_html(
        '<a class="yabot-link yabot-nowrap" href="{}">{}</a>', chain_url(correlation_id), _("ver la cadena")
    )


def chain_url(correlation_id: UUID) -> str:
    """The page that shows one chain."""
    return reverse("admin:core_eventrecord_chain", args=[correlation_id])


def as_uuid(text: str) -> UUID | None:
    """The UUID in ``text``, if it is one."""
    try:
        return UUID(text)
    except ValueError:
        return None


def reader_names(ids: set[int]) -> dict[int, str]:
    """What to call these people; those who were never met are absent. One statement."""
    if not ids:
        return {}
    return {person.pk: person.display_name for person in TelegramUser.objects.filter(pk__in=ids)}


def of_place(rows: QuerySet[Any], term: str) -> QuerySet[Any]:
    """Rows of the chat (ids of groups and channels are negative) or the message named."""
    word = term.strip()
    if not word:
        return rows
    if not word.lstrip("-").isdigit() or len(word) > 18:
        return rows.none()
    return rows.filter(**{"chat_id" if word.startswith("-") else "message_id": int(word)})


def starting_with(field: str, term: str) -> Q:
    """Values that begin with ``term``, found by the field's index.

    SQLite compares text byte by byte, but its LIKE does not, and therefore takes no index.
    """
    if connection.vendor == "sqlite":
        return Q(**{f"{field}__gte": term, f"{field}__lt": f"{term}\U0010ffff"})
    return Q(**{f"{field}__startswith": term})


def people_called(term: str) -> QuerySet[TelegramUser]:
    """People whose name or @username has ``term`` in it."""
    name = term.lstrip("@")
    return TelegramUser.objects.filter(
        Q(first_name__icontains=name) | Q(last_name__icontains=name) | Q(username__icontains=name)
    )


def lists_about(request: HttpRequest, user_id: int) -> list[tuple[str, str]]:
    """Every list with rows of this person that the viewer may see: (its name, its address)."""
    return [
        (str(model._meta.verbose_name_plural).capitalize(), f"{changelist_url(model)}?user_id={user_id}")
        for model, model_admin in admin.site._registry.items()
        if any(field.name == "user_id" for field in model._meta.fields) and model_admin.has_view_permission(request)
    ]


def changelist_url(model: type[Model]) -> str:
    """The list of ``model``."""
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
