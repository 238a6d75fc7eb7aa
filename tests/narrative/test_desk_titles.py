"""Conditions and effects for whoever knows titles, not keys: typed, refused, turned to text and back."""

import json

import pytest
from django.urls import reverse

from narrative.models import Story as StoryRow
from narrative.services import drafts
from tests.factories.narrative import HintFactory
from tests.narrative.desk import desk, preview, text, typed
from tests.narrative.stories import choice, ending, fragment, story

pytestmark = pytest.mark.django_db
HOUSE = story(
    fragment("verja", choice("fin", key="salir", label="Salir")),
    fragment("otra"),
    ending("fin", "La calle"),
)


@pytest.fixture
def house() -> StoryRow:
    HintFactory(key="demo-carta", title_es="La carta")
    return drafts.store(HOUSE)


def rows(client, row: StoryRow, kind: str, value: str) -> dict:
    given = {"story": row.pk, "kind": kind, "value": value}
    return client.post(reverse("admin:narrative_fragment_rows"), given).json()


def test_what_is_named_by_its_title_is_kept_by_its_key(admin_client, house) -> None:
    condition = {"all": [{"is": "hint", "hint": "La carta"}, {"any": [{"is": "visited", "fragment": "otra"}]}]}
    changes = {
        "choices-0-condition": json.dumps(condition),
        "choices-0-effects": "unlock_hint «La carta»",
        "choices-0-target": "otra",
    }
    admin_client.post(desk(house, "verja"), typed(admin_client, desk(house, "verja"), **changes))
    (kept,) = drafts.fragment(house.pk, "verja")[0].choices
    assert kept.condition.to_text() == "hint demo-carta; any visited otra 1"
    assert [effect.to_text() for effect in kept.effects] == ["unlock_hint demo-carta"]
    assert kept.target == "otra"


def test_a_target_is_shown_and_taken_by_its_title(admin_client, house) -> None:
    form = admin_client.get(desk(house, "verja")).context["desk"].choices.forms[0]
    assert form["target"].value() == "Fin"
    admin_client.post(desk(house, "verja"), typed(admin_client, desk(house, "verja"), **{"choices-0-target": "OTRA"}))
    assert drafts.fragment(house.pk, "verja")[0].choices[0].target == "otra"


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("condition", {"all": [{"is": "hint"}]}, "Fila 1: falta poner la pista"),
        ("condition", {"all": [{"is": "visited", "fragment": "El ático"}]}, "«El ático» no está: elige el fragmento"),
        ("effects", [{"do": "give_besitos", "amount": 1}, {"do": "give_item"}], "Fila 2: falta poner el objeto"),
        ("effects", [{"do": "count", "counter": "x", "by": 0}], "Fila 1: «cuántos» debe ser un número"),
    ],
)
def test_the_preview_says_which_choice_and_field_is_wrong_without_any_name_of_ours(
    admin_client, house, field, value, said
) -> None:
    shown = preview(admin_client, house, "verja", **{f"choices-0-{field}": json.dumps(value)})
    label = {"condition": "solo si", "effects": "y entonces"}[field]
    assert f"Opción «Salir» · {label}: " in shown and said in shown


def test_a_new_fragment_is_shown_before_it_has_a_title(admin_client, house) -> None:
    url = f"{reverse('admin:narrative_fragment_add')}?story={house.pk}"
    sent = {**typed(admin_client, url, text="Hola."), "story": house.pk, "was": ""}
    shown = text(admin_client.post(reverse("admin:narrative_fragment_preview"), sent))
    assert "Hola." in shown and "requerido" not in shown


def test_the_counter_counts_the_language_that_is_typed(admin_client, house) -> None:
    shown = preview(admin_client, house, "verja", text="Hola.", language="en")
    assert '<p class="desk-typed" hidden>5 / 4096' in shown


@pytest.mark.parametrize(
    ("kind", "line"),
    [
        ("tests", "item llave 2; not visited verja 1; any vip | besitos >= 5"),
        ("tests", "weekday 1,7; hours 22 6; between 2026-01-01 ."),
        ("effects", "give_item llave 2; set_flag luz; count valor -1"),
    ],
)
def test_text_to_rows_and_back_is_the_same(admin_client, house, kind, line) -> None:
    there = rows(admin_client, house, kind, line)
    assert rows(admin_client, house, kind, json.dumps(there["rows"])) == there
    assert there["text"] == line


def test_what_cannot_be_turned_says_why(admin_client, house) -> None:
    assert rows(admin_client, house, "tests", "nada") == {"error": "Fila 1: no existe la prueba «nada»"}
    assert rows(admin_client, house, "effects", "{") == {"error": "Esto no se entiende."}


def test_without_a_script_there_is_a_blank_choice_and_an_order(admin_client, house) -> None:
    shown = text(admin_client.get(desk(house, "verja")))
    bare = "".join(part.partition("</noscript>")[0] for part in shown.split("<noscript>")[1:])
    assert 'name="choices-TOTAL_FORMS" value="2"' in bare
    assert 'name="choices-1-label"' in bare and 'name="choices-0-ORDER"' in bare
    changes = {
        "choices-TOTAL_FORMS": "2",
        "choices-0-ORDER": "2",
        "choices-1-ORDER": "1",
        "choices-1-label": "Mirar",
        "choices-1-target": "otra",
        "choices-1-condition": "visited verja",
    }
    admin_client.post(desk(house, "verja"), typed(admin_client, desk(house, "verja"), **changes))
    now = drafts.fragment(house.pk, "verja")[0].choices
    assert [(one.label.in_("es"), one.condition.to_text()) for one in now] == [
        ("Mirar", "visited verja 1"),
        ("Salir", ""),
    ]


def test_the_blank_choice_left_blank_changes_nothing(admin_client, house) -> None:
    sent = typed(admin_client, desk(house, "verja"), **{"choices-TOTAL_FORMS": "2", "variants-TOTAL_FORMS": "1"})
    more = {"choices-1-locked": "show", "choices-1-repeat": "always"}
    assert admin_client.post(desk(house, "verja"), {**sent, **more}).status_code == 302
    assert len(drafts.fragment(house.pk, "verja")[0].choices) == 1
