from datetime import UTC, datetime, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from narrative.admin.lucien import PICTURE_BYTES
from narrative.models import LucienTemplate
from tests.core.back_office import add_address, allow, list_of, page_of, staff
from tests.factories.narrative import (
    LucienTemplateFactory,
)
from yabot.core import clock

pytestmark = pytest.mark.django_db

PREVIEW = "/admin/narrative/lucientemplate/preview/"


def html(response):
    assert response.status_code == 200
    return response.content.decode()


class TestLetters:
    """The form of Lucien's letters, without and with its script."""

    FORM = {"name": "La carta", "key": "carta", "text_es": "Hola, {nombre}.", "text_en": "", "delay_seconds": "0"}

    def save(self, client, letter=None, **changes):
        return client.post(page_of(letter) if letter else add_address(LucienTemplate), {**self.FORM, **changes})

    def test_a_letter_is_written_as_a_plain_form(self, admin_client):
        assert self.save(admin_client).status_code == 302

        assert LucienTemplate.objects.get().text_es == "Hola, {nombre}."

    def test_a_mistake_is_refused_with_its_line_and_column(self, admin_client):
        text = html(self.save(admin_client, text_es="Hola.\nHola, {nadie}."))

        assert "Línea 2, columna 7: No existe {nadie}." in text
        assert not LucienTemplate.objects.exists()

    def test_saving_notes_when_and_keeps_the_key(self, admin_client):
        letter = LucienTemplateFactory(key="vieja", updated_at=datetime(2020, 1, 1, tzinfo=UTC))

        self.save(admin_client, letter, key="nueva")

        letter.refresh_from_db()
        assert letter.key == "vieja"
        assert clock.now() - letter.updated_at < timedelta(minutes=1)

    def test_a_picture_is_kept_and_makes_the_text_a_caption(self, admin_client, settings, tmp_path):
        settings.MEDIA_ROOT = tmp_path
        picture = SimpleUploadedFile("a.jpg", b"jpg")
        assert self.save(admin_client, picture=picture, text_es="x" * 1024).status_code == 302

        text = html(self.save(admin_client, key="dos", picture=SimpleUploadedFile("b.jpg", b"jpg"), text_es="x" * 1025))

        assert LucienTemplate.objects.get().picture.name.startswith("lucien/a")
        assert "mide 1025 y caben 1024" in text

    def test_what_is_no_picture_is_refused(self, admin_client):
        assert self.save(admin_client, picture=SimpleUploadedFile("a.exe", b"MZ")).status_code == 200

        assert not LucienTemplate.objects.exists()

    def test_a_picture_larger_than_telegram_takes_is_refused(self, admin_client):
        large = SimpleUploadedFile("a.jpg", b"x" * (PICTURE_BYTES + 1))

        assert "hasta 10 MB" in html(self.save(admin_client, picture=large))

    def test_the_page_names_every_placeholder_and_has_no_inline_script_of_its_own(self, admin_client):
        text = html(admin_client.get(add_address(LucienTemplate)))

        for name, description in {"nombre": "El nombre del lector", "pista": "El título de la pista"}.items():
            assert f'data-insert="{{{name}}}"' in text
            assert description in text
        assert "narrative/letter.js" in text
        assert "&lt;tg-spoiler&gt;" in text
        assert f'data-url="{PREVIEW}"' in text
        editor = text[text.index('<template id="letter-editor"') :]
        editor = editor[: editor.index("</template>")]
        assert "<script" not in editor
        assert "onclick" not in editor
        assert "style=" not in editor

    def test_the_list_shows_the_first_words(self, admin_client):
        LucienTemplateFactory(text_es="Buenas\nnoches " + "x" * 100)

        assert "Buenas noches xxx" in html(admin_client.get(list_of(LucienTemplate)))

    def test_whoever_may_only_look_sees_the_letter(self, client):
        letter = LucienTemplateFactory(text_es="Buenas noches.")
        allow(staff(client), "view_lucientemplate")

        assert "Buenas noches." in html(client.get(page_of(letter)))


class TestPreview:
    """What the editor's script asks for."""

    def test_it_has_a_name(self):
        assert reverse("admin:narrative_lucientemplate_preview") == PREVIEW

    def test_a_letter_is_shown_as_it_will_arrive(self, admin_client):
        answer = admin_client.post(PREVIEW, {"text": "Hola, <b>{nombre}</b>", "has_picture": "0"}).json()

        assert answer == {"html": "Hola, <b>Ana</b>", "used": 9, "limit": 4096, "problems": []}

    def test_a_mistake_is_named_with_its_line_and_column(self, admin_client):
        answer = admin_client.post(PREVIEW, {"text": "Hola,\r\nay {nadie}", "has_picture": "1"}).json()

        assert (answer["html"], answer["limit"]) == ("", 1024)
        assert answer["problems"] == ["Línea 2, columna 4: No existe {nadie}. Para escribir una llave, ponla doble."]

    def test_a_mistake_is_named_in_the_editors_language(self, admin_client):
        answer = admin_client.post(PREVIEW, {"text": "{nadie}"}, headers={"Accept-Language": "en"}).json()

        assert answer["problems"][0].startswith("Line 1, column 1: There is no {nadie}.")

    def test_markup_in_a_text_never_becomes_the_pages_own(self, admin_client):
        answer = admin_client.post(PREVIEW, {"text": "&lt;img src=x onerror=alert(1)&gt;"}).json()

        assert answer["html"] == "&lt;img src=x onerror=alert(1)&gt;"

    def test_an_endless_text_is_not_judged_to_its_end(self, admin_client):
        answer = admin_client.post(PREVIEW, {"text": "x" * 1_000_000}).json()

        assert answer["used"] == 20_000
        assert "mide 20000 y caben 4096" in answer["problems"][0]

    def test_nothing_is_saved(self, admin_client):
        admin_client.post(PREVIEW, {"text": "Hola"})

        assert not LucienTemplate.objects.exists()

    def test_it_is_asked_by_post_only(self, admin_client):
        assert admin_client.get(PREVIEW).status_code == 405

    def test_it_wants_the_forms_token(self, admin_user):
        careful = Client(enforce_csrf_checks=True)
        careful.force_login(admin_user)

        assert careful.post(PREVIEW, {"text": "Hola"}).status_code == 403

    def test_it_answers_only_whoever_may_see_or_write_letters(self, client):
        assert client.post(PREVIEW, {"text": "Hola"}).status_code == 302
        staff(client)
        assert client.post(PREVIEW, {"text": "Hola"}).status_code == 403

        allow(client, "add_lucientemplate")

        assert client.post(PREVIEW, {"text": "Hola"}).status_code == 200
