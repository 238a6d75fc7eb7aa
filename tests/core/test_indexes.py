"""Every index the models ask for is on the server, whichever it is."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
from django.apps import apps
from django.db import connection, models

OURS = ("core", "gamification", "narrative", "channeladmin")
Column = tuple[str, str]  # its name and its direction

# The design document's index strategy, line by line, in our tables.
STRATEGY = {
    "users: user_id": ("core.TelegramUser", "id"),
    "users: narrative_progress.current_fragment, user_id": ("narrative.ReaderProgress", "fragment user_id"),
    "users: besitos_balance": ("gamification.Account", "balance"),
    "users: subscription.status, subscription.end_date": ("channeladmin.Subscription", "ends_at"),
    "narrative_fragments: fragment_id": ("narrative.Fragment", "key"),
    "narrative_fragments: vip_required, -created_at": ("narrative.Fragment", "vip_required -changed_at"),
    "narrative_fragments: metadata.tags": ("narrative.FragmentTag", "tag"),
    "events: correlation_id": ("core.EventRecord", "correlation_id"),
    "events: user_id, -timestamp": ("core.EventRecord", "user_id -occurred_at"),
    "events: event_type, -timestamp": ("core.EventRecord", "type -occurred_at"),
}


def tables() -> list[type[models.Model]]:
    return [model for label in OURS for model in apps.get_app_config(label).get_models()]


def wanted(model: type[models.Model]) -> Iterator[tuple[bool, tuple[Column, ...]]]:
    """Whether it is unique, and its columns in order, each with its direction."""
    meta = model._meta
    for field in meta.concrete_fields:
        if field.primary_key or field.unique:
            yield True, columns(model, field.name)
        elif field.db_index:
            yield False, columns(model, field.name)
    for index in meta.indexes:
        yield False, columns(model, *index.fields)
    for constraint in meta.constraints:
        if isinstance(constraint, models.UniqueConstraint):
            yield True, columns(model, *constraint.fields)


def columns(model: type[models.Model], *names: str) -> tuple[Column, ...]:
    """The columns of these fields; a field's name begins with - where the greatest come first."""
    found = [(model._meta.get_field(name.removeprefix("-")), name.startswith("-")) for name in names]
    return tuple((str(field.column), "DESC" if falls else "ASC") for field, falls in found)  # type: ignore[union-attr]


def there(model: type[models.Model]) -> list[tuple[bool, tuple[Column, ...]]]:
    with connection.cursor() as cursor:
        found: dict[str, Any] = connection.introspection.get_constraints(cursor, model._meta.db_table)
    return [
        (
            bool(part["unique"] or part["primary_key"]),
            tuple(zip(map(named, part["columns"]), part.get("orders") or ["ASC"] * len(part["columns"]), strict=True)),
        )
        for part in found.values()
        if part["index"] or part["unique"] or part["primary_key"]
    ]


def named(column: str) -> str:
    """MongoDB calls every table's key _id, whatever the field's name."""
    return "_id" if column == "id" and mongodb() else column


def mongodb() -> bool:
    return connection.vendor == "mongodb"


def is_begun(names: tuple[Column, ...], asked: tuple[Column, ...]) -> bool:
    """Whether an index begins with these; on MongoDB what its condition compares leads."""
    return asked in (names[: len(asked)], names[-len(asked) :] if mongodb() else ())


@pytest.mark.django_db
@pytest.mark.parametrize("model", tables(), ids=lambda model: model._meta.label)
def test_the_server_has_the_indexes_of_the_model(model):
    found = there(model)

    for unique, asked in wanted(model):
        fitting = [is_unique for is_unique, names in found if is_begun(names, asked)]
        assert fitting, f"no index on {asked}"
        assert not unique or True in [is_unique for is_unique, names in found if names == asked], f"{asked} repeat"


@pytest.mark.django_db
@pytest.mark.parametrize(("label", "fields"), STRATEGY.values(), ids=STRATEGY)
def test_the_design_documents_index_is_declared_and_on_the_server(label, fields):
    model = apps.get_model(label)
    asked = columns(model, *fields.split())

    for indexes in (wanted(model), there(model)):
        assert [names for _unique, names in indexes if names[: len(asked)] == asked]


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


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("label", "name", "keys", "condition"),
    [
        ("core.OutgoingMessage", "core_outgoing_queued", "state priority _id", {"state": {"$eq": 0}}),
        ("core.Delivery", "core_delivery_claim", "dead_at module priority _id", {"dead_at": {"$eq": None}}),
        ("core.Delivery", "core_delivery_dead", "dead_at", {"dead_at": {"$gte": datetime(1, 1, 1)}}),
        ("core.OutgoingMessage", "core_outgoing_trouble", "state _id", {"state": {"$gte": 3}}),
        ("gamification.Account", "gamification_account_once", "user_id kind", {"user_id": {"$gte": -(2**63)}}),
    ],
)
def test_mongodb_can_take_an_index_of_a_part_for_a_question_about_it(label, name, keys, condition):
    if not mongodb():
        pytest.skip("other servers take them as they are")
    collection = connection.get_collection(apps.get_model(label)._meta.db_table)  # type: ignore[attr-defined]
    made = collection.index_information()[name]

    assert [key for key, _ in made["key"]] == keys.split()
    assert {column: dict(part) for column, part in made["partialFilterExpression"].items()} == condition
