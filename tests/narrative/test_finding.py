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


@pytest.mark.parametrize("typed", ["Doce menos dos", "docemenosdos", "DÓCE MÉNOS dos", "doce\u00a0menos\tdos"])
def test_a_code_is_the_same_with_blanks_accents_and_capitals(typed):
    TelegramUserFactory(id=7)
    hint = HintFactory.build(code="Doce menos dós", is_secret=True, condition={}, template=None)
    hint.full_clean()
    hint.save()
    assert hint.code == "docemenosdos"
    assert service.open_by_code(7, typed) == hint


@pytest.mark.parametrize("code", ["ab", "a b", "¿qué?", "日本語"])
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


def mine(count: int) -> list[Hint]:
    rows = [secret(title_es=f"Pista {number:02}", order=number + 1) for number in range(count)]
    for hint in rows:
        HintUnlockFactory(hint=hint, user_id=7)
    return rows


def walked(first: str = "") -> list[list[str]]:
    """The labels of every page, by its › button."""
    page, found = finding.choose(ANA, first=first, page=0), []
    for _page in range(10):
        found.append(labels(page))
        if "›" not in found[-1]:
            break
        values = pressed(page, "›")
        page = finding.choose(ANA, first=first, page=int(values[-1]))
    return found


def test_every_pair_of_twenty_hints_can_be_tried(pair):
    rows = mine(20)
    names = {hint.title_es for hint in rows}
    assert {label for page in walked() for label in page} >= names
    for hint in rows:
        pages = walked(finding.short(hint))
        assert {label for page in pages for label in page} >= names - {hint.title_es}
        assert hint.title_es not in {label for page in pages for label in page}


@pytest.mark.parametrize("first", [False, True])
def test_the_pages_say_which_they_are_and_lead_both_ways(pair, first):
    rows = mine(20)
    one, two, three = walked(finding.short(rows[0]) if first else "")
    assert [label for label in one if label in "‹›" or "/" in label] == ["1/3", "›"]
    assert [label for label in two if label in "‹›" or "/" in label] == ["‹", "2/3", "›"]
    assert [label for label in three if label in "‹›" or "/" in label] == ["‹", "3/3"]


def test_the_second_page_still_knows_the_first_hint(pair):
    first = mine(20)[0]
    page = finding.choose(ANA, first=finding.short(first), page=1)
    assert pressed(page, "Pista 10")[0] == finding.short(first)
    assert pressed(page, "‹") == (finding.short(first), "0")


def test_what_is_found_already_is_not_offered_again(pair):
    first, second, result = pair
    decoy, other = mine(2)
    for hint in (first, second):
        HintUnlockFactory(hint=hint, user_id=7)
    HintCombination.objects.create(first=first, second=other, result=secret(title_es="Otra cosa"))
    service.combine(7, first.pk, second.pk)
    assert set(service.combinable(7)) == {result, first, decoy, other}
    service.combine(7, first.pk, other.pk)
    assert service.combinable(7) == []
    assert "🧩 Combinar dos pistas" not in labels(hints.hints_of(ANA))


def test_a_combination_is_three_different_hints_and_known_once(pair):
    first, second, result = pair
    for one, other in ((first, first), (second, first)):
        wrong = HintCombination(first=one, second=other, result=result)
        with pytest.raises(ValidationError):
            wrong.full_clean()
