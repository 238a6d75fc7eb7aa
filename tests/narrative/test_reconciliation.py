"""The story against the event log and the outbox."""

from datetime import timedelta

import pytest
import time_machine

from narrative.models import DueLetter, Hint, HintUnlock
from narrative.services import catalogue, due_letters, hints, opened
from tests.core.reconciling import AFTER, audit, found, reconcile
from tests.factories.narrative import HintFactory, LucienTemplateFactory, besitos, reactions
from tests.narrative.telling import earn, earned, letters, reader, tell, texts
from tests.narrative.telling import opened as openings
from yabot.core import clock, events, people, rows
from yabot.core.models import Delivery, FindingState, OutgoingMessage
from yabot.core.ports import wallets

pytestmark = pytest.mark.django_db
HINTS, LETTERS = "narrative.hints", "narrative.letters"


@pytest.fixture(autouse=True)
def _nothing_is_known_to_be_open():
    opened._known.clear()


def old_hint(**facts) -> Hint:
    """A hint that has been as it is for an hour."""
    hint = HintFactory(**facts)
    Hint.objects.update(changed_at=clock.now() - timedelta(hours=1))
    catalogue.catalogue.forget()
    return hint


def earn_unheard(user_id: int, balance: int) -> None:
    """The economy told it, and the story's delivery was lost."""
    events.publish([earned(user_id, balance)])
    rows.delete(Delivery, {"module": "narrative"})


def test_a_hint_that_did_not_open_opens_with_its_letter_once():
    hint, ana = old_hint(key="llave"), reader(first_name="Ana")
    earn_unheard(ana, 5)
    earn_unheard(ana, 6)

    assert reconcile(HINTS, then=tell).repaired == 1

    assert openings() == {(ana, hint.key)}
    assert len(texts(ana)) == 1
    assert found(reconcile(HINTS)) == []


def test_hints_that_opened_wait_or_are_not_reached_are_left_alone():
    old_hint()
    ana, eva, luz = reader(), reader(), reader()
    earn({ana: 5})
    earn_unheard(eva, 4)
    events.publish([earned(luz, 5)])

    assert found(reconcile(HINTS)) == []


@pytest.mark.parametrize("condition", [reactions(1), {"all": [*besitos(5)["all"], *reactions(3)["all"]]}])
def test_hints_that_ask_for_more_than_besitos_are_not_judged(condition):
    old_hint(condition=condition)
    earn_unheard(reader(), 100)

    assert found(reconcile(HINTS)) == []


def test_a_hint_that_was_edited_since_is_not_judged():
    hint = old_hint()
    earn_unheard(reader(), 5)
    hint.save(update_fields=["order"])

    assert found(reconcile(HINTS)) == []


def test_a_lost_letter_is_written_again_in_its_chain():
    old_hint()
    ana = reader()
    earn({ana: 5})
    (before,) = letters(ana)
    OutgoingMessage.objects.all().delete()

    assert reconcile(LETTERS).repaired == 1

    (after,) = letters(ana)
    assert (after["text"], after["row"].key) == (before["text"].replace("5 besitos", "0 besitos"), before["row"].key)
    assert after["row"].correlation_id == before["row"].correlation_id
    assert after["row"].causation_id == before["row"].causation_id
    assert found(reconcile(LETTERS)) == []


def test_a_letter_that_was_lost_long_ago_is_listed():
    old_hint()
    earn({reader(): 5})
    OutgoingMessage.objects.all().delete()

    report = reconcile(LETTERS, after=timedelta(days=8))

    assert (report.repaired, report.left) == (0, 1)
    assert [kind for kind, _ in audit(FindingState.OPEN)] == ["letter_lost"]
    assert letters() == []


def test_who_got_no_letter_when_the_hint_opened_gets_none_later():
    silent, told = old_hint(template=None), old_hint()
    ana, eva = reader(), reader(blocked_at=clock.now())
    earn({ana: 5, eva: 5})
    people.unblock(user_id=eva)
    silent.template = LucienTemplateFactory()
    silent.save()

    assert found(reconcile(LETTERS)) == []
    assert set(HintUnlock.objects.filter(has_letter=True).values_list("user_id", "hint__key")) == {(ana, told.key)}


def test_who_does_not_want_to_be_written_to_is_not():
    old_hint()
    ana = reader()
    earn({ana: 5})
    OutgoingMessage.objects.all().delete()
    people.block(user_id=ana)

    assert found(reconcile(LETTERS)) == []


def test_a_hint_with_another_key_still_has_its_letters():
    hint = old_hint()
    earn({reader(): 5})
    hint.key = "otra-clave"
    hint.save()

    assert found(reconcile(LETTERS)) == []


def test_letters_of_a_hint_for_everyone_are_found_too():
    hint = old_hint()
    ana = reader()
    hints.open_for_all(hint_id=hint.pk, trace=None)
    tell()
    OutgoingMessage.objects.all().delete()

    assert reconcile(LETTERS).repaired == 1
    assert len(texts(ana)) == 1


def test_a_lost_letter_that_tells_what_nobody_knows_now_waits(monkeypatch):
    old_hint()
    ana = reader()
    earn({ana: 5})
    OutgoingMessage.objects.all().delete()
    with monkeypatch.context() as away:
        away.setattr(wallets.balances, "_provider", None)
        assert reconcile(LETTERS).repaired == 1
        assert texts(ana) == []

    with time_machine.travel(clock.now() + AFTER + timedelta(minutes=2)):
        due_letters.deliver_due()
    assert len(texts(ana)) == 1


def test_a_letter_that_waits_for_its_time_is_not_lost():
    old_hint(template=LucienTemplateFactory(delay_seconds=3600))
    ana = reader()
    earn({ana: 5})

    assert reconcile(LETTERS).found == []
    assert DueLetter.objects.filter(done_at=None).count() == 1


def test_a_late_letter_that_was_sent_and_lost_is_written_again():
    old_hint(template=LucienTemplateFactory(delay_seconds=60))
    ana = reader()
    earn({ana: 5})
    with time_machine.travel(clock.now() + timedelta(minutes=2)):
        due_letters.deliver_due()
    OutgoingMessage.objects.all().delete()

    assert reconcile(LETTERS).repaired == 1
    with time_machine.travel(clock.now() + AFTER + timedelta(minutes=2)):
        due_letters.deliver_due()
    assert len(texts(ana)) == 1
