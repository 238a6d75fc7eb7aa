"""What the pages of the ledger have in common: they are read, searched by reader, and never edited."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from yabot.core.admin.base import ReadOnlyAdmin, column
from yabot.core.admin.lists import PreparedAdmin, people_called, starting_with
from yabot.core.models import TelegramUser

MOST_READERS = 200


class BookAdmin(ReadOnlyAdmin, PreparedAdmin):
    """A page of the ledger."""

    search_fields = ["user_id"]
    search_help_text = _("Id de Telegram, @usuario o referencia")
    reference_field: str | None = "reference"

    def prepare(self, rows: Sequence[Any]) -> None:
        """Read the names of all these rows' readers."""
        people = TelegramUser.objects.filter(pk__in={row.user_id for row in rows if row.user_id is not None})
        names = {person.pk: f"@{person.username}" if person.username else person.first_name for person in people}
        for row in rows:
            row.reader_name = names.get(row.user_id, "")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """By the reader's Telegram id or name, or by the beginning of the reference: whichever the term looks like."""
        term = search_term.strip()
        if not term:
            return queryset, False
        found = queryset.filter(self._wanted(term))
        return found.order_by("reference") if self._is_reference(term) else found, False

    def _is_reference(self, term: str) -> bool:
        return bool(self.reference_field) and ":" in term

    def _wanted(self, term: str) -> Q:
        """One question, answered by one index: two joined by "or" would read the whole ledger."""
        if term.isdigit() and len(term) < 19:
            return Q(user_id=int(term))
        if self.reference_field and self._is_reference(term):
            return starting_with(self.reference_field, term)
        return Q(user_id__in=list(people_called(term).values_list("pk", flat=True)[:MOST_READERS]))

    @column(_("lector"), ordering="user_id")
    def reader(self, row: Any) -> str:
        """The name staff know, and the id that never changes."""
        if row.user_id is None:
            return "—"
        if not hasattr(row, "reader_name"):
            self.prepare([row])
        return f"{row.reader_name} · {row.user_id}" if row.reader_name else str(row.user_id)
