"""The migration to marks for each text: what was up to date still is, and of the rest nobody knows."""

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from narrative.exchange.texts import translation_marks
from narrative.models import FragmentText
from narrative.services import drafts
from narrative.story.content import Media, Variant
from tests.engine import sql_only
from tests.narrative.stories import choice, ending, fragment, story, words
from yabot.core.conditions import Condition

BEFORE, AFTER = ("narrative", "0011_due_letters"), ("narrative", "0014_sources")
SALA = replace(
    fragment("sala", replace(choice("fin"), label=words("Salir", en="Leave"))),
    text=words("Una sala.", en="A room."),
    media=Media("a.jpg", alt=words("La sala")),
    variants=(Variant(Condition.from_text("vip"), words("Otra vez.", en="Again.")),),
)
MADE = story(SALA, replace(ending("fin", "La calle"), text=words("Fin.", en="The end.")))
SAID = "Sala", "Una sala.", "La sala", "", "Otra vez.", "Salir"  # as the hash of the whole had them


def migrated(*targets: tuple[str, str]) -> Any:
    executor = MigrationExecutor(connection)
    return executor.migrate(list(targets)).apps


@pytest.fixture
def before(transactional_db) -> Iterator[Any]:
    """The tables as they were, with a story in them; afterwards they are as they should be."""
    drafts.store(MADE)
    yield migrated(BEFORE)
    executor = MigrationExecutor(connection)
    executor.migrate(executor.loader.graph.leaf_nodes())


@sql_only
def test_what_was_up_to_date_still_is(before: Any) -> None:
    texts = before.get_model("narrative", "FragmentText").objects.filter(language="en")
    whole = hashlib.sha256("\x1f".join(SAID).encode()).hexdigest()[:16]
    texts.filter(fragment__key="sala").update(source_hash=whole)
    texts.filter(fragment__key="fin").update(source_hash="of another")

    migrated(AFTER)

    found = FragmentText.objects.filter(language="en").values_list("fragment__key", "sources")
    marks = dict(found)
    assert marks["sala"] == translation_marks(SALA, "es", "en")
    assert set(marks["sala"]) == {"text", "choice-a-fin", "variant-1"}
    assert marks["fin"] == {}
