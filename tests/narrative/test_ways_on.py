"""No screen is a dead end: something on it always leads on."""

from collections.abc import Callable

import pytest
from telegram.ext import CallbackQueryHandler

from gamification.bot import wallet
from narrative.bot import asking, buttons, finding, hints, stories, turning
from narrative.bot.buttons import token
from narrative.services import choices, library
from tests.factories.narrative import HintFactory
from tests.narrative.stories import choice, ending, fragment, story, words
from tests.narrative.test_reading_screens import data, labels
from yabot import bot
from yabot.core.bot import home, start, wishes
from yabot.core.conditions import Condition
from yabot.core.people import Person
from yabot.core.telegram.callbacks import CallbackAction
from yabot.core.telegram.client import BotApi
from yabot.core.telegram.screens import Screen

pytestmark = pytest.mark.django_db
ANA, CASA = Person(7, "Ana"), token("casa")
HOME = ["▶️ Continuar", "📚 Las historias"]
MENUS: dict[str, Callable[[], Screen]] = {
    "the welcome": lambda: start.start(ANA),
    "a link that is gone": lambda: start.start(ANA, payload="cuento-nada"),
    "help": lambda: start.help_(ANA),
    "not understood": lambda: start.not_understood(ANA),
    "language": lambda: start.language(ANA),
    "wishes": lambda: wishes.wishes(ANA),
    "balance": lambda: wallet.balance(ANA),
    "history": lambda: wallet.history(ANA),
    "hints": lambda: hints.hints_of(ANA),
    "a code": lambda: finding.by_code(ANA, code=""),
    "a wrong code": lambda: finding.by_code(ANA, code="x"),
    "a found hint": lambda: finding.by_code(ANA, code="luna"),
    "the hint to begin with": lambda: finding.choose(ANA, first="", page=0),
    "vip": lambda: stories.vip(ANA, story=CASA),
    "the stories": lambda: stories.stories_of(ANA),
    "a promise": lambda: stories.pitch_of(ANA, story=CASA),
    "the page": lambda: stories.page_of(ANA),
    "begin again?": lambda: asking.ask_again(ANA, story=CASA),
}


@pytest.fixture(autouse=True)
def links() -> None:
    """What the composition root tells the bot; every button has to be known to it."""
    bot.offer_links()


def leads_on(shown: Screen) -> bool:
    """Whether something on it can be pressed."""
    return any(button.data or button.url for row in shown.buttons for button in row)


@pytest.mark.parametrize("name", MENUS)
@pytest.mark.parametrize("moment", ["no story yet", "one story", "in a story", "in one of two"])
def test_something_on_every_screen_leads_on(name: str, moment: str) -> None:
    HintFactory(code="luna", template=None, condition={"all": []})
    if moment != "no story yet":
        library.release(story(fragment("a", choice("fin")), ending("fin")))
    if moment.startswith("in"):
        choices.begin(7, story="casa")
    if moment == "in one of two":
        library.release(story(fragment("a", choice("fin")), ending("fin"), key="otra", title=words("Otra")))

    assert leads_on(MENUS[name]())


@pytest.mark.parametrize("name", ["help", "not understood", "wishes", "balance", "history", "hints"])
def test_what_is_beside_the_story_has_the_way_back_to_it(name: str) -> None:
    shown = MENUS[name]()

    assert [button for button in labels(shown) if button in HOME] == HOME
    assert data(shown, "Continuar").action == "seguir"


def test_the_languages_lead_back_to_the_wishes() -> None:
    assert data(start.language(ANA), "Ajustes").action == home.WISHES.name
    assert data(start.choose_language(ANA, code="en"), "Settings").action == home.WISHES.name


def test_a_page_whose_choices_all_hide_has_the_ways_back() -> None:
    hidden = choice("fin", condition=Condition.from_text("item llave"), locked="hide")
    library.release(story(fragment("a", choice("b")), fragment("b", hidden), ending("fin")))
    turning.begin(ANA, story=CASA)
    choices.follow(7, story="casa", step=1, choice="a-b")

    assert labels(stories.page_of(ANA)) == ["↩️ Deshacer", "Empezar de nuevo", "📚 Las historias"]
    assert data(stories.page_of(ANA), "nuevo").action == "de-nuevo"


def test_a_page_whose_choices_all_hide_leads_to_the_checkpoint() -> None:
    hidden = choice("fin", condition=Condition.from_text("item llave"), locked="hide")
    library.release(
        story(fragment("a", choice("b"), checkpoint=True), fragment("b", hidden, undo=False), ending("fin"))
    )
    turning.begin(ANA, story=CASA)
    choices.follow(7, story="casa", step=1, choice="a-b")

    assert labels(stories.page_of(ANA))[0] == "🔖 Volver al punto de control"


def test_every_kind_of_button_has_somebody_who_handles_it() -> None:
    api = BotApi(token="1:a", base_url="http://telegram.test/bot")
    application = bot.build_application(token="1:a", api_url="http://telegram.test/bot", file_url="", api=api)
    patterns = [one.pattern for one in application.handlers[0] if isinstance(one, CallbackQueryHandler) and one.pattern]

    modules = (buttons, finding, home, start, wishes, wallet)
    actions = {one.name for module in modules for one in vars(module).values() if isinstance(one, CallbackAction)}

    unheard = [name for name in actions if not any(one.match(f"{name}:x") for one in patterns)]

    assert len(actions) > 15
    assert unheard == []
