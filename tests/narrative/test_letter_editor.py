"""The letter's editor in a real browser; skipped where there is none."""

import pytest

from narrative.models import LucienTemplate
from tests.core.back_office import add_address
from tests.e2e.conftest import browser, editor
from tests.screen import Editor

__all__ = ["browser", "editor"]

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def form(editor) -> Editor:
    editor.log_in(to=add_address(LucienTemplate))
    editor.reads(".letter-shown", "como llegará al teléfono")
    return editor


def test_the_letter_is_shown_while_it_is_written(form):
    form.type("#id_text_es", "Hola, <b>{nombre}</b>. ")
    form.press('[data-insert="{besitos}"]')

    form.reads(".letter-shown", "Hola, Ana. 25")
    form.reads(".letter-count", "13 / 4096")
    assert form.value("#id_text_es") == "Hola, <b>{nombre}</b>. {besitos}"
    assert form.read(".letter-shown b") == "Ana"


def test_a_mistake_is_named_with_its_place_and_its_tab_is_marked(form):
    form.type("#id_text_es", "Hola.\n<b>{nadie}")

    form.reads(".letter-problems", "Línea 2, columna 4: No existe {nadie}.")
    form.reads(".letter-problems", "Línea 2, columna 1: Falta cerrar <b>.")
    assert "Español" in form.read(".letter-tab-broken")


def test_each_language_has_its_tab(form):
    form.press(".letter-tab", "Inglés")

    form.type("#id_text_en", "Good evening, {nombre}.")
    form.reads(".letter-shown", "Good evening, Ana.")
    assert not form.browser.find_element("id", "id_text_es").is_displayed()


def test_a_picture_leaves_room_for_a_caption_only(form, tmp_path):
    picture = tmp_path / "a.jpg"
    picture.write_bytes(b"jpg")
    form.attach("#id_picture", str(picture))

    form.reads(".letter-count", "0 / 1024")
    form.reads(".letter-picture", "")


def test_the_page_stays_as_wide_as_a_phone_and_the_browser_has_no_complaint(form):
    form.browser.set_window_size(390, 900)

    width = "return document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert form.browser.execute_script(width) <= 0
    assert form.complaints() == []
