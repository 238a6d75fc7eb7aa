import pytest

from yabot.core import messages, people
from yabot.core.messages import Message
from yabot.core.models import (
    BotStatus,
    EventRecord,
    InboundUpdate,
    MessageState,
    OutgoingMessage,
    TelegramChat,
    TelegramUser,
    UpdateState,
)
from yabot.core.people import Person
from yabot.core.telegram import inbox

pytestmark = pytest.mark.django_db


def test_people_are_met_once_and_their_new_names_are_noted():
    people.meet([Person(1, "Ana", "", "ana", "es"), Person(2, "Luis")])
    people.meet([Person(1, "Ana María", "", "ana", "es")])

    assert list(TelegramUser.objects.order_by("id").values_list("first_name", flat=True)) == ["Ana María", "Luis"]


def test_an_update_without_a_language_takes_none_away():
    people.meet([Person(1, "Ana", language_code="en")])
    people.meet([Person(1, "Ana")])

    assert TelegramUser.objects.get().language_code == "en"


def test_meeting_known_people_again_asks_the_database_nothing(
    django_capture_on_commit_callbacks, django_assert_num_queries
):
    with django_capture_on_commit_callbacks(execute=True):
        people.meet([Person(1, "Ana"), Person(2, "Luis")])

    with django_assert_num_queries(0):
        people.meet([Person(1, "Ana"), Person(2, "Luis")])


def test_hostile_names_are_made_harmless_and_fit():
    person = Person.from_telegram({"id": 1, "first_name": "\u202eA\x00\n" + "x" * 300, "username": None})

    assert "\u202e" not in person.first_name
    assert "\n" not in person.first_name
    assert len(person.first_name) <= 64


def test_an_erased_person_stays_erased_when_they_come_back():
    people.meet([Person(1, "Ana", username="ana")])
    people.erase(user_id=1)
    people.meet([Person(1, "Ana", username="ana")])

    reader = TelegramUser.objects.get()
    assert (reader.first_name, reader.username) == ("", "")
    assert not reader.is_reachable


def test_a_person_is_reachable_from_their_start_until_they_block_the_bot():
    people.meet([Person(1, "Ana")])
    assert not TelegramUser.objects.get().is_reachable

    assert people.start(user_id=1)
    assert TelegramUser.objects.get().is_reachable

    people.block(user_id=1)
    assert not TelegramUser.objects.get().is_reachable

    assert not people.start(user_id=1)
    assert TelegramUser.objects.get().is_reachable


@pytest.mark.parametrize(
    ("chosen", "telegram", "spoken"),
    [("", "es-MX", "es"), ("", "en-GB", "en"), ("", "fr", "es"), ("en", "es", "en"), ("es", "en", "es")],
)
def test_the_chosen_language_wins_then_telegrams_then_spanish(chosen, telegram, spoken):
    assert TelegramUser(id=1, language=chosen, language_code=telegram).spoken_language == spoken


def test_a_group_that_moves_takes_its_waiting_messages_along():
    people.learn_chat(chat_id=-5, type="group", title="Café", username="", bot_status=BotStatus.ADMINISTRATOR)
    OutgoingMessage.objects.create(key="a", chat_id=-5, payload="{}")

    people.move_chat(chat_id=-5, moved_to=-1005)

    assert OutgoingMessage.objects.get().chat_id == -1005
    assert TelegramChat.objects.get(pk=-1005).bot_status == BotStatus.ADMINISTRATOR
    assert TelegramChat.objects.get(pk=-5).migrated_to == -1005
    assert EventRecord.objects.get().type == "chat_moved"


def test_erasing_removes_names_texts_and_what_was_not_sent():
    people.meet([Person(1, "Ana")])
    messages.enqueue([Message(key=key, chat_id=1, params={"text": "Hola Ana"}) for key in ("sent", "queued")])
    OutgoingMessage.objects.filter(key="sent").update(state=MessageState.SENT)
    inbox.store([{"update_id": 5, "message": {"from": {"id": 1, "first_name": "Ana"}}}])
    inbox.mark([5], UpdateState.DONE)

    people.erase(user_id=1)

    assert set(OutgoingMessage.objects.values_list("payload", flat=True)) == {"{}"}
    assert OutgoingMessage.objects.get(key="queued").state == MessageState.FAILED
    assert not InboundUpdate.objects.exists()


def test_somebody_who_was_erased_may_begin_again():
    people.meet([Person(1, "Ana")])
    people.start(user_id=1)
    people.erase(user_id=1)
    people.start(user_id=1)
    people.meet([Person(1, "Ana")])

    assert TelegramUser.objects.get().first_name == "Ana"
    assert TelegramUser.objects.get().is_reachable
