import pytest
from django.core.exceptions import ValidationError
from django.utils import translation

from narrative.services import lucien
from tests.factories.narrative import HintFactory, LucienTemplateFactory

pytestmark = pytest.mark.django_db


def refusals(row):
    with pytest.raises(ValidationError) as refused:
        row.full_clean(exclude=["picture"])
    return refused.value.message_dict


def letter(**words):
    return LucienTemplateFactory.build(**words)


def test_a_good_letter_is_accepted():
    letter().full_clean()


@pytest.mark.parametrize(
    ("text", "place", "words"),
    [
        ("Hola.\nHola, {nadie}.", "Línea 2, columna 7: ", "{nadie}"),
        ("Hola, <b>Ana.", "Línea 1, columna 7: ", "Falta cerrar <b>"),
        ("<script>x</script>", "Línea 1, columna 1: ", "<script>"),
        ("{nombre.__class__}", "Línea 1, columna 1: ", "no es un nombre"),
        ("x" * 4097, "Línea 1, columna 4098: ", "mide 4097 y caben 4096"),
    ],
)
@pytest.mark.parametrize("field", ["text_es", "text_en"])
def test_a_mistake_is_refused_with_its_line_and_column(field, text, place, words):
    said = refusals(letter(**{field: text}))

    assert list(said) == [field]
    assert said[field][0].startswith(place)
    assert words in said[field][0]


def test_every_mistake_is_named():
    said = refusals(letter(text_es="{uno}\n{dos}", text_en="<b>"))

    assert [len(said["text_es"]), len(said["text_en"])] == [2, 1]


def test_mistakes_are_said_in_the_editors_language():
    with translation.override("en"):
        said = refusals(letter(text_es="Hola, {nadie}."))

    assert said["text_es"] == ["Line 1, column 7: There is no {nadie}. To write a brace, double it."]


def test_a_letter_with_a_picture_has_room_for_a_caption_only():
    letter(text_es="x" * 1024, picture="lucien/a.jpg").full_clean()

    said = refusals(letter(text_es="x" * 1025, picture="lucien/a.jpg"))

    assert "mide 1025 y caben 1024" in said["text_es"][0]


def test_characters_are_counted_as_telegram_counts_them():
    letter(text_es="💋" * 2048).full_clean()

    assert "mide 4098" in refusals(letter(text_es="💋" * 2049))["text_es"][0]


def test_a_letter_may_not_be_late_by_more_than_a_month():
    letter(delay_seconds=30 * 86400).full_clean()

    assert list(refusals(letter(delay_seconds=30 * 86400 + 1))) == ["delay_seconds"]


def test_a_hints_broken_text_and_condition_are_refused_with_their_places():
    hint = HintFactory.build(template=None, body_es="Bien\n<b>mal", condition={"all": [{"is": "kisses"}]})

    said = refusals(hint)

    assert said["body_es"][0].startswith("Línea 2, columna 1: Falta cerrar <b>")
    assert said["condition"] == ["Fila 1: no existe la prueba «kisses»"]


def test_a_hint_looks_at_what_it_hears_of_and_at_nothing_else():
    hint = HintFactory.build(template=None, condition={"all": [{"is": "vip", "not": True}]})

    assert refusals(hint)["condition"] == ["una pista no puede mirar «vip»"]
    assert hint.parsed_condition is None


def test_a_hint_is_as_long_as_a_screen_allows():
    HintFactory.build(template=None, body_es="x" * 1500).full_clean()

    assert "mide 1501 y caben 1500" in refusals(HintFactory.build(template=None, body_es="x" * 1501))["body_es"][0]


def test_a_preview_shows_the_letter_with_example_values():
    shown = lucien.preview("Hola, <b>{nombre}</b>: {besitos} & más", has_picture=False)

    assert shown.html == "Hola, <b>Ana</b>: 25 &amp; más"
    assert (shown.used, shown.limit, shown.problems) == (len("Hola, Ana: 25 & más"), 4096, ())


def test_a_preview_of_a_mistake_shows_nothing_but_the_mistake():
    shown = lucien.preview("Hola, {nadie}", has_picture=True)

    assert (shown.html, shown.used, shown.limit) == ("", 13, 1024)
    assert [(problem.line, problem.column) for problem in shown.problems] == [(1, 7)]


def test_rows_are_called_by_their_names():
    assert str(letter(name="La carta")) == "La carta"
    assert str(HintFactory.build(template=None, title_es="La llave")) == "La llave"
