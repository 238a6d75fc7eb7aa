"""Prices that were paid and led nowhere go back once; what was paid for a step stays paid."""

import json
from collections.abc import Iterator

import pytest
from django.core.cache import cache
from django.db import connection

from gamification.services import wallets
from narrative.errors import ChoiceGone
from narrative.models import ProgressStep, ReaderProgress, StepKind
from narrative.services import choices, library, refunds
from tests.core import remote_module
from tests.core.reconciling import found, reconcile
from tests.core.remote_module import Handler, RemoteModule
from tests.factories.gamification import WalletFactory
from tests.narrative.stories import choice, ending, fragment, story
from yabot.core import breaker, delivery
from yabot.core.ports import remote

pytestmark = pytest.mark.django_db
ANA = 7
PRICES = "narrative.prices"


@pytest.fixture(autouse=True)
def _market():
    library.release(
        story(
            fragment("plaza", choice("taller", price=20), choice("cine", price=30), choice("parque")),
            fragment("taller", choice("plaza", key="salir")),
            fragment("cine"),
            ending("parque"),
        )
    )
    WalletFactory(user_id=ANA, balance=100)


def go(*keys: str) -> choices.Place:
    place = choices.begin(ANA, story="casa")
    for key in keys:
        place = choices.follow(ANA, story="casa", step=place.progress.step, choice=key)
    return place


def pay_and_die(key: str, amount: int, step: int = 2) -> None:
    """The economy took the price, and the story's process died before the reader moved."""
    reference = f"story:{ReaderProgress.objects.get().pk.hex}:{step}:{key}:price"
    wallets.spend(user_id=ANA, amount=amount, reason="fragment", reference=reference)


def give_back() -> int:
    """How many prices went back now."""
    return reconcile(PRICES, then=lambda: delivery.deliver("gamification")).repaired


def test_what_was_paid_for_a_step_stays_paid():
    go("a-taller", "salir", "a-taller")

    assert found(reconcile(PRICES)) == []
    assert wallets.balance_of(ANA) == 60


def test_a_price_goes_back_once_when_the_reader_has_moved_on_without_it():
    go()
    pay_and_die("a-taller", 20)
    pay_and_die("a-cine", 30)
    go("a-parque")
    assert wallets.balance_of(ANA) == 50

    assert give_back() == 2
    assert wallets.balance_of(ANA) == 100
    assert give_back() == 0
    assert found(reconcile(PRICES)) == []
    assert choices.where(ANA).progress.step == 2, "their page is still theirs"


def test_of_two_different_choices_that_were_paid_one_is_delivered_and_the_other_goes_back():
    go()
    pay_and_die("a-cine", 30)
    go("a-taller")

    assert give_back() == 1
    assert wallets.balance_of(ANA) == 80


def test_whoever_still_stands_there_gets_it_back_and_pays_again_for_the_way():
    go()
    pay_and_die("a-taller", 20)

    assert give_back() == 1

    assert wallets.balance_of(ANA) == 100
    with pytest.raises(ChoiceGone):
        choices.follow(ANA, story="casa", step=1, choice="a-taller")
    place = choices.follow(ANA, story="casa", step=2, choice="a-taller")
    assert (place.scene.fragment.key, place.progress.step, wallets.balance_of(ANA)) == ("taller", 3, 80)
    assert give_back() == 0


def test_two_prices_of_one_moment_both_go_back():
    go()
    pay_and_die("a-taller", 20)
    pay_and_die("a-cine", 30)

    assert give_back() == 2
    assert wallets.balance_of(ANA) == 100
    rows = ProgressStep.objects.filter(kind=StepKind.REFUNDED).values_list("number", "choice", "price")
    assert sorted(rows) == [(2, "a-cine", 30), (2, "a-taller", 20)]


def test_a_press_that_ends_at_the_same_moment_keeps_its_price():
    go()
    pay_and_die("a-taller", 20)
    before = ReaderProgress.objects.get()
    go("a-taller")

    assert refunds._step_on_the_spot(before, 2) is False
    assert give_back() == 0
    assert wallets.balance_of(ANA) == 80


def test_other_spendings_and_readings_that_are_gone_are_left_alone():
    go()
    wallets.spend(user_id=ANA, amount=1, reason="fragment", reference="story:x:2:a:price")
    wallets.spend(user_id=ANA, amount=1, reason="item", reference="shop:1")
    pay_and_die("a-taller", 20)
    ReaderProgress.objects.all().delete()

    assert found(reconcile(PRICES)) == []


@pytest.fixture
def economy(settings) -> Iterator[RemoteModule]:
    """The economy, in another process."""
    breaker.circuits.cache_clear()
    cache.clear()
    with remote_module.running() as server:
        settings.MODULE_URLS, settings.MODULE_KEY, settings.PORT_SECONDS = {"gamification": server.url}, "k", 5
        yield server
    remote.close()
    breaker.circuits.cache_clear()


@pytest.mark.django_db(transaction=True)
def test_a_press_that_paid_and_lost_to_another_goes_nowhere_and_its_price_goes_back(economy, settings):
    def answer(handler: Handler) -> None:
        path, _headers, asked = economy.asked[-1]
        if path.endswith("balances"):
            handler.say(200, b'{"by_user": {"7": 100}}')
            return
        paid = wallets.spend(user_id=ANA, amount=20, reason="fragment", reference=asked["reference"])
        choices.follow(ANA, story="casa", step=1, choice="a-parque")  # another press is quicker
        connection.close()
        handler.say(200, json.dumps({"transfer_id": str(paid.pk), "amount": 20}).encode())

    economy.replies = [answer]
    go()

    with pytest.raises(ChoiceGone):
        choices.follow(ANA, story="casa", step=1, choice="a-taller")

    settings.MODULE_URLS = {}
    assert (choices.where(ANA).scene.fragment.key, wallets.balance_of(ANA)) == ("parque", 80)
    assert give_back() == 1
    assert wallets.balance_of(ANA) == 100


@pytest.mark.django_db(transaction=True)
def test_the_page_after_a_price_that_was_paid_elsewhere_knows_it(economy):
    paid = b'{"transfer_id": "0190a5d2-0000-7000-8000-000000000001", "amount": 20}'
    before = b'{"by_user": {"7": 45}}'
    economy.replies = [lambda call: call.say(200, before if economy.asked[-1][0].endswith("balances") else paid)]
    library.release(
        story(fragment("plaza", choice("taller", price=20)), fragment("taller", choice("plaza", key="v", price=30)))
    )

    assert go("a-taller").scene.option("v").reasons["es"] == "Te faltan 5 besitos."
