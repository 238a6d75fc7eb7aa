"""Damage done by hand, behind the back of every service: what proofs and repairs have to find. On any engine."""

from typing import Any

from django.db import models

from yabot.core import rows


def change(model: type[models.Model], changes: dict[str, Any], **where: Any) -> None:
    """Change exactly one row."""
    assert rows.update(model, changes, where) == 1, "one row"


def lose(model: type[models.Model], *, count: int = 1, **where: Any) -> None:
    """Delete exactly this many rows."""
    assert rows.delete(model, where) == count


def empty(*tables: type[models.Model]) -> None:
    """Delete every row, in an order that no foreign key minds."""
    for model in tables:
        keys = [key for (key,) in rows.select(model, (str(model._meta.pk.name),), {})]  # type: ignore[union-attr]
        rows.delete(model, {str(model._meta.pk.name): keys})  # type: ignore[union-attr]


def renumber(model: type[models.Model], key: Any, **where: Any) -> None:
    """Give exactly one row another key."""
    names = tuple(field.name for field in model._meta.concrete_fields)
    (row,) = rows.select(model, names, where)
    lose(model, **where)
    rows.insert(model, names, [(key, *row[1:])])
