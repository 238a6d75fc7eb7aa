"""The editor's desk: what is typed is kept, what is wrong is said, and of two editors nobody loses a word."""

import json
from dataclasses import replace

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from narrative.models import Fragment
from narrative.models import Story as StoryRow
from narrative.services import drafts
from narrative.services.drafts import Edit
from narrative.story.effects import GiveBesitos
from tests.engine import sql_only
from tests.narrative.desk import HOUSE, desk, text, typed
from tests.narrative.stories import choice, ending, fragment, story, words

pytestmark = pytest.mark.django_db


@pytest.fixture
def house() -> StoryRow:
    return drafts.store(HOUSE, by="luis")


def test_saving_what_is_there_changes_nothing_but_the_count(admin_client, house) -> None:
    for key in ("sala", "sotano", "fin"):
        response = admin_client.post(desk(house, key), typed(admin_client, desk(house, key)))
        assert response.status_code == 302
    assert drafts.told(house).to_json() == HOUSE.to_json()
    assert {row.version for row in Fragment.objects.all()} == {2}


def test_what_is_typed_is_kept(admin_client, house) -> None:
    url = desk(house, "sala")
    sent = typed(
        admin_client,
        url,
        **{
            "text": "Hay <i>tres</i> puertas.\r\n\r\nY un piano.",
            "tags": "uno, dos",
            "effects": "give_besitos 5",
            "choices-0-label": "Bajar ya",
            "choices-0-ORDER": "2",
            "choices-0-condition": json.dumps({"all": [{"is": "vip", "not": True}]}),
            "choices-1-DELETE": "on",
            "choices-TOTAL_FORMS": "3",
            "choices-2-label": "Tocar el piano",
            "choices-2-target": "fin",
            "choices-2-ORDER": "1",
        },
    )
    assert admin_client.post(url, sent).status_code == 302
    now = drafts.fragment(house.pk, "sala")[0]
    assert now.text.in_("es") == "Hay <i>tres</i> puertas.\n\nY un piano."
    assert now.tags == ("uno", "dos")
    assert now.effects == (GiveBesitos(5),)
    assert [(one.key, one.label.in_("es"), one.target) for one in now.choices] == [
        ("sala-tocar-el-piano", "Tocar el piano", "fin"),
        ("a-sotano", "Bajar ya", "sotano"),
    ]
    assert now.choices[1].condition.to_text() == "not vip"


def test_other_languages_stay_when_the_original_is_edited(admin_client, house) -> None:
    url = desk(house, "sala")
    admin_client.post(url, typed(admin_client, url, **{"variants-0-text": "Otra vez usted."}))
    (variant,) = drafts.fragment(house.pk, "sala")[0].variants
    assert dict(variant.text.by_language) == {"es": "Otra vez usted.", "en": "Welcome back."}


def test_a_new_fragment_gets_its_key_from_its_title(admin_client, house) -> None:
    url = f"{reverse('admin:narrative_fragment_add')}?story={house.pk}"
    response = admin_client.post(url, typed(admin_client, url, title="El salón de baile", key="", text="Música."))
    made = Fragment.objects.get(story=house, key="el-salon-de-baile")
    assert response.url == reverse("admin:narrative_fragment_change", args=[made.pk])
    admin_client.post(url, typed(admin_client, url, title="El salón de baile", key=""))
    assert Fragment.objects.filter(story=house, key="el-salon-de-baile-2").exists()


def test_the_first_fragment_is_the_beginning(admin_client) -> None:
    row = StoryRow.objects.create(key="nueva", title_es="Nueva")
    url = f"{reverse('admin:narrative_fragment_add')}?story={row.pk}"
    admin_client.post(url, typed(admin_client, url, title="Inicio", key=""))
    row.refresh_from_db()
    assert row.start == "inicio"


