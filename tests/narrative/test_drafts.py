"""Drafts: what editors change row by row is one value, and nobody's change is lost."""

from dataclasses import replace

import orjson
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings

from narrative.errors import FragmentChanged, FragmentInUse, KeyTaken
from narrative.models import Fragment, FragmentVersion, Reference
from narrative.models import Story as StoryRow
from narrative.services import drafts
from narrative.services.drafts import Edit
from narrative.story import content
from narrative.story.effects import SetFlag, UnlockHint
from tests.engine import sql_only
from tests.narrative.stories import any_story, choice, ending, fragment, story, words
from yabot.core.conditions import Condition

pytestmark = pytest.mark.django_db
when = Condition.from_text

HOUSE = story(
    fragment("sala", choice("sotano"), choice("fin", condition=when("visited sotano; item llave"))),
    fragment("sotano", choice("sala", key="volver", effects=(UnlockHint("mapa"),)), fallback="sala"),
    ending("fin"),
    declared=(content.Declared("luz", "flag", "Si hay luz"),),
)


@pytest.fixture
def house() -> StoryRow:
    return drafts.store(HOUSE, by="ana")


def edited(row: StoryRow, key: str, **changes: object) -> content.Fragment:
    return replace(drafts.fragment(row.pk, key)[0], **changes)  # type: ignore[arg-type]


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(given=any_story())
def test_any_story_survives_being_rows(given: content.Story) -> None:
    found = StoryRow.objects.filter(key=given.key).first()
    if found:
        drafts.replace(found, given)
    else:
        found = drafts.store(given)
    StoryRow.objects.filter(pk=found.pk).update(title_es="")
    assert drafts.told(StoryRow.objects.get(pk=found.pk)).to_json() == given.to_json()


@sql_only
def test_a_draft_is_read_with_four_statements(house: StoryRow) -> None:
    with CaptureQueriesContext(connection) as asked:
        drafts.told(house)
    assert len(asked) == 4


def test_a_change_is_in_the_draft_and_in_the_history(house: StoryRow) -> None:
    written = edited(house, "sala", text=words("Está oscuro."))
    drafts.write(house, written, Edit(by="luis", version=1))
    assert drafts.fragment(house.pk, "sala") == (written, 2)
    assert [(past.version, past.author) for past in drafts.history(house, "sala")] == [(2, "luis"), (1, "ana")]


def test_the_slower_of_two_editors_is_told_and_changes_nothing(house: StoryRow) -> None:
    drafts.write(house, edited(house, "sala", note="de luis"), Edit(by="luis", version=1))
    with pytest.raises(FragmentChanged) as told:
        drafts.write(house, edited(house, "sala", note="de ana"), Edit(by="ana", version=1))
    assert "luis" in told.value.sentence("es")
    assert Fragment.objects.get(story=house, key="sala").note == "de luis"


def test_a_new_fragment_does_not_replace_one_that_is_there(house: StoryRow) -> None:
    with pytest.raises(FragmentChanged):
        drafts.write(house, fragment("sala"), Edit(by="ana"))


def test_a_new_fragment_comes_last(house: StoryRow) -> None:
    drafts.write(house, fragment("patio"), Edit(by="ana"))
    assert [part.key for part in drafts.told(house).fragments] == ["sala", "sotano", "fin", "patio"]


def test_a_choices_key_belongs_to_one_fragment(house: StoryRow) -> None:
    with pytest.raises(KeyTaken) as told:
        drafts.write(house, edited(house, "fin", choices=(choice("sala", key="volver"),)), Edit(version=1))
    assert told.value.key == "volver"


def test_what_a_fragment_uses_can_be_asked_for(house: StoryRow) -> None:
    assert [(used.fragment, used.choice) for used in drafts.uses("hint", "mapa")] == [("sotano", "volver")]
    assert [(used.fragment, used.choice) for used in drafts.uses("item", "llave")] == [("sala", "a-fin")]
    drafts.write(house, edited(house, "sotano", choices=()), Edit(version=1))
    assert drafts.uses("hint", "mapa") == []


def test_a_fragment_others_lead_to_is_not_deleted(house: StoryRow) -> None:
    with pytest.raises(FragmentInUse) as told:
        drafts.remove(house, "sotano")
    assert "«sala»" in told.value.sentence("es")
    assert Fragment.objects.filter(story=house, key="sotano").exists()


def test_the_beginning_is_not_deleted(house: StoryRow) -> None:
    with pytest.raises(FragmentInUse):
        drafts.remove(house, "sala")


