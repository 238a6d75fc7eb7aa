"""The map of a large story that nobody has put in order: there at once, readable, and tidied beside the page."""

import time

import pytest

from narrative.models import Fragment
from narrative.services import drafts
from tests.narrative.stories import chain, chapters

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
BOUND = 25.0  # seconds, on any machine: about three on a quiet one; a layout in the browser took more than forty


@pytest.mark.parametrize("told", [chain(500), chapters(20)], ids=["chain", "chapters"])
def test_a_map_of_five_hundred_fragments_opens_where_the_story_begins(editor, told) -> None:
    row = drafts.store(told)
    editor.log_in()
    began = time.monotonic()
    editor.open(f"/admin/narrative/story/{row.pk}/mapa/")
    editor.wait(lambda page: page.execute_script("return Boolean(window.yabotMap)"))
    assert time.monotonic() - began < BOUND
    seen = editor.browser.execute_script(
        "const map = window.yabotMap, first = map.nodes('.start').renderedPosition();"
        "const inside = first.x > 0 && first.x < map.width() && first.y > 0 && first.y < map.height();"
        "return [map.nodes().length, map.zoom(), inside]"
    )
    assert seen == [500, 1, True]
    assert editor.complaints() == []


def test_the_map_is_put_in_order_and_stays_so(editor) -> None:
    row = drafts.store(chapters(2))
    editor.log_in()
    editor.open(f"/admin/narrative/story/{row.pk}/mapa/")
    editor.press("#map-tidy")
    editor.reads("#map-said", "Guardado.")
    assert Fragment.objects.filter(story=row, x__isnull=True).count() == 0
    assert Fragment.objects.values("x", "y").distinct().count() == 50
    assert editor.complaints() == []
