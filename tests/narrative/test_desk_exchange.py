"""The desk's doors: stories and translations come in and go out, and no file ends in an error page."""

import json
from collections.abc import Callable
from dataclasses import replace

import pytest
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from narrative.errors import WrongFile
from narrative.exchange import Bundle, read_bundle, write_bundle, write_twee
from narrative.exchange.translations import Row
from narrative.models import MediaFile
from narrative.models import Story as StoryRow
from narrative.services import drafts, imports, pictures, translated
from narrative.services.drafts import Edit
from narrative.story.content import Media
from narrative.story.reading import StoryError
from tests.narrative.desk import HOUSE, JPEG, page, text, upload
from tests.narrative.files import story_json
from tests.narrative.stories import choice, fragment, story, words

pytestmark = pytest.mark.django_db


@pytest.fixture
def house() -> StoryRow:
    return drafts.store(HOUSE, by="luis")


# --- translating ------------------------------------------------------------------------------------------------------
def test_a_translation_is_written_beside_the_original(admin_client, house) -> None:
    url = page(house, "translate")
    assert "0 de 3 fragmentos listos" in text(admin_client.get(url))
    said = {"t-title": "The end", "t-text": "You are at the end.", "t-ending": "The street"}
    answer = admin_client.post(url, {"fragment": "fin", "version": "1", **said})
    assert answer.status_code == 302
    now = drafts.fragment(house.pk, "fin")[0]
    assert (now.text.in_("en"), now.ending.name.in_("en")) == ("You are at the end.", "The street")
    assert "1 de 3 fragmentos listos" in text(admin_client.get(url))


def test_a_translation_with_broken_markup_stays_on_the_page(admin_client, house) -> None:
    given = {"fragment": "sala", "version": "1", "t-text": "There are <b>two doors."}
    shown = text(admin_client.post(page(house, "translate"), given))
    assert "There are &lt;b&gt;two doors." in shown
    assert drafts.fragment(house.pk, "sala")[0].text.by_language.get("en") is None


@pytest.mark.parametrize(
    ("name", "said", "why"),
    [
        ("title", "x" * 201, "título: pasa de 200 letras"),
        ("text", "x" * 16_001, "texto: pasa de 16000 letras"),
        ("ending", "a\nb", "nombre del final: tiene que caber en una línea"),
        ("title", "a\0", "título: lleva caracteres que no se pueden guardar"),
    ],
)
def test_a_translation_that_could_not_be_opened_again_is_not_saved(admin_client, house, name, said, why) -> None:
    given = {"fragment": "fin", "version": "1", f"t-{name}": said}
    assert why in text(admin_client.post(page(house, "translate"), given))
    assert drafts.told(house) == HOUSE


def test_only_the_text_that_was_translated_is_up_to_date(house) -> None:
    said = {"title": "Lounge", "text": "There are <b>two</b> doors."}
    translated.bring(house, "en", [Row(2, f"sala/{name}", "", words) for name, words in said.items()])
    part, version = drafts.fragment(house.pk, "sala")
    changed = replace(part, title=words("Salón", en="Lounge"), text=words("Hay <b>tres</b> puertas.", en=said["text"]))
    drafts.write(house, changed, Edit(version=version))
    assert drafts.stale(house)["sala", "en"] == {"title", "text"}
    translated.bring(house, "en", [Row(2, "sala/title", "", "Parlour")])
    assert drafts.stale(house)["sala", "en"] == {"text"}
    part, version = drafts.fragment(house.pk, "sala")
    drafts.write(house, part, Edit(version=version, translated=frozenset({"en"})))
    assert drafts.stale(house)["sala", "en"] == frozenset()


