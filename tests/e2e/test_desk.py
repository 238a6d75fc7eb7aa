"""The desk in a browser: without a script, with a picture, with the Enter key."""

import pytest
from selenium.webdriver.common.keys import Keys

from narrative.models import Story as StoryRow
from narrative.models import StoryPath
from narrative.services import drafts
from tests.narrative.desk import desk
from tests.narrative.stories import choice, ending, fragment, story

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
GATE = story(fragment("verja", choice("fin", key="salir", label="Salir")), fragment("otra"), ending("fin", "La calle"))


@pytest.fixture
def row(settings, tmp_path) -> StoryRow:
    settings.MEDIA_ROOT = tmp_path
    return drafts.store(GATE)


def test_an_editor_without_a_script_adds_a_choice_before_the_others(editor, browser, row) -> None:
    browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    editor.log_in()
    editor.open(desk(row, "verja"))
    editor.type("[name=choices-1-label]", "Mirar")
    editor.type("[name=choices-1-target]", "Otra")
    editor.type("[name=choices-0-ORDER]", "2")
    editor.type("[name=choices-1-ORDER]", "1")
    editor.press("noscript details:not([open]) > summary")
    editor.type("[name=choices-1-condition]", "visited verja")
    editor.press("[name=_save]")
    editor.wait(lambda _: len(drafts.fragment(row.pk, "verja")[0].choices) == 2)
    editor.open(desk(row, "verja"))
    assert editor.value("[name=choices-0-label]") == "Mirar"
    first, second = drafts.fragment(row.pk, "verja")[0].choices
    assert (first.condition.to_text(), first.target) == ("visited verja 1", "otra")
    assert second.label.in_("es") == "Salir"


def test_a_chosen_picture_leaves_what_it_shows_to_the_editor(editor, browser, row, tmp_path) -> None:
    picture = tmp_path / "IMG_2024.png"
    picture.write_bytes(b"any")
    editor.log_in()
    editor.open(desk(row, "verja"))
    editor.wait(lambda page: page.execute_script("return document.readyState") == "complete")
    before = editor.value("[name=alt]")
    editor.attach("#desk-form input[type=file]", str(picture))
    assert editor.value("[name=alt]") == before == ""
    assert editor.complaints() == []


@pytest.mark.parametrize("page", ["importar", "{pk}/exportar"])
def test_the_pages_of_exchange_have_nothing_to_complain_of(editor, browser, row, tmp_path, page) -> None:
    told = tmp_path / "story.twee"
    told.write_text(":: Start\nHola\n")
    editor.log_in()
    editor.open(f"/admin/narrative/story/{page.format(pk=row.pk)}/")
    for field in browser.find_elements("css selector", ".desk input[type=file]"):
        field.send_keys(str(told))
    assert browser.find_elements("css selector", ".desk form")
    assert editor.complaints() == []


def test_enter_in_the_play_test_chooses_nothing(editor, browser, row) -> None:
    editor.log_in()
    editor.open(f"/admin/narrative/story/{row.pk}/probar/")
    editor.press(".desk-key-button", "Salir")
    editor.press("[name=deshacer]:enabled")
    editor.wait(lambda page: page.find_elements("css selector", "[name=deshacer]:disabled"))
    editor.type("[name=nombre]", "La verja", Keys.ENTER)
    editor.wait(lambda _: StoryPath.objects.exists())
    assert StoryPath.objects.get().choices == []
