"""What must be there once, or never change: the database and the models see to it, whoever writes."""

import importlib

import pytest
from django.apps import apps
from django.db import IntegrityError

from narrative.errors import ReleaseIsImmutable
from narrative.models import Hint, HintCombination, Release
from narrative.services import library
from tests.factories.narrative import HintFactory
from tests.narrative.stories import ending, fragment, story

pytestmark = pytest.mark.django_db


@pytest.fixture
def made() -> Release:
    return library.release(story(fragment("a"), ending("fin")))


@pytest.mark.parametrize(
    "change",
    [
        lambda row: row.save(),
        lambda row: row.delete(),
        lambda row: Release.objects.all().delete(),
        lambda row: Release.objects.update(content="{}"),
        lambda row: Release.objects.update(is_waiting=True, note="otra"),
        lambda row: Release.objects.bulk_update([row], ["content"]),
        lambda row: row.story.releases.update(number=7),
    ],
)
def test_a_release_is_neither_changed_nor_deleted(made, change) -> None:
    was = made.content
    made.content = "{}"
    with pytest.raises(ReleaseIsImmutable):
        change(made)
    assert Release.objects.values_list("content", "number", "is_waiting").get() == (was, 1, False)


def test_a_code_is_one_hints_even_when_nobody_has_looked() -> None:
    for _ in range(2):
        HintFactory(code="")
    HintFactory(code="sesamo")
    with pytest.raises(IntegrityError):
        HintFactory(code="sesamo")


def test_a_pair_of_hints_is_one_row_however_it_is_named() -> None:
    first, second, result = (HintFactory() for _ in range(3))
    HintCombination.objects.create(first=second, second=first, result=result)
    assert HintCombination.objects.get().first == first
    with pytest.raises(IntegrityError):
        HintCombination.objects.create(first=first, second=second, result=result)


def test_of_pairs_that_were_there_twice_the_older_one_stays() -> None:
    first, second, result, other = (HintFactory() for _ in range(4))
    HintCombination.objects.bulk_create(
        [
            HintCombination(first=second, second=first, result=result),
            HintCombination(first=first, second=second, result=other),
        ]
    )
    importlib.import_module("narrative.migrations.0020_kept_once").keep_one(apps, None)
    row = HintCombination.objects.get()
    assert (row.first, row.second, row.result) == (first, second, result)
    assert Hint.objects.count() == 4
