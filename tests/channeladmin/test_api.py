"""The channel as programs see it."""

from datetime import timedelta

import orjson
import pytest
from django.core.cache import cache

from channeladmin.models import HeartPost
from tests.core.calling import ask
from tests.factories.channeladmin import ChannelSettingsFactory, HeartPostFactory, SubscriptionFactory
from tests.factories.core import TelegramChatFactory
from tests.factories.keys import bearer
from yabot.core import clock
from yabot.core.models import BotStatus, OutgoingMessage

pytestmark = pytest.mark.django_db

POSTS = "/api/v1/channeladmin/posts/"
CHANNEL = -1001
POST = {"chat_id": CHANNEL, "text": "Esta <b>noche</b>.", "reference": "noche"}


@pytest.fixture(autouse=True)
def _nothing_counted() -> None:
    cache.clear()


def test_posts_are_listed_with_their_hearts():
    post = HeartPostFactory(count=3)

    (told,) = ask(POSTS, bearer("channeladmin:read")).json()["results"]

    assert (told["chat_id"], told["message_id"], told["count"]) == (post.chat_id, post.message_id, 3)


def test_a_post_is_owed_once_for_its_reference():
    TelegramChatFactory(id=CHANNEL)
    headers = bearer("channeladmin:write")

    answers = [ask(POSTS, headers, "post", POST) for _ in range(2)]

    assert [(answer.status_code, answer.json()["reference"]) for answer in answers] == [(202, "noche")] * 2
    payload = orjson.loads(OutgoingMessage.objects.get().payload)
    assert payload["text"] == "Esta noche."


@pytest.mark.parametrize("text", ["Esta <b>noche", "<b> </b>", "<script>x</script>"])
def test_a_post_that_telegram_would_refuse_is_refused_here(text):
    TelegramChatFactory(id=CHANNEL)

    answer = ask(POSTS, bearer(), "post", POST | {"text": text})

    assert (answer.status_code, list(answer.json()["fields"])) == (400, ["text"])
    assert not OutgoingMessage.objects.exists()


def test_nothing_is_posted_where_the_bot_has_no_rights():
    TelegramChatFactory(id=CHANNEL, bot_status=BotStatus.LEFT)
    headers = bearer()

    assert ask(POSTS, headers, "post", POST).status_code == 404
    assert ask(f"{POSTS}adopt/", headers, "post", {"chat_id": CHANNEL, "message_id": 7}).status_code == 404
    assert not OutgoingMessage.objects.exists()


def test_the_button_is_put_under_somebody_elses_post_where_the_channel_wants_it():
    TelegramChatFactory(id=CHANNEL)
    headers, there = bearer(), {"chat_id": CHANNEL, "message_id": 7}

    unwanted = ask(f"{POSTS}adopt/", headers, "post", there).json()
    ChannelSettingsFactory(chat_id=CHANNEL)
    wanted = [ask(f"{POSTS}adopt/", headers, "post", there).json() for _ in range(2)]

    assert [told["adopted"] for told in (unwanted, *wanted)] == [False, True, False]
    assert HeartPost.objects.count() == 1


def test_a_reader_is_vip_while_a_subscription_is_in_force():
    ends = (clock.now() + timedelta(days=3)).replace(microsecond=0)
    SubscriptionFactory(user_id=1, ends_at=ends)
    SubscriptionFactory(user_id=2, ends_at=clock.now() - timedelta(days=3), starts_at=clock.now() - timedelta(days=9))
    headers = bearer("channeladmin:read")

    vip, past = (ask(f"/api/v1/channeladmin/users/{user}/subscription/", headers).json() for user in (1, 2))

    assert (vip["active"], vip["ends_at"]) == (True, ends.isoformat().replace("+00:00", "Z"))
    assert past == {"user_id": 2, "active": False, "plan": "", "ends_at": None}
