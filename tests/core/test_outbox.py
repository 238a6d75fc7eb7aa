from datetime import timedelta

import orjson
import pytest
import time_machine
from django.db import IntegrityError

from yabot.core import clock, messages, people
from yabot.core.messages import Message
from yabot.core.models import MessagePriority, MessageState, OutgoingMessage, TelegramFile, TelegramUser
from yabot.core.people import Person
from yabot.core.telegram import outbox
from yabot.core.telegram.calling import judge
from yabot.core.telegram.client import Answer
from yabot.core.telegram.outcome import Claimed, Outcome, Result

pytestmark = pytest.mark.django_db
ME = "host:1:me"


def owe(key: str, chat: int = 7, **facts) -> None:
    messages.enqueue([Message(key=key, chat_id=chat, params={"text": key}, **facts)])


def claim(limit: int = 10, resting=()) -> list[Claimed]:
    return outbox.claim(owner=ME, limit=limit, resting=resting)


def end(outcome: Outcome, **facts) -> OutgoingMessage:
    """Claim the one message and end it so."""
    (message,) = claim()
    outbox.record([Result(message, outcome, **facts)])
    return OutgoingMessage.objects.get(pk=message.id)


def test_the_same_fact_owes_one_message():
    assert messages.enqueue([Message(key="a", chat_id=7, params={})]) == 1
    assert messages.enqueue([Message(key="a", chat_id=7, params={}), Message(key="b", chat_id=7, params={})]) == 1

    assert OutgoingMessage.objects.count() == 2


def test_claiming_to_know_that_a_message_is_new_is_checked_by_the_database():
    owe("a")

    with pytest.raises(IntegrityError):
        messages.enqueue([Message(key="a", chat_id=7, params={})], known_new=True)


def test_urgent_messages_go_first():
    owe("news", 1, priority=MessagePriority.BROADCAST)
    owe("notice", 2)
    owe("receipt", 3, priority=MessagePriority.PAYMENT)
    owe("answer", 4, priority=MessagePriority.ANSWER)

    assert [message.chat_id for message in claim()] == [3, 4, 2, 1]


def test_one_message_for_each_chat_is_under_way_and_they_keep_their_order():
    owe("first")
    owe("second")

    (message,) = claim()
    assert message.params()["text"] == "first"
    assert claim(resting=[7]) == []


def test_a_claimed_message_is_nobody_elses():
    owe("a")

    assert len(claim()) == 1
    assert claim() == []
    row = OutgoingMessage.objects.get()
    assert (row.state, row.owner, row.attempts) == (MessageState.SENDING, ME, 1)


def test_a_message_waits_for_its_time():
    owe("later", due_at=clock.now() + timedelta(minutes=5))
    assert claim() == []
    assert not outbox.has_due()

    with time_machine.travel(clock.now() + timedelta(minutes=6), tick=False):
        assert len(claim()) == 1


def test_a_sent_message_knows_its_telegram_id():
    owe("a")
    row = end(Outcome.SENT, message_id=99)

    assert (row.state, row.message_id) == (MessageState.SENT, 99)
    assert row.sent_at is not None


def test_noting_many_sent_messages_takes_as_many_statements_as_one(django_assert_num_queries):
    for number in range(1, 101):
        owe(str(number), number)
    results = [Result(message, Outcome.SENT, message_id=5) for message in claim(100)]
    assert len(results) == 100

    with django_assert_num_queries(4):  # savepoint and release, states, refreshed ones
        outbox.record(results)


@pytest.mark.usefixtures("at_one_moment")
def test_a_temporary_refusal_is_tried_again_later():
    owe("a")
    row = end(Outcome.LATER, error="502")

    assert row.state == MessageState.QUEUED
    assert row.due_at > clock.now()
    assert row.error == "502"


def test_temporary_refusals_end_some_time():
    owe("a")
    OutgoingMessage.objects.update(attempts=outbox.TRIES - 1)

    assert end(Outcome.LATER, error="502").state == MessageState.FAILED


def test_retry_after_is_obeyed_to_the_second_and_costs_no_try():
    owe("a")
    OutgoingMessage.objects.update(attempts=outbox.TRIES + 5)
    with time_machine.travel(clock.now(), tick=False):
        row = end(Outcome.LATER, error="429", retry_after=30)
        assert row.due_at == clock.now() + timedelta(seconds=30)

    assert row.state == MessageState.QUEUED


def test_a_final_refusal_is_kept_with_its_reason():
    owe("a")
    row = end(Outcome.NEVER, error="400 Bad Request: message text is empty")

    assert row.state == MessageState.FAILED
    assert "empty" in row.error


def test_a_reader_who_blocked_the_bot_is_marked():
    people.meet([Person(7, "Ana")])
    owe("a")
    row = end(Outcome.BLOCKED, error="403")

    assert row.state == MessageState.FAILED
    assert TelegramUser.objects.get().blocked_at is not None


def test_a_group_that_moved_is_followed():
    owe("a", -5)
    owe("b", -5)
    (message,) = claim()

    outbox.record([Result(message, Outcome.MOVED, moved_to=-1005)])

    assert set(OutgoingMessage.objects.values_list("chat_id", "state")) == {(-1005, MessageState.QUEUED)}


