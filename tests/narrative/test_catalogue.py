from datetime import timedelta

import pytest

from narrative.models import Hint, LucienTemplate
from narrative.services import catalogue
from tests.factories.narrative import HintFactory, LucienTemplateFactory, besitos, reactions
from yabot.core import clock

pytestmark = pytest.mark.django_db


def watching(fact):
    return [hint.key for hint in catalogue.catalogue().watching(fact)]


def test_hints_are_found_by_every_fact_they_look_at():
    HintFactory(key="a", condition=besitos(1), order=1)
    HintFactory(key="b", condition=reactions(1), order=2)
    HintFactory(key="c", condition={"all": [*besitos(1)["all"], *reactions(1)["all"]]}, order=3)
    HintFactory(key="d", condition={}, order=4)
    HintFactory(key="e", is_active=False, order=5)
    HintFactory(key="f", opened_to_all_at=clock.now(), order=6)

    assert watching("besitos") == ["a", "c"]
    assert watching("reactions") == ["b", "c"]
    assert watching("missions") == []


def test_asking_again_reads_nothing(django_assert_num_queries):
    HintFactory.create_batch(3)
    with django_assert_num_queries(1):
        watching("besitos")

    with django_assert_num_queries(0):
        watching("besitos")


def test_an_edit_in_this_process_is_seen_at_once():
    hint = HintFactory(key="a", condition=besitos(1))
    assert watching("besitos") == ["a"]

    hint.condition = reactions(1)
    hint.save()
    assert (watching("besitos"), watching("reactions")) == ([], ["a"])

    hint.delete()
    assert watching("reactions") == []


def test_an_edited_letter_is_seen_at_once():
    letter = LucienTemplateFactory(text_es="Antes.")
    HintFactory(template=letter)
    assert catalogue.catalogue().watching("besitos")[0].letter.es.source == "Antes."

    letter.text_es = "Ahora."
    letter.save()

    assert catalogue.catalogue().watching("besitos")[0].letter.es.source == "Ahora."


def test_an_edit_in_another_process_is_seen_when_the_copy_is_no_longer_fresh(monkeypatch):
    hint = HintFactory(key="a", condition=besitos(1))
    assert watching("besitos") == ["a"]
    Hint.objects.filter(pk=hint.pk).update(is_active=False)  # no signal, as from elsewhere
    assert watching("besitos") == ["a"]

    monkeypatch.setattr(catalogue.catalogue, "fresh", timedelta(0))

    assert watching("besitos") == []


def test_the_copy_is_fresh_for_two_seconds():
    assert catalogue.catalogue.fresh == timedelta(seconds=2)


def test_a_letter_knows_what_it_mentions_in_either_language_and_in_conditions():
    template = LucienTemplate(text_es="{nombre}", text_en="{if reacciones}!{end}{besitos}")
    letter = catalogue.LetterText.of(template)

    assert [letter.mentions(name) for name in ("nombre", "reacciones", "besitos", "pista")] == [True, True, True, False]
