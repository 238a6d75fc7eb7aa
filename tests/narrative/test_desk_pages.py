"""A story's pages: its map, its play-test, its review and its releases."""

from dataclasses import replace

import pytest

from narrative.models import Release
from narrative.models import Story as StoryRow
from narrative.services import choices, drafts
from narrative.services.drafts import Edit
from tests.narrative.desk import HOUSE, desk, page, sent_json, text

pytestmark = pytest.mark.django_db


@pytest.fixture
def house() -> StoryRow:
    return drafts.store(HOUSE, by="luis")


def test_the_map_has_every_fragment_and_choice_and_the_same_as_a_list(admin_client, house) -> None:
    shown = admin_client.get(page(house, "map"))
    graph = shown.context["graph"]
    assert [node["key"] for node in graph["nodes"]] == ["sala", "sotano", "fin"]
    assert [(edge["source"], edge["target"], edge["closed"]) for edge in graph["edges"]] == [
        ("sala", "sotano", True),
        ("sala", "fin", True),
    ]
    assert text(shown).count("<tr>") == 4


def test_places_on_the_map_are_kept_and_nonsense_is_not(admin_client, house) -> None:
    url = page(house, "map_move")
    assert sent_json(admin_client, url, {"places": {"sala": [10, -20], "nada": [1, 1]}}).json() == {"moved": 1}
    assert drafts.fragment(house.pk, "sala")[0].position == (10, -20)
    assert sent_json(admin_client, url, {"places": {"sala": ["a", 1]}}).status_code == 400
    assert sent_json(admin_client, url, {}).status_code == 400
    assert admin_client.get(url).status_code == 405


def test_an_arrow_that_is_drawn_becomes_a_choice(admin_client, house) -> None:
    answer = sent_json(admin_client, page(house, "map_link"), {"source": "sotano", "target": "fin"})
    assert (answer.status_code, answer.json()["choice"]) == (201, "sotano-fin")
    assert drafts.fragment(house.pk, "sotano")[0].choices[1].label.in_("es") == "Fin"
    assert sent_json(admin_client, page(house, "map_link"), {"source": "nada", "target": "fin"}).status_code == 400


def test_a_double_click_on_nothing_makes_a_fragment_there(admin_client, house) -> None:
    answer = sent_json(admin_client, page(house, "map_link"), {"title": "El desván", "x": 5, "y": 6})
    assert answer.json()["key"] == "el-desvan"
    assert drafts.fragment(house.pk, "el-desvan")[0].position == (5, 6)


# --- play-test --------------------------------------------------------------------------------------------------------
def test_the_play_test_goes_forward_and_back(admin_client, house) -> None:
    url = page(house, "play")
    who = {"idioma": "es", "besitos": "5", "items": "llave", "desde": "sala"}
    first = admin_client.post(url, who)
    assert "Bajar" in text(first) and "Salir · 3 💋" in text(first)
    second = admin_client.post(url, {**who, "elige": "a-fin"})
    assert second.context["steps"] == "a-fin"
    assert "🏁 Final: La calle" in text(second)
    assert ("besitos", "2") in second.context["carries"]
    assert admin_client.post(url, {**who, "pasos": "a-fin", "deshacer": "1"}).context["steps"] == ""
    assert not choices.where(1)


def test_the_play_test_says_why_it_goes_no_further(admin_client, house) -> None:
    who = {"idioma": "es", "besitos": "0", "desde": "sala", "pasos": "a-fin"}
    assert "Te faltan 3 besitos" in text(admin_client.post(page(house, "play"), who))
    assert "No se entiende la fecha «mañana»" in text(admin_client.post(page(house, "play"), {**who, "now": "mañana"}))


# --- review and release -----------------------------------------------------------------------------------------------
def test_the_review_leads_to_where_things_are_mended(admin_client, house) -> None:
    shown = text(admin_client.get(page(house, "review")))
    assert desk(house, "sala") in shown
    assert "0 errores" in shown and "2000 partidas al azar" in shown


def test_a_story_is_released_with_a_reason_and_taken_back(admin_client, house) -> None:
    url = page(house, "release")
    assert "di por qué se publica" in text(admin_client.post(url, {"note": "x"}))
    admin_client.post(url, {"note": "Primera", "reason": "Falta el inglés"})
    admin_client.post(url, {"note": "Segunda", "reason": "Falta el inglés"})
    first, second = Release.objects.order_by("number")
    house.refresh_from_db()
    assert (house.live_id, second.author) == (second.pk, "admin")
    admin_client.post(page(house, "releases"), {"pk": first.pk, "back": ""})
    house.refresh_from_db()
    assert house.live_id == first.pk


def test_a_release_waits_for_its_hour_and_can_be_stopped(admin_client, house) -> None:
    url = page(house, "release")
    assert "no se entienden" in text(admin_client.post(url, {"reason": "x", "at": "2001-01-01T00:00"}))
    admin_client.post(url, {"reason": "x", "at": "2999-01-01T20:00"})
    (made,) = Release.objects.all()
    assert made.is_waiting
    admin_client.post(page(house, "releases"), {"pk": made.pk, "cancel": ""})
    made.refresh_from_db()
    assert not made.is_waiting
    shown = text(admin_client.get(url))
    assert "no salió" in shown and 'name="back"' not in shown
    answer = admin_client.post(page(house, "releases"), {"pk": made.pk, "back": ""}, follow=True)
    assert "nunca llegó a salir" in text(answer)


def test_readers_of_a_removed_fragment_are_offered_a_place(admin_client, house) -> None:
    admin_client.post(page(house, "release"), {"reason": "x"})
    choices.begin(7, story="casa")
    part = drafts.fragment(house.pk, "sala")[0]
    drafts.write(house, replace(part, key="vestibulo", choices=()), Edit())
    StoryRow.objects.filter(pk=house.pk).update(start="vestibulo")
    house.refresh_from_db()
    drafts.remove(house, "sala")
    shown = text(admin_client.get(page(house, "release")))
    assert "1 lector está en «Sala», que ya no existe" in shown
    assert 'name="move-sala"' in shown
