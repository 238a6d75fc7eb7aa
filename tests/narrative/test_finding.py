"""What readers find out by themselves: secret codes, and hints that open another one together."""

import pytest
from django.core.exceptions import ValidationError

from narrative.bot import finding, hints
from narrative.errors import NoSuchCode, NothingHappens
from narrative.models import Hint, HintCombination, HintUnlock
from narrative.services import hints as service
from tests.factories.core import TelegramUserFactory
from tests.factories.narrative import HintFactory, HintUnlockFactory
from tests.narrative.telling import letters
from yabot.core.people import Person
from yabot.core.telegram.callbacks import unpack
from yabot.core.telegram.screens import Alert

pytestmark = pytest.mark.django_db
ANA = Person(7, "Ana")


def secret(**more) -> Hint:
    return HintFactory(condition={}, is_secret=True, **more)


def labels(screen) -> list[str]:
    return [button.text for row in screen.buttons for button in row]


def pressed(screen, label: str) -> tuple[str, ...]:
    (found,) = [button.data for row in screen.buttons for button in row if label in button.text]
    return unpack(found, user_id=7).values


# --- codes ------------------------------------------------------------------------------------------------------------
def test_a_code_opens_its_hint_once_in_any_case():
    TelegramUserFactory(id=7)
    hint = secret(code="medianoche", title_es="El sótano", body_es="Hay una <b>puerta</b>.")
    for typed in ("Medianoche", " MEDIANOCHE "):
        shown = finding.by_code(ANA, code=typed)
        assert shown.text.text == "🗝 El sótano\n\nHay una puerta."
    assert HintUnlock.objects.filter(hint=hint, user_id=7).count() == 1
    assert len(letters()) == 1


def test_a_code_that_opens_nothing_says_so():
    secret(code="medianoche", is_active=False)
    assert "no abre nada" in finding.by_code(ANA, code="medianoche").text.text
    assert "/codigo" in finding.by_code(ANA, code="  ").text.text
    for code in ("", "x"):
        with pytest.raises(NoSuchCode):
            service.open_by_code(7, code)


def test_a_hint_to_be_found_is_not_open_from_the_start():
    secret(title_es="Secreta")
    HintFactory(condition={}, title_es="Libre")
    lines = {line.title: line.is_open for line in service.of_reader(7, "es")}
    assert lines == {"Secreta": False, "Libre": True}


@pytest.mark.parametrize("code", ["ab", "con espacio", "ñandú"])
def test_a_code_is_letters_and_digits(code):
    with pytest.raises(ValidationError, match="3 a 32"):
        HintFactory.build(code=code, template=None).full_clean()


def test_a_code_belongs_to_one_hint():
    secret(code="luna")
    with pytest.raises(ValidationError, match="ya este código"):
        HintFactory.build(code="LUNA", template=None).full_clean()


# --- combining --------------------------------------------------------------------------------------------------------
@pytest.fixture
def pair():
    TelegramUserFactory(id=7)
    first, second, result = secret(title_es="La llave"), secret(title_es="El candado"), secret(title_es="El cofre")
    HintCombination.objects.create(first=first, second=second, result=result)
    return first, second, result


def test_two_hints_together_open_a_third_in_any_order_and_once(pair):
    first, second, result = pair
    for hint in (first, second):
        HintUnlockFactory(hint=hint, user_id=7)
    assert service.combine(7, first.pk, second.pk) == result
    assert service.combine(7, second.pk, first.pk) == result
    assert HintUnlock.objects.filter(user_id=7, hint=result).count() == 1


def test_what_a_reader_does_not_have_cannot_be_combined(pair):
    first, second, result = pair
    HintUnlockFactory(hint=first, user_id=7)
    other = HintUnlockFactory(user_id=7).hint
    for one, two in ((first, second), (first, first), (first, other), (first, result)):
        with pytest.raises(NothingHappens):
            service.combine(7, one.pk, two.pk)


def test_combining_is_two_presses(pair):
    first, second, _result = pair
    assert "🧩 Combinar dos pistas" not in labels(hints.hints_of(ANA))
    for hint in (first, second):
        HintUnlockFactory(hint=hint, user_id=7)
    page = pressed(hints.hints_of(ANA), "Combinar")
    one = finding.choose(ANA, first="", page=int(page[0]))
    assert labels(one) == ["La llave", "El candado", "🗝 Mis pistas"]
    two = finding.choose(ANA, first=pressed(one, "llave")[0], page=0)
    assert two.text.text == "¿Con cuál juntas «La llave»?"
    assert labels(two) == ["El candado", "🗝 Mis pistas"]
    values = pressed(two, "candado")
    assert finding.join(ANA, first=values[0], second=values[1]).text.text.startswith("🗝 El cofre")


def test_what_does_not_belong_together_changes_nothing(pair):
    first, _second, _result = pair
    HintUnlockFactory(hint=first, user_id=7)
    shown = finding.join(ANA, first=finding.short(first), second="nada")
    assert shown == Alert("No pasa nada. Esas dos no van juntas.", box=True)


def test_many_hints_are_chosen_page_by_page(pair):
    for number in range(10):
        HintUnlockFactory(hint=secret(title_es=f"Pista {number}", order=number + 1), user_id=7)
    one = finding.choose(ANA, first="", page=0)
    assert len(labels(one)) == 10
    assert pressed(one, "›") == ("1",)
    assert len(labels(finding.choose(ANA, first="", page=1))) == 3


def test_a_combination_is_three_different_hints_and_known_once(pair):
    first, second, result = pair
    for one, other in ((first, first), (second, first)):
        wrong = HintCombination(first=one, second=other, result=result)
        with pytest.raises(ValidationError):
            wrong.full_clean()
