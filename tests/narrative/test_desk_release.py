"""Before a story comes out: what changes is said in an editor's words, and whoever publishes is asked to."""

from dataclasses import replace

import pytest
from django.urls import reverse

from narrative.admin.desk.reviewing import of_a_hundred
from narrative.models import Story as StoryRow
from narrative.services import drafts, reviews
from narrative.services.drafts import Edit
from tests.core.back_office import allow, staff
from tests.narrative.stories import choice, ending, fragment, story, words
from yabot.core.conditions import Condition

pytestmark = pytest.mark.django_db
HOUSE = story(
    fragment(
        "sala",
        choice("sotano", label="Bajar", condition=Condition.from_text("item llave; any vip | besitos >= 5")),
        choice("fin", label="Salir"),
    ),
    fragment("sotano", choice("<", key="volver")),
    ending("fin", "La calle"),
)


@pytest.fixture
def house() -> StoryRow:
    return drafts.store(HOUSE, by="luis")


def page(row: StoryRow, name: str) -> str:
    return reverse(f"admin:narrative_story_{name}", args=[row.pk])


def text(response) -> str:
    return response.content.decode()


def button(client, row: StoryRow) -> str:
    """The button that releases."""
    shown = text(client.get(page(row, "release")))
    return next(line for line in shown.splitlines() if "yabot-button-primary" in line)


def test_a_removed_choice_is_all_that_the_release_page_says_of_its_fragment(admin_client, house) -> None:
    admin_client.post(page(house, "release"), {"reason": "x"})
    part, version = drafts.fragment(house.pk, "sala")
    drafts.write(house, replace(part, choices=part.choices[1:], position=(5, 5)), Edit(version=version))
    ((title, changed),) = admin_client.get(page(house, "release")).context["differences"]
    (change,) = changed
    assert (title, change.name) == ("Sala", "opción «Bajar»")
    assert change.lines == [
        ("-", "es: Bajar"),
        ("-", "lleva a: Sotano"),
        ("-", "solo si: objeto llave y (VIP o ≥ 5 besitos)"),
    ]


def test_nothing_new_cannot_be_released(admin_client, house) -> None:
    assert "<button" in button(admin_client, house) and "disabled" not in button(admin_client, house)
    admin_client.post(page(house, "release"), {"reason": "x"})
    assert "disabled" in button(admin_client, house)


def test_whoever_writes_asks_and_whoever_publishes_sees_it(client, admin_client, house) -> None:
    staff(client)
    allow(client, "view_story", "change_fragment")
    assert "Pedir que se publique" in text(client.get(page(house, "release")))
    client.post(page(house, "ask"), {"ask": ""})
    client.post(page(house, "ask"), {"ask": ""})
    part, version = drafts.fragment(house.pk, "fin")
    drafts.write(house, replace(part, text=words("Llueve.")), Edit(version=version))
    stories = text(admin_client.get(reverse("admin:narrative_story_changelist")))
    assert "en revisión" in stories
    shown = text(admin_client.get(page(house, "release")))
    assert "becaria pide desde el" in shown and "Desde entonces ha cambiado 1 fragmento." in shown
    admin_client.post(page(house, "release"), {"reason": "x"})
    assert reviews.asked(StoryRow.objects.get()) is None


def test_a_draft_in_review_is_sent_back_and_only_by_the_team(client, admin_client, house) -> None:
    reviews.ask(house.pk, by="ana")
    staff(client)
    allow(client, "view_story")
    for asked in ({"ask": ""}, {"withdraw": ""}):
        assert client.post(page(house, "ask"), asked).status_code == 403
    admin_client.post(page(house, "ask"), {"withdraw": ""})
    assert reviews.asked(StoryRow.objects.get()) is None


def test_many_findings_of_one_kind_are_one_line(admin_client) -> None:
    lost = (fragment(f"f{n}", choice("fin", key=f"c{n}"), choice(f"nada-{n}", key=f"d{n}")) for n in range(9))
    told = story(*lost, ending("fin"))
    shown = admin_client.get(page(drafts.store(told), "review"))
    groups = {group.code: group for group in shown.context["errors"]}
    assert (groups["NAR101"].count, groups["NAR101"].is_folded) == (9, True)
    assert groups["NAR101"].sentence == "«…» lleva a «…», que no existe"
    assert text(shown).count("NAR101") == 1


def test_the_seeded_readers_of_a_review_are_a_hundred_of_a_hundred(admin_client) -> None:
    told = story(fragment("a", choice("b"), choice("fin")), fragment("b", choice("c")), fragment("c"), ending("fin"))
    endings = admin_client.get(page(drafts.store(told), "review")).context["endings"]
    assert [name for name, _share in endings] == ["Final fin", "no llegaron a un final"]
    assert sum(share for _name, share in endings) == 100


@pytest.mark.parametrize(("counts", "shares"), [([1, 1, 1], [34, 33, 33]), ([], []), ([0], [0]), ([1, 199], [1, 99])])
def test_shares_add_up(counts: list[int], shares: list[int]) -> None:
    assert of_a_hundred(counts) == shares
