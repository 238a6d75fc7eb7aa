import json
from io import StringIO

import pytest
from django.core.management import call_command

from yabot.core.models import Delivery, EventRecord, InboundUpdate, OutgoingMessage


@pytest.mark.django_db
def test_queues_says_what_waits():
    record = EventRecord.objects.create(type="a", payload="{}", correlation_id=EventRecord().id, sequence=1)
    Delivery.objects.create(event=record, module="narrative", user_id=1, sequence=1, shard=1)
    InboundUpdate.objects.create(id=1, kind="message", payload="{}")
    OutgoingMessage.objects.create(key="a", chat_id=1, payload="{}")
    told, sentences = StringIO(), StringIO()

    call_command("queues", "--json", stdout=told)
    call_command("queues", stdout=sentences)

    assert json.loads(told.getvalue()) == {"inbound": 1, "deliveries": 1, "outgoing": 1, "dead": 0}
    assert "outgoing: 1" in sentences.getvalue()


@pytest.mark.django_db
@pytest.mark.parametrize(("token", "words"), [("", "is not set"), ("hello", "does not look like")])
def test_the_bot_does_not_start_without_a_token_that_can_be_one(settings, token, words):
    settings.TELEGRAM_TOKEN = token
    said = StringIO()

    with pytest.raises(SystemExit) as ended:
        call_command("runbot", stderr=said)

    assert ended.value.code == 2
    assert words in said.getvalue()
    assert len(said.getvalue().strip().splitlines()) == 1
