"""Walking through a table of any size in short statements, by its keys."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from yabot.core import clock

SETTLED = timedelta(minutes=10)  # what is younger may still be under way
SIZE = 500
_MILLISECOND = 80


def settled_before() -> datetime:
    """What was written before this moment has come to rest."""
    return clock.now() - SETTLED


def first_id(moment: datetime) -> UUID:
    """No row made since ``moment`` has a smaller id of version 7."""
    return UUID(int=int(moment.timestamp() * 1000) << _MILLISECOND)


def by_id(
    found: QuerySet[Any, Any], position: str, *columns: str, size: int = SIZE
) -> tuple[list[tuple[Any, ...]], str]:
    """The next settled rows after ``position`` in the order of their ids, and the position after them.

    The first of ``columns`` must be the id. The position is empty at the end of the table.
    """
    window = found.filter(pk__lt=first_id(settled_before()))
    if position:
        window = window.filter(pk__gt=UUID(position))
    rows = list(window.order_by("pk").values_list(*columns)[:size])
    return rows, str(rows[-1][0]) if len(rows) == size else ""


def by_number(
    found: QuerySet[Any, Any], position: str, *columns: str, size: int = SIZE
) -> tuple[list[tuple[Any, ...]], str]:
    """The same for a table whose key is a number."""
    window = found.filter(pk__gt=int(position)) if position else found
    rows = list(window.order_by("pk").values_list(*columns)[:size])
    return rows, str(rows[-1][0]) if len(rows) == size else ""
