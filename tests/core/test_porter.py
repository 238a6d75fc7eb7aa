"""The porter's thread goes on, whatever one piece of its work fails of."""

import pytest
from django.db import IntegrityError, OperationalError

from tests.core.hearing import MODULE, Journal, ThingHappened, listening
from tests.factories import core as factories
from yabot.core import clock, delivery
from yabot.core.events import publish
from yabot.core.models import MessageState, OutgoingMessage
from yabot.core.telegram import outbox, stages
from yabot.core.telegram.outcome import Claimed, Outcome, Result
from yabot.core.telegram.porter import Porter
from yabot.core.telegram.stages import Stages

transactional = pytest.mark.django_db(transaction=True)


@pytest.fixture
def porter():
    """One that runs, and is ended."""
    running = Porter()
    yield running
    running.stop()
    if running.ident is not None:
        running.join(30)
        assert not running.is_alive()


@transactional
def test_after_a_bug_the_next_event_is_delivered_all_the_same(monkeypatch, porter, until, expected_errors):
    expected_errors.append("failed and is tried again")
    monkeypatch.setattr(stages, "FIRST_REST", 0.01)
    real, failures = porter.worker.work, []

    def fail_once(modules):
        if not failures:
            failures.append(modules)
            raise RuntimeError("a bug")
        return real(modules)

    monkeypatch.setattr(porter.worker, "work", fail_once)
    journal = Journal()
    with listening(journal):
        porter.start()
        until(lambda: failures)
        publish([ThingHappened(user_id=1, number=7)])

        until(lambda: journal.numbers() == [7])
        until(lambda: porter.worked_at is not None)


@transactional
def test_a_module_that_always_fails_keeps_no_other_from_hearing(monkeypatch, porter, expected_errors):
    expected_errors.append("delivering to aaa failed and is tried again")
    real = porter.worker.work

    def fail_for_one(modules):
        if modules == ["aaa"]:
            raise RuntimeError("a bug")
        return real(modules)

    monkeypatch.setattr(porter.worker, "work", fail_for_one)
    journal = Journal()
    with listening(lambda events: None, "aaa"), listening(journal):
        publish([ThingHappened(user_id=1, number=7)])
        assert delivery.modules_here().index("aaa") < delivery.modules_here().index(MODULE)

        porter.step()

    assert journal.numbers() == [7]
    assert porter.worked_at is None


@pytest.mark.django_db
def test_what_failed_rests_and_the_rest_goes_on(monkeypatch, expected_errors):
    expected_errors.append("poisoned failed and is tried again")
    monkeypatch.setattr(stages, "FIRST_REST", 9999.0)
    monkeypatch.setattr(stages, "LONGEST_REST", 9999.0)
    work, tries = Stages(), []

    def fail() -> bool:
        tries.append(1)
        raise ValueError("poison")

    for _ in range(100):
        assert not work.run("poisoned", fail)
        assert work.run("well", lambda: True)

    assert len(tries) == 1
    assert not work.all_well


@pytest.mark.django_db
def test_what_works_again_is_well(monkeypatch, expected_errors):
    expected_errors.append("sometimes failed and is tried again")
    monkeypatch.setattr(stages, "FIRST_REST", 0.0)
    work, answers = Stages(), iter([KeyError("once"), None])

    def sometimes() -> bool:
        if error := next(answers):
            raise error
        return True

    assert not work.run("sometimes", sometimes)
    assert work.run("sometimes", sometimes)
    assert work.all_well


def test_a_database_that_is_away_is_everybodys_trouble():
    def ask() -> bool:
        raise OperationalError("connection refused")

    with pytest.raises(OperationalError):
        Stages().run("asking", ask)


def sending() -> Claimed:
    """A message under way."""
    now = clock.now()
    row = factories.OutgoingMessageFactory(state=MessageState.SENDING, due_at=now, claimed_at=now)
    return Claimed(row.pk, row.chat_id, "sendMessage", "{}", 1, None)


@transactional
def test_an_outcome_that_cannot_be_written_is_unknown_and_keeps_no_other(monkeypatch, porter, expected_errors):
    expected_errors.append("cannot be written")
    messages = [sending() for _ in range(5)]
    real = outbox.record

    def picky(results):
        if any(result.message == messages[2] and result.outcome is Outcome.SENT for result in results):
            raise IntegrityError("no")
        real(results)

    monkeypatch.setattr(outbox, "record", picky)
    for message in messages:
        porter.report(Result(message, Outcome.SENT, message_id=1))
    porter.step()

    states = [OutgoingMessage.objects.get(pk=message.id).state for message in messages]
    sent, unknown = MessageState.SENT, MessageState.UNKNOWN
    assert states == [sent, sent, unknown, sent, sent]
    assert porter._is_idle()


class SenderWhoFails:
    """Claims a message, and cannot take it."""

    def __init__(self) -> None:
        self.claimed = [sending()]

    def claim(self, owner: str) -> list[Claimed]:
        return self.claimed

    def send(self, claimed, files) -> None:
        raise RuntimeError("a bug")

    def find(self, message_id) -> None:
        return None


@pytest.mark.django_db
def test_a_message_the_sender_did_not_get_goes_later(porter):
    failing = SenderWhoFails()
    with pytest.raises(RuntimeError):
        porter._claim_for(failing)
    porter._note_results()

    row = OutgoingMessage.objects.get()
    assert (row.state, row.error) == (MessageState.QUEUED, "RuntimeError('a bug')")
