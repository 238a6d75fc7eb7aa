"""The handlers on real updates, over a Bot API that only notes what it is asked."""

from types import SimpleNamespace

import pytest
from telegram import Update

from channeladmin.bot import hearts
from channeladmin.models import HeartPost
from narrative.bot import hints
from tests.factories.channeladmin import ChannelSettingsFactory, HeartPostFactory
from yabot.core.models import Reaction
from yabot.core.telegram.bridge import in_db
from yabot.core.telegram.callbacks import ForgedCallback
from yabot.core.telegram.client import Answer
from yabot.core.telegram.screens import BotData

pytestmark = pytest.mark.django_db(transaction=True)

ANA = {"id": 7, "is_bot": False, "first_name": "Ana"}
CHANNEL = {"id": -1001, "type": "channel", "title": "Susurros"}
POST = {"message_id": 9, "date": 1, "chat": CHANNEL, "text": "Esta noche."}


class NotedCalls:
    """Telegram that agrees with everything."""

    def __init__(self):
        self.calls = []

    async def call(self, method, params, *, timeout):
        self.calls.append((method, params))
        return Answer(ok=True, result={})


@pytest.fixture
def api():
    return NotedCalls()


@pytest.fixture
def context(api):
    return SimpleNamespace(bot_data=BotData(api=api))


def update(**facts):
    return Update.de_json({"update_id": 1, **facts}, None)


def press(**message):
    query = {"id": "1", "from": ANA, "chat_instance": "1", "data": "heart:x", **message}
    return update(callback_query=query)


async def test_pressing_the_heart_is_noted_and_thanked_for(api, context):
    await in_db(HeartPostFactory, chat_id=-1001, message_id=9)

    await hearts.on_heart(press(message=POST), context)

    ((method, params),) = api.calls
    assert (method, params["text"]) == ("answerCallbackQuery", "❤️ Gracias. Lucien ha tomado nota.")
    assert await in_db(Reaction.objects.count) == 1


async def test_a_press_that_names_no_message_is_refused(context):
    with pytest.raises(ForgedCallback):
        await hearts.on_heart(press(inline_message_id="1"), context)


async def test_a_new_post_of_the_channel_gets_its_button(context):
    await in_db(ChannelSettingsFactory, chat_id=-1001)

    await hearts.on_channel_post(update(channel_post=POST), context)

    assert await in_db(HeartPost.objects.count) == 1


async def test_asking_for_hints_answers_with_them(api, context):
    asked = {"message_id": 1, "date": 1, "chat": {"id": 7, "type": "private"}, "from": ANA, "text": "/pistas"}

    await hints.on_hints(update(message=asked), context)

    ((method, params),) = api.calls
    assert (method, params["chat_id"]) == ("sendMessage", 7)
    assert params["text"].startswith("Tus pistas")
