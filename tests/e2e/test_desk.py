"""The desk in a browser: without a script, with a picture, with the Enter key."""

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from narrative.models import Story as StoryRow
from narrative.models import StoryPath
from narrative.services import drafts
from tests.e2e.editor import Editor
from tests.e2e.test_browser import complaints
from tests.narrative.desk import desk
from tests.narrative.stories import choice, ending, fragment, story

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
GATE = story(fragment("verja", choice("fin", key="salir", label="Salir")), fragment("otra"), ending("fin", "La calle"))


@pytest.fixture
def row(settings, tmp_path) -> StoryRow:
    settings.MEDIA_ROOT = tmp_path
    return drafts.store(GATE)


@pytest.fixture
def editor(browser, live_server, admin_user) -> Editor:
    return Editor(browser, live_server.url)


def test_an_editor_without_a_script_adds_a_choice_before_the_others(editor, browser, row) -> None:
    browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    editor.log_in()
    browser.get(editor.root + desk(row, "verja"))
    editor.type("[name=choices-1-label]", "Mirar")
    editor.type("[name=choices-1-target]", "Otra")
    editor.type("[name=choices-0-ORDER]", "2")
    editor.type("[name=choices-1-ORDER]", "1")
    editor.press("noscript details:not([open]) > summary")
    editor.type("[name=choices-1-condition]", "visited verja")
    editor.press("[name=_save]")
    editor.wait(lambda _: len(drafts.fragment(row.pk, "verja")[0].choices) == 2)
    browser.get(editor.root + desk(row, "verja"))
    assert browser.find_element(By.NAME, "choices-0-label").get_attribute("value") == "Mirar"
    first, second = drafts.fragment(row.pk, "verja")[0].choices
    assert (first.condition.to_text(), first.target) == ("visited verja 1", "otra")
    assert second.label.in_("es") == "Salir"


def test_a_chosen_picture_leaves_what_it_shows_to_the_editor(editor, browser, row, tmp_path) -> None:
    picture = tmp_path / "IMG_2024.png"
    picture.write_bytes(b"any")
    editor.log_in()
    browser.get(editor.root + desk(row, "verja"))
    editor.wait(lambda page: page.execute_script("return document.readyState") == "complete")
    before = browser.find_element(By.NAME, "alt").get_attribute("value")
    browser.find_element(By.CSS_SELECTOR, "#desk-form input[type=file]").send_keys(str(picture))
    assert browser.find_element(By.NAME, "alt").get_attribute("value") == before == ""
    assert complaints(browser) == []


@pytest.mark.parametrize("page", ["importar", "{pk}/exportar"])
def test_the_pages_of_exchange_have_nothing_to_complain_of(editor, browser, row, tmp_path, page) -> None:
    told = tmp_path / "story.twee"
    told.write_text(":: Start\nHola\n")
    editor.log_in()
    browser.get(f"{editor.root}/admin/narrative/story/{page.format(pk=row.pk)}/")
    for field in browser.find_elements(By.CSS_SELECTOR, ".desk input[type=file]"):
        field.send_keys(str(told))
    assert browser.find_elements(By.CSS_SELECTOR, ".desk form")
    assert complaints(browser) == []


def test_enter_in_the_play_test_chooses_nothing(editor, browser, row) -> None:
    editor.log_in()
    browser.get(f"{editor.root}/admin/narrative/story/{row.pk}/probar/")
    editor.press(".desk-key-button", "Salir")
    editor.press("[name=deshacer]")
    editor.sees("Salir")
    name = browser.find_element(By.NAME, "nombre")
    name.send_keys("La verja", Keys.ENTER)
    editor.wait(lambda _: StoryPath.objects.exists())
    assert StoryPath.objects.get().choices == []