def test_an_unknown_private_message_is_tried_again_after_a_while():
    owe("a")
    row = end(Outcome.UNKNOWN, error="time-out")
    assert row.state == MessageState.UNKNOWN
    assert outbox.retry_doubtful() == 0

    with time_machine.travel(clock.now() + outbox.DOUBT, tick=False):
        assert outbox.retry_doubtful() == 1
    again = OutgoingMessage.objects.get()
    assert again.state == MessageState.QUEUED
    assert again.unknown_at is not None


def test_an_unknown_private_message_is_not_tried_for_ever():
    owe("a")
    end(Outcome.UNKNOWN)
    OutgoingMessage.objects.update(attempts=outbox.TRIES_IN_DOUBT)

    with time_machine.travel(clock.now() + timedelta(days=1), tick=False):
        assert outbox.retry_doubtful() == 0


def test_the_policy_for_unknown_private_messages_can_be_to_wait(settings):
    settings.RETRY_UNKNOWN_PRIVATE = False
    owe("a")
    end(Outcome.UNKNOWN)

    with time_machine.travel(clock.now() + timedelta(days=1), tick=False):
        assert outbox.retry_doubtful() == 0


def test_an_unknown_channel_post_waits_for_a_person():
    owe("post", -1005)
    row = end(Outcome.UNKNOWN)

    with time_machine.travel(clock.now() + timedelta(days=1), tick=False):
        assert outbox.retry_doubtful() == 0
    assert messages.retry([row.pk]) == 1
    assert OutgoingMessage.objects.get().state == MessageState.QUEUED


def test_what_a_process_that_ended_was_sending_is_unknown():
    owe("a")
    claim()

    assert outbox.doubt_abandoned(owner=ME) == 0
    assert outbox.doubt_abandoned(owner="host:2:next") == 1
    assert OutgoingMessage.objects.get().state == MessageState.UNKNOWN


def test_a_sent_message_is_never_retried_by_hand():
    owe("a")
    row = end(Outcome.SENT)

    assert messages.retry([row.pk]) == 0


def edit(number: int) -> Message:
    return Message(key="hearts:5", chat_id=-9, method="editMessageReplyMarkup", params={"n": number})


def refresh(number: int) -> None:
    messages.refresh([edit(number)], at_most_every=timedelta(seconds=3))


def shown() -> int:
    return orjson.loads(OutgoingMessage.objects.get().payload)["n"]


def test_refreshed_content_replaces_what_was_not_sent():
    refresh(1)
    refresh(2)

    assert shown() == 2


@pytest.mark.usefixtures("at_one_moment")
def test_a_refreshed_message_goes_again_but_not_too_often():
    refresh(1)
    end(Outcome.SENT)
    refresh(2)
    row = OutgoingMessage.objects.get()

    assert row.state == MessageState.QUEUED
    assert row.due_at == row.sent_at + timedelta(seconds=3)


def test_content_refreshed_while_it_was_under_way_goes_next():
    refresh(1)
    (message,) = claim()
    refresh(2)
    outbox.record([Result(message, Outcome.SENT)])

    row = OutgoingMessage.objects.get()
    assert row.state == MessageState.QUEUED
    assert shown() == 2


@pytest.mark.parametrize("behind", [0, 5], ids=["in the same moment", "by a clock that is behind"])
def test_content_refreshed_while_it_goes_again_goes_next_too(behind):
    """As a count under a post: it was sent before, and is on its way with the second version."""
    refresh(1)
    end(Outcome.SENT)
    with time_machine.travel(clock.now() + timedelta(seconds=60), tick=False) as moment:
        refresh(2)
        (message,) = claim()
        moment.shift(-behind)
        refresh(3)
        moment.shift(behind)
        outbox.record([Result(message, Outcome.SENT)])

    assert OutgoingMessage.objects.get().state == MessageState.QUEUED
    assert shown() == 3


def test_an_uploaded_file_is_remembered():
    owe("a")
    end(Outcome.SENT, uploaded=(("lucien/luna.png", "AgAC"),))

    assert outbox.file_ids(["lucien/luna.png", "other.png"]) == {"lucien/luna.png": "AgAC"}
    assert TelegramFile.objects.count() == 1


CLAIMED = Claimed(id=None, chat_id=7, method="sendMessage", payload="{}", attempts=0, user_id=7)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (Answer(True, {"message_id": 5}), Outcome.SENT),
        (Answer(False, None, 400, "Bad Request: message is not modified: same"), Outcome.SENT),
        (Answer(False, None, 429, "Too Many Requests: retry after 3", 3), Outcome.LATER),
        (Answer(False, None, 500, "Internal Server Error"), Outcome.LATER),
        (Answer(False, None, 401, "Unauthorized"), Outcome.LATER),
        (Answer(False, None, 403, "Forbidden: bot was blocked by the user"), Outcome.BLOCKED),
        (Answer(False, None, 400, "Bad Request: chat not found"), Outcome.BLOCKED),
        (Answer(False, None, 400, "Bad Request: upgraded", 0, -1005), Outcome.MOVED),
        (Answer(False, None, 400, "Bad Request: can't parse entities"), Outcome.NEVER),
    ],
)
def test_every_answer_means_one_thing(answer, outcome):
    assert judge(CLAIMED, answer).outcome is outcome