def test_nothing_is_stored_that_could_not_be_read_again(house) -> None:
    part, version = drafts.fragment(house.pk, "fin")
    with pytest.raises(StoryError):
        drafts.write(house, replace(part, title=words("x" * 201)), Edit(version=version))
    with pytest.raises(StoryError):
        drafts.store(replace(HOUSE, key="otra", language="fr"))
    with pytest.raises(StoryError):
        drafts.replace(house, replace(HOUSE, pitch=words("\0")))
    assert drafts.told(house) == HOUSE
    assert StoryRow.objects.count() == 1


# --- in and out -------------------------------------------------------------------------------------------------------
def test_a_story_goes_out_and_comes_in_the_same(admin_client, house) -> None:
    pictures.put(house, "casa.jpg", JPEG)
    part, version = drafts.fragment(house.pk, "fin")
    drafts.write(house, replace(part, media=Media("casa.jpg", alt=words("La casa"))), Edit(version=version))
    data = admin_client.get(page(house, "exchange") + "?formato=bundle").content
    assert read_bundle(data).media == {"casa.jpg": JPEG}
    url = reverse("admin:narrative_story_import")
    report = admin_client.post(url, {"file": upload(data, "casa.zip"), "language": "es"})
    assert "3 fragmentos, 3 opciones" in text(report)
    assert StoryRow.objects.count() == 1
    (one,) = report.context["brought"]
    assert one["key"] == "casa-2"
    given = {"kept": report.context["kept"], "number": "0", "key": "casa-2", "language": "es"}
    assert admin_client.post(url, given).status_code == 302
    copy = StoryRow.objects.get(key="casa-2")
    assert drafts.told(copy).to_json() == {**drafts.told(house).to_json(), "key": "casa-2"}
    again = admin_client.get(page(copy, "exchange") + "?formato=bundle").content
    assert read_bundle(again).media == {"casa.jpg": JPEG}


@pytest.mark.parametrize(
    ("data", "name", "said"),
    [
        (b"x", "a.tws", "Twine 1"),
        (b"PKnothing", "a.zip", "zip está dañado"),
        (write_bundle(Bundle(HOUSE))[:50], "a.zip", "zip está dañado"),
        (b"hola", "a.txt", "No se reconoce"),
    ],
)
def test_what_cannot_be_imported_is_refused_with_a_sentence(admin_client, data, name, said) -> None:
    response = admin_client.post(reverse("admin:narrative_story_import"), {"file": upload(data, name)})
    assert said in text(response)
    assert not StoryRow.objects.exists()


def test_a_page_whose_file_is_gone_asks_for_it_again(admin_client) -> None:
    url = reverse("admin:narrative_story_import")
    assert "elígelo otra vez" in text(admin_client.post(url, {"kept": "forged", "key": "a"}))
    assert "Elige un archivo" in text(admin_client.post(url, {}))


def test_the_formats_are_called_in_the_language_of_whoever_looks(admin_client, house) -> None:
    shown = text(admin_client.get(page(house, "exchange"), headers={"accept-language": "en"}))
    assert "CSV" in shown
    assert "Tabla para traducir" not in shown


def test_a_translators_file_is_taken_row_by_row(admin_client, house) -> None:
    url = page(house, "exchange")
    assert admin_client.get(f"{url}?formato=po")["Content-Disposition"] == 'attachment; filename="casa.en.po"'
    table = admin_client.get(f"{url}?formato=csv").content.decode("utf-8-sig")
    table = table.replace('"fin/title","missing","Fin",""', '"fin/title","missing","Fin","End"').replace(
        '/text","missing","Est', '/text","missing","est'
    )
    response = admin_client.post(url, {"file": upload(table.encode(), "casa.csv")})
    assert "Traducciones tomadas: 1" in text(response)
    assert drafts.fragment(house.pk, "fin")[0].title.in_("en") == "End"
    assert ":: Sala" in admin_client.get(f"{url}?formato=twee").content.decode()


def brought(client, data: bytes, name: str, **more: str):
    return client.post(reverse("admin:narrative_story_import"), {"file": upload(data, name), **more})


