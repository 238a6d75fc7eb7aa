import pytest

from gamification.bot import wallet
from gamification.models import Reason
from gamification.services import wallets
from yabot.core.people import Person

pytestmark = pytest.mark.django_db

LUCIA = Person(7, "Lucía")


def earn(amount):
    wallets.add(user_id=7, amount=amount, reason=Reason.REACTION, reference=f"reaction:{amount}")


def test_the_balance_is_told():
    earn(12)

    assert "12" in wallet.balance(LUCIA).text.text


def test_the_history_tells_each_movement_with_its_reason():
    earn(12)
    wallets.spend(user_id=7, amount=5, reason=Reason.FRAGMENT, reference="fragment:1")

    text = wallet.history(LUCIA).text.text

    assert "+12 · Reacción" in text
    assert "-5 · Fragmento de la historia" in text
    assert "7 besitos" in text


def test_the_history_calls_a_page_of_the_story_by_its_name():
    wallets.add(user_id=7, amount=12, reason=Reason.FRAGMENT, reference="a", note="Final: La puerta")
    wallets.spend(user_id=7, amount=5, reason=Reason.FRAGMENT, reference="b", note="El piano")
    wallets.add(user_id=7, amount=1, reason=Reason.REACTION, reference="c", note="para el equipo")

    text = wallet.history(LUCIA).text.text

    assert "-5 · El piano" in text and "+12 · Final: La puerta" in text
    assert "+1 · Reacción" in text and "equipo" not in text


def test_an_empty_history_says_how_it_begins():
    assert "Reacciona con ❤️" in wallet.history(LUCIA).text.text
