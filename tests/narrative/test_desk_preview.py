"""The preview shows what is typed as it will arrive; pictures are what their names say."""

import pytest

from narrative.models import MediaFile
from narrative.models import Story as StoryRow
from narrative.services import drafts, pictures
from narrative.story.content import Media
from tests.narrative.desk import HOUSE, JPEG, desk, preview, text, typed, upload
from tests.narrative.stories import words

pytestmark = pytest.mark.django_db


@pytest.fixture
def house() -> StoryRow:
    return drafts.store(HOUSE, by="luis")


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
