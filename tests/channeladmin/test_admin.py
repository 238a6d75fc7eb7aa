import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from channeladmin.models import ChannelSettings, HeartPost
from tests.core.back_office import add_address, list_of, page_of
from tests.factories.channeladmin import ChannelSettingsFactory, HeartPostFactory
from tests.factories.core import TelegramChatFactory
from yabot.core.models import BotStatus

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("factory", [ChannelSettingsFactory, HeartPostFactory])
def test_a_list_takes_as_many_statements_for_many_rows(admin_client, factory):
    address = list_of(factory._meta.model)
    factory()
    admin_client.get(address)
    with CaptureQueriesContext(connection) as few:
        admin_client.get(address)
    factory.create_batch(9)

    with CaptureQueriesContext(connection) as many:
        assert admin_client.get(address).status_code == 200

    assert len(many) == len(few)


def test_a_channel_is_chosen_by_its_name(admin_client):
    channel = TelegramChatFactory(title="Susurros")
    TelegramChatFactory(title="Charla", type="supergroup")
    TelegramChatFactory(title="Ajeno", bot_status=BotStatus.MEMBER)
    form = admin_client.get(add_address(ChannelSettings)).content.decode()

    admin_client.post(add_address(ChannelSettings), {"chat_id": str(channel.pk), "heart_button": "on"})

    assert "Susurros" in form
    assert "Charla" not in form
    assert "Ajeno (el bot todavía no es administrador)" in form
    row = ChannelSettings.objects.get()
    assert (row.chat_id, row.heart_button) == (channel.pk, True)
    assert "Susurros" in admin_client.get(list_of(ChannelSettings)).content.decode()


def test_a_channel_has_its_settings_once(admin_client):
    channel = TelegramChatFactory()
    ChannelSettingsFactory(chat_id=channel.pk)

    assert admin_client.post(add_address(ChannelSettings), {"chat_id": str(channel.pk)}).status_code == 200

    assert ChannelSettings.objects.count() == 1


def test_settings_of_a_channel_that_is_no_longer_known_can_still_be_changed(admin_client):
    row = ChannelSettingsFactory(chat_id=-404)

    assert admin_client.post(page_of(row), {"chat_id": "-404"}).status_code == 302

    assert not ChannelSettings.objects.get().heart_button


def test_posts_are_looked_at_and_never_edited(admin_client):
    row = HeartPostFactory(chat_id=TelegramChatFactory(title="Susurros").pk, count=3)

    assert "Susurros" in admin_client.get(list_of(HeartPost)).content.decode()
    assert admin_client.get(page_of(row)).status_code == 200
    assert admin_client.post(page_of(row), {"count": 9}).status_code == 403
    assert admin_client.get(add_address(HeartPost)).status_code == 403
