"""A worker's post office in the tests' own process: it delivers what happened, sends what is due, and ends tidily."""

from collections.abc import Iterator

import pytest

from tests.core.hearing import Journal, ThingHappened, listening
from yabot.core import messages
from yabot.core.events import publish
from yabot.core.messages import Message
from yabot.core.models import Delivery, Lease, MessageState, OutgoingMessage
from yabot.core.telegram.post_office import PostOffice

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def office(bot_settings) -> Iterator[PostOffice]:
    """One that is open."""
    made = PostOffice()
    made.open()
    yield made
    made.close()


def test_a_message_in_the_outbox_is_sent_once(office, sandbox, until):
    ana = sandbox.add_user()["id"]
    sandbox.start(ana)
    messages.enqueue([Message(key="carta:1", chat_id=ana, params={"text": "Buenas noches"})])

    sandbox.wait_for_message(ana, "Buenas noches")
    until(lambda: OutgoingMessage.objects.get().state == MessageState.SENT)

    assert sum(message.get("text") == "Buenas noches" for message in sandbox.messages(ana)) == 1


def test_what_happened_is_heard(office, until):
    journal = Journal()
    with listening(journal):
        publish([ThingHappened(user_id=1, number=7)])
        until(lambda: not Delivery.objects.exists())

    assert [event.number for batch in journal.batches for event in batch] == [7]
    until(lambda: office.worked_at() is not None)


def test_without_a_token_events_are_heard_and_messages_wait(bot_settings, until):
    bot_settings.TELEGRAM_TOKEN = ""
    office = PostOffice()
    messages.enqueue([Message(key="carta:1", chat_id=7, params={"text": "Buenas noches"})])
    with listening(Journal()):
        office.open()
        publish([ThingHappened(user_id=1)])
        until(lambda: not Delivery.objects.exists())
        office.close()

    assert OutgoingMessage.objects.get().state == MessageState.QUEUED


def test_when_it_closes_it_holds_nothing_any_more(bot_settings, until):
    office = PostOffice()
    office.open()
    until(lambda: Lease.objects.exclude(owner="").exists())

    office.close()

    assert not Lease.objects.exclude(owner="").exists()
