"""The letter's editor in a real browser; skipped where there is none."""

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

from narrative.models import LucienTemplate
from tests.core.back_office import add_address
from tests.e2e.conftest import browser

__all__ = ["browser"]

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def visible(browser, selector):
    """The one that is shown of the two languages' elements."""
    return next((one for one in browser.find_elements(By.CSS_SELECTOR, selector) if one.is_displayed()), None)


def reads(browser, selector, words):
    """Wait until the shown element says ``words``."""
    said = f"no {selector} says {words!r}"
    WebDriverWait(browser, 10, 0.05).until(lambda _: words in (getattr(visible(browser, selector), "text", "")), said)


@pytest.fixture
def form(browser, live_server, admin_user):
    browser.get(f"{live_server.url}/admin/login/?next={add_address(LucienTemplate)}")
    browser.find_element(By.NAME, "username").send_keys("admin")
    browser.find_element(By.NAME, "password").send_keys("password")
    browser.find_element(By.CSS_SELECTOR, "[type=submit]").click()
    reads(browser, ".letter-shown", "como llegará al teléfono")
    return browser


def test_the_letter_is_shown_while_it_is_written(form):
    area = form.find_element(By.ID, "id_text_es")
    area.send_keys("Hola, <b>{nombre}</b>. ")
    visible(form, '[data-insert="{besitos}"]').click()

    reads(form, ".letter-shown", "Hola, Ana. 25")
    reads(form, ".letter-count", "13 / 4096")
    assert area.get_attribute("value") == "Hola, <b>{nombre}</b>. {besitos}"
    assert visible(form, ".letter-shown b").text == "Ana"


def test_a_mistake_is_named_with_its_place_and_its_tab_is_marked(form):
    form.find_element(By.ID, "id_text_es").send_keys("Hola.\n<b>{nadie}")

    reads(form, ".letter-problems", "Línea 2, columna 4: No existe {nadie}.")
    reads(form, ".letter-problems", "Línea 2, columna 1: Falta cerrar <b>.")
    assert "letter-tab-broken" in form.find_elements(By.CSS_SELECTOR, ".letter-tab")[0].get_attribute("class")


def test_each_language_has_its_tab(form):
    form.find_elements(By.CSS_SELECTOR, ".letter-tab")[1].click()

    assert not form.find_element(By.ID, "id_text_es").is_displayed()
    form.find_element(By.ID, "id_text_en").send_keys("Good evening, {nombre}.")
    reads(form, ".letter-shown", "Good evening, Ana.")


def test_a_picture_leaves_room_for_a_caption_only(form, tmp_path):
    picture = tmp_path / "a.jpg"
    picture.write_bytes(b"jpg")
    form.find_element(By.ID, "id_picture").send_keys(str(picture))

    reads(form, ".letter-count", "0 / 1024")
    assert visible(form, ".letter-picture") is not None


def test_the_page_stays_as_wide_as_a_phone_and_the_browser_has_no_complaint(form):
    form.set_window_size(390, 900)

    width = "return document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert form.execute_script(width) <= 0
    assert [line["message"] for line in form.get_log("browser") if line["level"] == "SEVERE"] == []
