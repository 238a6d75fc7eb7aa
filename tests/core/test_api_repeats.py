"""A write of the API that is repeated happens once."""

import threading
from datetime import timedelta

import pytest
import time_machine
from django.core.cache import cache
from django.db import connection

from gamification.models import Reason, Transfer
from gamification.services import proof, wallets
from narrative.services import choices, library
from tests.core.calling import ORDER, WALLET, ask, operations
from tests.factories import core as factories
from tests.factories.gamification import WalletFactory
from tests.factories.keys import bearer
from tests.factories.narrative import HintFactory, LucienTemplateFactory
from tests.narrative.stories import choice, ending, fragment, story
from yabot.core import clock, keys, retention
from yabot.core.models import EventRecord, IdempotentAnswer, ModuleKey

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _nothing_counted() -> None:
    cache.clear()


def test_the_same_write_again_is_answered_and_not_done_again():
    headers = bearer()
    first = ask(WALLET + "add/", headers, "post", ORDER, **{"Idempotency-Key": "abc"})
    again = ask(WALLET + "add/", headers, "post", ORDER, **{"Idempotency-Key": "abc"})

    assert again.json() == first.json()
    assert again["Idempotent-Replayed"] == "true"
    assert Transfer.objects.count() == 1
    assert EventRecord.objects.count() == 1


def test_an_idempotency_key_is_for_one_request():
    headers = bearer()
    ask(WALLET + "add/", headers, "post", ORDER, **{"Idempotency-Key": "abc"})

    answer = ask(WALLET + "add/", headers, "post", ORDER | {"reference": "b"}, **{"Idempotency-Key": "abc"})

    assert (answer.status_code, answer.json()["code"]) == (409, "IDEM001")
    assert ask(WALLET + "add/", bearer(), "post", ORDER, **{"Idempotency-Key": "abc"}).status_code == 200
    assert ask(WALLET + "add/", headers, "post", ORDER, **{"Idempotency-Key": "x" * 129}).status_code == 409


def test_a_write_is_repeated_with_the_keys_successor():
    first = ask(WALLET + "add/", bearer(), "post", ORDER, **{"Idempotency-Key": "abc"})
    _, secret = keys.rotate(ModuleKey.objects.get().pk)

    again = ask(WALLET + "add/", {"Authorization": f"Bearer {secret}"}, "post", ORDER, **{"Idempotency-Key": "abc"})

    assert (again.json(), again["Idempotent-Replayed"]) == (first.json(), "true")
    assert IdempotentAnswer.objects.count() == 1


def test_a_refused_write_may_be_tried_again_with_its_key():
    headers = bearer()
    refused = ask(WALLET + "spend/", headers, "post", ORDER, **{"Idempotency-Key": "abc"})
    WalletFactory(user_id=1, balance=9)

    done = ask(WALLET + "spend/", headers, "post", ORDER, **{"Idempotency-Key": "abc"})

    assert (refused.status_code, done.status_code) == (409, 200)
    assert wallets.balance_of(1) == 4


@pytest.mark.django_db(transaction=True)
def test_two_equal_writes_at_once_happen_once():
    headers = bearer()
    answers = []

    def write() -> None:
        answers.append(ask(WALLET + "add/", headers, "post", ORDER, **{"Idempotency-Key": "abc"}))
        connection.close()

    threads = [threading.Thread(target=write) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.content for answer in answers}) == 1
    assert IdempotentAnswer.objects.count() == 1
    assert wallets.balance_of(1) == 5
    assert proof.prove().ok


