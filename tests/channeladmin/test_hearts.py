from datetime import timedelta

import orjson
import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from channeladmin.bot import hearts as screens
from channeladmin.models import HeartPost
from channeladmin.services import hearts
from tests.factories.channeladmin import ChannelSettingsFactory, HeartPostFactory
from tests.factories.core import TelegramUserFactory
from yabot.core import clock, delivery, reactions
from yabot.core.correlation import Trace
from yabot.core.ids import uuid7
from yabot.core.models import Delivery, MessageState, OutgoingMessage, Reaction, ReactionSource
from yabot.core.people import Person
from yabot.core.reactions import HEART, NewReaction
from yabot.core.telegram import markup
from yabot.core.telegram.callbacks import ForgedCallback

pytestmark = pytest.mark.django_db
CHANNEL = -1001


def press(*user_ids, message_id=7, source=ReactionSource.BUTTON):
    """These people press the heart of a post, and the channel hears of it."""
    reactions.detect([NewReaction(user, CHANNEL, message_id, HEART, source, Trace(uuid7())) for user in user_ids])
    return delivery.deliver("channeladmin")


def edits():
    rows = OutgoingMessage.objects.filter(key__startswith="hearts:").order_by("key")
    return [(row.key, orjson.loads(row.payload)["reply_markup"]["inline_keyboard"][0][0]["text"]) for row in rows]


def a_post_of_ours(state=MessageState.SENT, **where):
    hearts.post(chat_id=CHANNEL, text=markup.parse("Esta <b>noche</b>."), key="noche")
    where = {"message_id": 7, **where}
    OutgoingMessage.objects.filter(key="heartpost:noche").update(state=state, **where)


def test_a_post_is_owed_once_with_the_button_under_it():
    hearts.post(chat_id=CHANNEL, text=markup.parse("Esta <b>noche</b>."), key="noche")
    hearts.post(chat_id=CHANNEL, text=markup.parse("Otra vez."), key="noche")

    row = OutgoingMessage.objects.get()
    params = orjson.loads(row.payload)
    ((button,),) = params["reply_markup"]["inline_keyboard"]
    assert (row.method, row.chat_id, params["text"], button["text"]) == ("sendMessage", CHANNEL, "Esta noche.", "❤️")
    assert hearts.PRESS.pack() == button["callback_data"]


def test_a_post_with_a_picture_is_a_photo_with_its_caption():
    hearts.post(chat_id=CHANNEL, text=markup.parse("Esta <b>noche</b>."), key="noche", photo="demo/a.jpg")

    row = OutgoingMessage.objects.get()
    params = orjson.loads(row.payload)
    assert (row.method, params["photo"], params["caption"]) == ("sendPhoto", "file:demo/a.jpg", "Esta noche.")
    assert params["caption_entities"][0]["type"] == "bold"


def test_somebody_elses_post_gets_the_button_where_the_channel_wants_that_and_once():
    ChannelSettingsFactory(chat_id=CHANNEL)

    assert hearts.adopt(chat_id=CHANNEL, message_id=7)
    assert not hearts.adopt(chat_id=CHANNEL, message_id=7)

    assert edits() == [("hearts:-1001:7", "❤️")]
    assert HeartPost.objects.get().message_id == 7


@pytest.mark.parametrize("chat_id", [CHANNEL, -2])
def test_a_channel_that_does_not_want_it_gets_none(chat_id):
    ChannelSettingsFactory(chat_id=CHANNEL, heart_button=False)

    assert not hearts.adopt(chat_id=chat_id, message_id=7)

    assert edits() == []
    assert not HeartPost.objects.exists()


@pytest.mark.parametrize("state", [MessageState.SENDING, MessageState.UNKNOWN])
def test_a_post_that_readers_see_before_we_know_its_number_has_the_button(state):
    hearts.post(chat_id=CHANNEL, text=markup.parse("Hola"), key="a")
    assert not hearts.has_button(chat_id=CHANNEL, message_id=7)

    OutgoingMessage.objects.update(state=state)

    assert hearts.has_button(chat_id=CHANNEL, message_id=7)
    assert not hearts.has_button(chat_id=CHANNEL - 1, message_id=7)


def test_a_post_of_our_own_has_the_button_once_it_was_sent():
    a_post_of_ours()

    assert hearts.has_button(chat_id=CHANNEL, message_id=7)
    assert hearts.has_button(chat_id=CHANNEL, message_id=7)

    assert HeartPost.objects.count() == 1


@pytest.mark.parametrize(
    "where", [{"state": MessageState.QUEUED}, {"message_id": 8}, {"chat_id": -5}, {"key": "hint:noche"}]
)
def test_any_other_message_has_no_button(where):
    a_post_of_ours(**where)

    assert not hearts.has_button(chat_id=CHANNEL, message_id=7)
    assert not HeartPost.objects.exists()


