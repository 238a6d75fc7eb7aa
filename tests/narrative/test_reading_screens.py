"""What readers of a story see in the chat, and what their buttons do."""

import pytest

from channeladmin import ports
from channeladmin.models import VipInvitation
from narrative.bot import stories, turning
from narrative.bot.buttons import token
from narrative.models import ReaderProgress
from narrative.services import drafts, library, pictures
from narrative.story.content import Fragment, Media
from narrative.story.reading import Words
from tests.engine import sql_only
from tests.factories.channeladmin import SubscriptionFactory
from tests.factories.gamification import WalletFactory
from tests.narrative.stories import choice, ending, fragment, story, words
from yabot import bot
from yabot.core.conditions import Condition
from yabot.core.models import TelegramUser
from yabot.core.people import Person
from yabot.core.ports import memberships
from yabot.core.telegram.callbacks import ForgedCallback, unpack
from yabot.core.telegram.screens import Alert

pytestmark = pytest.mark.django_db
CASA = token("casa")
LUCIA, EMMA = Person(7, "Lucía"), Person(8, "Emma", language_code="en")
HOUSE = story(
    fragment(
        "sala",
        choice("jardin", label="Salir al jardín", price=5),
        choice("sotano", label="Bajar", condition=Condition.from_text("item llave")),
        choice("fin", label="Abrir la puerta"),
        text="Hay <b>tres</b> puertas.",
    ),
    fragment("jardin", choice("sala", key="entrar", label="Entrar")),
    fragment("sotano"),
    ending("fin", "La puerta"),
    title=Words({"es": "La casa", "en": "The house"}),
)


def labels(screen):
    return [button.text for row in screen.buttons for button in row]


def data(screen, label):
    """What the button with this label carries, checked."""
    (found,) = [button.data for row in screen.buttons for button in row if label in button.text]
    return unpack(found, user_id=7)


def press(screen, label, person=LUCIA):
    """Press the choice with this label."""
    name, step, key = data(screen, label).values
    return turning.take(person, story=name, step=int(step), choice=key)


def of_step(screen, label):
    """The story and the step that the button with this label carries."""
    name, step = data(screen, label).values
    return {"story": name, "step": int(step)}


@pytest.fixture(autouse=True)
def links():
    """What the composition root tells the bot: deep links and first steps."""
    bot.offer_links()


@pytest.fixture
def first():
    """The first page of the house."""
    library.release(HOUSE)
    return turning.begin(LUCIA, story=CASA).page


def test_without_a_story_lucien_is_writing():
    shown = stories.stories_of(LUCIA)

    assert "Lucien está escribiendo" in shown.text.text
    assert labels(shown) == ["Qué sé hacer"]
    assert stories.page_of(LUCIA) == shown


def test_the_stories_are_offered_in_the_readers_language(first):
    library.release(story(*HOUSE.fragments, key="otra", title=words("Otra")))
    assert labels(stories.stories_of(LUCIA)) == ["▶️ Continuar: Sala", "📖 La casa", "📖 Otra"]
    assert labels(stories.stories_of(EMMA)) == ["📖 The house", "📖 Otra"]
    assert "Estás en «Sala»" in stories.stories_of(LUCIA).text.text


def test_a_page_has_its_text_and_a_button_for_each_choice(first):
    assert first.text.text == "Hay tres puertas."
    assert [entity.type for entity in first.text.entities] == ["bold"]
    assert labels(first) == ["🔒 Salir al jardín · 5 💋", "🔒 Bajar", "Abrir la puerta"]
    assert stories.page_of(LUCIA) == first


def test_a_choice_turns_the_page(first):
    WalletFactory(user_id=7, balance=20)

    turned = press(first, "jardín")

    assert turned.chosen == "Salir al jardín"
    assert turned.page.text.text == "Estás en jardin."
    assert labels(turned.page) == ["Entrar"]


