"""The channel's pages: settings that an editor chooses by name, and counts that nobody edits."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from channeladmin.admin.hearts import ChannelSettingsForm
from channeladmin.models import ChannelSettings, HeartPost
from tests.core.back_office import allow, list_of, page_of, staff
from tests.factories.channeladmin import ChannelSettingsFactory, HeartPostFactory
from tests.factories.core import TelegramChatFactory
from yabot.core.models import BotStatus

pytestmark = pytest.mark.django_db
ADD = "admin:channeladmin_channelsettings_add"


def fill(channels):
    for _ in range(channels):
        chat = TelegramChatFactory()
        ChannelSettingsFactory(chat_id=chat.pk)
        HeartPostFactory(chat_id=chat.pk)


def found(client, model, term):
    return {row.chat_id for row in client.get(list_of(model), {"q": term}).context["cl"].result_list}


@pytest.mark.parametrize("model", [ChannelSettings, HeartPost])
def test_every_list_takes_as_many_statements_for_one_row_as_for_many(admin_client, model):
    fill(1)
    admin_client.get(list_of(model))
    with CaptureQueriesContext(connection) as few:
        assert admin_client.get(list_of(model)).status_code == 200
    fill(9)

    with CaptureQueriesContext(connection) as many:
        assert admin_client.get(list_of(model)).status_code == 200

    assert len(many) == len(few)


@pytest.mark.parametrize("model", [ChannelSettings, HeartPost])
def test_rows_are_shown_by_the_name_of_their_channel(admin_client, model):
    TelegramChatFactory(id=-1007, title="Los susurros")
    ChannelSettingsFactory(chat_id=-1007)
    HeartPostFactory(chat_id=-1007)

    assert "Los susurros" in admin_client.get(list_of(model)).content.decode()


def test_posts_are_found_by_their_channel_and_their_number(admin_client):
    HeartPostFactory(chat_id=-1007, message_id=41)
    HeartPostFactory(chat_id=-1008, message_id=52)

    assert found(admin_client, HeartPost, "-1007") == {-1007}
    assert found(admin_client, HeartPost, "52") == {-1008}


@pytest.mark.parametrize("model", [ChannelSettings, HeartPost])
def test_a_channel_the_bot_has_not_met_is_shown_by_its_id(admin_client, model):
    ChannelSettingsFactory(chat_id=-100404)
    HeartPostFactory(chat_id=-100404)

    assert "-100404" in admin_client.get(list_of(model)).content.decode()


def test_a_count_is_read_and_never_edited(admin_client):
    post = HeartPostFactory(count=12)

    assert "12" in admin_client.get(page_of(post)).content.decode()
    assert admin_client.post(page_of(post), {"count": 1000}).status_code == 403
    assert admin_client.get(reverse("admin:channeladmin_heartpost_add")).status_code == 403
    assert admin_client.post(reverse("admin:channeladmin_heartpost_delete", args=[post.pk])).status_code == 403
    assert HeartPost.objects.get().count == 12


def test_a_channel_is_chosen_by_its_name_and_gets_the_button(admin_client):
    chat = TelegramChatFactory(title="Los susurros")
    assert "Los susurros" in admin_client.get(reverse(ADD)).content.decode()

    response = admin_client.post(reverse(ADD), {"chat_id": chat.pk, "heart_button": "on"})

    assert response.status_code == 302
    row = ChannelSettings.objects.get()
    assert (row.chat_id, row.heart_button) == (chat.pk, True)


def test_only_channels_can_be_chosen_and_each_says_what_is_missing():
    TelegramChatFactory(id=-1, title="Listo")
    TelegramChatFactory(id=-2, title="Sin permiso", bot_status=BotStatus.MEMBER)
    TelegramChatFactory(id=-3, title="Grupo", type="supergroup")
    lost = ChannelSettingsFactory(chat_id=-99)

    choices = dict(ChannelSettingsForm(instance=lost).fields["chat_id"].choices)

    assert choices == {"": "—", -1: "Listo", -2: "Sin permiso (el bot todavía no es administrador)", -99: "-99"}


@pytest.mark.parametrize("chat_id", ["", "-404", "hola"])
def test_a_channel_the_bot_does_not_know_is_refused(admin_client, chat_id):
    assert admin_client.post(reverse(ADD), {"chat_id": chat_id}).status_code == 200

    assert not ChannelSettings.objects.exists()


def test_a_channel_has_its_settings_once(admin_client):
    chat = TelegramChatFactory()
    ChannelSettingsFactory(chat_id=chat.pk)

    assert admin_client.post(reverse(ADD), {"chat_id": chat.pk}).status_code == 200

    assert ChannelSettings.objects.count() == 1


def test_the_button_is_switched_off_in_the_list(admin_client):
    row = ChannelSettingsFactory(chat_id=TelegramChatFactory().pk)
    forms = {"form-TOTAL_FORMS": 1, "form-INITIAL_FORMS": 1, "form-0-id": row.pk, "_save": "Guardar"}

    assert admin_client.post(list_of(ChannelSettings), forms).status_code == 302

    row.refresh_from_db()
    assert not row.heart_button


def test_whoever_may_only_look_sees_the_settings_and_cannot_change_them(client):
    row = ChannelSettingsFactory(chat_id=TelegramChatFactory().pk)
    allow(staff(client), "view_channelsettings")

    assert client.get(page_of(row)).status_code == 200
    assert client.post(page_of(row), {"chat_id": row.chat_id}).status_code == 403
