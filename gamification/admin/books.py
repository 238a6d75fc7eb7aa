"""What the pages of the ledger have in common: they are read, searched by reader, and never edited."""

from typing import Any

from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from yabot.core.admin.base import LargeTableAdmin, ReadOnlyAdmin, column
from yabot.core.models import TelegramUser

MOST_READERS = 200


class BookAdmin(ReadOnlyAdmin, LargeTableAdmin):
    """A page of the ledger."""

    search_fields = ["user_id"]
    search_help_text = _("Id de Telegram, @usuario o referencia")
    reference_field: str | None = "reference"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """The rows with their readers' names, in the same statement."""
        reader = TelegramUser.objects.filter(pk=OuterRef("user_id"))
        found: QuerySet[Any] = super().get_queryset(request)
        named: QuerySet[Any] = found.annotate(
            reader_username=Subquery(reader.values("username")[:1]),
            reader_first_name=Subquery(reader.values("first_name")[:1]),
        )
        return named

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """By the reader's Telegram id or @name, or by the beginning of the reference."""
        term = search_term.strip()
        if not term:
            return queryset, False
        wanted = Q(user_id__in=self._readers(term.removeprefix("@")))
        if term.lstrip("-").isdigit():
            wanted |= Q(user_id=int(term))
        if self.reference_field:
            wanted |= Q(**{f"{self.reference_field}__startswith": term})
        return queryset.filter(wanted), False

    @staticmethod
    def _readers(name: str) -> list[int]:
        found = TelegramUser.objects.filter(username__istartswith=name).order_by("username")
        return list(found.values_list("pk", flat=True)[:MOST_READERS])

    @column(_("lector"), ordering="user_id")
    def reader(self, row: Any) -> str:
        """The name staff know, and the id that never changes."""
        if row.user_id is None:
            return "—"
        name = f"@{row.reader_username}" if row.reader_username else row.reader_first_name
        return f"{name} · {row.user_id}" if name else str(row.user_id)
