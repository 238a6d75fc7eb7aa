"""What every admin class of YABOT is made of, with django-unfold and without it.

Modules import ``ModelAdmin``, ``TabularInline``, ``StackedInline``, ``ReadOnlyAdmin``, ``badge`` and ``column`` from
here and never from a theme. ``Select`` and ``CheckboxSelectMultiple`` are the theme's, for choice fields a form
declares itself; ``icon`` on an admin class is its Material symbol in the menu.
"""

import functools
from collections.abc import Callable
from enum import StrEnum
from typing import TYPE_CHECKING, Any, TypeVar

from django.conf import settings
from django.contrib import admin
from django.contrib.admin import ShowFacets
from django.contrib.admin.views.main import ORDER_VAR, ChangeList
from django.core.paginator import Paginator
from django.db import connection
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString

if TYPE_CHECKING:
    _Mixin = admin.ModelAdmin
else:
    _Mixin = object
if TYPE_CHECKING or not settings.UNFOLD_INSTALLED:
    _Base = admin.ModelAdmin
    _Tabular = admin.TabularInline
    _Stacked = admin.StackedInline
    from django.forms import CheckboxSelectMultiple, Select
else:
    from unfold.admin import ModelAdmin as _Base
    from unfold.admin import StackedInline as _Stacked
    from unfold.admin import TabularInline as _Tabular
    from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget as CheckboxSelectMultiple
    from unfold.widgets import UnfoldAdminSelectWidget as Select

__all__ = [
    "BoundedPaginator",
    "CheckboxSelectMultiple",
    "LargeTableAdmin",
    "ModelAdmin",
    "ReadOnlyAdmin",
    "Select",
    "StackedInline",
    "TabularInline",
    "Tone",
    "badge",
    "column",
]

Function = TypeVar("Function", bound=Callable[..., Any])
STYLES = {"all": ["core/admin.css"]}


class ModelAdmin(_Base):
    """Every model's admin: YABOT's styles, short pages, and a warning before unsaved work is left."""

    list_per_page = 50
    list_max_show_all = 200
    warn_unsaved_form = True

    class Media:
        css = STYLES


class TabularInline(_Tabular):
    """Rows of another model in a table below the form."""

    extra = 0


class StackedInline(_Stacked):
    """Rows of another model, one block each, below the form."""

    extra = 0


class BoundedPaginator(Paginator):
    """Counts no more rows than anybody would page through: the count of a table of millions takes seconds.

    MongoDB counts in the list's order, or it would not take the index that has it; SQLite would take no other then.
    """

    limit = 10_000

    @functools.cached_property
    def count(self) -> int:
        """How many rows there are, ``limit`` when there are more."""
        rows: Any = self.object_list
        counted = rows if connection.vendor == "mongodb" else rows.order_by()
        return min(self.limit, int(counted[: self.limit + 1].count()))


class FixedOrder(ChangeList):
    """A list in the order its admin chose, whatever the address asks for: sorting a million rows takes seconds."""

    def get_ordering_field_columns(self) -> dict[Any, Any]:
        """No column is sorted by."""
        return {}

    def get_ordering(self, request: HttpRequest, queryset: QuerySet[Any]) -> list[Any]:
        """The admin's order."""
        self.params.pop(ORDER_VAR, None)
        return super().get_ordering(request, queryset)

    def _get_deterministic_ordering(self, ordering: list[Any]) -> list[Any]:
        """That order alone: with the key after it, MongoDB would sort all rows instead of reading an index's first."""
        return ordering or super()._get_deterministic_ordering(ordering)  # type: ignore[misc]

    def get_results(self, request: HttpRequest) -> None:
        """A page, said so even where everything fits on it: without a limit SQLite would rather read the table."""
        super().get_results(request)
        self.result_list = self.result_list[: self.list_per_page]


class LargeTableAdmin(ModelAdmin):
    """A table that grows for ever: one order, bounded counts, no facets, no total beside a search."""

    sortable_by = ()

    paginator = BoundedPaginator
    show_full_result_count = False
    show_facets = ShowFacets.NEVER
    list_max_show_all = 0

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        """The theme's list in a fixed order."""
        theme = super().get_changelist(request, **kwargs)
        return theme if issubclass(theme, FixedOrder) else type("List", (FixedOrder, theme), {})


class ReadOnlyAdmin(_Mixin):
    """A mixin for what the system writes: staff look at it and never add, change or delete it. Put it first."""

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Nobody may."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Nobody may."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Nobody may."""
        return False


class Tone(StrEnum):
    """What a badge's colour says; its text says the same for whoever sees no colours."""

    GOOD = "good"
    BAD = "bad"
    WARNING = "warning"
    CALM = "calm"
    MUTED = "muted"


def badge(text: object, tone: Tone = Tone.MUTED) -> SafeString:
    """``text`` (escaped) in a coloured label that looks the same with every theme."""
    return format_html('<span class="yabot-badge yabot-badge-{}">{}</span>', tone.value, text)


def column(
    description: Any, *, ordering: str | None = None, empty: str | None = None
) -> Callable[[Function], Function]:
    """Name a list column or read-only field: ``@column(_("estado"), ordering="state")``. Its value is escaped.

    ``empty`` is shown instead of None, in lists and on the row's own page.
    """

    def named(function: Function) -> Function:
        @functools.wraps(function)
        def shown(*args: Any) -> Any:
            value = function(*args)
            return empty if value is None else value

        return admin.display(description=description, ordering=ordering)(shown)  # type: ignore[return-value]

    return named