@pytest.mark.django_db(transaction=True)
def test_one_payment_ordered_twice_at_once_with_other_keys_is_made_and_told_to_both():
    WalletFactory(user_id=1, balance=ORDER["amount"])
    headers = bearer()
    statuses = []

    def spend(number: int) -> None:
        answer = ask(WALLET + "spend/", headers, "post", ORDER, **{"Idempotency-Key": f"try {number}"})
        statuses.append(answer.status_code)
        connection.close()

    threads = [threading.Thread(target=spend, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert statuses == [200] * 4
    assert wallets.balance_of(1) == 0


def test_an_answer_is_kept_for_a_day():
    ask(WALLET + "add/", bearer(), "post", ORDER, **{"Idempotency-Key": "abc"})

    assert retention.forget_old_answers() == 0
    with time_machine.travel(clock.now() + timedelta(hours=25)):
        assert retention.forget_old_answers() == 1
    assert not IdempotentAnswer.objects.exists()


def writes() -> dict[str, tuple[object, object]]:
    """For every write: a body, and another one. None where there is no body to differ."""
    other = ORDER | {"reference": "shop:2"}
    webhook = {"name": "Cuentas", "url": "https://cuentas.example/"}
    order = {"user_id": 1, **ORDER}
    post = {"chat_id": -1001, "text": "Hola", "reference": "a"}
    now = clock.now()
    letter = {"letter": "hola", "reference": "a"}
    return {
        "add_besitos": (ORDER, other),
        "spend_besitos": (ORDER, other),
        "hold_besitos": (ORDER, other),
        "end_hold": (None, None),
        "order_gamification_spend": (order, order | {"amount": 1}),
        "undo_movement": ({"note": "a"}, {"note": "b"}),
        "create_post": (post, post | {"text": "Adiós"}),
        "adopt_post": ({"chat_id": -1001, "message_id": 7}, {"chat_id": -1001, "message_id": 8}),
        "erase_user": (None, None),
        "update_user": ({"language": "en"}, {"language": "es"}),
        "create_webhook": (webhook, webhook | {"name": "Tienda"}),
        "update_webhook": ({"name": "a"}, {"name": "b"}),
        "delete_webhook": (None, None),
        "ping_webhook": (None, None),
        "rotate_webhook_secret": (None, None),
        "replay_webhook_delivery": (None, None),
        "update_progress": ({"action": "begin"}, {"action": "restart"}),
        "process_decision": ({"choice": "a-fin", "step": 1}, {"choice": "a-fin", "step": 2}),
        "unlock_hint": ({"hint": "mapa"}, {"hint": "otra"}),
        "send_message": (letter, letter | {"reference": "b"}),
        "schedule_message": tuple(letter | {"at": (now + timedelta(days=n)).isoformat()} for n in (1, 2)),
    }


@pytest.fixture
def things() -> dict[str, object]:
    """What the writes are about, by its name in their paths."""
    factories.TelegramUserFactory(id=1)
    WalletFactory(user_id=1, balance=100)
    call = factories.WebhookDeliveryFactory(dead=True)
    hold = wallets.hold(user_id=1, amount=1, reason=Reason.FRAGMENT, reference="hold:1")
    library.release(story(fragment("sala", choice("fin")), ending("fin")))
    choices.begin(1, story="casa")
    HintFactory(key="mapa", template=None)
    LucienTemplateFactory(key="hola")
    factories.TelegramChatFactory(id=-1001)
    wrong = wallets.add(user_id=1, amount=1, reason=Reason.GIFT, reference="gift:1")
    return {
        "transfer_id": wrong.pk,
        "hold_id": hold.pk,
        "endpoint_id": call.endpoint_id,
        "delivery_id": call.pk,
        "story": "casa",
    }


def test_every_write_is_listed_here_and_says_that_it_takes_an_idempotency_key():
    changing = [one for one in operations() if not one.reads]

    assert {one.name for one in changing} == set(writes())
    for one in changing:
        assert "Idempotency-Key" in [parameter["name"] for parameter in one.entry["parameters"]], one.name


@pytest.mark.parametrize("name", sorted(writes()))
def test_every_write_is_repeatable_and_its_key_good_for_nothing_else(name, things):
    (one,) = (found for found in operations(**things) if found.name == name)
    body, other = writes()[name]
    headers, key = bearer(), {"Idempotency-Key": "abc"}

    first = ask(one.path, headers, one.method, body, **key)
    again = ask(one.path, headers, one.method, body, **key)
    other_path = one.path if other is not None else one.path.replace("release", "capture") + "?again=1"
    refused = ask(other_path, headers, one.method, other, **key)

    assert (first.status_code, first.headers.get("Idempotent-Replayed")) in {(n, None) for n in (200, 201, 202, 204)}
    assert (again.status_code, again.content) == (first.status_code, first.content)
    assert again["Idempotent-Replayed"] == "true"
    assert (refused.status_code, refused.json()["code"]) == (409, "IDEM001")
    assert IdempotentAnswer.objects.count() == 1


@pytest.mark.parametrize("key", ["x" * 129, "ñ", "a\tb"])
def test_what_is_no_text_of_128_characters_is_no_idempotency_key(key):
    answer = ask(WALLET + "add/", bearer(), "post", ORDER, **{"Idempotency-Key": key})

    assert (answer.status_code, answer.json()["code"]) == (409, "IDEM001")
    assert not Transfer.objects.exists()