def test_a_deleted_fragment_is_remembered(house: StoryRow) -> None:
    drafts.write(house, edited(house, "sala", choices=()), Edit(version=1))
    drafts.remove(house, "fin", by="luis")
    assert [part.key for part in drafts.told(house).fragments] == ["sala", "sotano"]
    last, before = drafts.history(house, "fin")
    assert (last.content, last.author) == ("", "luis")
    assert drafts.read_fragment(orjson.loads(before.content)).ending is not None


def test_a_fragment_that_comes_back_goes_on_counting(house: StoryRow) -> None:
    drafts.write(house, edited(house, "sala", choices=()), Edit(version=1))
    drafts.remove(house, "fin")
    drafts.write(house, ending("fin", "Otra vez"), Edit())
    assert [past.version for past in drafts.history(house, "fin")] == [3, 2, 1]


def test_a_new_name_reaches_everything_that_names_it(house: StoryRow) -> None:
    drafts.rename(house, "sotano", "bodega", by="ana")
    now = drafts.told(StoryRow.objects.get(pk=house.pk))
    sala = now.by_key["sala"]
    assert [part.key for part in now.fragments] == ["sala", "bodega", "fin"]
    assert sala.choices[0].target == "bodega"
    assert sala.choices[1].condition.to_text() == "visited bodega 1; item llave 1"
    assert Reference.objects.filter(key="sotano").count() == 0


def test_a_beginning_with_a_new_name_is_still_the_beginning(house: StoryRow) -> None:
    drafts.rename(house, "sala", "vestibulo")
    now = drafts.told(StoryRow.objects.get(pk=house.pk))
    assert (now.start, now.by_key["bodega" if "bodega" in now.by_key else "sotano"].fallback) == (
        "vestibulo",
        "vestibulo",
    )


def test_a_new_name_that_is_taken_changes_nothing(house: StoryRow) -> None:
    with pytest.raises(KeyTaken):
        drafts.rename(house, "sotano", "fin")
    assert drafts.told(house).to_json() == HOUSE.to_json()


# --- translations -----------------------------------------------------------------------------------------------------
def test_a_translation_is_stale_when_the_original_changes(house: StoryRow) -> None:
    both = edited(house, "sala", text=words("Hola", en="Hello"))
    drafts.write(house, both, Edit(version=1, translated=frozenset({"en"})))
    assert drafts.stale(house) == {("sala", "en"): set()}
    drafts.write(house, replace(both, text=words("Buenas", en="Hello")), Edit(version=2))
    assert drafts.stale(house) == {("sala", "en"): {"text"}}
    drafts.write(house, replace(both, text=words("Buenas", en="Hi")), Edit(version=3, translated=frozenset({"en"})))
    assert drafts.stale(house) == {("sala", "en"): set()}


def test_a_changed_button_makes_a_translation_stale_too(house: StoryRow) -> None:
    back = replace(choice("sala", key="otra"), label=words("Volver", en="Back"))
    both = replace(edited(house, "fin"), text=words("Fin", en="End"), choices=(back,))
    drafts.write(house, both, Edit(version=1, translated=frozenset({"en"})))
    changed = replace(both, choices=(replace(back, label=words("Volver ya", en="Back")),))
    drafts.write(house, changed, Edit(version=2))
    assert drafts.stale(house) == {("fin", "en"): {"choice-otra"}}


# --- whole drafts -----------------------------------------------------------------------------------------------------
def test_a_story_is_imported_once(house: StoryRow) -> None:
    with pytest.raises(KeyTaken):
        drafts.store(HOUSE)


def test_another_text_replaces_a_draft_and_nothing_is_forgotten(house: StoryRow) -> None:
    drafts.replace(house, story(fragment("sala", effects=(SetFlag("luz"),)), title=words("Otra")), by="luis")
    now = drafts.told(StoryRow.objects.get(pk=house.pk))
    assert (now.title.to_json(), [part.key for part in now.fragments]) == ({"es": "Otra"}, ["sala"])
    assert [past.content for past in drafts.history(house, "sotano")][:1] == [""]
    assert [past.version for past in drafts.history(house, "sala")] == [2, 1]
    assert drafts.uses("fragment", "sotano") == []


@sql_only
def test_a_story_of_any_size_is_stored_in_bulk() -> None:
    big = story(*(fragment(f"f{number}", choice(f"f{number}", key=f"c{number}")) for number in range(400)))
    with CaptureQueriesContext(connection) as asked:
        drafts.store(big)
    assert len(asked) <= 40
    assert FragmentVersion.objects.count() == 400
