"""The complete journey: an editor writes, mends what is wrong, plays and releases; a reader reads to an end."""

import pytest
from selenium.webdriver.common.by import By

from narrative.models import Fragment, HintUnlock, ReaderProgress, Release
from narrative.models import Story as StoryRow
from narrative.services import drafts
from tests.factories.channeladmin import SubscriptionFactory
from tests.factories.narrative import HintFactory
from tests.narrative.stories import choice, ending, fragment, story, words
from tests.screen import Editor
from yabot.core.conditions import Condition

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
HOUSE = story(
    fragment(
        "vestibulo",
        choice("torre", label="Subir a la torre"),
        choice("cripta", label="Bajar a la cripta", condition=Condition.from_text("hint mapa")),
    ),
    fragment("torre", choice("vestibulo", key="bajar", label="Bajar"), choice("fin", label="Mirar"), vip=True),
    ending("fin", "El amanecer"),
    title=words("La casa"),
)


@pytest.fixture
def writer(telegram, bot, editor) -> Editor:
    """The editor of a story that lacks its crypt, and a bot that tells what is released."""
    HintFactory(key="mapa", title_es="El mapa", condition={}, is_secret=True, code="medianoche", template=None)
    drafts.store(HOUSE)
    editor.log_in()
    return editor


def test_from_the_first_word_to_the_last_page(writer, telegram) -> None:
    row = StoryRow.objects.get()
    write_two_fragments(writer, row)
    the_linter_complains_and_is_content_at_last(writer, row)
    play_it(writer, row)
    release_it(writer, row)
    assert writer.complaints() == []
    read_it(telegram.client)


def write_two_fragments(editor: Editor, row: StoryRow) -> None:
    """The crypt, with a choice that only the brave may take, and where it leads."""
    editor.open(f"/admin/narrative/fragment/add/?story={row.pk}")
    editor.type("#id_title", "Cripta")
    editor.type("#id_text", "Huele a <b>cera</b>.")
    editor.wait(lambda page: "<b>cera</b>" in page.find_element(By.ID, "desk-phone").get_attribute("innerHTML"))
    editor.press("button.desk-add[data-set=choices]")
    editor.type("[name=choices-0-label]", "Abrir la tumba")
    editor.type("[name=choices-0-target]", "tumba")
    editor.press("#desk-choices summary")
    editor.press("#desk-choices .desk-rowtools button", "+ condición")
    editor.pick("#desk-choices .desk-test select", "pasó por el fragmento")
    editor.type("#desk-choices .desk-test input[type=text]", "vestibulo")
    editor.press("[name=_save]")
    editor.sees("«Cripta» está guardado.")
    editor.press(".desk-missing a")
    editor.sees("Vacía: sale del título.")
    editor.type("#id_title", "Tumba")
    editor.type("#id_text", "Está vacía.")
    editor.press("[name=_save]")
    editor.sees("«Tumba» está guardado.")
    made = drafts.fragment(row.pk, "cripta")[0]
    assert made.choices[0].condition.to_text() == "visited vestibulo 1"
    assert set(Fragment.objects.values_list("key", flat=True)) >= {"cripta", "tumba"}


def the_linter_complains_and_is_content_at_last(editor: Editor, row: StoryRow) -> None:
    """The tomb leads nowhere and is no ending: an error, on its desk and where it would be published."""
    editor.sees("No tiene ninguna salida y no está marcado como final")
    editor.open(f"/admin/narrative/story/{row.pk}/publicar/")
    editor.sees("Mientras haya errores no se puede publicar.")
    assert not editor.of("#desk-release button[type=submit]", lambda button: button.is_enabled())
    editor.press(".desk-finding a", "Tumba")
    editor.press("#id_is_ending")
    editor.type("#id_ending", "La tumba vacía")
    editor.press("[name=_save]")
    editor.sees("«Tumba» está guardado.")
    editor.misses("No tiene ninguna salida")


def play_it(editor: Editor, row: StoryRow) -> None:
    """As somebody who has the map; as somebody who has not, the crypt is closed and says why."""
    editor.open(f"/admin/narrative/story/{row.pk}/probar/")
    editor.sees("Te falta la pista «El mapa»")
    editor.type("#p-hints", "El mapa")
    editor.press("[name=aplicar]")
    editor.misses("Te falta la pista")
    editor.press("button[name=elige]", "Bajar a la cripta")
    editor.press("button[name=elige]", "Abrir la tumba")
    editor.sees("Final: La tumba vacía")
    editor.press("[name=deshacer]")
    editor.sees("Huele a cera.")


def release_it(editor: Editor, row: StoryRow) -> None:
    """With a reason, because the English is missing."""
    editor.open(f"/admin/narrative/story/{row.pk}/publicar/")
    editor.type("#r-note", "La primera")
    editor.type("#r-reason", "El inglés viene después")
    editor.press("#desk-release button[type=submit]", "Publicar")
    editor.sees("La edición 1 está publicada.")
    assert Release.objects.get().author == "admin"


def later(one: dict, other: dict) -> bool:
    """Whether a message came after another one."""
    return one["message_id"] > other["message_id"]


def read_it(world) -> None:
    """A reader: the VIP gate, a lock, the hint that opens it, and the ending."""
    ana = world.add_user(first_name="Ana")["id"]
    world.start(ana, "cuento-casa")
    pitch = world.wait_for_message(ana, "La casa")
    world.press(ana, ana, pitch["message_id"], "▶️ Empezar")
    hall = world.wait_for_message(ana, "Estás en vestibulo.")

    locked = world.press(ana, ana, hall["message_id"], "🔒 Bajar a la cripta")
    assert locked["text"] == "Te falta la pista «El mapa»."
    world.press(ana, ana, hall["message_id"], "Subir a la torre")
    gate = world.wait_for_message(ana, "Este capítulo es solo para VIP")
    SubscriptionFactory(user_id=ana)
    world.press(ana, ana, gate["message_id"], "🔄 Mirar otra vez")
    tower = world.wait_for_message(ana, "Estás en torre.")
    world.press(ana, ana, tower["message_id"], "Bajar")
    world.wait_for_message(ana, lambda one: later(one, tower) and "Estás en vestibulo." in one.get("text", ""))

    world.say(ana, ana, "/codigo Medianoche")
    found = world.wait_for_message(ana, "🗝 El mapa")
    assert HintUnlock.objects.filter(user_id=ana).count() == 1
    world.say(ana, ana, "/continuar")
    again = world.wait_for_message(ana, lambda one: later(one, found) and "Estás en vestibulo." in one.get("text", ""))
    world.press(ana, ana, again["message_id"], "Bajar a la cripta")
    crypt = world.wait_for_message(ana, "Huele a cera.")
    world.press(ana, ana, crypt["message_id"], "Abrir la tumba")
    last = world.wait_for_message(ana, "Está vacía.")
    assert "🏁 Final: La tumba vacía\nHas encontrado 1 de 2 finales." in last["text"]
    assert ReaderProgress.objects.get().fragment == "tumba"
