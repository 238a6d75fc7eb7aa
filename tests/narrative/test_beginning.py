"""The first page of whoever works on stories: what waits to be published, the stories, and what was written last."""

from dataclasses import replace

import pytest
from django.urls import reverse

from narrative.models import Fragment
from narrative.models import Story as StoryRow
from narrative.services import drafts, reviews
from narrative.services.drafts import Edit
from tests.core.back_office import allow, staff
from tests.narrative.stories import choice, ending, fragment, story, words

pytestmark = pytest.mark.django_db
TOLD = story(fragment("sala", choice("fin")), fragment("isla"), ending("fin"))


@pytest.fixture
def house() -> StoryRow:
    StoryRow.objects.create(key="aaa", title_es="Aaa")
    return drafts.store(TOLD, by="luis")


def index(client) -> str:
    return client.get(reverse("admin:index")).content.decode()


def test_what_waits_to_be_published_comes_first(admin_client, house) -> None:
    reviews.ask(house.pk, by="ana")
    shown = index(admin_client)
    assert shown.index("La casa</a></h3>") < shown.index("Aaa</a></h3>")
    assert "ana pide desde el" in shown


def test_the_fragment_that_was_written_last_is_one_press_away(admin_client, house) -> None:
    part, version = drafts.fragment(house.pk, "sala")
    drafts.write(house, replace(part, text=words("Otra.")), Edit("ana", version))
    drafts.remove(house, "isla")
    edited = admin_client.get(reverse("admin:index")).context["edited"]
    assert [(one.title, one.author) for one in edited] == [("Sala", "ana"), ("Fin", "luis")]
    row = Fragment.objects.get(story=house, key="sala")
    assert edited[0].url == reverse("admin:narrative_fragment_change", args=[row.pk])


def test_whoever_has_nothing_to_do_with_stories_sees_none(client, house) -> None:
    staff(client)
    assert "La casa" not in index(client)
    allow(client, "view_story")
    shown = index(client)
    assert "La casa" in shown
    assert reverse("admin:narrative_story_play", args=[house.pk]) not in shown
