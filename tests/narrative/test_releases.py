"""Releases: nothing broken comes out, readers stay where they are, or are moved once, and there is a way back."""

from dataclasses import replace
from datetime import timedelta

import pytest
import time_machine

from narrative.errors import NeverLive, NotReady
from narrative.models import ProgressStep, ReaderProgress, Release, StepKind, StoryPath
from narrative.models import Story as StoryRow
from narrative.services import checking, choices, drafts, library, releases
from narrative.services.drafts import Edit
from narrative.services.library import Terms
from narrative.story import playing
from narrative.story.playing import Persona
from tests.narrative.stories import choice, ending, fragment, story, words
from yabot.core import clock

pytestmark = pytest.mark.django_db
REASON = Terms(reason="Sin inglés todavía")
HOUSE = story(
    fragment("sala", choice("sotano"), choice("fin")), fragment("sotano", choice("sala", key="volver")), ending("fin")
)


@pytest.fixture
def house() -> StoryRow:
    return drafts.store(HOUSE)


def without_cellar(row: StoryRow) -> None:
    """Take the cellar out of the draft."""
    part, version = drafts.fragment(row.pk, "sala")
    drafts.write(row, replace(part, choices=part.choices[1:]), Edit(version=version))
    drafts.remove(row, "sotano")


def reader_in_the_cellar(user_id: int) -> None:
    place = choices.begin(user_id, story="casa")
    choices.follow(user_id, story="casa", step=place.progress.step, choice="a-sotano")


def test_a_draft_becomes_what_new_readers_begin_with(house: StoryRow) -> None:
    made = releases.publish(house, by="ana", note="La primera", terms=REASON)
    assert (made.number, made.author, made.reason, made.is_waiting) == (1, "ana", "Sin inglés todavía", False)
    assert made.lint["errors"] == 0 and made.lint["warnings"] > 0
    assert StoryRow.objects.get().live_id == made.pk
    assert choices.begin(7, story="casa").scene.fragment.key == "sala"


def test_warnings_want_a_reason_and_errors_none_is_enough_for(house: StoryRow) -> None:
    with pytest.raises(NotReady) as refused:
        releases.publish(house, by="ana")
    assert "Tiene avisos" in refused.value.sentence("es")
    part, version = drafts.fragment(house.pk, "sotano")
    drafts.write(house, replace(part, choices=()), Edit(version=version))
    with pytest.raises(NotReady) as refused:
        releases.publish(house, by="ana", terms=REASON)
    assert refused.value.sentence("en") == "It cannot be published with errors: 1."
    assert Release.objects.count() == 0


def test_a_reader_in_mid_story_survives_the_deletion_of_their_fragment(house: StoryRow) -> None:
    releases.publish(house, by="ana", terms=REASON)
    reader_in_the_cellar(7)
    without_cellar(house)
    releases.publish(house, by="ana", terms=REASON)
    here = choices.where(7)
    assert here is not None and here.scene.fragment.key == "sotano"
    moved = choices.follow(7, story="casa", step=here.progress.step, choice="volver")
    assert [option.choice.key for option in moved.scene.options] == ["a-sotano", "a-fin"]
    assert [option.choice.key for option in choices.restart(7, story="casa").scene.options] == ["a-fin"]


def test_what_changes_is_named(house: StoryRow) -> None:
    releases.publish(house, by="ana", terms=REASON)
    live = library.told_in(StoryRow.objects.get().live_id)
    assert not releases.changes(house, drafts.told(house), live)
    reader_in_the_cellar(7)
    without_cellar(house)
    drafts.write(house, fragment("torre", choice("fin", key="t")), Edit())
    changed = releases.changes(house, drafts.told(house), live)
    assert (changed.added, changed.removed, changed.changed) == (("torre",), ("sotano",), ("sala",))
    assert changed.stranded == {"sotano": 1}
    house.titles = {"es": "Otra"}
    assert releases.changes(house, drafts.told(house), live).settings


def test_where_a_fragment_stands_on_the_map_is_no_change(house: StoryRow) -> None:
    releases.publish(house, by="ana", terms=REASON)
    part, version = drafts.fragment(house.pk, "sala")
    drafts.write(house, replace(part, position=(1, 2), note="x"), Edit(version=version))
    assert not releases.changes(house, drafts.told(house), library.told_in(StoryRow.objects.get().live_id))


def test_readers_of_a_removed_fragment_are_moved_once(house: StoryRow) -> None:
    releases.publish(house, by="ana", terms=REASON)
    for user in (7, 8):
        reader_in_the_cellar(user)
    choices.begin(9, story="casa")
    without_cellar(house)
    made = releases.publish(house, by="ana", terms=replace(REASON, moves={"sotano": "sala"}))
    while releases.publish_due():
        pass
    assert releases.publish_due() == 0
    moved = ReaderProgress.objects.filter(release=made)
    assert sorted(moved.values_list("user_id", "fragment")) == [(7, "sala"), (8, "sala")]
    assert ProgressStep.objects.filter(kind=StepKind.MOVED).count() == 2
    assert not Release.objects.filter(is_moving=True).exists()
    here = choices.where(7)
    assert here is not None
    choices.follow(7, story="casa", step=here.progress.step, choice="a-fin")


