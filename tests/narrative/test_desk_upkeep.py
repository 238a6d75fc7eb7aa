"""Deleting, renaming and going back; who may do what; a story's settings."""

from dataclasses import replace

import pytest
from django.urls import reverse

from narrative.models import Fragment
from narrative.models import Story as StoryRow
from narrative.services import drafts
from narrative.services.drafts import Edit
from tests.core.back_office import allow, staff
from tests.factories.narrative import HintFactory
from tests.narrative.desk import HOUSE, desk, page, sent_json, text, typed
from tests.narrative.stories import fragment
from yabot.core.conditions import Condition

pytestmark = pytest.mark.django_db


@pytest.fixture
def house() -> StoryRow:
    return drafts.store(HOUSE, by="luis")


# --- deleting, renaming, going back -----------------------------------------------------------------------------------
def test_a_fragment_in_use_is_not_deleted_and_the_page_links_to_its_users(admin_client, house) -> None:
    row = Fragment.objects.get(story=house, key="sotano")
    url = reverse("admin:narrative_fragment_remove", args=[row.pk])
    assert desk(house, "sala") in text(admin_client.get(url))
    admin_client.post(url)
    assert Fragment.objects.filter(pk=row.pk).exists()


def test_a_fragment_nobody_leads_to_is_deleted_after_a_question(admin_client, house) -> None:
    made = drafts.write(house, fragment("isla"), Edit())
    url = reverse("admin:narrative_fragment_remove", args=[made.pk])
    assert "Sí, borrar" in text(admin_client.get(url))
    assert admin_client.post(url).url == page(house, "map")
    assert not Fragment.objects.filter(pk=made.pk).exists()


def test_a_new_key_reaches_everything(admin_client, house) -> None:
    row = Fragment.objects.get(story=house, key="sotano")
    url = reverse("admin:narrative_fragment_rename", args=[row.pk])
    assert "minúsculas" in text(admin_client.post(url, {"key": "La Bodega"}))
    assert "ya existe" in text(admin_client.post(url, {"key": "fin"}))
    admin_client.post(url, {"key": "bodega"})
    assert drafts.fragment(house.pk, "sala")[0].choices[0].target == "bodega"


def test_what_a_fragment_was_can_be_brought_back(admin_client, house) -> None:
    url = desk(house, "sala")
    admin_client.post(url, typed(admin_client, url, text="Otra cosa."))
    past = reverse("admin:narrative_fragment_past", args=[Fragment.objects.get(story=house, key="sala").pk])
    shown = admin_client.get(past)
    assert "- es: Hay &lt;b&gt;dos&lt;/b&gt; puertas." in text(shown)
    first = shown.context["changes"][-1]
    admin_client.post(past, {"pk": first.pk})
    assert drafts.fragment(house.pk, "sala") == (HOUSE.by_key["sala"], 3)


# --- rights -----------------------------------------------------------------------------------------------------------
PAGES = ["map", "play", "review", "translate", "release", "exchange"]


@pytest.mark.parametrize("name", PAGES)
def test_no_page_opens_for_whoever_has_no_right(client, house, name) -> None:
    assert staff(client).get(page(house, name)).status_code == 403


def test_whoever_may_only_look_changes_nothing(client, house) -> None:
    staff(client)
    allow(client, "view_story", "view_fragment")
    assert client.get(page(house, "map")).status_code == 200
    assert client.get(desk(house, "sala")).status_code == 200
    assert "Guardar y ver el mapa" not in text(client.get(desk(house, "sala")))
    assert client.post(desk(house, "sala"), {}).status_code == 403
    assert client.post(page(house, "release"), {"reason": "x"}).status_code == 403
    assert sent_json(client, page(house, "map_move"), {"places": {}}).status_code == 403
    assert client.get(reverse("admin:narrative_story_import")).status_code == 403


def test_the_wrong_address_is_not_found(admin_client, house) -> None:
    nowhere = "01a20935-0000-7000-8000-000000000000"
    assert admin_client.get(reverse("admin:narrative_story_map", args=[nowhere])).status_code == 404
    assert admin_client.get(reverse("admin:narrative_fragment_change", args=[nowhere])).status_code == 404
    assert admin_client.get(reverse("admin:narrative_fragment_add")).status_code == 200  # the only story there is
    StoryRow.objects.create(key="otra", title_es="Otra")
    assert "¿Para qué historia?" in text(admin_client.get(reverse("admin:narrative_fragment_add")))


# --- the story's settings ---------------------------------------------------------------------------------------------
def test_a_story_is_made_with_its_words_in_both_languages(admin_client) -> None:
    given = {
        "key": "jardin",
        "title_es": "El jardín",
        "title_en": "The garden",
        "pitch_es": "Una noche.",
        "language": "es",
        "start": "",
        "order": "0",
        "tells_left": "on",
        "declared-TOTAL_FORMS": "1",
        "declared-INITIAL_FORMS": "0",
        "declared-0-key": "luz",
        "declared-0-kind": "flag",
        "declared-0-note": "Si hay luz",
        "declared-0-missing_es": "Te falta luz",
        "declared-0-missing_en": "You need light",
    }
    response = admin_client.post(reverse("admin:narrative_story_add"), given)
    made = StoryRow.objects.get(key="jardin")
    assert response.url == f"{reverse('admin:narrative_fragment_add')}?story={made.pk}"
    assert made.tells_left and drafts.told(made).tells_left
    assert (made.titles, made.pitches) == ({"es": "El jardín", "en": "The garden"}, {"es": "Una noche."})
    luz = made.declared.get()
    assert (luz.key, luz.missing) == ("luz", {"es": "Te falta luz", "en": "You need light"})
    url = reverse("admin:narrative_story_change", args=[made.pk])
    shown = text(admin_client.get(url))
    assert "Una noche." in shown and 'value="Te falta luz"' in shown and 'value="You need light"' in shown
    assert "No hay ningún fragmento con esa clave" in text(admin_client.post(url, {**given, "start": "nada"}))


def test_a_hint_that_a_story_uses_is_not_deleted(admin_client, house) -> None:
    hint = HintFactory(key="mapa")
    part, version = drafts.fragment(house.pk, "sotano")
    drafts.write(house, replace(part, condition=Condition.from_text("hint mapa")), Edit(version=version))
    response = admin_client.post(reverse("admin:narrative_hint_delete", args=[hint.pk]), {"post": "yes"})
    hint.refresh_from_db()
    assert response.status_code == 200
    assert "La casa: Sotano" in text(response)