@sql_only
@pytest.mark.usefixtures("nothing_grows_old")
def test_a_press_in_the_chat_takes_at_most_fourteen_statements(first, django_assert_max_num_queries):
    with django_assert_max_num_queries(14):
        press(first, "puerta")


def test_a_locked_choice_explains_itself(first):
    assert press(first, "jardín") == Alert("Te faltan 5 besitos.", box=True)
    assert press(first, "Bajar").text == "No lo sé ahora."
    assert ReaderProgress.objects.get().step == 1


def test_an_old_button_changes_nothing(first):
    press(first, "puerta")

    lost = press(first, "puerta")
    assert lost.said == Alert("Ese botón es de otro momento de la historia.", box=True)
    assert lost.page == stories.page_of(LUCIA)
    assert (
        turning.take(EMMA, story=CASA, step=1, choice="x").said.text
        == "That button belongs to another moment of the story."
    )
    assert turning.take(LUCIA, story=CASA, step=2, choice="x").said.box
    assert ReaderProgress.objects.get().step == 2


def test_an_ending_says_which_one_it_is_and_offers_to_begin_again(first):
    last = press(first, "puerta").page

    assert last.text.text == "Estás en fin.\n\n🏁 Final: La puerta\nHas encontrado 1 de 1 finales."
    assert labels(last) == ["Empezar de nuevo", "Finales 1/1", "📚 Las historias"]
    again = turning.begin_again(LUCIA, **of_step(last, "nuevo"))
    assert (again.page.text.text, again.chosen) == ("Hay tres puertas.", "Empezar de nuevo")


def test_a_story_that_is_gone_says_so():
    assert turning.begin(LUCIA, story="x").said == Alert("Esa historia no existe.", box=True)
    assert turning.begin_again(LUCIA, story="x", step=1).said == Alert("Esa historia no existe.", box=True)


def test_a_closed_chapter_says_why_and_can_be_looked_at_again():
    library.release(story(fragment("sala", vip=True)))

    page = turning.begin(LUCIA, story=CASA).page

    assert page.text.text == "🔒 Este capítulo es solo para VIP."
    assert data(page, "otra vez").action == "aqui"


def test_a_text_with_broken_formatting_is_shown_as_it_was_written():
    library.release(story(fragment("sala", text="Hay <b>tres puertas.")))

    assert turning.begin(LUCIA, story=CASA).page.text.text == "Hay <b>tres puertas."


def test_every_button_fits_whatever_the_keys_are():
    long = "k" * 64
    start = fragment("s" * 64, choice("f" * 64, key=long, label="Una etiqueta " * 10))
    library.release(story(start, ending("f" * 64), key="c" * 64))

    page = turning.begin(LUCIA, story=token("c" * 64)).page

    (button,) = page.buttons[0]
    assert len(button.data.encode()) <= 64
    assert len(button.text) == 60
    assert button.text.endswith("…")


def test_a_fragment_without_a_text_shows_its_title():
    library.release(story(Fragment(key="sala", title=words("La sala"))))

    assert turning.begin(LUCIA, story=CASA).page.text.text == "La sala"


def test_a_button_belongs_to_its_reader(first):
    (button,) = first.buttons[2]

    with pytest.raises(ForgedCallback):
        unpack(button.data, user_id=9)


# --- back -------------------------------------------------------------------------------------------------------------
def test_a_free_step_can_be_taken_back_once():
    library.release(story(fragment("a", choice("b")), fragment("b", choice("fin")), ending("fin")))
    start = turning.begin(LUCIA, story=CASA).page
    assert labels(start) == ["A b"]
    there = press(start, "A b").page
    assert labels(there) == ["A fin", "↩️ Deshacer"]
    undone = turning.back(LUCIA, **of_step(there, "Deshacer"))
    assert (undone.page.text.text, undone.chosen) == ("Estás en a.", "↩️ Deshacer")
    lost = turning.back(LUCIA, **of_step(there, "Deshacer"))
    assert lost.said == Alert("Ese botón es de otro momento de la historia.", box=True)
    assert turning.back(EMMA, story=CASA, step=1).said.box


