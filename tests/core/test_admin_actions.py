"""What only a person can decide: to erase, to deliver again, to send again."""

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client

from tests.core.back_office import act, allow, list_of, staff
from tests.factories import core as factories
from yabot.core.models import Delivery, MessageState, OutgoingMessage, TelegramUser

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff_client(client: Client) -> Client:
    return staff(client)


def test_erasing_asks_first_and_then_forgets(admin_client: Client) -> None:
    person = factories.TelegramUserFactory(first_name="Ana")

    asked = act(admin_client, "erase", person)
    assert "No se puede deshacer" in asked.content.decode()
    assert TelegramUser.objects.get(pk=person.pk).first_name == "Ana"

    act(admin_client, "erase", person, confirmed="yes")
    person.refresh_from_db()
    assert person.first_name == ""
    assert person.erased_at is not None
    assert LogEntry.objects.filter(object_id=str(person.pk)).count() == 1


def test_only_who_may_delete_people_erases_them(staff_client: Client) -> None:
    person = factories.TelegramUserFactory(first_name="Ana")
    allow(staff_client, "view_telegramuser", "change_telegramuser")

    act(staff_client, "erase", person, confirmed="yes")

    assert TelegramUser.objects.get(pk=person.pk).first_name == "Ana"


def test_the_list_of_deliveries_begins_with_the_abandoned(admin_client: Client) -> None:
    dead, waiting = factories.DeliveryFactory(dead=True), factories.DeliveryFactory()

    listed = {
        choice: [row.pk for row in admin_client.get(list_of(Delivery) + choice).context["cl"].result_list]
        for choice in ("", "?estado=espera", "?estado=todas")
    }

    assert listed == {"": [dead.pk], "?estado=espera": [waiting.pk], "?estado=todas": [waiting.pk, dead.pk]}


def test_replaying_gives_a_dead_letter_all_its_tries(admin_client: Client) -> None:
    dead = factories.DeliveryFactory(dead=True)

    act(admin_client, "replay", dead)

    dead.refresh_from_db()
    assert (dead.dead_at, dead.attempts) == (None, 0)


def test_only_who_may_change_deliveries_replays_them(staff_client: Client) -> None:
    dead = factories.DeliveryFactory(dead=True)
    allow(staff_client, "view_delivery")

    act(staff_client, "replay", dead)

    dead.refresh_from_db()
    assert dead.dead_at is not None


def test_retrying_queues_what_failed_and_leaves_the_rest(admin_client: Client) -> None:
    failed, sent = factories.OutgoingMessageFactory(failed=True), factories.OutgoingMessageFactory(sent=True)

    act(admin_client, "retry", failed, sent)

    states = dict(OutgoingMessage.objects.values_list("pk", "state"))
    assert states == {failed.pk: MessageState.QUEUED, sent.pk: MessageState.SENT}


def test_a_post_that_may_have_arrived_is_retried_after_a_question(admin_client: Client) -> None:
    post = factories.OutgoingMessageFactory(unknown=True, chat_id=-1001, user_id=None)

    asked = act(admin_client, "retry", post)
    assert "dos veces" in asked.content.decode()
    assert "-1001: Lucien susurra: una pista &amp; un beso." in asked.content.decode()
    post.refresh_from_db()
    assert post.state == MessageState.UNKNOWN

    act(admin_client, "retry", post, confirmed="yes")
    post.refresh_from_db()
    assert post.state == MessageState.QUEUED


def test_only_who_may_change_messages_retries_them(staff_client: Client) -> None:
    failed = factories.OutgoingMessageFactory(failed=True)
    allow(staff_client, "view_outgoingmessage")

    act(staff_client, "retry", failed)

    failed.refresh_from_db()
    assert failed.state == MessageState.FAILED