def test_a_target_that_is_not_there_yet_can_be_written(admin_client, house) -> None:
    url = desk(house, "sotano")
    admin_client.post(url, typed(admin_client, url, **{"choices-0-target": "bodega"}))
    assert f"?story={house.pk}&amp;key=bodega" in text(admin_client.get(url))
    stub = admin_client.get(f"{reverse('admin:narrative_fragment_add')}?story={house.pk}&key=bodega&title=Bodega")
    assert stub.context["desk"].form["key"].value() == "bodega"


def test_a_fragment_that_is_still_to_be_written_is_named_in_the_storys_language(admin_client) -> None:
    row = StoryRow.objects.create(key="house", title_es="The house", language="en")
    url = f"{reverse('admin:narrative_fragment_add')}?story={row.pk}&key=attic&title=The+attic"
    admin_client.post(url, typed(admin_client, url, text="Dust."))
    assert dict(drafts.fragment(row.pk, "attic")[0].title.by_language) == {"en": "The attic"}


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("title", "", "Este campo es requerido"),
        ("condition", "nada 3", "Fila 1: no existe la prueba «nada»"),
        ("condition", '{"all": [{"is": "besitos"}]}', "Fila 1: pon «al menos» o «menos de»"),
        ("effects", "give_besitos mil", "«give_besitos mil» no se entiende"),
        ("effects", "set_flag a b", "no se entiende"),
        ("fallback", "La Calle", "Una clave lleva solo minúsculas"),
        ("choices-0-target", "No Vale", "Una clave lleva solo minúsculas"),
        ("choices-0-price", "-1", "desk-error"),
        ("variants-0-condition", "", "Di para quién es este texto."),
    ],
)
def test_what_cannot_be_understood_is_said_and_nothing_is_lost(admin_client, house, field, value, said) -> None:
    url = desk(house, "sala")
    response = admin_client.post(url, typed(admin_client, url, text="Mi trabajo de hoy.", **{field: value}))
    assert response.status_code == 200
    assert said in text(response)
    assert "Mi trabajo de hoy." in text(response)
    assert Fragment.objects.get(story=house, key="sala").version == 1


def test_the_slower_of_two_editors_sees_what_changed_and_loses_nothing(admin_client, house) -> None:
    url = desk(house, "sala")
    mine = typed(admin_client, url, text="Lo mío.")
    theirs = drafts.fragment(house.pk, "sala")[0]
    drafts.write(house, replace(theirs, text=words("Lo suyo.")), Edit("luis", 1))
    response = admin_client.post(url, mine)
    assert response.status_code == 409
    assert "luis ha cambiado este fragmento" in text(response)
    assert "- es: Lo suyo." in text(response)
    assert "+ es: Lo mío." in text(response)
    assert drafts.fragment(house.pk, "sala")[0].text.in_("es") == "Lo suyo."
    again = admin_client.post(url, {**mine, "version": response.context["newest"]})
    assert again.status_code == 302
    assert drafts.fragment(house.pk, "sala")[0].text.in_("es") == "Lo mío."


def test_a_choice_key_of_another_fragment_is_refused(admin_client, house) -> None:
    url = desk(house, "sala")
    response = admin_client.post(url, typed(admin_client, url, **{"choices-0-key": "volver"}))
    assert "La clave «volver» ya existe." in text(response)


def test_a_form_tells_where_its_fragment_is_reached_from_and_what_is_wrong_with_it(admin_client, house) -> None:
    shown = text(admin_client.get(desk(house, "sotano")))
    assert f'← <a class="yabot-link" href="{desk(house, "sala")}">Sala</a>' in shown
    assert "NAR210" in shown


@sql_only
def test_a_form_of_a_large_story_takes_few_statements(admin_client) -> None:
    big = story(
        *(
            fragment(f"f{n}", choice(f"f{n + 1}", key=f"a{n}"), choice("fin", key=f"b{n}", label="B"))
            for n in range(499)
        ),
        ending("fin"),
        ending("f499"),
    )
    row = drafts.store(big)
    url = desk(row, "f7")
    admin_client.get(url)
    with CaptureQueriesContext(connection) as asked:
        response = admin_client.get(url)
    assert response.status_code == 200
    assert len(asked) <= 20, "\n".join(query["sql"][:150] for query in asked)
