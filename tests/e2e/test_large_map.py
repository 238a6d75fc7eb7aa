"""The map of a large story that nobody has put in order: there at once, readable, and tidied beside the page."""

import time

import pytest
from selenium.webdriver.support.ui import WebDriverWait

from narrative.models import Fragment
from narrative.services import drafts
from tests.e2e.editor import Editor
from tests.e2e.test_browser import complaints
from tests.narrative.stories import chain, chapters

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
BOUND = 25.0  # seconds, on any machine: about three on a quiet one; a layout in the browser took more than forty


@pytest.mark.parametrize("told", [chain(500), chapters(20)], ids=["chain", "chapters"])
def test_a_map_of_five_hundred_fragments_opens_where_the_story_begins(browser, live_server, admin_user, told) -> None:
    row = drafts.store(told)
    editor = Editor(browser, live_server.url)
    editor.log_in()
    began = time.monotonic()
    browser.get(f"{editor.root}/admin/narrative/story/{row.pk}/mapa/")
    editor.wait(lambda page: page.execute_script("return Boolean(window.yabotMap)"))
    assert time.monotonic() - began < BOUND
    seen = browser.execute_script(
        "const map = window.yabotMap, first = map.nodes('.start').renderedPosition();"
        "const inside = first.x > 0 && first.x < map.width() && first.y > 0 && first.y < map.height();"
        "return [map.nodes().length, map.zoom(), inside]"
    )
    assert seen == [500, 1, True]
    assert complaints(browser) == []


def test_the_map_is_put_in_order_and_stays_so(browser, live_server, admin_user) -> None:
    row = drafts.store(chapters(2))
    editor = Editor(browser, live_server.url)
    editor.log_in()
    browser.get(f"{editor.root}/admin/narrative/story/{row.pk}/mapa/")
    editor.press("#map-tidy")
    WebDriverWait(browser, 60).until(lambda page: "Guardado." in page.find_element("id", "map-said").text)
    assert Fragment.objects.filter(story=row, x__isnull=True).count() == 0
    assert Fragment.objects.values("x", "y").distinct().count() == 50
    assert complaints(browser) == []