@pytest.mark.parametrize("number", ["²", "9" * 5_000, "-1", "x", ""])
def test_a_number_that_is_none_means_the_first(admin_client, number: str) -> None:
    assert brought(admin_client, story_json(HOUSE), "story.json", key="casa", number=number).status_code == 302


def test_a_story_is_written_in_a_language_that_is_spoken_here(admin_client) -> None:
    shown = brought(admin_client, b":: a\nHola", "a.twee", key="casa", language="espanol")
    assert "se escribe en es o en en" in text(shown)
    assert not StoryRow.objects.exists()


def test_a_bundle_with_a_file_that_is_none_is_kept_out_whole(admin_client) -> None:
    data = write_bundle(Bundle(HOUSE, {"a.jpg": JPEG, "b.jpg": b"no picture", f"{'x' * 200}.jpg": JPEG}))
    report = text(brought(admin_client, data, "casa.zip"))
    assert report.count("no es una imagen") == 2
    assert "«b.jpg» no es una imagen" in text(brought(admin_client, data, "casa.zip", key="casa"))
    assert not StoryRow.objects.exists()
    assert not MediaFile.objects.exists()
    with pytest.raises(WrongFile):
        imports.bring(read_bundle(data))


def test_a_story_without_its_files_says_so(admin_client) -> None:
    made = story(fragment("a", choice("a"), media=Media("casa.jpg")))
    assert "Falta el archivo «casa.jpg»" in text(brought(admin_client, story_json(made), "story.json"))
    assert "Falta el archivo «casa.jpg»" in text(brought(admin_client, write_twee(made).encode(), "a.twee"))


def test_what_could_not_come_in_again_is_said_when_it_goes_out(admin_client, house) -> None:
    for part in [fragment(f"largo-{number}", text="á" * 16_000) for number in range(160)]:
        drafts.write(house, part, Edit())
    url = page(house, "exchange")
    assert "no se podrá volver a importar" not in text(admin_client.get(url))
    admin_client.get(f"{url}?formato=twee")
    assert "no se podrá volver a importar" in text(admin_client.get(url))


WRITTEN: dict[str, Callable[[], bytes]] = {
    "casa.zip": lambda: write_bundle(Bundle(HOUSE, {"casa.jpg": JPEG})),
    "story.json": lambda: story_json(HOUSE),
    "twine.json": lambda: json.dumps({"passages": [{"name": "a", "text": "[[a]]", "tags": ["b"], "pid": 1}]}).encode(),
    "casa.twee": lambda: write_twee(HOUSE).encode(),
}


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.sampled_from(sorted(WRITTEN)),
    st.lists(
        st.tuples(
            st.integers(0, 4_000), st.sampled_from([b"0", b'"', b"[", b"\\ud800", b"\\u0000", b"", b"\xff", b"null"])
        ),
        max_size=3,
    ),
)
def test_no_file_at_all_ends_in_an_error_page(admin_client, name: str, changes: list[tuple[int, bytes]]) -> None:
    data = bytearray(WRITTEN[name]())
    for place, written in changes:
        data[place % len(data) : place % len(data) + len(written) or 1] = written
    key = f"casa-{StoryRow.objects.count()}"  # what came in stays: the next needs another key
    for more in ({}, {"key": key}):
        assert brought(admin_client, bytes(data), name, **more).status_code in {200, 302}


@pytest.mark.parametrize("place", ["language", "condition", "besitos", "at_least", "set_flag", "repeat", "start"])
def test_half_a_character_in_a_name_is_named_and_shown_as_one_that_is_missing(admin_client, place: str) -> None:
    data = story_json(HOUSE).replace(f'"{place}"'.encode(), b'"' + place[:1].encode() + b'\\ud800"', 1)

    answer = brought(admin_client, data, "story.json")

    assert answer.status_code == 200
    assert f"{place[:1]}�" in text(answer)
