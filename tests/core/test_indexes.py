"""Every index the models ask for is on the server, whichever it is."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.apps import apps
from django.db import connection, models

OURS = ("core", "gamification", "narrative", "channeladmin")


def tables() -> list[type[models.Model]]:
    return [model for label in OURS for model in apps.get_app_config(label).get_models()]


def wanted(model: type[models.Model]) -> Iterator[tuple[bool, tuple[str, ...]]]:
    """Whether it is unique, and its columns in order."""
    meta = model._meta
    for field in meta.concrete_fields:
        if field.primary_key or field.unique:
            yield True, (field.column,)
        elif field.db_index:
            yield False, (field.column,)
    for index in meta.indexes:
        yield False, tuple(column(model, name) for name, _ in index.fields_orders)
    for constraint in meta.constraints:
        if isinstance(constraint, models.UniqueConstraint):
            yield True, tuple(column(model, name) for name in constraint.fields)


def column(model: type[models.Model], name: str) -> str:
    return str(model._meta.get_field(name).column)  # type: ignore[union-attr]


def there(model: type[models.Model]) -> list[tuple[bool, tuple[str, ...]]]:
    with connection.cursor() as cursor:
        found: dict[str, Any] = connection.introspection.get_constraints(cursor, model._meta.db_table)
    return [
        (
            bool(part["unique"] or part["primary_key"]),
            tuple("_id" if name == "id" and mongodb() else name for name in part["columns"]),
        )
        for part in found.values()
        if part["index"] or part["unique"] or part["primary_key"]
    ]


def mongodb() -> bool:
    return connection.vendor == "mongodb"


@pytest.mark.django_db
@pytest.mark.parametrize("model", tables(), ids=lambda model: model._meta.label)
def test_the_server_has_the_indexes_of_the_model(model):
    found = there(model)

    for unique, columns in wanted(model):
        fitting = [is_unique for is_unique, names in found if names[: len(columns)] == columns]
        assert fitting, f"no index on {columns}"
        assert not unique or True in [is_unique for is_unique, names in found if names == columns], f"{columns} repeat"


@pytest.mark.django_db
def test_an_index_of_a_part_of_a_table_holds_that_part_only():
    indexes = [
        (model, index.name, index.condition) for model in tables() for index in model._meta.indexes if index.condition
    ]

    assert indexes
    for model, name, condition in indexes:
        assert is_partial(model, name), (name, condition)


def is_partial(model: type[models.Model], name: str) -> bool:
    if mongodb():
        made = connection.get_collection(model._meta.db_table).index_information()  # type: ignore[attr-defined]
        return "partialFilterExpression" in made[name]
    asked = {
        "sqlite": "SELECT sql FROM sqlite_master WHERE name = %s",
        "postgresql": "SELECT indexdef FROM pg_indexes WHERE indexname = %s",
    }[connection.vendor]
    with connection.cursor() as cursor:
        cursor.execute(asked, [name])
        return " WHERE " in cursor.fetchone()[0]


@pytest.mark.django_db
def test_unique_columns_without_nulls_are_unique_for_every_row_on_mongodb():
    if not mongodb():
        pytest.skip("other servers have no other way")
    for model in tables():
        made = connection.get_collection(model._meta.db_table).index_information()  # type: ignore[attr-defined]
        nullable = {field.column for field in model._meta.concrete_fields if field.null}
        for name, index in made.items():
            if index.get("unique") and not nullable & {key for key, _ in index["key"]}:
                assert "$type" not in str(index.get("partialFilterExpression")), name
