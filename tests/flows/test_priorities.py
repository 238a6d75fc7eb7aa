"""What cannot wait overtakes what can: counted in batches. Five seconds are promised; how many it took is recorded."""

import threading
import time
from collections.abc import Iterator, Sequence

import pytest
from django.db import connection

from tests.core.hearing import MODULE, IdleHappened, Journal, UrgentHappened, listening
from tests.engine import ENGINE
from yabot.core import delivery, messages
from yabot.core.events import Event, publish
from yabot.core.messages import Message
from yabot.core.models import Delivery, MessagePriority, MessageState, OutgoingMessage
from yabot.core.telegram import outbox
from yabot.core.telegram.outcome import Outcome, Result
from yabot.core.worker import Worker
from yabot.sandbox.client import SandboxClient

PATIENCE = 3 if ENGINE == "mongodb" else 1  # the test server for MongoDB does 45 a second
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(120 * PATIENCE)]

LOW, PEOPLE = 10_000, 2_500
FEWER = 3_000 if ENGINE == "mongodb" else LOW  # there they take longer than that many here
ANA = 999_999


class Listener(Journal):
    """Writes down what it hears, and says when it is in the middle, heard the urgent one, and went on after it."""

    def __init__(self) -> None:
        super().__init__()
        self.in_the_middle, self.heard, self.went_on = threading.Event(), threading.Event(), threading.Event()
        self.announcing = threading.Event()  # until then it stays in the middle, however quick the machine
        self.heard_at, self.place = 0.0, 0

    def __call__(self, events: Sequence[Event]) -> None:
        super().__call__(events)
        if len(self.batches) == 2:
            self.in_the_middle.set()
            assert self.announcing.wait(30 * PATIENCE)
        if any(isinstance(event, UrgentHappened) for event in events):
            self.heard_at, self.place = time.monotonic(), len(self.batches) - 1
            self.heard.set()
        if self.heard.is_set() and len(self.batches) > self.place + 3:
            self.went_on.set()


@pytest.fixture
def listener() -> Iterator[Listener]:
    hearing = Listener()
    with listening(hearing):
        yield hearing


def queue_low(count: int, *, user_id: int | None = None) -> None:
    """Unimportant events of thousands of people, or of one."""
    events = [IdleHappened(user_id=user_id or 1 + number % PEOPLE, number=number) for number in range(count)]
    for start in range(0, count, 1000):
        publish(events[start : start + 1000])


class Working:
    """A delivery worker in a thread of its own, for as long as the block takes."""

    def __enter__(self) -> "Working":
        self._enough = threading.Event()
        self._thread = threading.Thread(target=self._work)
        self._thread.start()
        return self

    def _work(self) -> None:
        worker = Worker()
        try:
            while not self._enough.is_set() and worker.work([MODULE]):
                pass
        finally:
            worker.stop()
            connection.close()

    def __exit__(self, *_: object) -> None:
        self._enough.set()
        self._thread.join(60 * PATIENCE)
        assert not self._thread.is_alive()


def test_a_critical_event_comes_with_the_next_claim_after_thousands_of_low_ones(listener, record_property):
    queue_low(LOW)

    with Working():
        assert listener.in_the_middle.wait(30 * PATIENCE)
        listener.announcing.set()
        publish([UrgentHappened(user_id=ANA)])
        published_at, batches_before = time.monotonic(), len(listener.batches)
        assert listener.heard.wait(30 * PATIENCE)
        waited = listener.heard_at - published_at
        assert listener.went_on.wait(30 * PATIENCE)

    record_property("seconds", round(waited, 3))
    print(f"the critical event was heard after {waited * 1000:.0f} ms")
    assert listener.place - batches_before <= 1  # one batch may have been under way
    assert len(listener.events) + Delivery.objects.count() == LOW + 1


def test_a_persons_own_low_events_are_pulled_forward_in_their_order(listener):
    queue_low(FEWER)
    queue_low(500, user_id=ANA)

    with Working():
        assert listener.in_the_middle.wait(30 * PATIENCE)
        listener.announcing.set()
        publish([UrgentHappened(user_id=ANA, number=500)])
        batches_before = len(listener.batches)
        assert listener.heard.wait(30 * PATIENCE)

    assert listener.place - batches_before <= 2 * (
        1 + 500 // 400
    )  # her 501 events are two claims; two kinds make two batches
    assert listener.numbers(ANA) == list(range(501))


def test_a_claim_with_thousands_waiting_costs_no_more_statements(listener, django_assert_num_queries):
    queue_low(FEWER)
    publish([UrgentHappened(user_id=ANA)])

    with django_assert_num_queries(1):
        (first, *_others) = delivery.claim(MODULE, shards=None, limit=10_001)

    assert isinstance(first.event, UrgentHappened)
    Delivery.objects.all().delete()


def queue_broadcast(count: int) -> None:
    """A letter to so many readers."""
    letters = [
        Message(
            key=f"todos:{number}", chat_id=number, params={"text": "Para todos"}, priority=MessagePriority.BROADCAST
        )
        for number in range(1, count + 1)
    ]
    messages.enqueue(letters, known_new=True)


def queue_payment(chat_id: int) -> None:
    receipt = Message(key="pago:1", chat_id=chat_id, params={"text": "Tu recibo"}, priority=MessagePriority.PAYMENT)
    messages.enqueue([receipt])


def test_a_payment_is_the_next_message_after_thousands_of_a_broadcast():
    queue_broadcast(FEWER)
    for claimed in (outbox.claim(owner="a", limit=100, resting=()) for _ in range(3)):
        outbox.record([Result(message, Outcome.SENT, message_id=1) for message in claimed])
    queue_payment(ANA)

    following = outbox.claim(owner="a", limit=100, resting=())

    assert following[0].chat_id == ANA
    assert OutgoingMessage.objects.filter(state=MessageState.SENT).count() == 300


@pytest.fixture
def paced(bot_settings):
    """A budget as Telegram's, so that a broadcast takes minutes."""
    bot_settings.SEND_RATE = 30
    return bot_settings


def test_a_payment_overtakes_a_broadcast_that_is_being_sent(paced, sandbox: SandboxClient, bot, until):
    ana = sandbox.add_user(first_name="Ana")["id"]
    sandbox.start(ana)
    sandbox.wait_for_message(ana, "bienvenida")
    queue_broadcast(FEWER)
    sent = OutgoingMessage.objects.filter(priority=MessagePriority.BROADCAST, sent_at__isnull=False)
    failed = OutgoingMessage.objects.filter(priority=MessagePriority.BROADCAST, state=MessageState.FAILED)
    until(
        lambda: failed.count() + sent.count() > 10, 30 * PATIENCE
    )  # strangers of the sandbox refuse; that costs the budget all the same

    queue_payment(ana)
    sandbox.wait_for_message(ana, "Tu recibo", timeout=30 * PATIENCE)

    assert OutgoingMessage.objects.filter(state=MessageState.QUEUED).count() > FEWER / 2
    OutgoingMessage.objects.filter(state=MessageState.QUEUED).delete()
