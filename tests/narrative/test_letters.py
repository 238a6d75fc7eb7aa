from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from narrative.services import due_letters
from tests.factories.gamification import WalletFactory
from tests.factories.narrative import HintFactory, LucienTemplateFactory, besitos, reactions
from tests.narrative.telling import earn, has_reacted, letters, opened, react, reader, texts
from yabot.core.models import MessagePriority

pytestmark = pytest.mark.django_db


def test_an_english_reader_gets_the_english_text_and_title():
    HintFactory(title_en="The key")
    ana = reader(first_name="Ann", language_code="en-GB")

    earn({ana: 5})

    assert texts(ana) == ["Good evening, Ann: 5 besitos open “The key”."]


def test_the_chosen_language_wins_over_telegrams():
    HintFactory(title_es="La llave")
    ana = reader(first_name="Ana", language_code="en", language="es")

    earn({ana: 5})

    assert texts(ana) == ["Buenas noches, Ana: con 5 besitos se abre «La llave»."]


def test_without_an_english_text_the_spanish_one_goes_out():
    spanish = LucienTemplateFactory(text_es="Se abre «{pista}».", text_en="")
    HintFactory(title_es="La llave", title_en="", template=spanish)
    ann = reader(language_code="en")

    earn({ann: 5})

    assert texts(ann) == ["Se abre «La llave»."]


def test_a_name_is_shown_as_it_is_and_never_read_as_markup():
    HintFactory(title_es="La llave")
    ana = reader(first_name="<b>Ana</b> {besitos} &amp;")

    earn({ana: 5})

    (letter,) = letters(ana)
    assert letter["text"].startswith("Buenas noches, <b>Ana</b> {besitos} &amp;:")
    assert [entity["type"] for entity in letter["entities"]] == ["bold"]


def test_a_letter_with_a_picture_is_a_photo_with_its_caption():
    HintFactory(title_es="La llave", template=LucienTemplateFactory(picture="lucien/llave.jpg"))
    ana = reader(first_name="Ana")

    earn({ana: 5})

    (letter,) = letters(ana)
    assert letter["row"].method == "sendPhoto"
    assert letter["photo"] == "file:lucien/llave.jpg"
    assert letter["caption"] == "Buenas noches, Ana: con 5 besitos se abre «La llave»."
    assert [entity["type"] for entity in letter["caption_entities"]] == ["bold"]


def test_a_letter_that_lets_itself_be_waited_for_is_due_later():
    HintFactory(template=LucienTemplateFactory(delay_seconds=90))
    ana = reader()
    moment = datetime(2026, 5, 1, 22, tzinfo=UTC)

    with time_machine.travel(moment, tick=False):
        earn({ana: 5})
    assert letters(ana) == []
    with time_machine.travel(moment + timedelta(seconds=90), tick=False):
        due_letters.deliver_due()

    (letter,) = letters(ana)
    assert letter["row"].due_at == moment + timedelta(seconds=90)
    assert letter["row"].priority == MessagePriority.NOTICE


def test_a_hint_without_a_letter_opens_in_silence():
    HintFactory(key="llave", template=None)
    ana = reader()

    earn({ana: 5})

    assert opened() == {(ana, "llave")}
    assert letters() == []


@pytest.mark.parametrize("language", ["es", "en"])
def test_a_letter_tells_true_numbers_whatever_opened_its_hint(language):
    words = {"es": "", "en": ""} | {language: "{besitos} y {reacciones}{if reacciones}!{end}"}
    letter = LucienTemplateFactory(text_es=words["es"] or "Hola.", text_en=words["en"] or "Hello.")
    HintFactory(condition=reactions(2), template=letter)
    HintFactory(condition=besitos(7), template=letter)
    ana, luis = reader(language=language), reader(language=language)
    WalletFactory(user_id=ana, balance=3)
    has_reacted(ana, 1)
    has_reacted(luis, 1)

    react(ana, message_id=900)
    earn({luis: 7})

    assert texts(ana) == ["3 y 2!"]
    assert texts(luis) == ["7 y 1!"]


def test_a_letter_that_cannot_be_read_does_not_keep_its_hint_closed(caplog):
    HintFactory(key="llave", template=LucienTemplateFactory(text_es="Hola, {nadie}."))
    HintFactory(key="puerta", condition=besitos(5))
    ana = reader()

    earn({ana: 5})

    assert opened() == {(ana, "llave"), (ana, "puerta")}
    assert len(letters(ana)) == 1
    assert "the letter of llave cannot be read" in caplog.text