def test_the_hearts_are_counted_on_the_button():
    HeartPostFactory(message_id=7)

    assert press(1, 2, 3) == 3
    press(4)

    assert HeartPost.objects.get().count == 4
    assert edits() == [("hearts:-1001:7", "❤️ 4")]


def test_a_heart_heard_twice_counts_once():
    HeartPostFactory(message_id=7)
    reactions.detect([NewReaction(1, CHANNEL, 7, HEART, ReactionSource.BUTTON, Trace(uuid7()))])
    row = Delivery.objects.get(module="channeladmin")
    row.pk = uuid7()
    row.save(force_insert=True)

    assert delivery.deliver("channeladmin") == 2

    assert HeartPost.objects.get().count == 1


def test_each_post_has_its_own_count():
    HeartPostFactory(message_id=7)
    HeartPostFactory(message_id=8)

    press(1, 2, message_id=7)
    press(1, message_id=8)

    assert edits() == [("hearts:-1001:7", "❤️ 2"), ("hearts:-1001:8", "❤️ 1")]


def test_a_busy_post_is_edited_every_three_seconds_at_most():
    HeartPostFactory(message_id=7)
    begin = clock.now()
    press(1)
    OutgoingMessage.objects.update(state=MessageState.SENT, sent_at=begin)

    with time_machine.travel(begin + timedelta(seconds=1), tick=False):
        press(2)
        press(3)

    row = OutgoingMessage.objects.get()
    assert row.state == MessageState.QUEUED
    assert row.due_at == begin + timedelta(seconds=3)
    assert edits() == [("hearts:-1001:7", "❤️ 3")]


def test_an_unchanged_count_owes_nothing():
    HeartPostFactory(message_id=7, count=1)

    press(1)

    assert edits() == []


def test_a_heart_under_a_message_we_do_not_know_changes_nothing():
    press(1)

    assert edits() == []


def test_native_reactions_are_not_brought_to_the_channel():
    HeartPostFactory(message_id=7)

    assert press(1, source=ReactionSource.NATIVE) == 0

    assert HeartPost.objects.get().count == 0


def test_nothing_pressed_asks_nothing(django_assert_num_queries):
    with django_assert_num_queries(2):  # the savepoint
        hearts.count_hearts([])


def test_a_hundred_presses_of_one_post_take_as_many_statements_as_one():
    HeartPostFactory(message_id=7)
    counts = []
    for people in (range(1, 2), range(100, 200), range(1000, 1400)):
        reactions.detect([NewReaction(n, CHANNEL, 7, HEART, ReactionSource.BUTTON, Trace(uuid7())) for n in people])
        OutgoingMessage.objects.all().delete()
        with CaptureQueriesContext(connection) as queries:
            assert delivery.deliver("channeladmin") == len(people)
        counts.append(len(queries))

    assert counts == [counts[0]] * 3
    assert HeartPost.objects.get().count == 501


def test_presses_of_a_hundred_posts_take_as_many_statements_as_those_of_one():
    counts = []
    for person, posts in ((1, range(1, 2)), (2, range(100, 200)), (3, range(1000, 1400))):
        for number in posts:
            HeartPostFactory(message_id=number)
        for reader in (person, person + 10):  # the second time every row is there
            pressed = [NewReaction(reader, CHANNEL, n, HEART, ReactionSource.BUTTON, Trace(uuid7())) for n in posts]
            reactions.detect(pressed)
            with CaptureQueriesContext(connection) as queries:
                delivery.deliver("channeladmin")
        counts.append(len(queries))

    assert counts == [counts[0]] * 3
    assert HeartPost.objects.filter(count=2).count() == 501


class TestPressing:
    """What a reader sees who presses the button."""

    ANA = Person(7, "Ana")

    def press(self, message_id=7):
        return screens.heart(self.ANA, chat_id=CHANNEL, message_id=message_id)

    def test_the_first_press_is_thanked_for_and_the_second_is_known(self):
        HeartPostFactory(message_id=7)

        assert self.press().text == "❤️ Gracias. Lucien ha tomado nota."
        assert self.press().text == "❤️ Ya lo sé."

        assert Reaction.objects.get().source == ReactionSource.BUTTON

    def test_an_english_reader_is_answered_in_english(self):
        TelegramUserFactory(id=7, language="en")
        HeartPostFactory(message_id=7)

        assert "Gracias" not in self.press().text

    def test_a_message_without_our_button_cannot_be_hearted(self):
        HeartPostFactory(message_id=7)

        with pytest.raises(ForgedCallback):
            self.press(message_id=8)

        assert not Reaction.objects.exists()

    def test_a_new_post_is_given_its_button(self):
        ChannelSettingsFactory(chat_id=CHANNEL)

        screens.adopt(chat_id=CHANNEL, message_id=7)

        assert edits() == [("hearts:-1001:7", "❤️")]


def test_rows_are_called_by_what_they_are():
    assert str(HeartPostFactory.build(message_id=7, count=3)) == "-1001/7: ❤️ 3"
    assert str(ChannelSettingsFactory.build(chat_id=-5)) == "-5"
