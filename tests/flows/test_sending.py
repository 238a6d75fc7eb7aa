"""What becomes of messages when Telegram refuses, forgets to answer, or is told too much."""

import time
from datetime import timedelta

import pytest
import time_machine

from yabot.core import clock, messages
from yabot.core.messages import Message
from yabot.core.models import MessageState, OutgoingMessage, TelegramUser

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def ana(sandbox, bot) -> int:
    """A reader who wrote to the bot."""
    user = sandbox.add_user(first_name="Ana")["id"]
    sandbox.start(user)
    sandbox.wait_for_message(user, "bienvenida")
    return user


def owe(chat: int, text: str = "Una carta") -> None:
    messages.enqueue([Message(key=f"test:{chat}:{text[:40]}", chat_id=chat, params={"text": text})])


def state_is(state: MessageState, text: str = "Una carta"):
    return lambda: OutgoingMessage.objects.filter(state=state, payload__contains=text).exists()


def test_retry_after_pauses_one_chat_and_no_other(sandbox, ana, until):
    luis = sandbox.add_user(first_name="Luis")["id"]
    sandbox.start(luis)
    sandbox.wait_for_message(luis, "bienvenida")
    began = time.monotonic()
    sandbox.fault("sendMessage", chat_id=ana, retry_after=15)
    owe(ana)
    until(lambda: sandbox.calls("sendMessage")[-1]["refused"])
    owe(luis)

    sandbox.wait_for_message(luis, "Una carta")
    early = [message for message in sandbox.messages(ana) if message.get("text") == "Una carta"]
    assert not early or time.monotonic() - began >= 15
    sandbox.wait_for_message(ana, "Una carta", timeout=60)


def test_a_reader_who_blocked_the_bot_is_marked_and_left_alone(sandbox, ana, until):
    sandbox.block_bot(ana)
    owe(ana)
    until(state_is(MessageState.FAILED))

    assert TelegramUser.objects.get(pk=ana).blocked_at is not None
    assert "403" in OutgoingMessage.objects.get(payload__contains="Una carta").error


def test_a_refusal_for_good_is_kept_with_its_reason(sandbox, ana, until):
    owe(ana, "x" * 4097)
    until(state_is(MessageState.FAILED, "xxx"))

    assert "too long" in OutgoingMessage.objects.get(state=MessageState.FAILED).error


def test_a_message_whose_answer_was_lost_is_unknown_and_later_tried_again(sandbox, ana, until):
    sandbox.fault("sendMessage", kind="drop_after")
    owe(ana)
    until(state_is(MessageState.UNKNOWN))
    assert len([m for m in sandbox.messages(ana) if m.get("text") == "Una carta"]) == 1

    with time_machine.travel(clock.now() + timedelta(minutes=1)):
        until(state_is(MessageState.SENT))
    assert OutgoingMessage.objects.get(payload__contains="Una carta").unknown_at is not None


def test_a_channel_post_whose_answer_was_lost_waits_for_a_person(sandbox, ana, until):
    channel = sandbox.add_channel("Susurros")["id"]
    sandbox.fault("sendMessage", kind="drop_after")
    owe(channel)
    until(state_is(MessageState.UNKNOWN))

    with time_machine.travel(clock.now() + timedelta(minutes=10)):
        owe(ana, "Otra")
        until(state_is(MessageState.SENT, "Otra"))
        assert state_is(MessageState.UNKNOWN)()


def test_a_temporary_error_is_tried_again(sandbox, ana, until):
    sandbox.fault("sendMessage", status=500, count=1)
    owe(ana)

    sandbox.wait_for_message(ana, "Una carta")
    until(state_is(MessageState.SENT))
    assert OutgoingMessage.objects.get(payload__contains="Una carta").attempts == 2


def test_an_answer_telegram_refuses_for_now_goes_through_the_outbox(sandbox, ana):
    sandbox.fault("sendMessage", chat_id=ana, retry_after=1)
    sandbox.say(ana, ana, "/saldo")

    assert sandbox.wait_for_message(ana, "besitos")


def test_a_file_is_uploaded_once_and_then_sent_by_its_id(sandbox, ana, settings, tmp_path, until):
    settings.MEDIA_ROOT = tmp_path
    (tmp_path / "luna.png").write_bytes(PNG)
    for number in (1, 2):
        photo = Message(key=f"photo:{number}", chat_id=ana, method="sendPhoto", params={"photo": "file:luna.png"})
        messages.enqueue([photo])
        until(
            lambda number=number: OutgoingMessage.objects.filter(
                key=f"photo:{number}", state=MessageState.SENT
            ).exists()
        )

    photos = [call["params"]["photo"] for call in sandbox.calls("sendPhoto")]
    assert len(photos) == 2
    assert isinstance(photos[0], dict)
    assert isinstance(photos[1], str)


PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360606060000000050001a5f645400000000049454e44ae426082"
)
