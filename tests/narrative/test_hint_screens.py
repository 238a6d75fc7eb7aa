import pytest

from narrative.bot import hints
from tests.factories.gamification import WalletFactory
from tests.factories.narrative import HintFactory, HintUnlockFactory, besitos
from tests.narrative.telling import reader
from yabot.core.models import TelegramUser
from yabot.core.people import Person
from yabot.core.telegram.limits import ENTITIES, TEXT

pytestmark = pytest.mark.django_db


def screen_of(user_id):
    return hints.hints_of(Person(user_id, "Ana")).text


def know(user_id, *rows):
    for row in rows:
        HintUnlockFactory(hint=row, user_id=user_id)


def test_open_hints_are_told_and_locked_ones_say_what_is_missing():
    ana = reader()
    WalletFactory(user_id=ana, balance=3)
    know(ana, HintFactory(title_es="La llave", body_es="Bajo el <i>reloj</i>.", order=1))
    HintFactory(title_es="La puerta", condition=besitos(15), order=2)

    shown = screen_of(ana)

    assert shown.text == "Tus pistas\n\n🗝 La llave\nBajo el reloj.\n\n🔒 La puerta: Te faltan 12 besitos."
    assert [entity.type for entity in shown.entities] == ["bold", "bold", "italic"]


def test_an_english_reader_reads_english():
    ann = reader(language="en")
    HintFactory(title_en="The door", condition=besitos(15))

    text = screen_of(ann).text

    assert "The door: You need 15 more besitos" in text
    assert "pistas" not in text


def test_without_hints_lucien_is_still_writing():
    assert "Todavía no hay pistas. Lucien está escribiendo." in screen_of(reader()).text


def test_a_title_is_shown_as_it_is():
    ana = reader()
    know(ana, HintFactory(title_es="<b>Tú & yo</b>"))

    assert "🗝 <b>Tú & yo</b>" in screen_of(ana).text


@pytest.mark.parametrize("known", [0, 1, 30, 60])
def test_sixty_long_hints_fit_into_one_message(known):
    ana = reader()
    many = {"all": [{"is": "besitos", "at_least": 10**12 - number} for number in range(12)]}
    for number in range(60):
        row = HintFactory(title_es="💋" * 80, body_es="<b>ñ</b>" + "x" * 1499, condition=many, order=number)
        if number < known:
            know(ana, row)

    shown = screen_of(ana)

    assert 0 < shown.length <= TEXT
    assert len(shown.entities) <= ENTITIES
    assert ("que ya conoces" in shown.text) is (known > 1)
    assert ("por descubrir" in shown.text) is (known < 60)


def test_hints_with_many_formats_never_have_more_than_telegram_shows():
    ana = reader()
    know(ana, *(HintFactory(title_es=f"P{number}", body_es="<b>x</b> " * 60) for number in range(3)))

    shown = screen_of(ana)

    assert len(shown.entities) <= ENTITIES
    assert "y 2 más que ya conoces" in shown.text


def test_the_newest_open_hints_are_the_ones_shown_in_their_order():
    ana = reader()
    know(ana, *(HintFactory(title_es=f"P{number}", body_es="x" * 1000, order=number) for number in range(4)))

    text = screen_of(ana).text

    assert [f"P{number}" in text for number in range(4)] == [False, False, True, True]
    assert text.index("P2") < text.index("P3")
    assert "y 2 más que ya conoces" in text


def test_at_most_twelve_locked_hints_are_named():
    ana = reader()
    HintFactory.create_batch(15)

    text = screen_of(ana).text

    assert text.count("🔒") == 12
    assert "y 3 más por descubrir" in text


def test_asking_for_hints_makes_the_reader_known():
    screen_of(4_242)

    assert TelegramUser.objects.get(pk=4_242).first_name == "Ana"


def test_secrets_are_counted_and_never_named():
    ana = reader()
    know(ana, HintFactory(title_es="La llave", is_secret=True, condition={}))
    HintFactory(title_es="La puerta", condition=besitos(15))
    HintFactory(title_es="El asesino", is_secret=True, condition={})
    HintFactory(title_es="El código", code="luna", condition={})

    text = screen_of(ana).text

    assert "La llave" in text and "🔒 La puerta: Te faltan 15 besitos." in text
    assert "asesino" not in text and "código" not in text and "…:" not in text
    assert text.endswith("… y 2 secretos por descubrir.")


def test_where_all_is_secret_it_is_still_known_that_there_is_something():
    HintFactory(title_es="El asesino", is_secret=True, condition={})

    assert screen_of(reader()).text == "Tus pistas\n\nHay 1 secreto por descubrir."
