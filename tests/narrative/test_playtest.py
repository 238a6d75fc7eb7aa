"""The play-test as anyone: who plays is named as editors name things, and a way that was walked is kept."""

from dataclasses import replace

import orjson
import pytest
from django.urls import reverse

from narrative.models import Fragment, StoryPath
from narrative.models import Story as StoryRow
from narrative.services import drafts
from narrative.services.drafts import Edit
from narrative.story.content import Declared
from tests.factories.narrative import HintFactory
from tests.narrative.desk import page, text
from tests.narrative.stories import choice, ending, fragment, story, words
from yabot.core.conditions import Condition

pytestmark = pytest.mark.django_db
HOUSE = story(
    fragment("sala", choice("fin", label="Salir", condition=Condition.from_text("item llave 2")), text="Dos puertas."),
    ending("fin", "La calle"),
    declared=(Declared("luz", "flag", "Si hay luz"),),
)


@pytest.fixture
def house() -> StoryRow:
    HintFactory(key="carta", title_es="La carta")
    HintFactory(key="plano", title_es="El plano")
    return drafts.store(HOUSE)


def play(client, row: StoryRow, **given: str):
    return client.post(page(row, "play"), {"idioma": "es", "desde": "sala", **given})


def fields(response) -> dict[str, str]:
    return {one["name"]: one["value"] for one in response.context["fields"]}


# --- who plays --------------------------------------------------------------------------------------------------------
def test_who_plays_has_what_is_named_by_title_or_by_key(admin_client, house) -> None:
    shown = play(admin_client, house, hints="el plano, carta", visited="Sala", flags="luz", items="llave × 2")
    persona = shown.context["persona"]
    assert persona.hints == {"plano", "carta"}
    assert (persona.visited, persona.flags, dict(persona.items)) == ({"sala"}, {"luz"}, {"llave": 2})
    assert fields(shown)["hints"] == "El plano, La carta"
    assert 'name="elige" value="a-fin"' in text(shown)


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("hints", "El mapa", "No hay ninguna pista «El mapa»."),
        ("visited", "no-existe", "No hay ningún fragmento «no-existe» en esta historia."),
        ("flags", "sombra", "No hay ninguna marca «sombra»"),
        ("items", "llave dos", "Ninguna historia usa un objeto «llave dos»."),
    ],
)
def test_what_is_not_there_is_refused_and_stays_in_its_field(admin_client, house, field, value, said) -> None:
    shown = play(admin_client, house, **{field: value})
    assert said in text(shown)
    assert fields(shown)[field] == value
    assert "Dos puertas." in text(shown)


def test_a_preset_and_the_other_language_are_one_press_away(admin_client, house) -> None:
    rich = play(admin_client, house, como="vip-rico").context["persona"]
    assert (rich.vip, rich.besitos, rich.language) == (True, 500, "es")
    other = play(admin_client, house, besitos="7", **{"otra-lengua": "1"}).context["persona"]
    assert (other.besitos, other.language) == (7, "en")


def test_from_another_fragment_another_way_begins(admin_client, house) -> None:
    who = {"items": "llave 2", "pasos": "a-fin", "estaba": "sala"}
    assert play(admin_client, house, **who).context["steps"] == "a-fin"
    assert play(admin_client, house, **{**who, "desde": "fin"}).context["steps"] == ""


def test_the_page_links_to_the_desk_of_its_fragment(admin_client, house) -> None:
    here = Fragment.objects.get(story=house, key="sala")
    shown = text(play(admin_client, house))
    assert reverse("admin:narrative_fragment_change", args=[here.pk]) in shown
    assert "Editar «Sala»" in shown


def test_enter_in_a_field_plays_as_this_persona_and_takes_no_choice(admin_client, house) -> None:
    shown = text(play(admin_client, house, items="llave 2"))
    form = shown[shown.index('id="desk-play"') :]
    first = form[form.index('type="submit"') :]
    assert first.startswith('type="submit" name="aplicar"')


# --- saved paths ------------------------------------------------------------------------------------------------------
def keep(client, row: StoryRow, name: str = "A la calle", steps: str = "a-fin"):
    persona = orjson.dumps(play(client, row, items="llave 2", besitos="3").context["persona"].to_json()).decode()
    given = {"nombre": name, "pasos": steps, "desde": "sala", "persona": persona}
    return client.post(page(row, "play_save"), given, follow=True)


def test_a_kept_way_is_shown_with_who_walked_it(admin_client, house) -> None:
    shown = keep(admin_client, house)
    path = StoryPath.objects.get()
    assert (path.name, path.choices, path.saved_by) == ("A la calle", ["a-fin"], "admin")
    assert shown.context["steps"] == "a-fin"
    assert (shown.context["persona"].besitos, fields(shown)["items"]) == (3, "llave × 2")
    assert "Final: La calle" in text(shown)


@pytest.mark.parametrize(("name", "steps"), [("", "a-fin"), ("x", "nada")])
def test_a_way_without_a_name_or_that_leads_nowhere_is_not_kept(admin_client, house, name, steps) -> None:
    assert "no se ha guardado" in text(keep(admin_client, house, name, steps))
    assert not StoryPath.objects.exists()


def test_a_way_that_changed_says_where_and_can_be_approved(admin_client, house) -> None:
    keep(admin_client, house)
    part, version = drafts.fragment(house.pk, "fin")
    drafts.write(house, replace(part, text=words("Es de noche.")), Edit(version=version))
    path = StoryPath.objects.get()
    shown = text(play(admin_client, house))
    assert "ha cambiado en la página 2" in shown and 'name="aprobar"' in shown
    again = text(admin_client.post(page(house, "play_save"), {"aprobar": str(path.pk)}, follow=True))
    assert "ha cambiado" not in again
    path.refresh_from_db()
    assert "Es de noche." in path.screens[1]["html"]


def test_a_kept_way_can_be_deleted(admin_client, house) -> None:
    keep(admin_client, house)
    admin_client.post(page(house, "play_save"), {"borrar": str(StoryPath.objects.get().pk)})
    assert not StoryPath.objects.exists()
