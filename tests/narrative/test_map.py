"""The map's page: a bounded number of statements, places for what nobody has placed, and the places that are sent."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from narrative.models import Story as StoryRow
from narrative.services import drafts
from narrative.story.reading import FAR
from tests.engine import sql_only
from tests.narrative.stories import chapters, choice, ending, fragment, story

pytestmark = pytest.mark.django_db
STATEMENTS = 16


def page(row: StoryRow, name: str = "map") -> str:
    return reverse(f"admin:narrative_story_{name}", args=[row.pk])


@sql_only
def test_a_map_takes_as_many_statements_for_five_hundred_fragments_as_for_three(admin_client) -> None:
    counts = []
    for told in (story(fragment("sala", choice("fin")), ending("fin"), key="corta"), chapters(20)):
        row = drafts.store(told)
        admin_client.get(page(row))
        with CaptureQueriesContext(connection) as asked:
            assert admin_client.get(page(row)).status_code == 200
        counts.append(len(asked))
    assert counts == [STATEMENTS, STATEMENTS]


def test_a_fragment_that_nobody_placed_is_shown_beside_what_leads_to_it(admin_client) -> None:
    row = drafts.store(story(fragment("sala", choice("fin"), position=(500, 100)), ending("fin")))
    sala, fin = admin_client.get(page(row)).context["graph"]["nodes"]
    assert (sala["x"], sala["y"], sala["placed"], sala["tidy"]) == (500, 100, True, [0, 0])
    assert (fin["placed"], fin["tidy"]) == (False, [240, 0])
    assert fin["x"] > sala["x"]


def test_places_far_to_the_right_are_kept(admin_client) -> None:
    row = drafts.store(story(fragment("sala", choice("fin")), ending("fin")))
    far = {"places": {"fin": [1_200_000, -5]}}
    assert admin_client.post(page(row, "map_move"), far, content_type="application/json").json() == {"moved": 1}
    assert drafts.fragment(row.pk, "fin")[0].position == (1_200_000, -5)
    lost = {"places": {"fin": [FAR + 1, 0]}}
    assert admin_client.post(page(row, "map_move"), lost, content_type="application/json").status_code == 400


def test_the_pages_of_a_story_name_it(admin_client) -> None:
    row = drafts.store(story(fragment("sala", choice("fin")), ending("fin")))
    shown = admin_client.get(page(row)).content.decode()
    header = shown[: shown.index('id="content"')]
    assert reverse("admin:narrative_story_change", args=[row.pk]) in header
