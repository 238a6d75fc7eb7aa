"""The editor's desk: what is typed is kept, what is wrong is said, and of two editors nobody loses a word."""

import io
import json
from dataclasses import replace
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from narrative.models import Fragment, MediaFile, Release
from narrative.models import Story as StoryRow
from narrative.services import choices, drafts, pictures
from narrative.services.drafts import Edit
from narrative.story.content import Media, Variant
from narrative.story.effects import GiveBesitos, SetFlag
from tests.core.back_office import allow, staff
from tests.engine import sql_only
from tests.factories.narrative import HintFactory
from tests.narrative.stories import choice, ending, fragment, story, words
from yabot.core.conditions import Condition

pytestmark = pytest.mark.django_db
JPEG = (Path(__file__).parents[2] / "static" / "yabot" / "house.jpg").read_bytes()
HOUSE = story(
    fragment(
        "sala",
        choice("sotano", label="Bajar", condition=Condition.from_text("item llave; any vip | besitos >= 5")),
        choice("fin", label="Salir", effects=(SetFlag("luz"),), price=3),
        text="Hay <b>dos</b> puertas.",
        variants=(Variant(Condition.from_text("vip"), words("Bienvenido otra vez.", en="Welcome back.")),),
    ),
    fragment("sotano", choice("<", key="volver")),
    ending("fin", "La calle"),
)


@pytest.fixture
def house() -> StoryRow:
    return drafts.store(HOUSE, by="luis")


def desk(row: StoryRow, key: str) -> str:
    return reverse("admin:narrative_fragment_change", args=[Fragment.objects.get(story=row, key=key).pk])


def page(row: StoryRow, name: str) -> str:
    return reverse(f"admin:narrative_story_{name}", args=[row.pk])


def typed(client, url: str, **changes: str) -> dict[str, str]:
    """What the form of a page would send, with these changes."""
    form = client.get(url).context["desk"]
    given = {name: form.form[name].value() for name in form.form.fields}
    sent = {name: value for name, value in given.items() if value not in (None, False, "")}
    for rows, prefix in ((form.choices, "choices"), (form.variants, "variants")):
        sent |= {f"{prefix}-TOTAL_FORMS": str(len(rows.forms)), f"{prefix}-INITIAL_FORMS": str(len(rows.forms))}
        for number, one in enumerate(rows.forms):
            sent |= {
                f"{prefix}-{number}-{name}": one[name].value()
                for name in one.fields
                if name != "DELETE" and one[name].value() not in (None, "")
            }
    return {**sent, **changes}


def text(response) -> str:
    return response.content.decode()


# --- writing ----------------------------------------------------------------------------------------------------------
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


# --- the preview ------------------------------------------------------------------------------------------------------
def preview(client, row: StoryRow, key: str, **changes: str) -> str:
    sent = typed(client, desk(row, key), **changes)
    return text(client.post(reverse("admin:narrative_fragment_preview"), {**sent, "story": row.pk, "was": key}))


def test_the_preview_shows_what_is_typed_as_it_will_arrive(admin_client, house) -> None:
    shown = preview(admin_client, house, "sala", text="Hay <b>mil</b> puertas & <tg-spoiler>una</tg-spoiler>.")
    assert 'Hay <b>mil</b> puertas &amp; <span class="tg-spoiler">una</span>.' in shown
    assert "🔒 Bajar" in shown and "Necesitas: llave" in shown
    assert "🔒 Salir · 3 💋" in shown
    assert "22 / 4096 letras · 2 / 100 formatos" in shown
    assert drafts.fragment(house.pk, "sala")[1] == 1


def test_the_preview_is_for_whoever_the_editor_chooses(admin_client, house) -> None:
    assert "Bienvenido otra vez." in preview(admin_client, house, "sala", persona="vip")
    assert "Welcome back." in preview(admin_client, house, "sala", persona="vip", language="en")
    assert ">Salir · 3 💋<" in preview(admin_client, house, "sala", persona="rico")


def test_the_preview_shows_the_gate_and_the_page_behind_it(admin_client, house) -> None:
    shown = preview(admin_client, house, "sotano", vip="on")
    assert "Este capítulo es solo para VIP" in shown and "Estás en sotano." in shown


def test_the_preview_says_what_has_to_be_mended(admin_client, house) -> None:
    assert "1:6" in preview(admin_client, house, "sala", text="Hola <p>mundo</p>")
    assert "Fila 1" in preview(admin_client, house, "sala", condition="nada")
    assert "5000 / 4096" in preview(admin_client, house, "sala", text="a" * 5000)


# --- pictures ---------------------------------------------------------------------------------------------------------
def upload(data: bytes, name: str) -> io.BytesIO:
    file = io.BytesIO(data)
    file.name = name
    return file


def test_a_picture_is_kept_once_and_shown(admin_client, house) -> None:
    url = desk(house, "sala")
    admin_client.post(url, {**typed(admin_client, url, alt="La casa"), "upload": upload(JPEG, "La Casa.jpg")})
    admin_client.post(url, {**typed(admin_client, url), "upload": upload(JPEG, "otra.jpg")})
    (row,) = MediaFile.objects.all()
    now = drafts.fragment(house.pk, "sala")[0]
    assert (row.path, row.kind, row.size) == ("la-casa.jpg", "photo", len(JPEG))
    assert now.media == Media("la-casa.jpg", "photo", words("La casa"))
    assert row.file.url in preview(admin_client, house, "sala")
    assert pictures.users(row) == ["sala"]


@pytest.mark.parametrize(("data", "name"), [(b"<script>", "a.jpg"), (JPEG, "a.png"), (JPEG, "a.exe")])
def test_a_file_that_is_not_what_its_name_says_is_refused(admin_client, house, data, name) -> None:
    url = desk(house, "sala")
    response = admin_client.post(url, {**typed(admin_client, url), "upload": upload(data, name)})
    assert "no es una imagen" in text(response)
    assert not MediaFile.objects.exists()


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


# --- the map ----------------------------------------------------------------------------------------------------------
def sent_json(client, url: str, given: dict):
    return client.post(url, json.dumps(given), content_type="application/json")


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
