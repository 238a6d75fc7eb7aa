"""Several processes that send from one outbox: each message once, each chat in order, nobody's work lost."""

import threading

import pytest
from django.db import connection

from yabot.core import clock, leases, messages
from yabot.core.messages import Message
from yabot.core.models import MessageState, OutgoingMessage
from yabot.core.telegram import outbox, senders
from yabot.core.telegram.budget import RateBudget
from yabot.core.telegram.outcome import Claimed, Outcome, Result
from yabot.core.telegram.shared_budget import SharedBudget

FIRST, SECOND = "elsewhere:1:a", "elsewhere:2:b"


def owe(*chats: int, text: str = "Una carta") -> None:
    messages.enqueue(
        [Message(key=f"{text}:{chat}:{place}", chat_id=chat, params={"text": text}) for place, chat in enumerate(chats)]
    )


def claim(owner: str = FIRST, grant=list, limit: int = 10) -> list[Claimed]:
    return outbox.claim_granted(owner=owner, limit=limit, resting=(), grant=grant)


def chats(claimed: list[Claimed]) -> list[int]:
    return [message.chat_id for message in claimed]


@pytest.mark.django_db
def test_only_what_is_granted_is_taken():
    owe(1, 2, 3)

    assert chats(claim(grant=lambda asked: [chat for chat in asked if chat != 2])) == [1, 3]
    assert OutgoingMessage.objects.get(chat_id=2).state == MessageState.QUEUED


@pytest.mark.django_db
def test_each_chat_is_asked_for_once_and_its_first_message_goes():
    owe(1, 1, 2)
    asked: list[list[int]] = []
    claimed = claim(grant=lambda wanted: asked.append(wanted) or wanted)

    assert asked == [[1, 2]]
    assert [OutgoingMessage.objects.get(pk=message.id).key for message in claimed] == ["Una carta:1:0", "Una carta:2:2"]


@pytest.mark.django_db
def test_nobody_is_asked_when_nothing_waits():
    assert claim(grant=lambda wanted: pytest.fail("asked")) == []


@pytest.mark.django_db
def test_a_chat_another_process_writes_to_is_left_alone():
    owe(1, 1, 2)
    claim(FIRST, limit=1)

    assert chats(claim(SECOND)) == [2]
    outbox.record([Result(Claimed(*row), Outcome.SENT, message_id=5) for row in rows_of(FIRST)])
    assert chats(claim(SECOND)) == [1]


def rows_of(owner: str):
    return OutgoingMessage.objects.filter(owner=owner).values_list(
        "id", "chat_id", "method", "payload", "attempts", "user_id", "correlation_id"
    )


@pytest.mark.django_db
def test_what_was_taken_by_another_meanwhile_is_not_taken_again():
    owe(1, 2)

    def another_was_quicker(wanted: list[int]) -> list[int]:
        claim(SECOND, limit=1)
        return wanted

    assert chats(claim(FIRST, grant=another_was_quicker)) == [2]


@pytest.mark.django_db
def test_what_was_refreshed_meanwhile_goes_in_its_newest_version():
    owe(1)

    def refreshed(wanted: list[int]) -> list[int]:
        OutgoingMessage.objects.update(payload='{"text": "nueva"}')
        return wanted

    assert claim(grant=refreshed)[0].params()["text"] == "nueva"


@pytest.mark.django_db(transaction=True)
def test_two_at_once_take_every_message_once():
    owe(*range(1, 201))
    taken: list[int] = []
    ready = threading.Barrier(2)

    def work(owner: str) -> None:
        ready.wait(10)
        while claimed := claim(owner, limit=20):
            taken.extend(chats(claimed))
            outbox.record([Result(message, Outcome.SENT, message_id=1) for message in claimed])
        connection.close()

    threads = [threading.Thread(target=work, args=(owner,)) for owner in (FIRST, SECOND)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    left = OutgoingMessage.objects.filter(state=MessageState.QUEUED).count()
    assert len(taken) == len(set(taken)) == 200 - left
    assert left == 0 or chats(claim(FIRST, limit=200))


@pytest.mark.django_db
def test_without_redis_one_process_sends_at_a_time():
    assert senders.take_place(FIRST)
    assert not senders.take_place(SECOND)
    leases.give_back(FIRST)
    assert senders.take_place(SECOND)
    assert senders.alive() == {SECOND}


@pytest.mark.django_db
def test_with_redis_everybody_has_a_place(settings):
    settings.REDIS_URL = "redis://127.0.0.1:1/0"

    assert senders.take_place(FIRST)
    assert senders.take_place(SECOND)
    assert senders.alive() == {FIRST, SECOND}


@pytest.mark.django_db
def test_only_what_somebody_without_a_place_was_sending_is_doubtful(settings):
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    owe(1, 2, 3)
    for owner in (FIRST, SECOND):
        senders.take_place(owner)
        claim(owner, limit=1)
    assert outbox.doubt_abandoned(owner="elsewhere:3:c") == 0

    leases.give_back(SECOND)

    assert outbox.doubt_abandoned(owner=FIRST) == 1
    doubtful = OutgoingMessage.objects.get(state=MessageState.UNKNOWN)
    assert (doubtful.owner, doubtful.chat_id) == (SECOND, 2)
    assert doubtful.due_at > clock.now()


def test_the_budget_is_shared_where_there_is_redis(settings):
    assert type(senders.budget()) is RateBudget

    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    assert isinstance(senders.budget(), SharedBudget)
