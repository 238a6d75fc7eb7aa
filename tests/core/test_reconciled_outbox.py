"""The outbox against Telegram's answers."""

from datetime import timedelta

import pytest

from tests.core.reconciling import audit, found, reconcile
from tests.factories.core import OutgoingMessageFactory
from yabot.core import clock, leases, messages
from yabot.core.messages import Message
from yabot.core.models import FindingState, MessagePriority, MessageState, OutgoingMessage
from yabot.core.telegram import outbox
from yabot.core.worker import WORKER

pytestmark = pytest.mark.django_db
OUTBOX, MESSAGES = "core.outbox", "core.messages"


def claimed(owner: str = "elsewhere:1:a") -> OutgoingMessage:
    messages.enqueue([Message(key="carta", chat_id=7, params={"text": "Hola"}, user_id=7)])
    outbox.claim(owner=owner, limit=1, resting=())
    return OutgoingMessage.objects.get()


def test_a_message_whose_sender_is_gone_becomes_unknown_as_after_a_broken_connection():
    row = claimed()

    assert reconcile(OUTBOX).repaired == 1

    row.refresh_from_db()
    assert (row.state, row.error) == (MessageState.UNKNOWN, "the sending process ended")
    assert row.unknown_at is not None
    assert audit(FindingState.REPAIRED) == [("message_abandoned", str(row.pk))]
    assert found(reconcile(OUTBOX)) == []


def test_a_message_that_a_living_process_sends_is_left_to_it():
    leases.take(WORKER + "elsewhere:1:a", "elsewhere:1:a", seconds=3600)
    claimed()

    assert found(reconcile(OUTBOX)) == []


def test_no_call_takes_hours_whoever_lives():
    leases.take(WORKER + "elsewhere:1:a", "elsewhere:1:a", seconds=99999)
    claimed()

    assert reconcile(OUTBOX, after=timedelta(hours=2)).repaired == 1


@pytest.mark.parametrize(("chat_id", "attempts", "listed"), [(7, 1, False), (7, 3, True), (-1007, 1, True)])
def test_doubtful_messages_that_no_policy_retries_are_listed(chat_id, attempts, listed):
    row = OutgoingMessageFactory(unknown=True, chat_id=chat_id)
    OutgoingMessage.objects.update(attempts=attempts)

    assert found(reconcile(OUTBOX)) == ([("message_undecided", str(row.pk))] if listed else [])


def test_without_the_policy_every_doubtful_message_is_listed(settings):
    settings.RETRY_UNKNOWN_PRIVATE = False
    OutgoingMessageFactory(unknown=True)

    assert reconcile(OUTBOX).left == 1


def test_what_a_person_decides_is_closed():
    row = OutgoingMessageFactory(unknown=True, chat_id=-1007)
    reconcile(OUTBOX)

    messages.retry([row.pk])
    reconcile(OUTBOX)

    assert audit(FindingState.GONE) == [("message_undecided", str(row.pk))]


def test_a_sent_message_without_a_number_is_listed():
    row = OutgoingMessageFactory(sent=True, message_id=None)
    OutgoingMessageFactory(sent=True)
    OutgoingMessageFactory(sent=True, method="editMessageReplyMarkup", message_id=None)
    OutgoingMessageFactory(message_id=None)

    assert found(reconcile(MESSAGES)) == [("message_without_number", str(row.pk))]


def test_a_queue_that_does_not_move_is_listed_but_a_broadcast_may_take_hours():
    OutgoingMessageFactory(priority=MessagePriority.ANSWER)
    OutgoingMessageFactory(priority=MessagePriority.BROADCAST)
    OutgoingMessageFactory(due_at=clock.now() + timedelta(days=3))

    assert found(reconcile(OUTBOX)) == []
    assert found(reconcile(OUTBOX, after=timedelta(hours=2))) == [("messages_late", "answer")]
    assert found(reconcile(OUTBOX, after=timedelta(hours=30))) == [
        ("messages_late", "answer"),
        ("messages_late", "broadcast"),
    ]
