"""Where something is used: its page says so with links, and what is used is not taken away."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from narrative.models import CommunityGoal, Declaration, Fragment, MediaFile
from narrative.models import Story as StoryRow
from narrative.services import drafts
from narrative.story.content import Declared, Media
from narrative.story.effects import Count, SendLetter, SetFlag
from tests.engine import sql_only
from tests.factories.narrative import CommunityGoalFactory, HintFactory, LucienTemplateFactory
from tests.narrative.stories import choice, ending, fragment, story
from yabot.core.conditions import Condition

pytestmark = pytest.mark.django_db
HOUSE = story(
    fragment(
        "sala",
        choice("fin", effects=(SetFlag("luz"), Count("pasos", 1), SendLetter("adios"))),
        condition=Condition.from_text("hint mapa"),
        media=Media("casa.jpg"),
    ),
    ending("fin"),
    declared=(Declared("luz"), Declared("pasos", "counter"), Declared("nadie")),
)


@pytest.fixture
def house() -> StoryRow:
    return drafts.store(HOUSE)


def text(response) -> str:
    return response.content.decode()


def link_to(row: StoryRow, key: str) -> str:
    """The link to a fragment's desk, as it is written."""
    return f'href="{reverse("admin:narrative_fragment_change", args=[Fragment.objects.get(story=row, key=key).pk])}"'


def settings(row: StoryRow, **changes: str) -> dict[str, str]:
    """What the form of a story's settings sends, with these changes."""
    rows = list(Declaration.objects.filter(story=row).order_by("order"))
    given = {"title_es": "La casa", "language": "es", "start": "sala", "order": "0"}
    given |= {"declared-TOTAL_FORMS": str(len(rows)), "declared-INITIAL_FORMS": str(len(rows))}
    for number, one in enumerate(rows):
        mine = {"id": one.pk, "story": row.pk, "key": one.key, "kind": one.kind, "note": one.note}
        given |= {f"declared-{number}-{name}": str(value) for name, value in mine.items()}
    return {**given, **changes}


def test_a_hint_says_which_fragments_and_goals_use_it(admin_client, house) -> None:
    hint = HintFactory(key="mapa")
    CommunityGoalFactory(hint=hint, name="Mil corazones")
    shown = text(admin_client.get(reverse("admin:narrative_hint_change", args=[hint.pk])))
    assert link_to(house, "sala") in shown
    goal = CommunityGoal.objects.get()
    assert reverse("admin:narrative_communitygoal_change", args=[goal.pk]) in shown


def test_a_letter_says_which_fragments_and_hints_use_it(admin_client, house) -> None:
    letter = LucienTemplateFactory(key="adios")
    hint = HintFactory(template=letter)
    shown = text(admin_client.get(reverse("admin:narrative_lucientemplate_change", args=[letter.pk])))
    assert link_to(house, "sala") in shown
    assert reverse("admin:narrative_hint_change", args=[hint.pk]) in shown


def test_a_file_links_to_the_fragments_that_show_it(admin_client, house) -> None:
    file = MediaFile.objects.create(story=house, path="casa.jpg", file="stories/casa.jpg", digest="x")
    assert link_to(house, "sala") in text(admin_client.get(reverse("admin:narrative_mediafile_change", args=[file.pk])))


@pytest.mark.parametrize(("number", "key"), [(0, "luz"), (1, "pasos")])
def test_a_flag_or_counter_in_use_is_not_taken_away(admin_client, house, number: int, key: str) -> None:
    url = reverse("admin:narrative_story_change", args=[house.pk])
    for change in ({f"declared-{number}-DELETE": "on"}, {f"declared-{number}-key": "otra"}):
        refused = text(admin_client.post(url, settings(house, **change)))
        assert f"«{key}» se usa en" in refused
    assert Declaration.objects.filter(key=key).exists()


@sql_only
def test_a_storys_settings_take_as_many_statements_for_many_flags_as_for_few(admin_client, house) -> None:
    url, counts = reverse("admin:narrative_story_change", args=[house.pk]), []
    for _ in range(2):
        admin_client.get(url)
        with CaptureQueriesContext(connection) as asked:
            admin_client.get(url)
        counts.append(len(asked))
        Declaration.objects.bulk_create(Declaration(story=house, key=f"m{len(counts)}-{n}") for n in range(30))
    assert counts[0] == counts[1]


def test_a_flag_that_nobody_uses_goes(admin_client, house) -> None:
    url = reverse("admin:narrative_story_change", args=[house.pk])
    assert admin_client.post(url, settings(house, **{"declared-2-DELETE": "on"})).status_code == 302
    assert not Declaration.objects.filter(key="nadie").exists()


def test_the_first_fragment_is_chosen_by_its_title(admin_client, house) -> None:
    url = reverse("admin:narrative_story_change", args=[house.pk])
    assert '<option value="fin">Fin</option>' in text(admin_client.get(url))
    assert admin_client.post(url, settings(house, start="fin")).status_code == 302
    house.refresh_from_db()
    assert house.start == "fin"


def test_a_fragment_that_stays_has_a_way_back(admin_client, house) -> None:
    row = Fragment.objects.get(story=house, key="fin")
    shown = text(admin_client.get(reverse("admin:narrative_fragment_remove", args=[row.pk])))
    assert link_to(house, "fin") in shown and link_to(house, "sala") in shown