def test_an_ending_leads_back_to_the_last_checkpoint():
    library.release(story(fragment("a", choice("b")), fragment("b", choice("fin"), checkpoint=True), ending("fin")))
    there = press(turning.begin(LUCIA, story=CASA).page, "A b").page
    last = press(there, "A fin").page
    back = turning.back(LUCIA, **of_step(last, "control"), far=True)
    assert back.page.text.text == "Estás en b."
    assert "🔖 Volver al punto de control" not in labels(back.page)


def test_a_vip_chapter_says_how_to_get_in_and_how_to_get_back():
    library.release(
        story(fragment("a", choice("b"), choice("fin")), fragment("b", choice("fin", key="x"), vip=True), ending("fin"))
    )
    gate = press(turning.begin(LUCIA, story=CASA).page, "A b").page
    assert gate.text.text == "🔒 Este capítulo es solo para VIP."
    assert labels(gate) == [
        "⭐ Cómo ser VIP",
        "🔄 Mirar otra vez",
        "↩️ Deshacer",
        "Empezar de nuevo",
        "📚 Las historias",
    ]
    assert "suscripción" in stories.vip(LUCIA, story=CASA).text.text
    assert labels(stories.vip(LUCIA, story=CASA)) == ["⬅️ Volver a la historia"]
    assert "a quien administra este bot" in stories.vip(LUCIA, story=CASA).text.text


@pytest.mark.parametrize(("language", "words"), [("es", "Entrar"), ("en", "Come in")])
def test_who_wants_to_be_vip_is_led_to_where_one_becomes_it(language, words):
    VipInvitation.objects.create(url="https://t.me/diana", words_es="Entrar", words_en="Come in")
    shown = stories.vip(Person(9, "Ana", language_code=language), story=CASA)
    assert [(button.text, button.url) for row in shown.buttons for button in row if button.url] == [
        (words, "https://t.me/diana")
    ]
    assert "administra" not in shown.text.text and "runs this bot" not in shown.text.text


def test_while_the_channel_is_away_one_is_told_whom_to_ask():
    VipInvitation.objects.create(url="https://t.me/diana")
    memberships.invitation.withdraw()
    try:
        assert "a quien administra este bot" in stories.vip(LUCIA, story=CASA).text.text
    finally:
        ports.provide()


def test_a_vip_reads_on():
    library.release(story(fragment("sala", choice("fin"), vip=True), ending("fin")))
    SubscriptionFactory(user_id=7)

    assert labels(turning.begin(LUCIA, story=CASA).page) == ["A fin"]


# --- pictures ---------------------------------------------------------------------------------------------------------
def test_a_page_with_a_picture_is_a_photo_with_a_caption(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    made = story(fragment("a", choice("fin"), media=Media("casa.jpg", spoiler=True)), ending("fin"))
    row = drafts.store(made)
    file = pictures.put(row, "casa.jpg", b"\xff\xd8\xff picture")
    library.release(made)

    page = turning.begin(LUCIA, story=CASA).page

    assert page.method == "sendPhoto"
    assert page.params()["photo"] == f"file:{file.file.name}"
    assert (page.params()["caption"], page.params()["has_spoiler"]) == ("Estás en a.", True)


def test_a_page_whose_picture_is_gone_is_still_read():
    library.release(story(fragment("a", choice("fin"), media=Media("casa.jpg")), ending("fin")))
    assert turning.begin(LUCIA, story=CASA).page.method == "sendMessage"


# --- first steps and links --------------------------------------------------------------------------------------------
def test_whoever_wishes_sees_long_pages_typed():
    library.release(story(fragment("a", choice("b"), text="a" * 500), fragment("b", choice("fin")), ending("fin")))
    assert not turning.begin(LUCIA, story=CASA).page.calm
    TelegramUser.objects.filter(pk=7).update(is_calm=True)
    assert stories.page_of(LUCIA).calm
    assert not press(stories.page_of(LUCIA), "A b").page.calm