def test_everybody_can_be_brought_along(house: StoryRow) -> None:
    releases.publish(house, by="ana", terms=REASON)
    choices.begin(7, story="casa")
    reader_in_the_cellar(8)
    without_cellar(house)
    made = releases.publish(house, by="ana", terms=replace(REASON, everybody=True))
    while releases.publish_due():
        pass
    assert list(ReaderProgress.objects.filter(release=made).values_list("user_id", flat=True)) == [7]
    assert choices.where(8).scene.fragment.key == "sotano"  # type: ignore[union-attr]


def test_many_readers_are_moved_in_chunks(house: StoryRow, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(releases, "CHUNK", 2)
    releases.publish(house, by="ana", terms=REASON)
    for user in range(5):
        choices.begin(user + 1, story="casa")
    made = releases.publish(house, by="ana", terms=replace(REASON, everybody=True))
    assert [releases.publish_due() for _ in range(4)] == [2, 2, 1, 0]
    assert ReaderProgress.objects.filter(release=made).count() == 5


def test_a_reader_who_moves_at_that_moment_is_moved_the_next_time(house: StoryRow) -> None:
    releases.publish(house, by="ana", terms=REASON)
    place = choices.begin(7, story="casa")
    made = releases.publish(house, by="ana", terms=replace(REASON, everybody=True))
    stale = ReaderProgress.objects.get()
    choices.follow(7, story="casa", step=place.progress.step, choice="a-sotano")
    assert releases._move(stale, made, {"sala": "sala"}) is False
    assert ReaderProgress.objects.get().fragment == "sotano"


def test_a_release_comes_out_at_its_time_and_once(house: StoryRow) -> None:
    at = clock.now() + timedelta(hours=2)
    made = releases.publish(house, by="ana", terms=replace(REASON, at=at))
    assert made.is_waiting and StoryRow.objects.get().live_id is None
    assert releases.publish_due() == 0
    with time_machine.travel(at + timedelta(seconds=1)):
        assert releases.publish_due() == 1
        assert releases.publish_due() == 0
    assert StoryRow.objects.get().live_id == made.pk


def test_a_release_that_was_taken_back_does_not_come_out(house: StoryRow) -> None:
    at = clock.now() + timedelta(hours=2)
    made = releases.publish(house, by="ana", terms=replace(REASON, at=at))
    assert releases.cancel(made) is True
    assert releases.cancel(made) is False
    with time_machine.travel(at + timedelta(hours=1)):
        assert releases.publish_due() == 0
    assert StoryRow.objects.get().live_id is None
    assert Release.objects.get().is_cancelled


@pytest.mark.parametrize("cancelled", [True, False])
def test_nobody_goes_back_to_a_release_that_never_came_out(house: StoryRow, cancelled: bool) -> None:
    live = releases.publish(house, by="ana", terms=REASON)
    made = releases.publish(house, by="ana", terms=replace(REASON, at=clock.now() + timedelta(hours=2)))
    if cancelled:
        releases.cancel(made)
    with pytest.raises(NeverLive) as refused:
        library.go_back(house.pk, number=2)
    assert refused.value.sentence("es") == "La edición 2 nunca llegó a salir."
    assert StoryRow.objects.get().live_id == live.pk


def test_going_back_stops_the_move_to_the_release_that_is_left(house: StoryRow) -> None:
    first = releases.publish(house, by="ana", terms=REASON)
    choices.begin(7, story="casa")
    releases.publish(house, by="ana", terms=replace(REASON, everybody=True))
    library.go_back(house.pk, number=1)
    assert releases.publish_due() == 0
    assert ReaderProgress.objects.get().release_id == first.pk


def test_the_newest_release_alone_moves_readers(house: StoryRow) -> None:
    releases.publish(house, by="ana", terms=REASON)
    choices.begin(7, story="casa")
    releases.publish(house, by="ana", terms=replace(REASON, everybody=True))
    newest = releases.publish(house, by="ana", terms=replace(REASON, everybody=True))
    assert [releases.publish_due() for _ in range(3)] == [1, 0, 0]
    assert ReaderProgress.objects.get().release_id == newest.pk


def test_a_reader_whose_place_cannot_be_read_holds_up_nobody(
    house: StoryRow, monkeypatch: pytest.MonkeyPatch, expected_errors: list[str]
) -> None:
    monkeypatch.setattr(releases, "CHUNK", 2)
    expected_errors.append("cannot be read: its reader stays")
    releases.publish(house, by="ana", terms=REASON)
    for user in range(1, 6):
        choices.begin(user, story="casa")
    ReaderProgress.objects.filter(user_id__in=(1, 2)).update(state={"half": "written"})
    made = releases.publish(house, by="ana", terms=replace(REASON, everybody=True))
    assert [releases.publish_due() for _ in range(3)] == [2, 1, 0]
    moved = ReaderProgress.objects.filter(release=made)
    assert sorted(moved.values_list("user_id", flat=True)) == [3, 4, 5]


def test_a_saved_way_that_changed_is_a_warning(house: StoryRow) -> None:
    played = playing.play(HOUSE, Persona(), choices=["a-sotano"], now=clock.now())
    screens = [page.to_json() for page in played.pages]
    StoryPath.objects.create(story=house, name="Al sótano", start="sala", choices=["a-sotano"], screens=screens)
    assert "NAR221" not in {one.code for one in checking.review(house).findings}
    part, version = drafts.fragment(house.pk, "sotano")
    drafts.write(house, replace(part, text=words("Otra cosa.")), Edit(version=version))
    (found,) = [one for one in checking.review(house).findings if one.code == "NAR221"]
    assert found.es == "El camino guardado «Al sótano» ya no es como era, en el paso 2"
