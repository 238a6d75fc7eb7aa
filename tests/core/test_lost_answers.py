"""A commit whose answer is lost has happened: what it stored or took is not forgotten until the next start.

MongoDB's driver asks again until it knows (``core/mongodb.py``).
"""

import time

import pytest
import redis
from django.db import OperationalError

from tests.conflicts import answer_lost
from tests.engine import sql_only
from yabot.core import messages
from yabot.core.messages import Message
from yabot.core.models import MessageState, OutgoingMessage, UpdateState
from yabot.core.telegram import inbox
from yabot.core.telegram.budget import RateBudget, Rates
from yabot.core.telegram.intake import Intake, Mark
from yabot.core.telegram.sender import Sender
from yabot.core.telegram.shared_budget import SharedBudget

pytestmark = [pytest.mark.django_db(transaction=True), sql_only]
ME = "host:1:me"


def said(number: int, user: int = 7) -> dict:
    person = {"id": user, "is_bot": False, "first_name": "Ana"}
    chat = {"id": user, "type": "private", "first_name": "Ana"}
    return {
        "update_id": number,
        "message": {"message_id": number, "date": 0, "text": "/ayuda", "from": person, "chat": chat},
    }


class Hands:
    """An intake, and what it has given to be answered."""

    def __init__(self) -> None:
        self.given: list[int] = []
        self.intake = Intake(raw={}, dispatch=self._take, handled=frozenset({"message"}))

    def _take(self, updates) -> None:
        self.given += [update.id for update in updates]

    def store(self, *numbers: int) -> None:
        future = self.intake.store([said(number) for number in numbers])
        self.intake.store_incoming()
        assert future.result(0) == len(numbers)


def test_updates_that_were_stored_unheard_are_answered_when_telegram_gives_them_again():
    hands = Hands()
    with answer_lost(), pytest.raises(OperationalError):
        hands.store(1, 2)
    assert hands.given == []

    hands.store(1, 2, 3)

    assert hands.given == [1, 2, 3]


def test_what_is_in_hand_is_not_given_twice_after_a_lost_answer():
    hands = Hands()
    hands.store(1)
    with answer_lost(), pytest.raises(OperationalError):
        hands.store(2)

    hands.store(2)
    hands.store(3)

    assert hands.given == [1, 2, 3]


def test_what_is_done_is_not_given_again_after_a_lost_answer():
    hands = Hands()
    hands.store(1)
    hands.intake.mark(Mark(1, UpdateState.DONE))
    hands.intake.note_marks()
    with answer_lost(), pytest.raises(OperationalError):
        hands.store(2)

    hands.store(2)

    assert hands.given == [1, 2]


def test_what_came_before_the_first_look_is_not_given_twice_by_it():
    before = Hands()
    before.store(1)
    hands = Hands()
    hands.store(2)  # the database was away at the first look, and back for this

    hands.intake.recover()

    assert hands.given == [2, 1]


def test_the_doubt_stays_until_somebody_could_look(monkeypatch):
    hands = Hands()
    with answer_lost(), pytest.raises(OperationalError):
        hands.store(1)

    def away():
        raise OperationalError("the server is starting up")

    with monkeypatch.context() as starting, pytest.raises(OperationalError):
        starting.setattr(inbox, "waiting", away)
        hands.store(1)
    hands.store(1)

    assert hands.given == [1]


NO_LIMIT = Rates(overall=0)


@pytest.fixture(params=["alone", "with others"])
def sender(request) -> Sender:
    """It needs no Redis while nothing limits it."""
    nobody = redis.Redis(port=1)
    alone, shared = RateBudget(NO_LIMIT, time.monotonic), SharedBudget(NO_LIMIT, nobody, bot="1", senders=lambda: 2)
    return Sender(alone if request.param == "alone" else shared, lambda result: None)


class Carrying:
    """A carrier that is long under way."""

    def carry(self, claimed, files) -> None:
        pass

    def stop(self, seconds: float) -> None:
        pass


def owe(*chats: int) -> None:
    messages.enqueue([Message(key=f"to {chat}", chat_id=chat, params={"text": "Hola"}) for chat in chats])


def test_messages_that_were_claimed_unheard_are_claimed_again_and_count_no_attempt(sender):
    owe(7, -8)
    with answer_lost(), pytest.raises(OperationalError):
        sender.claim(ME)
    assert OutgoingMessage.objects.filter(state=MessageState.SENDING, owner=ME).count() == 2

    claimed = sender.claim(ME)

    assert sorted(message.chat_id for message in claimed) == [-8, 7]
    assert set(OutgoingMessage.objects.values_list("attempts", flat=True)) == {1}


def test_what_is_under_way_is_not_given_back_by_a_lost_answer(sender):
    owe(7)
    (under_way,) = sender.claim(ME)
    sender.carrier = Carrying()
    sender.send([under_way], {})
    owe(8)
    with answer_lost(), pytest.raises(OperationalError):
        sender.claim(ME)

    (message,) = sender.claim(ME)

    assert message.chat_id == 8
    assert OutgoingMessage.objects.get(pk=under_way.id).state == MessageState.SENDING


def test_what_somebody_else_has_claimed_meanwhile_stays_theirs(sender):
    owe(7)
    with answer_lost(), pytest.raises(OperationalError):
        sender.claim(ME)
    OutgoingMessage.objects.update(owner="host:2:other")

    assert sender.claim(ME) == []
    assert OutgoingMessage.objects.get().state == MessageState.SENDING
