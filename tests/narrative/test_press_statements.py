"""What a press costs: few statements, whatever the choice does, in the services and through the chat."""

import pytest

from narrative.bot import stories, turning
from narrative.bot.buttons import key_of, token
from narrative.errors import ChoiceClosed
from narrative.models import ReaderProgress
from narrative.services import choices, library
from narrative.services.catalogue import catalogue
from narrative.story.effects import AssignMission, GiveBesitos, GiveItem, SendLetter, UnlockHint
from tests.engine import sql_only
from tests.factories.gamification import WalletFactory
from tests.factories.narrative import HintFactory, LucienTemplateFactory
from tests.narrative.stories import choice, ending, fragment, story
from yabot.core.conditions import Condition
from yabot.core.people import Person

pytestmark = [pytest.mark.django_db, sql_only]
ANA = Person(7, "Ana")
HINT, LETTER, BESITOS = UnlockHint("mapa"), SendLetter("carta"), GiveBesitos(5)
ASKS = Condition.from_text("besitos >= 1; not hint mapa; not vip; reactions 0")

# What a press does, and its most statements, the transaction's own two included.
PRESSES = {
    "free": ({}, 8),
    "conditional": ({"condition": ASKS}, 11),
    "paid": ({"price": 5}, 12),
    "a gift": ({"effects": (BESITOS, GiveItem("llave"), AssignMission("m"))}, 9),
    "a hint with its letter": ({"effects": (HINT,)}, 12),
    "a letter": ({"effects": (LETTER,)}, 11),
    "three letters": ({"effects": (LETTER, LETTER, LETTER)}, 11),
    "a letter that tells numbers": ({"effects": (SendLetter("numeros"),)}, 13),
    "everything at once": ({"price": 5, "condition": ASKS, "effects": (HINT, LETTER, BESITOS)}, 23),
}
presses = pytest.mark.parametrize(("does", "most"), PRESSES.values(), ids=PRESSES)


@pytest.fixture
def on_the_first_page(django_capture_on_commit_callbacks, nothing_grows_old):
    """Somebody whom the bot has met, before a choice that does this."""

    def stand(does):
        with django_capture_on_commit_callbacks(execute=True):
            stories.stories_of(ANA)
        WalletFactory(user_id=ANA.id, balance=500)
        LucienTemplateFactory(key="carta", text_es="Buenas noches, {nombre}.", text_en="")
        LucienTemplateFactory(key="numeros", text_es="Tienes {besitos} besitos y {reacciones} reacciones.")
        HintFactory(key="mapa", template=LucienTemplateFactory(text_es="Se abre «{pista}».", text_en=""))
        there = fragment("patio", choice("fin", price=3))
        library.told_in(library.release(story(fragment("sala", choice("patio", **does)), there, ending("fin"))).pk)
        catalogue()
        key_of(token("casa"))
        return choices.begin(ANA.id, story="casa").progress.step

    return stand


@presses
def test_a_press_takes_few_statements(does, most, on_the_first_page, django_assert_max_num_queries):
    step = on_the_first_page(does)

    with django_assert_max_num_queries(most):
        choices.follow(ANA.id, story="casa", step=step, choice="a-patio")
    assert ReaderProgress.objects.get().fragment == "patio"


@presses
def test_in_the_chat_it_takes_one_more_for_the_reader(does, most, on_the_first_page, django_assert_max_num_queries):
    step = on_the_first_page(does)

    with django_assert_max_num_queries(most + 1):
        turning.take(ANA, story=token("casa"), step=step, choice=token("casa", "sala", "a-patio"))
    assert ReaderProgress.objects.get().fragment == "patio"


@pytest.mark.parametrize("most", [7, 6], ids=["the first time", "again"])
def test_a_closed_door_takes_few_statements_too(most, on_the_first_page, django_assert_max_num_queries):
    step = on_the_first_page({"price": 900})

    def tap():
        with pytest.raises(ChoiceClosed):
            choices.follow(ANA.id, story="casa", step=step, choice="a-patio")

    if most == 6:
        tap()
    with django_assert_max_num_queries(most):
        tap()
