"""The economy does not answer: nothing is granted or refused wrongly, and everything is looked at again."""

from datetime import timedelta
from types import SimpleNamespace

import pytest
import time_machine

from narrative.models import Hint, HintCombination, SecondLook
from narrative.services import due_letters, hints
from tests.factories.gamification import WalletFactory
from tests.factories.narrative import CommunityGoalFactory, HintFactory, LucienTemplateFactory, besitos, reactions
from tests.narrative.telling import counted, has_reacted, letters, opened, react, reader, tell, texts
from yabot.core import clock
from yabot.core.models import MessagePriority
from yabot.core.ports import wallets
from yabot.core.ports.operations import Answer
from yabot.core.ports.wallets import Balances

pytestmark = pytest.mark.django_db

BOTH = {"all": [*besitos(5)["all"], *reactions(2)["all"]]}
EITHER = {"all": [{"any": [*besitos(5)["all"], *reactions(1)["all"]]}]}


@pytest.fixture
def economy(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """An economy that can go away: ``economy.goes()``, ``economy.comes_back()``."""
    provider = wallets.balances._provider
    return SimpleNamespace(
        goes=lambda: monkeypatch.setattr(wallets.balances, "_provider", None),
        comes_back=lambda: monkeypatch.setattr(wallets.balances, "_provider", provider),
    )


def owns(user_id: int, balance: int) -> None:
    """Besitos from before the story was written."""
    WalletFactory(user_id=user_id, balance=balance)
    tell()


def test_a_hint_that_hangs_on_besitos_waits_and_opens_when_the_economy_is_back(economy):
    ana = reader()
    owns(ana, 5)
    HintFactory(key="llave", condition=BOTH)
    has_reacted(ana, 1)
    economy.goes()

    react(ana, message_id=900)
    assert opened() == set()
    assert hints.look_again_due() == 0
    assert opened() == set()

    economy.comes_back()
    with time_machine.travel(clock.now() + timedelta(seconds=31)):
        assert hints.look_again_due() == 1
    assert opened() == {(ana, "llave")}
    assert not SecondLook.objects.exists()


def test_whoever_has_too_little_is_looked_at_again_and_gets_nothing(economy):
    ana = reader()
    owns(ana, 4)
    HintFactory(key="llave", condition=BOTH)
    has_reacted(ana, 1)
    economy.goes()
    react(ana, message_id=900)
    economy.comes_back()

    assert hints.look_again_due() == 0
    assert opened() == set()
    assert not SecondLook.objects.exists()


def test_what_does_not_hang_on_besitos_is_decided_at_once(economy):
    ana = reader()
    owns(ana, 50)
    HintFactory(key="llave", condition=BOTH)
    HintFactory(key="puerta", condition=EITHER, template=LucienTemplateFactory(text_es="Pasa.", text_en="Come in."))
    economy.goes()

    react(ana, message_id=900)

    assert opened() == {(ana, "puerta")}
    assert not SecondLook.objects.exists()


def test_a_reader_is_looked_at_once_however_often_they_react(economy):
    HintFactory(key="llave", condition=BOTH)
    ana = reader()
    has_reacted(ana, 2)
    economy.goes()

    for message in (900, 901, 902):
        react(ana, message_id=message)

    assert SecondLook.objects.count() == 1


def test_a_letter_that_tells_besitos_is_not_written_with_a_wrong_number(economy):
    ana = reader()
    owns(ana, 9)
    HintFactory(condition=reactions(1), key="llave", template=LucienTemplateFactory(text_es="Tienes {besitos}."))
    economy.goes()

    react(ana, message_id=900)
    assert (opened(), texts()) == ({(ana, "llave")}, [])

    economy.comes_back()
    later()
    assert texts() == ["Tienes 9."]


def later(minutes: int = 5) -> None:
    """Some minutes pass, and Lucien writes."""
    with time_machine.travel(clock.now() + timedelta(minutes=minutes)):
        due_letters.deliver_due()


def given_by_a_story(ana: int) -> None:
    hints.open_for_reader(ana, ["llave"])


def found_by_its_code(ana: int) -> None:
    hints.open_by_code(ana, "LUNA")


def combined(ana: int) -> None:
    pair = HintCombination.objects.first() or HintCombination.objects.create(
        first=HintFactory(template=None, condition={}),
        second=HintFactory(template=None, condition={}),
        result=Hint.objects.get(key="llave"),
    )
    hints.combine(ana, pair.first_id, pair.second_id)


@pytest.mark.parametrize("find", [given_by_a_story, found_by_its_code, combined])
def test_a_hint_to_be_found_opens_at_once_and_its_letter_comes_when_the_besitos_are_known(economy, find):
    ana = reader()
    owns(ana, 9)
    letter = LucienTemplateFactory(text_es="Tienes {besitos}.")
    HintFactory(key="llave", condition={}, is_secret=True, code="luna", template=letter)
    economy.goes()

    find(ana)
    find(ana)
    later()
    assert ((ana, "llave") in opened(), texts()) == (True, [])

    economy.comes_back()
    for minutes in (10, 20):
        later(minutes)
    assert texts() == ["Tienes 9."]


def test_a_letter_to_everyone_waits_until_somebody_knows(economy):
    ana = reader()
    owns(ana, 9)
    hint = HintFactory(key="llave", condition={}, template=LucienTemplateFactory(text_es="Tienes {besitos}."))
    CommunityGoalFactory(hint=hint, target=5, chat_id=None)
    economy.goes()

    counted(5)
    assert (opened(), texts()) == ({(ana, "llave")}, [])

    economy.comes_back()
    later()
    assert texts() == ["Tienes 9."]
    assert letters(ana)[0]["row"].priority == MessagePriority.BROADCAST


def test_the_list_of_hints_says_that_nobody_knows(economy):
    HintFactory(title_es="La puerta", condition=BOTH)
    ana = reader()
    economy.goes()

    (line,) = hints.of_reader(ana, "es")
    (english,) = hints.of_reader(ana, "en")

    assert line.missing == "No lo sé ahora. Te faltan 2 reacciones."
    assert english.missing == "I cannot tell right now. You need 2 more reactions."


def test_the_list_of_hints_says_how_old_the_besitos_are(monkeypatch):
    HintFactory(title_es="La puerta", condition=besitos(15))
    ana = reader()
    old = Answer(Balances({ana: 3}), clock.now() - timedelta(minutes=4), stale=True)
    monkeypatch.setattr(type(wallets.balances), "ask", lambda self, asked: old)

    (line,) = hints.of_reader(ana, "es")
    (english,) = hints.of_reader(ana, "en")

    assert line.missing == "Te faltan 12 besitos (según lo que sabía hace 4 min)."
    assert english.missing == "You need 12 more besitos (as I knew 4 min ago)."
