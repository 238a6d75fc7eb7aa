"""Lucien's habits: letters that follow from what readers do, once each, looked at again before they are sent."""

from datetime import timedelta

import pytest
import time_machine
from django.core.exceptions import ValidationError

from gamification.services import wallets
from narrative.events import FragmentCompleted
from narrative.models import DueLetter, LucienRule, Occasion
from narrative.services import choices, due_letters, happenings, library, rules
from tests.factories.core import TelegramUserFactory
from tests.factories.gamification import WalletFactory
from tests.factories.narrative import LucienTemplateFactory
from tests.narrative.stories import choice, ending, fragment, story
from yabot.core import clock, correlation, delivery
from yabot.core.conditions import Condition
from yabot.core.correlation import Trace
from yabot.core.ids import uuid7
from yabot.core.models import OutgoingMessage

pytestmark = pytest.mark.django_db
HOUSE = story(
    fragment("sala", choice("patio"), choice("fin")), fragment("patio", choice("sala", key="volver")), ending("fin")
)


@pytest.fixture(autouse=True)
def house():
    library.release(HOUSE)
    TelegramUserFactory(id=7)


def letters() -> list[OutgoingMessage]:
    """What Lucien owes by habit."""
    return list(OutgoingMessage.objects.filter(key__startswith="letter:rule:"))


def habit(occasion: Occasion, **more) -> LucienRule:
    condition = Condition.from_text(more.pop("when", "")).to_json()
    return LucienRule.objects.create(
        occasion=occasion, condition=condition, template=more.pop("template", None) or LucienTemplateFactory(), **more
    )


def plain_letter(**more):
    return LucienTemplateFactory(**{"text_es": "Hola, {nombre}.", "text_en": ""} | more)


def go(*keys: str) -> None:
    place = choices.begin(7, story="casa")
    for key in keys:
        place = choices.follow(7, story="casa", step=place.progress.step, choice=key)
    delivery.deliver("narrative")


def test_without_habits_nothing_is_noted() -> None:
    go("a-patio", "volver", "a-fin")
    assert not DueLetter.objects.exists()


@pytest.mark.parametrize(
    ("occasion", "key", "letters_due"),
    [
        (Occasion.DECISION, "", 1),
        (Occasion.DECISION, "a-patio", 1),
        (Occasion.DECISION, "nada", 0),
        (Occasion.LEFT, "patio", 1),
        (Occasion.ENDING, "", 1),
        (Occasion.ENDING, "otro", 0),
    ],
)
def test_lucien_writes_when_it_happens(occasion: Occasion, key: str, letters_due: int) -> None:
    habit(occasion, key=key)
    go("a-patio", "volver", "a-fin")
    assert due_letters.deliver_due() == letters_due
    assert len(letters()) == letters_due


def test_once_is_once_for_each_reader_and_always_is_each_time() -> None:
    habit(Occasion.LEFT, key="sala", once=True)
    habit(Occasion.LEFT, key="sala", once=False)
    for _ in range(2):
        place = choices.restart(7, story="casa") if DueLetter.objects.exists() else choices.begin(7, story="casa")
        choices.follow(7, story="casa", step=place.progress.step, choice="a-patio")
        delivery.deliver("narrative")
    due_letters.deliver_due()
    assert len(letters()) == 3


def test_another_story_is_none_of_its_business() -> None:
    other = library.release(story(fragment("a"), key="otra")).story
    habit(Occasion.ENDING, story=other)
    go("a-fin")
    assert not DueLetter.objects.exists()


def test_a_letter_waits_its_time_and_survives_because_it_is_a_row() -> None:
    habit(Occasion.ENDING, delay_seconds=3600)
    go("a-fin")
    assert due_letters.deliver_due() == 0
    with time_machine.travel(clock.now() + timedelta(hours=2)):
        assert due_letters.deliver_due() == 1
        assert due_letters.deliver_due() == 0
    assert OutgoingMessage.objects.filter(key__startswith="letter:rule:").count() == 1


def test_the_condition_is_looked_at_again_when_the_time_has_come() -> None:
    WalletFactory(user_id=7, balance=10)
    habit(Occasion.ENDING, delay_seconds=60, when="besitos < 20")
    go("a-fin")
    wallets.add(user_id=7, amount=50, reason="courtesy", reference="x")
    with time_machine.travel(clock.now() + timedelta(minutes=2)):
        assert due_letters.deliver_due() == 0
    assert DueLetter.objects.get().was_sent is False
    assert letters() == []


def test_what_nobody_knows_now_is_looked_at_later() -> None:
    habit(Occasion.ENDING, when="item llave")
    go("a-fin")
    assert due_letters.deliver_due() == 0
    row = DueLetter.objects.get()
    assert row.done_at is None and row.due_at > clock.now()


def test_two_processes_write_one_letter() -> None:
    habit(Occasion.ENDING)
    go("a-fin")
    row = DueLetter.objects.get()
    assert [due_letters.deliver(row), due_letters.deliver(row)] == [True, False]
    assert len(letters()) == 1


def test_the_same_event_again_owes_nothing_more() -> None:
    habit(Occasion.ENDING)
    event = happenings.completion(FragmentCompleted(user_id=7, story="casa", fragment="fin", ending="fin"))
    assert [rules.note([event]), rules.note([event, event])] == [1, 0]


def refused(rule: LucienRule) -> dict[str, list[str]]:
    with pytest.raises(ValidationError) as error:
        rule.full_clean()
    return error.value.message_dict


@pytest.mark.parametrize("when", ["mission m completed", "not achievement a", "besitos >= 5; any vip | item llave"])
def test_a_habit_that_nobody_could_ever_judge_is_refused(when: str) -> None:
    rule = habit(Occasion.ENDING, when=when, template=plain_letter())
    assert "aquí nadie sabe de nadie" in refused(rule)["condition"][0]


def test_two_decisions_of_one_chain_are_two_letters() -> None:
    habit(Occasion.DECISION, once=False)
    with correlation.following(Trace(uuid7())):
        go("a-patio", "volver")
    assert len(set(DueLetter.objects.values_list("correlation_id", flat=True))) == 1
    due_letters.deliver_due()
    assert len(letters()) == 2


def test_the_back_office_writes_a_condition_in_one_line(admin_client) -> None:
    given = {
        "occasion": "ending",
        "condition": "besitos >= 5",
        "template": plain_letter().pk,
        "delay_seconds": "0",
    }
    admin_client.post("/admin/narrative/lucienrule/add/", {**given, "is_active": "on"})
    assert LucienRule.objects.get().condition == {"all": [{"is": "besitos", "at_least": 5}]}
    bad = admin_client.post("/admin/narrative/lucienrule/add/", {**given, "condition": "nada"})
    assert "no existe la prueba" in bad.content.decode()
