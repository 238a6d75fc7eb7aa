"""The linter's badge in the lists of stories and fragments."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from narrative.models import Declaration, DraftCheck, Fragment
from narrative.models import Story as StoryRow
from narrative.services import checks, drafts
from narrative.services.drafts import Edit
from narrative.story.effects import SetFlag
from tests.core.back_office import list_of
from tests.engine import sql_only
from tests.narrative.stories import choice, ending, fragment, story
from yabot.core import clock

pytestmark = pytest.mark.django_db
HOUSE = story(fragment("sala", choice("nada"), choice("fin")), fragment("pozo"), ending("fin"))


@pytest.fixture
def house() -> StoryRow:
    return drafts.store(HOUSE)


def counted(row: StoryRow) -> tuple[int, int]:
    row.refresh_from_db()
    found = checks.of([row])[row.pk]
    return found.errors, found.warnings


def mend(row: StoryRow, key: str, *ways) -> None:
    version = Fragment.objects.get(story=row, key=key).version
    drafts.write(row, fragment(key, *ways), Edit(version=version))


def test_a_list_says_what_is_to_be_mended_and_leads_to_where_it_is_said(admin_client, house) -> None:
    review = reverse("admin:narrative_story_review", args=[house.pk])
    for model, words in ((StoryRow, "errores"), (Fragment, "error")):
        shown = admin_client.get(list_of(model)).content.decode()
        assert words in shown and review in shown


def test_the_counts_are_those_of_the_draft_as_it_is_now(house) -> None:
    errors, _warnings = counted(house)
    mend(house, "sala", choice("pozo"), choice("fin"))
    fewer, _warnings = counted(house)
    mend(house, "pozo", choice("fin", key="y", effects=(SetFlag("luz"),)))
    none, undeclared = counted(house)
    Declaration.objects.create(story=house, key="luz")
    assert errors > fewer > none == 0
    assert counted(house) == (0, undeclared - 1)


def test_a_fragment_that_goes_and_one_that_comes_change_the_counts(house) -> None:
    before = counted(house)
    drafts.remove(house, "pozo", by="")
    assert counted(house) < before
    StoryRow.objects.filter(pk=house.pk).update(start="")
    assert counted(house)[0] > 0


def test_what_lies_outside_the_draft_is_looked_at_again_after_an_hour(house) -> None:
    counted(house)
    DraftCheck.objects.filter(story=house).update(errors=99)
    assert counted(house)[0] == 99
    DraftCheck.objects.filter(story=house).update(at=clock.now() - timedelta(hours=2))
    assert counted(house)[0] < 99


def test_many_changed_drafts_are_looked_at_page_by_page() -> None:
    rows = [drafts.store(story(ending("fin"), key=f"casa-{number}")) for number in range(checks.MOST_AT_ONCE + 1)]
    assert len(checks.of(rows)) == checks.MOST_AT_ONCE
    assert len(checks.of(rows)) == checks.MOST_AT_ONCE + 1


def test_a_draft_that_cannot_be_read_has_no_counts(admin_client, house) -> None:
    Fragment.objects.filter(story=house, key="sala").update(condition={"all": [{"is": "nada"}]})
    assert checks.of([house]) == {}
    assert "sin revisar" in admin_client.get(list_of(StoryRow)).content.decode()


@sql_only
def test_counts_that_are_there_cost_three_statements(house, django_assert_num_queries) -> None:
    others = [drafts.store(story(ending("fin"), key=f"otra-{number}")) for number in range(3)]
    checks.of([house, *others])
    with django_assert_num_queries(3):
        checks.of([house, *others])


@sql_only
def test_a_list_of_many_fragments_takes_as_many_statements_as_one_of_few(admin_client, house) -> None:
    counts = []
    for number in range(2):
        admin_client.get(list_of(Fragment))
        with CaptureQueriesContext(connection) as taken:
            admin_client.get(list_of(Fragment))
        counts.append(len(taken))
        drafts.store(story(*(ending(f"fin-{n}") for n in range(20)), key=f"otra-{number}"))
    assert counts[0] == counts[1]
